"""The data blocks of an issue through the program: recorded answers in, a message out. What a stranger wrote stays text in both parts."""
import datetime
import json
import os
import pathlib
import re

import pytest

import standard

DAY = datetime.date(2026, 8, 14)
SHARED = pathlib.Path(os.environ.get("MORNINGPOST_SHARED", "/nonexistent")) / "data"
EVIL = [
    "<script>alert(1)</script><img src=x onerror=alert(2)><svg/onload=alert(3)>",
    "\" onmouseover=\"alert(1)\" x='y'",
    "{{subscriber.email}} {{{theme.ink}}} {{#rows}} {%7*7%} ${HOME} %s%s%n `id`",
    "[click](javascript:alert(1)) ![x](http://evil.invalid/p.png) **bold** | table | # head\n- item",
    "abc \u202egnp.exe\u202c \u2066\u05e9\u05dc\u05d5\u05dd\u2069 \u0645\u0631\u062d\u0628\u0627",
    "bell\u0007 esc\u001b[31mred\u001b[0m del\u007f c1\u0085\u009b",
    "one\r\nBcc: victim@example.com\r\n\r\n<h1>two</h1>\n.\n\nFrom here",
    ".\r\n.\r\nQUIT\r\n",
    "--><!-- ]]> <![CDATA[ x ]]> <![endif]-->",
    "&lt;b&gt; &amp;amp; &#x3c;script&#x3e; &nbsp;",
    "pay\u200bpal\u200c\u200d\ufeff\u2060 \u00ad soft",
    "word " * 4000,
    "x" * 20000,
    "\u4e2d\u6587\u6a21\u578b\u63cf\u8ff0" * 500,
    "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 family \U0001f3f3\ufe0f\u200d\U0001f308",
    "Z" + "\u0351\u036b\u0343" * 300 + "algo",
    "<a href=\"{{unsubscribe_url}}\">x</a>",
    "--=_boundary\r\nContent-Type: text/html\r\n\r\n=3D=0D=0A",
    "",
    None,
]


def repository(i, name, stars, description):
    return {"id": 1000 + i, "full_name": name, "owner": {"login": name.split("/")[0]}, "html_url": "javascript:alert(1)",
            "description": description, "stargazers_count": stars, "forks_count": 100, "created_at": "2024-01-01T00:00:00Z",
            "pushed_at": "2026-08-13T00:00:00Z", "archived": False, "fork": False, "topics": ["llm"]}


def model(name, likes, **more):
    return {"id": name, "likes": likes, "downloads": likes * 100, "trendingScore": likes / 10, "createdAt": "2024-01-01T00:00:00Z", **more}


def record(where, day, repositories, models):
    for folder, body in (("github/search", {"total_count": len(repositories), "incomplete_results": False, "items": repositories}),
                         ("hf/models", models)):
        path = where / folder
        path.mkdir(parents=True, exist_ok=True)
        (path / f"{day}.json").write_text(json.dumps(body))


def week(where, grow):
    """Eight days of a hundred quiet repositories and forty models; `grow` adds what a day has besides."""
    for back in range(7, -1, -1):
        repositories = [repository(i, f"owner{i}/thing", 5000 + i * (8 - back), f"Thing number {i} of many") for i in range(100)]
        models = [model(f"maker{i}/net-{i}b", 900 - i + (40 - i) * (7 - back), pipeline_tag="text-generation") for i in range(40)]
        more = grow(7 - back)
        record(where, DAY - datetime.timedelta(days=back), repositories + more[0], models + more[1])


# What a description that looks like a tag, ours or HTML's, is printed as: itself.
LITERAL = ["check_html: a template's tag is left", "check_text: HTML in the text"]

ISSUE = """---
title: A morning like any other
summary: What there is to know about it, told in one sentence that is long enough.
---

A lead story that is long enough to be one, with a sentence or two more than it would need to be read to its end.

## By the Numbers

```numbers
```

## Trending

Weekly snapshot of trends across key platforms.

```trending
```

## Biggest Movers

```movers
```
"""


def compose(publication, where, day=DAY, top=None, allowed=()):
    publication.ok("collect", "--from", where)
    body = f"top: {top}\n" if top else ""
    publication.write(f"issues/{day}.md", ISSUE.replace("```trending\n", "```trending\n" + body).replace("```movers\n", "```movers\n" + body))
    raw = publication.ok("compose", "--date", day).bytes
    assert [f for f in standard.faults(raw) if f not in allowed] == []
    assert raw == publication.ok("compose", "--date", day).bytes, "the same input gives the same bytes"
    return standard.Message(raw)


def inert(m):
    """Nothing but our own tags and our own links; no control, no bidi, nothing zero-width."""
    assert {e.tag for e in m.tree.iter() if isinstance(e.tag, str)} <= {
        "html", "head", "meta", "title", "style", "body", "div", "table", "caption", "tbody", "tr", "td", "th", "h1", "h2", "h3", "h4", "p", "a",
        "span", "br", "wbr", "em", "strong"}
    for href in m.links():
        assert re.match(r"https://(post\.example\.org|github\.com|huggingface\.co)/[\w./-]*$", href), href
    for part in (m.html, m.text):
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff]", part)
    assert not re.search(r"(?m)^(Bcc:|\.$|From here)", m.text)
    assert len(m.raw) < 250_000


