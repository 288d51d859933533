"""DKIM: keys made and published, letters signed, and what verifiers that are not ours say of them."""
import collections
import email
import email.policy
import email.utils
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pytest

import lab as laboratory
from postfix import Postfix
from test_postfix import publish

sys.path.append("/usr/lib/python3/dist-packages")
import dkim  # noqa: E402

DOMAIN = "post.example.org"
SIGNED = ("from to subject date message-id mime-version content-type list-id list-unsubscribe list-unsubscribe-post archived-at "
          "feedback-id").split()
SEALED = "from to subject date".split()  # RELIABILITY M9
# Names that templates, headers, encodings and canonical forms could stumble over.
PIECES = ["", " ", "  ", "   ", "=", "=20", "=\t=", "\"", "\\", "'", ",", "<b>", "</p>", "&amp;", "{{subscriber.name}}", "%s",
          "=?utf-8?Q?x?=", "(comment)", "a", "Ann", "O'Neil", "Zoë", "名前", "🎉", "İ", "ß", "-", ".", "..", "From ", "@", ";", ":",
          "://", "x" * 70, "ö" * 30, "\u00a0", "é", "e\u0301", "\u202fa", "tag\u00ad", "--", "=_", "$(x)", "`y`", "#", "?"]


def hostile_names(n, seed=7):
    dice = random.Random(seed)
    return ["".join(dice.choices(PIECES, k=dice.randint(0, 6)))[:100] for _ in range(n)]


def sign(publication, *algorithms, expires=""):
    """Make keys as the manual says, name them in the settings, and give what the DNS would say."""
    zone, lines = {}, []
    for algorithm in algorithms:
        (made,) = publication.json("keys", "dkim", "--algorithm", algorithm)
        assert made["made"] and made["domain"] == DOMAIN
        zone[made["name"]] = made["value"]
        lines.append(f"  - {{selector: {made['selector']}, domain: {DOMAIN}, key_file: {made['key_file']}, "
                     f"algorithm: {algorithm}{expires}}}\n")
    with open(publication.path / "morningpost.yaml", "a") as settings:
        settings.write("dkim:\n" + "".join(lines))
    return zone


def verify(raw, zone):
    """Each signature, by dkimpy."""
    def look_up(name, timeout=5):
        return zone.get(name.decode().rstrip("."), "").encode() or None

    def one(i):
        try:
            return verifier.verify(idx=i, dnsfunc=look_up)
        except dkim.ValidationError:
            return False

    verifier = dkim.DKIM(raw, minkey=1024)
    return [one(i) for i, (name, _) in enumerate(f for f in verifier.headers if f[0].lower() == b"dkim-signature")]


def tags(value):
    pairs = (pair.split("=", 1) for pair in re.sub(r"\s+", "", value).split(";") if pair)
    return dict(pairs)


@pytest.fixture
def desk(publication):
    settings = (publication.path / "morningpost.yaml").read_text()
    assert DOMAIN in settings
    publication.ask_nobody()
    return publication


def mails(folder):
    return [p.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for p in sorted((folder / "new").iterdir())]


def strip_delivery(raw):
    """Without what the Maildir's delivery has put in front."""
    return raw[raw.index(b"DKIM-Signature:"):]


def people(publication, names):
    rows = "email,name\n" + "".join(f'p{i}@example.net,"{name.replace(chr(34), chr(34) * 2)}"\n' for i, name in enumerate(names))
    publication.ok("subscriber", "import", "-", stdin=rows)


def opendkim(folder, raws, zone):
    """How many messages opendkim has verified: each a file, the records from a file."""
    keys = folder / "zone"
    keys.write_text("".join(f"{name} {value}\n" for name, value in zone.items()))
    conf = folder / "opendkim.conf"
    conf.write_text(f"Mode v\nTestDNSData {keys}\nMinimumKeyBits 1024\n")
    paths = []
    for i, raw in enumerate(raws):
        paths.append(folder / f"m{i}")
        paths[-1].write_bytes(raw)
    good = 0
    for start in range(0, len(paths), 250):
        done = subprocess.run(["opendkim", "-x", conf, "-v", "-t", ",".join(map(str, paths[start:start + 250]))], text=True,
                              capture_output=True, timeout=120)
        good += len(re.findall(r"verification \(s=\S+, d=\S+, \d+-bit key(?:, \S+)?\) succeeded", done.stdout + done.stderr))
    return good


def test_a_thousand_letters_of_hostile_names(desk, tmp_path):
    zone = sign(desk, "rsa", "ed25519")
    names = hostile_names(1000)
    people(desk, names)
    desk.ok("rehearse", "-o", tmp_path / "all")
    raws = [strip_delivery(raw) for raw in mails(tmp_path / "all")]
    assert len(raws) >= 1000 - len([n for n in names if not n.strip()])
    for raw in raws:
        assert verify(raw, zone) == [True, True], raw[:3000]
    rsa = {name: value for name, value in zone.items() if "k=rsa" in value}
    assert opendkim(tmp_path, raws, rsa) == len(raws)


