"""The bytes of the message, for ordinary and for extreme issues: whatever an editor or a subscriber's name holds."""
import base64
import datetime
import hashlib
import json
import re
import socket
import urllib.parse

import pytest

import standard
from parsers import postal_mime

TODAY = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
LEAD = "The lead story goes on for a while, so that a message has something to say to everybody who opens it this morning. " * 3

DEPARTMENTS = {
    "Deep Dive": "### A heading\n\nA paragraph with a [link to the notes](https://example.org/notes), *stress*, **weight** and `code`.\n\n> Quoted.\n",
    "Lists": "- one\n- two\n  - inside\n\n1. first\n2. second\n\n```\ncode   stays\n\tas it is\n```\n\nAfter.\n\n---\n\nThe end.\n",
    "By the Numbers": "```numbers\n- {label: of all answers, value: 61, unit: \"%\", window: in 7 days}\n- {label: new models, value: \"1,204\"}\n```\n",
    "Tools of the Week": "```tools\n- {title: Hammer, url: \"https://example.org/hammer\", note: It hits., source: Forge}\n```\n",
    "Weekend Reading": "```reading\n- {title: A book, url: \"https://example.org/book\", note: It is long., source: Shelf}\n```\n",
    "Subscribe": "```subscribe\n```\n",
}


def issue(title="A morning like any other", summary="What there is to know about it, in one sentence.", departments=None, lead=LEAD):
    departments = DEPARTMENTS if departments is None else departments
    # A JSON string is a YAML string.
    title, summary = json.dumps(title, ensure_ascii=False), json.dumps(summary, ensure_ascii=False)
    return (f"---\ntitle: {title}\nsummary: {summary}\nnumber: 7\n---\n\n{lead}\n\n" +
            "\n".join(f"## {name}\n\n{body}" for name, body in departments.items()))


def copies(publication, text, people=("ann@example.org", "bob@example.com"), names=("Ann", "")):
    publication.write(f"issues/{TODAY}.md", text)
    for person, name in zip(people, names):
        publication.ok("subscriber", "add", person, *(["--name", name] if name else []))
    publication.ok("check")
    publication.ok("send")
    return [f.read_bytes() for f in (publication.path / "var/outbox/new").iterdir()]


def wire(stored):
    """As it would be on the wire: a Maildir has local line ends, and who delivers into it adds two fields (RFC 5321 4.4)."""
    return re.sub(rb"\A(Return-Path: .*\n)(Delivered-To: .*\n)", b"", stored).replace(b"\n", b"\r\n")


EXTREMES = {
    "all departments": {},
    **{f"without {name}": {"departments": {k: v for k, v in DEPARTMENTS.items() if k != name}} for name in DEPARTMENTS},
    "nothing but a lead": {"departments": {}},
    "an empty department": {"departments": {"Nothing Here": "", **DEPARTMENTS}},
    "forty items": {"departments": {"Tools": "```tools\n" + "".join(
        f'- {{title: Tool {i}, url: "https://example.org/tool/{i}", note: It does {i} things.}}\n' for i in range(40)) + "```\n"}},
    "From at the start of lines": {"title": "From Keras to JAX: a move", "departments": {"From here on": "### From there\n\nFrom the start\n\n```\nFrom code\n.\n..\n```\n"}},
    "lines of dots": {"departments": {"Dots": ".\n\n..\n\n. . .\n\n```\n.\n..\n.\r\n.\n```\n\n.end\n"}},
    "characters that mean something": {"title": "A & B < C > D \"E\" 'F'", "summary": "& < > \" ' \\ % =?utf-8?q?x?= --=_ {{name}}".replace("{{name}}", ""),
                                       "departments": {"R&D \\<now\\>": "### \"Quotes\" & 'more' \\<b\\>\n\n5 < 6 & 7 > 2, %s, =41\n"}},
    "a title that would be a header": {"title": "A headline\r\nBcc: victim@example.org"},
    "Chinese": {"title": "模型学会了等待轮到自己", "summary": "今天的报纸说明了原因。", "departments": {"深入": "### 标题\n\n" + "这是一段没有空格的很长的文字，" * 30 + "\n"}},
    "right to left": {"title": "نموذج صغير تعلم الانتظار", "summary": "ملخص قصير لما حدث هذا الصباح.", "departments": {"تحليل": "### عنوان\n\nفقرة قصيرة.\n"}},
    "combining marks and emoji": {"title": "e\u0301" * 20 + " 👩‍🚀🇪🇺 " + "🦊" * 20, "departments": {"Ünïcödé": "### 👍🏽\n\n" + "a\u0308" * 200 + "\n"}},
    "a headline of 300 characters": {"title": "word " * 60, "summary": "summary " * 60},
    "a word of 2000": {"departments": {"Long": "### Word\n\n" + "x" * 2000 + "\n"}},
    "a boundary in the content": {"departments": {"Boundary": "### Lines\n\n--=_0\n\n--=_morningpost--\n\n```\n--\n--=_\n```\n"}},
    "deep nesting": {"departments": {"Deep": "> " * 12 + "quoted\n\n" + "".join("  " * i + "- item\n" for i in range(12))}},
}


