"""What may be changed, and when: docs/decisions/what-can-change-when.md is this table in words."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from portal.payments import Discount, Pause, Terms


class Obstacle(StrEnum):
    """In what situation a subscription is that does not simply run."""

    ENDED = "ended"
    BEGINNING = "beginning"
    NOT_STARTED = "not started"
    ON_HOLD = "on hold"
    """Paused by Stripe's own means, at their side."""
    IN_TRIAL = "in trial"
    PAUSED = "paused"
    UNPAID = "unpaid"
    CHARGING = "charging"
    ENDING = "ending"
    SPECIAL = "special"
    """Somebody made of it at the provider what our terms can't say."""


class Change(StrEnum):
    """What a customer may want to change."""

    DATES = "dates"
    """Skip, send after all, move."""
    CONTENTS = "contents"
    FREQUENCY = "frequency"
    PAUSE = "pause"
    RESUME = "resume"
    END_LATER = "end later"
    """Where the next charge would be."""
    END_NOW = "end now"
    KEEP = "keep"
    """Take an end back."""
    BEGIN_AGAIN = "begin again"
    DISCOUNT = "discount"
    ADDRESS = "address"


BY_STATUS = {
    "active": None,
    "trialing": None,
    "past_due": Obstacle.UNPAID,
    "unpaid": Obstacle.UNPAID,
    "incomplete": Obstacle.NOT_STARTED,
    "incomplete_expired": Obstacle.ENDED,
    "canceled": Obstacle.ENDED,
    "paused": Obstacle.ON_HOLD,
}
"""Source: docs.stripe.com/api/subscriptions/object#subscription_object-status. `trialing` is what ours become when a date is moved."""
COMING = (None, Obstacle.UNPAID, Obstacle.CHARGING, Obstacle.IN_TRIAL)
"""With no more in the way than this, what is planned comes."""

ALLOWED: Mapping[Change, tuple[Obstacle | None, ...]] = {
    Change.DATES: (None,),
    Change.CONTENTS: (None, Obstacle.IN_TRIAL, Obstacle.CHARGING, Obstacle.UNPAID, Obstacle.PAUSED),
    Change.FREQUENCY: (None,),
    Change.PAUSE: (None,),
    Change.RESUME: (Obstacle.PAUSED,),
    Change.END_LATER: (None, Obstacle.IN_TRIAL, Obstacle.CHARGING, Obstacle.UNPAID, Obstacle.PAUSED),
    Change.END_NOW: (None, *(one for one in Obstacle if one not in (Obstacle.ENDED, Obstacle.BEGINNING, Obstacle.SPECIAL))),
    Change.KEEP: (Obstacle.ENDING,),
    Change.BEGIN_AGAIN: (Obstacle.ENDED,),
    Change.DISCOUNT: (None, Obstacle.IN_TRIAL, Obstacle.CHARGING, Obstacle.UNPAID, Obstacle.PAUSED),
    Change.ADDRESS: (None, Obstacle.IN_TRIAL, Obstacle.CHARGING, Obstacle.UNPAID, Obstacle.PAUSED, Obstacle.ENDING),
}  # fmt: skip

CHANGE_OF = {
    "skipped": Change.DATES,
    "unskipped": Change.DATES,
    "moved": Change.DATES,
    "moved with later": Change.DATES,
    "quantity": Change.CONTENTS,
    "swapped": Change.CONTENTS,
    "added": Change.CONTENTS,
    "removed": Change.CONTENTS,
    "frequency": Change.FREQUENCY,
    "paused": Change.PAUSE,
    "resumed": Change.RESUME,
    "cancelled": Change.END_NOW,
    "cancelled for the end": Change.END_LATER,
    "kept": Change.KEEP,
    "began again": Change.BEGIN_AGAIN,
    "code": Change.DISCOUNT,
    "address": Change.ADDRESS,
    "address corrected": Change.ADDRESS,
}
"""Which kind each deed in the history is."""
UNDOING = {
    Change.DATES: Change.DATES,
    Change.CONTENTS: Change.CONTENTS,
    Change.FREQUENCY: Change.FREQUENCY,
    Change.PAUSE: Change.RESUME,
    Change.RESUME: Change.PAUSE,
    Change.END_NOW: Change.KEEP,
    Change.END_LATER: Change.KEEP,
    Change.ADDRESS: Change.ADDRESS,
}
"""What is done by undoing a deed of each kind. A code that was redeemed and a beginning can't be undone."""
FOLLOWED = "address corrected"
"""It follows the address book, and is undone there."""
BOUND_TO_A_CHARGE = ("every", "contents", "pause", "code", "ship_to")
"""Fields of the terms that must not reach the provider between the lock of a delivery and its charge: they would change that charge, or its
box. The kinds of change that touch them are `BOUND`."""
BOUND = (Change.CONTENTS, Change.FREQUENCY, Change.PAUSE, Change.RESUME, Change.DISCOUNT, Change.ADDRESS)
UNDOABLE = tuple(deed for deed, change in CHANGE_OF.items() if change in UNDOING and deed != FOLLOWED)

REASONS = ("too much", "too expensive", "not what I like", "trying out", "moving away", "bereavement or illness", "other")
"""Why somebody cancels, if they want to say so; asked for in random order."""
PRIVATE = "bereavement or illness"
"""What somebody goes through is told to nobody outside, and nor is what they wrote with it."""


