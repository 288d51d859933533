"""The n-th allocation, the n-th write or fsync fails, for one n after the other; calls are interrupted, short, not ready
(RELIABILITY C3, C4, C5). All of it, and not a sample: MORNINGPOST_LOOPS=1 python3 -m pytest tests/cli/test_loops.py"""
import contextlib
import itertools
import json
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time

import pytest

import loops
import returned
from lab import BINARY, DAY, ISSUE, Relay
from loops import assert_orderly, check_database, count, choose, is_nobodys, litter, loop, query
from test_public_only import sealed

# Not the user's fault, and never said to be: out of memory, no relay, not finished.
CODES = {69, 70, 74, 75}
# A disk's: cannot be made, cannot be written, not finished.
DISK = {73, 74, 75}
DISK_WORDS = re.compile("disk is full|disk full|No space left|Input/output error|disk I/O error")
PEOPLE = "email,name,tags\n" + "".join(f"reader{i}@{'bücher' if i == 4 else 'd'}.example,Réader {i},a;b\n" for i in range(12))
SETTINGS = """publication:
  name: The Test Post
  url: https://post.example
  postal_address: 1 Loopback Lane, Testville
  timezone: Asia/Kathmandu
sender:
  from: The Test Post <news@post.example>
relays:
  - url: {url}
    tls: none
    timeouts: {{connect: 5s, command: 5s, final: 5s}}
send: {{not_after: '23:59', retry_first: 200ms, wait: 0s}}
"""


class Command:
    """A publication as it is before the command, and how to run it there and what must have come of it."""

    codes = CODES
    disk = 90  # places that are tried at the most when it is the disk's turn

    def __init__(self, where):
        self.where = where
        self.before = where / "before"
        self.prepare()

    def prepare(self):
        done = loops.run(self.where, self.where, ["init", str(self.before)])
        assert done.code == 0, done
        (self.before / "issues" / f"{DAY}.md").write_text(ISSUE)
        (self.before / "morningpost.yaml").write_text(SETTINGS.format(url="maildir:var/outbox"))

    def copy(self, where):
        shutil.copytree(self.before, where / "post")
        return where / "post"

    def run(self, where, post, wish=None, extra=None, leaks=True):
        return loops.run(where, post, self.arguments(where), wish, leaks, extra)

    def look(self, where, post):
        """What has come of it, to be compared with what comes of it when nothing goes wrong."""

    def trial(self, where, wish):
        post = self.copy(where)
        done = self.run(where, post, wish)
        if is_nobodys(done):
            return
        assert_orderly(done)
        if wish.startswith("io") and done.code:
            assert done.code in DISK and DISK_WORDS.search(done.err), done
        assert done.code == 0 or done.hit, f"it failed, and nothing had gone wrong: {done}"
        self.check(where, post, done, wish)

    def check(self, where, post, done, wish):
        assert done.code in self.codes | DISK | {0}, done
        assert not litter(post), (done, litter(post))
        check_database(post)
        if done.code == 0:
            assert self.look(where, post) == self.clean, f"another result, and no error: {done}"
        again = self.run(where, post)
        assert again.code == 0, (done, again)
        assert self.look(where, post) == self.clean, f"run again, another result: {done}"

    def measure(self):
        clean = self.where / "clean"
        clean.mkdir()
        post = self.copy(clean)
        self.clean_run = self.run(clean, post)
        assert self.clean_run.code == 0, self.clean_run
        self.clean = self.look(clean, post)

    def calls(self, kind):
        def run_it(where, wish, extra, leaks):
            done = self.run(where, self.copy(where), wish, extra, leaks)
            assert done.code == 0, done
        return count(self.where / f"count-{kind}", run_it, kind)

    def close(self):
        pass


class Import(Command):
    def prepare(self):
        super().prepare()
        (self.where / "people.csv").write_text(PEOPLE, encoding="latin-1")

    # iconv_open knows no other reason than that there is no such encoding.
    codes = CODES | {64}

    def arguments(self, where):
        return ["subscriber", "import", "--encoding", "latin1", self.where / "people.csv"]

    def look(self, where, post):
        return query(post, "SELECT s.email, s.name, s.state, (SELECT group_concat(name) FROM tag WHERE subscriber_id = s.id) "
                     "FROM subscriber s ORDER BY 1")


