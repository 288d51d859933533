"""What an operator and cron can ask of a send, and what they are told."""
import contextlib
import datetime
import json
import re
import signal
import sqlite3
import threading
import time

import pytest

from certificates import make as make_certificates, options as tls
from lab import DAY, ISSUE, Lab, assert_clean


@pytest.fixture
def lab(tmp_path):
    made = Lab(tmp_path, people=20)
    yield made
    made.stop()


def outbox(lab):
    return [f.read_text() for f in (lab.dir / "var/outbox/new").iterdir()] if (lab.dir / "var/outbox/new").exists() else []


def recipients(lab):
    return sorted(re.search(r"^Delivered-To: (.*)", text, re.M)[1] for text in outbox(lab))


# -- options --------------------------------------------------------------------------------------

def test_a_dry_run_sends_and_changes_nothing(lab):
    done = lab.run("send", "--dry-run", "--json")
    assert json.loads(done.stdout)["recipients"] == 20
    assert outbox(lab) == [] and lab.rows() == {} and lab.status()["state"] in ("none", "composed")


def test_a_test_copy_is_marked_and_not_in_the_ledger(lab):
    lab.send("--to", "me@example.org", "--to", lab.people[0])
    assert recipients(lab) == sorted(["me@example.org", lab.people[0]])
    assert all(re.search(r"^Subject: .*\[?[Tt]est", text, re.M) for text in outbox(lab))
    assert lab.rows() == {}
    lab.send()
    assert recipients(lab).count(lab.people[0]) == 2


@pytest.mark.parametrize("address", ["no address", "a@b", "a@b.example\r\nBcc: x@y.example", ""])
def test_a_test_copy_to_no_address_is_refused(lab, address):
    lab.send("--to", address, ok=(64, 65))
    assert outbox(lab) == []


@pytest.mark.parametrize("also", [("--dry-run",), ("--tag", "early"), ("--max", "1"), ("--only-missed",), ("--new-edition",)])
def test_a_test_copy_goes_with_nothing_that_is_about_readers(lab, also):
    """Least of all with --dry-run, which wants nothing sent."""
    done = lab.run("send", "--to", "me@example.org", *also, ok=(64,))
    assert also[0] in done.stderr and outbox(lab) == []


def test_tags_choose_who_gets_it_and_the_others_are_served_later(lab):
    for person in lab.people[:3]:
        lab.run("subscriber", "set", person, "--tag", "+early")
    lab.send("--tag", "early")
    assert recipients(lab) == sorted(lab.people[:3])
    lab.send("--only-missed")
    assert recipients(lab) == sorted(lab.people)


def test_an_issue_is_not_used_up_on_nobody(lab):
    for person in lab.people:
        lab.run("subscriber", "remove", person)
    assert "nobody on the list is due" in lab.send().stderr and lab.status()["state"] == "composed"
    assert "nobody" not in lab.run("-q", "daily").stderr
    lab.run("subscriber", "add", "late@example.org")
    assert "nobody on the list is due" in lab.send("--tag", "nosuch").stderr
    lab.send()
    assert recipients(lab) == ["late@example.org"] and lab.status()["state"] == "sent"


def test_max_ends_a_run_and_the_next_goes_on(lab):
    lab.send("--max", 7, ok=(75,))
    assert len(outbox(lab)) == 7 and lab.status()["queued"] == 13
    lab.send()
    assert recipients(lab) == sorted(lab.people)


def test_a_deadline_ends_a_run(lab):
    lab.configure(lab.relay("--latency", 100), connections=1, window=1)
    begun = time.monotonic()
    lab.send("--deadline", "1s", ok=(75,))
    assert time.monotonic() - begun < 15 and 0 < lab.status()["sent"] < 20
    lab.send()
    assert_clean(lab.audit())


def test_a_changed_issue_is_refused_once_its_sending_has_begun(lab):
    lab.send("--max", 5, ok=(75,))
    issue = lab.dir / "issues" / f"{DAY}.md"
    issue.write_text(ISSUE.replace("Nothing much happened", "A great deal happened"))
    done = lab.send(ok=(65,))
    assert "--new-edition" in done.stderr
    lab.send("--new-edition")
    texts = outbox(lab)
    assert len(texts) == 20 and sum("A great deal" in t for t in texts) == 15
    assert recipients(lab) == sorted(lab.people)


