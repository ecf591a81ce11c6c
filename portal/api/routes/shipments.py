"""Parcels."""

from datetime import timedelta

from sqlalchemy import select

from portal import orders
from portal.api import queries, shown
from portal.api.endpoints import Answer, Call
from portal.api.forms import Nothing, OfAnOrderQuery
from portal.api.forms.shipments import EventsForm, ShipmentForm
from portal.api.kinds import NOT_FOUND, NOT_VALID, REFUSED
from portal.api.models import Scope
from portal.api.routes.serving import serve
from portal.kit.db import db
from portal.kit.problems import Fault, Problem
from portal.orders.actions import record_shipment, take_tracking
from portal.orders.models import Order, Shipment

ONE = (shown.Shipment, "The parcel as it is known now.")
SHIPMENT = """{
  "order": "HA-1001",
  "carrier": "dhl",
  "tracking_number": "00340434161094042557",
  "lines": [{"position": 0, "quantity": 2}],
  "packed_at": "2026-11-23T10:00:00Z",
  "shipped_at": "2026-11-23T16:30:00Z",
  "expected_on": "2026-11-25"
}"""
EVENTS = """{
  "events": [
    {"id": "scan-1", "status": "in_transit", "happened_at": "2026-11-23T22:10:00Z", "place": "Halle"}
  ]
}"""
AHEAD = timedelta(days=1)
"""A carrier's clock may mean another zone's time."""


@serve(
    "GET", "/shipments", Scope.SHIPMENTS_READ, OfAnOrderQuery, {200: (shown.PageOf[shown.Shipment], "A page of parcels, as they came in.")}
)
def list_shipments(call: Call[OfAnOrderQuery]) -> Answer:
    """List parcels"""
    return Answer(queries.shipments(call.told.cursor, call.told.limit, order=call.told.order))


@serve("GET", "/shipments/<ref>", Scope.SHIPMENTS_READ, Nothing, {200: ONE})
def get_shipment(call: Call[Nothing], ref: str) -> Answer:
    """Read a parcel"""
    return Answer(_shipment(ref))


@serve("PUT", "/shipments/<ref>", Scope.SHIPMENTS_WRITE, ShipmentForm, {200: ONE, 201: (shown.Shipment, "It is new.")}, SHIPMENT)
def put_shipment(call: Call[ShipmentForm], ref: str) -> Answer:
    """Tell of a parcel

    A new one, or what has changed on a known one: what you leave out stays as it is. An order may go in several parcels, which
    together hold no more than was bought.
    """
    told = call.told
    order = db.session.scalars(select(Order).where(Order.number == told.order)).one_or_none()
    if order is None:
        raise Problem(NOT_FOUND, f"No order has the number {told.order}.", [Fault("/order", "is not known")])
    late = [Fault(f"/{name}", "is yet to come") for name in ("packed_at", "shipped_at") if (at := getattr(told, name)) and at > call.at]
    if late:
        raise Problem(NOT_VALID, "What is yet to come has not been done.", late)
    is_new = db.session.scalar(select(Shipment.id).where(Shipment.ref == ref)) is None
    try:
        record_shipment(
            order,
            ref=ref,
            carrier=told.carrier or "",
            tracking_number=told.tracking_number,
            lines=told.packed,
            packed_at=told.packed_at,
            shipped_at=told.shipped_at,
            expected_on=told.expected_on,
            by=call.by,
            at=call.at,
        )
    except orders.Unfit as unfit:
        faults = [Fault("/lines" if reason.startswith(("line ", "a parcel holds")) else "", reason) for reason in unfit.reasons]
        raise Problem(REFUSED, f"This can’t be so: {unfit}.", faults) from None
    return Answer(_shipment(ref), 201 if is_new else 200)


@serve("POST", "/shipments/<ref>/events", Scope.SHIPMENTS_WRITE, EventsForm, {200: ONE}, EVENTS)
def add_events(call: Call[EventsForm], ref: str) -> Answer:
    """Tell where a parcel is

    For a carrier that the portal is not connected with. Each event counts once, by its id; where the parcel is follows from the newest,
    whenever you tell of them.
    """
    told = call.told
    ahead = [Fault(f"/events/{n}/happened_at", "is yet to come") for n, one in enumerate(told.events) if one.happened_at > call.at + AHEAD]
    if ahead:
        raise Problem(NOT_VALID, "News of what is yet to come are none.", ahead)
    shipment = db.session.scalars(select(Shipment).where(Shipment.ref == ref)).one_or_none()
    if shipment is None:
        raise Problem(NOT_FOUND, f"No parcel is called {ref}.")
    take_tracking(
        shipment,
        [event.scan for event in told.events],
        source="api",
        at=call.at,
        expected_on=told.expected_on,
        held_at=told.held_at,
        held_until=told.held_until,
        pickup_code=told.pickup_code,
        by=call.by,
    )
    db.session.flush()
    return Answer(_shipment(ref))


def _shipment(ref: str) -> shown.Shipment:
    if found := queries.shipment(ref):
        return found
    raise Problem(NOT_FOUND, f"No parcel is called {ref}.")
