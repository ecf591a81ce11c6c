"""A customer's page at the desk asks the database as often for ten thousand orders and forty subscriptions as for a few."""

from datetime import timedelta

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import insert

from portal.accounts.models import Customer
from portal.kit import clock
from portal.kit.db import db, transaction
from portal.orders.models import Order, OrderLine
from portal.subscriptions.models import Subscription
from tests.accounts.builders import address, customer
from tests.browser import Browser, attribute, words
from tests.questions import questions
from tests.returns.builders import sent_back
from tests.subscriptions.builders import Box

MANY = 10_000


def orders(customer_id: int | None, count: int, prefix: str, *, email: str | None = None, first: float = 0) -> list[int]:
    """An hour apart, the newest first; the newest as many hours ago as `first` says."""
    at = clock.now() - timedelta(hours=first)
    rows = [
        {"number": f"{prefix}-{one}", "placed_at": at - timedelta(hours=one), "currency": "EUR", "total": 100, "source": "import",
         "customer_id": customer_id, "email": email}
        for one in range(count)
    ]  # fmt: skip
    ids = list(db.session.scalars(insert(Order).returning(Order.id, sort_by_parameter_order=True), rows))
    lines = [
        {"order_id": order_id, "position": 0, "title": "Honey", "sku": "HON", "quantity": 2, "unit_amount": 50, "amount": 100}
        for order_id in ids
    ]
    db.session.execute(insert(OrderLine), lines)
    return ids


def test_it_asks_no_more_for_very_many(app: Flask, desk: Browser, alice: Box) -> None:
    page = f"/desk/customers/{alice.customer_id}"
    with app.app_context(), transaction():
        orders(alice.customer_id, 12, "A")
    desk.get(page)
    few = questions(app, desk, page)
    with app.app_context(), transaction():
        her = db.session.get_one(Customer, alice.customer_id)
        orders(her.id, MANY, "B")
        orders(None, MANY, "N", email=her.email)
        at = clock.now()
        for number in range(40):
            db.session.add(Subscription(customer=her, provider_ref=f"sub_{number}", name=f"Box {number}", currency="EUR", every_count=1,
                                        every_unit="month", started_at=at))  # fmt: skip
    assert questions(app, desk, page) == few
    assert f"{MANY + 13} orders" in words(desk.get(page)), "with the one of her box"


def test_orders_and_returns_stand_in_one_table_page_by_page(app: Flask, desk: Browser) -> None:
    with app.app_context(), transaction():
        mira = customer("mira@example.com", "Mira Okafor").id
        address(mira, phone="+49 151 2345678", at=clock.now())
        ids = orders(mira, 25, "M")
        sent_back(db.session.get_one(Order, ids[3]), rma="R-NEW", estimate=[], at=clock.now() - timedelta(hours=1, minutes=30))
        sent_back(db.session.get_one(Order, ids[22]), rma="R-OLD", at=clock.now() - timedelta(hours=21, minutes=30))
    here = f"/desk/customers/{mira}"
    page = desk.get(here)
    assert "Back" in head(page)
    assert heads(page) == ["M-0", "M-1", "R-NEW", *(f"M-{one}" for one in range(2, 10))]
    told = words(page)
    for part in "+49 151 2345678", "04105 Leipzig", "25 orders", "€25.00", "Honey ×2":
        assert part in told, part
    page = desk.get(attribute(page, 'a[href*="older="]', "href"))
    assert "Back" not in head(page), "nothing of these came back"
    assert heads(page) == [f"M-{one}" for one in range(10, 20)]
    page = desk.get(attribute(page, 'a[href*="older="]', "href"))
    assert heads(page) == ["M-20", "M-21", "R-OLD", "M-22", "M-23", "M-24"]
    assert page.select(f'a[href="{here}#bought"]') and not page.select('a[href*="older="]')
    desk.get(f"{here}?older=nobodys", expect=404)


def test_what_came_for_an_address_that_is_not_confirmed_is_marked_as_not_shown_to_them(app: Flask, desk: Browser) -> None:
    with app.app_context(), transaction():
        mira = customer("mira@example.com", "Mira Okafor").id
        orders(mira, 3, "M", first=3.5)
        orders(None, 12, "N", email="mira@example.com")
        orders(None, 1, "O", email="other@example.com")
        orders(customer("bob@example.com").id, 1, "B", email="mira@example.com")
    page = desk.get(f"/desk/customers/{mira}")
    assert heads(page) == ["N-0", "N-1", "N-2", "N-3", "M-0", "N-4", "M-1", "N-5", "M-2", "N-6"]
    marked = [row.select_one("th") for row in page.select("#bought ~ .scroll tbody tr") if "Not shown to the customer" in words(row)]
    assert [one.get_text() for one in marked if one] == [f"N-{one}" for one in range(7)]
    assert "12 orders not shown to them" in words(page)
    page = desk.get(attribute(page, 'a[href*="older="]', "href"))
    assert heads(page) == [f"N-{one}" for one in range(7, 12)]
    assert desk.get("/desk/orders/N-3").select(f'main a[href="/desk/customers/{mira}"]')


def head(page: BeautifulSoup) -> list[str]:
    return [cell.get_text() for cell in page.select("#bought ~ .scroll thead th")]


def heads(page: object) -> list[str]:
    return [head.get_text() for head in page.select("#bought ~ .scroll tbody th")]  # type: ignore[attr-defined]


def test_the_history_says_who_it_was_and_whether_the_provider_has_it(app: Flask, desk: Browser, alice: Box) -> None:
    alice.browser.post(alice.skip(0))
    told = words(desk.get(f"/desk/customers/{alice.customer_id}"))
    assert "The customer, " in told and "On its way to the payment provider" in told
