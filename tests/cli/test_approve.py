"""Approving: with send.approval: required only the approved bytes go out, and every place calls them by the same hash."""
import email
import json
import re
import sqlite3

import pytest

from recordings import World


@pytest.fixture
def desk(publication):
    """A publication that asks for an approval, with a reader."""
    with open(publication.path / "morningpost.yaml", "a") as settings:
        settings.write("send: {approval: required}\n")
    publication.ok("subscriber", "add", "ada@example.org", "--name", "Ada")
    publication.issue = next((publication.path / "issues").glob("*.md"))
    rewrite(publication, "The idea is old.", "The idea is an old one.")  # the sample, written over
    return publication


def composed(desk):
    return desk.json("compose")["hash"]


def codes(desk):
    return [finding["code"] for finding in desk.json("check")]


def outbox(desk):
    return [email.message_from_bytes(f.read_bytes()) for f in sorted((desk.path / "var/outbox/new").glob("*"))]


def rewrite(desk, old, new):
    text = desk.issue.read_text()
    assert old in text
    desk.issue.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize("command", ["send", "daily"])
def test_nothing_goes_out_before_it_is_approved(desk, command):
    held = desk.run(command)
    assert held.code == 75 and f"morningpost approve {composed(desk)}" in held.err
    assert desk.json("status")["state"] == "held" and not (desk.path / "var/outbox").exists()
    assert codes(desk) == ["unapproved"]
    desk.ok("approve", composed(desk))
    assert desk.json("status")["state"] == "composed" and codes(desk) == []
    desk.ok(command)
    assert desk.json("status")["state"] == "sent" and len(outbox(desk)) == 1


def test_what_was_changed_since_is_held(desk):
    before = composed(desk)
    desk.ok("approve", before)
    title = re.search(r"title: (.*)", desk.issue.read_text())[1]
    rewrite(desk, title, "Another headline for the same paper")
    after = composed(desk)
    assert after != before and codes(desk) == ["not-approved"]
    held = desk.run("send")
    assert held.code == 75 and before[:12] in held.err and f"approve {after}" in held.err
    # --force is for other things.
    assert desk.run("send", "--force").code == 75
    # Put back it is what was approved; the newest word counts.
    rewrite(desk, "Another headline for the same paper", title)
    assert composed(desk) == before and codes(desk) == []
    desk.ok("send")


def test_a_template_counts_as_much_as_the_text(desk):
    desk.ok("approve", composed(desk))
    desk.ok("templates", "export")
    assert codes(desk) == []
    theme = desk.path / "templates/theme.yaml"
    theme.write_text(re.sub(r"(?m)^(  accent: ).*$", r'\1"#123456"', theme.read_text()))
    assert codes(desk) == ["not-approved"] and desk.run("send").code == 75


def test_the_newest_approval_counts(desk):
    first = composed(desk)
    desk.ok("approve", first)
    title = re.search(r"title: (.*)", desk.issue.read_text())[1]
    rewrite(desk, title, "Another headline for the same paper")
    desk.ok("approve", composed(desk))
    rewrite(desk, "Another headline for the same paper", title)
    assert desk.run("send").code == 75
    desk.ok("approve", first)
    desk.ok("send")


def test_every_place_says_the_same_hash(desk):
    edition = composed(desk)
    assert edition in desk.run("compose").err
    approved = desk.json("approve", edition[:12])
    assert approved["edition"] == edition
    assert edition[:12] in desk.ok("check").out
    assert desk.json("send", "--dry-run")["edition"] == edition
    assert desk.json("send", "--to", "bob@example.org")[0]["edition"] == edition
    assert outbox(desk)[0]["X-Edition"] == edition and outbox(desk)[0]["Subject"].startswith("[Test] ")
    status = desk.json("status")
    assert status["edition"] == edition and status["approved_by"] == approved["approved_by"]
    assert desk.json("send")["edition"] == edition == desk.json("status")["edition"]
    assert "X-Edition" not in outbox(desk)[1]


def test_who_and_when_are_kept_and_each_is_an_event(desk):
    edition = composed(desk)
    assert desk.json("approve", edition)["issue"] == desk.issue.stem
    desk.ok("approve", edition)
    db = sqlite3.connect(desk.database)
    assert db.execute("SELECT count(*) FROM approval WHERE by <> '' AND at > 0").fetchone() == (2,)
    events = [json.loads(d) for d, in db.execute("SELECT detail FROM event WHERE kind = 'approved'")]
    assert [e["edition"] for e in events] == [edition] * 2 and events[0]["day"] == desk.issue.stem


def test_it_finds_the_issue_by_the_hash_alone(desk):
    other = desk.path / "issues/2026-02-14.md"
    other.write_text(desk.issue.read_text())
    edition = desk.json("compose", "--date", "2026-02-14")["hash"]
    assert edition != composed(desk)
    assert desk.json("approve", edition)["issue"] == "2026-02-14"
    assert desk.run("approve", edition, "--date", desk.issue.stem).code == 65


@pytest.mark.parametrize("argument, code", [("", 64), ("abc", 64), ("G" * 64, 64), ("a" * 65, 64), ("0" * 64, 65), ("0" * 12, 65)])
def test_what_is_no_edition_is_refused(desk, argument, code):
    assert desk.run("approve", argument).code == code


def test_without_the_setting_an_approval_is_only_compared(publication):
    publication.ok("subscriber", "add", "ada@example.org")
    issue = next((publication.path / "issues").glob("*.md"))
    issue.write_text(issue.read_text() + "\nOne word.\n")
    assert publication.json("check") == []
    publication.ok("approve", publication.json("compose")["hash"])
    issue.write_text(issue.read_text() + "\nOne more word.\n")
    assert [f["code"] for f in publication.json("check")] == ["not-approved"]
    publication.ok("send")


def test_figures_that_come_in_later_do_not_undo_an_approval(desk, tmp_path):
    """The editor approves in the evening; what the sources say in the morning is not what she saw, and does not go out."""
    desk.issue.write_text(desk.issue.read_text() + "\n## Trending\n\n```trending\nsources: [github]\n```\n")
    before = composed(desk)
    desk.ok("approve", before)
    World().write(tmp_path / "recorded", desk.issue.stem)
    desk.ok("collect", "--from", tmp_path / "recorded")
    assert composed(desk) != before and "approved-figures" in codes(desk)
    assert desk.json("status")["state"] == "composed"
    done = desk.ok("send")
    assert f"the edition that was approved, {before[:12]}" in done.err
    assert desk.json("status")["edition"] == before
    assert all("owneraa/toolaa" not in str(m) for m in outbox(desk))
    # A word that is changed as well does undo it.
    desk.issue.write_text(desk.issue.read_text() + "\nOne more word.\n")
    assert "not-approved" in codes(desk)
