"""Pictures that travel inside the message: taken in, refused, found by every parser and seen in a browser."""
import base64
import json
import os
import pathlib
import re
import struct
import subprocess
import zlib

import pytest

import standard
from conftest import run
from parsers import gmime_leaves, postal_mime
from test_message import DEPARTMENTS, TODAY, copies, issue, wire

HERE = pathlib.Path(__file__).resolve().parent
MADE = HERE.parent / "fuzz" / "corpus" / "picture"


def png(width, height, seed=0, filler=0, interlaced=False):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    # Adam7 of one pixel is its first pass alone.
    assert not interlaced or (width, height) == (1, 1)
    rows = b"".join(b"\0" + bytes([seed, y % 256, 128]) * width for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, interlaced)) +
            chunk(b"IDAT", zlib.compress(rows)) + (chunk(b"teSt", bytes(filler)) if filler else b"") + chunk(b"IEND", b""))


GIF = base64.b64decode("R0lGODdhAQABAIAAAAAAAP///ywAAAAAAQABAAACAkQBADs=")
# Name: bytes, Content-Type, pixels as a browser turns them, pixels as shown where there is room.
PICTURES = {
    "wide.png": (png(1152, 400), "image/png", (1152, 400), (576, 200)),
    "small.png": (png(300, 20, 1), "image/png", (300, 20), (300, 20)),
    "fine@2x.png": (png(300, 20, 2), "image/png", (300, 20), (150, 10)),
    "woven.png": (png(1, 1, 3, interlaced=True), "image/png", (1, 1), (1, 1)),
    "photo.jpeg": ((MADE / "jpeg").read_bytes(), "image/jpeg", (24, 16), (24, 16)),
    "slow.jpg": ((MADE / "jpeg-progressive").read_bytes(), "image/jpeg", (24, 16), (24, 16)),
    "turned.jpg": ((MADE / "jpeg-exif-big").read_bytes(), "image/jpeg", (16, 24), (16, 24)),
    "dot.gif": (GIF, "image/gif", (1, 1), (1, 1)),
}


@pytest.fixture
def gallery(publication):
    """A publication with the pictures in it and a channel."""
    for name, (content, *_) in PICTURES.items():
        publication.write(f"pictures/{name}", content)
    settings = publication.path / "morningpost.yaml"
    settings.write_text(settings.read_text() + "telegram: {url: https://t.me/morningpost}\n")
    return publication


def shows(*names):
    body = "".join(f"![The picture {name}](pictures/{name})\n\nSome words about it.\n\n" for name in names)
    return issue(departments={"Pictures": body, "Subscribe": "```subscribe\n```\n"})


def inline_parts(raw):
    mail = standard.Message(raw).mail
    return [p for p in mail.walk() if p.get_content_maintype() == "image"]


def test_every_kind_is_taken_in(gallery):
    one, other = map(wire, copies(gallery, shows(*PICTURES)))
    assert standard.faults(one) + standard.faults(other) + standard.faults_between(one, other) == []
    m = standard.Message(one)
    kinds = [p.get_content_type() for p in m.mail.walk()]
    assert kinds[:4] == ["multipart/alternative", "text/plain", "multipart/related", "text/html"]
    assert kinds[4:] == [kind for _, kind, *_ in PICTURES.values()] + ["image/png"]
    assert m.mail.get_payload()[1].get_param("type") == "text/html"
    parts = {p["Content-ID"][1:-1]: p for p in inline_parts(one)}
    images = list(m.tree.iter("img"))
    assert {i.get("src") for i in images} == {f"cid:{cid}" for cid in parts}, "each is referred to, and each is there"
    for image, (name, (content, _, _, shown)) in zip(images, PICTURES.items()):
        part = parts[image.get("src")[4:]]
        assert part.get_content() == content
        assert (int(image.get("width")), int(image.get("height"))) == shown
        assert image.get("alt") == f"The picture {name}" and f"[The picture {name}]" in m.text
    for cid, part in parts.items():
        assert re.fullmatch(r"[0-9a-f]{32}@post\.example\.org", cid)
        assert part.get_content_disposition() == "inline" and re.fullmatch(r"[A-Za-z0-9_-]+\.(png|jpg|gif)", part.get_filename())
        lines = part.get_payload().split()
        assert part["Content-Transfer-Encoding"] == "base64" and all(len(line) == 76 for line in lines[:-1]) and len(lines[-1]) <= 76


