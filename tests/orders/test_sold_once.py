"""What is bought once at the payment provider, by an invoice of no subscription, is an order."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal.accounts.models import Address
from portal.billing.actions import know_account
from portal.catalog.models import Product, Variant
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import LineCancellation, Order
from tests.accounts.builders import address, customer
from tests.api.client import System
from tests.browser import Browser, words
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import CARD

GIFT = {"name": "Carla", "address": {"line1": "Hafenstr. 1", "city": "Hamburg", "postal_code": "20457", "country": "DE"}}


@dataclass(frozen=True)
class Till:
    """A shop that sells by invoices, to Alice."""

    app: Flask
    stripe: Stripe
    work: Work
    customer_id: int
    ref: str
    grinder: str
    """The provider's name of the only product."""

    def price(self, amount: int, product: str = "") -> str:
        price = {"currency": "eur", "product": product or self.grinder, "unit_amount": amount}
        return str(self.stripe.v1.prices.create(price).id)

    def write(self, *lines: tuple[str, int], **more: Any) -> str:
        """A draft: of each price so many."""
        invoice = self.stripe.v1.invoices.create({"customer": self.ref, "currency": "eur", **more})
        for price, quantity in lines:
            item = {"customer": self.ref, "invoice": invoice.id, "pricing": {"price": price}, "quantity": quantity}
            self.stripe.v1.invoice_items.create(item)
        return str(invoice.id)

    def sell(self, *lines: tuple[str, int], **more: Any) -> str:
        invoice = self.write(*lines, **more)
        if self.stripe.v1.invoices.finalize_invoice(invoice).status == "open":
            self.stripe.v1.invoices.pay(invoice)
        self.stripe.wait_for_webhooks()
        self.stripe.later(seconds=5)
        self.work()
        return invoice

    def orders(self) -> list[Order]:
        with self.app.app_context():
            found = list(db.session.scalars(select(Order).order_by(Order.id)))
            for order in found:
                assert order.lines
            return found


@pytest.fixture
def till(app: Flask, stripe: Stripe, work: Work) -> Till:
    with app.app_context(), transaction():
        alice = customer("alice@example.com", "Alice")
        address(alice.id, at=now())
        ref = stripe.v1.customers.create({"email": "alice@example.com", **CARD}).id
        product = stripe.v1.products.create({"name": "Hand grinder"}).id
        steel = Variant(sku="GRI-1", name="steel")
        db.session.add(Product(name="Hand grinder", picture="products/grinder.svg", provider_ref=product, variants=[steel]))
        know_account(alice, ref, at=now())
        customer_id = alice.id
    work()
    return Till(app, stripe, work, customer_id, ref, product)


def test_it_is_an_order_with_the_shares_that_the_invoice_gives_each_line(till: Till) -> None:
    rate = till.stripe.v1.tax_rates.create({"display_name": "VAT", "percentage": 10, "inclusive": False}).id
    coupon = till.stripe.v1.coupons.create({"duration": "once", "percent_off": 20}).id
    paper = till.stripe.v1.products.create({"name": "Gift wrapping"}).id
    cost = {"display_name": "Parcel", "type": "fixed_amount", "fixed_amount": {"amount": 490, "currency": "eur"}}
    invoice = till.sell(
        (till.price(5000), 2),
        (till.price(500, paper), 1),
        discounts=[{"coupon": coupon}],
        default_tax_rates=[rate],
        shipping_cost={"shipping_rate_data": cost},
    )
    (order,) = till.orders()
    assert (order.source, order.source_ref, order.currency, order.tax_included) == ("stripe", invoice, "EUR", False)
    assert (order.total, order.shipping, order.shipping_tax) == (8000 + 800 + 400 + 40 + 490, 490, 0)
    lines = {line.title: (line.sku, line.quantity, line.unit_amount, line.discount, line.tax, line.picture) for line in order.lines}
    assert lines == {
        "Hand grinder, steel": ("GRI-1", 2, 5000, 2000, 800, "products/grinder.svg"),
        "Gift wrapping": ("", 1, 500, 100, 40, ""),
    }
    browser = Browser(till.app)
    browser.sign_in(till.customer_id)
    assert "Hand grinder, steel" in words(browser.get(f"/orders/{order.number}"))


def test_it_goes_where_the_invoice_says_and_else_where_all_goes(till: Till) -> None:
    till.sell((till.price(5000), 1))
    till.sell((till.price(5000), 1), shipping_details=GIFT)
    till.sell((till.price(5000), 1), shipping_details={"name": "Carla", "address": {"country": "DE"}})
    goals = [order.address_id for order in till.orders()]
    with till.app.app_context():
        places = [db.session.get_one(Address, goal).city for goal in goals]
    assert places == ["Leipzig", "Hamburg", "Leipzig"]


def test_what_is_not_paid_or_sells_nothing_of_the_catalogue_is_no_order(till: Till) -> None:
    repair = till.stripe.v1.products.create({"name": "Repair"}).id
    till.sell((till.price(3000, repair), 1))
    till.stripe.v1.invoices.finalize_invoice(till.write((till.price(5000), 1)))
    till.sell((till.price(0), 1))
    assert till.orders() == []


