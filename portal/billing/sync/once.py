"""How what can't be repeated gets done at the provider: payments that somebody asked for, refunds, credit. docs/decisions/once-only.md"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal import outbox
from portal.billing import checking
from portal.billing.learning import end_payment, learn_credit, learn_refund, learn_refunds_made_there, refuse_credit, refuse_refund
from portal.billing.models import Attempt, BillingAccount, CreditDebit, Invoice, InvoicePayment, Paid, Refund, StoreCredit, Why
from portal.billing.taking import SPENT, learn_debit, refuse_debit
from portal.kit.clock import now
from portal.kit.db import db, transaction, view
from portal.payments import (
    Bill,
    ChargeRefused,
    Declined,
    RefundThere,
    Result,
    Try,
    TryAgain,
    WantedCredit,
    WantedDebit,
    WantedRefund,
    begin_try,
    billing_provider,
    carry_out,
    money_provider,
    on_once_news,
)

BATCH = 20
TOGETHER = timedelta(seconds=2)
"""A refund comes as several events, and ours may be about to be learned: after this time one look is enough."""
CLOCKS = timedelta(minutes=5)
"""So far may our clock and the provider's be apart."""


@outbox.syncs(InvoicePayment)
def sync_payment(payment_id: int, lease: outbox.Lease) -> None:
    """Charge what somebody wants charged now, once."""
    ended = None
    if this := begin_try(InvoicePayment, payment_id, at=now()):
        ended = carry_out(this, do=lambda: _pay(this), find=lambda: _effect(this))
    at = now()
    with lease.finish(at=at):
        payment = db.session.get_one(InvoicePayment, payment_id)
        account = db.session.get_one(BillingAccount, payment.invoice.account_id, with_for_update=True)
        if ended:
            outcome, reason, bill = ended
            end_payment(account, payment, bill, outcome, reason, at=at)


@outbox.syncs(Refund)
def sync_refund(refund_id: int, lease: outbox.Lease) -> None:
    """Send it once, and then learn what becomes of it."""
    began_at, refusal, there = now(), "", None
    try:
        there = _refund(refund_id)
    except Declined as error:
        refusal = str(error)
    at = now()
    with lease.finish(at=at):
        refund = db.session.get_one(Refund, refund_id)
        account = db.session.get_one(BillingAccount, refund.account_id, with_for_update=True)
        if there:
            checking.note_refund(lease, refund, there, at=began_at)
            learn_refund(account, refund, there, at=at)
            checking.settle_refund(refund, there, at=at)
        elif refusal:
            refuse_refund(account, refund, refusal, at=at)


@outbox.syncs(Attempt)
def sync_attempt(attempt_id: int, lease: outbox.Lease) -> None:
    """A payment of which the provider gave back more, or less, than we know of."""
    with view():
        ref = db.session.get_one(Attempt, attempt_id).provider_ref
    there = money_provider().refunds_of(ref)
    at = now()
    with lease.finish(at=at):
        attempt = db.session.get_one(Attempt, attempt_id)
        paid_by = db.session.get_one(Invoice, attempt.invoice_id).account_id
        account = db.session.get_one(BillingAccount, paid_by, with_for_update=True)
        learn_refunds_made_there(account, attempt, there, at=at)


@outbox.syncs(StoreCredit)
def sync_credit(credit_id: int, lease: outbox.Lease) -> None:
    """Give it once."""
    refusal, there = "", None
    if this := begin_try(StoreCredit, credit_id, at=now()):
        wanted, money = WantedCredit(this.key, **this.body), money_provider()
        try:
            there = carry_out(
                this, do=lambda: money.credit(wanted, under=this.under), find=lambda: money.find_credit(wanted, since=this.since)
            )
        except Declined as error:
            refusal = str(error)
    at = now()
    with lease.finish(at=at):
        credit = db.session.get_one(StoreCredit, credit_id)
        account = db.session.get_one(BillingAccount, credit.account_id, with_for_update=True)
        if there:
            learn_credit(account, credit, there, at=at)
        elif refusal:
            refuse_credit(account, credit, refusal, at=at)


