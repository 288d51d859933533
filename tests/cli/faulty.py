#!/usr/bin/python3
"""An SMTP server that misbehaves on purpose, by name or by a seeded mix, and writes down all it saw.

    faulty.py --log FILE [--port N] [--ext "PIPELINING CHUNKING ..."] [--fault NAME]... [--chaos P --seed N] ...

It prints "ready PORT". The log has one JSON object a line:
  accepted   a whole message: rcpt, sender, message_id, sha, size; "answered" is false when the client never got the reply
  fault      which fault was played, on whom
  violation  what the client did against the protocol
  open/close a connection
audit.py compares it with who should have got what.
"""
import argparse
import asyncio
import collections
import hashlib
import json
import random
import re
import ssl
import sys

COMMAND_LINE = 2048  # RFC 5321 4.5.3.1.4 has 512; parameters add to it

# Faults that speak in place of the right reply: the phase and what is sent. None: the connection is dropped without a word.
SAY = {
    "greet-421": ("greet", b"421 4.3.2 too busy\r\n"),
    "greet-450": ("greet", b"450 4.3.2 come back later\r\n"),
    "greet-554": ("greet", b"554 5.7.1 no service for you\r\n"),
    "greet-drop": ("greet", None),
    "greet-garbage": ("greet", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "greet-noeol": ("greet", b"220 half a greet"),
    "ehlo-421": ("ehlo", b"421 4.3.2 shutting down\r\n"),
    "ehlo-drop": ("ehlo", None),
    "mail-421": ("mail", b"421 4.3.2 shutting down\r\n"),
    "mail-450": ("mail", b"450 4.7.1 slow down\r\n"),
    "mail-451": ("mail", b"451 4.3.0 local error\r\n"),
    "mail-452": ("mail", b"452 4.3.1 no room\r\n"),
    "mail-530": ("mail", b"530 5.7.0 authentication required\r\n"),
    "mail-550": ("mail", b"550 5.7.1 sender refused\r\n"),
    "mail-drop": ("mail", None),
    "rcpt-421": ("rcpt", b"421 4.3.2 shutting down\r\n"),
    "rcpt-450": ("rcpt", b"450 4.2.0 greylisted\r\n"),
    "rcpt-451": ("rcpt", b"451 4.7.1 try again later\r\n"),
    "rcpt-452": ("rcpt", b"452 4.2.2 mailbox full\r\n"),
    "rcpt-450-rate": ("rcpt", b"450 4.7.28 too many messages from you\r\n"),
    "rcpt-450-plain": ("rcpt", b"450 mailbox busy\r\n"),
    "rcpt-550": ("rcpt", b"550 5.1.1 no such user\r\n"),
    "rcpt-550-plain": ("rcpt", b"550 no such user here\r\n"),
    "rcpt-552": ("rcpt", b"552 5.2.2 mailbox full\r\n"),
    "rcpt-553": ("rcpt", b"553 5.1.3 bad address\r\n"),
    "rcpt-571": ("rcpt", b"550 5.7.1 blocked by policy\r\n"),
    "rcpt-drop": ("rcpt", None),
    "rcpt-multi": ("rcpt", b"450-4.2.0 first line\r\n450-4.2.0 second\r\n450 4.2.0 last\r\n"),
    "rcpt-mixed": ("rcpt", b"450-4.2.0 first line\r\n550 5.1.1 another code\r\n"),
    "data-421": ("data", b"421 4.3.2 shutting down\r\n"),
    "data-451": ("data", b"451 4.3.0 not now\r\n"),
    "data-554": ("data", b"554 5.6.0 no valid recipients\r\n"),
    "data-250": ("data", b"250 2.0.0 this should have been 354\r\n"),
    "data-drop": ("data", None),
    "dot-421": ("dot", b"421 4.3.2 shutting down\r\n"),
    "dot-451": ("dot", b"451 4.3.0 not now\r\n"),
    "dot-452": ("dot", b"452 4.3.1 no room\r\n"),
    "dot-550": ("dot", b"550 5.7.1 content refused\r\n"),
    "dot-552": ("dot", b"552 5.3.4 too big\r\n"),
    "dot-554": ("dot", b"554 5.6.0 bad content\r\n"),
    "dot-drop": ("dot", None),
    "dot-garbage": ("dot", b"\x00\xff\xfe what?\r\n"),
    "dot-noeol": ("dot", b"250 2.0.0 nearly"),
    "dot-long": ("dot", b"451 4.3.0 " + b"x" * 100000 + b"\r\n"),
    "dot-escape": ("dot", b"451 4.3.0 \x1b[31mred\x1b]0;title\x07 \x9b31m\r\n"),
    "rset-drop": ("rset", None),
}
# Faults that need code of their own, below.
ACTIONS = {
    "greet-stall", "ehlo-stall", "mail-stall", "rcpt-stall", "data-stall", "dot-stall", "quit-stall",
    "dot-drop-accepted", "dot-stall-accepted", "dot-noeol-accepted", "body-drop", "bytes", "segment",
    "unsolicited-421", "unsolicited-250", "session-421",
}
# What --chaos draws from; those behind "ambiguous" may leave a message in doubt.
CHAOS_CLEAR = [
    "mail-421", "mail-450", "mail-451", "mail-drop", "rcpt-421", "rcpt-450", "rcpt-451", "rcpt-450-plain", "rcpt-drop",
    "rcpt-multi", "data-451", "data-drop", "dot-421", "dot-451", "dot-452", "bytes", "rset-drop",
]
CHAOS_AMBIGUOUS = ["dot-drop", "dot-drop-accepted", "dot-noeol-accepted", "dot-garbage", "body-drop", "rcpt-mixed"]


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
        self.tls = self.authenticated = False
        self.said_421 = 0
        self.greeted = self.extended = False
        self.messages = 0
        self.reset()

    def reset(self):
        self.sender = self.rcpt = None
        self.chunks = b""
        self.refused = False
        self.pending_fault = None

    # -- bytes ------------------------------------------------------------------------------------------
    async def send(self, reply):
        if self.o.latency:
            await asyncio.sleep(self.o.latency / 1000)
        if "bytes" in self.server.standing or self.pending_fault == "bytes":
            for i in range(len(reply)):
                self.writer.write(reply[i:i + 1])
                await self.writer.drain()
                await asyncio.sleep(0)
        else:
            self.writer.write(reply)
            await self.writer.drain()

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
        while len(self.buffer) < n:
            await self.more()
        data, self.buffer = self.buffer[:n], self.buffer[n:]
        return data

    def violation(self, kind):
        self.server.log.write("violation", kind=kind, rcpt=self.rcpt)

    # -- faults -----------------------------------------------------------------------------------------
    def draw(self, phase):
        """The fault to play now, or None. Standing ones apply always; chaos draws once a phase."""
        o, rcpt = self.o, self.rcpt
        for name in self.server.standing:
            if self.phase_of(name) == phase and self.server.applies(name, rcpt):
                return name
        if o.chaos and phase in ("mail", "rcpt", "data", "dot", "rset") and self.server.random.random() < o.chaos:
            names = [n for n in self.server.chaos_names if self.phase_of(n) == phase]
            if names:
                name = self.server.random.choice(names)
                if self.server.spend(rcpt):
                    return name
        return None

    @staticmethod
    def phase_of(name):
        return SAY[name][0] if name in SAY else name.split("-")[0]

    async def play(self, name):
        """Play a fault; True when it took the place of the reply."""
        self.server.log.write("fault", name=name, rcpt=self.rcpt)
        if name in SAY:
            words = SAY[name][1]
            if words is None:
                raise Dropped
            await self.send(words)
            if words.startswith(b"421"):
                self.said_421 = asyncio.get_running_loop().time()
            if not words.endswith(b"\n"):
                raise Dropped
            return True
        if name.endswith("-stall"):
            await asyncio.sleep(self.o.stall)
            raise Dropped
        return False

    # -- the session ------------------------------------------------------------------------------------
    async def run(self):
        fault = self.draw("greet")
        if self.o.pregreet:
            try:
                await asyncio.wait_for(self.more(), self.o.pregreet)
                self.violation("pregreet")
            except asyncio.TimeoutError:
                pass
        if fault and await self.play(fault):
            if not self.said_421 and not SAY[fault][1].startswith(b"2"):
                await self.drain_until_closed()
            raise Dropped
        await self.send(b"220 faulty.test ESMTP\r\n")
        while True:
            if self.o.unsolicited and self.messages == self.o.unsolicited:
                self.messages += 1
                await self.send(b"421 4.3.2 unasked\r\n")
                self.said_421 = asyncio.get_running_loop().time()
            line = await self.line()
            if self.said_421 and not line.upper().startswith(b"QUIT"):
                # What was on its way already when 421 was said is nobody's fault.
                if asyncio.get_running_loop().time() - self.said_421 > 0.5:
                    self.violation("command-after-421")
                raise Dropped
            if self.buffer and "PIPELINING" not in self.o.ext and not line.upper().startswith(b"BDAT"):
                self.violation("pipelining-unannounced")
            await self.command(line)

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
        fault = self.draw("ehlo")
        if fault and await self.play(fault):
            return
        if self.o.helo_only:
            await self.send(b"502 5.5.1 what is EHLO?\r\n")
            return
        self.reset()
        self.extended = True
        lines = ["faulty.test"] + list(self.o.ext)
        if self.server.tls and not self.tls:
            lines.append("STARTTLS")
        if self.o.auth and (self.tls or not self.o.auth_requires_tls):
            lines.append("AUTH PLAIN LOGIN")
        text = "".join(f"250{'-' if i < len(lines) - 1 else ' '}{l}\r\n" for i, l in enumerate(lines))
        await self.send(text.encode())

    async def do_helo(self, line):
        self.reset()
        self.extended = False
        await self.send(b"250 faulty.test\r\n")

    async def do_starttls(self, line):
        if not self.server.tls or self.tls:
            await self.send(b"503 5.5.1 no\r\n")
            return
        if "starttls-refused" in self.o.fault:
            await self.send(b"454 4.7.0 not now\r\n")
            return
        words = b"220 2.0.0 go ahead\r\n"
        if "starttls-inject" in self.o.fault:
            words += b"250-injected\r\n250 CHUNKING\r\n"
        if self.buffer:
            self.violation("command-behind-starttls")
        await self.send(words)
        await self.writer.start_tls(self.server.tls)
        self.tls = True
        self.reset()

    async def do_auth(self, line):
        if not self.tls and self.o.auth_requires_tls:
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
        if "auth-535" in self.o.fault:
            await self.send(b"535 5.7.8 wrong\r\n")
            return
        self.authenticated = True
        await self.send(b"235 2.7.0 welcome\r\n")

    async def do_mail(self, line):
        m = re.match(rb"(?i)mail from:<([^<>\s]*)>((?: [A-Z0-9-]+(?:=[!-~]*)?)*)$", line)
        if self.sender is not None:
            self.violation("nested-mail")
        if not m:
            self.violation("mail-syntax")
            await self.send(b"501 5.5.4 syntax\r\n")
            return
        parameters = m.group(2).decode().upper().split()
        for p in parameters:
            name = p.split("=")[0]
            known = {"SIZE": "SIZE", "BODY": "8BITMIME", "SMTPUTF8": "SMTPUTF8"}.get(name)
            if not known or not any(x.split()[0] == known for x in self.o.ext):
                self.violation("mail-parameter-unannounced")
        self.size = next((int(p[5:]) for p in parameters if p.startswith("SIZE=")), None)
        self.utf8 = "SMTPUTF8" in parameters
        self.next_sender = m.group(1).decode("utf-8", "replace")
        fault = self.draw("mail")
        if not fault and not self.o.only and self.server.too_fast():
            fault = "mail-450"
        if fault and await self.play(fault):
            self.refused = True
            return
        limit = next((int(x.split()[1]) for x in self.o.ext if x.startswith("SIZE ")), 0)
        if limit and self.size and self.size > limit:
            await self.send(b"552 5.3.4 message too big\r\n")
            return
        self.sender = self.next_sender
        await self.send(b"250 2.1.0 ok\r\n")

    async def do_rcpt(self, line):
        m = re.match(rb"(?i)rcpt to:<([^<>\s]+)>$", line)
        if not m:
            self.violation("rcpt-syntax")
            await self.send(b"501 5.5.4 syntax\r\n")
            return
        if self.sender is None:
            if not self.refused:
                self.violation("rcpt-without-mail")
            await self.send(b"503 5.5.1 MAIL first\r\n")
            return
        if self.rcpt is not None:
            self.violation("second-rcpt")
        rcpt = m.group(1)
        if any(c > 0x7e for c in rcpt) and not self.utf8:
            self.violation("utf8-address-without-smtputf8")
        self.rcpt = rcpt.decode("utf-8", "replace")
        fault = self.draw("rcpt")
        if not fault and self.o.only and re.search(self.o.only, self.rcpt) and self.server.too_fast():
            fault = "rcpt-450-rate"
        if fault and await self.play(fault):
            self.server.refusal(self.rcpt, SAY[fault][1])
            self.rcpt, self.refused = None, True
            return
        if self.server.permanently_refused(self.rcpt):
            self.violation("offered-after-5xx")
        await self.send(b"250 2.1.5 ok\r\n")

    async def do_data(self, line):
        if self.rcpt is None:
            if not self.refused:
                self.violation("data-without-rcpt")
            await self.send(b"503 5.5.1 RCPT first\r\n")
            return
        fault = self.draw("data")
        if fault and await self.play(fault):
            self.refused = True
            self.sender = self.rcpt = None
            return
        await self.send(b"354 go ahead\r\n")
        body = await self.body()
        await self.message(body)

    async def body(self):
        seen = 0
        drop_at = None
        if self.o.chaos and "body-drop" in self.server.chaos_names and \
                self.server.random.random() < self.o.chaos / 10 and self.server.spend(self.rcpt):
            drop_at = self.server.random.randrange(1, 2000)
        while True:
            at = self.buffer.find(b"\r\n.\r\n", max(0, seen - 4))
            if self.buffer.startswith(b".\r\n"):
                body, self.buffer = b"", self.buffer[3:]
                break
            if at >= 0:
                body, self.buffer = self.buffer[:at + 2], self.buffer[at + 5:]
                break
            seen = len(self.buffer)
            if drop_at is not None and seen > drop_at:
                self.server.log.write("fault", name="body-drop", rcpt=self.rcpt)
                raise Dropped
            await self.more()
        return re.sub(rb"(?m)^\.", b"", body)

    async def do_bdat(self, line):
        m = re.fullmatch(rb"(?i)bdat (\d+)( last)?", line)
        if not m or "CHUNKING" not in self.o.ext:
            self.violation("bdat-syntax" if not m else "bdat-unannounced")
            raise Dropped
        data = await self.exactly(int(m.group(1)))
        if self.rcpt is None:
            if not self.refused:
                self.violation("bdat-without-rcpt")
            await self.send(b"503 5.5.1 RCPT first\r\n")
            return
        self.chunks += data
        if not m.group(2):
            await self.send(b"250 2.0.0 chunk\r\n")
            return
        await self.message(self.chunks)

    def check_body(self, body):
        if re.search(rb"(?<!\r)\n|\r(?!\n)", body):
            self.violation("bare-cr-or-lf")
        if b"\0" in body:
            self.violation("nul")
        if any(len(l) > 998 for l in body.split(b"\r\n")):
            self.violation("line-over-998")
        if not self.utf8 and any(c > 0x7e for c in body):
            self.violation("8bit-unannounced")
        if not body.endswith(b"\r\n"):
            self.violation("no-final-crlf")
        if self.size is not None and self.size != len(body):
            self.violation("size-untrue")

    async def message(self, body):
        self.check_body(body)
        self.messages += 1
        fault = self.draw("dot")
        replied = fault in SAY and fault != "dot-noeol"
        if fault and fault.endswith("-accepted"):
            self.accept(body, answered=False)
            self.server.log.write("fault", name=fault, rcpt=self.rcpt)
            if fault == "dot-stall-accepted":
                await asyncio.sleep(self.o.stall)
            if fault == "dot-noeol-accepted":
                await self.send(b"250 2.0.0 queued as")
            raise Dropped
        if fault and replied and SAY[fault][1] is not None and SAY[fault][1][:1] == b"5":
            self.server.refusal(self.rcpt, SAY[fault][1])
        if fault and SAY.get(fault, (0, b""))[1] is None:
            self.server.log.write("unanswered", rcpt=self.rcpt)
        if fault and await self.play(fault):
            if fault == "dot-garbage":
                self.server.log.write("unanswered", rcpt=self.rcpt)
            self.reset()
            return
        self.accept(body, answered=True)
        self.reset()
        await self.send(b"250 2.0.0 queued\r\n")
        if self.o.per_connection and self.messages >= self.o.per_connection:
            await self.send(b"421 4.3.2 enough for one connection\r\n")
            self.said_421 = asyncio.get_running_loop().time()

    def accept(self, body, answered):
        head = body.split(b"\r\n\r\n", 1)[0].decode("utf-8", "replace")
        mid = re.search(r"(?im)^message-id:\s*(\S+)", head)
        to = re.search(r"(?im)^to:((?:.*\n?)(?:[ \t].*\n?)*)", head)
        token = re.search(rb"/u/([A-Za-z0-9_-]{20,})", body.split(b"\r\n\r\n", 1)[0])
        self.server.log.write("accepted", rcpt=self.rcpt, sender=self.sender, answered=answered,
            message_id=mid and mid.group(1), to=to and " ".join(to.group(1).split()),
            token=token and token.group(1).decode(), sha=hashlib.sha256(body).hexdigest(), size=len(body))
        if self.o.keep:
            name = f"{self.o.keep}/{len(self.server.counts)}-{random.getrandbits(40)}.eml"
            open(name, "wb").write(body)

    async def do_rset(self, line):
        fault = self.draw("rset")
        self.reset()
        if fault and await self.play(fault):
            return
        await self.send(b"250 2.0.0 ok\r\n")

    async def do_noop(self, line):
        await self.send(b"250 2.0.0 ok\r\n")

    async def do_quit(self, line):
        if "quit-stall" in self.server.standing:
            await asyncio.sleep(self.o.stall)
        await self.send(b"221 2.0.0 bye\r\n")
        raise Dropped


class Server:
    def __init__(self, options):
        self.options = options
        self.log = Log(options.log)
        self.random = random.Random(options.seed)
        self.standing = [f for f in options.fault if f in SAY or f in ACTIONS]
        unknown = [f for f in options.fault if f not in SAY and f not in ACTIONS and not f.startswith(("starttls-", "auth-"))]
        if unknown:
            sys.exit(f"faulty.py: no such fault: {unknown}")
        self.chaos_names = CHAOS_CLEAR + ([] if options.no_ambiguous else CHAOS_AMBIGUOUS)
        self.counts, self.refused, self.played = {}, set(), {}
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
            key = (name, rcpt) if o.only else name
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
        return self.counts[rcpt] <= self.options.max_per_rcpt

    def refusal(self, rcpt, words):
        if words and words[:1] == b"5":
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


async def serve(options):
    server = Server(options)
    tls = server.tls if options.implicit_tls else None
    if options.implicit_tls:
        server.tls = None
    listener = await asyncio.start_server(server.session, "127.0.0.1", options.port, ssl=tls, limit=1 << 20)
    print("ready", listener.sockets[0].getsockname()[1], flush=True)
    async with listener:
        await listener.serve_forever()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--log", required=True)
    p.add_argument("--port", type=int, default=0)
    p.add_argument("--ext", type=lambda s: [x.strip() for x in s.split(",") if x.strip()],
        default=["PIPELINING", "CHUNKING", "SIZE 10485760", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"], help="comma-separated")
    p.add_argument("--fault", action="append", default=[])
    p.add_argument("--only", help="play faults only on recipients that match this expression")
    p.add_argument("--times", type=int, help="play each fault so often only (for each recipient with --only)")
    p.add_argument("--chaos", type=float, default=0)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--max-per-rcpt", type=int, default=5)
    p.add_argument("--no-ambiguous", action="store_true")
    p.add_argument("--latency", type=float, default=0, help="milliseconds before each reply")
    p.add_argument("--stall", type=float, default=3600)
    p.add_argument("--pregreet", type=float, default=0)
    p.add_argument("--per-connection", type=int, help="421 after so many messages")
    p.add_argument("--unsolicited", type=int, help="421 unasked after so many messages")
    p.add_argument("--rate", type=int, help="refuse what comes faster than so many a second: at MAIL, or with --only at RCPT")
    p.add_argument("--helo-only", action="store_true")
    p.add_argument("--cert")
    p.add_argument("--key")
    p.add_argument("--implicit-tls", action="store_true")
    p.add_argument("--auth", action="store_true")
    p.add_argument("--auth-requires-tls", action="store_true")
    p.add_argument("--keep", help="a folder for the accepted messages")
    asyncio.run(serve(p.parse_args()))


if __name__ == "__main__":
    main()
