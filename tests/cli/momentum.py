"""DATA.md section 4, a second time and on its own: written from the text, not from src/trend, to be held against `trending --json`.

figures(days, kind, day) takes {ISO day: [rows as the API has them, source after source]} and gives what CONTRACT asks for.
"""
import datetime
import math
import re
import statistics

MOST = 2**53 - 1
K = {"github": 1000, "hf_models": 100, "hf_datasets": 50, "hf_spaces": 50}
FLOOR = {"github": 50, "hf_models": 10, "hf_datasets": 5, "hf_spaces": 5}
C = {"github": 50, "hf_models": 10, "hf_datasets": 5, "hf_spaces": 5}


def number(iso):
    return datetime.date.fromisoformat(iso).toordinal()


def iso(n):
    return datetime.date.fromordinal(n).isoformat()


def counter(v):
    """An integer, or a float without a fraction, in 0..2^53-1; None when it is none."""
    if isinstance(v, bool) or not isinstance(v, (int, float)):
        return None
    if isinstance(v, float) and (not math.isfinite(v) or v != int(v)):
        return None
    return int(v) if 0 <= v <= MOST else None


def name_ok(kind, name):
    if not isinstance(name, str):
        return False
    parts = name.split("/")
    if len(parts) > 2 or (kind == "github" and len(parts) != 2):
        return False
    return all(re.fullmatch(r"[A-Za-z0-9._-]{1,100}", p) and p not in (".", "..") for p in parts)


def text(v):
    return v if isinstance(v, str) and v else None


def day_of(v, today):
    """The day of a date, or None when it is none or in the future."""
    m = re.fullmatch(r"(\d{4}-\d\d-\d\d)(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?Z)?", v) if isinstance(v, str) else None
    try:
        n = number(m[1]) if m else None
    except ValueError:
        return None
    return n if n is not None and number("1970-01-01") <= n <= today else None


class Row:
    """One row of one day, checked."""

    def __init__(self, kind, raw, today):
        raw = raw if isinstance(raw, dict) else {}
        github = kind == "github"
        self.name = raw.get("full_name" if github else "id")
        self.x = counter(raw.get("stargazers_count" if github else "likes"))
        self.good = name_ok(kind, self.name) and self.x is not None
        stable = counter(raw.get("id")) if github else text(raw.get("_id"))
        self.id = stable or None
        self.created = day_of(raw.get("created_at" if github else "createdAt"), today)
        score, downloads, tags = raw.get("trendingScore"), raw.get("downloads"), raw.get("tags")
        good_score = isinstance(score, (int, float)) and not isinstance(score, bool) and 0 <= score <= MOST
        self.score = float(score) if good_score and not github else None
        self.downloads = counter(downloads) if not github else None
        self.task = text(raw.get("pipeline_tag"))
        tags = [t for t in tags if isinstance(t, str)] if isinstance(tags, list) else []
        self.quantized = next((t[len("base_model:quantized:"):] for t in tags if t.startswith("base_model:quantized:")), None)

    def fill(self, later):
        for field in ("created", "score", "downloads", "task", "quantized"):
            if getattr(self, field) is None:
                setattr(self, field, getattr(later, field))


def keys(kind, rows):
    """Row -> its key. rows: all good ones of all days."""
    names, ids = {}, {}
    for r in rows:
        if r.id is not None:
            names.setdefault(r.name.lower() if kind == "github" else r.name, set()).add(r.id)
            ids.setdefault(r.id, set()).add(r.name)

    def key(r):
        if kind == "github":
            known = names.get(r.name.lower(), ())
            i = r.id if r.id is not None else next(iter(known)) if len(known) == 1 else None
            return ("id", i) if i is not None else ("name", r.name.lower())
        # HuggingFace's key is the name; a stable id joins the names that it had.
        known = names.get(r.name, ())
        i = r.id if r.id is not None else next(iter(known)) if len(known) == 1 else None
        return ("id", i) if i is not None and len(ids[i]) > 1 else ("name", r.name)

    return key


