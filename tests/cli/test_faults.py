"""Every single fault of a relay ends in the state that RELIABILITY's part C gives it: row by row.

What a relay does to one person is tried on many at once, each named after the fault that waits for them; what it does to a
whole connection has a run of its own. The runs are made side by side, each at its first use or earlier, and every test looks
at one of them."""
import concurrent.futures
import os
import pathlib
import re
import socket
import sqlite3

import pytest

import certificates
from faulty import FAULTS, Farm
from lab import BINARY, Lab, assert_clean

SHIM = pathlib.Path(os.environ.get("MORNINGPOST_SHIMS", BINARY.parent / "tests")) / "shim-resolve.so"
MODES = {"chunking": [], "pipelining": ["--ext", "PIPELINING, SIZE 10485760, 8BITMIME, ENHANCEDSTATUSCODES"], "lock-step": ["--ext", ""]}
STATES = {"sent": {"sent"}, "defer": {"deferred", "queued"}, "fail-rcpt": {"failed"}, "fail-soft": {"failed"}, "fail-msg": {"failed"}, "abort": {"queued"},
          "ambiguous": {"in_doubt"}}
LIMIT = 2  # seconds: connect and one reply, with the timeouts of these tests
TIMES = "{connect: 1s, command: 1s, final: 1s}"
ENDS = {"drop", "reset", "stall", "break", "tarpit", "endless", "endless-lines"}  # what ends a session without a verdict


@pytest.fixture
def lab(tmp_path):
    made = Lab(tmp_path)
    yield made
    made.stop()


SOME = [f"reader{i}@d{i % 3}.example" for i in range(3)]
WITH_ANOTHER = ["greet-554", "greet-421", "greet-drop", "greet-stall", "ehlo-drop", "again-garbage", "mail-550", "mail-421", "mail-drop", "mail-530-5.7.0",
                "rcpt-421", "rcpt-drop", "dot-421"]
WITH_A_DEADLINE = ["greet-stall", "again-stall", "mail-stall", "dot-stall", "dot-stall-accepted", "body-stall", "quit-stall", "reply-tarpit"]


# -- on one person --------------------------------------------------------------------------------

PERSONAL = {"rcpt", "data", "bdat", "body", "dot"}


def meets(name, mode):
    """Is the fault one of this mode, and of one person?"""
    phase = FAULTS[name].phase
    return phase in PERSONAL and not of_everybody(name) and meets_phase(phase, mode)


def of_everybody(name):
    """Though it is said to one: the relay is left alone, or BDAT is, from then on."""
    return FAULTS[name].verdict == "abort" or (FAULTS[name].phase == "bdat" and FAULTS[name].say[:3] in (b"500", b"502", b"503"))


def meets_phase(phase, mode):
    return phase != ("data" if mode == "chunking" else "bdat")


def verdicts(name, mode):
    fault = FAULTS[name]
    if mode == "chunking" and fault.phase == "rcpt" and fault.then in ENDS:
        return {"ambiguous"}  # the body went out together with the envelope
    return set(fault.verdict.split("|"))


def address(name):
    return f"f.{name}@d{len(name) % 7}.example"


class Runs:
    """Runs of the program against a server each, a few at a time."""

    def __init__(self, where):
        self.where, self.farm, self.made = where, Farm(), {}
        self.pool = concurrent.futures.ThreadPoolExecutor(4)
        self.tls = certificates.make(where)

    def lab(self, people):
        """Of a template that is made once."""
        key = tuple(people)
        if key not in self.made:
            folder = self.where / f"template{len(self.made)}"
            folder.mkdir()
            self.made[key] = Lab(folder, people=people)
        self.count = getattr(self, "count", 0) + 1
        return self.made[key].copy(self.where / f"run{self.count}")

    def begin(self, key, what, *arguments):
        self.made[key] = self.pool.submit(what, *arguments)

    def result(self, key):
        return self.made[key].result()


