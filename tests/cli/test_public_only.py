"""A web host that can be robbed: `serve --public-only` and `spool take`. What an attacker finds there tells no address and forges
no link, and what they leave there does nothing that a visitor could not ask for."""
import base64
import email
import email.policy
import functools
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import urllib.parse

import pytest

from conftest import PROGRAM, Publication, run
from web import FORM, HOST, Server, submit, tokens

PEOPLE = ["ada@example.org", "bob@example.com"]


@functools.cache
def sent():
    """A folder with a publication that has sent an issue, to be copied: that is quicker than to make it."""
    where = tempfile.TemporaryDirectory(prefix="morningpost-pair-")
    publication = Publication(pathlib.Path(where.name) / "sender")
    assert run("init", publication.path).code == 0
    for person in PEOPLE:
        publication.ok("subscriber", "add", person)
    publication.ok("send", "--no-wait", "--force")
    return where, publication.path


class Pair:
    """The sender with its list, and the host that is open to the world."""

    def __init__(self, where, keys_of_its_own=False):
        if keys_of_its_own:
            sent.cache_clear()
        shutil.copytree(sent()[1], where / "sender")
        self.sender = Publication(where / "sender")
        self.tokens = tokens(self.sender)
        self.public = Publication(where / "public")
        (self.public.path / "var" / "keys").mkdir(parents=True, mode=0o700, exist_ok=True)
        (self.public.path / "var").chmod(0o700)
        shutil.copy(self.sender.path / "morningpost.yaml", self.public.path)
        for key in (self.sender.path / "var" / "keys").glob("*.pub"):
            shutil.copy(key, self.public.path / "var" / "keys")
        self.spool = self.public.path / "var" / "spool"

    def take(self, **wanted):
        counts = self.sender.json("spool", "take", "--from", self.spool)
        got = {k: v for k, v in counts.items() if v}
        assert got == wanted, got

    def states(self):
        return self.sender.states()


@pytest.fixture
def pair(tmp_path):
    return Pair(tmp_path)


@pytest.fixture
def server(pair):
    it = Server(pair.public, "--public-only")
    yield it
    logged = it.stop()
    for secret in [*PEOPLE, *pair.tokens.values()]:
        assert secret not in logged


def stolen(pair):
    """Every byte of the host's folder, names included."""
    for file in pair.public.path.rglob("*"):
        yield str(file).encode()
        if file.is_file():
            yield file.read_bytes()


def test_leaving_works_without_a_database(pair, server):
    token = pair.tokens[PEOPLE[0]]
    asked = server.get(f"/u/{token}")
    assert asked.status == 200 and "@" not in asked.text.split("<main", 1)[-1].replace(PEOPLE[0], "@")
    noted = submit(server, asked)
    assert noted.status == 200 and "noted" in noted.text
    assert pair.states()[PEOPLE[0]] == "active"
    pair.take(granted=1)
    assert pair.states() == {PEOPLE[0]: "unsubscribed", PEOPLE[1]: "active"}
    with sqlite3.connect(pair.sender.database) as db:
        assert db.execute("select state_why from subscriber where email = ?", PEOPLE[:1]).fetchone() == ("page",)
    assert server.post(f"/u/{pair.tokens[PEOPLE[1]]}").status == 200  # by one click
    assert submit(server, server.get(f"/r/{token}")).status == 200
    pair.take(granted=2)
    assert pair.states() == {PEOPLE[0]: "active", PEOPLE[1]: "unsubscribed"}
    assert list(pair.spool.glob("*.wish")) == []


def test_no_page_needs_to_know_whose_link_it_is(pair, server):
    token = pair.tokens[PEOPLE[0]]
    for page in "urp":
        text = server.get(f"/{page}/{token}").text
        assert "***" not in text and not re.search(r">\s*\.<|\(\)| of \.|<b[^>]*></b>", text), page
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', server.get(f"/p/{token}").text)[:1])
    saved = server.post(f"/p/{token}", urllib.parse.urlencode({**form, "frequency": "saturday", "timezone": "keep", "name": "", "paused_until": ""}).encode())
    assert saved.status == 200 and "noted" in saved.text
    pair.take(granted=1)
    assert pair.sender.json("subscriber", "show", PEOPLE[0])["frequency"] == "saturday"


def test_bad_links_are_nobodys_and_are_not_written_down(pair, server):
    token = pair.tokens[PEOPLE[0]]
    forged = token[:-20] + "A" * 20
    for path in (f"/u/{forged}", "/u/x", f"/r/{forged}", f"/u/{token}%00"):
        assert server.get(path).status in (400, 404)
        assert server.post(path).status in (400, 404)
    for body in (b"", b"x=y", b"List-Unsubscribe=No"):
        assert server.post(f"/u/{token}", body).status == 400
    assert list(pair.spool.glob("*")) == []


