"""The preview, as an editor has it: the program, a browser beside it, and files that are saved. MORNINGPOST_PICTURES=DIR keeps
pictures of the page."""
import hashlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import pytest

from browser import Browser
from conftest import PROGRAM

# What is allowed between the save and the sight of it; the build with sanitizers is several times slower.
WITHIN = 0.2 if "build-dev" not in PROGRAM else 0.8
TITLE = "The smallest models learned to wait their turn"


class Preview:
    """`morningpost preview` on a port of its own."""

    def __init__(self, publication, *options, listen="127.0.0.1:0"):
        self.publication = publication
        self.process = subprocess.Popen([PROGRAM, "-C", str(publication.path), "preview", "--listen", listen, *options],
                                        stderr=subprocess.PIPE, text=True)
        self.said = ""
        while "the preview is at" not in self.said:
            line = self.process.stderr.readline()
            assert line, f"it did not start: {self.said}"
            self.said += line
        self.url = re.search(r"at (http://\S+)", self.said)[1]
        self.port = int(re.search(r":(\d+)/", self.url)[1])
        self.ask("/ready")

    def ask(self, path="/", method="GET", host=None, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host or f"127.0.0.1:{self.port}")
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        connection.close()
        return answer

    def seen(self):
        """What the page calls its state."""
        return re.search(r'data-id="([0-9a-f]{64})"', self.ask("/changes?seen=").text)[1]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        rest = self.process.communicate(timeout=30)[1]
        assert self.process.returncode == 0 and "Sanitizer" not in rest, rest


@pytest.fixture(scope="module")
def browser():
    it = Browser()
    yield it
    it.close()


@pytest.fixture
def desk(publication):
    publication.ok("subscriber", "add", "ada@example.org")
    publication.issue = next((publication.path / "issues").glob("*.md"))
    save(publication.issue, "The idea is old.", "The idea is an old one.")  # the sample, written over
    return publication


@pytest.fixture
def preview(desk):
    it = Preview(desk)
    yield it
    it.stop()


def save(path, old, new):
    """As an editor's program does: a new file takes the old one's place. Returns when that was."""
    text = path.read_text()
    assert old in text
    beside = path.with_name(".saving")
    beside.write_text(text.replace(old, new, 1))
    when = time.time()
    beside.rename(path)
    return when


def tree(path):
    """Every file below, with its content's hash."""
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(path.rglob("*")) if p.is_file() and "-shm" not in p.name}


def test_it_shows_all_that_an_editor_asks_for(preview, browser, desk):
    browser("open", url=preview.url)
    page = browser("text")
    edition = desk.json("compose")["hash"]
    for wanted in (edition, TITLE, "unapproved", "bytes", "List-Unsubscribe-Post", "it may go out"):
        assert wanted in page, wanted
    frames = browser("value", expression="[...document.querySelectorAll('iframe')].map(f => f.name)")
    assert frames == [f"{look}-{width}" for look in ("light", "dark", "inverted") for width in ("desktop", "phone")]
    for frame in frames:
        assert TITLE in browser("text", frame=frame)
        # Nothing scrolls sideways, and no reader's values are missing.
        assert browser("value", frame=frame, expression="document.documentElement.scrollWidth <= innerWidth"), frame
        assert "reader@example.org" in browser("text", frame=frame)
    assert browser("value", frame="light-phone", expression="innerWidth") == 375
    assert browser("value", frame="light-desktop", expression="innerWidth") == 700
    colour = "getComputedStyle(document.body).backgroundColor"
    assert browser("value", frame="light-phone", expression=colour) == "rgb(239, 233, 220)"
    assert browser("value", frame="dark-phone", expression=colour) == "rgb(18, 17, 14)"
    assert browser("complaints") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_frames_do_not_follow_the_machine(preview, browser, scheme):
    browser("open", url=preview.url, scheme=scheme)
    colour = "getComputedStyle(document.body).backgroundColor"
    assert browser("value", frame="light-desktop", expression=colour) == "rgb(239, 233, 220)"
    assert browser("value", frame="dark-desktop", expression=colour) == "rgb(18, 17, 14)"
    if where := os.environ.get("MORNINGPOST_PICTURES"):
        browser("picture", path=f"{where}/preview-{scheme}.png")


