"""Those who were customers of the demo's shop before: enough for charts, and nothing of them is in the future."""

from flask import Flask
from sqlalchemy import func, select

from portal.demo import past
from portal.kit import clock
from portal.kit.db import db, transaction
from portal.numbers import sections
from portal.numbers.periods import By, Period
from portal.numbers.queries.ledger import ledger
from portal.orders.models import Order, Shipment
from portal.returns.models import Payout
from portal.subscriptions.models import Cancellation, Subscription
from tests.numbers.conftest import app as app
from tests.numbers.world import NOW

FULL = {
    "subscriptions",
    "cancellations",
    "reasons",
    "offers",
    "offers-by-reason",
    "refunds",
    "returns",
    "return-reasons",
    "repeat",
    "parcels",
}
"""What they fill; the rest is of those who still pay."""


def test_they_fill_the_charts_of_a_year(app: Flask) -> None:
    with app.app_context():
        with transaction():
            past.remember(at=clock.now())
        book = ledger(Period.YEAR, By.MONTH, at=NOW)
        assert book
        with app.test_request_context():
            assert {name for name, make in sections.BY_NAME.items() if not make(book).is_empty} == FULL
        for column in Order.placed_at, Shipment.delivered_at, Payout.decided_at, Cancellation.asked_at, Subscription.ended_at:
            assert db.session.scalar(select(func.count()).where(column > NOW)) == 0
        assert db.session.scalar(select(func.count()).select_from(Subscription).where(Subscription.ended_at.is_(None))) == 0
