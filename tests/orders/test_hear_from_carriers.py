"""The carrier service follows a parcel from the moment the shop tells its number."""

from datetime import timedelta

from flask import Flask

from portal.carriers import Incident, ParcelStatus
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Shipment
from tests.accounts.builders import customer
from tests.carrier import Carriers
from tests.conftest import Work
from tests.orders.builders import order, parcel


def test_news_of_the_carrier_reach_the_parcel(app: Flask, carriers: Carriers, work: Work) -> None:
    with app.app_context(), transaction():
        one = parcel(order(customer(), now()), carrier="dhl", tracking_number="JD0146000012", at=now()).id
    work()
    carriers.scan("JD0146000012", "in_transit", at=now() - timedelta(hours=2), double=2)
    carriers.scan("JD0146000012", "in_transit", "delivery_exception", at=now() - timedelta(hours=1))
    work()
    with app.app_context():
        there = db.session.get_one(Shipment, one)
        assert (there.status, there.incident) == (ParcelStatus.IN_TRANSIT, Incident.NOBODY_THERE)
        assert there.tracker_ref == carriers.ref("JD0146000012")
        assert [event.source for event in there.events][-2:] == ["carrier", "carrier"]
