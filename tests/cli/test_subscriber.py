"""The people on the list, as an operator sees them."""
import contextlib
import os
import re
import sqlite3
import stat
import subprocess
import threading
import time

import pytest
from conftest import PROGRAM, run


def test_somebody_is_added_once_whatever_the_spelling(publication):
    assert "added" in publication.ok("subscriber", "add", "Ada@Example.ORG", "--name", "Ada L", "--tag", "beta").out
    assert "unchanged" in publication.ok("subscriber", "add", "ada@example.org").out
    assert "updated" in publication.ok("subscriber", "add", "ADA@EXAMPLE.ORG", "--tag", "more").out
    [ada] = publication.json("subscriber", "list")
    assert ada["email"] == "Ada@example.org"
    assert (ada["name"], ada["state"], ada["tags"], ada["timezone"]) == ("Ada L", "active", ["beta", "more"], None)
    assert ada["created_at"].endswith("Z")


def test_a_domain_in_any_script_is_one_person(publication):
    publication.ok("subscriber", "add", "post@bücher.example")
    done = publication.ok("subscriber", "add", "post@xn--bcher-kva.example")
    assert "unchanged" in done.out and "bücher" in done.out
    assert publication.states() == {"post@xn--bcher-kva.example": "active"}


def test_who_left_comes_back_only_when_told(publication):
    publication.ok("subscriber", "add", "ada@example.org")
    publication.ok("subscriber", "remove", "ada@example.org")
    refused = publication.run("subscriber", "add", "ada@example.org")
    assert refused.code == 65 and "--resubscribe" in refused.err and "unsubscribed since" in refused.err
    assert publication.states() == {"ada@example.org": "unsubscribed"}
    assert "brought back" in publication.ok("subscriber", "add", "ada@example.org", "--resubscribe").out
    assert publication.states() == {"ada@example.org": "active"}


def test_who_complained_never_comes_back(publication):
    publication.ok("subscriber", "import", "-", stdin="email,state\nada@example.org,complained\n")
    done = publication.run("subscriber", "add", "ada@example.org", "--resubscribe")
    assert done.code == 65 and "complained" in done.err
    assert publication.states() == {"ada@example.org": "complained"}


def test_leaving_twice_is_no_fault(publication):
    publication.ok("subscriber", "add", "ada@example.org")
    assert publication.json("subscriber", "remove", "ada@example.org")["outcome"] == "gets no more mail"
    assert publication.json("subscriber", "remove", "ada@example.org")["outcome"] == "had left before"
    kinds = [e["kind"] for e in publication.json("subscriber", "show", "ada@example.org")["events"]]
    assert kinds == ["subscribed", "unsubscribed"]


def test_pending_waits_for_a_confirmation_or_the_operator(publication):
    publication.ok("subscriber", "add", "ada@example.org", "--pending")
    assert publication.states() == {"ada@example.org": "pending"}
    publication.ok("subscriber", "add", "ada@example.org")
    assert publication.states() == {"ada@example.org": "active"}


def test_set_changes_all_that_is_known(publication):
    publication.ok("subscriber", "add", "ada@example.org", "--tag", "one")
    publication.ok("subscriber", "set", "ada@example.org", "--email", "ada@example.net", "--name", "Ada", "--tag", "+two",
                   "--tag", "-one", "--tag", "three", "--timezone", "Europe/Berlin", "--frequency", "saturday",
                   "--pause", "2026-03-01")
    ada = publication.json("subscriber", "show", "ada@example.net")
    assert ada["tags"] == ["three", "two"]
    assert (ada["timezone"], ada["frequency"], ada["paused_until"]) == ("Europe/Berlin", "saturday", "2026-03-01")
    publication.ok("subscriber", "set", "ada@example.net", "--timezone", "none", "--pause", "none")
    ada = publication.json("subscriber", "show", "ada@example.net")
    assert (ada["timezone"], ada["paused_until"]) == (None, None)
    assert publication.run("subscriber", "show", "ada@example.org").code == 66


@pytest.mark.parametrize("option", [
    ("--email", "bob@example.org"), ("--email", "nonsense"), ("--timezone", "Mars/Base"), ("--frequency", "hourly"),
    ("--pause", "tomorrow"), ("--pause", "2026-02-30"), ("--tag", "a,b"), ("--tag", "+"), ("--name", "x" * 201)])
