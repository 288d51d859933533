"""Notes that are owed: each delivered once or in doubt, whatever the relay does and whenever the program dies (RELIABILITY R, S)."""
import contextlib
import os
import signal
import sqlite3
import subprocess
import time

import pytest

import faulty
from conftest import PROGRAM
from lab import Lab
from web import wait_for

PEOPLE = [f"reader{i}@d{i % 3}.example" for i in range(5)]


@pytest.fixture(scope="module")
def farm():
    return faulty.Farm()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Five people who asked for the paper and have not confirmed, each of whom is owed a note."""
    lab = Lab(tmp_path_factory.mktemp("notes"), people=[])
    for person in PEOPLE:
        lab.run("subscriber", "add", person, "--pending")
    sql(lab, "INSERT INTO owed (subscriber_id, kind, owed_at) SELECT id, 'confirm', unixepoch() * 1000000 FROM subscriber")
    return lab


@pytest.fixture
def lab(made, tmp_path):
    lab = made.copy(tmp_path / "lab")
    yield lab
    lab.check_database()
    lab.stop()


def sql(lab, text):
    with contextlib.closing(sqlite3.connect(lab.dir / "var" / "morningpost.db", timeout=10)) as db:
        found = db.execute(text).fetchall()
        db.commit()
        return found


def states(lab):
    return [row[0] for row in sql(lab, "SELECT state FROM owed ORDER BY id")]


def make_due(lab):
    sql(lab, "UPDATE owed SET next_at = 1 WHERE next_at IS NOT NULL")
    sql(lab, "UPDATE owed SET changed_at = 1")


def test_all_are_sent_once(lab, farm):
    lab.configure(lab.sprout(farm))
    lab.run("notes")
    lab.run("notes")
    audit = lab.audit(PEOPLE)
    assert not (audit.lost or audit.duplicated or audit.misaddressed or audit.violations), vars(audit)
    assert states(lab) == ["sent"] * 5
    assert {r["sender"] for r in audit.accepted} == {"news@post.example"}
    assert sql(lab, "SELECT count(DISTINCT edition_id), min(attempts), max(attempts) FROM owed") == [(1, 1, 1)]


@pytest.mark.parametrize("mode", [["--ext", ""], ["--ext", "PIPELINING"], []], ids=["lock-step", "pipelining", "chunking"])
@pytest.mark.parametrize("fault,code,state", [
    ("rcpt-450-4.2.0", 75, "deferred"),
    ("dot-451", 75, "deferred"),
    ("rcpt-550-5.1.1", 0, "failed"),
    ("dot-550-5.7.1", 0, "failed"),
    ("dot-drop", 75, "in_doubt"),
    ("mail-drop", 75, "deferred"),
    ("mail-530-5.7.0", 69, "queued"),
])
def test_a_fault_has_its_outcome(lab, farm, mode, fault, code, state):
    sql(lab, "DELETE FROM owed WHERE id > 1")
    lab.configure(lab.sprout(farm, "--fault", fault, *mode), connections=1, retry_first="1h")
    # With CHUNKING the whole message is out before the sender is answered.
    state = "in_doubt" if fault == "mail-drop" and mode == [] else state
    lab.run("notes", ok=(code,))
    assert set(states(lab)) == {state}
    assert lab.audit([]).accepted == []
    # Nothing is tried again before its time, and what failed never.
    lab.run("notes", ok=(code,))
    assert set(states(lab)) == {state}


def test_what_was_put_off_goes_out_later_as_the_same_message(lab, farm):
    sql(lab, "DELETE FROM owed WHERE id > 1")
    lab.configure(lab.sprout(farm, "--fault", "dot-drop-accepted"), connections=1, retry_first="1h")
    lab.run("notes", ok=(75,))
    assert states(lab) == ["in_doubt"]
    make_due(lab)
    time.sleep(1.1)
    lab.configure(lab.sprout(farm), retry_first="1h")
    lab.run("notes")
    audit = lab.audit(PEOPLE[:1])
    assert states(lab) == ["sent"] and audit.duplicated == PEOPLE[:1]
    assert not (audit.lost or audit.new_id or audit.new_body or audit.duplicated_after_250), vars(audit)


def test_in_doubt_is_held_when_the_settings_say_so(lab, farm):
    sql(lab, "DELETE FROM owed WHERE id > 1")
    lab.configure(lab.sprout(farm, "--fault", "dot-drop"), connections=1, send="in_doubt: hold", retry_first="1h")
    lab.run("notes", ok=(75,))
    make_due(lab)
    lab.run("notes", ok=(75,))
    assert states(lab) == ["in_doubt"] and sql(lab, "SELECT max(doubts) FROM owed") == [(1,)]


def test_another_relay_takes_what_one_does_not(lab, farm):
    lab.configure(lab.sprout(farm, "--fault", "greet-554"), lab.sprout(farm))
    lab.run("notes")
    assert not lab.audit(PEOPLE).lost and states(lab) == ["sent"] * 5


@pytest.mark.parametrize("point,state", [("note-before-mark", "queued"), ("note-before-commit", "queued"), ("note-after-commit", "sending")])
def test_killed_anywhere_the_next_run_finishes(lab, farm, point, state):
    lab.configure(lab.sprout(farm), retry_first="1h")
    assert lab.start("notes", env={"MORNINGPOST_FAULT": point}).wait(60) == -signal.SIGKILL
    assert set(states(lab)) <= {"queued", state} and state in states(lab)
    lab.run("notes", ok=(0, 75))
    make_due(lab)
    lab.run("notes")
    audit = lab.audit(PEOPLE)
    assert not (audit.lost or audit.duplicated), vars(audit)


def test_killed_at_random_moments(lab, farm):
    """Whoever has it twice was in doubt in between, and has the same message."""
    lab.configure(lab.sprout(farm, "--latency", 20), connections=1, retry_first="1h")
    for n in range(8):
        p = lab.start("notes")
        time.sleep(0.05 + 0.05 * n)
        p.kill()
        p.wait()
        make_due(lab)
    lab.run("notes", ok=(0, 75))
    make_due(lab)
    lab.run("notes")
    audit = lab.audit(PEOPLE)
    assert not (audit.lost or audit.new_id or audit.new_body), vars(audit)
    doubted = {row[0] for row in sql(lab, "SELECT s.email FROM owed o JOIN subscriber s ON s.id = o.subscriber_id WHERE o.doubts")}
    assert set(audit.duplicated) <= doubted


def test_only_those_who_may_still_have_it(lab, farm):
    """Asked again in the transaction that marks it: who confirmed or left meanwhile, or is suppressed, gets none."""
    lab.configure(lab.sprout(farm))
    sql(lab, "UPDATE subscriber SET state = 'active' WHERE id = 1")
    sql(lab, "UPDATE subscriber SET state = 'unsubscribed', state_at = unixepoch() * 1000000 + 5000000 WHERE id = 2")
    sql(lab, "UPDATE subscriber SET state = 'complained' WHERE id = 3")
    sql(lab, "UPDATE owed SET owed_at = 1 WHERE subscriber_id = 4")
    lab.run("notes")
    assert states(lab) == ["skipped"] * 4 + ["sent"]
    assert [r["rcpt"] for r in lab.audit([]).accepted] == PEOPLE[4:]


def test_an_address_that_may_not_go_into_an_envelope(lab, farm):
    lab.configure(lab.sprout(farm))
    sql(lab, "UPDATE subscriber SET email = 'a@b.co>' || char(13, 10) || 'RCPT TO:<v@example.org' WHERE id = 1")
    lab.run("notes")
    audit = lab.audit(PEOPLE[1:])
    assert not (audit.lost or audit.unexpected or audit.violations) and states(lab) == ["failed"] + ["sent"] * 4


def test_an_address_that_is_refused_for_good_is_asked_no_more(lab, farm):
    lab.configure(lab.sprout(farm, "--fault", "rcpt-550-5.1.1", "--only", "reader[01]@"))
    lab.run("notes")
    assert states(lab) == ["failed"] * 2 + ["sent"] * 3
    assert sql(lab, "SELECT state FROM subscriber ORDER BY id") == [("bounced",)] * 2 + [("pending",)] * 3
    # What is the sender's or the content's fault says nothing of the address.
    lab.configure(lab.sprout(farm, "--fault", "rcpt-550-5.7.1"))
    sql(lab, "INSERT INTO owed (subscriber_id, kind, owed_at) VALUES (5, 'confirm', unixepoch() * 1000000)")
    lab.run("notes")
    assert states(lab)[-1] == "failed" and sql(lab, "SELECT state FROM subscriber WHERE id = 5") == [("pending",)]


def test_one_run_at_a_time(lab, farm):
    lab.configure(lab.sprout(farm, "--latency", 100), connections=1)
    p = lab.start("notes")
    wait_for(lambda: "sending" in states(lab))
    assert "another run" in lab.run("notes", ok=(75,)).stderr
    assert p.wait(60) == 0 and not lab.audit(PEOPLE).duplicated


def test_doctor_tells_of_notes_that_wait(lab):
    assert "notes" not in lab.run("doctor", ok=None).stdout
    sql(lab, "UPDATE owed SET owed_at = owed_at - 1200000000")
    assert "never tried" in lab.run("doctor", ok=None).stdout


def test_send_and_daily_deliver_what_is_owed(made, farm, tmp_path):
    for command, code in (("send", (0,)), ("daily", (0, 65, 75))):
        lab = made.copy(tmp_path / command)
        lab.configure(lab.sprout(farm))
        lab.run(command, ok=code)
        assert states(lab) == ["sent"] * 5, command
        assert not lab.audit(PEOPLE).lost
        lab.run("notes")
        lab.stop()


def test_no_relay_is_told_and_nothing_is_lost(lab, farm):
    relay = lab.sprout(farm)
    relay.stop()
    lab.configure(relay)
    done = lab.run("notes", ok=(69,))
    assert "no relay takes the notes" in done.stderr and states(lab) == ["queued"] * 5


def test_follow_delivers_within_seconds_and_stops_when_told(lab, farm):
    lab.configure(lab.sprout(farm))
    with open(lab.where / "follow.log", "w+") as log:
        p = subprocess.Popen([PROGRAM, "-C", lab.dir, "notes", "--follow"], stderr=log)
        try:
            wait_for(lambda: states(lab) == ["sent"] * 5)
            asked = time.monotonic()
            sql(lab, "INSERT INTO owed (subscriber_id, kind, owed_at) SELECT 1, 'confirm', unixepoch() * 1000000")
            wait_for(lambda: states(lab)[-1] == "sent")
            assert time.monotonic() - asked < 4
        finally:
            p.send_signal(signal.SIGTERM)
            assert p.wait(30) == 0
    assert "Sanitizer" not in (lab.where / "follow.log").read_text()


def test_follow_has_the_password_of_its_environment_for_each_round(lab, farm):
    lab.configure(lab.sprout(farm, "--auth", "--auth-required"), user="post")
    with open(lab.where / "follow.log", "w+") as log:
        p = subprocess.Popen([PROGRAM, "-C", lab.dir, "notes", "--follow"], stderr=log, env={**os.environ, "MORNINGPOST_RELAY_PASSWORD": "a secret"})
        try:
            wait_for(lambda: states(lab) == ["sent"] * 5)
            sql(lab, "INSERT INTO owed (subscriber_id, kind, owed_at) SELECT 1, 'confirm', unixepoch() * 1000000")
            wait_for(lambda: states(lab) == ["sent"] * 6 or p.poll() is not None)
        finally:
            p.terminate()
            assert p.wait(30) == 0, (lab.where / "follow.log").read_text()


@pytest.mark.parametrize("harm, told", [
    (lambda d: (d / "var/keys/sign-1").chmod(0o644), "sign-1"),
    (lambda d: (d / "var/keys/sign-1").write_text("no key"), "sign-1"),
    (lambda d: (d / "var/keys/mac").unlink(), "mac"),
    (lambda d: open(d / "morningpost.yaml", "a").write("dkim: [{selector: post, domain: post.example, key_file: nothing.pem, algorithm: rsa}]\n"), "nothing.pem"),
], ids=["readable", "wrong", "gone", "dkim"])
def test_follow_says_at_its_start_what_would_stand_in_its_way(lab, farm, harm, told):
    """Nothing is owed, and nothing may be for days."""
    lab.configure(lab.sprout(farm))
    sql(lab, "UPDATE owed SET state = 'skipped', next_at = NULL")
    harm(lab.dir)
    done = lab.run("notes", "--follow", ok=(78,), timeout=20)
    assert told in done.stderr and "following" not in done.stderr


def test_a_rate_is_kept(lab, farm):
    lab.configure(lab.sprout(farm), rate="2/s")
    begun = time.monotonic()
    lab.run("notes")
    assert time.monotonic() - begun > 1.5 and states(lab) == ["sent"] * 5


def test_a_bad_template_holds_up_its_own_kind_only(lab, farm):
    lab.configure(lab.sprout(farm))
    os.makedirs(lab.dir / "templates", exist_ok=True)
    (lab.dir / "templates" / "note-confirm.txt").write_text("{{subscriber.name}}")
    sql(lab, "UPDATE subscriber SET state = 'unsubscribed', state_at = 1 WHERE id = 1")
    sql(lab, "INSERT INTO owed (subscriber_id, kind, owed_at) VALUES (1, 'left', unixepoch() * 1000000)")
    assert "note-confirm.txt:1" in lab.run("notes", ok=(75,)).stderr
    assert states(lab) == ["queued"] * 5 + ["sent"]
    with open(lab.where / "follow.log", "w+") as log:
        p = subprocess.Popen([PROGRAM, "-C", lab.dir, "notes", "--follow"], stderr=log)
        try:
            time.sleep(2.5)
            (lab.dir / "templates" / "note-confirm.txt").write_text("{{{link.confirm}}}")
            wait_for(lambda: states(lab) == ["sent"] * 6)
        finally:
            p.terminate()
            assert p.wait(30) == 0
    assert (lab.where / "follow.log").read_text().count("note-confirm.txt:1") == 1, "told once, not every second"
