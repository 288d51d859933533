"""`collect --from` and `trending`: the figures held against a second implementation of DATA.md section 4 (momentum.py)."""
import json
import math
import os
import pathlib
import random

import pytest

import momentum

SHARED = os.environ.get("MORNINGPOST_SHARED")
FOLDERS = {"github": ["github/search"], "hf_models": ["hf/models", "hf/models-pool"], "hf_datasets": ["hf/datasets"], "hf_spaces": ["hf/spaces"]}


def read_days(data):
    """{source: {day: rows}}, of files whose text is JSON of the right shape and has rows."""
    out = {source: {} for source in FOLDERS}
    for source, folders in FOLDERS.items():
        for folder in folders:
            for path in sorted((data / folder).glob("*.json")):
                rows = json.loads(path.read_text())
                rows = rows["items"] if source == "github" else rows
                if rows:
                    out[source].setdefault(path.stem, []).extend(rows)
    return out


def same(a, b):
    if isinstance(a, (int, float)) and isinstance(b, (int, float)) and not isinstance(a, bool):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=6e-7)
    return a == b


def check_rows(where, have, want, fields):
    assert [r["name"] for r in have] == [r["name"] for r in want], where
    for h, w in zip(have, want):
        for f in fields:
            assert same(h[f], w[f]), (where, h["name"], f, h[f], w[f])


def check_numbers(where, have, want):
    top = want.pop("top_downloads_30d", None)
    told = dict(have)
    loaded = told.pop("top_downloads_30d", None)
    assert (top is None) == (loaded is None), where
    if top:
        assert loaded["downloads"] == top["downloads"] and loaded["name"] in top["names"], where
    assert told.keys() == want.keys(), where
    for k, w in want.items():
        if isinstance(w, dict):
            assert told[k].keys() == w.keys() and all(same(told[k][f], w[f]) for f in w), (where, k, told[k], w)
        else:
            assert same(told[k], w), (where, k, told[k], w)


def check_source(where, have, want, partial=()):
    """How many figures agreed; the first that does not ends the test."""
    if want == {"status": "stale"}:
        assert have == want, where
        return 1
    if want["asof"] in partial:
        want["dropped"] = []
        want["status"].pop("dropped", None)
    fields = [f for f in want["momentum"][0] if f not in ("key", "row")] if want["momentum"] else []
    for key in ("asof", "base_day", "tracked", "rejected", "new_entries"):
        assert have[key] == want[key], (where, key, have[key], want[key])
    assert have["status"] == want["status"] and have["dropped"] == want["dropped"], (where, have["status"], want["status"])
    assert same(have["mu"], want["mu"]), where
    assert sorted((r["name"], r["was"]) for r in have["renamed"]) == want["renamed"], where
    for key in ("momentum", "movers"):
        check_rows((where, key), have[key], want[key], fields)
    check_rows((where, "folded"), have["folded"], want["folded"], ["momentum", "order", "family", "author", "folded_momentum", "examples"])
    check_numbers(where, have["numbers"], want["numbers"])
    return sum(len(have[k]) for k in ("momentum", "movers")) * len(fields) + len(have["folded"]) * 6 + 20


def compare(publication, data, days, partial=()):
    """Each day of each source, both ways: the number of figures that were compared. `partial`: days of GitHub's that were incomplete."""
    recorded, agreed = read_days(data), 0
    for day in days:
        told = publication.json("trending", "--date", day)
        assert told["date"] == day and list(told["sources"]) == list(FOLDERS)
        for source in FOLDERS:
            agreed += check_source((day, source), told["sources"][source], momentum.figures(recorded[source], source, day),
                                   partial if source == "github" else ())
    return agreed


def every_day(first, last):
    n = momentum.number(first)
    return [momentum.iso(i) for i in range(n, momentum.number(last) + 1)]


