"""daily.alert: who runs the paper hears of a morning that went wrong: once a reason, in a plain mail, with what to run."""
import base64
import email
import email.policy
import fcntl
import json
import shlex
import subprocess
import sys

import pytest

sys.path.append("/usr/lib/python3/dist-packages")
import dkim  # noqa: E402

from lab import BINARY, DAY, Lab

EDITOR = "editor@desk.example"


@pytest.fixture
def lab(tmp_path):
    made = Lab(tmp_path, people=4)
    yield made
    made.stop()


def parsed(path):
    m = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert not m.defects and m["Auto-Submitted"] == "auto-generated" and m.get_content_type() == "text/plain", m.as_string()
    return m


def alerts(where):
    """What was sent to the editor, oldest first; nothing else may have gone there."""
    found = [p for p in sorted(where.rglob("*"), key=lambda p: p.stat().st_mtime) if p.is_file() and f"To: <{EDITOR}>" in p.read_text()]
    return [parsed(p) for p in found]


def outbox(lab):
    return alerts(lab.dir / "var" / "outbox")


def issue(lab):
    return lab.dir / "issues" / f"{DAY}.md"


def test_a_held_draft_is_told_once(lab):
    lab.configure(daily=f"{{alert: {EDITOR}}}")
    issue(lab).unlink()
    for _ in range(3):
        lab.run("daily", ok=(75,))
    mail, = outbox(lab)
    text = mail.get_content()
    assert mail["Subject"] == f"The Test Post: the issue of {DAY} is held" and mail["From"] == "The Test Post <news@post.example>"
    assert "daily.unedited" in text and f"-C {lab.dir} daily --date {DAY}" in text and len(max(text.splitlines(), key=len)) < 200
    # The commands are such that a shell takes them.
    commands = [shlex.split(line) for line in text.splitlines() if line.startswith("    morningpost ")]
    assert len(commands) == 3
    assert subprocess.run([str(BINARY), *commands[0][1:]], capture_output=True).returncode == 65
    # Another reason is another mail, and a morning that goes well is none.
    issue(lab).write_text(issue(lab).read_text() + "\nTODO: more\n")
    lab.run("daily", ok=(65,))
    lab.run("daily", ok=(65,))
    assert len(outbox(lab)) == 2 and "todo" not in outbox(lab)[1].get_content() and f":{len(issue(lab).read_text().splitlines())}" in outbox(lab)[1].get_content()
    assert "does not pass its check" in outbox(lab)[1]["Subject"]
    lab.run("daily", ok=(65,))
    assert len(outbox(lab)) == 2


def test_a_morning_that_goes_well_or_without_an_address_is_not_told(lab):
    lab.configure(daily=f"{{alert: {EDITOR}}}")
    lab.run("daily")
    lab.run("daily")
    assert outbox(lab) == [] and not (lab.dir / "var" / "alerted").exists()
    assert len(list((lab.dir / "var/outbox/new").iterdir())) == 4
    lab.configure()
    issue(lab).write_text("---\ntitle: x\nsummary: y\ndraft: true\n---\n\nz\n")
    lab.run("daily", "--date", DAY, ok=None)
    assert not (lab.dir / "var" / "alerted").exists()


def test_an_issue_that_stopped_is_told_by_its_relay_and_to_nobody_on_the_list(tmp_path):
    lab = Lab(tmp_path, people=60)
    keep = tmp_path / "kept"
    keep.mkdir()
    relay = lab.relay("--fault", "rcpt-550", "--only", "reader", "--keep", keep)
    try:
        lab.configure(relay, daily=f"{{alert: {EDITOR}}}", connections=1)
        for _ in range(2):
            lab.run("daily", ok=(75,))
        mail, = alerts(keep)
        assert relay.accepted() == 1 and "was stopped" in mail["Subject"]
        assert "max_bounced" in mail.get_content() and "send --date " + DAY + " --force" in mail.get_content()
        assert "0 of 60 were sent it" in mail.get_content()
        assert [e["rcpt"] for e in map(json.loads, open(relay.log)) if e["event"] == "accepted"] == [EDITOR]
    finally:
        lab.stop()


def test_what_cannot_be_mailed_is_said_once_and_tried_again(lab):
    relay = lab.relay("--fault", "greet-554")
    lab.configure(relay, daily=f"{{alert: {EDITOR}}}", wait="0s")
    first, second = (lab.run("daily", ok=(69,)) for _ in range(2))
    assert f"the alert to {EDITOR} could not be sent" in first.stderr and "alert" not in second.stderr
    # Meanwhile a relay is back, and something else is wrong: of that the editor hears.
    keep = lab.where / "kept"
    keep.mkdir()
    lab.configure(lab.relay("--keep", keep), daily=f"{{alert: {EDITOR}}}")
    issue(lab).write_text(issue(lab).read_text() + "\nAnother end.\n")
    lab.run("daily", ok=(65,))
    mail, = alerts(keep)
    assert "was changed since its sending began" in " ".join(mail.get_content().split())