@pytest.fixture(scope="module")
def runs(tmp_path_factory, request):
    made = Runs(tmp_path_factory.mktemp("runs"))
    wanted = {item.name for item in request.session.items}
    for mode in MODES if any("some" in name or "one_person" in name for name in wanted) else ():
        lab = made.lab(personal(mode))
        made.begin(("personal", mode), run_personal, made, lab, mode)
    for case in CASES:
        if case.name == "minimal" or any(case.id in name for name in wanted):
            made.begin(case, run_case, made, made.lab(case.people), case)
    for run, faults in ASIDE.items():
        for fault in faults:
            if any(fault in name for name in wanted):
                made.begin((run, fault), run, made, made.lab(SOME), fault)
    yield made
    made.pool.shutdown(cancel_futures=True)


def personal(mode):
    """Good readers before each who meets a fault (one may be lost in the pipeline of the last): a relay that ends sessions
    before it has served anybody would be left alone for a while."""
    names = [n for n in FAULTS if meets(n, mode)]
    return [p for i, n in enumerate(names) for p in (f"good{i}@d{i % 7}.example", f"better{i}@d{i % 7}.example", address(n))]


def run_personal(runs, lab, mode):
    lab.configure(lab.sprout(runs.farm, "--by-name", "--stall", 20, *MODES[mode]), send="in_doubt: hold", retry_first="1h", connections=1, window=1,
                  timeouts=TIMES)
    done = lab.measured("send", "--no-wait")
    first = lab, done, lab.rows(), lab.full_audit([])
    # Whom a fault of the one before took along is served by the next run, and who is in doubt when that is settled.
    lab.configure(lab.sprout(runs.farm, *MODES[mode]))
    lab.run("resolve", "--all", "resend")
    lab.send("--no-wait", ok=(0, 75))
    return first


@pytest.mark.parametrize("mode", MODES)
def test_faults_on_some_leave_the_others_alone(runs, mode):
    lab, done, rows, audit = runs.result(("personal", mode))
    assert done.code == 75, done
    final = lab.rows()
    assert {final[p][0] for p in lab.people if not p.startswith("f.")} == {"sent"}
    assert audit.duplicated == []
    last = lab.full_audit([])
    for a in (audit, last):
        a.lost = a.unexpected = []
        assert_clean(a)
    # In doubt is who was left without a reply, and nobody else; of a connection that is reset neither side knows what the other had.
    resets = sum(n for name, n in audit.faults.items() if name in ("body-reset", "dot-then-reset"))
    assert audit.unanswered <= audit.doubts <= audit.unanswered + resets
    lab.check_database()
    with sqlite3.connect(lab.dir / "var/morningpost.db") as db:
        blamed = {r[0] for r in db.execute("SELECT email FROM subscriber WHERE state != 'active'")}
    assert blamed <= {address(n) for n in FAULTS if FAULTS[n].verdict == "fail-rcpt"}
    assert all(len(line.encode()) <= 1000 and line.isprintable() for line in done.text.splitlines()), done.text


@pytest.mark.parametrize("name, mode", [(n, m) for n in FAULTS for m in MODES if meets(n, m)])
def test_a_fault_on_one_person(runs, name, mode):
    lab, _, rows, audit = runs.result(("personal", mode))
    state, code, status, words, doubts = rows[address(name)]
    wanted = verdicts(name, mode)
    assert state in set.union(*(STATES[v] for v in wanted)), rows[address(name)]
    if state == "failed" and name != "rcpt-550-4.2.1":
        assert code == int(FAULTS[name].say[:3])
    if state != "sent":
        assert words, "the server's words, or what happened, are kept"
    assert words is None or (len(words.encode()) <= 1000 and words.isprintable()), words
    if state == "sent":
        assert [r["answered"] for r in audit.copies[address(name)]] == [True]


# -- on a whole connection ------------------------------------------------------------------------

