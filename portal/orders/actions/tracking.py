"""What carriers say of a parcel is kept once each; where it is follows from all of it. docs/decisions/where-a-parcel-is.md"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from logging import getLogger
from typing import Any, Self

from sqlalchemy import select

from portal import timeline
from portal.carriers import Incident, ParcelStatus, Scan, Tracking, on_tracking
from portal.kit.db import db, insert
from portal.kit.shop import shop
from portal.orders import emails
from portal.orders.actions.ordering import hold, mark_packed
from portal.orders.models import ExpectedDate, Order, Shipment, TrackingEvent
from portal.orders.whereabouts import Told, whereabouts
from portal.tasks.actions import finish_tasks, open_task
from portal.timeline import Actor

log = getLogger(__name__)
CARRIER = Actor(system="carrier")
AHEAD = timedelta(days=1)
"""A carrier's clock may be so much ahead, or mean another zone's time. News of later is none: it would outlast all that is true."""
MOST_LETTERS = 300
NO_SCAN, WORRY = "no scan", "worry"
"""Tasks that a scan finishes."""
NOT_COMING = "not coming"
"""A task that ends by itself if it comes all the same."""
BECAME = {
    ParcelStatus.OUT_FOR_DELIVERY: "out for delivery",
    ParcelStatus.AVAILABLE_FOR_PICKUP: "ready to pick up",
    ParcelStatus.DELIVERED: "delivered",
    ParcelStatus.RETURN_TO_SENDER: "returned to sender",
    ParcelStatus.FAILURE: "will not arrive",
    ParcelStatus.CANCELLED: "parcel cancelled",
}
"""What stands in the history."""
LOST = ParcelStatus.RETURN_TO_SENDER, ParcelStatus.FAILURE
"""It won't reach the customer: somebody sends another one, or the money back."""
FORGOTTEN = timedelta(days=30)
"""What was not heard of for so long is past: somebody brought in orders of long ago."""


def take_tracking(
    shipment: Shipment,
    scans: Sequence[Scan],
    *,
    source: str,
    at: datetime,
    as_of: datetime | None = None,
    expected_on: date | None = None,
    held_at: str = "",
    held_until: date | None = None,
    pickup_code: str = "",
    by: Actor = CARRIER,
) -> None:
    """All that `source` says, in any order, and some of it perhaps again: what is known already changes nothing.

    The expected day and where it is held are as they were said at `as_of`, or now: what was said before then is not believed any more.
    """
    hold(db.session.get_one(Order, shipment.order_id))
    db.session.refresh(shipment)
    stood = Stood.of(shipment)
    _keep(shipment, scans, source=source, at=at)
    said_at = as_of or at
    if (held_at or held_until or pickup_code) and (shipment.held_said_at is None or shipment.held_said_at <= said_at):
        shipment.held_at, shipment.held_until, shipment.pickup_code = held_at, held_until, pickup_code
        shipment.held_said_at = said_at
    shipment.heard_at = max(shipment.heard_at or at, at)
    settle(shipment, stood, by=by, at=at)
    if expected_on:
        expect(shipment, expected_on, as_of=said_at, by=by, at=at)


@dataclass(frozen=True)
class Stood:
    """How a parcel stood before something was told of it."""

    status: ParcelStatus
    incident: Incident | None
    status_at: datetime | None
    has_left: bool

    @classmethod
    def of(cls, shipment: Shipment) -> Self:
        return cls(shipment.status, shipment.incident, shipment.status_at, shipment.shipped_at is not None)


@on_tracking
def hear(tracking: Tracking, at: datetime) -> None:
    """What the carrier service knows of a parcel. One that is none of ours is nothing to us."""
    named = select(Shipment).where(Shipment.carrier == tracking.carrier, Shipment.tracking_number == tracking.number)
    shipment = db.session.scalars(named).one_or_none()
    if shipment:
        shipment.tracker_ref = tracking.ref
        take_tracking(
            shipment,
            tracking.scans,
            source="carrier",
            at=at,
            expected_on=tracking.expected_on,
            held_at="" if _is_less_than_known(tracking, shipment) else tracking.held_at,
            held_until=tracking.held_until,
            pickup_code=tracking.pickup_code,
        )


def _is_less_than_known(tracking: Tracking, shipment: Shipment) -> bool:
    """A town, where the shop has told the counter with its code or its last day."""
    is_bare = tracking.held_until is None and not tracking.pickup_code
    return is_bare and bool(shipment.held_until or shipment.pickup_code)


