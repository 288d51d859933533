"""Subscribing: a form, a mail that a real server catches, a link, a button (RELIABILITY O, W10); and leaving with a note of it."""
import contextlib
import hashlib
import html
import json
import re
import shutil
import signal
import sqlite3
import statistics
import struct
import subprocess
import time
import urllib.parse

import pytest

from conftest import PROGRAM, ROOT, Publication, run
from inbox import Mailbox, link, parts
from web import Server, wait_for

WAIT = 1.05  # what a form needs to be filled in at least
HOSTILE = 'Eve http://evil.example <b>"win"</b> {{link.confirm}} %s'


@pytest.fixture(scope="module")
def caught():
    box = Mailbox()
    yield box
    box.stop()


@pytest.fixture(scope="module")
def served(tmp_path_factory, caught):
    """A publication on the air, its notes followed, its relay a real one."""
    path = tmp_path_factory.mktemp("subscribe") / "post"
    assert run("init", path).code == 0
    publication = Publication(path)
    publication.write("morningpost.yaml", f"""
publication: {{name: The Test Post, url: "https://post.example.org", postal_address: 1 Loopback Lane}}
sender: {{from: The Test Post <news@post.example.org>}}
relays: [{{url: "smtp://127.0.0.1:{caught.port}"}}]
send: {{not_after: "23:59"}}
sources: {{}}
""")
    server = Server(publication)
    follower = subprocess.Popen([PROGRAM, "-C", path, "notes", "--follow"], stderr=open(path / "notes.log", "w"))
    # Before that, SIGTERM finds nobody who knows what to do with it.
    wait_for(lambda: "following" in (path / "notes.log").read_text())
    yield server
    follower.send_signal(signal.SIGTERM)
    assert follower.wait(30) == 0
    logged = server.stop() + (path / "notes.log").read_text()
    assert "Sanitizer" not in logged
    for secret in ("ada@", "192.0.2.", "Eve", "Ada L"):
        assert secret not in logged, f"the log tells {secret}"


def sql(server, text):
    with contextlib.closing(sqlite3.connect(server.publication.database, timeout=10)) as db:
        found = db.execute(text).fetchall()
        db.commit()
        return found


visitors = iter(range(1, 10**6))


