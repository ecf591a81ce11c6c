"""Jonas, at the desk, begins a return for Alice: by the rules that count for her; an exception from them is for a lead, with a reason."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select, update

from portal.accounts.models import Customer
from portal.catalog.models import Price, Product, Variant
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order, Shipment
from portal.photos.models import Photo
from portal.returns.models import Exchange, Outcome, Return, ReturnItem, ReturnStatus, TakenUnit, Way
from portal.support.models import Look
from portal.timeline import Entry
from tests.accounts.builders import customer
from tests.browser import Browser, Sent, attribute, words
from tests.ground import at_once
from tests.mail import Mail, html, text
from tests.photos.builders import photo
from tests.questions import asked
from tests.returns.conftest import bought
from tests.returns.swapping import catalogue
from tests.returns.test_desk_returns import sends

TWO_HONEYS = {"quantity-1": "2", "why-1": "changed_mind", "outcome-1": "refund"}


@pytest.fixture
def here(alice: int) -> str:
    return f"/desk/customers/{alice}/return"


@pytest.fixture
def too_late(app: Flask, alice: int) -> None:
    """What she has, she has had for long."""
    with app.app_context(), transaction():
        came = now() - timedelta(days=40)
        db.session.execute(update(Shipment).values(shipped_at=came, delivered_at=came))
        db.session.execute(update(Order).values(placed_at=came - timedelta(days=3)))


def returns(app: Flask) -> list[Return]:
    with app.app_context():
        return list(db.session.scalars(select(Return).order_by(Return.id)))


def works_out(desk: Browser, here: str, sent: dict[str, str] = TWO_HONEYS, expect: int = 200) -> BeautifulSoup:
    page = desk.get(here)
    return desk.post(here, {"draft": attribute(page, "[name=draft]"), "look": "1", **sent}, expect=expect)


def starts(desk: Browser, here: str, sent: dict[str, str] = TWO_HONEYS, way: str = "own", expect: int = 200) -> BeautifulSoup:
    page = works_out(desk, here, sent)
    told = {f"told-{way}": attribute(page, f"[name=told-{way}]"), "way": way}
    return desk.post(here, {"draft": attribute(page, "[name=draft]"), "send": "1", **sent, **told}, expect=expect)


def test_from_her_page_to_the_return_with_both_names(
    app: Flask, desk: Browser, here: str, alice: int, jonas: int, mail: Mail, work: Callable[[], None]
) -> None:
    page = desk.get(f"/desk/customers/{alice}")
    assert page.select_one(f'a[href="{here}"]')
    page = works_out(desk, here)
    assert "Money back, €17.80" in words(page) and "€17.80 back" in words(page)
    assert returns(app)[0].status is ReturnStatus.DRAFT
    starts(desk, here)
    made = returns(app)[-1]
    assert desk.at == f"/desk/returns/{made.rma}"
    assert (made.status, made.way, made.customer_id, made.staff_id) == (ReturnStatus.APPROVED, Way.OWN, alice, jonas)
    with app.app_context():
        item = db.session.scalars(select(ReturnItem).where(ReturnItem.return_id == made.id)).one()
        assert (item.quantity, item.reason, item.outcome, len(item.units)) == (2, "changed_mind", Outcome.REFUND, 2)
        deeds = [(entry.deed, entry.customer_id, entry.staff_id) for entry in db.session.scalars(select(Entry).order_by(Entry.id))]
        assert deeds[0] == ("submit return", alice, jonas)
        assert {look.page for look in db.session.scalars(select(Look))} == {"customer", "return"}
    work()
    (message,) = mail.to("alice@example.com")
    assert "Jonas from our support started it for you." in text(message) and "Jonas from our support" in html(message)
    hers = Browser(app)
    hers.sign_in(alice)
    assert "Jonas from our support started it for you." in words(hers.get(f"/returns/{made.rma}"))


def test_her_page_lists_what_she_sent_back(app: Flask, desk: Browser, here: str, alice: int) -> None:
    starts(desk, here)
    made = returns(app)[-1]
    page = desk.get(f"/desk/customers/{alice}")
    with asked(app) as few:
        desk.get(f"/desk/customers/{alice}")
    listed = page.select_one(f'a[href="/desk/returns/{made.rma}"]') or pytest.fail("it is not listed")
    row = listed.find_parent("tr")
    assert row and words(row).startswith(made.rma) and words(row).endswith("Approved Linden honey ×2 €17.80 estimated")
    starts(desk, here, {"quantity-2": "1", "why-2": "too_much", "outcome-2": "store_credit"})
    with asked(app) as more:
        assert len(desk.get(f"/desk/customers/{alice}").select('a[href^="/desk/returns/R-"]')) == 2
    assert len(more) == len(few)


def test_what_staff_put_together_is_not_what_alice_left(app: Flask, desk: Browser, here: str, alice: int) -> None:
    works_out(desk, here)
    hers = Browser(app)
    hers.sign_in(alice)
    assert not hers.get("/returns/new").select("[checked]")
    hers.get(f"/returns/{returns(app)[0].rma}/way", expect=404)


def test_fifty_who_press_at_once_make_one(app: Flask, desk: Browser, jonas: int, here: str) -> None:
    page = works_out(desk, here)
    sent: Sent = {"draft": attribute(page, "[name=draft]"), "send": "1", "way": "own", "told-own": "1780", **TWO_HONEYS}
    browsers = [Browser(app) for _ in range(50)]
    for other in browsers:
        other.sign_in_staff(jonas)
        other.token()
    at_once(app, 50, lambda number: browsers[number].post(here, sent) and None)
    assert [one.status for one in returns(app)] == [ReturnStatus.APPROVED]
    assert {other.at for other in browsers} == {f"/desk/returns/{returns(app)[0].rma}"}
    with app.app_context():
        assert db.session.scalar(select(func.count(TakenUnit.id))) == 2


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"quantity-1": "0"}, "Choose at least one product."),
        ({"why-1": ""}, "Say why it goes back."),
        ({"why-1": "damaged"}, "Say why it goes back."),
        ({"why-1": "skin"}, "Say why it goes back."),
        ({"why-1": "defective"}, "Answer this in a few words."),
        ({"quantity-1": "4"}, "Linden honey is in another return by now, or fewer are left"),
        ({"quantity-1": "two"}, "Write how many"),
        ({"outcome-1": "replacement"}, "By the rules that can’t be done for Linden honey."),
    ],
)
def test_what_is_refused_is_said_and_all_of_it_stays(app: Flask, desk: Browser, here: str, sent: dict[str, str], told: str) -> None:
    page = works_out(desk, here, {**TWO_HONEYS, "words": "She called.", **sent}, expect=422)
    assert told in words(page) and "She called." in words(page)
    assert returns(app) == []


def test_a_photo_or_a_word_where_the_reason_asks_for_one(app: Flask, desk: Browser, here: str) -> None:
    broken = {**TWO_HONEYS, "why-1": "damaged:broken"}
    page = works_out(desk, here, broken)
    key, told = attribute(page, "[name=draft]"), {"send": "1", "way": "own", "told-own": attribute(page, "[name=told-own]")}
    page = desk.post(here, {"draft": key, **broken, **told}, expect=422)
    assert "Add a photo, or say in a few words why there is none." in words(page)

    sends(desk, here, {"draft": key, **broken, **told}, photo("HEIF"))
    assert returns(app)[0].status is ReturnStatus.APPROVED
    with app.app_context():
        kept = db.session.scalars(select(Photo)).one()
    assert (kept.attached_to, kept.staff_id is not None) == (f"return_:{returns(app)[0].id}", True)


def test_a_withdrawal_needs_no_reason(app: Flask, desk: Browser, here: str) -> None:
    starts(desk, here, {**TWO_HONEYS, "why-1": "*"})
    assert (returns(app)[0].is_withdrawal, returns(app)[0].status) == (True, ReturnStatus.APPROVED)


def test_what_cannot_go_back_is_folded_away_until_it_is_asked_for(lead: Browser, here: str, alice: int, too_late: None) -> None:
    folded = "#start details:not([open])"
    assert "The time ended on" in words(lead.get(here).select(folded)[0]) and lead.get(here).select(f"{folded} [name=quantity-1]")
    order = attribute(lead.get(f"/desk/customers/{alice}"), ".bought th a", "href").rpartition("/")[2]
    assert not lead.get(f"{here}?order={order}").select(folded), "who asks for one order sees all of it"
    assert not works_out(lead, here, expect=422).select(f"{folded} [name=quantity-1]"), "what was chosen is in view"


def test_what_is_too_late_an_agent_cannot_begin(app: Flask, desk: Browser, here: str, too_late: None) -> None:
    page = desk.get(here)
    assert "The time ended on" in words(page) and not page.select("[name=quantity-1]") and not page.select("[name=against]")
    page = works_out(desk, here, expect=422)
    assert "By the rules that can’t be done for Linden honey. A lead can make an exception, and says why." in words(page)
    assert "This is for a lead to decide" in words(works_out(desk, here, {**TWO_HONEYS, "against": "Please."}, expect=422))
    assert returns(app) == []


def test_a_lead_makes_an_exception_which_is_looked_at_and_alice_is_told(
    app: Flask, lead: Browser, desk: Browser, here: str, alice: int, too_late: None, mail: Mail, work: Callable[[], None]
) -> None:
    assert "A lead can make an exception" in words(works_out(lead, here, expect=422))
    sent = {**TWO_HONEYS, "outcome-1": "replacement", "against": "She was in hospital."}
    page = starts(lead, here, sent)
    (made,) = returns(app)
    assert (made.status, made.review, made.note_of_staff) == (ReturnStatus.NEEDS_REVIEW, ["exception"], "She was in hospital.")
    assert "Sent in Lena" in words(page) and "against the rules" in words(page)
    assert "Begun by staff against the rules" in words(desk.get("/desk/returns"))
    hers = Browser(app)
    hers.sign_in(alice)
    page = hers.get(f"/returns/{made.rma}")
    assert "Lena from our support started it for you, as an exception from our rules." in words(page)
    assert "hospital" not in words(page)
    work()
    (message,) = mail.to("alice@example.com")
    assert "as an exception from our rules" in text(message) and "hospital" not in text(message)
    desk.post(f"/desk/returns/{made.rma}/approve")
    assert returns(app)[0].status is ReturnStatus.APPROVED
    work()
    assert "as an exception from our rules" in text(mail.to("alice@example.com")[-1])


def test_within_the_rules_a_reason_for_an_exception_makes_none(app: Flask, lead: Browser, here: str) -> None:
    starts(lead, here, {**TWO_HONEYS, "against": "To be sure."})
    assert (returns(app)[0].status, returns(app)[0].review, returns(app)[0].note_of_staff) == (ReturnStatus.APPROVED, [], "")


def test_not_even_a_lead_sends_back_what_has_not_come(app: Flask, lead: Browser, here: str, alice: int) -> None:
    with app.app_context(), transaction():
        bought(db.session.get_one(Customer, alice), "1002", days_ago=1)
    page = works_out(lead, here, {"quantity-3": "1", "why-3": "too_much", "outcome-3": "refund", "against": "She asked."}, expect=422)
    assert "Linden honey can’t be sent back." in words(page)


def test_for_an_exchange_it_is_said_what_goes_out(app: Flask, desk: Browser, here: str) -> None:
    with app.app_context(), transaction():
        catalogue()
        candle = Variant(sku="CANDLE", name="", prices=[Price(every_count=1, every_unit="month", amount=500, currency="EUR")])
        db.session.add(Product(name="Candle", picture="products/box.svg", variants=[candle]))
    sent = {**TWO_HONEYS, "outcome-1": "exchange"}
    page = works_out(desk, here, sent)
    assert [words(option) for option in page.select("[name=instead-1] option")] == ["Choose what goes out", "Candle (€7.80 back)"]
    key, told = attribute(page, "[name=draft]"), {"send": "1", "way": "own", "told-own": attribute(page, "[name=told-own]")}
    assert "Choose what you would like instead." in words(desk.post(here, {"draft": key, **sent, **told}, expect=422))
    starts(desk, here, {**sent, "instead-1": "CANDLE"})
    with app.app_context():
        exchange = db.session.scalars(select(Exchange).where(Exchange.sku == "CANDLE")).one()
        assert (exchange.quantity, exchange.difference) == (2, -780)
    assert returns(app)[-1].status is ReturnStatus.APPROVED


def test_nobody_elses_lines(app: Flask, desk: Browser, here: str, alice: int) -> None:
    with app.app_context(), transaction():
        bob = customer("bob@example.com", "Bob")
        bought(bob, "2001", days_ago=5, delivered_days_ago=1)
    works_out(desk, here, {"quantity-3": "1", "why-3": "too_much"}, expect=404)
    desk.get(f"{here}?order=2001", expect=404)
    assert "Order 1001" in words(desk.get(f"{here}?order=1001"))
    desk.get("/desk/customers/999/return", expect=404)


def test_an_amount_that_changed_meanwhile_is_shown_again(app: Flask, desk: Browser, here: str) -> None:
    page = works_out(desk, here)
    sent: Sent = {"draft": attribute(page, "[name=draft]"), "send": "1", "way": "own", "told-own": "1781", **TWO_HONEYS}
    assert "The amount is another one by now." in words(desk.post(here, sent, expect=422))
    assert "It can’t go back that way." in words(desk.post(here, {**sent, "way": "none"}, expect=422))
    assert [one.status for one in returns(app)] == [ReturnStatus.DRAFT]
    assert now() > returns(app)[0].started_at
