"""/p/TOKEN: what readers set by their own link, and what it takes a mail for (CONTRACT "Public pages")."""
import concurrent.futures
import datetime
import email
import email.policy
import html
import json
import re
import sqlite3
import urllib.parse

import pytest

from browser import Browser
from conftest import Publication, run
from web import Server, tokens

PEOPLE = ["ada.lovelace@vanity.example", "bob@example.com", "eve@example.net"]
ADA = PEOPLE[0]
NAME = "Augusta <b>Byron</b> & Co"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    path = tmp_path_factory.mktemp("preferences") / "post"
    assert run("init", path).code == 0
    publication = Publication(path)
    for person in PEOPLE:
        publication.ok("subscriber", "add", person)
    publication.ok("send", "--no-wait", "--force")
    publication.tokens = tokens(publication)
    server = Server(publication)
    yield server
    logged = server.stop()
    for secret in [*PEOPLE, *publication.tokens.values(), "Augusta", "evil@", "127.0.0.1 "]:
        assert secret not in logged, f"the log tells {secret}"


@pytest.fixture
def server(served):
    query(served, "update subscriber set state = 'active', epoch = 0, name = '', timezone = null, frequency = 'daily', "
          "paused_until = null")
    query(served, "update subscriber set name = ? where email = ?", NAME, ADA)
    query(served, "delete from owed")
    return served


@pytest.fixture
def page(server):
    return f"/p/{server.publication.tokens[ADA]}"


def query(server, sql, *values):
    with sqlite3.connect(server.publication.database, timeout=30) as db:
        return db.execute(sql, values).fetchall()


def settings(server, person=ADA):
    return query(server, "select name, timezone, frequency, paused_until from subscriber where email = ?", person)[0]


def post(server, page, **fields):
    return server.post(page, urllib.parse.urlencode(fields).encode())


def save(server, page, **fields):
    return post(server, page, do="save", known="yes", **fields)


def day(ahead):
    return (datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(ahead)).isoformat()


