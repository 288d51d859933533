"""A morning at the desk: what is collected becomes a draft, an editor's issue, and what the next days may not repeat."""
import concurrent.futures
import contextlib
import datetime
import json
import os
import pathlib
import re
import sqlite3
import stat
import subprocess

import pytest

from api import Api
from lab import BINARY, DAY, Lab
from recordings import World, day_of

TOMORROW = day_of(DAY, -1)
HOSTILE = ["*bold* _it_ `code` [x](javascript:alert(1)) ![i](http://e/x.png) <script>alert(1)</script> <!-- & &amp; &lt; and \\ a backslash",
           "---\ntitle: \"mine\"\n---\n# A heading\n\n## By the Numbers\n\n```numbers\n```\n\nTODO: nothing |--|--| {{title}} {{{lead}}}",
           "quote \" and ' and \\\" and # no comment: {a: [b], c: *d, !!e} %TAG \u202e right to left \u200b and \x07 a bell, and ``` a fence",
           "a line\r\nBcc: x@example.org and another of more than one hundred and forty characters, so that it has to be cut somewhere, " + "x" * 200]


@pytest.fixture
def lab(tmp_path):
    made = Lab(tmp_path, people=3)
    (made.dir / "issues" / f"{DAY}.md").unlink()
    yield made
    made.stop()


def collect(lab, world=None, last=DAY, days=9):
    where = lab.where / f"recorded-{os.urandom(3).hex()}"
    (world or World()).write(where, last, days)
    lab.run("collect", "--from", where)


def issue_of(lab, day=DAY):
    return (lab.dir / "issues" / f"{day}.md").read_text()


def shown(lab, place=None, day=None):
    with contextlib.closing(sqlite3.connect(lab.dir / "var/morningpost.db")) as db:
        rows = db.execute("SELECT day, place, name, rank FROM shown ORDER BY day, n").fetchall()
    return [r for r in rows if place in (None, r[1]) and day in (None, r[0])]


def edit(lab, day=DAY):
    """An editor who fills the prompts, all in the same words."""
    text = re.sub(r"^TODO:.*?(?=\n\n)", "A paragraph that somebody has written.", issue_of(lab, day), flags=re.M | re.S)
    (lab.dir / "issues" / f"{day}.md").write_text(text)


def findings(lab, day=DAY):
    return {f["code"]: f for f in json.loads(lab.run("check", "--date", day, "--json", ok=None).stdout)}


def messages(lab):
    where = lab.dir / "var/outbox/new"
    return [f.read_text() for f in where.iterdir()] if where.exists() else []


def text_of(lab, day=DAY):
    return lab.run("compose", "--date", day, "--format", "text").stdout


# -- draft -----------------------------------------------------------------------------------------

def test_a_draft_has_the_facts_the_blocks_and_prompts(lab):
    collect(lab)
    lab.run("draft")
    text = issue_of(lab)
    assert text.startswith('---\ntitle: "owneraa/toolaa gains 2 814 stars, the most of 40 repositories"\nsummary: "Also this morning: ')
    assert "number: 1\n---\n" in text
    assert "[owneraa/toolaa](https://github.com/owneraa/toolaa) gained" in text and "It describes itself as “Does one thing about files" in text
    assert [h for h in re.findall(r"^## (.*)$", text, re.M)][0] == "By the Numbers" and text.count("\nTODO: ") >= 2
    for block in ("numbers", "trending", "movers", "tools", "subscribe"):
        assert f"\n```{block}\n" in text
    assert len(re.findall(r"^- title: ", text, re.M)) == 4
    assert stat.S_IMODE((lab.dir / "issues" / f"{DAY}.md").stat().st_mode) == 0o660
    assert set(findings(lab)) == {"todo", "unedited"}


def test_a_draft_never_overwrites(lab):
    lab.run("draft")
    before = issue_of(lab)
    collect(lab)
    done = lab.run("draft", ok=(73,))
    assert "is there already" in done.stderr and issue_of(lab) == before
    assert list((lab.dir / "issues").iterdir()) == [lab.dir / "issues" / f"{DAY}.md"]


def test_ten_drafts_at_once_write_one(lab):
    collect(lab)
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        codes = [f.result().returncode for f in [pool.submit(lab.run, "draft", ok=None) for _ in range(10)]]
    assert sorted(codes) == [0] + [73] * 9
    assert findings(lab)["unedited"]


