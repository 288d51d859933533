"""What doctor finds out by asking: the names in the DNS (a real nsd, and servers that answer as none should), and a message that it
sends to itself."""
import json
import re
import time

from aiosmtpd.controller import Controller
import pytest

from conftest import Publication, run
from dovecot import Dovecot
from names import HOSTILE, Hostile, NameServer, free_port
from test_dkim import verify

PUBLIC, OTHER = "8.8.4.4", "9.9.9.9"  # nobody is asked there: what matters is that they are public


def settings(publication, domain="news.press.test", url="https://press.test", bounce="", relay="smtp://relay.localhost:1", more=""):
    publication.write("morningpost.yaml", f"""
publication: {{name: Press, url: '{url}', postal_address: 1 Loopback Lane}}
sender: {{from: 'Press <news@{domain}>'{f", bounce: {bounce}" if bounce else ""}}}
relays: [{{url: '{relay}'}}]
sources: {{}}
{more}""")


def good(domain="news.press.test", bounce=None):
    """All that a careful postmaster has published."""
    bounce = bounce or domain
    return {
        (bounce, "TXT"): f"v=spf1 ip4:{PUBLIC} -all", (f"_dmarc.{domain}", "TXT"): "v=DMARC1; p=reject; rua=mailto:d@press.test",
        ("_dmarc.press.test", "TXT"): "v=DMARC1; p=reject; rua=mailto:d@press.test",
        (bounce, "MX"): "10 mx.press.test.", ("mx.press.test", "A"): PUBLIC, ("relay.localhost", "A"): PUBLIC,
        ("4.4.8.8.in-addr.arpa", "PTR"): "mx.press.test.", (f"_mta-sts.{bounce}", "TXT"): "v=STSv1; id=20260101",
        (f"default._bimi.{domain}", "TXT"): "v=BIMI1; l=https://press.test/s.svg; a=https://press.test/s.pem",
    }


@pytest.fixture(scope="module")
def publication(tmp_path_factory):
    """One for all: a test writes its settings anew."""
    path = tmp_path_factory.mktemp("doctor") / "post"
    done = run("init", path)
    assert done.code == 0, done
    return Publication(path)


class Ward:
    """A name server for one test: each of its cases has a domain of its own in place of press.test."""

    def __init__(self, where, cases):
        """`cases`: of each the records; one that is None is taken out."""
        records = {}
        for i, case in enumerate(cases):
            for (name, kind), data in case.items():
                if data is not None:
                    data = [self.own(i, d) for d in data] if isinstance(data, list) else self.own(i, data)
                    records[(self.own(i, name), kind)] = data
        self.server = NameServer(where / "names", records)

    @staticmethod
    def own(i, text):
        return text.replace("press.test", f"press{i}.test").replace("relay.localhost", f"relay{i}.localhost")

    def ask(self, publication, i=0, code=None, **options):
        settings(publication, **{"domain": self.own(i, "news.press.test"), "relay": self.own(i, "smtp://relay.localhost:1")}
                 | {k: self.own(i, v) for k, v in options.items()})
        return examine(publication, self.server.address, code)


@pytest.fixture
def ward(tmp_path):
    made = []

    def make(*cases):
        made.append(Ward(tmp_path, cases))
        return made[0]

    yield make
    for one in made:
        one.server.stop()


def examine(publication, address, code=None):
    done = publication.run("doctor", "--dns", address, "--json")
    assert done.code in ((0, 78) if code is None else (code,)), done
    rows = json.loads(done.out)
    assert (done.code == 78) == any(r["level"] == "fail" for r in rows)
    return rows


def address(i):
    """One of each case's own, with a name of its own."""
    return f"8.8.4.{i + 10}"


def backwards(i):
    return ".".join(reversed(address(i).split("."))) + ".in-addr.arpa"


def said(rows, what):
    return [(r["level"], r["words"]) for r in rows if r["what"] == what]


def worst(rows, what):
    order = ["ok", "warn", "fail"]
    return max((r["level"] for r in rows if r["what"] == what), key=order.index)


def add_key(publication, domain, algorithm="rsa"):
    (made,) = publication.json("keys", "dkim", "--domain", domain, "--algorithm", algorithm)
    return made, f"  - {{selector: {made['selector']}, domain: {domain}, key_file: {made['key_file']}, algorithm: {algorithm}}}\n"