class Source:
    def __init__(self, kind, days, day):
        """days: {ISO day: rows}; only those of day-40..day are looked at."""
        self.kind = kind
        self.d = number(day)
        self.days = sorted(number(i) for i in days if self.d - 40 <= number(i) <= self.d)
        self.rejected = {}
        rows = []
        for n in self.days:
            read = [Row(kind, raw, n) for raw in days[iso(n)]]
            self.rejected[n] = sum(not r.good for r in read)
            rows += [(n, r) for r in read if r.good]
        key = keys(kind, [r for _, r in rows])
        self.series = {}
        for n, r in rows:
            of_day = self.series.setdefault(key(r), {})
            if n in of_day:
                of_day[n].fill(r)
            else:
                of_day[n] = r

    def asof(self):
        return next((n for n in reversed(self.days) if self.d - n <= 2), None)

    @staticmethod
    def nearest(days, t):
        """The base day: in [t-9, t-5], nearest to t-7; a tie goes to the older."""
        fit = [n for n in days if t - 9 <= n <= t - 5]
        return min(fit, key=lambda n: (abs(n - (t - 7)), n)) if fit else None

    def since_reset(self, key, t):
        """Its observations up to t, without those before its last reset; and whether there was one."""
        seen = [n for n in sorted(self.series[key]) if n <= t]
        x, start = self.series[key], 0
        for i in range(1, len(seen)):
            if x[seen[i - 1]].x >= 50 and x[seen[i]].x < x[seen[i - 1]].x / 2:
                start = i
        return seen[start:], start > 0

    def gain7(self, key, t):
        """(base day, gain in a week) of the entity on t, or None."""
        return self.gain7_of(key, self.since_reset(key, t)[0], t)

    def gain7_of(self, key, seen, t):
        b = self.nearest(seen, t)
        if b is None or t not in seen:
            return None
        x = self.series[key]
        return b, (x[t].x - x[b].x) * 7 / (t - b)

    def status(self, key, t):
        seen, reset = self.since_reset(key, t)
        if self.nearest(seen, t) is not None:
            return "ok"
        if reset:
            return "reset"
        before = [n for n in seen if n < t]
        if not before:
            return "new" if any(t - 9 <= n <= t - 1 for n in self.days) else "cold"
        return "short" if before[-1] >= t - 9 else "returned"

    def momentum(self, key, t):
        """(m, how), or None when it is not ranked."""
        row, gain = self.series[key][t], self.gain7(key, t)
        if gain:
            m, how = gain[1], "gain"
        elif row.created is not None and t - 7 <= row.created <= t:
            m, how = row.x, "born"
        elif row.score is not None:
            m, how = row.score, "trendingScore"
        else:
            return None
        return (m, how) if m > 0 else None

    def chart(self, t):
        """Keys in rank order."""
        ranked = [(k, self.momentum(k, t)) for k in self.series if t in self.series[k]]
        ranked = [(k, m[0]) for k, m in ranked if m]
        ranked.sort(key=lambda p: (-p[1], -self.series[p[0]][t].x, self.series[p[0]][t].name.encode()))
        return [k for k, _ in ranked]

    def accel(self, key, t, gain):
        c, weeks = C[self.kind], []
        seen, _ = self.since_reset(key, t)
        for back in (7, 14, 21):
            earlier = self.gain7_of(key, [n for n in seen if n <= t - back], t - back)
            if earlier:
                weeks.append(max(earlier[1], 0))
        return (max(gain, 0) + c) / (statistics.fmean(weeks) + c) if weeks else None


def tokens(name):
    return re.findall(r"[a-z0-9]+", name.rpartition("/")[2].lower())


def author(name):
    return name.partition("/")[0].lower() if "/" in name else None


def stands_in(few, many):
    return any(many[i:i + len(few)] == few for i in range(len(many) - len(few) + 1))


