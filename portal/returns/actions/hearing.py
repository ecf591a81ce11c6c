"""What carriers say of parcels that come back is kept once each; where one is follows from all of it, as for those that go out."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from portal.carriers import Incident, ParcelStatus, Scan, Tracking, on_tracking
from portal.kit.db import db, insert
from portal.kit.shop import shop
from portal.orders import Told, where_it_is
from portal.returns.models import Return, ReturnParcel, ReturnScan
from portal.returns.models.return_ import GIVEN_UP
from portal.tasks.actions import open_task
from portal.timeline import Actor, note

CARRIER = Actor(system="carrier")
AHEAD = timedelta(days=1)
"""A carrier's clock may be so much ahead. News of later is none: it would outlast all that is true."""
MOST_LETTERS = 300
BECAME = {
    ParcelStatus.DELIVERED: "return delivered",
    ParcelStatus.RETURN_TO_SENDER: "return sent back to customer",
    ParcelStatus.FAILURE: "return will not arrive",
}
LOST = (ParcelStatus.RETURN_TO_SENDER, ParcelStatus.FAILURE)


@on_tracking
def hear(tracking: Tracking, at: datetime) -> None:
    """What the carrier service knows of a parcel. One that nobody sends back is nothing to us."""
    named = select(ReturnParcel.id, ReturnParcel.return_id).where(
        ReturnParcel.carrier == tracking.carrier, ReturnParcel.tracking_number == tracking.number
    )
    for parcel_id, return_id in db.session.execute(named).all():
        return_ = db.session.scalars(
            select(Return).where(Return.id == return_id).with_for_update().execution_options(populate_existing=True)
        ).one()
        parcel = db.session.get_one(ReturnParcel, parcel_id)
        db.session.refresh(parcel)
        take_scans(return_, parcel, tracking.scans, source="carrier", at=at)


def take_scans(return_: Return, parcel: ReturnParcel, scans: Sequence[Scan], *, source: str, at: datetime, by: Actor = CARRIER) -> None:
    """All that `source` says, in any order, and some of it perhaps again. The return is locked."""
    _keep(parcel, scans, source=source, at=at)
    columns = ReturnScan.status, ReturnScan.incident, ReturnScan.happened_at
    told = db.session.execute(select(*columns).where(ReturnScan.parcel_id == parcel.id))
    found, was = where_it_is(Told(*row) for row in told), parcel.status
    parcel.status, parcel.incident, parcel.status_at = found.status, found.incident, found.status_at
    parcel.delivered_at = found.delivered_at
    left_at = min(filter(None, (found.left_at, parcel.shown_at)), default=None)
    facts = {"rma": return_.rma, "carrier": parcel.carrier, "number": parcel.tracking_number}
    if left_at and parcel.sent_at is None:
        note(return_, "return sent", by=by, at=at, facts={**facts, "happened_at": left_at.isoformat()})
        if return_.status in GIVEN_UP:
            _ask_staff(return_, "on its way all the same", f"return late:{parcel.id}", at=at)
    parcel.sent_at = left_at or parcel.sent_at
    return_.sent_at = min(filter(None, (return_.sent_at, parcel.sent_at)), default=None)
    if parcel.status is not was and parcel.status in BECAME:
        happened_at = parcel.status_at.isoformat() if parcel.status_at else ""
        note(return_, BECAME[parcel.status], by=by, at=at, facts={**facts, "happened_at": happened_at})
    if (parcel.status is not was and parcel.status in LOST) or parcel.incident is Incident.LOST:
        _ask_staff(return_, "lost or on its way back to the customer", f"return lost:{parcel.id}", at=at)


def _keep(parcel: ReturnParcel, scans: Sequence[Scan], *, source: str, at: datetime) -> None:
    """Each once: what makes it the same news is its name with its source, for this parcel."""
    rows = [
        {
            "parcel_id": parcel.id, "source": source, "source_ref": f"{parcel.id}:{scan.ref}", "status": scan.status,
            "incident": scan.incident, "happened_at": scan.happened_at, "received_at": at,
            "words": _printable(scan.words), "place": _printable(scan.place),
        }
        for scan in scans
        if scan.happened_at <= at + AHEAD
    ]  # fmt: skip
    if rows:
        db.session.execute(insert(ReturnScan).on_conflict_do_nothing(index_elements=["source", "source_ref"]), rows)


def _printable(words: str) -> str:
    """Somebody else's text, in one line that any database keeps."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())[:MOST_LETTERS]


def _ask_staff(return_: Return, why: str, key: str, *, at: datetime) -> None:
    facts = {"rma": return_.rma, "why": why}
    open_task("return", return_, key=key, customer_id=return_.customer_id, due_at=shop().answer_by(at), at=at, facts=facts)