class World:
    """Entities that come and go, are renamed, reset, tied and written twice; days that are missing or incomplete."""

    def __init__(self, seed, days=45):
        self.random = random.Random(seed)
        self.first = momentum.number("2026-01-01")
        self.days = [momentum.iso(self.first + i) for i in range(days)]
        self.partial = set()
        self.serial = 0
        self.entities = {source: [self.entity(source) for _ in range(70)] for source in FOLDERS}

    def entity(self, source):
        r = self.random
        self.serial += 1
        author = r.choice(["org", "lab", "flood", f"a{self.serial}"])
        name = r.choice(["Owl-7B", "Tiny-Owl-7B", "Owl-7B-GGUF", "Owl-7B-Turbo-LoRA", "Base", f"m{self.serial}", f"Heron-2-{self.serial}B"])
        return {"author": author, "name": f"{name}-{self.serial}" if r.random() < 0.5 else name + "x" * (self.serial % 7), "id": self.serial,
                "x": r.choice([0, 1, 40, 49, 50, 51, 99, 100, 120, 1000, 50000]), "speed": r.choice([0, 0, 1, 1, 3, 10, 70, 700]),
                "from": r.choice([0, 0, 0, r.randrange(45)]), "to": r.choice([99, 99, 99, r.randrange(45)]), "gap": r.choice([0, 0, 2, 6]),
                "with_id": r.random() < 0.7, "score": r.choice([None, 0, 0.5, 5, 5, 77.5, 400]),
                "task": r.choice([None, "text-generation", "Text-Generation", "fill-mask"]), "downloads": r.choice([None, 0, 5000, 10**9]),
                "born": r.choice([None, None, r.randrange(45)]), "quantized": r.random() < 0.1}

    def live(self, source):
        """A day passes."""
        r = self.random
        for e in self.entities[source]:
            e["x"] = max(0, e["x"] + e["speed"] + r.choice([0, 0, 1, -1]))
            if r.random() < 0.01:
                e["x"] = e["x"] // r.choice([2, 3])
            if r.random() < 0.01:
                e["name"] = f"renamed-{e['id']}-{r.randrange(9)}"
            if r.random() < 0.01:
                e["author"] = "Flood"

    def row(self, source, e, day):
        r, full = self.random, f"{e['author']}/{e['name']}"
        born = f"{momentum.iso(self.first + e['born'])}T08:00:00Z" if e["born"] is not None else r.choice([None, "2026-02-30T00:00:00Z", "later"])
        x = float(e["x"]) if r.random() < 0.05 else e["x"]
        if source == "github":
            row = {"full_name": full if r.random() < 0.9 else full.upper(), "stargazers_count": x, "created_at": born, "description": None}
            return row | ({"id": e["id"]} if e["with_id"] else {})
        row = {"id": full, "likes": x, "createdAt": born, "trendingScore": e["score"], "downloads": e["downloads"], "pipeline_tag": e["task"]}
        if e["quantized"]:
            row["tags"] = ["gguf", "base_model:quantized:lab/Owl-7B", 7]
        return {k: v for k, v in row.items() if v is not None or r.random() < 0.5} | ({"_id": f"{e['id']:024x}"} if e["with_id"] else {})

    def rows(self, source, n):
        r = self.random
        out = [self.row(source, e, n) for e in self.entities[source] if e["from"] <= n <= e["to"] and not (n + e["id"]) % 15 < e["gap"]]
        r.shuffle(out)
        out += [dict(row, likes=1, stargazers_count=1) for row in r.sample(out, 3)]
        return out + [{"id": "a b/c", "full_name": "a b/c", "likes": 5, "stargazers_count": 5}, {"id": "o/o", "likes": "5"}, 7, None, "x", []]

    def write(self, data):
        for source, folders in FOLDERS.items():
            for n, day in enumerate(self.days):
                self.live(source)
                rows = self.rows(source, n)
                if self.random.random() < 0.12:
                    continue
                half = len(rows) // 2 if len(folders) > 1 else len(rows)
                for folder, part in zip(folders, (rows[:half], rows[half:])):
                    path = data / folder / f"{day}.json"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    cut = self.random.random() < 0.1 and source == "github"
                    self.partial |= {day} if cut else set()
                    path.write_text(json.dumps({"total_count": 5, "incomplete_results": cut, "items": part} if source == "github" else part))


