"""What is written about a return: each step once, in the reader's language, with what has to be done now."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.returns.emails import returns as emails
from portal.returns.models import Return, Way
from tests.conftest import TODAY
from tests.mail import Mail, text
from tests.returns.builders import sent_back

WHOSE = "alice@example.com"


@pytest.fixture
def theirs(app: Flask, alice: int) -> int:
    with app.app_context(), transaction():
        order = db.session.scalars(select(Order)).one()
        return sent_back(order, {0: 2, 1: 1}, way=Way.CODE, send_by=TODAY + timedelta(days=14)).id


@pytest.fixture
def write(app: Flask, theirs: int) -> Callable[[Callable[[Return], None]], None]:
    def write(what: Callable[[Return], None]) -> None:
        with app.app_context():
            with transaction():
                what(db.session.get_one(Return, theirs))
            outbox.work_until_idle()

    return write


def subjects(mail: Mail) -> list[str]:
    return [str(message["Subject"]) for message in mail.to(WHOSE)]


def test_each_step_is_written_once(write: Callable[[Callable[[Return], None]], None], mail: Mail) -> None:
    for _ in range(2):
        write(lambda one: emails.send_submitted(one, at=now()))
        write(lambda one: emails.send_approved(one, at=now()))
        write(lambda one: emails.send_received(one, at=now()))
        write(lambda one: emails.send_decided(one, estimate=1780, final=1780, by_shop=[], at=now()))
        write(lambda one: emails.send_cancelled(one, at=now()))
    told = ["We have your return R-", "Your return R-", "Your return R-", "Your return R-", "Return R-"]
    assert [subject.startswith(begins) for subject, begins in zip(subjects(mail), told, strict=True)] == [True] * 5


@pytest.mark.parametrize(
    ("way", "says"),
    [
        (Way.CODE, "Show the code at the counter"),
        (Way.LABEL, "Print the label"),
        (Way.PICK_UP, "The carrier comes for it"),
        (Way.OWN, "tell us the number of the parcel"),
        (Way.NONE, "You need not send anything"),
    ],
)
def test_it_says_how_it_goes_back_and_until_when(
    way: Way, says: str, write: Callable[[Callable[[Return], None]], None], mail: Mail
) -> None:
    def approve(one: Return) -> None:
        one.way = way
        emails.send_approved(one, at=now())

    write(approve)
    written = text(mail.newest(WHOSE))
    assert says in written and "2 × Linden honey\n1 × Olive oil" in written and "/returns/R-2222-" in written
    assert ("Send it by Monday 7 December" in written) is (way is not Way.NONE)


def test_what_is_otherwise_than_promised_is_told_with_its_reason(write: Callable[[Callable[[Return], None]], None], mail: Mail) -> None:
    def decide(one: Return) -> None:
        one.items[0].finding_note = "One jar was open."
        emails.send_decided(one, estimate=3220, final=2330, by_shop=[], at=now())

    write(decide)
    written = text(mail.newest(WHOSE))
    assert "It comes to €23.30. The estimate was €32.20." in written and "Linden honey: One jar was open." in written


def test_it_is_in_the_customers_language(app: Flask, alice: int, write: Callable[[Callable[[Return], None]], None], mail: Mail) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Customer, alice).locale = "tr"
    write(lambda one: emails.send_expired(one, at=now()))
    assert "iade" in text(mail.newest(WHOSE)).lower() and "Return" not in subjects(mail)[-1]


def test_nobody_is_written_to_who_has_not_proven_that_it_is_theirs(write: Callable[[Callable[[Return], None]], None], mail: Mail) -> None:
    def cancel(one: Return) -> None:
        one.customer_id = None
        emails.send_cancelled(one, at=now())

    write(cancel)
    assert not subjects(mail)
