"""The database's care."""
import fcntl
import os
import pathlib
import sqlite3
import stat
import tempfile
import threading

import pytest
from conftest import run


def test_info_tells_the_schema_and_the_people(publication):
    publication.ok("subscriber", "add", "a@x.org")
    info = publication.json("db", "info")
    assert info["schema"] == info["newest"] >= 1
    assert (info["active"], info["pending"]) == (1, 0)
    assert stat.S_IMODE(publication.database.stat().st_mode) == 0o600


def test_a_missing_database_is_told_and_made_by_migrate_alone(publication):
    publication.database.unlink()
    done = publication.run("subscriber", "list")
    assert done.code == 66 and "db migrate" in done.err
    publication.ok("db", "migrate")
    publication.ok("db", "migrate")
    assert publication.states() == {}


@pytest.mark.parametrize("change, why", [
    ("PRAGMA user_version = 99", "newer morningpost"), ("PRAGMA application_id = 1", "another program")])
def test_a_database_of_others_is_refused_and_left_alone(publication, change, why):
    with sqlite3.connect(publication.database) as db:
        db.execute(change)
    db.close()
    before = publication.database.read_bytes()
    for args in (("subscriber", "add", "a@x.org"), ("subscriber", "list"), ("db", "migrate")):
        done = publication.run(*args)
        assert done.code == 78 and why in done.err, done
    assert publication.database.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"x" * 5000, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_database_is_refused_and_left_alone(publication, content):
    publication.database.write_bytes(content)
    for args in (("subscriber", "add", "a@x.org"), ("db", "check"), ("db", "info"), ("db", "backup", "b.db")):
        done = publication.run(*args)
        assert done.code != 0 and "morningpost: error: " in done.err
    assert publication.database.read_bytes() == content


def test_check_finds_damage(publication):
    publication.ok("subscriber", "import", "-", stdin="email\n" + "".join(f"a{i}@x.org\n" for i in range(3000)))
    assert publication.json("db", "check") == {"whole": True}
    with open(publication.database, "r+b") as file:
        file.seek(4096 * 20)
        file.write(b"\x55" * 4096 * 10)
    assert publication.run("db", "check").code in (65, 78)


def test_a_symbolic_link_is_not_followed(publication, tmp_path):
    target = tmp_path / "target"
    publication.database.rename(target)
    publication.database.symlink_to(target)
    done = publication.run("subscriber", "add", "a@x.org")
    assert done.code == 78 and "not a regular file" in done.err


def test_backups_are_whole_while_others_write(publication, tmp_path):
    stop = threading.Event()

    def write():
        n = 0
        while not stop.is_set():
            n += 1
            publication.ok("subscriber", "add", f"a{n}@x.org")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(10):
            publication.ok("db", "backup", tmp_path / "b.db")
            copy = sqlite3.connect(tmp_path / "b.db")
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            copy.close()
    finally:
        stop.set()
        writer.join()
    assert [p.name for p in tmp_path.iterdir() if p.name != "post"] == ["b.db"]


def test_restore_brings_a_backup_back_and_keeps_the_old(publication, tmp_path):
    publication.ok("subscriber", "add", "old@x.org")
    publication.write("var/mark", "7\n")
    publication.ok("db", "backup", tmp_path / "b.db")
    publication.ok("subscriber", "add", "new@x.org")
    reader = sqlite3.connect(publication.database)
    assert reader.execute("SELECT count(*) FROM subscriber").fetchone() == (2,)
    report = publication.json("db", "restore", tmp_path / "b.db")
    assert report["before"] == "var/morningpost.db.before"
    # Somebody who had it open sees the restored one.
    assert reader.execute("SELECT count(*) FROM subscriber").fetchone() == (1,)
    reader.close()
    assert publication.states() == {"old@x.org": "active"}
    assert (publication.path / "var" / "mark").read_text() == "7\n"
    kept = sqlite3.connect(publication.path / report["before"])
    assert kept.execute("SELECT count(*) FROM subscriber").fetchone() == (2,)
    kept.close()


