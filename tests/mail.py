"""A real mail server for a test, and what came to it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from portal.demo.mailbox import Server


@dataclass
class Mail:
    url: str = ""
    received: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    """What the server says to the next mails instead of taking them, such as `451 Later`."""

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.received.append(message)
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [message for message in self.received if message["To"] == address]

    def newest(self, address: str) -> EmailMessage:
        return self.to(address)[-1]


@contextmanager
def mail_server(**more: Any) -> Iterator[Mail]:
    mail = Mail()
    server = Server(mail, hostname="127.0.0.1", port=0, **more)
    server.start()
    mail.url = f"smtp://127.0.0.1:{server.port}"
    try:
        yield mail
    finally:
        server.stop()


def text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body
    return str(body.get_content()).replace("\r\n", "\n")


def html(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body
    return str(body.get_content())


def link(message: EmailMessage) -> str:
    """The path of the one link in it."""
    (found,) = re.findall(r"https?://[^/\s]+(/\S+)", text(message))
    return str(found)


def code(message: EmailMessage) -> str:
    found = re.search(r"^ {4}(\d{3}) (\d{3})$", text(message), re.MULTILINE)
    assert found, text(message)
    return found[1] + found[2]
