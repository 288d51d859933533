"""Rehearsing: every recipient's message as a send would make it, checked, and nothing sent; what two parsers that are not ours
make of the messages."""
import email
import email.policy
import json
import mailbox
import os
import re
import sqlite3
import subprocess

import pytest

from conftest import PROGRAM, ROOT

PEOPLE = [("ada@example.org", "Ada"), ("bob@example.org", ""), ("jürgen@bücher.example", "Jürgen Müller-Lüdenscheidt"),
          ("o'hara+x@example.org", 'Quote " and \\ and <tag>'), ("z@example.org", "名前 " * 20)]


@pytest.fixture
def desk(publication):
    for address, name in PEOPLE:
        publication.ok("subscriber", "add", address, "--name", name)
    publication.ok("subscriber", "add", "waits@example.org", "--pending")
    publication.ok("subscriber", "add", "gone@example.org")
    publication.ok("subscriber", "remove", "gone@example.org")
    publication.issue = next((publication.path / "issues").glob("*.md"))
    return publication


def messages(folder):
    return {m["Delivered-To"]: m for m in (email.message_from_bytes(p.read_bytes(), policy=email.policy.default)
                                           for p in sorted((folder / "new").iterdir()))}


def dump(desk):
    with sqlite3.connect(desk.database) as db:
        return list(db.iterdump())


def test_it_tells_of_all_and_changes_nothing(desk):
    before = dump(desk)
    told = desk.json("rehearse")
    assert told["recipients"] == len(PEOPLE) and told["failed"] == 0 and told["failures"] == []
    assert told["edition"] == desk.json("compose")["hash"]
    assert told["without_name"] == 1 and told["smtputf8"] == 1 and told["international_domains"] == 1
    assert told["name"]["of"] == "z@example.org" and told["name"]["bytes"] == len(("名前 " * 20).strip().encode())
    assert told["address"]["value"] == "jürgen@bücher.example"
    sizes = told["bytes"]
    assert 10000 < sizes["min"] <= sizes["median"] <= sizes["max"] < 250000 and told["longest_line"] <= 998
    assert told["against"] is None
    assert dump(desk) == before and not (desk.path / "var/outbox").exists()
    assert desk.json("status")["recipients"] == 0


def test_the_messages_are_those_that_a_send_makes(desk, tmp_path):
    desk.ok("rehearse", "-o", tmp_path / "all")
    rehearsed = messages(tmp_path / "all")
    desk.ok("send")
    sent = messages(desk.path / "var/outbox")
    # The Maildir takes no SMTPUTF8 off: all of them are there.
    assert set(sent) == set(rehearsed) and len(sent) == len(PEOPLE)
    for to, message in sent.items():
        other = rehearsed[to]
        del message["Date"], other["Date"], message["Return-Path"], other["Return-Path"]
        assert message.as_bytes() == other.as_bytes(), to


def test_others_read_them_as_well(desk, tmp_path):
    desk.ok("rehearse", "-o", tmp_path / "all")
    assert len(mailbox.Maildir(tmp_path / "all", create=False)) == len(PEOPLE)
    assert oct((tmp_path / "all").stat().st_mode)[-3:] == "700"
    for path in (tmp_path / "all/new").iterdir():
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert not message.defects and [p.get_content_type() for p in message.walk()] == [
            "multipart/alternative", "text/plain", "text/html"]
        for part in message.iter_parts():
            assert not part.defects and "\x01" not in part.get_content()
        theirs = json.loads(subprocess.run(["node", str(ROOT / "tests/cli/parse.mjs")], input=path.read_bytes(),
                                           capture_output=True, check=True).stdout)
        assert theirs["subject"] == message["Subject"] and theirs["to"][0]["address"]


def test_its_memory_does_not_grow_with_the_list(publication, tmp_path):
    # AddressSanitizer keeps what was freed for a while, which is not ours.
    environment = os.environ | {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"}
    peaks = []
    for n in (200, 4000):
        table = tmp_path / "people.csv"
        table.write_text("email,name\n" + "".join(f"r{i}@d{i % 9}.example,Reader {i}\n" for i in range(n)))
        publication.ok("subscriber", "import", table)
        process = subprocess.Popen([PROGRAM, "-C", str(publication.path), "--json", "rehearse"], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, env=environment)
        told = json.loads(process.stdout.read())
        _, status, usage = os.wait4(process.pid, 0)
        assert status == 0 and told["recipients"] == n
        peaks.append(usage.ru_maxrss)
    assert peaks[1] < peaks[0] * 1.3, peaks


def test_what_fails_is_named(desk, tmp_path):
    """A row that was changed by hand: the address is another than the link leads to, or cannot stand in a header."""
    with sqlite3.connect(desk.database) as db:
        db.execute("UPDATE subscriber SET name = 'a' || char(10) || 'Bcc: x@example.org' WHERE email = 'ada@example.org'")
        db.execute("UPDATE subscriber SET smtputf8 = 0 WHERE smtputf8")
    told = desk.json("rehearse", "-o", tmp_path / "all", code=65)
    why = {f["of"]: f["why"] for f in told["failures"]}
    assert told["failed"] == 2 and "control character" in why["ada@example.org"]
    assert any("seven bits" in w for w in why.values())
    assert all("Bcc" not in p.read_text() for p in (tmp_path / "all/new").iterdir())


def test_it_is_compared_with_the_last_issue(desk):
    text = desk.issue.read_text()
    (desk.path / "issues/2026-02-14.md").write_text(text.replace("## Deep Dive", "## Deep Thoughts")
                                                    .replace("https://example.org/weights", "https://example.org/earlier-ones"))
    assert desk.run("send", "--date", "2026-02-14", "--force").code == 0
    against = desk.json("rehearse")["against"]
    assert against["issue"] == "2026-02-14" and len(against["edition"]) == 64
    assert against["headings_new"] == ["Deep Dive"] and against["headings_gone"] == ["Deep Thoughts"]
    assert against["links_new"] == ["https://example.org/weights"] and against["links_gone"] == ["https://example.org/earlier-ones"]
    assert 0 < abs(against["html"]["now"] - against["html"]["last"]) < 50
    out = desk.ok("rehearse").out
    assert "+ Deep Dive" in out and "- https://example.org/earlier-ones" in out and re.search(r"html: \d+ bytes, was \d+", out)


def test_paused_and_saturday_readers_are_not_made_one_for(desk):
    with sqlite3.connect(desk.database) as db:
        db.execute("UPDATE subscriber SET paused_until = '2999-01-01' WHERE email = 'ada@example.org'")
        db.execute("UPDATE subscriber SET frequency = 'saturday' WHERE email = 'bob@example.org'")
    (desk.path / "issues/2026-02-13.md").write_text(desk.issue.read_text())
    (desk.path / "issues/2026-02-14.md").write_text(desk.issue.read_text())
    assert desk.json("rehearse", "--date", "2026-02-13")["recipients"] == len(PEOPLE) - 2
    assert desk.json("rehearse", "--date", "2026-02-14")["recipients"] == len(PEOPLE) - 1


def test_nobody_is_no_failure(publication):
    told = publication.json("rehearse")
    assert told["recipients"] == 0 and told["bytes"]["median"] == 0 and told["name"]["value"] is None


def test_it_does_not_mix_with_mail_that_is_there(desk, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter").write_text("keep me")
    assert desk.run("rehearse", "-o", tmp_path / "mine").code == 73
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["letter"]
    for options, code in [(["--date", "1999-01-01"], 66), (["--date", "x"], 64), (["x"], 64), (["-o"], 64)]:
        assert desk.run("rehearse", *options).code == code