def test_other_parsers_find_them(gallery):
    one = wire(copies(gallery, shows(*PICTURES))[0])
    wanted = [(p.get_content_type(), p.get_filename(), p["Content-ID"], p.get_content()) for p in inline_parts(one)]
    assert len(wanted) == len(PICTURES) + 1
    found = postal_mime(one)["pictures"]
    assert [(p["type"], p["filename"], p["cid"], base64.b64decode(p["bytes"])) for p in found] == wanted
    assert all(p["related"] and p["disposition"] == "inline" for p in found)
    assert [(kind, name, f"<{cid}>", content) for kind, name, cid, content in gmime_leaves(one) if kind.startswith("image/")] == wanted


def test_nothing_of_a_picture_is_one_readers_own(gallery):
    one, other = map(wire, copies(gallery, shows("wide.png", "photo.jpeg")))
    assert [p.as_bytes() for p in inline_parts(one)] == [p.as_bytes() for p in inline_parts(other)]
    html = [standard.Message(m).html for m in (one, other)]
    assert re.findall("cid:[^\"]*", html[0]) == re.findall("cid:[^\"]*", html[1])


def test_the_same_picture_travels_once(gallery):
    gallery.write("pictures/copy.png", PICTURES["small.png"][0])
    one = wire(copies(gallery, shows("small.png", "copy.png", "small.png"))[0])
    assert standard.faults(one) == []
    assert [p.get_filename() for p in inline_parts(one)] == ["small.png", "telegram.png"]
    assert len(re.findall("cid:", standard.Message(one).html)) == 4


def test_the_edition_hangs_on_the_pictures(gallery):
    def edition():
        return re.search("[0-9a-f]{64}", gallery.ok("compose", "-o", gallery.path / "x.eml").err)[0]
    gallery.write(f"issues/{TODAY}.md", shows("small.png"))
    first = edition()
    assert edition() == first
    gallery.write("pictures/unused.png", png(7, 7))
    os.utime(gallery.path / "pictures/small.png", (1, 1))
    assert edition() == first
    gallery.write("pictures/small.png", png(300, 20, 99))
    assert edition() != first


def test_pictures_of_the_web_stay_there(gallery):
    text = issue(departments={"Pictures": '![Far](https://pictures.example.org/far.png "1152x400")\n\nSome words about it.\n'})
    one = wire(copies(gallery, text)[0])
    assert standard.faults(one) == []
    [image] = standard.Message(one).tree.iter("img")
    assert (image.get("src"), image.get("width"), image.get("height")) == ("https://pictures.example.org/far.png", "576", "200")
    assert b"multipart/related" not in one and inline_parts(one) == []


