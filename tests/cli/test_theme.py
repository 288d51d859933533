"""The paper's look is a file: each template can be replaced alone, and another theme is another paper that reads as well."""
import pathlib
import re

import pytest
import yaml

import standard
from test_blocks import DAY, ISSUE, repository, week

TEMPLATES = pathlib.Path(__file__).resolve().parents[2] / "templates"
THEMES = ["theme.yaml", "theme-evening.yaml"]
ALL = ISSUE + """
## Tools

```tools
- {title: A tool, url: https://example.org/tool, note: It does it., source: Example}
```

## Reading

```reading
- {title: A book, url: https://example.org/book, note: It is long.}
```

## Subscribe

```subscribe
```
"""
# What is no part of the message, or is another theme.
ELSEWHERE = re.compile(r"page[-.]|note-|words-|draft\.md$|theme-")


@pytest.fixture
def full(publication, tmp_path):
    """A publication whose issue of the day has every block, with figures in them."""
    week(tmp_path / "recorded", lambda day: ([repository(900, "fast/mover", 6000 + 360 * day, "It moves")], []))
    publication.ok("collect", "--from", tmp_path / "recorded")
    publication.write(f"issues/{DAY}.md", ALL)
    return publication


def parts(publication):
    return {kind: publication.ok("compose", "--date", DAY, "--format", kind).out for kind in ("html", "text")}


def test_each_template_alone_can_be_replaced(full, tmp_path):
    before = parts(full)
    full.ok("templates", "export", tmp_path / "out")
    names = sorted(p.name for p in (tmp_path / "out").iterdir() if not ELSEWHERE.match(p.name))
    assert {"issue.html", "issue.txt", "masthead.html", "block-trending.html", "block-bar.html", "theme.yaml"} < set(names)
    for name in names:
        content = (tmp_path / "out" / name).read_text()
        own = full.write(f"templates/{name}", content)
        assert parts(full) == before, f"{name}, as it is exported, is the built-in one"
        changed = content.replace('accent: "#8c1d18"', 'accent: "#123456"') if name == "theme.yaml" else content + "Mark 123456"
        own.write_text(changed)
        after = parts(full)
        assert {k for k in after if after[k] != before[k]} == {"text" if name == "issue.txt" else "html"}, name
        assert "123456" in after["text" if name == "issue.txt" else "html"], name
        own.unlink()


def luminance(colour):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5))]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear))


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def inverted(colour):
    """As an app does that turns light into dark by itself: the lightness turned round, the hue kept."""
    r, g, b = (int(colour[i:i + 2], 16) for i in (1, 3, 5))
    turn = 255 - max(r, g, b) - min(r, g, b)
    return "#" + "".join(f"{min(255, max(0, c + turn)):02x}" for c in (r, g, b))


# What stands on what, and how far apart WCAG 2.2 wants it (AA): text 4.5, a bar 3.
PAIRS = [(text, ground, 4.5) for text in ("ink", "muted", "accent", "up", "down") for ground in ("sheet", "tint")] + [
    ("bar", "sheet", 3), ("ink", "page", 4.5)]


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_can_be_read_by_day_by_night_and_inverted(name):
    colours = yaml.safe_load((TEMPLATES / name).read_text())["colours"]
    ways = {"light": lambda c: colours[c], "dark": lambda c: colours["dark_" + c], "inverted": lambda c: inverted(colours[c])}
    for way, of in ways.items():
        for one, ground, least in PAIRS:
            assert contrast(of(one), of(ground)) >= least, f"{name}, {way}: {one} {of(one)} on {ground} {of(ground)}"


def test_both_themes_name_the_same():
    day, evening = (yaml.safe_load((TEMPLATES / name).read_text()) for name in THEMES)
    assert day["colours"].keys() == evening["colours"].keys() and day["styles"].keys() == evening["styles"].keys()
    for kind in ("colours", "styles"):
        same = [k for k in day[kind] if day[kind][k] == evening[kind][k]]
        assert len(same) < len(day[kind]) / 2, f"{kind} that are no other: {same}"


def test_another_theme_is_another_look_and_the_same_paper(full, tmp_path):
    day = parts(full)
    full.ok("templates", "export", tmp_path / "out")
    full.write("templates/theme.yaml", (tmp_path / "out" / "theme-evening.yaml").read_bytes())
    evening = parts(full)
    colours, others = (set(yaml.safe_load((TEMPLATES / name).read_text())["colours"].values()) for name in THEMES)
    assert evening["text"] == day["text"]
    assert re.sub(r"(?s)<style.*?</style>|<[^>]*>", "", evening["html"]) == re.sub(r"(?s)<style.*?</style>|<[^>]*>", "", day["html"])
    used = set(re.findall(r"#[0-9a-f]{6}\b", evening["html"]))
    assert used & others and not used & (colours - others), "no colour stands in a template"
    raw = full.ok("compose", "--date", DAY).bytes
    assert standard.faults(raw) == []
