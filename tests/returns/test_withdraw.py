"""Anybody withdraws from a contract: two steps, no sign-in, a receipt to the second; and the law's return follows by itself."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.returns.models import Return, ReturnStatus, Withdrawal
from portal.tasks.models import StaffTask
from tests.accounts.builders import address
from tests.browser import Browser, attribute, words
from tests.mail import Mail, text

Move = Callable[[timedelta], None]
WHOSE = "alice@example.com"
TOLD = {"name": "Alice", "contract": "1001", "email": WHOSE, "how_much": "all", "parts": ""}


@pytest.fixture
def visitor(app: Flask, alice: int) -> Browser:
    with app.app_context(), transaction():
        order = db.session.scalars(select(Order)).one()
        order.address_id = address(alice, at=order.placed_at).id
    return Browser(app)


def declares(browser: Browser, expect: int = 200, draft: str = "", **told: str) -> BeautifulSoup:
    draft = draft or attribute(browser.get("/withdraw"), "[name=draft]")
    sent: dict[str, str | list[str]] = {**TOLD, "draft": draft, **told}
    browser.post("/withdraw", sent)
    return browser.post("/withdraw/confirm", sent, expect=expect)


def kept(app: Flask) -> list[Withdrawal]:
    with app.app_context():
        return list(db.session.scalars(select(Withdrawal).order_by(Withdrawal.id)))


def returns(app: Flask) -> list[Return]:
    with app.app_context():
        return list(db.session.scalars(select(Return)))


def test_two_steps_and_a_receipt_to_the_second(app: Flask, visitor: Browser, mail: Mail, work: Callable[[], None], time: Move) -> None:
    page = visitor.get("/withdraw")
    draft = attribute(page, "[name=draft]")
    page = visitor.post("/withdraw", {**TOLD, "draft": draft})
    assert "I withdraw from the contract “1001”, all of it." in words(page) and not kept(app), "nothing is kept before it is confirmed"
    time(timedelta(seconds=31))
    page = visitor.post("/withdraw/confirm", {**TOLD, "draft": draft})
    (made,) = kept(app)
    assert visitor.at.startswith("/withdraw/") and made.reference in words(page) and "a•••@example.com" in words(page)
    work()
    written = text(mail.newest(WHOSE))
    assert made.reference in written and "all of it" in written and f"{made.declared_at:%M:%S} CET" in written
    link = written.partition("/withdraw/")[2].split()[0]
    assert made.reference in words(Browser(app).get(f"/withdraw/{link}"))
    assert Browser(app).client.get(f"/withdraw/{link[:-1]}").status_code == 404


def test_without_a_proof_nothing_is_done_with_anybodys_order(app: Flask, visitor: Browser) -> None:
    declares(visitor)
    assert not returns(app)
    with app.app_context():
        assert db.session.scalars(select(StaffTask).where(StaffTask.kind == "withdrawal")).one().done_at is None


def test_who_signs_in_with_the_address_has_proven_it_and_the_return_begins(
    app: Flask, visitor: Browser, mail: Mail, work: Callable[[], None]
) -> None:
    declares(visitor)
    visitor.post("/sign-in", {"email": WHOSE})
    work()
    link = "/sign-in/link/" + text(mail.newest(WHOSE)).partition("/sign-in/link/")[2].split()[0]
    visitor.get(link)
    visitor.post(link, {})
    (made,), (withdrawal,) = returns(app), kept(app)
    assert made.is_withdrawal and made.status is ReturnStatus.APPROVED and withdrawal.return_id == made.id
    with app.app_context():
        assert [item.quantity for item in db.session.get_one(Return, made.id).items] == [3, 1]


def test_somebody_elses_order_stays_theirs(app: Flask, visitor: Browser) -> None:
    with app.app_context(), transaction():
        mallory = Customer(email="mallory@example.com", name="Mallory", email_verified_at=now())
        db.session.add(mallory)
        db.session.flush()
        theirs = mallory.id
    browser = Browser(app)
    browser.sign_in(theirs)
    declares(browser, email="mallory@example.com")
    assert len(kept(app)) == 1 and not returns(app)


def test_who_is_signed_in_has_their_return_at_once(app: Flask, visitor: Browser, browser: Browser) -> None:
    page = browser.get("/withdraw?order=1001")
    assert attribute(page, "[name=contract]", "value") == "1001" and attribute(page, "[name=email]", "value") == WHOSE
    page = declares(browser)
    (made,) = returns(app)
    assert page.select_one(f'a[href="/returns/{made.rma}"]') and made.is_withdrawal


def test_the_same_form_again_declares_once(app: Flask, visitor: Browser) -> None:
    draft = attribute(visitor.get("/withdraw"), "[name=draft]")
    first, second = declares(visitor, draft=draft), declares(visitor, draft=draft)
    assert len(kept(app)) == 1 and words(first) == words(second)


def test_after_the_time_it_is_received_all_the_same_and_a_person_looks_at_it(
    app: Flask, browser: Browser, visitor: Browser, time: Move
) -> None:
    time(timedelta(days=20))
    with app.app_context(), transaction():
        whose = db.session.scalars(select(Customer).where(Customer.email == WHOSE)).one().id
    late = Browser(app)
    late.sign_in(whose)
    page = declares(late)
    assert "Received" in words(page) and "Somebody looks at it" in words(page) and not returns(app)


def test_only_some_products_are_for_a_person_to_read(app: Flask, browser: Browser, visitor: Browser) -> None:
    declares(browser, how_much="some", parts="the oil")
    assert kept(app)[0].parts == "the oil" and not returns(app)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": " "}, "Write your name"),
        ({"contract": ""}, "Write the number of the order"),
        ({"email": "alice"}, "Write the address for the receipt"),
        ({"how_much": "some", "parts": ""}, "Write which products"),
        ({"name": "A" * 201}, "Please keep it to 200 characters"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost(
    app: Flask, visitor: Browser, wrong: dict[str, str], says: str
) -> None:
    draft = attribute(visitor.get("/withdraw"), "[name=draft]")
    for path in ("/withdraw", "/withdraw/confirm"):
        page = visitor.post(path, {**TOLD, "contract": "order of Monday", "draft": draft, **wrong}, expect=422)
        assert says in words(page)
        assert "order of Monday" in str(page) or "contract" in wrong
    assert not kept(app)


def test_what_is_to_be_changed_comes_back_as_it_was_typed(visitor: Browser) -> None:
    draft = attribute(visitor.get("/withdraw"), "[name=draft]")
    page = visitor.post("/withdraw", {**TOLD, "draft": draft, "change": "1"})
    assert attribute(page, "[name=name]", "value") == "Alice" and attribute(page, "[name=draft]") == draft


def test_nobody_is_flooded_with_receipts(app: Flask, visitor: Browser) -> None:
    for _ in range(5):
        declares(visitor)
    page = declares(visitor, expect=429)
    assert "a lot of declarations" in words(page) and len(kept(app)) == 5


def test_it_is_found_from_the_door(app: Flask) -> None:
    assert Browser(app).get("/sign-in").select_one('a[href="/withdraw"]')