def form(answer, action):
    """The fields of the form with this action, as a browser would send them untouched."""
    for block in re.findall(r"<form .*?</form>", answer.text, re.S):
        if f'name="do" value="{action}"' not in block:
            continue
        fields = [(m[1], m[2]) for m in re.finditer(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', block)]
        fields += [(m[1], m[2]) for m in re.finditer(r'<input type="radio" id="\w+" name="([^"]+)" value="([^"]+)" checked>', block)]
        fields += [(m[1], m[2]) for m in re.finditer(r'<input type="date" id="\w+" name="([^"]+)" value="([^"]*)"', block)]
        fields += [(m[1], "") for m in re.finditer(r'<input type="text" id="\w+" name="([^"]+)"', block)]
        for select in re.finditer(r'<select id="\w+" name="([^"]+)">(.*?)</select>', block, re.S):
            options = re.findall(r'<option value="([^"]*)"( selected)?>', select[2])
            fields.append((select[1], next((value for value, chosen in options if chosen), options[0][0])))
        return {html.unescape(name): html.unescape(value) for name, value in fields}
    raise AssertionError(f"no form that does {action}")


# -- what is shown --------------------------------------------------------------------------------

def test_a_stranger_with_the_link_learns_no_name_and_no_address(server, page):
    server.publication.ok("subscriber", "set", ADA, "--tag", "+countess")
    answer = server.get(page)
    assert answer.status == 200 and "a***@v***.example" in answer.text and "A***" in answer.text
    for secret in ("lovelace", "vanity", "Augusta", "Byron", "countess"):
        assert secret not in answer.text, secret
    assert "<script" not in answer.text and answer["Cache-Control"] == "no-store"


def test_who_gave_no_name_is_not_said_to_have_one(server):
    answer = server.get(f"/p/{server.publication.tokens[PEOPLE[1]]}")
    assert "We have" not in answer.text and "forget_name" not in answer.text


def test_reading_changes_nothing(server, page):
    before = settings(server)
    for path in (page, page + "?do=erase", page + "?do=save&frequency=saturday"):
        for method in (b"GET", b"HEAD"):
            assert server.get(path, method=method).status == 200
    assert settings(server) == before and query(server, "select count(*) from owed") == [(0,)]


def test_a_form_that_is_sent_untouched_changes_nothing(server, page):
    server.publication.ok("subscriber", "set", ADA, "--timezone", "US/Eastern", "--frequency", "saturday", "--pause", day(5))
    before = settings(server)
    assert before == (NAME, "US/Eastern", "saturday", day(5))
    events = query(server, "select count(*) from event")
    answer = post(server, page, **form(server.get(page), "save"))
    assert answer.status == 200 and "Saved." in answer.text
    assert settings(server) == before and query(server, "select count(*) from event") == events


def test_a_pause_that_is_over_is_in_nobodys_way(server, page):
    for past in (day(0), day(-400)):
        query(server, "update subscriber set paused_until = ? where email = ?", past, ADA)
        fields = form(server.get(page), "save")
        assert fields["paused_until"] == "" and post(server, page, **fields).status == 200
        assert settings(server)[3] is None


# -- saving ---------------------------------------------------------------------------------------

def test_everything_is_saved_and_shown(server, page):
    answer = save(server, page, name="Ada", timezone="Europe/Berlin", frequency="saturday", paused_until=day(366))
    assert answer.status == 200
    assert settings(server) == ("Ada", "Europe/Berlin", "saturday", day(366))
    assert form(server.get(page), "save") == {"do": "save", "known": "yes", "name": "", "timezone": "Europe/Berlin",
                                              "frequency": "saturday", "paused_until": day(366)}
    assert save(server, page, forget_name="yes", timezone="", frequency="daily", paused_until="").status == 200
    assert settings(server) == ("", None, "daily", None)
    assert settings(server, PEOPLE[1]) == ("", None, "daily", None)


@pytest.mark.parametrize("fields,then", [
    ({"name": ""}, NAME), ({"name": " \t"}, NAME), ({"name": "  Ada \n\t L  "}, "Ada L"),
    ({"name": "\u202eadA\u2066"}, "adA"), ({"name": "x" * 200}, "x" * 200), ({"name": "{{words.x}} %s"}, "{{words.x}} %s"),
    ({"name": "Ada", "forget_name": "yes"}, ""), ({"name": "'; drop table subscriber; --"}, "'; drop table subscriber; --")])
def test_names(server, page, fields, then):
    assert save(server, page, **fields).status == 200
    assert settings(server)[0] == then


@pytest.mark.parametrize("fields", [
    {"name": "x" * 201}, {"frequency": "weekly"}, {"frequency": ""}, {"frequency": "Daily"},
    {"timezone": "Mars/Olympus"}, {"timezone": "../../etc/passwd"}, {"timezone": "/etc/localtime"}, {"timezone": "posixrules\n"},
    {"paused_until": day(-1)}, {"paused_until": day(367)}, {"paused_until": "2026-02-30"}, {"paused_until": "tomorrow"},
    {"paused_until": "9999-12-31"}, {"paused_until": "0000-00-00"}, {"paused_until": day(1) + " "}])
def test_what_is_wrong_is_said_and_nothing_is_saved(server, page, fields):
    before = settings(server)
    answer = save(server, page, **({"frequency": "saturday", "name": "Ada"} | fields))
    assert answer.status == 400 and 'role="alert"' in answer.text and "Nothing was saved" in answer.text
    assert settings(server) == before
    for value in fields.values():
        assert "<b>" not in answer.text and value.replace("\n", "") not in re.sub(r'value="[^"]*"', "", answer.text) or not value


def test_what_was_typed_is_kept_beside_the_complaint(server, page):
    answer = save(server, page, frequency="saturday", paused_until='z"><script>alert(1)</script>')
    assert answer.status == 400 and "<script" not in answer.text and "&quot;&gt;&lt;script&gt;" in answer.text
    assert form(answer, "save")["frequency"] == "saturday"
    answer = save(server, page, frequency="saturday", paused_until=day(-1), timezone="Asia/Tokyo", name='Ada "L"')
    fields = form(answer, "save")
    assert answer.status == 400 and (fields["paused_until"], fields["timezone"]) == (day(-1), "Asia/Tokyo")
    assert 'name="name" maxlength="200" autocomplete="name" value="Ada &quot;L&quot;"' in answer.text
    answer = save(server, page, frequency="hourly", forget_name="yes", timezone="")
    assert 'name="forget_name" value="yes" checked' in answer.text and '<option value="" selected>' in answer.text
    answer = post(server, page, do="address", email="nobody's")
    assert answer.status == 400 and 'value="nobody&#39;s"' in answer.text and "checked" in answer.text
    page = server.get(page)
    assert "nobody&#39;s" not in page.text and '<option value="" selected>' not in page.text and 'value="yes" checked' not in page.text


@pytest.mark.parametrize("body", [
    b"", b"do=save&do=save", b"do=", b"do=SAVE", b"do=confirm", b"frequency=saturday", b"do=save&frequency=saturday&frequency=daily",
    b"do=save&name=%ff%00", b"do=save&name=%", b"do=save&email=a@b.example&email=c@d.example", b"List-Unsubscribe=One-Click"])
def test_a_foreign_form_changes_nothing(server, page, body):
    before = settings(server)
    assert server.post(page, body).status == 400
    assert settings(server) == before and query(server, "select count(*) from owed") == [(0,)]


def test_other_types_and_bad_tokens(server, page):
    assert server.post(page, b"do=erase", type_field=b"Content-Type: text/plain\r\n").status == 415
    assert server.post(page, b"do=erase", type_field=b"").status == 415
    assert server.post(page[:-1] + ("A" if page[-1] != "A" else "B"), b"do=erase").status == 404
    assert query(server, "select count(*) from owed") == [(0,)]


def test_the_planner_goes_by_what_was_saved(server, page):
    """Who has Saturday's issue only, or a pause, is not due: the same rows that `send` makes."""
    def due(date):
        return server.publication.json("send", "--date", date, "--dry-run", "--force")["recipients"]

    friday, saturday = "2031-01-03", "2031-01-04"
    for date in (friday, saturday):
        source = next((server.publication.path / "issues").glob("*.md")).read_bytes()
        server.publication.write(f"issues/{date}.md", source)
    assert due(friday) == 3
    save(server, page, frequency="saturday")
    assert (due(friday), due(saturday)) == (2, 3)
    save(server, page, frequency="daily", paused_until=day(30))
    query(server, "update subscriber set paused_until = ? where email = ?", saturday, ADA)
    assert (due(friday), due(saturday)) == (2, 3)


# -- what takes a mail first ----------------------------------------------------------------------

def owed(server):
    return query(server, "select kind, email, detail from owed where subscriber_id = "
                 "(select id from subscriber where email = ?) order by id", ADA)


@pytest.mark.parametrize("fields,kind,detail", [
    ({"do": "export"}, "export", "{}"), ({"do": "erase"}, "erase", "{}"),
    ({"do": "address", "email": " New@Example.ORG "}, "address", '{"email":"New@example.org"}')])
def test_asking_owes_one_mail_to_the_owner_and_nothing_else(server, page, fields, kind, detail):
    before = server.publication.states()
    answers = [post(server, page, **fields) for _ in range(3)]
    assert {a.status for a in answers} == {200} and len({a.body for a in answers}) == 1
    assert "a***@v***.example" in answers[0].text and "lovelace" not in answers[0].text
    assert owed(server) == [(kind, None, detail)]
    assert server.publication.states() == before


def test_fifty_at_once_are_one_mail(server, page):
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: post(server, page, do="erase"), range(50)))
    assert {a.status for a in answers} == {200} and len(owed(server)) == 1