@outbox.syncs(CreditDebit)
def sync_debit(debit_id: int, lease: outbox.Lease) -> None:
    """Take it back once. Before it is first asked for we look whether it is there; after that, what the provider answers tells."""
    refusal, there = "", None
    if this := begin_try(CreditDebit, debit_id, at=now()):
        wanted, money = WantedDebit(this.key, **this.body), money_provider()
        try:
            if this.is_first and money.balance(wanted.customer_ref) < wanted.amount:
                raise Declined(SPENT)
            there = carry_out(
                this, do=lambda: money.debit(wanted, under=this.under), find=lambda: money.find_debit(wanted, since=this.since)
            )
        except Declined as error:
            refusal = str(error)
    at = now()
    with lease.finish(at=at):
        debit = db.session.get_one(CreditDebit, debit_id)
        account = db.session.get_one(BillingAccount, debit.account_id, with_for_update=True)
        if there:
            learn_debit(account, debit, there, at=at)
        elif refusal:
            refuse_debit(account, debit, refusal, at=at)


@on_once_news
def sync_after_news(key: str, at: datetime) -> None:
    for refund in db.session.scalars(select(Refund).where(Refund.key == key)):
        outbox.want_sync(refund, at=at)
    for attempt in db.session.scalars(select(Attempt).where(Attempt.provider_ref == key)):
        outbox.want_sync(attempt, at=at + TOGETHER, bulk=True)
        for refund in attempt.refunds:
            if refund.why is Why.SHOP:
                outbox.want_sync(refund, at=at)


@outbox.task("look at every open refund")
def look_at_every_open_refund(nothing: dict[str, Any], lease: outbox.Lease) -> None:
    """A part of the reconciliation: docs/decisions/reconciliation.md."""
    at, last = now(), 0
    while True:  # some at a time, as for accounts
        with transaction():
            still_open = select(Refund).where(Refund.is_open(at=at), Refund.id > last)
            batch = db.session.scalars(still_open.order_by(Refund.id).limit(BATCH)).all()
            for refund in batch:
                outbox.want_sync(refund, at=at, check=True)
            last = max((refund.id for refund in batch), default=last)
        if len(batch) < BATCH:
            break
    with lease.finish(at=at):
        pass


def _refund(refund_id: int) -> RefundThere | None:
    """None for one that was refused."""
    if this := begin_try(Refund, refund_id, at=now()):
        wanted, money = WantedRefund(this.key, **this.body), money_provider()
        return carry_out(this, do=lambda: money.refund(wanted, under=this.under), find=lambda: money.find_refund(wanted))
    with transaction():
        ref = db.session.get_one(Refund, refund_id).provider_ref
    return money_provider().look_at_refund(ref) if ref else None


def _pay(this: Try) -> tuple[Paid, str, Bill]:
    bill_ref = this.body["bill_ref"]
    try:
        bill = billing_provider().pay(bill_ref, card_ref=this.body["card_ref"], key=this.under)
    except ChargeRefused as error:
        return Paid.REFUSED, error.reason, billing_provider().look_at_bill(bill_ref)
    except Declined:  # the card is gone, or the invoice is of a kind that can't be paid like this
        return Paid.REFUSED, "not_permitted", billing_provider().look_at_bill(bill_ref)
    return _how(bill), "", bill


def _effect(this: Try) -> tuple[Paid, str, Bill] | None:
    """What the try had done whose answer we never heard, if it was done; None if it is safe to try again."""
    bill = billing_provider().look_at_bill(this.body["bill_ref"])
    tries = [one for one in bill.tries if one.tried_at >= this.since - CLOCKS]
    if bill.status == "open" and any(one.result is Result.PENDING for one in tries):
        raise TryAgain("The bank has not answered yet.")
    if bill.status == "open" and tries:
        return Paid.REFUSED, tries[-1].reason, bill
    return None if bill.status == "open" else (_how(bill), "", bill)


def _how(bill: Bill) -> Paid:
    states = {"paid": Paid.PAID, "open": Paid.UNDER_WAY}
    return states.get(bill.status, Paid.NOT_OWED)
