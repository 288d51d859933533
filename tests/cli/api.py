"""The sources' APIs in small: real HTTP on loopback, with ETag, Link, gzip, both families of limits, and faults by name.

All that it answers is made here. A test has it in its own process: what was asked is in `asked`, and `fail` breaks a route.
"""
import email.utils
import gzip
import hashlib
import http.server
import json
import re
import threading
import time
import types
import urllib.parse
import zlib

DAY = "2026-08-21"


def model(i, kind="models"):
    row = {"_id": f"{i:024x}", "id": f"org-{i % 7}/{kind[:-1]}-{i}", "likes": 5000 - i, "downloads": 100000 + i, "trendingScore": max(0, 900 - i),
           "createdAt": "2026-08-01T10:00:00.000Z", "tags": ["license:mit"], "pipeline_tag": "text-generation", "author": f"org-{i % 7}"}
    if kind == "spaces":
        del row["downloads"]
    return row


def repository(i, stars=None):
    return {"id": 1000 + i, "name": f"tool-{i}", "full_name": f"maker-{i % 5}/tool-{i}", "owner": {"login": f"maker-{i % 5}"},
            "description": f"Tool number {i}", "stargazers_count": 9000 - i if stars is None else stars, "forks_count": 70, "language": "C",
            "created_at": "2026-01-02T03:04:05Z", "pushed_at": "2026-08-20T00:00:00Z", "archived": False, "fork": False, "topics": ["llm"]}


def paper(i):
    return {"paper": {"id": f"2608.{10000 + i}", "title": f"Paper {i}", "summary": "What it is about.", "upvotes": 50 - i}, "title": f"Paper {i}"}


def rss(items=3):
    rows = "".join(f"<item><title>News &lt;b&gt;{i}&lt;/b&gt;</title><link>/news/{i}</link><pubDate>Fri, 21 Aug 2026 0{i}:00:00 GMT</pubDate></item>"
                   for i in range(items))
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>F</title>{rows}</channel></rss>"


def atom(items=3):
    rows = "".join(f"<entry><id>http://arxiv.org/abs/2608.{20000 + i}v2</id><title>On {i}\n  things</title><summary>s</summary>"
                   f"<published>2026-08-20T0{i}:00:00Z</published><author><name>Ann {i}</name></author></entry>" for i in range(items))
    return f"<feed xmlns='http://www.w3.org/2005/Atom'>{rows}</feed>"


class Answer:
    def __init__(self, body=b"", status=200, kind="application/json; charset=utf-8", **headers):
        self.status, self.kind = status, kind
        self.headers = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        self.body = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()


def bomb(megabytes):
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([squeeze.compress(b"[")] + [squeeze.compress(b" " * (1 << 20)) for _ in range(megabytes)] + [squeeze.compress(b"]"), squeeze.flush()])


# Faults: what is sent in place of the good answer, by name; `a` is the good answer, `x` the fault's argument.
REPLACED = {
    "status": lambda a, x: Answer({"message": "no"}, int(x)),
    "429": lambda a, x: Answer({"error": "slower"}, 429, Retry_After=x),
    "429-date": lambda a, x: Answer({"error": "slower"}, 429, Retry_After=email.utils.formatdate(time.time() + float(x), usegmt=True)),
    "429-hf": lambda a, x: Answer("slower", 429, "text/plain", RateLimit=f'"api";r=0;t={x}', RateLimit_Policy='"fixed window";"api";q=500;w=300'),
    "403-primary": lambda a, x: Answer({"message": "API rate limit exceeded"}, 403, X_RateLimit_Remaining=0, X_RateLimit_Reset=int(time.time() + float(x))),
    "403-secondary": lambda a, x: Answer({"message": "You have exceeded a secondary rate limit."}, 403, Retry_After=x),
    "503": lambda a, x: Answer({"error": "later"}, 503, Retry_After=x),
    "redirect": lambda a, x: Answer("", 302, Location=x),
    "moved": lambda a, x: Answer({"message": "Moved Permanently"}, 301, Location=x),
    "body": lambda a, x: Answer(x, 200, a.kind),
    "html": lambda a, x: Answer("<!DOCTYPE html><h1>Maintenance</h1>", 200, "text/html"),
    "bad-gzip": lambda a, x: Answer(b"\x1f\x8b\x08" + b"\xff" * 50, 200, a.kind, Content_Encoding="gzip"),
    "bomb": lambda a, x: Answer(bomb(int(x)), 200, a.kind, Content_Encoding="gzip"),
    "huge": lambda a, x: Answer(b"[" + b'{"id":"a/b","likes":1},' * (int(x) * 47000) + b"{}]", 200, a.kind),
    "304": lambda a, x: Answer("", 304),
    "play": lambda a, x: x(),
}