def test_without_data_a_draft_says_so(lab):
    lab.run("draft")
    text = issue_of(lab)
    assert "There are no figures of this morning" in text and "TODO: No figures" in text and "```trending" in text
    assert findings(lab)["todo"]["level"] == "fail"


def test_the_number_counts_on(lab):
    (lab.dir / "issues" / f"{day_of(DAY, 3)}.md").write_text("---\ntitle: x\nsummary: y\nnumber: 41\n---\n\nText.\n")
    lab.run("draft")
    assert "\nnumber: 42\n" in issue_of(lab)
    lab.run("draft", "--date", TOMORROW)
    assert "\nnumber: 43\n" in issue_of(lab, TOMORROW)


def test_what_strangers_wrote_is_only_text(lab):
    world = World()
    for name, words in zip(list(world.repositories)[:4], HOSTILE):
        world.repositories[name]["description"] = words
    # The tools come from further down the chart.
    for name, words in zip(list(world.repositories)[10:36], HOSTILE * 7):
        world.repositories[name]["description"] = words
    world.papers = [(f"2608.{10000 + i}", words[:250], 50 - i, words) for i, words in enumerate(HOSTILE)]
    collect(lab, world)
    lab.run("draft")
    text = issue_of(lab)
    assert text.count("\n---\n") == 1 and re.findall(r"^#.*", text, re.M) == re.findall(r"^## .*", text, re.M) and "\u202e" not in text and "\x07" not in text
    edit(lab)
    told = findings(lab)
    assert not [f for f in told.values() if f["level"] == "fail"], told
    html = lab.run("compose", "--format", "html").stdout
    assert "<script" not in html.lower().replace("&lt;script", "") and "javascript:" not in re.sub(r">[^<]*<", "><", html)
    assert "&lt;script&gt;alert(1)" in html and "{{title}}" in html
    assert not re.search(r'<img|href="(?!https?:|mailto:)', html)
    plain = text_of(lab)
    assert "<script>alert(1)</script>" in plain and "*bold* _it_ `code`" in plain


def test_a_template_of_the_publication_takes_its_place(lab):
    collect(lab)
    own = lab.dir / "templates/draft.md"
    own.write_text("---\ntitle: {{title}}\nsummary: {{summary}}\n---\n\n{{#lead}}{{paragraph}}\n\n{{/lead}}## Mine\n\n```trending\n```\n")
    lab.run("draft")
    assert "## Mine" in issue_of(lab) and "Deep Dive" not in issue_of(lab)
    for broken, why in (("---\ntitle: {{titel}}\n---\n", "titel"), ("no front matter", "front matter"), ("{{#lead}}", "lead")):
        own.write_text(broken)
        done = lab.run("draft", "--date", TOMORROW, ok=(65,))
        assert "templates/draft.md" in done.stderr and why in done.stderr
    assert not (lab.dir / "issues" / f"{TOMORROW}.md").exists()


# -- what an issue showed ---------------------------------------------------------------------------

def test_only_what_goes_out_counts(lab):
    collect(lab)
    lab.run("draft")
    edit(lab)
    lab.run("check")
    lab.run("compose")
    lab.run("send", "--to", "me@example.org")
    lab.run("send", "--dry-run")
    assert shown(lab) == []
    lab.send("--max", 1, ok=(75,))
    assert {r[1] for r in shown(lab)} >= {"lead", "trending", "movers", "tools"}
    assert shown(lab, "lead")[0] == (DAY, "lead", "owneraa/toolaa", 1)
    before = shown(lab)
    lab.send()
    assert shown(lab) == before and len(messages(lab)) == 4


def test_the_next_day_does_not_repeat(lab):
    world = World(repositories=90)
    world.papers = [(f"2608.{10000 + i}", f"Paper {word} about {word}", 50 - i, "What it found.") for i, word in enumerate(("owls", "elks", "cats", "dogs", "bees", "ants"))]
    collect(lab, world)
    lab.run("draft")
    edit(lab)
    lab.send()
    collect(lab, world, last=TOMORROW, days=1)
    lab.run("draft", "--date", TOMORROW)
    first, second = issue_of(lab), issue_of(lab, TOMORROW)
    titles = [set(re.findall(r'^- title: "(.*)"', t, re.M)) for t in (first, second)]
    assert len(titles[0]) == len(titles[1]) == 7 and not titles[0] & titles[1]
    assert re.search("^title: .*", first, re.M)[0] != re.search("^title: .*", second, re.M)[0]
    links = [re.findall(r"^\[([^\]]*)\]\(", t, re.M) for t in (first, second)]
    assert links[0] and links[1] and not set(links[0]) & set(links[1])
    edit(lab, TOMORROW)
    text = text_of(lab, TOMORROW)
    lab.send("--date", TOMORROW)
    rows = [{r[2] for r in shown(lab, "trending", day)} for day in (DAY, TOMORROW)]
    plain = datetime.date.fromisoformat(TOMORROW).weekday() == 5  # Saturday's is the whole chart
    assert rows[0] and rows[1] and bool(rows[0] & rows[1]) == plain and ("Still climbing" in text) != plain


