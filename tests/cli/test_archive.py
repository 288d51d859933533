"""The public archive: what everybody may read, by `serve` and as static files, before parsers and a browser that are not ours
(RELIABILITY W7, W8, W13, F1, F3)."""
import datetime
import gzip
import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import xml.etree.ElementTree as ET

import feedparser
import html5lib
import pytest

import front_page
import standard
from browser import Browser
from conftest import Publication, run
from test_message import issue
from web import Server, tokens, wait_for

PEOPLE = ["bob@example.com", "eve@example.net"]
CHANNEL = "https://t.me/morningpost"
URL = "https://post.example.org"
ATOM = "{http://www.w3.org/2005/Atom}"
OLD, OLDER, REMOTE = "2026-08-14", "2025-12-31", "2026-08-13"
PAGES = ["/", "/issues/2026", f"/issues/{front_page.DAY}", f"/issues/{OLD}", f"/issues/{REMOTE}"]
FILES = {"/feed.xml": "application/atom+xml", "/feed.json": "application/feed+json", "/sitemap.xml": "application/xml",
         "/robots.txt": "text/plain", "/icon.svg": "image/svg+xml", "/qr/subscribe.svg": "image/svg+xml", "/qr/subscribe.png": "image/png",
         "/qr/telegram.svg": "image/svg+xml", "/qr/telegram.png": "image/png"}


def send(post, day, text=None, *options):
    if text:
        post.write(f"issues/{day}.md", text)
    post.ok("send", "--date", day, "--force", "--no-wait", *options)


@pytest.fixture(scope="module")
def post(tmp_path_factory):
    """A publication that has sent four issues, one of them the full one, and of a fifth only a test copy."""
    post = front_page.publication(tmp_path_factory.mktemp("archive"))
    for person in PEOPLE:
        post.ok("subscriber", "add", person)
    hostile = 'A <b>title</b> & "more" it\'s'
    send(post, OLDER, issue("The first of them"))
    send(post, REMOTE, issue("Pictures elsewhere", departments={
        "Far": '![Far away](https://pictures.example.org/far.png "1152x400")\n\nSome words about it.\n'}))
    send(post, OLD, issue(hostile, "What is <i>said</i> & done"))
    send(post, front_page.DAY)
    post.write("issues/2026-08-16.md", issue("Nobody has this one"))
    post.ok("send", "--date", "2026-08-16", "--force", "--to", "tester@example.org")
    post.hostile, post.tokens = hostile, tokens(post)
    return post


@pytest.fixture(scope="module")
def server(post):
    server = Server(post)
    yield server
    server.stop()


