"""check: the editor's preflight. An issue for each thing that it finds, what a template or a theme has lost, links asked for over real HTTP,
spelling, and the manual's table."""
import http.server
import json
import os
import pathlib
import pty
import re
import shutil
import sqlite3
import subprocess
import threading
import time

import pytest

from conftest import PROGRAM, Publication, run
from test_press import LEAD, TODAY, issue

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE = f"issues/{TODAY}.md"
SPELLING = shutil.which("hunspell") and any(pathlib.Path(f"/usr/share/hunspell/en_{c}.dic").exists() for c in ("US", "GB"))


def found(publication, *args, code=None):
    done = publication.run("check", "--json", *args)
    rows = json.loads(done.out)
    assert done.code == (65 if any(row["level"] == "fail" for row in rows) else 0), done
    assert code is None or done.code == code, done
    assert len({json.dumps(row) for row in rows}) == len(rows), "told twice"
    assert all(row["remedy"] and row["what"] and re.fullmatch(r"(issues|templates)/[\w.-]+(:\d+)?", row["where"]) for row in rows), rows
    return rows


def codes(rows, level=None):
    return {row["code"] for row in rows if level in (None, row["level"])}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    path = tmp_path_factory.mktemp("check") / "post"
    assert run("init", path).code == 0
    return Publication(path)


def test_the_sample_issue_has_nothing_to_find(shelf):
    """But that it is the sample; who has written over it is told nothing."""
    assert codes(found(shelf)) == {"sample"}
    sample = shelf.path / FILE
    text = sample.read_text()
    sample.write_text(text.replace("The idea is old.", "The idea is an old one."))
    assert "nothing found: may go out as " in shelf.ok("check").out
    sample.write_text(text)


# Code, level, and an issue that has it: front matter, body, and what marks the line in it (None: any line).
ISSUES = [
    ("draft", "fail", "draft: true\n", "", None),
    ("placeholder", "fail", "", "Good morning, {{first_name}}.\n", "{{first_name}}"),
    ("placeholder", "fail", "", "One line.\nDear *|FNAME|*, hello.\n", "FNAME"),
    ("placeholder", "fail", "", "Lorem ipsum and so on.\n", None),
    ("placeholder", "fail", "", "There were XXX of them.\n", "XXX"),
    ("placeholder", "fail", "", "## TBD\n\nText.\n", "TBD"),
    ("placeholder", "fail", "", "- one\n- TODO two\n", "TODO two"),
    ("placeholder", "fail", "subject: A subject that is TBD\n", "", "subject:"),
    ("placeholder", "fail", "", "```tools\n- {title: A, url: 'https://example.org/a', note: TODO write}\n```\n", "TODO"),
    ("fence-open", "fail", "", "Text.\n\n```\ncode\n", "```"),
    ("fence-open", "fail", "", "```\ncode\n\n## Tools\n\n```tools\n- {title: A}\n```\n", "```"),
    ("fence-open", "fail", "", "```tools\n- {title: A, url: 'https://example.org/a'}\n\nMore words: here.\n", "```tools"),
    ("markdown-left", "warn", "", "Some ** bold** text.\n", "** bold"),
    ("markdown-left", "warn", "", "A [link] (https://example.org/x) and one more](https://example.org/y).\n", "]("),
    ("markdown-left", "warn", "", "Some `code of it.\n", "`code"),
    ("hidden-character", "warn", "", "Zero\u200bwidth.\n", "Zero"),
    ("hidden-character", "warn", "", "Turned \u202eround.\n", "Turned"),
    ("hidden-character", "warn", "", "One line.\nTurned &#x202E;round.\n", None),
    ("hidden-character", "warn", "", "Soft&shy;ened.\n", "Soft"),
    ("hidden-character", "warn", "subject: A subject of no interest\nauthor: A\n", "Lost\ufffd words.\n", "Lost"),
    ("control", "fail", "", "Next&#x85;line.\n", "Next"),
    ("heading-order", "warn", "", "## D\n\n#### Four\n\nText.\n", "#### Four"),
    ("department-twice", "warn", "", "## D\n\nText.\n\n## d\n\nText.\n", "## d"),
    ("empty-department", "warn", "", "## D\n\n## E\n\nText.\n", "## D"),
    ("subject-length", "warn", "subject: Short\n", "", "subject:"),
    ("subject-shouts", "warn", "subject: BUY THIS PAPER NOW\n", "", "subject:"),
    ("subject-reply", "fail", "subject: 'Re: our talk of yesterday'\n", "", "subject:"),
    ("preheader-length", "warn", "preheader: Short\n", "", "preheader:"),
    ("link-twice", "warn", "", "[one](https://example.org/a)\n\n[two](https://example.org/a)\n", "[two]"),
    ("link-same-words", "warn", "", "[the report](https://example.org/a)\n\n[The report](https://example.org/b)\n", "[The report]"),
    ("link-mismatch", "fail", "", "[www.example.org](https://www.example.com/)\n", "[www"),
    ("link-mismatch", "fail", "", "[https://example.org/a](https://example.com/a)\n", "[https"),
    ("link-short", "warn", "", "[words](https://bit.ly/abc)\n", "bit.ly"),
    ("link-odd", "warn", "", "[words](https://192.0.2.1/)\n", "192.0.2.1"),
    ("link-odd", "warn", "", "[words](https://example.org:8443/)\n", "8443"),
    ("link-mistyped", "fail", "", "[words](https://example.org/\u201ca\u201d)\n", "[words]"),
    ("link-mistyped", "fail", "", "[words](https://b\u00fccher.example/)\n", "[words]"),
    ("link-http", "warn", "", "```reading\n- {title: A, url: 'http://example.org/a'}\n```\n", "http://"),
    ("link-tracking", "warn", "", "```tools\n- {title: A, url: 'https://example.org/a?utm_source=b'}\n```\n", "utm_source"),
    ("link-tracking", "warn", "", "[words](https://example.org/?a=1&fbclid=x)\n", "fbclid"),
    ("text-width", "warn", "", "```\n" + "x" * 90 + "\n```\n", "xxxx"),
    ("html-size", "warn", "", "## D\n\n" + "Some words of a long story. " * 3000 + "\n", None),
    ("html-size", "fail", "", "## D\n\n" + "Some words of a long story. " * 3700 + "\n", None),
    ("html-sent", "warn", "", "## D\n\n" + "\u65e5\u672c\u8a9e" * 5000 + "\n", None),
]


