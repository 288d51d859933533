"""Attacks on the public pages, group by group (RELIABILITY W1 to W22), on `serve` and on `serve --public-only` alike. What is asked
of one page in depth stands in test_serve.py; here every page is met by every attack, whatever pages there are."""
import base64
import concurrent.futures
import hashlib
import itertools
import os
import random
import re
import socket
import sqlite3
import statistics
import time

import pytest

from test_public_only import PEOPLE, Pair
from web import FORM, HOST, ONE_CLICK, Server, wait_for

UNKNOWN = "nobody-at-all@example.net"


class Target:
    """A server, the tokens of its people, and how to tell whether anything changed."""

    def __init__(self, name, pair, *args):
        self.name, self.pair, self.public_only = name, pair, bool(args)
        self.publication = pair.public if args else pair.sender
        self.server = Server(self.publication, *args)
        self.token = pair.tokens[PEOPLE[0]]

    def state(self):
        """All that an attack could have changed: a digest of the database's rows, the spool's files."""
        if self.public_only:
            return sorted(p.name for p in self.pair.spool.glob("*.wish"))
        with sqlite3.connect(f"file:{self.pair.sender.database}?mode=ro", uri=True, timeout=30) as db:
            tables = [t for t, in db.execute("select name from sqlite_schema where type = 'table' and name not like 'sqlite%' order by name")]
            return {t: hashlib.sha256(repr(db.execute(f'select * from "{t}"').fetchall()).encode()).hexdigest() for t in tables}

    def pages(self):
        """An address of every page, as good as addresses are."""
        return [f"/{kind}/{self.token}" for kind in "urpc"] + ["/", "/subscribe", "/issues/2026-02-14", "/feed.xml", "/feed.json", "/sitemap.xml",
                                                              "/robots.txt", "/healthz", "/metrics", "/nothing"]


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return Pair(tmp_path_factory.mktemp("attack"))


@pytest.fixture(scope="module", params=["serve", "public-only"])
def target(request, pair):
    it = Target(request.param, pair, *(["--public-only"] if request.param == "public-only" else []))
    yield it
    logged = it.server.stop()
    for secret in [*PEOPLE, UNKNOWN, *pair.tokens.values(), it.token[20:60]]:
        assert secret not in logged, f"the log tells {secret}"
    assert not re.search(r"\b127\.0\.0\.\d", logged.replace("listening on http://127.0.0.1", "")), "the log tells an address"


@pytest.fixture
def unchanged(target):
    """Nothing that the test does may change anything."""
    before = target.state()
    yield target.server
    assert target.state() == before


def request(method, path, *fields, body=b"", version=b"1.1"):
    return method + b" " + path.encode() + b" HTTP/" + version + b"\r\n" + HOST + b"".join(fields) + b"\r\n" + body


def statuses(server, data, wait=5):
    """Those of all answers to what is sent on one connection."""
    wire = server.wire(timeout=wait)
    try:
        wire.send(data)
        wire.socket.shutdown(socket.SHUT_WR)
        told = wire.rest()
    except OSError:
        told = wire.ahead
    wire.close()
    return [int(s) for s in re.findall(rb"(?m)^HTTP/1\.1 (\d{3}) ", told)]


# -- get (W1) --------------------------------------------------------------------------------------

OVERRIDES = [b"", b"X-HTTP-Method-Override: POST\r\n", b"X-HTTP-Method: POST\r\nX-Method-Override: POST\r\n",
             b"Purpose: prefetch\r\nSec-Purpose: prefetch;prerender\r\n", b"User-Agent: GoogleImageProxy\r\n", b"Cookie: session=1\r\n"]


