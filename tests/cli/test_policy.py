"""Who goes first, how fast, over which relay, and who is left alone for a while; and that an operator is told."""
import contextlib
import json
import re
import signal
import socket
import sqlite3
import time

import pytest

from lab import DAY, Lab, assert_clean


@pytest.fixture
def lab(tmp_path):
    made = Lab(tmp_path, people=40)
    yield made
    made.stop()


def until(what, seconds=30):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def query(lab, sql, *values):
    with contextlib.closing(sqlite3.connect(lab.dir / "var/morningpost.db", timeout=30)) as db, db:
        return db.execute(sql, values).fetchall()


def events(lab):
    return [kind for kind, in query(lab, "SELECT kind FROM event WHERE issue_id IS NOT NULL ORDER BY id")]


def canary(lab):
    return {email for email, in query(lab, "SELECT email FROM canary JOIN subscriber ON id = subscriber_id")}


def accepted(relay):
    return [json.loads(line)["rcpt"] for line in open(relay.log) if '"event": "accepted"' in line]


def states(lab):
    return {who: row[0] for who, row in lab.rows().items()}


# -- the canary -----------------------------------------------------------------------------------

CANARY = "canary: {count: 8, wait: 2s, max_failed: 20%}"


def test_the_canary_goes_first_and_the_rest_after_its_wait(lab):
    relay = lab.relay()
    lab.configure(relay, send=CANARY)
    p = lab.start("send")
    until(lambda: relay.accepted() >= 8)
    time.sleep(0.8)
    assert set(accepted(relay)) == canary(lab) and relay.accepted() == 8
    told = lab.status()
    assert told["state"] == "sending" and told["canary"]["state"] == "waiting" and told["queued"] == 32
    assert "canary" in json.loads(lab.run("why", next(p for p in lab.people if p not in canary(lab)), "--json").stdout)["so"]
    assert p.wait(30) == 0
    assert_clean(lab.audit())
    assert lab.status()["canary"] == {"state": "passed", "recipients": 8, "refused": 0, "unknown": 0}


def test_the_canary_is_spread_over_the_list_and_another_one_every_day(lab):
    lab.configure(lab.relay(), send=CANARY.replace("2s", "0s"))
    lab.send()
    first = canary(lab)
    places = sorted(lab.people.index(p) for p in first)
    assert len(first) == 8 and all(b - a <= 8 for a, b in zip(places, places[1:])) and places[0] < 8 and places[-1] >= 32
    (lab.dir / "issues/2031-01-06.md").write_text((lab.dir / f"issues/{DAY}.md").read_text())
    lab.send("--date", "2031-01-06")
    assert lab.status()["canary"]["recipients"] == 8
    assert canary(lab) - first, "the same people as the day before"


def test_too_many_refusals_hold_the_rest_until_it_is_forced(lab):
    lab.configure(lab.relay("--fault", "rcpt-571"), send=CANARY)
    done = lab.send(ok=(75,))
    assert "held" in done.stderr and "blocked by policy" in done.stderr and "--force" in done.stderr
    told = lab.status()
    assert told["state"] == "held" and "blocked by policy" in told["held_why"] and told["canary"]["state"] == "held"
    assert (told["failed"], told["queued"]) == (8, 32)
    assert "held" in lab.run("status").stdout
    rest = [p for p in lab.people if p not in canary(lab)]
    assert "held" in json.loads(lab.run("why", rest[0], "--json").stdout)["so"]
    good = lab.relay()
    lab.configure(good, send=CANARY)
    for command in ("daily", "send"):
        assert "held" in lab.run(command, ok=(75,)).stderr
    # Cron hears of it once a day.
    assert "held" not in lab.run("-q", "daily", ok=(75,)).stderr
    assert good.accepted() == 0 and lab.status()["state"] == "held"
    lab.send("--force")
    assert sorted(accepted(good)) == sorted(rest) and lab.status()["state"] == "sent"
    assert events(lab) == ["send-began", "held", "forced", "canary-passed", "send-ended"]


