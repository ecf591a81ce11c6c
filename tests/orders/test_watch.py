"""A parcel that no carrier scans for days, and one that should be there by now: the customer hears it from us, once."""

from collections.abc import Callable
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.carriers import ParcelStatus
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.actions import take_tracking
from portal.orders.actions.watching import watch
from portal.orders.models import Shipment
from portal.outbox.asking import ask_by_the_clock
from portal.tasks.models import StaffTask
from portal.timeline import Entry
from tests.accounts.builders import customer
from tests.conftest import TODAY, Work
from tests.mail import Mail
from tests.mail import text as raw_text
from tests.orders.builders import order, parcel, scan

Watch = Callable[..., list[str]]
WHOSE = "mira@example.com"


@pytest.fixture
def one(app: Flask) -> int:
    """A parcel that was scanned on the way today, a Monday."""
    with app.app_context(), transaction():
        made = parcel(order(customer(WHOSE), TODAY), carrier="dhl", tracking_number="JD0146000012")
        take_tracking(made, [scan("in_transit")], source="carrier", at=TODAY)
        return made.id


@pytest.fixture
def after(app: Flask, work: Work, mail: Mail, time: Callable[[timedelta], None]) -> Watch:
    """Let so many days since TODAY have passed, and the clock look. Returns the subjects of what was written since the last time."""
    work()
    seen = len(mail.received)

    def run(days: float, *scans: Any, **told: Any) -> list[str]:
        nonlocal seen
        time(TODAY + timedelta(days=days) - now())
        with app.app_context():
            with transaction():
                if scans or told:
                    take_tracking(db.session.scalars(select(Shipment)).one(), scans, source="carrier", at=now(), **told)
                watch(at=now())
            outbox.work_until_idle()
        new, seen = mail.received[seen:], len(mail.received)
        return [str(message["Subject"]) for message in new]

    return run


def text(message: EmailMessage) -> str:
    return raw_text(message).replace("\xa0", " ")


def tasks() -> list[tuple[str, bool]]:
    return [(task.kind, task.done_at is not None) for task in db.session.scalars(select(StaffTask).order_by(StaffTask.id))]


def test_what_is_not_scanned_for_three_working_days_is_looked_into_and_told_once(app: Flask, one: int, after: Watch, mail: Mail) -> None:
    assert after(3.5) == []
    assert after(4) == ["Your parcel has not moved for days"]
    assert after(4.1) == after(5) == []
    written = text(mail.newest(WHOSE))
    assert "No news since Mon 23 Nov. We ask the carrier where it is." in written
    assert "Somebody at the shop has looked at it by Sat 28 November, 12:00" in written
    with app.app_context():
        task = db.session.scalars(select(StaffTask)).one()
        assert (task.kind, task.subject, task.done_at) == ("no scan", f"shipment:{one}", None)
        assert (task.due_at.isoformat(), task.facts["ref"]) == ("2026-11-28T11:00:00+00:00", db.session.get_one(Shipment, one).ref)


def test_a_scan_ends_it_and_a_second_silence_is_another(app: Flask, one: int, after: Watch) -> None:
    after(4)
    assert after(4.2, scan("in_transit", 4.1 * 24)) == []
    with app.app_context():
        assert tasks() == [("no scan", True)]
        assert db.session.get_one(Shipment, one).quiet_at is None
    assert after(12) == ["Your parcel has not moved for days"]
    with app.app_context():
        assert tasks() == [("no scan", True), ("no scan", False)]


@pytest.mark.parametrize(("news", "comes_all_the_same"), [("failure", True), ("return_to_sender", False)])
def test_what_will_not_arrive_waits_for_somebody_unless_it_comes_all_the_same(
    app: Flask, one: int, after: Watch, news: str, comes_all_the_same: bool
) -> None:
    """What is delivered after it went back is delivered to the shop."""
    after(1, scan(news, 20))
    after(1.5, scan(news, 30))
    with app.app_context():
        task = db.session.scalars(select(StaffTask)).one()
        assert (task.kind, task.subject, task.queue, task.done_at) == ("not coming", f"shipment:{one}", "parcels", None)
        assert task.due_at.isoformat() == "2026-11-25T11:00:00+00:00", "the next working day"
    after(2, scan("delivered", 40))
    with app.app_context():
        assert tasks() == [("not coming", comes_all_the_same)]


def test_what_was_lost_long_ago_waits_for_nobody(app: Flask, after: Watch) -> None:
    with app.app_context(), transaction():
        made = parcel(order(customer("nora@example.com"), TODAY - timedelta(days=40)), carrier="dhl", tracking_number="JD0146000013")
        take_tracking(made, [scan("failure", -35 * 24)], source="carrier", at=TODAY)
        assert tasks() == []


def test_old_news_that_come_late_end_no_silence(app: Flask, one: int, after: Watch) -> None:
    after(4)
    after(4.2, scan("in_transit", -5))
    with app.app_context():
        assert tasks() == [("no scan", False)]


def test_a_day_that_is_over_is_told_first_and_again_if_another_is_over(one: int, after: Watch, mail: Mail) -> None:
    assert after(0.1, scan("in_transit", 2), expected_on=date(2026, 11, 24)) == []
    assert after(1.5) == []
    assert after(2) == ["Your parcel is late"]
    assert "It was to arrive Tue 24 Nov. It is still on its way" in text(mail.newest(WHOSE))
    assert after(2.5) == []
    assert after(2.6, scan("in_transit", 2.55 * 24), expected_on=date(2026, 11, 26)) == []
    assert after(4) == ["Your parcel is late"]


def test_what_is_late_and_quiet_at_once_is_told_once(one: int, after: Watch) -> None:
    after(0.1, expected_on=date(2026, 11, 26))
    assert after(5) == ["Your parcel has not moved for days"]


@pytest.mark.parametrize("status", ["delivered", "available_for_pickup", "return_to_sender", "failure"])
def test_what_has_arrived_somewhere_is_watched_no_more(one: int, after: Watch, status: str) -> None:
    after(0.5, scan(status, 3), expected_on=date(2026, 11, 24))
    assert after(12) == []


def test_of_a_parcel_that_nobody_tells_of_silence_says_nothing(app: Flask, after: Watch) -> None:
    with app.app_context(), transaction():
        parcel(order(customer(), TODAY), shipped_at=TODAY, expected_on=date(2026, 11, 24))
    assert after(0.1) == ["Your parcel is on its way"]
    assert after(12) == []


def test_parcels_of_long_ago_are_not_told_of(app: Flask, after: Watch) -> None:
    with app.app_context(), transaction():
        old = parcel(order(customer(), TODAY))
        take_tracking(old, [scan("in_transit", -24 * 40)], source="api", at=TODAY, expected_on=date(2026, 10, 20))
        assert old.status is ParcelStatus.IN_TRANSIT
    assert after(1) == []


def test_the_history_names_nobody(app: Flask, one: int, after: Watch) -> None:
    after(4)
    with app.app_context():
        assert "no scan for days" in db.session.scalars(select(Entry.deed)).all()
        assert WHOSE not in str(db.session.scalars(select(Entry.facts)).all())


def test_the_clock_asks_for_it(app: Flask, one: int, work: Work, mail: Mail, time: Callable[[timedelta], None]) -> None:
    time(timedelta(days=4))
    with app.app_context(), transaction():
        ask_by_the_clock(at=now())
    work()
    assert "Your parcel has not moved for days" in [str(message["Subject"]) for message in mail.to(WHOSE)]