def test_all_is_well(publication, ward):
    settings(publication)
    made, line = add_key(publication, "press0.test")
    rows = ward(good() | {(made["name"], "TXT"): made["value"]}).ask(publication, more="dkim:\n" + line)
    for what in ("spf", "dkim", "dmarc", "alignment", "mx", "ptr", "mta-sts", "bimi"):
        assert worst(rows, what) == "ok", said(rows, what)
    levels = [level for level, _ in said(rows, "rules")]
    assert levels.count("ok") == len(levels) - 1, said(rows, "rules")  # complaints: only they can tell
    assert any("p=reject" in words for _, words in said(rows, "dmarc"))


def test_nothing_is_published(publication, ward):
    rows = ward({}).ask(publication, code=78)
    for what in ("spf", "dmarc", "mx"):
        assert worst(rows, what) == "fail", said(rows, what)
    assert worst(rows, "dkim") == "warn" and worst(rows, "mta-sts") == worst(rows, "bimi") == "ok"
    assert all(r["remedy"] for r in rows if r["level"] != "ok")


def test_names_for_examples_are_not_asked_for(publication):
    settings(publication, domain="post.example.org", relay="maildir:var/outbox")
    begun = time.monotonic()
    rows = publication.json("doctor")
    assert said(rows, "dns") == [("ok", "post.example.org is a name for examples: nothing is asked")] and not said(rows, "spf")
    assert time.monotonic() - begun < 10


TEN = " ".join("a:mx.press.test" for _ in range(10))
SPF = [
    (f"v=spf1 ip4:{PUBLIC} -all", "ok", "may send"),
    (f"v=spf1 ip4:8.8.0.0/16 ~all", "ok", "may send"),
    (f"v=spf1 ip4:8.8.4.4/33 -all", "fail", "'ip4:8.8.4.4/33'"),
    ("v=spf1 a:mx.press.test -all", "ok", "may send"),
    ("v=spf1 a:mx.press.test/24 -all", "ok", "may send"),
    ("v=spf1 mx -all", "ok", "may send"),
    ("v=spf1 include:_spf.press.test -all", "ok", "may send"),
    ("v=spf1 include:alias.press.test -all", "ok", "may send"),
    ("v=spf1 redirect=_spf.press.test", "ok", "may send"),
    ("v=spf1 ip4:9.9.9.9 -all", "warn", "not among those"),
    ("v=spf1 -ip4:8.8.4.4 +ip4:8.8.0.0/16 -all", "warn", "not among those"),
    ("v=spf1 exists:%{i}.press.test -all", "warn", "as far as can be told"),
    (f"v=spf1 ip4:{PUBLIC}", "warn", "no all"),
    (f"v=spf1 ip4:{PUBLIC} ?all", "warn", "?all"),
    ("v=spf1 +all", "fail", "everybody on earth"),
    ("v=spf1 all", "fail", "everybody on earth"),
    ("v=spf1 ipv4:8.8.4.4 -all", "fail", "'ipv4:8.8.4.4' is no mechanism"),
    ("v=spf1 include: -all", "fail", "'include:'"),
    ("v=spf1 include:gone.press.test -all", "fail", "gone.press.test has 0 SPF records"),
    ("v=spf1 include:round.press.test -all", "fail", "round in a circle"),
    ("v=spf1 include:ten.press.test a -all", "fail", "12 lookups"),
    ("v=spf1 a:mx.press.test a:gone1.test mx:gone2.test -all", "ok", "may send"),
    ("v=spf1 a:mx.press.test a:gone1.test mx:gone2.test a:gone3.test -all", "fail", "3 of its names have no address"),
    ("v=spf10 -all", "fail", "no SPF record"),
    (["v=spf1 -all", "v=spf1 +all"], "fail", "2 SPF records"),
    (["unrelated", f"v=spf1 ip4:{PUBLIC} -all"], "ok", "may send"),
    ("v=spf1 ip4:8.8.4.4 " + " ".join(f"ip4:9.9.{i}.0/24" for i in range(40)) + " -all", "ok", "may send"),
    ("v=spf1 \x1b]0;x\x07 -all", "fail", "no mechanism"),
]


def test_spf(publication, ward):
    names = ward(*[good() | {
        ("news.press.test", "TXT"): record, ("_spf.press.test", "TXT"): f"v=spf1 ip4:{PUBLIC} -all",
        ("alias.press.test", "CNAME"): "_spf.press.test.", ("round.press.test", "TXT"): "v=spf1 include:round.press.test -all",
        ("ten.press.test", "TXT"): f"v=spf1 {TEN} -all"} for record, _, _ in SPF])
    for i, (record, level, words) in enumerate(SPF):
        rows = names.ask(publication, i)
        assert worst(rows, "spf") == level and any(names.own(i, words) in w for _, w in said(rows, "spf")), (record, said(rows, "spf"))


