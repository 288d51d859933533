"""collect: the sources asked over real HTTP, by their own rules; what they answer, and what hostile ones do."""
import concurrent.futures
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import time

import pytest

from api import DAY, Api, repository
from conftest import PROGRAM, Publication, run

SHARED = os.environ.get("MORNINGPOST_SHARED")
ALL = ("huggingface", "github", "arxiv", "ossinsight", "feeds")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def api():
    server = Api()
    yield server
    server.stop()


class Desk:
    """A publication whose sources are an Api."""

    def __init__(self, publication, api):
        self.publication, self.api = publication, api
        self.settings = (publication.path / "morningpost.yaml").read_text()
        self.name(*ALL)

    def name(self, *names, url=None, **more):
        """Which sources the settings name; `more` are keys of theirs."""
        url = url or self.api.url
        text = "sources:\n"
        for name in names:
            keys = "".join(f", {k}: {v}" for k, v in more.get(name, {"topics": "[llm]"} if name == "github" else {}).items())
            path = "/feed.xml, name: News" if name == "feeds" else ""
            text += f"  {name}: {'[' if path else ''}{{url: {url}{path}{keys}}}{']' if path else ''}\n"
        self.publication.write("morningpost.yaml", self.settings + text)

    def collect(self, *args, code=0, date=DAY, **options):
        """The results by source, and the run."""
        done = self.publication.run("--json", "collect", "--date", date, *args, **options)
        assert done.code in ((0, 69) if code is None else (code,)), done
        assert not CONTROL.search(done.err), done
        assert all(len(line) <= 1100 for line in done.err.splitlines()), done
        self.done = done
        return {r["source"]: r for r in json.loads(done.out)} if done.out else {}

    def ask(self, sql, *values):
        with sqlite3.connect(self.publication.database) as db:
            return db.execute(sql, values).fetchall()


@pytest.fixture
def desk(publication, api):
    return Desk(publication, api)


def test_a_morning(desk, api):
    got = desk.collect()
    rows = {name: r["rows"] for name, r in got.items()}
    assert rows == {"hf_models": 40, "hf_models_pool": 40, "hf_datasets": 40, "hf_spaces": 40, "hf_papers": 5, "github": 30, "arxiv": 3,
                    "feed": 3, "ossinsight": 5}
    assert all(r["kept"] and not r["partial"] and r["why"] is None and r["calls"] >= 1 and r["bytes"] > 0 for r in got.values())
    for name in rows:
        assert re.search(rf"^morningpost: {name}: {rows[name]} rows, 0 rejected, \d+ calls, [\d.]+ kB, [\d.]+ s$", desk.done.err, re.M)
    for asked in api.asked:
        assert asked.headers["user-agent"].startswith("morningpost/") and asked.headers["accept-encoding"] == "gzip"
        if asked.path.startswith("/search/"):
            assert asked.headers["x-github-api-version"] == "2022-11-28" and asked.headers["accept"] == "application/vnd.github+json"
    searches = [a.query["q"][0] for a in api.asked if a.path == "/search/repositories"]
    assert searches == ["topic:llm stars:>200 pushed:>=2026-08-14", "topic:llm created:>=2026-08-07"]
    assert [a.query["date"] for a in api.asked if a.path == "/api/daily_papers"] == [["2026-08-20"]]
    assert {r[0] for r in desk.ask("SELECT url FROM link WHERE source = 'News'")} == {f"{api.url}/news/{i}" for i in range(3)}
    assert {r[0] for r in desk.ask("SELECT key FROM link WHERE source = 'arXiv'")} == {f"2608.{20000 + i}" for i in range(3)}


def test_the_next_time_the_same_is_not_sent_again(desk, api):
    first = desk.collect()
    api.asked.clear()
    second = desk.collect()
    assert all(a.status == 304 for a in api.asked), [(a.raw, a.status) for a in api.asked]
    assert all(r["bytes"] == 0 for r in second.values())
    assert {n: r["rows"] for n, r in first.items()} == {n: r["rows"] for n, r in second.items()}


