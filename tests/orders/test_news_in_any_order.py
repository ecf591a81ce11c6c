"""The same news, in any order and any number of times, leave a parcel as they would in the order in which they happened."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.carriers import Incident, ParcelStatus
from portal.kit.db import db, transaction
from portal.orders.actions import take_tracking
from portal.orders.models import Shipment
from portal.orders.whereabouts import RANK, Told, whereabouts
from tests.accounts.builders import customer
from tests.conftest import TODAY
from tests.orders.builders import order, parcel, scan

STATUSES = st.sampled_from([status.value for status in ParcelStatus])
INCIDENTS = st.none() | st.sampled_from([incident.value for incident in Incident])
SCANS = st.builds(scan, STATUSES, st.integers(0, 12), ref=st.integers(0, 9999).map(str), incident=INCIDENTS)


@dataclass(frozen=True)
class Letter:
    """What a source tells at once."""

    scans: tuple[Any, ...]
    as_of: datetime
    day: date | None
    held_at: str


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[Letter], list[Letter]]:
    scans = draw(st.lists(SCANS, min_size=1, max_size=10, unique_by=lambda one: one.ref))
    letters = []
    for number in range(draw(st.integers(1, 6))):
        some = tuple(draw(st.lists(st.sampled_from(scans), max_size=4)))
        day = draw(st.none() | st.dates(date(2026, 11, 20), date(2026, 12, 10)))
        letters.append(Letter(some, TODAY + timedelta(minutes=number), day, draw(st.sampled_from(["", "Kiosk", "Locker 7"]))))
    repeated = draw(st.lists(st.sampled_from(letters), max_size=5))
    return letters, draw(st.permutations(letters + repeated))


def state_after(letters: list[Letter]) -> tuple[Any, ...]:
    with transaction():
        one = parcel(order(customer(), TODAY))
        for letter in letters:
            told: dict[str, Any] = {"as_of": letter.as_of, "expected_on": letter.day, "held_at": letter.held_at}
            take_tracking(one, letter.scans, source="easypost", at=TODAY + timedelta(days=1), **told)
        return state(one)


def state(one: Shipment) -> tuple[Any, ...]:
    db.session.flush()
    db.session.refresh(one)
    names = "status incident status_at shipped_at delivered_at expected_on held_at held_until pickup_code heard_at"
    events = sorted((event.source_ref.partition(":")[2], event.status, event.happened_at) for event in one.events)
    return *(getattr(one, name) for name in names.split()), one.order.packed_at is None, events


@pytest.mark.timeout(240)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=stories())
def test_the_same_news_lead_to_the_same_state(app: Flask, story: tuple[list[Letter], list[Letter]]) -> None:
    in_order, as_they_come = story
    with app.app_context():
        assert state_after(as_they_come) == state_after(in_order)


TOLD = st.builds(Told, st.sampled_from(ParcelStatus), st.none() | st.sampled_from(Incident), st.datetimes())


@given(st.lists(TOLD, max_size=12), TOLD)
def test_a_parcel_never_goes_backwards(news: list[Told], late: Told) -> None:
    """Whatever is heard last: it stands no lower than before, and on the same step no earlier."""
    before = whereabouts(news)
    after = whereabouts([*news, late])
    assert RANK[after.status] >= RANK[before.status]
    if RANK[after.status] == RANK[before.status] and before.status_at and after.status_at:
        assert after.status_at >= before.status_at
