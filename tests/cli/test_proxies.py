"""The set-ups of docs/serving.md for real: nginx and Caddy with TLS before `serve`, and the public host with its archive."""
import gzip
import re
import shutil
import sqlite3
import subprocess

import pytest

from conftest import PROGRAM, Publication, run
from proxies import DOCS, Caddy, Nginx, NginxStatic, block
from test_public_only import PEOPLE, Pair
from web import FORM, HOST, ONE_CLICK, Server, submit, tokens

SMUGGLED = b"POST /u/%s HTTP/1.1\r\n" + HOST + FORM + b"Content-Length: 26\r\n\r\n" + ONE_CLICK


@pytest.fixture(scope="module", params=[Nginx, Caddy], ids=["nginx", "caddy"])
def proxy(request, tmp_path_factory):
    where = tmp_path_factory.mktemp("proxy")
    publication = Publication(where / "post")
    assert run("init", publication.path).code == 0
    for person in PEOPLE:
        publication.ok("subscriber", "add", person)
    publication.ok("send", "--no-wait", "--force")
    publication.tokens = tokens(publication)
    it = request.param(where, Server(publication))
    yield it
    it.stop()
    logs = {log.name: log.read_text() for log in where.glob("*.log")}
    for name, told in logs.items():
        assert not any(t[:30] in told for t in publication.tokens.values()), f"{name} tells a link"
    assert it.name == "caddy" or ("GET /u 200" in logs["post.log"] and "127.0.0.1" not in logs["post.log"])


@pytest.fixture
def ada(proxy):
    with sqlite3.connect(proxy.behind.publication.database, timeout=30) as db:
        db.execute("update subscriber set state = 'active'")
    return proxy.behind.publication.tokens[PEOPLE[0]]


def left(proxy):
    return [p for p, s in proxy.behind.publication.states().items() if s != "active"]


def test_leaving_and_coming_back(proxy, ada):
    page = proxy.get(f"/u/{ada}")
    assert page.status == 200 and "default-src 'none'" in page["Content-Security-Policy"]
    assert page["Cache-Control"] == "no-store" and not re.search(r"\d", page["Server"] or "") and page["Set-Cookie"] is None
    assert left(proxy) == []
    gone = submit(proxy, page)
    assert gone.status == 200 and left(proxy) == [PEOPLE[0]]
    assert submit(proxy, gone).status == 200 and left(proxy) == []
    assert proxy.post(f"/u/{ada}").status == 200 and left(proxy) == [PEOPLE[0]]


def test_nobody_else_is_told_the_numbers(proxy):
    for fields in (b"", b"X-Forwarded-For: 127.0.0.1\r\n"):
        for path in ("/metrics", "/metrics?", "//metrics", "/%6detrics", "/./metrics", "/x/../metrics"):
            answer = proxy.get(path, fields)
            assert answer.status in (400, 404) and "morningpost_" not in answer.text, path