def test_pages_are_followed_as_far_as_rows_were_asked_for(desk, api):
    api.models["models"] = [dict(m, id=f"a/m{i}", _id=f"{i:024x}", trendingScore=i) for i, m in enumerate(api.models["models"] * 50)]
    api.repositories = [repository(i) for i in range(260)]
    desk.name("huggingface", "github", huggingface={"models": 1500}, github={"topics": "[llm]", "repositories": 250})
    got = desk.collect()
    assert got["hf_models"]["rows"] == 2000 and got["github"]["rows"] == 260
    pages = [a.query.get("cursor") for a in api.asked if a.path == "/api/models" and a.query["sort"] == ["trendingScore"]]
    assert pages == [None, ["1000"]]


@pytest.mark.parametrize("link", ['<{url}/api/models?sort=trendingScore>; rel="next"', '<http://localhost:{port}/x>; rel="next"',
                                  '<file:///etc/passwd>; rel="next"', '<<>;;rel=next,, "', '<//evil.example/>; rel="next"'])
def test_a_link_that_leads_away_is_the_last_page(desk, api, link):
    desk.name("huggingface", huggingface={"models": 3000})
    api.page_of_models, plain = lambda *a: linked(plain(*a)), api.page_of_models

    def linked(answer):
        answer.headers["Link"] = link.format(url=api.url, port=api.port)
        return answer
    assert desk.collect()["hf_models"]["rows"] == 40
    assert all(p.startswith("/api/") for p in api.paths())


@pytest.mark.parametrize("name, argument, least", [("429", "1", 1), ("429-date", "2", 0.5), ("429-hf", "1", 2), ("503", "1", 1), ("429", "soon", 5),
                                                   ("status", "500", 1), ("close", "", 0), ("truncate", "", 1)])
def test_a_passing_refusal_is_waited_for(desk, api, name, argument, least):
    desk.name("huggingface")
    api.fail(r"sort=trendingScore.*", name, argument, times=1)
    began = time.time()
    assert desk.collect()["hf_models"]["rows"] == 40
    assert least <= time.time() - began < least + 20
    assert api.paths("/api/models").count("/api/models") == 4


@pytest.mark.parametrize("name, argument", [("403-primary", "2"), ("403-secondary", "1"), ("429", "1")])
def test_githubs_limits_are_waited_for(desk, api, name, argument):
    desk.name("github")
    api.fail("/search/", name, argument, times=1)
    got = desk.collect()["github"]
    assert (got["rows"], got["calls"], got["partial"]) == (30, 3, False)


@pytest.mark.parametrize("name, argument", [("429", "999999"), ("429-date", "999999"), ("429-hf", "999999"), ("403-primary", "3600")])
def test_a_host_that_wants_to_be_left_alone_is(desk, api, name, argument):
    desk.name("huggingface", "github")
    api.fail("sort=likes", name, argument)
    began = time.time()
    got = desk.collect(code=69)
    assert time.time() - began < 10
    assert len(api.asked) == 1, "no other source may go on asking that host"
    assert all("wait" in r["why"] for r in got.values())


def test_an_allowance_is_spent_and_not_overdrawn(desk, api):
    desk.name("github", github={"topics": "[llm, mcp, rag]"})
    api.grant("^/search/", 4, 3)
    began = time.time()
    got = desk.collect()["github"]
    assert got["rows"] == 30 and got["calls"] == 6
    assert api.pools["^/search/"].refused == 0 and time.time() - began >= 2


@pytest.mark.parametrize("status, calls", [(400, 2), (401, 1), (403, 1), (404, 2), (410, 1), (422, 2), (451, 2), (500, 6), (204, 2), (301, 2)])
def test_each_status_is_asked_for_as_often_as_it_deserves(desk, api, status, calls):
    desk.name("github")
    api.fail("/search/", "status", status)
    got = desk.collect(code=69)["github"]
    assert (got["rows"], got["calls"]) == (0, calls) and got["why"], got


