"""Holds one message's bytes against the rules for newsletters (RFC 5322, 2045-2049, 2369, 2919, 8058; EMAIL sections 2, 3, 6 and
7), with parsers that are not ours: Python's email package and html5lib. The list that faults() returns is empty for a good one."""
import email
import email.policy
import re
import unicodedata

import html5lib

ONCE = ("date", "from", "to", "subject", "message-id", "mime-version", "content-type", "list-id", "list-unsubscribe", "list-unsubscribe-post")
NEVER = ("cc", "bcc", "return-path", "received", "authentication-results", "x-priority", "importance", "disposition-notification-to")
ENCODED_WORD = re.compile(r"=\?UTF-8\?[BQ]\?[!-~]+\?=")
# Not U+200D, which holds emoji together.
INVISIBLE = re.compile("[\u00a0\u00ad\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class Message:
    def __init__(self, raw):
        self.raw = raw
        self.head, _, self.body = raw.partition(b"\r\n\r\n")
        self.mail = email.message_from_bytes(raw, policy=email.policy.default)
        leaves = [p for p in self.mail.walk() if not p.is_multipart()]
        self.leaves = leaves
        self.text = next(p for p in leaves if p.get_content_type() == "text/plain").get_content().replace("\r\n", "\n")
        self.html = next(p for p in leaves if p.get_content_type() == "text/html").get_content()
        self.parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
        self.tree = self.parser.parse(self.html)

    def fields(self, name):
        return self.mail.get_all(name, [])

    def links(self):
        return [a.get("href") for a in self.tree.iter("a")]

    def headings(self):
        return [(int(e.tag[1]), words(e)) for e in self.tree.iter() if isinstance(e.tag, str) and re.fullmatch("h[1-6]", e.tag)]


def words(element):
    """What a reader sees of it; Outlook's conditional comments are comments."""
    def pieces(e):
        if isinstance(e.tag, str) and e.tag not in ("style", "script"):
            yield e.text or ""
            for child in e:
                yield from pieces(child)
        yield e.tail or ""
    return " ".join("".join(pieces(element)).split())


def width(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def check_bytes(m):
    yield b"\0" not in m.raw, "NUL"
    yield re.search(rb"(?<!\r)\n|\r(?!\n)", m.raw) is None, "a bare CR or LF"
    yield max(map(len, m.raw.split(b"\r\n"))) <= 998, "a line over 998 octets"
    yield m.raw.isascii(), "an octet over 127"
    yield len(m.head) <= 16384 and len(m.raw) <= 250_000, "too large"
    yield not re.search(rb"^(From |\.)", m.body, re.M), "a line that begins with 'From ' or a dot"


def check_header(m):
    lines = m.head.decode("ascii").split("\r\n")
    for line in lines:
        # Where the only blank is the one behind the colon there is no place to fold.
        yield len(line) <= 78 or " " not in re.sub(r"^[!-9;-~]+: ", "", line).strip(), f"a header line over 78: {line}"
        yield re.fullmatch(r"([!-9;-~]+: \S.*|[ \t]+\S.*)", line) is not None, f"header line: {line!r}"
        yield not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", line), f"a control character: {line!r}"
    names = [line.split(":")[0].lower() for line in lines if line[0] not in " \t"]
    for name in ONCE:
        yield names.count(name) == 1, f"{name}: {names.count(name)} times"
    for name in NEVER:
        yield name not in names, f"{name} has no place here"
    for word in re.findall(r"=\?\S*", m.head.decode()):
        yield ENCODED_WORD.fullmatch(word.rstrip(",")) is not None and len(word) <= 75, f"encoded word {word}"
    for field in m.mail.values():
        yield not getattr(field, "defects", ()), f"defects in {field}: {getattr(field, 'defects', ())}"


def check_fields(m):
    sender, to = m.mail["From"].addresses, m.mail["To"].addresses
    yield len(sender) == 1 and sender[0].display_name, "From: one mailbox with a name"
    yield len(to) == 1, "To: the reader and nobody else"
    yield m.mail["Date"].datetime.utcoffset() is not None, "Date"
    yield m.mail["Date"].datetime.strftime("%a") == str(m.mail["Date"])[:3], "the day of the week"
    yield re.fullmatch(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9.-]+>", m.mail["Message-ID"]), "Message-ID"
    yield to[0].addr_spec not in m.mail["Message-ID"], "Message-ID tells the address"
    yield m.mail["MIME-Version"] == "1.0", "MIME-Version"
    yield 1 <= len(m.mail["Subject"]) <= 200 and not re.match(r"(?i)(re|fwd?):", m.mail["Subject"]), "Subject"
    unsubscribe = re.findall(r"<([^>]*)>", m.mail["List-Unsubscribe"])
    yield [u.split(":")[0] for u in unsubscribe][0] == "https" and sum(u.startswith("https:") for u in unsubscribe) == 1, "List-Unsubscribe"
    yield re.fullmatch(r"https://[a-z0-9.-]+/u/[A-Za-z0-9_-]{64,}", unsubscribe[0]), unsubscribe[0]
    yield b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in m.head + b"\r\n", "List-Unsubscribe-Post"
    yield re.fullmatch(r"[^<>]* ?<[a-z0-9-]+(\.[a-z0-9-]+)+>", str(m.mail["List-Id"])), "List-Id"
    yield unsubscribe[0] in m.links() and unsubscribe[0] in m.text, "the bodies leave by the same link"


def check_mime(m):
    yield not any(p.defects for p in m.mail.walk()), [p.defects for p in m.mail.walk()]
    yield m.mail.get_content_type() == "multipart/alternative", "multipart/alternative"
    yield [p.get_content_type() for p in m.leaves][:2] == ["text/plain", "text/html"], "plain, then HTML"
    boundary = m.mail.get_boundary()
    yield re.fullmatch(r"[0-9A-Za-z'()+_,./:=?-]{1,70}", boundary) and "=_" in boundary, "boundary"
    yield len(re.findall(b"^--" + re.escape(boundary.encode()), m.body, re.M)) == len(m.mail.get_payload()) + 1, "boundary in a part"
    for part in m.leaves[:2]:
        encoded = part.get_payload().replace("\r\n", "\n")
        yield part["Content-Transfer-Encoding"] == "quoted-printable" and part.get_content_charset() == "utf-8", "encoding"
        yield all(len(line) <= 76 for line in encoded.splitlines()), "a quoted-printable line over 76"
        yield not re.search(r"[ \t]$|=[0-9a-f][a-f]|=[a-f][0-9a-f]|=(?![0-9A-F]{2}|$)|=0D=0A", encoded, re.M), "quoted-printable"
        yield not re.search("[\ufffd\ufeff\u0080-\u009f]", part.get_content()), "mojibake"


def check_html(m):
    html = m.tree if m.tree.tag == "html" else m.tree.find("html")
    body = html.find("body")
    first = next(e for e in body if e.get("lang"))
    yield m.parser.errors == [], m.parser.errors[:3]
    yield html.get("lang") and html.get("dir") and first.get("dir"), "lang and dir"
    yield len(m.html.encode()) < 102_000, "Gmail clips it"
    yield not any(e.tag in ("script", "form", "input", "iframe", "object", "svg", "video", "base") for e in m.tree.iter()), "a banned element"
    yield not any(k.startswith("on") for e in m.tree.iter() for k in e.keys()), "an event handler"
    yield all(t.get("role") == "presentation" or t.find("caption") is not None for t in m.tree.iter("table")), "a table's role"
    for href in m.links():
        yield re.match(r"https://|mailto:", href) and "{{" not in href, f"link {href}"
    for a in m.tree.iter("a"):
        yield words(a) or a.find("img") is not None, "a link without text"
    for img in m.tree.iter("img"):
        yield img.get("alt") and img.get("width", "").isdigit() and img.get("height", "").isdigit(), "a picture's attributes"
    levels = [level for level, _ in m.headings()]
    yield levels.count(1) == 1 and levels[0] == 1, f"h1: {levels}"
    yield all(b - a <= 1 for a, b in zip(levels, levels[1:])) and all(t for _, t in m.headings()), "headings"
    visible = words(body)
    yield "{{" not in re.sub(r"\{\{literal.*?\}\}", "", visible), "a template's tag is left"
    yield not re.search(r"TODO|undefined|\bnull\b|NaN", visible), "a placeholder is left"


def check_text(m):
    lines = m.text.split("\n")
    yield len(m.text) >= 300, "too little text"
    yield not re.search(r"</?(p|a|br|td|div|span|h\d)\b|&(amp|lt|gt|quot|nbsp|#\d+);", m.text), "HTML in the text"
    for line in lines:
        yield width(line) <= 78 or "http" in line or " " not in line.strip(), f"too wide: {line}"
        yield line == line.rstrip() or line == "-- ", f"blanks at the end: {line!r}"
    yield not INVISIBLE.search(m.text), "an invisible character"
    yield "\n\n\n\n\n" not in m.text, "too many empty lines"
    joined = re.sub(r"\s+", " ", m.text)
    seen = -1
    for _, heading in m.headings():
        at = joined.casefold().find(heading.casefold(), max(seen, 0))
        yield at >= 0, f"the text lacks the heading {heading!r}, or has it elsewhere"
        seen = max(seen, at)
    for href in set(m.links()):
        yield href in m.text, f"the text lacks the link {href}"
    def bag(s):
        return set(re.findall(r"\w+", s.casefold()))
    body = next(m.tree.iter("body"))
    missing = bag(words(body)) - bag(m.text)
    yield len(missing) <= 0.05 * len(bag(words(body))), f"the text lacks {sorted(missing)[:20]}"


def faults(raw):
    m = Message(raw)
    checks = (check_bytes, check_header, check_fields, check_mime, check_html, check_text)
    return [f"{check.__name__}: {why}" for check in checks for good, why in check(m) if not good]


def faults_between(one, other):
    """What two readers' copies of an issue must not share."""
    a, b = Message(one), Message(other)
    found = [] if a.mail["Message-ID"] != b.mail["Message-ID"] else ["one Message-ID for two"]
    tokens = [set(re.findall(r"/[up]/([\w-]{64,})", m.text + m.html + m.mail["List-Unsubscribe"])) for m in (a, b)]
    if tokens[0] & tokens[1]:
        found.append("one token for two")
    for m, stranger in ((a, b), (b, a)):
        if stranger.mail["To"].addresses[0].addr_spec.encode() in m.raw:
            found.append("a copy names another reader")
    return found
