"""The customer does not agree with what was found when a return was looked at."""

from datetime import datetime

from portal.kit.shop import shop
from portal.photos import actions as photos
from portal.returns.models import Return, ReturnItem
from portal.returns.refusals import NothingToObjectTo, SomeWords
from portal.tasks.actions import open_task
from portal.timeline import Actor, deed

LONGEST_OBJECTION = 2000
"""Characters."""


def object_to(return_: Return, item_id: int, words: str, *, draft: str, by: Actor, at: datetime) -> ReturnItem:
    """`return_` is the customer's, and locked; photos sent with the form `draft` go along. Raises SomeWords, NothingToObjectTo."""
    item = next((one for one in return_.items if one.id == item_id), None)
    if item is None:
        raise NothingToObjectTo
    if not words:
        raise SomeWords
    with deed(return_, "object to return", by=by, at=at, touching=[item], facts={"rma": return_.rma, "product": item.line.title}):
        item.object(words, at=at)
    if return_.customer_id is not None:
        photos.attach(draft, return_, customer_id=return_.customer_id)
    facts = {"rma": return_.rma, "why": ["objection"]}
    key, due_at = f"objection:{item.id}", shop().answer_by(at)
    open_task("return", return_, key=key, customer_id=return_.customer_id, due_at=due_at, at=at, facts=facts)
    return item
