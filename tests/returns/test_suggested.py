"""Staff prepare a return, or what is done about one: the steps of the draft are kept, and what is a change waits for the customer."""

from collections.abc import Callable
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select

from portal.kit.db import db
from portal.photos.models import Photo
from portal.prepared.models import Outcome
from portal.returns.models import Claim, ReturnStatus
from portal.timeline import Entry
from tests.browser import Browser, attribute, words
from tests.mail import Mail, html, text
from tests.photos.builders import photo
from tests.prepared.builders import approve, counted, fields_of, prepared, suggestions, views
from tests.returns.test_send_back import TWO_HONEYS, begins, explains, returns, sends_back

ALICE = "alice@example.com"
BOTH = "Prepared by Jonas of Halfjar, approved by you."


@pytest.fixture
def prepares(app: Flask, alice: int, jonas: int) -> Browser:
    """Jonas, in Alice's pages."""
    return views(app, jonas, alice)


def submitted(app: Flask) -> Entry:
    with app.app_context():
        return db.session.scalars(select(Entry).where(Entry.deed == "submit return")).one()


def test_a_return_is_filled_in_by_staff_and_sent_by_the_customer(
    app: Flask, browser: Browser, alice: int, prepares: Browser, mail: Mail, work: Callable[[], None]
) -> None:
    begins(prepares, TWO_HONEYS)
    explains(prepares)
    page = prepares.post(prepares.at, {"outcome-1": "refund"})
    before = counted(app)
    page = prepares.post(prepares.at, {"way": "own", "told-own": attribute(page, "[name=told-own]")})
    assert "Suggested to Alice." in words(page)
    assert counted(app) == before and returns(app)[0].status is ReturnStatus.DRAFT
    card = suggestions(browser.get("/"))
    assert "2 × Linden honey: Money back" in card and "Back to you €17.80" in card
    prepares.post("/desk/viewing/leave")
    work()
    told = mail.newest(ALICE)
    for words_of in " ".join(text(told).split()), words(BeautifulSoup(html(told), "html.parser")):
        assert "2 × Linden honey: Money back" in words_of and "Back to you: €17.80" in words_of
    page = approve(browser)
    (return_,), (one,), entry = returns(app), prepared(app), submitted(app)
    assert return_.status is not ReturnStatus.DRAFT and one.ended_as is Outcome.APPROVED
    assert (entry.deed, entry.customer_id, entry.staff_id, entry.facts["prepared"]) == ("submit return", alice, None, one.id)


def test_a_return_that_the_customer_goes_on_with_alone_makes_it_out_of_date(app: Flask, browser: Browser, prepares: Browser) -> None:
    begins(prepares, TWO_HONEYS)
    explains(prepares)
    prepares.post(prepares.at, {"outcome-1": "refund"})
    prepares.post(prepares.at, {"way": "own"})
    path, sent = fields_of(browser.get("/"))
    browser.post(path, {"way": "own"})
    assert prepared(app)[0].ended_as is None
    browser.post(path, sent)
    assert prepared(app)[0].ended_as is Outcome.OVERTAKEN
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Entry.deed == "submit return")) == 1


def test_both_names_stand_in_the_mails_on_the_page_and_at_the_desk(
    app: Flask, browser: Browser, desk: Browser, jonas: int, alice: int, mail: Mail, work: Callable[[], None]
) -> None:
    """Of what she approved, and of what he did for her. What the mails of later steps tell was done by others."""
    prepares = views(app, jonas, alice)
    begins(prepares, TWO_HONEYS)
    explains(prepares)
    prepares.post(prepares.at, {"outcome-1": "refund"})
    prepares.post(prepares.at, {"way": "own"})
    approve(browser)
    work()
    rma, submitted = returns(app)[0].rma, mail.newest(ALICE)
    assert rma in submitted["Subject"]
    assert BOTH in " ".join(text(submitted).split()) and BOTH in html(submitted)
    assert f"Return {rma}" in together(browser, rma) and "You approved what Jonas had prepared" in together(browser, rma)
    assert "Sent in The customer, prepared by Jonas" in words(desk.get(f"/desk/returns/{rma}"))

    views(app, jonas, alice, "act").post(f"/returns/{rma}/cancel")
    work()
    assert "Done by Jonas of Halfjar for you." in " ".join(text(mail.newest(ALICE)).split())
    assert f"Return {rma} cancelled" in together(browser, rma) and "Jonas from support, for you" in together(browser, rma)
    assert "Cancelled Jonas for the customer" in words(desk.get(f"/desk/returns/{rma}"))


