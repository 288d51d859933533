"""The log: a chain of hashes that another program can follow, and that shows what was done to it."""
import contextlib
import json
import re
import sqlite3

import pytest

import lab
from chain import link, rows


def damage(path, sql):
    """What somebody does who may write to the file, and takes away what is in their way."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript("DROP TRIGGER IF EXISTS event_is_not_changed; DROP TRIGGER IF EXISTS event_is_kept;" + sql)


@pytest.fixture
def busy(publication):
    """A list on which something has happened."""
    publication.ok("subscriber", "import", "-", stdin="email,name\n" + "".join(f"r{i}@x.example,R {i}\n" for i in range(20)))
    publication.ok("subscriber", "add", "ann@x.example", "--pending")
    publication.ok("subscriber", "remove", "r3@x.example")
    publication.ok("subscriber", "add", "r3@x.example", "--resubscribe")
    return publication


def test_another_program_comes_to_the_same_hashes(busy):
    before, found = bytes(32), rows(busy.database)
    for number, (event, at, subscriber, issue, kind, detail, said) in enumerate(found, 1):
        assert event == number and link(before, event, at, subscriber, issue, kind, detail) == said
        before = said
    verdict = busy.json("log", "verify")
    assert verdict == {"faults": [], "whole": True, "events": len(found), "head": f"{len(found)}:{before.hex()}"}
    assert {"imported", "subscribed", "unsubscribed", "resubscribed"} <= {r[4] for r in found}


@pytest.mark.parametrize("sql, fault, event, last", [
    ("UPDATE event SET detail = '{\"by\":\"page\"}' WHERE id = 7", "changed", 7, 7), ("DELETE FROM event WHERE id IN (5, 6)", "missing", 5, 6),
    ("DELETE FROM event WHERE id > 21", "cut off", 22, 23)])
def test_damage_is_told_with_its_event(busy, sql, fault, event, last):
    damage(busy.database, sql)
    done = busy.run("log", "verify")
    assert done.code == 65 and f"event{'s' * (last > event)} {event}" in done.out, done
    assert busy.json("log", "verify", code=65)["faults"] == [{"fault": fault, "event": event, "last": last}]


def test_a_log_that_was_written_anew_is_told_by_a_head_from_outside(busy):
    head = re.search(r"log head (\d+:[0-9a-f]{64});", busy.ok("db", "backup", busy.path / "b.db").out)[1]
    assert busy.json("db", "backup", busy.path / "c.db")["head"] == head
    busy.ok("log", "verify", "--head", head)
    # The end cut off, with the head that goes with it, as somebody would who knows how.
    damage(busy.database, "DELETE FROM event WHERE id > 20; UPDATE log_head SET (event_id, hash) = (SELECT id, hash FROM event WHERE id = 20)")
    busy.ok("log", "verify")
    assert busy.json("log", "verify", "--head", head, code=65)["faults"] == [{"fault": "cut off", "event": 21, "last": 23}]
    for i in range(4):
        busy.ok("subscriber", "add", f"new{i}@x.example")
    busy.ok("log", "verify")
    done = busy.run("log", "verify", "--head", head)
    assert done.code == 65 and "event 23" in done.out, done
    assert busy.run("log", "verify", "--head", "23:00").code == 64


def test_what_was_put_behind_the_newest_is_told_and_not_built_upon(busy):
    damage(busy.database, "INSERT INTO event SELECT 24, at, kind, subscriber_id, issue_id, detail, hash FROM event WHERE id = 23")
    assert {"fault": "added", "event": 24, "last": 24} in busy.json("log", "verify", code=65)["faults"]
    done = busy.run("subscriber", "add", "new@x.example")
    assert done.code == 65 and "log verify" in done.err and "new@x.example" not in busy.states(), done


def test_nothing_takes_a_row_back(busy):
    with contextlib.closing(sqlite3.connect(busy.database)) as db:
        for sql in ("UPDATE event SET at = 1 WHERE id = 1", "DELETE FROM event WHERE id = 23", "INSERT INTO event (at, kind) VALUES (1, 'x')"):
            with pytest.raises(sqlite3.IntegrityError):
                db.execute(sql)


def test_erasing_somebody_leaves_the_log_whole_and_nothing_of_them_in_it(busy):
    busy.ok("subscriber", "set", "r5@x.example", "--name", "Somebody Known", "--email", "moved@y.example")
    busy.ok("subscriber", "erase", "moved@y.example")
    busy.ok("log", "verify")
    found = rows(busy.database)
    assert [r[4] for r in found if r[2] == 6] == ["imported", "changed", "erased"]
    assert not any(word in r[5] for r in found for word in ("@", "Somebody", "moved", "example"))
    assert busy.run("log", "show", "moved@y.example").code == 66


def test_a_person_s_proof_is_json_and_can_be_followed(tmp_path):
    post = lab.Lab(tmp_path, people=3)
    post.send()
    post.run("subscriber", "remove", post.people[1])
    proof = json.loads(post.run("log", "show", post.people[1]).stdout)
    assert (proof["email"], proof["state"], proof["subscriber_id"]) == (post.people[1], "unsubscribed", 2)
    assert proof["consent"] == []
    assert [(d["issue"], d["state"]) for d in proof["deliveries"]] == [(lab.DAY, "sent")]
    assert [e["kind"] for e in proof["events"]] == ["imported", "unsubscribed"]
    for e in proof["events"]:
        made = link(bytes.fromhex(e["before"]), e["event"], e["at"], e["subscriber_id"], e["issue_id"], e["kind"], e["detail"])
        assert made.hex() == e["hash"]
    assert post.run("log", "show", "nobody@x.example", ok=None).returncode == 66
    assert post.run("log", "show", ok=None).returncode == 64 and post.run("log", ok=None).returncode == 64


def test_settings_that_matter_are_on_record_when_they_change(tmp_path):
    post = lab.Lab(tmp_path, people=2)
    digests = lambda: [json.loads(r[5]) for r in rows(post.dir / "var" / "morningpost.db") if r[4] == "settings"]
    post.send()
    assert len(digests()) == 1
    # Of the same day again: for who came since. Another wait is no other paper; another limit is.
    for send, wanted in (("wait: 9s", 1), ("max_bounced: 7%", 2)):
        post.configure(send=send)
        post.run("subscriber", "add", f"{wanted}@x.example")
        post.send("--only-missed")
        assert len(digests()) == wanted
    first, second = digests()
    assert {k for k in first if first[k] != second[k]} == {"send"}
    post.run("log", "verify")