def fold(kind, chart):
    """chart: [(name, m, quantized)] in rank order. Rows of the folded chart."""
    chart = chart[:60]
    n = len(chart)
    parent = [None] * n
    if kind == "hf_models":
        cut = [tokens(name) for name, _, _ in chart]
        at = {name: i for i, (name, _, _) in enumerate(chart)}
        for i, (_, _, quantized) in enumerate(chart):
            said = at.get(quantized)
            if said is not None and said != i:
                parent[i] = said
                continue
            fit = [k for k in range(n) if k != i and len(cut[k]) >= 2 and re.search(r"\d", "".join(cut[k])) and stands_in(cut[k], cut[i])
                   and (len(cut[k]) < len(cut[i]) or k < i)]
            parent[i] = min(fit, key=lambda k: (len(cut[k]), k)) if fit else None

    def root(i):
        path = []
        while parent[i] is not None and i not in path:
            path.append(i)
            i = parent[i]
        return min(path[path.index(i):]) if i in path else i

    families = {}
    for i in range(n):
        families.setdefault(root(i), []).append(i)
    rows = []
    for r, members in families.items():
        strongest = max(members, key=lambda i: (chart[i][1], -i))
        lead = strongest if chart[strongest][1] > 2 * chart[r][1] else r
        rows.append({"lead": lead, "order": chart[strongest][1], "family": [i for i in members if i != lead], "author": [], "more": 0})
    rows.sort(key=lambda w: (-w["order"], chart[w["lead"]][0].encode()))
    top = [author(chart[w["lead"]][0]) for w in rows[:30]]
    kept = {}
    out = []
    for i, w in enumerate(rows):
        a = author(chart[w["lead"]][0])
        if i < 30 and a and top.count(a) >= 3:
            if a in kept:
                kept[a]["author"].append(w["lead"])
                kept[a]["more"] += sum(chart[k][1] for k in w["family"])
                continue
            kept[a] = w
        out.append(w)
    return [{"name": chart[w["lead"]][0], "momentum": chart[w["lead"]][1], "order": w["order"], "family": len(w["family"]),
             "author": len(w["author"]), "folded_momentum": w["more"] + sum(chart[k][1] for k in w["family"] + w["author"]),
             "examples": ([f"family:{chart[k][0]}" for k in w["family"]] + [f"author:{chart[k][0]}" for k in w["author"]])[:3]}
            for w in out]


def most(words):
    counts = {}
    for w in words:
        if w:
            counts[w.lower()] = counts.get(w.lower(), 0) + 1
    return min(counts.items(), key=lambda p: (-p[1], p[0])) if counts else None


def numbers(s, t, entities, chart, before):
    ok = [e for e in entities if e["status"] == "ok"]
    shares = [e["gain7"] / e["base"] for e in ok if e["base"] >= 100]
    gainers = [e for e in ok if e["gain7"] > 0]
    top = min(gainers, key=lambda e: (-e["gain7"], e["name"].encode()), default=None)
    was = {s.series[k][b].name for b, ks in before for k in ks[:50]}
    ranks = [len(ks) for _, ks in before]
    out = {
        "tracked": len(entities),
        "eligible": len(ok),
        "sum_gain7": sum(e["gain7"] for e in ok) if ok else None,
        "median_growth": statistics.median(shares) if shares else None,
        "gainers_share": len(gainers) / len(ok) if ok else None,
        "churn50": sum(s.series[k][t].name not in was for k in chart[:50]) if len(chart) >= 50 and ranks and ranks[0] >= 50 else None,
        "top_gain": {"name": top["name"], "gain7": top["gain7"]} if top else None,
    }
    if s.kind == "github":
        return out
    scored = sorted((e for e in entities if e["row"].score is not None), key=lambda e: (-e["row"].score, e["name"].encode()))[:30]
    loaded = [e for e in entities if e["row"].downloads is not None]
    out["chart_rows"] = len(scored)
    out["chart_likes7"] = sum(e["row"].score for e in scored) if scored else None
    author_share, task = most(author(e["name"]) for e in scored), most(e["row"].task for e in scored)
    if author_share:
        out["author_share"] = {"author": author_share[0], "rows": author_share[1]}
    if task:
        out["top_task"] = {"task": task[0], "rows": task[1]}
    if loaded:
        best = max(e["row"].downloads for e in loaded)
        out["top_downloads_30d"] = {"names": {e["name"] for e in loaded if e["row"].downloads == best}, "downloads": best}
    return out


