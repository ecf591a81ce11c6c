"""What follows from what the provider shows. Called from the transaction that learns, with the account locked."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from logging import getLogger

from sqlalchemy import select

from portal import outbox, timeline
from portal.billing.actions import learn_bill, rows_of
from portal.billing.balance import tell_later
from portal.billing.failing import TOLD_ABOVE
from portal.billing.failing import tell_later as tell_that_it_failed
from portal.billing.models import (
    Attempt,
    BillingAccount,
    CardSetup,
    Invoice,
    InvoicePayment,
    Outcome,
    PageOutcome,
    PagePayment,
    Paid,
    Refund,
    StoreCredit,
    Why,
)
from portal.billing.models.cards import LOOKS_FOR
from portal.billing.paying import end_page
from portal.kit.alarms import raise_alarm
from portal.kit.db import db
from portal.notifications.actions import helped_by, send_mail
from portal.payments import ACCOUNT_GONE, AccountStanding, Bill, CreditThere, Declined, RefundThere, tell
from portal.payments.models import ProviderName
from portal.prepared.queries import helper
from portal.timeline import Actor, ChangedSince, Entry

log = getLogger(__name__)


def learn(account: BillingAccount, stands: AccountStanding, *, at: datetime) -> None:
    """Take over what is theirs; what somebody changed there is told in the history, unless it is all new to us."""
    is_new, default, balance = account.learned_at is None, account.default_ref, account.balance
    gone = account.learn(stands, at=at)
    db.session.flush()
    for card in gone:
        timeline.note(account, "card gone", by=timeline.PROVIDER, at=at, facts={"card": card.id})
    if not is_new and account.default_ref != default and account.default and not gone:
        timeline.note(account, "card chosen there", by=timeline.PROVIDER, at=at, facts={"card": account.default.id})
    if account.shipping != (shipping := _shipping(stands)):
        account.shipping = shipping
    if account.balance != balance:
        tell_later(account, at=at)
    ProviderName.keep(stands.names, account.provider_ref)
    for bill in stands.bills:
        invoice = learn_bill(account, bill, at=at)
        db.session.flush()
        for attempt in invoice.attempts:
            if not attempt.is_in_step:
                outbox.want_sync(attempt, at=at, bulk=True)


def learn_that_it_is_gone(account: BillingAccount, *, at: datetime) -> None:
    """Its subscriptions have ended with it, which they learn themselves. Somebody at the shop has to know: it can't be brought back."""
    if not account.leave(at=at):
        return
    ours = f"{account.provider_ref} of customer {account.customer_id} is not there any more"
    sentence = f"{ours}: it was deleted at the provider, or is of another mode or account than our key."
    raise_alarm(ACCOUNT_GONE, sentence, facts={"ref": account.provider_ref, "customer": account.customer_id}, at=at)
    timeline.note(account, "account gone", by=timeline.PROVIDER, at=at, facts={})
    for setup in db.session.scalars(CardSetup.open_of(account.id)):
        setup.close(Outcome.EXPIRED, at=at)
    for page in db.session.scalars(PagePayment.open_of(account.id)):
        end_page(page, PageOutcome.EXPIRED, at=at)


def put_back_what_was_refused(account: BillingAccount, sent: int, refusal: Declined, *, at: datetime) -> None:
    """Undo here what the provider will not do, newest first, and tell the customer, also one who is not looking.

    What was changed after version `sent` was read has yet to be asked for, and stays.
    """
    waiting = select(Entry).where(Entry.subject == timeline.key(account), Entry.version > account.confirmed_version)
    refused = db.session.scalars(waiting.where(Entry.version <= sent, Entry.refused_at.is_(None)).order_by(Entry.id.desc())).all()
    if not refused:
        raise refusal
    for entry in refused:
        with suppress(ChangedSince):
            timeline.put_back(entry, rows_of(account))
        entry.refused_at = at
        entry.personal = {**(entry.personal or {}), "problem": refusal.problem, "said": str(refusal)}
        if undone := entry.facts.get("entry"):
            db.session.get_one(Entry, undone).undone_at = None
    account.version += 1
    context = {"deed": refused[-1].deed, "problem": refusal.problem}
    send_mail("billing/refused", to=account.customer, context=context, at=at, key=f"refused:{refused[0].id}")


def end_payment(account: BillingAccount, payment: InvoicePayment, bill: Bill, outcome: Paid, reason: str, *, at: datetime) -> None:
    """It was paid, or not: the history says so, the subscription is looked at, and whoever does not look gets a mail."""
    invoice = learn_bill(account, bill, at=at)
    payment.end(outcome, reason=reason, at=at)
    account.looks += 1
    if outcome in (Paid.PAID, Paid.REFUSED):
        by = Actor(customer_id=account.customer_id, staff_id=payment.staff_id, impersonation_id=payment.impersonation_id)
        facts = {"invoice": invoice.id, "amount": invoice.due, "currency": invoice.currency, "card": payment.card.id, "reason": reason}
        timeline.note(account, "paid" if outcome is Paid.PAID else "not paid", by=by, at=at, facts=facts)
        if not _is_looking(payment, at=at):
            card = {"brand": payment.card.brand, "last4": payment.card.last4}
            context = {**facts, **card, "words": invoice.words, "can_approve": bool(invoice.page_url)}
            template = "billing/paid" if outcome is Paid.PAID else "billing/not_paid"
            with _named(payment.staff_id):
                send_mail(template, to=account.customer, context=context, at=at, key=f"payment:{payment.id}")
    outbox.want_sync(account, at=at)
    if invoice.subscription_ref:
        tell(invoice.subscription_ref, at)