@pytest.mark.parametrize("seed", range(3))
def test_generated_days(publication, tmp_path, seed):
    world = World(seed)
    world.write(tmp_path / "data")
    publication.ok("collect", "--from", tmp_path / "data")
    agreed = compare(publication, tmp_path / "data", every_day("2025-12-31", "2026-02-19")[seed::3], world.partial)
    print(f"seed {seed}: {agreed} figures agree")
    assert agreed > 20000


@pytest.fixture
def recordings():
    """The shared recordings; a checkout does not have them."""
    if not SHARED or not (pathlib.Path(SHARED) / "data").is_dir():
        pytest.skip("MORNINGPOST_SHARED is not set")
    return pathlib.Path(SHARED) / "data"


def test_every_recorded_day(publication, recordings):
    publication.ok("collect", "--from", recordings)
    agreed = compare(publication, recordings, every_day("2026-04-18", "2026-05-09") + every_day("2026-07-27", "2026-08-27"))
    print(f"{agreed} figures agree")
    assert agreed > 500000


def test_the_day_that_is_written_out(publication, recordings):
    publication.ok("collect", "--from", recordings)
    want = json.loads((recordings / "expected-2026-08-14.json").read_text())
    have = publication.json("trending", "--date", "2026-08-14", "--top", "15")
    assert have["date"] == want["date"]

    def held(h, w, path):
        if isinstance(w, dict):
            for k in w:
                held(h[k], w[k], f"{path}.{k}")
        elif isinstance(w, list):
            assert len(h) == len(w), path
            for i, v in enumerate(w):
                held(h[i], v, f"{path}[{i}]")
        else:
            assert same(h, w), (path, h, w)

    held(have, want, "")


def take(publication, tmp_path, source, body, extension="json", day="2026-08-21"):
    """Take one body in as the only answer of a day; what is told of it."""
    folder = tmp_path / "data" / FOLDER_OF[source]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{day}.{extension}").write_bytes(body)
    done = publication.run("collect", "--from", tmp_path / "data", "--date", day, "--json")
    assert done.code in (0, 69), done
    assert not [c for c in done.err if ord(c) < 32 and c != "\n" or 0x7f <= ord(c) < 0xa0 or 0x202a <= ord(c) <= 0x202e], done
    return json.loads(done.out)[0] if done.code == 0 else {"rows": 0, "rejected": 0, "partial": True, "kept": False, "why": done.err}


FOLDER_OF = {"hf": "hf/models", "any": "hf/models", "github": "github/search", "feed": "feeds"}
BAD_ROWS = {"huge-numbers.json": {4, 5}, "duplicate-ids.json": {3, 4}, "duplicate-ids-github.json": {3, 4}, "evil-strings-hf.json": {25},
            "evil-strings-github.json": {25}, "empty-array.json": {0}, "empty-items.json": {0}, "duplicate-keys.json": {0, 1}, "bom.json": {2},
            "invalid-utf8.json": {0}, "script.rss": {2}, "arxiv-error.atom": {0}, "xxe.atom": {0, 1}, "billion-laughs.atom": {0}}


