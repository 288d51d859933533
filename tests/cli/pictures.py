"""Draws the full issue (front_page.py) as readers see it. Run as a program it renews the pictures that are kept:
  pictures.py golden|docs"""
import base64
import io
import pathlib
import sys
import tempfile

from PIL import Image, ImageChops

import front_page
import standard
from browser import FONTS, Browser

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
WIDTHS = (375, 640, 1200)
SCHEMES = ("light", "dark")
# What some programs do to a page that they think too bright: every colour turned round, pictures left as they are.
INVERTED = "html { filter: invert(1); background: #fff } img { filter: invert(1) }"
# A channel may be off by so much before its pixel counts as another one, and so many of a thousand pixels may be others.
NEAR = 16
OTHERS = 1


def page_of(raw, images=True):
    """The HTML part as a page of its own. Without images it is as it is where they are not loaded."""
    m = standard.Message(raw)
    parts = [p for p in m.leaves if p.get_content_maintype() == "image"] if images else []
    html = m.html
    for part in parts:
        html = html.replace(f"cid:{part['Content-ID'][1:-1]}", f"data:{part.get_content_type()};base64,{base64.b64encode(part.get_content()).decode()}")
    return html


def text_page(text, ink="#d8d8d8", paper="#1e1e1e"):
    """The text part in a terminal of 80 columns."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;")
    # A reader of mail in a terminal shows what is not ASCII at the width of a cell or two; so does this font.
    return (f'<!DOCTYPE html><meta charset="utf-8"><body style="margin:0;background:{paper}">'
            f'<pre style="margin:0;padding:14px 16px;width:80ch;font:14px/18px \'DejaVu Sans Mono\';color:{ink};white-space:pre-wrap;overflow-wrap:anywhere">{safe}</pre>')


class Easel:
    """A browser that has our fonts and no others, and where the pages lie."""

    def __init__(self, where):
        self.where = where
        self.browser = Browser(FONTCONFIG_FILE=str(FONTS), XDG_CACHE_HOME=str(where / "cache"))

    def open(self, html, width=640, scheme="light", css=None):
        page = self.where / "page.html"
        page.write_text(html)
        self.browser("open", url=page.as_uri(), width=width, height=800, scheme=scheme)
        if css:
            self.browser("style", css=css)
        return self.browser

    def draw(self, html, **how):
        """What is seen of it, from its top to its end."""
        self.open(html, **how)("picture", path=str(self.where / "page.png"))
        return Image.open(self.where / "page.png").convert("RGB")

    def close(self):
        self.browser.close()


def difference(one, other):
    """How many of a thousand pixels differ; all of them where the sizes do."""
    if one.size != other.size:
        return 1000
    red, green, blue = (band.point(lambda v: 255 * (v > NEAR)) for band in ImageChops.difference(one, other).split())
    marked = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return 1000 * marked.histogram()[255] / (one.width * one.height)


def packed(image):
    """As a small PNG: the 256 colours nearest to what is there; letters on paper have hardly more."""
    out = io.BytesIO()
    image.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def golden(easel, raw):
    """Whole pages, as wide as telephones, mail programs and desktops are."""
    for width in WIDTHS:
        for scheme in SCHEMES:
            yield f"{width}-{scheme}.png", easel.draw(page_of(raw), width=width, scheme=scheme)


def shown(easel, raw):
    """What docs/ shows: the issue on a desktop and on a telephone, light and dark, and its text part in a terminal."""
    m, page = standard.Message(raw), page_of(raw)
    desktop = easel.draw(page, width=760)
    yield "desktop.png", desktop.crop((0, 0, 760, 1500))
    yield "desktop-charts.png", desktop.crop((0, heading(easel, "Trending") - 20, 760, heading(easel, "Weekend Reading") - 20))
    for scheme in SCHEMES:
        yield f"phone-{scheme}.png", easel.draw(page, width=375, scheme=scheme).crop((0, 0, 375, 1500))
    text = m.text[:m.text.index("Deep Dive\n")] + "[...]\n\n\n" + m.text[m.text.index("Trending\n"):m.text.index("Biggest Movers\n")].rstrip() + "\n"
    yield "terminal.png", easel.draw(text_page(text), width=680)


def heading(easel, words):
    """How far down the page that is open a department begins."""
    return int(easel.browser("value", expression=f"[...document.querySelectorAll('h2')].find((e) => e.innerText.toLowerCase() === {words.lower()!r}).getBoundingClientRect().top"))


def main(what):
    with tempfile.TemporaryDirectory() as place:
        where = pathlib.Path(place)
        raw = front_page.message(front_page.publication(where))
        easel = Easel(where)
        folder, drawn = {"golden": (GOLDEN, golden), "docs": (ROOT / "docs", shown)}[what]
        folder.mkdir(exist_ok=True)
        for name, image in drawn(easel, raw):
            if not (folder / name).exists() or difference(image, Image.open(folder / name).convert("RGB")):
                (folder / name).write_bytes(packed(image))
                print(f"{folder.name}/{name}: {image.width} x {image.height}")
        easel.close()


if __name__ == "__main__":
    main(sys.argv[1])
