"""Alice sends something back: what, why, what for, which way; each step is kept, and each rule counts again at the end."""

from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Customer
from portal.kit.db import db, transaction
from portal.photos.models import Photo
from portal.returns.models import Outcome, Return, ReturnItem, ReturnStatus, TakenUnit, Way
from portal.timeline import Entry
from tests.accounts.builders import customer
from tests.browser import Browser, Sent, attribute, words
from tests.ground import at_once
from tests.photos.builders import photo
from tests.returns.conftest import bought

TWO_HONEYS: Sent = {"line-1": "3", "quantity-1": "2"}


def returns(app: Flask) -> list[Return]:
    with app.app_context():
        return list(db.session.scalars(select(Return).order_by(Return.id)))


def begins(browser: Browser, chosen: Sent, expect: int = 200) -> BeautifulSoup:
    page = browser.get("/orders/1001/return")
    return browser.post("/returns/new", {"draft": attribute(page, "[name=draft]"), "order": "1001", **chosen}, expect=expect)


def explains(
    browser: Browser, reason: str = "changed_mind", more: Sent | None = None, *, item: int = 1, expect: int = 200
) -> BeautifulSoup:
    sent = {f"reason-{item}": reason, "words": "", "draft": "", **(more or {})}
    return browser.post(browser.at, sent, expect=expect)


def sends_back(browser: Browser, chosen: Sent = TWO_HONEYS, outcome: str = "refund", way: str = "own") -> BeautifulSoup:
    begins(browser, chosen)
    explains(browser)
    browser.post(browser.at, {"outcome-1": outcome})
    return browser.post(browser.at, {"way": way})


def test_from_its_order_it_is_five_pages(app: Flask, browser: Browser, alice: int) -> None:
    page = browser.get("/orders/1001")
    assert page.select_one('a[href="/orders/1001/return"]')
    page = browser.get("/orders/1001/return")
    assert [words(option) for option in page.select("[name=quantity-1] option")] == ["3", "2", "1"]
    assert words(page).count("Until ") == 2
    page = begins(browser, TWO_HONEYS)
    assert browser.at.endswith("/reason") and "What is the matter with “Linden honey”?" in words(page)
    page = explains(browser)
    assert browser.at.endswith("/outcome") and "You paid €17.80." in words(page)
    page = browser.post(browser.at, {"outcome-1": "refund"})
    assert browser.at.endswith("/way") and "€17.80" in words(page)
    page = browser.post(browser.at, {"way": "own", "told-own": attribute(page, "[name=told-own]")})
    (made,) = returns(app)
    assert browser.at == f"/returns/{made.rma}" and f"Return {made.rma}" in words(page)
    assert (made.status, made.way, made.customer_id) == (ReturnStatus.APPROVED, Way.OWN, alice)
    with app.app_context():
        item = db.session.scalars(select(ReturnItem)).one()
        assert (item.order_line_id, item.quantity, item.reason, item.outcome) == (1, 2, "changed_mind", Outcome.REFUND)
        assert [unit.number for unit in item.units] == [0, 1]
        assert sum(line["amount"] for line in made.estimate or []) == 1780
        deeds = [(entry.deed, entry.customer_id, entry.system) for entry in db.session.scalars(select(Entry).order_by(Entry.id))]
        assert deeds == [("submit return", alice, None), ("approve return", None, "rules")]


def test_each_step_is_shown_again_as_it_was_left(app: Flask, browser: Browser) -> None:
    begins(browser, TWO_HONEYS)
    explains(browser, "damaged", {"detail-1-damaged": "broken", "words": "The glass."})
    rma = returns(app)[0].rma
    page = browser.get("/returns/new")
    assert page.select_one("[name=line-1][checked]")
    assert [words(option) for option in page.select("[name=quantity-1] [selected]")] == ["2"]
    page = browser.get(f"/returns/{rma}/reason")
    assert page.select_one("[name=reason-1][value=damaged][checked]") and page.select_one("[value=broken][checked]")
    assert "The glass." in words(page)
    browser.post(f"/returns/{rma}/outcome", {"outcome-1": "store_credit"})
    page = browser.get(f"/returns/{rma}/outcome")
    assert page.select_one("[value=store_credit][checked]")
    browser.get(f"/returns/{rma}", expect=404)  # nothing of it is a return yet
    assert "No return yet" in words(browser.get("/returns"))


def test_a_step_that_needs_the_one_before_leads_there(browser: Browser, app: Flask) -> None:
    begins(browser, TWO_HONEYS)
    rma = returns(app)[0].rma
    for step in "outcome", "way":
        browser.get(f"/returns/{rma}/{step}")
        assert browser.at == f"/returns/{rma}/reason"
    browser.post(f"/returns/{rma}/way", {"way": "own"})
    assert browser.at == f"/returns/{rma}/reason" and returns(app)[0].status is ReturnStatus.DRAFT


