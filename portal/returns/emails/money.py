"""What is written to a customer about money that no bank tells them of. Nobody is written to about what nobody has proven to be theirs."""

from datetime import datetime
from typing import Any

from portal.accounts.models import Customer
from portal.billing.models import Attempt, Refund
from portal.kit.db import db
from portal.notifications.actions import send_mail
from portal.returns.models import Claim, Payout, Return


def send_by_hand(payout: Payout, subject: Return | Claim, *, by: datetime, at: datetime) -> None:
    _send("by_hand", payout, subject, key=f"{payout.id}", at=at, amount=payout.by_hand, by=by.isoformat())


def send_given_by_hand(payout: Payout, subject: Return | Claim, *, at: datetime) -> None:
    _send("given_by_hand", payout, subject, key=f"{payout.id}", at=at, amount=payout.by_hand)


def send_failed(payout: Payout, subject: Return | Claim, refund: Refund, amount: int, *, key: str, at: datetime) -> None:
    """The bank did not take so much of it: the customer says which other way."""
    attempt = db.session.get_one(Attempt, refund.attempt_id)
    card = {"brand": attempt.brand, "last4": attempt.last4}
    _send("refund_failed", payout, subject, key=key, at=at, amount=amount, **card)


def path_of(subject: Return | Claim) -> str:
    return f"/returns/{subject.rma}" if isinstance(subject, Return) else f"/claims/{subject.reference}"


def _send(mail: str, payout: Payout, subject: Return | Claim, *, key: str, at: datetime, **more: Any) -> None:
    to = db.session.get(Customer, subject.customer_id) if subject.customer_id else None
    if to is None:
        return
    reference = subject.rma if isinstance(subject, Return) else subject.reference
    told = {"reference": reference, "path": path_of(subject), "payout": payout.id, "currency": payout.currency}
    send_mail(f"returns/{mail}", to=to, context=told | more, at=at, key=f"return {mail}:{key}")