class Instead(StrEnum):
    """What may help somebody who wants to cancel."""

    SKIP = "skip"
    PAUSE = "pause"
    LESS_OFTEN = "less often"
    SWAP = "swap"
    CODE = "code"
    ADDRESS = "address"


FITTING: Mapping[str, tuple[Instead, ...]] = {
    "too much": (Instead.SKIP, Instead.PAUSE, Instead.LESS_OFTEN),
    "too expensive": (Instead.LESS_OFTEN, Instead.SWAP, Instead.CODE),
    "not what I like": (Instead.SWAP,),
    "trying out": (Instead.PAUSE,),
    "moving away": (Instead.PAUSE, Instead.ADDRESS),
}
"""What is offered for which reason. For the others, and beside `PRIVATE`, there is nothing."""
DONE_BY = {
    Instead.SKIP: "skipped",
    Instead.PAUSE: "paused",
    Instead.LESS_OFTEN: "frequency",
    Instead.SWAP: "swapped",
    Instead.CODE: "code",
    Instead.ADDRESS: "address",
}
"""The deed of the history that takes each offer."""


def obstacle(
    status: str,
    *,
    is_paused: bool,
    is_ending: bool,
    is_charging: bool,
    was_ever_charged: bool,
    is_beginning: bool = False,
    is_special: bool = False,
) -> Obstacle | None:
    """None if it simply runs. A subscription that was never charged is in a trial of its own, whose end is a promise.

    Raises KeyError for a status that the provider has added since: better no change than a wrong one.
    """
    if is_beginning:
        return Obstacle.BEGINNING
    found = BY_STATUS[status]
    if is_special and found is not Obstacle.ENDED:
        return Obstacle.SPECIAL
    if is_ending and found is not Obstacle.ENDED:
        return Obstacle.ENDING
    if found:
        return found
    if is_paused:
        return Obstacle.PAUSED
    if is_charging:
        return Obstacle.CHARGING
    if status == "trialing" and not was_ever_charged:
        return Obstacle.IN_TRIAL
    return None


def allows(change: Change, found: Obstacle | None) -> bool:
    return found in ALLOWED[change]


def as_of(terms: Terms, at: datetime) -> Terms:
    """A pause whose end has come is none any more, whoever notices first."""
    is_over = terms.pause and terms.pause.resumes_at and terms.pause.resumes_at <= at
    return replace(terms, pause=None) if is_over else terms


def differ_in_what_is_bound(one: Terms, other: Terms, *, at: datetime) -> bool:
    """Whether to send the one where the other is would change a charge that is about to be made."""
    then, now = as_of(one, at), as_of(other, at)
    return any(getattr(then, name) != getattr(now, name) for name in BOUND_TO_A_CHARGE)


def end(ends_now_at: datetime | None, next_charge_at: datetime | None, stops_at: datetime | None) -> datetime | None:
    """Of one that is ending: at once, or where the next charge would be, unless the shop chose a day before that."""
    return ends_now_at or min((moment for moment in (next_charge_at, stops_at) if moment), default=None)


def terms_as_json(terms: Terms) -> dict[str, Any]:
    """All but the version and the date, which have columns of their own."""
    pause = terms.pause and {"resumes_at": terms.pause.resumes_at.isoformat() if terms.pause.resumes_at else None}
    return {
        "every": list(terms.every),
        "contents": [list(line) for line in terms.contents],
        "pause": pause,
        "is_ending": terms.is_ending,
        "code": terms.code,
        "ship_to": terms.ship_to,
    }


def terms_from(kept: dict[str, Any], next_charge_at: datetime | None) -> Terms:
    """As they were kept; without a version."""
    pause = kept["pause"]
    resumes_at = pause and pause["resumes_at"]
    count, unit = kept["every"]
    return Terms(
        version=0,
        next_charge_at=next_charge_at,
        every=(count, unit),
        contents=tuple((ref, quantity) for ref, quantity in kept["contents"]),
        pause=Pause(datetime.fromisoformat(resumes_at) if resumes_at else None) if pause else None,
        is_ending=kept["is_ending"],
        code=kept["code"],
        ship_to=kept["ship_to"],
    )


def discount_as_json(discount: Discount | None) -> dict[str, Any] | None:
    if discount is None:
        return None
    return {**asdict(discount), "ends_at": discount.ends_at.isoformat() if discount.ends_at else None}


def discount_from(kept: dict[str, Any] | None) -> Discount | None:
    if kept is None:
        return None
    return Discount(**{**kept, "ends_at": datetime.fromisoformat(kept["ends_at"]) if kept["ends_at"] else None})


def taken_off(discount: Discount | None, subtotal: int, *, charge_at: datetime, is_next: bool) -> int:
    """What a discount takes off one delivery. Halves are rounded up, as at the provider."""
    if discount is None or (discount.is_once and not is_next) or (discount.ends_at and discount.ends_at <= charge_at):
        return 0
    if discount.percent is not None:
        hundredths = round(discount.percent * 100)
        return (subtotal * hundredths + 5000) // 10000
    return min(discount.amount or 0, subtotal)