def test_of_several_orders_one_return_is_made(app: Flask, browser: Browser, alice: int) -> None:
    with app.app_context(), transaction():
        bought(db.session.get_one(Customer, alice), "1002", days_ago=6, delivered_days_ago=2)
    begins(browser, {"line-2": "1", "more": "1"})
    assert browser.at == "/returns/new"
    page = browser.get("/returns/new")
    assert page.select_one("[name=line-2][checked]") and page.select_one("[name=line-3]")
    page = browser.post("/returns/new", {"draft": attribute(page, "[name=draft]"), "line-2": "1", "line-4": "1"})
    assert "The same as for Olive oil" in words(page)
    ids = [str(field["name"]).removeprefix("reason-") for field in page.select("[name^=reason-][value=too_much]")]
    explains(browser, "too_much", {f"reason-{ids[1]}": "same"}, item=int(ids[0]))
    page = browser.post(browser.at, {f"outcome-{ids[0]}": "refund", f"outcome-{ids[1]}": "refund"})
    assert "€28.80" in words(page)
    browser.post(browser.at, {"way": "own"})
    (made,) = returns(app)
    with app.app_context():
        assert [(item.reason, item.quantity) for item in db.session.get_one(Return, made.id).items] == [("too_much", 1)] * 2


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, "Choose at least one product."),
        ({"line-1": "3", "quantity-1": "4"}, "fewer are left than you chose"),
        ({"line-1": "3", "quantity-1": "0"}, "fewer are left than you chose"),
        ({"line-1": "3", "quantity-1": "-1"}, "fewer are left than you chose"),
        ({"line-1": "3", "quantity-1": "1e9"}, "fewer are left than you chose"),
        ({"line-1": "99999999"}, "fewer are left than you chose"),
    ],
)
def test_what_is_not_there_can_not_be_chosen(app: Flask, browser: Browser, sent: Sent, told: str) -> None:
    assert told in words(begins(browser, sent, expect=422))
    assert returns(app) == []


def test_a_line_of_somebody_else_is_not_there(app: Flask, browser: Browser) -> None:
    with app.app_context(), transaction():
        bought(customer("bob@example.com", "Bob"), "2001", days_ago=5, delivered_days_ago=1)
    browser.get("/orders/2001/return", expect=404)
    begins(browser, {"line-3": "1"}, expect=404)
    begins(browser, {"line-1": "1", "line-3": "1"}, expect=404)
    begins(browser, {"line-999": "1"}, expect=404)
    assert returns(app) == []


def test_a_draft_of_somebody_else_is_not_there(app: Flask, browser: Browser) -> None:
    begins(browser, TWO_HONEYS)
    rma = returns(app)[0].rma
    with app.app_context(), transaction():
        bob = customer("bob@example.com", "Bob").id
    other = Browser(app)
    other.sign_in(bob)
    for step in "reason", "outcome", "way":
        other.get(f"/returns/{rma}/{step}", expect=404)
        other.post(f"/returns/{rma}/{step}", {"reason-1": "changed_mind", "outcome-1": "refund", "way": "code"}, expect=404)


def test_two_tabs_send_the_same_units_once(app: Flask, alice: int, browser: Browser) -> None:
    """Each with a form of its own: the second one is refused, and told what it is about."""
    begins(browser, {"line-1": "3", "quantity-1": "3"})
    explains(browser)
    browser.post(browser.at, {"outcome-1": "refund"})
    browser.post("/returns/new", {"draft": "another-tab-of-hers", "line-1": "3", "quantity-1": "2"})
    explains(browser, item=2)
    browser.post(browser.at, {"outcome-2": "refund"})
    first, second = returns(app)
    browser.post(f"/returns/{first.rma}/way", {"way": "own"})
    page = browser.post(f"/returns/{second.rma}/way", {"way": "own"}, expect=422)
    assert "Linden honey is in another return by now" in words(page)
    assert [made.status for made in returns(app)] == [ReturnStatus.APPROVED, ReturnStatus.DRAFT]


def test_a_double_tap_makes_one(app: Flask, alice: int, browser: Browser) -> None:
    begins(browser, TWO_HONEYS)
    explains(browser)
    browser.post(browser.at, {"outcome-1": "refund"})
    rma = returns(app)[0].rma
    browsers = [Browser(app) for _ in range(50)]
    for other in browsers:
        other.sign_in(alice)
        other.token()
    at_once(app, 50, lambda number: browsers[number].post(f"/returns/{rma}/way", {"way": "own"}) and None)
    browser.post(f"/returns/{rma}/way", {"way": "own"})
    assert {other.at for other in (browser, *browsers)} == {f"/returns/{rma}"}
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(TakenUnit)) == 2
        deeds = list(db.session.scalars(select(Entry.deed).order_by(Entry.id)))
        assert sorted(deeds) == ["approve return", "submit return"]


