#!/usr/bin/python3
"""An SMTP server that misbehaves on purpose, by name or by a seeded mix, and writes down all it saw.

    faulty.py --log FILE [--port N] [--ext "PIPELINING, CHUNKING, ..."] [--fault NAME]... [--by-name] [--chaos P --seed N] ...

It prints "ready PORT". The log has one JSON object a line:
  accepted    a whole message: rcpt, sender, message_id, sha, size; "answered" is false when the client never got the reply
  unanswered  a whole message that the server had in hand, or in its buffers, when it ended the connection without a reply to it
  fault       which fault was played, on whom
  violation   what the client did against the protocol
  open/close  a connection
audit.py compares it with who should have got what. faulty.py --list prints the faults and what must become of each.
"""
import argparse
import asyncio
import collections
import contextlib
import hashlib
import json
import random
import re
import socket
import ssl
import struct
import sys
import threading
import time
import typing

COMMAND_LINE = 2048  # RFC 5321 4.5.3.1.4 has 512; parameters add to it
MEGABYTE = 1 << 20


class Fault(typing.NamedTuple):
    phase: str  # in place of the reply to what: greet, ehlo (the first), again (the second), starttls, auth, mail, rcpt, data, bdat, body, dot, rset, quit
    verdict: str  # what RELIABILITY's part C makes of it; words with | between them are all right
    say: bytes = b""
    then: str = "on"  # on; close (having said 421); drop, reset (the connection); break (no client can go on); stall; anything else has code of its own


def word(code, status="", text="no"):
    return f"{code}{' ' if status else ''}{status} {text}\r\n".encode()


FAULTS = {}


def refusals(phase, verdict, *words):
    """Each "CODE" or "CODE-STATUS" is a fault named after it."""
    for w in words:
        code, _, status = w.partition("-")
        then = "close" if code == "421" else "on"
        name = f"{phase}-{w}" if status or code == "421" or phase not in ("mail", "rcpt", "data", "dot") else f"{phase}-{w}-plain"
        FAULTS[name] = Fault(phase, verdict, word(code, status, f"{phase} is answered so on purpose"), then)


refusals("greet", "defer", "421", "421-4.7.0", "450-4.3.2", "451", "354")
refusals("greet", "abort", "554-5.7.1", "554", "521-5.3.2", "550", "571-5.7.1", "500")
refusals("ehlo", "defer", "421-4.3.2", "421")
refusals("ehlo", "sent", "500", "502-5.5.1", "451-4.3.0")  # to HELO it speaks
refusals("ehlo-helo", "abort", "550-5.7.1", "554", "501", "521", "504-5.5.2")
refusals("again", "defer", "421-4.3.2", "421", "451")
refusals("again", "sent", "500", "503-5.5.1")
refusals("starttls", "abort|defer", "454-4.7.0", "421")
refusals("starttls", "abort", "501", "502", "500", "554-5.7.0")
refusals("auth", "abort", "535-5.7.8", "535", "534-5.7.9", "538", "504", "530-5.7.0", "501", "503", "550")
refusals("auth", "defer", "454-4.7.0", "421", "432-4.7.12")
refusals("mail", "defer", "421-4.3.2", "421", "450-4.7.1", "451-4.3.0", "452-4.3.1", "454-4.7.0", "450", "451", "432", "450-5.1.8")
refusals("mail", "abort", "530-5.7.0", "550-5.7.1", "550", "553-5.1.8", "550-5.1.7", "501-5.1.7", "554-5.7.1", "503", "555-5.5.4", "535-5.7.8", "550-4.2.1")
refusals("mail", "fail-msg", "552-5.3.4", "552")
refusals("rcpt", "defer", "421-4.3.2", "421", "450-4.2.0", "450", "450-4.7.1", "451-4.7.1", "451-4.3.0", "451-4.7.650", "451", "452-4.2.2", "452-4.5.3", "452",
         "454-4.7.1", "432", "441-4.4.1", "450-5.1.1", "451-2.0.0", "499")
refusals("rcpt", "fail-rcpt", "550-5.1.1", "550-5.1.2", "550-5.1.3", "550-5.1.6", "550-5.1.10", "553-5.1.3", "556-5.1.10", "550-5.2.1", "550", "551", "553",
         "550-4.2.1", "550-2.1.5", "550-5.1", "550-5.0.0", "551-5.1.6", "550-4.7.1")
refusals("rcpt", "fail-soft", "552-5.2.2", "550-5.2.2", "552")
refusals("rcpt", "fail-msg", "550-5.1.7", "550-5.1.8", "552-5.3.4", "554-5.6.0", "550-5.6.7", "550-5.7.1", "554-5.7.1", "550-5.7.26", "554", "500", "501-5.5.4",
         "502", "503-5.5.1", "541", "550-5.4.1", "550-5.3.0")
refusals("rcpt", "abort", "530-5.7.0", "530")
refusals("rcpt", "sent", "251-2.1.5", "252", "259")
refusals("data", "defer", "421", "451-4.3.0", "452-4.3.1", "451", "450-4.2.0", "454-5.7.0")
refusals("data", "fail-msg", "554-5.6.0", "554", "550-5.7.1", "503-5.5.1", "552-5.3.4", "500", "550-5.1.1", "550-4.2.1")
refusals("data", "abort", "530-5.7.0")
refusals("bdat", "sent", "500", "500-5.5.2", "502", "502-5.5.1", "503-5.5.1")  # by DATA, then
refusals("bdat", "defer", "421", "451-4.3.0", "452-4.3.1")
refusals("bdat", "fail-msg", "552-5.3.4", "554-5.6.0")
refusals("dot", "defer", "421-4.3.2", "421", "450-4.2.0", "451-4.3.0", "451", "452-4.3.1", "452-4.2.2", "454-4.7.0", "432", "450-5.7.1", "451-5.1.1")
refusals("dot", "fail-msg", "550-5.7.1", "550", "554-5.6.0", "554", "552-5.3.4", "552", "550-5.1.1", "550-5.2.1", "541-5.4.1", "550-4.2.1", "553-5.1.3", "554-5.7.9",
         "555", "571")
refusals("dot", "fail-soft", "552-5.2.2")
refusals("dot", "abort", "530-5.7.0")
refusals("dot", "sent", "200", "251", "299-2.6.0")

