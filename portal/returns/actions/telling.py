"""What the shop's own system tells of the parcel by which a return comes back. The return is locked (`locks.py`)."""

from collections.abc import Sequence
from datetime import datetime

from portal.carriers import Scan
from portal.carriers.actions import follow
from portal.kit.db import db
from portal.returns.actions.hearing import take_scans
from portal.returns.actions.sending import check_is_free, newest_parcel
from portal.returns.models import Return
from portal.timeline import Actor, note


class NoParcel(Exception):
    """It was not approved, or nothing has to come."""


def tell_of_parcel(return_: Return, scans: Sequence[Scan], *, number: tuple[str, str] | None, by: Actor, at: datetime) -> None:
    """`number` is the carrier and its number, where they are told. What is known changes nothing. Raises NoParcel, AnothersNumber."""
    parcel = newest_parcel(return_)
    if parcel is None:
        raise NoParcel
    if number and number != (parcel.carrier, parcel.tracking_number):
        check_is_free(number[1], parcel)
        parcel.carrier, parcel.tracking_number = number
        db.session.flush()
        follow(*number, at=at)
        note(return_, "tell parcel number", by=by, at=at, facts={"rma": return_.rma, "carrier": number[0], "number": number[1]})
    if scans:
        take_scans(return_, parcel, scans, source="api", at=at, by=by)