def somebody():
    """A network that has not posted yet, as the proxy tells it."""
    n = next(visitors)
    return b"X-Forwarded-For: 198.51.%d.%d\r\n" % (n // 250, n % 250)


def form_of(answer):
    """Where the form goes, and the fields that it has of its own."""
    form = re.search(r'<form[^>]* method="post" action="([^"]+)">(.*?)</form>', answer.text, re.S)
    inputs = re.findall(r"<input([^>]*)>", form[2])
    get = lambda tag, name: html.unescape(m[1]) if (m := re.search(rf' {name}="([^"]*)"', tag)) else ""
    return form[1], {get(tag, "name"): get(tag, "value") for tag in inputs}


def post(server, path, fields, *more):
    return server.post(path, urllib.parse.urlencode(fields).encode(), *more)


def subscribe(server, email, *more, name="", wait=WAIT, **changes):
    """As a reader does it: open the page, fill in the form, press the button."""
    path, fields = form_of(server.get("/subscribe"))
    time.sleep(wait)
    return post(server, path, fields | {"email": email, "name": name} | changes, *(more or (somebody(),)))


def title(answer):
    return html.unescape(re.search(r"<h1>(.*?)</h1>", answer.text)[1])


def seal_of(subscriber, consent):
    """By an outsider, from what `log show` says."""
    text = lambda s: struct.pack(">I", len(s.encode())) + s.encode()
    return hashlib.sha256(b"morningpost/consent/v1\n" + bytes.fromhex(consent["nonce"]) + struct.pack(">qq", subscriber, consent["at"]) +
                          b"".join(text(consent[key]) for key in ("step", "words", "address", "via"))).hexdigest()


def evidence_is_held_by_the_log(publication):
    publication.ok("log", "verify")
    for harm in ("UPDATE consent SET words = 'I want all of it' WHERE step = 'asked'", "DELETE FROM consent WHERE step = 'asked'",
                 "INSERT INTO consent (subscriber_id, at, step, words, via) SELECT subscriber_id, at, step, words, via FROM consent LIMIT 1"):
        copy = publication.path.parent / "harmed"
        shutil.copytree(publication.path, copy)
        with contextlib.closing(sqlite3.connect(copy / "var" / "morningpost.db")) as db, db:
            assert db.execute(harm).rowcount > 0
        told = run("-C", copy, "log", "verify")
        assert told.code == 65 and "the evidence of consent" in told.out, (harm, told)
        shutil.rmtree(copy)


def test_from_the_form_to_the_first_issue_and_away_and_back(served, caught):
    publication, ada = served.publication, "ada@example.com"
    asked = time.monotonic()
    answer = subscribe(served, ada, name=HOSTILE, timezone="Europe/Berlin")
    assert answer.status == 200 and title(answer) == "Look into your mailbox"
    assert publication.states()[ada] == "pending"
    note = caught.wait_for(ada)
    assert time.monotonic() - asked < 6
    assert note.defects == [] and note["Auto-Submitted"] == "auto-generated" and note["List-Unsubscribe"] is None
    assert note["Subject"] == "Please confirm your subscription to The Test Post" and note["To"] == ada
    assert "Eve" not in note.raw.decode() and "evil" not in str(parts(note)), "what a stranger wrote is in nobody's mail"
    assert b"\r\n" in note.raw and all(len(line) <= 998 for line in note.raw.split(b"\r\n"))
    path = link(note, "c")
    # Scanners fetch it as often as they like.
    for method in (b"GET", b"HEAD", b"GET"):
        assert served.get(path, method=method).status == 200
    assert publication.states()[ada] == "pending"
    page = served.get(path)
    assert "a***@e***.com" in page.text and ada not in page.text and page["Cache-Control"] == "no-store"
    for body in (b"", b"confirm=no", b"confirm=yes&confirm=yes", b"List-Unsubscribe=One-Click", b"confirm=yes%"):
        assert served.post(path, body).status == 400
    assert served.post(path, b"confirm=yes", type_field=b"Content-Type: text/plain\r\n").status == 415
    assert publication.states()[ada] == "pending"
    action, fields = form_of(page)
    done = post(served, action, fields)
    assert done.status == 200 and title(done) == "You are subscribed"
    assert publication.states()[ada] == "active"
    assert title(post(served, action, fields)) == title(served.get(path)) == "You are subscribed", "once is enough"
    assert sql(served, "SELECT count(*) FROM event WHERE kind = 'confirmed'") == [(1,)]
    evidence = sql(served, "SELECT step, words, address, via FROM consent ORDER BY id")
    assert [(row[0], row[3]) for row in evidence] == [("asked", "page"), ("confirmed", "page")]
    assert all("By pressing the button" in row[1] for row in evidence) and evidence[0][2].startswith("198.51.")
    shown = publication.json("subscriber", "show", ada)
    assert shown["timezone"] == "Europe/Berlin" and shown["name"].startswith("Eve")
    assert [(n["kind"], n["state"]) for n in shown["notes"]] == [("confirm", "sent")] and shown["notes"][0]["done_at"]
    assert [c["step"] for c in shown["consent"]] == ["asked", "confirmed"]
    proof = publication.json("log", "show", ada)
    sealed = [json.loads(e["detail"])["seal"] for e in proof["events"] if e["kind"] == "consented"]
    assert sealed == [seal_of(proof["subscriber_id"], c) for c in proof["consent"]] and len(sealed) == 2
    evidence_is_held_by_the_log(publication)

    publication.ok("send", "--no-wait", "--force")
    issue = caught.wait_for(ada, 2)
    unsubscribe = re.search(r"<https?://[^/]+(/u/[^>]+)>", issue["List-Unsubscribe"])[1]
    assert served.post(unsubscribe).status == 200 and publication.states()[ada] == "unsubscribed"
    left = caught.wait_for(ada, 3)
    assert left["Subject"] == "You have left The Test Post" and left["List-Unsubscribe"] is None and ada in parts(left)[0]
    # One click again and again, and coming back and leaving again, makes no second note that day.
    back = link(left, "r")
    for _ in range(2):
        assert served.post(unsubscribe).status == 200
        action, fields = form_of(served.get(back))
        assert post(served, action, fields).status == 200 and publication.states()[ada] == "active"
    assert served.post(unsubscribe).status == 200
    assert served.get(path).status == post(served, path, {"confirm": "yes"}).status == 404, "the old link is dead for who left"
    time.sleep(2.5)
    assert len(caught.to(ada)) == 3 and publication.states()[ada] == "unsubscribed"
    assert sql(served, "SELECT state, next_at - lead(changed_at) OVER (ORDER BY id DESC) FROM owed WHERE kind = 'left'")[0] == (
        "deferred", 86_400_000_000), "it is told a day later, for a stranger may have done it"


def test_the_answer_is_the_same_whatever_is_known(served, caught):
    """RELIABILITY W10, O3."""
    publication = served.publication
    people = {"known@example.com": "active", "waiting@example.com": "pending", "gone@example.com": "unsubscribed",
              "bounced@example.com": "bounced", "angry@example.com": "complained"}
    for person in people:
        publication.ok("subscriber", "add", person)
    for person, state in people.items():
        sql(served, f"UPDATE subscriber SET state = '{state}' WHERE email_key = '{person}'")
    publication.ok("suppress", "add", "never@example.com")
    _, fields = form_of(served.get("/subscribe"))
    time.sleep(WAIT)
    bodies, times = set(), {}
    names = [*people, "never@example.com", "odd..one@example.com", *(f"new{i}@example.com" for i in range(7))]
    for n in range(3):
        for person in names:
            begun = time.monotonic()
            answer = post(served, "/subscribe", fields | {"email": person}, somebody())
            times.setdefault(person if "new" not in person else "new", []).append(time.monotonic() - begun)
            bodies.add((answer.status, answer.body))
    assert len(bodies) == 1 and bodies.pop()[0] == 200
    medians = {person: statistics.median(t) for person, t in times.items()}
    assert max(medians.values()) - min(medians.values()) < 0.05, medians
    assert {p: s for p, s in publication.states().items() if p in people} == people
    wait_for(lambda: not sql(served, "SELECT 1 FROM owed WHERE state <> 'sent' AND kind = 'confirm'"))
    got = {rcpt for m in caught.messages for rcpt in m.rcpts}
    assert got & (set(people) | {"never@example.com"}) == {"waiting@example.com", "gone@example.com"}
    assert all(len(caught.to(f"new{i}@example.com")) == 1 for i in range(7)), "one a day, however often it is asked for"


def test_a_form_that_is_not_ours_or_came_at_once_is_shown_again(served, caught):
    _, fields = form_of(served.get("/subscribe"))
    early = post(served, "/subscribe", fields | {"email": "quick@example.com", "name": "Qu<i>ck"}, somebody())
    assert early.status == 200 and "That was quick" in early.text and "Qu<i>" not in early.text
    path, again = form_of(early)
    assert again["email"] == "quick@example.com" and again["name"] == "Qu<i>ck" and again["token"]
    assert "script" not in early.text and early["Cache-Control"] == "no-store"
    snippet = re.search(r"```html\n(.*?)```", (ROOT / "docs" / "subscribe-form.md").read_text(), re.S)[1]
    copied = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]*?(?: value="([^"]*)")?>', snippet))
    assert set(copied) == {"email", "name", "from"} and 'method="post" action="https://post.example.org/subscribe"' in snippet
    other = post(served, "/subscribe", copied | {"email": "other@example.com"}, somebody())
    assert other.status == 200 and "One more press" in other.text
    _, foreign = form_of(other)
    for changed in ({"token": ""}, {"token": fields["token"][:-1]}, {"token": "A" * 32}, {"token": "x" * 4000}):
        assert "One more press" in post(served, "/subscribe", again | changed, somebody()).text
    assert sql(served, "SELECT count(*) FROM subscriber WHERE email IN ('quick@example.com', 'other@example.com')") == [(0,)]
    time.sleep(WAIT)
    for form in (again, foreign):
        assert title(post(served, path, form, somebody())) == "Look into your mailbox"
    caught.wait_for("quick@example.com"), caught.wait_for("other@example.com")
    assert sql(served, "SELECT via FROM consent c JOIN subscriber s ON s.id = subscriber_id WHERE email = 'other@example.com'") == \
        [("form of another site",)]


