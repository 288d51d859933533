"""What came back is read: `bounce --dry-run` over fixtures of ours (one a shape), hostile messages, and webhooks with real signatures."""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import subprocess

import pytest

import bounces
from conftest import PROGRAM, ROOT, run

FIXTURES = ROOT / "tests" / "fixtures" / "bounces"
SHARED = pathlib.Path(os.environ.get("MORNINGPOST_SHARED", "/nonexistent")) / "corpus" / "bounces"
VERP = "news+ab.c.aaaaaaaaaaaaaaaa@post.example.org"


def read(message, *options):
    """A dry run over standard input: the fields of each line."""
    done = run("bounce", "--dry-run", *options, "-", stdin=message)
    assert done.code == 0, done
    return [tuple(line.split("\t")) for line in done.out.splitlines()]


def report(message, *options):
    done = run("bounce", "--dry-run", "--json", *options, "-", stdin=message)
    assert done.code == 0, done
    return json.loads(done.out)


def test_every_shape_of_ours_is_read():
    sums, misses = bounces.score(PROGRAM, FIXTURES)
    assert not misses
    assert sums["all"][0] > 80


def test_the_shared_corpus_is_read(capsys):
    """The half of a public corpus that we may look at. Tier B is guesswork by nature; nobody may be removed by an answer or a receipt."""
    if not SHARED.is_dir():
        pytest.skip("MORNINGPOST_SHARED is not set")
    sums, _ = bounces.score(PROGRAM, SHARED)
    with capsys.disabled():
        print("\n" + "\n".join(bounces.line(tier, sums[tier]) for tier in sorted(sums)))
    for tier in ("A", "ARF"):
        wanted, found, right, _, _ = sums[tier]
        assert found == wanted and right == wanted
    assert sums["B"][2] >= 0.8 * sums["B"][0]
    assert sums["all"][1] >= 0.98 * sums["all"][0]
    assert sums["all"][4] == 0


def test_what_proves_that_it_was_ours_is_found():
    """VERP, Message-ID and the sort are what the policy goes by; nothing in them is believed here."""
    [qmail] = report((FIXTURES / "dsn-postfix.eml").read_bytes())
    assert qmail["sort"] == "bounce"
    assert VERP in qmail["envelopes"]
    assert qmail["message_ids"] == ["issue.1@post.example.org"]
    assert qmail["recipients"] == [{"email": "ann@example.net", "kind": "hard", "status": "5.1.1", "code": 550, "found_by": "status",
                                    "reason": "smtp; 550 5.1.1 <ann@example.net>: Recipient address rejected: User unknown"}]


@pytest.mark.parametrize("name, sort", [("dsn-delayed", "delay"), ("exim-warning", "delay"), ("dsn-delivered", "delivered"),
                                        ("answer-office", "auto-reply"), ("answer-marked", "auto-reply"), ("challenge", "challenge"),
                                        ("person", "other"), ("arf-abuse", "abuse"), ("arf-not-abuse", "feedback"), ("receipt", "delivered")])
def test_what_is_no_bounce_is_told_as_what_it_is(name, sort):
    assert report((FIXTURES / f"{name}.eml").read_bytes())[0]["sort"] == sort


def test_what_is_read_cannot_forge_a_line():
    message = (b"From: MAILER-DAEMON@x.example\nSubject: Undelivered Mail\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
               b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; ann@example.net\nAction: failed\n"
               b"Status: 5.1.1\nDiagnostic-Code: smtp; 550 no\x1b[31m such\tuser\x00\xff\xe2\x80\xae \xc2\x85" + b"x" * 5000 + b"\n\n--b--\n")
    [(address, kind, status, reason)] = read(message)
    assert (address, kind, status) == ("ann@example.net", "hard", "5.1.1")
    assert reason.isprintable() and len(reason.encode()) <= 1000