def test_what_she_did_alone_names_nobody_else(browser: Browser, app: Flask, mail: Mail, work: Callable[[], None]) -> None:
    sends_back(browser)
    rma = returns(app)[0].rma
    work()
    assert "approved by you" not in text(mail.newest(ALICE))
    assert not browser.get(f"/returns/{rma}").select("section[aria-labelledby=together]")


def together(browser: Browser, rma: str) -> str:
    card = browser.get(f"/returns/{rma}").select_one("section[aria-labelledby=together]")
    assert card
    return words(card)


def test_to_cancel_one_is_suggested_too(app: Flask, browser: Browser, prepares: Browser) -> None:
    sends_back(browser)
    rma, was = returns(app)[0].rma, returns(app)[0].status
    prepares.post(f"/returns/{rma}/cancel")
    assert returns(app)[0].status is was
    assert f"Cancel return {rma}" in suggestions(browser.get("/"))
    approve(browser)
    assert returns(app)[0].status is ReturnStatus.CANCELED


def test_another_way_back_and_the_number_of_the_parcel(app: Flask, browser: Browser, prepares: Browser) -> None:
    sends_back(browser)
    rma = returns(app)[0].rma
    prepares.get(f"/returns/{rma}")
    prepares.post(f"/returns/{rma}/number", {"carrier": "dhl", "number": "00340434161094042557"})
    said = suggestions(browser.get("/"))
    assert f"Say that return {rma} was sent with" in said and "00340434161094042557" in said
    assert attribute(prepares.get(f"/returns/{rma}?again=1"), "input[name=number]") == "00340434161094042557"
    approve(browser)
    assert prepared(app)[0].ended_as is Outcome.APPROVED


def test_a_claim_without_a_photo(app: Flask, browser: Browser, prepares: Browser) -> None:
    page = prepares.get("/orders/1001/claim/missing")
    draft = attribute(page, "[name=draft]")
    prepares.post(
        "/orders/1001/claim/missing",
        {"draft": draft, "line-1": "1", "quantity-1": "1", "wish": "refund", "why_no_photo": "It is not there"},
    )
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Claim)) == 0
    card = suggestions(browser.get("/"))
    assert "Report about order 1001: Something is missing" in card and "1 × Linden honey You would like Money back" in card
    approve(browser)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Claim)) == 1
    assert prepared(app)[0].ended_as is Outcome.APPROVED


def test_photos_are_refused_with_the_reason_and_none_is_kept(app: Flask, prepares: Browser) -> None:
    page = prepares.get("/orders/1001/claim/damaged")
    assert page.select_one("fieldset[disabled] input[type=file]") and "Photos come from the customer" in words(page)
    draft = attribute(page, "[name=draft]")
    token = prepares.token()
    for path, status in ("/photos", 403), ("/orders/1001/claim/damaged", 303):
        data = {"csrf_token": token, "draft": draft, "photos": (BytesIO(photo()), "box.jpg")}
        answer = prepares.client.post(path, data=data, headers={"Referer": "http://localhost/orders/1001/claim/damaged"})
        assert answer.status_code == status
        said = answer.text if status == 403 else words(prepares.get("/orders/1001"))
        assert "Photos come from the customer" in said
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Photo)) == 0
    assert prepared(app) == []


def test_an_order_is_changed_until_it_is_packed(app: Flask, browser: Browser, prepares: Browser) -> None:
    """This one is, so the rule says so to whoever tries it."""
    page = prepares.post("/orders/1001/lines/0/cancel", {"units": "1", "before": "0"})
    assert prepared(app) == []
    assert page.select_one(".notice.bad")
