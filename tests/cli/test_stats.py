"""stats: what is told of some weeks beside what happened in them, as text, JSON and a drawing."""
import collections
import contextlib
import datetime
import re
import sqlite3
import xml.etree.ElementTree

import pytest

import chain
import history
from conftest import Publication, run

TODAY = datetime.datetime.now(datetime.timezone.utc).date()
SVG = "{http://www.w3.org/2000/svg}"


def zoned(publication, zone):
    settings = publication.path / "morningpost.yaml"
    text = re.sub(r"\n  timezone:.*", "", settings.read_text())
    settings.write_text(text.replace("publication:\n", f"publication:\n  timezone: {zone}\n", 1))


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A publication and its history, which ended three days ago: who is active now is told by what came later, too."""
    path = tmp_path_factory.mktemp("stats") / "post"
    assert run("init", path).code == 0
    made = Publication(path)
    return made, history.History(made.database, TODAY, days=30)


def days(told):
    return {d["day"]: d for d in told["days"]}


def compare(told, expected):
    for day, want in expected.items():
        got = days(told).get(day)
        if got:
            for what in ("readers", "joined", "left", "sent", "failed", "bounced", "complained"):
                assert got[what] == want[what], (day, what)
            assert got["issue"] == bool(want["issue"]), day


def test_every_day_is_as_it_was(lived):
    publication, was = lived
    told = publication.json("stats")
    assert (told["from"], told["to"]) == (str(TODAY - datetime.timedelta(days=29)), str(TODAY))
    assert list(days(told)) == [str(d) for d in was.days]
    compare(told, was.expected)
    total = collections.Counter()
    for want in was.expected.values():
        total.update({k: v for k, v in want.items() if k not in ("readers", "issue")})
    assert {k: told[k] for k in total} == total and total["complained"] and total["bounced"] > total["failed"] / 2
    assert told["readers_before"] == was.before and told["now"]["active"] == told["readers"] == len(was.active())
    assert told["issues"] == len(was.issues) and told["bounced_share"] == pytest.approx(total["bounced"] / (total["sent"] + total["failed"]), abs=1e-6)
    mean = sum(d["readers"] for d in told["days"]) / 30
    assert told["churn"] == pytest.approx(total["left"] / mean, abs=1e-6)
    assert told["opens"] is None and told["clicks"] is None and "do not track" in told["tracking"]


def test_who_is_brought_back_unconfirmed_is_no_reader(publication):
    publication.ok("subscriber", "add", "ann@example.org")
    publication.ok("subscriber", "add", "bob@example.org")
    publication.ok("subscriber", "remove", "ann@example.org")
    publication.ok("subscriber", "add", "ann@example.org", "--resubscribe", "--pending")
    told = publication.json("stats")
    assert (told["readers_before"], told["readers"], told["joined"], told["left"]) == (0, 1, 2, 1)
    publication.ok("subscriber", "add", "ann@example.org")
    told = publication.json("stats")
    assert (told["readers_before"], told["readers"], told["joined"], told["left"]) == (0, 2, 3, 1)


def test_some_days_of_them(lived):
    publication, was = lived
    told = publication.json("stats", "--from", was.days[4], "--to", was.days[10])
    assert len(told["days"]) == 7
    compare(told, was.expected)
    assert told["readers_before"] == was.expected[str(was.days[3])]["readers"]


def test_domains_add_up(lived):
    publication, was = lived
    told = publication.json("stats")
    by = {d["domain"]: d for d in told["domains"]}
    assert set(by) == set(history.DOMAINS) and [d["recipients"] for d in told["domains"]] == sorted((d["recipients"] for d in by.values()), reverse=True)
    for what in ("sent", "failed", "bounced", "complained"):
        assert sum(d[what] for d in by.values()) == told[what]
    assert by["gmail.com"]["sent"] == sum(was.domain[p] == "gmail.com" and s == "sent" for _, p, s, *_ in was.rows)
    assert by["web.de"]["readers"] == sum(was.domain[p] == "web.de" for p in was.active())


def test_the_table_says_the_same(lived):
    publication, was = lived
    text = publication.ok("stats").out.replace("\u202f", "")
    for day, want in was.expected.items():
        line = next(line for line in text.splitlines() if line.startswith(day)).split()
        figures = [0 if w == "-" else abs(int(w)) for w in line[1:]]
        assert figures == [want[k] for k in ("readers", "joined", "left", "sent", "failed", "bounced", "complained")]
    assert len(next(line for line in text.splitlines() if line.strip("▁▂▃▄▅▆▇█") == "" and line)) == 30
    assert "No opens, no clicks: we do not track." in text and "No opens, no clicks" in run("stats", "-h").out
    assert max(map(len, text.splitlines())) <= 79


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/New_York"])
def test_a_day_is_the_paper_s(publication, zone):
    zoned(publication, zone)
    was = history.History(publication.database, datetime.date(2026, 11, 4), days=10, people=60, zone=zone)
    told = publication.json("stats", "--from", was.days[0], "--to", was.days[-1])
    compare(told, was.expected)


def test_what_was_undone_never_was(publication):
    publication.ok("subscriber", "add", "ann@x.example")
    publication.ok("subscriber", "import", "-", stdin="email\n" + "".join(f"r{i}@x.example\n" for i in range(9)))
    assert publication.json("stats")["days"][-1]["joined"] == 10
    publication.ok("subscriber", "import", "--undo", "1")
    last = publication.json("stats")["days"][-1]
    assert (last["readers"], last["joined"], last["left"]) == (1, 1, 0)
    publication.ok("subscriber", "remove", "ann@x.example")
    publication.ok("subscriber", "add", "ann@x.example", "--resubscribe")
    publication.ok("subscriber", "add", "bob@x.example", "--pending")
    publication.ok("subscriber", "remove", "bob@x.example")
    last = publication.json("stats")["days"][-1]
    assert (last["readers"], last["joined"], last["left"]) == (1, 2, 1)


def test_who_comes_back_or_goes_as_an_import_is_undone_is_counted(publication):
    publication.ok("subscriber", "add", "ann@x.example")
    publication.ok("subscriber", "add", "bob@x.example")
    publication.ok("subscriber", "remove", "bob@x.example")
    publication.ok("subscriber", "import", "--resubscribe", "-",
                   stdin="email,name,state\nann@x.example,,unsubscribed\nbob@x.example,,\n")
    publication.ok("subscriber", "add", "cat@x.example")
    publication.ok("subscriber", "import", "-", stdin="email,name\ncat@x.example,Cat\n")
    publication.ok("subscriber", "import", "--undo", "1")
    publication.ok("subscriber", "import", "--undo", "2")
    told = publication.json("stats")
    last = told["days"][-1]
    assert publication.states() == {"ann@x.example": "active", "bob@x.example": "unsubscribed", "cat@x.example": "active"}
    # Came: three, bob again, ann again; left: bob, ann, bob again.
    assert (told["readers_before"], last["readers"], last["joined"], last["left"]) == (0, 2, 5, 3)


def test_complaints_about_no_known_issue_count_on_their_day(publication):
    publication.ok("subscriber", "add", "ann@x.example")
    chain.add(publication.database, "complained", [1], detail='{"from":"active"}')
    history.report(publication.database, "complaint", [1])
    with contextlib.closing(sqlite3.connect(publication.database)) as db, db:
        db.execute("UPDATE subscriber SET state = 'complained'")
    last = publication.json("stats")["days"][-1]
    assert (last["complained"], last["left"], last["readers"]) == (1, 1, 0)


def test_why_they_left_is_told_where_somebody_said_so(publication):
    assert "Why people left" not in publication.ok("stats").out
    with contextlib.closing(sqlite3.connect(publication.database)) as db, db:
        db.execute("INSERT INTO reason (word, n) VALUES ('too_often', 12), ('other', 1)")
    assert re.search(r"Why people left.*\n +12  it comes too often\n +1  another reason\n", publication.ok("stats").out)
    assert publication.json("stats")["reasons"] == {"too_often": 12, "no_interest": 0, "never_asked": 0, "elsewhere": 0, "other": 1}


def test_what_is_asked_for_wrongly(publication):
    for arguments in (("--from", "2026-02-30"), ("--from", "2026-02-02", "--to", "2026-02-01"), ("-o", "x.png"), ("--from", "1990-01-01"), ("x",)):
        assert publication.run("stats", *arguments).code == 64, arguments


def drawn(publication, *arguments):
    path = publication.path / "stats.svg"
    publication.ok("stats", "-o", path, *arguments)
    tree = xml.etree.ElementTree.parse(path).getroot()
    return path, tree, ["".join(e.itertext()) for e in tree.iter(SVG + "text")]


def test_the_drawing_has_every_figure_with_its_unit(lived):
    publication, was = lived
    path, tree, texts = drawn(publication)
    told = publication.json("stats")
    hints = collections.Counter("".join(e.itertext()).split(": ")[1].split(" ", 1)[1] for e in tree.iter(SVG + "title") if ": " in e.text and e.text[0].isdigit())
    for what in ("joined", "left", "sent", "failed", "bounced", "complained"):
        assert hints[what] == sum(d[what] > 0 for d in told["days"]), what
    # Every point of the line, where the scale has it.
    line = next(e for e in tree.iter(SVG + "path") if e.get("class") == "line").get("d")
    points = [float(p) for p in re.findall(r"[ML][\d.]+ ([\d.]+)", line)]
    readers = [d["readers"] for d in told["days"]]
    slope = (points[-1] - points[0]) / (readers[-1] - readers[0])
    assert len(points) == 30 and all(abs(points[0] + slope * (r - readers[0]) - p) < 0.2 for r, p in zip(readers, points))
    for words in ("READERSactive at the end of each day", "CAME AND LEFTpersons a day", "SENTletters a day", "BOUNCEDof those served; a sending stops at 5%",
                  "COMPLAINEDof those served; a sending stops at 0.3%", "No opens, no clicks: we do not track."):
        assert any(t.startswith(words) for t in texts), words
    assert tree.get("role") == "img" and tree.find(SVG + "title").text and tree.find(SVG + "desc").text
    # Nothing is fetched, nothing runs.
    assert not re.search(r"href|url\(|<script|<image|@import|on\w+=", path.read_text())


@pytest.mark.parametrize("name", ["<&\"'>", "Zeitung 名前"])
def test_any_name_and_any_span_are_a_whole_drawing(publication, name):
    settings = publication.path / "morningpost.yaml"
    settings.write_text(re.sub(r"\n  name:.*", lambda _: "\n  name: '" + name.replace("'", "''") + "'", settings.read_text(), count=1))
    for arguments in ((), ("--from", str(TODAY)), ("--from", "2020-01-01"), ("--from", "2026-01-01", "--to", "2026-07-01")):
        _, _, texts = drawn(publication, *arguments)
        assert texts[0] == name and texts[1].startswith("0 readers")


def test_it_is_light_by_day_and_dark_by_night(lived, easel):
    path, tree, _ = drawn(lived[0])
    page = f'<body style="margin:0"><img style="display:block" src="{path.as_uri()}">'
    light, dark = (easel.draw(page, width=960, scheme=scheme) for scheme in ("light", "dark"))
    assert light.size == dark.size == (int(tree.get("width")), int(tree.get("height")))
    assert min(light.getpixel((5, 5))) > 240 and max(dark.getpixel((5, 5))) < 40
    # Words and lines stand out from the paper in both.
    for image in (light, dark):
        assert sum(count for count, colour in image.getcolors(1 << 20) if abs(sum(colour) - sum(image.getpixel((5, 5)))) > 200) > 20000