def test_a_broken_database_is_told_too(lab):
    lab.configure(daily=f"{{alert: {EDITOR}}}")
    database = lab.dir / "var" / "morningpost.db"
    database.write_bytes(b"no database " * 1000)
    for _ in range(2):
        assert lab.run("daily", ok=None).returncode == 78
    mail, = outbox(lab)
    assert "database" in mail.get_content() and f"-C {lab.dir} doctor" in mail.get_content()


def kept(lab):
    """What the relay takes."""
    keep = lab.where / "kept"
    keep.mkdir()
    lab.configure(lab.relay("--keep", keep), daily=f"{{alert: {EDITOR}}}")
    return keep


WRONG = {"unknown": "bogus: 1\n", "value": "web: {listen: nowhere}\n", "no-yaml": "dkim: [{selector: a\n  b: 'c\n"}


@pytest.mark.parametrize("more", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("first", [False, True], ids=["behind", "before"])
def test_settings_that_are_wrong_elsewhere_are_told_too(lab, more, first):
    keep = kept(lab)
    settings = lab.dir / "morningpost.yaml"
    settings.write_text(more + settings.read_text() if first else settings.read_text() + more)
    told = [lab.run("daily", ok=(78,)).stderr for _ in range(2)]
    mail, = alerts(keep)
    assert "was stopped by the settings" in mail["Subject"] and f"{settings}:" in "".join(mail.get_content().split())
    assert all(f"{settings}:" in words and "alert" not in words for words in told)


@pytest.mark.parametrize("old,new", [("daily: {", "daily: [{"), ("  - url: smtp", "  - url: smpt"), ("relays:", "relay:"), ("  from: ", "  form: ")])
def test_that_nobody_can_be_told_is_said(lab, old, new):
    keep = kept(lab)
    settings = lab.dir / "morningpost.yaml"
    assert old in settings.read_text()
    settings.write_text(settings.read_text().replace(old, new))
    told = lab.run("daily", ok=(78,)).stderr
    assert "no alert is mailed" in told and f"{settings}:" in told
    assert alerts(keep) == [] and outbox(lab) == []


def test_a_send_by_hand_is_no_trouble(lab):
    lab.configure(daily=f"{{alert: {EDITOR}}}")
    with open(lab.dir / "var" / "send.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lab.run("daily", ok=(75,))
    assert outbox(lab) == []


@pytest.mark.parametrize("readable", [False, True])
def test_it_is_signed_as_all_mail_is_unless_the_key_is_what_is_amiss(lab, readable):
    lab.configure(daily=f"{{alert: {EDITOR}}}")
    key = lab.dir / "var/keys/dkim.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    key.chmod(0o644 if readable else 0o600)
    with open(lab.dir / "morningpost.yaml", "a") as settings:
        settings.write("dkim: [{selector: s1, domain: post.example, key_file: var/keys/dkim.pem, algorithm: rsa}]\n")
    issue(lab).unlink()
    lab.run("daily", ok=(75,))
    path, = (lab.dir / "var/outbox/new").iterdir()
    raw = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert (b"DKIM-Signature:" in raw) != readable and b"daily.unedited" in raw
    if not readable:
        public = subprocess.run(["openssl", "rsa", "-in", str(key), "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
        assert dkim.verify(raw, dnsfunc=lambda name, timeout=5: record if name == b"s1._domainkey.post.example." else None)


def test_what_strangers_say_in_it_is_escaped(lab):
    lab.configure(daily=f"{{alert: {EDITOR}}}")
    issue(lab).write_text(issue(lab).read_text() + "\n[here](http://a.example/\u202ex) TODO\x1b[31m \u202eevil\n\nTODO: \u202ex\n")
    lab.run("daily", ok=(65,))
    mail, = outbox(lab)
    assert not [c for c in mail.get_content() if (ord(c) < 32 and c != "\n") or 0x7f <= ord(c) < 0xa0 or c == "\u202e"]


def test_a_folder_with_a_blank_and_a_quote_in_its_name(tmp_path):
    where = tmp_path / "it's mine"
    where.mkdir()
    lab = Lab(where, people=1)
    lab.configure(daily=f"{{alert: {EDITOR}}}")
    issue(lab).write_text(issue(lab).read_text() + "\nTODO: more\n")
    lab.run("daily", ok=(65,))
    mail, = outbox(lab)
    command = next(shlex.split(line) for line in mail.get_content().splitlines() if line.startswith("    morningpost "))
    assert command[:3] == ["morningpost", "-C", str(lab.dir)]