def test_one_that_fails_stops_no_other(desk, api):
    api.fail("/search/|/api/query", "close")
    got = desk.collect()
    assert got["github"]["rows"] == 0 and got["arxiv"]["rows"] == 0 and got["hf_models"]["rows"] == 40 and got["feed"]["rows"] == 3
    assert "Empty reply" in got["github"]["why"]


def test_all_down(desk, api):
    desk.collect()
    kept = desk.ask("SELECT source, rows FROM snapshot ORDER BY source")
    api.stop()
    began = time.time()
    got = desk.collect(code=69)
    assert time.time() - began < 30
    assert all(r["rows"] == 0 and r["why"] for r in got.values())
    assert "no source answered" in desk.done.err
    assert desk.ask("SELECT source, rows FROM snapshot ORDER BY source") == kept, "the last good day is still there"


def test_worse_does_not_replace_better(desk, api):
    desk.name("huggingface")
    desk.collect()
    api.fail("/api/models", "body", "[]")
    api.fail("/api/datasets", "html")
    got = desk.collect()
    assert not got["hf_models"]["kept"] and not got["hf_datasets"]["kept"]
    assert dict(desk.ask("SELECT source, rows FROM snapshot"))["hf_models"] == 40


def test_redirects(desk, api):
    other = Api()
    desk.name("github", "feeds")
    try:
        for to, feed, github in ((f"{api.url}/feed.xml?again", 3, None), (f"{other.url}/feed.xml", 0, "private"), ("file:///etc/passwd", 0, "nowhere"),
                                 ("gopher://127.0.0.1/", 0, "gopher"), (f"http://localhost:{api.port}/feed.xml", 0, "private"), ("", 0, "nowhere"),
                                 (f"http://[::ffff:127.0.0.1]:{api.port}/", 0, "private"), (f"http://2130706433:{api.port}/", None, None)):
            api.faults.clear()
            api.fail(r"/feed\.xml$", "redirect", to)
            got = desk.collect()
            if feed is not None:
                assert got["feed"]["rows"] == feed, (to, got)
            if github:
                assert github in got["feed"]["why"], (to, got)
        api.faults.clear()
        api.fail("/feed.xml", "redirect", f"{api.url}/feed.xml?round")
        assert "more than 3 redirects" in desk.collect()["feed"]["why"]
        api.faults.clear()
        api.fail("/search/", "redirect", f"{other.url}/search/repositories?per_page=100")
        assert "another host" in desk.collect()["github"]["why"]
        assert other.asked == []
    finally:
        other.stop()


def test_a_token_goes_to_its_host_alone_and_is_said_nowhere(desk, api):
    secret = "ghp_marker0123456789"
    path = desk.publication.write("github.token", secret + "\n")
    desk.name(*ALL, github={"topics": "[llm]", "token_file": "github.token"})
    path.chmod(0o644)
    desk.collect(code=78)
    assert "chmod 600" in desk.done.err and api.asked == []
    path.chmod(0o600)
    desk.collect("-v")
    assert secret not in desk.done.err + desk.done.out
    for asked in api.asked:
        mine = asked.path.startswith("/search/")
        assert asked.headers.get("authorization") == (f"Bearer {secret}" if mine else None), asked.path
    for file in (desk.publication.path / "var").glob("morningpost.db*"):
        assert secret.encode() not in file.read_bytes()
    path.write_text("two words\n")
    desk.collect(code=78)
    path.unlink()
    path.symlink_to("morningpost.yaml")
    desk.collect(code=78)