# The usual ones, by their short names.
for phase, verdict, words in (
        ("mail", "defer", ("450 4.7.1 slow down", "451 4.3.0 local error", "452 4.3.1 no room")),
        ("mail", "abort", ("530 5.7.0 authentication required", "550 5.7.1 sender refused")),
        ("rcpt", "defer", ("450 4.2.0 greylisted", "451 4.7.1 try again later", "452 4.2.2 mailbox full")),
        ("rcpt", "fail-rcpt", ("550 5.1.1 no such user", "553 5.1.3 bad address")),
        ("rcpt", "fail-soft", ("552 5.2.2 mailbox full",)),
        ("data", "defer", ("451 4.3.0 not now",)),
        ("data", "fail-msg", ("554 5.6.0 no valid recipients",)),
        ("dot", "defer", ("451 4.3.0 not now", "452 4.3.1 no room")),
        ("dot", "fail-msg", ("550 5.7.1 content refused", "552 5.3.4 too big", "554 5.6.0 bad content"))):
    for w in words:
        FAULTS[f"{phase}-{w[:3]}"] = Fault(phase, verdict, w.encode() + b"\r\n")
FAULTS["rcpt-571"] = Fault("rcpt", "fail-msg", b"550 5.7.1 blocked by policy\r\n")
FAULTS["rcpt-450-rate"] = Fault("rcpt", "defer", b"450 4.7.28 too many messages from you\r\n")

for phase in ("greet", "ehlo", "again", "auth", "mail", "rcpt", "data"):
    for then in ("drop", "reset", "stall"):
        FAULTS[f"{phase}-{then}"] = Fault(phase, "defer", then=then)
    FAULTS[f"{phase}-garbage"] = Fault(phase, "defer", b"HTTP/1.1 400 Bad Request\r\n", "break")
    FAULTS[f"{phase}-noeol"] = Fault(phase, "defer", b"220 half a li" if phase == "greet" else b"250 half a li", "drop")
for then in ("drop", "reset", "stall"):
    FAULTS[f"dot-{then}"] = Fault("dot", "ambiguous", then=then)
    FAULTS[f"dot-{then}-accepted"] = Fault("dot", "ambiguous", then=f"{then}-accepted")
    FAULTS[f"rset-{then}"] = Fault("rset", "sent", then=then)
    FAULTS[f"quit-{then}"] = Fault("quit", "sent", then=then)
    FAULTS[f"starttls-{then}"] = Fault("starttls", "abort|defer", then=then)
    FAULTS[f"body-{then}"] = Fault("body", "defer|ambiguous", then=then)

