"""README.md, followed to the letter: every command in it is run, in its order, as a newcomer would."""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()

# What a test may not do to the machine it runs on: become another user, register units with the running systemd. Each stand-in
# does the rest of the work for real, below $STAGE. And a newcomer's machine has no libraries that only the tests need.
STAND_INS = {
    "pkg-config": '''case "$*" in *cmocka*) exit 1 ;; esac; exec /usr/bin/pkg-config "$@"''',
    "sudo": '''if [ "$1" = -u ]; then shift 2; fi; exec "$@"''',
    "systemd-sysusers": '''exec /usr/bin/systemd-sysusers --root="$STAGE" "$@"''',
    "systemctl": '''for a; do shift; [ "$a" = --now ] || set -- "$@" "$a"; done; exec /usr/bin/systemctl --root="$STAGE" "$@"''',
    "install": '''for a; do shift; case $a in -o|-g) skip=1 ;; *) [ "$skip" ] || set -- "$@" "$a"; skip= ;; esac; done
exec /usr/bin/install "$@"''',
    "chgrp": '''grep -q "^$1:" "$STAGE/etc/group" && shift && exec ls -d "$@"''',
}


def blocks():
    """The README's fenced commands: (is it a server?, text)."""
    return [(kind == " background", text) for kind, text in re.findall(r"^```sh( background)?\n(.*?)^```$", README, re.M | re.S)]


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    stage, tools = home / "stage", home / "tools"
    tools.mkdir()
    for folder in ("var/lib", "etc", "usr"):
        (stage / folder).mkdir(parents=True)
    (stage / "usr/lib").symlink_to(stage / "usr/local/lib", target_is_directory=True)
    for name, body in STAND_INS.items():
        (tools / name).write_text("#!/bin/sh\n" + body + "\n")
        (tools / name).chmod(0o755)
    env = {k: v for k, v in os.environ.items() if not k.startswith("MORNINGPOST")}
    env |= {"HOME": str(home), "STAGE": str(stage), "DESTDIR": str(stage), "SYSTEMD_LOG_LEVEL": "err",
            "PATH": f"{tools}:{stage}/usr/local/bin:{os.environ['PATH']}"}
    return home, env


def until_it_listens(port, process):
    deadline = time.monotonic() + 30
    while True:
        assert process.poll() is None and time.monotonic() < deadline
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_every_command_works_in_its_order(newcomer):
    home, env = newcomer
    port, servers, where = free_port(), [], home
    subprocess.run(["git", "clone", "-q", ROOT, home / "tree"], check=True)
    try:
        for background, text in blocks():
            text = text.replace("/var/lib/morningpost", f"{env['STAGE']}/var/lib/morningpost").replace("127.0.0.1:8025", f"127.0.0.1:{port}")
            if text.startswith(("scripts/", "sudo cmake")):
                done = subprocess.run(["bash", "-euxc", text], cwd=home / "tree", env=env, capture_output=True, text=True, timeout=550)
            elif background:
                listens = ["--listen", f"127.0.0.1:{port}"] if "serve" in text else []
                servers.append(subprocess.Popen([*text.split(), *listens], cwd=where, env=env))
                if listens:
                    until_it_listens(port, servers[-1])
                continue
            else:
                done = subprocess.run(["bash", "-euxc", text + "\npwd > $HOME/where"], cwd=where, env=env, capture_output=True, text=True, timeout=60)
                where = pathlib.Path((home / "where").read_text().strip())
            assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
    finally:
        for server in servers:
            server.terminate()
            assert server.wait(30) == 0
    check_what_came_of_it(home, env)


def check_what_came_of_it(home, env):
    post, stage = home / "post", pathlib.Path(env["STAGE"])
    mail = [f.read_text() for f in (post / "var/outbox/new").iterdir()]
    assert sum(bool(re.search(r"^To: .*ann@example\.org", m, re.M)) for m in mail) == 2, "the issue, and the test copy before it"
    assert sum("To: Bob <bob@example.org>" in m for m in mail) == 1
    assert len(mail) == 4 and (post / "issue.html").stat().st_size > 5000
    assert (home / "post-backup.db").exists() and list((home / "post-keys").iterdir())
    # The second two commands' folder is a publication, and its units are enabled.
    assert (stage / "var/lib/morningpost/morningpost.yaml").exists()
    assert (stage / "etc/systemd/system/timers.target.wants/morningpost-daily.timer").is_symlink()
    assert (stage / "etc/systemd/system/multi-user.target.wants/morningpost-serve.service").is_symlink()
    assert "morningpost:" in (stage / "etc/passwd").read_text() and "morningpost-editors:" in (stage / "etc/group").read_text()
    for page in ("man1/morningpost.1", "man5/morningpost.yaml.5"):
        assert (stage / "usr/local/share/man" / page).stat().st_size > 1000
    check_crontab(env, stage)
    check_units(stage)


