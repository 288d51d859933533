"""Compares what servers accepted (faulty.py's logs) with who should have got the issue: nobody lost, nobody doubled unsaid."""
import collections
import json


class Audit:
    """lost, duplicated, misaddressed, wrong_token, ... are lists of addresses or of records; all empty is what we want.

    `rows` is the ledger, address → (state, code, status, words, doubts): with it, what the ledger says is compared with
    what the servers know: false_sent, false_failed and unsaid (doubled, and never in doubt)."""

    def __init__(self, logs, people, forbidden=(), rows=None):
        records = [json.loads(line) for log in logs for line in open(log)]
        self.accepted = [r for r in records if r["event"] == "accepted"]
        self.violations = collections.Counter(r["kind"] for r in records if r["event"] == "violation")
        self.faults = collections.Counter(r["name"] for r in records if r["event"] == "fault")
        self.connections = sum(r["event"] == "open" for r in records)
        self.peak = max((r["peak"] for r in records if r["event"] == "open"), default=0)
        # Whole messages that the server left without a reply: the most that a client may be in doubt of, but for its own end.
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
        # Before RCPT a refusal is nobody's, or everybody's; and one of SIZE is the client's own.
        refused = {r["rcpt"] for r in records if r["event"] == "fault"}
        known = refused and None not in refused
        self.false_sent = self.false_failed = self.unsaid = self.doubts = None
        if rows is not None:
            self.false_sent = sorted(p for p, row in rows.items() if row[0] == "sent" and p not in copies)
            self.false_failed = sorted(p for p, row in rows.items() if row[0] == "failed" and (p in copies or (known and p not in refused)))
            self.unsaid = [p for p in self.duplicated if not rows[p][4]]
            self.doubts = sum(row[4] for row in rows.values())


def assert_clean(audit):
    """What no fault may ever bring about."""
    assert not audit.lost, f"lost: {audit.lost[:5]}"
    assert not audit.unexpected
    assert not audit.misaddressed
    assert not audit.wrong_token
    assert not audit.shared_id
    assert not audit.new_id, "another Message-ID at another attempt"
    assert not audit.new_body, "another body at another attempt"
    assert not audit.violations, audit.violations
    assert not audit.false_sent, f"sent, says the ledger, and no server has it: {audit.false_sent[:5]}"
    assert not audit.false_failed, f"failed, says the ledger, and no server refused it: {audit.false_failed[:5]}"
    assert not audit.unsaid, f"doubled, and never in doubt: {audit.unsaid[:5]}"
