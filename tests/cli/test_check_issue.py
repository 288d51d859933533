"""check-issue: a line and an exit code for monitoring, and figures for Prometheus."""
import contextlib
import datetime
import json
import re
import sqlite3
import stat
import time

import pytest

import history
from lab import DAY, Lab

LINE = re.compile(r"MORNINGPOST (OK|WARNING|CRITICAL|UNKNOWN): ([^|\n]+)(?: \| ([^|\n]+))?\n")
# As Nagios' guidelines have it: label=value[unit];warn;crit;min;max
FIGURE = re.compile(r"[a-z_]+=-?\d+(\.\d+)?(%|s)?(;[\d.]*){0,4}")
SAMPLE = re.compile(r'([a-z_]+)(\{state="[a-z_]+"\})? (-?[\d.e+]+)')


@pytest.fixture
def lab(tmp_path):
    made = Lab(tmp_path, people=4)
    yield made
    made.stop()


def look(lab, *arguments):
    """Exit code, words, figures."""
    done = lab.run("check-issue", *arguments, ok=(0, 1, 2, 3))
    line = LINE.fullmatch(done.stdout)
    assert line and ["OK", "WARNING", "CRITICAL", "UNKNOWN"].index(line[1]) == done.returncode, done.stdout
    assert all(FIGURE.fullmatch(f) for f in (line[3] or "").split()), line[3]
    return done.returncode, line[2], dict(f.split("=") for f in (line[3] or "").split())


def samples(path):
    found = {}
    for line in path.read_text().splitlines():
        if not line.startswith("# "):
            sample = SAMPLE.fullmatch(line)
            assert sample and f"# TYPE {sample[1]} gauge" in path.read_text(), line
            found[sample[1] + (sample[2] or "")] = float(sample[3])
    return found


def change(lab, sql, *values):
    with contextlib.closing(sqlite3.connect(lab.dir / "var/morningpost.db")) as db, db:
        db.execute(sql, values)


def later():
    """A time of today that is not yet; None in the day's last minutes."""
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=3)
    return f"{at:%H:%M}" if str(at.date()) == DAY else None


def test_from_nothing_to_out(lab):
    code, words, _ = look(lab)
    assert code == 2 and f"the issue of {DAY} is not out" in words
    if later():
        assert look(lab, "--by", later())[0] == 0
    assert look(lab, "--by", "00:00")[0] == 2
    lab.send()
    code, words, figures = look(lab)
    assert code == 0 and "is out (4 of 4 sent, 0 failed, 0 left)" in words
    assert figures["sent"] == figures["recipients"] == "4;;;0" and figures["bounced"] == "0.00%;5;;0;100" and figures["age"].endswith("s;;;0")
    told = json.loads(lab.run("check-issue", "--json").stdout)
    assert (told["level"], told["status"], told["sent"], told["bounced"]) == (0, "OK", 4, 0)


def test_what_stands_in_its_way_is_said(lab):
    issue = lab.dir / "issues" / f"{DAY}.md"
    issue.unlink()
    assert "no file" in look(lab)[1]
    if later():
        assert look(lab, "--by", later())[0] == 1
    lab.run("draft")
    code, words, _ = look(lab)
    assert code == 2 and "as it was drafted" in words
    change(lab, "UPDATE subscriber SET state = 'unsubscribed'")
    assert look(lab)[0] == 0


def test_held_stuck_late_and_on_its_way(lab):
    lab.configure(lab.relay("--fault", "rcpt-450", "--only", "reader[01]@"), wait="0s")
    lab.send(ok=(75,))
    code, words, figures = look(lab)
    assert code == 1 and "is going out" in words and figures["left"] == "2;;;0"
    change(lab, "UPDATE delivery SET changed_at = changed_at - 7200000000")
    change(lab, "UPDATE issue SET started_at = started_at - 7200000000")
    assert look(lab)[0] == 2 and "stuck" in look(lab)[1]
    change(lab, "UPDATE issue SET state = 'held', held_why = ?", "many | bars and\x1b[31m")
    code, words, _ = look(lab)
    assert code == 2 and "is held: many / bars and\\x1b[31m" in words
    change(lab, "UPDATE issue SET state = 'stale'")
    assert look(lab)[0] == 2 and "in time" in look(lab)[1]


def test_out_with_too_many_complaints_or_doubts_is_a_warning(lab):
    lab.send()
    history.report(lab.dir / "var/morningpost.db", "complaint", [1, 2, 3], issue=1)
    code, words, figures = look(lab)
    assert code == 1 and "3 of 4 complained" in words and figures["complained"] == "75.00%;0.3;;0;100"
    change(lab, "UPDATE delivery SET state = 'in_doubt' WHERE subscriber_id = 1")
    lab.configure(send="max_complained: 0%")
    assert "in doubt" in look(lab)[1]


def test_the_text_file_is_whole_and_for_others_to_read(lab):
    where = lab.where / "collector"
    where.mkdir()
    path = where / "post.prom"
    assert look(lab, "--textfile", path)[0] == 2
    assert samples(path)["morningpost_issue_check"] == 2 and samples(path)["morningpost_issue_out"] == 0
    before = path.stat().st_ino
    lab.send()
    look(lab, "--textfile", path)
    found = samples(path)
    assert found["morningpost_issue_out"] == 1 and found['morningpost_issue_recipients{state="sent"}'] == 4
    assert abs(found["morningpost_issue_last_out_timestamp_seconds"] - time.time()) < 60
    assert path.stat().st_ino != before and stat.S_IMODE(path.stat().st_mode) == 0o644 and list(where.iterdir()) == [path]
    code, words, _ = look(lab, "--textfile", lab.where / "missing" / "post.prom")
    assert code == 3 and "missing" in words


def test_what_cannot_be_known_is_told_as_that(lab):
    path = lab.where / "post.prom"
    (lab.dir / "var/morningpost.db").rename(lab.where / "away")
    code, words, figures = look(lab, "--textfile", path)
    assert code == 3 and "morningpost.db" in words and figures == {}
    assert samples(path) == {"morningpost_issue_check": 3, "morningpost_issue_check_timestamp_seconds": pytest.approx(time.time(), abs=60)}
    assert look(lab, "--by", "7:30")[0] == 3 and look(lab, "--nonsense")[0] == 3
    (lab.dir / "morningpost.yaml").write_text("publication: [")
    assert look(lab)[0] == 3
