"""What Alice was shown is what is promised, and what the arithmetic of the money comes to."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.kit.db import db, transaction
from portal.orders.models import Order, OrderLine
from portal.returns import money
from portal.returns.actions.paying_out import pay_out
from portal.returns.models import Reception, Return, Way
from tests.browser import Browser, Sent, attribute, words
from tests.conftest import TODAY
from tests.returns.paid import STAFF
from tests.returns.test_send_back import begins, explains, returns

ALL: Sent = {"line-1": "3", "quantity-1": "3", "line-2": "1"}


@pytest.fixture
def shipped_for_590(app: Flask) -> None:
    with app.app_context(), transaction():
        db.session.execute(update(Order).values(shipping=590, total=Order.total + 590))


def promised(app: Flask) -> tuple[int, int]:
    """What was written down, and what goes back if all of it comes as announced."""
    with app.app_context(), transaction():
        made = db.session.scalars(select(Return)).one()
        for item in made.items:
            item.accepted = item.quantity
        return money.total(money.from_json(made.estimate or [])), sum(payout.amount for payout in pay_out(made, by=STAFF, at=TODAY))


@pytest.mark.parametrize(
    ("reason", "outcome", "more", "expected"),
    [
        ("changed_mind", "refund", {}, 4110 + 590),
        ("changed_mind", "store_credit", {}, 4110 + 411),
        ("late", "refund", {}, 4110 + 590),
        ("late", "store_credit", {}, 4110 + 411 + 590),
    ],
)
def test_a_whole_order_with_its_delivery_where_the_law_or_the_fault_says_so(
    app: Flask, browser: Browser, shipped_for_590: None, reason: str, outcome: str, more: Sent, expected: int
) -> None:
    begins(browser, ALL)
    explains(browser, reason, {"reason-2": "same", **more})
    page = browser.post(browser.at, {"outcome-1": outcome, "outcome-2": outcome})
    assert attribute(page, "[name=told-own]") == str(expected)
    browser.post(browser.at, {"way": "own"})
    assert promised(app) == (expected, expected)


@pytest.mark.parametrize(("reason", "expected"), [("changed_mind", 4110 + 390), ("late", 4110 + 590)])
def test_who_could_withdraw_gets_the_cheapest_delivery_and_who_got_it_late_all(
    app: Flask, browser: Browser, shipped_for_590: None, reason: str, expected: int
) -> None:
    with app.app_context(), transaction():
        db.session.execute(update(Order).values(standard_shipping=390))
    begins(browser, ALL)
    explains(browser, reason, {"reason-2": "same"})
    page = browser.post(browser.at, {"outcome-1": "refund", "outcome-2": "refund"})
    assert attribute(page, "[name=told-own]") == str(expected)
    assert ("Our cheapest delivery of that day" in words(page)) == (reason == "changed_mind")
    browser.post(browser.at, {"way": "own"})
    assert promised(app) == (expected, expected)


def test_of_a_part_the_delivery_stays_paid(app: Flask, browser: Browser, shipped_for_590: None) -> None:
    begins(browser, {"line-1": "3", "quantity-1": "2"})
    explains(browser)
    browser.post(browser.at, {"outcome-1": "refund"})
    browser.post(browser.at, {"way": "own"})
    assert promised(app) == (1780, 1780)


def test_what_may_be_kept_need_not_be_sent(app: Flask, browser: Browser) -> None:
    """Up to €8.00 by the rules."""
    begins(browser, {"line-1": "3", "quantity-1": "1"})
    explains(browser, "defective", {"answer-1-defective": "It has fermented."})
    assert not browser.get(browser.at).select("[value=keep]")
    with app.app_context(), transaction():
        db.session.execute(update(OrderLine).where(OrderLine.id == 1).values(amount=2100))
        db.session.execute(update(Order).values(total=2100 + 1440))
    page = browser.post(browser.at, {"outcome-1": "keep"})
    assert "Nothing has to go back" in words(page)
    page = browser.post(browser.at, {"way": "none"})
    (made,) = returns(app)
    with app.app_context():
        item = db.session.get_one(Return, made.id).items[0]
        assert (made.way, item.reception, item.accepted) == (Way.NONE, Reception.KEPT, 1)
    assert [words(step).split(" ")[0] for step in page.select(".timeline li")] == ["Requested", "Refund", "Credited"]
    assert promised(app) == (700, 700)