def read(page):
    """The page's tree; html5lib in its strict mood."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    tree = parser.parse(page.text)
    # The letter's tables are of HTML 4, which html5lib reads without complaint.
    assert parser.errors == [], parser.errors
    return tree


def linked(tree):
    return [a.get("href") for a in tree.iter("a")]


# -- what is there ----------------------------------------------------------------------------------

def test_the_front_page_leads_to_every_issue(post, server):
    front = read(server.get("/"))
    assert front.find(".//h1").text == "The Morning Post"
    assert {f"/issues/{d}" for d in (front_page.DAY, OLD, REMOTE, OLDER)} <= set(linked(front))
    assert {"/subscribe", "/feed.xml", CHANNEL, "/issues/2026", "/issues/2025"} <= set(linked(front))
    assert post.hostile in [standard.words(h) for h in front.iter("h3")]
    assert "Nobody has this one" not in server.get("/").text
    year = read(server.get("/issues/2026"))
    assert {f"/issues/{d}" for d in (front_page.DAY, OLD, REMOTE)} <= set(linked(year)) and f"/issues/{OLDER}" not in linked(year)


def test_what_was_not_sent_is_not_there(post, server):
    for path in ("/issues/2026-08-16", "/issues/2024", "/issues/2026-08-99", f"/issues/{OLD}x", "/qr/x.png", f"/issues/{OLD}/0123abcd.png"):
        answer = server.get(path)
        assert answer.status == 404 and answer["Cache-Control"] == "no-store" and answer["ETag"] is None, path


def test_an_issue_is_shown_with_nothing_of_anybody(post, server):
    page = server.get(f"/issues/{front_page.DAY}")
    tree = read(page)
    for secret in [front_page.READER[0], "Ada Reader", *PEOPLE, *post.tokens.values(), "/u/", "/p/", "reader@invalid", "nobody"]:
        assert secret not in page.text, secret
    [article] = [e for e in tree.iter() if e.get("role") == "article"]
    letter = standard.Message(front_page.message(post))
    shown, sent = standard.words(article), standard.words(letter.tree.find(".//*[@role='article']"))
    # All that a reader was sent, but for what is the reader's own.
    assert shown.startswith(sent[:sent.index("Read in browser")]) and "You get this because you subscribed to The Morning Post as a reader." in shown
    assert sent[sent.index("Read in browser") + 15:sent.index("You get this")].strip() in shown
    with sqlite3.connect(post.database) as db:
        [[edition]] = db.execute("select hash from edition join issue on issue.edition_id = edition.id where issue.day = ?", [front_page.DAY])
    assert f'<code class="hash">{edition}</code>' in page.text


def test_nothing_comes_from_elsewhere(server):
    for path in PAGES:
        tree = read(server.get(path))
        for element in tree.iter():
            assert element.tag not in ("script", "iframe", "object", "form", "base") or path == "/", "the form to subscribe"
            assert not [a for a in element.attrib if a.startswith("on")]
            for name in ("src", "srcset", "background", "poster", "data"):
                assert (element.get(name) or "/").startswith("/"), (path, element.attrib)
            assert "url(" not in (element.get("style") or "") and "@import" not in (element.text or "" if element.tag == "style" else "")
            if element.tag == "link":
                assert element.get("rel") in ("icon", "canonical", "alternate")


def test_pictures_are_ours_or_links(server):
    full = read(server.get(f"/issues/{front_page.DAY}"))
    [article] = [e for e in full.iter() if e.get("role") == "article"]
    pictures = [e.get("src") for e in article.iter("img")]
    assert len(pictures) == 2 and all(re.fullmatch(rf"/issues/{front_page.DAY}/[0-9a-f]{{32}}\.png", p) for p in pictures)
    parts = {p.get_content() for p in standard.Message(front_page.message(server.publication)).leaves if p.get_content_maintype() == "image"}
    answers = [server.get(p) for p in pictures]
    assert {a.body for a in answers} == parts
    assert {(a["Content-Type"], a["Cache-Control"]) for a in answers} == {("image/png", "public, max-age=31536000")}
    far = read(server.get(f"/issues/{REMOTE}"))
    assert [a.text for a in far.iter("a") if a.get("href") == "https://pictures.example.org/far.png"] == ["Far away"]
    assert not [e for e in far.iter("img") if not e.get("src").startswith("/")]


def test_pages_say_what_they_are(post, server):
    tree = read(server.get(f"/issues/{OLD}"))
    meta = {m.get("property") or m.get("name"): m.get("content") for m in tree.iter("meta")}
    assert (meta["og:title"], meta["og:description"]) == (post.hostile, "What is <i>said</i> & done")
    assert (meta["og:url"], meta["og:type"], meta["og:site_name"]) == (f"{URL}/issues/{OLD}", "article", "The Morning Post")
    assert datetime.datetime.fromisoformat(meta["article:published_time"].replace("Z", "+00:00"))
    assert {link.get("rel"): link.get("href") for link in tree.iter("link")}["canonical"] == f"{URL}/issues/{OLD}"
    assert "robots" not in meta
    assert {(a.get("rel"), a.get("href")) for a in tree.iter("a")} >= {("prev", f"/issues/{REMOTE}"), ("next", f"/issues/{front_page.DAY}")}


def test_whoever_links_to_an_issue_sees_its_picture(server):
    tree = read(server.get(f"/issues/{front_page.DAY}"))
    meta = {m.get("property") or m.get("name"): m.get("content") for m in tree.iter("meta")}
    [article] = [e for e in tree.iter() if e.get("role") == "article"]
    chart, code = article.iter("img")
    assert code.get("alt").startswith("QR code")
    assert (meta["og:image"], meta["og:image:alt"], meta["og:image:type"]) == (URL + chart.get("src"), chart.get("alt"), "image/png")
    assert meta["twitter:card"] == "summary_large_image" and server.get(meta["og:image"].removeprefix(URL))["Content-Type"] == "image/png"
    for path in ("/", f"/issues/{OLD}", f"/issues/{REMOTE}", "/issues/2026"):
        page = server.get(path)
        assert "og:image" not in page.text and 'name="twitter:card" content="summary"' in page.text, "there is none of its own"


def test_codes_are_read_by_a_telephone(server, tmp_path):
    for name, leads_to in (("subscribe", f"{URL}/subscribe"), ("telegram", CHANNEL)):
        (tmp_path / "code.png").write_bytes(server.get(f"/qr/{name}.png").body)
        seen = subprocess.run(["zbarimg", "-q", "--raw", tmp_path / "code.png"], capture_output=True, text=True, timeout=60)
        assert seen.stdout.strip() == leads_to
        assert ET.fromstring(server.get(f"/qr/{name}.svg").body).tag.endswith("svg")


# -- how it is answered -----------------------------------------------------------------------------

def test_public_answers_have_their_policy(server):
    for path in [*PAGES, *FILES]:
        answer = server.get(path)
        assert answer.status == 200 and answer["Content-Type"].startswith(FILES.get(path, "text/html; charset=utf-8")), path
        policy = set(answer["Content-Security-Policy"].split("; "))
        assert policy == {"default-src 'none'", "style-src 'unsafe-inline'", "img-src 'self'", "script-src 'self'", "base-uri 'none'",
                          "form-action 'self'", "frame-ancestors 'none'"}
        assert answer["X-Content-Type-Options"] == "nosniff" and re.fullmatch(r"public, max-age=\d+", answer["Cache-Control"])
        for name in ("X-Robots-Tag", "Set-Cookie", "Server", "Access-Control-Allow-Origin"):
            assert answer[name] is None


def test_what_one_has_is_not_sent_again(server):
    for path in [*PAGES, *FILES]:
        first = server.get(path)
        tag = first["ETag"].encode()
        for known in (tag, b'"x", ' + tag + b', "y"', b"*", tag.removeprefix(b"W/")):
            again = server.send(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: a\r\nIf-None-Match: " + known + b"\r\n\r\n", head_only=True)
            assert (again.status, again.body, again["ETag"], again["Cache-Control"]) == (304, b"", first["ETag"], first["Cache-Control"])
        assert server.get(path, b'If-None-Match: "other"\r\n').status == 200
        head = server.get(path, method=b"HEAD")
        assert head.fields[1:] == first.fields[1:], "HEAD says what GET would"


def test_it_is_squeezed_for_who_asks(server):
    for path in [*PAGES, "/feed.xml", "/feed.json", "/qr/subscribe.svg"]:
        plain = server.get(path)
        for accepted in ("gzip", "deflate, GZIP;q=0.5, br", "br;q=1.0, gzip; q=0.001"):
            small = server.get(path, f"Accept-Encoding: {accepted}\r\n".encode())
            assert small["Content-Encoding"] == "gzip" and gzip.decompress(small.body) == plain.body and len(small.body) < len(plain.body)
            assert small["Vary"] == plain["Vary"] == "Accept-Encoding"
        for refused in ("identity", "gzip;q=0", "gzip;q=0.0, br", "xgzip", ""):
            assert server.get(path, f"Accept-Encoding: {refused}\r\n".encode()).body == plain.body
    assert server.get("/qr/subscribe.png", b"Accept-Encoding: gzip\r\n")["Content-Encoding"] is None


@pytest.mark.parametrize("path", [
    "/issues/../../etc/passwd", f"/issues/{OLD}/../../morningpost.yaml", f"/issues/{OLD}/..%2f..%2fvar/keys/mac", f"/issues/{OLD}/",
    f"/issues/{OLD}//", f"/issues/{OLD}%2f", f"/issues/{OLD}%00", "/issues/%32026", "/qr/../feed.xml", "/qr/subscribe.png/", "//feed.xml",
    "/feed.xml%20", "/FEED.XML", "/index.html", f"/issues/{OLD}/index.html", "/templates/page.css"])
def test_no_path_leads_out(server, path):
    answer = server.get(path)
    assert answer.status == (200 if path == f"/issues/{OLD}/" else 400 if path.endswith("%00") else 404)
    assert "root:" not in answer.text and "publication:" not in answer.text


def test_only_reading(server):
    for path in ("/", f"/issues/{OLD}", "/feed.xml"):
        for method in (b"POST", b"PUT", b"DELETE", b"OPTIONS"):
            answer = server.get(path, b"Content-Length: 0\r\n", method=method)
            assert answer.status == 405 and answer["Allow"] == "GET, HEAD"


# -- feeds ------------------------------------------------------------------------------------------

def test_the_atom_feed_is_one(post, server):
    """RFC 4287's musts, by an XML parser; then as a feed reader has it."""
    feed = ET.fromstring(server.get("/feed.xml").body)
    assert feed.tag == ATOM + "feed"
    for one in [feed, *feed.iter(ATOM + "entry")]:
        for name in ("id", "title", "updated"):
            assert len(one.findall(ATOM + name)) == 1 and one.find(ATOM + name).text.strip(), name
        assert one.find(ATOM + "id").text.startswith(URL)
        for name in ("updated", "published"):
            for moment in one.findall(ATOM + name):
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment.text)
        assert len({(li.get("rel"), li.get("type"), li.get("hreflang")) for li in one.findall(ATOM + "link") if li.get("rel") == "alternate"}) == 1
    assert all(a.find(ATOM + "name").text for a in feed.iter(ATOM + "author")) and feed.find(ATOM + "author") is not None
    ids = [e.find(ATOM + "id").text for e in feed.iter(ATOM + "entry")]
    assert ids == [f"{URL}/issues/{d}" for d in (front_page.DAY, OLD, REMOTE, OLDER)] and len(set(ids)) == len(ids)
    assert [li.get("href") for li in feed.findall(ATOM + "link") if li.get("rel") == "self"] == [f"{URL}/feed.xml"]
    assert feed.find(ATOM + "updated").text == max(e.find(ATOM + "updated").text for e in feed.iter(ATOM + "entry"))

    heard = feedparser.parse(server.get("/feed.xml").body)
    assert not heard.bozo and heard.version == "atom10" and heard.feed.title == "The Morning Post" and heard.feed.language == "en"
    assert heard.entries[0].author == "Mira Holt" and heard.entries[0].link == f"{URL}/issues/{front_page.DAY}"
    assert [e.title_detail.value for e in heard.entries][1] == post.hostile.replace("&", "&") and heard.entries[1].title_detail.type == "text/plain"
    assert heard.entries[1].summary == "What is <i>said</i> & done"


