"""What comes back and what follows from it: proofs, forgeries, kills in the middle, no answers."""
import json
import os
import shutil
import signal
import sqlite3
import subprocess

import faulty
import pytest
from conftest import PROGRAM, Publication, run
from lab import Lab
from returned import away, complaint, copies, dsn, leave, send

PEOPLE = [f"r{i}@d{i}.example" for i in range(8)]


@pytest.fixture(scope="module")
def issue(tmp_path_factory):
    """A publication that has sent its issue: made once, copied for each test."""
    path = tmp_path_factory.mktemp("sent") / "post"
    assert run("init", path).code == 0
    send(Publication(path), *PEOPLE)
    return path


@pytest.fixture
def sent(issue, tmp_path):
    shutil.copytree(issue, tmp_path / "post")
    publication = Publication(tmp_path / "post")
    publication.copies = copies(publication)
    return publication


def ask(publication, sql):
    with sqlite3.connect(publication.database) as db:
        return db.execute(sql).fetchall()


def take(publication, text, *options):
    return publication.json("bounce", "-", *options, stdin=text)


def maildir(path, messages):
    for name in ("new", "cur", "tmp"):
        (path / name).mkdir(parents=True, exist_ok=True)
    for name, text in messages.items():
        (path / "new" / name).write_text(text)
    return path


def test_each_way_back_is_known(sent):
    c = sent.copies
    [verp] = take(sent, dsn(c[PEOPLE[0]], headers=False))
    assert (verp["what"], verp["proof"], verp["standing"], verp["email"]) == ("recorded", "verp", "bounced", PEOPLE[0])
    [by_id] = take(sent, dsn(c[PEOPLE[1]], to="back@post.example"))
    assert by_id["proof"] in ("message-id", "token") and by_id["standing"] == "bounced"
    [soft] = take(sent, dsn(c[PEOPLE[2]], status="4.2.2", words="452 mailbox full"))
    assert (soft["what"], soft["kind"], soft["standing"]) == ("recorded", "soft", "kept")
    [abuse] = take(sent, complaint(c[PEOPLE[3]]))
    assert (abuse["what"], abuse["kind"], abuse["standing"]) == ("recorded", "complaint", "complained")
    [left] = take(sent, leave(c[PEOPLE[4]]))
    assert left["what"] == "left"
    [auto] = take(sent, away(c[PEOPLE[5]]))
    assert auto["what"] == "nothing"
    [policy] = take(sent, dsn(c[PEOPLE[6]], status="5.7.1", words="550 5.7.1 looks like spam"))
    assert policy.get("standing") in (None, "kept")
    assert sent.states() == {PEOPLE[0]: "bounced", PEOPLE[1]: "bounced", PEOPLE[2]: "active", PEOPLE[3]: "complained",
                             PEOPLE[4]: "unsubscribed", PEOPLE[5]: "active", PEOPLE[6]: "active", PEOPLE[7]: "active"}
    assert sent.run("subscriber", "add", PEOPLE[3], "--resubscribe").code == 65
    sent.ok("log", "verify")


@pytest.mark.parametrize("args", [("--dry-run",), ()], ids=["dry", "taken"])
def test_a_file_that_cannot_be_read_stops_no_other(sent, tmp_path, args):
    c = sent.copies
    for name, who in (("a", PEOPLE[0]), ("z", PEOPLE[1])):
        (tmp_path / name).write_text(dsn(c[who]))
    (tmp_path / "folder").mkdir()
    done = sent.run("bounce", *args, tmp_path / "a", tmp_path / "none", tmp_path / "folder", tmp_path / "z")
    assert done.code == 66 and done.out.count("5.1.1") == 2, done
    assert f"{tmp_path}/none: No such file" in done.err and f"{tmp_path}/folder: is a folder; --maildir" in done.err
    assert ("2 read" in done.err) != bool(args)
    assert [sent.states()[who] for who in PEOPLE[:2]] == ["active" if args else "bounced"] * 2
    assert sent.run("bounce", *args, tmp_path / "folder", tmp_path / "none").code == 74
    done = sent.run("bounce", *args, "--json", tmp_path / "none", tmp_path / "a")
    assert done.code == 66 and len(json.loads(done.out)) == 1


