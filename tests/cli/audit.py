"""Compares what servers accepted (faulty.py's logs) with who should have got the issue: nobody lost, nobody doubled unsaid."""
import collections
import json


class Audit:
    """lost, duplicated, misaddressed, wrong_token, ... are lists of addresses or of records; all empty is what we want."""

    def __init__(self, logs, people, forbidden=()):
        records = [json.loads(line) for log in logs for line in open(log)]
        self.accepted = [r for r in records if r["event"] == "accepted"]
        self.violations = collections.Counter(r["kind"] for r in records if r["event"] == "violation")
        self.faults = collections.Counter(r["name"] for r in records if r["event"] == "fault")
        self.connections = sum(r["event"] == "open" for r in records)
        self.peak = max((r["peak"] for r in records if r["event"] == "open"), default=0)
        self.unanswered = sum(r["event"] == "unanswered" for r in records) + sum(not r["answered"] for r in self.accepted)
        copies = collections.defaultdict(list)
        for r in self.accepted:
            copies[r["rcpt"]].append(r)
        people = set(people)
        self.copies = copies
        self.lost = sorted(people - set(copies))
        self.unexpected = sorted(set(copies) - people)
        self.forbidden = sorted(set(copies) & set(forbidden))
        self.duplicated = sorted(r for r, c in copies.items() if len(c) > 1)
        # A second copy although the first one's 250 had been sent: never right without a crash in between.
        self.duplicated_after_250 = sorted(r for r, c in copies.items() if sum(x["answered"] for x in c) > 1)
        self.new_id = sorted(r for r, c in copies.items() if len({x["message_id"] for x in c}) > 1)
        self.new_body = sorted(r for r, c in copies.items() if len({x["sha"] for x in c}) > 1)
        self.misaddressed = [r for r in self.accepted if r["rcpt"] not in (r["to"] or "")]
        owner = {}
        self.wrong_token = []
        for r in self.accepted:
            if r["token"] and owner.setdefault(r["token"], r["rcpt"]) != r["rcpt"]:
                self.wrong_token.append(r)
        ids = collections.defaultdict(set)
        for r in self.accepted:
            ids[r["message_id"]].add(r["rcpt"])
        self.shared_id = [m for m, who in ids.items() if len(who) > 1]
