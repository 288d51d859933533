"""Seeded chaos, run again and again until done: nobody is lost, and who got it twice was in doubt."""
import os
import random
import signal
import time

import pytest

from lab import Lab, assert_clean

SEEDS = range(int(os.environ.get("MORNINGPOST_SEEDS", "2")))
MANY = int(os.environ.get("MORNINGPOST_CHAOS", "10000"))
EXTENSIONS = {"chunking": [], "pipelining": ["--ext", "PIPELINING, SIZE 10485760, 8BITMIME, ENHANCEDSTATUSCODES"], "lock-step": ["--ext", ""]}
TIMES = "{connect: 10s, command: 10s, final: 10s}"


def run_until_done(lab, seconds=240):
    """As cron would, but without its ten minutes."""
    end = time.monotonic() + seconds
    while lab.send(ok=(0, 69, 75), timeout=120).returncode != 0:
        assert time.monotonic() < end, lab.status()


def assert_no_more_doubt_than_need_be(audit, on_the_wire=0):
    """In doubt were those whom a server left without a reply, as it counted itself, and those on the wire when we were killed."""
    assert audit.doubts <= audit.unanswered + on_the_wire, (audit.doubts, audit.unanswered, on_the_wire)
    assert on_the_wire or audit.doubts == audit.unanswered


@pytest.mark.parametrize("mode", EXTENSIONS)
@pytest.mark.parametrize("seed", SEEDS)
def test_chaos_without_ambiguity_doubles_nobody(tmp_path, seed, mode):
    lab = Lab(tmp_path, people=300)
    try:
        lab.configure(lab.relay("--chaos", 0.05, "--seed", seed, "--no-ambiguous", *EXTENSIONS[mode]), timeouts=TIMES)
        run_until_done(lab)
        audit = lab.full_audit()
        assert_clean(audit)
        assert not audit.duplicated and audit.doubts == 0
        assert lab.status()["sent"] == 300
    finally:
        lab.stop()


@pytest.mark.parametrize("mode", EXTENSIONS)
@pytest.mark.parametrize("seed", SEEDS)
def test_chaos_loses_nobody_and_every_double_was_in_doubt(tmp_path, seed, mode):
    lab = Lab(tmp_path, people=300)
    try:
        lab.configure(lab.relay("--chaos", 0.05, "--seed", 100 + seed, "--beginnings", *EXTENSIONS[mode]), timeouts=TIMES)
        run_until_done(lab)
        audit = lab.full_audit()
        assert_clean(audit)
        assert not audit.duplicated_after_250
        assert audit.peak <= 4, "connections, by the server's own count"
        assert_no_more_doubt_than_need_be(audit)
    finally:
        lab.stop()


def sending(lab):
    return sum(row[0] == "sending" for row in lab.rows().values())


def test_ten_thousand_through_all_faults_killed_again_and_again(tmp_path):
    """A relay of each kind, each with its own chaos; kill -9 and SIGTERM in turn, until everybody is served."""
    lab = Lab(tmp_path, people=MANY)
    dice = random.Random(11)
    on_the_wire = kills = terms = 0
    try:
        relays = [lab.relay("--chaos", 0.03, "--seed", 40 + i, "--beginnings", *EXTENSIONS[mode]) for i, mode in enumerate(EXTENSIONS)]
        end = time.monotonic() + 240
        turn = 0
        while True:
            # Another relay in front each time; whom one of them left in doubt waits for its turn.
            lab.configure(*(relays[turn % 3:] + relays[:turn % 3]), timeouts=TIMES, connections=4, window=8, wait="5s")
            turn += 1
            p = lab.start("send")
            target = sum(r.accepted() for r in relays) + dice.randrange(MANY // 25, MANY // 8)
            while p.poll() is None and sum(r.accepted() for r in relays) < target and time.monotonic() < end:
                time.sleep(0.02)
            assert time.monotonic() < end, lab.status()
            if p.poll() is None and kills + terms < 14:
                blow = signal.SIGKILL if kills <= terms else signal.SIGTERM
                p.send_signal(blow)
                code = p.wait(60)
                if code == -signal.SIGKILL:
                    kills += 1
                    on_the_wire += sending(lab)
                    assert sending(lab) <= 4 * 8
                elif blow == signal.SIGTERM:
                    terms += 1
                    assert code in (0, 75) and sending(lab) == 0
            elif p.wait(120) == 0:
                break
        audit = lab.full_audit()
        assert_clean(audit)
        assert_no_more_doubt_than_need_be(audit, on_the_wire)
        assert kills >= 3 and terms >= 2, (kills, terms)
        assert {r[0] for r in lab.rows().values()} == {"sent"}
        assert len(audit.faults) > 35, sorted(audit.faults)
        lab.check_database()
    finally:
        lab.stop()


def test_kill_at_random_moments_doubles_only_what_was_in_doubt(tmp_path):
    lab = Lab(tmp_path, people=400)
    dice = random.Random(7)
    killed_midway = on_the_wire = 0
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
            on_the_wire += sending(lab)
            lab.check_database()
        assert killed_midway >= 8
        run_until_done(lab)
        audit = lab.full_audit()
        assert_clean(audit)
        assert audit.doubts == on_the_wire
    finally:
        lab.stop()
