"""What a receipt says of an order, read in three questions however long it is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import Address, Customer
from portal.billing.models import Attempt, Invoice
from portal.kit.db import db
from portal.orders.models import Order, OrderLine
from portal.orders.queries import Sums
from portal.payments import Result


@dataclass(frozen=True)
class PaperLine:
    title: str
    sku: str
    quantity: int
    unit_amount: int
    amount: int


@dataclass(frozen=True)
class PaperPayment:
    paid_at: datetime
    amount: int
    refunded: int
    brand: str
    last4: str


@dataclass(frozen=True)
class PaperInvoice:
    number: str | None
    written_at: datetime
    payments: tuple[PaperPayment, ...]


@dataclass(frozen=True)
class PaperOrder:
    """Amounts in minor units of `currency`."""

    number: str
    placed_at: datetime
    currency: str
    customer: str
    email: str
    place: tuple[str, ...]
    """Where it went, without the country; empty if that is not known."""
    country: str
    lines: tuple[PaperLine, ...]
    sums: Sums
    """Those of the order's page."""
    invoice: PaperInvoice | None


def order(customer_id: int, number: str) -> PaperOrder | None:
    mine = (
        select(Order, Customer.name, Customer.email, Address, Invoice)
        .join(Customer, Customer.id == Order.customer_id)
        .outerjoin(Address, Address.id == Order.address_id)
        .outerjoin(Invoice, Invoice.provider_ref == Order.source_ref)
        .where(Order.customer_id == customer_id, Order.number == number)
    )
    found = db.session.execute(mine).one_or_none()
    if found is None:
        return None
    one, name, email, address, invoice = found
    columns = OrderLine.title, OrderLine.sku, OrderLine.quantity, OrderLine.unit_amount, OrderLine.amount, OrderLine.discount, OrderLine.tax
    lines = db.session.execute(select(*columns).where(OrderLine.order_id == one.id).order_by(OrderLine.position)).all()
    return PaperOrder(
        number=one.number,
        placed_at=one.placed_at,
        currency=one.currency,
        customer=name,
        email=one.email or email,
        place=_place(address),
        country=_country(address),
        lines=tuple(PaperLine(line.title, line.sku, line.quantity, line.unit_amount, line.amount) for line in lines),
        sums=Sums(
            goods=sum(line.amount for line in lines),
            discount=sum(line.discount for line in lines),
            shipping=one.shipping,
            tax=sum(line.tax for line in lines) + one.shipping_tax,
            tax_included=one.tax_included,
            total=one.total,
            due=_due(invoice),
        ),
        invoice=_invoice(invoice),
    )


def _place(address: Address | None) -> tuple[str, ...]:
    return tuple(address.lines) if address else ()


def _country(address: Address | None) -> str:
    return address.country if address else ""


def _invoice(invoice: Invoice | None) -> PaperInvoice | None:
    return PaperInvoice(invoice.number, invoice.written_at, _payments(invoice.id)) if invoice else None


def _due(invoice: Invoice | None) -> int | None:
    return invoice.due if invoice else None


def _payments(invoice_id: int) -> tuple[PaperPayment, ...]:
    columns = Attempt.tried_at, Attempt.amount, Attempt.refunded, Attempt.brand, Attempt.last4
    paid = select(*columns).where(Attempt.invoice_id == invoice_id, Attempt.result == Result.PAID)
    return tuple(PaperPayment(*one) for one in db.session.execute(paid.order_by(Attempt.tried_at, Attempt.id)))