FAULTS |= {
    "greet-nothing-but-eol": Fault("greet", "defer", b"\r\n", "break"),
    "greet-000": Fault("greet", "defer", b"000 hello\r\n", "break"),
    "greet-199": Fault("greet", "defer", b"199 hello\r\n", "break"),
    "greet-600": Fault("greet", "defer", b"600 hello\r\n", "break"),
    "greet-multi": Fault("greet", "sent", b"220-faulty.test\r\n220-has much to say\r\n220 before it begins\r\n"),
    "greet-long": Fault("greet", "sent|defer", b"220 " + b"x" * 20000 + b"\r\n"),
    "greet-8bit": Fault("greet", "sent", b"220 faulty.test \xff\xfe\x9b31m ESMTP\r\n"),
    "greet-nul": Fault("greet", "sent|defer", b"220 faulty.test\0 ESMTP\r\n"),
    "greet-escape": Fault("greet", "abort", b"554 5.7.1 \x1b[31mred\x1b]0;title\x07 \x9b31m\r\n"),
    "greet-endless": Fault("greet", "defer", b"220 ", "endless"),
    "greet-endless-lines": Fault("greet", "defer", b"220-", "endless-lines"),
    "greet-then-421": Fault("greet", "defer", b"220 faulty.test\r\n421 4.3.2 no, after all\r\n", "close"),
    "ehlo-endless-lines": Fault("ehlo", "defer", b"250-X", "endless-lines"),
    "again-endless-lines": Fault("again", "defer", b"250-X", "endless-lines"),
    "again-long": Fault("again", "sent", then="long-ehlo"),
    "again-none": Fault("again", "sent", b"250 faulty.test\r\n", "minimal"),
    "again-mixed": Fault("again", "defer", b"250-faulty.test\r\n550 no\r\n", "break"),
    "starttls-inject": Fault("starttls", "sent|defer", then="inject"),
    "starttls-inject-220": Fault("starttls", "sent|defer", then="inject-220"),
    "starttls-garbage": Fault("starttls", "abort|defer", b"220 go ahead\r\n", "plain-garbage"),
    "starttls-no-handshake": Fault("starttls", "abort|defer", b"220 go ahead\r\n", "drop"),
    "starttls-plain": Fault("starttls", "abort|defer", b"220 go ahead\r\n", "on"),
    "mail-long": Fault("mail", "sent", b"250 2.1.0 " + b"m" * 6000 + b"\r\n"),
    "data-250": Fault("data", "defer", b"250 2.0.0 this should have been 354\r\n", "break"),
    "data-multi": Fault("data", "sent", b"354-go\r\n354 ahead\r\n", "go-ahead"),
    "bdat-early": Fault("bdat", "sent", then="early"),
    "bdat-421-early": Fault("bdat", "defer", then="early-421"),
    "dot-garbage": Fault("dot", "ambiguous", b"\x00\xff\xfe what?\r\n", "break"),
    "dot-noeol": Fault("dot", "ambiguous", b"250 2.0.0 nearly", "drop"),
    "dot-noeol-accepted": Fault("dot", "ambiguous", b"250 2.0.0 nearly", "drop-accepted"),
    "dot-partial": Fault("dot", "ambiguous", b"25", "drop"),
    "dot-partial-multi": Fault("dot", "ambiguous", b"250-2.0.0 one of two\r\n", "drop"),
    "dot-nothing-but-eol": Fault("dot", "ambiguous", b"\r\n", "break"),
    "dot-354": Fault("dot", "ambiguous", b"354 go on\r\n", "break"),
    "dot-199": Fault("dot", "ambiguous", b"199 2.0.0 ok\r\n", "break"),
    "dot-600": Fault("dot", "ambiguous", b"600 2.0.0 ok\r\n", "break"),
    "dot-000": Fault("dot", "ambiguous", b"000 2.0.0 ok\r\n", "break"),
    "dot-2500": Fault("dot", "ambiguous", b"2500 ok\r\n", "break"),
    "dot-separator": Fault("dot", "ambiguous", b"250_ok\r\n", "break"),
    "dot-mixed": Fault("dot", "ambiguous", b"250-2.0.0 ok\r\n550 5.7.1 not ok\r\n", "break"),
    "dot-endless": Fault("dot", "ambiguous", b"250 ", "endless"),
    "dot-endless-lines": Fault("dot", "ambiguous", b"250-", "endless-lines"),
    "dot-cr": Fault("dot", "ambiguous", b"250 ok\r250 ok\r", "stall"),
    "dot-multi": Fault("dot", "sent", b"250-2.0.0 queued\r\n250 2.0.0 as 1234\r\n", "accept"),
    "dot-plain": Fault("dot", "sent", b"250\r\n", "accept"),
    "dot-lf": Fault("dot", "sent", b"250 ok\n", "accept"),
    "dot-hostile-250": Fault("dot", "sent", b"250 2.0.0 ok \x1b[2J\x9b31m\r\x00 \xe2\x80\xae level=error\r\n", "accept"),
    "dot-drip": Fault("dot", "sent", b"250 2.0.0 slowly\r\n", "accept-drip"),
    "dot-then-drop": Fault("dot", "sent", b"250 2.0.0 queued\r\n", "accept-drop"),
    "dot-then-reset": Fault("dot", "sent|ambiguous", b"250 2.0.0 queued\r\n", "accept-reset"),
    "dot-then-421": Fault("dot", "sent", b"250 2.0.0 queued\r\n421 4.3.2 and farewell\r\n", "accept-close"),
    "dot-twice": Fault("dot", "sent", b"250 2.0.0 queued\r\n250 2.0.0 queued\r\n", "accept-break"),
    "dot-twice-bad": Fault("dot", "sent", b"250 2.0.0 queued\r\n550 5.1.1 no\r\n", "accept-break"),
    "dot-long": Fault("dot", "defer", b"451 4.3.0 " + b"x" * 40000 + b"\r\n"),
    "dot-long-100k": Fault("dot", "ambiguous", b"451 4.3.0 " + b"x" * 100000 + b"\r\n", "break"),
    "dot-escape": Fault("dot", "defer", b"451 4.3.0 \x1b[31mred\x1b]0;title\x07 \x9b31m \x7f\xc2\x9b31m\r\n"),
    "dot-crlf-log": Fault("dot", "defer", b"451-4.3.0 first\r\n451 4.3.0 \rmorningpost: error: forged\x0b\x0c\x85 state=sent\n"),
    "body-slow": Fault("body", "sent", then="slow-reader"),
    "rset-500": Fault("rset", "sent", b"500 5.5.1 what is RSET?\r\n"),
    "rset-451": Fault("rset", "sent", b"451 4.3.0 not now\r\n"),
    "rset-421": Fault("rset", "sent", b"421 4.3.2 farewell\r\n", "close"),
    "quit-garbage": Fault("quit", "sent", b"\0\0\0\r\n", "drop"),
    "quit-500": Fault("quit", "sent", b"500 stay\r\n"),
    "unasked-250": Fault("dot", "sent", b"250 2.0.0 queued\r\n", "accept-unasked-250"),
    "unasked-421": Fault("dot", "sent", b"250 2.0.0 queued\r\n", "accept-unasked-421"),
    # What a reply may look like, said to RCPT.
    "reply-bytes": Fault("rcpt", "sent", b"250 2.1.5 one byte at a time\r\n", "bytes"),
    "reply-drip": Fault("rcpt", "sent", b"250 2.1.5 ok\r\n", "drip"),
    "reply-tarpit": Fault("rcpt", "defer", b"250-2.1.5 wait\r\n", "tarpit"),
    "reply-late": Fault("rcpt", "sent", b"250 2.1.5 ok\r\n", "late"),
    "reply-multi": Fault("rcpt", "defer", b"450-4.2.0 first line\r\n450-4.2.0 second\r\n450 4.2.0 last\r\n"),
    "reply-multi-250": Fault("rcpt", "sent", b"250-2.1.5 first line\r\n250 2.1.5 last\r\n"),
    "reply-multi-1000": Fault("rcpt", "sent", b"250-2.1.5 x\r\n" * 999 + b"250 2.1.5 ok\r\n"),
    "reply-multi-1000-bad": Fault("rcpt", "fail-rcpt", b"550-5.1.1 no\r\n" * 999 + b"550 5.1.1 no\r\n"),
    "reply-long": Fault("rcpt", "sent", b"250 2.1.5 " + b"y" * 30000 + b"\r\n"),
    "reply-long-bad": Fault("rcpt", "fail-rcpt", b"550 5.1.1 " + b"y" * 30000 + b"\r\n"),
    "reply-long-100k": Fault("rcpt", "defer", b"250 2.1.5 " + b"y" * 100000 + b"\r\n", "break"),
    "reply-endless": Fault("rcpt", "defer", b"250 ", "endless"),
    "reply-endless-lines": Fault("rcpt", "defer", b"250-", "endless-lines"),
    "reply-nul": Fault("rcpt", "fail-rcpt", b"550 5.1.1 a\0b\0\0c\r\n"),
    "reply-8bit": Fault("rcpt", "fail-rcpt", b"550 5.1.1 caf\xe9 \xff\xfe\x80 \xc3\xa9\r\n"),
    "reply-escape": Fault("rcpt", "defer", b"450 4.2.0 \x1b]52;c;cm0gLXJm\x07\x1b[2J\x9b31m\r\n"),
    "reply-html": Fault("rcpt", "fail-rcpt", b"550 5.1.1 <script>alert(1)</script>&lt;\"'\r\n"),
    "reply-crlf-log": Fault("rcpt", "fail-rcpt", b"550-5.1.1 no\r\n550 5.1.1 \rmorningpost: sent=20 level=info \xe2\x80\xa8forged\r\n"),
    "reply-bidi": Fault("rcpt", "fail-rcpt", "550 5.1.1 \u202egro.elpmaxe\u202c \u2066x\u2069 \u200b\ufeff\r\n".encode()),
    "reply-percent": Fault("rcpt", "fail-rcpt", b"550 5.1.1 %s%n%d {{subscriber.name}} ${HOME}\r\n"),
    "reply-cr": Fault("rcpt", "defer", b"250 ok\r250 ok\r", "stall"),
    "reply-lf": Fault("rcpt", "sent", b"250 2.1.5 ok\n"),
    "reply-no-text": Fault("rcpt", "sent", b"250\r\n"),
    "reply-spaces": Fault("rcpt", "sent", b"250    2.1.5   \t ok  \r\n"),
    "reply-empty-line": Fault("rcpt", "defer", b"\r\n250 ok\r\n", "break"),
    "reply-000": Fault("rcpt", "defer", b"000 ok\r\n", "break"),
    "reply-199": Fault("rcpt", "defer", b"199 ok\r\n", "break"),
    "reply-354": Fault("rcpt", "defer", b"354 ok\r\n", "break"),
    "reply-600": Fault("rcpt", "defer", b"600 no\r\n", "break"),
    "reply-2500": Fault("rcpt", "defer", b"2500 ok\r\n", "break"),
    "reply-25": Fault("rcpt", "defer", b"25 ok\r\n", "break"),
    "reply-indented": Fault("rcpt", "defer", b" 250 ok\r\n", "break"),
    "reply-words": Fault("rcpt", "defer", b"OK\r\n", "break"),
    "reply-separator": Fault("rcpt", "defer", b"250_ok\r\n", "break"),
    "reply-mixed": Fault("rcpt", "defer", b"450-4.2.0 first line\r\n550 5.1.1 another code\r\n", "break"),
    "reply-mixed-250": Fault("rcpt", "defer", b"250-2.1.5 ok\r\n550 5.1.1 not ok\r\n", "break"),
    "reply-signs": Fault("rcpt", "defer", b"+50 ok\r\n", "break"),
    "reply-8bit-digits": Fault("rcpt", "defer", "２５０ ok\r\n".encode(), "break"),
    "rcpt-grey": Fault("rcpt", "defer", then="grey"),
}
# What `--chaos` draws from, by phase; each is one that passes. Those of AMBIGUOUS may leave a message in doubt.
PASSING = {
    "mail": ["mail-421", "mail-450-plain", "mail-451-4.3.0", "mail-drop", "mail-garbage"],
    "rcpt": ["rcpt-421", "rcpt-450", "rcpt-451-4.7.1", "rcpt-452-4.2.2", "rcpt-454-4.7.1", "rcpt-450-5.1.1", "rcpt-drop", "reply-multi", "reply-multi-250", "reply-bytes",
             "reply-long", "reply-nul-4", "reply-mixed", "reply-199", "reply-354", "reply-escape", "reply-no-text", "reply-lf", "reply-multi-1000"],
    "data": ["data-421", "data-451", "data-drop", "data-multi"],
    "dot": ["dot-421", "dot-451", "dot-452-4.3.1", "dot-450-5.7.1", "dot-multi", "dot-plain", "dot-lf", "dot-hostile-250", "dot-then-drop", "dot-then-421", "dot-escape",
            "dot-crlf-log"],
    "rset": ["rset-drop", "rset-421"],
    "bdat": ["bdat-421", "bdat-451-4.3.0"],
}
AMBIGUOUS = {
    "dot": ["dot-drop", "dot-drop-accepted", "dot-noeol", "dot-noeol-accepted", "dot-partial", "dot-garbage", "dot-mixed", "dot-600"],
    "body": ["body-drop"],
}
# At the beginning of a connection: seldom, as each costs the client a rest.
BEGINNINGS = {"greet": ["greet-421", "greet-drop", "greet-garbage", "greet-multi"], "again": ["again-421", "again-drop", "again-garbage", "again-500"]}
FAULTS["reply-nul-4"] = Fault("rcpt", "defer", b"450 4.2.0 a\0b\r\n")