def test_set_refuses_what_cannot_be_and_changes_nothing(publication, option):
    publication.ok("subscriber", "add", "ada@example.org")
    publication.ok("subscriber", "add", "bob@example.org")
    before = publication.json("subscriber", "show", "ada@example.org")
    done = publication.run("subscriber", "set", "ada@example.org", "--name", "New", *option)
    assert done.code == 65, done
    assert publication.json("subscriber", "show", "ada@example.org") == before


def test_list_is_told_apart_by_state_and_tag(publication):
    publication.ok("subscriber", "import", "-", stdin="email,tags,state\na@x.org,t,\nb@x.org,t,bounced\nc@x.org,,\n")
    assert [s["email"] for s in publication.json("subscriber", "list", "--tag", "t")] == ["a@x.org", "b@x.org"]
    assert [s["email"] for s in publication.json("subscriber", "list", "--state", "active")] == ["a@x.org", "c@x.org"]
    assert publication.json("subscriber", "list", "--state", "pending") == []
    assert "b@x.org" in publication.ok("subscriber", "list").out
    assert publication.run("subscriber", "list", "--state", "gone").code == 64


def test_a_hostile_name_stays_one_harmless_line(publication):
    publication.ok("subscriber", "add", "ada@example.org", "--name", "Eve\r\nBcc: x@y.org\x1b]52;c;\x07\u202e=?utf-8?q?x?=")
    done = publication.ok("subscriber", "list")
    assert len(done.out.splitlines()) == 1
    assert not any(c in done.out for c in "\x1b\x07\r\u202e")


@pytest.mark.parametrize("args, code", [
    ((), 64), (("nonsense",), 64), (("add",), 64), (("add", "a@x.org", "b@x.org"), 64), (("add", "--nonsense", "a@x.org"), 64),
    (("add", "a@x.org", "--name"), 64), (("add", "a@x"), 65), (("remove", "nobody@x.org"), 66), (("show", "nobody@x.org"), 66),
    (("set", "a@x.org"), 64), (("import",), 64), (("import", "none.csv"), 66), (("import", "--undo", "x"), 64),
    (("import", "--undo", "9"), 66), (("export", "extra"), 64), (("import", "-", "--encoding", "klingon"), 64)])
def test_what_is_wrong_has_its_exit_code_and_a_sentence(publication, args, code):
    done = publication.run("subscriber", *args)
    assert done.code == code, done
    assert done.err.strip().splitlines()[-1].startswith("morningpost: error: ")
    assert done.out == ""


# -- check


@pytest.mark.parametrize("given, envelope", [
    (b"Ada@Example.ORG", "Ada@example.org"), (b" \t ada@example.org\r\n", "ada@example.org"),
    ("post@bücher.example".encode(), "post@xn--bcher-kva.example"),
    ("käthe@example.org".encode(), "käthe@example.org smtputf8"), (b"-x@example.org", "-x@example.org")])
def test_check_prints_the_envelope_form_without_a_publication(tmp_path, given, envelope):
    done = run("subscriber", "check", "-", stdin=given, cwd=tmp_path)
    assert (done.code, done.out) == (0, envelope + "\n")
    assert run("subscriber", "check", given.decode(), cwd=tmp_path).out == envelope + "\n"


@pytest.mark.parametrize("given", [
    b"", b"ada", b"a@b@c.org", b"a@x.org\0", b"a@x.org\r\nRCPT TO:<v@x.org>", b"\xff@x.org", b'"a b"@x.org', b"a@[127.0.0.1]",
    b"a" * 65 + b"@x.org", pytest.param(b"a@x.org" * 20000, id="long")])
def test_check_says_why_not(tmp_path, given):
    done = run("subscriber", "check", "-", stdin=given, cwd=tmp_path)
    assert (done.code, done.out) == (65, "")
    assert len(done.err.splitlines()) == 1


# -- import and export