def test_dkim(publication, ward):
    settings(publication)
    made, _ = add_key(publication, "press0.test")
    other, _ = add_key(publication, "other.test", "ed25519")
    key = made["value"].split("p=")[1]
    cases = [
        (made["value"], "ok", "the key is ours"),
        ("k=rsa; p=" + key[:40] + " " + key[40:], "ok", "the key is ours"),
        ("v=DKIM1; t=y; p=" + key, "warn", "it is a test"),
        ("v=DKIM1; h=sha1; p=" + key, "fail", "sha256"),
        ("v=DKIM1; p=", "fail", "revoked"),
        ("v=DKIM1; k=rsa; p=" + key[:-8] + "AAAAAAA=", "fail", "another key"),
        (other["value"], "fail", "another kind of key"),
        ("v=DKIM2; p=" + key, "fail", "DKIM1"),
        ("hello", "fail", "list of tags"),
        (None, "fail", "nothing is published"),
    ]
    # Each at a selector of its own, so that one run does.
    records = good() | {(f"s{i}._domainkey.press.test", "TXT"): record for i, (record, _, _) in enumerate(cases)}
    lines = [f"  - {{selector: s{i}, domain: press0.test, key_file: {made['key_file']}}}\n" for i in range(len(cases))]
    rows = ward(records).ask(publication, code=78, more="dkim:\n" + "".join(lines))
    for i, (record, level, words) in enumerate(cases):
        (row,) = [r for r in rows if r["what"] == "dkim" and r["words"].startswith(f"s{i}._domainkey")]
        assert row["level"] == level and words in row["words"], (record, row)


def test_a_key_that_others_can_read(publication, ward):
    settings(publication)
    made, line = add_key(publication, "press0.test")
    (publication.path / made["key_file"]).chmod(0o644)
    try:
        rows = ward(good() | {(made["name"], "TXT"): made["value"]}).ask(publication, code=78, more="dkim:\n" + line)
        assert worst(rows, "dkim") == "fail" and "0644" in said(rows, "dkim")[0][1]
    finally:
        (publication.path / made["key_file"]).chmod(0o600)


