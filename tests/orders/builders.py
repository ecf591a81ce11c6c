"""Orders, parcels and files of orders, in one line each."""

from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from portal.accounts.models import Customer
from portal.carriers import Incident, ParcelStatus, Scan
from portal.kit.db import db
from portal.orders.actions import OrderedLine, Packed, record_order, record_shipment
from portal.orders.models import Order, Shipment, ShipmentLine
from portal.timeline import Actor
from tests.conftest import TODAY

SHOP = Actor(system="api")
_numbers = count(1)

HEADER = "order_number,placed_at,email,currency,sku,title,quantity,unit_price"
MIRA = "A-1,2026-03-01 10:00,mira@example.com,EUR,HON,Linden honey,2,8.90"
MIRAS_TEA = "A-1,2026-03-01 10:00,mira@example.com,EUR,TEA,Sencha,1,12.00"
BOB = "A-2,2026-03-02 11:30,bob@example.com,EUR,OIL,Olive oil,1,14.40"
CAROL = "A-3,2026-03-03 12:00,carol@example.com,EUR,SOA,Soap,3,3.90"


def order(customer: Customer, placed_at: datetime, *lines: OrderedLine, number: str | None = None, currency: str = "EUR") -> Order:
    """Inside an open transaction."""
    honey = OrderedLine("Linden honey", "HON", 2, 890, "products/honey.svg")
    return record_order(customer, number=number, placed_at=placed_at, currency=currency, lines=lines or [honey])


def csv(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8", end: str = "\n") -> Path:
    file = folder / "orders.csv"
    file.write_bytes(end.join([header, *rows, ""]).encode(encoding))
    return file


def scan(
    status: str, hours: float = 0, *, ref: str = "", incident: str | None = None, words: str = "", place: str = "", day: datetime = TODAY
) -> Scan:
    """So many hours after `day`; one of another time or status is another one."""
    happened_at = day + timedelta(hours=hours)
    told = Incident(incident) if incident else None
    return Scan(ref or f"{status}@{hours}", ParcelStatus(status), told, happened_at, words, place)


def parcel(order: Order, *lines: Packed, at: datetime = TODAY, **told: Any) -> Shipment:
    """Of everything that is left of the order, unless `lines` are told. Inside an open transaction."""
    numbered: dict[str, Any] = {"ref": f"P-{next(_numbers)}", "by": SHOP, "at": at} | told
    return record_shipment(order, lines=lines or None, **numbered)


def parcel_that_is(status: ParcelStatus, order: Order, lines: dict[int, int] | None = None, **told: Any) -> Shipment:
    """As it stands, whatever news that came of. With so many of each line inside, by its position; without `lines`, all of them."""
    shipment = Shipment(ref=f"P-{next(_numbers)}", order=order, status=status, **told)
    inside = {line.position: line.quantity for line in order.lines} if lines is None else lines
    shipment.lines = [ShipmentLine(line=order.lines[position], quantity=quantity) for position, quantity in inside.items()]
    db.session.add(shipment)
    db.session.flush()
    return shipment
