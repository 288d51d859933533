"""A Dovecot of the test's own: IMAP and POP3 on loopback, as a process without privileges, over Maildirs in a folder of the test."""
import os
import pathlib
import pwd
import socket
import subprocess
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
  driver = passwd-file
  args = scheme=plain username_format=%u {where}/passwd
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
    USER, PASSWORD = "post", "a pass word"

    def __init__(self, where, certificate=None):
        self.where = pathlib.Path(where)
        owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.imap, self.imaps, self.pop3, self.pop3s = free_ports(4)
        tls = f"ssl_cert = <{certificate[0]}\nssl_key = <{certificate[1]}" if certificate else ""
        self.box = self.where / "mail" / self.USER
        for name in ("run", f"mail/{self.USER}/new", f"mail/{self.USER}/cur", f"mail/{self.USER}/tmp"):
            (self.where / name).mkdir(parents=True)
        group = subprocess.run(["id", "-gn", owner.pw_name], capture_output=True, text=True, check=True).stdout.strip()
        (self.where / "conf").write_text(CONFIG.format(
            where=self.where, user=owner.pw_name, group=group, uid=owner.pw_uid, gid=owner.pw_gid, imap=self.imap, imaps=self.imaps,
            pop3=self.pop3, pop3s=self.pop3s, ssl="yes" if certificate else "no", tls=tls))
        (self.where / "passwd").write_text(f"{self.USER}:{self.PASSWORD}\n")
        if os.geteuid() == 0:
            for path in [self.where, *self.where.rglob("*")]:
                os.chown(path, owner.pw_uid, owner.pw_gid)
            for parent in self.where.parents:
                if parent.stat().st_uid == 0 and str(parent).startswith("/tmp/"):
                    parent.chmod(parent.stat().st_mode | 0o711)
        self.owner = owner
        self.process = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", self.where / "conf"], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, user=owner.pw_uid, group=owner.pw_gid, extra_groups=[])
        end = time.monotonic() + 20
        while any(socket.socket().connect_ex(("127.0.0.1", port)) for port in (self.imap, self.pop3)):
            assert self.process.poll() is None, self.process.stderr.read().decode()
            assert time.monotonic() < end, (self.where / "log").read_text()
            time.sleep(0.05)

    def put(self, name, message):
        """Deliver one message; they are listed in the order of their names."""
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