def test_the_json_feed_is_one(post, server):
    """JSON Feed 1.1."""
    feed = json.loads(server.get("/feed.json").body)
    assert feed["version"] == "https://jsonfeed.org/version/1.1" and feed["title"] == "The Morning Post"
    assert (feed["home_page_url"], feed["feed_url"], feed["language"]) == (f"{URL}/", f"{URL}/feed.json", "en")
    assert [a["name"] for a in feed["authors"]] == ["The Morning Post"]
    assert [i["url"] for i in feed["items"]] == [f"{URL}/issues/{d}" for d in (front_page.DAY, OLD, REMOTE, OLDER)]
    for item in feed["items"]:
        assert isinstance(item["id"], str) and item["id"] and ("content_text" in item or "content_html" in item)
        for name in ("date_published", "date_modified"):
            assert datetime.datetime.fromisoformat(item[name].replace("Z", "+00:00")).tzinfo
    assert feed["items"][1]["title"] == post.hostile and feed["items"][0]["authors"] == [{"name": "Mira Holt"}]


def test_feeds_have_whole_issues_without_their_look(post, server):
    [atom] = [e for e in feedparser.parse(server.get("/feed.xml").body).entries if e.link.endswith(front_page.DAY)]
    html = json.loads(server.get("/feed.json").body)["items"][0]["content_html"]
    assert atom.content[0].type == "text/html" and html.strip().endswith("</div>")
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    tree = parser.parseFragment(html)
    shown, sent = standard.words(tree), standard.words(standard.Message(front_page.message(post)).tree.find(".//*[@role='article']"))
    written = sent[sent.index("Read in browser") + 15:sent.index("You get this")].split()
    assert shown.split() == written, "what was written that day, no more"
    assert [h.text for h in tree.iter("h2")][0] == "The smallest models learned to wait their turn" and list(tree.iter("table"))
    for element in tree.iter():
        assert not {"style", "class", "bgcolor", "role"} & set(element.attrib) and element.tag not in ("script", "style")
        assert element.tag != "img" or element.get("src").startswith(f"{URL}/issues/{front_page.DAY}/")
    everything = server.get("/feed.xml").text + server.get("/feed.json").text
    for secret in [front_page.READER[0], "Ada Reader", *PEOPLE, *post.tokens.values(), "/u/", "/p/", "nobody"]:
        assert secret not in everything