def test_a_long_message_is_read_as_far_as_it_is_allowed():
    """A megabyte; what is before it counts, what is behind it is not looked at."""
    start = (FIXTURES / "dsn-postfix.eml").read_bytes()
    assert read(start + b"x" * 30_000_000)[0][1] == "hard"
    head, rest = start.split(b"--=_b\n", 1)
    late = head + b"--=_b\n\n" + b"padding\n" * 130_000 + b"\n--=_b\n" + rest
    assert read(late) == []


HOSTILE = {
    "nothing": b"", "a line end": b"\n", "NULs": b"\0" * 1000, "half a From line": b"From ", "no boundary": b"Content-Type: multipart/report",
    "UTF-16": b"\xff\xfe" * 5000, "addresses": b"a@b.example\n" * 80_000, "signs": b"Subject: Undelivered Mail\n\n" + b"@" * 900_000,
    "one failure often": b"Subject: Undelivered Mail\n\n" + b"<ann@example.net>: 550 5.1.1 user unknown\n" * 20_000,
    "message in message": b"Content-Type: message/rfc822\n\n" * 30_000,
    "part in part": b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(20_000)),
    "encoded words": b"Subject: " + b"=?utf-8?q?=41?= " * 60_000 + b"\n\n", "recipients": b"To: " + b"a@b.example, " * 70_000 + b"\n\n",
    "many failures": b"Subject: Undelivered Mail\n\n" + b"".join(b"<a%d@b.example>: 550 5.1.1 user unknown\n" % i for i in range(9000)),
    "tags": b"Subject: Undelivered Mail\nContent-Type: text/html\n\n" + b"<" * 900_000,
    "escapes": b"Subject: Undelivered Mail\nContent-Type: text/plain; charset=iso-2022-jp\n\n" + b"\x1b$B" * 300_000,
    "UTF-7": b"Subject: Undelivered Mail\nContent-Type: text/plain; charset=utf-7\n\n" + b"+AGE-" * 180_000,
    "groups": b"Content-Type: message/delivery-status\n\n" + b"".join(b"Final-Recipient: rfc822; a%d@b.example\nAction: failed\n\n" % i for i in range(15_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_messages_are_read_in_time(name):
    """No crash, no hang (run() sees to both), no more recipients than there is room for, and every message can be read."""
    done = run("bounce", "--dry-run", "-", stdin=HOSTILE[name])
    assert done.code == 0 and not done.err, done.err[:500]
    assert len(done.out.splitlines()) <= 64


def test_a_file_of_many_messages():
    box = b"".join(b"From MAILER-DAEMON Sat Feb 14 06:00:00 2026\n" + (FIXTURES / f"{name}.eml").read_bytes() + b"\n\n"
                   for name in ("qmail", "answer-office", "zoho"))
    assert [line[1] for line in read(box)] == ["hard", "soft"]


def test_files_that_are_not_there_and_options_that_are_wrong(tmp_path):
    assert run("bounce", "--dry-run", tmp_path / "none").code == 66
    assert run("bounce", "--dry-run").code == 64
    assert run("bounce", "--dry-run", "--format", "pigeon", "-").code == 64


# -- webhooks ------------------------------------------------------------------------------------

SES = {"notificationType": "Bounce",
       "bounce": {"bounceType": "Permanent", "bounceSubType": "General", "feedbackId": "0100",
                  "bouncedRecipients": [{"emailAddress": "ann@example.net", "action": "failed", "status": "5.1.1",
                                         "diagnosticCode": "smtp; 550 5.1.1 user unknown"}]},
       "mail": {"source": VERP, "messageId": "0101", "commonHeaders": {"messageId": "<issue.1@post.example.org>"}}}


def ses(**bounce):
    return json.dumps(SES | {"bounce": SES["bounce"] | bounce})


def recipients(*diagnostics):
    return [{"emailAddress": f"ann{i}@example.net", **d} for i, d in enumerate(diagnostics)]


@pytest.mark.parametrize("body, want", [
    (json.dumps(SES), ["hard"]),
    (ses(bounceType="Transient"), ["soft"]),
    (ses(bounceSubType="MailboxFull"), ["soft"]),
    (ses(bouncedRecipients=recipients({"status": "5.7.1", "diagnosticCode": "smtp; 550 5.7.1 spam"}, {})), ["soft", "hard"]),
    (json.dumps({"eventType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": "ann@example.net"}]}}), ["complaint"]),
    (json.dumps({"eventType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": "ann@example.net"}],
                                                         "complaintFeedbackType": "not-spam"}}), ["none"]),
    (json.dumps({"eventType": "Delivery", "delivery": {"recipients": ["ann@example.net"], "smtpResponse": "250 ok"}}), ["none"]),
    (json.dumps({"eventType": "Open"}), []),
])
def test_ses(body, want):
    assert [line[1] for line in read(body, "--format", "ses")] == want