def test_a_higher_limit_lets_a_held_issue_go_on(lab):
    lab.configure(lab.relay("--fault", "rcpt-550"), send=CANARY)
    lab.send(ok=(75,))
    good = lab.relay()
    lab.configure(good, send=CANARY.replace("20%", "100%"))
    lab.run("daily")
    assert good.accepted() == 32 and lab.status()["state"] == "sent"


def test_bounces_that_come_back_while_it_waits_count(lab):
    relay = lab.relay()
    lab.configure(relay, send=CANARY)
    p = lab.start("send")
    until(lambda: relay.accepted() >= 8)
    query(lab, "UPDATE subscriber SET state = 'bounced', state_at = ?, state_why = '550 no such user' "
        "WHERE id IN (SELECT subscriber_id FROM canary LIMIT 3)", int(time.time() * 1e6))
    assert p.wait(30) == 75
    assert lab.status()["state"] == "held" and "no such user" in lab.status()["held_why"] and relay.accepted() == 8


def test_deferred_ones_are_not_known_yet(lab):
    lab.configure(lab.relay("--fault", "rcpt-450", "--times", 1, "--only", "."), send=CANARY.replace("20%", "0%").replace("2s", "0s"))
    lab.send()
    assert_clean(lab.audit())


@pytest.mark.parametrize("point", ["after-plan-chunk", "before-commit", "after-commit", "after-flush:2", "waiting"])
def test_killed_in_any_phase_the_canary_still_goes_first(lab, point):
    relay = lab.relay()
    lab.configure(relay, send=CANARY.replace("2s", "1s"), connections=1, window=2)
    p = lab.start("send", env={} if point == "waiting" else {"MORNINGPOST_FAULT": point})
    if point == "waiting":
        until(lambda: lab.rows() and list(states(lab).values()).count("sent") == 8)
        time.sleep(0.3)
        p.kill()
    assert p.wait(30) == -signal.SIGKILL
    lab.send()
    audit = lab.audit()
    assert_clean(audit)
    first = canary(lab)
    got = [r for r in accepted(relay)]
    assert set(got[:next(i for i, r in enumerate(got) if r not in first)]) == first
    rows = lab.rows()
    assert all(rows[who][4] > 0 for who in audit.duplicated)


def test_a_list_that_is_no_larger_than_its_canary_has_none(lab):
    lab.configure(lab.relay(), send="canary: {count: 40, wait: 1h, max_failed: 2%}")
    lab.send()
    assert lab.status()["sent"] == 40 and canary(lab) == set() and "canary" not in lab.status()


# -- rates ----------------------------------------------------------------------------------------

def test_a_rate_holds_across_runs(lab):
    relay = lab.relay()
    lab.configure(relay, rate="60/m")
    begun = time.monotonic()
    for _ in range(4):
        lab.send("--max", 1, ok=(75,))
    assert time.monotonic() - begun > 2.9 and relay.accepted() == 4


def test_a_rate_ends_no_run(lab):
    """It is not told to wait for those who are put off; a relay that is at its rate puts nobody off."""
    lab.configure(lab.relay(), rate="40/s")
    lab.send("--no-wait")
    assert lab.status()["sent"] == len(lab.people)


def test_a_rate_holds_across_kills(lab):
    relay = lab.relay()
    lab.configure(relay, rate="120/m")
    begun = time.monotonic()
    for have in (1, 2, 3):
        p = lab.start("send")
        until(lambda: relay.accepted() >= have)
        p.kill()
        p.wait()
    assert relay.accepted() <= 1 + (time.monotonic() - begun) * 2


def test_a_domain_has_a_rate_of_its_own_and_holds_up_nobody(lab):
    relay = lab.relay()
    lab.configure(relay, domains="{d1.example: {rate: 2/s}}", send="canary: {count: 39, wait: 0s}")
    slow = [p for p in lab.people if p.endswith("@d1.example")]
    begun = time.monotonic()
    p = lab.start("send")
    until(lambda: relay.accepted() >= 40 - len(slow) + 1)
    assert time.monotonic() - begun < 2
    assert p.wait(30) == 0 and time.monotonic() - begun > (len(slow) - 2) / 2
    assert_clean(lab.audit())
    assert lab.audit().duplicated == []


