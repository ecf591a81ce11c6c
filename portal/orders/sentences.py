"""Where a parcel is, in two short sentences: for the first screen, for mails, for wherever a parcel is one line."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from portal.kit.i18n import short_day
from portal.orders.policy import Situation
from portal.orders.queries import ParcelOnItsWay


@dataclass(frozen=True)
class Words:
    bold: str
    quiet: str
    """What comes of it, or what to do; empty where the first sentence says all."""


def parcel_told(told: Mapping[str, Any] | ParcelOnItsWay) -> Words:
    """`told` is as a mail keeps it: `situation`, and the days as ISO writes them. Or a parcel as it was looked up."""
    told = told if isinstance(told, Mapping) else vars(told)
    days = {name: _day(told.get(name)) for name in ("expected_on", "was_on", "heard_at", "delivered_at", "held_until")}
    found = Situation(told["situation"])
    if found is Situation.ON_ITS_WAY:
        return Words(_arrives(days["expected_on"]), _("Was %(day)s", day=short_day(was)) if (was := days["was_on"]) else "")
    return _of_trouble(found, days) or _of_peace(found, days, told.get("held_at", ""))


def _of_peace(found: Situation, days: Mapping[str, date | None], place: str) -> Words:
    until, delivered = days["held_until"], days["delivered_at"]
    if found is Situation.HELD:
        waits = _("Waiting at %(place)s", place=place) if place else _("Waiting to be picked up")
        return Words(waits, _("Until %(day)s", day=short_day(until)) if until else _("Bring an ID"))
    if found is Situation.OUT_FOR_DELIVERY:
        return Words(_("Arrives today"), _("It is on the van"))
    if found is Situation.DELIVERED:
        return Words(_("Delivered %(day)s", day=short_day(delivered)) if delivered else _("Delivered"), "")
    if found is Situation.CANCELLED:
        return Words(_("This parcel was not sent"), "")
    return Words(_("It is being packed"), _arrives(days["expected_on"]) if days["expected_on"] else "")


def _of_trouble(found: Situation, days: Mapping[str, date | None]) -> Words | None:
    expected, heard = days["expected_on"], days["heard_at"]
    again = _("Write to us: we send it again or give the money back")
    told: dict[Situation, Words] = {
        Situation.DELAYED: Words(_("Delayed on its way"), _arrives(expected) if expected else _("The carrier is late. It is still coming")),
        Situation.LATE: Words(_("Later than expected"), _("It was to arrive %(day)s", day=short_day(expected)) if expected else ""),
        Situation.QUIET: Words(
            _("No news since %(day)s", day=short_day(heard)) if heard else _("No news for days"), _("We ask the carrier where it is")
        ),
        Situation.CUSTOMS: Words(_("Held by customs"), _("The carrier may ask you for papers or a fee")),
        Situation.NOBODY_THERE: Words(_("Nobody was in"), _("They come again, or take it to a shop near you")),
        Situation.ADDRESS: Words(_("Address not found"), _("Write to us with the right one today")),
        Situation.REFUSED: Words(_("It was turned away at the door"), _("Write to us if you still want it")),
        Situation.DAMAGED: Words(_("Damaged on its way"), again),
        Situation.HELD_OVER: Words(_("Not picked up in time"), _("It goes back. Write to us if you still want it")),
        Situation.RETURNED: Words(_("It goes back to us"), again),
        Situation.LOST: Words(_("The carrier has lost it"), again),
    }
    return told.get(found)


def _arrives(day: date | None) -> str:
    return str(_("Arrives %(day)s", day=short_day(day))) if day else str(_("On its way"))


def _day(told: Any) -> date | None:
    """Moments stay moments: which day it was depends on the reader's zone."""
    if isinstance(told, str):
        return datetime.fromisoformat(told) if "T" in told else date.fromisoformat(told)
    return told if isinstance(told, date) else None
