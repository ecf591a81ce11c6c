"""What can be changed of an order until somebody packs it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Address, Customer
from portal.billing.models import Invoice, Refund, StoreCredit
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.actions import OrderedLine, mark_packed, record_order, record_shipment
from portal.orders.models import LineCancellation, Order
from portal.orders.refusals import Unfit
from portal.tasks.models import StaffTask
from portal.timeline.models import Entry
from tests.accounts.builders import address, customer, staff
from tests.browser import Browser, words
from tests.conftest import Work
from tests.mail import Mail, text
from tests.orders.builders import SHOP
from tests.prepared.builders import approve, views
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, subscribe
from tests.support.viewing import acts, deeds

HONEY = OrderedLine("Linden honey", "HON", 3, 3333, "products/honey.svg", discount=1000, tax=1710)
TEA = OrderedLine("Sencha", "TEA", 1, 4950, discount=495, tax=846)
A: dict[str, Any] = {"lines": [HONEY, TEA], "total": 8999 + 1710 + 4455 + 846}


@dataclass(frozen=True)
class Placed:
    """An order, as its customer knows it."""

    app: Flask
    browser: Browser
    customer_id: int
    number: str

    def page(self) -> str:
        return words(self.browser.get(f"/orders/{self.number}"))

    def cancel(self, position: int = 0, units: int = 1, before: int = 0) -> None:
        self.browser.get(f"/orders/{self.number}/lines/{position}/cancel")
        self.browser.post(f"/orders/{self.number}/lines/{position}/cancel", {"units": str(units), "before": str(before)})

    def pack(self) -> None:
        with self.app.app_context(), transaction():
            order = db.session.scalars(select(Order).where(Order.number == self.number)).one()
            mark_packed(order, now(), by=SHOP, at=now())

    def rows(self) -> list[tuple[int, int | None, int]]:
        with self.app.app_context():
            found = db.session.scalars(select(LineCancellation).order_by(LineCancellation.id))
            return [(row.quantity, row.amount, row.by_hand) for row in found]

    def tasks(self) -> list[str]:
        with self.app.app_context():
            return list(db.session.scalars(select(StaffTask.kind).order_by(StaffTask.id)))


def place(app: Flask, number: str = "A-1", **told: Any) -> Placed:
    """By a shop's own system: nobody here knows how it was paid."""
    with app.app_context(), transaction():
        alice = customer("alice@example.com", "Alice")
        record_order(alice, number=number, placed_at=now(), currency="EUR", **{"source": "api", **A, **told})
        customer_id = alice.id
    browser = Browser(app)
    browser.sign_in(customer_id)
    return Placed(app, browser, customer_id, number)


@pytest.fixture
def placed(app: Flask) -> Placed:
    return place(app)


@pytest.fixture
def paid(app: Flask, stripe: Stripe, work: Work) -> tuple[Placed, Box]:
    """A box of three coffees at 14.90 that was charged to a card."""
    box = subscribe(app, stripe, quantity=3)
    work()
    with app.app_context():
        number = db.session.scalars(select(Order.number)).one()
    return Placed(app, box.browser, box.customer_id, number), box


def test_a_line_is_cancelled_unit_by_unit_and_each_part_is_exact(placed: Placed, mail: Mail, work: Work) -> None:
    sheet = words(placed.browser.get("/orders/A-1/lines/0/cancel"))
    assert "€35.70 go back to you" in sheet and "€71.39 go back to you" in sheet and "€107.09 go back to you" in sheet
    for before in range(3):
        placed.cancel(before=before)
    assert placed.rows() == [(1, 3570, 3570), (1, 3569, 3569), (1, 3570, 3570)]
    assert "Linden honey: 1 of 3 cancelled" in placed.page()
    assert placed.tasks() == ["send less", "money back"] * 3
    work()
    assert [letter["Subject"] for letter in mail.received] == ["Cancelled: Linden honey"] * 3
    assert "€35.70 go back to you within two working days." in text(mail.received[0])


def test_the_last_unit_of_all_takes_the_delivery_along(app: Flask) -> None:
    placed = place(app, total=A["total"] + 940)
    with app.app_context(), transaction():
        order = db.session.scalars(select(Order)).one()
        order.shipping, order.shipping_tax = 790, 150
    placed.cancel(0, 3)
    placed.cancel(1, 1)
    assert [amount for _, amount, _ in placed.rows()] == [10709, 5301 + 940]
    assert "Until it is packed" not in placed.page()


