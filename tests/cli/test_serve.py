"""The public pages: what a reader, a mail program and an attacker meet (RELIABILITY W, K; EMAIL "Unsubscribe endpoint")."""
import base64
import concurrent.futures
import hashlib
import os
import re
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import threading
import time

import pytest

from conftest import PROGRAM, Publication, run
from web import FORM, HOST, ONE_CLICK, Server, submit, tokens, wait_for

PEOPLE = ["ada@example.org", "bob@example.com", "eve@example.net"]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A publication that has sent its sample issue to three people, on the air."""
    path = tmp_path_factory.mktemp("serve") / "post"
    assert run("init", path).code == 0
    publication = Publication(path)
    for person in PEOPLE:
        publication.ok("subscriber", "add", person)
    publication.ok("send", "--no-wait", "--force")
    publication.tokens = tokens(publication)
    assert sorted(publication.tokens) == PEOPLE
    server = Server(publication)
    yield server
    logged = server.stop()
    for secret in [*PEOPLE, *publication.tokens.values(), "?", "127.0.0.1 "]:
        assert secret not in logged, f"the log tells {secret}"


@pytest.fixture
def server(served):
    """Everybody is on the list when a test begins."""
    everybody(served, "active")
    return served


@pytest.fixture
def token(server):
    return server.publication.tokens[PEOPLE[0]]


def query(server, sql, *values):
    with sqlite3.connect(server.publication.database, timeout=30) as db:
        return db.execute(sql, values).fetchall()


def everybody(server, state):
    query(server, "update subscriber set state = ?, epoch = 0", state)


def states(server):
    return dict(query(server, "select email, state from subscriber"))


def who_left(server):
    return sorted(person for person, state in states(server).items() if state != "active")


# -- reading changes nothing ----------------------------------------------------------------------

@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"OPTIONS", b"PUT", b"DELETE", b"TRACE", b"PATCH", b"post"])
@pytest.mark.parametrize("fields", [
    b"", b"X-HTTP-Method-Override: POST\r\n", b"User-Agent: Mozilla/5.0\r\nPurpose: prefetch\r\n",
    FORM + b"Content-Length: 26\r\n\r\nList-Unsubscribe=One-Click"])
def test_only_post_changes_anything(server, token, method, fields):
    for path in (f"/u/{token}", f"/u/{token}?List-Unsubscribe=One-Click&_method=POST", f"/p/{token}"):
        end = b"" if b"\r\n\r\n" in fields else b"\r\n"
        answer = server.send(method + b" " + path.encode() + b" HTTP/1.1\r\n" + HOST + fields + end, method == b"HEAD")
        assert answer.status == (200 if method in (b"GET", b"HEAD") else 405)
    assert who_left(server) == []


def test_get_asks_with_a_form_that_works_without_script(server, token):
    page = server.get(f"/u/{token}")
    assert page.status == 200 and page["Content-Type"] == "text/html; charset=utf-8"
    assert "a***@e***.org" in page.text and "ada@" not in page.text and "Unsubscribe?" in page.text
    assert page.text.count("<form ") == 1 and "<script" not in page.text
    assert submit(server, page).status == 200
    assert who_left(server) == [PEOPLE[0]]
    assert query(server, "select state_why from subscriber where email = ?", PEOPLE[0]) == [("page",)]


def test_head_is_get_without_its_body(server, token):
    for path in (f"/u/{token}", "/u/x", "/healthz", "/nothing"):
        get, head = server.get(path), server.get(path, method=b"HEAD")
        drop = ("Date",)
        assert head.status == get.status
        assert [f for f in head.fields if f[0] not in drop] == [f for f in get.fields if f[0] not in drop]


# -- one click ------------------------------------------------------------------------------------

MULTIPART = (b'--=_x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--=_x--\r\n')


@pytest.mark.parametrize("type_field,body", [
    (FORM, ONE_CLICK),
    (b"Content-Type: APPLICATION/x-www-form-urlencoded; charset=utf-8\r\n", ONE_CLICK),
    (FORM, b"List%2DUnsubscribe=One%2dClick"),
    (FORM, ONE_CLICK + b"\r\n"),
    (FORM, ONE_CLICK + b"\n"),
    (FORM, ONE_CLICK + b"&"),
    (FORM, b"utm_source=mail&flag&" + ONE_CLICK + b"&submit=Unsubscribe\r\n"),
    (b'Content-Type: multipart/form-data; boundary="=_x"\r\n', MULTIPART),
    (b"Content-Type: multipart/form-data;charset=UTF-8;boundary==_x\r\n", MULTIPART),
    (b"Content-Type: multipart/form-data; boundary==_x\r\n", b"\r\n" + MULTIPART + b"\r\n"),
    (b"Content-Type: multipart/form-data; boundary==_x\r\n", MULTIPART.replace(b"\r\n", b"\n")),
])
def test_one_click_unsubscribes_at_once_and_only_one(server, token, type_field, body):
    for _ in range(2):  # any number of times
        answer = server.post(f"/u/{token}", body, type_field=type_field)
        assert answer.status == 200 and answer["Location"] is None and answer["Set-Cookie"] is None
        assert who_left(server) == [PEOPLE[0]]
    assert query(server, "select state_why from subscriber where email = ?", PEOPLE[0]) == [("one-click",)]


@pytest.mark.parametrize("chunks", [
    [ONE_CLICK], [bytes([c]) for c in ONE_CLICK], [ONE_CLICK[:5], ONE_CLICK[5:]]])
def test_one_click_may_come_in_chunks(server, token, chunks):
    coded = b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in chunks) + b"0\r\n\r\n"
    answer = server.send(b"POST /u/" + token.encode() + b" HTTP/1.1\r\n" + HOST + FORM +
                         b"Transfer-Encoding: chunked\r\n\r\n" + coded)
    assert answer.status == 200 and who_left(server) == [PEOPLE[0]]


def test_a_body_may_wait_for_100_continue(server, token):
    wire = server.wire().send(b"POST /u/" + token.encode() + b" HTTP/1.1\r\n" + HOST + FORM +
                              b"Expect: 100-continue\r\nContent-Length: 26\r\n\r\n")
    while b"\r\n\r\n" not in wire.ahead:
        wire.more()
    assert wire.ahead == b"HTTP/1.1 100 Continue\r\n\r\n" and who_left(server) == []
    wire.ahead = b""
    assert wire.send(ONE_CLICK).answer().status == 200 and who_left(server) == [PEOPLE[0]]


def test_fifty_at_once_are_one(server, token):
    before = query(server, "select count(*) from event where kind = 'unsubscribed'")[0][0]
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: server.post(f"/u/{token}"), range(50)))
    assert {a.status for a in answers} == {200} and who_left(server) == [PEOPLE[0]]
    assert query(server, "select count(*) from event where kind = 'unsubscribed'")[0][0] == before + 1


@pytest.mark.parametrize("type_field,body,status", [
    (FORM, b"", 400),
    (FORM, b"List-Unsubscribe", 400),
    (FORM, b"List-Unsubscribe=", 400),
    (FORM, b"List-Unsubscribe=Two-Click", 400),
    (FORM, b"list-unsubscribe=one-click", 400),
    (FORM, b"List-Unsubscribe=One-Click&List-Unsubscribe=One-Click", 400),
    (FORM, b"List-Unsubscribe=One-Click%00", 400),
    (FORM, b"List-Unsubscribe=One-Click\0", 400),
    (FORM, b"List-Unsubscribe=One-Click%", 400),
    (FORM, b"List-Unsubscribe=One%252DClick", 400),
    (FORM, b"return=yes", 400),
    (FORM, MULTIPART, 400),
    (b"", ONE_CLICK, 415),
    (b"Content-Type: text/plain\r\n", ONE_CLICK, 415),
    (b"Content-Type: application/json\r\n", b'{"List-Unsubscribe":"One-Click"}', 415),
    (b"Content-Type: multipart/form-data\r\n", MULTIPART, 400),
    (b"Content-Type: multipart/form-data; boundary=y\r\n", MULTIPART, 400),
    (b"Content-Type: multipart/form-data; boundary==_x\r\n", MULTIPART[:-9], 400),
    (FORM + FORM, ONE_CLICK, 400),
])
def test_a_body_that_does_not_say_so_changes_nothing(server, token, type_field, body, status):
    assert server.post(f"/u/{token}", body, type_field=type_field).status == status
    assert who_left(server) == []


# -- coming back ----------------------------------------------------------------------------------

def test_leaving_can_be_undone_from_the_page_after_it(server, token):
    left = server.post(f"/u/{token}")
    assert "unsubscribed" in left.text
    back = submit(server, left)
    assert back.status == 200 and who_left(server) == []
    assert submit(server, server.post(f"/u/{token}")).status == 200 and who_left(server) == []


def test_coming_back_asks_first_too(server, token):
    server.post(f"/u/{token}")
    asked = server.get(f"/r/{token}")
    assert asked.status == 200 and who_left(server) == [PEOPLE[0]]
    for body in (b"", ONE_CLICK, b"return=no"):
        assert server.post(f"/r/{token}", body).status == 400 and who_left(server) == [PEOPLE[0]]
    assert submit(server, asked).status == 200 and who_left(server) == []
    assert server.post(f"/r/{token}", b"return=yes").status == 200 and who_left(server) == []


@pytest.mark.parametrize("state,leaving,returning,then", [
    ("pending", 200, 200, "pending"), ("bounced", 200, 409, "unsubscribed"), ("complained", 200, 409, "complained")])
def test_a_link_does_not_bring_back_who_bounced_or_complained(server, token, state, leaving, returning, then):
    query(server, "update subscriber set state = ? where email = ?", state, PEOPLE[0])
    assert server.get(f"/u/{token}").status == server.get(f"/r/{token}").status == 200
    assert server.post(f"/u/{token}").status == leaving
    assert server.post(f"/r/{token}", b"return=yes").status == returning
    assert states(server)[PEOPLE[0]] == then


# -- tokens ---------------------------------------------------------------------------------------

def altered(token):
    """Tokens that are not the token."""
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    def encode(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    for at in range(len(raw)):  # each octet: version, kind, key, subscriber, epoch, expiry, signature
        yield encode(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1:])
    for at in range(0, len(token), 7):
        yield token[:at] + alphabet[(alphabet.index(token[at]) + 32) % 64] + token[at + 1:]
    for cut in (0, 1, 2, 50, len(token) - 1):
        yield token[:cut]
    yield from (token + more for more in ("A", "=", "==", "/", ".", "%", "%00", "%0", "%0a", "%20", ";x", "&", "+", token))
    yield from (before + token for before in ("A", "/", "./", "../u/", "%2e/", " "))
    yield from (token.swapcase(), token[::-1], encode(raw + b"\0"), encode(b"\0" + raw), encode(b"\0" * len(raw)))
    yield from (f"%{ord(token[0]):02x}" + token[1:], f"%25{ord(token[0]):02x}" + token[1:])
    # The last character has four bits that mean nothing: only one way of writing them is ours.
    yield from (token[:-1] + c for c in alphabet if c != token[-1])


def test_an_altered_token_is_nobodys(server, token):
    tried = set(altered(token))
    assert len(tried) > 180
    for other in tried:
        for answer in (server.get(f"/u/{other}"), server.post(f"/u/{other}")):
            assert answer.status in (400, 404), other
    assert who_left(server) == []


def test_every_bad_token_has_the_same_answer(server, token):
    others = [t for t in altered(token) if re.fullmatch(r"[\w-]+", t)]
    answers = {(a.status, a.text) for t in others for a in (server.get(f"/u/{t}"), server.post(f"/u/{t}"), server.get(f"/r/{t}"))}
    assert len(answers) == 1
    # A good one whose owner was erased, and one that was revoked, are no better.
    query(server, "update subscriber set epoch = 1 where email = ?", PEOPLE[0])
    revoked = server.post(f"/u/{token}")
    query(server, "update subscriber set epoch = 0, id = id + 1000 where email = ?", PEOPLE[0])
    erased = server.post(f"/u/{token}")
    query(server, "update subscriber set id = id - 1000 where email = ?", PEOPLE[0])
    assert answers == {(revoked.status, revoked.text)} == {(erased.status, erased.text)} and revoked.status == 404
    assert who_left(server) == [] and "a***" not in revoked.text


def test_a_token_of_another_publication_is_nobodys(server, tmp_path):
    other = Publication(tmp_path / "other")
    assert run("init", other.path).code == 0
    other.ok("subscriber", "add", PEOPLE[0])
    other.ok("send", "--no-wait", "--force")
    assert server.post(f"/u/{tokens(other)[PEOPLE[0]]}").status == 404 and who_left(server) == []


def test_a_test_copys_link_says_so_and_changes_nothing(server):
    copy = server.publication.ok("compose", "--to", PEOPLE[0]).out
    link = re.search(r"/u/([\w-]{111})>", copy.replace("\n", ""))[1]
    for path in (f"/u/{link}", f"/r/{link}", f"/p/{link}"):
        assert server.get(path).status == 200 and "test copy" in server.get(path).text
    assert "test copy" in server.post(f"/u/{link}").text
    assert who_left(server) == []


def test_a_new_key_is_known_and_a_retired_one_is_not_without_a_restart(tmp_path):
    publication = Publication(tmp_path / "post")
    assert run("init", publication.path).code == 0
    publication.ok("subscriber", "add", PEOPLE[0])
    publication.ok("send", "--no-wait", "--force")
    old = tokens(publication)[PEOPLE[0]]
    server = Server(publication)
    assert server.get(f"/u/{old}").status == 200
    publication.ok("keys", "rotate")
    publication.ok("subscriber", "add", PEOPLE[1])
    issue = next((publication.path / "issues").iterdir())
    shutil.copy(issue, issue.with_name("2031-01-01.md"))
    publication.ok("send", "--date", "2031-01-01", "--no-wait", "--force")
    new = tokens(publication)[PEOPLE[1]]
    assert server.get(f"/u/{new}").status == server.get(f"/u/{old}").status == 200
    publication.ok("keys", "retire", "1", "--force")
    assert server.get(f"/u/{new}").status == 200 and server.get(f"/u/{old}").status == 404
    server.stop()


def test_time_does_not_tell_whether_somebody_exists(server, token):
    forged = token[:-20] + "A" * 20

    def median(path):
        times = []
        for _ in range(60):
            begin = time.perf_counter()
            server.get(path)
            times.append(time.perf_counter() - begin)
        return statistics.median(times)

    query(server, "update subscriber set id = id + 1000 where email = ?", PEOPLE[0])
    erased = median(f"/u/{token}")
    query(server, "update subscriber set id = id - 1000, epoch = 1 where email = ?", PEOPLE[0])
    revoked = median(f"/u/{token}")
    assert max(erased, revoked, median(f"/u/{forged}")) - min(erased, revoked, median(f"/u/{forged}")) < 0.005


# -- header fields --------------------------------------------------------------------------------

POLICY = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}


def test_every_answer_has_the_policy_and_tells_nothing_else(server, token):
    answers = [server.get(f"/u/{token}"), server.post(f"/u/{token}"), server.get("/u/x"), server.get("/nothing"), server.get("/healthz"),
               server.get(f"/u/{token}", method=b"DELETE"), server.send(b"nonsense\r\n"), server.post(f"/u/{token}", b""),
               server.send(b"GET /" + b"a" * 10000 + b" HTTP/1.1\r\n")]
    assert [a.status for a in answers] == [200, 200, 404, 404, 200, 405, 400, 400, 414]
    for answer in answers:
        assert {name: answer[name] for name in POLICY} == POLICY
        csp = answer["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"} <= set(csp)
        for absent in ("Server", "Set-Cookie", "Access-Control-Allow-Origin", "Location", "X-Powered-By"):
            assert answer[absent] is None
        style = re.search(r"<style>(.*?)</style>", answer.text, re.S)
        if style:
            digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
            assert f"style-src 'sha256-{digest}'" in csp
        assert "style=" not in answer.text and "http" not in answer.text.replace(b"HTTP".decode(), "")


def test_nothing_of_the_request_is_reflected(server, token):
    mark = b"evil.example"
    for path in (f"/u/{token}", "/u/x", f"/{mark.decode()}?{mark.decode()}", f"/u/{token}?{mark.decode()}"):
        wire = server.wire().send(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: " + mark + b"\r\nX-Forwarded-Host: " + mark +
                                  b"\r\nX-Forwarded-For: " + mark + b"\r\nX-Forwarded-Proto: " + mark + b"\r\nForwarded: host=" + mark +
                                  b"\r\nReferer: http://" + mark + b"/\r\nUser-Agent: " + mark + b"\r\nConnection: close\r\n\r\n")
        assert mark not in wire.rest()


def test_methods_that_do_not_work_are_told_with_those_that_do(server, token):
    assert server.get("/healthz", method=b"DELETE")["Allow"] == "GET, HEAD"
    assert server.post("/healthz")["Allow"] == "GET, HEAD"
    assert server.get("/nothing", method=b"PUT")["Allow"] == "GET, HEAD, POST"


# -- what is no request ---------------------------------------------------------------------------

CHUNKED = b"Transfer-Encoding: chunked\r\n"
TAIL = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"


@pytest.mark.parametrize("request_bytes", [
    b"GET /healthz HTTP/1.1\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\n" + HOST + b"X : y\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: y\r\n folded\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: a\rb\r\n\r\n",
    b"GET /healthz HTTP/1.1\n" + HOST + b"\n",
    b"GET /healthz HTTP/1.1\r\n" + HOST + b"\n",
    b"GET /healthz HTTP/9.9\r\n" + HOST + b"\r\n",
    b"GET /healthz\r\n" + HOST + b"\r\n",
    b"GET  /healthz HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET healthz HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /health\0z HTTP/1.1\r\n" + HOST + b"\r\n",
    b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
])
def test_what_is_malformed_is_refused_and_ends_the_connection(server, request_bytes):
    wire = server.wire().send(request_bytes + TAIL)
    assert wire.answer().status == 400
    assert wire.rest() == b""


@pytest.mark.parametrize("fields,body", [
    (b"Content-Length: 0\r\nContent-Length: %d\r\n", b""),
    (b"Content-Length: %d\r\nContent-Length: 0\r\n", b""),
    (b"Content-Length: 0, %d\r\n", b""),
    (b"Content-Length: +%d\r\n", b""),
    (b"Content-Length: %d \x0b\r\n", b""),
    (b"Content-Length: \r\n 0\r\n", b""),
    (b"Content-Length: 0\r\n" + CHUNKED, b"0\r\n\r\n"),
    (CHUNKED + b"Content-Length: 5\r\n", b"0\r\n\r\n"),
    (b"Content-Length: 0\r\nTransfer-Encoding : chunked\r\n", b"0\r\n\r\n"),
    (b"Content-Length: 0\r\nTransfer-Encoding:\r\n chunked\r\n", b"0\r\n\r\n"),
    (b"Content-Length: 0\r\nTransfer-Encoding: chunked\0\r\n", b"0\r\n\r\n"),
    (b"Content-Length: 0\r\nTransfer-Encoding:\x0bchunked\r\n", b"0\r\n\r\n"),
    (b"Content-Length: 0\r\nTransfer\0-Encoding: chunked\r\n", b"0\r\n\r\n"),
    (b"Content-Length: 0\r\n Transfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    (b"Content-Length: 0\r\nX: y\rTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    (b"Content-Length: 0\r\nX: y\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    (b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n"),
    (b"Transfer-Encoding: chunked, identity\r\n", b"0\r\n\r\n"),
    (b"Transfer-Encoding: identity\r\n", b""),
    (CHUNKED + CHUNKED, b"0\r\n\r\n"),
    (CHUNKED, b"0x0\r\n\r\n"),
    (CHUNKED, b"-0\r\n\r\n"),
    (CHUNKED, b" 0\r\n\r\n"),
    (CHUNKED, b"0 \r\n\r\n"),
    (CHUNKED, b"0\n\n"),
    (CHUNKED, b"1\r\nab\r\n0\r\n\r\n"),
    (CHUNKED, b"1\r\na0\r\n\r\n"),
    (CHUNKED, b"\r\n0\r\n\r\n"),
    (CHUNKED, b"1;" + b"x" * 200000 + b"\r\na\r\n0\r\n\r\n"),
    (CHUNKED, b"10000000000000000\r\na\r\n0\r\n\r\n"),
    (CHUNKED, b"fffffffffffffffe\r\na\r\n0\r\n\r\n"),
])
def test_no_body_has_two_ends(server, token, fields, body):
    """Whatever follows an ambiguous request is not served as another one, and the request itself does nothing."""
    fields = fields.replace(b"%d", b"%d" % len(TAIL))
    wire = server.wire().send(b"POST /u/" + token.encode() + b" HTTP/1.1\r\n" + HOST + FORM + fields + b"\r\n" + body + TAIL)
    assert wire.answer().status in (400, 413)
    assert wire.rest() == b""
    assert who_left(server) == []


@pytest.mark.parametrize("path", [
    "/../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/u/../../var/morningpost.db", "//etc/passwd",
    "/var/morningpost.db", "/var/keys/mac", "/morningpost.yaml", "/.git/config", "/templates/page.css", "/u", "/u/", "/r", "/healthz/",
    "/HEALTHZ", "/healthz%20", "/%68ealthz", "/./healthz", "/u//", "/admin", "/favicon.ico", "/issues", "/issues/", "/qr/", "/issues/../u"])
def test_nothing_else_is_served(server, path):
    answer = server.get(path)
    assert answer.status == 404 and "root:" not in answer.text


@pytest.mark.parametrize("path", [
    "/u/%00", "/%", "/%4", "/%zz", "/u/x%00", "/?%00", "/\\..\\..", "/<script>", "/a|b", "/\x7f"])
def test_a_broken_address_is_refused(server, path):
    assert server.get(path).status == 400


def test_absolute_form_is_its_path(server, token):
    for origin in ("http://post.example.org", "HTTPS://elsewhere.example:444"):
        assert server.get(f"{origin}/u/{token}").status == 200
    assert server.get("ftp://post.example.org/").status == 400
    assert server.get("http://a@b/").status == 400


# -- too much -------------------------------------------------------------------------------------

@pytest.mark.parametrize("request_bytes,status", [
    (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n", 414),
    (b"G" * 9000, 414),
    (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 17000, 431),
    (b"GET / HTTP/1.1\r\n" + HOST + b"X: y\r\n" * 101, 431),
    (b"GET / HTTP/1.1\r\n" + HOST + (b"X: " + b"a" * 500 + b"\r\n") * 40, 431),
    (b"POST /u/x HTTP/1.1\r\n" + HOST + FORM + b"Content-Length: 8193\r\n\r\n", 413),
    (b"POST /u/x HTTP/1.1\r\n" + HOST + FORM + b"Content-Length: 99999999999999999999999999\r\n\r\n", 413),
    (b"POST /u/x HTTP/1.1\r\n" + HOST + FORM + CHUNKED + b"\r\n" + (b"400\r\n" + b"a" * 1024 + b"\r\n") * 9, 413),
], ids=["target", "start-line", "field", "lines", "fields", "length", "huge-length", "chunks"])
def test_what_is_too_much_is_refused_before_its_end(server, request_bytes, status):
    """None of these is complete: the refusal may not wait for the rest."""
    wire = server.wire().send(request_bytes)
    assert wire.answer().status == status
    assert wire.rest() == b""


def test_a_gigabyte_is_not_swallowed(server):
    wire = server.wire()
    wire.send(b"POST /u/x HTTP/1.1\r\n" + HOST + FORM + b"Content-Length: 1000000000\r\n\r\n")
    sent = 0
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        while sent < 200_000_000:
            wire.send(b"a" * 65536)
            sent += 65536
    assert server.get("/healthz").status == 200


# -- many requests, many connections --------------------------------------------------------------

def test_keep_alive_and_pipelining_keep_their_order(server, token):
    post = b"POST /u/%s HTTP/1.1\r\n%s%sContent-Length: 26\r\n\r\n%s" % (token.encode(), HOST, FORM, ONE_CLICK)
    wire = server.wire()
    for _ in range(3):
        wire.send(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n" + post + b"GET /u/x HTTP/1.1\r\n" + HOST + b"\r\n\r\n" + TAIL)
        assert [wire.answer().status for _ in range(4)] == [200, 200, 404, 200]
    wire.send(TAIL.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + TAIL)
    last = wire.answer()
    assert last.status == 200 and last["Connection"] == "close" and wire.rest() == b""


def test_a_request_may_come_a_byte_at_a_time(server, token):
    wire = server.wire()
    wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in (b"POST /u/%s HTTP/1.1\r\n%s%sContent-Length: 26\r\n\r\n%s" % (token.encode(), HOST, FORM, ONE_CLICK)):
        wire.send(bytes([byte]))
    assert wire.answer().status == 200 and who_left(server) == [PEOPLE[0]]


def test_http_1_0_is_answered_and_closed(server):
    wire = server.wire().send(b"GET /healthz HTTP/1.0\r\n\r\n")
    answer = wire.answer()
    assert answer.status == 200 and answer["Connection"] == "close" and wire.rest() == b""


def test_who_closes_its_half_is_answered(server, token):
    wire = server.wire().send(b"GET /u/" + token.encode() + b" HTTP/1.1\r\n" + HOST + b"\r\n")
    wire.socket.shutdown(socket.SHUT_WR)
    assert wire.answer().status == 200


def test_two_hundred_at_once_are_served_and_leave_nothing_behind(server, token):
    before = server.descriptors()
    wires = [server.wire() for _ in range(200)]
    for wire in wires:
        wire.send(b"GET /u/" + token.encode() + b" HTTP/1.1\r\n" + HOST + b"\r\n")
    assert {wire.answer().status for wire in wires} == {200}
    for wire in wires:
        wire.close()
    wait_for(lambda: server.descriptors() <= before)


def test_noise_never_makes_it_fail(server, token):
    """Seeded mutations of good requests: 4xx or 2xx, never 5xx, and it lives."""
    import random
    chance = random.Random(2026)
    seeds = [TAIL, b"POST /u/%s HTTP/1.1\r\n%s%s%s\r\n1a\r\n%s\r\n0\r\n\r\n" % (b"x" * 111, HOST, FORM, CHUNKED, ONE_CLICK)]
    for _ in range(300):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data))
            kind = chance.randrange(3)
            if kind == 0:
                data[at] = chance.randrange(256)
            elif kind == 1:
                del data[at:at + chance.randint(1, 9)]
            else:
                data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 9)))
            data = data or bytearray(b"\n")
        wire = server.wire().send(bytes(data))
        wire.socket.shutdown(socket.SHUT_WR)
        for status in re.findall(rb"(?m)^HTTP/1\.1 (\d)", wire.rest()):
            assert status in b"124"
        wire.close()
    assert server.get("/healthz").status == 200 and who_left(server) == []


# -- slow and greedy clients ----------------------------------------------------------------------

def drip(server, parts, ended):
    """Send a byte each 0.5 s until it is cut off; note when that was."""
    begin = time.monotonic()
    wire = server.wire()
    try:
        while time.monotonic() - begin < 40:
            wire.send(next(parts))
            wire.socket.settimeout(0.5)
            try:
                if wire.socket.recv(65536) == b"":
                    break
            except socket.timeout:
                pass
    except OSError:
        pass
    ended.append(time.monotonic() - begin)


def byte_by_byte(text):
    for byte in text:
        yield bytes([byte])
    while True:
        yield b"a"


def test_slow_clients_are_cut_off_and_hold_up_nobody(server, token):
    """Everything has an absolute end: dripped heads and bodies, silence, answers that nobody reads."""
    slow = [b"GET /", b"GET / HTTP/1.1\r\nX: ",
            b"POST /u/x HTTP/1.1\r\n" + HOST + FORM + b"Content-Length: 8000\r\n\r\n",
            b"POST /u/x HTTP/1.1\r\n" + HOST + FORM + CHUNKED + b"\r\n1f40\r\n"]
    ended = []
    threads = [threading.Thread(target=drip, args=(server, iter([text] + [b"a"] * 100), ended)) for text in slow for _ in range(15)]
    threads += [threading.Thread(target=drip, args=(server, byte_by_byte(TAIL[:10]), ended))]
    for thread in threads:
        thread.start()
    silent, idle, greedy = server.wire(), server.wire().send(TAIL), server.wire()
    assert idle.answer().status == 200
    greedy.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    greedy.socket.setblocking(False)
    # Ask for ever, read nothing: it ends with a reset.
    begin, pages = time.monotonic(), b"GET /u/x HTTP/1.1\r\n" + HOST + b"\r\n"
    greedy_ended = None
    while time.monotonic() - begin < 30:
        try:
            greedy.socket.send(pages * 50)
        except BlockingIOError:
            pass
        except OSError:
            greedy_ended = time.monotonic() - begin
            break
        asked = time.monotonic()
        assert server.get(f"/u/{token}").status == 200
        assert time.monotonic() - asked < 2
        time.sleep(0.2)
    for thread in threads:
        thread.join()
    assert greedy_ended and greedy_ended < 20
    assert max(ended) < 15, "the end of a request is absolute"
    begin = time.monotonic()
    assert silent.rest() == b"" and idle.rest() == b"" and time.monotonic() - begin < 20


def test_a_client_that_is_no_proxy_has_so_many_connections(tmp_path):
    publication = Publication(tmp_path / "post")
    assert run("init", publication.path).code == 0
    settings = publication.path / "morningpost.yaml"
    settings.write_text(settings.read_text() + "\nweb:\n  trusted_proxies: [192.0.2.1]\n")
    server = Server(publication)
    wires = [server.wire().send(b"G") for _ in range(70)]
    time.sleep(0.2)
    refused = 0
    for wire in wires:
        wire.socket.settimeout(0.1)
        try:
            refused += wire.socket.recv(1) == b""
        except ConnectionResetError:
            refused += 1
        except socket.timeout:
            pass
    assert refused == 6
    # Another address is served all the same.
    other = socket.create_connection(("127.0.0.1", server.port), 10, ("127.0.0.2", 0))
    other.sendall(TAIL)
    assert other.recv(12) == b"HTTP/1.1 200"
    other.close()
    for wire in wires:
        wire.close()
    server.stop()


# -- the database ---------------------------------------------------------------------------------

def test_a_locked_database_costs_nobody_their_leave(server, token):
    """Locked for 8 s: whoever asks meanwhile waits or is told to come again, readers are served, and 2xx means done."""
    lock = sqlite3.connect(server.publication.database, isolation_level=None)
    lock.execute("begin immediate")
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        posts = [pool.submit(server.post, f"/u/{t}") for t in server.publication.tokens.values()]
        while time.monotonic() - begin < 8:
            assert server.get(f"/u/{token}").status == 200 and server.get("/healthz").status == 200
            time.sleep(0.2)
        assert who_left(server) == []
        late = pool.submit(server.post, f"/u/{token}")
        time.sleep(0.5)
        lock.execute("rollback")
        lock.close()
        answers = [p.result() for p in posts]
        assert late.result().status == 200
    for answer in answers:
        assert answer.status == 503 and int(answer["Retry-After"]) > 0
    assert who_left(server) == [PEOPLE[0]]
    assert server.post(f"/u/{server.publication.tokens[PEOPLE[1]]}").status == 200
    assert who_left(server) == PEOPLE[:2]


def test_health_tells_the_truth(tmp_path):
    publication = Publication(tmp_path / "post")
    assert run("init", publication.path).code == 0
    server = Server(publication)
    assert server.get("/healthz").text == "ok\n"
    with sqlite3.connect(publication.database) as db:
        db.create_function("unpacked", 1, bytes)  # the views', which a change of the schema reads again
        db.execute("alter table subscriber rename to gone")
    sick = server.get("/healthz")
    assert sick.status == 503 and "database" in sick.text
    server.stop()


# -- starting and stopping ------------------------------------------------------------------------

def test_sigterm_finishes_what_is_in_hand(tmp_path):
    publication = Publication(tmp_path / "post")
    assert run("init", publication.path).code == 0
    server = Server(publication)
    begun, idle = server.wire().send(TAIL[:20]), server.wire()
    wait_for(lambda: server.get("/healthz").status == 200)
    server.process.send_signal(signal.SIGTERM)
    assert idle.rest() == b""
    answer = begun.send(TAIL[20:]).answer()
    assert answer.status == 200 and answer["Connection"] == "close"
    begun.close()
    assert server.process.wait(30) == 0
    assert "Sanitizer" not in server.logged()


def test_systemd_may_hold_the_socket_and_is_told(tmp_path):
    publication = Publication(tmp_path / "post")
    assert run("init", publication.path).code == 0
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(str(tmp_path / "notify"))
    told.settimeout(30)
    passed = socket.create_server(("127.0.0.1", 0))
    script = f'exec 3<&{passed.fileno()} {passed.fileno()}<&-; LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" -C "$1" serve'
    process = subprocess.Popen(["bash", "-c", script, PROGRAM, publication.path], pass_fds=[passed.fileno()], stderr=subprocess.PIPE,
                               env=os.environ | {"NOTIFY_SOCKET": str(tmp_path / "notify")})
    assert told.recv(64) == b"READY=1"
    with socket.create_connection(passed.getsockname(), 30) as client:
        client.sendall(TAIL)
        assert client.recv(12) == b"HTTP/1.1 200"
    process.terminate()
    assert told.recv(64) == b"STOPPING=1"
    logged = process.communicate(timeout=30)[1].decode()
    assert process.returncode == 0 and "Sanitizer" not in logged
    passed.close()


@pytest.mark.parametrize("args,code,words", [
    (["--listen", "8025"], 78, "HOST:PORT"),
    (["--listen", "nowhere.invalid:0"], 78, "no address"),
    (["--listen", "::1:80"], 78, "HOST:PORT"),
    (["--listen", "192.0.2.1:0"], 73, "cannot listen"),
    (["--listen"], 64, "needs a value"),
    (["--lisen", "x"], 64, "--lisen"),
    (["now"], 64, "now"),
])
def test_what_cannot_be_listened_on_is_said(publication, args, code, words):
    done = publication.run("serve", *args)
    assert done.code == code and words in done.err, done


def test_a_wrong_proxy_or_template_is_told_at_the_start(publication):
    page = publication.write("templates/page-leave.html", "{{> page-top}}\n{{nobody.knows}}\n")
    done = publication.run("serve", "--listen", "127.0.0.1:0")
    assert done.code == 65 and "page-leave.html:2" in done.err, done
    page.unlink()
    settings = publication.path / "morningpost.yaml"
    settings.write_text(settings.read_text() + "\nweb:\n  trusted_proxies: [proxy]\n")
    done = publication.run("serve", "--listen", "127.0.0.1:0")
    assert done.code == 78 and "'proxy'" in done.err, done


def test_the_pages_are_the_publications(tmp_path):
    """Its language, its address' path, its name escaped, its templates and colours in place of ours."""
    publication = Publication(tmp_path / "post")
    assert run("init", publication.path).code == 0
    settings = publication.path / "morningpost.yaml"
    text = settings.read_text().replace("The Morning Post\n", '"Tom & <Jerry>"\n', 1)
    text = text.replace("url: https://post.example.org", "url: https://post.example.org/daily\n  language: ar", 1)
    settings.write_text(text)
    publication.ok("subscriber", "add", PEOPLE[0])
    publication.ok("send", "--no-wait", "--force")
    token = tokens(publication)[PEOPLE[0]]
    (publication.path / "templates").mkdir(exist_ok=True)
    publication.write("templates/words-ar.yaml", 'leave_heading: "إلغاء الاشتراك؟"\n')
    publication.write("templates/page-missing.html", "{{> page-top}}<title>Nix</title>{{> page-masthead}}nix da{{> page-end}}")
    server = Server(publication)
    page = server.get(f"/daily/u/{token}")
    assert page.status == 200 and '<html lang="ar" dir="rtl">' in page.text and "إلغاء الاشتراك؟" in page.text
    assert "Tom &amp; &lt;Jerry&gt;" in page.text and "<Jerry" not in page.text
    assert f'action="/daily/u/{token}"' in page.text
    assert server.get(f"/u/{token}").text == page.text, "a proxy may strip the path"
    assert submit(server, page).status == 200 and publication.states()[PEOPLE[0]] == "unsubscribed"
    assert "nix da" in server.get("/nothing").text
    server.stop()