def test_a_relay_that_asks_for_less_gets_less_without_a_rate_in_the_settings(tmp_path):
    lab = Lab(tmp_path, people=300)
    try:
        relay = lab.relay("--rate", 50)
        lab.configure(relay, send="retry_first: 1s")
        lab.send(ok=(0, 75))
        played = [json.loads(line)["event"] for line in open(relay.log)]
        played = [e for e in played if e in ("accepted", "fault")]
        assert played.count("fault") > 0
        # Towards the end it is slow enough to be left in peace.
        assert played[-60:].count("fault") < 30 < played[-60:].count("accepted")
        (ceiling, slow), = query(lab, "SELECT ceiling, slow FROM relay")
        assert ceiling > 0 and slow <= 0.5
        assert lab.audit().duplicated == [] and not lab.audit().violations
    finally:
        lab.stop()


def test_a_domain_that_asks_for_less_slows_nobody_else(tmp_path):
    lab = Lab(tmp_path, people=280)
    try:
        relay = lab.relay("--rate", 2, "--only", "@d1[.]example$")
        lab.configure(relay)
        begun = time.monotonic()
        p = lab.start("send", "--no-wait")
        until(lambda: relay.accepted() >= 240, seconds=4)
        assert p.wait(60) in (75, 0)  # on a slow machine all are served in time
        assert query(lab, "SELECT name FROM domain WHERE ceiling > 0") == [("d1.example",)]
        assert query(lab, "SELECT 1 FROM relay WHERE ceiling > 0") == []
        assert time.monotonic() - begun < 30
    finally:
        lab.stop()


# -- who is left alone ----------------------------------------------------------------------------

def test_a_domain_that_puts_off_everything_rests_and_others_go_on(tmp_path):
    lab = Lab(tmp_path, people=280)
    try:
        bad = lab.relay("--fault", "rcpt-451", "--only", "@d1[.]example$")
        lab.configure(bad, send="retry_first: 30s", connections=1, window=2)
        lab.send("--no-wait", ok=(75,))
        sick = [p for p in lab.people if p.endswith("@d1.example")]
        rows = lab.rows()
        assert all(rows[p][0] == "sent" for p in lab.people if p not in sick)
        deferred = [p for p in sick if rows[p][0] == "deferred"]
        untouched = [p for p in sick if rows[p][0] == "queued"]
        assert len(deferred) < 20 < len(untouched) and len(deferred) + len(untouched) == len(sick)
        assert query(lab, "SELECT sum(attempts) FROM delivery WHERE state = 'queued'") == [(0,)]
        (name, rest, words), = query(lab, "SELECT name, sick_until - ?, words FROM domain", int(time.time() * 1e6))
        assert name == "d1.example" and 0 < rest < 40e6 and "try again" in words
        assert "left alone" in json.loads(lab.run("why", untouched[0], "--json").stdout)["so"]
        assert any(d["domain"] == "d1.example" and d.get("rests_until") for d in lab.status()["domains"])
        # The next run knows of it: not one is offered before it has rested.
        before = sum('"rcpt-451"' in line for line in open(bad.log))
        lab.send("--no-wait", ok=(75,))
        assert sum('"rcpt-451"' in line for line in open(bad.log)) == before
    finally:
        lab.stop()


def test_it_is_probed_by_one_and_all_go_once_it_is_well(tmp_path):
    lab = Lab(tmp_path, people=140)
    try:
        relay = lab.relay("--fault", "rcpt-451", "--only", "@d1[.]example$", "--times", 1)
        lab.configure(relay, connections=1, window=2)
        # Each is put off once: one rest after the other, a probe each, until those who were put off are taken.
        lab.send(ok=(0, 75))
        for _ in range(20):
            if lab.send(ok=(0, 75)).returncode == 0:
                break
        assert_clean(lab.audit())
        assert lab.audit().duplicated == [] and lab.status()["state"] == "sent"
        assert query(lab, "SELECT count(*) FROM domain WHERE sick_until > ?", int(time.time() * 1e6)) == [(0,)]
    finally:
        lab.stop()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Nobody:
    """A relay that is down."""

    def __init__(self):
        self.port = free_port()


