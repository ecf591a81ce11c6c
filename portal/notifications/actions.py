"""To write to somebody is to ask for it: the mail leaves after the commit."""

from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import uuid4

from portal import outbox
from portal.notifications.letters import Reader

DONE_BY = ContextVar("DONE_BY", default="")
"""The name of the member of staff who does for a customer what is done now. Each mail that comes of it says so."""


def send_mail(template: str, *, to: Reader, context: dict[str, Any], at: datetime, key: str | None = None) -> None:
    """Send `templates/emails/<template>` with what `context` says, which is plain JSON and never a secret: it is kept.

    A second one with the same `key` is the same mail, and sent once. If a worker dies in the moment of sending, it leaves twice,
    with one Message-ID.
    """
    key = key or f"mail:{uuid4()}"
    if done_by := DONE_BY.get():
        context = {**context, "done_by": done_by}
    reader = {"email": to.email, "locale": to.locale, "time_zone": to.time_zone, "customer_id": to.customer_id}
    outbox.want_task("mail", {"key": key, "template": template, "to": reader, "context": context}, at=at, key=key)