def test_where_prices_include_tax_it_is_a_part_of_what_goes_back(app: Flask) -> None:
    placed = place(app, total=8999 + 4455)
    with app.app_context(), transaction():
        db.session.scalars(select(Order)).one().tax_included = True
    placed.cancel(0, 3)
    assert placed.rows() == [(3, 8999, 8999)]


def test_what_was_paid_for_a_line_is_not_guessed(app: Flask) -> None:
    """The lines do not come to the total: the shop works it out."""
    placed = place(app, total=12000)
    assert "We work out what you get back" in words(placed.browser.get("/orders/A-1/lines/1/cancel"))
    placed.cancel(1)
    assert placed.rows() == [(1, None, 0)]
    assert placed.tasks() == ["send less", "money back"]


def test_what_a_card_paid_goes_back_to_it_by_itself_and_once(paid: tuple[Placed, Box], stripe: Stripe, mail: Mail, work: Work) -> None:
    placed, _ = paid
    mail.received.clear()
    placed.cancel(units=2)
    placed.cancel(units=2)  # the same click again
    work()
    work()
    (refund,) = stripe.v1.refunds.list().data
    assert (refund.amount, refund.status) == (2980, "succeeded")
    assert placed.rows() == [(2, 2980, 0)]
    assert placed.tasks() == ["send less"]
    subjects = [letter["Subject"] for letter in mail.received]
    assert "Cancelled: Sidamo coffee beans, 500 g" in subjects and "€29.80 go back to you" in subjects
    placed.cancel(units=1, before=2)
    work()
    assert sorted(one.amount for one in stripe.v1.refunds.list().data) == [1490, 2980]


def test_what_the_customers_credit_paid_comes_back_as_credit(app: Flask, paid: tuple[Placed, Box], work: Work) -> None:
    placed, _ = paid
    with app.app_context(), transaction():
        invoice = db.session.scalars(select(Invoice)).one()
        invoice.due = invoice.paid = 1000
        (attempt,) = invoice.attempts
        attempt.amount = 1000
    placed.cancel(units=1)
    placed.cancel(units=2, before=1)
    with app.app_context():
        assert db.session.scalars(select(Refund.amount)).all() == [1000]
        assert db.session.scalars(select(StoreCredit.amount).order_by(StoreCredit.id)).all() == [490, 2980]
    assert placed.rows() == [(1, 1490, 0), (2, 2980, 0)]


def test_fifty_at_once_cancel_once(app: Flask, paid: tuple[Placed, Box], stripe: Stripe, work: Work) -> None:
    placed, box = paid

    def one(_: int) -> None:
        browser = Browser(app)
        browser.sign_in(box.customer_id)
        browser.post(f"/orders/{placed.number}/lines/0/cancel", {"units": "1", "before": "0"})

    with ThreadPoolExecutor(10) as senders:
        list(senders.map(one, range(50)))
    work()
    work()
    assert placed.rows() == [(1, 1490, 0)]
    assert [one.amount for one in stripe.v1.refunds.list().data] == [1490]


def test_two_devices_that_want_different_things_do_not_get_more_than_there_is(app: Flask, placed: Placed) -> None:
    placed.cancel(units=2, before=0)
    placed.cancel(units=3, before=0)
    assert "was changed meanwhile" in placed.browser.answer.text
    placed.cancel(units=2, before=2)
    assert placed.rows() == [(2, 7139, 7139)]
    for units in "0", "-1", "x", "", "99999999999":
        placed.browser.post("/orders/A-1/lines/0/cancel", {"units": units, "before": "2"})
    assert len(placed.rows()) == 1


def test_once_it_is_packed_it_stays_as_it_is(app: Flask, placed: Placed) -> None:
    placed.browser.get("/orders/A-1/lines/0/cancel")
    placed.pack()  # meanwhile
    page = words(placed.browser.post("/orders/A-1/lines/0/cancel", {"units": "1", "before": "0"}))
    assert "is being packed, so it stays as it is" in page
    assert placed.rows() == []
    assert "Until it is packed" not in placed.page()
    assert "is being packed" in words(placed.browser.get("/orders/A-1/address"))
    assert "It can’t be cancelled any more." in words(placed.browser.get("/orders/A-1/lines/0/cancel"))


