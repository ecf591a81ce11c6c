"""How things stand with an order as a whole, from the situations of its parcels."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from portal.kit.shop import Shop
from portal.orders.policy import TROUBLE, Situation

LONGEST_AGO = timedelta(days=60)
STEP = timedelta(seconds=1)


class Standing(StrEnum):
    """The most urgent first: of several parcels, that one counts."""

    PROBLEM = "problem"
    WAITING = "waiting"
    """To be picked up."""
    OUT = "out"
    """For delivery, today."""
    ON_ITS_WAY = "on its way"
    PACKED = "packed"
    DELIVERED = "delivered"


URGENCY = list(Standing)
OF_SITUATION = {
    Situation.HELD: Standing.WAITING,
    Situation.OUT_FOR_DELIVERY: Standing.OUT,
    Situation.ON_ITS_WAY: Standing.ON_ITS_WAY,
    Situation.PACKING: Standing.PACKED,
    Situation.DELIVERED: Standing.DELIVERED,
} | dict.fromkeys(TROUBLE, Standing.PROBLEM)
"""A parcel that never left counts as none."""


def standing(situations: Iterable[Situation]) -> Standing | None:
    """None of an order without parcels: nothing is known of where it is."""
    each = [OF_SITUATION[situation] for situation in situations if situation in OF_SITUATION]
    return min(each, key=URGENCY.index, default=None)


def quiet_since(at: datetime, shop: Shop) -> datetime:
    """Of what was last heard of before this moment, there was too long no news. To the second."""
    quiet, heard = at - LONGEST_AGO, at
    while heard - quiet > STEP:
        middle = quiet + (heard - quiet) / 2
        quiet, heard = (middle, heard) if shop.quiet_after(middle) <= at else (quiet, middle)
    return quiet