def test_the_folder_gives_no_address_and_forges_no_link(pair, server, tmp_path):
    """With every file of the host in hand."""
    for token in pair.tokens.values():
        assert server.post(f"/u/{token}").status == 200
    loot = b"\n".join(stolen(pair))
    assert len(list(pair.spool.glob("*.wish"))) == 2
    for person in PEOPLE:
        assert person.encode() not in loot.lower()
    for token in pair.tokens.values():
        assert token.encode() not in loot and token[:40].encode() not in loot
    keys = {f.name: f.read_bytes() for f in (pair.public.path / "var" / "keys").iterdir()}
    assert sorted(keys) == ["sign-1.pub", "spool.pub"]
    # Links that the robber signs are nobody's here ...
    robber = Pair(tmp_path / "robber", keys_of_its_own=True)
    for token in robber.tokens.values():
        assert server.post(f"/u/{token}").status == 404
    # ... nor on the sender, when they are sealed and left in the spool by a host that believes them.
    shutil.copy(pair.public.path / "var/keys/spool.pub", robber.public.path / "var/keys")
    accomplice = Server(robber.public, "--public-only")
    for token in robber.tokens.values():
        assert accomplice.post(f"/u/{token}").status == 200
    accomplice.stop()
    for wish in robber.spool.glob("*.wish"):
        shutil.copy(wish, pair.spool)
    pair.take(granted=2, refused=2)


def test_a_copied_spool_does_nothing_twice(pair, server, tmp_path):
    token = pair.tokens[PEOPLE[0]]
    server.post(f"/u/{token}")
    copy = tmp_path / "copy"
    shutil.copytree(pair.spool, copy)
    pair.take(granted=1)
    submit(server, server.get(f"/r/{token}"))
    pair.take(granted=1)
    shutil.copytree(copy, pair.spool, dirs_exist_ok=True)
    pair.take(again=1)
    assert pair.states()[PEOPLE[0]] == "active"


def test_what_is_no_wish_is_kept_aside_and_told(pair, server):
    server.post(f"/u/{pair.tokens[PEOPLE[0]]}")
    wish = next(pair.spool.glob("*.wish"))
    (pair.spool / "0-noise.wish").write_bytes(b"leave everybody\n")
    (pair.spool / "0-cut.wish").write_bytes(wish.read_bytes()[:-30])
    (pair.spool / "0-link.wish").symlink_to(pair.sender.path / "var" / "keys" / "mac")
    done = pair.sender.run("spool", "take", "--from", pair.spool)
    assert done.code == 0 and done.err.count("is kept in bad/") == 3 and "1  granted" in done.out, done
    assert sorted(f.name for f in (pair.spool / "bad").iterdir()) == ["0-cut.wish", "0-link.wish", "0-noise.wish"]
    assert pair.states()[PEOPLE[0]] == "unsubscribed"


@pytest.mark.parametrize("point", ["spool-before-commit", "spool-after-commit", "spool-after-file"])
def test_a_take_that_is_killed_loses_nothing_and_does_nothing_twice(pair, server, point):
    """At its n-th pass of each place, n = 1, 2, 3; then to the end."""
    ada, bob = (pair.tokens[p] for p in PEOPLE)
    for token in (ada, bob):
        assert server.post(f"/u/{token}").status == 200
    assert server.post(f"/r/{ada}", b"return=yes").status == 200
    for nth in (1, 2, 3):
        process = subprocess.Popen([PROGRAM, "-C", pair.sender.path, "-q", "spool", "take", "--from", pair.spool], stdout=subprocess.DEVNULL,
                                   env=os.environ | {"MORNINGPOST_FAULT": f"{point}:{nth}"})
        assert process.wait(60) in (-signal.SIGKILL, 0)
    pair.sender.ok("spool", "take", "--from", pair.spool)
    assert list(pair.spool.glob("*.wish")) == []
    assert pair.states() == {PEOPLE[0]: "active", PEOPLE[1]: "unsubscribed"}
    with sqlite3.connect(pair.sender.database) as db:
        assert db.execute("select count(*) from spooled").fetchone() == (3,)
        assert db.execute("select kind, count(*) from event where kind like '%subscribed' and detail not like '%operator%' group by 1 order by 1").fetchall() == [
            ("resubscribed", 1), ("unsubscribed", 2)]
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)


def test_one_visitor_does_not_fill_the_spool(pair, server):
    ada, bob = (pair.tokens[p] for p in PEOPLE)
    answers = [server.post(f"/u/{ada}").status for _ in range(22)]
    assert answers == [200] * 20 + [503] * 2
    assert server.post(f"/u/{bob}").status == 200