class Export(Import):
    def prepare(self):
        super().prepare()
        assert loops.run(self.where, self.before, Import.arguments(self, self.where)).code == 0

    def arguments(self, where):
        return ["subscriber", "export", "-o", where / "out" / "people.csv"]

    def run(self, where, post, *more, **options):
        (where / "out").mkdir(exist_ok=True)
        return super().run(where, post, *more, **options)

    def look(self, where, post):
        return [(p.name, self.read(p)) for p in sorted((where / "out").iterdir())]

    def read(self, path):
        return path.read_bytes()

    def check(self, where, post, done, wish):
        left = [p.name for p in (where / "out").iterdir()]
        assert left in ([], [self.clean[0][0]]), f"left behind: {left} {done}"
        if left:
            assert self.look(where, post) == self.clean, f"half written: {done}"
        super().check(where, post, done, wish)


class Compose(Export):
    def arguments(self, where):
        return ["compose", "-o", where / "out" / "letter.eml"]


class Backup(Export):
    def arguments(self, where):
        return ["db", "backup", where / "out" / "backup.db"]

    def read(self, path):
        import sqlite3
        with sqlite3.connect(path) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            rows = db.execute("SELECT email, name FROM subscriber").fetchall()
        db.close()
        return rows


class Rotate(Command):
    def arguments(self, where):
        return ["keys", "rotate"]

    def check(self, where, post, done, wish):
        assert done.code in self.codes | DISK | {0}, done
        assert not litter(post), (done, litter(post))
        show = loops.run(where, post, ["--json", "keys", "show"])
        assert show.code == 0, (done, show)
        keys = len(json.loads(show.out))
        assert keys == 2 or (keys == 1 and done.code != 0), (done, show)
        again = loops.run(where, post, ["compose"])
        assert again.code == 0, f"nothing works after it: {done} {again}"
        again = self.run(where, post)
        assert again.code == 0, (done, again)


class Init(Command):
    def copy(self, where):
        return where / "post"

    def run(self, where, post, wish=None, extra=None, leaks=True):
        return loops.run(where, where, ["init", post], wish, leaks, extra)

    def look(self, where, post):
        # SQLite could not tidy up its log: that is no loss.
        return sorted((str(p.relative_to(post)), p.stat().st_mode) for p in post.rglob("*") if p.suffix not in (".db-wal", ".db-shm"))

    def check(self, where, post, done, wish):
        assert done.code in self.codes | DISK | {0}, done
        if done.code == 0:
            assert self.look(where, post) == self.clean
            return
        # By a shortage of memory it ends where it stands.
        if "morningpost: out of memory" in done.err:
            return
        left = self.look(where, post) if post.exists() else []
        assert not left, f"left behind: {left} {done}"
        again = self.run(where, post)
        assert again.code == 0, (done, again)
        assert self.look(where, post) == self.clean


class Send(Command):
    """To one, over SMTP. What the relay has is compared with the ledger, then and after a second run."""

    def prepare(self):
        super().prepare()
        self.relay = Relay(self.where)
        self.number = itertools.count()
        assert loops.run(self.where, self.before, ["subscriber", "add", "ada@d.example", "--name", "Ada"]).code == 0

    def close(self):
        self.relay.stop()

    def copy(self, where):
        """The sender's name tells the relay's messages apart."""
        post = super().copy(where)
        who = f"news{next(self.number)}@post.example"
        (where / "who").write_text(who)
        url = f"smtp://127.0.0.1:{self.relay.port}"
        (post / "morningpost.yaml").write_text(SETTINGS.format(url=url).replace("news@post.example", who))
        return post

    def arguments(self, where):
        return ["send"]

    def accepted(self, where):
        who = (where / "who").read_text()
        return [r for r in (json.loads(line) for line in open(self.relay.log) if who in line) if r["event"] == "accepted"]

    def look(self, where, post):
        return query(post, "SELECT state, attempts, doubts FROM delivery")

    def check(self, where, post, done, wish):
        assert done.code in self.codes | DISK | {0}, done
        assert not litter(post), (done, litter(post))
        check_database(post)
        rows, have = self.look(where, post), self.accepted(where)
        if done.code == 0:
            assert rows == self.clean, (rows, done)
        if rows and rows[0][0] == "sent":
            assert len(have) == 1, f"sent, says the ledger: {done}"
        if have:
            assert rows and rows[0][0] in ("sent", "sending", "in_doubt"), f"the relay has it, and the ledger says {rows}: {done}"
        for _ in range(3):
            again = loops.run(where, post, self.arguments(where))
            if again.code == 0:
                break
            time.sleep(0.3)
        assert again.code == 0, (done, again)
        rows, have = self.look(where, post), self.accepted(where)
        assert rows[0][0] == "sent" and have, f"lost: {rows} {done}"
        assert len(have) == 1 or rows[0][2] > 0, f"doubled, and never in doubt: {rows} {done}"
        assert len({r["message_id"] for r in have}) == 1 and len({r["sha"] for r in have}) == 1