def test_check_tells_an_editor_who_repeats(lab):
    collect(lab)
    lab.run("draft")
    edit(lab)
    lab.send()
    (lab.dir / "issues" / f"{TOMORROW}.md").write_text(issue_of(lab))
    collect(lab, last=TOMORROW, days=1)
    told = findings(lab, TOMORROW)
    assert told["lead-repeated"]["where"] == f"issues/{TOMORROW}.md:2" and "owneraa/toolaa" in told["lead-repeated"]["what"]
    line = issue_of(lab).splitlines()[int(told["link-repeated"]["where"].split(":")[1]) - 1]
    assert DAY in told["link-repeated"]["what"] and line.startswith("- title: ")
    assert all(f["level"] == "warn" and f["remedy"] for f in told.values())


def test_figures_that_come_late_change_no_begun_issue(lab):
    world = World()
    collect(lab, world)
    lab.run("draft")
    edit(lab)
    lab.send("--max", 1, ok=(75,))
    world.repositories["ownerab/toolab"]["stars"] += 500
    world.repositories["new/comer"] = {"stars": 5000, "a_day": 3000}
    collect(lab, world)
    lab.send()
    assert lab.status()["sent"] == 3
    (lab.dir / "issues" / f"{TOMORROW}.md").write_text(issue_of(lab))
    lab.send("--date", TOMORROW, "--max", 1, ok=(75,))
    (lab.dir / "issues" / f"{TOMORROW}.md").write_text(issue_of(lab).replace("somebody has written", "somebody else has written"))
    assert "was changed since" in lab.send("--date", TOMORROW, ok=(65,)).stderr


# -- the morning -----------------------------------------------------------------------------------

def test_a_morning_from_nothing_to_sent(lab):
    """daily drafts and holds; the editor edits; daily sends; then it is quiet."""
    collect(lab)
    done = lab.run("daily", ok=(75,))
    assert "held" in done.stderr and f"issues/{DAY}.md" in done.stderr and messages(lab) == []
    told = lab.status()
    assert told["state"] == "held" and "drafted" in told["held_why"]
    assert "held" not in lab.run("daily", ok=(75,)).stderr, "said once a day"
    text = issue_of(lab)
    (lab.dir / "issues" / f"{DAY}.md").write_text(text + "\n")
    done = lab.run("daily", ok=(65,))
    assert "a prompt that nobody has filled" in done.stderr
    assert lab.status()["state"] == "composed"
    again = lab.run("daily", ok=(65,))
    assert "prompt" not in again.stderr and again.stdout == ""
    edit(lab)
    lab.run("daily")
    assert len(messages(lab)) == 3 and lab.status()["state"] == "sent"
    again = lab.run("daily")
    assert again.stdout == "" and "error" not in again.stderr and len(messages(lab)) == 3


def test_a_letter_put_back_makes_it_a_draft_again(lab):
    lab.run("draft")
    text = issue_of(lab)
    (lab.dir / "issues" / f"{DAY}.md").write_text(text.replace("Deep Dive", "Deep Dives"))
    assert lab.status()["state"] == "composed"
    (lab.dir / "issues" / f"{DAY}.md").write_text(text)
    assert lab.status()["state"] == "held"


def test_an_unedited_issue_goes_out_where_settings_say_so(lab):
    lab.configure(daily="{unedited: send}")
    collect(lab)
    lab.run("draft")
    assert "todo" not in findings(lab) and "unedited" not in findings(lab)
    lab.run("daily")
    text = text_of(lab)
    assert len(messages(lab)) == 3 and not any("TODO" in m for m in messages(lab))
    assert "Deep Dive" not in text and "Opinion" not in text and "Gaining Momentum" in text and "owneraa/toolaa" in text
    assert shown(lab, "lead") and shown(lab, "trending")


