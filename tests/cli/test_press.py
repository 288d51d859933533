"""An editor's and an operator's view of everything up to the send: init, settings, compose, check, templates, keys, doctor, manual."""
import contextlib
import datetime
import json
import os
import pathlib
import pty
import re
import shutil
import sqlite3
import stat
import subprocess
import tempfile
import time

import pytest

from conftest import PROGRAM, Publication, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
TODAY = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
COMMANDS = re.findall(r'^COMMAND\("(\w[\w-]*)"', (ROOT / "src/cmd/commands.def").read_text(), re.M)
LEAD = "A lead story that is long enough to be one, with a sentence or two more than it would need to be read to its end.\n"


def issue(front="", body="", title="A morning like any other"):
    return f"---\ntitle: {title}\nsummary: What there is to know about it, in one sentence.\n{front}---\n\n{LEAD}\n{body}"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """One publication for tests that only look."""
    path = tmp_path_factory.mktemp("press") / "post"
    assert run("init", path).code == 0
    return Publication(path)


# -- the command line -----------------------------------------------------------------------------

def test_the_overview_names_every_command():
    out = run("-h").out
    assert len(COMMANDS) >= 15 and all(re.search(rf"^  {name} ", out, re.M) for name in COMMANDS)
    assert run("--version").out == run("version").out and re.fullmatch(r"morningpost \d+\.\d+\.\d+\n", run("version").out)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_and_refuses_what_it_does_not_know(command, tmp_path):
    told = run(command, "-h", cwd=tmp_path)
    assert told.code == 0 and told.out.startswith(f"usage: morningpost {command}"), told
    assert all(len(line) <= 110 for line in told.out.splitlines())
    wrong = run(command, "--no-such-option", cwd=tmp_path)
    if command == "check-issue":  # Nagios knows four codes, and reads standard output
        assert wrong.code == 3 and "-h" in wrong.out and wrong.err == "", wrong
    else:
        assert wrong.code == 64 and "-h" in wrong.err and wrong.out == "", wrong
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("args,code", [((), 64), (("nothing",), 64), (("-Z",), 64), (("-C",), 64), (("-C", "/nowhere", "status"), 66)])
def test_a_wrong_command_line_is_told_in_one_line_on_standard_error(args, code, tmp_path):
    done = run(*args, cwd=tmp_path)
    assert done.code == code and done.out == "" and done.err.startswith(("morningpost: error:", "morningpost ", "usage:")), done


def test_json_is_one_value_whatever_is_asked(publication, tmp_path):
    """In the order of an operator's day, with the exit code of each."""
    (tmp_path / "people.csv").write_text("email,name\na@b.example,A\nbad,\n")
    publication.ask_nobody()
    day = [("doctor", 0), ("check", 0), (f"compose -o {tmp_path}/x.eml", 0), ("compose", 0), ("templates export", 0), ("send --dry-run", 0), ("send --to a@b.example", 0),
           ("send", 0), ("subscriber add a@b.example", 0), ("subscriber set a@b.example --name Q", 0), ("subscriber show a@b.example", 0), ("subscriber list", 0),
           ("subscriber list --state bounced", 0), ("subscriber check a@b.example", 0), ("subscriber check bad", 65), (f"subscriber import {tmp_path}/people.csv", 0),
           (f"subscriber import {tmp_path}/people.csv --dry-run", 0), (f"subscriber import {tmp_path}/people.csv --strict", 65), ("subscriber import --undo 1", 0),
           (f"subscriber export -o {tmp_path}/x.csv", 0), ("subscriber export", 64), ("status", 0), ("status --date 2020-01-01", 0), ("send", 0), ("daily", 0), ("draft", 73),
           ("why a@b.example", 0), ("why zz@b.example", 66), ("why bad", 65), ("resolve --all sent", 0), ("subscriber remove a@b.example", 0), ("subscriber remove z@b.example", 66),
           ("keys show", 0), ("keys rotate", 0), ("keys retire 1", 75), ("keys retire --force 1", 0), ("keys retire 1", 66), ("db info", 0), ("db migrate", 0), ("db check", 0), (f"db backup {tmp_path}/x.db", 0),
           (f"db restore {tmp_path}/x.db", 0), ("db restore /nonexistent", 66), ("version", 0), (f"templates render {tmp_path}/people.csv", 0), ("send --max 0", 64)]
    for args, code in day:
        done = publication.run("--json", *args.split())
        assert done.code == code, (args, done)
        if done.out or code == 0:
            assert done.out.endswith("\n") or code
            json.loads(done.out)


@pytest.mark.parametrize("args", [("-h",), ("--version",), ("send", "-h"), ("status",), ("check", "--json"), ("compose",), ("subscriber", "export")])
def test_results_that_cannot_be_written_are_an_error(shelf, args):
    """A full disk, and a standard output that whoever started us has closed."""
    for how in (">/dev/full", ">&-"):
        done = subprocess.run(["sh", "-c", f'exec "$@" {how}', "sh", PROGRAM, "-C", shelf.path, *args], capture_output=True, text=True)
        assert done.returncode == 74 and "standard output" in done.stderr, (how, done)


@pytest.mark.parametrize("term,drawn", [("xterm", True), ("dumb", False), ("", False)])
def test_no_bar_is_drawn_where_no_line_can_be_written_over(publication, term, drawn):
    publication.write("list.csv", "email\n" + "".join(f"reader{i}@example.org\n" for i in range(3000)))
    master, terminal = pty.openpty()
    done = subprocess.Popen([PROGRAM, "-C", publication.path, "subscriber", "import", publication.path / "list.csv"], stdout=subprocess.DEVNULL, stderr=terminal,
                            env={**os.environ, "TERM": term})
    os.close(terminal)
    said = b""
    with contextlib.suppress(OSError):  # Linux says so when the last writer has gone
        while piece := os.read(master, 65536):
            said += piece
    os.close(master)
    assert done.wait() == 0 and (b"3000 rows" in said) == (b"\x1b" in said) == drawn, said