def test_the_second_relay_serves_until_the_first_is_back(lab):
    down, second = Nobody(), lab.relay("--latency", 40, "--ext", "PIPELINING")
    lab.configure(down, second, connections=1, window=1)
    p = lab.start("send")
    until(lambda: second.accepted() >= 3)
    first = lab.relay("--port", down.port)
    until(lambda: first.accepted() >= 1)
    by_second = second.accepted()
    assert p.wait(60) == 0
    assert second.accepted() <= by_second + 2 and first.accepted() >= 5
    assert_clean(lab.audit())
    assert lab.audit().duplicated == []
    told = {r["relay"]: r["sent"] for r in lab.status()["relays"]}
    assert told == {f"smtp://127.0.0.1:{down.port}": first.accepted(), f"smtp://127.0.0.1:{second.port}": second.accepted()}


def test_a_relay_found_down_is_left_alone_by_the_next_run_too(lab):
    down, second = Nobody(), lab.relay()
    lab.configure(down, second)
    lab.send("--max", 5, ok=(75,))
    (sick, words), = query(lab, "SELECT sick_until, words FROM relay WHERE name LIKE ?", f"%:{down.port}")
    assert sick > time.time() * 1e6 and words
    first = lab.relay("--port", down.port)
    lab.send("--max", 5, "--no-wait", ok=(75,))
    assert first.accepted() == 0 and second.accepted() == lab.status()["sent"] > 7


def test_the_only_relay_is_tried_in_every_run_even_after_a_rest(lab):
    down = Nobody()
    lab.configure(down)
    done = lab.send("--no-wait", ok=(69,))
    assert "no relay could be reached" in done.stderr or "relay" in done.stderr
    assert query(lab, "SELECT sick_until > ? FROM relay", int(time.time() * 1e6)) == [(1,)]
    assert "relay" in json.loads(lab.run("why", lab.people[0], "--json").stdout)["so"]
    query(lab, "UPDATE relay SET sick_until = ?, rest = 2000000", int(time.time() * 1e6) + 2000000)
    relay = lab.relay("--port", down.port)
    begun = time.monotonic()
    lab.send("--no-wait")
    assert time.monotonic() - begun > 1 and relay.accepted() == 40
    assert_clean(lab.audit())


def test_what_is_in_doubt_never_moves_to_another_relay(lab):
    first, second = lab.relay("--fault", "dot-drop", "--times", 1), lab.relay()
    lab.configure(first, second, connections=1, window=1, send="in_doubt: hold")
    lab.send()
    doubted = [who for who, state in states(lab).items() if state == "in_doubt"]
    assert len(doubted) == 1
    first.stop()
    lab.run("resolve", "--all", "resend")
    lab.send("--no-wait", ok=(69, 75))
    assert states(lab)[doubted[0]] == "queued" and doubted[0] not in accepted(second)
    again = lab.relay("--port", first.port)
    query(lab, "UPDATE relay SET sick_until = NULL")
    lab.send()
    assert accepted(again) == doubted
    assert_clean(lab.audit())