def test_a_refused_token_is_left_out_where_none_is_needed(desk, api):
    desk.publication.write("hub.token", "hf_wrong").chmod(0o600)
    desk.name("huggingface", huggingface={"token_file": "hub.token"})
    api.answer, plain = lambda p, q, seen: refused(seen) or plain(p, q, seen), api.answer

    def refused(seen):
        from api import Answer
        return Answer({"error": "Invalid credentials"}, 401) if "authorization" in seen.headers else None
    assert desk.collect()["hf_models"]["rows"] == 40
    assert "refuses the token" in desk.done.err and "hf_wrong" not in desk.done.err


def peak(desk, *args, limit=120):
    """Seconds and peak megabytes of a collect. Freed memory goes back at once, sanitizer or not."""
    environment = os.environ | {"ASAN_OPTIONS": "quarantine_size_mb=0:thread_local_quarantine_size_kb=0:detect_leaks=0"}
    command = ["/usr/bin/python3", "-c", "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:], stdout=2).returncode; "
               "print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)",
               PROGRAM, "-C", str(desk.publication.path), "-q", "collect", "--date", DAY, *args]
    began = time.time()
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=limit)
    code, megabytes = map(int, done.stdout.split())
    return code, time.time() - began, megabytes, done.stderr


TOO_SLOW = "too slow|timed out|Operation|in time"


@pytest.mark.parametrize("name, argument, words, deadline", [
    ("endless", "", "more than", 60), ("bomb", "200", "more than", 60), ("huge", "5", "more than", 60), ("headers", "", "header", 60),
    ("drip", "60", "less than 1024 bytes|" + TOO_SLOW, 14), ("stall", "60", TOO_SLOW, 3), ("silent", "60", TOO_SLOW, 3), ("garbage", "", "HTTP", 60),
    ("bad-gzip", "", "ncoding|zlib|incorrect", 60)])
def test_what_never_ends_ends_and_costs_little(desk, api, name, argument, words, deadline):
    desk.name("ossinsight")
    _, _, plain, _ = peak(desk)
    api.fail("/v1/", name, argument)
    code, took, megabytes, err = peak(desk, "--deadline", f"{deadline}s")
    assert code == 69 and re.search(words, err), err
    assert took < min(deadline + 3, 20) and megabytes <= plain + 16, (took, megabytes, plain)


def test_a_deadline_ends_it_all(desk, api):
    api.fail("/", "silent", "60")
    began = time.time()
    desk.collect("--deadline", "3s", code=69)
    assert time.time() - began < 6


def test_two_at_once(desk, api):
    desk.name("ossinsight")
    api.fail("/v1/", "silent", "3", times=1)
    first = subprocess.Popen([PROGRAM, "-C", str(desk.publication.path), "-q", "collect", "--date", DAY])
    while not api.asked:
        time.sleep(0.05)
    desk.collect(code=75)
    assert "another collect is running" in desk.done.err
    assert first.wait() == 0
    desk.collect()


def test_quiet_says_nothing_when_all_is_well(desk, api):
    done = desk.publication.ok("-q", "collect", "--date", DAY)
    assert "rows" not in done.err and done.out == ""
    api.fail("/search/", "html")
    done = desk.publication.ok("-q", "collect", "--date", "2026-08-22")
    assert re.search("github.*not JSON", done.err)


def test_a_day_that_is_past_is_warned_of(desk, api):
    assert f"{DAY} gets today's counters" in desk.publication.ok("-q", "collect", "--date", DAY).err
    assert "today's counters" not in desk.publication.ok("-q", "collect").err


def test_hacker_news(desk, api):
    desk.name("hackernews")
    api.stories[901] = None
    del api.stories[902]["url"]
    api.stories[903]["type"] = "job"
    api.stories[904] |= {"title": "A &lt;b&gt; &amp;amp; it&#x27;s", "url": "javascript:alert(1)"}
    api.stories[905]["title"] = "A &lt;b&gt; &amp; it&#x27;s"
    got = desk.collect()["hackernews"]
    assert (got["rows"], got["calls"], got["why"]) == (27, 31, None)
    rows = {key: (title, url) for key, title, url in desk.ask("SELECT key, title, url FROM link")}
    assert rows["900"] == ("Story 0", "https://story.example/0")
    assert rows["902"][1] == "https://news.ycombinator.com/item?id=902"
    assert rows["905"][0] == "A <b> & it's" and not {"901", "903", "904"} & set(rows)
    assert desk.ask("SELECT published, weight FROM link WHERE key = '900'") == [("2026-08-21", 300)]


