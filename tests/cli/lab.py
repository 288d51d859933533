"""A publication, a faulty relay and an audit in one hand: what the tests of sending are made of."""
import contextlib
import datetime
import json
import os
import pathlib
import sqlite3
import shutil
import subprocess
import sys
import time
import typing

from audit import Audit, assert_clean  # noqa: F401: the tests take it from here

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BINARY = pathlib.Path(os.environ.get("MORNINGPOST", ROOT / "build-dev" / "morningpost"))
DAY = str(datetime.datetime.now(datetime.timezone.utc).date())

ISSUE = """---
title: A quiet day for a loud machine
summary: Nothing much happened, and it was measured with great care by everybody who was there.
---

The lead story has a paragraph, and in it a [link](https://example.org/story) to read on.

## Deep Dive

### What was measured

Everything that could be, twice, by two people who did not speak with each other until they were done.
"""


class Measured(typing.NamedTuple):
    code: int
    seconds: float
    megabytes: float
    text: str


class Relay:
    """faulty.py as a process; its log is what the audit reads."""

    def __init__(self, where, *arguments):
        self.log = where / f"relay-{os.urandom(4).hex()}.jsonl"
        self.log.touch()
        self.process = subprocess.Popen([sys.executable, str(HERE / "faulty.py"), "--log", str(self.log), *map(str, arguments)],
            stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def accepted(self):
        return sum('"event": "accepted"' in line for line in open(self.log))


class Seedling:
    """A relay like Relay, out of a faulty.Farm."""

    def __init__(self, farm, where, *arguments):
        self.log = where / f"relay-{os.urandom(4).hex()}.jsonl"
        self.log.touch()
        self.port, self.stop = farm.start("--log", self.log, *arguments)


class Lab:
    def __init__(self, where, people=20, pattern="reader{}@d{}.example"):
        """`people`: how many, or their addresses."""
        self.where = where
        self.dir = where / "publication"
        self.people = [pattern.format(i, i % 7) for i in range(people)] if isinstance(people, int) else list(people)
        self.relays = []
        self.run("init", str(self.dir), inside=False)
        (self.dir / "issues" / f"{DAY}.md").write_text(ISSUE)
        table = where / "people.csv"
        table.write_text("email,name\n" + "".join(f"{p},Reader {i}\n" for i, p in enumerate(self.people)))
        self.configure()
        self.run("subscriber", "import", str(table))

    def copy(self, where):
        """Another lab like this one, which has sent nothing yet: quicker than to make it."""
        where.mkdir(exist_ok=True)
        other = object.__new__(Lab)
        other.where, other.dir, other.people, other.relays = where, where / "publication", self.people, []
        shutil.copytree(self.dir, other.dir)
        return other

    def run(self, *arguments, inside=True, ok=(0,), timeout=300, env=None, **kw):
        """The program, to its end; the exit code must be one of `ok` (None: any)."""
        p = subprocess.run([str(BINARY), *(["-C", str(self.dir)] if inside else []), *map(str, arguments)], capture_output=True, text=True,
            timeout=timeout, env={**os.environ, **(env or {})}, **kw)
        assert "Sanitizer" not in p.stderr and "runtime error" not in p.stderr, p.stderr
        if ok is not None:
            assert p.returncode in ok, f"{arguments} ended with {p.returncode}\n{p.stdout}\n{p.stderr}"
        return p

    def start(self, *arguments, env=None, **kw):
        """The program, in the background; the caller waits for it."""
        return subprocess.Popen([str(BINARY), "-C", str(self.dir), *map(str, arguments)], stdout=subprocess.DEVNULL,
            stderr=kw.pop("stderr", subprocess.DEVNULL), env={**os.environ, **(env or {})}, **kw)

    def relay(self, *arguments):
        r = Relay(self.where, *arguments)
        self.relays.append(r)
        return r

    def measured(self, *arguments, timeout=120):
        """The program, to its end: exit status, seconds, peak memory in MB and what it said."""
        begun = time.monotonic()
        with open(self.where / "said", "w+") as said:
            p = subprocess.Popen([str(BINARY), "-C", str(self.dir), *map(str, arguments)], stdout=said, stderr=said)
            try:
                end = begun + timeout
                while not (waited := os.wait4(p.pid, os.WNOHANG))[0]:
                    assert time.monotonic() < end, f"{arguments} does not end"
                    time.sleep(0.01)
            except BaseException:
                p.kill()
                raise
            p.returncode = os.waitstatus_to_exitcode(waited[1])
            said.seek(0)
            text = said.read()
        assert "Sanitizer" not in text and "runtime error" not in text, text
        return Measured(p.returncode, time.monotonic() - begun, waited[2].ru_maxrss / 1024, text)

    def sprout(self, farm, *arguments):
        r = Seedling(farm, self.where, *arguments)
        self.relays.append(r)
        return r

    def configure(self, *relays, send="", domains="", retry_first="200ms", wait="10s", daily="", sources="{}", **options):
        """Write the settings: a relay each (default: the outbox), short timeouts."""
        options = {"connections": 4, "tls": "none", "timeouts": "{connect: 2s, command: 2s, final: 2s}", **options}
        lines = ["publication:", "  name: The Test Post", "  url: https://post.example", "  postal_address: 1 Loopback Lane, Testville",
            "sender:", "  from: The Test Post <news@post.example>", "relays:"]
        for r in relays:
            host = options.get("host", "127.0.0.1")
            lines.append(f"  - url: {options.get('scheme', 'smtp')}://{host}:{r.port}")
            lines += [f"    {k}: {v}" for k, v in options.items() if k not in ("host", "scheme")]
        if not relays:
            lines.append("  - url: maildir:var/outbox")
        usual = {"not_after": "'23:59'", "retry_first": retry_first, "retry_for": "24h", "wait": wait}
        usual = [f"{k}: {v}" for k, v in usual.items() if f"{k}:" not in send]
        lines.append("send: {" + ", ".join(usual + [send] * bool(send)) + "}")
        if domains:
            lines.append(f"domains: {domains}")
        lines += [f"daily: {daily}"] * bool(daily) + [f"sources: {sources}"]
        (self.dir / "morningpost.yaml").write_text("\n".join(lines) + "\n")

    def send(self, *arguments, ok=(0,), **kw):
        return self.run("send", *arguments, ok=ok, **kw)

    def status(self):
        return json.loads(self.run("status", "--json").stdout)

    def rows(self):
        """The ledger as it stands: address → (state, code, status, words)."""
        with contextlib.closing(sqlite3.connect(self.dir / "var" / "morningpost.db")) as db:
            return {r[0]: r[1:] for r in db.execute("SELECT s.email, d.state, d.code, d.status, d.words, d.doubts "
                "FROM delivery d JOIN subscriber s ON s.id = d.subscriber_id")}

    def check_database(self):
        with contextlib.closing(sqlite3.connect(self.dir / "var" / "morningpost.db")) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []

    def audit(self, people=None, forbidden=()):
        return Audit([r.log for r in self.relays], self.people if people is None else people, forbidden)

    def full_audit(self, people=None, forbidden=()):
        """... with the ledger beside it."""
        return Audit([r.log for r in self.relays], self.people if people is None else people, forbidden, self.rows())

    def stop(self):
        for r in self.relays:
            r.stop()