class Log:
    def __init__(self, path):
        self.file = open(path, "a", buffering=1)

    def write(self, event, **fields):
        self.file.write(json.dumps({"event": event, **fields}) + "\n")


class Dropped(Exception):
    pass


class Session:
    def __init__(self, server, reader, writer):
        self.server, self.o = server, server.options
        self.reader, self.writer = reader, writer
        self.buffer = b""
        self.tls = server.options.implicit_tls
        self.authenticated = False
        self.said_421 = 0
        self.ehlos = self.mails = self.messages = 0
        self.before = "somebody"  # whose envelope it was when
        self.mute = False  # nothing more is said or accepted: whole messages that still come are only counted
        self.minimal = False
        self.reset()

    def reset(self):
        self.sender = self.rcpt = self.size = None
        self.chunks = b""
        self.refused = self.utf8 = False

    @property
    def ext(self):
        return [] if self.minimal else self.o.ext_clear if self.o.ext_clear is not None and not self.tls else self.o.ext

    def offers(self, name):
        return any(x.split()[0].upper() == name for x in self.ext)

    # -- bytes ------------------------------------------------------------------------------------------
    async def send(self, reply, pause=None):
        if self.mute:
            return
        if self.o.latency:
            await asyncio.sleep(self.o.latency / 1000)
        if pause is None and not self.o.bytes:
            self.writer.write(reply)
            await self.writer.drain()
            return
        for i in range(len(reply)):
            self.writer.write(reply[i:i + 1])
            await self.writer.drain()
            await asyncio.sleep(pause or 0)

    async def more(self):
        data = await self.reader.read(262144)
        if not data:
            raise Dropped
        self.buffer += data

    async def line(self):
        while b"\n" not in self.buffer:
            if len(self.buffer) > COMMAND_LINE:
                self.violation("command-too-long")
                raise Dropped
            await self.more()
        line, self.buffer = self.buffer.split(b"\n", 1)
        if not line.endswith(b"\r"):
            self.violation("bare-lf-in-command")
        line = line.rstrip(b"\r")
        if b"\r" in line or b"\0" in line:
            self.violation("control-in-command")
        return line

    async def exactly(self, n):
        parts, have = [self.buffer], len(self.buffer)
        while have < n:
            data = await self.reader.read(262144)
            if not data:
                raise Dropped
            parts.append(data)
            have += len(data)
        whole = b"".join(parts)
        self.buffer = whole[n:]
        return whole[:n]

    def violation(self, kind):
        if not self.mute:
            self.server.log.write("violation", kind=kind, rcpt=self.rcpt)

    # -- faults -----------------------------------------------------------------------------------------
    def draw(self, phase):
        """The fault to play now, or None: one that stands, one that the recipient is named after, or one of chaos."""
        server, o, rcpt = self.server, self.o, self.rcpt
        if self.mute:
            return None
        for name in server.standing.get(phase, ()):
            if server.applies(name, rcpt):
                return name
        if o.by_name and rcpt and phase in ("rcpt", "data", "bdat", "body", "dot"):
            name = rcpt.partition("@")[0].removeprefix("f.")
            if name in FAULTS and FAULTS[name].phase == phase and server.applies(name, rcpt):
                return name
        if o.chaos and phase in server.chaos:
            often = o.chaos / 10 if phase in BEGINNINGS else o.chaos
            if server.random.random() < often:
                name = server.random.choice(server.chaos[phase])
                if server.spend(rcpt):
                    return name
        return None

    async def play(self, name):
        """Say what the fault says and do what follows. Returns how it ended: on, or a way of accepting that message() sees to."""
        fault = FAULTS[name]
        self.server.log.write("fault", name=name, rcpt=self.rcpt)
        then = fault.then
        if then in ("reset", "tarpit", "endless", "endless-lines") and fault.phase in ("mail", "rcpt") and self.offers("CHUNKING"):
            self.count(self.rcpt or "somebody")  # the body is on its way already
        if then in ("bytes", "drip", "late", "tarpit"):
            if then == "late":
                await asyncio.sleep(0.3)
            elif then == "tarpit":
                with contextlib.suppress(ConnectionError):
                    for _ in range(1000):
                        await self.send(fault.say, pause=0.05)
                raise Dropped
            await self.send(fault.say, pause={"bytes": 0, "drip": 0.02}.get(then))
            return "on"
        if then in ("endless", "endless-lines"):
            await self.endless(fault.say, then)
        if fault.say:
            await self.send(fault.say)
        if then == "close":
            self.said_421 = time.monotonic()
        elif then in ("drop", "break"):
            await self.leave(self.rcpt if fault.phase == "dot" else None, hang_up=then == "drop")
        elif then == "reset":
            self.reset_connection(self.rcpt if fault.phase == "dot" else None)
        elif then == "stall":
            await self.leave(self.rcpt if fault.phase == "dot" else None, hang_up=False, seconds=self.o.stall)
        return then

    async def endless(self, say, how):
        """Until the client has had enough, or 200 MB."""
        block = say * 4000 if how == "endless" else (say + b"again and again\r\n") * 1000
        with contextlib.suppress(ConnectionError):
            for _ in range(200 * MEGABYTE // len(block)):
                self.writer.write(block)
                await self.writer.drain()
        raise Dropped

    def count(self, rcpt):
        if rcpt:
            self.server.log.write("unanswered", rcpt=rcpt)

    def reset_connection(self, rcpt):
        self.count(rcpt)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
        raise Dropped

    async def leave(self, rcpt, hang_up=True, seconds=10.0):
        """End the session without a word more, and count the whole messages that were on their way all the same: the client
        cannot know of these. `rcpt`: of the one that is in hand, whole."""
        self.count(rcpt)
        self.mute, self.before = True, self.rcpt
        self.reset()
        if hang_up and self.writer.can_write_eof():
            self.writer.write_eof()
        elif hang_up:
            raise Dropped
        with contextlib.suppress(asyncio.TimeoutError, ConnectionError):
            await asyncio.wait_for(self.talk(), seconds)
        raise Dropped

    # -- the session ------------------------------------------------------------------------------------
    async def run(self):
        if self.o.pregreet:
            try:
                await asyncio.wait_for(self.more(), self.o.pregreet)
                self.violation("pregreet")
            except asyncio.TimeoutError:
                pass
        fault = self.draw("greet")
        if fault:
            await self.play(fault)
            if not FAULTS[fault].say.startswith(b"22") and not self.said_421:
                await self.drain_until_closed()
        else:
            await self.send(b"220 faulty.test ESMTP\r\n")
        await self.talk()

    async def talk(self):
        while True:
            line = await self.line()
            if self.said_421 and not self.mute:
                # What was on its way already when 421 was said is nobody's fault; before MAIL nothing is.
                if not line.upper().startswith(b"QUIT") and ((self.ehlos and self.mails == 0) or time.monotonic() - self.said_421 > 0.5):
                    self.violation("command-after-421")
                if self.buffer or not line.upper().startswith(b"QUIT"):
                    # 421 says that nothing behind it was taken.
                    await self.forget()
                raise Dropped
            if self.buffer and not self.offers("PIPELINING") and not line.upper().startswith(b"BDAT"):
                self.violation("pipelining-unannounced")
            if self.o.one_at_a_time and not line.upper().startswith(b"BDAT"):
                self.buffer = b""
            await self.command(line)

    async def forget(self):
        with contextlib.suppress(asyncio.TimeoutError, ConnectionError):
            if self.writer.can_write_eof():
                self.writer.write_eof()
            async with asyncio.timeout(2):
                while await self.reader.read(262144):
                    pass

    async def drain_until_closed(self):
        """After a refusing greeting: QUIT is polite, anything else is not."""
        while True:
            line = await self.line()
            if line.upper().startswith(b"QUIT"):
                await self.send(b"221 2.0.0 bye\r\n")
                raise Dropped
            if not line.upper().startswith((b"EHLO", b"HELO")):
                self.violation("command-after-refusal")
            await self.send(b"503 5.5.1 go away\r\n")

    async def command(self, line):
        verb = line.split(b" ", 1)[0].split(b":", 1)[0].upper().decode("latin-1")
        handler = getattr(self, "do_" + verb.lower(), None)
        if not handler:
            self.violation("unknown-command")
            await self.send(b"500 5.5.2 unknown command\r\n")
            return
        await handler(line)

    async def do_ehlo(self, line):
        if not re.fullmatch(rb"(?i)ehlo (\[[0-9a-f.:]+\]|[a-z0-9-]+(\.[a-z0-9-]+)*)", line):
            self.violation("ehlo-name")
        self.ehlos += 1
        fault = self.draw("ehlo" if self.ehlos == 1 else "again") or self.draw("ehlo-helo")
        long = False
        if fault:
            then = await self.play(fault)
            self.minimal = self.minimal or then == "minimal"
            if then != "long-ehlo":
                return
            long = True
        if self.o.helo_only:
            await self.send(b"502 5.5.1 what is EHLO?\r\n")
            return
        self.reset()
        lines = ["faulty.test"] + [f"X-{'padding' * 8}-{i}" for i in range(700 if long else 0)] + list(self.ext)
        if self.server.tls and not self.tls and not self.o.no_starttls:
            lines.append("STARTTLS")
        if self.o.auth and (self.tls or not self.o.auth_requires_tls):
            lines.append("AUTH PLAIN LOGIN")
        text = "".join(f"250{'-' if i < len(lines) - 1 else ' '}{l}\r\n" for i, l in enumerate(lines))
        await self.send(text.encode())

    async def do_helo(self, line):
        fault = self.draw("ehlo-helo")
        if fault:
            await self.play(fault)
            return
        self.reset()
        self.minimal = True
        await self.send(b"250 faulty.test\r\n")

    async def do_starttls(self, line):
        if not self.server.tls or self.tls:
            await self.send(b"503 5.5.1 no\r\n")
            return
        if self.buffer:
            self.violation("command-behind-starttls")
        fault = self.draw("starttls")
        words = b"220 2.0.0 go ahead\r\n"
        if fault:
            then = await self.play(fault)
            if then == "plain-garbage":
                await self.send(b"this is no handshake\r\n" * 10)
                raise Dropped
            if then not in ("inject", "inject-220"):
                if FAULTS[fault].say.startswith(b"220"):
                    await self.swallow()
                return
            words += b"250-injected\r\n250 CHUNKING\r\n" if then == "inject" else b"220 injected\r\n"
        await self.send(words)
        await self.writer.start_tls(self.server.tls)
        self.tls = True
        self.ehlos = 0
        self.reset()

    async def swallow(self):
        """A server that goes on in clear after 220: whatever comes is a handshake, and gets an SMTP answer."""
        await self.more()
        if b"AUTH" in self.buffer.upper() or b"MAIL" in self.buffer.upper():
            self.violation("clear-secret")
        await self.send(b"250 2.0.0 ok\r\n")
        with contextlib.suppress(ConnectionError):
            while await self.reader.read(65536):
                pass
        raise Dropped

    async def do_auth(self, line):
        if not self.tls and (self.o.auth_requires_tls or self.server.tls):
            self.violation("clear-secret")
        if not self.o.auth:
            await self.send(b"503 5.5.1 no\r\n")
            return
        parts = line.split()
        if len(parts) == 2:
            await self.send(b"334 \r\n")
            await self.line()
        if parts[1].upper() == b"LOGIN":
            await self.send(b"334 UGFzc3dvcmQ6\r\n")
            await self.line()
        fault = self.draw("auth")
        if fault:
            await self.play(fault)
            return
        self.authenticated = True
        await self.send(b"235 2.7.0 welcome\r\n")

    async def do_mail(self, line):
        m = re.match(rb"(?i)mail from:<([^<>\s]*)>((?: [A-Z0-9-]+(?:=[!-~]*)?)*)$", line)
        if self.sender is not None:
            self.violation("nested-mail")
            self.reset()
        if not m:
            self.violation("mail-syntax")
            await self.send(b"501 5.5.4 syntax\r\n")
            return
        parameters = m.group(2).decode().upper().split()
        for p in parameters:
            name = p.split("=")[0]
            known = {"SIZE": "SIZE", "BODY": "8BITMIME", "SMTPUTF8": "SMTPUTF8"}.get(name)
            if not known or not self.offers(known):
                self.violation("mail-parameter-unannounced")
        self.size = next((int(p[5:]) for p in parameters if p.startswith("SIZE=")), None)
        self.utf8 = "SMTPUTF8" in parameters
        if self.o.auth_required and not self.authenticated:
            self.refused = True
            await self.send(b"530 5.7.0 authentication required\r\n")
            return
        self.mails += 1
        self.server.log.write("mail", sender=m.group(1).decode("utf-8", "replace"))
        fault = self.draw("mail")
        if not fault and not self.o.only and self.server.too_fast():
            fault = "mail-450"
        if fault:
            await self.play(fault)
            if not FAULTS[fault].say.startswith(b"2"):
                self.refused = True
                return
        limit = next((int(x.split()[1]) for x in self.ext if x.upper().startswith("SIZE ")), 0)
        if (limit and self.size and self.size > limit) or (self.o.size_true and self.size and self.size > self.o.size_true):
            self.refused = True
            await self.send(b"552 5.3.4 message too big\r\n")
            return
        self.sender = m.group(1).decode("utf-8", "replace")
        if not fault:
            await self.send(b"250 2.1.0 ok\r\n")

    async def do_rcpt(self, line):
        m = re.match(rb"(?i)rcpt to:<([^<>\s]+)>$", line)
        if not m:
            self.violation("rcpt-syntax")
            await self.send(b"501 5.5.4 syntax\r\n")
            return
        if self.sender is None and not self.mute:
            if not self.refused:
                self.violation("rcpt-without-mail")
            await self.send(b"503 5.5.1 MAIL first\r\n")
            return
        if self.rcpt is not None:
            self.violation("second-rcpt")
        rcpt = m.group(1)
        if any(c > 0x7e for c in rcpt) and not self.utf8:
            self.violation("utf8-address-without-smtputf8")
        if any(c > 0x7e for c in rcpt.rpartition(b"@")[2]):
            self.violation("u-label-in-envelope")
        self.rcpt = rcpt.decode("utf-8", "replace")
        if self.server.permanently_refused(self.rcpt):
            self.violation("offered-after-5xx")
        fault = self.draw("rcpt")
        if not fault and self.o.only and re.search(self.o.only, self.rcpt) and self.server.too_fast():
            fault = "rcpt-450-rate"
        if fault:
            if FAULTS[fault].then == "grey":
                await self.grey()
                return
            await self.play(fault)
            if not FAULTS[fault].say.startswith((b"2", b"   2")):
                self.server.refusal(self.rcpt, FAULTS[fault].say)
                self.rcpt, self.refused = None, True
            return
        await self.send(b"250 2.1.5 ok\r\n")

    async def grey(self):
        """Deferred until it comes again after a while."""
        first = self.server.grey.setdefault(self.rcpt, time.monotonic())
        if time.monotonic() - first >= self.o.grey:
            await self.send(b"250 2.1.5 ok\r\n")
            return
        self.server.log.write("fault", name="rcpt-grey", rcpt=self.rcpt)
        self.rcpt, self.refused = None, True
        await self.send(b"450 4.2.0 greylisted, come back later\r\n")

    async def do_data(self, line):
        if self.rcpt is None or self.sender is None:
            if not self.refused:
                self.violation("data-without-rcpt")
            await self.send(b"503 5.5.1 RCPT first\r\n")
            return
        fault = self.draw("data")
        if fault and await self.play(fault) != "go-ahead":
            self.refused = True
            self.server.refusal(self.rcpt, FAULTS[fault].say)
            self.sender = self.rcpt = None
            return
        if not fault:
            await self.send(b"354 go ahead\r\n")
        body = await self.body()
        await self.message(body)

    async def disturb_body(self):
        fault = self.draw("body")
        if not fault:
            return
        self.server.log.write("fault", name=fault, rcpt=self.rcpt)
        then = FAULTS[fault].then
        if then == "slow-reader":
            for _ in range(5):
                await asyncio.sleep(0.1)
                if len(self.buffer) < 300:
                    data = await self.reader.read(100)
                    self.buffer += data
        elif then == "stall":
            # A small window and nobody who reads: the rest of the message stays with the client.
            self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            self.writer.transport.pause_reading()
            await asyncio.sleep(min(self.o.stall, self.o.patience))
            self.writer.transport.resume_reading()
            self.mute = True
        elif then == "reset":
            self.reset_connection(None)
        else:
            # Cut in the middle, with all that the client could not take back: message() counts what was whole.
            self.mute = True
            if self.writer.can_write_eof():
                self.writer.write_eof()

    async def body(self):
        await self.disturb_body()
        seen = 0
        end = re.compile(rb"(?:\r\n|\n|\r)\.(?:\r\n|\n|\r)" if self.o.lenient else rb"\r\n\.\r\n")
        while True:
            if self.buffer.startswith(b".\r\n"):
                body, self.buffer = b"", self.buffer[3:]
                break
            found = end.search(self.buffer, max(0, seen - 4))
            if found:
                body, self.buffer = self.buffer[:found.start()] + b"\r\n", self.buffer[found.end():]
                break
            seen = len(self.buffer)
            await self.more()
        return re.sub(rb"(?m)^\.", b"", body)

    async def do_bdat(self, line):
        m = re.fullmatch(rb"(?i)bdat (\d+)( last)?", line)
        if not m or not self.offers("CHUNKING"):
            self.violation("bdat-syntax" if not m else "bdat-unannounced")
            raise Dropped
        fault = self.draw("bdat") if self.rcpt is not None else None
        early = fault and FAULTS[fault].then.startswith("early")
        if early:
            self.server.log.write("fault", name=fault, rcpt=self.rcpt)
            await self.send(b"421 4.3.2 farewell\r\n" if FAULTS[fault].then == "early-421" else b"250 2.0.0 queued before it came\r\n")
            if FAULTS[fault].then == "early-421":
                await self.forget()
                raise Dropped
        elif fault and FAULTS[fault].say[:3] in (b"500", b"502"):
            # Who does not know BDAT does not know that a body follows: its lines are commands to it.
            await self.play(fault)
            await self.stumble()
        if self.rcpt is not None:
            await self.disturb_body()
        if self.mute:
            fault = early = None
        data = await self.exactly(int(m.group(1)))
        if self.rcpt is None and not self.mute:
            if not self.refused:
                self.violation("bdat-without-rcpt")
            await self.send(b"503 5.5.1 RCPT first\r\n")
            return
        if early:
            self.messages += 1
            self.accept(data, answered=True)
            self.reset()
            return
        if fault:
            await self.play(fault)
            if not self.said_421:
                self.server.refusal(self.rcpt, FAULTS[fault].say if FAULTS[fault].verdict != "sent" else b"")
                self.sender = self.rcpt = None
                self.refused = True
            return
        self.chunks += data
        if not m.group(2):
            await self.send(b"250 2.0.0 chunk\r\n")
            return
        await self.message(self.chunks)

    async def stumble(self):
        """Every line is an unknown command, until the client hangs up."""
        with contextlib.suppress(ConnectionError):
            while True:
                await self.line_of_anything()
                await self.send(b"500 5.5.2 unknown command\r\n")
        raise Dropped

    async def line_of_anything(self):
        while b"\n" not in self.buffer:
            await self.more()
        self.buffer = self.buffer.split(b"\n", 1)[1]

    def check_body(self, body):
        if re.search(rb"(?<!\r)\n|\r(?!\n)", body):
            self.violation("bare-cr-or-lf")
        if b"\0" in body:
            self.violation("nul")
        if any(len(l) > 998 for l in body.split(b"\r\n")):
            self.violation("line-over-998")
        if not self.utf8 and not body.isascii():
            self.violation("8bit-unannounced")
        if not body.endswith(b"\r\n"):
            self.violation("no-final-crlf")
        if self.size is not None and self.size != len(body):
            self.violation("size-untrue")

    async def message(self, body):
        if self.mute:
            self.count(self.rcpt or self.before)
            self.reset()
            return
        self.check_body(body)
        self.messages += 1
        fault = self.draw("dot")
        if fault:
            await self.message_with(fault, body)
            return
        self.accept(body, answered=True)
        self.reset()
        await self.send(b"250 2.0.0 queued\r\n")
        if self.o.per_connection and self.messages >= self.o.per_connection:
            if self.o.no_farewell:
                await self.leave(None)
            await self.send(b"421 4.3.2 enough for one connection\r\n")
            self.said_421 = time.monotonic()

    async def message_with(self, name, body):
        fault, rcpt = FAULTS[name], self.rcpt
        then = fault.then
        if then.endswith("-accepted"):
            self.server.log.write("fault", name=name, rcpt=rcpt)
            self.accept(body, answered=False)
            if fault.say:
                await self.send(fault.say)
            if then == "reset-accepted":
                self.reset_connection(None)
            await self.leave(None, hang_up=then == "drop-accepted", seconds=self.o.stall if then == "stall-accepted" else 10)
        if then.startswith("accept"):
            self.server.log.write("fault", name=name, rcpt=rcpt)
            self.accept(body, answered=True)
            self.reset()
            await self.send(fault.say, pause=0.02 if then == "accept-drip" else None)
            await self.after_accepting(then)
            return
        if fault.verdict == "sent" and then == "on":
            self.accept(body, answered=True)
        self.server.refusal(rcpt, fault.say)
        if then.startswith("endless"):
            self.count(rcpt)
        await self.play(name)
        self.reset()

    async def after_accepting(self, then):
        if then == "accept-reset":
            self.reset_connection(None)
        elif then == "accept-close":
            self.said_421 = time.monotonic()
        elif then in ("accept-drop", "accept-break"):
            await self.leave(None, hang_up=then == "accept-drop")
        elif then.startswith("accept-unasked"):
            await asyncio.sleep(0.05)
            await self.send(b"421 4.3.2 unasked\r\n" if then.endswith("421") else b"250 2.0.0 unasked\r\n")
            if then.endswith("421"):
                self.said_421 = time.monotonic()
            else:
                await self.leave(None, hang_up=False)

    def accept(self, body, answered):
        head = body.split(b"\r\n\r\n", 1)[0].decode("utf-8", "replace")
        mid = re.search(r"(?im)^message-id:\s*(\S+)", head)
        to = re.search(r"(?im)^to:((?:.*\n?)(?:[ \t].*\n?)*)", head)
        token = re.search(rb"/u/([A-Za-z0-9_-]{20,})", body.split(b"\r\n\r\n", 1)[0])
        self.server.log.write("accepted", rcpt=self.rcpt, sender=self.sender, answered=answered, at=time.time(), tls=self.tls,
            message_id=mid and mid.group(1), to=to and " ".join(to.group(1).split()),
            token=token and token.group(1).decode(), sha=hashlib.sha256(body).hexdigest(), size=len(body))
        if self.o.keep:
            name = f"{self.o.keep}/{len(self.server.counts)}-{random.getrandbits(40)}.eml"
            open(name, "wb").write(body)

    async def do_rset(self, line):
        fault = self.draw("rset")
        self.reset()
        if fault:
            await self.play(fault)
            return
        await self.send(b"250 2.0.0 ok\r\n")

    async def do_noop(self, line):
        await self.send(b"250 2.0.0 ok\r\n")

    async def do_quit(self, line):
        fault = self.draw("quit")
        if fault:
            await self.play(fault)
            return
        await self.send(b"221 2.0.0 bye\r\n")
        raise Dropped


class Server:
    def __init__(self, options):
        self.options = options
        self.log = Log(options.log)
        self.random = random.Random(options.seed)
        unknown = [f for f in options.fault if f not in FAULTS]
        if unknown:
            sys.exit(f"faulty.py: no such fault: {unknown}")
        self.standing = {}
        for f in options.fault:
            self.standing.setdefault(FAULTS[f].phase, []).append(f)
        self.chaos = {phase: list(names) for phase, names in PASSING.items()}
        for more in ([BEGINNINGS] if options.beginnings else []) + ([] if options.no_ambiguous else [AMBIGUOUS]):
            for phase, names in more.items():
                self.chaos.setdefault(phase, []).extend(names)
        if options.no_ambiguous and any(x.split()[0] == "CHUNKING" for x in options.ext):
            # With BDAT the body has gone out before the envelope is answered: whatever ends the session leaves it in doubt.
            self.chaos = {p: [n for n in names if FAULTS[n].then not in ("drop", "break", "accept-drop")] for p, names in self.chaos.items()}
        self.counts, self.refused, self.played, self.grey = {}, set(), {}, {}
        self.open = self.peak = 0
        self.begun = collections.deque()
        self.tls = None
        if options.cert:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(options.cert, options.key)

    def applies(self, name, rcpt):
        """--only RCPT-PATTERN and --times N limit the standing faults."""
        o = self.options
        if o.only and not (rcpt and re.search(o.only, rcpt)):
            return False
        if o.times:
            key = (name, rcpt) if o.only or o.by_name else name
            self.played[key] = self.played.get(key, 0) + 1
            return self.played[key] <= o.times
        return True

    def too_fast(self):
        """--rate N: more than N in the last second. What is refused does not count."""
        if not self.options.rate:
            return False
        now = asyncio.get_running_loop().time()
        while self.begun and now - self.begun[0] > 1:
            self.begun.popleft()
        if len(self.begun) >= self.options.rate:
            return True
        self.begun.append(now)
        return False

    def spend(self, rcpt):
        self.counts[rcpt] = self.counts.get(rcpt, 0) + 1
        return rcpt is None or self.counts[rcpt] <= self.options.max_per_rcpt

    def refusal(self, rcpt, words):
        if words and words[:1] == b"5" and not self.options.fault_passes:
            self.refused.add(rcpt)

    def permanently_refused(self, rcpt):
        return rcpt in self.refused

    async def session(self, reader, writer):
        self.open += 1
        self.peak = max(self.peak, self.open)
        self.log.write("open", peak=self.peak)
        try:
            await Session(self, reader, writer).run()
        except (Dropped, ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self.open -= 1
            self.log.write("close")
            writer.close()

    async def listen(self):
        tls = self.tls if self.options.implicit_tls else None
        if self.options.implicit_tls:
            self.tls = None
        self.listener = await asyncio.start_server(self.session, "127.0.0.1", self.options.port, ssl=tls, limit=1 << 20)
        return self.listener.sockets[0].getsockname()[1]


async def serve(options):
    server = Server(options)
    print("ready", await server.listen(), flush=True)
    async with server.listener:
        await server.listener.serve_forever()


class Farm:
    """Many servers in one thread, for tests that need one each for a moment."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def start(self, *arguments):
        """(the port, a function that closes the server)"""
        server = Server(parser().parse_args([str(a) for a in arguments]))
        port = asyncio.run_coroutine_threadsafe(server.listen(), self.loop).result()
        return port, lambda: self.loop.call_soon_threadsafe(server.listener.close)


def parser():
    def words(s):
        return [x.strip() for x in s.split(",") if x.strip()]

    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--log")
    p.add_argument("--list", action="store_true")
    p.add_argument("--port", type=int, default=0)
    p.add_argument("--ext", type=words, default=["PIPELINING", "CHUNKING", "SIZE 10485760", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"], help="comma-separated")
    p.add_argument("--ext-clear", type=words, help="what is offered before TLS, where that differs")
    p.add_argument("--fault", action="append", default=[])
    p.add_argument("--by-name", action="store_true", help="who is called f.FAULT@… meets that fault")
    p.add_argument("--only", help="play faults only on recipients that match this expression")
    p.add_argument("--times", type=int, help="play each fault so often only (for each recipient with --only or --by-name)")
    p.add_argument("--fault-passes", action="store_true", help="a 5xx is not for good")
    p.add_argument("--chaos", type=float, default=0)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--max-per-rcpt", type=int, default=5)
    p.add_argument("--no-ambiguous", action="store_true")
    p.add_argument("--beginnings", action="store_true", help="chaos at greeting and EHLO as well")
    p.add_argument("--latency", type=float, default=0, help="milliseconds before each reply")
    p.add_argument("--bytes", action="store_true", help="every reply a byte at a time")
    p.add_argument("--stall", type=float, default=3600)
    p.add_argument("--patience", type=float, default=3, help="seconds after which a client will have given up")
    p.add_argument("--grey", type=float, default=0.5, help="seconds that rcpt-grey lasts")
    p.add_argument("--pregreet", type=float, default=0)
    p.add_argument("--lenient", action="store_true", help="CR.CR, LF.LF and their mixtures end a message")
    p.add_argument("--one-at-a-time", action="store_true", help="whatever stands behind a command is thrown away")
    p.add_argument("--per-connection", type=int, help="421 after so many messages")
    p.add_argument("--rate", type=int, help="refuse what comes faster than so many a second: at MAIL, or with --only at RCPT")
    p.add_argument("--no-farewell", action="store_true", help="... or no word at all")
    p.add_argument("--size-true", type=int, help="the SIZE that is meant, whatever EHLO says")
    p.add_argument("--helo-only", action="store_true")
    p.add_argument("--cert")
    p.add_argument("--key")
    p.add_argument("--implicit-tls", action="store_true")
    p.add_argument("--no-starttls", action="store_true")
    p.add_argument("--auth", action="store_true")
    p.add_argument("--auth-requires-tls", action="store_true")
    p.add_argument("--auth-required", action="store_true", help="530 to MAIL without AUTH")
    p.add_argument("--keep", help="a folder for the accepted messages")
    return p


def main():
    options = parser().parse_args()
    if options.list:
        for name, fault in FAULTS.items():
            print(f"{name:24}{fault.verdict}")
        return
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()