# -- what is followed after it left the charts ------------------------------------------------


def days_after(n):
    return f"2026-08-{21 + n}"


def test_what_left_the_charts_is_followed(desk, api):
    desk.name("github", "huggingface")
    desk.collect()
    left, renamed, model = api.repositories[3], api.repositories[4], api.models["spaces"][2]
    api.search, plain = lambda q: without(plain(q)), api.search

    def without(answer):
        body = json.loads(answer.body)
        body["items"] = [r for r in body["items"] if r["id"] not in (left["id"], renamed["id"])]
        answer.body = json.dumps(body).encode()
        return answer
    api.moved[renamed["full_name"]] = renamed["id"]
    renamed["full_name"] = "maker-9/renamed"
    api.page_of_models, page = lambda kind, *a: less(kind, page(kind, *a)), api.page_of_models

    def less(kind, answer):
        answer.body = json.dumps([r for r in json.loads(answer.body) if r["id"] != model["id"]]).encode()
        return answer
    api.asked.clear()
    got = desk.collect(date=days_after(1))
    assert sorted(api.paths("/repos")) == [f"/repos/{left['full_name']}", "/repos/maker-4/tool-4", f"/repositories/{renamed['id']}"]
    assert api.paths("/api/spaces/") == [f"/api/spaces/{model['id']}"]
    assert got["github"]["rows"] == 30 and got["hf_spaces"]["rows"] == 40
    api.asked.clear()
    desk.collect(date=days_after(2))
    followed = [a for a in api.asked if a.path.startswith("/repos/")]
    assert f"/repos/{left['full_name']}" in {a.path for a in followed} and len(followed) == 2
    assert next(a for a in followed if a.path.endswith(left["full_name"])).status == 304


@pytest.mark.parametrize("rows", (0, 15))
def test_an_empty_chart_is_not_filled_by_what_is_asked_for_by_name(desk, api, rows):
    desk.name("github", "huggingface")
    desk.collect()
    api.search, plain = lambda q: fewer(plain(q)), api.search
    api.fail(r"/api/(datasets|spaces)\?", "body", "[]")

    def fewer(answer):
        answer.body = json.dumps(json.loads(answer.body) | {"items": json.loads(answer.body)["items"][:rows]}).encode()
        return answer
    got = desk.collect(date=days_after(1))
    assert got["github"]["rows"] == 30 and got["github"]["partial"] and got["hf_spaces"]["rows"] == 40 and got["hf_spaces"]["partial"]
    assert f"{rows} rows, where the day before had 30" == got["github"]["why"] and "0 rows, where the day before had 40" == got["hf_datasets"]["why"]
    assert not got["hf_models"]["partial"]


def test_what_is_gone_is_asked_for_three_days(desk, api):
    desk.name("github", "huggingface")
    desk.collect()
    name, model = api.repositories[3]["full_name"], api.models["models"][2]["id"]
    api.gone.add(name)
    api.repositories = [r for r in api.repositories if r["full_name"] != name]
    api.models["models"] = [m for m in api.models["models"] if m["id"] != model]
    asked = []
    for n in range(1, 6):
        api.asked.clear()
        got = desk.collect(date=days_after(n))
        asked.append((f"/repos/{name}" in api.paths(), f"/api/models/{model}" in api.paths()))
        assert got["github"]["rows"] == 29 and not got["github"]["partial"]
    assert asked == [(True, True)] * 3 + [(False, False)] * 2


