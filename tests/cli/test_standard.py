"""Every point of the standard for a message that can be seen in its bytes, by the names that an outside checker calls them, on two
readers' copies of the full issue as they were sent."""
import email.policy
import inspect
import io
import re
import time
import urllib.parse

import pytest
from PIL import Image

import front_page
import standard
import test_front_page
import test_golden
import test_message
import test_pictures
from standard import words
from test_message import wire

OTHER = "bob@example.com"
GENERIC = {"click here", "here", "read more", "more", "link", "this link", "learn more", "this"}


class Copy(standard.Message):
    """One reader's copy, with what the points below ask about at hand."""

    def __init__(self, raw):
        super().__init__(raw)
        self.unfolded = re.sub(r"\r\n[ \t]+", " ", self.head.decode())
        self.body_tag = next(self.tree.iter("body"))
        self.style = "".join(e.text for e in self.tree.iter("style"))
        self.images = list(self.tree.iter("img"))
        self.seen = words(self.body_tag)
        self.parts = [p for p in self.leaves if p.get_content_maintype() == "image"]
        # MSO's conditional comments, and the page as Word reads it: with them opened.
        self.mso = re.findall(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", self.html, re.S)
        self.word = re.sub(r"<!--\[if mso\]>|<!\[endif\]-->", "", self.html)

    def field(self, name):
        return next((line.split(": ", 1)[1] for line in self.unfolded.split("\r\n") if line.lower().startswith(name.lower() + ":")), None)

    def inline(self):
        return [(e, dict(d.strip().split(":", 1) for d in e.get("style").split(";") if d.strip())) for e in self.tree.iter() if e.get("style")]

    def text_links(self):
        return re.findall(r"https?://\S+", self.text)

    def unsubscribe(self):
        return re.match(r"<(https://[^>]+)>", self.field("List-Unsubscribe"))[1]


def said(a):
    """A link's words, without what follows it."""
    return " ".join("".join(a.itertext()).split())


def sizes(m):
    """The sizes of letters that are set, but for the cells that hold a colour and no words."""
    for _, style in m.inline():
        for size in re.findall(r"(\d+)px", style.get("font-size", "") + " " + style.get("font", "").split("/")[0]):
            if size != "0":
                yield int(size)


def tables_of_word(m):
    depth = 0
    for tag in re.findall(r"<(/?)table\b", "".join(m.mso)):
        depth += -1 if tag else 1
        if depth < 0:
            return False
    return depth == 0


def follows_content(m):
    """Each heading has words before the next one of its height or above."""
    at = [(m.seen.find(t), level) for level, t in m.headings()]
    return all(b > a + 2 for (a, _), (b, level) in zip(at, at[1:]) if level > 1 or b)


def texts_name_one_target(m):
    seen = {}
    return all(seen.setdefault(said(a), a.get("href")) == a.get("href") for a in m.tree.iter("a"))


def mismatched(m):
    return [a.get("href") for a in m.tree.iter("a") if re.match(r"https?://|www\.", said(a)) and said(a) != a.get("href")]


def url_is_plain(url):
    u = urllib.parse.urlsplit(url)
    return (u.scheme in ("https", "mailto") and not u.username and not u.port and not u.fragment and
            (u.scheme == "mailto" or re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}", u.netloc)) and not re.search(r"[{}<>\s]", url))


def without(m, elements, holds):
    """Those that neither have a style that holds, nor stand in something of the page that does."""
    above = {child: e for e in m.tree.iter() for child in e}

    def has(e):
        return e is not m.body_tag and (holds(e.get("style", "")) or e in above and has(above[e]))
    return [e for e in elements if not has(e)]


def uncoloured(m):
    """What has a colour, and no ground around it: the body's own is lost in some programs."""
    return without(m, [e for e, style in m.inline() if "color" in style and e is not m.body_tag], lambda style: "background-color:" in style)


def unset(m):
    """What has words of its own and no letters to set them in: not a family, or not a size."""
    worded = [e for e in m.body_tag.iter() if isinstance(e.tag, str) and (e.text or "").strip("\u00a0 \n") and e is not preheader(m)]
    return [e for said in ("font(-family)?:[^;]*serif|font[^;]*monospace", r"font(-size)?:[^;]*\d+px") for e in without(m, worded, lambda style: re.search(said, style))]


def preheader(m):
    return next(e for e in m.body_tag if isinstance(e.tag, str))


def qr(m):
    [part] = [p for p in m.parts if p.get_filename() == "telegram.png"]
    return Image.open(io.BytesIO(part.get_content()))


def cids(m):
    return [p["Content-ID"][1:-1] for p in m.parts]


def text_headings(m):
    lines = m.text.split("\n")
    return [(line, lines[i + 1][0]) for i, line in enumerate(lines[:-1]) if line and re.fullmatch(r"=+|-+", lines[i + 1]) and len(lines[i + 1]) < 72]


def bag(s):
    return re.findall(r"\w+", re.sub(r"https?://\S+", " ", s).casefold())


def extra(m):
    page = bag(m.seen + " " + " ".join(i.get("alt") for i in m.images))
    mine = bag(m.text)
    return len([w for w in mine if w not in set(page)]) / len(mine)


HELD = {}  # by which test or check of ours, where it is not here


def held(by, *names):
    HELD.update(dict.fromkeys(names, by))


held(standard.check_bytes, "EOL", "BARE_CR", "NUL", "LINE_998", "HDR_8BIT", "HDR_SIZE", "MSG_SIZE", "QP_SAFE")
held(standard.check_header, "HDR_LINE_78", "HDR_SYNTAX", "HDR_FOLD_WSP", "HDR_CTRL", "HDR_EMPTY", "HDR_FOLD_COLON", "HDR_SINGLETON", "EW_SYNTAX", "EW_LENGTH",
     "EW_PLACE", "CC", "BCC", "TRACE")
held(standard.check_fields, "FROM", "FROM_NAME", "TO", "DATE", "DATE_ZONE", "MSGID", "MIME_VERSION", "LU", "LU_HTTPS", "LU_POST", "LIST_ID", "TOKEN", "UNSUB_TEXT")
held(standard.check_mime, "ALTERNATIVE", "ALT_ORDER", "BOUNDARY", "BOUNDARY_UNIQUE", "CHARSET", "UTF8", "QP", "QP_76")
held(standard.check_html, "HTML_PARSE", "HTML_ENTITY", "HTML_LANG", "BODY_LANG", "HTML_SIZE", "BANNED_TAG", "EVENT", "TABLE_ROLE", "TABLE_DATA", "LINK_TEXT",
     "IMG_ALT", "IMG_ALT_TEXT", "IMG_SIZE", "HEADINGS", "PLACEHOLDER")
held(standard.check_text, "TEXT_SIZE", "TEXT_TAGS", "TEXT_ENTITIES", "TEXT_LINKS", "TEXT_ORDER", "TEXT_WORDS", "TEXT_WIDTH", "TEXT_SPACE")
held(standard.faults_between, "OTHER")
held(test_message.test_addresses_are_in_no_link, "TOKEN_PRIVATE")
held(test_message.test_every_name_is_only_a_name, "EW_SPLIT")
held(test_message.test_a_copy_tells_nothing_of_its_maker, "LEAK")
held(test_golden.test_contrast, "CONTRAST", "CONTRAST_DARK")
held(test_golden.test_every_view_holds_together, "OVERFLOW_375", "QR")
held(test_front_page.test_nothing_rests_on_css_that_gmail_or_outlook_do_not_know, "CSS_SUPPORT", "CSS_OUTLOOK", "HTML_SUPPORT")
held(test_pictures.test_every_kind_is_taken_in, "RELATED", "CID_FORM", "PARAM_2231", "DISPOSITION")
# The relay signs: there is no signature to look at in what we hand over.
held(None, "DKIM_ALIGN", "DKIM_BH", "DKIM_CANON", "DKIM_COVERS", "DKIM_COVERS2", "DKIM_KEY", "DKIM_L", "DKIM_OVERSIGN", "DKIM_TAGS", "DKIM_TIME", "DKIM_VERIFY")

POINTS = {
    # Header.
    "HDR_END": lambda m: m.raw.count(b"\r\n\r\n") >= 1 and not m.head.endswith(b"\r\n"),
    "DATE_NEAR": lambda m: abs(m.mail["Date"].datetime.timestamp() - time.time()) < 3600,
    "MSGID_DOMAIN": lambda m: m.field("Message-ID").strip("<>").split("@")[1].endswith(m.mail["From"].addresses[0].domain),
    "FROM_REPLY": lambda m: not re.match(r"(no|do-?not)-?reply", m.mail["From"].addresses[0].username),
    "FROM_DOMAIN": lambda m: m.mail["From"].addresses[0].domain not in ("gmail.com", "outlook.com", "yahoo.com", "gmx.de"),
    "REPLY_TO": lambda m: m.mail["Reply-To"] is None or len(m.mail["Reply-To"].addresses) == 1,
    "SUBJECT": lambda m: str(m.mail["Subject"]).strip() and not re.search(r"[\x00-\x1f\x7f]", str(m.mail["Subject"])),
    "SUBJECT_LEN": lambda m: 10 <= len(m.mail["Subject"]) <= 78,
    "SUBJECT_STYLE": lambda m: not re.search(r"!!|^(?i:re|fwd?):", m.mail["Subject"]) and not m.mail["Subject"].isupper(),
    "BULK_HDR": lambda m: not any(m.field(n) for n in ("X-Priority", "Importance", "Priority", "Disposition-Notification-To", "Return-Receipt-To")),
    "LU_MAILTO": lambda m: re.fullmatch(r"<https://[^>]+>(, <mailto:[^>]+>)?", m.field("List-Unsubscribe")),
    "TOKEN_URLSAFE": lambda m: re.fullmatch(r"https://[a-z0-9.-]+/u/[A-Za-z0-9_-]+", m.unsubscribe()),
    "TOKEN_SAME_HOST": lambda m: m.unsubscribe() in m.links(),
    "LIST_OPT": lambda m: all(re.fullmatch(r"<https:[^>]+>", m.field(n)) for n in ("List-Help", "Archived-At", "List-Archive") if m.field(n)),
    "LIST_POST": lambda m: m.field("List-Post") in (None, "NO"),
    "FEEDBACK_ID": lambda m: re.fullmatch(r"([A-Za-z0-9._-]+:){0,3}[A-Za-z0-9._-]{5,15}", m.field("Feedback-ID")),
    "AUTO_SUBMITTED": lambda m: m.field("Auto-Submitted") in (None, "auto-generated"),
    "PRECEDENCE": lambda m: m.field("Precedence") in (None, "bulk", "list"),
    "CFBL": lambda m: m.field("CFBL-Address") is None,
    # MIME.
    "CTYPE": lambda m: all(p.get("Content-Type") for p in m.mail.walk()),
    "MULTI_CTE": lambda m: all(p.get("Content-Transfer-Encoding", "7bit") == "7bit" for p in m.mail.walk() if p.is_multipart()),
    "BOUNDARY_CLOSED": lambda m: all(f"--{p.get_boundary()}--".encode() in m.raw for p in m.mail.walk() if p.is_multipart()),
    "EPILOGUE": lambda m: all(not (p.preamble or "").strip() and not (p.epilogue or "").strip() for p in m.mail.walk() if p.is_multipart()) and
        m.raw.endswith(f"--{m.mail.get_boundary()}--\r\n".encode()),
    "CTE": lambda m: {p["Content-Transfer-Encoding"] for p in m.leaves} <= {"quoted-printable", "base64"},
    "CTE_7BIT": lambda m: m.raw.isascii(),
    "CTE_8BIT": lambda m: b"8bit" not in m.raw,
    "B64": lambda m: all(re.fullmatch(r"([A-Za-z0-9+/]{76}\n)*[A-Za-z0-9+/]{0,75}=*\n?", p.get_payload().replace("\r\n", "\n")) and
        sum(len(line) for line in p.get_payload().split()) % 4 == 0 for p in m.parts),
    "FORMAT": lambda m: "format" not in dict(m.leaves[0].get_params()) or dict(m.leaves[0].get_params())["format"] in ("flowed", "fixed"),
    # The page.
    "DOCTYPE": lambda m: m.html.startswith("<!DOCTYPE html>"),
    "ID_UNIQUE": lambda m: len(ids := [e.get("id") for e in m.tree.iter() if e.get("id")]) == len(set(ids)),
    "CHARSET_META": lambda m: m.html.lower().find('<meta charset="utf-8">') in range(1024),
    "VIEWPORT": lambda m: "width=device-width" in m.html and not re.search(r"user-scalable|maximum-scale", m.html),
    "COLOR_SCHEME": lambda m: all(f'<meta name="{n}" content="light dark">' in m.html for n in ("color-scheme", "supported-color-schemes")),
    "DARK_RULES": lambda m: "@media (prefers-color-scheme: dark)" in m.style and "background-color" in m.style.split("dark)")[1],
    "TITLE": lambda m: next(m.tree.iter("title")).text == m.mail["Subject"],
    "STYLE_SIZE": lambda m: len(m.style.encode()) <= 16384 and all(e in list(m.tree.find("head")) for e in m.tree.iter("style")),
    "INLINE_CSS": lambda m: unset(m) == [],
    "CSS_IMPORT": lambda m: "@import" not in m.html and "<link" not in m.html and "url(" not in m.html,
    "CSS_SYNTAX": lambda m: m.style.count("{") == m.style.count("}") and all(re.fullmatch(r"\s*[a-z-]+\s*:[^:{}]+", d) for _, s in
        [(0, e.get("style")) for e in m.tree.iter() if e.get("style")] for d in s.split(";") if d.strip()),
    "PREHEADER": lambda m: 40 <= len(words(preheader(m))) <= 150 and words(preheader(m)) != m.mail["Subject"],
    "PREHEADER_HIDE": lambda m: re.search("display:none|max-height:0", preheader(m).get("style")) and "mso-hide:all" in preheader(m).get("style"),
    "HIDDEN_TEXT": lambda m: [e for e, s in m.inline() if s.get("display") == "none" or s.get("visibility") == "hidden" or s.get("opacity") == "0"] == [preheader(m)] and
        not [e for e, s in m.inline() if s.get("font-size") == "0" and (e.text or "").strip("\u00a0 \n")],
    "URL_SCHEME": lambda m: all(re.match("https:|mailto:|tel:", u) for u in m.links()) and all(i.get("src").startswith("cid:") for i in m.images),
    "URL_HTTP": lambda m: "http://" not in m.text + re.sub(r"xmlns\S*", "", m.html),
    "URL_FORM": lambda m: [u for u in m.links() + m.text_links() if not url_is_plain(u)] == [],
    "LINK_SHORT": lambda m: not re.search(r"https://(bit\.ly|t\.co|tinyurl\.com|goo\.gl|ow\.ly|is\.gd)/", m.html),
    "LINK_MISMATCH": lambda m: mismatched(m) == [],
    "LINK_GENERIC": lambda m: not {said(a).casefold() for a in m.tree.iter("a")} & GENERIC,
    "LINK_AMBIGUOUS": texts_name_one_target,
    "LINK_DISTINCT": lambda m: not any(re.search("text-decoration:(?!underline)", a.get("style", "")) for a in m.tree.iter("a")),
    "IMG_FORMAT": lambda m: {p.get_content_type() for p in m.parts} <= {"image/png", "image/jpeg", "image/gif"} and all("display:block" in i.get("style") for i in m.images),
    "PIXEL": lambda m: all(int(i.get("width")) > 2 and int(i.get("height")) > 2 for i in m.images),
    "CID": lambda m: sorted(i.get("src")[4:] for i in m.images) == sorted(cids(m)),
    "CID_UNUSED": lambda m: all(f"cid:{c}" in m.html for c in cids(m)),
    "IMG_BYTES": lambda m: all(len(p.get_content()) < 102_400 for p in m.parts),
    "IMG_ALPHA": lambda m: qr(m).mode in ("1", "L", "P") and "transparency" not in qr(m).info,
    "EMPTY_SECTION": follows_content,
    "BG_EXPLICIT": lambda m: "background-color" in m.body_tag.get("style") and uncoloured(m) == [],
    "FONT_SIZE": lambda m: min(sizes(m)) >= 12 and 17 in sizes(m),
    "FONT_STACK": lambda m: all(re.search(r"(serif|sans-serif|monospace)$", s[k].strip()) for _, s in m.inline() for k in ("font-family", "font") if k in s),
    "MSO_BALANCED": lambda m: m.html.count("<!--[if") == m.html.count("<![endif]-->") and not any("<!--" in c for c in m.mso),
    "MSO_TABLES": tables_of_word,
    "MSO_GHOST": lambda m: '<table role="presentation" width="640" align="center"' in m.mso[1] and len(m.mso) > 6,
    "MSO_DPI": lambda m: "<o:PixelsPerInch>96</o:PixelsPerInch>" in m.html,
    "WIDTH": lambda m: 600 <= int(re.search(r"max-width:(\d+)px", m.html)[1]) <= 680,
    "UNSUB_HTML": lambda m: [said(a) for a in m.tree.iter("a") if a.get("href") == m.unsubscribe()] == ["Unsubscribe with one click"],
    "POSTAL": lambda m: "1 Example Street, 12345 Exampletown" in m.seen and "1 Example Street, 12345 Exampletown" in m.text,
    "WHY": lambda m: "because you subscribed" in m.seen and "because you subscribed" in m.text,
    "WEBVIEW": lambda m: f"https://post.example.org/issues/{front_page.DAY}" in m.links() and f"https://post.example.org/issues/{front_page.DAY}" in m.text,
    "SUBSTANCE": lambda m: len(m.seen) >= 500,
    # The text.
    "TEXT_HEADINGS": lambda m: [t for _, t in m.headings()] == [t for t in (line for line, _ in text_headings(m)) if t in {t for _, t in m.headings()}],
    "TEXT_SECTION": lambda m: all(a[0] != b[0] for a, b in zip(text_headings(m), text_headings(m)[1:])) and not re.search(r"\n=+\n\s*\Z", m.text),
    "TEXT_EXTRA": lambda m: extra(m) <= 0.05,
    "SOURCE": lambda m: all(w in set(bag(m.text)) and w in set(bag(m.seen)) for w in bag(re.sub(r"(?s)\A---.*?\n---|```.*?```|!\[.*?\)|\(https?:.*?\)", "", front_page.ISSUE))),
}


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    post = front_page.publication(tmp_path_factory.mktemp("front"))
    post.ok("subscriber", "add", OTHER)
    post.ok("send", "--date", front_page.DAY, "--force")
    return sorted((wire(f.read_bytes()) for f in (post.path / "var/outbox/new").iterdir()), key=lambda raw: OTHER.encode() in raw)


@pytest.fixture(scope="module")
def read(copies):
    return [Copy(raw) for raw in copies]


def test_our_own_checks_pass(copies):
    one, other = copies
    assert standard.faults(one) + standard.faults(other) + standard.faults_between(one, other) == []


@pytest.mark.parametrize("point", POINTS)
def test_point(read, point):
    for copy in read:
        assert POINTS[point](copy), point


def test_no_point_is_forgotten():
    assert not set(POINTS) & set(HELD) and len(POINTS) + len(HELD) == 165
    assert all(by is None or inspect.isfunction(by) for by in HELD.values())


def test_what_was_sent_is_what_compose_shows(copies):
    """... but for the reader's own links: the text part is the same word for word."""
    def common(raw):
        return re.sub(r"/[up]/\S+", "", Copy(raw).text).replace(OTHER, "X").replace(front_page.READER[0], "X")
    assert common(copies[0]) == common(copies[1])


# A point that nothing can break tells nothing.
SPOILT = {
    "LINK_GENERIC": (">Past issues<", ">click here<"), "LINK_MISMATCH": ('href="https://t.me/morningpost"', 'href="https://t.me/other"'),
    "LINK_AMBIGUOUS": (">Past issues<", ">Change your preferences<"), "LINK_DISTINCT": ('<a href="https://example.org/boring" ', '<a style="text-decoration:none" '),
    "URL_FORM": ("https://example.org/boring", "https://127.0.0.1/boring"), "URL_HTTP": ("https://example.org/boring", "http://example.org/boring"),
    "MSO_BALANCED": ("<![endif]-->", "", 1), "MSO_TABLES": ("<!--[if mso]></td></tr></table>", "<!--[if mso]></td></tr>"), "WIDTH": ("max-width:640px", "max-width:900px"),
    "PREHEADER_HIDE": ("mso-hide:all", ""), "PREHEADER": ('mso-hide:all">', 'mso-hide:all">View in browser</div><div>', 1), "TITLE": ("<title>", "<title>Newsletter: "),
    "EMPTY_SECTION": ("</h2>", '</h2><h2 style="margin:0">Nothing</h2>'), "FONT_SIZE": ("13px", "9px"), "BG_EXPLICIT": ("background-color:", "color:"),
    "FONT_STACK": (",serif", ""), "STYLE_SIZE": ("</style>", "/*" + "x" * 17000 + "*/</style>"), "HIDDEN_TEXT": ("<h3 ", '<p style="display:none">Free money</p><h3 '),
    "ID_UNIQUE": ("<h3 ", '<h3 id="a" '), "CID_UNUSED": ("cid:", "x:"), "IMG_FORMAT": ("display:block", ""), "CSS_IMPORT": ("<style>", "<style>@import 'x';"),
    "CSS_SYNTAX": ('style="margin:0;', 'style="margin 0;'), "VIEWPORT": ("initial-scale=1", "initial-scale=1,user-scalable=no"), "POSTAL": ("1 Example Street", ""),
    "WHY": ("because you subscribed", ""), "INLINE_CSS": ("font", "x"), "DARK_RULES": ("prefers-color-scheme", "x"), "MSO_DPI": ("96<", "72<"),
    "PIXEL": ("<img ", '<img width="1" height="1" src="cid:x"><img '), "LINK_SHORT": ("https://example.org/boring", "https://bit.ly/boring"),
    "COLOR_SCHEME": ("supported-color-schemes", "x"), "DOCTYPE": ("<!DOCTYPE html>", ""),
}


@pytest.mark.parametrize("point", SPOILT)
def test_a_page_that_is_spoilt_does_not_pass(copies, point):
    spoilt = Copy(copies[0])
    old, new, *times = SPOILT[point]
    assert old in spoilt.html
    html = spoilt.html.replace(old, new, *times)
    spoilt.leaves[1].set_content(html, subtype="html")
    assert not POINTS[point](Copy(spoilt.mail.as_bytes(policy=email.policy.SMTP)))
