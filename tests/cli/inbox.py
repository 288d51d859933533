"""A real SMTP server that keeps what it is given: where the notes of the tests arrive."""
import email
import email.policy
import re
import socket
import time

from aiosmtpd.controller import Controller


class Mailbox:
    def __init__(self):
        self.messages = []
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        message.raw, message.sender, message.rcpts = envelope.content, envelope.mail_from, envelope.rcpt_tos
        self.messages.append(message)
        return "250 2.0.0 kept"

    def to(self, address):
        return [m for m in list(self.messages) if m.rcpts == [address]]

    def wait_for(self, address, count=1, seconds=20):
        """The newest to this address, once there are so many."""
        deadline = time.monotonic() + seconds
        while len(self.to(address)) < count:
            assert time.monotonic() < deadline, f"no mail to {address}: {[m.rcpts for m in self.messages]}"
            time.sleep(0.05)
        return self.to(address)[-1]

    def stop(self):
        self.controller.stop()


def parts(message):
    """Its text and its HTML."""
    return message.get_body(("plain",)).get_content(), message.get_body(("html",)).get_content()


def link(message, kind):
    """The path of the link of this kind, the same in both parts."""
    found = {re.search(rf"https?://[^/\s\"]+(/{kind}/[\w-]+)", part)[1] for part in parts(message)}
    assert len(found) == 1
    return found.pop()
