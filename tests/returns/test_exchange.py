"""Something else goes out for what comes back: what may, at which price, and the order by which it does."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Customer
from portal.billing.models import BillingAccount
from portal.catalog.models import Product
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order, OrderedLine, OrderLine
from portal.returns.actions import exchanging, starting
from portal.returns.actions.dispatching import SOLD_OUT, replace_for_claim
from portal.returns.models import (
    Acceptance,
    Claim,
    ClaimKind,
    ClaimLine,
    Exchange,
    ExchangeStatus,
    Outcome,
    Payout,
    Return,
    ReturnItem,
    ReturnStatus,
    Wish,
    free_units,
    take_units,
)
from portal.returns.queries.instead import instead_of, offer
from portal.returns.refusals import NotToBeTaken, PriceIsAnother, SoldOut, TooLateToCancel
from portal.tasks.models import StaffTask
from tests.accounts.builders import customer
from tests.returns.swapping import BY, SHIRT, bought, catalogue, exchanged, returned, stock


@pytest.fixture
def mira(app: Flask) -> int:
    with app.app_context(), transaction():
        mira = customer("mira@example.com", "Mira")
        catalogue()
        db.session.add(BillingAccount(customer_id=mira.id, provider_ref="cus_mira", currency="EUR"))
        bought(mira)
        return mira.id


def order_a() -> Order:
    return db.session.scalars(select(Order).where(Order.number == "A")).one()


def item_of(quantity: int = 1, position: int = 0, **told: Any) -> ReturnItem:
    return returned(order_a(), position, quantity, **told)


def test_the_worked_examples_of_one_unit(app: Flask, mira: int) -> None:
    """Credit 3570: another size for nothing, 3558 to pay for one at 7128, 1190 back for one at 2380."""
    with app.app_context():
        line = order_a().lines[0]
        found = {one.sku: one for one in instead_of(line, [0])}
        assert {sku: one.difference for sku, one in found.items()} == {
            "SHIRT-L": 0, "SHIRT-S": 0, "OIL-750": 4950 - 3570, "MILD-750": -1190, "COAT": 3558,
        }  # fmt: skip
        assert {one.credit for one in found.values()} == {3570}
        assert [one.credit for one in instead_of(line, [0, 1, 2])[:1]] == [10709]


def test_first_its_own_variants_then_what_stands_in_for_it_then_the_rest(app: Flask, mira: int) -> None:
    with app.app_context():
        assert [one.sku for one in instead_of(order_a().lines[1], [0])] == ["MILD-750", "COAT", "SHIRT-M", "SHIRT-L", "SHIRT-S"]


def test_what_is_sold_out_or_too_few_is_not_offered(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        stock("SHIRT-L", 0)
        stock("SHIRT-S", 1)
        line = order_a().lines[0]
        assert [one.sku for one in instead_of(line, [0])][:1] == ["SHIRT-S"]
        assert "SHIRT-S" not in [one.sku for one in instead_of(line, [0, 1])]
        assert offer(line, "SHIRT-S", [0, 1]) is None


def test_what_is_dearer_is_offered_only_to_whom_the_provider_knows_in_that_currency(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        db.session.scalars(select(BillingAccount)).one().currency = "TRY"
        db.session.flush()
        assert {one.sku for one in instead_of(order_a().lines[0], [0])} == {"SHIRT-L", "SHIRT-S", "MILD-750"}
        assert offer(order_a().lines[0], "COAT", [0]) is None


def test_another_choice_takes_the_place_of_the_one_before(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        item = item_of(status=ReturnStatus.DRAFT)
        first = exchanged(item, "COAT")
        assert (first.difference, first.is_locked) == (3558, False)
        second = exchanged(item, "SHIRT-L")
        assert second is first
        assert (second.title, second.difference, second.is_locked, item.outcome) == ("Shirt, L", 0, True, Outcome.EXCHANGE)
        exchanging.choose_the_same(item, at=now())
        assert (first.sku, first.is_replacement, item.outcome) == ("SHIRT-M", True, Outcome.REPLACEMENT)
        exchanging.give_up_choice(item)
        assert db.session.scalar(select(func.count(Exchange.id))) == 0


def test_before_it_is_submitted_the_price_and_the_stock_are_asked_again(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        item = item_of(status=ReturnStatus.DRAFT)
        exchange = exchanged(item, "COAT")
        exchanging.must_still_be_so(item.return_)
        exchange.unit_amount = 7000
        with pytest.raises(PriceIsAnother, match=r"35\.58"):
            exchanging.must_still_be_so(item.return_)
        stock("COAT", 0)
        with pytest.raises(SoldOut, match="Coat"):
            exchanging.must_still_be_so(item.return_)


def test_another_size_goes_out_once_what_came_back_was_found_in_order(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        item = item_of(2)
        exchange = exchanged(item, "SHIRT-L")
        exchanging.go_on(item.return_, by=BY, at=now())
        assert (exchange.status, exchange.order_id) == (ExchangeStatus.REQUESTED, None)
        item.acceptance, item.accepted = Acceptance.ACCEPTED, 2
        for _ in range(2):
            exchanging.go_on(item.return_, by=BY, at=now())
        assert exchange.status is ExchangeStatus.APPROVED
        made = db.session.get_one(Order, exchange.order_id)
        (line,) = made.lines
        assert (made.source, made.source_ref, made.total, made.tax_included) == ("exchange", exchange.subject, 7139, True)
        assert (line.sku, line.quantity, line.amount - line.discount, line.tax) == ("SHIRT-L", 2, 7139, 1140)
        assert db.session.scalar(select(func.count(Order.id))) == 2


def test_for_somebody_trusted_it_goes_out_at_once(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        item = item_of(is_instant=True)
        exchange = exchanged(item, "SHIRT-L")
        exchanging.go_on(item.return_, by=BY, at=now())
        assert exchange.status is ExchangeStatus.APPROVED


def test_for_fewer_accepted_units_fewer_go_out(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        item = item_of(3)
        exchange = exchanged(item, "SHIRT-L")
        item.acceptance, item.accepted = Acceptance.ACCEPTED, 1
        exchanging.go_on(item.return_, by=BY, at=now())
        (line,) = db.session.get_one(Order, exchange.order_id).lines
        assert (exchange.quantity, exchange.credit, line.quantity, line.amount - line.discount) == (1, 3570, 1, 3570)


def test_what_is_kept_back_has_to_be_paid_first(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        item = item_of()
        exchange = exchanged(item, "SHIRT-L")
        item.acceptance, item.accepted, item.deduction = Acceptance.ACCEPTED, 1, 500
        exchanging.go_on(item.return_, by=BY, at=now())
        assert (exchange.status, exchange.owed, exchange.order_id) == (ExchangeStatus.AWAITING_PAYMENT, 500, None)


def test_what_is_dearer_waits_for_its_payment_and_goes_out_after_it(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        item = item_of(is_instant=True)
        exchange = exchanged(item, "COAT")
        exchanging.go_on(item.return_, by=BY, at=now())
        assert (exchange.status, exchange.owed) == (ExchangeStatus.AWAITING_PAYMENT, 3558)
        exchange.paid = 3558
        exchanging.go_on(item.return_, by=BY, at=now())
        made = db.session.get_one(Order, exchange.order_id)
        assert (exchange.status, made.total, made.lines[0].title) == (ExchangeStatus.APPROVED, 7128, "Coat")


def test_what_is_cheaper_brings_the_rest_back_once(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        item = item_of()
        exchange = exchanged(item, "MILD-750")
        item.acceptance, item.accepted = Acceptance.ACCEPTED, 1
        for _ in range(2):
            exchanging.go_on(item.return_, by=BY, at=now())
            exchanging.pay_back_what_is_over(item.return_, by=BY, at=now())
        (payout,) = db.session.scalars(select(Payout)).all()
        assert (payout.amount, payout.by_hand, payout.order_id) == (1190, 1190, item.line.order_id)
        assert db.session.get_one(Order, exchange.order_id).total == 2380


def test_what_was_rejected_calls_it_off(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        item = item_of()
        exchange = exchanged(item, "SHIRT-L")
        item.acceptance = Acceptance.REJECTED
        exchanging.go_on(item.return_, by=BY, at=now())
        assert exchange.status is ExchangeStatus.CANCELED


@pytest.mark.parametrize("status", [ReturnStatus.DECLINED, ReturnStatus.CANCELED, ReturnStatus.EXPIRED])
def test_a_return_that_is_given_up_calls_it_off(app: Flask, mira: int, status: ReturnStatus) -> None:
    with app.app_context(), transaction():
        item = item_of(is_instant=True, status=status)
        exchange = exchanged(item, "SHIRT-L")
        exchanging.go_on(item.return_, by=BY, at=now())
        assert (exchange.status, exchange.order_id) == (ExchangeStatus.CANCELED, None)


def test_a_return_for_which_something_went_out_cannot_be_cancelled_and_given_up_it_is_for_a_person(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        item = item_of(is_instant=True)
        exchanged(item, "SHIRT-L")
        exchanging.go_on(item.return_, by=BY, at=now())
        with pytest.raises(TooLateToCancel):
            starting.cancel(item.return_, by=BY, at=now())
        item.return_.status = ReturnStatus.EXPIRED
        for _ in range(2):
            exchanging.go_on(item.return_, by=BY, at=now())
        assert db.session.scalars(select(StaffTask.kind)).all() == [exchanging.NEVER_CAME]


def test_the_money_may_be_taken_instead_as_long_as_nothing_went_out(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        item = item_of()
        exchange = exchanged(item, "SHIRT-L")
        exchanging.take_the_money(exchange, by=BY, at=now())
        assert (exchange.status, item.outcome) == (ExchangeStatus.CANCELED, Outcome.REFUND)
        other = exchanged(item_of(is_instant=True), "SHIRT-L")
        exchanging.go_on(other.item.return_, by=BY, at=now()) if other.item else None
        with pytest.raises(NotToBeTaken):
            exchanging.take_the_money(other, by=BY, at=now())


def test_the_same_again_costs_nothing(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        item = item_of(2, is_instant=True)
        exchange = exchanging.choose_the_same(item, at=now())
        exchanging.go_on(item.return_, by=BY, at=now())
        made = db.session.get_one(Order, exchange.order_id)
        (line,) = made.lines
        assert (made.source, made.total, line.sku, line.quantity, line.amount) == ("replacement", 0, "SHIRT-M", 2, 0)


def test_a_claim_is_replaced_in_one_order_once(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        claim = _claim(order_a())
        first = replace_for_claim(claim, by=BY, at=now())
        again = replace_for_claim(claim, by=BY, at=now())
        assert first
        assert first is again
        assert (first.source, first.source_ref, first.total) == ("replacement", f"claim:{claim.id}", 0)
        assert [(line.sku, line.quantity) for line in first.lines] == [("SHIRT-M", 2), ("OIL-750", 1)]
        assert db.session.scalar(select(func.count(Exchange.id)).where(Exchange.status == ExchangeStatus.APPROVED)) == 2


def test_a_claim_of_what_is_sold_out_is_for_a_person(app: Flask, mira: int) -> None:
    with app.app_context(), transaction():
        stock("OIL-750", 0)
        assert replace_for_claim(_claim(order_a()), by=BY, at=now()) is None
        assert db.session.scalars(select(StaffTask.kind)).all() == [SOLD_OUT]
        assert db.session.scalar(select(func.count(Order.id))) == 1


def test_of_fifty_who_want_the_last_one_one_gets_it(app: Flask, mira: int, time: Callable[[timedelta], None]) -> None:
    with app.app_context(), transaction():
        stock("SHIRT-L", 1, as_of=now() - timedelta(hours=1))
        person = db.session.get_one(Customer, mira)
        many = bought(person, OrderedLine("Shirt", "SHIRT-M", 50, 3333), number="B")
        ids = []
        for number in range(50):
            item = ReturnItem(line=many.lines[0], quantity=1, units=take_units(many.lines[0].id, 1, free_units(many)[many.lines[0].id]))
            made = Return(
                rma=f"R-{number}",
                draft=f"{number}",
                currency="EUR",
                started_at=now(),
                customer_id=mira,
                status=ReturnStatus.APPROVED,
                items=[item],
            )
            db.session.add(made)
            db.session.flush()
            exchanged(item, "SHIRT-L")
            item.is_instant = True
            ids.append(made.id)
    start, threads = Barrier(10), []

    def ask(some: list[int]) -> None:
        start.wait()
        for one in some:
            with app.app_context(), transaction():
                exchanging.go_on(db.session.get_one(Return, one, with_for_update=True), by=BY, at=now())

    for first in range(10):
        threads.append(Thread(target=ask, args=(ids[first::10],)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        statuses = db.session.execute(select(Exchange.status, func.count(Exchange.id)).group_by(Exchange.status)).all()
        assert dict(statuses) == {ExchangeStatus.APPROVED: 1, ExchangeStatus.REQUESTED: 49}
        assert db.session.scalar(select(func.count(Exchange.id)).where(Exchange.is_sold_out)) == 49
        assert db.session.scalar(select(func.count(StaffTask.id)).where(StaffTask.kind == SOLD_OUT)) == 49


def _claim(of: Order) -> Claim:
    free = free_units(of)

    def line(which: OrderLine, quantity: int) -> ClaimLine:
        return ClaimLine(order_line_id=which.id, quantity=quantity, units=take_units(which.id, quantity, free[which.id]))

    assert of.customer_id
    claim = Claim(
        reference="K-1", customer_id=of.customer_id, order_id=of.id, draft="d", kind=ClaimKind.DAMAGED, wish=Wish.REPLACEMENT, words="",
        why_no_photo="", opened_at=now(), answer_by=now(), lines=[line(of.lines[0], 2), line(of.lines[1], 1)],
    )  # fmt: skip
    db.session.add(claim)
    db.session.flush()
    claim.approve({line.id: Wish.REPLACEMENT for line in claim.lines}, at=now())
    return claim


@pytest.mark.parametrize(("category", "tax"), [("food", 380), ("care", 0), ("", 0)])
def test_another_product_of_the_same_category_tells_tax_at_the_rate_of_the_purchase(app: Flask, mira: int, category: str, tax: int) -> None:
    with app.app_context(), transaction():
        item = item_of(1, position=1, is_instant=True)
        item.line.category = "food" if category else ""
        db.session.scalars(select(Product).where(Product.name == "Mild oil")).one().category = category
        exchange = exchanged(item, "MILD-750")
        exchanging.go_on(item.return_, by=BY, at=now())
        (line,) = db.session.get_one(Order, exchange.order_id).lines
        assert (line.amount, line.tax, line.category) == (2380, tax, category)


def test_the_price_stands_even_when_the_size_costs_more_today(app: Flask, mira: int) -> None:
    with app.app_context():
        (size,) = (one for one in instead_of(order_a().lines[0], [0]) if one.sku == "SHIRT-L")
        assert (size.unit_amount, size.difference, SHIRT.unit_amount) == (3500, 0, 3333)