# And those that are no answer at all; `h` is the handler.
PLAYED = {
    "close": lambda h, a, x: None,
    "truncate": lambda h, a, x: (h.head(a), h.put(a.body[:len(a.body) // 2])),
    "stall": lambda h, a, x: (h.head(a), h.put(a.body[:5]), h.api.hang(float(x))),
    "silent": lambda h, a, x: h.api.hang(float(x)),
    "drip": lambda h, a, x: (h.head(a), [h.put(a.body[i:i + 1]) and h.api.hang(0.2) for i in range(int(float(x) * 5))]),
    "endless": lambda h, a, x: (h.head(a, False), h.flood(b"[" + b" " * 65536)),
    "headers": lambda h, a, x: (h.put(b"HTTP/1.1 200 OK\r\n"), h.flood(b"X-Filler: " + b"x" * 1000 + b"\r\n")),
    "garbage": lambda h, a, x: h.put(bytes(range(256)) * 8),
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query)
        seen = types.SimpleNamespace(path=url.path, query=query, raw=self.path, headers={k.lower(): v for k, v in self.headers.items()}, at=time.time())
        self.api.asked.append(seen)
        answer = self.api.answer(url.path, query, seen)
        fault = self.api.next_fault(self.path)
        if fault and fault.name in PLAYED:
            self.close_connection = True
            return PLAYED[fault.name](self, answer, fault.argument)
        if fault:
            good, answer = answer, REPLACED[fault.name](answer, fault.argument)
            answer.headers = {k: v for k, v in good.headers.items() if k.startswith("X-RateLimit")} | answer.headers
        else:
            self.finish_answer(answer, seen)
        seen.status = answer.status
        self.head(answer)
        self.put(b"" if answer.status == 304 else answer.body)

    def finish_answer(self, a, seen):
        if a.status == 200:
            a.headers["ETag"] = f'W/"{hashlib.sha256(a.body).hexdigest()[:16]}"'
            if seen.headers.get("if-none-match") == a.headers["ETag"]:
                a.status, a.body = 304, b""
        if a.status == 200 and "gzip" in seen.headers.get("accept-encoding", "") and len(a.body) > 200:
            a.body, a.headers["Content-Encoding"] = gzip.compress(a.body), "gzip"

    def head(self, a, length=True):
        self.send_response_only(a.status)
        self.send_header("Content-Type", a.kind)
        for name, value in a.headers.items():
            self.send_header(name, value)
        if length and a.status != 304:
            self.send_header("Content-Length", len(a.body))
        self.end_headers()

    def put(self, data):
        try:
            self.wfile.write(data)
            self.wfile.flush()
            return True
        except OSError:
            return False

    def flood(self, piece):
        until = time.time() + 60
        while time.time() < until and self.put(piece):
            pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        pass


class Api:
    def __init__(self):
        self.asked, self.faults, self.pools = [], [], {}
        self.grant("^/search/", 1000, 60)
        self.models = {kind: [model(i, kind) for i in range(40)] for kind in ("models", "datasets", "spaces")}
        self.repositories = [repository(i) for i in range(30)]
        self.moved, self.gone = {}, set()
        self.feed, self.papers = rss(), atom()
        self.stories = {900 + i: {"id": 900 + i, "type": "story", "by": "ann", "score": 300 - i, "time": 1787270400, "title": f"Story {i}",
                                  "url": f"https://story.example/{i}"} for i in range(40)}
        self.stopped = threading.Event()
        self.server = Server(("127.0.0.1", 0), type("H", (Handler,), {"api": self}))
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self):
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()

    def hang(self, seconds):
        return not self.stopped.wait(seconds)

    def fail(self, route, name, argument="", times=None):
        """Break what `route` (a regular expression) finds in path and query, for the first `times` requests."""
        assert name in REPLACED or name in PLAYED
        self.faults.append(types.SimpleNamespace(route=re.compile(route), name=name, argument=argument, times=times))

    def play(self, route, body, entry):
        """Send a body with the status, type and headers that a row of the shared manifest has for it."""
        def answer(*_):
            headers = {}
            for name, value in entry.get("headers", {}).items():
                if value.startswith("@+"):
                    value = int(time.time()) + int(value[2:])
                elif value.startswith("@date"):
                    value = email.utils.formatdate(time.time() + int(value[5:]), usegmt=True)
                headers[name.replace("-", "_")] = value
            return Answer(body, entry["status"], entry["content_type"], **headers)
        self.faults.append(types.SimpleNamespace(route=re.compile(route), name="play", argument=answer, times=None))

    def next_fault(self, path):
        for fault in self.faults:
            if fault.route.search(path) and fault.times != 0:
                fault.times = fault.times - 1 if fault.times else fault.times
                return fault
        return None

    def grant(self, route, calls, seconds):
        """An allowance as GitHub has it: so many calls in a window of so many seconds."""
        self.pools[route] = types.SimpleNamespace(calls=calls, seconds=seconds, begun=0, used=0, refused=0)

    def limited(self, path, answer):
        for route, pool in self.pools.items():
            if not re.search(route, path):
                continue
            now = time.time()
            if now >= pool.begun + pool.seconds:
                pool.begun, pool.used = now, 0
            pool.used += 1
            if pool.used > pool.calls:
                pool.refused += 1
                answer = Answer({"message": "API rate limit exceeded"}, 403)
            answer.headers["X-RateLimit-Remaining"] = str(max(0, pool.calls - pool.used))
            answer.headers["X-RateLimit-Reset"] = str(int(pool.begun + pool.seconds + 0.999))
        return answer

    def paths(self, start=""):
        return [a.path for a in self.asked if a.path.startswith(start)]

    # What each route answers.
    def answer(self, path, query, seen):
        m = re.fullmatch(r"/api/(models|datasets|spaces)(?:/(.+))?", path)
        if m:
            return self.one_model(*m.groups()) if m.group(2) else self.page_of_models(m.group(1), query, seen)
        m = re.fullmatch(r"/repos/(.+)", path)
        if m:
            return self.limited(path, self.one_repository(m.group(1)))
        plain = {"/search/repositories": lambda: self.limited(path, self.search(query)),
                 "/api/daily_papers": lambda: Answer([paper(i) for i in range(5)]),
                 "/api/query": lambda: Answer(self.papers, kind="application/atom+xml"),
                 "/feed.xml": lambda: Answer(self.feed, kind="application/rss+xml"),
                 "/v1/trends/repos/": lambda: Answer({"type": "sql_endpoint", "data": {"rows": [
                     {"repo_id": str(1000 + i), "repo_name": f"maker-{i % 5}/tool-{i}", "stars": str(100 - i)} for i in range(5)]}})}
        m = re.fullmatch(r"/v0/item/(\d+)\.json", path)
        if m:
            return Answer(self.stories.get(int(m.group(1))))
        if path == "/v0/topstories.json":
            return Answer(list(self.stories))
        if path.startswith("/repositories/"):
            return Answer(next(r for r in self.repositories if str(r["id"]) == path.split("/")[2]))
        return plain[path]() if path in plain else Answer({"error": "Not Found"}, 404)

    def page_of_models(self, kind, query, seen):
        sort, limit, at = query["sort"][0], int(query["limit"][0]), int(query.get("cursor", ["0"])[0])
        assert sort in ("trendingScore", "likes", "downloads") and "direction" not in query
        rows = sorted((r for r in self.models[kind] if sort in r), key=lambda r: -r[sort])
        answer = Answer(rows[at:at + limit])
        if at + limit < len(rows):
            rest = re.sub(r"&cursor=\d+", "", seen.raw)
            answer.headers["Link"] = f'<{self.url}{rest}&cursor={at + limit}>; rel="next"'
        return answer

    def one_model(self, kind, name):
        found = [r for r in self.models[kind] if r["id"] == name]
        return Answer(found[0]) if found else Answer({"error": "Repository not found"}, 404)

    def search(self, query):
        page, size = int(query.get("page", ["1"])[0]), int(query["per_page"][0])
        rows = self.repositories[(page - 1) * size:page * size]
        answer = Answer({"total_count": len(self.repositories), "incomplete_results": False, "items": rows})
        if page * size < len(self.repositories):
            rest = urllib.parse.urlencode({k: v[0] for k, v in query.items() if k != "page"})
            answer.headers["Link"] = f'<{self.url}/search/repositories?{rest}&page={page + 1}>; rel="next", <{self.url}/x>; rel="last"'
        return answer

    def one_repository(self, name):
        if name in self.moved:
            return Answer({"message": "Moved Permanently"}, 301, Location=f"{self.url}/repositories/{self.moved[name]}")
        found = [r for r in self.repositories if r["full_name"] == name]
        return Answer(found[0]) if found and name not in self.gone else Answer({"message": "Not Found"}, 404)