def test_nobody_who_left_is_brought_back_by_a_backup(publication, tmp_path):
    for name in ("stays", "leaves", "complains"):
        publication.ok("subscriber", "add", f"{name}@x.org")
    publication.ok("db", "backup", tmp_path / "b.db")
    publication.ok("subscriber", "remove", "leaves@x.org")
    publication.ok("subscriber", "import", "-", stdin="email,state\ncomplains@x.org,complained\n")
    done = publication.ok("db", "restore", tmp_path / "b.db")
    assert "2 who left" in done.out
    assert publication.states() == {"stays@x.org": "active", "leaves@x.org": "unsubscribed", "complains@x.org": "complained"}


def test_ids_of_people_are_not_given_again_after_a_restore(publication, tmp_path):
    publication.ok("subscriber", "add", "old@x.org")
    publication.ok("db", "backup", tmp_path / "b.db")
    publication.ok("subscriber", "add", "lost@x.org")
    lost = publication.json("subscriber", "show", "lost@x.org")["id"]
    publication.ok("db", "restore", tmp_path / "b.db")
    publication.ok("subscriber", "add", "new@x.org")
    # Links that were mailed to the lost one must not work for somebody else.
    assert publication.json("subscriber", "show", "new@x.org")["id"] > lost
    publication.database.write_bytes(b"rubbish" * 1000)
    publication.ok("db", "restore", tmp_path / "b.db")
    publication.ok("subscriber", "add", "new@x.org")
    assert publication.json("subscriber", "show", "new@x.org")["id"] > 1000


def test_restore_says_what_runs(publication, tmp_path):
    """`notes --follow` never ends by itself: it must be stopped."""
    publication.ok("db", "backup", tmp_path / "b.db")
    with open(publication.path / "var/notes.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = publication.run("db", "restore", tmp_path / "b.db")
        assert done.code == 75 and "'morningpost notes' is running; stop it" in done.err, done


def test_restore_waits_for_no_send(publication, tmp_path):
    publication.ok("db", "backup", tmp_path / "b.db")
    with open(publication.path / "var" / "send.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = publication.run("db", "restore", tmp_path / "b.db")
        assert done.code == 75 and "send is running" in done.err
        assert publication.run("subscriber", "import", "-", "--strict", stdin="email\na@x.org\n").code == 75
    publication.ok("db", "restore", tmp_path / "b.db")


def test_a_bad_backup_changes_nothing(publication, tmp_path):
    publication.ok("subscriber", "add", "a@x.org")
    (tmp_path / "text").write_text("no database")
    assert publication.run("db", "restore", tmp_path / "text").code == 65
    assert publication.run("db", "restore", tmp_path / "none").code == 66
    assert publication.run("db", "backup", publication.database).code == 64
    assert publication.states() == {"a@x.org": "active"}


def test_restore_repairs_a_damaged_database(publication, tmp_path):
    publication.ok("subscriber", "add", "a@x.org")
    publication.ok("db", "backup", tmp_path / "b.db")
    publication.database.write_bytes(b"rubbish" * 1000)
    publication.ok("db", "restore", tmp_path / "b.db")
    assert publication.states() == {"a@x.org": "active"}


def test_a_read_only_database_is_told():
    # Below /tmp itself, where the owner that root becomes may go.
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = pathlib.Path(folder) / "post"
        assert run("init", path).code == 0
        (path / "var" / "morningpost.db").chmod(0o400)
        if os.geteuid() == 0:
            for name in (path, *path.rglob("*")):
                os.chown(name, 65534, 65534)
        done = run("-C", path, "subscriber", "add", "a@x.org")
        assert done.code == 74 and "read-only" in done.err, done


def test_usage(publication):
    for args in ((), ("nonsense",), ("backup",), ("info", "x"), ("restore", "a", "b")):
        assert publication.run("db", *args).code == 64
    assert run("-C", publication.path / "none", "db", "info").code == 66