def settle(shipment: Shipment, stood: Stood, *, by: Actor, at: datetime) -> None:
    """Let it be where its news say that it is, and write down what is new of that."""
    db.session.flush()
    columns = TrackingEvent.status, TrackingEvent.incident, TrackingEvent.happened_at
    told = db.session.execute(select(*columns).where(TrackingEvent.shipment_id == shipment.id))
    found = whereabouts(Told(*row) for row in told)
    shipment.status, shipment.incident, shipment.status_at = found.status, found.incident, found.status_at
    shipment.delivered_at = found.delivered_at
    shipment.shipped_at = min(filter(None, (shipment.shipped_at, found.left_at)), default=None)
    if found.is_over:
        shipment.pickup_code = ""
    if found.left_at:
        mark_packed(shipment.order, found.left_at, by=by, at=at)
    if shipment.status_at != stood.status_at:
        shipment.quiet_at = None
        for kind in NO_SCAN, WORRY:
            finish_tasks(kind, shipment, at=at)
    if (shipment.status in LOST) != (stood.status in LOST):
        _is_lost_or_found(shipment, at=at)
    deeds = list(_news(shipment, stood))
    for deed, facts in deeds:
        timeline.note(shipment, deed, by=by, at=at, facts={"ref": shipment.ref, **facts})
    if deeds:
        emails.tell_of(shipment, deeds[-1][0], at=at)


def _is_lost_or_found(shipment: Shipment, *, at: datetime) -> None:
    if shipment.status not in LOST:
        finish_tasks(NOT_COMING, shipment, at=at)
    elif shipment.status_at and shipment.status_at > at - FORGOTTEN:
        key = f"{NOT_COMING}:{timeline.key(shipment)}:{shipment.status_at.isoformat()}"
        facts = {"ref": shipment.ref, "order": shipment.order.number}
        due_at = shop().next_working_noon(at)
        open_task(NOT_COMING, shipment, key=key, customer_id=shipment.order.customer_id, due_at=due_at, at=at, facts=facts)


def _news(shipment: Shipment, stood: Stood) -> Iterator[tuple[str, dict[str, Any]]]:
    happened_at = {"happened_at": shipment.status_at.isoformat()} if shipment.status_at else {}
    if shipment.shipped_at and not stood.has_left:
        yield "shipped", {"happened_at": shipment.shipped_at.isoformat()}
    if shipment.status is not stood.status and shipment.status in BECAME:
        yield BECAME[shipment.status], happened_at
    if shipment.incident and shipment.incident is not stood.incident:
        yield "incident", {**happened_at, "incident": shipment.incident.value}


def expect(shipment: Shipment, day: date, *, as_of: datetime, by: Actor, at: datetime) -> None:
    """It is expected on this day, as was said at `as_of`. The history keeps what differs from the day before it."""
    if shipment.expected_said_at and as_of < shipment.expected_said_at:
        return
    was, shipment.expected_on, shipment.expected_said_at = shipment.expected_on, day, as_of
    if day == was:
        return
    shipment.expected.append(ExpectedDate(expected_on=day, told_at=at))
    facts = {"ref": shipment.ref, "to": day.isoformat()}
    if was:
        timeline.note(shipment, "expected date moved", by=by, at=at, facts={**facts, "from": was.isoformat()})
    else:
        timeline.note(shipment, "expected date told", by=by, at=at, facts=facts)


def _printable(words: str) -> str:
    """Somebody else's text, in one line that any database keeps."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())[:MOST_LETTERS]


def _keep(shipment: Shipment, scans: Sequence[Scan], *, source: str, at: datetime) -> None:
    """Each once. What makes it the same news is its name with its source, for this parcel."""
    credible = [scan for scan in scans if scan.happened_at <= at + AHEAD]
    if len(credible) < len(scans):
        log.warning("%s told news of parcel %s that is yet to come: left out.", source, shipment.id)
    rows = [
        {
            "shipment_id": shipment.id, "source": source, "source_ref": f"{shipment.id}:{scan.ref}",
            "status": scan.status, "incident": scan.incident, "happened_at": scan.happened_at, "received_at": at,
            "words": _printable(scan.words), "place": _printable(scan.place),
        }
        for scan in credible
    ]  # fmt: skip
    if rows:
        db.session.execute(insert(TrackingEvent).on_conflict_do_nothing(index_elements=["source", "source_ref"]), rows)
        db.session.expire(shipment, ["events"])