class Case:
    def __init__(self, name, mode="chunking", verdict=None, fault=None, tls=None, people=3, settings=None, seconds=None, extra=(), wait=False):
        self.name, self.mode = name, mode
        self.verdict = set((verdict or FAULTS[fault or name].verdict).split("|"))
        self.fault = fault or (name if name in FAULTS else None)
        self.tls, self.settings, self.seconds, self.extra, self.wait = tls, settings or {}, seconds, extra, wait
        self.people = [f"reader{i}@d{i % 3}.example" for i in range(people)] if isinstance(people, int) else people
        self.id = f"{name}-in-{mode}"


def cases():
    secret = {"user": "post", "password_file": "relay.password"}
    for name, fault in FAULTS.items():
        if fault.phase in ("greet", "ehlo", "ehlo-helo", "again"):
            yield Case(name)
        elif fault.phase == "quit":
            yield Case(name, seconds=5)
        elif fault.phase == "starttls":
            yield Case(name, tls="good", extra=("--auth",), settings=secret)
        elif fault.phase == "auth":
            yield Case(name, tls="good", extra=("--auth",), settings=secret)
        elif fault.phase == "mail":
            for mode in MODES:
                ambiguous = mode == "chunking" and fault.then in ENDS
                yield Case(name, mode, verdict="ambiguous" if ambiguous else None)
        elif fault.phase == "rset":
            for mode in MODES:
                yield Case(name, mode, extra=("--by-name", "--times", 3), people=PICKY, wait=True)
        elif of_everybody(name):
            for mode in MODES:
                if meets_phase(fault.phase, mode) and (mode == "chunking" or fault.phase != "bdat"):
                    yield Case(name, mode, people=60 if fault.verdict == "abort" else 6)
    for name in ("wronghost", "expired", "self", "stranger"):
        yield Case(f"tls-{name}", verdict="abort", tls=name, extra=("--auth",), settings=secret)
        yield Case(f"smtps-{name}", verdict="abort", tls=name, extra=("--auth", "--implicit-tls"), settings=secret | {"scheme": "smtps"})
        yield Case(f"tls-{name}-opportunistic", verdict="abort", tls=name, settings={"tls": "opportunistic"})
    yield Case("starttls-absent", verdict="abort", tls="good", extra=("--auth", "--no-starttls"), settings=secret)
    yield Case("starttls-absent-without-user", verdict="abort", tls="good", extra=("--no-starttls",))
    yield Case("starttls-absent-opportunistic-with-password", verdict="abort", tls="good", extra=("--auth", "--no-starttls"),
               settings=secret | {"tls": "opportunistic"})
    yield Case("starttls-absent-opportunistic", verdict="sent", tls="good", extra=("--no-starttls",), settings={"tls": "opportunistic"})
    yield Case("starttls-helo-only", verdict="abort", tls="good", extra=("--helo-only",), settings=secret)
    yield Case("tls-good", verdict="sent", tls="good", extra=("--auth", "--auth-requires-tls", "--auth-required"), settings=secret)
    yield Case("tls-good-opportunistic", verdict="sent", tls="good", extra=("--auth", "--auth-requires-tls", "--auth-required"),
               settings=secret | {"tls": "opportunistic"})
    yield Case("smtps-good", verdict="sent", tls="good", extra=("--auth", "--auth-required", "--implicit-tls"), settings=secret | {"scheme": "smtps"})
    yield Case("capabilities-before-tls", verdict="sent", tls="good", extra=("--ext", "SIZE 10485760", "--ext-clear", "PIPELINING, CHUNKING, SMTPUTF8, 8BITMIME"))
    yield Case("capabilities-after-tls", verdict="sent", tls="good", extra=("--ext-clear", "SIZE 10"))
    yield Case("auth-not-offered", verdict="abort", tls="good", extra=("--auth-required",), settings=secret)
    yield Case("auth-required-without-user", verdict="abort", tls="good", extra=("--auth-required",))
    yield Case("auth-in-clear", verdict="sent", extra=("--auth", "--auth-required"), settings=secret)
    yield Case("size-too-small", verdict="fail-msg", extra=("--ext", "PIPELINING, CHUNKING, SIZE 1000"))
    yield Case("size-param-too-small", verdict="fail-msg", extra=("--size-true", 1000))
    yield Case("size-nonsense", verdict="sent", extra=("--ext", "PIPELINING, SIZE 0"))
    yield Case("helo-only", verdict="sent", extra=("--helo-only", "--ext", ""))
    yield Case("minimal", verdict="sent", extra=("--ext", ""))
    yield Case("chunking-without-pipelining", verdict="sent", extra=("--ext", "CHUNKING, 8BITMIME"))
    yield Case("pipelining-without-smtputf8", verdict="sent", extra=("--ext", "PIPELINING"))
    yield Case("lower-case-ehlo", verdict="sent", extra=("--ext", "pipelining, Chunking, size 10485760"))
    yield Case("pregreet", verdict="sent", extra=("--pregreet", 0.3))
    yield Case("policy", verdict="stop", fault="rcpt-550-5.7.1", people=60)
    yield Case("policy-at-the-end", "pipelining", verdict="stop", fault="dot-550-5.7.1", people=60)
    for mode in MODES:
        yield Case("bytes", mode, verdict="sent", extra=("--bytes",))
        yield Case("latency", mode, verdict="sent", extra=("--latency", 30))
        yield Case("421-after-each", mode, verdict="sent", extra=("--per-connection", 1), people=12, wait=True)
        yield Case("421-after-three", mode, verdict="sent", extra=("--per-connection", 3), people=12, wait=True)
        # What is on its way behind a message in a window has no reply, and how wide the window is depends on the clock.
        yield Case("close-after-each", mode, verdict="sent|ambiguous" if mode == "chunking" else "sent", extra=("--per-connection", 1, "--no-farewell"), people=12, wait=True)
        yield Case("domain-defers", mode, verdict="some", fault="rcpt-450-4.7.1", extra=("--only", "@d1[.]"), people=30)
        yield Case("half-bad", mode, verdict="half", fault="rcpt-550-5.1.1", extra=("--only", "reader[0-9]*[02468]@"), people=30)
        yield Case("greylisted", mode, verdict="sent", fault="rcpt-grey", extra=("--only", "reader[0-9]*[02468]@"), people=12, wait=True)
    yield Case("one-command-at-a-time", "pipelining", verdict="sent", extra=("--one-at-a-time",), wait=True)