def test_import_tells_what_it_did_and_goes_on_past_bad_rows(publication):
    publication.write("list.csv", "email,name,shoe\na@x.org,A,1\nbad,B,2\nb@x.org,\"C\nD\",3\nc@x,E,4\n")
    done = publication.run("subscriber", "import", publication.path / "list.csv")
    assert done.code == 0 and "2 added" in done.out and "2 rejected" in done.out
    assert "list.csv:3: " in done.err and "list.csv:6: " in done.err and "'shoe'" in done.err
    report = publication.json("subscriber", "import", publication.path / "list.csv")
    assert (report["run"], report["added"], report["updated"], report["unchanged"]) == (2, 0, 0, 2)
    assert [r["line"] for r in report["rejected"]] == [3, 6]


def test_import_of_nothing_but_bad_rows_is_bad_data(publication):
    assert publication.run("subscriber", "import", "-", stdin="email\nbad\n").code == 65
    assert publication.run("subscriber", "import", "-", stdin="email\n").code == 0
    assert publication.run("subscriber", "import", "-", stdin="a@x.org\n").code == 65


def test_strict_import_takes_all_or_none(publication):
    done = publication.run("subscriber", "import", "-", "--strict", stdin="email\na@x.org\nbad\n")
    assert done.code == 65 and "<stdin>" not in done.err and publication.states() == {}
    publication.ok("subscriber", "import", "-", "--strict", stdin="email\na@x.org\n")
    assert publication.states() == {"a@x.org": "active"}


def test_a_dry_run_tells_the_same_and_does_nothing(publication):
    publication.ok("subscriber", "add", "old@x.org")
    text = "email,name,state\nold@x.org,New,\na@x.org,,\na@x.org,A,\nbad,,\nold@x.org,,unsubscribed\n"
    dry = publication.json("subscriber", "import", "-", "--dry-run", stdin=text)
    assert publication.states() == {"old@x.org": "active"}
    wet = publication.json("subscriber", "import", "-", stdin=text)
    assert dry.pop("run") is None and wet.pop("run") == 1
    assert (dry.pop("dry_run"), wet.pop("dry_run")) == (True, False)
    assert dry == wet
    assert publication.states() == {"old@x.org": "unsubscribed", "a@x.org": "active"}


def test_an_import_is_undone_by_its_number(publication):
    publication.ok("subscriber", "add", "old@x.org", "--name", "Old", "--tag", "kept")
    run_number = publication.json("subscriber", "import", "-", stdin="email,name,tags\nold@x.org,New,t\na@x.org,A,\n")["run"]
    states = publication.states()
    would = publication.json("subscriber", "import", "--undo", run_number, "--dry-run")
    assert would["dry_run"] and publication.states() == states
    undone = publication.json("subscriber", "import", "--undo", run_number)
    assert would == {**undone, "dry_run": True}
    assert (undone["removed"], undone["restored"], undone["kept"]) == (1, 1, 0)
    [old] = publication.json("subscriber", "list")
    assert (old["name"], old["tags"]) == ("Old", ["kept"])
    assert publication.run("subscriber", "import", "--undo", run_number).code == 65


@pytest.mark.parametrize("encoding, args", [
    ("utf-8", ()), ("utf-8-sig", ()), ("utf-16", ()), ("latin-1", ("--encoding", "latin1")), ("utf-16-le", ("--encoding", "utf-16le")),
    ("cp1252", ("--encoding", "windows-1252"))])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_import_reads_what_programs_write(publication, encoding, args, end, separator):
    text = end.join([separator.join(row) for row in (("Name", "EMAIL"), ("Zoë", "zoe@x.org"), ('"a' + separator + 'b"', "b@x.org"))])
    publication.ok("subscriber", "import", "-", *args, stdin=text.encode(encoding))
    assert [s["name"] for s in publication.json("subscriber", "list")] == ["Zoë", "a" + separator.replace("\t", " ") + "b"]


def test_an_encoding_is_never_guessed(publication):
    report = publication.json("subscriber", "import", "-", stdin="email,name\na@x.org,Zoë\nb@x.org,Bo\n".encode("latin-1"))
    assert publication.states() == {"b@x.org": "active"}
    assert "--encoding" in report["rejected"][0]["reason"]


