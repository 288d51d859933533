"""The full issue before judges that are not ours: four parsers, caniemail's data, axe-core in a browser, SpamAssassin."""
import html.parser
import re
import subprocess

import pytest

import front_page
import pictures
import standard
from parsers import gmime_leaves, mailparser, node, npm_leaves, postal_mime, python_leaves


@pytest.fixture(scope="module")
def message(raw):
    return standard.Message(raw)


def test_it_is_a_full_one(raw, message):
    assert standard.faults(raw) == []
    departments = [title for level, title in message.headings() if level == 2][1:]
    assert departments == re.findall("^## (.*)", front_page.ISSUE, re.M)
    for block in ("stars in 7 days across", "▲", "▼", "▇", "askback/askback", "(Quiet Laboratory)", "[Line chart: ", "https://t.me/morningpost"):
        assert block in message.text
    assert [p.get_filename() for p in message.leaves[2:]] == ["patience.png", "telegram.png"]


class Links(html.parser.HTMLParser):
    """The links of a page, as a parser that is neither a browser's nor html5lib's finds them."""
    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found += [value for name, value in attributes if tag == "a" and name == "href"]


def test_four_parsers_read_the_same(raw, message):
    def plain(parts):
        return [(kind, name, cid, content.replace(b"\r\n", b"\n").strip() if kind.startswith("text/") else content) for kind, name, cid, content in parts]
    wanted = plain(python_leaves(raw))
    assert [kind for kind, *_ in wanted] == ["text/plain", "text/html", "image/png", "image/png"]
    for parts in (gmime_leaves(raw), npm_leaves(postal_mime(raw)), npm_leaves(mailparser(raw))):
        assert plain(parts) == wanted
        assert Links(parts[1][3].decode()).found == message.links()
        assert all(link in parts[0][3].decode() for link in message.links())


def test_they_read_the_same_header(raw, message):
    for found in (postal_mime(raw), mailparser(raw)):
        assert found["from"] == {"name": "The Morning Post", "address": "news@post.example.org"}
        assert found["to"] == [{"name": "", "address": "ada@example.org"}]
        assert (found["subject"], found["messageId"]) == (message.mail["Subject"], message.mail["Message-ID"])
        assert found["date"].startswith(front_page.DAY) and found["headers"] == [k.lower() for k in message.mail.keys()]


# caniemail: what Gmail or Outlook do not know must be something whose absence costs nothing.

PROGRAMS = ("gmail.desktop-webmail", "gmail.ios", "gmail.android", "gmail.mobile-webmail", "outlook.windows", "outlook.macos", "outlook.ios",
            "outlook.android", "outlook.outlook-com")
MAY_BE_MISSING = {
    "@media": "narrow screens and the dark: columns fall and colours are readable without",
    "<style> element": "holds the @media rules alone; every rule that counts is inline",
    "<body> element": "becomes a div; the table in it has the colours, the language and the direction again",
    "display:none": "the preheader, which max-height, overflow and mso-hide hide too",
    "overflow": "the preheader, which mso-hide hides from Word",
    "<wbr> element": "a name breaks elsewhere, or between its words",
    "word-break": "the same",
    "aria-label attribute": "for those who have screen readers that know it",
    "aria-hidden attribute": "the same",
    "aria-roledescription attribute": "the same",
    "role attribute": "the same",
    "transform": "caniemail takes text-transform for it; that one is known",
}
# What caniemail does not describe.
NOT_DESCRIBED = {
    "color": "known since mail has HTML",
    "mso-hide": "Word's own",
    "supported-color-schemes": "Apple's own, before color-scheme",
    "border-top": "border's", "border-left": "border's", "border-bottom": "border's", "border-color": "border's", "border-top-color": "border's",
    "padding-left": "padding's", "padding-right": "padding's", "padding-top": "padding's",
    "white-space": "of code: its lines run on where it is missing, words and order stay",
    "font-family": "font's", "font-style": "font's",
}


def properties(message):
    """Every CSS property of the page: of its attributes and of its <style>."""
    style = "".join(e.text for e in message.tree.iter("style"))
    inline = [e.get("style") for e in message.tree.iter() if e.get("style")]
    blocks = re.findall(r"{([^{}]*)}", style) + inline
    return sorted({d.split(":")[0].strip().lower() for b in blocks for d in b.split(";") if d.strip()})


def test_nothing_rests_on_css_that_gmail_or_outlook_do_not_know(message):
    answer = node("known.mjs", *PROGRAMS, stdin=message.html.encode())
    assert {k: v for k, v in answer["unknown"].items() if k not in MAY_BE_MISSING} == {}
    described = {slug.removeprefix("css-") for slug in answer["described"]}
    assert [p for p in properties(message) if p not in described and p not in NOT_DESCRIBED] == []


def test_the_judge_of_css_does_judge(message):
    spoilt = message.html.replace("</head>", "<style>p { position: sticky }</style></head>").replace('style="margin:0;padding:0;', 'style="display:grid;margin:0;padding:0;')
    unknown = node("known.mjs", *PROGRAMS, stdin=spoilt.encode())["unknown"]
    assert {"position", "display:grid"} <= set(unknown), unknown


# axe-core: the page as a screen reader and weak eyes have it.

# Of pages, not of mail: it stands inside the page of a mail program, which has these landmarks, and is an article there.
OF_PAGES = {"rules": {rule: {"enabled": False} for rule in ("landmark-one-main", "region")}}


@pytest.mark.parametrize("width,scheme", [(375, "dark"), (640, "light")])
def test_axe_finds_nothing(easel, raw, width, scheme):
    found = easel.open(pictures.page_of(raw), width=width, scheme=scheme)("axe", options=OF_PAGES)
    assert found["violations"] == []
    assert [f for f in found["incomplete"] if f["rule"] == "color-contrast"] == []


# SpamAssassin: its own rules, no network, nothing that it has learnt.

# What a receiving server puts on top; without it a dozen rules that look at the way do not run.
TRACE = b"""Return-Path: <news@post.example.org>\r
Received: from mx.post.example.org (mx.post.example.org [93.184.216.34])\r
 by mail.example.org (Postfix) with ESMTPS id 4XyZ1234\r
 for <ada@example.org>; Sat, 15 Aug 2026 06:00:02 +0000 (UTC)\r
"""


@pytest.mark.parametrize("trace", [b"", TRACE], ids=["as it leaves", "as it arrives"])
def test_spamassassin_takes_it_for_what_it_is(raw, trace, tmp_path):
    done = subprocess.run(["spamassassin", "--local", "--nocreate-prefs", "--prefspath", "/dev/null", "--cf", "use_bayes 0",
                           "--cf", "bayes_path " + str(tmp_path / "bayes"), "--cf", "use_auto_whitelist 0"],
                          input=trace + raw, capture_output=True, timeout=60, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"})
    assert done.returncode == 0, done.stderr.decode()
    status = re.search(r"^X-Spam-Status: (.*(?:\n\s.*)*)", done.stdout.decode(), re.M)[1]
    print(status)
    assert float(re.search(r"score=(-?[\d.]+)", status)[1]) <= 1.0, status
    assert "tests=" in status and "HTML_MESSAGE" in status, f"its rules are not there: {status}"