def test_it_follows_the_issue_and_the_templates(preview, browser, desk):
    browser("open", url=preview.url)
    browser.see("follows what is saved")
    took = []
    for i in range(5):
        saved = save(desk.issue, TITLE if i == 0 else f"Headline {i - 1} of five, each of them new", f"Headline {i} of five, each of them new")
        took.append(browser.see(f"Headline {i} of five", "light-phone") - saved)
    assert sorted(took)[2] < WITHIN, took
    colour = "getComputedStyle(document.body).backgroundColor"
    assert browser("value", frame="dark-phone", expression=colour) == "rgb(18, 17, 14)"
    # One written in place, and a template and a theme that were not there before.
    with open(desk.issue, "a") as issue:
        issue.write("\nA last word.\n")
    browser.see("A last word.", "dark-desktop")
    browser.see("A last word.")
    desk.ok("templates", "export")
    save(desk.path / "templates/footer.html", "</", "<b>A word in the footer</b></")
    browser.see("A word in the footer", "light-desktop")
    save(desk.path / "templates/theme.yaml", "#efe9dc", "#aabbcc")
    browser("until", frame="light-desktop", expression="getComputedStyle(document.body).backgroundColor === 'rgb(170, 187, 204)'")
    save(desk.path / "morningpost.yaml", "name: The Morning Post", "name: The Evening Post")
    browser.see("The Evening Post")
    assert desk.json("compose")["hash"] in browser("text") and browser("complaints") == []


def test_the_place_in_a_frame_is_kept(preview, browser, desk):
    browser("open", url=preview.url)
    browser("value", frame="light-desktop", expression="scrollTo(0, 600)")
    save(desk.issue, "For readers the lesson", "For all readers the lesson")
    browser.see("For all readers", "light-desktop")
    browser("until", frame="light-desktop", expression="scrollY === 600")


def test_an_error_is_shown_with_its_place_and_goes_when_it_is_mended(preview, browser, desk):
    browser("open", url=preview.url)
    browser.see("follows what is saved")
    good = desk.issue.read_text()
    for name, broken, place in [
        (desk.issue, good.replace("---\n", "---\ntitle: twice\n", 1), f"issues/{desk.issue.name}:"),
        (desk.path / "templates/lead.html", "{{#never}}", "templates/lead.html:1"),
        (desk.path / "templates/theme.yaml", "colours: [", "templates/theme.yaml:"),
        (desk.path / "morningpost.yaml", (desk.path / "morningpost.yaml").read_text() + "nonsense: 1\n", "morningpost.yaml:"),
    ]:
        before = name.read_bytes() if name.exists() else None
        name.write_text(broken)
        browser.see("It cannot be composed")
        assert place in browser("text")
        if before is None:
            name.unlink()
        else:
            name.write_bytes(before)
        browser.see(TITLE, "light-desktop")
        browser.see("follows what is saved")
    desk.issue.rename(desk.path / "away.md")
    browser.see("there is no such issue")
    (desk.path / "away.md").rename(desk.issue)
    browser.see(TITLE, "light-desktop")


def test_without_scripts_it_shows_as_much(preview, browser, desk):
    browser("open", url=preview.url, script=False)
    page = browser("text")
    assert desk.json("compose")["hash"] in page and "Reload it yourself" in page and "it may go out" in page
    assert TITLE in browser("text", frame="dark-phone")
    save(desk.issue, TITLE, "A headline that is seen after a reload")
    browser("open", url=preview.url, script=False)
    assert "A headline that is seen after a reload" in browser("text", frame="light-phone")


def test_findings_stand_in_the_table(preview, browser, desk):
    save(desk.issue, "\n## ", "\nTODO: write this\n\n## ")
    browser("open", url=preview.url)
    rows = browser("value", expression="[...document.querySelectorAll('#check tbody tr')].map(r => [...r.cells].map(c => c.innerText))")
    found = {row[1]: row for row in rows}
    assert found["todo"][0] == "fail" and re.fullmatch(rf"issues/{desk.issue.name}:\d+", found["todo"][2])
    assert [r[1] for r in rows] == [f["code"] for f in desk.json("check", code=65)]
    assert "1 to mend" in browser("text")


def test_an_approval_is_seen(preview, browser, desk):
    desk.ok("approve", desk.json("compose")["hash"])
    browser("open", url=preview.url)
    assert re.search(r"approved: \S+ let [0-9a-f]{12} go", browser("text"))


def test_nothing_of_the_message_runs_or_loads(desk, browser):
    """A template of the operator's own may hold anything; what it brings is not the preview's."""
    (desk.path / "templates").mkdir(exist_ok=True)
    desk.ok("templates", "export")
    save(desk.path / "templates/footer.html", "</", "<script>parent.document.title='ran'</script><img src=x onerror=\"parent.document.title='ran'\"></")
    it = Preview(desk)
    try:
        browser("open", url=it.url)
        assert "preview" in browser("value", expression="document.title")
        policy = it.ask("/frame/light").getheader("Content-Security-Policy")
        assert "default-src 'none'" in policy and "sandbox" in policy and "script" not in policy.replace("allow-scripts", "script")
    finally:
        it.stop()


def test_it_answers_its_own_host_alone(preview):
    for host in (f"127.0.0.1:{preview.port}", f"localhost:{preview.port}", f"LOCALHOST:{preview.port}"):
        assert preview.ask(host=host).status == 200, host
    for host in ("evil.example", f"evil.example:{preview.port}", "127.0.0.1", "127.0.0.1:1", f"127.0.0.1.evil.example:{preview.port}",
                 f"127.0.0.2:{preview.port}", f"[::1]:{preview.port}"):
        for path in ("/", "/frame/light", "/message.eml", "/changes?seen="):
            answer = preview.ask(path, host=host)
            assert answer.status == 421 and TITLE not in answer.text, host


