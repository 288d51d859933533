"""Name servers of the test's own on loopback: nsd with what a test says of names, and one that answers as none should."""
import os
import pathlib
import socket
import struct
import subprocess
import threading
import time

CONFIG = """
server:
  ip-address: 127.0.0.1@{port}
  server-count: 1
  username: ""
  chroot: ""
  zonesdir: "{where}"
  pidfile: ""
  logfile: "{where}/log"
  xfrdfile: "{where}/xfrd"
  zonelistfile: "{where}/zonelist"
  database: ""
  xfrdir: "{where}"
  reuseport: no
remote-control:
  control-enable: no
zone:
  name: "."
  zonefile: "root.zone"
"""


def free_port():
    """One that is free for UDP and TCP."""
    while True:
        with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagram:
            stream.bind(("127.0.0.1", 0))
            try:
                datagram.bind(stream.getsockname())
            except OSError:
                continue
            return stream.getsockname()[1]


def quoted(text):
    """A TXT record's data: strings of 255 octets at most."""
    pieces = [text[i:i + 250] for i in range(0, len(text), 250)] or [""]
    return " ".join('"' + "".join(c if " " <= c <= "~" and c not in '"\\' else f"\\{ord(c):03}" for c in piece) + '"' for piece in pieces)


class NameServer:
    """nsd. `records`: {(name, type): data or a list of it}; TXT is quoted here."""

    def __init__(self, where, records):
        self.where = pathlib.Path(where)
        self.where.mkdir(exist_ok=True)
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        lines = [". 60 IN SOA ns. post. 1 60 60 60 60", ". 60 IN NS ns.", "ns. 60 IN A 127.0.0.1"]
        for (name, kind), data in records.items():
            for one in data if isinstance(data, list) else [data]:
                lines.append(f"{name.rstrip('.')}. 60 IN {kind} {quoted(one) if kind == 'TXT' else one}")
        (self.where / "root.zone").write_text("\n".join(lines) + "\n")
        (self.where / "nsd.conf").write_text(CONFIG.format(where=self.where, port=self.port))
        self.process = subprocess.Popen(["/usr/sbin/nsd", "-d", "-c", self.where / "nsd.conf"], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE)
        self.wait()

    def wait(self):
        question = struct.pack(">HHHHHH", 7, 0, 1, 0, 0, 0) + b"\x02ns\x00" + struct.pack(">HH", 1, 1)
        end = time.monotonic() + 20
        with socket.socket(type=socket.SOCK_DGRAM) as s:
            s.settimeout(0.1)
            while True:
                try:
                    s.sendto(question, ("127.0.0.1", self.port))
                    s.recv(512)
                    return
                except OSError:
                    assert self.process.poll() is None, self.process.stderr.read().decode()
                    assert time.monotonic() < end, (self.where / "log").read_text()

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


def question_of(packet):
    """The question's end, where answers go on."""
    at = 12
    while packet[at]:
        at += packet[at] + 1
    return packet[12:at + 5]


def head(packet, flags=0x8180, questions=1, answers=0):
    return packet[:2] + struct.pack(">HHHHH", flags, questions, answers, 0, 0)


def txt(data, name=b"\xc0\x0c", length=None):
    return name + struct.pack(">HHIH", 16, 1, 60, len(data) if length is None else length) + data


def long_text(packet):
    """Some 300 records of 200 octets: only TCP holds them."""
    one = txt(b"\xc8" + b"v=spf1 " + b"x" * 193)
    return head(packet, answers=300) + question_of(packet) + one * 300


# What a server may say that is no answer: packet -> bytes, or None for silence.
HOSTILE = {
    "silent": lambda p: None,
    "empty": lambda p: b"",
    "garbage": lambda p: b"\xff" * 60,
    "short": lambda p: p[:5],
    "echo": lambda p: p,
    "other-id": lambda p: bytes([p[0] ^ 1]) + head(p, answers=1)[1:] + question_of(p) + txt(b"\x0bv=spf1 +all"),
    "other-question": lambda p: head(p, answers=1) + b"\x01x\x00\x00\x10\x00\x01" + txt(b"\x0bv=spf1 +all"),
    "no-question": lambda p: head(p, questions=0, answers=1) + txt(b"\x0bv=spf1 +all", name=b"\x00"),
    "loop": lambda p: head(p, answers=1) + question_of(p) + txt(b"\x02hi", name=b"\xc0" + bytes([12 + len(question_of(p))])),
    "forward": lambda p: head(p, answers=1) + question_of(p) + txt(b"\x02hi", name=b"\xff\xff"),
    "count": lambda p: head(p, answers=65535) + question_of(p) + txt(b"\x02hi"),
    "length": lambda p: head(p, answers=1) + question_of(p) + txt(b"\x02hi", length=60000),
    "string": lambda p: head(p, answers=1) + question_of(p) + txt(b"\xffhi"),
    "alias": lambda p: head(p, answers=1) + question_of(p) + b"\xc0\x0c" + struct.pack(">HHIH", 5, 1, 60, 2) + b"\xc0\x0c",
    "servfail": lambda p: head(p, flags=0x8182) + question_of(p),
    "refused": lambda p: head(p, flags=0x8185) + question_of(p),
    "cut": lambda p: head(p, flags=0x8380) + question_of(p),  # come by TCP
    "nul": lambda p: head(p, answers=1) + question_of(p) + txt(b"\x14v=spf1 \x00\x1b]0;x\x07 -all"),
    "many": long_text,
}


class Hostile:
    """Answers every question in one way, by UDP and TCP."""

    def __init__(self, kind):
        self.answer = HOSTILE[kind]
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.datagram = socket.socket(type=socket.SOCK_DGRAM)
        self.datagram.bind(("127.0.0.1", self.port))
        self.stream = socket.socket()
        self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.stream.bind(("127.0.0.1", self.port))
        self.stream.listen()
        self.asked = 0
        for work in (self.by_udp, self.by_tcp):
            threading.Thread(target=work, daemon=True).start()

    def by_udp(self):
        while True:
            try:
                packet, peer = self.datagram.recvfrom(4096)
                self.asked += 1
                answer = self.answer(packet)
                if answer is not None:
                    self.datagram.sendto(answer[:4000], peer)
            except OSError:
                return

    def by_tcp(self):
        while True:
            try:
                client, _ = self.stream.accept()
            except OSError:
                return
            threading.Thread(target=self.converse, args=(client,), daemon=True).start()

    def converse(self, client):
        with client:
            client.settimeout(20)
            try:
                packet = client.recv(4096)[2:]
                answer = self.answer(packet) if len(packet) > 12 else None
                if answer is None:
                    client.recv(1)
                else:
                    client.sendall(struct.pack(">H", len(answer)) + answer)
            except OSError:
                return

    def stop(self):
        self.datagram.close()
        self.stream.close()