def test_a_parcel_that_is_packed_counts_too(app: Flask, placed: Placed) -> None:
    with app.app_context(), transaction():
        order = db.session.scalars(select(Order)).one()
        record_shipment(order, ref="P-1", packed_at=now() - timedelta(minutes=1), by=SHOP, at=now())
    assert "Until it is packed" not in placed.page()


def test_what_is_cancelled_is_not_packed(app: Flask, placed: Placed) -> None:
    placed.cancel(0, 3)
    with app.app_context(), transaction():
        parcel = record_shipment(db.session.scalars(select(Order)).one(), ref="P-1", by=SHOP, at=now())
        assert [(line.line.title, line.quantity) for line in parcel.lines] == [("Sencha", 1)]
    placed.cancel(1, 1)
    with app.app_context(), pytest.raises(Unfit), transaction():
        record_shipment(db.session.scalars(select(Order)).one(), ref="P-2", by=SHOP, at=now())


def test_a_shop_that_does_not_tell_when_it_packs_and_an_imported_order_can_not_be_changed(app: Flask) -> None:
    placed = place(app, source="import")
    assert "Until it is packed" not in placed.page()
    other = Placed(app, placed.browser, placed.customer_id, "A-2")
    with app.app_context(), transaction():
        alice = db.session.get_one(Customer, placed.customer_id)
        record_order(alice, number="A-2", placed_at=now(), currency="EUR", source="api", **A)
    assert "Until it is packed" in other.page()
    quiet = app.config["SHOP"]
    app.config["SHOP"] = type(quiet)(**{**vars(quiet), "tells_when_packed": False})
    assert "Until it is packed" not in other.page()


def test_an_order_that_nobody_packed_for_two_weeks_can_not_be_changed(
    app: Flask, placed: Placed, time: Callable[[timedelta], None]
) -> None:
    assert len(placed.browser.get("/orders/A-1").select("a[href$='/cancel']")) == 2, "one at each line"
    time(timedelta(days=13, hours=23))
    assert "Until it is packed" in placed.page()
    time(timedelta(hours=1))
    page = placed.browser.get("/orders/A-1")
    assert "Until it is packed" not in words(page) and page.select("a[href$='/cancel']") == []
    placed.cancel()
    assert "too old to be changed here" in words(placed.browser.get("/orders/A-1/address"))
    assert placed.rows() == []


def test_it_goes_to_another_address_of_the_book_or_to_a_new_one(app: Flask, placed: Placed, mail: Mail, work: Work) -> None:
    with app.app_context(), transaction():
        there = address(placed.customer_id, line1="Elsewhere 1", at=now())
        db.session.flush()
        address_id = there.id
    placed.browser.get("/orders/A-1/address")
    page = words(placed.browser.post("/orders/A-1/address", {"address": str(address_id)}))
    assert "New delivery address." in page and "Elsewhere 1" in page
    assert "It goes there already." in words(placed.browser.post("/orders/A-1/address", {"address": str(address_id)}))
    new: dict[str, str | list[str]] = {"country": "DE", "name": "Alice", "line1": "Lindenweg 3", "postcode": "10115", "city": "Berlin"}
    placed.browser.get("/orders/A-1/address/new")
    assert "Lindenweg 3" in words(placed.browser.post("/orders/A-1/address/new", new))
    placed.browser.post("/orders/A-1/address/new", {**new, "line1": ""}, expect=422)
    assert placed.tasks() == ["other address"] * 2
    work()
    assert [letter["Subject"] for letter in mail.received] == ["Order A-1 goes to another address"] * 2
    assert "Lindenweg 3" in text(mail.received[1])
    with app.app_context():
        deeds = db.session.scalars(select(Entry.deed).where(Entry.subject.startswith("orders:")).order_by(Entry.id)).all()
        assert deeds == ["other address"] * 2


def test_nobody_changes_somebody_elses_order(app: Flask, placed: Placed) -> None:
    with app.app_context(), transaction():
        bob = customer("bob@example.com").id
        mine = address(bob, at=now())
        db.session.flush()
        address_id = mine.id
    browser = Browser(app)
    browser.sign_in(bob)
    for path in "/orders/A-1/lines/0/cancel", "/orders/A-1/address", "/orders/A-1/address/new":
        browser.get(path, expect=404)
        browser.post(path, {"units": "1", "before": "0", "address": str(address_id)}, expect=404)
    placed.browser.post("/orders/A-1/address", {"address": str(address_id)}, expect=404)
    placed.browser.get("/orders/A-1/lines/7/cancel", expect=404)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(LineCancellation)) == 0


