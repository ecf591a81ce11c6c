"""What a parcel's state means, and what can be done now. Every situation has something to do, or nothing more to come."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portal import config
from portal.carriers import Incident, ParcelStatus
from portal.orders.policy import CAN, OVER, TROUBLE, Can, ParcelFacts, Situation, situation
from tests.kit.conftest import ROOT

SHOP = config.read_shop(Path(ROOT / "shop.toml"))
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
THURSDAY = date(2026, 11, 26)


def days(number: float) -> datetime:
    return MONDAY + timedelta(days=number)


CASES: list[tuple[str, dict[str, Any], float, str]] = [
    ("unknown", {}, 0, "packing"),
    ("pre_transit", {"status_at": MONDAY}, 9, "packing"),
    ("pre_transit", {"expected_on": THURSDAY, "tracker_ref": "trk_1"}, 4, "late"),
    ("unknown", {"expected_on": THURSDAY}, 4, "packing"),
    ("unknown", {"expected_on": THURSDAY, "shipped_at": MONDAY}, 30, "on its way"),  # nobody tells us of it
    ("unknown", {"shipped_at": MONDAY, "tracker_ref": "trk_1"}, 4, "quiet"),
    ("unknown", {"shipped_at": MONDAY}, 1, "on its way"),
    ("pre_transit", {"shipped_at": MONDAY, "status_at": MONDAY}, 4, "quiet"),
    ("in_transit", {}, 0, "on its way"),
    ("in_transit", {"expected_on": THURSDAY}, 3, "on its way"),
    ("in_transit", {"expected_on": THURSDAY, "status_at": days(3)}, 4, "late"),
    ("in_transit", {"status_at": MONDAY}, 3, "on its way"),
    ("in_transit", {"status_at": MONDAY}, 4, "quiet"),
    ("in_transit", {"status_at": days(4)}, 7, "on its way"),  # a Friday; a Sunday is no day of its
    ("in_transit", {"status_at": days(4)}, 9, "quiet"),
    ("in_transit", {"status_at": MONDAY, "expected_on": THURSDAY}, 4, "quiet"),
    ("in_transit", {"incident": "delayed", "status_at": MONDAY}, 1, "delayed"),
    ("in_transit", {"incident": "other"}, 1, "delayed"),
    ("in_transit", {"incident": "delayed", "status_at": MONDAY}, 9, "quiet"),
    ("in_transit", {"incident": "customs", "status_at": MONDAY}, 9, "customs"),
    ("in_transit", {"incident": "nobody_there"}, 1, "nobody there"),
    ("in_transit", {"incident": "address"}, 1, "address"),
    ("in_transit", {"incident": "refused"}, 1, "refused"),
    ("in_transit", {"incident": "damaged"}, 1, "damaged"),
    ("in_transit", {"incident": "lost"}, 1, "lost"),
    ("out_for_delivery", {"expected_on": THURSDAY}, 3, "out for delivery"),
    ("available_for_pickup", {"held_until": THURSDAY}, 3, "held"),
    ("available_for_pickup", {"held_until": THURSDAY}, 4, "held over"),
    ("available_for_pickup", {"status_at": MONDAY}, 9, "held"),
    ("available_for_pickup", {"incident": "not_picked_up"}, 1, "held over"),
    ("delivered", {"expected_on": THURSDAY, "status_at": MONDAY}, 90, "delivered"),
    ("return_to_sender", {"incident": "refused"}, 1, "returned"),
    ("failure", {"incident": "lost"}, 1, "lost"),
    ("failure", {}, 1, "lost"),
    ("cancelled", {}, 1, "cancelled"),
]


@pytest.mark.parametrize(("status", "told", "after", "expected"), CASES)
def test_the_situation_of_a_parcel(status: str, told: dict[str, Any], after: float, expected: str) -> None:
    facts = {**told, "incident": Incident(told["incident"]) if "incident" in told else None}
    assert situation(ParcelFacts(ParcelStatus(status), **facts), at=days(after), shop=SHOP) is Situation(expected)


def test_every_situation_is_tried_here() -> None:
    assert {expected for *_, expected in CASES} == {one.value for one in Situation}


@pytest.mark.parametrize("one", list(Situation))
def test_where_something_is_wrong_there_is_something_to_do(one: Situation) -> None:
    if one in TROUBLE:
        assert set(CAN[one]) & {Can.ASK_CARRIER, Can.WRITE, Can.CLAIM}
    else:
        assert CAN[one] or one in OVER
