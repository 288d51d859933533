"""/metrics and /healthz: what tells the machine's keeper how the paper is, and tells nobody else."""
import re
import sqlite3

import pytest

from conftest import Publication, run
from web import HOST, Server

LINE = re.compile(r'[a-z_]+(\{[a-z]+="[a-z0-9_]+"\})? -?\d+')


@pytest.fixture
def server(publication):
    for person in ("ada@example.org", "bob@example.com", "eve@example.net"):
        publication.ok("subscriber", "add", person)
    publication.ok("subscriber", "remove", "eve@example.net")
    it = Server(publication)
    yield it
    it.stop()


def metrics(server, *fields):
    answer = server.get("/metrics", *fields)
    assert answer.status == 200 and answer["Content-Type"].startswith("text/plain; version=0.0.4")
    helped, values = set(), {}
    for line in answer.text.splitlines():
        if line.startswith("# HELP "):
            assert line.split()[2] not in helped, "a family in two places"
            helped.add(line.split()[2])
        elif not line.startswith("# TYPE "):
            assert LINE.fullmatch(line) and line.split("{")[0].split(" ")[0] in helped, line
            name, value = line.rsplit(" ", 1)
            assert name not in values
            values[name] = int(value)
    return values


def test_numbers_tell_the_list_the_issue_and_the_answers(server):
    first = metrics(server)
    assert first['morningpost_subscribers{state="active"}'] == 2 and first['morningpost_subscribers{state="unsubscribed"}'] == 1
    assert "morningpost_issue_age_seconds" not in first and not any("deliveries" in k for k in first)
    server.publication.ok("send", "--no-wait", "--force")
    server.get("/u/x")
    then = metrics(server)
    assert then['morningpost_deliveries{state="sent"}'] == 2
    assert 0 <= then["morningpost_issue_age_seconds"] < 300 and 0 <= then["morningpost_issue_begun_seconds"] < 300
    assert then['morningpost_http_answers_total{status="4xx"}'] == 1
    assert then['morningpost_http_answers_total{status="2xx"}'] == 1
    with sqlite3.connect(server.publication.database) as db:
        db.execute("update issue set finished_at = finished_at - 25 * 3600 * 1000000")
    assert metrics(server)["morningpost_issue_age_seconds"] >= 25 * 3600


@pytest.mark.parametrize("fields,status", [
    (b"", 200),
    (b"X-Forwarded-For: 127.0.0.1\r\n", 200),
    (b"X-Forwarded-For: 203.0.113.9\r\n", 404),
    (b"X-Forwarded-For: 127.0.0.1, 203.0.113.9\r\n", 404),
    (b"X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 127.0.0.1\r\n", 404),
    (b"X-Forwarded-For: 2001:db8::1\r\n", 404),
])
def test_only_this_machine_and_its_proxy_are_told(server, fields, status):
    answer = server.get("/metrics", fields)
    assert answer.status == status and ("morningpost_" in answer.text) == (status == 200)
    assert answer["X-Robots-Tag"] == "noindex" and answer["Cache-Control"] == "no-store"
    assert server.get("/metrics", fields, method=b"HEAD").status == status


def test_an_untrusted_peer_speaks_for_itself_alone(tmp_path):
    """What somebody on this machine says of others is not believed: those others may be anybody, as behind a proxy that comes by ::1."""
    publication = Publication(tmp_path / "post")
    assert run("init", publication.path).code == 0
    settings = publication.path / "morningpost.yaml"
    settings.write_text(settings.read_text() + "\nweb:\n  trusted_proxies: [192.0.2.1]\n")
    server = Server(publication)
    for said in (b"203.0.113.9", b"127.0.0.1", b""):
        assert server.get("/metrics", b"X-Forwarded-For: " + said + b"\r\n").status == 404
    assert server.get("/metrics").status == 200
    assert server.get("/healthz").text == "ok\n"
    server.stop()


def test_health_tells_what_is_gone(server):
    assert server.get("/healthz").status == 200
    moved = server.publication.database.rename(server.publication.database.with_name("elsewhere"))
    sick = server.get("/healthz")
    assert sick.status == 503 and "gone" in sick.text
    moved.rename(server.publication.database)
    assert server.get("/healthz").text == "ok\n"


def test_a_public_only_host_tells_of_its_spool(tmp_path):
    from test_public_only import PEOPLE, Pair
    pair = Pair(tmp_path)
    server = Server(pair.public, "--public-only")
    assert "morningpost_spool_age_seconds" not in metrics(server)
    server.post(f"/u/{pair.tokens[PEOPLE[0]]}")
    told = metrics(server)
    assert told["morningpost_spool_wishes"] == 1 and 0 <= told["morningpost_spool_age_seconds"] < 60
    assert not any("subscribers" in k for k in told)
    for n in range(9999):
        (pair.spool / f"{n}-x.wish").touch()
    full = server.get("/healthz")
    assert full.status == 503 and "spool" in full.text
    # Who wants to leave still can.
    assert server.post(f"/u/{pair.tokens[PEOPLE[1]]}").status == 200
    pair.spool.rename(pair.spool.with_name("gone"))
    server.stop()


def test_the_head_of_what_is_refused_is_refused_too(server):
    answer = server.send(b"HEAD /metrics HTTP/1.1\r\n" + HOST + b"X-Forwarded-For: 203.0.113.9\r\n\r\n", head_only=True)
    assert answer.status == 404
