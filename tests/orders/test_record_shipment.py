"""A parcel is what the shop calls it by: told twice it is the same, and it holds no more than was bought."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.carriers import ParcelStatus
from portal.kit.db import db, transaction
from portal.orders.actions import OrderedLine, Packed, mark_packed, take_tracking
from portal.orders.models import ExpectedDate, Order, Shipment, ShipmentLine
from portal.orders.refusals import Unfit
from portal.timeline import Entry
from tests.accounts.builders import customer
from tests.conftest import TODAY
from tests.orders.builders import SHOP, order, parcel, scan

HONEY, TEA = OrderedLine("Linden honey", "HON", 3, 890), OrderedLine("Sencha", "TEA", 1, 1200)


def bought() -> Order:
    return order(customer(), TODAY, HONEY, TEA)


def inside(shipment: Shipment) -> dict[int, int]:
    db.session.expire(shipment)
    return {one.line.position: one.quantity for one in shipment.lines}


def deeds() -> list[str]:
    return list(db.session.scalars(select(Entry.deed).order_by(Entry.id)))


def test_a_parcel_is_written_down_with_what_is_in_it(app: Flask) -> None:
    with app.app_context(), transaction():
        told: dict[str, Any] = {"packed_at": TODAY, "shipped_at": TODAY + timedelta(hours=2), "expected_on": date(2026, 11, 26)}
        one = parcel(bought(), Packed(0, 2), ref="S-1", carrier=" DHL ", tracking_number="jd01 4600 0012", **told)
        assert (one.carrier, one.tracking_number, one.status) == ("dhl", "JD0146000012", ParcelStatus.UNKNOWN)
        assert (one.packed_at, one.shipped_at, one.order.packed_at) == (TODAY, TODAY + timedelta(hours=2), TODAY)
        assert (one.expected_on, inside(one)) == (date(2026, 11, 26), {0: 2})


def test_the_same_again_is_the_same(app: Flask) -> None:
    told: dict[str, Any] = {
        "ref": "S-1",
        "carrier": "dhl",
        "tracking_number": "JD0146000012",
        "shipped_at": TODAY,
        "expected_on": date(2026, 11, 26),
    }
    with app.app_context(), transaction():
        shop_order = bought()
        first = parcel(shop_order, Packed(0, 3), **told).id
        written = deeds()
        again = parcel(shop_order, Packed(0, 3), at=TODAY + timedelta(hours=1), **told)
        assert (again.id, inside(again), deeds()) == (first, {0: 3}, written)
        assert db.session.scalar(select(func.count()).select_from(ExpectedDate)) == 1


def test_what_is_not_told_again_stays(app: Flask) -> None:
    with app.app_context(), transaction():
        shop_order = bought()
        parcel(shop_order, Packed(0, 3), ref="S-1", packed_at=TODAY)
        later = parcel(shop_order, ref="S-1", carrier="dhl", tracking_number="JD0146000012")
        assert (inside(later), later.packed_at, later.tracking_number) == ({0: 3}, TODAY, "JD0146000012")


def test_other_contents_take_the_place_of_the_old_ones(app: Flask) -> None:
    with app.app_context(), transaction():
        shop_order = bought()
        parcel(shop_order, Packed(0, 3), ref="S-1")
        assert inside(parcel(shop_order, Packed(0, 1), Packed(1, 1), ref="S-1")) == {0: 1, 1: 1}


def test_a_parcel_of_which_no_lines_are_told_holds_all_that_is_left(app: Flask) -> None:
    with app.app_context(), transaction():
        shop_order = bought()
        parcel(shop_order, Packed(0, 2))
        assert inside(parcel(shop_order)) == {0: 1, 1: 1}
        with pytest.raises(Unfit, match="a parcel holds at least one line"):
            parcel(shop_order)


def test_no_more_is_sent_than_was_bought(app: Flask) -> None:
    with app.app_context(), transaction():
        shop_order = bought()
        parcel(shop_order, Packed(0, 2), ref="S-1")
        with pytest.raises(Unfit) as refused:
            parcel(shop_order, Packed(0, 2), Packed(1, 0), Packed(7, 1), Packed(7, 1))
        assert refused.value.reasons == [
            "line 0: 2 told, 1 left of 3 ordered",
            "line 1: a quantity of 0",
            "line 7 is not in this order",
            "line 7 is not in this order",
        ]
        assert inside(parcel(shop_order, Packed(0, 3), ref="S-1")) == {0: 3}


def test_what_was_in_a_cancelled_parcel_can_be_sent_in_another(app: Flask) -> None:
    with app.app_context(), transaction():
        shop_order = bought()
        take_tracking(parcel(shop_order), [scan("cancelled")], source="api", at=TODAY)
        assert inside(parcel(shop_order)) == {0: 3, 1: 1}


def test_a_tracking_number_used_twice_is_refused_by_name(app: Flask) -> None:
    with app.app_context(), transaction():
        parcel(bought(), ref="S-1", carrier="dhl", tracking_number="JD0146000012")
        with pytest.raises(Unfit, match="dhl JD0146000012 is the parcel S-1 already"):
            parcel(bought(), ref="S-2", carrier="dhl", tracking_number="jd 0146000012")
        parcel(bought(), ref="S-3", carrier="gls", tracking_number="JD0146000012")


def test_a_name_that_is_another_orders_is_refused(app: Flask) -> None:
    with app.app_context(), transaction():
        parcel(bought(), ref="S-1")
        with pytest.raises(Unfit, match="belongs to another order"):
            parcel(bought(), ref="S-1")


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"ref": ""}, "ref is"),
        ({"ref": "a b"}, "ref is"),
        ({"carrier": "Deutsche Post!"}, "carrier is"),
        ({"carrier": "dhl", "tracking_number": "1\x00"}, "tracking_number is"),
        ({"tracking_number": "JD0146000012"}, "needs its carrier"),
    ],
)
def test_what_can_be_no_name_is_refused(app: Flask, told: dict[str, Any], reason: str) -> None:
    with app.app_context(), transaction(), pytest.raises(Unfit, match=reason):
        parcel(bought(), **told)


def test_ten_thousand_lines_in_one_parcel(app: Flask) -> None:
    with app.app_context():
        with transaction():
            large = order(customer(), TODAY, *[OrderedLine(f"Seed {number}", f"S-{number}", 2, 100) for number in range(10_000)])
            parcel(large, *[Packed(number, 1) for number in range(10_000)], ref="S-1")
            parcel(large, ref="S-2")
        counts = select(func.count(), func.sum(ShipmentLine.quantity)).group_by(ShipmentLine.shipment_id)
        assert [tuple(row) for row in db.session.execute(counts)] == [(10_000, 10_000)] * 2


def test_packing_begins_once(app: Flask) -> None:
    with app.app_context(), transaction():
        shop_order = bought()
        for hours in 1, 2:
            mark_packed(shop_order, TODAY + timedelta(hours=hours), by=SHOP, at=TODAY)
        assert (shop_order.packed_at, deeds()) == (TODAY + timedelta(hours=1), ["packed"])