PICKY = [p for i in range(6) for p in (f"f.rcpt-550-5.1.1@d{i}.example", f"reader{i}@d{i}.example")]
CASES = []


def run_case(runs, lab, case):
    arguments = ["--stall", 30, *MODES[case.mode], *case.extra]
    if case.fault:
        arguments += ["--fault", case.fault]
    if case.tls:
        arguments += certificates.options(runs.tls, case.tls)
    settings = {"timeouts": TIMES, "send": "in_doubt: hold"} | case.settings
    if case.tls:
        settings = {"tls": "required", "host": "localhost", "ca_file": runs.tls / "ca.pem"} | settings
    if "user" in settings:
        (lab.dir / "relay.password").write_text("marker-secret\n")
        (lab.dir / "relay.password").chmod(0o600)
    lab.configure(lab.sprout(runs.farm, *arguments), retry_first="300ms" if case.wait else "1h", **settings)
    done = lab.measured("send", *([] if case.wait else ["--no-wait"]))
    lab.stop()
    return lab, done, lab.rows(), lab.full_audit()


def outcome(done, rows, audit):
    """What part C calls it; with what it says of the exit status."""
    states = {r[0] for r in rows.values()}
    if states == {"queued"} and not audit.accepted and done.code in (69, 78):
        return "abort"
    if "failed" in states and done.code == 69:
        return "stop"
    if "in_doubt" in states:
        return "ambiguous"
    if states <= {"queued", "deferred"}:
        return "defer" if done.code == 75 else f"unserved, with exit status {done.code}"
    if done.code == 75 and "deferred" in states:
        return "some"
    if states == {"sent", "failed"} and done.code == 0:
        return "half"
    if states == {"failed"} and done.code == 0:
        return "fail-msg"
    return "sent" if states == {"sent"} and done.code == 0 else f"{states}, with exit status {done.code}"