@pytest.mark.parametrize("kind", EXTREMES)
def test_every_issue_makes_a_message_without_a_fault(publication, kind):
    one, other = map(wire, copies(publication, issue(**EXTREMES[kind])))
    assert standard.faults(one) + standard.faults(other) + standard.faults_between(one, other) == []


@pytest.mark.parametrize("kind", EXTREMES)
def test_two_parsers_read_the_same(publication, kind):
    one = max(map(wire, copies(publication, issue(**EXTREMES[kind]), names=("Zoë “Z” Ångström", ""))), key=lambda raw: b"ann@" in raw)
    python, other = standard.Message(one), postal_mime(one)
    assert other["to"] == [{"name": "Zoë “Z” Ångström", "address": "ann@example.org"}]
    assert other["subject"] == python.mail["Subject"] and other["messageId"] == python.mail["Message-ID"]
    assert other["text"].replace("\r\n", "\n").strip() == python.text.strip()
    assert other["html"].replace("\r\n", "\n").strip() == python.html.replace("\r\n", "\n").strip()
    assert set(other["attachments"]) <= {"image/png"}
    assert other["headers"] == [k.lower() for k in python.mail.keys()]


NAMES = ["Ann", "Zoë Ångström", "O'Neil, Bob (the first) <x>; \"quoted\" @: .", "=?utf-8?q?Ann?=", "{{subscriber.email}} %s ${HOME}", "名前" * 40, "🦊" * 60,
         "a" * 200, "<script>alert(1)</script>", "Ann Bcc: victim@example.org", "\u0391\u0301" * 50, ".", "From me"]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_only_a_name(publication, name):
    one, _ = sorted(map(wire, copies(publication, issue(), names=(name, ""))), key=lambda raw: b"bob@example.com" in raw)
    assert standard.faults(one) == []
    to = standard.Message(one).mail["To"].addresses
    assert [a.addr_spec for a in to] == ["ann@example.org"]
    assert to[0].display_name.replace(" ", "") == name.replace(" ", "") or len(name) > 50


@pytest.mark.parametrize("name", ["Ann\r\nBcc: victim@example.org", "a\x00b", "a\x07b", "a\u2028b", "a\u202eb"])
def test_a_name_that_could_be_more_is_refused_or_cleaned(publication, name):
    if "\0" in name:
        return
    done = publication.run("subscriber", "add", "ann@example.org", "--name", name)
    assert done.code in (0, 65), done
    if done.code == 0:
        kept = publication.json("subscriber", "show", "ann@example.org")["name"]
        assert not re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e]", kept)


def test_addresses_are_in_no_link(publication):
    for raw in copies(publication, issue(), people=("ann.reader@example.org", "bob@example.com")):
        m = standard.Message(wire(raw))
        who = m.mail["To"].addresses[0].addr_spec
        links = " ".join(m.links()) + m.mail["List-Unsubscribe"] + m.mail["Message-ID"]
        forms = {who, urllib.parse.quote(who, safe=""), base64.b64encode(who.encode()).decode().rstrip("="), base64.urlsafe_b64encode(who.encode()).decode().rstrip("="),
                 who.encode().hex(), who[::-1], who.split("@")[0] if len(who) > 15 else who}
        forms |= {hashlib.new(h, who.encode()).hexdigest() for h in ("md5", "sha1", "sha256")}
        assert not [f for f in forms if f in links]


def test_a_copy_tells_nothing_of_its_maker(publication):
    """No version, host name, user or path of this machine (RFC 5322 needs none; RELIABILITY G)."""
    for raw in copies(publication, issue()):
        for told in (socket.gethostname(), str(publication.path), "libcurl", "0.1.0", "X-Mailer", "User-Agent"):
            assert not re.search(rf"\b{re.escape(told)}\b", raw.decode())


def test_composing_again_gives_the_same_edition(publication):
    publication.write(f"issues/{TODAY}.md", issue())
    first = publication.json("check")
    assert first == publication.json("check")
    hashes = [re.search("[0-9a-f]{64}|[0-9a-f]{12}", publication.ok("compose", "-o", publication.path / "x.eml").err) for _ in range(2)]
    assert hashes[0] and hashes[0][0] == hashes[1][0]