@pytest.mark.parametrize("policy", ["resend", "hold"])
def test_what_is_in_doubt_stays_so_when_its_relay_is_gone_from_the_settings(lab, policy):
    first, second = lab.relay("--fault", "dot-drop-accepted", "--times", 1), lab.relay()
    lab.configure(first, connections=1, window=1, send="in_doubt: hold")
    lab.send()
    [who] = [who for who, state in states(lab).items() if state == "in_doubt"]
    query(lab, "UPDATE issue SET state = 'sending'")
    lab.configure(second, send=f"in_doubt: {policy}")
    done = lab.send()
    assert states(lab)[who] == "in_doubt" and accepted(second) == []
    assert "not in the settings" in done.stderr
    assert "not in the settings" in json.loads(lab.run("why", who, "--json").stdout)["so"]
    assert "not in the settings" in lab.run("status").stdout
    # Nor when a run had ended just behind taking it up again.
    query(lab, "UPDATE delivery SET state = 'queued' WHERE state = 'in_doubt'")
    query(lab, "UPDATE issue SET state = 'sending'")
    lab.send()
    assert states(lab)[who] == "in_doubt" and accepted(second) == []
    lab.run("resolve", who, "resend")
    lab.send()
    assert accepted(second) == [who], "told to, it sends"
    assert_clean(lab.audit())


def test_what_ended_in_doubt_is_no_reason_to_wait_longer(lab):
    lab.configure(Nobody())
    lab.send("--no-wait", ok=(69,))
    query(lab, "UPDATE delivery SET attempts = 5, doubts = 5")
    lab.configure(lab.relay("--fault", "rcpt-450"), retry_first="10s")
    lab.send("--no-wait", ok=(75,))
    waits = [wait / 1e6 for wait, in query(lab, "SELECT next_at - deferred_at FROM delivery WHERE state = 'deferred'")]
    assert waits and max(waits) <= 12.1


def test_refusals_for_policy_stop_a_run(tmp_path):
    lab = Lab(tmp_path, people=200)
    try:
        relay = lab.relay("--fault", "rcpt-571")
        lab.configure(relay, connections=1, window=1)
        done = lab.send(ok=(69,))
        told = lab.status()
        assert "blocked by policy" in done.stderr and 20 <= told["failed"] <= 30 and told["queued"] == 200 - told["failed"]
        assert told["state"] == "sending"
        assert query(lab, "SELECT count(*) FROM subscriber WHERE state <> 'active'") == [(0,)]
    finally:
        lab.stop()


def test_few_refusals_for_policy_stop_nothing(tmp_path):
    lab = Lab(tmp_path, people=100)
    try:
        lab.configure(lab.relay("--fault", "rcpt-571", "--only", "reader1?[0-8]@"))
        lab.send()
        assert lab.status()["failed"] == 18 and lab.status()["sent"] == 82
    finally:
        lab.stop()


# -- retry ----------------------------------------------------------------------------------------

def test_who_is_put_off_too_long_has_expired_with_the_last_words(lab):
    lab.configure(lab.relay("--fault", "rcpt-452", "--only", "reader7@"), send="retry_for: 1s")
    lab.send()
    state, code, status, words, _ = lab.rows()[lab.people[7]]
    assert (state, code, status) == ("failed", 452, "4.2.2") and words.startswith("expired: ") and "mailbox full" in words
    told = json.loads(lab.run("why", lab.people[7], "--json").stdout)
    assert len(told["attempts_made"]) == told["attempts"] >= 2
    assert [a["state"] for a in told["attempts_made"]] == ["deferred"] * (told["attempts"] - 1) + ["failed"]


# -- what is told ---------------------------------------------------------------------------------

def test_why_tells_the_whole_chain(lab):
    relay = lab.relay("--fault", "rcpt-450", "--only", "reader3@", "--times", 2)
    lab.configure(relay)
    lab.send()
    told = json.loads(lab.run("why", lab.people[3], "--json").stdout)
    assert told["delivery"] == "sent" and told["attempts"] == 3 and told["code"] == 250
    assert [(a["n"], a["state"], a["code"], a["relay"]) for a in told["attempts_made"]] == \
        [(n, "deferred", 450, f"smtp://127.0.0.1:{relay.port}") for n in (1, 2)]
    assert all("greylisted" in a["words"] and a["at"] for a in told["attempts_made"])
    text = lab.run("why", lab.people[3]).stdout
    assert text.count("greylisted") == 2
    # Who went the plain road has no history but the row's own.
    assert json.loads(lab.run("why", lab.people[4], "--json").stdout)["attempts_made"] == []
    assert query(lab, "SELECT count(*) FROM attempt") == [(2,)]


