"""How things stand with one order, whoever's it is: everything that the desk shows of it on one page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from portal.accounts.models import Address, Customer, Staff
from portal.billing.models import Attempt, Invoice, Refund
from portal.kit.db import db
from portal.orders import queries as orders
from portal.orders.models import LineCancellation, Order, OrderLine, Shipment
from portal.orders.queries import ShownOrder
from portal.returns.queries.claims import ClaimHead, claims_about
from portal.returns.queries.desk_heads import ReturnOf, returns_with
from portal.tasks.queries import WaitingTask, waiting_about
from portal.timeline import Entry

DEEDS = 50
CARRIER = "carrier"
"""As the history has who tells of scans."""


@dataclass(frozen=True)
class CancelledLine:
    title: str
    quantity: int
    amount: int | None
    """What goes back for it, in minor units of the order's currency; None where the shop has to work that out."""
    by_hand: int
    at: datetime


@dataclass(frozen=True)
class PaidBack:
    asked_at: datetime
    amount: int
    currency: str
    status: str
    """The provider's own word; empty until it has heard of it."""
    reference: str | None
    failure: str
    refusal: str
    provider_ref: str | None

    @property
    def is_failed(self) -> bool:
        return bool(self.failure or self.refusal)


@dataclass(frozen=True)
class Done:
    """One line of the history."""

    deed: str
    staff: str | None
    customer: str | None
    """Whose deed it was, or for whom staff did it."""
    system: str | None
    at: datetime
    facts: dict[str, Any]


@dataclass(frozen=True)
class DeskOrder:
    shown: ShownOrder
    customer_id: int | None
    """None while it is nobody's."""
    name: str
    email: str
    """Of the customer; the one that it came with, while it is nobody's."""
    waits_for: int | None
    """The customer with that address, who has not confirmed it."""
    source: str
    """As `Order.source` has it."""
    invoice: str | None
    """What the provider calls it."""
    address: Address | None
    cancelled: tuple[CancelledLine, ...]
    paid_back: tuple[PaidBack, ...]
    """To the card that it was paid with, the newest first."""
    returns: tuple[ReturnOf, ...]
    claims: tuple[ClaimHead, ...]
    tasks: tuple[WaitingTask, ...]
    """The most urgent about it, and about each of its parcels."""
    deeds: tuple[Done, ...]
    """Newest first."""


def desk_order(number: str, first_line: int, *, at: datetime) -> DeskOrder | None:
    """None if there is no such order, or no such line of it."""
    shown = orders.anybodys_order(number, first_line, at=at)
    if shown is None:
        return None
    columns = Order.customer_id, Order.email, Order.source, Invoice.provider_ref, Customer.name, Customer.email, Address
    asked = select(*columns).outerjoin(Customer, Customer.id == Order.customer_id).outerjoin(Address, Address.id == Order.address_id)
    asked = asked.outerjoin(Invoice, Invoice.provider_ref == Order.source_ref).where(Order.id == shown.id)
    customer_id, came_with, source, invoice, name, email, address = db.session.execute(asked).one()
    parcels = list(db.session.scalars(select(Shipment.id).where(Shipment.order_id == shown.id)))
    subjects = [f"{Order.__tablename__}:{shown.id}", *(f"{Shipment.__tablename__}:{parcel}" for parcel in parcels)]
    tasks = waiting_about(dict(zip(subjects, subjects, strict=True)), at=at).values()
    return DeskOrder(
        shown=shown,
        customer_id=customer_id,
        name=name or "",
        email=email or came_with or "",
        waits_for=db.session.scalar(select(Customer.id).where(Customer.email == came_with)) if came_with and not customer_id else None,
        source=source,
        invoice=invoice,
        address=address,
        cancelled=_cancelled(shown.id),
        paid_back=_paid_back(invoice),
        returns=returns_with(shown.id),
        claims=tuple(claims_about(customer_id, number)) if customer_id else (),
        tasks=tuple(sorted(tasks, key=lambda task: (task.put_off_until is not None, task.due_at))),
        deeds=_deeds(subjects),
    )


def _cancelled(order_id: int) -> tuple[CancelledLine, ...]:
    row = LineCancellation
    lines = select(OrderLine.title, row.quantity, row.amount, row.by_hand, row.at).join(OrderLine, OrderLine.id == row.order_line_id)
    return tuple(CancelledLine(*one) for one in db.session.execute(lines.where(OrderLine.order_id == order_id).order_by(row.id)))


def _paid_back(invoice: str | None) -> tuple[PaidBack, ...]:
    told = Refund.asked_at, Refund.amount, Refund.currency, Refund.status, Refund.reference, Refund.failure, Refund.refusal
    refunds = select(*told, Refund.provider_ref).join(Attempt, Attempt.id == Refund.attempt_id)
    of_invoice = refunds.join(Invoice, Invoice.id == Attempt.invoice_id).where(Invoice.provider_ref == invoice)
    return tuple(PaidBack(*row) for row in db.session.execute(of_invoice.order_by(Refund.id.desc())))


def _deeds(subjects: list[str]) -> tuple[Done, ...]:
    """Without the carrier's news: they stand with each parcel."""
    columns = Entry.deed, Staff.name, Customer.name, Customer.email, Entry.system, Entry.at, Entry.facts
    done = select(*columns).outerjoin(Staff, Staff.id == Entry.staff_id).outerjoin(Customer, Customer.id == Entry.customer_id)
    others = or_(Entry.system.is_(None), Entry.system != CARRIER)
    newest = done.where(Entry.subject.in_(subjects), others).order_by(Entry.id.desc()).limit(DEEDS)
    return tuple(
        Done(deed, staff, name or email, system, at, facts) for deed, staff, name, email, system, at, facts in db.session.execute(newest)
    )