def test_a_post_that_is_none_stops_no_other(sent, tmp_path):
    (tmp_path / "no.json").write_text("{")
    (tmp_path / "one.json").write_text(json.dumps({"RecordType": "Bounce", "Type": "HardBounce", "Email": "x@y.example", "MessageID": "1"}))
    done = sent.run("bounce", "--dry-run", "--format", "postmark", tmp_path / "no.json", tmp_path / "one.json")
    assert done.code == 65 and "no.json" in done.err and "x@y.example\thard" in done.out, done


def test_why_tells_what_came_back(sent):
    take(sent, dsn(sent.copies[PEOPLE[0]]))
    [returned] = sent.json("why", PEOPLE[0])["returned"]
    assert (returned["kind"], returned["by"], returned["status"]) == ("hard", "mail", "5.1.1")
    assert "a hard bounce by mail: 5.1.1" in sent.ok("why", PEOPLE[0]).out


def test_the_same_report_counts_once(sent):
    text = dsn(sent.copies[PEOPLE[0]], status="4.2.2", words="452 mailbox full")
    assert [r["what"] for r in take(sent, text) + take(sent, text)] == ["recorded", "before"]
    assert ask(sent, "SELECT count(*) FROM bounce") == [(1,)]


def test_what_is_forged_has_no_effect(sent):
    """B5. Everything a stranger can know of somebody is their address, the list's and what others' copies hold."""
    mine, theirs = sent.copies[PEOPLE[0]], sent.copies[PEOPLE[1]]
    tag = mine.verp.split("+")[1].split("@")[0].split(".")
    other = theirs.verp.split("+")[1].split("@")[0].split(".")
    forged = [
        dsn(theirs, to="back@post.example", headers=False),
        dsn(theirs, to=f"back+{other[0]}.{other[1]}.{'a' * 16}@post.example", headers=False),
        dsn(theirs, to=f"back+{other[0]}.{other[1]}.{tag[2]}@post.example", headers=False),
        dsn(theirs, to=f"back+{other[0]}.{other[1]}@post.example", headers=False),
        dsn(theirs, to=theirs.verp.replace("post.example", "evil.example"), headers=False),
        dsn(theirs, to="back@post.example", headers=False).replace("<x@elsewhere.example>", mine.message_id),
        dsn(theirs, to="back@post.example", headers=False).replace("<x@elsewhere.example>", f"<{'b' * 32}@post.example>"),
        complaint(theirs).replace(theirs.headers(), "Subject: x\nMessage-ID: <y@z.example>"),
        leave(theirs, "unsubscribe"),
        leave(theirs, "unsubscribe " + theirs.token[:-1] + ("A" if theirs.token[-1] != "A" else "Q")),
        f"Subject: x\n\n{PEOPLE[1]} does not exist: 550 5.1.1 user unknown\n",
    ]
    before = ask(sent, "SELECT count(*) FROM event")
    for text in forged:
        assert [r["what"] for r in take(sent, text)] in (["unmatched"], ["nothing"]), text
    assert set(sent.states().values()) == {"active"}
    assert ask(sent, "SELECT count(*) FROM bounce") == [(0,)] and ask(sent, "SELECT count(*) FROM event") == before
    # What came by the pipe is nowhere else.
    assert len(list((sent.path / "var/unmatched/new").iterdir())) >= 8