def test_another_list_id_would_kill_the_links_that_are_out(lab):
    """The url moves to another host: the list_id that it gave by default must not move with it unnoticed."""
    def tokens():
        return {re.search(r"^Delivered-To: (.*)", text, re.M)[1]: re.search(r"^List-Unsubscribe: .*/u/([\w-]+)", text, re.M)[1] for text in outbox(lab)}

    lab.send()
    old = tokens()
    for f in (lab.dir / "var/outbox/new").iterdir():
        f.unlink()
    tomorrow = str(datetime.date.fromisoformat(DAY) + datetime.timedelta(days=1))
    (lab.dir / "issues" / f"{tomorrow}.md").write_text(ISSUE)
    settings = (lab.dir / "morningpost.yaml").read_text()
    moved = settings.replace("url: https://post.example", "url: https://news.post.example")
    (lab.dir / "morningpost.yaml").write_text(moved)
    for command in ("send", "daily"):
        done = lab.run(command, "--date", tomorrow, ok=(78,))
        assert "write 'list_id: post.example'" in done.stderr and outbox(lab) == []
    assert "put the old one" in lab.run("doctor", ok=(78,)).stdout
    lab.send("--date", tomorrow, "--max", "5", "--force", ok=(0, 75))
    new = tokens()
    assert len(new) == 5 and not set(new.values()) & set(old.values()), "signed anew, for a link that works"
    (lab.dir / "morningpost.yaml").write_text(moved.replace("url:", "list_id: post.example\n  url:"))
    lab.send("--date", tomorrow, ok=(78,))
    (lab.dir / "morningpost.yaml").write_text(moved)
    lab.send("--date", tomorrow)
    assert len(tokens()) == 20


def test_who_joins_while_it_is_sent_is_not_part_of_it(lab):
    lab.send("--max", 5, ok=(75,))
    lab.run("subscriber", "add", "late@example.org")
    lab.send()
    assert "late@example.org" not in recipients(lab) and lab.status()["recipients"] == 20


def test_who_paused_or_reads_on_saturdays_is_left_out(lab):
    lab.run("subscriber", "set", lab.people[0], "--pause", "2099-01-01")
    lab.run("subscriber", "set", lab.people[1], "--frequency", "saturday")
    lab.run("subscriber", "add", "pending@example.org", "--pending")
    (lab.dir / "issues" / "2031-01-06.md").write_text(ISSUE)
    (lab.dir / "issues" / "2031-01-11.md").write_text(ISSUE)
    for day, there in (("2031-01-06", False), ("2031-01-11", True)):  # a Monday, a Saturday
        before = recipients(lab).count(lab.people[1])
        lab.send("--date", day, "--force")
        assert (recipients(lab).count(lab.people[1]) > before) == there
    assert lab.people[0] not in recipients(lab) and "pending@example.org" not in recipients(lab)


# -- leaving in the middle ------------------------------------------------------------------------

@pytest.mark.parametrize("how", ["remove", "import", "page"])
def test_who_leaves_while_it_is_sent_does_not_get_it(tmp_path, how):
    lab = Lab(tmp_path, people=400)
    relay = lab.relay("--latency", 15)
    lab.configure(relay, connections=2, window=2)
    try:
        p = lab.start("send")
        while relay.accepted() < 20:
            time.sleep(0.005)
        got = {r["rcpt"] for r in lab.audit([]).accepted}
        # Those who are far from their turn, so that none of them is in hand already.
        leaving = [who for who in lab.people if who not in got][150:250]
        if how == "remove":
            for who in leaving[:10]:
                lab.run("subscriber", "remove", who)
            leaving = leaving[:10]
        elif how == "import":
            table = tmp_path / "left.csv"
            table.write_text("email,state\n" + "".join(f"{who},unsubscribed\n" for who in leaving))
            lab.run("subscriber", "import", str(table))
        else:
            with contextlib.closing(sqlite3.connect(lab.dir / "var/morningpost.db", timeout=30)) as db, db:
                db.executemany("UPDATE subscriber SET state = 'unsubscribed', epoch = epoch WHERE email = ?", [(w,) for w in leaving])
        assert p.wait(120) == 0
        audit = lab.audit([who for who in lab.people if who not in leaving], forbidden=leaving)
        assert audit.forbidden == [] and audit.lost == [] and audit.duplicated == []
        told = lab.status()
        assert told["skipped"] == len(leaving) and told["sent"] == 400 - len(leaving)
    finally:
        lab.stop()


