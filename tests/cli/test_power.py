"""The power is cut at any of the calls that a send made (RELIABILITY C2): whatever the disk kept, the ledger is whole, and what it
says is true; and another run finishes the job."""
import os
import pathlib
import random
import shutil

import pytest

import power
from lab import BINARY, Lab

SHIM = pathlib.Path(os.environ.get("MORNINGPOST_SHIMS", BINARY.parent / "tests")) / "shim-record.so"
SEED = int(os.environ.get("MORNINGPOST_SEED", "1"))
# MORNINGPOST_CUTS=100000: at every call.
CUTS = int(os.environ.get("MORNINGPOST_CUTS", "450"))
RUNS = 8
MODES = {"chunking": [], "pipelining": ["--ext", "PIPELINING, SIZE 10485760, 8BITMIME, ENHANCEDSTATUSCODES"], "lock-step": ["--ext", ""]}


def recorded(lab, where, *arguments):
    """What the program did: the disk as it was before, and its calls. Its folder must not have a link in its path."""
    before = power.Disk(lab.dir / "var")
    lab.run(*arguments, env={"LD_PRELOAD": str(SHIM), "SHIM_RECORD": str(where / "record"), "SHIM_UNDER": str((lab.dir / "var").resolve()),
                             "ASAN_OPTIONS": "verify_asan_link_order=0"})
    return before, power.read_record(where / "record")


def cuts(calls, dice):
    """(how many calls are made, what becomes of the writes since the last fsync): before and behind each fsync, and anywhere."""
    syncs = [i for i, c in enumerate(calls) if c.what == "s"]
    at = sorted(set(syncs) | {i + 1 for i in syncs} | set(dice.sample(range(len(calls)), min(len(calls), len(syncs)))))
    every = [(i, way) for i in at for way in ("none", "all", "torn", "torn")]
    return sorted(dice.sample(every, CUTS)) if len(every) > CUTS else every


def images(disk, calls, wanted, wires, dice):
    """The image of each cut, one after the other; the wires are as they were then."""
    done = 0
    for at, way in wanted:
        for call in calls[done:at]:
            disk.take(call)
            wires.take(call)
        done = at
        yield at, way, disk.after(way, dice)


def finish(lab, where, image, known, port):
    """Another run on what the disk kept, with the same relay: everybody has it, and twice only who was in doubt."""
    again = lab.copy(where)
    shutil.rmtree(again.dir / "var")
    power.write(image, again.dir / "var")
    (again.dir / "var").chmod(0o700)
    try:
        again.configure(again.relay("--port", port), connections=2, window=4)
        again.send()
        rows = again.rows()
        served = {r["rcpt"] for r in again.audit([]).accepted}
        assert set(rows) == set(lab.people) and {row[0] for row in rows.values()} == {"sent"}
        assert served == set(lab.people) - {who for who, state in known.items() if state == "sent"}
        assert all(rows[who][4] > 0 for who, state in known.items() if state == "sending")
        again.check_database()
    finally:
        again.stop()


@pytest.mark.parametrize("mode", MODES)
def test_cut_during_a_send(tmp_path, mode):
    lab = Lab(tmp_path, people=300)
    try:
        lab.configure(lab.relay(*MODES[mode]), connections=2, window=4)
        dice = random.Random(SEED)
        disk, calls = recorded(lab, tmp_path, "send")
        lab.stop()
        wanted = cuts(calls, dice)
        runs = set(dice.sample(range(len(wanted)), RUNS))
        wires, sure = power.Wires(), set()
        for n, (at, way, image) in enumerate(images(disk, calls, wanted, wires, dice)):
            rows = power.ledger(image, tmp_path / "cut")
            sent = {who for who, state in rows.items() if state == "sent"}
            where = f"cut before call {at} of {len(calls)}, of what was not synced: {way}"
            assert sent <= wires.answered, f"{where}: sent, and no 250 had come"
            lost = {who for who in wires.complete if rows.get(who) not in ("sending", "sent")}
            assert not lost, f"{where}: the relay may have it, and the ledger has {[rows.get(who) for who in lost]}"
            assert sure <= sent, f"{where}: had been committed, and is gone"
            if way == "none":
                sure = sent
            if n in runs:
                finish(lab, tmp_path / f"again{n}", image, rows, lab.relays[0].port)
        assert len(wires.answered) == 300 and any(c.what == "w" and c.one == "morningpost.db" for c in calls), "it was to be a whole send"
    finally:
        lab.stop()


def test_cut_during_an_import(tmp_path):
    """Each chunk is there or not; run again, all are."""
    lab = Lab(tmp_path, people=0)
    table = tmp_path / "many.csv"
    table.write_text("email\n" + "".join(f"reader{i}@example.org\n" for i in range(4000)))
    dice = random.Random(SEED)
    disk, calls = recorded(lab, tmp_path, "subscriber", "import", table)
    wanted = cuts(calls, dice)
    runs = set(dice.sample(range(len(wanted)), min(RUNS, len(wanted))))
    for n, (at, way, image) in enumerate(images(disk, calls, wanted, power.Wires(), dice)):
        assert power.ledger(image, tmp_path / "cut") == {}
        if n in runs:
            again = lab.copy(tmp_path / f"again{n}")
            shutil.rmtree(again.dir / "var")
            power.write(image, again.dir / "var")
            (again.dir / "var").chmod(0o700)
            again.run("subscriber", "import", table)
            assert len(again.run("subscriber", "list").stdout.splitlines()) >= 4000
            again.check_database()
