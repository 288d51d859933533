"""A disk and a wire, rebuilt from what tests/shim/record.c wrote down, so that the power can be cut at any of its calls.

What a cut leaves: of each file the content of its last fsync, and of the writes since then none, all, or some, torn at the sectors;
of a folder the names of its last fsync, and of the changes since then the first few, as a journal would have it."""
import collections
import contextlib
import os
import pathlib
import re
import sqlite3
import struct
import typing

SECTOR = 512
HEAD = struct.Struct("<qIIc7x")


class Call(typing.NamedTuple):
    """w(rite) and t(runcate) at a number, s(ync), c(reate), r(ename), l(ink), u(nlink); > and < over the socket of that number."""
    what: str
    number: int
    one: str
    two: bytes


def read_record(path):
    data, at, calls = pathlib.Path(path).read_bytes(), 0, []
    while at < len(data):
        number, one, two, what = HEAD.unpack_from(data, at)
        at += HEAD.size
        calls.append(Call(what.decode(), number, data[at:at + one].decode(), data[at + one:at + one + two]))
        at += one + two
    return calls


class File:
    def __init__(self, content=b""):
        self.durable = bytearray(content)
        self.since = []  # (offset, bytes), or (size, None) for a truncation

    def sync(self):
        for change in self.since:
            self.change(self.durable, *change)
        self.since = []

    @staticmethod
    def change(content, at, data):
        if data is None:
            del content[at:]
        content.extend(bytes(max(0, at - len(content))))
        if data is not None:
            content[at:at + len(data)] = data

    def after(self, way, dice):
        content = bytearray(self.durable)
        for at, data in self.since if way != "none" else ():
            if way == "all" or data is None:
                self.change(content, at, data)
                continue
            for piece in range(0, len(data), SECTOR) if dice.random() < 0.8 else ():
                if dice.random() < 0.7:
                    self.change(content, at + piece, data[piece:piece + SECTOR])
        return bytes(content)


class Disk:
    """A folder without its SQLite shared memory, which nobody looks at after a cut."""

    def __init__(self, folder):
        self.now = {str(p.relative_to(folder)): File(p.read_bytes()) for p in folder.rglob("*") if p.is_file() and p.suffix != ".db-shm"}
        self.durable = dict(self.now)
        self.since = []  # (folder, name, File or None)

    def name(self, name, file):
        if file:
            self.now[name] = file
        else:
            self.now.pop(name, None)
        self.since.append((os.path.dirname(name), name, file))

    def take(self, call):
        two = call.two.decode() if call.what in "rlu" else None
        if call.what in "wt" and call.one in self.now:
            self.now[call.one].since.append((call.number, call.two if call.what == "w" else None))
        elif call.what == "c":
            self.name(call.one, File())
        elif call.what in "rl" and call.one in self.now:
            self.name(two, self.now[call.one])
            if call.what == "r":
                self.name(call.one, None)
        elif call.what == "u":
            self.name(two, None)
        elif call.what == "s" and call.one in self.now:
            self.now[call.one].sync()
        elif call.what == "s":
            for folder, name, file in self.since:
                if folder == call.one:
                    self.apply(self.durable, name, file)
            self.since = [c for c in self.since if c[0] != call.one]

    @staticmethod
    def apply(names, name, file):
        if file:
            names[name] = file
        else:
            names.pop(name, None)

    def after(self, way, dice):
        """name → content, as a machine finds it that is switched on again."""
        names = dict(self.durable)
        most = {"none": 0, "all": len(self.since), "torn": dice.randint(0, len(self.since))}[way]
        for _, name, file in self.since[:most]:
            self.apply(names, name, file)
        return {name: file.after(way, dice) for name, file in names.items() if not name.endswith("-shm")}


class Wire:
    """An SMTP connection as the client had it: whose message was complete, and whose had its 250."""

    def __init__(self):
        self.out, self.into, self.expected = b"", b"", collections.deque()
        self.rcpt, self.body, self.left = None, False, None
        self.complete, self.answered = [], []

    def sent(self, data):
        self.out += data
        while self.step():
            pass

    def end(self):
        self.complete.append(self.rcpt)
        self.expected.append(self.rcpt)

    def step(self):
        if self.left is not None:
            size, last = self.left
            if len(self.out) < size:
                return False
            self.out, self.left = self.out[size:], None
            if last:
                self.end()
            else:
                self.expected.append(None)
            return True
        if self.body:
            end = self.out.find(b"\r\n.\r\n")
            if end < 0:
                return False
            self.out, self.body = self.out[end + 5:], False
            self.end()
            return True
        line, found, rest = self.out.partition(b"\r\n")
        if not found:
            return False
        self.out = rest
        word = line.upper()
        if rcpt := re.match(rb"RCPT TO:<([^>]*)>", word):
            self.rcpt = line[9:9 + len(rcpt[1])].decode()
        if chunk := re.match(rb"BDAT (\d+)( LAST)?", word):
            self.left = int(chunk[1]), bool(chunk[2])
            return True
        self.body = word == b"DATA"
        self.expected.append(None)
        return True

    def got(self, data):
        self.into += data
        while b"\r\n" in self.into:
            line, self.into = self.into.split(b"\r\n", 1)
            if line[3:4] == b"-" or line.startswith(b"220"):
                continue
            who = self.expected.popleft()
            if who and line.startswith(b"250"):
                self.answered.append(who)


class Wires:
    """All of them: complete and answered are addresses, in order."""

    def __init__(self):
        self.open, self.complete, self.answered = {}, set(), set()

    def take(self, call):
        if call.what not in "<>":
            return
        if call.what == "<" and call.two.startswith(b"220"):
            self.open[call.number] = Wire()
        wire = self.open.setdefault(call.number, Wire())
        (wire.got if call.what == "<" else wire.sent)(call.two)
        self.complete.update(wire.complete)
        self.answered.update(wire.answered)


def write(image, folder):
    folder.mkdir(exist_ok=True)
    for name, content in image.items():
        path = folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o600)


def ledger(image, folder):
    """address → state, of the database in an image, which must be whole."""
    for old in folder.glob("*"):
        old.unlink()
    write({n: c for n, c in image.items() if n.startswith("morningpost.db")}, folder)
    with contextlib.closing(sqlite3.connect(folder / "morningpost.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        return dict(db.execute("SELECT s.email, d.state FROM delivery d JOIN subscriber s ON s.id = d.subscriber_id"))
