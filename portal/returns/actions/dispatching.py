"""The order by which something goes out for what came back or went wrong. Called from an open transaction, with the order locked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import Address, Customer
from portal.catalog.models import Product, Stock, Variant
from portal.kit.db import db
from portal.kit.shares import at_rate
from portal.kit.shop import shop
from portal.orders.actions import OrderedLine, record_order
from portal.orders.models import Order, OrderLine
from portal.returns.emails import exchanges as emails
from portal.returns.models import Claim, Exchange, ExchangeStatus, Wish
from portal.returns.queries.instead import left_of, paid_for, tax_in
from portal.tasks.actions import finish_tasks, open_task
from portal.timeline import Actor, note

SOLD_OUT = "exchange sold out"
"""The task for whoever has to find something else."""


def dispatch(exchange: Exchange, line: OrderLine, numbers: Sequence[int], *, by: Actor, at: datetime) -> Order | None:
    """Make its order, once; the shop hears of it as of any other. None if there is none left: then somebody has to look."""
    source = "replacement" if exchange.is_replacement else "exchange"
    return _dispatch([exchange], line.order, [_line_of(exchange, line, numbers)], source=source, subject=exchange.subject, by=by, at=at)


def replace_for_claim(claim: Claim, *, by: Actor, at: datetime) -> Order | None:
    """Send again what a claim is about, for nothing, in one order; again it is the same order. The claim is approved, and locked.

    None if something of it is sold out: then a task says so, and nothing goes out.
    """
    order = db.session.get_one(Order, claim.order_id)
    lines = {line.id: line for line in order.lines}
    again = [one for one in claim.lines if one.given is Wish.REPLACEMENT]
    wanted = [(lines[one.order_line_id], [unit.number for unit in one.units]) for one in again]
    known = {one.sku: one for one in db.session.scalars(select(Exchange).where(Exchange.claim_id == claim.id))}
    exchanges = [known.get(line.sku) or _same_again(line, numbers, claim, at=at) for line, numbers in wanted]
    db.session.flush()
    ordered = [_line_of(exchange, line, numbers) for exchange, (line, numbers) in zip(exchanges, wanted, strict=True)]
    return _dispatch(exchanges, order, ordered, source="replacement", subject=f"claim:{claim.id}", by=by, at=at)


def _dispatch(
    exchanges: Sequence[Exchange], bought: Order, lines: Sequence[OrderedLine], *, source: str, subject: str, by: Actor, at: datetime
) -> Order | None:
    customer = db.session.get_one(Customer, bought.customer_id)
    is_short = [exchange for exchange in exchanges if exchange.order_id is None and not _is_left(exchange)]
    if is_short:
        for exchange in is_short:
            _tell_staff(exchange, bought, at=at)
        return None
    to = db.session.get(Address, bought.address_id) if bought.address_id else None
    order = record_order(
        customer, number=None, placed_at=at, currency=bought.currency, lines=lines, source=source, source_ref=subject,
        address_id=to.newest.id if to else None, tax_included=True,
        total=sum(line.amount - line.discount for line in lines),
    )  # fmt: skip
    for exchange in exchanges:
        exchange.order_id, exchange.is_sold_out = order.id, False
        if not exchange.is_settled:
            exchange.status = ExchangeStatus.APPROVED
            finish_tasks(SOLD_OUT, exchange, at=at)
    note(order, f"{source} ordered", by=by, at=at, facts={"order": order.number, "for": bought.number})
    return order


def _line_of(exchange: Exchange, line: OrderLine, numbers: Sequence[int]) -> OrderedLine:
    """At what the customer gave for it: nothing for the same again, what was paid for another variant, its price for another product.

    Tax is told at the rate at which what comes back was bought, for goods of the same category; of others nothing is known.
    """
    if exchange.is_replacement:
        return OrderedLine(line.title, line.sku, len(numbers), 0, line.picture)
    worth, tax = paid_for(line, numbers, tax_included=line.order.tax_included), tax_in(line, numbers)
    if not exchange.is_locked:
        category, amount = _category(exchange.sku), exchange.unit_amount * exchange.quantity
        tax = at_rate(amount, tax, worth) if worth and category and category == line.category else 0
        return OrderedLine(
            exchange.title, exchange.sku, exchange.quantity, exchange.unit_amount, exchange.picture, tax=tax, category=category
        )
    each = -(-worth // exchange.quantity)
    return OrderedLine(
        exchange.title, exchange.sku, exchange.quantity, each, exchange.picture,
        discount=each * exchange.quantity - worth, tax=tax, category=line.category,
    )  # fmt: skip


def _category(sku: str) -> str:
    """Of its product; empty where the catalogue does not tell it."""
    return db.session.scalar(select(Product.category).join(Variant, Variant.product_id == Product.id).where(Variant.sku == sku)) or ""


def _same_again(line: OrderLine, numbers: Sequence[int], claim: Claim, *, at: datetime) -> Exchange:
    made = Exchange(
        sku=line.sku, title=line.title, picture=line.picture, quantity=len(numbers), unit_amount=0, difference=0,
        credit=paid_for(line, numbers, tax_included=line.order.tax_included), currency=line.order.currency, asked_at=at,
        claim_id=claim.id, is_locked=True, is_replacement=True,
    )  # fmt: skip
    db.session.add(made)
    return made


def _is_left(exchange: Exchange) -> bool:
    """Whoever asks for the last one holds its count until the commit."""
    db.session.scalars(
        select(Stock).join(Variant, Variant.id == Stock.variant_id).where(Variant.sku == exchange.sku).with_for_update()
    ).all()
    left = left_of(exchange.sku)
    return left is None or left >= exchange.quantity


def _tell_staff(exchange: Exchange, bought: Order, *, at: datetime) -> None:
    exchange.is_sold_out = True
    emails.send_sold_out(exchange, at=at)
    facts = {"sku": exchange.sku, "quantity": exchange.quantity, "order": bought.number}
    open_task(
        SOLD_OUT, exchange, key=f"{SOLD_OUT}:{exchange.id}", customer_id=bought.customer_id, due_at=shop().answer_by(at), at=at, facts=facts
    )