@pytest.mark.parametrize("extensions", ["PIPELINING, CHUNKING, 8BITMIME", "PIPELINING", ""], ids=["chunking", "pipelining", "lock-step"])
def test_who_moves_while_it_is_sent_gets_it_at_the_new_address_alone(tmp_path, extensions):
    """What was read ahead of them is old: nothing goes to the address that they left, and they are served in the same run."""
    lab = Lab(tmp_path, people=60, pattern="reader{}@slow.example")
    relay = lab.relay("--ext", extensions, "--latency", 4)
    lab.configure(relay, connections=2, domains="{slow.example: {rate: 60/s}}")
    try:
        p = lab.start("send")
        while relay.accepted() < 5:
            time.sleep(0.005)
        moved = {f"reader{i}@slow.example": f"reader{i}@new.example" for i in range(20, 60, 5)}
        with contextlib.closing(sqlite3.connect(lab.dir / "var/morningpost.db", timeout=30)) as db, db:
            db.executemany("UPDATE subscriber SET email = ?2, email_key = ?2, domain = 'new.example' WHERE email = ?1", moved.items())
        assert p.wait(120) == 0
        audit = lab.full_audit([moved.get(who, who) for who in lab.people], forbidden=moved)
        assert_clean(audit)
        assert audit.forbidden == [] and audit.duplicated == [] and lab.status()["sent"] == 60
    finally:
        lab.stop()