def test_a_maildir_keeps_what_is_for_a_person(sent, tmp_path):
    c = sent.copies
    box = maildir(tmp_path / "box", {
        "1": dsn(c[PEOPLE[0]]), "2": away(c[PEOPLE[1]]), "3": "From: a@b.example\nSubject: hello\n\nA question.\n",
        "4": dsn(c[PEOPLE[2]], to="back@post.example", headers=False), "5": leave(c[PEOPLE[3]]), "6": "\0\xff nonsense"})
    (box / "new" / "link").symlink_to("/etc/passwd")
    os.mkfifo(box / "new" / "pipe")
    (box / "cur" / "7:2,S").write_text(dsn(c[PEOPLE[4]]))
    done = sent.json("bounce", "--maildir", box)
    assert len(done) == 7
    assert sorted(p.name for p in (box / "done").iterdir()) == ["1", "2", "5", "7:2,S"]
    assert sorted(p.name for p in (box / "new").iterdir()) == ["3", "4", "6", "link", "pipe"]
    assert (box / "new" / "3").read_text().endswith("A question.\n")
    assert [r["what"] for r in sent.json("bounce", "--maildir", box)] == ["unmatched"] * 3
    # A second one of a name does not take the first one's place.
    (box / "new" / "1").write_text(dsn(c[PEOPLE[5]]))
    sent.ok("bounce", "--maildir", box)
    assert sorted(p.name for p in (box / "done").iterdir()) == ["1", "1.1", "2", "5", "7:2,S"]
    assert sorted(e for e, s in sent.states().items() if s == "bounced") == [PEOPLE[0], PEOPLE[4], PEOPLE[5]]


def test_a_dry_run_of_a_maildir_shows_it_and_moves_nothing(sent, tmp_path):
    box = maildir(tmp_path / "box", {"1": dsn(sent.copies[PEOPLE[0]]), "2": leave(sent.copies[PEOPLE[1]])})
    before = sorted(box.rglob("*"))
    done = sent.ok("bounce", "--dry-run", "--maildir", box)
    assert [line.split("\t")[:3] for line in done.out.splitlines()] == [[PEOPLE[0], "hard", "5.1.1"]]
    assert sorted(box.rglob("*")) == before and set(sent.states().values()) == {"active"}
    # As with files, without a publication.
    assert run("bounce", "--dry-run", "--maildir", box, cwd=tmp_path).out == done.out


def test_a_folder_of_files_is_one_too(sent, tmp_path):
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "a.eml").write_text(dsn(sent.copies[PEOPLE[0]]))
    sent.ok("bounce", "--maildir", tmp_path / "plain")
    assert [p.name for p in (tmp_path / "plain" / "done").iterdir()] == ["a.eml"]
    assert sent.run("bounce", "--maildir", tmp_path / "missing").code == 66


def test_an_mbox_is_many(sent, tmp_path):
    box = tmp_path / "mbox"
    box.write_text("".join(f"From x@y Mon Jan  1 00:00:00 2026\n{dsn(sent.copies[p])}\n" for p in PEOPLE[:3]))
    assert [r["standing"] for r in sent.json("bounce", box)] == ["bounced"] * 3
    assert box.exists()


@pytest.mark.parametrize("at", [1, 3])
def test_killed_between_recording_and_moving_it_repeats_harmlessly(sent, tmp_path, at):
    """B6."""
    box = maildir(tmp_path / "box", {str(i): dsn(sent.copies[p], status="4.2.2", words="452 mailbox full")
                                     for i, p in enumerate(PEOPLE[:5])})
    killed = subprocess.run([PROGRAM, "-C", sent.path, "bounce", "--maildir", box], capture_output=True,
                            env={**os.environ, "MORNINGPOST_FAULT": f"bounce-recorded:{at}"})
    assert killed.returncode == -signal.SIGKILL
    assert len(list((box / "done").iterdir())) == at - 1 and ask(sent, "SELECT count(*) FROM bounce") == [(at,)]
    again = sent.json("bounce", "--maildir", box)
    assert [r["what"] for r in again] == ["before"] + ["recorded"] * (5 - at)
    assert len(list((box / "done").iterdir())) == 5
    assert ask(sent, "SELECT count(*), count(DISTINCT subscriber_id) FROM bounce") == [(5, 5)]