class Notes(Send):
    """One note that is owed, the same way."""

    disk = 40

    def prepare(self):
        super().prepare()
        with contextlib.closing(sqlite3.connect(self.before / "var" / "morningpost.db")) as db:
            db.execute("UPDATE subscriber SET state = 'pending'")
            db.execute("INSERT INTO owed (subscriber_id, kind, owed_at) SELECT id, 'confirm', unixepoch() * 1000000 FROM subscriber")
            db.commit()

    def arguments(self, where):
        return ["notes"]

    def look(self, where, post):
        return query(post, "SELECT state, attempts, doubts FROM owed")


class Serve(Command):
    """One request: somebody leaves the list."""

    def prepare(self):
        super().prepare()
        assert loops.run(self.where, self.before, ["subscriber", "add", "ada@example.org"]).code == 0
        assert loops.run(self.where, self.before, ["send"]).code == 0
        [letter] = (self.before / "var/outbox/new").iterdir()
        self.path = re.search(r"<https://post\.example(/u/[^>]+)>", letter.read_text().replace("\n ", ""))[1]

    def look(self, where, post):
        return query(post, "SELECT state, (SELECT count(*) FROM event WHERE kind = 'unsubscribed') FROM subscriber"), getattr(self, "status", 200)

    def run(self, where, post, wish=None, extra=None, leaks=True):
        env = {**loops.environment(where, wish or "malloc:0", leaks), **(extra or {})}
        with open(where / "log", "wb+") as log:
            p = subprocess.Popen([str(BINARY), "-C", str(post), *self.serve(), "--listen", "127.0.0.1:0"], stderr=log, env=env)
            status = self.ask(p, where / "log")
            p.send_signal(signal.SIGTERM)
            code = p.wait(60)
        (where / "status").write_text(str(status))
        return loops.ended(where, code, "", (where / "log").read_text())

    def serve(self):
        return ["serve"]

    def verify(self, post):
        check_database(post)

    def ask(self, p, log):
        """The status of the answer, or None."""
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)/", log.read_text())):
            if p.poll() is not None:
                return None
            time.sleep(0.01)
        body = b"List-Unsubscribe=One-Click"
        try:
            with socket.create_connection(("127.0.0.1", int(found[1])), 20) as s:
                s.sendall(f"POST {self.path} HTTP/1.1\r\nHost: post.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                          f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                data = b""
                while more := s.recv(65536):
                    data += more
        except ConnectionError:
            return None
        return int(data.split()[1]) if data.startswith(b"HTTP/1.1 ") else None

    def look(self, where, post):
        return query(post, "SELECT state, (SELECT count(*) FROM event WHERE kind = 'unsubscribed') FROM subscriber")

    def check(self, where, post, done, wish):
        assert done.code in self.codes | DISK | {0}, done
        self.verify(post)
        status = (where / "status").read_text()
        if status == "200":
            assert self.look(where, post) == self.clean, f"it said so, and did not: {done}"
        else:
            assert status in ("None", "500", "503"), (status, done)
            assert status != "None" or done.code != 0, f"no answer: {done}"
        again = self.run(where, post)
        assert again.code == 0 and (where / "status").read_text() == "200", (done, again)
        assert self.look(where, post) == self.clean, done


class Bounce(Command):
    """A Maildir with a report and with somebody who asks to leave."""

    disk = 40

    def prepare(self):
        super().prepare()
        settings = self.before / "morningpost.yaml"
        settings.write_text(settings.read_text().replace("sender:\n", "sender:\n  bounce: back@post.example\n"))
        for person in ("ada@example.org", "bob@example.org"):
            assert loops.run(self.where, self.before, ["subscriber", "add", person]).code == 0
        assert loops.run(self.where, self.before, ["send"]).code == 0
        copies = {c.email: c for c in map(returned.Copy, (self.before / "var/outbox/new").iterdir())}
        for name in ("new", "cur", "tmp"):
            (self.before / "box" / name).mkdir(parents=True)
        (self.before / "box/new/1").write_text(returned.dsn(copies["ada@example.org"]))
        (self.before / "box/new/2").write_text(returned.leave(copies["bob@example.org"]))

    def run(self, where, post, wish=None, extra=None, leaks=True):
        return loops.run(where, post, ["bounce", "--maildir", post / "box"], wish, leaks, extra)

    def look(self, where, post):
        return (query(post, "SELECT email, state, (SELECT count(*) FROM bounce WHERE subscriber_id = s.id), (SELECT count(*) FROM owed WHERE "
                      "subscriber_id = s.id) FROM subscriber s ORDER BY 1"), sorted(p.name for p in (post / "box/done").iterdir()))

    def check(self, where, post, done, wish):
        # What the child could not read is left where it is, for a person: no error, and nothing is lost.
        if done.code == 0 and "kept for a person" in done.err:
            done.code = 75
        super().check(where, post, done, wish)


class ServePublicOnly(Serve):
    """The same link on a host without a database: said to be noted, it is in the spool."""

    disk = 20

    def prepare(self):
        super().prepare()
        for secret in ("mac", "spool", *(f.name for f in (self.before / "var/keys").glob("sign-?"))):
            (self.before / "var/keys" / secret).unlink()
        shutil.rmtree(self.before / "var/outbox", ignore_errors=True)
        for file in (self.before / "var").glob("morningpost.db*"):
            file.unlink()

    def serve(self):
        return ["serve", "--public-only"]

    def look(self, where, post):
        """How many wait: one, however often it was asked for, at the least."""
        return min(1, sum(len(f.read_bytes()) > 100 for f in (post / "var/spool").glob("*.wish")))

    def verify(self, post):
        assert not litter(post)


class SpoolTake(Command):
    """Who left by such a host, and came back: each wish once."""

    disk = 20

    def prepare(self):
        super().prepare()
        assert loops.run(self.where, self.before, ["subscriber", "add", "ada@d.example"]).code == 0
        assert loops.run(self.where, self.before, ["send", "--no-wait"]).code == 0
        mail = next((self.before / "var/outbox/new").iterdir()).read_text()
        token = re.search(r"/u/([\w-]{111})>", re.sub(r"\r?\n[ \t]", "", mail))[1]
        key = (self.before / "var/keys/spool.pub").read_text().strip()
        (self.before / "var/spool").mkdir(mode=0o700, exist_ok=True)
        for n, kind in enumerate(("leave", "return", "leave")):
            (self.before / "var/spool" / f"{n}-x.wish").write_bytes(sealed(key, kind=kind, at=int(time.time() * 1e6), token=token))

    def arguments(self, where):
        return ["spool", "take"]

    def look(self, where, post):
        return (query(post, "SELECT state FROM subscriber"), query(post, "SELECT kind, count(*) FROM event GROUP BY 1 ORDER BY 1"),
                query(post, "SELECT count(*) FROM spooled"), sorted(p.name for p in (post / "var/spool").iterdir()))


COMMANDS = {c.__name__.lower(): c for c in (Import, Export, Compose, Backup, Rotate, Init, Send, Notes, Serve, ServePublicOnly, SpoolTake, Bounce)}
# How many places are tried at the most; of the rest a sample is taken.
MOST = {"import": 160, "compose": 160, "send": 160, "notes": 60, "serve": 160, "bounce": 40}

SEEDS = 400 if loops.ALL else 25


@pytest.fixture
def command(tmp_path, request):
    made = COMMANDS[request.param](tmp_path)
    made.measure()
    yield made
    made.close()


@pytest.mark.parametrize("command", ["import", "compose", "send", "notes", "serve", "bounce"], indirect=True)
def test_no_memory(command, tmp_path, request):
    """C4: it ends in order, says so, and nothing is lost or said wrongly."""
    name = request.node.callspec.params["command"]
    calls = choose(command.calls("malloc"), MOST[name])
    loop(tmp_path, command.trial, [f"malloc:{n}" for n in calls])


@pytest.mark.parametrize("code", ["5", "28"], ids=["EIO", "ENOSPC"])
@pytest.mark.parametrize("command", COMMANDS, indirect=True)
def test_no_disk(command, tmp_path, code):
    """C5: once for EIO; a disk that is full stays so."""
    calls = choose(command.calls("io"), command.disk)
    loop(tmp_path, command.trial, [f"io:{n}{'+' if code == '28' else ''}:{code}" for n in calls])


@pytest.mark.parametrize("command", ["import", "export", "compose", "backup", "init", "send", "serve"], indirect=True)
def test_odd_calls(command, tmp_path):
    """C3: calls are interrupted, short or not ready: the result is that of a clean run."""
    def trial(where, wish):
        post = command.copy(where)
        done = command.run(where, post, wish)
        assert_orderly(done)
        assert done.code == 0, done
        assert command.look(where, post) == command.clean, f"another result: {done}"
        if isinstance(command, Send):
            assert len(command.accepted(where)) == 1
        assert not litter(post)

    loop(tmp_path, trial, [f"odd:{seed}" for seed in range(1, SEEDS + 1)])