def test_ses_names_what_the_policy_needs():
    [r] = report(json.dumps(SES), "--format", "ses")
    assert r["envelopes"] == [VERP] and r["message_ids"] == ["issue.1@post.example.org", "0101"] and r["signed"] is False


def openssl(*args, stdin=b""):
    return subprocess.run(["openssl", *map(str, args)], input=stdin, capture_output=True, check=True).stdout


def with_keys(publication, settings):
    with open(publication.path / "morningpost.yaml", "a") as file:
        file.write(f"bounce: {{webhooks: {{{settings}}}}}\n")


@pytest.mark.parametrize("version, digest", [("1", "-sha1"), ("2", "-sha256")])
def test_ses_in_the_envelope_of_sns_is_verified(publication, version, digest):
    key, certificate = publication.path / "sns.key", publication.path / "sns.pem"
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=sns.example")
    envelope = {"Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:x", "Message": json.dumps(SES),
                "Timestamp": "2026-02-14T06:00:00.000Z", "SignatureVersion": version}
    text = "".join(f"{name}\n{envelope[name]}\n" for name in ("Message", "MessageId", "Timestamp", "TopicArn", "Type"))
    envelope["Signature"] = base64.b64encode(openssl("dgst", digest, "-sign", key, stdin=text.encode())).decode()
    with_keys(publication, "ses_certificate_file: sns.pem")
    take = ("bounce", "--dry-run", "--json", "--format", "ses", "-")
    [r] = json.loads(publication.ok(*take, stdin=json.dumps(envelope)).out)
    assert r["signed"] is True and r["recipients"][0]["kind"] == "hard"
    forged = envelope | {"Message": json.dumps(SES).replace("ann@", "bob@")}
    assert publication.run(*take, stdin=json.dumps(forged)).code == 65
    assert publication.run(*take, stdin=json.dumps(SES)).code == 65, "unsigned, where signatures are asked for"
    assert publication.run(*take, stdin=json.dumps(envelope | {"Type": "SubscriptionConfirmation"})).code == 65


SENDGRID = [
    {"email": "ann@example.net", "event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 user unknown",
     "sg_event_id": "e1", "smtp-id": "<issue.1@post.example.org>"},
    {"email": "bob@example.com", "event": "bounce", "type": "blocked", "status": "5.7.1", "reason": "550 5.7.1 listed at a blocklist"},
    {"email": "cleo@example.org", "event": "dropped", "reason": "Bounced Address"},
    {"email": "dan@example.org", "event": "spamreport"},
    {"email": "eve@example.org", "event": "delivered"},
]


def test_sendgrid():
    assert [line[:2] for line in read(json.dumps(SENDGRID), "--format", "sendgrid")] == [
        ("ann@example.net", "hard"), ("bob@example.com", "soft"), ("cleo@example.org", "hard"), ("dan@example.org", "complaint")]