def test_a_week_of_answers_becomes_tiles_charts_and_movers(publication, tmp_path):
    week(tmp_path, lambda day: ([repository(900, "fast/mover", 6000 + 360 * day, "It moves")], []))
    m = compose(publication, tmp_path)
    inert(m)
    text = m.text
    assert re.search(r"  1  fast/mover +█+ +\+2 520\n +It moves\n +(= still |▲ up \d+ to )?1st( on the chart)?, 8 520 stars in all", text), text
    assert "GitHub repositories, stars in 7 days\n" in text and "Hugging Face models, likes in 7 days\n" in text
    assert re.search(r"▲ \+\d+\.\d% up +fast/mover +[▁▂▃▄▅▆▇█]{7}\n", text) and "+2 520 stars in 7 days, 6 000 → 8 520" in text
    assert len(re.findall(r"stars in 7 days|likes in about 7 days|models on Hugging Face|downloads in 30 days", text)) >= 4
    assert all(standard.width(line) <= 72 or "https://" in line for line in text.splitlines())
    assert "\u202f" not in text and "+2\u202f520" in m.html
    figures = set(re.findall(r"[+~]\d[\d\u202f]*", standard.words(next(m.tree.iter("body")))))
    assert figures and all(f.replace("\u202f", " ") in text for f in figures)


def test_what_strangers_wrote_is_text(publication, tmp_path):
    names = ["../../etc/passwd", "a b/c d", "org/<b>x</b>", 'org/na"me', "org/\u202egpj.exe", "a/b/c", "/x", "javascript:alert(1)/x", "org/?q=1#f"]
    week(tmp_path, lambda day: ([repository(500 + i, f"evil{i}/x", 9000 + 1000 * day + i, text) for i, text in enumerate(EVIL)],
                                [model(name, 2000 + 500 * day, pipeline_tag="<b>{{x}}\u202e") for name in names] +
                                [model("evil/task", 3000 + 900 * day, pipeline_tag="<i>\"{{task}}\u202e\x1b[31m")]))
    m = compose(publication, tmp_path, top=30, allowed=LITERAL)
    inert(m)
    assert all(f"evil{i}/x" in m.text for i in range(len(EVIL))) and "{{subscriber.email}}" in m.text
    assert "evil/task" in m.text and "passwd" not in m.text and "alert(1)/x" not in m.text
    assert "reader@example.org" in m.text and m.text.count("reader@example.org") == 1, "no description is a template"


@pytest.mark.parametrize("later", [1, 2])
def test_old_figures_carry_their_day(publication, tmp_path, later):
    week(tmp_path, lambda day: ([], []))
    m = compose(publication, tmp_path, DAY + datetime.timedelta(days=later))
    assert m.text.count("as of 14 Aug") == m.html.count("as of 14 Aug") >= 3


def test_stale_figures_take_their_departments_along(publication, tmp_path):
    week(tmp_path, lambda day: ([], []))
    m = compose(publication, tmp_path, DAY + datetime.timedelta(days=3))
    assert [t for _, t in m.headings()][2:] == [] and "Weekly snapshot" not in m.text


def test_without_a_database_the_blocks_are_silent(publication):
    publication.write(f"issues/{DAY}.md", ISSUE)
    assert "By the Numbers" not in publication.ok("compose", "--date", DAY, "--format", "text").out


def test_a_jump_that_nobody_believes_is_in_neither_part(publication, tmp_path):
    week(tmp_path, lambda day: ([repository(901, "evil/jump", 9_000_000_000_000 if day == 7 else 5000, "x")], []))
    m = compose(publication, tmp_path)
    assert "evil/jump" not in m.text + m.html and "owner99/" in m.text.replace("\n", "")
    assert "stars in 7 days across" not in m.text, "nor is it in a sum"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared recordings are not here")
@pytest.mark.parametrize("name", ["evil-strings-github", "evil-strings-hf", "evil-ids-hf", "evil-urls-github", "author-flood-hf", "huge-numbers"])
def test_the_shared_hostile_answers_are_inert(publication, tmp_path, name):
    evil = json.loads((SHARED / "bad" / f"{name}.json").read_text())
    items = evil["items"] if isinstance(evil, dict) else evil

    def grow(day):
        rows = [dict(r) for r in items]
        for r in rows:
            key = "stargazers_count" if "full_name" in r else "likes"
            if isinstance(r.get(key), int) and r[key] < 10**9:
                r[key] += 300 * day + 9000
        return (rows, []) if isinstance(evil, dict) else ([], rows)

    week(tmp_path, grow)
    inert(compose(publication, tmp_path, top=30, allowed=LITERAL))