DMARC = [
    ({"_dmarc.news.press.test": "v=DMARC1; p=none"}, "warn", "no reports"),
    ({"_dmarc.news.press.test": "v=DMARC1; p=quarantine; rua=mailto:a@b.test"}, "ok", "p=quarantine"),
    ({"_dmarc.press.test": "v=DMARC1; p=reject; sp=none; rua=mailto:a@b.test"}, "ok", "p=none, of a domain above it"),
    ({"_dmarc.news.press.test": "v=DMARC1; p=reject; t=y; rua=mailto:a@b.test"}, "ok", "as a test"),
    ({"_dmarc.news.press.test": "v=DMARC1; p=maybe"}, "fail", "none of none"),
    ({"_dmarc.news.press.test": "v=DMARC1; rua=mailto:a@b.test"}, "ok", "p=none"),
    ({"_dmarc.news.press.test": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, "fail", "more than one"),
    ({}, "fail", "no DMARC record"),
]


def test_dmarc(publication, ward):
    bare = {k: v for k, v in good().items() if "_dmarc" not in k[0]}
    names = ward(*[bare | {(name, "TXT"): record for name, record in records.items()} for records, _, _ in DMARC])
    for i, (records, level, words) in enumerate(DMARC):
        rows = names.ask(publication, i)
        assert worst(rows, "dmarc") == level and any(words in w for _, w in said(rows, "dmarc")), (records, said(rows, "dmarc"))


ALIGNMENT = [
    ("b@bounces.press.test", None, "v=DMARC1; p=none; rua=mailto:a@b.test", [("SPF", "ok")]),
    ("b@bounces.press.test", None, "v=DMARC1; p=none; aspf=s; rua=mailto:a@b.test", [("SPF", "warn"), ("neither", "fail")]),
    ("b@elsewhere.test", "press.test", "v=DMARC1; p=none; rua=mailto:a@b.test", [("DKIM", "ok"), ("SPF", "warn")]),
    ("b@elsewhere.test", "press.test", "v=DMARC1; p=none; adkim=s; rua=mailto:a@b.test",
     [("DKIM", "warn"), ("SPF", "warn"), ("neither", "fail")]),
    # A record that says where the organisation ends.
    ("b@bounces.press.test", None, "v=DMARC1; p=none; psd=n; rua=mailto:a@b.test", [("SPF", "warn"), ("neither", "fail")]),
]


def test_alignment(publication, ward):
    settings(publication)
    made, line = add_key(publication, "press.test")
    names = ward(*[good(bounce=bounce.split("@")[1]) | {
        ("_dmarc.news.press.test", "TXT"): record, ("_dmarc.press.test", "TXT"): "v=DMARC1; p=none; rua=mailto:a@b.test",
        (made["name"], "TXT"): made["value"]} for bounce, _, record, _ in ALIGNMENT])
    for i, (bounce, dkim_domain, record, want) in enumerate(ALIGNMENT):
        rows = names.ask(publication, i, bounce=bounce, more="dkim:\n" + line if dkim_domain else "")
        found = [(words.split()[0].rstrip(":"), level) for level, words in said(rows, "alignment")]
        assert found == want, (bounce, record, said(rows, "alignment"))


OTHERS = [
    ({("news.press.test", "MX"): "0 ."}, "mx", "fail", "takes no mail"),
    ({("news.press.test", "MX"): "10 nowhere.test."}, "mx", "fail", "none of those names"),
    ({("news.press.test", "MX"): None, ("news.press.test", "A"): PUBLIC}, "mx", "warn", "no MX record; some"),
    ({("PTR", "PTR"): None}, "ptr", "fail", "has no name"),
    ({("PTR", "PTR"): "liar.test.", ("liar.test", "A"): OTHER}, "ptr", "fail", "does not lead back"),
    ({("_mta-sts.news.press.test", "TXT"): "v=STSv1"}, "mta-sts", "warn", "no id"),
    ({("_mta-sts.news.press.test", "TXT"): ["v=STSv1; id=1", "v=STSv1; id=2"]}, "mta-sts", "warn", "more than one"),
    ({("default._bimi.news.press.test", "TXT"): "v=BIMI1; l="}, "bimi", "warn", "no picture"),
    ({("_dmarc.news.press.test", "TXT"): "v=DMARC1; p=none"}, "bimi", "warn", "not in force"),
    ({("relay.localhost", "A"): "192.168.1.1"}, "spf", "ok", "a network of your own"),
]


def test_other_names(publication, ward):
    names = ward(*[good() | {("relay.localhost", "A"): address(i), (backwards(i), "PTR"): "mx.press.test.",
                             ("mx.press.test", "A"): address(i), ("news.press.test", "TXT"): "v=spf1 mx -all"}
                   | {(backwards(i) if name == "PTR" else name, kind): data for (name, kind), data in change.items()}
                   for i, (change, _, _, _) in enumerate(OTHERS)])
    for i, (change, what, level, words) in enumerate(OTHERS):
        rows = names.ask(publication, i)
        assert worst(rows, what) == level and any(words in w for _, w in said(rows, what)), (change, said(rows, what))


def test_six(publication, ward):
    """IPv6 addresses, in SPF and backwards."""
    six = "2a00:1450::25"
    digits = "".join(f"{int(g or '0', 16):04x}" for g in "2a00:1450:0:0:0:0:0:25".split(":"))
    records = good() | {("relay.localhost", "AAAA"): six, ("mx.press.test", "AAAA"): six,
                        ("news.press.test", "TXT"): "v=spf1 ip4:8.8.4.4 ip6:2a00:1450::/32 -all",
                        (".".join(reversed(digits)) + ".ip6.arpa", "PTR"): "mx.press.test."}
    rows = ward(records).ask(publication)
    assert [level for level, words in said(rows, "ptr")] == ["ok", "ok"] and any(six in w for _, w in said(rows, "ptr"))
    assert worst(rows, "spf") == "ok" and any(six in w for _, w in said(rows, "spf")), said(rows, "spf")


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_server_that_answers_as_none_should(publication, kind):
    """It is told that nothing is known; in a time, whatever it does, and nothing of what it says reaches the terminal as it came."""
    settings(publication)
    server = Hostile(kind)
    try:
        begun = time.monotonic()
        done = publication.run("doctor", "--dns", server.address)
        assert time.monotonic() - begun < 40 and done.code in (0, 78), done
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", done.out + done.err)
        if kind not in ("nul", "many", "alias", "string"):
            assert "not known" in done.out and "+all" not in done.out, done
        assert server.asked
    finally:
        server.stop()


@pytest.mark.parametrize("server", ["", "nonsense", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:99999", "[::1", "127.0.0.1:53:53", "a.b.c.d"])
def test_what_is_no_server(publication, server):
    done = publication.run("doctor", "--dns", server)
    assert done.code == 64 and "--dns" in done.err, done


# -- the round trip -------------------------------------------------------------------------------

class Exchanger:
    """Takes mail, and puts it into the mailbox as big ones do: with its word on the signature in front."""

    def __init__(self, mailbox, zone, refuse=None, silent=False):
        self.mailbox, self.zone, self.refuse, self.silent, self.taken = mailbox, zone, refuse, silent, []

    async def handle_DATA(self, server, session, envelope):
        if self.refuse:
            return self.refuse
        raw = envelope.original_content
        self.taken.append(raw)
        good = [result for result in verify(raw, self.zone)]
        word = "none" if not good else "pass" if all(good) else "fail"
        front = (f"Authentication-Results: mx.test;\r\n\tdkim={word} (by us; \x1b[31m) header.d=press.test;\r\n\tspf=pass "
                 f"smtp.mailfrom={envelope.mail_from}\r\n").encode()
        forged = b"Authentication-Results: elsewhere.test; dkim=fail; dmarc=fail\r\n"
        self.mailbox.put(f"m{len(self.taken)}", (b"" if self.silent else front + forged) + raw)
        return "250 2.0.0 taken"


@pytest.fixture
def mailbox():
    made = Dovecot()
    yield made
    made.stop()


def roundtrip(publication, mailbox, handler, protocol, password=Dovecot.PASSWORD, more=""):
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        publication.write("mailbox.password", password + "\n").chmod(0o600)
        settings(publication, relay=f"smtp://127.0.0.1:{port}", more=more + f"""
doctor:
  roundtrip: {{email: me@mailbox.test, url: '{protocol}://127.0.0.1:{getattr(mailbox, protocol)}', user: {mailbox.user}, password_file: mailbox.password}}
""")
        done = publication.run("doctor", "--roundtrip", "--json")
        assert done.code in (0, 78), done
        return json.loads(done.out)
    finally:
        controller.stop()


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_round_trip(publication, mailbox, protocol):
    settings(publication)
    made, line = add_key(publication, "press.test")
    mailbox.put("a-letter", b"Subject: of another matter\r\n\r\nhello\r\n")
    handler = Exchanger(mailbox, {made["name"]: made["value"]})
    rows = said(roundtrip(publication, mailbox, handler, protocol, more="dkim:\n" + line), "roundtrip")
    assert [level for level, _ in rows] == ["ok", "ok", "ok", "warn"], rows
    assert "there after" in rows[0][1] and "mx.test says spf=pass for press.test" in rows[1][1].replace("news.", "")
    assert "dkim=pass for press.test" in rows[2][1] and "dmarc=nothing" in rows[3][1]
    assert list(mailbox.held()) == ["a-letter"] and len(handler.taken) == 1, "ours is removed, and nobody else's"
    assert handler.taken[0].startswith(b"DKIM-Signature:")


def test_a_round_trip_that_ends_on_the_way(publication, mailbox):
    settings(publication)
    made, line = add_key(publication, "press.test")

    def trip(handler, **options):
        return said(roundtrip(publication, mailbox, handler, "imap", **options), "roundtrip")

    broken = trip(Exchanger(mailbox, {made["name"]: made["value"][:-8] + "AAAAAAA="}), more="dkim:\n" + line)
    assert ("fail" in [level for level, words in broken if "dkim=fail" in words]), broken
    assert [r for r in trip(Exchanger(mailbox, {}, silent=True)) if r[0] == "warn" and "adds no Authentication-Results" in r[1]]
    assert [r for r in trip(Exchanger(mailbox, {}, refuse="550 5.7.1 go away")) if r[0] == "fail" and "5.7.1 go away" in r[1]]
    assert [r for r in trip(Exchanger(mailbox, {}), password="wrong") if r[0] == "fail" and "doctor.roundtrip" in r[1]]
    settings(publication)
    assert [r for r in json.loads(publication.run("doctor", "--roundtrip", "--json").out)
            if r["what"] == "roundtrip" and r["level"] == "fail" and "morningpost.yaml(5)" in r["remedy"]]
