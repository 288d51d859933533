"""The ledger's promises (DESIGN), each with something that tries to break it: kill -9 at every state change, two runs at once,
SIGTERM, SIGSTOP, a power cut, a full disk, a locked database, a clock that is set back."""
import contextlib
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import threading
import time

import pytest

from lab import DAY, Lab, assert_clean

POINTS = ["after-plan-chunk", "before-mark", "before-commit", "after-commit", "after-flush"]
# Killed there, the bytes that complete a message may have been on their way.
DOUBTFUL = {"after-commit", "after-flush"}


@pytest.fixture
def lab(tmp_path):
    made = Lab(tmp_path, people=120)
    yield made
    made.stop()


def until(what, seconds=30):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def states(lab):
    return {row[0] for row in lab.rows().values()}


def finish(lab):
    """Run until done, and look whether everything is in its place."""
    for _ in range(10):
        if lab.send(ok=(0, 69, 75)).returncode == 0:
            break
    audit = lab.audit()
    assert_clean(audit)
    assert lab.status()["sent"] == len(lab.people)
    lab.check_database()
    rows = lab.rows()
    assert all(rows[p][4] > 0 for p in audit.duplicated), "doubled, and never in doubt"
    return audit


# -- killed ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("nth", [1, 2, 7])
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_state_change_nobody_is_lost(lab, point, nth):
    lab.configure(lab.relay(), connections=2, window=4)
    p = lab.start("send", env={"MORNINGPOST_FAULT": f"{point}:{nth}"})
    code = p.wait(60)
    passed = code == 0
    assert code == -signal.SIGKILL or (passed and nth > 1), code
    if nth == 1 and point not in DOUBTFUL:
        assert lab.status()["sending"] == lab.status()["sent"] == 0
    audit = finish(lab)
    if point not in DOUBTFUL:
        # What had been marked before is answered or in doubt; a window of two connections at the most.
        assert len(audit.duplicated) <= 2 * 4


def test_killed_while_it_plans_it_takes_up_the_plan(tmp_path):
    lab = Lab(tmp_path, people=12000)
    try:
        lab.configure()
        assert lab.start("send", env={"MORNINGPOST_FAULT": "after-plan-chunk:2"}).wait(60) == -signal.SIGKILL
        planned = len(lab.rows())
        assert 0 < planned < 12000 and lab.status()["state"] == "planning"
        assert list((lab.dir / "var/outbox").rglob("*.*")) == [], "no message before the plan is whole"
        lab.send()
        assert lab.status()["sent"] == 12000 == len(os.listdir(lab.dir / "var/outbox/new"))
    finally:
        lab.stop()


@pytest.mark.parametrize("extensions", ["PIPELINING, CHUNKING, 8BITMIME", "PIPELINING", ""], ids=["chunking", "pipelining", "lock-step"])
def test_at_no_instant_has_it_more_to_doubt_than_a_window_a_connection(lab, extensions):
    """What a kill at that moment would leave in doubt, by a reader of the ledger; the smallest window there is (RELIABILITY R3)."""
    lab.configure(lab.relay("--ext", extensions, "--latency", 1), connections=2, window=1)
    p = lab.start("send")
    most = looks = 0
    with contextlib.closing(sqlite3.connect(lab.dir / "var/morningpost.db")) as db:
        while p.poll() is None:
            most = max(most, db.execute("SELECT count(*) FROM delivery WHERE state = 'sending'").fetchone()[0])
            looks += 1
    assert p.returncode == 0 and looks > 20
    assert 0 < most <= 2
    finish(lab)


# -- two at once, signals -------------------------------------------------------------------------

def test_ten_at_once_are_one_run(lab):
    lab.configure(lab.relay("--latency", 20), connections=2)
    first = lab.start("send")
    until(lambda: lab.rows() and "sent" in states(lab))
    for _ in range(9):
        second = lab.send(ok=(75,))
        assert "another send" in second.stderr, second.stderr
    first.kill()
    first.wait()
    finish(lab)


def test_ten_started_in_the_same_moment_double_nobody(lab):
    lab.configure(lab.relay())
    runs = [lab.start("send") for _ in range(10)]
    codes = sorted(p.wait(120) for p in runs)
    assert set(codes) <= {0, 75} and codes[0] == 0
    assert finish(lab).duplicated == []


