"""Orders that were paid here, and what comes back of them: straight into the tables, without a provider."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Customer
from portal.billing.models import Attempt, BillingAccount, Invoice
from portal.kit.db import db
from portal.orders.actions import OrderedLine, record_order
from portal.orders.models import Order
from portal.payments import Result
from portal.returns.models import Fault, Outcome, PolicyVersion, Return, ReturnItem, ReturnStatus, Way, free_units, take_units
from portal.returns.policy.standard import FILE, body_of
from portal.timeline import Actor
from tests.conftest import TODAY

STAFF = Actor(system="test")
HONEY = OrderedLine("Linden honey", "HON", 3, 3333, discount=1000, tax=1710)
TEA = OrderedLine("Sencha", "TEA", 1, 4950, discount=495, tax=846)
SOAP = OrderedLine("Soap", "SOA", 2, 1005, discount=201, tax=344)
A: dict[str, Any] = {"lines": (HONEY, TEA, SOAP), "shipping": 790, "shipping_tax": 150, "total": 19103}
"""RETURNS.md's order A."""
_numbers = count(1)


def order_paid(customer: Customer, *, card: Sequence[int] = (19103,), credit: int = 0, currency: str = "EUR", **told: Any) -> Order:
    """By an invoice of this account: so much by each try of a card, and so much by the customer's credit. Inside an open transaction."""
    account = account_of(customer, currency)
    number = next(_numbers)
    invoice = Invoice(
        account_id=account.id, provider_ref=f"in_{number}", number=None, written_at=TODAY, words="", total=sum(card) + credit,
        due=sum(card), paid=sum(card), currency=currency, status="paid", was_tried=True, is_collected=False, next_try_at=None,
        subscription_ref=None, page_url=None,
    )  # fmt: skip
    for place, amount in enumerate(card):
        invoice.attempts.append(
            Attempt(
                provider_ref=f"ch_{number}_{place}",
                tried_at=TODAY + timedelta(seconds=place),
                amount=amount,
                result=Result.PAID,
                reason="",
                brand="visa",
                last4="4242",
                receipt_url=None,
            )
        )
    db.session.add(invoice)
    db.session.flush()
    return order(customer, currency=currency, source="subscription", source_ref=invoice.provider_ref, **told)


def order(customer: Customer, *, lines: Sequence[OrderedLine] = A["lines"], source: str = "api", **told: Any) -> Order:
    """Nobody here knows how it was paid, unless a `source_ref` says so."""
    named = {"currency": "EUR", "placed_at": TODAY - timedelta(days=5), "number": f"A-{next(_numbers)}", **told}
    if lines == A["lines"]:
        named = {**A, **named}
    shipping, shipping_tax = named.pop("shipping", 0), named.pop("shipping_tax", 0)
    made = record_order(customer, **{**named, "lines": lines, "source": source})
    made.shipping, made.shipping_tax = shipping, shipping_tax
    db.session.flush()
    return made


def account_of(customer: Customer, currency: str = "EUR") -> BillingAccount:
    theirs = select(BillingAccount).where(BillingAccount.customer_id == customer.id, BillingAccount.currency == currency)
    known = db.session.scalars(theirs).one_or_none()
    if known is None:
        db.session.add(known := BillingAccount(customer_id=customer.id, provider_ref=f"cus_{next(_numbers)}", currency=currency))
        db.session.flush()
    return known


def comes_back(
    orders: Order | Sequence[Order], quantities: Mapping[int, int], *, outcome: Outcome = Outcome.REFUND, accepted: int | None = None,
    fault: Fault = Fault.CUSTOMER, way: Way | None = Way.OWN, policy: PolicyVersion | None = None, **told: Any,
) -> Return:  # fmt: skip
    """A return that was approved, and of which all was accepted; so many of each line, by its place in all of the orders."""
    orders = [orders] if isinstance(orders, Order) else list(orders)
    lines = [line for one in orders for line in one.lines]
    number = next(_numbers)
    return_ = Return(
        rma=f"R-{number}", draft=f"a draft of number {number}", currency=orders[0].currency, started_at=TODAY, way=way,
        customer_id=orders[0].customer_id, status=ReturnStatus.APPROVED, **told,
    )  # fmt: skip
    for place, quantity in quantities.items():
        line = lines[place]
        item = ReturnItem(line=line, quantity=quantity, outcome=outcome, fault=fault, reason="unwanted")
        item.policy_id = policy.id if policy else None
        item.received, item.accepted = quantity, quantity if accepted is None else accepted
        item.units = take_units(line.id, quantity, free_units(line.order)[line.id])
        return_.items.append(item)
    db.session.add(return_)
    db.session.flush()
    return return_


def policy(at: datetime = TODAY - timedelta(days=60), **told: Any) -> PolicyVersion:
    """The standard one, but for this."""
    version = PolicyVersion(applies_from=at, body={**body_of(FILE), "bonus_bp": 1000, **told}, made_at=at)
    db.session.add(version)
    db.session.flush()
    return version