def check_crontab(env, stage):
    """The line that cron would run, with the little that cron gives it: it is well-formed, and a finished morning says nothing."""
    line = re.search(r"```crontab\n(.*)\n```", README)[1]
    fields = line.split(None, 5)
    assert all(re.fullmatch(r"[\d*/,-]+", f) for f in fields[:5])
    command = fields[5].replace("/usr/local/bin/", f"{stage}/usr/local/bin/")
    for _ in range(2):
        done = subprocess.run(["sh", "-c", command], env={"HOME": env["HOME"], "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stdout) == (0, "") and "error" not in done.stderr, done


def check_units(stage):
    units = sorted((stage / "usr/local/lib/systemd/system").iterdir())
    assert [u.name for u in units] == sorted(u.name.removesuffix(".in") for u in (ROOT / "scripts/systemd").glob("morningpost-*"))
    for unit in units:
        if unit.suffix == ".service":
            text = unit.read_text()
            assert "ExecStart=/usr/local/bin/morningpost " in text and "User=morningpost\n" in text
            unit.write_text(text.replace("/usr/local/bin/morningpost", f"{stage}/usr/local/bin/morningpost"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, timeout=60,
                          env=os.environ | {"SYSTEMD_UNIT_PATH": f"{units[0].parent}:"})
    told = [line for line in done.stderr.splitlines() if "morningpost" in line and "Failed to prepare filename" not in line]
    assert told == [], done.stderr
    for unit in units:
        if unit.suffix == ".service":
            done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=30", unit], capture_output=True, text=True, timeout=60)
            assert done.returncode == 0 and "exposure level" in done.stdout, f"an exposure of more than 3.0:\n{done.stdout}{done.stderr}"


def test_the_nginx_example_serves_the_page(newcomer, tmp_path):
    """The server block as it stands, but for its port, its certificate and what lies behind it."""
    home, env = newcomer
    program = shutil.which("morningpost", path=env["PATH"])
    assert program, "the walk through the README has installed it"
    port, behind = free_port(), free_port()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=post.example.org", "-days", "2",
                    "-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"], check=True, capture_output=True)
    block = re.search(r"```nginx\n(.*?)```", README, re.S)[1]
    for old, new in {"443 ssl": f"127.0.0.1:{port} ssl", "/etc/letsencrypt/live/post.example.org/fullchain.pem": f"{tmp_path}/cert.pem",
                     "/etc/letsencrypt/live/post.example.org/privkey.pem": f"{tmp_path}/key.pem", "127.0.0.1:8025": f"127.0.0.1:{behind}"}.items():
        assert old in block
        block = block.replace(old, new)
    places = "".join(f"{n}_temp_path {tmp_path}/{n};\n" for n in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (tmp_path / "nginx.conf").write_text(f"daemon off; pid {tmp_path}/pid; error_log stderr; events {{}}\nhttp {{ access_log off;\n{places}{block}}}\n")
    serve = subprocess.Popen([program, "-C", home / "post", "serve", "--listen", f"127.0.0.1:{behind}"])
    until_it_listens(behind, serve)
    nginx = subprocess.Popen(["/usr/sbin/nginx", "-c", tmp_path / "nginx.conf", "-e", "stderr"])
    try:
        until_it_listens(port, nginx)
        message = next(f.read_text() for f in (home / "post/var/outbox/new").iterdir() if "bob@example.org" in f.read_text())
        path = re.search(r"List-Unsubscribe: <https://post\.example\.org(/u/[^>]+)>", message.replace("\n ", " ").replace("\n\t", " "))[1]
        fetch = ["curl", "-fsS", "--cacert", tmp_path / "cert.pem", "--resolve", f"post.example.org:{port}:127.0.0.1"]
        page = subprocess.run([*fetch, f"https://post.example.org:{port}{path}"], capture_output=True, text=True, timeout=30)
        assert page.returncode == 0 and "b***@e***.org" in page.stdout, page
        subprocess.run([*fetch, "-o", os.devnull, "-d", "List-Unsubscribe=One-Click", f"https://post.example.org:{port}{path}"], check=True, timeout=30)
        shown = subprocess.run([program, "-C", home / "post", "subscriber", "show", "bob@example.org"], capture_output=True, text=True)
        assert "unsubscribed" in shown.stdout
    finally:
        nginx.terminate()
        nginx.wait(30)
        serve.terminate()
        assert serve.wait(30) == 0
