"""Money that did not arrive goes back another way: as credit, or by hand. docs/decisions/returns-money.md

Called from an open transaction that has locked nothing yet.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from portal import timeline
from portal.billing import on_not_gone
from portal.billing.models import Refund, StoreCredit
from portal.kit.db import db
from portal.orders.models import Order
from portal.returns import money
from portal.returns.actions.carrying_out import carry_out, hold_payments
from portal.returns.actions.paying_out import BY_HAND, PAID_OUT, ask_for_hands, subject_of
from portal.returns.actions.refunding import must_be_within
from portal.returns.emails import money as emails
from portal.returns.models import Claim, Payout, PayoutKind, Return
from portal.returns.money import Kind, MoneyLine
from portal.returns.queries.failures import missing_of
from portal.tasks.actions import finish_tasks, open_task
from portal.timeline import SCHEDULE, Actor, Entry

TASK = "refund failed"
ASKED_AGAIN = "asked for another way"
"""What stands in the history."""
OFTEN = timedelta(hours=1)


@on_not_gone
def ask_for_another_way(row: Refund | StoreCredit, at: datetime) -> None:
    """Of a refund the customer is asked; credit that the provider does not take can only be given by hand."""
    payout = payout_of(row.because)
    if payout is None:
        return
    if isinstance(row, StoreCredit):
        give_by_hand(payout, by=SCHEDULE, at=at)
        return
    hold(payout)
    if not missing(payout):
        return
    subject = subject_of(payout)
    emails.send_failed(payout, subject, row, row.amount, key=f"{row.id}", at=at)
    facts = {"amount": row.amount, "currency": row.currency, "reason": row.failure or row.refusal}
    open_task(
        TASK, payout, key=f"{TASK}:{row.id}", customer_id=subject.customer_id, due_at=at + BY_HAND, at=at, facts=facts
    )  # fmt: skip


def take_as_credit(payout: Payout, *, by: Actor, at: datetime) -> Payout | None:
    """What did not arrive of it is given as credit; without an account there, by hand. None if all of it has, or was asked for before."""
    return _again(payout, PayoutKind.STORE_CREDIT, by=by, at=at)


def give_by_hand(payout: Payout, *, by: Actor, at: datetime) -> Payout | None:
    """… by somebody at the shop, who asks the customer where to."""
    return _again(payout, PayoutKind.REFUND, by=by, at=at)


def choose_for(payout: Payout, way: str, *, is_lead: bool, by: Actor, at: datetime) -> Payout | None:
    """Somebody at the shop does it for the customer: `credit`, `hand`, or `ask`, which sends the customer the link to choose once more.
    By the same rules, and above the shop's limit only a lead may. Raises AskALead."""
    if way == "ask":
        _ask_again(payout, by=by, at=at)
        return None
    again = _again(payout, PayoutKind.STORE_CREDIT if way == "credit" else PayoutKind.REFUND, by=by, at=at)
    must_be_within([again] if again else [], is_lead=is_lead)
    return again


def missing(payout: Payout) -> int:
    """What of it the provider or a bank did not take, and did not go another way yet."""
    return missing_of([payout.id]).get(payout.id, 0)


def payout_of(because: str) -> Payout | None:
    """`payout:7, payment 3`"""
    name, _, number = because.partition(",")[0].partition(":")
    return db.session.get(Payout, int(number)) if name == "payout" and number.isdecimal() else None


def hold(payout: Payout) -> Order:
    order = db.session.get_one(Order, payout.order_id, with_for_update=True)
    db.session.refresh(subject := subject_of(payout), with_for_update=True)
    hold_payments([order], subject.customer_id)
    return order


def _again(payout: Payout, kind: PayoutKind, *, by: Actor, at: datetime) -> Payout | None:
    order, subject = hold(payout), subject_of(payout)
    amount = missing(payout)
    if amount <= 0:
        return None
    return_id, claim_id = (subject.id, None) if isinstance(subject, Return) else (None, subject.id)
    again = Payout(
        order_id=order.id, kind=kind, amount=amount, currency=payout.currency, lines=money.as_json([MoneyLine(Kind.AGAIN, amount)]),
        decided_at=at, staff_id=by.staff_id, return_id=return_id, claim_id=claim_id, instead_of_id=payout.id,
    )  # fmt: skip
    db.session.add(again)
    db.session.flush()
    _note(again, order, subject, by=by, at=at)
    by_hand = kind is PayoutKind.REFUND
    again.by_hand = amount if by_hand else carry_out(again, order, subject, in_proportion=False, by=by, at=at)
    ask_for_hands(again, order, subject, at=at)
    finish_tasks(TASK, payout, at=at)
    return again


def _ask_again(payout: Payout, *, by: Actor, at: datetime) -> None:
    """Once an hour at the most, whoever presses."""
    hold(payout)
    subject, amount = subject_of(payout), missing(payout)
    lately = select(Entry.facts).where(Entry.subject == timeline.key(subject), Entry.deed == ASKED_AGAIN, Entry.at > at - OFTEN)
    if not amount or any(facts["payout"] == payout.id for facts in db.session.scalars(lately)):
        return
    refunds = select(Refund).where(Refund.because.startswith(f"{payout.because},")).order_by(Refund.id)
    failed = [row for row in db.session.scalars(refunds) if not row.counts]
    timeline.note(subject, ASKED_AGAIN, by=by, at=at, facts={"payout": payout.id, "amount": amount, "currency": payout.currency})
    emails.send_failed(payout, subject, failed[-1], amount, key=f"{failed[-1].id}:{at.isoformat()}", at=at)


def _note(again: Payout, order: Order, subject: Return | Claim, *, by: Actor, at: datetime) -> None:
    facts = {"payout": again.id, "order": order.number, "amount": again.amount, "currency": again.currency, "kind": str(again.kind)}
    timeline.note(subject, PAID_OUT, by=by, at=at, facts=facts | {"instead_of": again.instead_of_id})
