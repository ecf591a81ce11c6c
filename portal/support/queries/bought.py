"""What a customer bought, what came back of it and what was given back, in the order in which it happened: one page of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Customer
from portal.billing.models import Attempt, BillingAccount, Invoice, Refund, Why
from portal.billing.models.refunds import NOT_BACK
from portal.kit.db import db
from portal.orders import queries as orders
from portal.orders.models import Order
from portal.orders.queries import OrderInList
from portal.returns.queries.desk_heads import ReturnOf, returns_of

ORDERS, REFUNDS = 10, 50


@dataclass(frozen=True)
class RefundOf:
    """Money that went back to a card, for no return."""

    at: datetime
    amount: int
    """In minor units of `currency`."""
    currency: str
    status: str
    """The provider's own word; empty until it has heard of it."""
    refusal: str
    is_made_there: bool
    """By somebody at the shop, at the provider's own pages."""
    provider_ref: str | None
    brand: str
    last4: str
    order: str | None
    """The number of what was paid, if it is an order."""

    @property
    def is_failed(self) -> bool:
        return bool(self.refusal) or self.status in NOT_BACK


@dataclass(frozen=True)
class Bought:
    rows: tuple[OrderInList | ReturnOf | RefundOf, ...]
    """The newest first."""
    older_than: str | None
    """The number of the order that this page comes after; None for the newest."""
    next: str | None
    """The number of the order that the page of older ones comes after, if there are any."""


def bought_by(customer: Customer, older_than: str | None, *, at: datetime) -> Bought | None:
    """With what came for their address and is not shown to them, for they have not confirmed it. None if there is no such order."""
    page = orders.orders_page(customer.id, orders.Wanted(), ORDERS, older_than, also_for=customer.email, at=at, zone=UTC)
    if page is None:
        return None
    last = page.orders[-1] if page.has_older else None
    since = last.placed_at if last else None
    until = db.session.scalars(select(Order.placed_at).where(Order.number == older_than)).one() if older_than else None
    moments: list[tuple[datetime, OrderInList | ReturnOf | RefundOf]] = [(one.placed_at, one) for one in page.orders]
    moments += [(one.since, one) for one in returns_of(customer.id, older_than=until, since=since)]
    moments += [(one.at, one) for one in _given_back(customer.id, until, since)]
    rows = tuple(row for _, row in sorted(moments, key=lambda moment: moment[0], reverse=True))
    return Bought(rows, older_than, last.number if last else None)


def _given_back(customer_id: int, until: datetime | None, since: datetime | None) -> list[RefundOf]:
    """What went back for a return stands with that."""
    told = Refund.asked_at, Refund.amount, Refund.currency, Refund.status, Refund.refusal, Refund.why == Why.SHOP, Refund.provider_ref
    refunds = select(*told, Attempt.brand, Attempt.last4, Order.number).join(Attempt, Attempt.id == Refund.attempt_id)
    refunds = refunds.join(Invoice, Invoice.id == Attempt.invoice_id).join(BillingAccount, BillingAccount.id == Refund.account_id)
    of_theirs = refunds.outerjoin(Order, Order.source_ref == Invoice.provider_ref).where(BillingAccount.customer_id == customer_id)
    between = [Refund.asked_at < until] if until else []
    between += [Refund.asked_at >= since] if since else []
    newest = of_theirs.where(Refund.why != Why.RETURN, *between).order_by(Refund.id.desc()).limit(REFUNDS)
    found: Any = db.session.execute(newest)
    return [RefundOf(*row) for row in found]