def test_why_says_what_an_interrupted_run_left_in_doubt(lab):
    relay = lab.relay("--fault", "dot-stall", "--times", 1)
    lab.configure(relay, send="in_doubt: hold", connections=1, window=1)
    p = lab.start("send")
    until(lambda: "dot-stall" in open(relay.log).read())
    p.kill()
    p.wait()
    lab.send()
    doubted, = [who for who, state in states(lab).items() if state == "in_doubt"]
    attempt, = json.loads(lab.run("why", doubted, "--json").stdout)["attempts_made"]
    assert attempt["state"] == "in_doubt" and "ended before" in attempt["words"] and attempt["relay"].startswith("smtp://")


def so(lab, who, *arguments):
    return json.loads(lab.run("why", who, "--json", *arguments).stdout)["so"]


def test_why_says_why_somebody_was_not_sent_to(lab):
    lab.configure()
    for person in lab.people[:20]:
        lab.run("subscriber", "set", person, "--tag", "+part")
    monday = "2031-01-06"
    (lab.dir / "issues" / f"{monday}.md").write_text((lab.dir / f"issues/{DAY}.md").read_text())
    lab.run("subscriber", "add", "pending@example.org", "--pending")
    lab.run("subscriber", "set", lab.people[0], "--pause", "2099-01-01")
    lab.run("subscriber", "set", lab.people[1], "--frequency", "saturday")
    lab.run("subscriber", "remove", lab.people[2])
    query(lab, "UPDATE subscriber SET state = 'bounced' WHERE email = ?", lab.people[3])
    query(lab, "UPDATE subscriber SET state = 'complained' WHERE email = ?", lab.people[4])
    assert "not been begun" in so(lab, lab.people[9], "--date", monday)
    lab.send("--date", monday, "--tag", "part", "--force")
    lab.run("subscriber", "add", "late@example.org")
    for who, words in (("pending@example.org", "confirm"), (lab.people[0], "pause"), (lab.people[1], "Saturday"), (lab.people[2], "left"),
                       (lab.people[3], "bounced"), (lab.people[4], "complain"), (lab.people[30], "--tag"), ("late@example.org", "after"),
                       (lab.people[9], "nothing")):
        assert words in so(lab, who, "--date", monday), so(lab, who, "--date", monday)
    lab.run("why", "stranger@example.org", ok=(66,))


def test_why_names_the_relay_that_took_nothing(lab):
    lab.configure(lab.relay("--fault", "mail-550"))
    lab.send(ok=(69, 78))
    told = so(lab, lab.people[0])
    assert "sender refused" in told and "127.0.0.1" in told


def test_status_counts_by_domain_and_says_each_refusal_once(lab):
    lab.configure(lab.relay("--fault", "rcpt-550", "--only", "@d[13][.]"))
    lab.send()
    told = lab.status()
    bad = [d["domain"] for d in told["domains"] if d["failed"]]
    assert sorted(bad) == ["d1.example", "d3.example"] and bad == [d["domain"] for d in told["domains"][:2]]
    assert len(told["domains"]) == 7 and sum(d["recipients"] for d in told["domains"]) == 40
    refusal, = told["refusals"]
    assert refusal["code"] == 550 and "no such user" in refusal["words"] and refusal["count"] == told["failed"]
    assert told["rate"] is None and told["time_left"] is None


def test_status_tells_the_rate_and_the_time_left_while_it_sends(lab):
    relay = lab.relay("--latency", 50, "--ext", "PIPELINING")
    lab.configure(relay, connections=1, window=1)
    p = lab.start("send")
    until(lambda: relay.accepted() >= 8)
    told = lab.status()
    assert told["state"] == "sending" and 1 < told["rate"] < 40 and 0 <= told["time_left"] < 60
    assert re.search(r"time_left +\S", lab.run("status").stdout)
    p.terminate()
    p.wait(30)