CASES += cases()


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.id)
def test_a_fault_of_a_connection(runs, case):
    lab, done, rows, audit = runs.result(case)
    got = outcome(done, rows, audit)
    # RSET stands between the messages of a window, and what is behind it is on its way already.
    wanted = {"half"} | ({"ambiguous"} if case.mode == "chunking" else set()) if case.people is PICKY else case.verdict
    assert got in wanted, f"{got}: {done}\n{rows}\n{audit.faults}"
    if got not in ("sent", "half", "some"):
        audit.lost = []
    # Of a domain that defers the rest is left alone, and stays in the queue.
    waiting = ("deferred", "failed", "queued") if got == "some" else ("deferred", "failed")
    audit.lost = [p for p in audit.lost if rows[p][0] not in waiting]
    if case.people is PICKY:
        audit.violations.pop("offered-after-5xx", None)  # said behind the refused RSET, to somebody who had hung up
    assert_clean(audit)
    assert not audit.duplicated
    assert "clear-secret" not in audit.violations and "marker-secret" not in done.text
    if "abort" in case.verdict:
        assert audit.connections <= 3
    if case.fault and not case.wait:
        assert done.seconds <= (case.seconds or LIMIT) + 3, done
    assert done.megabytes <= idle(runs) + 24, "endless words must not be kept"
    for row in rows.values():
        assert row[3] is None or (len(row[3].encode()) <= 1000 and row[3].isprintable()), row
    assert all(len(line.encode()) <= 1000 and line.isprintable() for line in done.text.splitlines()), done.text
    if got == "half":
        assert {rows[p][0] for p in lab.people if p.startswith("f.") or (case.people is not PICKY and int(re.search(r"\d+", p)[0]) % 2 == 0)} == {"failed"}


def idle(runs):
    """The memory of a run without a fault, in MB."""
    return runs.result(next(c for c in CASES if c.name == "minimal"))[1].megabytes


# -- more than one relay, and none ----------------------------------------------------------------

def test_without_a_relay_that_listens_nothing_happens_to_anybody(runs):
    lab = runs.lab(SOME)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        lab.configure(Nowhere(taken.getsockname()[1]), timeouts=TIMES)
        done = lab.measured("send")
    assert done.code == 69 and done.seconds <= LIMIT + 8, done
    assert {r[0] for r in lab.rows().values()} == {"queued"}


def test_a_name_server_that_never_answers_ends_no_run_and_holds_up_no_other_relay(lab):
    lab.configure(lab.relay(), Nowhere(25), host="mx.silent.test", timeouts=TIMES)
    settings = lab.dir / "morningpost.yaml"
    text = settings.read_text()
    env = {"LD_PRELOAD": str(SHIM), "ASAN_OPTIONS": "verify_asan_link_order=0"}
    done = lab.run("send", "--deadline", "3s", env=env, timeout=60, ok=(69, 75))
    assert "mx.silent.test" in done.stderr and {r[0] for r in lab.rows().values()} == {"queued"}
    # The second one can be found.
    good = f"127.0.0.1:{lab.relays[0].port}"
    settings.write_text(text.replace(f"mx.silent.test:{lab.relays[0].port}", "other.silent.test:25").replace("mx.silent.test:25", good))
    lab.send(env=env, timeout=60)
    assert_clean(lab.full_audit())


class Nowhere:
    log = "/dev/null"

    def __init__(self, port):
        self.port = port

    def stop(self):
        pass


def run_two(runs, lab, fault):
    lab.configure(lab.sprout(runs.farm, "--fault", fault, "--stall", 20, *MODES["pipelining"]), lab.sprout(runs.farm, *MODES["pipelining"]), timeouts=TIMES,
                  retry_first="100ms")
    done = lab.measured("send")
    lab.stop()
    return lab, done


