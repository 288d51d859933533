"""A Postfix of the test's own: it listens on loopback, keeps its queue in a folder of the test and delivers into one Maildir."""
import os
import pathlib
import pwd
import socket
import subprocess
import time

MASTER = """127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

MAIN = """compatibility_level = 3.6
queue_directory = {where}/queue
data_directory = {where}/data
maillog_file = {where}/log/mail.log
maillog_file_prefixes = /
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.sink.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = loopback-only
inet_protocols = ipv4
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 100
default_process_limit = 30
virtual_mailbox_domains = static:all
virtual_mailbox_base = {where}
virtual_mailbox_maps = static:box/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_destination_concurrency_limit = 30
smtpd_tls_security_level = none
smtpd_error_sleep_time = 0
alias_maps =
"""


class Postfix:
    def __init__(self, where):
        self.where = pathlib.Path(where)
        for name in ("queue", "data", "log", "box", "conf"):
            (self.where / name).mkdir(parents=True)
        self.box = self.where / "box" / "new"
        owner = pwd.getpwnam("postfix")
        reader = pwd.getpwnam("nobody")
        os.chown(self.where / "data", owner.pw_uid, 0)
        os.chown(self.where / "box", reader.pw_uid, reader.pw_gid)
        os.chmod(self.where, 0o755)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        values = {"where": self.where, "port": self.port, "uid": reader.pw_uid, "gid": reader.pw_gid}
        (self.where / "conf" / "main.cf").write_text(MAIN.format(**values))
        (self.where / "conf" / "master.cf").write_text(MASTER.format(**values))
        self.command("start")
        self.until(lambda: socket.socket().connect_ex(("127.0.0.1", self.port)) == 0, 30)

    def command(self, what):
        subprocess.run(["postfix", "-c", self.where / "conf", what], check=True, capture_output=True, timeout=60)

    def until(self, ready, seconds):
        end = time.monotonic() + seconds
        while not ready():
            assert time.monotonic() < end, self.log()[-2000:]
            time.sleep(0.1)

    def log(self):
        file = self.where / "log" / "mail.log"
        return file.read_text() if file.exists() else ""

    def queued(self):
        return sum(1 for folder in ("maildrop", "incoming", "active", "deferred") for f in (self.where / "queue" / folder).rglob("*") if f.is_file())

    def delivered(self):
        return len(list(self.box.iterdir())) if self.box.exists() else 0

    def settle(self, seconds=300):
        """Wait until it has delivered all that it took."""
        self.until(lambda: self.queued() == 0, seconds)

    def messages(self):
        return [f.read_bytes() for f in self.box.iterdir()]

    def stop(self):
        self.command("stop")