@pytest.mark.parametrize("args", [("-h",), ("stats",), ("subscriber", "list"), ("subscriber", "list", "--json"), ("subscriber", "export"), ("compose", "--format", "html")])
def test_who_reads_the_beginning_alone_is_told_nothing(publication, args):
    """| head"""
    publication.ok("subscriber", "import", "-", stdin="email\n" + "".join(f"reader{i}@example.org\n" for i in range(3000)))
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([PROGRAM, "-q", "-C", publication.path, *args], stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert done.returncode == 74 and "error" not in done.stderr, done


def test_another_failure_is_told_whoever_reads(publication, tmp_path):
    """Nobody reads standard output, and it is not that which could not be written."""
    publication.ok("subscriber", "add", "ada@example.org")
    publication.ok("send")
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", PROGRAM, "-C", publication.path, "archive", "export", tmp_path / "www"],
                          stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert done.returncode != 0 and "error: " in done.stderr, done


def test_what_stops_an_issue_is_told_beside_three_hundred_others(publication):
    """Of one kind there are so many told and no more, so that there is a place for it."""
    day = sorted((publication.path / "issues").glob("*.md"))[-1]
    day.write_text("---\nsummary: x\n---\n\n" + "```text\n```trending\n```\n\n" * 310)
    found = json.loads(publication.run("check", "--json").out)
    found = found if isinstance(found, list) else found["findings"]
    assert any(f["code"] == "composition" for f in found) and any(f["code"] == "fence-open" for f in found)


def test_a_folder_is_no_file_to_write_to(publication, tmp_path):
    for args in (("compose", "-o"), ("subscriber", "export", "-o"), ("db", "backup")):
        done = publication.run(*args, tmp_path)
        assert done.code == 73 and f"{tmp_path}: is a folder" in done.err, done
    (tmp_path / "x.svg").mkdir()
    assert publication.run("stats", "-o", tmp_path / "x.svg").code == 73


@pytest.mark.parametrize("args,why", [("send --tag a,b", "comma"), (("send", "--tag", "x" * 65), "64 bytes"), (("send", "--tag", ""), "empty"),
                                      (["send", *["--tag", "x"] * 101], "more than 100"),
                                      ("check --date", "needs a value"), ("status -C post", "before the command"), ("subscriber list -C post", "before the command"),
                                      ("check --bogus", "unknown option"), ("templates render --data", "needs a value")])
def test_what_is_wrong_on_the_command_line_is_said(shelf, args, why):
    done = shelf.run(*(args.split() if isinstance(args, str) else args))
    assert done.code == 64 and why in done.err, done


def test_that_no_source_is_named_is_said(publication):
    publication.ask_nobody()
    done = publication.run("collect")
    assert done.code == 69 and "nobody was asked" in done.err, done


def test_a_closed_descriptor_is_taken_by_no_file_of_ours(publication):
    """What is said on standard error must not end up in a mailbox, in a lock or in the ledger."""
    publication.ok("subscriber", "add", "ann@example.org")
    for closed in ("2>&-", "<&- 2>&-", "<&- >&- 2>&-"):
        for args in (("-v", "send", "--to", "ann@example.org"), ("-v", "send"), ("-v", "keys", "rotate")):
            subprocess.run(["sh", "-c", f'exec "$@" {closed}', "sh", PROGRAM, "-C", publication.path, *args], check=False)
    for path in (publication.path / "var").rglob("*"):
        assert not path.is_file() or b"morningpost: " not in path.read_bytes(), path
    assert publication.json("db", "check") == {"whole": True}
    assert publication.json("status")["sent"] == 1


def test_how_much_is_said_may_be_asked_for_behind_the_command(publication):
    assert publication.ok("compose", "-q").err.count("edition") == 0 and publication.ok("compose").err.count("edition") == 1
    assert "unknown option '-q'" not in publication.run("status", "-v").err
    assert publication.ok("subscriber", "add", "ann@example.org", "--name", "x", "-q").code == 0


def test_the_folder_is_named_by_option_environment_or_where_one_stands(publication, tmp_path):
    for how in ({"cwd": publication.path}, {"env": {"MORNINGPOST_DIR": str(publication.path)}}):
        done = run("status", "--json", **how)
        assert done.code == 0 and json.loads(done.out)["issue"] == TODAY
    assert run("status", cwd=tmp_path).code != 0


# -- init -----------------------------------------------------------------------------------------

def test_init_makes_a_publication_that_only_its_owner_can_look_into(tmp_path):
    done = run("init", tmp_path / "post")
    assert done.code == 0 and "next:" in done.out
    modes = {str(p.relative_to(tmp_path / "post")): stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "post").rglob("*")}
    assert modes["var"] == 0o700 and modes["issues"] == modes["templates"] == modes["pictures"] == 0o2770
    assert modes["morningpost.yaml"] == modes[f"issues/{TODAY}.md"] == 0o660
    assert all(mode & 0o077 == 0 for name, mode in modes.items() if name.startswith("var/"))
    assert run("-C", tmp_path / "post", "check").code == 0, "the sample issue may go out"


@pytest.mark.parametrize("what", ["full", "file", "parent"])
def test_init_overwrites_nothing(tmp_path, what):
    path = tmp_path / "there"
    if what == "full":
        path.mkdir()
        (path / "mine").write_text("mine")
    elif what == "file":
        path.write_text("mine")
    else:
        path = path / "deeper"
    before = sorted(map(str, tmp_path.rglob("*")))
    done = run("init", path)
    assert done.code == 73 and str(path) in done.err
    assert sorted(map(str, tmp_path.rglob("*"))) == before


def test_root_makes_a_publication_for_the_owner_of_the_folder():
    with tempfile.TemporaryDirectory(dir="/tmp") as where:
        os.chmod(where, 0o755)
        path = pathlib.Path(where) / "post"
        path.mkdir()
        owner = 65534 if os.geteuid() == 0 else os.geteuid()
        os.chown(path, owner, -1)
        assert run("init", path).code == 0
        assert {p.stat().st_uid for p in path.rglob("*")} == {owner}
        assert run("-C", path, "subscriber", "add", "ann@example.org").code == run("-C", path, "send").code == 0
        assert {p.stat().st_uid for p in path.rglob("*")} == {owner}


# -- settings -------------------------------------------------------------------------------------

GOOD = {"publication": '{name: A, url: "https://a.example", postal_address: B}', "sender": "{from: A <a@a.example>}"}

SETTINGS = [
    ("bogus: 1", "bogus: unknown key; allowed here: publication, sender"),
    ("publication: {bogus: 1}", "publication.bogus: unknown key"),
    ("sender: 3", "sender: '3' is not a map"),
    ("relays: 3", "relays"),
    ("relays: [{url: 'ftp://x'}]", "relays[0].url: 'ftp://x' is not smtp://"),
    ("relays: [{url: 'smtp://a', tls: maybe}]", "required"),
    ("relays: [{url: 'smtp://a', connections: many}]", "relays[0].connections: 'many'"),
    ("relays: [{url: 'smtp://a', connections: 0}]", "relays[0].connections: '0'"),
    ("relays: [{url: 'smtp://a', rate: fast}]", "relays[0].rate: 'fast'"),
    ("relays: [{url: 'smtp://a', bcc: x@example.org}]", "relays[0].bcc: unknown key"),
    ("sender: {from: 'A <a@a.example>', bcc: x@example.org}", "sender.bcc: unknown key"),
    ('sender: {from: "A <a@a.example>\\r\\nBcc: x@example.org"}', "sender.from"),
    ("sender: {from: nobody}", "sender.from: 'nobody'"),
    ("send: {wait: soon}", "send.wait: 'soon' is not a span of time"),
    ("send: {in_doubt: maybe}", "send.in_doubt: 'maybe'"),
    ("send: {not_after: '25:00'}", "send.not_after: '25:00' is not a time of day"),
    ("send: {max_bounced: many}", "send.max_bounced: 'many'"),
    ("domains: {gmail.com: {bogus: 1}}", "domains.gmail.com.bogus: unknown key"),
    ('publication: {name: A, url: "ftp://a.example", postal_address: B}', "publication.url"),
    ('publication: {name: A, url: "https://a.example/?x", postal_address: B}', "publication.url"),
    ('publication: {name: A, url: "https://a.example", postal_address: B, timezone: Mars/Olympus}', "not a time zone"),
    ("relays: [{url: 'smtp://a..b'}]", "relays[0].url: 'smtp://a..b' is not smtp://"),
    ("relays: [{url: 'smtp://a', timeouts: {command: 0s}}]", "relays[0].timeouts.command: '0s' is not a span of time"),
    ("send: {retry_first: 0s}", "send.retry_first: '0s' is not a span of time"),
    ("domains: {gmail.com: {rate: 1/s}, GMail.com: {rate: 2/s}}", "domains: gmail.com is there twice"),
    ("publication: {name: A, name: B}", "the key 'name' is there twice"),
    ("publication: &a [*a]", "alias"),
    ("a: [", "not YAML"),
    ("\tx: 1", "not YAML"),
    ("x: \x00", "morningpost.yaml"),
    ("", "morningpost.yaml:1: publication.name is missing"),
    ('publication: {url: "https://a.example", postal_address: B}', "morningpost.yaml:3: publication.name is missing"),
    ("sender: {reply_to: a@a.example}", "morningpost.yaml:3: sender.from is missing"),
    ("[]", "morningpost.yaml"),
]