# -- by hand --------------------------------------------------------------------------------------

def test_each_use_of_force_is_on_record(lab):
    lab.configure()
    lab.send("--max", 5, ok=(75,))
    assert events(lab) == ["send-began"]
    lab.send("--max", 5, "--force", ok=(75,))
    lab.send("--force")
    lab.send("--force")
    assert events(lab) == ["send-began", "forced", "forced", "send-ended", "forced"]
    ended, = query(lab, "SELECT detail FROM event WHERE kind = 'send-ended'")
    assert json.loads(ended[0]) == {"sent": 40, "failed": 0, "in_doubt": 0, "skipped": 0}
    assert [json.loads(d)["state"] for d, in query(lab, "SELECT detail FROM event WHERE kind = 'forced'")] == ["sending", "sending", "sent"]


def test_resolve_does_not_let_a_held_issue_go(lab):
    lab.configure(lab.relay("--fault", "rcpt-571"), send=CANARY)
    lab.send(ok=(75,))
    query(lab, "UPDATE delivery SET state = 'in_doubt', doubts = 1 WHERE subscriber_id = (SELECT min(subscriber_id) FROM canary)")
    lab.run("resolve", "--all", "resend")
    assert lab.status()["state"] == "held"
    lab.send(ok=(75,))


def test_resolve_as_sent_ends_the_issue(lab):
    lab.configure(lab.relay("--fault", "dot-drop", "--times", 1), send="in_doubt: hold", connections=1, window=1)
    lab.send()
    doubted, = [who for who, state in states(lab).items() if state == "in_doubt"]
    lab.run("resolve", doubted, "sent")
    lab.run("resolve", doubted, "sent", ok=(66,))
    assert lab.status()["state"] == "sent" and lab.status()["in_doubt"] == 0
    assert [k for k in events(lab) if k.startswith("resolved")] == ["resolved-sent"]
    lab.run("resolve", "--all", "nonsense", ok=(64,))
    lab.run("resolve", "sent", ok=(64,))
    lab.run("resolve", "--all", "sent", "--date", "2031-01-01", ok=(66,))


def test_only_missed_serves_who_was_active_then_and_has_nothing(lab):
    lab.configure()
    for person in lab.people[:10]:
        lab.run("subscriber", "set", person, "--tag", "+first")
    lab.send("--tag", "first")
    lab.run("subscriber", "remove", lab.people[20])
    lab.run("subscriber", "add", "late@example.org")
    lab.send("--only-missed")
    rows = states(lab)
    assert "late@example.org" not in rows and lab.people[20] not in rows and len(rows) == 39
    lab.send("--only-missed")
    assert len(list((lab.dir / "var/outbox/new").iterdir())) == 39
    assert events(lab) == ["send-began", "send-ended", "planned-again", "send-ended", "planned-again", "send-ended"]


def test_several_tags_are_either_and_one_that_nobody_has_is_nobody(lab):
    lab.configure()
    lab.run("subscriber", "set", lab.people[0], "--tag", "+one")
    lab.run("subscriber", "set", lab.people[1], "--tag", "+two")
    lab.send("--tag", "none of these")
    assert lab.rows() == {}
    lab.send("--tag", "one", "--tag", "two")
    assert set(lab.rows()) == set(lab.people[:2])
    lab.send("--tag", "one")
    assert lab.status()["recipients"] == 2 and lab.status()["state"] == "sent"


def test_a_new_edition_is_for_those_who_have_none_in_doubt(lab):
    lab.configure(lab.relay("--fault", "dot-drop", "--times", 1), send="in_doubt: hold", connections=1, window=1)
    lab.send("--max", 10, ok=(0, 75))
    issue = lab.dir / "issues" / f"{DAY}.md"
    issue.write_text(issue.read_text().replace("Nothing much happened", "A great deal happened"))
    lab.send("--new-edition")
    lab.run("resolve", "--all", "resend")
    lab.send()
    assert_clean(lab.audit())
    assert "new-edition" in events(lab)
