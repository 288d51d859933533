"""A Dovecot of the test's own: IMAP and POP3 on loopback, as a process without privileges, over Maildirs in a folder of the test."""
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

CONFIG = """
base_dir = {where}/run
state_dir = {where}/run
instance_name = {where.name}
log_path = {where}/log
protocols = imap pop3
listen = 127.0.0.1
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 1
ssl = {ssl}
{tls}
disable_plaintext_auth = no
mail_location = maildir:{where}/mail/%u
mailbox_list_index = no
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={where}/mail/%u
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
  }}
}}
service stats {{
  chroot =
}}
"""


def free_ports(n):
    probes = [socket.socket() for _ in range(n)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class Dovecot:
    """Everybody has a mailbox here, with the same password; fresh() is the next one, which is empty."""
    PASSWORD = "a-pass-word"

    def __init__(self, certificate=None):
        # Not in pytest's folder: each pytest that starts closes that to everybody but its owner, and Dovecot runs as nobody.
        self.where = pathlib.Path(tempfile.mkdtemp(prefix="dovecot-"))
        owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.imap, self.imaps, self.pop3, self.pop3s = free_ports(4)
        tls = "".join(f"ssl_{kind} = <{shutil.copy(path, self.where)}\n" for kind, path in zip(("cert", "key"), certificate or ()))
        self.owner, self.users = owner, 0
        for name in ("run", "mail"):
            (self.where / name).mkdir(parents=True)
        group = subprocess.run(["id", "-gn", owner.pw_name], capture_output=True, text=True, check=True).stdout.strip()
        (self.where / "conf").write_text(CONFIG.format(
            where=self.where, password=self.PASSWORD, user=owner.pw_name, group=group, uid=owner.pw_uid, gid=owner.pw_gid, imap=self.imap, imaps=self.imaps,
            pop3=self.pop3, pop3s=self.pop3s, ssl="yes" if certificate else "no", tls=tls))
        if os.geteuid() == 0:
            for path in [self.where, *self.where.rglob("*")]:
                os.chown(path, owner.pw_uid, owner.pw_gid)
        self.fresh()
        self.process = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", self.where / "conf"], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, user=owner.pw_uid, group=owner.pw_gid, extra_groups=[])
        end = time.monotonic() + 20
        while any(socket.socket().connect_ex(("127.0.0.1", port)) for port in (self.imap, self.pop3)):
            assert self.process.poll() is None, self.process.stderr.read().decode()
            assert time.monotonic() < end, (self.where / "log").read_text()
            time.sleep(0.05)

    def fresh(self):
        """Nothing is in it, and nothing was."""
        self.users += 1
        self.user = f"post{self.users}"
        self.box = self.where / "mail" / self.user
        for folder in ("", "new", "cur", "tmp"):
            (self.box / folder).mkdir()
            if os.geteuid() == 0:
                os.chown(self.box / folder, self.owner.pw_uid, self.owner.pw_gid)

    def put(self, name, message):
        """Deliver one message."""
        path = self.box / "new" / f"{name}.test"
        path.write_bytes(message)
        if os.geteuid() == 0:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def held(self):
        """What is in the mailbox still: {name: flags}."""
        found = {}
        for folder in ("new", "cur"):
            for path in (self.box / folder).iterdir():
                name, _, flags = path.name.partition(":2,")
                found[name.split(",")[0].removesuffix(".test")] = flags
        return found

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.where)
