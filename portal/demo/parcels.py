"""Sends what was ordered in the demo: parcels in every state, carried by the stand-in, which moves them on as the clock goes."""

from dataclasses import dataclass
from datetime import timedelta

import requests
from flask import current_app
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.carriers import carrier_service
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.actions import Packed, record_shipment, take_tracking
from portal.orders.models import Order
from portal.timeline import Actor

SHOP = Actor(system="api")


@dataclass(frozen=True)
class Parcel:
    journey: str
    """As the stand-in calls it."""
    hours: int
    """So long ago it was announced."""
    lines: tuple[int, ...] = ()
    """Positions in the order; without any, all that is left of it."""


SENT: dict[str, tuple[tuple[Parcel, ...], ...]] = {
    "mira@example.com": ((Parcel("usual", 30, (0,)), Parcel("held", 60, (1,)), Parcel("usual", 75)), (Parcel("usual", 900),)),
    "jonas@example.com": ((Parcel("silent", 150),),),
    "elif@example.com": ((Parcel("returned", 70),),),
    "andrei@example.com": ((Parcel("lost", 140),),),
    "sofia@example.com": ((Parcel("silent", 80),), (Parcel("customs", 50),), (Parcel("attempt", 60),), (Parcel("announced", 2),)),
}
"""By customer: the parcels of the newest order, of the one before it, and so on."""


COUNTER, CODE = "Kiosk Linde, Lindenallee 4, 10115 Berlin (9:00–19:00)", "48 21 07"
"""Where the parcel waits that is held, as the shop's own system heard it from the carrier, and by which code it is handed out."""
KEEPS_FOR = timedelta(days=7)
OLD = timedelta(days=7)
"""Of an order that is older, and that has no parcel above, all was delivered."""


def send() -> None:
    """Asks for them to be followed: what the carrier says of them, the worker learns."""
    number = 1
    sent: list[int] = []
    for email, orders in SENT.items():
        mine = select(Order.id).join(Customer, Customer.id == Order.customer_id).where(Customer.email == email)
        newest = list(db.session.scalars(mine.order_by(Order.placed_at.desc(), Order.id.desc()).limit(len(orders))))
        db.session.rollback()
        for order_id, parcels in zip(newest, orders, strict=False):
            for parcel in parcels:
                _send(order_id, parcel, f"JD0146{number:06}")
                number += 1
            sent.append(order_id)
    if carrier_service() is None:
        return  # nobody would say that they have arrived
    at = now()
    older = select(Order.id, Order.placed_at).where(Order.id.not_in(sent), Order.placed_at < at - OLD).order_by(Order.id)
    rows = db.session.execute(older).all()
    db.session.rollback()
    for order_id, placed_at in rows:
        _send(order_id, Parcel("usual", int((at - placed_at) / timedelta(hours=1)) - 12), f"JD0146{number:06}")
        number += 1


def _send(order_id: int, parcel: Parcel, number: str) -> None:
    at = now()
    announced_at = at - timedelta(hours=parcel.hours)
    told = {"number": number, "carrier": "", "journey": parcel.journey, "begins": int(announced_at.timestamp())}
    requests.post(f"{current_app.config['STRIPE_API_BASE']}/_sandbox/parcels", json=told, timeout=60).raise_for_status()
    with transaction():
        order = db.session.get_one(Order, order_id)
        lines = [Packed(line.position, line.quantity) for line in order.lines if line.position in parcel.lines]
        shipment = record_shipment(
            order,
            ref=f"{order.number}/{number[-2:]}",
            carrier="dhl",
            tracking_number=number,
            lines=lines or None,
            packed_at=announced_at,
            by=SHOP,
            at=at,
        )
        if parcel.journey == "held":
            until = (announced_at + timedelta(hours=51) + KEEPS_FOR).date()
            take_tracking(shipment, [], source="api", at=at, held_at=COUNTER, held_until=until, pickup_code=CODE, by=SHOP)
