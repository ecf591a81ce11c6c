"""Store credit of a return that is not spent goes back to the card that had paid: first the credit is taken, then the money goes.

Called from an open transaction that has locked nothing yet. docs/decisions/credit-to-card.md
"""

from datetime import datetime

from sqlalchemy import select

from portal import timeline
from portal.billing import LessCreditThere, on_credit_taken, take_credit
from portal.billing.models import CreditDebit
from portal.kit.db import db
from portal.returns import money
from portal.returns.actions.another_way import hold, payout_of
from portal.returns.actions.carrying_out import carry_out
from portal.returns.actions.paying_out import PAID_OUT, ask_for_hands, subject_of
from portal.returns.models import Payout, PayoutKind
from portal.returns.money import Kind, MoneyLine
from portal.returns.queries.back_to_card import account_of, debits_of, offer
from portal.timeline import SCHEDULE, Actor

ASKED, SPENT = "credit to card asked", "credit was spent"
"""What stands in the history."""


def put_back(payout: Payout, told: int, *, by: Actor, at: datetime) -> bool:
    """As much of its credit as the page has `told`, in minor units of its currency; once, whoever taps how often.
    Whether anything is under way. Raises LessCreditThere."""
    hold(payout)
    found, subject = offer(payout), subject_of(payout)
    if found is None or found.is_asked:
        return found is not None
    if found.amount != told:
        raise LessCreditThere
    number = len(debits_of(payout)) + 1
    account = account_of(payout)
    if account is None:
        return False
    words = f"Back to the card: {payout.because}"
    take_credit(account, found.takes, because=f"credit of {payout.because}, {number}", words=words, by=by, at=at)
    facts = {"payout": payout.id, "amount": found.amount, "present": found.present, "currency": payout.currency}
    timeline.note(subject, ASKED, by=by, at=at, facts=facts)
    return True


@on_credit_taken
def refund_what_was_taken(debit: CreditDebit, at: datetime) -> None:
    """Once: the payout that stands in the place of the credit is looked for first."""
    payout = payout_of(debit.because.removeprefix("credit of "))
    if payout is None:
        return
    order, subject = hold(payout), subject_of(payout)
    amount = debit.amount - payout.bonus
    if debit.refusal:
        facts = {"payout": payout.id, "amount": amount, "currency": payout.currency}
        timeline.note(subject, SPENT, by=SCHEDULE, at=at, facts=facts)
        return
    if db.session.scalar(select(Payout.id).where(Payout.instead_of_id == payout.id).limit(1)):
        return
    again = Payout(
        order_id=order.id, kind=PayoutKind.REFUND, amount=amount, currency=payout.currency, decided_at=at, staff_id=debit.staff_id,
        lines=money.as_json([MoneyLine(Kind.AGAIN, amount)]), return_id=payout.return_id, instead_of_id=payout.id,
    )  # fmt: skip
    db.session.add(again)
    db.session.flush()
    facts = {"payout": again.id, "order": order.number, "amount": amount, "currency": again.currency, "kind": str(again.kind)}
    timeline.note(subject, PAID_OUT, by=SCHEDULE, at=at, facts=facts | {"instead_of": payout.id})
    again.by_hand = carry_out(again, order, subject, in_proportion=False, to_card=True, by=SCHEDULE, at=at)
    ask_for_hands(again, order, subject, at=at)