def test_three_mails_a_day_are_enough(server, page):
    for n in range(6):
        assert post(server, page, do="export").status == 200
        query(server, "update owed set owed_at = owed_at - 700000000")  # 700 s
    assert len(owed(server)) == 3
    query(server, "update owed set owed_at = owed_at - 86400000000")
    post(server, page, do="export")
    assert len(owed(server)) == 4


def test_a_mistyped_address_is_in_nobodys_way(server, page):
    """The right one is asked about at once, neither of them twice, and three mails a day are enough."""
    for n, email in enumerate(["ada@exmaple.org", "ada@example.org", "ada@exmaple.org", "ada@example.org", "third@example.org", "fourth@example.org"]):
        assert post(server, page, do="address", email=email).status == 200
        query(server, "update owed set owed_at = owed_at - 3000000")  # 3 s
    assert [json.loads(detail)["email"] for _, _, detail in owed(server)] == ["ada@exmaple.org", "ada@example.org", "third@example.org"]
    for email in ("fifth@example.org", "sixth@example.org"):
        query(server, "update owed set owed_at = owed_at - 86400000000")
        post(server, page, do="address", email=email), post(server, page, do="address", email="in@the.same.second.example")
    assert len(owed(server)) == 5, "a link names its note by the second"


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "a@b.example\r\nBcc: c@d.example", "a b@c.example", '"a"@b.example',
                                   "a@b.example\0", "x" * 300 + "@b.example", "a@[127.0.0.1]"])