@pytest.mark.parametrize("fault", WITH_ANOTHER)
def test_the_other_relay_delivers_everything(runs, fault):
    """RELIABILITY S8: one bad relay of two, and nobody gets it twice."""
    lab, done = runs.result((run_two, fault))
    assert done.code == 0, done
    audit = lab.full_audit()
    assert_clean(audit)
    assert not audit.duplicated and {r[0] for r in lab.rows().values()} == {"sent"}


# -- in doubt -------------------------------------------------------------------------------------

@pytest.mark.parametrize("mode", MODES)
def test_in_doubt_it_is_sent_again_once_a_run_and_is_the_same_message(runs, mode):
    lab = runs.lab(SOME[:1])
    lab.configure(lab.sprout(runs.farm, "--fault", "dot-drop-accepted", *MODES[mode]), timeouts=TIMES)
    done = lab.measured("send")
    lab.stop()
    assert done.code == 75, done
    audit = lab.full_audit()
    assert_clean(audit)
    assert len(audit.accepted) == 2
    assert {r[0] for r in lab.rows().values()} == {"in_doubt"}


@pytest.mark.parametrize("mode", MODES)
def test_in_doubt_and_held_it_is_not_sent_again(runs, mode):
    lab = runs.lab(SOME)
    lab.configure(lab.sprout(runs.farm, "--fault", "dot-drop-accepted", *MODES[mode]), timeouts=TIMES, send="in_doubt: hold")
    for _ in range(2):
        done = lab.measured("send")
        assert done.code == 0 and "doubt" in done.text, done
    lab.stop()
    audit = lab.full_audit()
    assert_clean(audit)
    assert not audit.duplicated and lab.status()["in_doubt"] == 3


# -- time -----------------------------------------------------------------------------------------

def run_late(runs, lab, fault):
    lab.configure(lab.sprout(runs.farm, "--fault", fault, "--stall", 30, *MODES["pipelining"]), timeouts="{connect: 30s, command: 60s, final: 10m}")
    done = lab.measured("send", "--deadline", "2s")
    lab.stop()
    return lab, done


@pytest.mark.parametrize("fault", WITH_A_DEADLINE)
def test_a_run_with_a_deadline_ends_with_it_whatever_the_relay_does(runs, fault):
    """RELIABILITY S11, with the timeouts as long as they are by default."""
    lab, done = runs.result((run_late, fault))
    assert done.seconds <= 2 + 3, done
    assert done.code == (0 if fault == "quit-stall" else 75), done
    assert "sending" not in {r[0] for r in lab.rows().values()}, "what was cut off is in doubt"


ASIDE = {run_two: WITH_ANOTHER, run_late: WITH_A_DEADLINE}


def test_a_domain_that_defers_holds_up_nobody_else(runs):
    """RELIABILITY S12."""
    people = [f"reader{i}@d{i % 4}.example" for i in range(400)]
    took = []
    for extra in ((), ("--fault", "rcpt-450-4.7.1", "--only", "@d3[.]")):
        lab = runs.lab(people)
        lab.configure(lab.sprout(runs.farm, "--latency", 2, *extra), connections=4, retry_first="100ms", wait="2s")
        lab.measured("send")
        lab.stop()
        audit = lab.full_audit([p for p in people if not extra or "@d3." not in p])
        assert_clean(audit)
        assert not audit.duplicated
        at = sorted(r["at"] for r in audit.accepted if "@d3." not in r["rcpt"])
        took.append(at[-1] - at[0])
    assert took[1] <= took[0] * 1.5 + 0.5, took


