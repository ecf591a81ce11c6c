"""Who is meant: people, by what belongs to one of them alone, or by their name."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select

from portal.accounts.models import Customer
from portal.billing.models import BillingAccount, Card, Invoice
from portal.kit.db import db
from portal.orders.models import Order
from portal.subscriptions.models import Subscription

MOST_HITS = 20
SHORTEST_NAME = 2
"""Letters: fewer would show half of the shop's customers."""


@dataclass(frozen=True)
class Hit:
    id: int
    name: str
    email: str


@dataclass(frozen=True)
class Hits:
    people: list[Hit]
    is_exact: bool
    """Found by something that belongs to one person alone."""
    has_more: bool
    """Than are shown."""
    unclaimed: str | None
    """The number of an order that came with an address which nobody has verified: it is shown to nobody yet."""


def search(typed: str) -> Hits:
    """By what belongs to one person (whole address, number of an order, a name of the provider's), else by the beginning of a name."""
    if not typed:
        return Hits([], is_exact=False, has_more=False, unclaimed=None)
    if exact := _people(_belongs_to(typed)):
        return Hits(exact, is_exact=True, has_more=False, unclaimed=None)
    people = _people(_is_called(typed)) if len(typed) >= SHORTEST_NAME else []
    unclaimed = db.session.scalar(select(Order.number).where(Order.number == typed, Order.customer_id.is_(None)))
    return Hits(people[:MOST_HITS], is_exact=False, has_more=len(people) > MOST_HITS, unclaimed=unclaimed)


def _belongs_to(typed: str) -> ColumnElement[bool]:
    accounts = select(BillingAccount.customer_id)
    return or_(
        Customer.email == typed.lower(),
        Customer.id.in_(select(Order.customer_id).where(Order.number == typed)),
        Customer.id.in_(accounts.where(BillingAccount.provider_ref == typed)),
        Customer.id.in_(select(Subscription.customer_id).where(Subscription.provider_ref == typed)),
        Customer.id.in_(accounts.join(Invoice, Invoice.account_id == BillingAccount.id).where(Invoice.provider_ref == typed)),
        Customer.id.in_(accounts.join(Card, Card.account_id == BillingAccount.id).where(Card.provider_ref == typed)),
    )


def _is_called(typed: str) -> ColumnElement[bool]:
    """By the beginning of any of their names, however it was typed. SQLite lowers the letters of English alone, so the usual ways to write
    a name are tried besides."""
    ways = {typed.lower(), typed.capitalize(), typed.title()}
    names = Customer.name, func.lower(Customer.name)
    first = [name.startswith(way, autoescape=True) for way in ways for name in names]
    later = [name.contains(f" {way}", autoescape=True) for way in ways for name in names]
    return or_(*first, *later)


def _people(which: ColumnElement[bool]) -> list[Hit]:
    found = select(Customer.id, Customer.name, Customer.email).where(which).order_by(Customer.name, Customer.id).limit(MOST_HITS + 1)
    return [Hit(*row) for row in db.session.execute(found)]
