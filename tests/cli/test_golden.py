"""How the full issue looks, in Chromium: as it did when somebody last looked at it, and readable in the dark, turned round and without
pictures. `scripts/pictures golden` renews what is kept in tests/golden; look at what it wrote before you keep it."""
import os
import pathlib
import re
import subprocess

import pytest
import yaml
from PIL import Image

import pictures

KEEP = os.environ.get("MORNINGPOST_PICTURES")


def test_it_looks_as_it_did(easel, raw, tmp_path):
    differ = {}
    for name, image in pictures.golden(easel, raw):
        kept = Image.open(pictures.GOLDEN / name).convert("RGB")
        if (others := pictures.difference(image, kept)) > pictures.OTHERS:
            where = pathlib.Path(KEEP) if KEEP else tmp_path
            image.save(where / name)
            differ[name] = f"{others:.1f} of 1000 pixels differ, {kept.size} then and {image.size} now: see {where / name}"
    assert differ == {}


def test_the_kept_pictures_are_small():
    assert sum(f.stat().st_size for f in pictures.GOLDEN.iterdir()) < 2_000_000


def luminance(colour):
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other, inverted):
    colours = [[int(v) for v in re.findall(r"\d+", c)[:3]] for c in (one, other)]
    a, b = sorted(luminance([255 - v for v in c] if inverted else c) for c in colours)
    return (b + 0.05) / (a + 0.05)


@pytest.mark.parametrize("scheme,inverted", [("light", False), ("dark", False), ("light", True)], ids=["light", "dark", "inverted"])
def test_contrast(easel, raw, scheme, inverted):
    """WCAG AA: 4.5 to 1 for words, 3 to 1 for large ones (24 px, or 18.66 px bold) and for the bars."""
    bar = yaml.safe_load((pictures.ROOT / "templates/theme.yaml").read_text())["colours"]["bar"]
    found = easel.open(pictures.page_of(raw), scheme=scheme)("colours", selectors=[f'td[bgcolor="{bar}"]'])
    assert len(found["words"]) > 10 and found["shapes"]
    faint = []
    for word in found["words"]:
        least = 3 if word["size"] >= (18.66 if word["weight"] >= 700 else 24) else 4.5
        if (ratio := contrast(word["colour"], word["ground"], inverted)) < least:
            faint.append((word["words"], word["colour"], word["ground"], round(ratio, 2)))
    faint += [s for s in found["shapes"] if contrast(s["colour"], s["ground"], inverted) < 3]
    assert faint == []


VIEWS = {
    "as it is": {},
    "inverted": {"css": pictures.INVERTED},
    "without pictures": {"images": False},
    "without style": {"style": False, "images": False},
}


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_holds_together(easel, raw, view, tmp_path):
    """Nothing scrolls sideways, a phone's first screen has name, headline and standfirst, and a telephone reads the code off it."""
    how = VIEWS[view]
    page = pictures.page_of(raw, images=how.get("images", True))
    if not how.get("style", True):
        page = re.sub("(?s)<style>.*?</style>", "", page)
    for width in (320, *pictures.WIDTHS):
        browser = easel.open(page, width=width, css=how.get("css"))
        assert browser("value", expression="document.documentElement.scrollWidth") <= width, f"it scrolls sideways at {width}"
        if width == 375:
            end = browser("value", expression="Math.max(...[...document.querySelectorAll('h1, h2.lead, h2.lead + p')].map((e) => e.getBoundingClientRect().bottom))")
            assert 0 < end <= 800
        seen = pathlib.Path(KEEP or tmp_path) / f"{view}-{width}.png"
        if KEEP or how.get("images", True):
            browser("picture", path=str(seen))
        if how.get("images", True):
            read = subprocess.run(["zbarimg", "-q", "--raw", seen], capture_output=True, text=True, timeout=60)
            assert read.stdout == "https://t.me/morningpost\n", width


def test_without_pictures_their_words_are_set(easel, raw):
    """In letters and colours of ours, on the ground that the picture had."""
    browser = easel.open(pictures.page_of(raw, images=False), width=375)
    found = browser("value", expression="""[...document.images].map((i) => { const s = getComputedStyle(i), b = i.getBoundingClientRect();
        return { alt: i.alt, family: s.fontFamily, size: parseFloat(s.fontSize), colour: s.color, height: b.height, width: b.width } })""")
    assert len(found) == 2
    for image in found:
        assert image["alt"] and re.search("serif$", image["family"]) and image["size"] >= 12 and image["height"] >= 16, image


def test_the_readme_shows_pictures_that_are_there():
    shown = re.findall(r'src="(docs/[^"]*)"', (pictures.ROOT / "README.md").read_text())
    assert sorted(shown) == sorted(f"docs/{f.name}" for f in (pictures.ROOT / "docs").glob("*.png"))
    assert sum((pictures.ROOT / name).stat().st_size for name in shown) < 500_000