def test_following_stops_before_an_allowance_is_used_up(desk, api):
    desk.name("github")
    desk.collect()
    api.repositories, old = [repository(i) for i in range(100, 130)], api.repositories
    api.grant("^/repos/", 15, 3600)
    api.one_repository = lambda name: __import__("api").Answer(next(r for r in old if r["full_name"] == name))
    got = desk.collect(date=days_after(1))["github"]
    assert api.pools["^/repos/"].used == 5 and api.pools["^/repos/"].refused == 0
    assert got["rows"] == 35 and not got["why"] and not got["partial"]
    assert "of 30 that left the charts, 5 were asked for" in desk.done.err


# -- hostile bodies ---------------------------------------------------------------------------

HF = '{"id":"org/good","likes":5,"trendingScore":3}'
HOSTILE = {  # body: rows of hf_models that are kept
    "": 0, "null": 0, '"x"': 0, "7": 0, "{}": 0, "[": 0, f"[{HF}": 0, f"[{HF}] x": 0, f"[{HF}][]": 0, f"[{HF},]": 0, "[NaN]": 0,
    f"[{HF}/* c */]": 0, '[{"id":"a/b","likes":01}]': 0, '[{"id":"a/b","id":"c/d","likes":1}]': 0, "<html>": 0, f"\ufeff[{HF}]": 1,
    f"[{HF}]": 1, "[" * 100000: 0, '[{"id":"a/\ud800b","likes":1}]'.replace("\ud800", "\\ud800"): 0,
    f'[{HF},{{"id":"a/b","likes":-1}},{{"id":"a/c","likes":"9"}},{{"id":"../x","likes":1}},{{"id":"a/b/c","likes":1}},{{"likes":1}},7,null]': 1,
    '[{"id":"a/b","likes":1e400}]': 0, '[{"id":"a/b","likes":99999999999999999999}]': 0, '[{"id":"a/b","likes":1000.0}]': 1,
    '[{"id":"a/<script>","likes":1}]': 0, '[{"id":"","likes":1}]': 0, '[{"id":"a/b ","likes":1}]': 0,
}


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_bodies(desk, api, body):
    desk.name("huggingface")
    api.fail("sort=trendingScore", "body", body)
    api.fail("/api/", "status", "404")
    got = desk.collect(code=None)["hf_models"]
    assert got["rows"] == HOSTILE[body] and (got["rows"] == 0 or desk.done.code == 0), desk.done


def test_bytes_that_are_no_text(desk, api):
    desk.name("huggingface")
    for body in (f"[{HF}]".encode("utf-16"), b'[{"id":"a/\xff","likes":1}]', b'[{"id":"a/b","likes":1}]\0'):
        api.faults.clear()
        api.fail("sort=trendingScore", "body", body)
        api.fail("/api/", "status", "404")
        assert desk.collect(code=69)["hf_models"]["rows"] == 0


@pytest.mark.parametrize("feed, rows", [
    ("<!DOCTYPE f [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><feed><entry><title>&x;</title></entry></feed>", 0), ("<rss><channel><item>", 0), ("[]", 0),
    ("<html><body/></html>", 0),
    ("<rss><channel><item><title>a\u202eb\u200b</title><link>https://e.example/1</link></item><item><title>no</title><link>javascript:x</link></item>"
     "<item><title>no link</title></item></channel></rss>", 1)])
def test_hostile_feeds(desk, api, feed, rows):
    desk.name("feeds")
    api.feed = feed
    assert desk.collect(code=0 if rows else 69)["feed"]["rows"] == rows
    assert not any(CONTROL.search(t) for (t,) in desk.ask("SELECT title FROM link"))


def test_feeds_that_are_none_cost_nothing_each(desk, api):
    """What is rejected is gone before the next is asked for, and takes nothing of what the others may have."""
    desk.name("feeds")
    _, _, plain, _ = peak(desk)
    desk.publication.write("morningpost.yaml", desk.settings + "sources:\n  feeds:\n" + "".join(
        f"    - {{url: {api.url}/feed.xml?{n}, name: News {n}}}\n" for n in range(12)))
    api.feed = "<rss><channel><item><title>" + "x" * (3 << 20)
    code, _, megabytes, err = peak(desk)
    assert code == 69 and "News 0: no well-formed XML" in err, err
    assert megabytes <= plain + 16, (megabytes, plain)


