"""To write to somebody is to ask for it: the mail leaves after the commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

from portal import outbox
from portal.notifications.letters import Reader


class Helper(NamedTuple):
    """Who of the shop has a hand in what is done for a customer, by name; nobody, where both are empty."""

    done_by: str = ""
    prepared_by: str = ""
    """Who drafted what the customer approves."""


NOBODY = Helper()
HELPER = ContextVar("HELPER", default=NOBODY)
"""Of what is done now. Each mail that comes of it says so."""


@contextmanager
def helped_by(helper: Helper) -> Iterator[None]:
    before = HELPER.set(helper)
    try:
        yield
    finally:
        HELPER.reset(before)


def send_mail(template: str, *, to: Reader, context: dict[str, Any], at: datetime, key: str | None = None) -> None:
    """Send `templates/emails/<template>` with what `context` says, which is plain JSON and never a secret: it is kept.

    A second one with the same `key` is the same mail, and sent once. If a worker dies in the moment of sending, it leaves twice,
    with one Message-ID.
    """
    key = key or f"mail:{uuid4()}"
    context = context | {part: name for part, name in HELPER.get()._asdict().items() if name}
    reader = {"email": to.email, "locale": to.locale, "time_zone": to.time_zone, "customer_id": to.customer_id}
    outbox.want_task("mail", {"key": key, "template": template, "to": reader, "context": context}, at=at, key=key)