def test_by_hand_an_unedited_issue_needs_its_prompts_filled(lab):
    collect(lab)
    lab.run("draft")
    assert "prompt" in lab.send(ok=(65,)).stderr and messages(lab) == []
    lab.configure(daily="{unedited: send}")
    lab.send()
    assert len(messages(lab)) == 3


def test_an_edited_issue_with_a_prompt_left_is_no_unedited_one(lab):
    lab.configure(daily="{unedited: send}")
    collect(lab)
    lab.run("draft")
    (lab.dir / "issues" / f"{DAY}.md").write_text(issue_of(lab).replace("Deep Dive", "Deep Dives"))
    assert "todo" in findings(lab)
    lab.run("daily", ok=(65,))
    assert messages(lab) == []


def test_all_sources_down_is_no_end_of_the_morning(lab):
    """Yesterday's figures are there; nobody answers today."""
    lab.configure(daily="{unedited: send}", sources="{huggingface: {url: 'http://127.0.0.1:1'}, github: {url: 'http://127.0.0.1:1'}}")
    collect(lab, last=day_of(DAY, 1))
    done = lab.run("daily")
    assert "no source answered" in done.stderr and len(messages(lab)) == 3
    day = datetime.date.fromisoformat(day_of(DAY, 1))
    assert f"{day.day} {day:%b}" in text_of(lab)
    again = lab.run("-q", "daily")
    assert "no source" not in again.stderr, "asked again after an hour, not in ten minutes"


