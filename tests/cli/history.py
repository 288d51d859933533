"""Some weeks of a publication that never was, in its database, and what `stats` has to say of them."""
import collections
import contextlib
import datetime
import json
import random
import sqlite3
import time
import zoneinfo

import chain

DOMAINS = ["gmail.com", "gmail.com", "gmail.com", "web.de", "web.de", "example.org", "xn--mnchen-3ya.example", "outlook.com", "uni.example"]
NAMES = ("active", "pending", "unsubscribed", "bounced", "complained")


def moment(day, hour, minute=0, zone="UTC"):
    at = datetime.datetime.combine(day, datetime.time(hour, minute), zoneinfo.ZoneInfo(zone))
    return int(at.timestamp() * 1e6)


def report(path, kind, people, issue=None):
    """What came back about some, as it stands when it was taken in."""
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as db, db:
        db.executemany("INSERT INTO bounce (subscriber_id, issue_id, kind, source, report, at, judged_at) VALUES (?, ?, ?, 'mail', ?, ?, 1)",
            ((p, issue, kind, f"<{random.random()}@mx.example>", int(time.time() * 1e6)) for p in people))


class History:
    """`days` up to `last`; every night some come and go, every morning an issue goes out, and some of it comes back."""

    def __init__(self, path, last, days=30, people=400, zone="UTC", seed=5):
        self.path, self.dice, self.zone = path, random.Random(seed), zone
        self.days = [last - datetime.timedelta(days=days - 1 - i) for i in range(days)]
        self.state, self.domain, self.events, self.rows, self.issues, self.reports = {}, {}, [], [], [], []
        self.expected = {str(d): collections.Counter() for d in self.days}
        for _ in range(people):
            self.join(self.days[0] - datetime.timedelta(days=9), moment(self.days[0] - datetime.timedelta(days=9), 12), "imported")
        self.before = people
        for n, day in enumerate(self.days, 1):
            self.live(n, day)
        self.write()

    def join(self, day, at, kind, state="active"):
        person = len(self.state) + 1
        self.state[person], self.domain[person] = state, self.dice.choice(DOMAINS)
        self.events.append((at, kind, person, None, json.dumps({"by": "page", "state": state})))
        if state == "active":
            self.count(day, "joined")
        return person

    def count(self, day, what, n=1):
        if str(day) in self.expected:
            self.expected[str(day)][what] += n

    def leave(self, day, at, person, kind, issue=None):
        self.events.append((at, kind, person, issue, json.dumps({"by": "page", "from": self.state[person]})))
        self.count(day, "left", self.state[person] == "active")
        self.state[person] = kind

    def live(self, n, day):
        # Late in the evening, by the paper's clock: where days are not UTC's, it tells.
        for _ in range(self.dice.randint(2, 9) + 25 * (day.weekday() == 1)):
            self.join(day, moment(day, 23, 50, self.zone), "subscribed")
        waiting = self.join(day, moment(day, 7, zone=self.zone), "subscribed", "pending")
        if self.dice.random() < 0.7:
            self.events.append((moment(day, 23, zone=self.zone), "confirmed", waiting, None, '{"by":"page","from":"pending"}'))
            self.state[waiting] = "active"
            self.count(day, "joined")
        for person in self.dice.sample(self.active(), self.dice.randint(0, 4)):
            self.leave(day, moment(day, 0, 5, self.zone), person, "unsubscribed")
        if day.weekday() != 6:
            self.send(n, day)
        self.expected[str(day)]["readers"] = len(self.active())

    def active(self):
        return sorted(p for p, s in self.state.items() if s == "active")

    def send(self, n, day):
        self.issues.append((n, str(day)))
        self.expected[str(day)]["issue"] = True
        at = moment(day, 6, zone=self.zone)
        for person in self.active():
            dice = self.dice.random()
            # Refused for the address's sake, for policy; sent, and then bounced by mail or complained about.
            refused, failed, bounced, complained = dice < 0.002, dice < 0.003, 0.01 < dice < 0.0115, 0.02 < dice < 0.0203
            self.rows.append((n, person, "failed" if failed else "sent", at, 550 if failed else 250, "5.1.1" if refused else "5.7.1" if failed else None))
            self.count(day, "failed" if failed else "sent")
            self.count(day, "bounced", refused or bounced)
            self.count(day, "complained", complained)
            if refused or bounced or complained:
                source = "smtp" if refused else "mail"
                self.reports.append((person, n, "complaint" if complained else "hard", source, f"{source}/{n}", at))
                self.leave(day, at, person, "complained" if complained else "bounced", n)

    def write(self):
        start = moment(self.days[0], 0) - 9 * 86400 * 10**6
        with contextlib.closing(sqlite3.connect(self.path)) as db, db:
            db.executemany("INSERT INTO subscriber (id, email, email_key, domain, state, state_at, created_at, updated_at) VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?5, ?5)",
                ((p, f"r{p}@{self.domain[p]}", self.domain[p], s, start) for p, s in self.state.items()))
            db.execute("INSERT INTO edition (id, hash, kind, day, subject, bytes, made_at) VALUES (1, ?, 'issue', '2026-01-01', 's', x'62', 1)", ("0" * 64,))
            db.executemany("INSERT INTO issue (id, day, edition_id, state, dated_at, last_moment, started_at, finished_at) VALUES (?, ?, 1, 'sent', 1, 9, 1, 9)", self.issues)
            db.executemany("INSERT INTO delivery (issue_id, subscriber_id, edition_id, state, changed_at, code, status) VALUES (?, ?, 1, ?, ?, ?, ?)", self.rows)
            db.executemany("INSERT INTO bounce (subscriber_id, issue_id, kind, source, report, at, judged_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)", self.reports)
        chain.add_all(self.path, sorted(self.events, key=lambda e: e[0]))