def test_search_engines_find_all_pages(server):
    site = ET.fromstring(server.get("/sitemap.xml").body)
    found = [u.text for u in site.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert found == [f"{URL}/", f"{URL}/issues/2026", f"{URL}/issues/2025", *(f"{URL}/issues/{d}" for d in (front_page.DAY, OLD, REMOTE, OLDER))]
    robots = server.get("/robots.txt").text.splitlines()
    assert robots[0] == "User-agent: *" and "Disallow: /u/" in robots and f"Sitemap: {URL}/sitemap.xml" in robots


# -- as files ---------------------------------------------------------------------------------------

LIST = ".morningpost-files"


def exported(folder):
    return {str(f.relative_to(folder)): f for f in sorted(folder.rglob("*")) if f.is_file() and f.name != LIST}


def test_the_files_are_what_is_served(post, server, tmp_path):
    first = post.json("archive", "export", tmp_path / "out")
    files = exported(tmp_path / "out")
    assert sorted(first["written"]) == sorted(files) and first["unchanged"] == 0
    for name, file in files.items():
        path = "/" + name.removesuffix("index.html").rstrip("/")
        assert file.read_bytes() == server.get(path).body, name
        assert stat.S_IMODE(file.stat().st_mode) == 0o644 and re.fullmatch(r"([a-z0-9-]{1,64}/)*[a-z0-9-]{1,64}\.[a-z]+", name)
    assert {stat.S_IMODE(f.stat().st_mode) for f in (tmp_path / "out").rglob("*") if f.is_dir()} == {0o755}
    everything = b"".join(f.read_bytes() for f in files.values()).decode("latin-1")
    assert {src.removeprefix("/") for src in re.findall(r' src="([^"]+)"', everything)} <= set(files), "all that a page loads is there"
    for secret in [front_page.READER[0], *PEOPLE, *post.tokens.values()]:
        assert secret not in everything


def test_only_what_changed_is_written_again(tmp_path):
    assert run("init", tmp_path / "post").code == 0
    post, out = Publication(tmp_path / "post"), tmp_path / "out"
    post.ok("subscriber", "add", PEOPLE[0])
    for day in ("2026-08-10", "2026-08-11"):
        send(post, day, issue(f"Of {day}"))
    post.ok("archive", "export", out)
    before = {n: (f.stat().st_ino, f.stat().st_mtime_ns) for n, f in exported(out).items()}
    again = post.json("archive", "export", out)
    assert again == {"written": [], "removed": [], "unchanged": len(before)}
    assert {n: (f.stat().st_ino, f.stat().st_mtime_ns) for n, f in exported(out).items()} == before

    send(post, "2026-08-12", issue("Of today"))
    (out / "robots.txt").unlink()
    (out / "note.txt").write_text("not ours")
    assert set(post.json("archive", "export", out)["written"]) == {
        "issues/2026-08-12/index.html", "issues/2026-08-11/index.html", "issues/2026/index.html", "index.html", "feed.xml", "feed.json", "sitemap.xml",
        "robots.txt"}
    assert (out / "note.txt").read_text() == "not ours" and [f.name for f in out.rglob(".*")] == [LIST]

    # Another edition for those who come late is what the archive has from then on.
    old = (out / "issues/2026-08-12/index.html").read_text()
    post.ok("subscriber", "add", PEOPLE[1])
    send(post, "2026-08-12", issue("Of today, mended"), "--new-edition", "--only-missed")
    changed = post.json("archive", "export", out)["written"]
    assert "issues/2026-08-12/index.html" in changed and "issues/2026-08-10/index.html" not in changed
    new = (out / "issues/2026-08-12/index.html").read_text()
    assert "Of today, mended" in new and re.search(r'class="hash">(\w{64})<', new)[1] not in old


def hold(post, day, state="held"):
    """An issue that is not public any more."""
    with sqlite3.connect(post.database) as db:
        assert db.execute("UPDATE issue SET state = ? WHERE day = ?", [state, day]).rowcount == 1


@pytest.fixture
def three(planted_post, tmp_path):
    """A publication with three issues, one with a picture, and where they were exported to."""
    shutil.copytree(planted_post.path, tmp_path / "post")
    post, out = Publication(tmp_path / "post"), tmp_path / "out"
    post.write("pictures/chart.png", front_page.chart())
    for day in ("2026-08-11", "2026-08-12"):
        send(post, day, issue(f"Of {day}", departments={"Chart": "![A chart](pictures/chart.png)\n\nIts words.\n"}))
    post.ok("archive", "export", out)
    return post, out


def test_what_is_public_no_longer_is_removed(three):
    post, out = three
    everything = exported(out)
    subprocess.run(["b2sum", "-l", "256", "--check", "--strict", "--quiet", LIST], cwd=out, check=True, timeout=60)
    [picture] = (out / "issues/2026-08-12").glob("*.png")
    hold(post, "2026-08-12")
    gone = {"issues/2026-08-12/index.html", f"issues/2026-08-12/{picture.name}"}
    assert post.json("archive", "export", out, "--keep")["removed"] == [] and set(exported(out)) == set(everything)
    done = post.json("archive", "export", out)
    assert set(done["removed"]) == gone and set(exported(out)) == set(everything) - gone
    assert not (out / "issues/2026-08-12").exists(), "nor a folder that is empty"
    subprocess.run(["b2sum", "-l", "256", "--check", "--strict", "--quiet", LIST], cwd=out, check=True, timeout=60)
    hold(post, "2026-08-12", "sent")
    assert set(post.json("archive", "export", out)["written"]) >= gone and set(exported(out)) == set(everything)
    # An earlier export left no list: what is there may be anybody's.
    (out / LIST).unlink()
    hold(post, "2026-08-12")
    assert post.json("archive", "export", out)["removed"] == [] and set(exported(out)) == set(everything)


def test_what_is_somebody_elses_is_never_removed(three, tmp_path):
    post, out = three
    page, [picture] = out / "issues/2026-08-12/index.html", (out / "issues/2026-08-12").glob("*.png")
    page.write_text("a page of somebody's own")
    (out / "issues/2026-08-12/beside.txt").write_text("beside it")
    outside = tmp_path / "outside"
    (out / "issues/2026-08-11").rename(outside)
    (out / "issues/2026-08-11").symlink_to(outside)
    before = {f.name: f.read_bytes() for f in outside.iterdir()}
    hold(post, "2026-08-11"), hold(post, "2026-08-12")
    done = post.run("archive", "export", out)
    assert done.code == 0 and "issues/2026-08-12/index.html is public no longer" in done.err, done
    assert page.read_text() == "a page of somebody's own" and (out / "issues/2026-08-12/beside.txt").exists() and not picture.exists()
    assert {f.name: f.read_bytes() for f in outside.iterdir()} == before, "no link is followed"
    assert "beside.txt" not in (out / LIST).read_text()


def test_a_list_that_is_not_ours_removes_nothing(three):
    post, out = three
    line = "../post/morningpost.yaml"
    (out / "note.txt").write_text("x")
    hashes = subprocess.run(["b2sum", "-l", "256", out / "note.txt", post.path / "morningpost.yaml"], capture_output=True, text=True, timeout=60).stdout
    with open(out / LIST, "a") as manifest:
        manifest.writelines(f"{h.split()[0]}  {line}\n" for h in hashes.splitlines())
    hold(post, "2026-08-12")
    done = post.run("archive", "export", out)
    assert done.code == 0 and f"{LIST}:" in done.err and "no line of ours" in done.err, done
    assert (out / "issues/2026-08-12/index.html").exists() and (out / "note.txt").exists() and (post.path / "morningpost.yaml").exists()
    assert line not in (out / LIST).read_text()


def test_an_export_that_fails_forgets_nothing(three):
    post, out = three
    hold(post, "2026-08-12")
    (out / "sitemap.xml").unlink()
    os.mkfifo(out / "sitemap.xml")
    assert post.run("archive", "export", out).code not in (0, 70)
    assert (out / "issues/2026-08-12/index.html").exists(), "not while pages may still lead to it"
    (out / "sitemap.xml").unlink()
    assert "issues/2026-08-12/index.html" in post.json("archive", "export", out)["removed"]


@pytest.mark.parametrize("planted", ["index.html", "issues", "issues/2026-08-10", "issues/2026-08-10/index.html", "feed.xml"])
@pytest.mark.parametrize("kind", ["link", "fifo"])
def test_planted_files_are_refused(planted_post, tmp_path, planted, kind):
    out, outside = tmp_path / "out", tmp_path / "outside"
    (out / planted).parent.mkdir(parents=True)
    outside.mkdir()
    (outside / "file").write_text("mine")
    if kind == "fifo":
        os.mkfifo(out / planted)
    else:
        (out / planted).symlink_to(outside / "file" if planted.endswith(("html", "xml")) else outside)
    done = planted_post.run("archive", "export", out)
    assert done.code not in (0, 70) and planted.split("/")[0] in done.err, done
    assert [f.name for f in outside.iterdir()] == ["file"] and (outside / "file").read_text() == "mine"


@pytest.fixture(scope="module")
def planted_post(tmp_path_factory):
    path = tmp_path_factory.mktemp("planted") / "post"
    assert run("init", path).code == 0
    post = Publication(path)
    post.ok("subscriber", "add", PEOPLE[0])
    send(post, "2026-08-10", issue())
    return post


def test_a_new_issue_is_seen_while_it_is_served(planted_post):
    server = Server(planted_post)
    before = server.get("/")
    tag = before["ETag"].encode()
    planted_post.ok("subscriber", "add", PEOPLE[1])
    assert server.get("/", b"If-None-Match: " + tag + b"\r\n", method=b"HEAD").status == 304, "somebody has written, but no news"
    send(planted_post, "2026-08-11", issue("Out just now"))
    wait_for(lambda: "Out just now" in server.get("/").text, 5)
    assert server.get("/issues/2026-08-11").status == 200 and 'rel="next"' in server.get("/issues/2026-08-10").text
    assert server.get("/feed.xml").text.count("<entry>") == 2
    server.stop()


def test_a_paper_without_tls_can_be_read(tmp_path):
    """As one is tried out: doctor warns of it, and that is all."""
    assert run("init", tmp_path / "post").code == 0
    post = Publication(tmp_path / "post")
    settings = post.path / "morningpost.yaml"
    settings.write_text(settings.read_text().replace(URL, "http://127.0.0.1:8025"))
    post.ok("subscriber", "add", PEOPLE[0])
    send(post, "2026-08-10", issue("Out of the box"))
    server = Server(post)
    page = server.get("/issues/2026-08-10")
    server.stop()
    assert page.status == 200 and "Out of the box" in page.text
    post.ok("archive", "export", tmp_path / "out")
    assert not post.run("rehearse", "--date", "2026-08-10").code


def test_what_the_command_says(planted_post, tmp_path):
    for wrong in ((), ("export",), ("import", "x"), ("export", "a", "b"), ("export", "a", "--keeps")):
        assert planted_post.run("archive", *wrong).code == 64
    assert planted_post.run("archive", "export", tmp_path / "no" / "folder").code == 73
    (tmp_path / "file").write_text("x")
    assert planted_post.run("archive", "export", tmp_path / "file").code == 73
    assert "export DIR" in run("archive", "-h").out


# -- languages, and eyes ----------------------------------------------------------------------------

def test_pages_speak_the_publications_language(tmp_path):
    assert run("init", tmp_path / "post").code == 0
    post = Publication(tmp_path / "post")
    settings = post.path / "morningpost.yaml"
    settings.write_text(settings.read_text().replace("  timezone: UTC", "  language: de-AT\n  timezone: Europe/Vienna"))
    (post.path / "templates").mkdir(exist_ok=True)
    post.write("templates/words-de.yaml", "archive_read: Weiterlesen\n")
    post.ok("subscriber", "add", PEOPLE[0])
    send(post, "2026-08-10", issue("Grüße"))
    server = Server(post)
    front, page, left = server.get("/"), server.get("/issues/2026-08-10"), server.get("/u/x")
    server.stop()
    assert read(front).get("lang") == "de" and "Montag, 10. August 2026" in front.text and "Die neueste Ausgabe" in front.text
    assert "Weiterlesen" in front.text and "1 Ausgabe<" in front.text
    assert "Dies ist die Edition" in page.text and "as ein Leser." in page.text
    assert '<html lang="de" dir="ltr">' in left.text and "Dieser Link gilt nicht" in left.text


def test_a_wrong_word_is_told_at_the_start(planted_post):
    (planted_post.path / "templates").mkdir(exist_ok=True)
    file = planted_post.write("templates/words-en.yaml", "leave_title: [a, b]\n")
    done = planted_post.run("serve", "--listen", "127.0.0.1:0")
    file.unlink()
    assert done.code == 65 and "templates/words-en.yaml:1" in done.err, done


AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def test_a_browser_finds_nothing_wrong(post, server):
    """320 px to 4K, light and dark, without scripts, by keyboard; axe-core has nothing against any of it."""
    browser = Browser()
    token = post.tokens[PEOPLE[1]]
    address = f"http://127.0.0.1:{server.port}"
    looks = [(320, "light"), (768, "dark"), (1280, "light"), (3840, "dark")]
    for path in ["/", f"/issues/{front_page.DAY}", "/issues/2026", f"/u/{token}", "/nothing"]:
        for width, scheme in looks if path == "/" else looks[:2]:
            browser("open", url=address + path, width=width, scheme=scheme, height=900, script=False)
            assert browser("value", expression="document.documentElement.scrollWidth <= innerWidth"), (path, width)
            complaints = [c for c in browser("complaints") if "404" not in c]
            assert complaints == [], (path, complaints)
        for width, scheme in looks[:1] + looks[2:3] if path == "/" else looks[1:2]:
            browser("open", url=address + path, width=width, scheme=scheme, height=900)
            found = browser("axe", options=AXE)
            assert found["violations"] == [], (path, width, scheme, found["violations"])
    browser("open", url=address + "/", width=1280, height=900)
    order = browser("value", expression="[...document.querySelectorAll('a, button, input:not(.trap *)')].every((e) => e.tabIndex === 0)")
    first = browser("value", expression="document.querySelector('a').className")
    broken = browser("value", expression="[...document.images].filter((i) => !i.complete || !i.naturalWidth).length")
    browser.close()
    assert order and first == "skip" and broken == 0
