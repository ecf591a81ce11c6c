"""Where a parcel is: what late, doubled and backward news do to it, and what stands in the history."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from portal.carriers import Incident, ParcelStatus, Scan
from portal.kit.db import db, transaction
from portal.orders.actions import take_tracking
from portal.orders.models import ExpectedDate, Shipment, TrackingEvent
from portal.timeline import Entry
from tests.accounts.builders import customer
from tests.conftest import TODAY
from tests.orders.builders import order, parcel, scan

DAYS = 24


def sent() -> Shipment:
    return parcel(order(customer(), TODAY))


def hear(shipment: Shipment, *scans: Scan, days: float = 0, **told: Any) -> Shipment:
    take_tracking(shipment, scans, source="easypost", at=TODAY + timedelta(days=days), **told)
    return shipment


def history() -> list[str]:
    return list(db.session.scalars(select(Entry.deed).order_by(Entry.id)))[1:]  # the parcel was recorded first


def test_it_is_where_the_newest_scan_says(app: Flask) -> None:
    with app.app_context(), transaction():
        one = hear(sent(), scan("pre_transit", 1), scan("in_transit", 5), scan("out_for_delivery", 30), scan("delivered", 33), days=2)
        assert (one.status, one.status_at) == (ParcelStatus.DELIVERED, TODAY + timedelta(hours=33))
        assert (one.shipped_at, one.delivered_at) == (TODAY + timedelta(hours=5), TODAY + timedelta(hours=33))
        assert one.order.packed_at == one.shipped_at
        assert history() == ["packed", "shipped", "delivered"]


def test_each_step_stands_in_the_history_once(app: Flask) -> None:
    steps: Sequence[tuple[str, float]] = [
        ("pre_transit", 1),
        ("in_transit", 5),
        ("in_transit", 9),
        ("out_for_delivery", 30),
        ("delivered", 33),
    ]
    with app.app_context(), transaction():
        one = sent()
        for status, hours in steps:
            for _ in range(2):
                hear(one, scan(status, hours), days=2)
        assert history() == ["packed", "shipped", "out for delivery", "delivered"]
        assert len(one.events) == len(steps)


def test_older_news_only_fill_the_list(app: Flask) -> None:
    with app.app_context(), transaction():
        one = hear(sent(), scan("out_for_delivery", 30), days=2)
        hear(one, scan("in_transit", 5, incident="delayed"), days=2)
        assert (one.status, one.incident, len(one.events)) == (ParcelStatus.OUT_FOR_DELIVERY, None, 2)
        assert one.shipped_at == TODAY + timedelta(hours=5)


def test_what_was_delivered_is_not_on_its_way_again(app: Flask) -> None:
    with app.app_context(), transaction():
        one = hear(sent(), scan("delivered", 33), days=2)
        hear(one, scan("in_transit", 40, incident="delayed"), scan("failure", 41), days=2)
        assert (one.status, one.incident, one.delivered_at) == (ParcelStatus.DELIVERED, None, TODAY + timedelta(hours=33))
        assert len(one.events) == 3


def test_a_delivered_parcel_may_go_back_all_the_same(app: Flask) -> None:
    with app.app_context(), transaction():
        one = hear(sent(), scan("delivered", 33), scan("return_to_sender", 50), scan("delivered", 90), days=5)
        assert one.status is ParcelStatus.RETURN_TO_SENDER


def test_what_was_lost_may_be_found(app: Flask) -> None:
    with app.app_context(), transaction():
        one = hear(sent(), scan("failure", 30, incident="lost"), days=3)
        assert (one.status, one.incident) == (ParcelStatus.FAILURE, Incident.LOST)
        hear(one, scan("in_transit", 50), days=3)
        assert (one.status, one.incident) == (ParcelStatus.IN_TRANSIT, None)
        assert history() == ["packed", "shipped", "will not arrive", "incident"]


def test_progress_clears_what_was_wrong(app: Flask) -> None:
    with app.app_context(), transaction():
        one = hear(sent(), scan("out_for_delivery", 30), scan("in_transit", 34, incident="nobody_there"), days=3)
        assert one.incident is Incident.NOBODY_THERE
        hear(one, scan("out_for_delivery", 54), days=3)
        assert one.incident is None


def test_news_without_a_place_on_the_way_says_what_is_wrong_and_no_more(app: Flask) -> None:
    with app.app_context(), transaction():
        one = hear(sent(), scan("in_transit", 30), scan("unknown", 31), scan("unknown", 32, incident="address"), days=3)
        assert (one.status, one.incident) == (ParcelStatus.IN_TRANSIT, Incident.ADDRESS)


def test_a_label_that_is_announced_again_undoes_nothing(app: Flask) -> None:
    with app.app_context(), transaction():
        assert hear(sent(), scan("in_transit", 3), scan("pre_transit", 9), scan("cancelled", 10)).status is ParcelStatus.IN_TRANSIT


def test_news_from_the_future_is_left_out(app: Flask) -> None:
    with app.app_context(), transaction():
        one = hear(sent(), scan("in_transit", 3), scan("delivered", 2 * DAYS))
        assert (one.status, len(one.events)) == (ParcelStatus.IN_TRANSIT, 1)


def test_one_name_is_another_news_for_another_parcel(app: Flask) -> None:
    with app.app_context(), transaction():
        for _ in range(2):
            hear(sent(), scan("in_transit", 3, ref="1"))
        assert db.session.scalar(select(func.count()).select_from(TrackingEvent)) == 2


def test_the_expected_day_keeps_its_history_where_it_differs(app: Flask) -> None:
    first, moved = date(2026, 11, 26), date(2026, 11, 28)
    with app.app_context(), transaction():
        one = sent()
        for day in first, first, moved, moved:
            hear(one, expected_on=day)
        told = list(db.session.scalars(select(ExpectedDate.expected_on).order_by(ExpectedDate.id)))
        assert (one.expected_on, told, history()) == (moved, [first, moved], ["expected date told", "expected date moved"])
        hear(one, expected_on=first, as_of=TODAY - timedelta(hours=1))
        assert one.expected_on == moved
        facts = db.session.scalars(select(Entry.facts).order_by(Entry.id.desc())).first()
        assert facts == {"ref": one.ref, "from": "2026-11-26", "to": "2026-11-28"}


def test_where_it_waits_is_kept_until_it_is_taken_along(app: Flask) -> None:
    with app.app_context(), transaction():
        told = {"held_at": "Kiosk Yılmaz", "held_until": date(2026, 12, 2), "pickup_code": "4711"}
        one = hear(sent(), scan("available_for_pickup", 30), days=2, **told)
        assert (one.held_at, one.held_until, one.pickup_code) == ("Kiosk Yılmaz", date(2026, 12, 2), "4711")
        hear(one, scan("delivered", 40), days=2)
        assert (one.held_at, one.pickup_code) == ("Kiosk Yılmaz", "")
        assert "4711" not in str(db.session.scalars(select(Entry.facts)).all())


def test_a_carriers_words_are_kept_in_one_line(app: Flask) -> None:
    with app.app_context(), transaction():
        one = hear(sent(), scan("in_transit", 3, words="Sortiert\x00\n in Halle " + "!" * 900, place=" Halle "))
        assert (one.events[0].words[:17], len(one.events[0].words), one.events[0].place) == ("Sortiert in Halle", 300, "Halle")