@pytest.mark.parametrize("rate, connections", [("40/s", 2), ("100/s", 5)])
def test_rates_and_connections_are_never_exceeded(runs, rate, connections):
    """RELIABILITY S13: the bucket holds a second's worth, and begins with one."""
    lab = runs.lab([f"reader{i}@d{i % 4}.example" for i in range(100)])
    lab.configure(lab.sprout(runs.farm, "--per-connection", 7), connections=connections, rate=rate)
    lab.send()
    lab.stop()
    audit = lab.full_audit()
    assert_clean(audit)
    assert audit.peak <= connections
    at, count = sorted(r["at"] for r in audit.accepted), int(rate[:-2])
    assert all(k - i <= count * (at[k] - at[i] + 1.1) + 1 for i in range(len(at)) for k in range(i + 1, len(at)))


# -- what may not leave ---------------------------------------------------------------------------

@pytest.mark.parametrize("mode", ["pipelining", "lock-step"])
def test_nothing_ends_a_message_early_at_a_lenient_server(runs, tmp_path, mode):
    """RELIABILITY P2: a server that takes LF.LF, CR.CR and their mixtures for an end (SMTP smuggling)."""
    ends = ["\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\r\n", "\n..\n", "\u2028.\u2028", "\x85.\x85", "\0.\0"]
    lab = runs.lab(SOME).copy(tmp_path / "hostile")
    with sqlite3.connect(lab.dir / "var/morningpost.db") as db:
        for i, end in enumerate(ends):
            name = f"Eve{end}MAIL FROM:<evil@example.org>{end}RCPT TO:<victim@example.org>{end}"
            db.execute("INSERT INTO subscriber (email, email_key, domain, name, state, created_at, updated_at, state_at) "
                       "VALUES (?1, ?1, 'hostile.example', ?2, 'active', 1, 1, 1)", (f"eve{i}@hostile.example", name))
    issue = next((lab.dir / "issues").glob("*.md"))
    text = issue.read_text()
    lab.configure(lab.sprout(runs.farm, "--lenient", *MODES[mode]))
    for end in ends:
        if "\r" in end.replace("\r\n", "") or "\0" in end:
            issue.write_text(text + f"A line{end}MAIL FROM:<evil@example.org>", newline="")
            assert "control character" in lab.send(ok=(65,)).stderr, "refused where it comes in"
            assert "control character" in lab.send("--force", ok=(65,)).stderr
    hostile = "".join(f"\n\nA line{end}MAIL FROM:<evil@example.org>{end}.{end}" for end in ("\n.\n", "\n..\n", "\u2028.\u2028"))
    issue.write_text(text + "\n\n.\n\n..\n\n.x\n\n    .\n    ..\n    QUIT\n" + hostile)
    lab.send()
    lab.stop()
    # A name that can only have been put into the database by hand: refused, or harmless.
    rows = lab.rows()
    assert {rows[p][0] for p in SOME} == {"sent"} and {row[0] for row in rows.values()} <= {"sent", "failed"}
    audit = lab.audit([p for p in rows if rows[p][0] == "sent"])
    assert_clean(audit)
    assert not audit.duplicated and len(audit.accepted) == sum(row[0] == "sent" for row in rows.values())


def test_an_address_spoilt_in_the_database_never_reaches_a_relay(lab):
    """RELIABILITY I2."""
    spoilt = ["a@b.example>\r\nRCPT TO:<v@example.org", "a@b.example> SIZE=1", "a\nb@c.example", "a@b.example\r", "<a@b.example>", "a b@c.example", "@b.example",
              "a@", "", "a@b@c.example", "\"a\"@b.example", "a@[127.0.0.1]", "a@b..example", "a@\u00fc.example", "a@b.example\0"]
    with sqlite3.connect(lab.dir / "var" / "morningpost.db") as db:
        for old, new in zip(lab.people, spoilt):
            db.execute("UPDATE subscriber SET email = ? WHERE email = ?", (new, old))
    lab.configure(lab.relay())
    lab.send(ok=(0, 65))
    audit = lab.audit(lab.people[len(spoilt):])
    assert_clean(audit)
    assert {lab.rows()[address][0] for address in spoilt} == {"failed"}