def test_many_mails_feed_no_reply(sent, tmp_path):
    """B7 (500 of them, where time does not matter): bounces, automatic answers and mail of the null sender are answered by nothing, ever."""
    kinds = [lambda c, n: dsn(c, name=n), lambda c, n: dsn(c, status="4.2.2", name=n), lambda c, n: away(c),
             lambda c, n: complaint(c), lambda c, n: f"Return-Path: <>\nFrom: <>\nTo: {c.verp}\nSubject: ping {n}\n\nAnswer me\n"]
    many = 500 if os.environ.get("MORNINGPOST_LONG") else 50
    box = tmp_path / "mbox"
    box.write_text("".join(f"From MAILER-DAEMON Mon Jan  1 00:00:00 2026\n{kinds[n % 5](sent.copies[PEOPLE[n % 8]], n)}\n"
                           for n in range(many)))
    before = sorted(p.name for p in (sent.path / "var/outbox/new").iterdir())
    assert len(sent.json("bounce", box)) == many
    assert sorted(p.name for p in (sent.path / "var/outbox/new").iterdir()) == before
    assert ask(sent, "SELECT count(*) FROM owed") == [(0,)]


def test_soft_bounces_count_by_their_issues(sent):
    """Five, over fourteen days and three issues (bounce.soft_*), whenever they are read."""
    [(subscriber,)] = ask(sent, f"SELECT id FROM subscriber WHERE email = '{PEOPLE[0]}'")
    with sqlite3.connect(sent.database) as db:
        # They have been on the list for long.
        db.execute("UPDATE subscriber SET state_at = 0")
        for back in (14, 9, 5):
            db.execute("INSERT INTO issue (day, edition_id, state, dated_at, last_moment, started_at) SELECT date(day, ?), edition_id, "
                       "'sent', 1, 2, 1 FROM issue WHERE id = 1", (f"-{back} days",))
        for issue in (2, 3, 4):
            db.execute("INSERT INTO bounce (subscriber_id, issue_id, kind, source, report, at, judged_at) "
                       "VALUES (?, ?, 'soft', 'mail', ?, 1, 1)", (subscriber, issue, f"old {issue}"))
    full = {"status": "4.2.2", "words": "452 mailbox full"}
    [fourth] = take(sent, dsn(sent.copies[PEOPLE[0]], name="4", **full))
    [fifth] = take(sent, dsn(sent.copies[PEOPLE[0]], name="5", **full))
    assert (fourth["standing"], fifth["standing"]) == ("kept", "bounced")


def test_a_bounce_settles_a_doubt(sent):
    with sqlite3.connect(sent.database) as db:
        db.execute("UPDATE delivery SET state = 'in_doubt' WHERE subscriber_id = 1")
    take(sent, dsn(sent.copies[PEOPLE[0]], status="4.2.2", words="452 mailbox full"))
    assert ask(sent, "SELECT state FROM delivery WHERE subscriber_id = 1") == [("sent",)]