def test_an_arxiv_error_is_no_paper(desk, api):
    desk.name("arxiv")
    api.papers = "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>http://arxiv.org/api/errors#x</id><title>Error</title><summary>bad \x85id</summary></entry></feed>"
    got = desk.collect(code=69)["arxiv"]
    assert got["rows"] == 0 and "an error in place of papers: bad id" in got["why"]


# -- the shared folder of hostile bodies --------------------------------------------------------

# What the manifest wants beyond "reject" and keep_rows: how many rows may be kept.
KEPT = {"empty-array.json": [0], "empty-items.json": [0], "items-null.json": [0], "duplicate-keys.json": [0, 1], "bom.json": [0, 2],
        "invalid-utf8.json": [0, 1], "huge-numbers.json": [4, 5], "duplicate-ids.json": [1, 2, 3], "duplicate-ids-github.json": [3, 4],
        "evil-strings-hf.json": range(1, 1000), "evil-strings-github.json": range(1, 1000), "script.rss": [2]}
# Statuses: how often the source may be asked.
CALLS = {400: [1], 401: [1], 404: [1], 410: [1], 422: [1], 451: [1], 500: [3], 502: [3], 503: [3]}


def handled(where, name, entry, body):
    """Is it done with the body as its row in the manifest says? The reason when not."""
    api = Api()
    assert run("init", where).code == 0
    try:
        return outcome(Desk(Publication(where), api), api, name, entry, body)
    finally:
        api.stop()


def outcome(desk, api, name, entry, body):
    kind = entry["kind"] if entry["kind"] != "any" else "hf"
    source = {"hf": "hf_models", "github": "github", "feed": "arxiv" if name.startswith("arxiv") else "feed"}[kind]
    route = {"hf_models": r"/api/models\?sort=trendingScore", "github": "stars:%3E200", "feed": "/feed.xml", "arxiv": "/api/query"}[source]
    desk.name({"hf_models": "huggingface", "feed": "feeds"}.get(source, source))
    api.play(route, body, entry)
    api.fail("/api/|/search/|/feed", "status", "404")
    began = time.time()
    got = desk.collect(code=None)[source]
    wanted = KEPT.get(name, [entry["keep_rows"]] if "keep_rows" in entry else [0])
    asked = sum(bool(re.search(route, a.raw)) for a in api.asked)
    texts = desk.ask("SELECT name || description FROM entity UNION ALL SELECT title || url FROM link UNION ALL SELECT why FROM snapshot")
    return ("rows %d" % got["rows"] if got["rows"] not in wanted else "calls %d" % asked if asked not in CALLS.get(entry["status"], range(4))
            else "no reason" if got["rows"] == 0 and not got["why"] else "slow" if time.time() - began > 40
            else "controls" if any(t and CONTROL.search(t) for (t,) in texts) else "")


def test_the_shared_hostile_bodies(tmp_path, capsys):
    folder = pathlib.Path(SHARED or "/nonexistent") / "data" / "bad"
    if not folder.is_dir():
        pytest.skip("the shared folder is not there")
    manifest = json.loads((folder / "MANIFEST.json").read_text())
    with concurrent.futures.ThreadPoolExecutor(8) as several:  # most of it is waiting
        found = several.map(lambda item: handled(tmp_path / item[0], *item, (folder / item[0]).read_bytes()), manifest.items())
        wrong = {name: why for name, why in zip(manifest, found) if why}
    with capsys.disabled():
        print(f"\nhandled as the manifest says: {len(manifest) - len(wrong)}/{len(manifest)}", wrong or "")
    assert not wrong
