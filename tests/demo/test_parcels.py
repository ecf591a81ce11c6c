"""The demo's parcels are in the states that the stand-in's carrier says."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.demo import parcels
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.actions import OrderedLine
from portal.orders.models import Order, Shipment
from tests.accounts.builders import customer
from tests.carrier import Carriers
from tests.conftest import Work
from tests.orders.builders import order

EXPECTED = {
    "mira@example.com": ["available_for_pickup", *["delivered"] * 4, "in_transit"],
    "jonas@example.com": [*["delivered"] * 3, "in_transit"],
    "elif@example.com": [*["delivered"] * 3, "return_to_sender"],
    "andrei@example.com": [*["delivered"] * 3, "failure"],
    "sofia@example.com": ["in_transit", "in_transit", "in_transit", "pre_transit"],
}


def test_each_of_them_has_a_parcel_to_wait_for(app: Flask, carriers: Carriers, work: Work) -> None:
    with app.app_context(), transaction():
        for email in EXPECTED:
            who = customer(email)
            for days in range(4):
                goods = [OrderedLine(f"Goods {number}", f"G-{number}", 1, 500) for number in range(4)]
                order(who, now() - timedelta(days=10 + days), *goods)
    with app.app_context():
        parcels.send()
    work()
    with app.app_context():
        for email, states in EXPECTED.items():
            theirs = select(Shipment.status).join(Order).join(Customer, Customer.id == Order.customer_id).where(Customer.email == email)
            assert sorted(db.session.scalars(theirs)) == states, email
        held = db.session.scalars(select(Shipment).where(Shipment.status == "available_for_pickup")).one()
        assert (held.held_at, held.pickup_code) == (parcels.COUNTER, parcels.CODE)
        assert held.held_until and held.held_until > now().date()