def test_an_address_that_is_none(server, page, email):
    answer = post(server, page, do="address", email=email)
    assert answer.status == 400 and "Bcc" not in re.sub(r'value="[^"]*"', "", answer.text) and owed(server) == []


def test_asking_tells_nothing_of_the_new_address(server, page):
    """Known, suppressed, their own: one and the same answer, or a forwarded issue could ask who is on the list."""
    server.publication.ok("subscriber", "add", "gone@example.org")
    server.publication.ok("subscriber", "erase", "gone@example.org")
    bodies = set()
    for email in ("free@example.org", PEOPLE[1], "gone@example.org", ADA):
        query(server, "delete from owed")
        answer = post(server, page, do="address", email=email)
        bodies.add((answer.status, answer.body))
        assert len(owed(server)) == 1
    assert len(bodies) == 1


@pytest.mark.parametrize("state,export,address", [
    ("pending", 200, 409), ("unsubscribed", 200, 409), ("bounced", 409, 409), ("complained", 409, 409)])
def test_who_is_not_written_to_is_told_so(server, page, state, export, address):
    query(server, "update subscriber set state = ? where email = ?", state, ADA)
    answer = server.get(page)
    assert answer.status == 200 and ('value="export"' in answer.text) == (export == 200)
    for do, status in (("export", export), ("erase", export)):
        assert post(server, page, do=do).status == status
    assert post(server, page, do="address", email="new@example.org").status == address
    assert len(owed(server)) == (2 if export == 200 else 0)


# -- why they leave -------------------------------------------------------------------------------

def test_why_is_counted_once_and_tied_to_nobody(server, page):
    token = page.removeprefix("/p/")
    query(server, "delete from reason")
    left = server.post(f"/u/{token}")
    assert form(left, "reason") == {"do": "reason"}
    assert post(server, page, do="reason", reason="never_asked").status == 200
    assert post(server, page, do="reason", reason="other").status == 200  # once each time that they leave
    assert query(server, "select word, n from reason") == [("never_asked", 1)]
    assert "never_asked" not in str(query(server, "select * from event"))
    server.post(f"/r/{token}", b"return=yes")
    assert post(server, page, do="reason", reason="other").status == 400
    server.post(f"/u/{token}")
    assert post(server, page, do="reason", reason="other").status == 200
    assert sorted(query(server, "select word, n from reason")) == [("never_asked", 1), ("other", 1)]
    for reason in ("", "none", "other\0", "'"):
        assert post(server, page, do="reason", reason=reason).status == 400


# -- by the link in a mail ------------------------------------------------------------------------

@pytest.fixture
def desk(tmp_path):
    """A publication of its own: what is done here cannot be undone."""
    path = tmp_path / "post"
    assert run("init", path).code == 0
    publication = Publication(path)
    publication.ok("subscriber", "add", ADA, "--name", "Augusta", "--tag", "countess")
    publication.ok("subscriber", "add", PEOPLE[1])
    publication.ok("send", "--no-wait", "--force")
    publication.tokens = tokens(publication)
    server = Server(publication)
    yield server
    server.stop()