@pytest.fixture
def asking(lab):
    """A lab whose sources are an Api, and whose clock is `at` (UTC)."""
    lab.api = Api()
    fake = next(map(str, pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1")))

    def name(zone="UTC", token=""):
        lab.configure(daily="{unedited: send}", sources=f"{{huggingface: {{url: {lab.api.url}}}, github: {{url: {lab.api.url}, topics: [llm]{token}}}}}")
        settings = lab.dir / "morningpost.yaml"
        settings.write_text(settings.read_text().replace("publication:\n", f"publication:\n  timezone: {zone}\n"))

    def daily(at, ok=(0,)):
        """What was asked for in it."""
        before = len(lab.api.asked)
        lab.done = lab.run("daily", ok=ok, env={"LD_PRELOAD": fake, "FAKETIME": f"@{at}", "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC",
                                               "ASAN_OPTIONS": "verify_asan_link_order=0"})
        return [a.path for a in lab.api.asked[before:]]

    def days(source):
        with contextlib.closing(sqlite3.connect(lab.dir / "var/morningpost.db")) as db:
            return [d for d, in db.execute("SELECT day FROM snapshot WHERE source = ? AND rows > 0 ORDER BY day", (source,))]
    lab.name, lab.daily, lab.days = name, daily, days
    name()
    yield lab
    lab.api.stop()


def test_only_who_did_not_answer_is_asked_again(asking):
    asking.api.fail("/search/", "status", "500")
    assert {"/api/models", "/search/repositories"} <= set(asking.daily(f"{DAY} 05:00:00"))
    assert len(messages(asking)) == 3 and asking.days("hf_models") == [DAY] and asking.days("github") == []
    asking.api.faults.clear()
    assert asking.daily(f"{DAY} 05:30:00") == []
    asked = asking.daily(f"{DAY} 06:10:00")
    assert "/search/repositories" in asked and not any(path.startswith("/api/") for path in asked), "the figures of the others stay as they were"
    assert asking.days("github") == [DAY] and asking.daily(f"{DAY} 07:20:00") == []


def test_a_draft_of_nothing_is_drafted_anew_when_figures_come(asking):
    for path in ("/api/", "/search/"):
        asking.api.fail(path, "status", "404")
    asking.daily(f"{DAY} 05:00:00", ok=(65,))
    bare = (asking.dir / "issues" / f"{DAY}.md").read_text()
    assert "no figures" in bare and messages(asking) == []
    asking.daily(f"{DAY} 05:10:00", ok=(65,))
    assert "anew" not in asking.done.stderr, "there are none yet"
    asking.api.faults.clear()
    asking.daily(f"{DAY} 06:10:00")
    assert "drafted anew" in asking.done.stderr and len(messages(asking)) == 3
    assert "no figures" not in (asking.dir / "issues" / f"{DAY}.md").read_text()


def test_what_an_editor_began_on_is_not_drafted_anew(asking):
    for path in ("/api/", "/search/"):
        asking.api.fail(path, "status", "404")
    asking.daily(f"{DAY} 05:00:00", ok=(65,))
    file = asking.dir / "issues" / f"{DAY}.md"
    file.write_text(file.read_text() + "\n")
    edited = file.read_text()
    asking.api.faults.clear()
    asking.daily(f"{DAY} 06:10:00", ok=(65,))
    assert file.read_text() == edited and messages(asking) == []


def test_an_evening_does_not_begin_the_next_mornings_day(asking):
    """West of Greenwich UTC's day turns in the evening; the figures of a morning are asked for in that morning."""
    asking.name(zone="America/Los_Angeles")
    assert asking.daily(f"{DAY} 15:00:00")
    assert asking.daily(f"{TOMORROW} 02:00:00") == [] and asking.days("hf_models") == [DAY]
    assert asking.daily(f"{TOMORROW} 15:00:00") and asking.days("hf_models") == [DAY, TOMORROW]
    assert len(messages(asking)) == 6


def test_what_an_evening_paper_asks_for_is_of_its_day(asking):
    asking.name(zone="America/Los_Angeles")
    assert asking.daily(f"{TOMORROW} 02:00:00") and asking.days("hf_models") == [DAY]
    assert len(messages(asking)) == 3 and (asking.dir / "issues" / f"{DAY}.md").exists()


def test_east_of_greenwich_too_the_morning_asks(asking):
    asking.name(zone="Pacific/Auckland")
    assert asking.daily(f"{day_of(DAY, 1)} 17:00:00") and asking.days("hf_models") == [day_of(DAY, 1)]
    assert asking.daily(f"{DAY} 00:30:00") == [], "noon, and the issue is out"
    assert asking.daily(f"{DAY} 17:00:00") and asking.days("hf_models") == [day_of(DAY, 1), DAY]


def test_a_token_that_cannot_be_used_costs_its_own_sources_alone(asking):
    (asking.dir / "github.token").write_text("ghp_marker\n")
    (asking.dir / "github.token").chmod(0o644)
    asking.name(token=", token_file: github.token")
    asked = asking.daily(f"{DAY} 05:00:00")
    assert "/api/models" in asked and "/search/repositories" not in asked and "chmod 600" in asking.done.stderr
    assert len(messages(asking)) == 3
    (asking.dir / "github.token").chmod(0o600)
    assert "/search/repositories" in asking.daily(f"{DAY} 06:10:00") and asking.days("github") == [DAY]


def test_no_data_at_all_holds_what_would_say_nothing(lab):
    lab.configure(daily="{unedited: send}")
    done = lab.run("daily", ok=(65,))
    assert "no lead story" in done.stderr and messages(lab) == []


def test_a_template_that_is_broken_costs_no_paper(lab):
    lab.configure(daily="{unedited: send}")
    collect(lab)
    (lab.dir / "templates/draft.md").write_text("{{#lead}}")
    assert "the built-in template is used" in lab.run("daily").stderr
    assert len(messages(lab)) == 3


def test_past_the_last_moment_is_said_once(lab):
    lab.configure(send="not_after: '00:00'")
    collect(lab)
    done = lab.run("daily", ok=(66,))
    assert "no such issue" in done.stderr and not (lab.dir / "issues" / f"{DAY}.md").exists()
    assert "no such issue" not in lab.run("daily", ok=(66,)).stderr
    lab.run("draft")
    edit(lab)
    assert "last moment" in lab.run("daily", ok=(75,)).stderr
    assert "last moment" not in lab.run("daily", ok=(75,)).stderr and messages(lab) == []


def test_two_dailies_are_one(lab):
    lab.configure(lab.relay("--latency", 300), daily="{unedited: send}", connections=1, window=1)
    collect(lab)
    running = [subprocess.Popen([BINARY, "-q", "-C", lab.dir, "daily"], stderr=subprocess.PIPE, text=True) for _ in range(4)]
    ends = [(p.communicate()[1], p.returncode) for p in running]
    assert sorted({code for _, code in ends}) in ([0], [0, 75]) and not any("error" in said for said, _ in ends)
    lab.run("daily")
    assert lab.relays[0].accepted() == 3


def test_another_day_is_not_drafted(lab):
    lab.run("daily", "--date", "2031-05-05", ok=(66,))
    assert list((lab.dir / "issues").iterdir()) == []
