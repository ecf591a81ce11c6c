"""Which kinds of task there are: in which queue each stands, and how it ends. A room that opens tasks of its own adds its kind here."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Queue(StrEnum):
    """What the desk can be asked for alone, in the order in which it offers them."""

    RETURNS = "returns"
    CLAIMS = "claims"
    PARCELS = "parcels"
    ORDERS = "orders"
    SYNC = "sync"
    REMINDERS = "reminders"


@dataclass(frozen=True)
class Kind:
    queue: Queue
    ends_by_deed: bool = False
    """It is over once something else is done, such as the answer to a claim: nobody can only say that it is."""


KINDS = {
    "return": Kind(Queue.RETURNS),
    "return here": Kind(Queue.RETURNS, ends_by_deed=True),
    "return money": Kind(Queue.RETURNS, ends_by_deed=True),
    "refund failed": Kind(Queue.RETURNS),
    "withdrawal": Kind(Queue.RETURNS),
    "exchange sold out": Kind(Queue.RETURNS),
    "exchange never came": Kind(Queue.RETURNS),
    "claim": Kind(Queue.CLAIMS, ends_by_deed=True),
    "worry": Kind(Queue.PARCELS),
    "no scan": Kind(Queue.PARCELS),
    "not coming": Kind(Queue.PARCELS),
    "send less": Kind(Queue.ORDERS),
    "other address": Kind(Queue.ORDERS),
    "money back": Kind(Queue.ORDERS),
    "out of step": Kind(Queue.SYNC, ends_by_deed=True),
    "reminder": Kind(Queue.REMINDERS),
}


def ends_by_deed(kind: str, facts: dict[str, Any]) -> bool:
    """Of a task of this kind: a return that waits only to be decided is one of these too, one with a question beside it is not."""
    return KINDS[kind].ends_by_deed or (kind == "return" and not isinstance(facts.get("why"), str))