def page_of(server, person=ADA):
    return f"/p/{server.publication.tokens[person]}"


def notes(server):
    """What `notes` delivers now: to whom, and the message."""
    outbox = server.publication.path / "var" / "outbox" / "new"
    before = set(outbox.iterdir())
    server.publication.ok("notes")
    made = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in set(outbox.iterdir()) - before]
    return [(message["To"].addresses[0].addr_spec, message) for message in made]


def link(message):
    for kind in ("plain", "html"):
        text = message.get_body((kind,)).get_content()
        found = set(re.findall(r"https?://[^/\s\"]+(/c/[\w-]+)", text))
        assert len(found) == 1, text
    return found.pop()


def press(server, path):
    """What the button on the page does, once the page has been looked at."""
    asked = server.get(path)
    assert asked.status == 200 and f'action="{path}"' in asked.text, asked.text
    return asked, server.post(path, b"confirm=yes")


def test_the_export_is_everything_and_only_for_the_owner(desk):
    page = page_of(desk)
    post(desk, page, do="save", known="yes", timezone="Europe/Berlin")
    post(desk, page, do="export")
    [(to, message)] = notes(desk)
    assert to == ADA and "Augusta" not in message.as_string()
    path = link(message)
    for body in (b"", b"confirm=no", b"List-Unsubscribe=One-Click"):
        assert desk.post(path, body).status == 400
    asked, given = press(desk, path)
    assert "a***@v***.example" in asked.text and "lovelace" not in asked.text
    assert given["Content-Type"] == "application/json" and given["Cache-Control"] == "no-store"
    assert given["Content-Disposition"] == 'attachment; filename="subscription.json"'
    held = json.loads(given.body)
    assert held["person"]["email"] == ADA and held["person"]["name"] == "Augusta" and held["tags"] == ["countess"]
    assert held["person"]["timezone"] == "Europe/Berlin" and [i["state"] for i in held["issues"]] == ["sent"]
    assert held["notes"][0]["kind"] == "export" and "exported" in [e["kind"] for e in held["events"]]
    assert PEOPLE[1] not in given.text and desk.publication.tokens[ADA] not in given.text
    assert json.loads(desk.publication.ok("subscriber", "held", ADA).out)["person"] == held["person"]
    assert json.loads(desk.publication.ok("subscriber", "held", ADA, "--json").out)["tags"] == held["tags"]
    assert desk.publication.run("subscriber", "held", "nobody@example.org").code == 66
    again = desk.post(path, b"confirm=yes")
    assert again.status == 200 and "has been used" in again.text and "Augusta" not in again.text


def test_erasing_by_the_link_leaves_no_trace(desk):
    from test_erase import traces
    post(desk, page_of(desk), do="erase")
    [(to, message)] = notes(desk)
    path = link(message)
    assert to == ADA and desk.get(path).status == 200 and desk.publication.states()[ADA] == "active"
    asked, done = press(desk, path)
    assert done.status == 200 and "a***@v***.example" in done.text
    bad = desk.get("/c/x")
    for gone in (desk.get(path), desk.post(path, b"confirm=yes"), desk.get(page_of(desk)), post(desk, page_of(desk), do="save")):
        assert (gone.status, gone.body) == (404, bad.body)
    assert desk.publication.run("subscriber", "add", ADA).code == 65
    desk.publication.ask_nobody()
    desk.publication.run("daily")  # looks whether the file is to be swept
    for word in ("ada.lovelace", "vanity.example", "augusta", "countess"):
        assert traces(desk.publication, word) == [], word


def test_another_address_takes_both_mailboxes(desk):
    post(desk, page_of(desk), do="address", email="Ada@New.example")
    [(to, message)] = notes(desk)
    assert to == ADA and "new.example" not in message.as_string().lower()
    asked, done = press(desk, first := link(message))
    assert "Ada@new.example" in asked.text and "a***@v***.example" in asked.text
    assert done.status == 200 and ADA in desk.publication.states()
    [(to, message)] = notes(desk)
    assert to == "Ada@new.example" and "vanity" not in message.as_string()
    # The first link has done its work and cannot do the second's.
    assert desk.post(first, b"confirm=yes").status == 200 and ADA in desk.publication.states()
    asked, done = press(desk, link(message))
    assert "vanity" not in asked.text + done.text and done.status == 200
    assert sorted(desk.publication.states()) == ["Ada@new.example", PEOPLE[1]]
    assert desk.get(page_of(desk)).status == 200  # their links go on working


