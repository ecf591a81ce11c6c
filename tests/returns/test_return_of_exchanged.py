"""What came in exchange comes back too: its money goes to where that of the order before it came from, and never more than that."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.billing.models import Attempt, Invoice, PageOutcome, PagePayment, Refund, StoreCredit, Why
from portal.kit.db import db, transaction
from portal.orders.models import Order, OrderedLine
from portal.payments import Result
from portal.returns.actions.paying_out import ByShop, pay_out
from portal.returns.models import Exchange, ExchangeStatus, Outcome, Payout, Return
from portal.returns.not_paid import MoreThanIsLeft, NotKnownWhatWasPaid
from portal.returns.queries.instead import paid_for
from portal.returns.queries.paid import invoices_of, left_for
from tests.accounts.builders import customer
from tests.conftest import TODAY
from tests.ground import app as app
from tests.returns.paid import STAFF, account_of, comes_back, order, order_paid

WORTH, WHOLE, DELIVERY = 5301, 19103, 940
"""Of the tea of order A, of all of it, and what it had cost to send."""


@pytest.fixture(autouse=True)
def open_to_change(app: Flask) -> Iterator[None]:
    with app.app_context(), transaction():
        yield


def pay(return_: Return, **told: Any) -> list[Payout]:
    return pay_out(return_, by=STAFF, at=TODAY, **told)


def refunds() -> list[tuple[int, int]]:
    """By which payment, and how much."""
    return [(one.attempt_id, one.amount) for one in db.session.scalars(select(Refund).order_by(Refund.id))]


def exchanged(bought: Order, place: int, *, worth: int | None = None, source: str = "exchange") -> tuple[Return, Order]:
    """What came back for it, and the order of what went out: worth the same, or so much, the difference paid on the provider's page."""
    back = comes_back(bought, {place: 1}, outcome=Outcome.EXCHANGE if source == "exchange" else Outcome.REPLACEMENT)
    (item,) = back.items
    credit = paid_for(item.line, [unit.number for unit in item.units], tax_included=bought.tax_included)
    worth = credit if worth is None else worth
    exchange = Exchange(
        sku="NEW", title="New", picture="", quantity=1, unit_amount=worth, credit=credit, difference=worth - credit, currency="EUR",
        asked_at=TODAY, return_item_id=item.id, status=ExchangeStatus.APPROVED,
    )  # fmt: skip
    db.session.add(exchange)
    db.session.flush()
    if worth > credit:
        paid_on_a_page(bought, exchange.subject, worth - credit)
    amount = worth if source == "exchange" else 0
    line = OrderedLine("New", "NEW", 1, amount)
    made = order(customer_of(bought), lines=(line,), source=source, source_ref=exchange.subject, total=amount, tax_included=True)
    exchange.order_id = made.id
    db.session.flush()
    return back, made


def paid_on_a_page(bought: Order, because: str, amount: int) -> None:
    account = account_of(customer_of(bought))
    invoice = Invoice(
        account_id=account.id, provider_ref=f"in_{because}", number=None, written_at=TODAY, words="", total=amount, due=amount, paid=amount,
        currency="EUR", status="paid", was_tried=True, is_collected=False, next_try_at=None, subscription_ref=None, page_url=None,
    )  # fmt: skip
    told: dict[str, Any] = {"result": Result.PAID, "reason": "", "brand": "visa", "last4": "0077", "receipt_url": None}
    invoice.attempts.append(Attempt(provider_ref=f"ch_{because}", tried_at=TODAY, amount=amount, **told))
    db.session.add(invoice)
    db.session.flush()
    page = PagePayment(
        account_id=account.id, because=because, number=1, amount=amount, currency="EUR", expires_at=TODAY, body={}, asked_at=TODAY
    )
    page.close(PageOutcome.PAID, invoice=invoice, at=TODAY)
    db.session.add(page)
    db.session.flush()


def customer_of(bought: Order) -> Customer:
    return db.session.get_one(Customer, bought.customer_id)


def test_it_goes_back_to_the_card_that_had_paid_for_the_first_one() -> None:
    bought = order_paid(customer())
    _, new = exchanged(bought, 1)
    (payout,) = pay(comes_back(new, {0: 1}))
    assert (payout.amount, payout.by_hand, refunds()) == (WORTH, 0, [(1, WORTH)])
    (rest,) = pay(comes_back(bought, {0: 3, 2: 2}))
    assert (rest.by_hand, sum(amount for _, amount in refunds())) == (0, WHOLE - DELIVERY)


def test_what_was_paid_on_top_goes_back_to_the_card_that_paid_it() -> None:
    bought = order_paid(customer())
    _, new = exchanged(bought, 1, worth=7128)
    (payout,) = pay(comes_back(new, {0: 1}))
    assert (payout.amount, payout.by_hand, refunds()) == (7128, 0, [(2, 1827), (1, WORTH)])
    pay(comes_back(bought, {0: 3, 2: 2}))
    assert sum(amount for _, amount in refunds()) == WHOLE - DELIVERY + 1827


