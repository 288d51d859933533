"""`subscriber erase`: no trace is left but a keyed hash (RELIABILITY E2)."""
import json
import random
import sqlite3
import time

import pytest

from lab import Lab


def everything(publication):
    """Every file of the publication and what was written beside it, but mail that was delivered: a mailbox is not ours."""
    for file in sorted(publication.path.parent.rglob("*")):
        if file.is_file() and "outbox" not in file.parts:
            yield file, file.read_bytes().lower()


def traces(publication, word):
    return [file.name for file, content in everything(publication) if word.lower().encode() in content]


def ask(publication, sql, *values):
    with sqlite3.connect(publication.database, timeout=30) as db:
        return db.execute(sql, values).fetchall()


def test_nothing_is_left_anywhere(publication):
    publication.ok("subscriber", "add", "Ada.Lovelace@vanity.example", "--name", "Augusta Byron", "--tag", "countess")
    publication.ok("subscriber", "add", "bob@example.org")
    publication.ok("send", "--no-wait", "--force")
    day = publication.json("status")["issue"]
    # What relays say often repeats the address.
    ask(publication, "insert into attempt (subscriber_id, issue_id, n, at, state, words) "
        "select 1, id, 1, 1, 'deferred', '450 <ada.lovelace@vanity.example> later' from issue")
    ask(publication, "insert into relay (name, tokens, tokens_at, words) "
        "values ('smtp://r', 1, 1, '450 <ADA.LOVELACE@vanity.example> later')")
    assert traces(publication, "ada.lovelace@vanity.example")

    done = publication.json("subscriber", "erase", "ada.lovelace@VANITY.example")
    assert done == {"email": "Ada.Lovelace@vanity.example", "outcome": "erased", "swept": True}
    publication.ok("db", "backup", publication.path.parent / "after.db")
    for word in ("ada.lovelace", "vanity.example", "augusta byron", "countess"):
        assert traces(publication, word) == [], word
    assert publication.states() == {"bob@example.org": "active"}
    assert [e for e in ask(publication, "select kind from event where subscriber_id = 1")][-1] == ("erased",)
    assert publication.json("status", "--date", day)["recipients"] == 1
    for args in (("show",), ("erase",), ("remove",)):
        assert publication.run("subscriber", *args, "ada.lovelace@vanity.example").code == 66
    assert publication.run("why", "ada.lovelace@vanity.example").code == 66
    assert publication.json("db", "check")["whole"]


def test_pages_that_were_split_keep_no_pieces(publication):
    """Rows that come in no order are copied from page to page, and the copies are not where rows are."""
    people = [f"person{n}-{random.Random(n).getrandbits(64):x}@example.org" for n in range(3000)]
    random.Random(7).shuffle(people)
    rows = [f"{p},Name of {p.partition('@')[0]}" for p in people]
    publication.ok("subscriber", "import", "-", stdin="email,name\n" + "\n".join(rows))
    gone = people[:3000:1000]
    for person in gone:
        publication.ok("subscriber", "set", person, "--name", "a longer name than before " * 6)
        publication.ok("subscriber", "erase", person)
    assert [p for p in gone if traces(publication, p.partition("@")[0])] == []
    assert len(publication.states()) == len(people) - len(gone)


def test_a_reader_of_the_log_only_delays_the_sweep(publication):
    publication.ok("subscriber", "add", "ada@example.org")
    reader = sqlite3.connect(publication.database)
    reader.execute("begin")
    assert reader.execute("select count(*) from subscriber").fetchone() == (1,)
    done = publication.ok("subscriber", "erase", "ada@example.org")
    assert "until it is swept" in done.out
    reader.close()
    publication.ok("subscriber", "add", "bob@example.org")
    assert publication.json("subscriber", "erase", "bob@example.org")["swept"]
    assert traces(publication, "ada@example.org") == traces(publication, "bob@example.org") == []


def test_erasing_in_the_middle_of_a_send(tmp_path):
    """Some who have it, some who may be in the air, some who wait: nobody else is touched, and none of them is served afterwards."""
    lab = Lab(tmp_path, people=120)
    relay = lab.relay("--latency", 15)
    lab.configure(relay, connections=2, window=2)
    try:
        p = lab.start("send")
        while relay.accepted() < 20:
            time.sleep(0.005)
        served = [r["rcpt"] for r in lab.audit([]).accepted]
        waiting = [who for who in lab.people if who not in served]
        erased = served[:1] + waiting[:2] + waiting[-1:]
        for who in erased:
            done = json.loads(lab.run("subscriber", "erase", who, "--json").stdout)
        # The file is left alone while it is sent, unless that was quicker than we.
        assert not done["swept"] or p.poll() is not None
        assert p.wait(120) == 0
        audit = lab.audit([who for who in lab.people if who not in erased], forbidden=waiting[-1:])
        assert audit.forbidden == [] and audit.lost == [] and audit.duplicated == []
        assert lab.status()["recipients"] == 116
        lab.run("subscriber", "add", "last@d0.example")
        lab.run("subscriber", "erase", "last@d0.example")
        kept = b"".join(f.read_bytes() for f in (lab.dir / "var").glob("morningpost.db*"))
        assert [who for who in erased if who.encode() in kept] == []
        assert all(who.encode() in kept for who in lab.people if who not in erased)
    finally:
        lab.stop()


def test_daily_sweeps_what_a_page_has_erased(publication):
    publication.ask_nobody()
    publication.ok("subscriber", "add", "ada@example.org")
    ask(publication, "insert into fact (name, value) values ('sweep_due', '1')")
    publication.run("daily")
    assert ask(publication, "select value from fact where name = 'sweep_due'") == [("0",)]
    # Once an hour is enough.
    ask(publication, "update fact set value = '1' where name = 'sweep_due'")
    publication.run("daily")
    assert ask(publication, "select value from fact where name = 'sweep_due'") == [("1",)]
    ask(publication, "update fact set value = value - 3600000001 where name = 'swept_at'")
    publication.run("daily")
    assert ask(publication, "select value from fact where name = 'sweep_due'") == [("0",)]


def test_a_restored_backup_does_not_bring_them_back(publication):
    backup = publication.path.parent / "elsewhere" / "old.db"
    backup.parent.mkdir()
    publication.ok("subscriber", "add", "ada@example.org")
    publication.ok("subscriber", "add", "bob@example.org")
    publication.ok("db", "backup", backup)
    publication.ok("subscriber", "erase", "ada@example.org")
    publication.ok("db", "restore", backup)
    assert publication.states() == {"bob@example.org": "active"}
    backup.unlink()
    assert traces(publication, "ada@example.org") == []
    assert "before a restore" in publication.ok("subscriber", "erase", "bob@example.org").err


def test_the_address_stays_off_the_list(publication):
    publication.ok("subscriber", "add", "ada@example.org")
    publication.ok("subscriber", "erase", "ada@example.org")
    assert publication.run("subscriber", "add", "ada@example.org").code == 65
    publication.run("subscriber", "import", "-", stdin="email\nADA@example.org\n")
    assert publication.states() == {}
    assert traces(publication, "ada@example.org") == []


@pytest.mark.parametrize("args,code", [((), 64), (("a@example.org", "b@example.org"), 64), (("nobody",), 65)])
def test_it_wants_one_address(publication, args, code):
    assert publication.run("subscriber", "erase", *args).code == code
