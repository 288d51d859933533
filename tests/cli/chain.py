"""The log's chain, as chain.h and `log show` say that it is made: to follow it, and to add a row where a test needs one."""
import contextlib
import hashlib
import sqlite3
import struct
import time


def link(before, event, at, subscriber, issue, kind, detail):
    kind, detail = kind.encode(), detail.encode()
    head = b"morningpost/event/v1\n" + before + struct.pack(">qqqqI", event, at, subscriber or 0, issue or 0, len(kind))
    return hashlib.blake2b(head + kind + detail, digest_size=32).digest()


def rows(path):
    with contextlib.closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT id, at, subscriber_id, issue_id, kind, detail, hash FROM event ORDER BY id").fetchall()


def add(path, kind, subscribers, issue=None, detail="{}", at=None):
    add_all(path, [(at, kind, subscriber, issue, detail) for subscriber in subscribers])


def add_all(path, events):
    """As the program adds them: behind the newest. Each is (at or None for now, kind, subscriber, issue, detail)."""
    with contextlib.closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        event, before = db.execute("SELECT event_id, hash FROM log_head").fetchone()
        for at, kind, subscriber, issue, detail in events:
            event, when = event + 1, at or int(time.time() * 1e6)
            before = link(before, event, when, subscriber, issue, kind, detail)
            db.execute("INSERT INTO event (id, at, subscriber_id, issue_id, kind, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (event, when, subscriber, issue, kind, detail, before))
        db.execute("UPDATE log_head SET event_id = ?, hash = ?", (event, before))
        db.execute("COMMIT")