def test_a_program_that_fills_in_everything_gets_a_smile(served):
    answer = subscribe(served, "bot@example.com", homepage="http://spam.example")
    assert title(answer) == "Look into your mailbox"
    assert sql(served, "SELECT count(*) FROM subscriber WHERE email = 'bot@example.com'") == [(0,)]


def test_nonsense_is_told_and_changes_nothing(served):
    before = sql(served, "SELECT count(*) FROM subscriber")
    _, fields = form_of(served.get("/subscribe"))
    time.sleep(WAIT)
    for email in ("", "nobody", "@example.com", "a@", "a@b@example.com", "a b@example.com", "a@example.com\r\nBcc: b@example.com",
                  "x" * 300 + "@"):
        answer = post(served, "/subscribe", fields | {"email": email}, somebody())
        assert answer.status == 400 and "does not look like" in answer.text, email
    assert post(served, "/subscribe", fields | {"email": "a@example.com", "name": "x" * 201}, somebody()).status == 400
    for body in (b"", b"name=x", b"email=a@example.com&email=b@example.com", b"email=%00@example.com", b"email=%zz"):
        assert served.post("/subscribe", body, somebody()).status == 400, body
    assert served.post("/subscribe", b"email=a@example.com", somebody(), type_field=b"Content-Type: text/plain\r\n").status == 415
    assert sql(served, "SELECT count(*) FROM subscriber") == before


