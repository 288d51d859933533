"""What the tests of the program share: a fresh publication, and the program run on it."""
import json
import os
import pathlib
import subprocess

import pytest

ALLOWED_SKIPS = pathlib.Path(__file__).with_name("allowed-skips.txt")
ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("MORNINGPOST", str(ROOT / "build-dev" / "morningpost"))


class Done:
    """A run that has ended."""

    def __init__(self, process):
        self.code = process.returncode
        self.bytes = process.stdout
        self.out = process.stdout.decode("utf-8", "replace")
        self.err = process.stderr.decode("utf-8", "replace")

    def __repr__(self):
        return f"exit {self.code}\n{self.out}{self.err}"


def run(*args, stdin=b"", cwd=None, env=None):
    """Run the program. No run may hang, and none may end by a signal or a sanitizer's report."""
    stdin = stdin.encode() if isinstance(stdin, str) else stdin
    environment = {k: v for k, v in os.environ.items() if k != "MORNINGPOST_DIR"} | (env or {})
    done = Done(subprocess.run([PROGRAM, *map(str, args)], input=stdin, capture_output=True, cwd=cwd,
                               env=environment, timeout=120))
    assert done.code >= 0 and "Sanitizer" not in done.err, done
    return done


class Publication:
    def __init__(self, path):
        self.path = path
        self.database = path / "var" / "morningpost.db"

    def run(self, *args, **options):
        return run("-C", self.path, *args, **options)

    def ok(self, *args, **options):
        done = self.run(*args, **options)
        assert done.code == 0, done
        return done

    def json(self, *args, code=0, **options):
        done = self.run(*args, "--json", **options)
        assert done.code == code, done
        return json.loads(done.out)

    def ask_nobody(self):
        """Before `daily`: it asks the sources that are the default otherwise."""
        with open(self.path / "morningpost.yaml", "a") as settings:
            settings.write("sources: {}\n")

    def states(self):
        return {s["email"]: s["state"] for s in self.json("subscriber", "list")}

    def write(self, name, content):
        path = self.path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


@pytest.fixture
def publication(tmp_path):
    path = tmp_path / "post"
    done = run("init", path)
    assert done.code == 0, done
    return Publication(path)


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    """A reader's copy of the full issue."""
    import front_page
    return front_page.message(front_page.publication(tmp_path_factory.mktemp("front")))


@pytest.fixture(scope="module")
def easel(tmp_path_factory):
    """A browser that draws the same on every machine."""
    import pictures
    it = pictures.Easel(tmp_path_factory.mktemp("easel"))
    yield it
    it.close()


def allowed_skips():
    """Test: the reason it may be skipped for, from allowed-skips.txt."""
    rows = [line.split(": ", 1) for line in ALLOWED_SKIPS.read_text().splitlines() if line and not line.startswith("#")]
    return {name.strip(): reason.strip() for name, reason in rows}


def pytest_terminal_summary(terminalreporter):
    for report in unexpected_skips(terminalreporter):
        terminalreporter.write_line(f"SKIPPED, and not in {ALLOWED_SKIPS.name}: {report.nodeid}", red=True)


def pytest_sessionfinish(session, exitstatus):
    """A test that does not run tells nothing: a skip that is not on the list fails the suite."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and reporter and unexpected_skips(reporter):
        session.exitstatus = 1


def unexpected_skips(reporter):
    allowed = allowed_skips()
    return [r for r in reporter.stats.get("skipped", []) if r.nodeid.rpartition("/")[2].partition("[")[0] not in allowed]