def test_a_number_may_hold_a_slash(app: Flask) -> None:
    placed = place(app, number="2026/17")
    placed.cancel(1)
    assert placed.rows() == [(1, 5301, 5301)]


@dataclass(frozen=True)
class Moving:
    """Two orders to one address of Alice's book: one that nobody packs yet, and one that is packed."""

    placed: Placed
    address_id: int

    def correct(self, line1: str, by: Browser | None = None) -> None:
        browser = by or self.placed.browser
        at = f"/account/addresses/{self.address_id}"
        assert "Orders that go there and that nobody packs yet follow." in words(browser.get(at))
        told: dict[str, str | list[str]] = {"country": "DE", "name": "Alice", "line1": line1, "postcode": "04105", "city": "Leipzig"}
        browser.post(at, told)

    def undo(self) -> None:
        with self.placed.app.app_context():
            entry_id = db.session.scalars(select(Entry.id).where(Entry.deed == "address corrected")).one()
        self.placed.browser.post(f"/account/addresses/changes/{entry_id}/undo")

    def goals(self) -> dict[str, str]:
        """The street of each order, by its number."""
        with self.placed.app.app_context():
            rows = db.session.execute(select(Order.number, Address.line1).join(Address, Address.id == Order.address_id)).all()
            return {row.number: row.line1 for row in rows}


@pytest.fixture
def moving(app: Flask, placed: Placed) -> Moving:
    with app.app_context(), transaction():
        alice = db.session.get_one(Customer, placed.customer_id)
        there = address(alice.id, at=now())
        db.session.flush()
        db.session.scalars(select(Order)).one().address_id = there.id
        packed = record_order(alice, number="A-2", placed_at=now(), currency="EUR", source="api", address_id=there.id, **A)
        mark_packed(packed, now(), by=SHOP, at=now())
        address_id = there.id
    return Moving(placed, address_id)


def test_a_corrected_address_takes_along_what_nobody_packs_yet(moving: Moving, mail: Mail, work: Work) -> None:
    moving.correct("Lindenallee 21")
    work()
    assert moving.goals() == {"A-1": "Lindenallee 21", "A-2": "Lindenallee 12"}
    assert [letter["Subject"] for letter in mail.received] == ["Order A-1 goes to another address"]
    assert moving.placed.tasks() == ["other address"]


def test_an_order_that_follows_what_staff_prepared_says_both_names(moving: Moving, app: Flask, mail: Mail, work: Work) -> None:
    with app.app_context(), transaction():
        jonas = staff().id
    moving.correct("Lindenallee 21", by=views(app, jonas, moving.placed.customer_id))
    work()
    assert mail.received == []
    approve(moving.placed.browser, at="/suggestions")
    work()
    (told,) = mail.received
    assert "Lindenallee 21" in text(told) and "Prepared by Jonas of Halfjar, approved by you." in text(told)


def test_an_order_that_follows_what_staff_corrected_says_in_which_view(moving: Moving, app: Flask, work: Work) -> None:
    with app.app_context(), transaction():
        jonas = staff().id
    desk = Browser(app)
    desk.sign_in_staff(jonas)
    acts(desk, moving.placed.customer_id)
    moving.correct("Lindenallee 21", by=desk)
    work()
    assert ("other address", moving.placed.customer_id, jonas, 1) in deeds(app)


def test_a_correction_that_is_undone_brings_them_back(moving: Moving, work: Work) -> None:
    moving.correct("Lindenallee 21")
    work()
    moving.undo()
    work()
    assert moving.goals() == {"A-1": "Lindenallee 12", "A-2": "Lindenallee 12"}


def test_one_that_is_undone_before_anybody_looked_moves_nothing(moving: Moving, work: Work) -> None:
    moving.correct("Lindenallee 21")
    moving.undo()
    work()
    assert moving.goals() == {"A-1": "Lindenallee 12", "A-2": "Lindenallee 12"}
    assert moving.placed.tasks() == []
