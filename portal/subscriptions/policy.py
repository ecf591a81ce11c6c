"""When the dates of deliveries may be changed: docs/decisions/when-dates-can-change.md is this table in words."""

from enum import StrEnum


class Obstacle(StrEnum):
    """Why no date of a subscription can be changed now."""

    ENDED = "ended"
    NOT_STARTED = "not started"
    IN_TRIAL = "in trial"
    PAUSED = "paused"
    UNPAID = "unpaid"
    CHARGING = "charging"
    ENDING = "ending"


BY_STATUS = {
    "active": None,
    "trialing": None,
    "past_due": Obstacle.UNPAID,
    "unpaid": Obstacle.UNPAID,
    "incomplete": Obstacle.NOT_STARTED,
    "incomplete_expired": Obstacle.ENDED,
    "canceled": Obstacle.ENDED,
    "paused": Obstacle.PAUSED,
}
"""Source: docs.stripe.com/api/subscriptions/object#subscription_object-status. `trialing` is what ours become when a date is moved."""
COMING = (None, Obstacle.UNPAID, Obstacle.CHARGING, Obstacle.IN_TRIAL)
"""With no more in the way than this, what is planned comes."""

UNDOABLE = ("skipped", "unskipped", "moved", "moved with later")
"""Deeds of which each can be undone until what it touched locks."""


def obstacle(status: str, *, is_paused: bool, is_ending: bool, is_charging: bool, was_ever_charged: bool) -> Obstacle | None:
    """None if dates can be changed. A subscription that was never charged is in a trial of its own, whose end is a promise.

    Raises KeyError for a status that the provider has added since: better no change than a wrong one.
    """
    if found := BY_STATUS[status]:
        return found
    if is_paused:
        return Obstacle.PAUSED
    if is_ending:
        return Obstacle.ENDING
    if is_charging:
        return Obstacle.CHARGING
    if status == "trialing" and not was_ever_charged:
        return Obstacle.IN_TRIAL
    return None
