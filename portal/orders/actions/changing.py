"""What a customer can still change of an order while nobody packs it. docs/decisions/before-it-is-packed.md"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from portal import timeline
from portal.accounts.models import Address, Customer
from portal.billing.actions import give_back_of
from portal.billing.models import BillingAccount, Why
from portal.kit.db import db
from portal.kit.shares import part
from portal.kit.shop import shop
from portal.notifications.actions import send_mail
from portal.orders.actions.ordering import hold
from portal.orders.models import LineCancellation, Order, OrderLine, Shipment
from portal.orders.queries.payment import adds_up, delivery_of, left_of, paid_invoice
from portal.orders.refusals import BeingPacked, ChangedMeanwhile
from portal.tasks.actions import open_task
from portal.timeline import Actor, Entry

PROMISED = timedelta(days=2)
"""So soon does the shop give money back by hand."""
NEW_FOR = timedelta(days=14)
"""No shop takes longer to pack: what nobody told of by then has left without a word."""
IMPORTED = "import"
LINE_CANCELLED, OTHER_ADDRESS = "line cancelled", "other address"
"""What stands in the history."""
MONEY_TASK, ADDRESS_TASK, LESS_TASK = "money back", "other address", "send less"


@dataclass(frozen=True)
class Back:
    """What goes back for a part of an order, in minor units of its currency."""

    amount: int | None
    """None where what was paid for each line is not known: the shop has to work it out."""
    by_itself: int
    """How much of it goes back to where it came from, without anybody at the shop."""

    @property
    def by_hand(self) -> int:
        return (self.amount or 0) - self.by_itself


def is_open(order: Order, *, at: datetime) -> bool:
    """Whether it may still be changed: it is new, nobody packs it, and the shop is one that says so when somebody does."""
    if order.source == IMPORTED or order.packed_at or not shop().tells_when_packed or at >= order.placed_at + NEW_FOR:
        return False
    begun = select(Shipment.id).where(Shipment.order_id == order.id, Shipment.packed_at.is_not(None) | Shipment.shipped_at.is_not(None))
    return db.session.scalar(begun.limit(1)) is None


def cancel_line(order: Order, line: OrderLine, units: int, *, before: int, by: Actor, at: datetime) -> LineCancellation | None:
    """So many of it are not sent, and what was paid for them goes back. `before` is how many were cancelled when the customer looked.

    None if just this was done already: who taps twice cancels once. Raises BeingPacked, ChangedMeanwhile.
    """
    hold(order)
    same = select(LineCancellation.id).where(LineCancellation.order_line_id == line.id, LineCancellation.before == before)
    if db.session.scalar(same.where(LineCancellation.quantity == units)):
        return None
    must_be_open(order, at=at)
    cancelled = cancelled_units(order)
    if cancelled.get(line.id, 0) != before or not 1 <= units <= line.quantity - before:
        raise ChangedMeanwhile(_("This order was changed meanwhile. Look at how it stands now, and choose again."))
    back = back_for(order, line, units, cancelled)
    row = LineCancellation(line=line, before=before, quantity=units, amount=back.amount, by_hand=back.by_hand, staff_id=by.staff_id, at=at)
    db.session.add(row)
    db.session.flush()
    facts = {"order": order.number, "line": line.position, "title": line.title, "quantity": units}
    facts |= {"amount": back.amount, "currency": order.currency}
    timeline.note(order, LINE_CANCELLED, by=by, at=at, facts=facts)
    row.by_hand = _pay_back(order, row, by=by, at=at)
    _tell_the_shop(order, row, at=at)
    if customer := _whose(order):
        told = {"order": order.number, "title": line.title, "quantity": units, "currency": order.currency}
        amounts = {"amount": row.amount, "by_hand": row.by_hand}
        send_mail("orders/line_cancelled", to=customer, context=told | amounts, at=at, key=f"line cancelled:{row.id}")
    return row


def send_elsewhere(order: Order, address: Address, *, by: Actor, at: datetime) -> Entry | None:
    """None if it goes there already. Raises BeingPacked."""
    hold(order)
    must_be_open(order, at=at)
    if order.address_id == address.id:
        return None
    with timeline.deed(order, OTHER_ADDRESS, by=by, at=at, facts={"order": order.number}) as doing:
        order.address_id = address.id
    entry = doing.done
    open_task(ADDRESS_TASK, order, key=f"{ADDRESS_TASK}:{entry.id}", customer_id=order.customer_id, due_at=at, at=at, facts=_named(order))
    if customer := _whose(order):
        told = {"order": order.number, "lines": address.lines, "country": address.country}
        send_mail("orders/other_address", to=customer, context=told, at=at, key=f"other address:{entry.id}")
    return entry


def follow(old: Address, new: Address, *, by: Actor, at: datetime) -> None:
    """What nobody packs yet, and would go to an address that was corrected, goes where the book says by now.

    Safe to repeat, and to be late.
    """
    goal = new.newest
    if not goal.is_listed:  # the correction was undone meanwhile
        return
    theirs = select(Order).where(Order.customer_id == old.customer_id, Order.address_id == old.id, Order.placed_at > at - NEW_FOR)
    for order in db.session.scalars(theirs.order_by(Order.id)).all():
        hold(order)
        if order.address_id == old.id and is_open(order, at=at):
            send_elsewhere(order, goal, by=by, at=at)


def cancelled_units(order: Order) -> dict[int, int]:
    """By the line's id."""
    return {line_id: int(units) for line_id, units in db.session.execute(LineCancellation.units(order.id))}