def figures(days, kind, day):
    s = Source(kind, days, day)
    t = s.asof()
    if t is None:
        return {"status": "stale"}
    base_day = s.nearest(s.days, t)
    chart = s.chart(t)
    rank = {k: i + 1 for i, k in enumerate(chart)}
    before = s.chart(base_day) if base_day is not None else []
    prev = {k: i + 1 for i, k in enumerate(before)}
    entities = []
    for k in s.series:
        if t not in s.series[k]:
            continue
        row, gain, m = s.series[k][t], s.gain7(k, t), s.momentum(k, t)
        e = {"key": k, "row": row, "name": row.name, "value": row.x, "momentum": m[0] if m else None, "how": m[1] if m else None,
             "rank": rank.get(k), "prev_rank": prev.get(k), "status": s.status(k, t), "base": None, "base_date": None, "span": None,
             "gain": None, "gain7": None, "growth": None, "raw_growth": None, "accel": None}
        e["rank_change"] = prev[k] - rank[k] if k in prev and k in rank else None
        if gain:
            b, gain7 = gain
            base = s.series[k][b].x
            e.update(base=base, base_date=iso(b), span=t - b, gain=row.x - base, gain7=gain7,
                     raw_growth=gain7 / base if base else None, accel=s.accel(k, t, gain7))
        if kind != "github":
            e["trendingScore"] = row.score
        if kind in ("hf_models", "hf_datasets"):
            e["downloads_30d"] = row.downloads
        entities.append(e)
    ok = [e for e in entities if e["status"] == "ok"]
    base = sum(e["base"] for e in ok)
    mu = sum(max(e["gain7"], 0) for e in ok) / base if base else None
    for e in ok:
        e["growth"] = (e["gain7"] + K[kind] * (mu or 0)) / (e["base"] + K[kind])
    by_key = {e["key"]: e for e in entities}
    momentum = [by_key[k] for k in chart]
    movers = sorted((e for e in ok if e["gain7"] >= FLOOR[kind]), key=lambda e: (-e["growth"], -e["gain7"], e["name"].encode()))
    gone = [k for k in s.series if base_day is not None and base_day in s.series[k] and t not in s.series[k]]
    status = {}
    for e in entities:
        status[e["status"]] = status.get(e["status"], 0) + 1
    if gone:
        status["dropped"] = len(gone)
    renamed = []
    for e in entities:
        names = [(n, s.series[e["key"]][n].name) for n in sorted(s.series[e["key"]]) if t - 9 <= n <= t]
        was = [name for _, name in names if name.lower() != e["name"].lower()]
        if was:
            renamed.append((e["name"], was[-1]))
    return {
        "asof": iso(t), "base_day": iso(base_day) if base_day is not None else None, "tracked": len(entities), "rejected": s.rejected[t],
        "status": status, "mu": mu, "momentum": momentum, "movers": movers,
        "folded": fold(kind, [(e["name"], e["momentum"], e["row"].quantized) for e in momentum]),
        "new_entries": [e["name"] for e in momentum if e["status"] == "new"],
        "dropped": sorted(({"name": s.series[k][base_day].name, "prev_rank": prev[k]} for k in gone if prev.get(k, 99) <= 20), key=lambda g: g["prev_rank"]),
        "renamed": sorted(renamed),
        "numbers": numbers(s, t, entities, chart, [(base_day, before)] if base_day is not None else []),
    }