def test_a_signature_says_what_it_must(desk):
    zone = sign(desk, "rsa", expires=", expires: 30d")
    desk.ok("subscriber", "add", "ada@example.net", "--name", "Ada")
    desk.ok("send")
    (raw,) = mails(desk.path / "var/outbox")
    raw = strip_delivery(raw)
    assert verify(raw, zone) == [True]
    message = email.message_from_bytes(raw, policy=email.policy.default)
    said = tags(message["DKIM-Signature"])
    names = said["h"].lower().split(":")
    assert said["a"] == "rsa-sha256" and said["c"] == "relaxed/relaxed" and said["d"] == DOMAIN and "l" not in said
    assert [names.count(n) >= 1 for n in SIGNED] == [True] * len(SIGNED), set(SIGNED) - set(names)
    assert [names.count(n) for n in SEALED] == [2] * len(SEALED)
    dated = email.utils.parsedate_to_datetime(message["Date"]).timestamp()
    assert int(said["t"]) == dated and int(said["x"]) == dated + 30 * 86400
    # Whoever adds or changes one of them breaks it.
    for field in (b"From: Stranger <s@example.net>", b"Subject: Other", b"To: x@example.net", b"Date: Thu, 01 Jan 2026 00:00:00 +0000",
                  b"Reply-To: s@example.net"):
        assert verify(raw.replace(b"\r\nFrom:", b"\r\n" + field + b"\r\nFrom:", 1), zone) == [False], field
    assert verify(raw + b"more\r\n", zone) == [False]
    # What relays do to a message does not.
    assert verify(b"Received: from a by b;\r\n\tnow\r\n" + raw + b"\r\n\r\n", zone) == [True]


def test_all_that_goes_out_is_signed(desk, tmp_path):
    zone = sign(desk, "rsa", "ed25519")
    people(desk, ["Ada", "", "Zoë"])
    desk.ok("send", "--to", "me@example.net")
    desk.ok("rehearse", "-o", tmp_path / "all")
    desk.ok("send")
    copies = [strip_delivery(raw) for raw in mails(desk.path / "var/outbox") + mails(tmp_path / "all")]
    assert len(copies) == 1 + 3 + 3 and all(verify(raw, zone) == [True, True] for raw in copies)


def test_a_real_relay_breaks_no_signature():
    where = tempfile.mkdtemp(prefix="morningpost-postfix-")  # not below pytest's folder: see test_postfix
    server = Postfix(where)
    try:
        publication = publish(pathlib.Path(where) / "post", server, 40)
        zone = sign(publication, "rsa", "ed25519")
        publication.ok("send")
        server.settle()
        got = server.messages()
        assert len(got) == 40
        for raw in got:
            raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            assert b"\r\nReceived: from" in raw and verify(raw, zone) == [True, True]
    finally:
        server.stop()
        shutil.rmtree(where)


def sign_lab(lab, algorithm="rsa"):
    (made,) = json.loads(lab.run("keys", "dkim", "--json", "--algorithm", algorithm).stdout)
    with open(lab.dir / "morningpost.yaml", "a") as settings:
        settings.write(f"dkim: [{{selector: {made['selector']}, domain: post.example, key_file: {made['key_file']}, algorithm: {algorithm}}}]\n")
    return {made["name"]: made["value"]}


@pytest.mark.parametrize("ext", [[], ["--ext", ""]], ids=["chunking", "lock-step"])
def test_signing_loses_nobody(tmp_path, ext):
    """Letters wait for their signature beside the loop: through faults, limits, kill -9 and SIGTERM nobody is lost for that."""
    lab = laboratory.Lab(tmp_path, people=200)
    try:
        lab.configure(lab.relay("--chaos", 0.03, "--seed", 5, "--latency", 3, *ext), timeouts="{connect: 10s, command: 10s, final: 10s}",
                      domains="{d3.example: {rate: 50/s, concurrency: 1}}")
        sign_lab(lab)
        lab.send("--max", 15, ok=(75,))
        assert 0 < lab.relays[0].accepted() <= 15
        for blow in (signal.SIGKILL, signal.SIGTERM):
            begun = lab.relays[0].accepted()
            p = lab.start("send")
            while p.poll() is None and lab.relays[0].accepted() < begun + 30:
                time.sleep(0.01)
            p.send_signal(blow)
            assert p.wait(60) in (-signal.SIGKILL, 75, 0)
        while lab.send(ok=(0, 69, 75)).returncode:
            pass
        audit = lab.full_audit()
        laboratory.assert_clean(audit)
        assert len(audit.duplicated_after_250) <= 4 * 8, "those whose 250 came when we were killed"
    finally:
        lab.stop()


