"""A real issue through a real MTA: thousands of people, each the issue once, whatever was killed on the way."""
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time

import pytest

import seed
import standard
from conftest import PROGRAM, Publication, run
from lab import DAY, ISSUE
from postfix import Postfix

PEOPLE = int(os.environ.get("MORNINGPOST_PEOPLE", "10000"))
KILLS = 20


@pytest.fixture
def postfix():
    # Not below pytest's folder: each session that begins closes that to all but its owner, and delivery runs as nobody.
    where = tempfile.mkdtemp(prefix="morningpost-postfix-")
    server = Postfix(where)
    yield server
    server.stop()
    shutil.rmtree(where)


def the_issue():
    """The real one when it is there, else our own."""
    return seed.issue() if seed.shared() else (ISSUE, re.findall(r"^\w.{30,}$", ISSUE, re.M)[2:3])


def publish(path, postfix, people, connections=10, rate=""):
    assert run("init", path).code == 0
    publication = Publication(path)
    publication.write("morningpost.yaml", f"""
publication: {{name: The Test Post, url: "https://post.example.org", postal_address: 1 Loopback Lane}}
sender: {{from: The Test Post <news@post.example.org>}}
relays:
  - {{url: "smtp://127.0.0.1:{postfix.port}", connections: {connections}{rate}}}
""")
    publication.write(f"issues/{DAY}.md", the_issue()[0])
    publication.write("people.csv", "email,name\n" + "".join(f"reader{i}@box{i % 17}.example,Reader Ö {i}\n" for i in range(people)))
    counts = publication.json("subscriber", "import", path / "people.csv")
    assert counts["added"] == people
    return publication


def recipients(messages):
    found = {}
    for raw in messages:
        to = re.search(rb"^To: .*?<?([^\s<>]+@[^\s<>]+)>?$", raw, re.M)[1].decode()
        found.setdefault(to, []).append(raw)
    return found


def test_everybody_gets_the_real_issue_once(tmp_path, postfix):
    publication = publish(tmp_path / "post", postfix, PEOPLE)
    publication.ok("send")
    status = publication.json("status")
    assert (status["state"], status["sent"], status["failed"], status["in_doubt"]) == ("sent", PEOPLE, 0, 0)
    postfix.settle()
    got = recipients(postfix.messages())
    assert sorted(got) == sorted(f"reader{i}@box{i % 17}.example" for i in range(PEOPLE))
    assert all(len(copies) == 1 for copies in got.values())
    everything = [copies[0] for copies in got.values()]
    for pattern in (rb"^Message-ID: (\S+)", rb"^List-Unsubscribe: (\S+)", rb"^Delivered-To: (\S+)|^X-Original-To: (\S+)"):
        assert len({re.search(pattern, raw, re.M | re.I)[0] for raw in everything}) == PEOPLE
    sample = [as_sent(raw) for raw in random.Random(1).sample(everything, 20)]
    for one, other in zip(sample, sample[1:]):
        assert standard.faults(one) + standard.faults_between(one, other) == []
    text = re.sub(r"\s+", " ", standard.Message(sample[0]).text)
    html = re.sub(r"\s+", " ", standard.words(standard.Message(sample[0]).tree))
    for sentence in the_issue()[1]:
        plain = re.sub(r"\s+", " ", re.sub(r"\[(.*?)\]\(.*?\)", r"\1", sentence))
        assert plain in html and (plain in text or "[" in sentence), plain


def as_sent(raw):
    """Without what Postfix put on top."""
    start = re.search(rb"^Date: ", raw, re.M).start()
    return raw[start:].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def test_killed_at_random_moments_nobody_lacks_it_and_doubles_were_in_doubt(tmp_path, postfix):
    people = 600
    publication = publish(tmp_path / "post", postfix, people, connections=4, rate=", rate: 150/s")
    dice, midway = random.Random(20), 0
    for _ in range(KILLS):
        p = subprocess.Popen([PROGRAM, "-C", publication.path, "send"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        before = accepted(postfix)
        end = time.monotonic() + dice.uniform(0.05, 0.25)
        while accepted(postfix) == before and p.poll() is None and time.monotonic() < end + 5:
            time.sleep(0.005)
        time.sleep(max(0, end - time.monotonic()))
        p.send_signal(signal.SIGKILL)
        p.wait()
        midway += 0 < publication.json("status")["sent"] < people
    assert midway >= 15, f"only {midway} of the kills came in the middle"
    publication.ok("send")
    told = publication.json("status")
    assert told["sent"] == people and told["in_doubt"] == 0
    postfix.settle()
    got = recipients(postfix.messages())
    assert len(got) == people, "nobody lacks it"
    doubled = {who for who, copies in got.items() if len(copies) > 1}
    for who in doubled:
        assert publication.json("why", who)["doubts"] > 0, f"{who} got it twice, and nothing said so"
        assert len({re.search(rb"^Message-ID: (\S+)", raw, re.M)[1] for raw in got[who]}) == 1


def accepted(postfix):
    return postfix.log().count(": message-id=<")