@pytest.mark.parametrize("text,why", SETTINGS)
def test_settings_that_are_wrong_are_named_with_their_line(publication, text, why):
    key = text.split(":")[0]
    others = "".join(f"{k}: {v}\n" for k, v in GOOD.items() if k != key) if text else ""
    publication.write("morningpost.yaml", "# a comment\n" + others + text + "\n")
    done = publication.run("check")
    assert done.code == 78 and why in done.err and done.out == "", done
    assert re.search(r"morningpost\.yaml(:\d+)?: ", done.err) and done.err.count("error:") == 1
    if why.split(":")[0].split("[")[0].split(".")[0] == key and "missing" not in why:
        assert f"morningpost.yaml:{len((others + text).splitlines()) + 1}: " in done.err


FROMS = [
    ("'The Post <news@a.example>'", "The Post <news@a.example>"),
    ("news@a.example", "A <news@a.example>"),
    ("""'"Post, The" <news@a.example>'""", '"Post, The" <news@a.example>'),
    (r"""'"The \"Post\" \\ Co" <news@a.example>'""", r'"The \"Post\" \\ Co" <news@a.example>'),
    ("'A, B <news@bücher.example>'", '"A, B" <news@xn--bcher-kva.example>'),
]


@pytest.mark.parametrize("setting,header", FROMS)
def test_the_senders_name_is_taken_as_mail_writes_it(publication, setting, header):
    publication.write("morningpost.yaml", f"publication: {GOOD['publication']}\nsender: {{from: {setting}}}\n")
    assert f"\nFrom: {header}\n" in publication.ok("compose").out.replace("\r\n", "\n")


@pytest.mark.parametrize("what", ["missing", "0644", "symlink", "fifo", "folder", "empty", "two lines"])
def test_a_password_file_that_is_not_safe_is_refused(publication, what):
    secret = publication.path / "relay.password"
    if what == "symlink":
        (publication.path / "other").write_text("marker-secret")
        os.chmod(publication.path / "other", 0o600)
        secret.symlink_to("other")
    elif what == "fifo":
        os.mkfifo(secret, 0o600)
    elif what == "folder":
        secret.mkdir()
    elif what != "missing":
        secret.write_text({"empty": "", "two lines": "marker-secret\nmore\n"}.get(what, "marker-secret"))
        secret.chmod(0o644 if what == "0644" else 0o600)
    text = (publication.path / "morningpost.yaml").read_text()
    publication.write("morningpost.yaml", text.split("relays:")[0] +
                      "relays:\n  - {url: 'smtp://127.0.0.1:1', user: post, password_file: relay.password}\n")
    publication.ok("subscriber", "add", "ann@example.org")
    done = publication.run("send", "--force")
    assert done.code == 78 and re.search(r"morningpost.yaml:\d+: relays\[0\]: .*relay.password", done.err) and "marker-secret" not in done.err + done.out, done


def test_secrets_are_said_and_kept_nowhere_else(publication, tmp_path):
    """Neither a password nor a key's seed: not in what is said, not in the database, not in a backup (RELIABILITY K6)."""
    marker = "marker-5ecret"
    (publication.path / "relay.password").write_text(marker + "\n")
    (publication.path / "relay.password").chmod(0o600)
    text = (publication.path / "morningpost.yaml").read_text()
    publication.write("morningpost.yaml", text.split("relays:")[0] + "relays:\n  - {url: 'smtp://127.0.0.1:1', user: post, password_file: relay.password}\n"
                      "  - {url: 'smtp://127.0.0.1:1', user: marker-user}\nsources: {}\n")
    secrets = [marker.encode(), b"marker-env"] + [(publication.path / "var/keys" / name).read_bytes().strip() for name in ("sign-1", "mac")]
    said = []
    for args in (("doctor",), ("subscriber", "add", "ann@example.org"), ("check",), ("compose",), ("send", "--to", "ann@example.org"), ("send", "--no-wait", "--force"),
                 ("daily", "--json"), ("status",), ("why", "ann@example.org"), ("keys", "show"), ("keys", "rotate"), ("db", "backup", tmp_path / "b.db"), ("db", "info"),
                 ("subscriber", "export", "--all")):
        done = publication.run("-v", *args, env={"MORNINGPOST_RELAY_PASSWORD": "marker-env"})
        said.append(done.bytes + done.err.encode())
    kept = [p.read_bytes() for p in [*(publication.path / "var").glob("*"), tmp_path / "b.db"] if p.is_file()]
    assert len(said) == 14 and len(kept) >= 3
    assert not [s for s in secrets for text in said + kept if s in text]


