"""What comes back: reports made of the copies that were really sent, as other people's servers make them."""
import re

from lab import DAY, ISSUE

SETTINGS = "sender:\n  bounce: back@post.example\n"


class Copy:
    """One person's copy, as it lies in the outbox."""

    def __init__(self, path):
        self.text = path.read_text()
        self.email = self.header("Delivered-To")
        self.verp = self.header("Return-Path").strip("<>")
        self.message_id = self.header("Message-ID")
        self.token = re.search(r"/u/([A-Za-z0-9_-]{111})", re.sub(r"=\n", "", self.text))[1]

    def header(self, name):
        return re.sub(r"\n[ \t]", " ", re.search(rf"^{name}: ((?:.*)(?:\n[ \t].*)*)", self.text, re.M)[1]).strip()

    def headers(self):
        return self.text.partition("\n\n")[0].partition("\n")[2].partition("\n")[2]


def send(publication, *people, **extra):
    """Put people on the list, send them an issue into the outbox; their copies by address."""
    yaml = publication.path / "morningpost.yaml"
    text = yaml.read_text()
    if "bounce: back@post.example" not in text:
        yaml.write_text(re.sub(r"^(sender:\n)", r"\1  bounce: back@post.example\n", text, flags=re.M) + "sources: {}\n" + extra.get("settings", ""))
    (publication.path / "issues" / f"{DAY}.md").write_text(ISSUE)
    publication.ok("subscriber", "import", "-", stdin="email\n" + "".join(f"{p}\n" for p in people))
    publication.ok("send")
    return copies(publication)


def copies(publication):
    made = [Copy(path) for path in (publication.path / "var/outbox/new").iterdir()]
    return {c.email: c for c in made}


def dsn(copy, status="5.1.1", action="failed", to=None, recipient=None, headers=True, name="1", words="550 no such user here"):
    """RFC 3464, as most servers write it. `to`: where it is sent back to (the VERP address)."""
    recipient = recipient or copy.email
    original = copy.headers() if headers else "Subject: something else\nMessage-ID: <x@elsewhere.example>"
    return f"""Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: {to or copy.verp}
Subject: Undelivered Mail Returned to Sender
Message-ID: <dsn-{name}-{recipient.partition('@')[0]}@mx.example.net>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b0"

--b0
Content-Type: text/plain; charset=us-ascii

Your message could not be delivered to {recipient}: {words}

--b0
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--b0
Content-Type: text/rfc822-headers

{original}

--b0--
"""


def complaint(copy, recipient=None):
    """RFC 5965."""
    return f"""From: abuse@mailbox.example
To: back@post.example
Subject: FW: complaint
Message-ID: <arf-{(recipient or copy.email).partition('@')[0]}@mailbox.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b1"

--b1
Content-Type: text/plain

This is a complaint about a message.

--b1
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Loop/1.0
Version: 1
Original-Rcpt-To: <{recipient or copy.email}>

--b1
Content-Type: message/rfc822

{copy.headers()}

--b1--
"""


def leave(copy, subject=None):
    """What a mail client sends for the mailto: of List-Unsubscribe."""
    return f"""From: {copy.email}
To: back@post.example
Subject: {subject or 'unsubscribe ' + copy.token}
Message-ID: <leave-{copy.email.partition('@')[0]}@client.example>

Please.
"""


def away(copy):
    """An automatic answer to the envelope's sender, with the whole copy in it."""
    return f"""From: {copy.email}
To: {copy.verp}
Subject: Out of office: {copy.header('Subject')}
Message-ID: <away-{copy.email.partition('@')[0]}@client.example>
Auto-Submitted: auto-replied
In-Reply-To: {copy.message_id}

I am away until Monday. 5.1.1 550 user unknown is not what I say.
"""
