"""An issue that stops by itself when too much of it bounces or is complained about."""
import contextlib
import json
import sqlite3
import time

import pytest

import history
from lab import Lab, assert_clean
from returned import Copy, complaint


def database(lab):
    return lab.dir / "var" / "morningpost.db"


def query(lab, sql):
    with contextlib.closing(sqlite3.connect(database(lab), timeout=30)) as db:
        return db.execute(sql).fetchall()


def happened(lab):
    return [(kind, json.loads(detail)) for kind, detail in query(lab, "SELECT kind, detail FROM event WHERE issue_id IS NOT NULL ORDER BY id")]


def until(what, seconds=30):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def list_of_300(tmp_path_factory):
    return Lab(tmp_path_factory.mktemp("limits"), people=300)


@pytest.fixture
def lab(list_of_300, tmp_path):
    made = list_of_300.copy(tmp_path)
    yield made
    made.stop()


def test_bounces_hold_the_rest_until_it_is_forced(lab):
    lab.configure(lab.relay("--fault", "rcpt-550", "--only", r"reader\d*[0-2]@"), connections=1)
    done = lab.send(ok=(75,))
    assert "send.max_bounced is 5%" in done.stderr and "--force" in done.stderr and "550" in done.stderr, done.stderr
    told = lab.status()
    assert told["state"] == "held" and "bounced" in told["held_why"] and 20 <= told["failed"] <= 40 and told["queued"] > 200
    assert "held" in lab.run("why", lab.people[299]).stdout
    good = lab.relay()
    lab.configure(good)
    for command in ("send", "daily"):
        assert "max_bounced" in lab.run(command, ok=(75,)).stderr
    assert good.accepted() == 0 and lab.status()["queued"] == told["queued"]
    lab.send("--force")
    assert lab.status()["state"] == "sent" and good.accepted() == told["queued"]
    # Whom the relay refused has left the list, and counts once all the same.
    ended = {"sent": told["sent"] + told["queued"], "failed": told["failed"], "in_doubt": 0, "skipped": 0}
    assert [(k, d) for k, d in happened(lab) if k != "bounced"] == [
        ("send-began", {"tags": []}), ("held", {"by": "max_bounced"}), ("forced", {"state": "held"}), ("send-ended", ended)]
    assert sum(k == "bounced" for k, _ in happened(lab)) == told["failed"] and f"{told['failed']} of " in told["held_why"]
    assert_clean(lab.audit([p for p, (state, *_) in lab.rows().items() if state == "sent"]))
    lab.run("log", "verify")


def test_a_higher_limit_lets_it_go_on(lab):
    lab.configure(lab.relay("--fault", "rcpt-550", "--only", r"reader\d*[0-2]@"), connections=1, send="max_bounced: 10%")
    assert "10%" in lab.send(ok=(75,)).stderr
    lab.configure(lab.relay("--fault", "rcpt-550", "--only", r"reader\d*[0-2]@"), send="max_bounced: 50%")
    lab.send()
    assert lab.status()["failed"] == 90 and lab.status()["state"] == "sent"


@pytest.mark.parametrize("send, fault", [("max_bounced: 0%", "rcpt-550"), ("max_bounced: 5%", "rcpt-552")])
def test_no_limit_and_full_mailboxes_hold_nothing(lab, send, fault):
    lab.configure(lab.relay("--fault", fault, "--only", r"reader\d*[0-2]@"), send=send)
    lab.send()
    assert lab.status()["failed"] == 90


def test_a_few_dead_addresses_hold_no_small_list(lab):
    lab.configure(lab.relay("--fault", "rcpt-550", "--only", r"reader1?\d@"))
    with contextlib.closing(sqlite3.connect(database(lab))) as db, db:
        db.execute("DELETE FROM subscriber WHERE id > 25 OR id = 1")
    lab.send()
    assert lab.status()["failed"] == 19 and lab.status()["state"] == "sent"


@pytest.mark.parametrize("kind, n, limit", [("complaint", 3, "max_complained"), ("hard", 20, "max_bounced")])
def test_what_comes_by_mail_stops_a_run(lab, kind, n, limit):
    relay = lab.relay()
    lab.configure(relay, rate="40/s")
    p = lab.start("send")
    until(lambda: relay.accepted() >= 60)
    sent = [s for s, in query(lab, f"SELECT subscriber_id FROM delivery WHERE state = 'sent' LIMIT {n}")]
    history.report(database(lab), kind, sent, issue=1)
    assert p.wait(30) == 75
    told = lab.status()
    assert told["state"] == "held" and limit in told["held_why"] and told["queued"] > 50
    # Told again, of one who was told of before: no more than one.
    history.report(database(lab), kind, sent[:2], issue=1)
    before = relay.accepted()
    assert limit in lab.send(ok=(75,)).stderr and relay.accepted() == before
    lab.configure(relay)
    lab.send("--force")
    assert_clean(lab.audit())


def test_complaints_that_are_taken_in_during_a_run_stop_it(lab, tmp_path):
    """From the mailbox provider's report to the issue's stop, by the road that they take in earnest."""
    keep = tmp_path / "kept"
    keep.mkdir()
    relay = lab.relay("--keep", keep)
    lab.configure(relay, rate="40/s")
    p = lab.start("send")
    until(lambda: relay.accepted() >= 60)
    for path in sorted(keep.iterdir())[:4]:
        raw = path.read_text()
        reader = raw.partition("\nTo: ")[2].partition("\n")[0].rpartition("<")[2].rstrip(">")
        copy = tmp_path / "copy"
        copy.write_text(f"Return-Path: <news@post.example>\nDelivered-To: {reader}\n{raw}")
        assert "complained" in lab.run("bounce", "-", "--json", input=complaint(Copy(copy))).stdout
    assert p.wait(30) == 75
    assert "max_complained" in lab.status()["held_why"] and "4 of" in lab.send(ok=(75,)).stderr
    lab.run("log", "verify")