@pytest.mark.parametrize("after", [5, 20, 60])
def test_sigterm_finishes_what_is_on_the_wire_and_leaves_the_rest(lab, after):
    relay = lab.relay("--latency", 10)
    lab.configure(relay, connections=2)
    p = lab.start("send")
    until(lambda: relay.accepted() >= after)
    p.send_signal(signal.SIGTERM)
    assert p.wait(30) == 75
    told = lab.status()
    assert told["sending"] == told["in_doubt"] == 0 and told["sent"] + told["queued"] == len(lab.people)
    assert told["sent"] == relay.accepted()
    assert finish(lab).duplicated == []


def test_stopped_and_continued_it_goes_on(lab):
    relay = lab.relay("--latency", 5)
    lab.configure(relay, connections=2, timeouts="{connect: 2s, command: 1s, final: 1s}")
    p = lab.start("send")
    for _ in range(3):
        have = relay.accepted()
        until(lambda: relay.accepted() > have or p.poll() is not None)
        p.send_signal(signal.SIGSTOP)
        time.sleep(1.5)
        p.send_signal(signal.SIGCONT)
    p.wait(60)
    finish(lab)


def test_stopped_and_continued_it_reads_what_came_before_it_gives_up(tmp_path):
    """More connections than are looked at in one turn, each with its reply in time, and time over on all of them."""
    lab = Lab(tmp_path, people=900)
    try:
        relay = lab.relay("--latency", 40)
        lab.configure(relay, connections=120, window=1, timeouts="{connect: 5s, command: 1s, final: 1s}")
        p = lab.start("send")
        until(lambda: relay.accepted() >= 450)
        p.send_signal(signal.SIGSTOP)
        time.sleep(1.5)
        p.send_signal(signal.SIGCONT)
        assert p.wait(60) == 0
        audit = lab.full_audit()
        assert_clean(audit)
        assert audit.peak > 64 and audit.doubts == 0
    finally:
        lab.stop()


# -- the disk, the database, the clock ------------------------------------------------------------

def test_power_cuts_at_random_moments(lab, tmp_path):
    """What was committed is there after the cut. A message that the relay took just before may be missing in the copy: then
    it is marked as sending there, and never queued, which would send it twice and say nothing."""
    relay = lab.relay("--latency", 3)
    lab.configure(relay, connections=2, window=2)
    p = lab.start("send")
    dice = random.Random(3)
    until(lambda: lab.rows())
    for cut in range(12):
        time.sleep(dice.uniform(0.01, 0.06))
        accepted = {r["rcpt"] for r in lab.audit([]).accepted}
        # SIGSTOP makes the two files one moment, as a cut would.
        p.send_signal(signal.SIGSTOP)
        copy = tmp_path / f"cut{cut}"
        copy.mkdir()
        for name in ("morningpost.db", "morningpost.db-wal"):
            with contextlib.suppress(FileNotFoundError):
                shutil.copy(lab.dir / "var" / name, copy / name)
        p.send_signal(signal.SIGCONT)
        with contextlib.closing(sqlite3.connect(copy / "morningpost.db")) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            rows = dict(db.execute("SELECT s.email, d.state FROM delivery d JOIN subscriber s ON s.id = d.subscriber_id"))
        assert {rows[who] for who in accepted} <= {"sent", "sending"}
    assert p.wait(60) == 0
    assert finish(lab).duplicated == []


def test_a_full_disk_stops_it_before_it_sends_what_it_cannot_record(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m,mode=755", "none", small], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("no tmpfs can be mounted here")
    lab = None
    try:
        lab = Lab(small, people=300)
        logs = tmp_path / "logs"
        logs.mkdir()
        lab.where = logs
        lab.configure(lab.relay("--latency", 2), connections=2)
        p = lab.start("send")
        until(lambda: lab.rows() and "sent" in states(lab))
        ballast = os.open(small / "ballast", os.O_WRONLY | os.O_CREAT)
        with contextlib.suppress(OSError):
            while os.write(ballast, b"x" * 4096):
                pass
        os.close(ballast)
        code = p.wait(60)
        told = sum(r["answered"] for r in lab.audit([]).accepted)
        (small / "ballast").unlink()
        assert code in (0, 74, 75), code
        assert lab.status()["sent"] <= told
        assert finish(lab).duplicated_after_250 == []
    finally:
        if lab:
            lab.stop()
        subprocess.run(["umount", small], check=True)


@pytest.mark.parametrize("after", [0, 30])
def test_a_limit_on_the_size_of_files_is_an_error_and_no_sudden_death(lab, after):
    """RELIABILITY R11: what cannot be recorded is not sent; and who it is that cannot write is said."""
    relay = lab.relay("--latency", 5)
    lab.configure(relay, connections=2)
    told = lab.where / "told"
    with open(told, "w") as stderr:
        p = lab.start("send", stderr=stderr, preexec_fn=lambda: after or resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000)))
        until(lambda: relay.accepted() >= after)
        resource.prlimit(p.pid, resource.RLIMIT_FSIZE, (100000, 100000))
        code = p.wait(60)
    assert code == 74 and re.search("File too large|disk I/O error", told.read_text()), (code, told.read_text())
    assert relay.accepted() < len(lab.people) and (after or relay.accepted() == 0)
    finish(lab)


