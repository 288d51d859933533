"""Seeded chaos, run again and again until done: nobody is lost, and who got it twice was in doubt."""
import os
import random
import signal
import time

import pytest

from lab import Lab, assert_clean

SEEDS = range(int(os.environ.get("MORNINGPOST_SEEDS", "2")))
EXTENSIONS = {"chunking": [], "pipelining": ["--ext", "PIPELINING, SIZE 10485760, ENHANCEDSTATUSCODES"], "lock-step": ["--ext", ""]}


def run_until_done(lab, seconds=240):
    """As cron would, but without its ten minutes."""
    end = time.monotonic() + seconds
    while lab.send(ok=(0, 69, 75), timeout=120).returncode != 0:
        assert time.monotonic() < end, lab.status()
        time.sleep(0.5)


@pytest.mark.parametrize("mode", EXTENSIONS)
@pytest.mark.parametrize("seed", SEEDS)
def test_chaos_without_ambiguity_doubles_nobody(tmp_path, seed, mode):
    lab = Lab(tmp_path, people=300)
    try:
        lab.configure(lab.relay("--chaos", 0.1, "--seed", seed, "--no-ambiguous", *EXTENSIONS[mode]))
        run_until_done(lab)
        audit = lab.audit()
        assert_clean(audit)
        assert not audit.duplicated
        assert lab.status()["sent"] == 300
        lab.check_database()
    finally:
        lab.stop()


@pytest.mark.parametrize("mode", EXTENSIONS)
@pytest.mark.parametrize("seed", SEEDS)
def test_chaos_loses_nobody_and_every_double_was_in_doubt(tmp_path, seed, mode):
    lab = Lab(tmp_path, people=300)
    try:
        lab.configure(lab.relay("--chaos", 0.1, "--seed", 100 + seed, *EXTENSIONS[mode]))
        run_until_done(lab)
        audit = lab.audit()
        assert_clean(audit)
        # A server that closes with messages of the window unread resets the connection, and replies that it had written
        # before are lost with it (RFC 1122 4.2.2.13). Without a window there is nothing unread.
        assert mode == "chunking" or not audit.duplicated_after_250
        rows = lab.rows()
        assert all(rows[p][4] > 0 for p in audit.duplicated), "doubled, and never in doubt"
        assert sum(r[4] for r in rows.values()) <= audit.unanswered + 4 * 8 * audit.faults.total(), "doubt is not a way out"
        lab.check_database()
    finally:
        lab.stop()


def test_kill_at_random_moments_doubles_only_what_was_in_doubt(tmp_path):
    lab = Lab(tmp_path, people=400)
    dice = random.Random(7)
    killed_midway = 0
    try:
        relay = lab.relay("--latency", 2)
        lab.configure(relay)
        for _ in range(12):
            p = lab.start("send")
            target = relay.accepted() + dice.randrange(5, 40)
            end = time.monotonic() + 20
            while relay.accepted() < target and p.poll() is None and time.monotonic() < end:
                time.sleep(0.002)
            p.send_signal(signal.SIGKILL)
            p.wait()
            killed_midway += 0 < relay.accepted() < 400
            lab.check_database()
        assert killed_midway >= 8
        run_until_done(lab)
        audit = lab.audit()
        assert_clean(audit)
        rows = lab.rows()
        assert all(rows[p][4] > 0 for p in audit.duplicated)
        assert len(audit.duplicated) <= 12 * 4 * 8
    finally:
        lab.stop()
