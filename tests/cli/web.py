"""A raw client of the public pages, and the program serving them: what the tests of the web are made of. Everything goes over
sockets of our own: a client library would repair what is to be tried."""
import email
import email.utils
import os
import re
import signal
import socket
import subprocess
import time

from conftest import PROGRAM

HOST = b"Host: post.example.org\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
ONE_CLICK = b"List-Unsubscribe=One-Click"


class Answer:
    """One response, read by its own Content-Length."""

    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(re.fullmatch(r"HTTP/1\.1 (\d{3}) [A-Za-z -]+", lines[0])[1])
        self.fields = [tuple(line.split(": ", 1)) for line in lines[1:]]
        names = [name.lower() for name, _ in self.fields]
        assert len(set(names)) == len(names), f"a header field came twice: {names}"
        self.body = body
        self.text = body.decode(errors="replace")

    def __getitem__(self, name):
        return dict((n.lower(), v) for n, v in self.fields).get(name.lower())


class Wire:
    """A connection, as raw as it comes."""

    def __init__(self, server, timeout=30):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout)
        self.ahead = b""

    def send(self, data):
        self.socket.sendall(data)
        return self

    def more(self):
        data = self.socket.recv(65536)
        self.ahead += data
        return data

    def answer(self, head_only=False):
        while b"\r\n\r\n" not in self.ahead:
            if not self.more():
                return None
        head, self.ahead = self.ahead.split(b"\r\n\r\n", 1)
        length = 0 if head_only else int(re.search(rb"(?m)^Content-Length: (\d+)", head)[1])
        while len(self.ahead) < length:
            assert self.more(), "the body ends before its length"
        body, self.ahead = self.ahead[:length], self.ahead[length:]
        return Answer(head, body)

    def rest(self):
        """Everything up to the end of the connection."""
        try:
            while self.more():
                pass
        except ConnectionResetError:
            pass
        return self.ahead

    def close(self):
        self.socket.close()


class Server:
    """`morningpost serve` with what it has in hand."""

    def __init__(self, publication, *args):
        self.publication = publication
        self.log = open(publication.path / "serve.log", "wb+")
        self.process = subprocess.Popen([PROGRAM, "-C", publication.path, "serve", "--listen", "127.0.0.1:0", *args],
                                        stderr=self.log)
        deadline = time.monotonic() + 30
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)/", self.logged())):
            assert self.process.poll() is None and time.monotonic() < deadline, self.logged()
            time.sleep(0.02)
        self.port = int(found[1])

    def logged(self):
        self.log.seek(0)
        return self.log.read().decode()

    def wire(self, **options):
        return Wire(self, **options)

    def send(self, data, head_only=False):
        """One request on a connection of its own."""
        wire = self.wire().send(data)
        answer = wire.answer(head_only)
        wire.close()
        return answer

    def get(self, path, *fields, method=b"GET"):
        return self.send(method + b" " + path.encode() + b" HTTP/1.1\r\n" + HOST + b"".join(fields) + b"\r\n",
                         head_only=method == b"HEAD")

    def post(self, path, body=ONE_CLICK, *fields, type_field=FORM):
        return self.send(b"POST " + path.encode() + b" HTTP/1.1\r\n" + HOST + type_field + b"".join(fields) +
                         b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        logged = self.logged()
        self.log.close()
        assert code == 0 and "Sanitizer" not in logged, logged
        return logged


def tokens(publication):
    """Everybody's token, from the mail that they got."""
    found = {}
    for file in (publication.path / "var" / "outbox" / "new").iterdir():
        message = email.message_from_bytes(file.read_bytes())
        found[email.utils.parseaddr(message["To"])[1]] = re.search(r"/u/([\w-]+)>", message["List-Unsubscribe"])[1]
    return found


def submit(server, page):
    """Press the button: what the page's form says, no more."""
    form = re.search(r'<form method="post" action="([^"]+)">(.*?)</form>', page.text, re.S)
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[2])
    return server.post(form[1], "&".join(f"{n}={v}" for n, v in fields).encode())


def wait_for(what, seconds=30):
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)
