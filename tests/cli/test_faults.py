"""Every single fault of a relay ends in the state that RELIABILITY's verdicts give it: row by row."""
import pytest

from lab import Lab, assert_clean

# Played on one person only, every time: what becomes of them. The others must all be served.
ON_ONE = {
    "mail-450": None, "mail-451": None, "mail-452": None,  # at MAIL nobody is meant yet: see below
    "rcpt-450": "deferred", "rcpt-451": "deferred", "rcpt-452": "deferred", "rcpt-450-plain": "deferred", "rcpt-multi": "deferred",
    "rcpt-550": "failed", "rcpt-550-plain": "failed", "rcpt-552": "failed", "rcpt-553": "failed", "rcpt-571": "failed",
    "data-451": "deferred", "data-554": "failed",
    "dot-451": "deferred", "dot-452": "deferred", "dot-550": "failed", "dot-552": "failed", "dot-554": "failed", "dot-escape": "deferred",
}
MODES = {"chunking": [], "pipelining": ["--ext", "PIPELINING, SIZE 10485760, ENHANCEDSTATUSCODES"], "lock-step": ["--ext", ""]}


@pytest.fixture
def lab(tmp_path):
    made = Lab(tmp_path)
    yield made
    made.stop()


@pytest.mark.parametrize("mode", MODES)
def test_without_a_fault_everybody_gets_it_once(lab, mode):
    lab.configure(lab.relay(*MODES[mode]))
    lab.send()
    audit = lab.audit()
    assert_clean(audit)
    assert not audit.duplicated
    assert lab.status()["sent"] == len(lab.people)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fault", [f for f, state in ON_ONE.items() if state])
def test_a_refusal_of_one_person_ends_in_its_state(lab, fault, mode):
    if fault.startswith("data-") and mode == "chunking":
        return  # BDAT has no DATA to refuse
    victim = lab.people[7]
    lab.configure(lab.relay("--fault", fault, "--only", f"^{victim}$", *MODES[mode]))
    wanted = ON_ONE[fault]
    lab.send("--no-wait", ok=(75,) if wanted == "deferred" else (0,))
    rows = lab.rows()
    assert rows[victim][0] == wanted, rows[victim]
    assert rows[victim][3], "the server's words are kept"
    assert all(c >= " " for c in rows[victim][3])
    assert [p for p in lab.people if rows[p][0] != "sent"] == [victim]
    audit = lab.audit([p for p in lab.people if p != victim])
    assert_clean(audit)
    assert not audit.duplicated
    # Failed is for good; a deferred one is served when the relay thinks better of it.
    if wanted == "failed":
        lab.send()
        assert lab.audit([p for p in lab.people if p != victim]).violations == {}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fault", ["mail-450", "mail-421", "rcpt-421", "dot-421", "rcpt-drop", "mail-drop", "data-drop", "rset-drop", "greet-421",
    "greet-drop", "greet-garbage", "greet-noeol", "ehlo-421", "ehlo-drop", "rcpt-mixed", "dot-451"])
def test_a_passing_fault_is_got_over_without_loss_or_doubles(lab, fault, mode):
    lab.configure(lab.relay("--fault", fault, "--times", 2, *MODES[mode]))
    for _ in range(4):
        if lab.send(ok=(0, 75, 69)).returncode == 0:
            break
    audit = lab.audit()
    assert_clean(audit)
    assert not audit.duplicated
    assert lab.status()["sent"] == len(lab.people)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fault", ["dot-drop", "dot-drop-accepted", "dot-noeol", "dot-noeol-accepted", "dot-garbage", "dot-stall", "dot-stall-accepted"])
def test_a_message_without_a_reply_is_in_doubt(lab, fault, mode):
    lab.configure(lab.relay("--fault", fault, "--times", 1, "--stall", 6, *MODES[mode]), send="in_doubt: hold", connections=1, window=1)
    lab.send()
    rows = lab.rows()
    doubted = [p for p in lab.people if rows[p][0] == "in_doubt"]
    assert len(doubted) == 1
    assert lab.status()["in_doubt"] == 1
    audit = lab.audit([p for p in lab.people if p not in doubted])
    audit.unexpected = []
    assert_clean(audit)
    assert not audit.duplicated
    # Told to send it again, it goes out with the same Message-ID and body.
    lab.run("resolve", "--all", "resend")
    lab.send()
    audit = lab.audit()
    assert_clean(audit)
    assert audit.duplicated == (doubted if fault.endswith("-accepted") else [])


@pytest.mark.parametrize("fault, code", [("greet-554", (69,)), ("mail-530", (78, 69)), ("mail-550", (69, 78))])
def test_a_relay_that_takes_nothing_is_left_alone(lab, fault, code):
    lab.configure(lab.relay("--fault", fault))
    lab.send(ok=code)
    audit = lab.audit([])
    assert not audit.accepted
    assert audit.connections <= 3
    assert {r[0] for r in lab.rows().values()} == {"queued"}


def test_the_second_relay_takes_over_and_nobody_gets_it_twice(lab):
    lab.configure(lab.relay("--fault", "mail-421"), lab.relay())
    lab.send()
    audit = lab.audit()
    assert_clean(audit)
    assert not audit.duplicated


@pytest.mark.parametrize("fault", ["greet-stall", "ehlo-stall", "mail-stall", "rcpt-stall", "data-stall", "quit-stall"])
def test_a_stalled_relay_ends_with_its_timeout(lab, fault):
    lab.configure(lab.relay("--fault", fault, "--times", 1, "--ext", "PIPELINING"), connections=1)
    lab.send(timeout=60)
    audit = lab.audit()
    assert_clean(audit)
    assert not audit.duplicated


def test_421_after_each_few_messages_costs_nobody_anything(lab):
    lab.configure(lab.relay("--per-connection", 3))
    lab.send()
    audit = lab.audit()
    assert_clean(audit)
    assert not audit.duplicated


def test_bytes_that_come_one_by_one_are_a_reply_like_others(lab):
    lab.configure(lab.relay("--fault", "bytes"))
    lab.send()
    assert_clean(lab.audit())


def test_a_relay_that_knows_only_HELO_is_good_enough(lab):
    lab.configure(lab.relay("--helo-only", "--ext", ""))
    lab.send()
    assert_clean(lab.audit())


def test_nobody_speaks_before_the_greeting(lab):
    lab.configure(lab.relay("--pregreet", "0.3"))
    lab.send()
    assert_clean(lab.audit())


def test_an_address_spoilt_in_the_database_never_reaches_a_relay(lab):
    import sqlite3
    with sqlite3.connect(lab.dir / "var" / "morningpost.db") as db:
        db.execute("UPDATE subscriber SET email = ? WHERE email = ?", ("a@b.example>\r\nRCPT TO:<v@example.org", lab.people[3]))
    lab.configure(lab.relay())
    lab.send(ok=(0, 65))
    audit = lab.audit([p for p in lab.people if p != lab.people[3]])
    assert_clean(audit)
    assert lab.rows()["a@b.example>\r\nRCPT TO:<v@example.org"][0] == "failed"