@pytest.mark.parametrize("code,level,front,body,mark", ISSUES, ids=[f"{n}-{row[0]}" for n, row in enumerate(ISSUES)])
def test_an_issue_that_has_it(shelf, code, level, front, body, mark):
    text = issue(front, body)
    shelf.write(FILE, text)
    rows = [row for row in found(shelf) if row["code"] == code and row["level"] == level]
    assert rows, found(shelf)
    if mark:
        lines = [n for n, line in enumerate(text.split("\n"), 1) if mark in line]
        assert int(rows[0]["where"].rpartition(":")[2]) in lines, (rows, lines)


# Text that has none of it, though it looks a little like it.
INNOCENT = [
    "The `TODO` comments and `{{name}}` of a template, and `**` too.\n",
    "```\n{{name}} TODO XXX ** lorem ipsum\n```\n",
    "~~~\n```tools\n- a\n```\n~~~\n",
    "A todo list, xxx, tbd, and TODOS.\n",
    "[example.org](https://www.example.org/) and [www.example.org](https://example.org/a)\n",
    "[one](https://example.org/a) and [two](https://example.org/a#part)\n",
    "[https://example.org/a](https://example.org/a), <https://example.org/b>.\n",
    "2 \\* 3, \\*\\*stars\\*\\*, 1 < 2 & 3 > 2, a_b_c, C:\\\\x\n",
    "\U0001f469\u200d\U0001f680 and \u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645\n",
    "[\u00c4pfel](https://de.wikipedia.org/wiki/\u00c4pfel)\n",
    "## D\n\n### S\n\n#### T\n\nText with 1,204.5 of 10\u00a0% on 2026-02-14, at https://example.org/2025/11.\n",
    "1. one\n2. two\n\n> quoted **with** *marks*\n\n---\n\n- a\n\n  b\n",
    "## A *marked* `coded` heading & more\n\nText.\n\n### [Linked](https://example.org/h)\n\nText.\n",
    "[mail](mailto:ann@example.org), [call](tel:+4930123), <ann@example.org>\n",
]


@pytest.mark.parametrize("body", INNOCENT, ids=range(len(INNOCENT)))
def test_what_only_looks_like_it_is_left_alone(shelf, body):
    shelf.write(FILE, issue(body=body))
    assert codes(found(shelf)) <= {"spelling"}, found(shelf)


