"""The worker's side: the mail leaves, and one row says so."""

from collections.abc import Callable
from email.message import EmailMessage
from logging import getLogger
from typing import Any

from portal import outbox
from portal.kit.clock import now
from portal.kit.db import db
from portal.notifications import letters, post
from portal.notifications.letters import Addressee, Reader
from portal.notifications.models import Message

log = getLogger(__name__)


@outbox.task("mail")
def send_wanted(payload: dict[str, Any], lease: outbox.Lease) -> None:
    to = Addressee(**payload["to"])
    message = letters.write(payload["template"], to, payload["context"], key=payload["key"], at=now())
    deliver(message, payload["template"], to, lease)


def deliver(message: EmailMessage, template: str, to: Reader, lease: outbox.Lease, learn: Callable[[], None] = lambda: None) -> None:
    """Send it and finish the task; `learn` is called in the transaction that does. What fails raises, and is tried again."""
    message_id = str(message["Message-ID"])
    refused = False
    try:
        post.send(message)
    except post.Refused as error:
        log.warning("A mail %s (%s) was refused: %s", message_id, template, error)
        refused = True
    at = now()
    with lease.finish(at=at):
        refused_at = at if refused else None
        db.session.add(Message(customer_id=to.customer_id, template=template, message_id=message_id, sent_at=at, refused_at=refused_at))
        learn()