def test_a_refusal_at_smtp_time_goes_the_same_road(tmp_path):
    """S3: whose fault a 5xx is. At RCPT it may be the address's, at MAIL, DATA and the dot it never is."""
    wanted = {"fail-rcpt": "bounced", "fail-soft": "active", "fail-msg": "active", "sent": "active"}
    names = {n: wanted[f.verdict] for n, f in faulty.FAULTS.items()
             if n.startswith(("rcpt-5", "data-5", "dot-5")) and f.verdict in wanted and f.then == "on"}
    assert sum(s == "bounced" for s in names.values()) > 10 < sum(s == "active" for s in names.values())
    people = [f"f.{n}@d{i}.example" for i, n in enumerate(names)] + ["well@d.example"]
    lab = Lab(tmp_path, people)
    try:
        relay = lab.relay("--by-name")
        lab.configure(relay, send="max_bounced: 100%")
        lab.send(ok=(0, 69))
        publication = Publication(lab.dir)
        states = publication.states()
        served = {row[0] for row in ask(publication, "SELECT email FROM delivery JOIN subscriber ON id = subscriber_id WHERE delivery.state != 'queued'")}
        assert len(served) > 40
        for (name, state), person in zip(names.items(), people):
            assert person not in served or states[person] == state, (name, states[person])
        assert states["well@d.example"] == "active"
        assert ask(publication, "SELECT count(*) FROM bounce WHERE judged_at IS NULL") == [(0,)]
        publication.ok("log", "verify")
        # A note that is refused counts too, but not one to an address that is not theirs yet.
        publication.ok("subscriber", "add", "f.rcpt-550-5.1.1@new.example", "--pending")
        publication.ok("subscriber", "add", "moves@d.example")
        with sqlite3.connect(publication.database) as db:
            db.execute("INSERT INTO owed (subscriber_id, kind, owed_at) SELECT id, 'confirm', unixepoch() * 1000000 FROM subscriber WHERE state = 'pending'")
            db.execute("INSERT INTO owed (subscriber_id, kind, email, detail, owed_at) SELECT id, 'address', 'f.rcpt-550-5.1.1@x.example', "
                       "'{\"email\":\"f.rcpt-550-5.1.1@x.example\"}', unixepoch() * 1000000 FROM subscriber WHERE email = 'moves@d.example'")
        publication.ok("notes")
        assert {row[0] for row in ask(publication, "SELECT state FROM owed")} == {"failed"}
        states = publication.states()
        assert (states["f.rcpt-550-5.1.1@new.example"], states["moves@d.example"]) == ("bounced", "active")
    finally:
        lab.stop()


def postmark(copy, kind="HardBounce"):
    return json.dumps({"RecordType": "Bounce", "ID": 42, "Type": kind, "TypeCode": 1, "Email": copy.email, "From": "news@post.example",
                       "Description": "The server was unable to deliver your message", "Details": "smtp;550 5.1.1 no such user",
                       "MessageID": "00000000-0000-0000-0000-000000000000", "BouncedAt": "2026-02-14T05:00:00Z", "Inactive": True})


def test_a_post_that_proves_nothing_needs_somebodys_word(sent):
    copy = sent.copies[PEOPLE[0]]
    [unproved] = take(sent, postmark(copy), "--format", "postmark")
    assert unproved["what"] == "unmatched" and sent.states()[PEOPLE[0]] == "active"
    [vouched] = take(sent, postmark(copy), "--format", "postmark", "--trust")
    assert (vouched["proof"], vouched["standing"]) == ("word", "bounced")
    assert ask(sent, "SELECT source FROM bounce") == [("webhook",)]


def test_a_post_for_a_person_outlives_the_pipe_it_came_by(sent):
    take(sent, postmark(sent.copies[PEOPLE[0]]), "--format", "postmark")
    [kept] = (sent.path / "var/unmatched/new").iterdir()
    [vouched] = sent.json("bounce", kept, "--format", "postmark", "--trust")
    assert vouched["standing"] == "bounced"
    # Nothing in it is for a person: nothing is put there.
    take(sent, postmark(sent.copies[PEOPLE[1]]), "--format", "postmark", "--trust")
    assert len(list((sent.path / "var/unmatched/new").iterdir())) == 1


def test_what_it_needs_is_said(sent, tmp_path):
    for arguments in ([], ["--fetch", "x"], ["--maildir", tmp_path, "--fetch"], ["--maildir", tmp_path, "--format", "ses"], ["-", "--trust"],
                      ["--format", "pigeon", "-"]):
        assert sent.run("bounce", *arguments).code == 64, arguments
    assert sent.run("bounce", tmp_path / "missing").code == 66
    done = sent.run("bounce", "--fetch")
    assert done.code == 78 and "bounce.mailbox.url is not set" in done.err