REFUSED = {
    "none.png": (None, "picture-missing"),
    "text.png": (b"no picture", "picture-kind"),
    "cut.png": (png(10, 10)[:20], "picture-kind"),
    "cut.jpg": (PICTURES["slow.jpg"][0][:100], "picture-kind"),
    "lossless.jpg": ((MADE / "jpeg-arithmetic").read_bytes(), "picture-kind"),
    "web.webp": (b"RIFF\x24\0\0\0WEBPVP8 ", "picture-kind"),
    "drawing.svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "picture-kind"),
    "large.png": (png(10, 10, filler=100_000), "picture-file"),
    "many.png": (png(2001, 2000), "picture-pixels"),
    "huge.png": ((MADE / "png-huge").read_bytes(), "picture-pixels"),
    "../issues/x.png": (png(1, 1), "picture-name"),
    ".hidden.png": (png(1, 1), "picture-name"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_told_with_its_line(gallery, name):
    content, code = REFUSED[name]
    if content:
        gallery.write(f"pictures/{name}", content)
    gallery.write(f"issues/{TODAY}.md", issue(departments={"Pictures": f"Some words.\n\n![What it shows](pictures/{name})\n"}))
    line = next(i for i, text in enumerate((gallery.path / f"issues/{TODAY}.md").read_text().splitlines(), 1) if "![" in text)
    [finding] = gallery.json("check", code=65)
    assert (finding["level"], finding["code"], finding["where"]) == ("fail", code, f"issues/{TODAY}.md:{line}") and finding["remedy"]
    assert gallery.run("send").code != 0
    # It is not there, and the words are.
    mail = standard.Message(gallery.ok("compose").bytes)
    assert "What it shows" in mail.html and "<img" not in mail.html and "[What it shows]" in mail.text


@pytest.mark.parametrize("link", ["file", "folder", "pictures"])
def test_no_link_leads_out(gallery, link):
    outside = gallery.path.parent / "outside"
    outside.mkdir()
    (outside / "secret.png").write_bytes(png(1, 1))
    if link == "pictures":
        (gallery.path / "pictures").rename(gallery.path / "moved")
        (gallery.path / "pictures").symlink_to(outside)
    else:
        (gallery.path / "pictures" / "x").symlink_to(outside / "secret.png" if link == "file" else outside)
    path = {"file": "x", "folder": "x/secret.png", "pictures": "secret.png"}[link]
    gallery.write(f"issues/{TODAY}.md", shows(path))
    assert "picture-" in gallery.run("check").out
    assert b"secret" not in gallery.ok("compose").bytes.replace(b"secret.png", b"")
    assert [p.get_filename() for p in inline_parts(gallery.ok("compose").bytes)] == ["telegram.png"]


def test_a_full_issue_with_all_that_may_be_carried_is_taken_everywhere(gallery):
    gallery.write("pictures/one.png", png(2000, 2000, filler=100_000 - len(png(2000, 2000)) - 12))
    gallery.write("pictures/two.png", png(10, 10, filler=19_500 - len(png(10, 10)) - 12))
    everything = DEPARTMENTS | {"Pictures": "![One](pictures/one.png)\n\n![Two](pictures/two.png)\n\nSome words.\n"}
    one = wire(copies(gallery, issue(departments=everything))[0])
    assert standard.faults(one) == [] and len(one) < 250_000
    gallery.write("pictures/three.png", png(10, 10, filler=1000))
    gallery.write(f"issues/{TODAY}.md", issue(departments=everything | {"More": "![Three](pictures/three.png)\n\nWords.\n"}))
    assert [f["code"] for f in gallery.json("check", code=65)] == ["pictures-size"]


def seen(page, folder=None):
    """What became of a page's pictures in Chromium."""
    done = subprocess.run(["node", HERE / "shown.mjs", page, *([folder] if folder else [])], capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def as_a_mail_program_shows_it(raw, path):
    m = standard.Message(raw)
    html = m.html
    for part in inline_parts(raw):
        data = f"data:{part.get_content_type()};base64,{base64.b64encode(part.get_content()).decode()}"
        html = html.replace(f"cid:{part['Content-ID'][1:-1]}", data)
    path.write_text(html)
    return path


def check_views(views):
    for view in views:
        assert view["scroll"] <= view["width"], "it scrolls sideways"
        *pictures, code = view["pictures"]
        assert all(p["visible"] for p in view["pictures"]), view
        for picture, (_, _, pixels, shown) in zip(pictures, PICTURES.values(), strict=True):
            assert tuple(picture["natural"]) == pixels
            room = min(shown[0], view["width"])
            assert room - 60 <= picture["shown"][0] <= room if shown[0] == 576 else tuple(picture["shown"]) == shown
        assert code["alt"] == "QR code: join the Telegram channel at t.me/morningpost"
        assert code["natural"] == [2 * side for side in code["shown"]]


def test_a_browser_shows_them(gallery, tmp_path):
    one = wire(copies(gallery, shows(*PICTURES))[0])
    check_views(seen(as_a_mail_program_shows_it(one, tmp_path / "mail.html")))
    gallery.ok("compose", "--format", "html", "-o", tmp_path / "page.html")
    assert "cid:" not in (tmp_path / "page.html").read_text()
    check_views(seen(tmp_path / "page.html"))


def test_a_telephone_reads_the_code(gallery, tmp_path):
    """From the picture, and off the screen, whatever its width and colours."""
    one = wire(copies(gallery, shows())[0])
    [code] = inline_parts(one)
    (tmp_path / "code.png").write_bytes(code.get_content())
    assert len(code.get_content()) < 1000
    screens = tmp_path / "screens"
    screens.mkdir()
    seen(as_a_mail_program_shows_it(one, tmp_path / "mail.html"), screens)
    files = [tmp_path / "code.png", *screens.iterdir()]
    assert len(files) == 7
    for file in files:
        read = subprocess.run(["zbarimg", "-q", "--raw", file], capture_output=True, text=True, timeout=60)
        assert read.stdout == "https://t.me/morningpost\n", file.name
    m = standard.Message(one)
    assert "https://t.me/morningpost" in m.links() and "Join the Telegram channel:\nhttps://t.me/morningpost\n" in m.text


def test_without_a_channel_there_is_no_code(publication):
    one = wire(copies(publication, shows())[0])
    assert standard.faults(one) == [] and inline_parts(one) == [] and b"telegram" not in one.lower()


def test_the_program_reads_no_more_than_headers(gallery):
    """What is behind the header may be anything: it travels as it is."""
    gallery.write("pictures/odd.png", png(10, 10)[:33] + b"anything")
    gallery.write(f"issues/{TODAY}.md", shows("odd.png"))
    assert gallery.json("check") == []
    assert run("-C", gallery.path, "compose").code == 0