@pytest.mark.parametrize("path,text,words", [
    ("var/keys/sign-1", "x", "only the public halves"),
    ("var/keys/mac", "x", "only the public halves"),
    ("var/keys/spool", "x", "only the public halves"),
    ("var/morningpost.db", "", "the list of all subscribers"),
    ("relay.password", "hush", "a relay's password"),
])
def test_it_refuses_to_start_where_there_is_something_to_steal(pair, path, text, words):
    settings = pair.public.path / "morningpost.yaml"
    lines = re.sub(r"(?m)^relays:\n(?:  .*\n)+", "", settings.read_text())
    settings.write_text(lines + "\nrelays:\n  - {url: 'smtp://mx.example.org', user: post, password_file: relay.password}\n")
    pair.public.write(path, text).chmod(0o600)
    done = pair.public.run("serve", "--public-only", "--listen", "127.0.0.1:0")
    assert done.code == 78 and path in done.err and words in done.err, done


def test_it_says_what_is_missing(pair):
    (pair.public.path / "var/keys/spool.pub").unlink()
    done = pair.public.run("serve", "--public-only", "--listen", "127.0.0.1:0")
    assert done.code == 78 and "spool.pub" in done.err and "keys spool" in done.err, done
    old = pair.sender.path / "var/keys"
    public = (old / "spool.pub").read_text()
    (old / "spool.pub").unlink()
    assert public.strip() in pair.sender.ok("keys", "spool").out and (old / "spool.pub").read_text() == public
    (old / "spool.pub").unlink()
    (old / "spool").unlink()
    done = pair.sender.run("spool", "take")
    assert done.code in (66, 78), done
    assert public.strip() not in pair.sender.ok("keys", "spool").out
    done = pair.sender.run("spool", "give")
    assert done.code == 64 and "take" in done.err, done


def test_it_opens_no_database_and_runs_without_one(pair, server):
    fds = [str(f.resolve()) for f in pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir()]
    assert not any("morningpost.db" in f for f in fds)
    assert not (pair.public.path / "var/morningpost.db").exists()
    assert server.get("/healthz").status == 200
    assert server.send(b"GET /nothing HTTP/1.1\r\n" + HOST + FORM + b"\r\n").status == 404


def subscribe(server, email, **more):
    """Fill in the form as a reader does, a while after it was shown."""
    form = server.get("/subscribe")
    token = re.search(r'name="token" value="([^"]+)"', form.text)[1]
    time.sleep(4)
    fields = {"email": email, "token": token, **more}
    return server.post("/subscribe", urllib.parse.urlencode(fields).encode())


def test_who_subscribes_there_is_asked_by_the_sender_and_confirms_there(pair, server):
    """The address lies sealed until the sender takes it; the mail's link is confirmed on the public host again."""
    asked = subscribe(server, "zoe.zimmermann@example.net", name="Zoe Zimmermann")
    assert asked.status == 200 and "mailbox" in asked.text
    loot = b"\n".join(stolen(pair))
    assert b"zimmermann" not in loot.lower() and b"example.net" not in loot and len(list(pair.spool.glob("*.wish"))) == 1
    pair.take(granted=1)
    assert pair.states()["zoe.zimmermann@example.net"] == "pending"
    pair.sender.ok("notes")
    note = next(m for f in (pair.sender.path / "var/outbox/new").iterdir()
                if (m := email.message_from_bytes(f.read_bytes(), policy=email.policy.default))["To"].addresses[0].addr_spec == "zoe.zimmermann@example.net")
    token = re.search(r"/c/([\w-]{111})", note.get_body(("plain",)).get_content().replace("\n", ""))[1]
    page = server.get(f"/c/{token}")
    assert page.status == 200 and "zimmermann" not in page.text.lower()
    assert "noted" in submit(server, page).text
    pair.take(granted=1)
    assert pair.states()["zoe.zimmermann@example.net"] == "active"
    with sqlite3.connect(pair.sender.database) as db:
        assert db.execute("select step, address from consent order by id").fetchall() == [("asked", "127.0.0.1"), ("confirmed", "127.0.0.1")]


def test_what_is_no_address_is_said_at_once(pair, server):
    assert subscribe(server, "nobody").status == 400
    assert list(pair.spool.glob("*.wish")) == []