@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"OPTIONS", b"TRACE", b"PUT", b"DELETE", b"PATCH", b"PROPFIND", b"get", b"PoSt", b"X"])
def test_get(target, unchanged, method):
    for path, fields in itertools.product(target.pages(), OVERRIDES):
        for query in ("", "?List-Unsubscribe=One-Click&return=yes&confirm=yes", "?_method=POST"):
            wire = unchanged.wire().send(request(method, path + query, fields, b"Connection: close\r\n"))
            status = int(re.match(rb"HTTP/1\.1 (\d{3})", wire.rest())[1])
            wire.close()
            assert status in (200, 304, 404) if method in (b"GET", b"HEAD") else status in (405, 501), (path, status)


def test_get_with_a_body(target, unchanged):
    for path in target.pages():
        data = request(b"GET", path, FORM, b"Content-Length: 26\r\n", body=ONE_CLICK) + request(b"GET", "/healthz", b"Connection: close\r\n")
        assert statuses(unchanged, data)[-1] == 200


# -- mutate (W5, W11) ------------------------------------------------------------------------------

def mutations(token):
    raw = base64.urlsafe_b64decode(token + "=")

    def encode(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    for bit in range(0, 8 * len(raw), 5):
        yield encode(raw[:bit // 8] + bytes([raw[bit // 8] ^ 1 << bit % 8]) + raw[bit // 8 + 1:])
    for kind in range(256):
        yield encode(raw[:1] + bytes([kind]) + raw[2:]) if kind != raw[1] else "x"
    yield from (encode(raw[:19] + bytes(64)), encode(raw[:19] + b"\xff" * 64), encode(raw[19:] + raw[:19]), encode(raw * 2), encode(bytes(83)))
    yield from (token + t for t in ("%00", "%2500", "%20", "%0d%0a", "\\", "?", ".", "=", "A", "/", "//", "%2f", ";", "#")[:-1] if t != "?")
    yield from (token[:n] for n in range(0, 111, 11))
    yield from ("%2e%2e/u/" + token, "../u/" + token, "./" + token, "//" + token, token.lower(), token.upper(), token.replace("A", "%41", 1))


def test_mutate(target, unchanged):
    """One and the same answer to all of them, by any page and method."""
    tried = sorted(set(mutations(target.token)) - {target.token})
    assert len(tried) > 350
    answers = {}
    for n, other in enumerate(tried):
        path = f"/{'urpc'[n % 4]}/{other}"
        for answer in (unchanged.get(path), unchanged.post(path, (ONE_CLICK, b"return=yes", b"frequency=daily", b"confirm=yes")[n % 4])):
            assert answer.status in (400, 404), path
            if answer.status == 404 and re.fullmatch(r"[\w-]+", other):
                answers.setdefault(answer.text, path)
    assert len(answers) == 1, answers


def test_kinds_do_not_stand_in_for_each_other(target, unchanged):
    assert unchanged.get(f"/c/{target.token}").status == unchanged.post(f"/c/{target.token}", b"confirm=yes").status == 404


def test_mutate_takes_the_same_time(target, unchanged):
    token = target.token
    paths = [f"/u/{token[:-20]}{'A' * 20}", f"/u/{'A' * 111}", "/u/x", f"/u/A{token[1:]}"]
    times = {path: [] for path in paths}
    for _ in range(40):
        for path in paths:
            begin = time.perf_counter()
            unchanged.get(path)
            times[path].append(time.perf_counter() - begin)
    medians = [statistics.median(t) for t in times.values()]
    assert max(medians) - min(medians) < 0.005


# -- percent (W6) ----------------------------------------------------------------------------------

BODIES = [b"", b"=", b"&", b"&&&&", b"List-Unsubscribe", b"List-Unsubscribe=One-Click%", b"List-Unsubscribe=One-Click%0", b"List-Unsubscribe=One-Click%00",
          b"List%00-Unsubscribe=One-Click", b"List-Unsubscribe=One%2dClick%zz", b"list-unsubscribe=One-Click", b"List-Unsubscribe=One-Click ",
          b"List-Unsubscribe=One-Click&List-Unsubscribe=x", b"List-Unsubscribe=On\0e-Click", b"\xff\xfe", b"{}", b"<xml/>", b"a=b&" * 100]
TYPES = [FORM, b"", b"Content-Type: application/json\r\n", b"Content-Type: text/plain\r\n", b"Content-Type: multipart/form-data\r\n",
         b"Content-Type: multipart/form-data; boundary=\r\n", b"Content-Type: multipart/form-data; boundary=x\r\n",
         b"Content-Type: application/x-www-form-urlencodedx\r\n", b"Content-Type: application/x-www-form-urlencoded\r\nContent-Encoding: gzip\r\n"]


def test_percent(target, unchanged):
    for (kind, body), type_field in itertools.product(itertools.product("urc", BODIES), TYPES):
        answer = unchanged.post(f"/{kind}/{target.token}", body, type_field=type_field)
        assert answer.status in (400, 404, 415), (kind, body, type_field)


# -- syntax and smuggle (W12) ----------------------------------------------------------------------

GOOD = request(b"GET", "/healthz")
NOISE = [
    b"GET /healthz HTTP/1.1\r\n\r\n", b"GET /healthz HTTP/1.1\nHost: a\n\n", b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost:\r\n\r\n", b"GET /healthz HTTP/1.1\r\nHost: a,b\r\n\r\n", b"GET /healthz HTTP/1.1\r\nHost: a/b\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\n Host: a\r\n\r\n", b"GET /healthz HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", b"GET /healthz HTTP/1.1\r\nHost\t: a\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\x00\r\n\r\n", b"GET /healthz HTTP/1.1\r\nHost: a\rX: y\r\n\r\n", b"GET /healthz HTTP/1.1\r\n: a\r\n\r\n",
    b"GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /healthz  HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /healthz HTTP/1.1 \r\nHost: a\r\n\r\n",
    b"GET\t/healthz\tHTTP/1.1\r\nHost: a\r\n\r\n", b"GET /healthz\x0bHTTP/1.1\r\nHost: a\r\n\r\n", b"GET /health\x7fz HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /healthz HTTP/1.2\r\nHost: a\r\n\r\n", b"GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n", b"GET /healthz HTTP/0.9\r\n\r\n", b"GET /healthz http/1.1\r\nHost: a\r\n\r\n",
    b"GET /healthz\r\n\r\n", b"/healthz\r\n\r\n", b"GET\r\n\r\n", b"\r\n\r\n\r\n", b"\x00\x00\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n\n",
    b"GET http:///healthz HTTP/1.1\r\nHost: a\r\n\r\n", b"GET http://a b/ HTTP/1.1\r\nHost: a\r\n\r\n", b"GET //user@a/ HTTP/1.1\r\nHost: a@b\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET * HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /%0 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n",
]


@pytest.mark.parametrize("noise", NOISE, ids=range(len(NOISE)))
def test_syntax(target, unchanged, noise):
    """Refused, and nothing behind it is served."""
    got = statuses(unchanged, noise + GOOD)
    assert got in ([400], [417]), got


CODINGS = [
    b"Content-Length: 5\r\nContent-Length: 5\r\n", b"Content-Length: 5\r\nContent-Length: 6\r\n", b"Content-Length: 5, 5\r\n", b"Content-Length: 5,6\r\n",
    b"Content-Length: +5\r\n", b"Content-Length: -5\r\n", b"Content-Length: 0x5\r\n", b"Content-Length: 5_0\r\n", b"Content-Length: 5.0\r\n",
    b"Content-Length: 5 5\r\n", b"Content-Length: \xb2\r\n", b"Content-Length: 18446744073709551621\r\n", b"Content-Length: 4294967301\r\n",
    b"Content-Length:\r\n", b"Content-Length : 5\r\n", b"Content_Length: 5\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", b"Transfer-Encoding: identity, chunked\r\n", b"Transfer-Encoding: chunked, chunked\r\n",
    b"Transfer-Encoding: chunked;q=1\r\n", b"Transfer-Encoding: xchunked\r\n", b"Transfer-Encoding: \x0bchunked\r\n", b"Transfer-Encoding:\r\n chunked\r\n",
    b"Transfer-Encoding : chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"Transfer-Encoding: \"chunked\"\r\n", b"Transfer-Encoding: chunked\x00\r\n",
    b" Transfer-Encoding: chunked\r\n", b"X: y\nTransfer-Encoding: chunked\r\n", b"X: y\rTransfer-Encoding: chunked\r\n",
]
CHUNKS = [b"5\n", b"5 \r\n", b" 5\r\n", b"+5\r\n", b"-5\r\n", b"0x5\r\n", b"5_\r\n", b"g\r\n", b"\r\n", b";\r\n", b"5;a\x00\r\n", b"000000005\r\n", b"FFFFFFFFFFFFFFFFF\r\n",
          b"5;" + b"a" * 300 + b"\r\n", b"5\r\nabcdefg\r\n", b"5\r\nabc\r\n0\r\n\r\n", b"5\r\nabcde\n0\r\n\r\n", b"5\r\nabcde\r\n0\n\n", b"0\r\nX y\r\n\r\n"]


def smuggled(token):
    return request(b"POST", f"/u/{token}", FORM, b"Content-Length: 26\r\n", body=ONE_CLICK)


@pytest.mark.parametrize("fields", CODINGS, ids=range(len(CODINGS)))
def test_smuggle(target, unchanged, fields):
    for path in ("/u/x", f"/r/{target.token}"):
        got = statuses(unchanged, request(b"POST", path, FORM, fields, body=b"0\r\n\r\n" + smuggled(target.token)))
        assert got in ([400], [413]), got


@pytest.mark.parametrize("chunk", CHUNKS, ids=range(len(CHUNKS)))
def test_smuggle_chunks(target, unchanged, chunk):
    got = statuses(unchanged, request(b"POST", "/u/x", FORM, b"Transfer-Encoding: chunked\r\n", body=chunk + smuggled(target.token)))
    assert got in ([400], [413], [431]), got


def test_get_hides_nothing_in_its_body(target, unchanged):
    """Its length is honoured as a POST's is: no body is the next request."""
    for method in (b"GET", b"HEAD"):
        inner = smuggled(target.token)
        data = request(method, "/healthz", b"Content-Length: %d\r\n" % len(inner), body=inner) + request(b"GET", "/nothing", b"Connection: close\r\n")
        assert statuses(unchanged, data) == [200, 404]


# -- traversal (W13) -------------------------------------------------------------------------------

DOTS = ["..", "%2e%2e", "%2E.", "..%00", "..;", "....//", "..\\", "%2e%2e%2f", "%252e%252e", "%c0%ae%c0%ae", "%uff0e%uff0e", ".%09.", "..%5c"]
WANTED = ["etc/passwd", "morningpost.yaml", "var/morningpost.db", "var/keys/mac", "var/keys/sign-1.pub"]


def test_traversal(target, unchanged):
    secret = (target.publication.path / "morningpost.yaml").read_text()[:40]
    for dots, wanted, depth, root in itertools.product(DOTS, WANTED, (1, 3), ("/", "/issues/", "/u/", "/feed.xml/", "/qr/", "//")):
        answer = unchanged.get(root + (dots + "/") * depth + wanted)
        assert answer.status in (400, 404) and "root:" not in answer.text and secret not in answer.text
    for path in ("/morningpost.yaml", "/var", "/var/", "/templates/page.css", "/issues/", "/issues/.", "/issues/../", "/.well-known/", "/issues/2026-02-14.md",
                 "/issues/2026-02-14/..", "/index.html/../", "/issues/%32026-02-14", "/issues/2026-02-14%00", "/issues/9999-99-99", "/issues/x" * 20):
        assert unchanged.get(path).status in (400, 404), path


# -- oversize (W14) --------------------------------------------------------------------------------

@pytest.mark.parametrize("data,want", [
    (b"GET /" + b"a" * 8180 + b" HTTP/1.1\r\n" + HOST + b"\r\n", {404}),
    (b"GET /" + b"a" * 8300, {414}),
    (b"G" * 20000, {414}),
    (request(b"GET", "/healthz", b"X: " + b"a" * 16000 + b"\r\n"), {200}),
    (request(b"GET", "/healthz")[:-2] + b"X: " + b"a" * 17000, {431}),
    (request(b"GET", "/healthz", b"A: b\r\n" * 99), {200}),
    (request(b"GET", "/healthz", b"A: b\r\n" * 101), {431}),
    (request(b"GET", "/healthz", b"X-Forwarded-For: 1\r\n" * 99), {200}),
    (request(b"POST", "/u/x", FORM, b"Content-Length: 8193\r\n"), {413}),
    (request(b"POST", "/u/x", FORM, b"Content-Length: 8192\r\n", body=b"a" * 8192), {404}),
    (request(b"POST", "/u/x", FORM, b"Transfer-Encoding: chunked\r\n", body=b"2001\r\n"), {413}),
    (request(b"POST", "/u/x", FORM, b"Transfer-Encoding: chunked\r\n", body=b"1\r\na\r\n" * 8200), {413}),
    (request(b"POST", "/u/x", FORM, b"Transfer-Encoding: chunked\r\n", body=b"0\r\n" + b"A: b\r\n" * 200), {431}),
], ids=["uri-8k", "uri", "line", "header-16k", "header", "lines-99", "lines", "list", "body", "body-8k", "chunk", "chunks", "trailers"])
def test_oversize(target, unchanged, data, want):
    begin = time.monotonic()
    assert set(statuses(unchanged, data)) == want and time.monotonic() - begin < 5


# -- headers (W7, W9, W15) -------------------------------------------------------------------------

def test_headers(target, unchanged):
    mark = "evil.example"
    lies = (f"X-Forwarded-Host: {mark}\r\nX-Forwarded-Proto: {mark}\r\nForwarded: host={mark}\r\nX-Original-URL: /{mark}\r\nX-Rewrite-URL: /{mark}\r\n"
            f"Referer: http://{mark}/\r\nOrigin: http://{mark}\r\nX-Forwarded-Prefix: /{mark}\r\nAccept-Language: {mark}\r\n").encode()
    for path in [*target.pages(), f"/{mark}", f"/u/{mark}", f"/subscribe?{mark}"]:
        answer = unchanged.get(path, lies)
        assert mark not in answer.text and mark not in repr(answer.fields), path
        names = {n.lower() for n, _ in answer.fields}
        assert not names & {"server", "set-cookie", "location", "access-control-allow-origin", "x-powered-by", "via", "refresh"}, path
        csp = answer["Content-Security-Policy"]
        assert csp.startswith("default-src 'none'; ") and "frame-ancestors 'none'" in csp and "form-action 'self'" in csp and "unsafe-eval" not in csp
        assert answer["X-Content-Type-Options"] == "nosniff" and answer["Referrer-Policy"] == "no-referrer"
        private = answer.status != 200 or path[:3] in ("/u/", "/r/", "/p/", "/c/") or path in ("/healthz", "/metrics")
        assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex") if private else answer["Cache-Control"].startswith("public, "), path
        if private:
            assert "unsafe-inline" not in csp and "script-src" not in csp, path
    answer = unchanged.send(b"GET /subscribe HTTP/1.1\r\nHost: " + mark.encode() + b"\r\n\r\n")
    assert mark not in answer.text and mark not in repr(answer.fields)


def test_nothing_foreign_is_loaded(target, unchanged):
    """W8: no page names a host that is not the publication's, but in a link that one may follow."""
    for path in target.pages():
        answer = unchanged.get(path)
        if "html" not in answer["Content-Type"]:
            continue
        for tag, url in re.findall(r"<(\w+)[^>]*?\s(?:src|href|action|srcset|poster|data)=\"([^\"]*)\"", answer.text):
            if re.match(r"(?i)(https?:)?//", url):
                assert tag == "a" or (tag == "link" and url.startswith("https://post.example.org")), (path, tag, url)
        assert not re.search(r"(?i)\son\w+=|javascript:|url\(\s*['\"]?(https?:)?//|@import", answer.text), path


# -- methods (W16) ---------------------------------------------------------------------------------

def test_methods(target, unchanged):
    for path, method in itertools.product(target.pages(), (b"PUT", b"DELETE", b"OPTIONS", b"TRACE", b"PATCH", b"LOCK", b"get", b"A" * 100)):
        answer = unchanged.send(request(method, path))
        assert answer.status in (405, 501) and (answer.status == 501 or "GET" in answer["Allow"]), (path, method)
    assert statuses(unchanged, b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n") == [405]
    assert statuses(unchanged, b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n") == [405]


# -- pipeline (W17) --------------------------------------------------------------------------------

def test_pipeline(target, unchanged):
    paths = ["/healthz", "/u/x", "/nothing", f"/u/{target.token}"] * 8
    data = b"".join(request(b"GET", p) for p in paths)
    for cut in (len(data), 1000, 7):
        wire = unchanged.wire()
        for at in range(0, len(data), cut):
            wire.send(data[at:at + cut])
        assert [wire.answer().status for _ in paths] == [200, 404, 404, 200] * 8
        wire.close()


def test_what_follows_an_error_is_not_served(target, unchanged):
    for bad in (b"GET / HTTP/1.1\r\n\r\n", request(b"POST", "/u/x", FORM, b"Content-Length: 99999\r\n"), request(b"BREW", "/")):
        got = statuses(unchanged, GOOD + bad + smuggled(target.token))
        assert len(got) == 2 and got[0] == 200 and got[1] in (400, 405, 413), got


# -- enum (W10, O2) --------------------------------------------------------------------------------

def test_enum(target):
    """A known address, one that left, an unknown one, and one that none can be: the same answer, in the same time."""
    kinds = [PEOPLE[0], PEOPLE[1], UNKNOWN, "a..b@example.org"]
    form = target.server.get("/subscribe")
    token = re.search(r'name="token" value="([^"]+)"', form.text)[1]
    time.sleep(4)
    texts, times = set(), {kind: [] for kind in kinds}
    for n, kind in itertools.product(range(6), kinds):
        body = f"email={kind}&token={token}".encode()
        # A client of its own each, so that none is told to come later.
        begin = time.perf_counter()
        answer = target.server.post("/subscribe", body, b"X-Forwarded-For: 198.51.%d.%d\r\n" % (n, kinds.index(kind)))
        times[kind].append(time.perf_counter() - begin)
        assert answer.status == 200, answer.text
        texts.add(answer.text)
    medians = {k: statistics.median(t) for k, t in times.items()}
    assert len(texts) == 1 and max(medians.values()) - min(medians.values()) < 0.05, medians


def test_a_client_may_ask_so_often(target):
    form = target.server.get("/subscribe")
    token = re.search(r'name="token" value="([^"]+)"', form.text)[1]
    before = target.state()
    got = [target.server.post("/subscribe", f"email={UNKNOWN}&token={token}".encode(), b"X-Forwarded-For: 203.0.113.77\r\n") for _ in range(8)]
    assert [a.status for a in got][5:] == [429] * 3 and int(got[-1]["Retry-After"]) > 0
    # An IPv6 network of 64 bits is one client.
    got = [target.server.post("/subscribe", f"email={UNKNOWN}&token={token}".encode(), b"X-Forwarded-For: 2001:db8::%x\r\n" % n) for n in range(7)]
    assert [a.status for a in got][5:] == [429] * 2
    assert {a["Cache-Control"] for a in got} == {"no-store"}
    assert target.public_only or before["subscriber"] == target.state()["subscriber"]


# -- oneclick (W2, W19) ----------------------------------------------------------------------------

def test_oneclick(target):
    """Last of what is tried on people, as it does something: 50 at once are one, and only one."""
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: target.server.post(f"/u/{target.token}"), range(20)))
    assert {a.status for a in answers} == {200}, [a.status for a in answers]
    assert {(a["Location"], a["Set-Cookie"]) for a in answers} == {(None, None)}
    if target.public_only:
        target.pair.sender.json("spool", "take", "--from", target.pair.spool)
    left = {p for p, s in target.pair.states().items() if s == "unsubscribed"}
    assert left == {PEOPLE[0]}
    target.pair.sender.ok("subscriber", "add", PEOPLE[0], "--resubscribe")


# -- fuzz, load, process (W18) ---------------------------------------------------------------------

def test_fuzz(target, unchanged):
    chance = random.Random(20260214)
    seeds = [GOOD, smuggled("x" * 111), request(b"POST", "/subscribe", FORM, b"Transfer-Encoding: chunked\r\n", body=b"7\r\nemail=x\r\n0\r\n\r\n"),
             request(b"GET", "/feed.xml", b"If-None-Match: \"x\", W/\"y\"\r\nAccept-Encoding: gzip;q=0.5, br\r\nX-Forwarded-For: 1.2.3.4, ::1\r\n")]
    for _ in range(300):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(data)) if data else 0
            if chance.random() < 0.4 and data:
                data[at] = chance.randrange(256)
            elif chance.random() < 0.5:
                del data[at:at + chance.randint(1, 12)]
            else:
                data[at:at] = chance.choice([os.urandom(3), b"\r\n", b"\0", b"%00", b": ", b"0\r\n\r\n", b"HTTP/1.1", b"," * 50])
        assert all(s < 500 for s in statuses(unchanged, bytes(data) or b"\n", wait=12)), bytes(data)


def test_load(target, unchanged):
    descriptors = unchanged.descriptors()
    wires = [unchanged.wire() for _ in range(200)]
    for wire, path in zip(wires, itertools.cycle(target.pages())):
        wire.send(request(b"GET", path, b"Connection: close\r\n"))
    assert all(int(re.match(rb"HTTP/1\.1 (\d{3})", wire.rest())[1]) in (200, 404) for wire in wires)
    for wire in wires:
        wire.close()
    wait_for(lambda: unchanged.descriptors() <= descriptors)


def test_thousands_of_idle_connections_hold_up_nobody(target, unchanged):
    """As many as one process of a test may open; whoever is idle for longest makes room."""
    import resource
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 5000), hard))
    try:
        idle = []
        while len(idle) < min(min(hard, 5000) - 200, 4200):
            idle += [unchanged.wire() for _ in range(200)]
            # They are taken in their order: an answer says that all before it are in.
            begin = time.monotonic()
            assert unchanged.get("/healthz").status == 200
        assert time.monotonic() - begin < 5
        for wire in idle:
            wire.close()
        wait_for(lambda: unchanged.descriptors() < 100)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# -- slow (W20 to W22) -----------------------------------------------------------------------------

def test_limits_are_settings(tmp_path):
    """web.limits: short ones, so that the test is; the usual ones are tried in test_serve.py."""
    pair = Pair(tmp_path)
    settings = pair.sender.path / "morningpost.yaml"
    settings.write_text(settings.read_text() + "\nweb:\n  trusted_proxies: [192.0.2.1]\n  limits: {request: 1s, idle: 2s, answer: 1s, each: 3, connections: 500}\n")
    server = Server(pair.sender)
    begin = time.monotonic()
    dripping, silent, idle = server.wire().send(b"GET /"), server.wire(), server.wire().send(GOOD)
    assert idle.answer().status == 200
    fourth = server.wire(timeout=5)
    assert fourth.rest() == b"", "each: 3"
    assert b" 408 " in dripping.rest() and 0.9 < time.monotonic() - begin < 3.5
    assert silent.rest() == b"" and time.monotonic() - begin < 3.5
    assert idle.rest() == b"" and 1.9 < time.monotonic() - begin < 5
    assert server.get("/healthz").status == 200
    server.stop()