@pytest.mark.parametrize("fields,body", [
    (b"Content-Length: 0\r\nContent-Length: %d\r\n", b""),
    (b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    (b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", b"0\r\n\r\n"),
    (b"Content-Length: 0\r\nTransfer-Encoding : chunked\r\n", b"0\r\n\r\n"),
    (b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n"),
    (b"Transfer-Encoding:\x0bchunked\r\nContent-Length: 0\r\n", b"0\r\n\r\n"),
    (b"Transfer-Encoding: chunked\r\n", b"0\n\n"),
    (b"Transfer-Encoding: chunked\r\n", b"5;\na\r\n0\r\n\r\n"),
])
def test_no_request_is_smuggled_through(proxy, ada, fields, body):
    """Proxy and server agree where each request ends: what follows does something only if its sender gets an answer to it."""
    tail = SMUGGLED % ada.encode()
    wire = proxy.wire(timeout=1).send(b"POST /u/x HTTP/1.1\r\n" + HOST + FORM + fields.replace(b"%d", b"%d" % len(tail)) + b"\r\n" + body + tail)
    try:
        told = wire.rest()
    except TimeoutError:
        told = wire.ahead
    statuses = [int(s) for s in re.findall(rb"HTTP/1\.1 (\d{3}) ", told)]
    assert statuses == [] or statuses[0] in (400, 404, 411, 413, 415, 501, 502)
    assert left(proxy) == ([PEOPLE[0]] if statuses[1:] == [200] else [])
    # The connection to the server behind is in step: an honest request gets its own answer.
    assert proxy.get("/healthz").text == "ok\n"
    wire.close()


@pytest.mark.parametrize("path,status", [
    ("/u/%00", (400, 404)), ("/../etc/passwd", (400, 404)), ("/%2e%2e/%2e%2e/etc/passwd", (400, 404)), ("/var/keys/mac", (404,)),
    ("/u/" + "A" * 9000, (400, 404, 414))], ids=["nul", "dots", "coded-dots", "key", "long"])
def test_odd_addresses_stay_odd(proxy, path, status):
    answer = proxy.get(path)
    assert answer.status in status and "root:" not in answer.text


def test_a_long_body_is_refused(proxy, ada):
    assert proxy.post(f"/u/{ada}", ONE_CLICK + b"&x=" + b"a" * 20000).status >= 400 and left(proxy) == []


# -- two hosts -------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def public(tmp_path_factory):
    """The public host of the docs, with its settings, an archive, and nginx before it."""
    where = tmp_path_factory.mktemp("public")
    pair = Pair(where)
    pair.public.write("morningpost.yaml", block("yaml public"))
    settings = pair.sender.path / "morningpost.yaml"
    settings.write_text(re.sub(r"(?m)^( *url:) https://.*", r"\1 https://post.example.org", settings.read_text(), count=1))
    archive = pair.public.path / "archive"
    publish = block("sh sender archive").replace("web.example.org:/var/lib/morningpost/archive/", f"{archive}/")
    subprocess.run(["sh", "-euc", publish.replace("morningpost ", f"{PROGRAM} ", 1)], cwd=pair.sender.path, check=True, timeout=60, stdout=subprocess.DEVNULL)
    (archive / "leak.txt").symlink_to(pair.public.path / "morningpost.yaml")
    it = NginxStatic(where, Server(pair.public, "--public-only"))
    it.pair = pair
    yield it
    it.stop()


@pytest.fixture(scope="module")
def home(public):
    """The sender's own pages, for comparison."""
    it = Server(public.pair.sender)
    yield it
    it.stop()


def test_nobody_gets_the_list_of_what_was_exported(public):
    assert (public.pair.public.path / "archive" / ".morningpost-files").is_file()
    for host in (public, public.behind):
        assert host.get("/.morningpost-files").status == 404


@pytest.mark.parametrize("through", ["nginx", "alone"])
def test_the_archive_is_served_as_files(public, home, through):
    """The same bytes as from the database, under the same policy."""
    host = public if through == "nginx" else public.behind
    day = next((public.pair.public.path / "archive" / "issues").glob("????-??-??")).name
    for path in ("/", f"/issues/{day}", "/feed.xml", "/feed.json", "/sitemap.xml", "/robots.txt"):
        answer, wanted = host.get(path), home.get(path)
        assert (answer.status, answer.body) == (wanted.status, wanted.body) and answer.status == 200, path
        assert answer["Content-Security-Policy"] == wanted["Content-Security-Policy"], path
        assert answer["Cache-Control"].startswith("public, max-age=") and answer["X-Robots-Tag"] is None
        assert answer["X-Content-Type-Options"] == "nosniff" and answer["Referrer-Policy"] == "no-referrer"
        assert through == "nginx" or answer["Content-Type"] == wanted["Content-Type"], path
        known = host.send(b"GET " + path.encode() + b" HTTP/1.1\r\n" + HOST + b"If-None-Match: " + answer["ETag"].encode() + b"\r\n\r\n",
                          head_only=True)
        assert known.status == 304
        # nginx does not know beforehand how long it will be.
        small = host.wire().send(b"GET " + path.encode() + b" HTTP/1.1\r\n" + HOST + b"Accept-Encoding: gzip\r\nConnection: close\r\n\r\n").rest()
        head, body = small.split(b"\r\n\r\n", 1)
        packed = b"Content-Encoding: gzip" in head
        assert packed == (len(wanted.body) >= 512) and (b"Vary: Accept-Encoding" in head or not packed), path
        assert not packed or len(body) < len(wanted.body) and (through == "nginx" or gzip.decompress(body) == wanted.body), path
    assert host.get(f"/issues/{day}/").status == 200
    for path in ("/leak.txt", "/../morningpost.yaml", "/issues/../../morningpost.yaml", "/%2e%2e/morningpost.yaml", "/issues/2027-01-01"):
        answer = host.get(path)
        assert answer.status in (400, 403, 404) and "postal_address" not in answer.text, path
    assert host.get("/healthz").status == 200


def test_wishes_are_fetched_as_the_docs_say(public):
    token = public.pair.tokens[PEOPLE[0]]
    assert submit(public, public.get(f"/u/{token}")).status == 200
    (public.pair.spool / "link.wish").symlink_to("/etc/passwd")
    fetch = re.search(r"^rsync -rt --no-links.*$", DOCS, re.M)
    (public.pair.sender.path / "var/spool").mkdir(exist_ok=True)
    command = fetch[0].replace("web.example.org:/var/lib/morningpost/var/spool/", f"{public.pair.spool}/")
    subprocess.run(["sh", "-euc", command], cwd=public.pair.sender.path, check=True, timeout=60)
    assert [f.name for f in public.pair.spool.glob("*.wish")] == ["link.wish"]
    assert public.pair.sender.json("spool", "take")["granted"] == 1
    assert public.pair.states()[PEOPLE[0]] == "unsubscribed"
    shutil.rmtree(public.pair.sender.path / "var/spool")
