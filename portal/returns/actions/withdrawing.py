"""Withdrawing from a contract: the declaration first, and then what follows from it. docs/decisions/withdrawal.md"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.accounts import on_verified
from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db
from portal.kit.limits import RecentUse, Rule
from portal.kit.refusal import Refusal
from portal.kit.shop import shop
from portal.orders.models import Order
from portal.returns.actions.naming import new_reference
from portal.returns.actions.starting import start
from portal.returns.actions.submitting import submit
from portal.returns.emails import withdrawals as emails
from portal.returns.models import Return, Way, Withdrawal
from portal.returns.queries.returnable import returnable
from portal.returns.refusals import TooManyDeclarations
from portal.tasks.actions import open_task
from portal.timeline import Actor, note

OFTEN: tuple[Rule, ...] = ((5, timedelta(minutes=10)), (20, timedelta(days=1)))
"""To one address, and from one network: so often. More is nobody's withdrawal."""
TASK = "withdrawal"
RULES = Actor(system="rules")


@dataclass(frozen=True)
class Declared:
    """What somebody says."""

    name: str
    contract: str
    parts: str
    """Which products; empty for all of them."""
    email: str
    draft: str


def declare(
    told: Declared, *, customer: Customer | None, network: str | None, locale: str | None, time_zone: str | None, at: datetime
) -> Withdrawal:
    """Keep it, and send its receipt; the same form again is the declaration that it made. Raises TooManyDeclarations."""
    if known := db.session.scalars(select(Withdrawal).where(Withdrawal.draft == told.draft)).one_or_none():
        return known
    for key in filter(None, (f"withdrawals of {told.email}", network and f"withdrawals from {network}")):
        use = RecentUse.of(key, at=at)
        if use.left(OFTEN, at=at) < 1:
            raise TooManyDeclarations
        use.add(at=at)
    made = Withdrawal(
        reference=new_reference("W"), draft=told.draft, declared_at=at, name=told.name, contract=told.contract, parts=told.parts,
        email=told.email, locale=locale, time_zone=time_zone,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    by = Actor(customer_id=customer.id) if customer else Actor(system="visitor")
    note(made, "withdrawal declared", by=by, at=at, facts={"reference": made.reference})
    if customer is not None:
        carry_out(made, customer, at=at)
    facts = {"reference": made.reference}
    if made.return_id is None:
        open_task(TASK, made, key=f"{TASK}:{made.id}", customer_id=made.customer_id, due_at=shop().answer_by(at), at=at, facts=facts)
    emails.send_receipt(made, at=at)
    return made


def carry_out(withdrawal: Withdrawal, customer: Customer, *, at: datetime) -> None:
    """Of the customer's own order, and all of it: the return that the law gives them. What no rule can decide, a person does."""
    withdrawal.customer_id, withdrawal.carried_out_at = customer.id, at
    theirs = Order.of(customer).where(Order.number == withdrawal.contract.removeprefix("#")).options(selectinload(Order.lines))
    order = db.session.scalars(theirs.with_for_update()).one_or_none()
    if order is None or withdrawal.parts:
        return
    shown = next(iter(returnable(customer.id, order=order.number, at=withdrawal.declared_at)), None)
    quantities = {line.id: line.verdict.units for line in shown.lines if line.verdict.may_withdraw} if shown else {}
    if not quantities:
        return
    try:
        with db.session.begin_nested():
            withdrawal.return_id = _submit(withdrawal, customer, order, quantities, at=at).id
    except Refusal:  # it stays a declaration, and somebody at the shop looks at it
        withdrawal.return_id = None


@on_verified
def carry_out_what_was_declared(customer: Customer) -> None:
    """Whoever proves the address that a receipt went to has proven whose declarations those are."""
    at = now()
    waiting = select(Withdrawal).where(Withdrawal.email == customer.email, Withdrawal.carried_out_at.is_(None)).order_by(Withdrawal.id)
    if customer.email_verified_at:
        for withdrawal in db.session.scalars(waiting.with_for_update()):
            carry_out(withdrawal, customer, at=at)


def _submit(withdrawal: Withdrawal, customer: Customer, order: Order, quantities: dict[int, int], *, at: datetime) -> Return:
    by = Actor(customer_id=customer.id)
    made = start(customer, [order], quantities, draft=f"withdrawal:{withdrawal.reference}", by=by, at=at)
    made.is_withdrawal = True
    db.session.flush()
    return submit(made, Way.CODE, by=by, at=at)
