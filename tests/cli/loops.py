"""What test_loops.py is made of: a command that is run again and again, each time with another of its calls gone wrong
(tests/shim/loop.c), and what must be true whenever it ends."""
import collections
import concurrent.futures
import contextlib
import os
import pathlib
import random
import re
import shutil
import sqlite3
import struct
import subprocess

from lab import BINARY

SHIM = pathlib.Path(os.environ.get("MORNINGPOST_SHIMS", BINARY.parent / "tests")) / "shim-loop.so"
# MORNINGPOST_LOOPS=1: every call in its turn, for an hour; else from every place once, as far as it fits into half a minute.
ALL = bool(os.environ.get("MORNINGPOST_LOOPS"))
PATIENCE = 60


class Ended:
    """A run under the shim: its code, what it said, and which call went wrong (None: none did)."""

    def __init__(self, code, out, err, says):
        self.code, self.out, self.err = code, out, err
        self.hit = next((line for line in says if line.startswith("hit")), None)
        self.count = next((int(line.split()[1]) for line in says if line.startswith("count")), None)

    def __repr__(self):
        return f"exit {self.code}, {self.hit}\n{self.out}{self.err}"


def environment(where, wish, leaks=True):
    """`where` is a folder for the shim's words."""
    return {**os.environ, "LD_PRELOAD": str(SHIM), "SHIM": wish, "SHIM_SAYS": str(where / "says"),
            "ASAN_OPTIONS": f"verify_asan_link_order=0:allocator_may_return_null=1:detect_leaks={int(leaks)}"}


def ended(where, code, out, err):
    with contextlib.suppress(FileNotFoundError):
        return Ended(code, out, err, (where / "says").read_text().splitlines())
    return Ended(code, out, err, [])


def run(where, directory, arguments, wish=None, leaks=True, extra=None):
    """The program on a publication, under the shim unless there is no wish."""
    env = environment(where, wish, leaks) if wish else dict(os.environ)
    p = subprocess.Popen([str(BINARY), "-C", str(directory), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         env={**env, **(extra or {})})
    try:
        out, err = p.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        tasks = [(t / name).read_text() for t in pathlib.Path(f"/proc/{p.pid}/task").iterdir() for name in ("comm", "syscall", "wchan")]
        p.kill()
        out, err = p.communicate()
        raise AssertionError(f"does not end: {arguments} {wish} {tasks}\n{out}\n{err}") from None
    return ended(where, p.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


def is_nobodys(done):
    """Threads cannot be begun under the sanitizer where there is no memory, and OpenSSL itself does not give everything back then."""
    return "CHECK failed: sanitizer_" in done.err or ("LeakSanitizer" in done.err and "libcrypto" in done.hit)


def assert_orderly(done):
    """It ended by itself, said why, and left nothing behind in memory."""
    assert done.code >= 0, f"ended by a signal: {done}"
    assert "Sanitizer" not in done.err and "runtime error" not in done.err, done
    assert done.code == 0 or re.search(r"(?m)^morningpost: ", done.err), f"nothing was said: {done}"


def check_database(directory):
    with contextlib.closing(sqlite3.connect(directory / "var" / "morningpost.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def query(directory, sql):
    with contextlib.closing(sqlite3.connect(directory / "var" / "morningpost.db")) as db:
        return db.execute(sql).fetchall()


def litter(directory):
    """Files that begin with a dot are drafts that were never given their name."""
    return [p for p in pathlib.Path(directory).rglob(".*")]


def choose(stacks, most, seed=1):
    """Which calls are to go wrong: the first from every place in the program, then others by lot."""
    if ALL:
        return list(range(1, len(stacks) + 1))
    first = list(dict((h, n) for n, h in reversed(list(enumerate(stacks, 1)))).values())
    dice = random.Random(seed)
    if len(first) > most:
        return sorted(dice.sample(first, most))
    rest = sorted(set(range(1, len(stacks) + 1)) - set(first))
    return sorted(first + dice.sample(rest, min(len(rest), most - len(first))))


def count(where, run_it, kind):
    """How often it would come to the call that is to go wrong, and from where each time."""
    where.mkdir()
    run_it(where, f"{kind}:0", {"SHIM_STACKS": str(where / "stacks")}, False)
    data = (where / "stacks").read_bytes()
    return struct.unpack(f"<{len(data) // 8}Q", data)


def loop(tmp, trial, wishes):
    """trial(folder, wish) for each, two at a time. All that went wrong is told, not the first alone."""
    wrong = []

    def once(number_and_wish):
        number, wish = number_and_wish
        where = tmp / f"{number}"
        where.mkdir()
        try:
            trial(where, wish)
        except AssertionError as e:
            return f"SHIM={wish}: {e}"
        shutil.rmtree(where, ignore_errors=True)
        return None

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        wrong = [w for w in pool.map(once, enumerate(wishes)) if w]
    kinds = collections.Counter(re.sub(r"\d+", "N", w.split("\n")[0])[:160] for w in wrong)
    assert not wrong, f"{len(wrong)} of {len(wishes)}: {dict(kinds.most_common(20))}\n\n" + "\n\n".join(wrong[:8])