def test_a_locked_database_makes_it_wait(lab):
    relay = lab.relay("--latency", 5)
    lab.configure(relay, connections=2)
    p = lab.start("send")
    until(lambda: relay.accepted() >= 10)
    with contextlib.closing(sqlite3.connect(lab.dir / "var/morningpost.db", isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(2)
        other.execute("ROLLBACK")
    assert p.wait(60) == 0
    assert finish(lab).duplicated == []


def test_writers_beside_a_send_never_wait_long(lab):
    """Another writer gets its turn within 100 ms, again and again (RELIABILITY D3); the figure here leaves room for ASan."""
    lab.configure(lab.relay())
    longest, stop = 0.0, threading.Event()

    def poke():
        nonlocal longest
        with contextlib.closing(sqlite3.connect(lab.dir / "var/morningpost.db", isolation_level=None, timeout=10)) as db:
            while not stop.is_set():
                start = time.monotonic()
                db.execute("BEGIN IMMEDIATE")
                db.execute("ROLLBACK")
                longest = max(longest, time.monotonic() - start)
                time.sleep(0.005)

    thread = threading.Thread(target=poke)
    thread.start()
    lab.send()
    stop.set()
    thread.join()
    assert longest < 5, "the lock was held while something else was waited for"
    finish(lab)


@pytest.mark.parametrize("shift", ["-1h", "+20m"])
def test_a_clock_that_jumps_loses_and_repeats_nobody(lab, shift):
    relay = lab.relay("--fault", "rcpt-450", "--times", 1, "--only", "reader1[0-9]@")
    lab.configure(relay)
    lab.send("--max", 50, "--no-wait", ok=(75,))
    fake = {"LD_PRELOAD": "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1", "FAKETIME": shift, "DONT_FAKE_MONOTONIC": "1", "ASAN_OPTIONS": "verify_asan_link_order=0"}
    if not pathlib.Path(fake["LD_PRELOAD"]).exists():
        fake["LD_PRELOAD"] = next(map(str, pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1")))
    lab.run("send", "--no-wait", "--date", DAY, "--force", env=fake, ok=(0, 75))
    assert finish(lab).duplicated == []


# -- a restored backup, the last hour -------------------------------------------------------------

def test_a_restored_backup_is_noticed_and_nothing_is_sent(lab):
    lab.configure(lab.relay())
    lab.run("db", "backup", str(lab.where / "backup.db"))
    lab.send()
    shutil.copy(lab.where / "backup.db", lab.dir / "var/morningpost.db")
    for name in ("morningpost.db-wal", "morningpost.db-shm"):
        with contextlib.suppress(FileNotFoundError):
            (lab.dir / "var" / name).unlink()
    done = lab.send(ok=(65,))
    assert "backup" in done.stderr or "older" in done.stderr, done.stderr
    assert lab.audit().duplicated == []
    lab.send("--force")
    assert len(lab.audit().duplicated) == len(lab.people), "told to, it sends"


def test_after_the_last_hour_nothing_is_sent(lab):
    lab.configure(lab.relay(), send="max_bounced: 5%")
    text = (lab.dir / "morningpost.yaml").read_text().replace("'23:59'", "'00:01'")
    (lab.dir / "morningpost.yaml").write_text(text)
    done = lab.send(ok=(75,))
    assert "00:01" in done.stderr or "not_after" in done.stderr or "last" in done.stderr, done.stderr
    assert lab.audit([]).accepted == []
    lab.send("--force")
    assert_clean(lab.audit())
