"""The web servers of docs/serving.md, started with the files as they stand there, but for ports, certificate and paths."""
import pathlib
import re
import socket
import ssl
import subprocess
import time

import web

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCS = (ROOT / "docs" / "serving.md").read_text()


def block(kind):
    """The text of a fenced block, by what stands behind its fence."""
    found = re.findall(rf"^```{kind}\n(.*?)^```$", DOCS, re.M | re.S)
    assert found, f"docs/serving.md has no block '{kind}'"
    return found[0]


def self_signed(where, name):
    """(certificate, key) of a web server."""
    cert, key = where / "cert.pem", where / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName=DNS:{name}", "-days", "2", "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Secure(web.Wire):
    def __init__(self, proxy, timeout=30):
        super().__init__(proxy, timeout)
        self.socket = proxy.context.wrap_socket(self.socket, server_hostname="post.example.org")


class Proxy:
    """What a test asks of a server, asked of the proxy before it."""

    def __init__(self, where, behind):
        self.port, self.behind, self.where = free_port(), behind, where
        self.cert, self.key = self_signed(where, "post.example.org")
        self.context = ssl.create_default_context(cafile=str(self.cert))
        self.process = subprocess.Popen(self.configure(), stderr=open(where / "proxy.log", "wb"), stdout=subprocess.DEVNULL,
                                        env={"HOME": str(where), "PATH": "/usr/bin:/bin"})
        deadline = time.monotonic() + 30
        while True:
            assert self.process.poll() is None and time.monotonic() < deadline, (where / "proxy.log").read_text()
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)

    def replaced(self, text, changes):
        for old, new in changes.items():
            assert old in text, f"docs/serving.md no longer has '{old}'"
            text = text.replace(old, new)
        return text

    def wire(self, **options):
        return Secure(self, **options)

    send, get, post = web.Server.send, web.Server.get, web.Server.post

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.behind.stop()


class Nginx(Proxy):
    name = "nginx"
    kind = "nginx"

    def configure(self):
        text = self.replaced(block(self.kind), {
            "443 ssl": f"127.0.0.1:{self.port} ssl", "/etc/letsencrypt/live/post.example.org/fullchain.pem": str(self.cert),
            "/etc/letsencrypt/live/post.example.org/privkey.pem": str(self.key), "127.0.0.1:8025": f"127.0.0.1:{self.behind.port}",
            **self.more()})
        places = "".join(f"{n}_temp_path {self.where}/{n};\n" for n in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        conf = self.where / "nginx.conf"
        conf.write_text(f"daemon off; pid {self.where}/pid; error_log stderr;\nuser root; worker_processes 1;\nevents {{}}\n"
                        f"http {{\ndefault_type application/octet-stream; include /etc/nginx/mime.types;\n{places}{text}}}\n")
        return ["/usr/sbin/nginx", "-c", str(conf), "-e", "stderr"]

    def more(self):
        return {"/var/log/nginx/": f"{self.where}/"}


class NginxStatic(Nginx):
    """... with the archive as files."""
    kind = "nginx static"

    def more(self):
        return {**super().more(), "/var/lib/morningpost/archive": str(self.behind.publication.path / "archive")}


class Caddy(Proxy):
    name = "caddy"

    def configure(self):
        text = self.replaced(block("caddy"), {
            "post.example.org {\n": f"https://post.example.org:{self.port} {{\n\tbind 127.0.0.1\n\ttls {self.cert} {self.key}\n",
            "127.0.0.1:8025": f"127.0.0.1:{self.behind.port}", "{\n\t# It would": "{\n\tadmin off\n\tauto_https off\n\t# It would"})
        conf = self.where / "Caddyfile"
        conf.write_text(text)
        return ["/usr/bin/caddy", "run", "--config", str(conf), "--adapter", "caddyfile"]
