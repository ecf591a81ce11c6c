"""Orders whose lines do not come to their total: the customer is told no number that nobody knows, and a person reckons what goes back."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.returns.actions.claims import Asked, open_claim
from portal.returns.models import ClaimKind, Outcome, Payout, Return, ReturnStatus, Wish
from portal.returns.money import from_json
from portal.timeline import Actor, Entry
from tests.browser import Browser, Sent, words
from tests.ground import at_once
from tests.mail import Mail, text
from tests.returns.test_desk_returns import inspects, receives
from tests.returns.test_send_back import TWO_HONEYS, begins, explains, returns

SENT: Sent = {"way": "own"}
WHY = "A quarter off all of the order, as your voucher said."


@pytest.fixture(autouse=True)
def not_adding_up(app: Flask, alice: int) -> None:
    """Of €41.10 of goods only €30.00 were paid, and nobody knows for which."""
    with app.app_context(), transaction():
        db.session.execute(update(Order).values(total=3000))


def sends(browser: Browser, outcome: str = "refund") -> Return:
    begins(browser, TWO_HONEYS)
    explains(browser)
    browser.post(browser.at, {"outcome-1": outcome})
    browser.post(browser.at, SENT)
    (made,) = returns(browser.app)
    return made


def comes(browser: Browser, desk: Browser, outcome: str = "refund") -> str:
    """Two honeys are back and accepted. Where the desk decides."""
    made = sends(browser, outcome)
    here = f"/desk/returns/{made.rma}"
    with browser.app.app_context(), transaction():
        return_ = db.session.get_one(Return, made.id)
        return_.items[0].received = return_.items[0].accepted = 2
        return_.items[0].reception, return_.items[0].acceptance = "received", "accepted"  # type: ignore[assignment]
    return here


def says(desk: Browser, here: str, amount: str, why: str = WHY, expect: int = 200, **more: str) -> Any:
    return desk.post(f"{here}/by-shop", {"amount-1": amount, "why-1": why, "seen-1": "0", **more}, expect=expect)


def paid(app: Flask) -> list[tuple[int, int]]:
    with app.app_context():
        return [(one.amount, one.bonus) for one in db.session.scalars(select(Payout).order_by(Payout.id))]


def test_no_amount_is_made_up_and_the_most_is_what_was_paid(app: Flask, browser: Browser) -> None:
    begins(browser, TWO_HONEYS)
    page = explains(browser)
    assert "What you paid for this alone is not known here." in words(page) and "€" not in words(page)
    page = browser.post(browser.at, {"outcome-1": "refund"})
    assert "we reckon it" in words(page) and "at most €30.00" in words(page) and "never more than was paid" in words(page)
    page = browser.post(browser.at, SENT)
    assert "we reckon it" in words(page) and "In all" not in words(page) and "€" not in words(page)
    (made,) = returns(app)
    assert [(line["kind"], line["amount"], line["units"]) for line in made.estimate or []] == [("by shop", 0, 2)]


def test_nothing_that_has_another_price_goes_out_for_it(app: Flask, browser: Browser) -> None:
    begins(browser, TWO_HONEYS)
    page = explains(browser)
    assert not page.select("[value=exchange]") and not page.select("[name=instead-1]")


def test_staff_say_how_much_and_why_and_alice_reads_it(
    app: Flask, browser: Browser, desk: Browser, alice: int, mail: Mail, work: Any
) -> None:
    here = comes(browser, desk)
    page = desk.get(here)
    assert "At most €30.00 for all of order 1001." in words(page) and "Pay back €" not in words(page)
    says(desk, here, "13,35")
    assert paid(app) == [(1335, 0)]
    with app.app_context():
        payout = db.session.scalars(select(Payout)).one()
        (line,) = from_json(payout.lines)
        assert (line.kind, line.amount, line.units, line.facts["why"]) == ("by shop", 1335, 2, WHY)
        assert [unit.payout_id for item in db.session.scalars(select(Return)).one().items for unit in item.units] == [payout.id] * 2
        done = db.session.scalars(select(Entry).where(Entry.deed == "paid out")).one()
        assert done.customer_id == alice and done.staff_id and payout.staff_id == done.staff_id
    work()
    told = " ".join(text(one) for one in mail.to("alice@example.com"))
    assert "It comes to €13.35." in told and WHY in told
    page = browser.get(f"/returns/{here.rpartition('/')[2]}")
    assert f"Linden honey: €13.35, as somebody here reckoned: {WHY}" in words(page) and "In all €13.35" in words(page)


def test_never_more_than_was_paid_and_never_without_a_reason(app: Flask, browser: Browser, desk: Browser) -> None:
    here = comes(browser, desk)
    page = says(desk, here, "30.01", expect=422)
    assert "Of what was paid for order 1001, €30.00 can still go back, and no more." in words(page) and WHY in words(page)
    page = says(desk, here, "12.00", "", expect=422)
    assert "Say why: the reason is kept." in words(page)
    says(desk, here, "-1", expect=422)
    says(desk, here, "1e3.x", expect=422)
    says(desk, here, "", expect=422)
    assert paid(app) == []
    says(desk, here, "30.00")
    assert paid(app) == [(3000, 0)]


def test_who_presses_twice_pays_once_and_another_amount_is_not_taken(app: Flask, browser: Browser, desk: Browser) -> None:
    here = comes(browser, desk)
    for _ in range(3):
        says(desk, here, "13.35")
    page = says(desk, here, "14.00", expect=409)
    assert "Somebody changed this meanwhile." in words(page)
    assert paid(app) == [(1335, 0)]


def test_of_four_at_once_one_pays(app: Flask, browser: Browser, jonas: int, desk: Browser) -> None:
    here = comes(browser, desk)
    browsers = [Browser(app) for _ in range(4)]
    for other in browsers:
        other.sign_in_staff(jonas)
        other.token()

    def pays(number: int) -> Any:
        other = browsers[number]
        form: Sent = {"csrf_token": other.token(), "amount-1": "13.35", "why-1": WHY, "seen-1": "0"}
        return other._send("POST", f"{here}/by-shop", form)

    assert {answer.status_code for answer in at_once(app, 4, pays)} == {303}
    assert paid(app) == [(1335, 0)]


def test_above_the_limit_a_lead_says_it(app: Flask, browser: Browser, desk: Browser, lead: Browser) -> None:
    with app.app_context(), transaction():
        db.session.execute(update(Order).values(total=30000))
    here = comes(browser, desk)
    page = says(desk, here, "100.01", expect=422)
    assert "This is for a lead to decide" in words(page)
    says(lead, here, "100.01")
    assert paid(app) == [(10001, 0)]


def test_credit_has_its_present(app: Flask, browser: Browser, desk: Browser) -> None:
    here = comes(browser, desk, "store_credit")
    says(desk, here, "10.00")
    assert paid(app) == [(1100, 100)]


def test_nothing_is_an_amount_too(app: Flask, browser: Browser, desk: Browser) -> None:
    here = comes(browser, desk)
    says(desk, here, "0", "All of it was a present.")
    assert paid(app) == [(0, 0)]
    page = browser.get(f"/returns/{here.rpartition('/')[2]}")
    assert "Linden honey: €0.00, as somebody here reckoned: All of it was a present." in words(page)


def test_from_the_parcel_to_the_money_it_is_an_ordinary_return(app: Flask, browser: Browser, desk: Browser) -> None:
    made = sends(browser)
    with app.app_context(), transaction():
        db.session.execute(update(Return).values(rma="R-TEST-0001"))
    receives(desk, "2")
    inspects(desk, {"accepted": "2"})
    assert returns(app)[0].status is ReturnStatus.APPROVED and made.status is ReturnStatus.APPROVED
    says(desk, "/desk/returns/R-TEST-0001", "13.35")
    assert paid(app) == [(1335, 0)]
    with app.app_context():
        assert db.session.scalars(select(Return)).one().items[0].outcome is Outcome.REFUND


@pytest.fixture
def claim(app: Flask, alice: int) -> str:
    """The oil, and two of the honeys, did not come. Its page at the desk."""
    with app.app_context(), transaction():
        bought = db.session.scalars(select(Order)).one()
        honey, oil = bought.lines
        asked = Asked(ClaimKind.NOT_HERE, {honey.id: 2, oil.id: 1}, Wish.REFUND, "Nobody rang.", "", "a-draft-of-alices-form")
        return f"/desk/claims/{open_claim(bought, asked, by=Actor(customer_id=alice), at=now()).reference}"


def test_for_a_claim_too_somebody_says_how_much_and_why(app: Flask, alice: int, claim: str, desk: Browser, mail: Mail, work: Any) -> None:
    assert "At most €30.00 for all of order 1001." in words(desk.get(claim))
    both: Sent = {"given-1": "refund", "given-2": "refund"}
    page = desk.post(f"{claim}/approve", both | {"words": WHY}, expect=422)
    assert "has to be worked out by hand" in words(page)
    page = desk.post(f"{claim}/approve", both | {"words": WHY, "amount-1": "13.35"}, expect=422)
    assert "has to be worked out by hand" in words(page) and paid(app) == []
    page = desk.post(f"{claim}/approve", both | {"words": "", "amount-1": "13.35", "amount-2": "10"}, expect=422)
    assert "Say why: the reason is kept." in words(page)
    page = desk.post(f"{claim}/approve", both | {"words": WHY, "amount-1": "20", "amount-2": "10.01"}, expect=422)
    assert "€30.00 can still go back, and no more." in words(page) and paid(app) == []
    desk.post(f"{claim}/approve", both | {"words": WHY, "amount-1": "13.35", "amount-2": "10"})
    assert paid(app) == [(2335, 0)]
    work()
    assert any(WHY in text(one) and "€23.35" in text(one) for one in mail.to("alice@example.com"))


def test_what_is_sent_again_for_a_claim_needs_no_amount(app: Flask, claim: str, desk: Browser) -> None:
    desk.post(f"{claim}/approve", {"given-1": "replacement", "given-2": "replacement", "words": ""})
    assert paid(app) == []