def test_no_core_is_left_behind(publication):
    process = subprocess.Popen([PROGRAM, "-C", publication.path, "serve", "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, cwd=publication.path)
    process.stderr.readline()
    limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text()
    process.kill()
    process.communicate()
    assert re.search(r"^Max core file size +0 +0 ", limits, re.M), limits


# -- check and compose ----------------------------------------------------------------------------

CHECKS = [
    ("# One\n", "heading-level", "fail"),
    ("## D\n\n##### Five\n\ntext\n", "heading-level", "warn"),
    ("<b>x</b>\n", "raw-html", "fail"),
    ("<div>\n\nx\n\n</div>\n", "raw-html", "fail"),
    ("| a | b |\n|---|---|\n| 1 | 2 |\n", "table", "fail"),
    ("```bogus\nx: 1\n```\n", "unknown-block", "fail"),
    ("TODO: write this\n", "todo", "fail"),
    ("Dear &#1;t\n", "control", "fail"),
    ("[rel](foo.html)\n", "link-target", "fail"),
    ("[x](javascript:alert(1))\n", "link-target", "fail"),
    ("[x](data:text/html,x)\n", "link-target", "fail"),
    ("[words](http://example.org/)\n", "link-http", "warn"),
    ("[words](https://example.org/?utm_source=x)\n", "link-tracking", "warn"),
    ("[](https://example.org/)\n", "link-text", "fail"),
    ("[click here](https://example.org/)\n", "link-vague", "warn"),
    ("## [A place](https://example.org/) of *note*\n\nText.\n", "link-heading", "warn"),
    ("![](https://example.org/x.png)\n", "image-alt", "fail"),
    ("![x](http://example.org/x.png)\n", "image-source", "fail"),
    ("```tools\ntitle: A\nurl: https://example.org/\n```\n", "composition", "fail"),
    ("```tools\nitems: [{title: A}]\n```\n", "composition", "fail"),
    ("```reading\nfeed: [x]\n```\n", "composition", "fail"),
    ("```numbers\ntils: [stars_gained]\n```\n", "composition", "fail"),
    ("```trending\n- github\n```\n", "composition", "fail"),
    ("```movers\ntop\n```\n", "composition", "fail"),
    ("```subscribe\nurl: javascript:alert(1)\n```\n", "composition", "fail"),
    ("```subscribe\nwords: x\n```\n", "composition", "fail"),
    ("```subscribe\ntelegram: perhaps\n```\n", "composition", "fail"),
    ("```tools\n- {title: A, url: 'ftp://example.org/'}\n```\n", "composition", "fail"),
]


@pytest.mark.parametrize("body,code,level", CHECKS)
def test_check_names_what_is_wrong_and_where(publication, body, code, level):
    publication.write(f"issues/{TODAY}.md", issue(body=body))
    done = publication.run("check", "--json")
    found = [row for row in json.loads(done.out) if row["code"] == code and row["level"] == level]
    assert found and done.code == (65 if level == "fail" else 0), done
    line = issue().count("\n") + 1 + next(i for i, text in enumerate(body.split("\n")) if text.strip())
    assert all(re.fullmatch(rf"issues/{TODAY}\.md:\d+", row["where"]) and row["remedy"] for row in found)
    assert abs(int(found[0]["where"].rpartition(":")[2]) - line) <= 2
    assert len({json.dumps(row) for row in found}) == len(found), "told twice"
    assert (publication.run("send").code == 65) == (level == "fail")


FRONTS = [
    ("title: A\n", "summary"),
    ("summary: A\n", "title"),
    ("title: A\nsummary: B\nbogus: C\n", "bogus: unknown key"),
    ("title: [A]\nsummary: B\n", "title"),
    ("title: A\nsummary: B\ndraft: perhaps\n", "draft"),
    ("title: A\ntitle: B\nsummary: C\n", "twice"),
    ("title: A: B: C\nsummary: B\n", "not YAML"),
]


@pytest.mark.parametrize("front,why", FRONTS)
def test_front_matter_that_is_wrong_is_named_with_its_line(publication, front, why):
    publication.write(f"issues/{TODAY}.md", f"---\n{front}---\n\n{LEAD}")
    for command in (("check",), ("compose",), ("send",)):
        done = publication.run(*command)
        assert done.code == 65 and why in done.err + done.out and f"issues/{TODAY}.md" in done.err + done.out, done


MENDED = "## D\n\n[click here](https://example.org/) TBD\n\n"  # two findings that have nothing to do with what stops composition
STOPPED = {
    "block": ("", "```numbers\ntils: [x]\n```\n", {}, ["FILE:13"]),
    "blocks": ("", "```numbers\ntils: [x]\n```\n\n## E\n\n```movers\ntop\n```\n", {}, ["FILE:13", "FILE:19"]),
    "key": ("bogus: 1\nother: 2\n", "", {}, ["FILE:4", "FILE:5"]),
    "yaml": ("author: a: b\n", "", {}, ["FILE:4"]),
    "control": ("", "a\x01b\n\n\x7f\n", {}, ["FILE:12", "FILE:14"]),
    "theme": ("", "", {"theme.yaml": "colours: {}\n"}, ["templates/theme.yaml:1"]),
    "include": ("", "", {"footer.html": "\n{{> nowhere}}\n", "issue.txt": "{{> nowhere}}\n"}, ["templates/footer.html:2", "templates/issue.txt:1"]),
    "all": ("bogus: 1\n", "```numbers\ntils: [x]\n```\n", {"issue.html": "{{#open}}"}, ["FILE:4", "FILE:14", "templates/issue.html:1"]),
}


@pytest.mark.parametrize("name", STOPPED)
def test_what_stops_composition_hides_nothing_else(publication, name):
    front, body, templates, places = STOPPED[name]
    for file, text in templates.items():
        publication.write(f"templates/{file}", text)
    publication.write(f"issues/{TODAY}.md", issue(front, MENDED + body))
    found = publication.json("check", code=65)
    stopping = [row["where"] for row in found if row["code"] == "composition"]
    assert stopping == [place.replace("FILE", f"issues/{TODAY}.md") for place in places], found
    line = issue(front, MENDED).split("\n").index(MENDED.split("\n")[2]) + 1
    others = {(row["code"], row["where"]) for row in found if row["code"] not in ("composition", "spelling")}
    assert others == {("link-vague", f"issues/{TODAY}.md:{line}"), ("placeholder", f"issues/{TODAY}.md:{line}")}, "nor is anything said that is not so"
    for command in ("send", "compose", "approve 0123456789ab"):
        assert publication.run(*command.split()).code == 65
    assert list((publication.path / "var/outbox").rglob("*.*")) == []


def test_a_file_in_another_encoding_is_told_of_in_a_few_lines(publication):
    publication.write(f"issues/{TODAY}.md", issue(body="## D\n\n" + "na\xefve\n" * 50).encode("latin-1"))
    rows = publication.json("check", code=65)
    assert [row["where"].rpartition(":")[2] for row in rows if row["code"] == "composition"] == ["10", "11", "12", "13", "14"]
    publication.write(f"issues/{TODAY}.md", issue().encode("utf-16"))
    assert {row["code"] for row in publication.json("check", code=65)} == {"composition"}


@pytest.mark.parametrize("text,code", [(b"", 65), (b"no front matter\n", 65), (b"---\ntitle: A\n", 65), (b"\xff\xfe", 65),
                                       (issue().encode() + b"\xc3", 65), (issue().encode() + b"a\x00b", 65), (b"x" * 3_000_000, 65)],
                         ids=["empty", "no-front", "no-end", "utf-16", "half", "nul", "huge"])
def test_an_issue_that_is_no_text_is_refused(publication, text, code):
    publication.write(f"issues/{TODAY}.md", text)
    done = publication.run("check")
    assert done.code == code and f"issues/{TODAY}.md" in done.err + done.out, done


@pytest.mark.parametrize("unedited", ["hold", "send"])
def test_the_sample_of_init_goes_out_by_hand_alone(publication, unedited):
    """Cron may be set up before the first issue is written: readers get no invented news."""
    publication.ask_nobody()
    publication.write("morningpost.yaml", (publication.path / "morningpost.yaml").read_text() + f"daily: {{unedited: {unedited}}}\n")
    publication.ok("subscriber", "add", "ann@example.org")
    done = publication.run("daily")
    assert done.code == 75 and "sample" in done.err and f"issues/{TODAY}.md" in done.err, done
    assert list((publication.path / "var/outbox").rglob("*.*")) == []
    told = publication.json("status")
    assert told["state"] == "held" and "sample" in told["held_why"]
    code, line = (done := publication.run("check-issue")).code, done.out
    assert code == 2 and "sample" in line
    found = publication.json("check")
    assert [(f["code"], f["level"], f["where"]) for f in found] == [("sample", "warn", f"issues/{TODAY}.md")]
    publication.ok("send")
    assert len(list((publication.path / "var/outbox/new").iterdir())) == 1
    publication.ok("daily")


def test_a_sample_that_was_written_over_is_an_issue(publication):
    publication.ask_nobody()
    publication.ok("subscriber", "add", "ann@example.org")
    path = publication.path / f"issues/{TODAY}.md"
    path.write_text(path.read_text().replace("The most interesting", "A more interesting"))
    assert "sample" not in {f["code"] for f in publication.json("check")} and publication.json("status")["state"] == "composed"
    publication.ok("daily")
    assert len(list((publication.path / "var/outbox/new").iterdir())) == 1


def test_a_draft_does_not_go_out(publication):
    publication.write(f"issues/{TODAY}.md", issue("draft: true\n"))
    publication.ask_nobody()
    publication.ok("subscriber", "add", "ann@example.org")
    assert publication.run("check").code == publication.run("send").code == publication.run("daily").code == 65
    assert list((publication.path / "var/outbox").rglob("*.*")) == []


def test_a_day_without_an_issue_is_told(publication):
    for command in ("check", "compose", "send", "daily"):
        done = publication.run(command, "--date", "2031-05-05")
        assert done.code == 66 and "issues/2031-05-05.md" in done.err, done
    for date in ("2031-5-5", "2031-02-30", "today", "../../etc/passwd", ""):
        assert publication.run("check", "--date", date).code == 64


def test_a_headline_from_right_to_left_is_set_so(publication):
    words = "\u05e9\u05dc\u05d5\u05dd"
    publication.write(f"issues/{TODAY}.md", f"---\ntitle: {words} in English\nsummary: Words first, {words} then\n---\n\n{words}.\n\n## {words}\n\nText.\n")
    html = publication.ok("compose", "--format", "html").out
    for tag, turned in ((r'h2 class="lead"', True), (r'p class="standfirst"', False), ("p", True), (r'h2 class="accent"', True)):
        assert bool(re.search(f'<{tag} dir="rtl"', html)) == turned, tag


def test_compose_changes_nothing_and_writes_whole_files(shelf, tmp_path):
    before = {p: (p.stat().st_size, p.stat().st_mtime_ns) for p in shelf.path.rglob("*") if p.is_file() and "-" not in p.suffix}
    for form, sign in (("eml", "MIME-Version: 1.0"), ("html", "<!DOCTYPE html>"), ("text", "=====")):
        done = shelf.ok("compose", "--format", form)
        assert sign in done.out and re.search(r"[0-9a-f]{64}", done.err)
        shelf.ok("compose", "--format", form, "-o", tmp_path / form)
        assert len((tmp_path / form).read_bytes()) > 1000
    assert "To: <zoe@example.org>" in shelf.ok("compose", "--to", "zoe@example.org").out
    assert shelf.run("compose", "--to", "no address").code in (64, 65)
    assert shelf.run("compose", "-o", tmp_path / "no" / "such" / "folder").code == 73
    assert {p: (p.stat().st_size, p.stat().st_mtime_ns) for p in before} == before


def test_the_end_of_a_message_says_each_thing_once(publication):
    settings = (publication.path / "morningpost.yaml").read_text().replace("  postal_address: |\n", "  postal_address: |\n    c/o Post\n\n", 1)
    publication.write("morningpost.yaml", settings)
    text = publication.ok("compose", "--format", "text", "--to", "zoe@example.org").out
    end = text[text.index("You get this because"):]
    assert end.count("zoe@example.org") == 1 and "subscribed to The Morning Post as\nzoe@example.org.\n" in end
    assert "\nc/o Post, The Morning Post, 1 Example Street, 12345 Exampletown\n" in end, end


def test_a_long_name_keeps_the_text_narrow(publication):
    name = "The Most Excellent Morning Post of a Town Whose Name Is Longer Than Any Line of It Ought to Be"
    settings = (publication.path / "morningpost.yaml").read_text().replace("name: The Morning Post", f"name: {name}", 1)
    publication.write("morningpost.yaml", settings)
    lines = publication.ok("compose", "--format", "text").out.splitlines()
    assert all(len(line) <= 78 or "https://" in line for line in lines), [line for line in lines if len(line) > 78]


def test_the_dark_rules_keep_what_is_ink_ink(publication):
    page = publication.ok("compose", "--format", "html").out
    assert re.search(r'<h2 class="lead"', page) and not re.search(r"[ ,]h2[ ,][^}]*#ffb09c", page), "the lead's headline is no label"


# -- templates ------------------------------------------------------------------------------------

def test_templates_are_written_out_and_replaced_one_by_one(publication):
    publication.ok("templates", "export")
    names = sorted(p.name for p in (publication.path / "templates").iterdir())
    assert {"issue.html", "issue.txt", "theme.yaml"} <= set(names) and not [n for n in names if n.startswith("init-")]
    text = publication.ok("compose", "--format", "text").out
    footer = publication.path / "templates" / "footer.html"
    footer.write_text(footer.read_text() + "<p>Set by hand</p>\n")
    publication.ok("templates", "export")
    assert "Set by hand" in footer.read_text(), "what is there is left alone"
    assert "Set by hand" in publication.ok("compose", "--format", "html").out
    assert publication.ok("compose", "--format", "text").out == text


@pytest.mark.parametrize("line", ["{{no.such.name}}", "{{#no_such}}x{{/no_such}}", "{{#link.unsubscribe}}x{{/link.unsubscribe}}", "{{>../../etc/passwd}}",
                                  "{{>no-such-part}}", "{{#title}}", "{{{"])
def test_a_template_that_asks_for_what_is_not_there_fails_before_anybody_gets_it(publication, line):
    publication.ok("templates", "export")
    path = publication.path / "templates" / "issue.txt"
    path.write_text(path.read_text() + line + "\n")
    for command in ("check", "compose", "send"):
        done = publication.run(command)
        assert done.code == 65 and "issue.txt" in done.err + done.out, done


def test_a_template_that_calls_itself_ends(publication):
    (publication.path / "templates" / "footer.html").write_text("{{>footer}}{{>footer}}")
    assert publication.run("check").code == 65


@pytest.mark.parametrize("template", ids=["empty", "full", "deep", "long", "wide"], argvalues=["{{#l}}" * 5 + "{{/l}}" * 5, "{{#l}}" * 4 + "x" * 1000 + "{{/l}}" * 4, "{{#l}}" * 17 + "{{/l}}" * 17,
                                      "{{#l}}{{#l}}{{!" + "x" * 1_000_000 + "}}{{/l}}{{/l}}", "{{#l}}" * 3 + "{{x.y.z}}{{^x}}{{/x}}" + "{{/l}}" * 3])
def test_a_template_that_would_never_end_is_ended(tmp_path, template):
    (tmp_path / "t").write_text(template)
    (tmp_path / "d.yaml").write_text(json.dumps({"l": list(range(1000))}))
    began = time.monotonic()
    done = run("templates", "render", tmp_path / "t", "--data", tmp_path / "d.yaml")
    assert done.code == 65 and "t:1: " in done.err and time.monotonic() - began < 15, done


# The six areas of the public specification, in cases of our own: template, data, what comes of it, partials by name.
MUSTACHE = {
    "interpolation": [
        ("Nothing to fill in.\n", {}, "Nothing to fill in.\n"),
        ("Good morning, {{who}}!", {"who": "Ada"}, "Good morning, Ada!"),
        ("{{x}} {{{x}}} {{&x}}", {"x": "<&\">"}, "&lt;&amp;&quot;&gt; <&\"> <&\">"),
        ("{{x}}|{{{x}}}|{{&x}}", {"x": 85}, "85|85|85"),
        ("{{x}}|{{{x}}}|{{&x}}", {"x": 1.21}, "1.21|1.21|1.21"),
        ("({{x}})({{{x}}})({{&x}})", {"x": None}, "()()()"),
        ("({{x}})({{{x}}})({{&x}})", {}, "()()()"),
        ("{{a.b.c}}|{{{a.b.c}}}|{{&a.b.c}}", {"a": {"b": {"c": "deep"}}}, "deep|deep|deep"),
        ("[{{a.b.c}}]", {"a": {}}, "[]"),
        ("[{{a.b.c}}]", {"a": {"b": {}}, "c": "not this one"}, "[]"),
        ("{{#a}}{{b.c}}{{/a}}", {"a": {"b": {"c": "in"}}, "b": {"c": "out"}}, "in"),
        ("{{#a}}[{{b.c}}]{{/a}}", {"a": {"b": {}}, "b": {"c": "a found head is not looked for again"}}, "[]"),
        ("{{a.b}}", {"a": {"b": "dotted"}, "a.b": "flat"}, "dotted"),
        ("{{.}}|{{{.}}}|{{&.}}", "<", "&lt;|<|<"),
        ("{{#list}}{{.}},{{/list}}", {"list": [1, 2.5, "x"]}, "1,2.5,x,"),
        ("a {{x}} b {{{x}}} c {{&x}} d", {"x": "-"}, "a - b - c - d"),
        ("  {{x}}\n  {{{x}}}\n  {{&x}}\n", {"x": "alone"}, "  alone\n  alone\n  alone\n"),
        ("|{{ x }}|{{{ x }}}|{{& x }}|", {"x": "-"}, "|-|-|-|"),
        ("{{x}}", {"x": "{{y}} {{{y}}}", "y": "filled twice"}, "{{y}} {{{y}}}"),
        ("{{x}} %s %n ${HOME}", {"x": "%s"}, "%s %s %n ${HOME}"),
        ("{{x}}", {"x": "a\nb"}, "a\nb"),
        ("{{na\u00efve}}", {"na\u00efve": "\u65e5\u672c"}, "\u65e5\u672c"),
    ],
    "sections": [
        ("{{#yes}}shown{{/yes}}{{#no}}hidden{{/no}}", {"yes": True, "no": False}, "shown"),
        ("[{{#x}}hidden{{/x}}]", {"x": None}, "[]"),
        ("[{{#x}}hidden{{/x}}]", {}, "[]"),
        ("[{{#x}}hidden{{/x}}]", {"x": []}, "[]"),
        ("{{#x}}{{a}}{{b}}{{/x}}", {"x": {"a": 1}, "a": 0, "b": 2}, "12"),
        ("{{#list}}{{n}};{{/list}}", {"list": [{"n": 1}, {"n": 2}]}, "1;2;"),
        ("{{#list}}<{{.}}>{{/list}}", {"list": ["a", "b"]}, "<a><b>"),
        ("{{#list}}{{#.}}{{.}}{{/.}}|{{/list}}", {"list": [[1, 2], [], [3]]}, "12||3|"),
        ("{{#x}}({{.}}){{/x}}", {"x": "text"}, "(text)"),
        ("{{#a}}{{one}}{{#b}}{{one}}{{two}}{{#c}}{{one}}{{two}}{{three}}{{/c}}{{/b}}{{/a}}",
         {"a": {"one": 1}, "b": {"two": 2}, "c": {"three": 3}}, "112123"),
        ("{{#x}}a{{/x}} and {{#x}}b{{/x}}", {"x": True}, "a and b"),
        ("{{#x}}1{{#x}}2{{#x}}3{{/x}}4{{/x}}5{{/x}}", {"x": True}, "12345"),
        ("{{#x}}1{{#x}}2{{/x}}3{{/x}}", {"x": False}, ""),
        ("{{#a.b.c}}here{{/a.b.c}}", {"a": {"b": {"c": True}}}, "here"),
        ("[{{#a.b.c}}here{{/a.b.c}}]", {"a": {}}, "[]"),
        ("{{#x}}{{missing}}{{/x}}.", {"x": True}, "."),
        (" | {{#x}}\t{{/x}} | \n", {"x": True}, " | \t | \n"),
        (" | {{#x}} {{! told }}\n {{/x}} | \n", {"x": True}, " |  \n  | \n"),
        (" {{#x}}A{{/x}}\n {{#x}}B{{/x}}\n", {"x": True}, " A\n B\n"),
        ("| A\n{{#x}}\n| B\n{{/x}}\n| C\n", {"x": True}, "| A\n| B\n| C\n"),
        ("| A\n  {{#x}}\n| B\n  {{/x}}\n| C\n", {"x": True}, "| A\n| B\n| C\n"),
        ("|\r\n{{#x}}\r\n{{/x}}\r\n|", {"x": True}, "|\r\n|"),
        ("  {{#x}}\n#{{/x}}\n/", {"x": True}, "#\n/"),
        ("#{{#x}}\n/\n  {{/x}}", {"x": True}, "#\n/\n"),
        ("|{{# x }}={{/ x }}|", {"x": True}, "|=|"),
    ],
    "inverted": [
        ("{{^no}}shown{{/no}}{{^yes}}hidden{{/yes}}", {"yes": True, "no": False}, "shown"),
        ("{{^x}}shown{{/x}}", {"x": None}, "shown"),
        ("{{^x}}shown{{/x}}", {}, "shown"),
        ("{{^x}}shown{{/x}}", {"x": []}, "shown"),
        ("[{{^x}}hidden{{/x}}]", {"x": {"a": 1}}, "[]"),
        ("[{{^x}}hidden{{/x}}]", {"x": [1]}, "[]"),
        ("{{^x}}a{{/x}} and {{^x}}b{{/x}}", {"x": False}, "a and b"),
        ("1{{^x}}2{{^x}}3{{/x}}4{{/x}}5", {"x": False}, "12345"),
        ("1{{^x}}2{{^x}}3{{/x}}4{{/x}}5", {"x": True}, "15"),
        ("{{^a.b}}here{{/a.b}}", {"a": {}}, "here"),
        (" {{^x}}A{{/x}}\n {{^x}}B{{/x}}\n", {"x": False}, " A\n B\n"),
        ("| A\n  {{^x}}\n| B\n  {{/x}}\n| C\n", {"x": False}, "| A\n| B\n| C\n"),
        ("|\r\n{{^x}}\r\n{{/x}}\r\n|", {"x": False}, "|\r\n|"),
        ("  {{^x}}\n^{{/x}}\n/", {"x": False}, "^\n/"),
        ("^{{^x}}\n/\n  {{/x}}", {"x": False}, "^\n/\n"),
        ("|{{^ x }}={{/ x }}|", {"x": False}, "|=|"),
    ],
    "comments": [
        ("a{{! told to nobody }}b", {}, "ab"),
        ("a{{!\n on three\n lines }}b\n", {}, "ab\n"),
        ("a\n{{! alone }}\nb\n", {}, "a\nb\n"),
        ("a\n  {{! alone }}\nb\n", {}, "a\nb\n"),
        ("a\n  {{!\n  alone on\n  its lines\n  }}\nb\n", {}, "a\nb\n"),
        ("|\r\n{{! alone }}\r\n|", {}, "|\r\n|"),
        ("  {{! first }}\n|", {}, "|"),
        ("|\n  {{! last }}", {}, "|\n"),
        ("  12 {{! beside }}\n", {}, "  12 \n"),
        ("a {{! x }} b", {"x": "no name", "! x": "nor this"}, "a  b"),
    ],
    "delimiters": [
        ("{{=<% %>=}}(<% x %>) {{x}}", {"x": "hey"}, "(hey) {{x}}"),
        ("({{=[ ]=}}[x])", {"x": "odd"}, "(odd)"),
        ("{{#x}}{{y}}|y|{{=| |=}}|y|{{y}}|={{ }}=|{{/x}}{{y}}", {"x": True, "y": 1}, "1|y|1{{y}}1"),
        ("{{=| |=}}|#x||y||/x| |^x|no|/x|", {"x": [1, 2], "y": "-"}, "-- "),
        ("[{{>part}}] {{=| |=}}[|>part|]", {"x": 1}, "[.1.] [.1.]", {"part": ".{{x}}."}),
        ("[{{>part}}]{{x}}", {"x": 1}, "[.1.]1", {"part": "{{=| |=}}.|x|."}),
        ("| {{=@ @=}} |", {}, "|  |"),
        (" | {{=@ @=}}\n", {}, " | \n"),
        ("a\n  {{=@ @=}}\nb\n", {}, "a\nb\n"),
        ("|\r\n{{= @ @ =}}\r\n|", {}, "|\r\n|"),
        ("  {{=@ @=}}\n=", {}, "="),
        ("=\n  {{=@ @=}}", {}, "=\n"),
        ("|{{= @   @ =}}|", {}, "||"),
    ],
    "partials": [
        ("[{{>part}}]", {}, "[from it]", {"part": "from it"}),
        ("[{{>none}}]", {}, "[]"),
        ("[{{>part}}]", {"x": "seen"}, "[*seen*]", {"part": "*{{x}}*"}),
        ("{{>node}}", {"n": 1, "list": [{"n": 2, "list": []}]}, "1<2<>>", {"node": "{{n}}<{{#list}}{{>node}}{{/list}}>"}),
        ("| {{>part}} |", {}, "| \t|\t |", {"part": "\t|\t"}),
        ("  {{x}}  {{>part}}\n", {"x": "|"}, "  |  >\n>\n", {"part": ">\n>"}),
        ("|\r\n{{>part}}\r\n|", {}, "|\r\n>|", {"part": ">"}),
        ("  {{>part}}\n>", {}, "  >\n  >>", {"part": ">\n>"}),
        (">\n  {{>part}}", {}, ">\n  >\n  >", {"part": ">\n>"}),
        ("a\n  {{>part}}\nb\n", {"x": 3}, "a\n  1\n  23\nb\n", {"part": "1\n2{{x}}\n"}),
        ("\\\n {{>part}}\n/\n", {"x": "<\n->"}, "\\\n |\n <\n->\n |\n/\n", {"part": "|\n{{{x}}}\n|\n"}),
        ("|{{> part }}|", {"x": True}, "|[]|", {"part": "[]"}),
        ("{{#x}}{{>part}}{{/x}}", {"x": [1, 2]}, "12", {"part": "{{.}}"}),
    ],
}


def rendered(folder, template, data, partials):
    (folder / "t").write_bytes(template.encode())
    (folder / "d.yaml").write_text(json.dumps(data))
    (folder / "parts").mkdir(exist_ok=True)
    for name, text in partials.items():
        (folder / "parts" / f"{name}.mustache").write_bytes(text.encode())
    done = run("templates", "render", folder / "t", "--data", folder / "d.yaml", "--partials", folder / "parts")
    assert done.code == 0, done
    return done.bytes.decode()


def test_a_rendered_template_may_be_asked_for_as_json(tmp_path):
    (tmp_path / "t").write_text("a \"b\"\n{{x}}\n")
    assert json.loads(run("templates", "render", tmp_path / "t", "--json").out) == 'a "b"\n\n'


@pytest.mark.parametrize("area,case", [(area, case) for area in MUSTACHE for case in MUSTACHE[area]])
def test_templates_are_mustache(tmp_path, area, case):
    template, data, want, *partials = case
    assert rendered(tmp_path, template, data, *(partials or [{}])) == want, area


def specification():
    """The public specification's own cases. They are not ours to ship: MUSTACHE_SPEC names a folder that has its specs/*.json."""
    folder = os.environ.get("MUSTACHE_SPEC")
    return [(suite.stem, case) for suite in sorted(pathlib.Path(folder).glob("[a-z]*.json")) for case in json.loads(suite.read_text())["tests"]] if folder else []


if specification():
    @pytest.mark.parametrize("area,case", [pytest.param(*row, id=f"{row[0]}: {row[1]['name']}") for row in specification()])
    def test_the_public_specification_of_mustache_holds(tmp_path, area, case):
        assert rendered(tmp_path, case["template"], case["data"], case.get("partials", {})) == case["expected"]


# -- keys -----------------------------------------------------------------------------------------

def test_keys_rotate_and_retire(publication):
    assert [k["signs"] for k in publication.json("keys", "show")] == [True]
    assert publication.run("keys", "retire", "1").code == 64, "the one that signs stays"
    publication.ok("keys", "rotate")
    assert [(k["id"], k["signs"]) for k in publication.json("keys", "show")] == [(1, False), (2, True)]
    publication.ok("keys", "retire", "1")
    assert [k["id"] for k in publication.json("keys", "show")] == [2]
    assert publication.run("keys", "retire", "9").code == 66 and publication.run("keys", "retire", "x").code == 64


def test_a_key_whose_links_may_still_be_followed_is_not_retired(publication):
    """RELIABILITY W4: 60 days."""
    day = 86400

    def age(days):
        """The issue and the second key, which ended the first one's time, are so old."""
        at = time.time() - days * day
        os.utime(publication.path / "var/keys/sign-2.pub", (at, at))
        with contextlib.closing(sqlite3.connect(publication.database)) as db, db:
            db.execute("UPDATE issue SET started_at = ?", (int((at - 60) * 1e6),))

    publication.ok("subscriber", "add", "ann@example.org")
    publication.ok("send")
    publication.ok("keys", "rotate")
    done = publication.run("keys", "retire", "1")
    assert done.code == 75 and "--force" in done.err and "60 days" in done.err, done
    age(59)
    assert publication.run("keys", "retire", "1").code == 75
    age(61)
    publication.ok("keys", "retire", "1")


def test_a_new_key_signs_for_those_too_who_had_links_of_the_old_one(publication):
    """Else the old one could never be retired."""
    publication.ok("subscriber", "add", "ann@example.org")
    publication.ok("send")
    publication.ok("keys", "rotate")
    issue = next((publication.path / "issues").iterdir())
    shutil.copy(issue, issue.with_name("2031-01-01.md"))
    publication.ok("send", "--date", "2031-01-01", "--force")
    with contextlib.closing(sqlite3.connect(publication.database)) as db:
        assert db.execute("SELECT token_key FROM subscriber").fetchall() == [(2,)]


@pytest.mark.parametrize("harm", [lambda p: p.chmod(0o644), lambda p: p.write_bytes(b"short"), lambda p: p.unlink(),
                                  lambda p: (p.rename(p.with_name("elsewhere")), p.symlink_to("elsewhere"))])
def test_a_key_that_is_not_safe_is_refused(publication, harm):
    publication.ok("subscriber", "add", "ann@example.org")
    for key in sorted((publication.path / "var/keys").iterdir()):
        harm(key)
    done = publication.run("send")
    assert done.code == 78 and "var/keys" in done.err, done


# -- doctor ---------------------------------------------------------------------------------------

def test_doctor_finds_what_was_broken(publication):
    assert all(row["level"] in ("ok", "warn") for row in publication.json("doctor"))
    (publication.path / "var").chmod(0o777)
    done = publication.run("doctor")
    assert done.code != 0 and "var" in done.err + done.out
    (publication.path / "var").chmod(0o700)
    text = (publication.path / "morningpost.yaml").read_text()
    publication.write("morningpost.yaml", text.split("relays:")[0] + "relays:\n  - {url: 'smtp://127.0.0.1:1'}\n")
    done = publication.run("doctor", "--json")
    rows = [row for row in json.loads(done.out) if row["what"] == "relay"]
    assert [row["level"] for row in rows] == ["fail"] and rows[0]["remedy"] and done.code == 78, done


def token(folder):
    """A token file that the settings name."""
    with open(folder / "morningpost.yaml", "a") as settings:
        settings.write("sources: {github: {token_file: github.token}}\n")
    path = folder / "github.token"
    path.write_text("ghp_marker\n")
    path.chmod(0o600)
    return path


DAMAGE = [
    (lambda p: (p / "var").chmod(0o755), "warn", "var", 0),
    (lambda p: (p / "morningpost.yaml").chmod(0o666), "fail", "settings", 78),
    (lambda p: (p / "issues").chmod(0o777), "fail", "issues", 78),
    (lambda p: (p / "pictures").rmdir(), "warn", "pictures", 0),
    (lambda p: (p / "var/keys/sign-1").chmod(0o644), "fail", "keys", 78),
    (lambda p: (p / "var/keys/mac").unlink(), "fail", "keys", 78),
    (lambda p: token(p).chmod(0o644), "fail", "sources", 78),
    (lambda p: token(p).unlink(), "fail", "sources", 78),
    (lambda p: token(p).write_text("two words"), "fail", "sources", 78),
    (lambda p: (p / "var/morningpost.db").unlink(), "fail", "database", 78),
    (lambda p: (p / "var/morningpost.db").write_bytes(b"x" * 5000), "fail", "database", 78),
]


@pytest.mark.parametrize("harm,level,what,code", DAMAGE)
def test_doctor_names_each_thing_and_one_remedy(publication, harm, level, what, code):
    harm(publication.path)
    done = publication.run("doctor", "--json")
    rows = [row for row in json.loads(done.out) if row["level"] == level and row["what"] == what]
    assert len(rows) == 1 and done.code == code, done
    assert bool(rows[0]["remedy"]) != (";" in rows[0]["words"]), "one remedy, not none and not two"


# -- the manual -----------------------------------------------------------------------------------

def manual(page):
    done = subprocess.run(["mandoc", "-Tutf8", "-Owidth=200", ROOT / "man" / page], capture_output=True, text=True, check=True)
    return re.sub(r".\x08", "", done.stdout)


def test_the_manual_has_every_command_and_option():
    text = manual("morningpost.1")
    for command in COMMANDS:
        assert re.search(rf"^ +{command}\b", text, re.M), f"morningpost(1) lacks {command}"
        for option in set(re.findall(r"(?<!\S)(--[a-z][a-z-]+)", run(command, "-h").out)):
            name = option.lstrip("-")
            assert re.search(rf"-{name}\b", text) or command == "subscriber", f"morningpost(1) lacks {command} {option}"
    for page in ("morningpost.1", "morningpost.yaml.5"):
        assert subprocess.run(["mandoc", "-Tlint", "-W", "warning", ROOT / "man" / page], capture_output=True).returncode == 0


def test_the_manual_has_every_setting(publication):
    """What the program allows, by its own error text, is what the page describes."""
    text = manual("morningpost.yaml.5")

    def allowed(yaml):
        publication.write("morningpost.yaml", yaml)
        told = publication.run("check").err
        return re.search(r"allowed here: (.*)", told)[1].split(", ")

    for section in allowed("bogus: 1\n"):
        assert re.search(rf"^ +{section}$", text, re.M), f"morningpost.yaml(5) lacks {section}"
        inside = {"relays": "relays: [{bogus: 1}]\n", "domains": "domains: {a.example: {bogus: 1}}\n", "dkim": "dkim: [{bogus: 1}]\n"}
        for key in allowed(inside.get(section, f"{section}: {{bogus: 1}}\n")):
            assert re.search(rf"\b{key}\b", text), f"morningpost.yaml(5) lacks {section}.{key}"