def test_a_new_address_that_somebody_has_is_told_only_to_who_has_it(desk):
    post(desk, page_of(desk), do="address", email=PEOPLE[1])
    [(to, message)] = notes(desk)
    _, done = press(desk, link(message))
    assert done.status == 200
    [(to, message)] = notes(desk)
    assert to == PEOPLE[1]
    _, refused = press(desk, link(message))
    assert refused.status == 409 and sorted(desk.publication.states()) == sorted([ADA, PEOPLE[1]])


def test_the_owner_hears_of_a_pause_that_a_stranger_may_have_made(desk):
    save(desk, page_of(desk), name="Somebody Else", paused_until=day(300))
    [(to, message)] = notes(desk)
    text = message.get_body(("plain",)).get_content()
    assert to == ADA and "Somebody" not in message.as_string() and f"https://post.example.org{page_of(desk)}" in text
    save(desk, page_of(desk), paused_until="")
    assert notes(desk) == []


def test_links_do_not_stand_in_for_each_other(desk):
    post(desk, page_of(desk), do="export")
    post(desk, page_of(desk, PEOPLE[1]), do="erase")
    paths = {to: link(message) for to, message in notes(desk)}
    for path in paths.values():
        for page in ("/p/", "/u/", "/r/"):
            assert desk.get(path.replace("/c/", page)).status == 404
            assert desk.post(path.replace("/c/", page)).status == 404
    for person in (ADA, PEOPLE[1]):
        assert desk.post(page_of(desk, person).replace("/p/", "/c/"), b"confirm=yes").status == 404
    assert press(desk, paths[ADA])[1]["Content-Type"] == "application/json"
    assert sorted(desk.publication.states()) == sorted([ADA, PEOPLE[1]])


# -- in a browser ---------------------------------------------------------------------------------

def test_in_a_browser_and_before_axe(desk):
    """One session for all of it: saved, refused and asked for as people do, at phone's width, by day and by night."""
    server, base = desk, f"http://127.0.0.1:{desk.port}"
    browser = Browser()
    try:
        def look():
            found = browser("axe")
            assert found["violations"] == [], found["violations"]
            assert browser("value", expression="document.documentElement.scrollWidth <= innerWidth")
            assert browser("complaints") == []

        for scheme in ("light", "dark"):
            browser("open", url=base + page_of(server), width=320, height=640, scheme=scheme)
            look()
            browser("value", expression="document.querySelector('#saturday').click()")
            browser("value", expression=f"document.querySelector('#paused_until').value = '{day(20)}'")
            browser("value", expression="document.querySelector('button').click()")
            browser.see("Saved.")
            look()
        assert settings(server)[2:] == ("saturday", day(20))
        assert browser("value", expression="document.querySelector('#saturday').checked")
        browser("value", expression="document.querySelector('#email').value = 'new@example.org'")
        browser("value", expression="document.querySelector('#email').form.requestSubmit()")
        browser.see("look into your mail")
        look()
        [message] = [m for _, m in notes(server) if "another address" in m["Subject"]]
        browser("open", url=base + link(message), width=320, height=640)
        browser.see("new@example.org")
        look()
        browser("open", url=base + page_of(server).replace("/p/", "/u/"), width=320, height=640)
        browser("value", expression="document.querySelector('button').click()")
        browser.see("tell us why")
        look()
        browser("value", expression="document.querySelector('#elsewhere').click()")
        browser("value", expression="document.querySelector('#elsewhere').form.requestSubmit()")
        browser.see("It was counted")
        look()
        assert query(server, "select word, n from reason") == [("elsewhere", 1)]
    finally:
        browser.close()
