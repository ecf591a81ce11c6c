"""Each figure, against a small world that was reckoned by hand."""

from datetime import date

from flask import Flask

from portal.kit.db import db, transaction
from portal.kit.shop import shop
from portal.numbers.models import Figure
from portal.numbers.periods import Span
from portal.numbers.queries import count_days
from portal.orders.models import LineCancellation
from portal.payments import Result
from portal.returns.models import ReturnStatus
from portal.subscriptions.actions import begin_again
from portal.subscriptions.models import Subscription
from portal.timeline import Actor
from tests.accounts.builders import customer
from tests.numbers.world import (
    NOW,
    account,
    at,
    cancel,
    delivered,
    filled,
    invoice,
    order,
    paid_back,
    refund,
    returned,
    subscription,
)

NOVEMBER = Span(date(2026, 11, 1), date(2026, 11, 30))
Counted = dict[tuple[int, str, str], int]
"""By the day of November, the key and the detail."""


def of(*figures: Figure, span: Span = NOVEMBER) -> Counted:
    found = count_days(span, shop().zone).cells
    return {(day.day, key, detail): number for (day, figure, key, detail), number in found.items() if figure in figures and number}


def test_a_day_is_the_shops_own(app: Flask) -> None:
    """In Berlin, 30 November ends at 23:00 in London; 31 October began at 22:00 there, in summer time."""
    with app.app_context():
        with transaction():
            alice = customer()
            for moment in at(10, 31, 22, 59), at(10, 31, 23, 0), at(11, 30, 22, 59), at(11, 30, 23, 0), at(10, 30, 22, 0):
                order(alice, moment)
        assert of(Figure.UNITS) == {(1, "", ""): 1, (30, "", ""): 1}
        october = Span(date(2026, 10, 31), date(2026, 10, 31))
        assert of(Figure.UNITS, span=october) == {(31, "", ""): 1}


def test_subscriptions_that_began_and_ended(app: Flask) -> None:
    with app.app_context():
        with transaction():
            alice = customer()
            subscription(alice, at(10, 5))
            subscription(alice, at(10, 5), at(11, 4))
            subscription(alice, at(11, 4), at(11, 4, 15))
            subscription(alice, at(11, 6), status="past_due")
            subscription(alice, at(11, 6), status="incomplete")
            subscription(alice, at(11, 6), at(11, 7), status="incomplete_expired")
        assert of(Figure.STARTED) == {(4, "", ""): 1, (6, "", ""): 1}
        assert of(Figure.ENDED) == {(4, "", ""): 2}


def test_one_that_began_again_has_begun_twice(app: Flask) -> None:
    with app.app_context():
        with transaction():
            box = filled(subscription(customer(), at(11, 2), at(11, 9)))
        assert of(Figure.STARTED) == {(2, "", ""): 1}
        with transaction():
            begin_again(box := db.session.get_one(Subscription, box.id), by=Actor(customer_id=box.customer_id), at=NOW)
        assert of(Figure.STARTED) == {(2, "", ""): 1}, "not before the provider has made it"
        with transaction():
            box = db.session.get_one(Subscription, box.id)
            box.started_at, box.ended_at, box.status, box.beginning_key = at(11, 23, 10), None, "active", None
        assert of(Figure.STARTED) == {(2, "", ""): 1, (23, "", ""): 1}
        assert of(Figure.ENDED) == {(9, "", ""): 1}


def test_cancellations_and_their_reasons(app: Flask) -> None:
    with app.app_context():
        with transaction():
            box = subscription(customer(), at(10, 5))
            cancel(box, at(11, 3), "too much", "other", taken_back_at=at(11, 3, 13))
            cancel(box, at(11, 3), "too much")
            cancel(box, at(11, 5))
        assert of(Figure.CANCELLED) == {(3, "stayed", ""): 1, (3, "left", ""): 1, (5, "left", ""): 1}
        assert of(Figure.REASON) == {
            (3, "too much", "stayed"): 1, (3, "other", "stayed"): 1, (3, "too much", "left"): 1, (5, "", "left"): 1,
        }  # fmt: skip


def test_pieces_sold_and_returned(app: Flask) -> None:
    """Sold on the 2nd: 5 honey, of which 1 was cancelled, and 2 soaps. Back: 1 honey for its taste; and 2 soaps, of which 1 never came."""
    with app.app_context():
        with transaction():
            alice = customer()
            bought = order(alice, at(11, 2), ("HON", 5), ("SOA", 2))
            db.session.add(LineCancellation(line=bought.lines[0], before=0, quantity=1, amount=100, at=at(11, 2)))
            order(alice, at(11, 9), ("HON", 1), source="exchange")
            order(alice, at(11, 9), ("HON", 1), source="replacement")
            order(None, at(11, 9), ("HON", 3), source="import")
            returned(bought, 1, "taste")
            returned(bought, 2, "damaged", line=1, missing=1, status=ReturnStatus.CLOSED)
            for status in ReturnStatus.DRAFT, ReturnStatus.DECLINED, ReturnStatus.CANCELED, ReturnStatus.EXPIRED:
                returned(bought, 1, "taste", status=status)
        assert of(Figure.UNITS) == {(2, "", ""): 6, (9, "", ""): 3}
        assert of(Figure.PRODUCT) == {(2, "HON", ""): 4, (2, "SOA", ""): 2, (9, "HON", ""): 3}
        assert of(Figure.RETURNED) == {(2, "taste", ""): 1, (2, "damaged", ""): 1}
        assert of(Figure.PRODUCT_RETURNED) == {(2, "HON", "taste"): 1, (2, "SOA", "damaged"): 1}