def test_a_stranger_who_calls_his_work_todo_holds_up_nobody(shelf):
    """It is in the day's data then; here a template stands for them."""
    shelf.write(FILE, issue())
    shelf.write("templates/lead.html", (ROOT / "templates/lead.html").read_text().replace("{{{lead.html}}}", "{{{lead.html}}}<p>acme/TODO</p>"))
    try:
        assert codes(found(shelf), "fail") == set() and "placeholder" in codes(found(shelf), "warn")
    finally:
        (shelf.path / "templates/lead.html").unlink()


# -- templates and the theme ----------------------------------------------------------------------

def own(publication, name, *changes):
    text = (ROOT / "templates" / name).read_text()
    for old, new in changes:
        assert re.search(old, text), (name, old)
        text = re.sub(old, new, text)
    publication.write(f"templates/{name}", text)


LOST = [
    ("unsubscribe", "footer.html", r"\{\{link\.unsubscribe\}\}", "https://example.org/"),
    ("unsubscribe", "footer.html", r'(<a href="\{\{link\.unsubscribe\}\}"[^>]*)style="', r'\1style="display:none;'),
    ("unsubscribe", "footer.html", r'(<a href="\{\{link\.unsubscribe\}\}"[^>]*>)[^<]*', r"\1"),
    ("unsubscribe", "issue.txt", r"\{\{\{link\.unsubscribe\}\}\}", ""),
    ("preferences", "issue.txt", r"\{\{\{link\.preferences\}\}\}", ""),
    ("postal-address", "footer.html", r"\{\{publication\.postal_address\}\}", ""),
    ("postal-address", "issue.txt", r"\{\{\{address_text\}\}\}", ""),
    ("parity-headings", "issue.txt", r"\{\{\{heading_text\}\}\}", ""),
    ("parity-links", "issue.txt", r"\{\{\{text\}\}\}", "Text."),
    ("parity-links", "issue.txt", r"\{\{\{address_text\}\}\}", "{{{address_text}}}\nhttps://example.net/only-here\n"),
    ("parity-links", "department.html", r"\{\{\{html\}\}\}", "{{{html}}}<a href=\"https://example.net/only-here\">here it is</a>"),
    ("parity-figures", "department.html", r"\{\{\{html\}\}\}", "{{{html}}}<p>In all 98,765.</p>"),
    ("heading-first", "masthead.html", r"h1", "p"),
    ("heading-empty", "department.html", r"\{\{\{html\}\}\}", "{{{html}}}<h3> </h3>"),
]


@pytest.mark.parametrize("code,name,old,new", LOST, ids=[f"{n}-{row[0]}" for n, row in enumerate(LOST)])
def test_a_template_that_has_lost_something(publication, code, name, old, new):
    own(publication, name, (old, new))
    rows = [row for row in found(publication) if row["code"] == code]
    assert rows, found(publication)
    assert (publication.run("send").code == 65) == ("fail" in {row["level"] for row in found(publication)})


@pytest.mark.parametrize("colour,value,dark", [("muted", "#a09a90", False), ("ink", "#f0e0d0", False), ("sheet", "#5c574d", False), ("dark_muted", "#5a5a5a", True),
                                               ("dark_accent", "#8c1d18", True), ("accent", "#fffdf8", False)])
def test_a_theme_that_cannot_be_read(publication, colour, value, dark):
    own(publication, "theme.yaml", (rf'(?m)^(  {colour}:) "#\w+"', rf'\1 "{value}"'))
    rows = [row for row in found(publication, code=65) if row["code"] == "contrast"]
    assert rows and any((" in the dark " in row["what"]) == dark for row in rows)
    lines = (publication.path / "templates/theme.yaml").read_text().split("\n")
    if colour.endswith(("muted", "ink")):
        number = int(rows[0]["where"].rpartition(":")[2])
        assert rows[0]["where"].startswith("templates/theme.yaml:") and value in lines[number - 1]


def test_a_theme_of_other_colours_is_fine(publication):
    own(publication, "theme.yaml", (r'(?m)^(  accent:) "#\w+"', r'\1 "#003366"'), (r'(?m)^(  dark_accent:) "#\w+"', r'\1 "#99ccff"'))
    assert codes(found(publication)) == {"sample"}


# -- links that are asked for ---------------------------------------------------------------------