def test_hostile_recordings(publication, recordings, tmp_path):
    manifest = json.loads((recordings / "bad/MANIFEST.json").read_text())
    handled = 0
    for name, entry in manifest.items():
        if entry["status"] != 200:
            continue  # collect's other side: what a server says besides 200
        body = (recordings / "bad" / name).read_bytes()
        fresh = tmp_path / name
        publication.database.unlink(missing_ok=True)
        told = take(publication, fresh, entry["kind"], body, "rss" if entry["kind"] == "feed" else "json")
        want = {entry["keep_rows"]} if "keep_rows" in entry else BAD_ROWS.get(name, {0} if entry["expect"].startswith("reject") else None)
        if name == "arxiv-error.atom":
            want = {0, 1}  # whether the one entry is an article is arXiv's own reader's to say
        assert want is not None and told["rows"] in want, (name, entry["expect"], told)
        assert told["partial"] == (told["rows"] == 0 or name == "incomplete.json"), (name, told)
        shown = publication.run("trending", "--date", "2026-08-21").out
        assert not [c for c in shown if ord(c) < 32 and c != "\n" or 0x7f <= ord(c) < 0xa0 or 0x202a <= ord(c) <= 0x202e], name
        handled += 1
    print(f"{handled} bodies handled")


def test_an_empty_morning_is_no_day_on_which_everything_dropped_out(publication, tmp_path):
    rows = [{"id": f"org/m{i}", "likes": 10 + i, "trendingScore": 5} for i in range(40)]
    for n in range(1, 9):
        take(publication, tmp_path, "hf", json.dumps([dict(r, likes=r["likes"] + n) for r in rows]).encode(), day=f"2026-02-{n:02}")
    for day, body in (("2026-02-09", b"[]"), ("2026-02-09", b"<html>"), ("2026-02-10", json.dumps(rows[:9]).encode())):
        assert take(publication, tmp_path, "hf", body, day=day)["partial"]
    ninth = publication.json("trending", "--date", "2026-02-09")["sources"]["hf_models"]
    assert ninth["asof"] == "2026-02-08" and ninth["dropped"] == [] and ninth["tracked"] == 40
    tenth = publication.json("trending", "--date", "2026-02-10")["sources"]["hf_models"]
    assert tenth["asof"] == "2026-02-10" and tenth["partial"] and tenth["dropped"] == [] and "dropped" not in tenth["status"]


def test_people_see_units_and_names_in_columns(publication, tmp_path):
    rows = [{"id": "org/Owl-7B", "likes": 1200, "trendingScore": 5}, {"id": "a/b", "likes": 20, "trendingScore": 77.5}]
    take(publication, tmp_path, "hf", json.dumps(rows).encode(), day="2026-02-07")
    rows[0]["likes"] = 2400
    take(publication, tmp_path, "hf", json.dumps(rows).encode(), day="2026-02-14")
    out = publication.ok("trending", "--date", "2026-02-14", "--source", "hf_models").out
    assert "Hugging Face models: 2 models, as of 14 Feb, beside 7 Feb" in out
    assert "likes this week" in out and "+1\u202f200" in out and "1\u202f200 -> 2\u202f400" in out
    assert publication.json("trending", "--date", "2026-02-14", "--top", "1")["sources"]["hf_models"]["momentum"][0]["name"] == "org/Owl-7B"
    assert list(publication.json("trending", "--date", "2026-02-14", "--source", "github")["sources"]) == ["github"]


@pytest.mark.parametrize("args, code", [
    (["trending", "--source", "astrology"], 64), (["trending", "--top", "0"], 64), (["trending", "--date", "today"], 64),
    (["trending", "x"], 64), (["collect", "--from", "nowhere"], 66), (["collect", "x"], 64), (["collect", "--from"], 64)])
def test_usage(publication, args, code):
    assert publication.run(*args).code == code


def test_a_folder_without_a_day_answers_nothing(publication, tmp_path):
    assert publication.run("collect", "--from", tmp_path).code == 69


def test_db_info_says_what_is_kept(publication, tmp_path):
    assert publication.json("db", "info")["sources"] == []
    take(publication, tmp_path, "hf", b'[{"id":"a/b","likes":1}]')
    assert publication.json("db", "info")["sources"] == [
        {"source": "hf_models", "days": 1, "first": "2026-08-21", "last": "2026-08-21", "answers": 1, "rows": 1, "bytes": 24}]
    assert "hf_models       1 days (2026-08-21 to 2026-08-21), 1 answers" in publication.ok("db", "info").out