def learn_refund(account: BillingAccount, refund: Refund, there: RefundThere, *, at: datetime) -> None:
    """It is on its way, it failed, or the bank's number is there: what is news is told, also to somebody who is not looking."""
    attempt = db.session.get_one(Attempt, refund.attempt_id)
    counted, was_done = refund.counts, refund.done_at is not None
    refund.learn(there, at=at)
    attempt.refunded = there.refunded
    facts = {"refund": refund.id, "amount": refund.amount, "currency": refund.currency, "why": refund.why}
    context = {**facts, "invoice": attempt.invoice_id, "brand": attempt.brand, "last4": attempt.last4}
    if not was_done and not refund.is_news(at=at):
        return
    if refund.counts and not was_done:
        timeline.note(
            account, "refunded", by=timeline.PROVIDER if refund.why is Why.SHOP else _for(account, refund.staff_id), at=at, facts=facts
        )
        with _named(refund.staff_id):
            send_mail("billing/refunded", to=account.customer, context=context, at=at, key=f"refund:{refund.id}")
    elif counted and not refund.counts:
        log.error("Refund %s of %s %s: %s", refund.provider_ref, account.provider_ref, refund.status, refund.failure)
        timeline.note(account, "refund failed", by=timeline.PROVIDER, at=at, facts=facts)
        if refund.why not in TOLD_ABOVE:
            send_mail("billing/refund_failed", to=account.customer, context=context, at=at, key=f"refund failed:{refund.id}")
        tell_that_it_failed(refund, at=at)


def learn_refunds_made_there(account: BillingAccount, attempt: Attempt, there: Sequence[RefundThere], *, at: datetime) -> None:
    """Those that we never asked for: somebody at the shop gave the money back at the provider."""
    known = {name for refund in attempt.refunds for name in (refund.provider_ref, refund.key)}
    currency = db.session.get_one(Invoice, attempt.invoice_id).currency
    for one in there:
        if one.ref not in known and one.key not in known:
            attempt.refunds.append(refund := Refund.made_there(one, account.id, attempt, currency))
            db.session.flush()
            learn_refund(account, refund, one, at=at)
    attempt.refunded = there[-1].refunded if there else attempt.refunded


def refuse_refund(account: BillingAccount, refund: Refund, reason: str, *, at: datetime) -> None:
    """The provider will never do it: somebody at the shop has to look."""
    log.error("Refund %s of %s was refused: %s", refund.key, account.provider_ref, reason)
    refund.refuse(reason, at=at)
    tell_that_it_failed(refund, at=at)
    outbox.want_sync(account, at=at)


def learn_credit(account: BillingAccount, credit: StoreCredit, there: CreditThere, *, at: datetime) -> None:
    credit.provider_ref, credit.done_at = there.ref, at
    facts = {"credit": credit.id, "amount": credit.amount, "currency": credit.currency, "why": credit.why}
    timeline.note(account, "credited", by=_for(account, credit.staff_id), at=at, facts=facts)
    with _named(credit.staff_id):
        send_mail("billing/credited", to=account.customer, context=facts, at=at, key=f"credit:{credit.id}")
    outbox.want_sync(account, at=at)


def refuse_credit(account: BillingAccount, credit: StoreCredit, reason: str, *, at: datetime) -> None:
    log.error("Credit %s for %s was refused: %s", credit.key, account.provider_ref, reason)
    credit.refuse(reason, at=at)
    tell_that_it_failed(credit, at=at)


def _for(account: BillingAccount, staff_id: int | None) -> Actor:
    return Actor(customer_id=account.customer_id, staff_id=staff_id) if staff_id else timeline.SCHEDULE


def _named(staff_id: int | None) -> AbstractContextManager[None]:
    """Mails that come of what staff did for a customer say so."""
    return helped_by(helper(staff_id, None))


def _is_looking(payment: InvoicePayment, *, at: datetime) -> bool:
    """Whether the customer has the page open that says how it went, as far as we can tell."""
    if payment.staff_id:
        return False
    if payment.setup_id is None:
        return at < payment.asked_at + LOOKS_FOR
    looked_at = db.session.get_one(CardSetup, payment.setup_id).looked_at
    return looked_at is not None and at < looked_at + LOOKS_FOR


def _shipping(stands: AccountStanding) -> dict[str, str] | None:
    return dict(vars(stands.ship_to)) if stands.ship_to else None