def test_days_to_the_refund_and_the_promise(app: Flask) -> None:
    """The parcel came on Friday the 6th at noon: one working day later is Monday the 9th, at the latest."""
    with app.app_context():
        with transaction():
            alice = customer()
            ones = [returned(order(alice, at(10, 30)), submitted_at=at(11, 4), received_at=at(11, 6)) for _ in range(3)]
            paid_back(ones[0], at(11, 6, 14))
            paid_back(ones[0], at(11, 20))
            paid_back(ones[1], at(11, 9, 16))
            paid_back(ones[2], at(11, 10))
            instant = returned(order(alice, at(10, 30)), submitted_at=at(11, 4), received_at=at(11, 9))
            paid_back(instant, at(11, 4, 13))
        assert of(Figure.REFUND) == {(6, "", "2"): 1, (9, "", "76"): 1, (10, "", "96"): 1}
        assert of(Figure.PROMISE) == {(6, "kept", "0"): 1, (9, "kept", "3"): 1, (10, "missed", "4"): 1}
        assert of(Figure.REFUND_ASKED) == {(6, "", "50"): 1, (9, "", "124"): 1, (10, "", "144"): 1, (4, "", "1"): 1}


def test_customers_who_came_again_within_ninety_days(app: Flask) -> None:
    """90 days before 23 November lies 25 August, before 22 November 24 August."""
    with app.app_context():
        with transaction():
            early, late, once, both, other = (customer() for _ in range(5))
            order(early, at(8, 25))
            order(early, at(11, 23, 22))
            order(late, at(8, 25))
            order(late, at(11, 24, 0))
            order(once, at(8, 24))
            order(once, at(8, 30), source="replacement")
            order(both, at(8, 24))
            order(both, at(8, 24))
            order(both, at(9, 24))
            order(other, at(7, 1))
            order(other, at(8, 24))
            order(None, at(8, 24))
        assert of(Figure.REPEAT) == {(23, "again", ""): 1, (23, "once", ""): 1, (22, "once", ""): 1, (22, "again", ""): 1}


def test_money_each_currency_for_itself(app: Flask) -> None:
    with app.app_context():
        with transaction():
            alice, bob = customer(), customer()
            euros, more, lira = account(alice), account(alice), account(bob, "TRY")
            first = invoice(euros, at(11, 2), 1000)
            invoice(more, at(11, 3), 500)
            invoice(lira, at(11, 3), 70000)
            invoice(lira, at(11, 4), 0, status="open")
            invoice(euros, at(11, 4), 300, currency="TRY")
            refund(first, at(11, 5), 200)
            refund(first, at(11, 5), 100, status="pending")
            refund(first, at(11, 5), 50, status="failed")
            refund(first, at(11, 5), 60, refusal="no such charge")
        assert of(Figure.PAID) == {(2, "EUR", ""): 1000, (3, "EUR", ""): 500, (3, "TRY", ""): 70000, (4, "TRY", ""): 300}
        assert of(Figure.PAYERS) == {(2, "EUR", ""): 1, (3, "TRY", ""): 1, (4, "TRY", ""): 1}
        assert of(Figure.REFUNDED) == {(5, "EUR", ""): 300}


def test_failed_payments_and_what_became_of_them(app: Flask) -> None:
    no, yes, wait = Result.REFUSED, Result.PAID, Result.PENDING
    with app.app_context():
        with transaction():
            ours = account(customer())
            invoice(ours, at(11, 1), 900, (at(11, 2), no), (at(11, 4), no), (at(11, 6), yes))
            invoice(ours, at(11, 1), 0, (at(11, 2), no), status="open")
            invoice(ours, at(11, 1), 0, (at(11, 3), no), status="void")
            invoice(ours, at(11, 1), 0, (at(11, 3), no), status="uncollectible")
            invoice(ours, at(11, 1), 900, (at(11, 3), wait), (at(11, 3), yes))
        assert of(Figure.FAILED) == {(2, "paid", ""): 1, (2, "open", ""): 1, (3, "lost", ""): 2}


def test_parcels_by_the_first_day_that_was_told(app: Flask) -> None:
    with app.app_context():
        with transaction():
            bought = order(customer(), at(11, 1))
            delivered(bought, at(11, 5), date(2026, 11, 5))
            delivered(bought, at(11, 5, 23, 30), date(2026, 11, 5), carrier="dpd")
            delivered(bought, at(11, 6), date(2026, 11, 5), date(2026, 11, 6))
            delivered(bought, at(11, 6))
        assert of(Figure.PARCEL) == {(5, "dhl", "on time"): 1, (6, "dpd", "late"): 1, (6, "dhl", "late"): 1}