def test_it_can_only_be_looked_at(preview, desk):
    before = tree(desk.path)
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        for path in ("/", "/changes?seen=x", "/frame/light", "/approve"):
            answer = preview.ask(path, method, body=b"a=b")
            assert answer.status == 405 and answer.getheader("Allow") == "GET, HEAD"
    for path in ("/", "/frame/light", "/frame/dark", "/changes?seen=x", "/message.eml", "/part/x", "/u/x"):
        preview.ask(path)
        assert preview.ask(path, "HEAD").text == ""
    assert tree(desk.path) == before


@pytest.mark.parametrize("path, status", [("/", 200), ("/frame/light", 200), ("/frame/dark", 200), ("/frame/", 404), ("/frame/x", 404),
                                          ("/frame/light/", 404), ("/part/", 404), ("/part/../x", 404), ("/message.eml", 200), ("/u/x", 404),
                                          ("/healthz", 404), ("/changes?seen=", 200), ("/changes", 200), ("//", 404), ("/%2e%2e/", 404)])
def test_it_has_its_own_routes(preview, path, status):
    answer = preview.ask(path)
    assert answer.status == status
    for name, value in [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer")]:
        assert answer.getheader(name) == value
    assert "default-src 'none'" in answer.getheader("Content-Security-Policy")


def test_the_pages_policy_lets_in_its_own_style_and_script_alone(preview):
    answer = preview.ask()
    policy = answer.getheader("Content-Security-Policy")
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy and "form-action 'none'" in policy
    for tag in ("style", "script"):
        text = re.search(rf"<{tag}>(.*?)</{tag}>", answer.text, re.S)[1]
        digest = __import__("base64").b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_who_waits_for_news_gets_it_or_none(preview, desk):
    seen = preview.seen()
    waiting = socket.create_connection(("127.0.0.1", preview.port))
    waiting.sendall(f"GET /changes?seen={seen} HTTP/1.1\r\nHost: 127.0.0.1:{preview.port}\r\n\r\n".encode())
    waiting.settimeout(0.5)
    with pytest.raises(TimeoutError):
        waiting.recv(1)
    # A file that changes nothing is no news; others are answered meanwhile.
    (desk.path / "issues/notes.txt").write_text("not an issue")
    with pytest.raises(TimeoutError):
        waiting.recv(1)
    assert preview.ask().status == 200
    save(desk.issue, TITLE, "News for who waits, and for nobody else")
    waiting.settimeout(10)
    answer = waiting.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200 ") and seen.encode() not in answer
    waiting.close()


def test_twenty_seconds_without_news_are_told(preview):
    seen = preview.seen()
    begun = time.monotonic()
    answer = preview.ask(f"/changes?seen={seen}")
    assert answer.status == 204 and 19 < time.monotonic() - begun < 25


def test_a_waiting_tab_does_not_keep_it_from_ending(desk):
    it = Preview(desk)
    seen = it.seen()
    waiting = socket.create_connection(("127.0.0.1", it.port))
    waiting.sendall(f"GET /changes?seen={seen} HTTP/1.1\r\nHost: 127.0.0.1:{it.port}\r\n\r\n".encode())
    time.sleep(0.3)
    begun = time.monotonic()
    it.stop()
    assert time.monotonic() - begun < 3
    waiting.close()


def test_listening_for_others_is_warned_of(desk):
    it = Preview(desk, listen="0.0.0.0:0")
    assert "warning: whoever reaches 0.0.0.0" in it.said
    assert it.ask().status == 200 and it.ask(host=f"192.0.2.7:{it.port}").status == 200
    assert it.ask(host=f"evil.example:{it.port}").status == 421
    it.stop()
    alone = Preview(desk)
    assert "whoever reaches" not in alone.said
    alone.stop()


def test_serve_has_none_of_it(desk):
    process = subprocess.Popen([PROGRAM, "-C", str(desk.path), "serve", "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
    line = ""
    while "listening on" not in line:
        line = process.stderr.readline()
    port = int(re.search(r":(\d+)/", line)[1])
    for path in ("/frame/light", "/changes", "/message.eml"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path)
        assert connection.getresponse().status == 404
        connection.close()
    process.terminate()
    process.communicate(timeout=30)


def test_another_day_and_bad_options(desk):
    (desk.path / "issues/2026-02-14.md").write_text(desk.issue.read_text().replace(TITLE, "A headline in February, to be read"))
    it = Preview(desk, "--date", "2026-02-14")
    assert "2026-02-14" in it.ask().text and "A headline in February" in it.ask("/frame/light").text
    it.stop()
    for options, code in [(["--date", "x"], 64), (["--listen", "x"], 78), (["x"], 64), (["--nonsense"], 64)]:
        assert desk.run("preview", *options).code == code