def test_what_the_portal_bills_itself_is_no_order_of_its_own(till: Till) -> None:
    till.sell((till.price(5000), 1), metadata={"portal_key": "difference-1"})
    assert till.orders() == []


def test_one_that_names_a_subscription_is_no_order_of_its_own(till: Till) -> None:
    """The stand-in writes none; it may be that somebody does at Stripe."""
    invoice = till.write((till.price(5000), 1))
    parent = {"subscription_details": {"subscription": "sub_1", "metadata": {}}, "quote_details": None, "type": "subscription_details"}
    till.stripe.control("objects", {"id": invoice, "values": {"status": "paid", "parent": parent}})
    till.stripe.v1.customers.update(till.ref, {"description": "so that somebody looks"})
    till.stripe.wait_for_webhooks()
    till.stripe.later(seconds=5)
    till.work()
    assert till.orders() == []


def test_however_often_it_is_told_there_is_one(till: Till) -> None:
    till.stripe.control("webhooks", {"double": True})
    till.sell((till.price(5000), 1))
    for _ in range(2):
        till.stripe.v1.customers.update(till.ref, {"description": "so that somebody looks"})
        till.stripe.later(days=1)
        till.work()
    assert len(till.orders()) == 1


def test_a_shop_that_tells_of_its_sales_itself_can_switch_it_off(till: Till) -> None:
    till.app.config["SHOP"] = replace(till.app.config["SHOP"], orders_from_invoices=False)
    till.sell((till.price(5000), 1))
    assert till.orders() == []


def told(invoice: str, **more: Any) -> dict[str, Any]:
    lines = [{"title": "Hand grinder", "sku": "GRI-1", "quantity": 1, "unit_amount": 5000}]
    return {
        "placed_at": "2026-11-02T08:15:00Z",
        "email": "alice@example.com",
        "currency": "EUR",
        "lines": lines,
        "invoice": invoice,
        **more,
    }


def test_an_order_of_the_api_that_names_the_invoice_is_that_order(till: Till) -> None:
    invoice = till.write((till.price(5000), 1))
    system = System(till.app)
    assert system.put("/orders/A-1", told(invoice), expect=201)["invoice"] == invoice
    assert system.put("/orders/A-1", told(invoice))["invoice"] == invoice
    till.stripe.v1.invoices.pay(invoice)
    till.stripe.later(seconds=5)
    till.work()
    assert [order.number for order in till.orders()] == ["A-1"]


def test_whoever_names_it_second_is_told_which_order_it_is(till: Till) -> None:
    invoice = till.sell((till.price(5000), 1))
    (order,) = till.orders()
    problem = System(till.app).put("/orders/A-1", told(invoice), expect=409)
    assert f"is the order {order.number} already" in problem["detail"]
    assert [error["pointer"] for error in problem["errors"]] == ["/invoice"]
    assert len(till.orders()) == 1


def test_another_invoice_for_a_known_order_differs(till: Till) -> None:
    system = System(till.app)
    system.put("/orders/A-1", told("in_1"), expect=201)
    problem = system.put("/orders/A-1", told("in_2"), expect=409)
    assert [error["pointer"] for error in problem["errors"]] == ["/invoice"]


def test_what_is_cancelled_of_it_goes_back_to_the_card(till: Till) -> None:
    invoice = till.sell((till.price(5000), 2))
    (order,) = till.orders()
    browser = Browser(till.app)
    browser.sign_in(till.customer_id)
    browser.get(f"/orders/{order.number}/lines/0/cancel")
    browser.post(f"/orders/{order.number}/lines/0/cancel", {"units": "1", "before": "0"})
    till.work()
    with till.app.app_context():
        assert db.session.scalars(select(LineCancellation.by_hand)).all() == [0]
    (refund,) = till.stripe.v1.refunds.list().data
    assert refund.amount == 5000
    assert till.stripe.v1.invoices.retrieve(invoice).status == "paid"


def test_an_invoice_of_somebody_else_pays_nothing_back(till: Till) -> None:
    invoice = till.sell((till.price(5000), 1), metadata={"note": "Alice's"})
    with till.app.app_context(), transaction():
        bob = customer("bob@example.com", "Bob")
        db.session.execute(update(Order).values(customer_id=bob.id))
        bob_id = bob.id
    (order,) = till.orders()
    assert order.source_ref == invoice
    browser = Browser(till.app)
    browser.sign_in(bob_id)
    browser.get(f"/orders/{order.number}/lines/0/cancel")
    browser.post(f"/orders/{order.number}/lines/0/cancel", {"units": "1", "before": "0"})
    till.work()
    with till.app.app_context():
        assert db.session.scalars(select(LineCancellation.by_hand)).all() == [5000]
        assert db.session.scalar(select(func.count()).select_from(Order)) == 1
    assert till.stripe.v1.refunds.list().data == []