@pytest.mark.parametrize("text, added, rejected", [
    (b"sep=;\r\nemail;name\r\nada@example.org;Ada\r\n", 1, []),
    ("\ufeffemail\nada@example.org\n".encode("utf-32-le"), 1, []),
    (b"\xef\xbb\xbf\"email\",name\r\nada@example.org,A\0B\r\nbob@example.org,\r\n", 1, [2]),
    (b"email,name\nada@example.org,A\nemail,name\nbob@example.org,B\n", 2, [3]),
    (b"email,name\nada@example.org," + b"x" * 70000 + b"\nbob@example.org,B\n", 1, [2]),
    (b"email,name\nada@example.org,\"A\nB\"\nbad\n", 1, [4]),
    (b"email,name\nada@example.org,\"=HYPERLINK(\"\"http://x\"\")\"\n=1+1,x\n", 1, [3]),
    (b"email\n" + b"x" * 2_000_000 + b"\nbob@example.org\n", 1, [2]),
], ids=["sep", "utf-32", "nul", "two headers", "large field", "lines in quotes", "formulas", "large line"])
def test_import_survives_what_people_send(publication, text, added, rejected):
    done = publication.json("subscriber", "import", "-", stdin=text)
    assert (done["added"], [r["line"] for r in done["rejected"]]) == (added, rejected)


@pytest.mark.parametrize("text, words", [
    ("email\nada@example.org\n".encode("utf-16-le"), "--encoding utf-16le"),
    (b"name,mail\nx,y\n", "no column is named 'email'"),
    (b"email,name,Email\na,b,c\n", "two columns are named 'email'"),
    (b"", "empty"),
    (b"PK\x03\x04xxxxxx", "ZIP"),
    (b"email," + b",".join(b"c%d" % i for i in range(70)) + b"\n", "more than 64 fields"),
], ids=["no mark", "no email", "doubled", "empty", "packed", "columns"])
def test_import_refuses_what_is_no_list_and_says_why(publication, text, words):
    done = publication.run("subscriber", "import", "-", stdin=text)
    assert done.code == 65 and words in done.err, done


def test_a_terminal_is_shown_how_far_it_is(publication, tmp_path):
    path = publication.write("people.csv", "email\n" + "".join(f"r{i}@example.org\n" for i in range(9_000)))
    ours, theirs = os.openpty()
    process = subprocess.Popen([PROGRAM, "-C", publication.path, "subscriber", "import", path], stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:  # the other end is closed
        pass
    assert process.wait(60) == 0
    shares = [int(n) for n in re.findall(rb"\] +(\d+) %, \d+ rows", shown)]
    assert len(shares) > 5 and shares == sorted(shares) and shares[-1] == 100, shown
    # Where nobody looks there is none.
    assert "%" not in publication.ok("subscriber", "import", "-", stdin="email\nada@example.org\n").err


def test_export_is_what_import_takes_back(publication, tmp_path):
    publication.ok("subscriber", "import", "-", stdin='email,name,tags,state,timezone\na@x.org,"\'=SUM(A1)",x;y,,UTC\nb@x.org,"=1",,bounced,\n')
    out = tmp_path / "out.csv"
    publication.ok("subscriber", "export", "--all", "-o", out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert not any(cell.startswith(tuple("=+-@")) for cell in out.read_text().replace('"', "").replace("\n", ",").split(","))
    assert "b@x.org" not in publication.ok("subscriber", "export").out
    assert publication.ok("subscriber", "export", "--all").bytes == out.read_bytes()
    other = publication.path.parent / "other"
    assert run("init", other).code == 0
    assert run("-C", other, "subscriber", "import", out).code == 0
    assert run("-C", other, "subscriber", "export", "--all").bytes == out.read_bytes()
    assert publication.run("subscriber", "export", "-o", tmp_path / "none" / "x.csv").code == 73


def test_export_that_cannot_be_written_leaves_the_old_file(publication, tmp_path):
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "out.csv").write_text("old")
    publication.ok("subscriber", "import", "-", stdin="email\n" + "".join(f"a{i}@x.org\n" for i in range(2000)))
    script = f"trap '' XFSZ; ulimit -f 8; exec {PROGRAM} -C {publication.path} subscriber export -o {folder}/out.csv"
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, timeout=60)
    assert done.returncode == 74, done
    assert [p.name for p in folder.iterdir()] == ["out.csv"]
    assert (folder / "out.csv").read_text() == "old"


