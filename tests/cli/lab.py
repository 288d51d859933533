"""A publication, a faulty relay and an audit in one hand: what the tests of sending are made of."""
import contextlib
import datetime
import json
import os
import pathlib
import sqlite3
import subprocess
import sys

from audit import Audit

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


class Lab:
    def __init__(self, where, people=20, pattern="reader{}@d{}.example"):
        self.where = where
        self.dir = where / "publication"
        self.people = [pattern.format(i, i % 7) for i in range(people)]
        self.relays = []
        self.run("init", str(self.dir), inside=False)
        (self.dir / "issues" / f"{DAY}.md").write_text(ISSUE)
        table = where / "people.csv"
        table.write_text("email,name\n" + "".join(f"{p},Reader {i}\n" for i, p in enumerate(self.people)))
        self.configure()
        self.run("subscriber", "import", str(table))

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

    def configure(self, *relays, send="", domains="", **options):
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
        usual = {"not_after": "'23:59'", "retry_first": "200ms", "retry_for": "24h", "wait": "10s"}
        usual = [f"{k}: {v}" for k, v in usual.items() if f"{k}:" not in send]
        lines.append("send: {" + ", ".join(usual + [send] * bool(send)) + "}")
        if domains:
            lines.append(f"domains: {domains}")
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

    def stop(self):
        for r in self.relays:
            r.stop()


def assert_clean(audit):
    """What no fault may ever bring about."""
    assert not audit.lost, f"lost: {audit.lost[:5]}"
    assert not audit.unexpected
    assert not audit.misaddressed
    assert not audit.wrong_token
    assert not audit.shared_id
    assert not audit.new_id, "another Message-ID at another attempt"
    assert not audit.new_body, "another body at another attempt"
    assert not audit.violations, audit.violations
