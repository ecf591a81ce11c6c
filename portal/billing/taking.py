"""Credit is taken back once, unless it was spent; then the rooms above hear of it: they know where its money goes now.

docs/decisions/credit-to-card.md
"""

from collections.abc import Callable
from datetime import datetime
from logging import getLogger
from typing import Any

from portal import outbox, timeline
from portal.billing.actions import give_credit
from portal.billing.models import BillingAccount, CreditDebit, Why
from portal.billing.refusals import LessCreditThere
from portal.kit.clock import now
from portal.kit.db import db
from portal.payments import CreditThere, signed
from portal.timeline import Actor

log = getLogger(__name__)
Listener = Callable[[CreditDebit, datetime], None]
LISTENERS: list[Listener] = []
TELL = "tell of credit that was taken back"
SPENT = "It was spent meanwhile."


def on_credit_taken(listener: Listener) -> Listener:
    """Call it, in a transaction of its own, with a debit that was done or refused, and the time; perhaps more than once."""
    LISTENERS.append(listener)
    return listener


def free_credit(account: BillingAccount) -> int:
    """What of the balance is not asked for yet, in minor units of the account's currency."""
    return account.balance - sum(debit.amount for debit in db.session.scalars(CreditDebit.not_seen_yet(account)))


def take_credit(account: BillingAccount, amount: int, *, because: str, words: str, by: Actor, at: datetime) -> CreditDebit:
    """So much less is theirs; for the same thing once. The account is locked. Raises LessCreditThere."""
    if known := db.session.scalars(CreditDebit.because_of(because)).one_or_none():
        return known
    if not 0 < amount <= free_credit(account):
        raise LessCreditThere
    body = {"customer_ref": account.provider_ref, "amount": amount, "currency": account.currency, "words": words}
    debit = CreditDebit(
        account_id=account.id, because=because, amount=amount, currency=account.currency, staff_id=by.staff_id,
        body=signed(body, by.told(account.customer_id)), asked_at=at,
    )  # fmt: skip
    db.session.add(debit)
    db.session.flush()
    outbox.want_sync(debit, at=at)
    return debit


def learn_debit(account: BillingAccount, debit: CreditDebit, there: CreditThere, *, at: datetime) -> None:
    """If it was more than was left by then, all of it is given again at once, and nothing goes anywhere."""
    debit.provider_ref, debit.done_at = there.ref, at
    facts = {"debit": debit.id, "amount": debit.amount, "currency": debit.currency}
    if there.balance < 0:
        debit.refuse(SPENT, at=at)
        why, words = Why.NOT_TAKEN, f"Undone: {debit.because}"
        because = f"{debit.because}, undone"
        give_credit(account, debit.amount, currency=debit.currency, because=because, why=why, words=words, by=timeline.SCHEDULE, at=at)
    else:
        timeline.note(account, "credit taken back", by=timeline.SCHEDULE, at=at, facts=facts)
    _tell_later(debit, at=at)
    outbox.want_sync(account, at=at)


def refuse_debit(account: BillingAccount, debit: CreditDebit, reason: str, *, at: datetime) -> None:
    """Nothing was taken, nor will be."""
    log.warning("Debit %s of %s was refused: %s", debit.key, account.provider_ref, reason)
    debit.refuse(reason, at=at)
    _tell_later(debit, at=at)
    outbox.want_sync(account, at=at)


def _tell_later(debit: CreditDebit, *, at: datetime) -> None:
    """In a job of its own: whoever learns holds the account, and those who listen lock rows before it."""
    outbox.want_task(TELL, {"debit": debit.id}, at=at)


@outbox.task(TELL)
def tell(payload: dict[str, Any], lease: outbox.Lease) -> None:
    at = now()
    with lease.finish(at=at):
        debit = db.session.get_one(CreditDebit, payload["debit"])
        for listener in LISTENERS:
            listener(debit, at)
