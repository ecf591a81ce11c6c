"""Orders worth a paper, in one line each."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import insert

from portal.accounts.models import Address, Customer
from portal.billing.models import Attempt, BillingAccount, Invoice
from portal.kit.db import db, transaction
from portal.orders.models import Order, OrderedLine, OrderLine, rows_of
from portal.payments import Result
from tests.conftest import TODAY

HONEY = OrderedLine("Linden honey, 500 g", "HON-500", 3, 890, discount=267, tax=384)
OIL = OrderedLine("Zeytinyağı, soğuk sıkım İzmir’den; ışıl ışıl", "OIL-750", 1, 1440, discount=144, tax=207)
SOAP = OrderedLine("Săpun de casă din Țara Făgărașului", "SOA", 1, 490)


def order(
    app: Flask,
    customer_id: int,
    *lines: OrderedLine,
    number: str = "A-1",
    shipping: int = 490,
    tax_included: bool = False,
    currency: str = "EUR",
    credit: int | None = None,
) -> int:
    """Placed yesterday. With `credit`, the provider's invoice of it is known: so much of it was paid by credit, the rest by card.

    Returns its total.
    """
    bought = lines or (HONEY, OIL)
    total = sum(line.amount - line.discount for line in bought) + shipping
    total += 0 if tax_included else sum(line.tax for line in bought)
    at = TODAY - timedelta(days=1)
    with app.app_context(), transaction():
        person = db.session.get_one(Customer, customer_id)
        place = Address(
            customer_id=customer_id, name="Alice Çelik", line1="Kastanienallee 12", line2="", postcode="10435", city="Berlin", region="",
            country="DE",
        )  # fmt: skip
        db.session.add(place)
        db.session.flush()
        made = Order(
            number=number, placed_at=at, currency=currency, total=total, source="import", customer_id=person.id, shipping=shipping,
            tax_included=tax_included, address_id=place.id, source_ref=f"in_{number}" if credit is not None else None,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        db.session.execute(insert(OrderLine), rows_of(made.id, bought))
        if credit is not None:
            _invoice(person, made, total - credit)
    return total


def _invoice(person: Customer, made: Order, due: int) -> None:
    account = BillingAccount(customer_id=person.id, provider_ref=f"cus_{made.number}", currency=made.currency)
    db.session.add(account)
    db.session.flush()
    paid = Attempt(
        provider_ref=f"ch_{made.number}", tried_at=made.placed_at, amount=due, result=Result.PAID, reason="", brand="visa", last4="4242",
        receipt_url=None, refunded=300,
    )  # fmt: skip
    db.session.add(
        Invoice(
            account_id=account.id, provider_ref=f"in_{made.number}", number="HAL-0042", written_at=made.placed_at, words="Tea box",
            total=made.total, due=due, paid=due, currency=made.currency, status="paid", was_tried=True, is_collected=False,
            next_try_at=None, subscription_ref=None, page_url=None, attempts=[paid],
        )
    )  # fmt: skip
