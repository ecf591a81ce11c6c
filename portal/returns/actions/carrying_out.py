"""How a payout goes where it has to: to the cards and the credit that had paid, as new credit, or by hand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.billing.actions import give_credit, give_credit_back, refund
from portal.billing.models import Attempt, BillingAccount, Invoice, Why
from portal.kit.db import db
from portal.orders.models import Order
from portal.returns import money
from portal.returns.models import Claim, Payout, PayoutKind, Return
from portal.returns.queries.paid import invoices_of
from portal.timeline import Actor


@dataclass(frozen=True)
class Share:
    """So much goes to one of the means by which it was paid."""

    attempt: Attempt | None
    """None is the customer's credit."""
    amount: int


def hold_payments(orders: Iterable[Order], customer_id: int | None) -> None:
    """Lock the accounts by which these were paid, and the customer's own, by their ids; all that is known of the payments is read anew."""
    invoices = [invoice for order in orders for invoice in invoices_of(order)]
    of_customer = select(BillingAccount.id).where(BillingAccount.customer_id == customer_id)
    for account_id in sorted({invoice.account_id for invoice in invoices} | set(db.session.scalars(of_customer))):
        db.session.get_one(BillingAccount, account_id, with_for_update=True)
    whole = selectinload(Invoice.attempts).selectinload(Attempt.refunds), selectinload(Invoice.given_back)
    fresh = select(Invoice).where(Invoice.id.in_([invoice.id for invoice in invoices])).options(*whole)
    db.session.scalars(fresh.execution_options(populate_existing=True)).all()


def carry_out(
    payout: Payout, order: Order, subject: Return | Claim, *, in_proportion: bool, by: Actor, at: datetime, to_card: bool = False
) -> int:
    """Ask for what it takes, once; the payments are held. `to_card` for no credit in its place. Answers how much is left for somebody at
    the shop to give by hand."""
    why, left = Why.RETURN if isinstance(subject, Return) else Why.CLAIM, payout.amount
    invoices = invoices_of(order)
    if payout.kind is PayoutKind.STORE_CREDIT:
        account = _account(invoices[0] if invoices else None, subject.customer_id, payout.currency)
        return _give_credit(payout, account, why, by=by, at=at) if account else payout.amount
    for invoice in invoices:
        account = db.session.get_one(BillingAccount, invoice.account_id)
        name = "credit back" if invoice is invoices[0] else f"credit back of {invoice.id}"
        for share in shares(invoice, left, in_proportion=in_proportion, to_card=to_card):
            if share.attempt:
                because = f"{payout.because}, payment {share.attempt.id}"
                refund(account, share.attempt, share.amount, because=because, why=why, by=by, at=at)
            elif account.gone_at is None:
                give_credit_back(account, invoice, share.amount, because=f"{payout.because}, {name}", why=why, by=by, at=at)
            else:
                continue
            left -= share.amount
    return left


def shares(invoice: Invoice, amount: int, *, in_proportion: bool, to_card: bool) -> Iterator[Share]:
    """How much goes to each means of payment, and to none more than came from it: credit first, or all by what is left of them."""
    means: list[tuple[Attempt | None, int]] = [
        (None, 0 if to_card else invoice.credit_left),
        *((attempt, attempt.left) for attempt in invoice.attempts),
    ]
    parts = money.split(amount, [left for _, left in means], in_proportion=in_proportion)
    for (attempt, _), part in zip(means, parts, strict=True):
        if part:
            yield Share(attempt, part)


def _give_credit(payout: Payout, account: BillingAccount, why: Why, *, by: Actor, at: datetime) -> int:
    """What was paid and the present are entries of their own."""
    for amount, reason, name in ((payout.amount - payout.bonus, why, "credit"), (payout.bonus, Why.BONUS, "bonus")):
        if amount:
            because, words = f"{payout.because}, {name}", f"{name.capitalize()} for {payout.because}"
            give_credit(account, amount, currency=payout.currency, because=because, why=reason, words=words, by=by, at=at)
    return 0


def _account(invoice: Invoice | None, customer_id: int | None, currency: str) -> BillingAccount | None:
    """Where credit can be given: where it was paid, else any of the customer's in this currency."""
    of_customer = select(BillingAccount.id).where(BillingAccount.customer_id == customer_id, BillingAccount.currency == currency)
    theirs = of_customer.where(BillingAccount.gone_at.is_(None)).order_by(BillingAccount.id)
    ids = list(db.session.scalars(theirs))
    first = next((account_id for account_id in ids if invoice and account_id == invoice.account_id), next(iter(ids), None))
    return db.session.get_one(BillingAccount, first) if first else None