def test_sendgrid_is_verified(publication):
    key = publication.path / "sendgrid.pem"
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
    public = base64.b64encode(openssl("ec", "-in", key, "-pubout", "-outform", "DER")).decode()
    publication.write("sendgrid.key", public + "\n")
    with_keys(publication, "sendgrid_key_file: sendgrid.key")
    body = json.dumps(SENDGRID)

    def post(body, at="1771048800"):
        signature = base64.b64encode(openssl("dgst", "-sha256", "-sign", key, stdin=b"1771048800" + json.dumps(SENDGRID).encode())).decode()
        return (f"Host: post.example.org\r\nX-Twilio-Email-Event-Webhook-Signature: {signature}\r\n"
                f"X-Twilio-Email-Event-Webhook-Timestamp: {at}\r\n\r\n{body}")

    take = ("bounce", "--dry-run", "--json", "--format", "sendgrid", "-")
    assert all(r["signed"] for r in json.loads(publication.ok(*take, stdin=post(body)).out))
    assert publication.run(*take, stdin=post(body.replace("ann@", "zoe@"))).code == 65
    assert publication.run(*take, stdin=post(body, at="1771048801")).code == 65
    assert publication.run(*take, stdin=body).code == 65


def mailgun(event, key=b"secret"):
    token = "0123456789abcdef"
    made = hmac.new(key, b"1771048800" + token.encode(), hashlib.sha256).hexdigest()
    return json.dumps({"signature": {"timestamp": "1771048800", "token": token, "signature": made}, "event-data": event})


FAILED = {"event": "failed", "severity": "permanent", "reason": "bounce", "recipient": "ann@example.net", "id": "m1",
          "delivery-status": {"code": 550, "message": "5.1.1 The email account that you tried to reach does not exist"},
          "message": {"headers": {"message-id": "issue.1@post.example.org"}}}


@pytest.mark.parametrize("event, want", [
    (FAILED, ["hard"]), (FAILED | {"severity": "temporary"}, ["none"]), (FAILED | {"reason": "suppress-bounce"}, ["hard"]),
    (FAILED | {"delivery-status": {"code": 552, "message": "5.2.2 mailbox full"}}, ["soft"]),
    (FAILED | {"event": "complained"}, ["complaint"]), (FAILED | {"event": "opened"}, []),
])
def test_mailgun(event, want):
    assert [line[1] for line in read(mailgun(event), "--format", "mailgun")] == want


def test_mailgun_is_verified(publication):
    publication.write("mailgun.key", "secret\n").chmod(0o600)
    with_keys(publication, "mailgun_key_file: mailgun.key")
    take = ("bounce", "--dry-run", "--json", "--format", "mailgun", "-")
    assert json.loads(publication.ok(*take, stdin=mailgun(FAILED)).out)[0]["signed"] is True
    assert publication.run(*take, stdin=mailgun(FAILED, key=b"other")).code == 65
    assert publication.run(*take, stdin=json.dumps({"event-data": FAILED})).code == 65
    (publication.path / "mailgun.key").chmod(0o644)
    assert publication.run(*take, stdin=mailgun(FAILED)).code == 78


@pytest.mark.parametrize("kind, want", [("HardBounce", "hard"), ("SoftBounce", "soft"), ("SpamComplaint", "complaint"), ("Blocked", "soft"),
                                        ("AutoResponder", "none"), ("ChallengeVerification", "none"), ("Transient", "none")])
def test_postmark(kind, want):
    body = {"RecordType": "Bounce", "ID": 42, "Type": kind, "Email": "ann@example.net", "MessageID": "m1", "Details": "somebody's words"}
    assert [line[1] for line in read(json.dumps(body), "--format", "postmark")] == [want]


@pytest.mark.parametrize("format", ["ses", "sendgrid", "mailgun", "postmark"])
@pytest.mark.parametrize("body", ["", "{", "[]" * 2, "null", '{"a":1,"a":2}', "[" * 100 + "]" * 100, '{"Type":"Notification","Message":"{"}'])
def test_what_is_no_webhook_is_refused(format, body):
    done = run("bounce", "--dry-run", "--format", format, "-", stdin=body)
    assert done.code in (0, 65) and not done.out