@pytest.mark.parametrize("extensions", ["PIPELINING", ""], ids=["pipelining", "lock-step"])
def test_a_refusal_of_the_address_that_somebody_left_is_not_held_against_them(tmp_path, extensions):
    """RCPT goes out before anybody is marked: what is refused there is the old address, and they are served at the new one."""
    gone = [f"f.rcpt-550-5.1.1@d{i}.example" for i in range(4)]
    moved = {who: f"new{i}@d{i}.example" for i, who in enumerate(gone)}
    lab = Lab(tmp_path, people=[f"reader{i}@d.example" for i in range(3)] + gone)
    relay = lab.relay("--by-name", "--ext", extensions)
    lab.configure(relay, connections=2, rate="4/s")
    try:
        p = lab.start("send")
        while relay.accepted() < 3:
            time.sleep(0.005)
        # As long as somebody else writes, nobody is marked, and the relay has its say first.
        with contextlib.closing(sqlite3.connect(lab.dir / "var/morningpost.db", timeout=30, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            db.executemany("UPDATE subscriber SET email = ?2, email_key = ?2 WHERE email = ?1", moved.items())
            time.sleep(1)
            db.execute("COMMIT")
        assert p.wait(120) == 0
        audit = lab.full_audit([moved.get(who, who) for who in lab.people])
        assert audit.lost == [] and audit.duplicated == [] and lab.status()["sent"] == 7 and lab.status()["failed"] == 0
        with contextlib.closing(sqlite3.connect(lab.dir / "var/morningpost.db")) as db:
            assert db.execute("SELECT count(*) FROM bounce").fetchone() == (0,)
    finally:
        lab.stop()


@pytest.mark.parametrize("again", [("--only-missed",), ("--tag", "some")])
def test_what_a_kill_left_on_the_wire_is_served_by_whatever_send_comes_next(tmp_path, again):
    """A send to those who are missed plans anew, and nobody may take that for the beginning."""
    lab = Lab(tmp_path, people=[f"reader{i}@d.example" for i in range(4)])
    lab.configure(lab.relay())
    try:
        if "--tag" in again:
            lab.run("subscriber", "set", "reader0@d.example", "--tag", "+some")
        lab.send("--max", "2", ok=(75,))
        with contextlib.closing(sqlite3.connect(lab.dir / "var/morningpost.db")) as db, db:
            db.execute("UPDATE delivery SET state = 'sending', attempts = 1, relay = (SELECT max(relay) FROM delivery) WHERE subscriber_id = "
                       "(SELECT max(subscriber_id) FROM delivery WHERE state = 'queued')")
        lab.send(*again)
        assert lab.status()["sent"] == 4
    finally:
        lab.stop()


@pytest.mark.parametrize("extensions", ["PIPELINING, CHUNKING, 8BITMIME", "PIPELINING", ""])
def test_who_left_a_second_ago_gets_nothing(tmp_path, extensions):
    """RELIABILITY R7: 100 of 2,000 leave half way, as the page does it; nothing that begins a second later is for them."""
    lab = Lab(tmp_path, people=2000)
    relay = lab.relay("--ext", extensions, "--latency", 4)
    lab.configure(relay, connections=8)
    try:
        p = lab.start("send")
        while relay.accepted() < 700:
            time.sleep(0.01)
        got = {r["rcpt"] for r in lab.audit([]).accepted}
        leaving = [who for who in lab.people if who not in got][::9][:100]
        with contextlib.closing(sqlite3.connect(lab.dir / "var/morningpost.db", timeout=30)) as db, db:
            db.executemany("UPDATE subscriber SET state = 'unsubscribed' WHERE email = ?", [(who,) for who in leaving])
        left = time.time()
        assert p.wait(120) == 0
        audit = lab.full_audit([who for who in lab.people if who not in leaving])
        late = [r["rcpt"] for r in audit.accepted if r["rcpt"] in leaving and r["at"] > left + 1]
        assert late == [] and audit.lost == [] and audit.duplicated == [] and not audit.violations
        assert lab.status()["skipped"] >= 80
    finally:
        lab.stop()


def test_a_relay_that_is_busy_with_those_who_left_is_not_out_of_reach(tmp_path):
    """Their commands are still answered when there is nobody else in hand."""
    lab = Lab(tmp_path, people=20)
    relay = lab.relay("--ext", "", "--latency", 40)
    lab.configure(relay, connections=1)
    try:
        p = lab.start("send", "--no-wait")
        while relay.accepted() < 3:
            time.sleep(0.005)
        with contextlib.closing(sqlite3.connect(lab.dir / "var/morningpost.db", timeout=30)) as db, db:
            db.execute("UPDATE subscriber SET state = 'unsubscribed' WHERE id < (SELECT max(id) FROM subscriber)")
        assert p.wait(60) == 0
        told = lab.status()
        assert told["queued"] == 0 and told["sent"] + told["skipped"] == 20 and lab.rows()[lab.people[-1]][0] == "sent"
    finally:
        lab.stop()


# -- TLS and passwords ----------------------------------------------------------------------------

@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("tls"))


def with_password(lab, secret="marker-secret"):
    path = lab.dir / "relay.password"
    path.write_text(secret + "\n")
    path.chmod(0o600)
    return {"user": "post", "password_file": "relay.password"}


@pytest.mark.parametrize("implicit", [False, True])
def test_tls_is_verified_and_carries_the_password(lab, certificates, implicit):
    extra = ["--implicit-tls"] if implicit else []
    lab.configure(lab.relay(*tls(certificates, "good"), "--auth", "--auth-requires-tls", *extra), host="localhost", tls="required",
                  ca_file=certificates / "ca.pem", scheme="smtps" if implicit else "smtp", **with_password(lab))
    done = lab.send()
    audit = lab.audit()
    assert_clean(audit)
    assert "marker-secret" not in done.stdout + done.stderr
    assert b"marker-secret" not in (lab.dir / "var/morningpost.db").read_bytes()


@pytest.mark.parametrize("name", ["wronghost", "expired", "self", None])
def test_without_good_tls_nothing_is_sent_and_no_password_either(lab, certificates, name):
    relay = lab.relay(*(tls(certificates, name) if name else ()), "--auth")
    lab.configure(relay, host="localhost", tls="required", ca_file=certificates / "ca.pem", **with_password(lab))
    lab.send(ok=(78,))
    audit = lab.audit([])
    assert audit.accepted == [] and audit.connections <= 3
    assert {r[0] for r in lab.rows().values()} <= {"queued"}
    assert "clear-secret" not in audit.violations and "clear_secret" not in audit.violations


def test_a_wrong_password_is_a_matter_of_settings(lab, certificates):
    lab.configure(lab.relay(*tls(certificates, "good"), "--auth", "--fault", "auth-535"), host="localhost", tls="required",
                  ca_file=certificates / "ca.pem", **with_password(lab, "wrong"))
    done = lab.send(ok=(78,))
    assert "535" in done.stderr or "password" in done.stderr or "refused" in done.stderr, done.stderr
    assert lab.audit([]).accepted == []


# -- names beyond ASCII ---------------------------------------------------------------------------

def test_an_address_beyond_ascii_needs_a_relay_that_takes_it(tmp_path):
    people = ["ünï@example.org", "plain@bücher.example"]
    for extension, sent in (("PIPELINING, 8BITMIME, SMTPUTF8", True), ("PIPELINING, 8BITMIME", False)):
        where = tmp_path / str(sent)
        where.mkdir()
        lab = Lab(where, people=0)
        try:
            for person in people:
                lab.run("subscriber", "add", person)
            lab.configure(lab.relay("--ext", extension))
            lab.send()
            got = {r["rcpt"] for r in lab.audit([]).accepted}
            assert "plain@xn--bcher-kva.example" in got
            assert ("ünï@example.org" in got) == sent
            assert lab.status()["failed"] == (0 if sent else 1)
        finally:
            lab.stop()


# -- daily, status, why, resolve ------------------------------------------------------------------

def test_daily_is_quiet_when_there_is_nothing_left(lab):
    lab.run("daily")
    assert len(outbox(lab)) == 20
    for _ in range(3):
        again = lab.run("daily")
        assert again.stdout == "" and "error" not in again.stderr
    assert len(outbox(lab)) == 20


def test_status_adds_up_and_names_refusals(lab):
    lab.configure(lab.relay("--fault", "rcpt-550", "--only", "reader[12]@"))
    lab.send()
    told = lab.status()
    assert told["state"] == "sent" and (told["sent"], told["failed"]) == (18, 2)
    assert told["recipients"] == sum(told[k] for k in ("queued", "sending", "sent", "deferred", "failed", "in_doubt", "skipped"))
    text = lab.run("status").stdout
    assert "no such user" in text
    assert json.loads(lab.run("status", "--date", "2031-01-01", "--json").stdout)["state"] == "none"


def test_why_tells_every_fact_of_one_person(lab):
    lab.configure(lab.relay("--fault", "rcpt-550", "--only", "reader1@"))
    lab.send()
    told = json.loads(lab.run("why", lab.people[1], "--json").stdout)
    assert told["delivery"] == "failed" and told["code"] == 550 and "no such user" in told["words"]
    assert json.loads(lab.run("why", lab.people[2].upper().replace("READER", "reader"), "--json").stdout)["delivery"] == "sent"
    lab.run("why", "stranger@example.org", ok=(66,))


def test_resolve_settles_one_or_all(lab):
    lab.configure(lab.relay("--fault", "dot-drop", "--times", 2), send="in_doubt: hold", connections=1, window=1)
    lab.send()
    doubted = [who for who, row in lab.rows().items() if row[0] == "in_doubt"]
    assert len(doubted) >= 1
    lab.run("resolve", doubted[0], "sent")
    assert lab.rows()[doubted[0]][0] == "sent"
    lab.run("resolve", lab.people[0] if lab.people[0] not in doubted else lab.people[5], "sent", ok=(64, 65, 66))
    lab.configure(lab.relay())
    lab.run("resolve", "--all", "resend")
    lab.send()
    assert set(r[0] for r in lab.rows().values()) == {"sent"}
