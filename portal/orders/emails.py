"""What is written to a customer about a parcel: each fact once. Nobody is written to about an order whose address nobody has proven."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from portal.accounts.models import Address, Customer
from portal.kit.db import db
from portal.kit.shop import shop
from portal.notifications.actions import send_mail
from portal.orders.models import OrderLine, Shipment, ShipmentLine
from portal.orders.policy import situation

TOLD = {
    "shipped": "shipped",
    "out for delivery": "out",
    "ready to pick up": "held",
    "delivered": "delivered",
    "returned to sender": "wrong",
    "will not arrive": "wrong",
    "incident": "wrong",
}
"""Which news of the history are written, and by which mail."""
NEWS = timedelta(days=3)
"""What was longer ago is no news: somebody brought in parcels of long ago."""
NAMED = 3


def tell_of(shipment: Shipment, deed: str, *, at: datetime) -> None:
    """The last of several that became known together."""
    happened_at = shipment.status_at or shipment.shipped_at
    if (mail := TOLD.get(deed)) and happened_at and happened_at > at - NEWS:
        day = happened_at.date() if mail == "out" else shipment.incident or shipment.status if mail == "wrong" else ""
        tell(shipment, mail, key=f"parcel {mail}:{shipment.id}:{day}", at=at)


def tell(shipment: Shipment, mail: str, *, key: str, at: datetime, until: datetime | None = None) -> None:
    """`until` is when somebody at the shop will have looked at it, if that is promised."""
    order = shipment.order
    if order.customer_id is None:
        return
    parcels = list(db.session.scalars(select(Shipment.id).where(Shipment.order_id == order.id).order_by(Shipment.id)))
    told: dict[str, Any] = {
        "situation": situation(shipment.facts, at=at, shop=shop()),
        "expected_on": _iso(shipment.expected_on),
        "heard_at": _iso(shipment.status_at or shipment.shipped_at),
        "delivered_at": _iso(shipment.delivered_at),
        "held_at": shipment.held_at,
        "held_until": _iso(shipment.held_until),
        "part": parcels.index(shipment.id) + 1,
        "parts": len(parcels),
    }
    context = {"mail": mail, "order": order.number, "shipment": shipment.id, "told": told, "until": _iso(until)}
    context |= {"carrier": shipment.carrier, "number": shipment.tracking_number, "inside": _inside(shipment)}
    if mail == "shipped":
        context["address"] = _address(order.address_id)
    to = db.session.get_one(Customer, order.customer_id)
    send_mail(f"orders/{mail}", to=to, context=context, at=at, key=key)


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment else None


def _inside(shipment: Shipment) -> dict[str, Any]:
    """The names of the first things in it, and how many more there are."""
    lines = select(OrderLine.title).join(ShipmentLine, ShipmentLine.order_line_id == OrderLine.id)
    lines = lines.where(ShipmentLine.shipment_id == shipment.id)
    count = db.session.scalar(select(func.count()).select_from(lines.subquery())) or 0
    first = list(db.session.scalars(lines.order_by(OrderLine.position).limit(NAMED)))
    return {"first": first, "more": count - len(first)}


def _address(address_id: int | None) -> dict[str, str] | None:
    """As schema.org spells it."""
    found = db.session.get(Address, address_id) if address_id else None
    if found is None:
        return None
    street = ", ".join(filter(None, (found.line1, found.line2)))
    told = {"name": found.name, "streetAddress": street, "addressLocality": found.city, "postalCode": found.postcode}
    return {"@type": "PostalAddress", **told, "addressCountry": found.country}