def test_a_letter_sent_again_is_the_same_to_the_byte(tmp_path):
    """A second later: the signature's time is the issue's, not now."""
    lab = laboratory.Lab(tmp_path, people=12)
    try:
        (tmp_path / "kept").mkdir()
        relay = lab.relay("--fault", "dot-drop-accepted", "--times", 1, "--only", "reader[01]@", "--keep", tmp_path / "kept")
        lab.configure(relay, send="in_doubt: hold")
        zone = sign_lab(lab)
        lab.send()
        assert lab.status()["in_doubt"] == 2
        time.sleep(1.1)
        lab.run("resolve", "--all", "resend")
        lab.send()
        assert lab.status()["sent"] == 12
        kept = collections.defaultdict(list)
        for path in (tmp_path / "kept").iterdir():
            raw = path.read_bytes()
            assert raw.startswith(b"DKIM-Signature:") and verify(raw, zone) == [True]
            kept[email.message_from_bytes(raw)["To"]].append(raw)
        twice = [copies for copies in kept.values() if len(copies) == 2]
        assert len(kept) == 12 and len(twice) == 2 and all(copies[0] == copies[1] for copies in twice)
    finally:
        lab.stop()


@pytest.mark.parametrize("spoil, words", [
    (lambda path: path.chmod(0o644), "0644"),
    (lambda path: path.unlink(), "No such file"),
    (lambda path: (path.rename(path.with_name("other")), path.symlink_to("other")), "symbolic"),
    (lambda path: (path.unlink(), os.mkfifo(path, 0o600)), "regular"),
    (lambda path: path.write_text("-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n"), "PEM"),
], ids=["mode", "missing", "link", "fifo", "damaged"])
def test_with_a_key_that_is_not_safe_nothing_goes_out(desk, spoil, words):
    sign(desk, "rsa")
    desk.ok("subscriber", "add", "ada@example.net")
    (path,) = (desk.path / "var/keys").glob("dkim-*.pem")
    spoil(path)
    for command in (["send"], ["send", "--to", "me@example.net"], ["rehearse"]):
        done = desk.run(*command)
        assert done.code == 78 and "morningpost.yaml:" in done.err and words in done.err, done
        assert "MIGH" not in done.err
    assert desk.json("status")["recipients"] == 0 and not (desk.path / "var/outbox").exists()


@pytest.mark.parametrize("dkim_section, words", [
    ("[{selector: a, domain: example.org}]", "key_file is missing"),
    ("[{selector: 'a b', domain: example.org, key_file: k}]", "letters, digits and dashes"),
    ("[{selector: -a, domain: example.org, key_file: k}]", "letters, digits and dashes"),
    ("[{selector: a, domain: 'no domain', key_file: k}]", "domain"),
    ("[{selector: a, domain: example.org, key_file: k, algorithm: dsa}]", "rsa"),
    ("[{selector: a, domain: example.org, key_file: k, expires: 1h}]", "14d"),
    ("[{selector: a, domain: example.org, key_file: k}, {selector: a, domain: example.org, key_file: l}]", "twice"),
])
def test_what_the_settings_may_not_say(desk, dkim_section, words):
    with open(desk.path / "morningpost.yaml", "a") as settings:
        settings.write(f"dkim: {dkim_section}\n")
    done = desk.run("doctor")
    assert done.code == 78 and "morningpost.yaml:" in done.err and words in done.err, done


def test_a_key_is_made_once_and_shown_again(desk):
    (made,) = desk.json("keys", "dkim", "--selector", "s1", "--domain", "other.example")
    (shown,) = desk.json("keys", "dkim", "--selector", "s1", "--domain", "other.example")
    assert made["made"] and not shown["made"] and made["value"] == shown["value"]
    path = desk.path / made["key_file"]
    assert path.stat().st_mode & 0o777 == 0o600
    text = desk.ok("keys", "dkim", "--selector", "s1", "--domain", "other.example").out
    strings = re.findall(r'"([^"]*)"', text)
    assert "s1._domainkey.other.example. IN TXT" in text and "".join(strings) == made["value"] and max(map(len, strings)) <= 255
    assert path.read_text().splitlines()[1] not in text
    sign(desk, "ed25519")
    assert [k["algorithm"] for k in desk.json("keys", "dkim")] == ["ed25519"]
    for words in (["--algorithm", "dsa"], ["--selector", "a b"], ["--selector", "x'}]"], ["--domain", "no domain"], ["more"]):
        assert desk.run("keys", "dkim", *words).code == 64, words
