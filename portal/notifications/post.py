"""Hands a mail to the server that SMTP_URL names."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from flask import current_app

from portal.kit.db import changing, db

SECONDS = 8
"""For each step: all of them together end before the lease does."""
LOCAL = {"localhost", "127.0.0.1", "::1"}


class Refused(Exception):
    """The other side takes no mail for this address, and will not later."""


class NotSafe(Exception):
    """The server offers no TLS, so the password stays here."""


def send(message: EmailMessage) -> None:
    """Never inside a transaction: the server may take seconds to answer. Raises Refused, NotSafe, OSError or SMTPException."""
    if changing() or db.session.in_transaction():
        raise RuntimeError("Never send mail inside a transaction, nor while one is open for reading: ask for it.")
    with connected() as server:
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            if code >= 500:
                raise Refused(f"{code} {said.decode(errors='replace')[:200]}") from None
            raise smtplib.SMTPResponseException(code, said) from None  # without the address, which would end up in a log


@contextmanager
def connected() -> Iterator[smtplib.SMTP]:
    """The server, once it knows who we are. Raises NotSafe, OSError or SMTPException."""
    url = urlsplit(current_app.config["SMTP_URL"])
    host = url.hostname or ""
    with (
        smtplib.SMTP_SSL(host, url.port or 465, timeout=SECONDS, context=ssl.create_default_context())
        if url.scheme == "smtps"
        else smtplib.SMTP(host, url.port or (587 if url.username else 25), timeout=SECONDS)
    ) as server:
        server.ehlo()
        encrypted = url.scheme == "smtps"
        if not encrypted and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
            encrypted = True
        if url.username:
            if not encrypted and host not in LOCAL:
                raise NotSafe(f"{host} offers no TLS.")
            server.login(unquote(url.username), unquote(url.password or ""))
        yield server