def test_a_press_that_only_brings_the_form_is_no_subscription(served):
    """The form of the archive's front page has no token: five readers of one network press it, and each presses once more."""
    network = somebody()
    path, copied = form_of(served.get("/"))
    assert "token" not in copied
    asked = [post(served, path, copied | {"email": f"front{i}@example.com"}, network) for i in range(6)]
    assert [a.status for a in asked] == [200] * 5 + [429] and all("One more press" in a.text for a in asked[:5])
    time.sleep(WAIT)
    pressed = [post(served, path, form_of(a)[1], network) for a in asked[:5]]
    assert [title(a) for a in pressed] == ["Look into your mailbox"] * 5
    assert post(served, path, form_of(asked[0])[1], network).status == 429


def test_one_who_presses_at_once_is_counted_like_one_who_waits(served):
    """Else a program would have five posts of either kind."""
    network = somebody()
    path, fields = form_of(served.get("/subscribe"))
    early = [post(served, path, fields | {"email": "hurry@example.com"}, network) for _ in range(3)]
    time.sleep(WAIT)
    late = [post(served, path, fields | {"email": "hurry@example.com"}, network) for _ in range(3)]
    assert [a.status for a in early + late] == [200] * 5 + [429]


@pytest.mark.parametrize("addresses", [["203.0.113.9"] * 6, [f"2001:db8:5:5::{i}" for i in range(6)]], ids=["IPv4", "IPv6"])
def test_one_network_may_five_times_an_hour(served, addresses):
    """RELIABILITY O2; what a proxy passes on from further away is anybody's word."""
    _, fields = form_of(served.get("/subscribe"))
    time.sleep(WAIT)
    answers = [post(served, "/subscribe", fields | {"email": f"limit{i}@example.com"},
                    f"X-Forwarded-For: 192.0.2.{i}, {address}\r\n".encode()) for i, address in enumerate(addresses)]
    assert [a.status for a in answers] == [200] * 5 + [429]
    assert 3000 < int(answers[-1]["Retry-After"]) <= 3600 and title(answers[-1]) == "Too many at once"
    assert post(served, "/subscribe", fields | {"email": "limit9@example.com"}, somebody()).status == 200


def test_a_link_is_for_one_thing_only(served, caught):
    publication = served.publication
    subscribe(served, "kinds@example.com")
    path = link(caught.wait_for("kinds@example.com"), "c")
    token = path[3:]
    for kind in "urp":
        assert served.get(f"/{kind}/{token}").status == 404
    assert served.post(f"/u/{token}").status == 404
    answers = set()
    for bad in (token[:-1], token + "A", token[:40] + ("A" if token[40] != "A" else "B") + token[41:], "x", token.swapcase()):
        for answer in (served.get(f"/c/{bad}"), post(served, f"/c/{bad}", {"confirm": "yes"})):
            answers.add((answer.status, answer.body))
    assert {status for status, _ in answers} == {404} and len(answers) == 1
    assert publication.states()["kinds@example.com"] == "pending"
    # A link of the paper does not confirm.
    member = link(caught.to("ada@example.com")[-1], "r")[3:] if caught.to("ada@example.com") else None
    if member:
        assert post(served, f"/c/{member}", {"confirm": "yes"}).status == 404


def test_the_form_is_public_and_its_script_ours(served):
    page, script = served.get("/subscribe"), served.get("/subscribe.js")
    assert page["Cache-Control"].startswith("public") and page["X-Robots-Tag"] is None
    assert "script-src 'self'" in page["Content-Security-Policy"] and re.findall(r'src="([^"]+)"', page.text) == ["/subscribe.js"]
    assert script.status == 200 and script["Content-Type"].startswith("text/javascript") and b"timeZone" in script.body
    assert served.get("/subscribe", method=b"HEAD").status == 200
    assert served.send(b"PUT /subscribe HTTP/1.1\r\nHost: post.example.org\r\nContent-Length: 0\r\n\r\n").status == 405


def test_so_many_in_all(tmp_path):
    """web.subscribe_limit; and the pages in German."""
    path = tmp_path / "post"
    assert run("init", path).code == 0
    publication = Publication(path)
    publication.write("morningpost.yaml", """
publication: {name: Die Post, url: "https://post.example.org/blatt", postal_address: Am Markt 1, language: de}
sender: {from: news@post.example.org}
web: {subscribe_limit: 3/h}
""")
    server = Server(publication)
    page = server.get("/blatt/subscribe")
    action, fields = form_of(page)
    assert action == "/blatt/subscribe" and '<html lang="de"' in page.text and "Die Post abonnieren" in page.text
    time.sleep(WAIT)
    answers = [post(server, action, fields | {"email": f"a{i}@example.com"}, somebody()) for i in range(4)]
    assert [a.status for a in answers] == [200] * 3 + [429]
    publication.ok("notes")
    boxed = [m.read_bytes().decode() for m in (path / "var" / "outbox" / "new").iterdir()]
    assert len(boxed) == 3 and all("Abonnement" in m and "/blatt/c/" in m for m in boxed)
    server.stop()