class Web(http.server.BaseHTTPRequestHandler):
    """Each path's first word is what is done with it."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.server.asked.append((self.command, self.path, time.monotonic()))
        word = self.path.split("/")[1]
        try:
            getattr(self, word.replace("-", "_"), self.ok)()
        except OSError:
            pass

    do_GET = do_HEAD

    def answer(self, status, body=b"words", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", len(body))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def ok(self):
        self.answer(200)

    def gone(self):
        self.answer(410)

    def missing(self):
        self.answer(404)

    def no_head(self):
        self.answer(405 if self.command == "HEAD" else 200)

    def only_get(self):
        self.answer(404 if self.command == "HEAD" else 200)

    def shy(self):
        self.answer(403)

    def broken(self):
        self.answer(500)

    def moved(self):
        self.answer(301, Location="/ok/new")

    def away(self):
        self.answer(302, Location="/ok/for-now")

    def round(self):
        self.answer(302, Location="/round/again")

    def inside(self):
        self.answer(302, Location=f"http://localhost:{self.server.server_address[1]}/ok/secret")

    def scheme(self):
        self.answer(302, Location="file:///etc/passwd")

    def slow(self):
        time.sleep(5.5)
        self.answer(200)

    def silent(self):
        time.sleep(20)

    def endless(self):
        if self.command == "HEAD":
            return self.answer(501)
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"x" * 65536)

    def hang_up(self):
        self.close_connection = True

    def limited(self):
        self.answer(429, Retry_After="60")

    def escape(self):
        self.answer(301, Location="/ok/\x1b]52;c;x\x07")


@pytest.fixture
def web(publication):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
    server.daemon_threads, server.asked = True, []
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    with open(publication.path / "morningpost.yaml", "a") as settings:
        settings.write(f"sources: {{ossinsight: {{url: '{server.url}'}}}}\n")
    yield server
    server.shutdown()
    server.server_close()


def link_to(publication, *urls):
    publication.write(FILE, issue(body="".join(f"[words {n}]({url})\n\n" for n, url in enumerate(urls))))


ANSWERS = [("ok", None, ""), ("gone", "link-gone", "410"), ("missing", "link-gone", "404"), ("no-head", None, ""), ("only-get", None, ""), ("shy", "link-unreachable", "403"),
           ("broken", "link-unreachable", "500"), ("moved", "link-moved", "/ok/new"), ("away", None, ""), ("round", "link-unreachable", "redirects"),
           ("inside", "link-unreachable", "private address"), ("scheme", "link-unreachable", "leads nowhere"), ("endless", None, ""), ("hang-up", "link-unreachable", ""),
           ("limited", "link-unreachable", "429")]


@pytest.mark.parametrize("path,code,words", ANSWERS, ids=[row[0] for row in ANSWERS])
def test_what_is_behind_a_link(publication, web, path, code, words):
    link_to(publication, f"{web.url}/{path}/x")
    rows = [row for row in found(publication, "--links") if row["code"] in ("link-gone", "link-moved", "link-unreachable", "link-slow", "link-unasked")]
    assert [row["code"] for row in rows] == ([code] if code else []), rows
    assert all(words in row["what"] and row["where"] == f"{FILE}:{issue().count(chr(10)) + 1}" for row in rows), rows
    assert web.asked[0][0] == "HEAD" and not any(path.endswith("secret") for _, path, _ in web.asked)
    asked = len(web.asked)
    again = [row for row in found(publication, "--links") if row["code"] in codes(rows)]
    assert again == rows and len(web.asked) == asked, "nobody is asked twice a day"


def test_a_slow_link_and_a_silent_one_cost_their_time_and_no_more(publication, web):
    link_to(publication, f"{web.url}/slow/x", f"{web.url}/silent/x")
    began = time.monotonic()
    rows = codes(found(publication, "--links"))
    assert {"link-slow", "link-unreachable"} <= rows and time.monotonic() - began < 25


def test_links_are_asked_politely(publication, web):
    """One after the other, with a second between; each once, HEAD alone where that does."""
    link_to(publication, f"{web.url}/ok/1", f"{web.url}/ok/2", f"{web.url}/ok/2", f"{web.url}/ok/3", "mailto:ann@example.org")
    publication.ok("check", "--links")
    assert [(how, path) for how, path, _ in web.asked] == [("HEAD", f"/ok/{n}") for n in (1, 2, 3)]
    assert all(b[2] - a[2] >= 0.95 for a, b in zip(web.asked, web.asked[1:]))


def test_how_far_it_is_is_told_on_a_terminal_alone(publication, web):
    link_to(publication, f"{web.url}/ok/1", f"{web.url}/ok/\u009b2J")
    master, terminal = pty.openpty()
    subprocess.run([PROGRAM, "-C", publication.path, "check", "--links"], stdout=subprocess.PIPE, stderr=terminal, check=False, timeout=60,
                   env={**os.environ, "TERM": "xterm"})
    os.close(terminal)
    told = os.read(master, 65536).decode()
    os.close(master)
    assert "asking for links: 1 of 2" in told and "2 of 2" in told and not re.search(r"[\x00-\x08\x0e-\x1a\x7f-\x9f]", told), told
    assert "asking" not in publication.ok("check", "--links").err


def test_who_wants_no_more_is_left_alone(publication, web):
    link_to(publication, f"{web.url}/limited/1", f"{web.url}/ok/2", f"{web.url}/ok/3")
    rows = found(publication, "--links")
    assert len(web.asked) == 1 and [row["code"] for row in rows if row["code"].startswith("link-un")] == ["link-unreachable", "link-unasked", "link-unasked"]


def test_a_private_address_that_no_source_has_is_not_asked(publication, web):
    settings = (publication.path / "morningpost.yaml").read_text()
    publication.write("morningpost.yaml", settings[:settings.index("sources:")])
    link_to(publication, f"{web.url}/ok/x")
    rows = [row for row in found(publication, "--links") if row["code"] == "link-unreachable"]
    assert rows and "private address" in rows[0]["what"] and web.asked == []


def test_the_publication_itself_and_readers_links_are_not_asked(publication, web):
    publication.write(FILE, issue())
    publication.ok("check", "--links")
    assert web.asked == []


def test_answers_older_than_a_day_are_asked_again(publication, web):
    link_to(publication, f"{web.url}/ok/x")
    publication.ok("check", "--links")
    with sqlite3.connect(publication.database) as db:
        assert db.execute("SELECT url, verdict FROM asked_link").fetchall() == [(f"{web.url}/ok/x", "ok")]
        db.execute("UPDATE asked_link SET at = at - 90000 * 1000000")
    publication.ok("check", "--links")
    assert len(web.asked) == 2


def test_what_a_server_says_is_printed_and_no_more(publication, web):
    link_to(publication, f"{web.url}/escape/x")
    done = publication.run("check", "--links")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", done.out + done.err)


def test_without_a_database_links_are_asked_all_the_same(publication, web):
    link_to(publication, f"{web.url}/gone/x")
    for path in publication.path.glob("var/morningpost.db*"):
        path.unlink()
    assert "link-gone" in codes(found(publication, "--links"))


# -- spelling -------------------------------------------------------------------------------------

@pytest.mark.skipif(not SPELLING, reason="hunspell is not installed")
def test_a_word_that_no_dictionary_has_is_told_once_with_its_line(publication):
    publication.write(FILE, issue(body="A first line\nand we recieve it.\n\nThey recieve `recieev`, PyTorch, owner/recieev and v2recieev.\n\n"
                                  "```tools\n- {title: Recieev, url: 'https://example.org/recieev', note: recieev}\n```\n\n[recieve](https://example.org/recieev)\n"))
    rows = [row for row in found(publication, code=0) if row["code"] == "spelling"]
    assert len(rows) == 1 and "'recieve'" in rows[0]["what"] and "receive" in rows[0]["remedy"] and rows[0]["level"] == "warn"
    assert rows[0]["where"] == f"{FILE}:{issue().count(chr(10)) + 2}"
    publication.write("spelling.txt", "# ours\nRecieve\n")
    assert "spelling" not in codes(found(publication))


@pytest.mark.skipif(not SPELLING, reason="hunspell is not installed")
def test_words_in_another_script_than_the_dictionary_are_not_told(publication):
    publication.write(FILE, issue(body="The words \u05e9\u05dc\u05d5\u05dd, \u0645\u0631\u062d\u0628\u0627, \u0441\u043b\u043e\u0432\u043e, \u03bb\u03cc\u03b3\u03bf\u03c2 and recieve.\n"))
    assert [row["what"] for row in found(publication, code=0) if row["code"] == "spelling"] == ["the dictionary does not have 'recieve'"]


@pytest.mark.skipif(not SPELLING, reason="hunspell is not installed")
def test_a_language_without_a_dictionary_is_not_checked(publication):
    publication.write(FILE, issue(body="We recieve it.\n"))
    settings = (publication.path / "morningpost.yaml").read_text()
    for language in ("tlh", "x-piglatin"):
        publication.write("morningpost.yaml", re.sub(r"(?m)^publication:\n", f"publication:\n  language: {language}\n", re.sub(r"(?m)^  language:.*\n", "", settings)))
        assert "spelling" not in codes(found(publication))


FAKES = [("exit 1", "ended with"), ("sleep 60", "not done"), ("yes", "more than"), ("echo no", "Ispell"), ("kill -9 $$", "signal 9")]


@pytest.mark.parametrize("line,why", FAKES, ids=[row[0] for row in FAKES])
def test_a_speller_that_fails_fails_nothing(publication, tmp_path, line, why):
    """And it gets neither our environment nor our descriptors."""
    if not SPELLING:
        pytest.skip("hunspell is not installed")  # nor is a dictionary
    fake = tmp_path / "bin/hunspell"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\nenv >{tmp_path}/env\nls /proc/$$/fd >{tmp_path}/fd\necho \"$@\" >{tmp_path}/args\n{line}\n")
    fake.chmod(0o755)
    os.chmod(tmp_path, 0o777)
    publication.write(FILE, issue())
    done = publication.run("check", env={"PATH": f"{fake.parent}:{os.environ['PATH']}", "MORNINGPOST_RELAY_PASSWORD": "marker-secret"})
    assert done.code == 0 and "spelling is not checked" in done.err and why in done.err, done
    assert "marker" not in (tmp_path / "env").read_text() and (tmp_path / "args").read_text().startswith("-a -i UTF-8 -d en_")
    assert {int(n) for n in (tmp_path / "fd").read_text().split()} <= {0, 1, 2, 10, 11, 255}, "0 to 2, and what the shell opens itself"


def test_without_hunspell_nothing_is_said(publication, tmp_path):
    publication.write(FILE, issue(body="We recieve it.\n"))
    for path in (str(tmp_path), "", ":relative"):
        done = publication.run("check", env={"PATH": path})
        assert done.code == 0 and "spelling" not in done.out + done.err, done


# -- how much it costs ----------------------------------------------------------------------------

HUGE = [("links", "[a](https://example.org/{n})\n"), ("twice", "[a](https://example.org/)\n"), ("headings", "## H{n}\n\nx\n"), ("deep", "#### H{n}\n\nx\n"), ("placeholders", "XXX {n}\n\n"),
        ("fences", "```\n"), ("left", "** [\n\n"), ("hidden", "\u200b\n\n"), ("words", "wurd{n}\n\n"), ("pictures", "![a](https://example.org/{n}.png)\n"), ("figures", "{n} \n")]


@pytest.mark.parametrize("name,line", HUGE, ids=[row[0] for row in HUGE])
def test_a_huge_issue_is_looked_at_in_a_moment(publication, name, line):
    lines = 4000 if "#" in line else 20000  # a department costs a kilobyte of HTML
    publication.write(FILE, issue(body="".join(line.replace("{n}", str(n)) for n in range(lines))))
    began = time.monotonic()
    done = publication.run("check")
    assert done.code in (0, 65) and time.monotonic() - began < 60, (time.monotonic() - began, done.out[:300])
    assert len(done.out.splitlines()) <= 500


# -- the manual -----------------------------------------------------------------------------------

def test_the_manual_has_every_code(shelf):
    sources = {path.name: path.read_text() for folder in ("compose", "cmd") for path in (ROOT / "src" / folder).glob("*.c")}
    checks = "".join(text for name, text in sources.items() if name.startswith("check") or name in ("asking.c", "spelling.c"))
    known = set(re.findall(r'(?:CHECK_(?:FAIL|WARN)|level),\s*"([a-z-]+)"|"([a-z-]+)",\s*CHECK_(?:FAIL|WARN)', checks))
    known = {a or b for a, b in known} | set(re.findall(r'^\t\{ "([a-z-]+)",', sources["check_issue.c"], re.M))
    for text in sources.values():
        known |= set(re.findall(r'block_note\(\s*k, "([a-z-]+)"', text))
        assert set(re.findall(r'\bfault\(w, "([a-z-]+)"', text)) <= known
    manual = (ROOT / "man/morningpost.1").read_text()
    table = re.findall(r"^\.It Cm ([a-z-]+) Ta ([a-z, ]+) Ta ", manual[manual.index(".Sh WHAT CHECK FINDS"):], re.M)
    assert {code for code, _ in table} == known and len(table) == len(known) >= 70
    assert all(level in ("fail", "warn", "fail, warn", "warn, fail") for _, level in table)
