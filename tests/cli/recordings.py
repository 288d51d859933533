"""Recorded answers of our own making, for `collect --from`: a small world of repositories and models that grow."""
import datetime
import json
import zlib

FIRST = "abcdefghijklmnopqrstuvwxyz"


def day_of(day, ago=0):
    return str(datetime.date.fromisoformat(day) - datetime.timedelta(ago))


def counted(start, n, row):
    """Where a counter stands on day n: so many a day, and from day 50 on a wave besides for one that has its `wave`."""
    return start + n * row["a_day"] + sum(row.get("wave", (0,))[i % len(row.get("wave", (0,)))] for i in range(50, n))


class World:
    """Counters that grow by so many a day; what is set for a name replaces what it would be."""

    def __init__(self, repositories=40, models=40, today=None):
        """`today`: the day that they have grown for sixty days."""
        self.today = today or str(datetime.datetime.now(datetime.timezone.utc).date())
        # Owners and names are told apart by letters: names that differ in digits alone are a flood.
        self.repositories = {f"owner{FIRST[i % 26]}{FIRST[i // 26]}/tool{FIRST[i % 26]}{FIRST[i // 26]}":
                             {"stars": 5000 + 100 * i, "a_day": int(400 * 0.95 ** i) + 2} for i in range(repositories)}
        self.models = {f"lab{FIRST[i % 26]}{FIRST[i // 26]}/Model{FIRST[i % 26].upper()}{FIRST[i // 26]}":
                       {"likes": 500 + 10 * i, "a_day": 60 - i} for i in range(models)}
        self.papers = []

    def repository(self, name, n, day, more):
        return {"id": 1 + zlib.crc32(name.encode()), "full_name": name, "stargazers_count": counted(more["stars"], n, more),
                "forks_count": 400, "created_at": more.get("created", "2020-01-01T00:00:00Z"), "archived": more.get("archived", False), "fork": False,
                "description": more.get("description", f"Does one thing about files, and that is why it is called {name.split('/')[1]}.")}

    def write(self, where, last, days=9):
        """`days` days up to `last`."""
        for ago in range(days):
            day = day_of(last, ago)
            n = 60 + (datetime.date.fromisoformat(day) - datetime.date.fromisoformat(self.today)).days
            self.put(where / "github/search" / f"{day}.json", {"total_count": len(self.repositories), "incomplete_results": False,
                "items": [self.repository(k, n, day, v) for k, v in self.repositories.items()]})
            self.put(where / "hf/models" / f"{day}.json", [{"id": k, "likes": counted(v["likes"], n, v), "trendingScore": 7 * v["a_day"],
                "downloads": v.get("downloads", 1000), "pipeline_tag": v.get("task", "text-generation")} for k, v in self.models.items()])
            if self.papers:
                self.put(where / "hf/papers" / f"{day}.json", [{"paper": {"id": i, "title": t, "upvotes": u, "summary": s}, "title": t} for i, t, u, s in self.papers])

    @staticmethod
    def put(path, value):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value))
