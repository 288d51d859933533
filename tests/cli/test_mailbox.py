"""The mailbox that bounces come to, by IMAP and POP3, with a real Dovecot: nothing is gone before it is recorded."""
import os
import shutil
import signal
import sqlite3
import subprocess

import certificates
import pytest
from conftest import PROGRAM, Publication, run
from dovecot import Dovecot
from returned import away, copies, dsn, leave, send

PEOPLE = [f"r{i}@d{i}.example" for i in range(5)]


@pytest.fixture(scope="module")
def issue(tmp_path_factory):
    path = tmp_path_factory.mktemp("sent") / "post"
    assert run("init", path).code == 0
    send(Publication(path), *PEOPLE)
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    where = tmp_path_factory.mktemp("dovecot")
    certificates.make(where)
    for path in (where, *where.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)
    it = Dovecot((where / "good.pem", where / "good.key"))
    it.ca = where / "ca.pem"
    yield it
    it.stop()


@pytest.fixture
def sent(issue, server, tmp_path):
    shutil.copytree(issue, tmp_path / "post")
    publication = Publication(tmp_path / "post")
    publication.copies = copies(publication)
    publication.write("mailbox.password", Dovecot.PASSWORD + "\n").chmod(0o600)
    server.fresh()
    publication.user = server.user
    return publication


def configure(publication, url, **more):
    settings = {"url": url, "user": publication.user, "password_file": "mailbox.password", **more}
    with open(publication.path / "morningpost.yaml", "a") as yaml:
        yaml.write("bounce:\n  mailbox:\n" + "".join(f"    {k}: {v}\n" for k, v in settings.items()))


def fill(server, publication):
    c = publication.copies
    for name, text in {"1": dsn(c[PEOPLE[0]]), "2": "From: a@b.example\nSubject: hello\n\nA question.\n", "3": away(c[PEOPLE[1]]),
                       "4": leave(c[PEOPLE[2]]), "5": dsn(c[PEOPLE[3]], to="back@post.example", headers=False)}.items():
        server.put(name, text.encode())


def ask(publication, sql):
    with sqlite3.connect(publication.database) as db:
        return db.execute(sql).fetchall()


URLS = {"imap": "imap://127.0.0.1:{0.imap}/INBOX", "pop3": "pop3://127.0.0.1:{0.pop3}"}


@pytest.mark.parametrize("protocol", URLS)
def test_what_is_dealt_with_is_removed_and_the_rest_is_left(sent, server, protocol):
    configure(sent, URLS[protocol].format(server))
    fill(server, sent)
    done = sent.json("bounce", "--fetch")
    assert sorted(r["what"] for r in done) == ["left", "nothing", "recorded", "unmatched", "unmatched"]
    held = server.held()
    assert sorted(held) == ["2", "5"]
    # A person who looks into it sees that nobody has read it (POP3 has no such mark).
    if protocol == "imap":
        assert not any("S" in flags for flags in held.values())
    states = sent.states()
    assert [states[p] for p in PEOPLE] == ["bounced", "active", "unsubscribed", "active", "active"]
    # What was left is not read again, what is new is.
    assert sent.json("bounce", "--fetch") == []
    server.put("6", dsn(sent.copies[PEOPLE[4]]).encode())
    assert [r["what"] for r in sent.json("bounce", "--fetch")] == ["recorded"]
    assert sorted(server.held()) == ["2", "5"] and sent.states()[PEOPLE[4]] == "bounced"
    assert ask(sent, "SELECT count(*) FROM mailbox_seen") == [(2,)]


@pytest.mark.parametrize("protocol", URLS)
def test_a_dry_run_shows_it_and_removes_nothing(sent, server, protocol):
    configure(sent, URLS[protocol].format(server))
    fill(server, sent)
    before = server.held()
    shown = [line.split("\t")[:2] for line in sent.ok("bounce", "--dry-run", "--fetch").out.splitlines()]
    assert [PEOPLE[0], "hard"] in shown
    # POP3 has no way to read without leaving a mark.
    held = server.held()
    assert (held if protocol == "imap" else dict.fromkeys(held, "")) == before and set(sent.states().values()) == {"active"}
    assert ask(sent, "SELECT count(*) FROM mailbox_seen") == [(0,)]


@pytest.mark.parametrize("protocol", URLS)
def test_killed_after_recording_nothing_is_lost_and_nothing_counts_twice(sent, server, protocol):
    configure(sent, URLS[protocol].format(server))
    for n, person in enumerate(PEOPLE):
        server.put(str(n), dsn(sent.copies[person], status="4.2.2", words="452 mailbox full").encode())
    killed = subprocess.run([PROGRAM, "-C", sent.path, "bounce", "--fetch"], capture_output=True,
                            env={**os.environ, "MORNINGPOST_FAULT": "bounce-recorded:3"})
    assert killed.returncode == -signal.SIGKILL
    recorded, held = ask(sent, "SELECT count(*) FROM bounce")[0][0], server.held()
    # What was recorded last is there still, and POP3 has let go of nothing.
    assert recorded == 3 and len(held) >= 3
    again = sent.json("bounce", "--fetch")
    assert sorted(r["what"] for r in again) == ["before"] * (len(held) - 2) + ["recorded"] * 2
    assert server.held() == {} and ask(sent, "SELECT count(*), count(DISTINCT subscriber_id) FROM bounce") == [(5, 5)]


@pytest.mark.parametrize("protocol", URLS)
def test_of_a_huge_message_the_beginning_is_read(sent, server, protocol):
    configure(sent, URLS[protocol].format(server))
    server.put("1", dsn(sent.copies[PEOPLE[0]]).encode() + b"x" * 70 + (b"\n" + b"y" * 70) * 150_000)
    [done] = sent.json("bounce", "--fetch")
    assert (done["what"], done["standing"]) == ("recorded", "bounced") and server.held() == {}


@pytest.mark.parametrize("scheme", ["imaps", "pop3s", "imap", "pop3"])
def test_tls_is_verified(sent, server, scheme):
    """With STARTTLS where the scheme has no TLS of its own."""
    url = f"{scheme}://localhost:{getattr(server, scheme)}"
    server.put("1", away(sent.copies[PEOPLE[0]]).encode())
    configure(sent, url, tls="required")
    refused = sent.run("bounce", "--fetch")
    assert refused.code == 78 and len(server.held()) == 1, refused
    with open(sent.path / "morningpost.yaml", "a") as yaml:
        yaml.write(f"    ca_file: {server.ca}\n")
    assert [r["what"] for r in sent.json("bounce", "--fetch")] == ["nothing"] and server.held() == {}


def test_what_does_not_work_is_said_with_the_remedy(sent, server):
    yaml = sent.path / "morningpost.yaml"
    text = yaml.read_text()
    wrong = {"imap://127.0.0.1:{0.imap}/None": (78, "no folder 'None'"), "imap://127.0.0.1:1/": (69, "bounce.mailbox: imap://127.0.0.1:1")}
    for url, (code, words) in wrong.items():
        yaml.write_text(text)
        configure(sent, url.format(server))
        done = sent.run("bounce", "--fetch")
        assert done.code == code and words in done.err, done
    for mode, secret, code, words in ((0o600, "wrong\n", 78, "Login denied"), (0o644, Dovecot.PASSWORD, 78, "chmod 600"), (0o600, "", 78, "one line")):
        sent.write("mailbox.password", secret).chmod(mode)
        yaml.write_text(text)
        configure(sent, URLS["imap"].format(server))
        done = sent.run("bounce", "--fetch")
        assert done.code == code and words in done.err and "a-pass-word" not in done.err, done