def test_what_came_back_because_it_was_cheaper_does_not_come_back_again() -> None:
    bought = order_paid(customer())
    back, new = exchanged(bought, 1, worth=2380)
    assert [one.amount for one in pay(back)] == [WORTH - 2380]
    assert [one.amount for one in pay(comes_back(new, {0: 1}))] == [2380]
    assert refunds() == [(1, WORTH - 2380), (1, 2380)]


def test_exchanged_twice_it_goes_all_the_way_back() -> None:
    bought = order_paid(customer())
    _, second = exchanged(bought, 1, worth=7128)
    _, third = exchanged(second, 0, worth=9000)
    assert [invoice.provider_ref for invoice in invoices_of(third)][-1] == bought.source_ref
    (payout,) = pay(comes_back(third, {0: 1}))
    assert (payout.amount, payout.by_hand, refunds()) == (9000, 0, [(3, 1872), (2, 1827), (1, WORTH)])


def test_what_is_taken_as_credit_is_kept_for_it_and_the_rest_is_all_there() -> None:
    bought = order_paid(customer())
    _, new = exchanged(bought, 1, worth=7128)
    (credit,) = pay(comes_back(new, {0: 1}, outcome=Outcome.STORE_CREDIT))
    assert credit.amount - credit.bonus == 7128
    assert left_for(bought) == WHOLE - WORTH
    (rest,) = pay(comes_back(bought, {0: 3, 2: 2}))
    assert (rest.amount, rest.by_hand) == (WHOLE - DELIVERY - WORTH, 0)
    assert db.session.scalars(select(StoreCredit.amount)).first() == 7128 and left_for(new) == 0


def test_and_the_other_way_round() -> None:
    bought = order_paid(customer())
    _, new = exchanged(bought, 1)
    pay(comes_back(bought, {0: 3, 2: 2}, outcome=Outcome.STORE_CREDIT))
    assert left_for(new) == WORTH
    (payout,) = pay(comes_back(new, {0: 1}))
    assert (payout.amount, payout.by_hand, refunds()) == (WORTH, 0, [(1, WORTH)])


def test_never_more_than_is_left_of_what_was_paid() -> None:
    """The shop gave most of it back at the provider's own pages."""
    bought = order_paid(customer())
    _, new = exchanged(bought, 1)
    told: dict[str, Any] = {"amount": WHOLE - 1000, "currency": "EUR", "body": {}, "asked_at": TODAY}
    db.session.add(Refund(account_id=account_of(customer_of(bought)).id, attempt_id=1, because="provider:re_1", why=Why.SHOP, **told))
    db.session.flush()
    db.session.expire_all()
    (payout,) = pay(comes_back(new, {0: 1}))
    assert (payout.amount, payout.by_hand, refunds()) == (1000, 0, [(1, WHOLE - 1000), (1, 1000)])
    (rest,) = pay(comes_back(bought, {2: 1}))
    assert (rest.amount, rest.by_hand) == (0, 0)


def test_credit_that_had_paid_comes_back_as_credit() -> None:
    bought = order_paid(customer(), card=(15000,), credit=4103)
    _, new = exchanged(bought, 1)
    pay(comes_back(new, {0: 1}))
    given = [(one.why, one.amount) for one in db.session.scalars(select(StoreCredit))]
    assert (given, refunds()) == ([(Why.RETURN, 4103)], [(1, 1198)])


def test_what_was_paid_elsewhere_goes_back_by_hand() -> None:
    bought = order(customer())
    _, new = exchanged(bought, 1)
    (payout,) = pay(comes_back(new, {0: 1}))
    assert (payout.amount, payout.by_hand) == (WORTH, WORTH)


def test_of_an_order_that_does_not_add_up_nothing_is_known_after_an_exchange_either() -> None:
    bought = order_paid(customer(), total=12000, card=(12000,))
    _, new = exchanged(bought, 1)
    with pytest.raises(NotKnownWhatWasPaid):
        pay(comes_back(new, {0: 1}))


def test_the_same_again_cost_nothing_so_a_person_says_and_never_more_than_the_first_was_worth() -> None:
    bought = order_paid(customer())
    _, again = exchanged(bought, 1, source="replacement")
    back = comes_back(again, {0: 1})
    with pytest.raises(NotKnownWhatWasPaid):
        pay(back)
    item = back.items[0].id
    with pytest.raises(MoreThanIsLeft):
        pay(back, by_shop={item: ByShop(WORTH + 1, "It broke again.")})
    (payout,) = pay(back, by_shop={item: ByShop(WORTH, "It broke again.")})
    assert (payout.amount, payout.by_hand, refunds()) == (WORTH, 0, [(1, WORTH)])