def test_what_can_never_be_done_is_not_said_to_be_noted(pair, server):
    for fields, told in (({"do": "save", "frequency": "weekly"}, "Please choose daily or Saturday"),
                         ({"do": "save", "paused_until": "2020-01-01"}, "The pause must end"),
                         ({"do": "save", "timezone": "Mars/Olympus"}, "no time zone we know"), ({"do": "save", "name": "x" * 201}, "longer than 200"),
                         ({"do": "address", "email": "nobody"}, "no address we can send to"),
                         ({"do": "reason", "reason": "none of these"}, "did not arrive")):
        answer = server.post(f"/p/{pair.tokens[PEOPLE[0]]}", urllib.parse.urlencode(fields).encode())
        assert answer.status == 400 and told in answer.text and "noted" not in answer.text, fields
    assert list(pair.spool.glob("*.wish")) == []


def test_a_flood_of_forms_in_the_spool_makes_no_flood_of_mail(pair, server):
    """Somebody who broke in leaves a hundred wishes; no more are asked to confirm in an hour than any visitors could be."""
    settings = pair.sender.path / "morningpost.yaml"
    settings.write_text(settings.read_text() + "\nweb: {subscribe_limit: 3/h}\n")
    key = (pair.public.path / "var/keys/spool.pub").read_text().strip()
    for n in range(8):
        (pair.spool / f"{n}-flood.wish").write_bytes(sealed(key, kind="subscribe", at=int(time.time() * 1e6), email=f"victim{n}@example.net"))
    server.post(f"/u/{pair.tokens[PEOPLE[0]]}")
    pair.take(granted=4, waiting=5)
    assert pair.states()[PEOPLE[0]] == "unsubscribed"
    assert sorted(k for k in pair.states() if "victim" in k) == [f"victim{n}@example.net" for n in range(3)]


def sealed(key, **fields):
    """A line as sealed.h describes it, made with libsodium by somebody else."""
    from nacl.public import PublicKey, SealedBox
    text = "".join(f"{len(k)}:{k},{len(str(v))}:{v}," for k, v in fields.items()).encode()
    box = SealedBox(PublicKey(base64.urlsafe_b64decode(key + "="))).encrypt(text)
    return b"1 " + base64.urlsafe_b64encode(box).rstrip(b"=") + b"\n"


@pytest.mark.parametrize("fields", [
    {"kind": "leave", "at": 0},
    {"kind": "leave", "token": "x"},
    {"kind": "erase", "token": "x", "email": "ada@example.org"},
    {"kind": "confirm", "token": ""},
    {"kind": "save", "token": "x", "name": "Mallory"},
    {"kind": "subscribe", "email": "x@example.net\r\nBcc: y@example.net"},
    {"kind": "subscribe", "email": "-oX/tmp/x@example.net;'"},
    {"kind": "subscribe"},
])
def test_whatever_is_sealed_by_a_robber_changes_nothing(pair, server, fields):
    key = (pair.public.path / "var/keys/spool.pub").read_text().strip()
    (pair.spool / "0-robber.wish").write_bytes(sealed(key, **{"kind": fields["kind"], "at": int(time.time() * 1e6), **fields}))
    before = pair.states()
    counts = pair.sender.json("spool", "take", "--from", pair.spool)
    # Forms are "granted" whatever the address is: the outcome tells nobody which are taken.
    assert counts["refused"] + counts["aside"] == 1 or (fields["kind"], counts["granted"]) == ("subscribe", 1), counts
    assert pair.states() == before


def links(pair):
    """The path of the link in each note that is delivered now, by kind."""
    outbox = pair.sender.path / "var" / "outbox" / "new"
    before = set(outbox.iterdir())
    pair.sender.ok("notes")
    messages = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in set(outbox.iterdir()) - before]
    texts = [(m["Subject"], m.get_body(("plain",)).get_content()) for m in messages]
    return {"erase" if "Erase" in subject else "export": re.search(r"https?://[^/\s]+(/c/[\w-]+)", text)[1] for subject, text in texts}


def test_erasing_goes_through_the_spool_and_an_export_does_not(pair, server):
    token = pair.tokens[PEOPLE[0]]
    for deed in (b"do=erase", b"do=export"):
        assert "noted" in server.post(f"/p/{token}", deed).text
    pair.take(granted=2)
    found = links(pair)
    # There is nothing here to be given out, and nothing would come of noting it.
    for answer in (server.get(found["export"]), server.post(found["export"], b"confirm=yes")):
        assert answer.status in (200, 409) and "The file is not here" in answer.text and "<form" not in answer.text
    pair.take()
    asked = server.get(found["erase"])
    assert asked.status == 200 and "Erase everything?" in asked.text
    assert "noted" in server.post(found["erase"], b"confirm=yes").text
    pair.take(granted=1)
    assert pair.states() == {PEOPLE[1]: "active"}
    assert pair.sender.run("subscriber", "add", PEOPLE[0]).code == 65