# -- faults


def test_a_writer_waits_for_another_and_loses_nothing(publication):
    other = sqlite3.connect(publication.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    results = []
    threads = [threading.Thread(target=lambda n=n: results.append(publication.run("subscriber", "add", f"a{n}@x.org")))
               for n in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    other.execute("COMMIT")
    for thread in threads:
        thread.join()
    assert [r.code for r in results] == [0] * 4, results
    assert len(publication.states()) == 4


def test_a_writer_that_waits_in_vain_says_so(publication):
    other = sqlite3.connect(publication.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    done = publication.run("subscriber", "add", "a@x.org")
    assert done.code == 75 and "database busy" in done.err
    other.execute("ROLLBACK")
    assert publication.states() == {}


def test_many_writers_at_once_all_succeed(publication):
    def work(n):
        for i in range(10):
            publication.ok("subscriber", "add", f"a{n}-{i}@x.org")

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(publication.states()) == 60
    assert publication.json("db", "check") == {"whole": True}


def test_a_killed_import_is_finished_by_running_it_again(publication):
    text = "email\n" + "".join(f"a{i}@x.org\n" for i in range(20000))
    path = publication.write("list.csv", text)
    for delay in (0.05, 0.2, 0.5):
        process = subprocess.Popen([PROGRAM, "-C", publication.path, "subscriber", "import", path],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.kill()
        process.wait()
        assert publication.json("db", "check") == {"whole": True}
    report = publication.json("subscriber", "import", path)
    assert report["added"] + report["unchanged"] == 20000
    assert len(publication.states()) == 20000


def cut_off(publication, rows):
    """An import of standard input that is killed when that many rows are written."""
    process = subprocess.Popen([PROGRAM, "-C", publication.path, "subscriber", "import", "-"], stdin=subprocess.PIPE,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    process.stdin.write(("email\n" + "".join(f"b{i}@x.org\n" for i in range(rows + 10))).encode())
    process.stdin.flush()
    end = time.monotonic() + 60
    with contextlib.closing(sqlite3.connect(publication.database)) as db:
        while db.execute("SELECT count(*) FROM subscriber").fetchone()[0] < rows:
            assert time.monotonic() < end
            time.sleep(0.01)
    process.kill()
    process.wait()
    process.stdin.close()


def test_an_import_that_was_cut_off_is_told_until_it_is_repeated_or_undone(publication):
    cut_off(publication, 2000)
    told = "import 1 (-), begun at 20"
    other = publication.write("other.csv", "email\nann@x.org\n")
    for args, code in (((other, "--dry-run"), 0), ((other,), 0), (("--undo",), 64), (("--undo", 77), 66)):
        done = publication.run("subscriber", "import", *args)
        assert done.code == code and told in done.err and "2000 of its rows" in done.err and "--undo 1'" in done.err, done
    done = publication.ok("subscriber", "import", "--undo", 1)
    assert "2000 removed" in done.out and told not in done.err
    assert "has not ended" not in publication.ok("subscriber", "import", other).err
    cut_off(publication, 1000)
    rows = "email\n" + "".join(f"b{i}@x.org\n" for i in range(1010))
    done = publication.ok("subscriber", "import", "-", stdin=rows)
    assert "10 added, 0 updated, 1000 unchanged" in done.out and "1000 of its rows" in done.err
    assert "has not ended" not in publication.ok("subscriber", "import", other).err


def test_a_full_disk_stops_an_import_in_words(publication):
    text = "email\n" + "".join(f"a{i}@x.org\n" for i in range(20000))
    path = publication.write("list.csv", text)
    script = f"trap '' XFSZ; ulimit -f 2048; exec {PROGRAM} -C {publication.path} subscriber import {path}"
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, timeout=120)
    assert done.returncode == 74 and b"import 1 (" in done.stderr and b"--undo 1'" in done.stderr, done
    assert publication.json("db", "check") == {"whole": True}
    publication.ok("subscriber", "import", path)
    assert len(publication.states()) == 20000
