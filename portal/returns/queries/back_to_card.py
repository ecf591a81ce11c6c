"""Store credit that was taken for a return and is not spent: how much of it can go back to the card. docs/decisions/credit-to-card.md"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select

from portal.billing import free_credit
from portal.billing.models import Attempt, BillingAccount, CreditDebit, StoreCredit
from portal.kit.db import db
from portal.orders.models import Order
from portal.returns.models import Payout, PayoutKind, Return
from portal.returns.queries.paid import invoices_of

SHOWN = 5
"""Of a customer's returns."""


@dataclass(frozen=True)
class BackToCard:
    payout_id: int
    account_id: int
    """By which it was given."""
    rma: str
    amount: int
    """So much goes to the card, in minor units of `currency`; while it is under way, so much is on its way."""
    present: int
    """And so much is void."""
    currency: str
    brand: str
    last4: str
    """Of the first of the cards."""
    is_asked: bool = False
    was_spent: bool = False
    """Whether it was asked for before, and a part had been spent by then."""

    @property
    def takes(self) -> int:
        """So much less is the customer's for the next charges."""
        return self.amount + self.present


def back_to_card(return_id: int) -> list[BackToCard]:
    """Of one return, for each of its payouts of which something can go back, or is about to."""
    credit = select(Payout).where(Payout.return_id == return_id, Payout.kind == PayoutKind.STORE_CREDIT)
    return [found for payout in db.session.scalars(credit.order_by(Payout.id)) if (found := offer(payout))]


def all_back_to_card(customer_id: int) -> list[BackToCard]:
    """Of the newest returns that brought this customer credit."""
    payouts = db.session.scalars(of_customer(customer_id).order_by(Payout.id.desc()).limit(SHOWN))
    return [found for payout in payouts if (found := offer(payout))]


def of_customer(customer_id: int) -> Select[Payout]:
    """What was given as credit for their returns."""
    theirs = select(Payout).join(Return, Return.id == Payout.return_id).where(Return.customer_id == customer_id)
    return theirs.where(Payout.kind == PayoutKind.STORE_CREDIT)


def offer(payout: Payout) -> BackToCard | None:
    """None where nothing of it is left, it went back before, or no card had paid."""
    account = account_of(payout)
    if account is None or payout.by_hand or payout.instead_of_id or _is_replaced(payout):
        return None
    invoices = invoices_of(db.session.get_one(Order, payout.order_id))
    cards = [attempt for invoice in invoices for attempt in invoice.attempts if attempt.left]
    debits = debits_of(payout)
    open_one = next((debit for debit in debits if not debit.refusal), None)
    if open_one:
        return _told(payout, account, cards, open_one.amount - payout.bonus, is_asked=True)
    unused = min(free_credit(account), payout.amount) - payout.bonus
    amount = min(unused, sum(attempt.left for attempt in cards))
    return _told(payout, account, cards, amount, was_spent=bool(debits)) if amount > 0 else None


def account_of(payout: Payout) -> BillingAccount | None:
    """Where all of it was given, once it is there."""
    rows = db.session.scalars(select(StoreCredit).where(StoreCredit.because.startswith(f"{payout.because},", autoescape=True))).all()
    if payout.return_id is None or not rows or any(row.refusal or row.done_at is None for row in rows):
        return None
    account = db.session.get_one(BillingAccount, rows[0].account_id)
    return None if account.gone_at or account.currency != payout.currency else account


def debits_of(payout: Payout) -> list[CreditDebit]:
    """All that were asked for, the oldest first."""
    of_it = CreditDebit.because.startswith(f"credit of {payout.because},", autoescape=True)
    return list(db.session.scalars(select(CreditDebit).where(of_it).order_by(CreditDebit.id)))


def _told(
    payout: Payout, account: BillingAccount, cards: Sequence[Attempt], amount: int, *, is_asked: bool = False, was_spent: bool = False
) -> BackToCard:
    rma = db.session.get_one(Return, payout.return_id).rma
    brand, last4 = (cards[0].brand, cards[0].last4) if cards else ("", "")
    return BackToCard(payout.id, account.id, rma, amount, payout.bonus, payout.currency, brand, last4, is_asked, was_spent)


def _is_replaced(payout: Payout) -> bool:
    return db.session.scalar(select(Payout.id).where(Payout.instead_of_id == payout.id).limit(1)) is not None