def back_for(order: Order, line: OrderLine, units: int, cancelled: dict[int, int]) -> Back:
    """What goes back for the next `units` of this line; with the last unit of all also what its delivery cost."""
    if not adds_up(order):
        return Back(None, 0)
    before = cancelled.get(line.id, 0)
    amount = part(line.amount - line.discount, line.quantity, before, units)
    amount += 0 if order.tax_included else part(line.tax, line.quantity, before, units)
    left = sum(other.quantity - cancelled.get(other.id, 0) for other in order.lines) - units
    amount += delivery_of(order) if left == 0 else 0
    invoice = paid_invoice(order)
    return Back(amount, min(amount, left_of(invoice)) if invoice else 0)


def must_be_open(order: Order, *, at: datetime) -> None:
    if at >= order.placed_at + NEW_FOR:
        raise BeingPacked(_("This order is too old to be changed here. Write to us if something about it is wrong."))
    if not is_open(order, at=at):
        raise BeingPacked(_("This order is being packed, so it stays as it is. Write to us if something about it is wrong."))


_BECAUSE = "line cancellation:"


def _pay_back(order: Order, row: LineCancellation, *, by: Actor, at: datetime) -> int:
    """Answers how much the shop has to give back by hand."""
    if not row.amount:
        return 0
    invoice = paid_invoice(order)
    if invoice is None:
        return row.amount
    account = db.session.get_one(BillingAccount, invoice.account_id, with_for_update=True)
    db.session.refresh(invoice)
    by_itself = row.amount - row.by_hand
    left = give_back_of(account, invoice, by_itself, because=f"{_BECAUSE}{row.id}", why=Why.NOT_WANTED, by=by, at=at)
    return row.by_hand + left


def _tell_the_shop(order: Order, row: LineCancellation, *, at: datetime) -> None:
    """Whoever packs has to know; and whoever gives money back, where that is done by hand."""
    facts = _named(order) | {"sku": row.line.sku, "quantity": row.quantity}
    open_task(LESS_TASK, order, key=f"{LESS_TASK}:{row.id}", customer_id=order.customer_id, due_at=at, at=at, facts=facts)
    if row.amount is None or row.by_hand:
        facts |= {"amount": row.by_hand if row.amount is not None else None, "currency": order.currency}
        key, due_at = f"{MONEY_TASK}:{row.id}", at + PROMISED
        open_task(MONEY_TASK, order, key=key, customer_id=order.customer_id, due_at=due_at, at=at, facts=facts)


def _named(order: Order) -> dict[str, object]:
    return {"order": order.number}


def _whose(order: Order) -> Customer | None:
    return db.session.get(Customer, order.customer_id) if order.customer_id else None
