"""Hands one message to one endpoint, by the Standard Webhooks specification."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Timer
from time import monotonic

import certifi
from standardwebhooks import Webhook

from portal.kit.db import changing, db
from portal.webhooks.addresses import NotAllowed, Target, addresses, target
from portal.webhooks.models import Outcome

SECONDS = 15
"""For all of it, however slowly an answer trickles in: a lease outlives it. Source: the specification, "Request timeouts"."""
CONNECT_SECONDS = 5
SHOWN = 500
"""Characters of the answer that are kept."""
LONGEST_WAIT = timedelta(days=1)
"""However long it asks us to wait."""


def send(url: str, *, ref: str, body: str, secrets: list[str], at: datetime) -> Outcome:
    """Never inside a transaction: the other side may take seconds. No redirect is followed. What goes wrong is an outcome, too."""
    if changing() or db.session.in_transaction():
        raise RuntimeError("Never send a message inside a transaction, nor while one is open for reading: ask for it.")
    headers = {
        "content-type": "application/json",
        "user-agent": "Latchkey-Webhooks",
        "webhook-id": ref,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(ref, at, body) for secret in secrets),
    }
    began = monotonic()
    try:
        status, said, retry_after = _exchange(target(url), headers, body.encode(), at=at)
    except (NotAllowed, OSError, HTTPException, ValueError) as error:
        status, said, retry_after = None, _why(error, monotonic() - began), None
    return Outcome(status, said, round((monotonic() - began) * 1000), retry_after)


def _exchange(to: Target, headers: dict[str, str], body: bytes, *, at: datetime) -> tuple[int, str, timedelta | None]:
    with _connected(to) as connection:
        connection.request("POST", to.path, body, headers)
        answer = connection.getresponse()
        return answer.status, _beginning(answer), _retry_after(answer, at=at)


@contextmanager
def _connected(to: Target) -> Iterator[HTTPConnection]:
    """To an address that was looked at, so that its name can't come to mean another one meanwhile."""
    with _dialled(addresses(to), to.port) as plain, plain.dup() as same:
        late = Timer(SECONDS, _hang_up, [same])
        late.start()
        try:
            with _tls().wrap_socket(plain, server_hostname=to.host) if to.is_encrypted else plain as wrapped:
                connection = HTTPConnection(to.host, to.port)
                connection.default_port = 443 if to.is_encrypted else 80
                connection.sock = wrapped
                yield connection
        finally:
            late.cancel()


def _dialled(meant: list[str], port: int) -> socket.socket:
    """The first that takes the call, as long as that takes no longer than two calls."""
    until = monotonic() + CONNECT_SECONDS
    *others, last = meant
    for address in others:
        if monotonic() < until:
            with suppress(OSError):
                return _called(address, port)
    return _called(last, port)


def _called(address: str, port: int) -> socket.socket:
    line = socket.create_connection((address, port), CONNECT_SECONDS)
    line.settimeout(SECONDS)
    return line


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _tls() -> ssl.SSLContext:
    """Besides the authorities that are known everywhere, those of this machine, which may be a company's own."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _beginning(answer: HTTPResponse) -> str:
    """The status has come; what follows it, or does not, changes nothing. PostgreSQL takes no NUL in a text."""
    with suppress(OSError, HTTPException, ValueError):
        return answer.read(4 * SHOWN).decode(errors="replace").replace("\x00", "")[:SHOWN]
    return ""


def _retry_after(answer: HTTPResponse, *, at: datetime) -> timedelta | None:
    """In seconds or as a date. Source: RFC 9110, 10.2.3."""
    told = answer.getheader("Retry-After", "").strip()
    if told.isascii() and told.isdecimal():
        return min(timedelta(seconds=int(told[:9])), LONGEST_WAIT)
    with suppress(ValueError, TypeError):
        return max(timedelta(), min(parsedate_to_datetime(told) - at, LONGEST_WAIT))
    return None


def _why(error: Exception, seconds: float) -> str:
    if seconds >= SECONDS:
        return f"No answer within {SECONDS} seconds."
    return (str(error) or type(error).__name__)[:SHOWN]