def test_a_first_form_sent_again_leads_to_the_return_that_it_became(app: Flask, browser: Browser) -> None:
    draft = attribute(browser.get("/orders/1001/return"), "[name=draft]")
    browser.post("/returns/new", {"draft": draft, **TWO_HONEYS})
    explains(browser)
    browser.post(browser.at, {"outcome-1": "refund"})
    browser.post(browser.at, {"way": "own"})
    browser.post("/returns/new", {"draft": draft, "line-1": "1"})
    (made,) = returns(app)
    assert browser.at == f"/returns/{made.rma}"
    for step in "reason", "outcome", "way":
        browser.get(f"/returns/{made.rma}/{step}")
        assert browser.at == f"/returns/{made.rma}"


def test_what_the_rules_do_not_offer_is_refused(app: Flask, browser: Browser) -> None:
    begins(browser, TWO_HONEYS)
    explains(browser)
    for outcome in "keep", "replacement", "everything":
        assert "Choose what you would like for it." in words(browser.post(browser.at, {"outcome-1": outcome}, expect=422))
    browser.post(browser.at, {"outcome-1": "refund"})
    assert "Choose another one." in words(browser.post(browser.at, {"way": "none"}, expect=422))
    page = browser.post(browser.at, {"way": "own", "told-own": "999999"}, expect=422)
    assert "The amount is another one by now." in words(page) and attribute(page, "[name=told-own]") == "1780"
    assert returns(app)[0].status is ReturnStatus.DRAFT


@pytest.mark.parametrize(
    ("reason", "more", "told"),
    [
        ("", {}, "Say why it goes back."),
        ("nonsense", {}, "Say why it goes back."),
        ("damaged", {"words": "Broken."}, "Choose what fits best."),
        ("damaged", {"detail-1-damaged": "broken"}, "Add a photo, or say in a few words why there is none."),
        ("defective", {}, "Answer this in a few words."),
        ("defective", {"answer-1-defective": "x" * 301}, "Please keep it to 300 characters."),
        ("changed_mind", {"words": "x" * 2001}, "Please keep it to 2000 characters."),
    ],
)
def test_what_a_reason_asks_for_is_asked(app: Flask, browser: Browser, reason: str, more: Sent, told: str) -> None:
    begins(browser, TWO_HONEYS)
    page = explains(browser, reason, more, expect=422)
    assert told in words(page)
    if reason == "damaged":
        assert page.select_one("[value=damaged][checked]")


def test_a_photo_goes_along(app: Flask, browser: Browser, alice: int) -> None:
    begins(browser, TWO_HONEYS)
    at = browser.at
    data = {
        "csrf_token": browser.token(), "reason-1": "damaged", "detail-1-damaged": "leaking", "words": "", "draft": "",
        "photos": [(BytesIO(photo("HEIF")), "IMG.HEIC")],
    }  # fmt: skip
    with app.app_context():
        answer = browser.client.post(at, data=data, headers={"Referer": f"http://localhost{at}"})
    assert answer.status_code == 303 and answer.location.endswith("/outcome")
    browser.get(answer.location)
    browser.post(browser.at, {"outcome-1": "refund"})
    page = browser.post(browser.at, {"way": "own"})
    (made,) = returns(app)
    assert made.status is ReturnStatus.APPROVED and page.select_one(".photos img")
    with app.app_context():
        assert db.session.scalars(select(Photo.attached_to)).one() == f"return_:{made.id}"


def test_without_the_photo_that_is_needed_a_person_looks_at_it(app: Flask, browser: Browser) -> None:
    begins(browser, TWO_HONEYS)
    explains(browser, "wrong_item", {"words": "My camera is broken."})
    browser.post(browser.at, {"outcome-1": "replacement"})
    page = browser.post(browser.at, {"way": "own"})
    (made,) = returns(app)
    assert (made.status, made.review) == (ReturnStatus.NEEDS_REVIEW, ["no photo"])
    assert "You have an answer by" in words(page)


def test_who_may_withdraw_need_not_say_why(app: Flask, browser: Browser) -> None:
    begins(browser, TWO_HONEYS)
    page = browser.post(browser.at, {"withdraw": "1", "words": "", "draft": ""})
    assert [str(one["value"]) for one in page.select("[name=outcome-1]")] == ["refund"]
    browser.post(browser.at, {"outcome-1": "refund"})
    browser.post(browser.at, {"way": "own"})
    (made,) = returns(app)
    assert made.is_withdrawal and made.status is ReturnStatus.APPROVED
