"""A reader's way in a browser, from the form to the last undo: by the keyboard alone and without scripts; and nothing that axe-core
has anything against."""
import re
import signal
import subprocess

import pytest

from browser import Browser
from conftest import PROGRAM, Publication, run
from inbox import Mailbox, link, parts
from lab import DAY, ISSUE
from web import Server

WHO = "reader@example.com"
# A mail stands in a page of somebody else's, which has the landmarks.
MAIL = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.fixture
def box():
    it = Mailbox()
    yield it
    it.stop()


@pytest.fixture
def served(tmp_path, box):
    path = tmp_path / "post"
    assert run("init", path).code == 0
    publication = Publication(path)
    publication.write("morningpost.yaml", f"""
publication: {{name: The Test Post, tagline: All that is fit to test, url: "https://post.example.org", postal_address: 1 Loopback Lane}}
sender: {{from: The Test Post <news@post.example.org>}}
relays: [{{url: "smtp://127.0.0.1:{box.port}"}}]
send: {{not_after: "23:59"}}
sources: {{}}
""")
    publication.write(f"issues/{DAY}.md", ISSUE)
    server = Server(publication)
    follower = subprocess.Popen([PROGRAM, "-C", path, "notes", "--follow"], stderr=subprocess.DEVNULL)
    yield server
    follower.send_signal(signal.SIGTERM)
    assert follower.wait(30) == 0
    server.stop()


@pytest.fixture
def browser():
    it = Browser()
    yield it
    it.close()


class Reader:
    """Who has a keyboard and no scripts."""

    def __init__(self, server, browser):
        self.base, self.browser = f"http://127.0.0.1:{server.port}", browser

    def open(self, path, **how):
        self.browser("open", url=self.base + path, **{"script": False} | how)

    def press(self, *keys):
        self.browser("keys", keys=keys)

    def tab_to(self, what):
        for _ in range(8):
            self.press("Tab")
            if self.browser("focus") == what:
                return
        raise AssertionError(f"Tab does not come to {what}")

    def button(self, words, then):
        """The button with these words, and what comes up."""
        self.tab_to(words)
        self.press("Enter")
        self.browser.see(then)
        self.check()

    def check(self, **options):
        found = self.browser("axe", options=options)
        assert found["violations"] == [] and self.browser("complaints") == [], found["violations"]
        wide = self.browser("value", expression="document.documentElement.scrollWidth > innerWidth")
        assert not wide, "the page is wider than the window"


def test_the_whole_circle(served, browser, box, tmp_path):
    reader, publication = Reader(served, browser), served.publication
    for how in ({"script": True}, {"scheme": "dark", "width": 320}, {"width": 768}):
        reader.open("/subscribe", **how)
        reader.check()
        if how.get("script"):
            zone = browser("value", expression="document.getElementById('timezone').value")
            assert zone == browser("value", expression="Intl.DateTimeFormat().resolvedOptions().timeZone") != ""
    reader.open("/subscribe")
    reader.tab_to("email")
    reader.press("nobody@", "Tab")
    assert browser("focus") == "name"
    reader.press("Ada Lovelace")
    reader.tab_to("Subscribe")
    reader.press("Enter")
    # The browser itself keeps what is no address from being sent.
    assert "subscribe" in browser("value", expression="location.pathname") and publication.states() == {}
    reader.open("/subscribe")
    reader.tab_to("email")
    reader.press(WHO, "Tab", "Ada Lovelace")
    browser("until", expression="performance.now() > 1100")
    reader.button("Subscribe", "Look into your mailbox")

    note = box.wait_for(WHO)
    for scheme in ("light", "dark"):
        (tmp_path / "note.html").write_text(parts(note)[1])
        browser("open", url=f"file://{tmp_path}/note.html", script=False, scheme=scheme)
        reader.check(**MAIL)
        browser.see("Confirm my subscription")
    reader.open(link(note, "c"), scheme="dark", width=320)
    reader.check()
    assert publication.states() == {WHO: "pending"}
    reader.button("Confirm my subscription", "You are subscribed")
    assert publication.states() == {WHO: "active"}

    publication.ok("send", "--no-wait")
    issue = box.wait_for(WHO, 2)
    assert "A quiet day" in issue["Subject"] and "Ada" in str(issue["To"])
    leave = re.search(r"<https?://[^/]+(/u/[^>]+)>", issue["List-Unsubscribe"])[1]
    reader.open(leave)
    reader.check()
    reader.button("Unsubscribe", "You are unsubscribed")
    assert publication.states() == {WHO: "unsubscribed"}
    reader.button("Put me back on the list", "You are on the list")
    assert publication.states() == {WHO: "active"}

    # A stranger with a forwarded copy: the owner is told, and undoes it.
    reader.open(leave)
    reader.button("Unsubscribe", "You are unsubscribed")
    left = box.wait_for(WHO, 3)
    (tmp_path / "left.html").write_text(parts(left)[1])
    browser("open", url=f"file://{tmp_path}/left.html", script=False)
    reader.check(**MAIL)
    reader.open(link(left, "r"))
    reader.button("Put me back on the list", "You are on the list")
    assert publication.states() == {WHO: "active"}
