"""What can be done with cards and open invoices. Called from an open transaction, with the account locked."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from logging import getLogger
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from portal import outbox, timeline
from portal.accounts.models import Customer
from portal.billing.models import Attempt, BillingAccount, Card, CardSetup, Invoice, InvoicePayment, Outcome, Refund, StoreCredit, Why
from portal.billing.models.invoices import must_be_payable
from portal.billing.queries import refused_cards
from portal.billing.refusals import CannotUndo, MoreThanPaid, NotTheirCurrency
from portal.billing.sales import tell_later
from portal.billing.use import is_used
from portal.kit.db import Model, db, insert
from portal.kit.shop import shop
from portal.payments import Bill, HostedPage, signed
from portal.timeline import Actor, ChangedSince, Deed, Entry

log = getLogger(__name__)
SETTLE = timedelta(seconds=2)
"""A choice waits so long before it is sent: one that is undone at once costs the provider nothing."""
GRACE = timedelta(minutes=1)
"""After a page has expired we look what became of it."""


def know_account(customer: Customer, ref: str, *, version: int = 0, bulk: bool = False, at: datetime) -> BillingAccount:
    """The account that the provider has under this name; one that is new to us is looked up.

    `version` is which change of ours it has already, from an earlier portal; `bulk` if nobody waits for it.
    """
    values = {"customer_id": customer.id, "provider_ref": ref, "currency": shop().currency, "balance": 0, "version": version}
    kept = insert(BillingAccount).values(values | {"confirmed_version": version, "looks": 0, "knows_names": False})
    new_id = db.session.scalar(kept.on_conflict_do_nothing(index_elements=["provider_ref"]).returning(BillingAccount.id))
    account = db.session.scalars(select(BillingAccount).where(BillingAccount.provider_ref == ref)).one()
    if new_id is not None:
        outbox.want_sync(account, at=at, bulk=bulk)
    elif account.customer_id != customer.id:
        log.error("%s belongs to customer %s here, and to %s by a subscription.", ref, account.customer_id, customer.id)
    return account


def begin_card_setup(account: BillingAccount, *, for_everything: bool, replaces: Card | None = None, by: Actor, at: datetime) -> CardSetup:
    """Have a page on which a card is given. Who taps twice, or has two tabs, gets the same one. Raises NotThere."""
    account.must_be_there()
    replaces_id = replaces.id if replaces else None
    for known in db.session.scalars(CardSetup.open_of(account.id)):
        if known.is_same_as(for_everything=for_everything, replaces_id=replaces_id, at=at):
            return known
    setup = CardSetup(account_id=account.id, for_everything=for_everything, replaces_id=replaces_id, staff_id=by.staff_id, asked_at=at)
    db.session.add(setup)
    db.session.flush()
    outbox.want_sync(setup, at=setup.expires_at + GRACE)
    return setup


def note_page(setup: CardSetup, page: HostedPage) -> None:
    if setup.page_ref is None:
        setup.opened(page)


def come_back(setup: CardSetup, *, at: datetime) -> None:
    """From the provider's page, with or without a card. What came of it, the provider is asked, and nothing is decided."""
    if setup.came_back(at=at):
        outbox.want_sync(setup, at=at)


def leave_page(setup: CardSetup, *, at: datetime) -> None:
    """Give no card there: the page is closed, unless one was given in this very moment. Who taps twice closes it once."""
    if setup.leave(at=at):
        outbox.want_sync(setup, at=at)


def take_card(account: BillingAccount, setup: CardSetup, card: Card, *, at: datetime) -> None:
    """The card that was given on the page is there: it takes over what it was given for."""
    replaced = next((one for one in account.usable if one.id == setup.replaces_id and one is not card), None)
    takes_over = setup.for_everything or account.default is None or (replaced is not None and replaced is account.default)
    by = _actor(account, setup.staff_id)
    facts = {"card": card.id, "default": takes_over, "replaced": replaced.id if replaced else None}
    with _change(account, "card added", by=by, at=at, facts=facts, touching=[card, *([replaced] if replaced else [])]):
        if takes_over:
            account.default_ref = card.provider_ref
        if replaced:
            account.remove(replaced, is_used=False, at=at)
    setup.close(Outcome.ADDED, card=card, at=at)
    if setup.for_everything:
        for invoice in db.session.scalars(Invoice.owed_by(account.id)).all():
            if invoice.is_collected:
                _want_payment(invoice, card, setup=setup, by=by, at=at)


def make_default(account: BillingAccount, card: Card, *, by: Actor, at: datetime) -> Entry:
    with _change(account, "card chosen", by=by, at=at, facts={"card": card.id}) as doing:
        account.choose(card)
    return doing.done


def remove_card(account: BillingAccount, card: Card, *, by: Actor, at: datetime) -> Entry:
    """For good. Raises LastCard."""
    with _change(account, "card removed", by=by, at=at, facts={"card": card.id}, touching=[card]) as doing:
        account.remove(card, is_used=is_used(account), refused=refused_cards(account.id), at=at)
        doing.facts["then"] = account.default.id if account.default else None
    return doing.done


def undo(entry: Entry, account: BillingAccount, *, by: Actor, at: datetime) -> Entry:
    """Only a choice can be undone, as long as nothing else was chosen since and the card before it is still there."""
    if entry.deed != "card chosen" or entry.refused_at:
        raise CannotUndo(_("This can’t be undone."))
    if entry.undone_at:
        raise CannotUndo(_("This was undone already."))
    with _change(account, "undone", by=by, at=at, facts={**entry.facts, "entry": entry.id}) as doing:
        try:
            timeline.put_back(entry, rows_of(account))
        except ChangedSince as changed:
            raise CannotUndo(_("This can’t be undone: another card was chosen since.")) from changed
        if account.default_ref and account.default is None:
            raise CannotUndo(_("This can’t be undone: the card from before is not there any more."))
    entry.undone_at = at
    return doing.done


def pay_invoice(invoice: Invoice, card: Card, *, by: Actor, at: datetime) -> InvoicePayment:
    """Charge it to this card now. Who taps twice pays once."""
    must_be_payable(invoice.status)
    return _want_payment(invoice, card, setup=None, by=by, at=at)


def learn_bill(account: BillingAccount, bill: Bill, *, at: datetime) -> Invoice:
    """Take over an invoice as the provider shows it."""
    invoice = db.session.scalars(select(Invoice).where(Invoice.provider_ref == bill.ref)).one_or_none()
    if bill.sale and bill.status == "paid" and (invoice is None or invoice.status != bill.status):
        tell_later(bill, at=at)
    if invoice is None:
        db.session.add(invoice := Invoice.seen(bill, account.id))
    else:
        invoice.learn(bill)
    return invoice


def give_back(account: BillingAccount, bill: Bill, amount: int, *, because: str, why: Why, at: datetime) -> None:
    """So much of an invoice goes back by itself, in its minor units: first what the card paid, then what the customer's credit did."""
    invoice = learn_bill(account, bill, at=at)
    db.session.flush()
    give_back_of(account, invoice, amount, because=because, why=why, by=timeline.SCHEDULE, at=at)


def give_back_of(account: BillingAccount, invoice: Invoice, amount: int, *, because: str, why: Why, by: Actor, at: datetime) -> int:
    """The same of an invoice that is known, once for each `because`. Answers what is left, which neither a card nor credit has paid."""
    for attempt in invoice.attempts:
        if amount and (part := min(amount, attempt.left)):
            refund(account, attempt, part, because=f"{because}, payment {attempt.id}", why=why, by=by, at=at)
            amount -= part
    if amount and (part := min(amount, invoice.credit_left)):
        give_credit_back(account, invoice, part, because=because, why=why, by=by, at=at)
        amount -= part
    return amount


def give_credit_back(
    account: BillingAccount, invoice: Invoice, amount: int, *, because: str, why: Why, by: Actor, at: datetime
) -> StoreCredit:
    """So much of what the customer's credit had paid of an invoice; for the same thing once. Raises MoreThanPaid."""
    if known := db.session.scalars(StoreCredit.because_of(because)).one_or_none():
        return known
    if amount > invoice.credit_left:
        raise MoreThanPaid(_("Only what was paid, and has not gone back yet, can be refunded."))
    words = f"Back from invoice {invoice.number or invoice.provider_ref}"
    credit = give_credit(account, amount, currency=invoice.currency, because=because, why=why, words=words, by=by, at=at)
    invoice.given_back.append(credit)
    return credit


def refund(account: BillingAccount, attempt: Attempt, amount: int, *, because: str, why: Why, by: Actor, at: datetime) -> Refund:
    """Give back so much of a payment, in minor units of its currency; for the same thing once. Raises MoreThanPaid."""
    if known := db.session.scalars(Refund.because_of(because)).one_or_none():
        return known
    attempt.must_have_left(amount)
    invoice = db.session.get_one(Invoice, attempt.invoice_id)
    refund = Refund(
        account_id=account.id,
        attempt_id=attempt.id,
        because=because,
        why=why,
        amount=amount,
        currency=invoice.currency,
        staff_id=by.staff_id,
        body=signed({"charge_ref": attempt.provider_ref, "amount": amount}, by.told(account.customer_id)),
        asked_at=at,
    )
    attempt.refunds.append(refund)
    db.session.flush()
    outbox.want_sync(refund, at=at)
    return refund


def give_credit(
    account: BillingAccount, amount: int, *, currency: str, because: str, why: Why, words: str, by: Actor, at: datetime
) -> StoreCredit:
    """So much is theirs for the next charges, in minor units; for the same thing once. `words` are for whoever looks at the provider's
    pages. Raises NotTheirCurrency, and ValueError for nothing or less."""
    if known := db.session.scalars(StoreCredit.because_of(because)).one_or_none():
        return known
    if amount < 1:
        raise ValueError(f"{amount} is no credit.")
    if currency != account.currency:
        raise NotTheirCurrency(_("Credit can only be given in %(currency)s here.", currency=account.currency))
    body = {"customer_ref": account.provider_ref, "amount": amount, "currency": currency, "words": words}
    credit = StoreCredit(
        account_id=account.id,
        because=because,
        why=why,
        amount=amount,
        currency=currency,
        staff_id=by.staff_id,
        body=signed(body, by.told(account.customer_id)),
        asked_at=at,
    )
    db.session.add(credit)
    db.session.flush()
    outbox.want_sync(credit, at=at)
    return credit


def rows_of(account: BillingAccount) -> dict[str, Model]:
    return {timeline.key(row): row for row in (account, *account.cards)}


def _want_payment(invoice: Invoice, card: Card, *, setup: CardSetup | None, by: Actor, at: datetime) -> InvoicePayment:
    if known := db.session.scalars(InvoicePayment.under_way(invoice.id)).first():
        return known
    payment = InvoicePayment.of(invoice, card, setup_id=setup.id if setup else None, by=by, at=at)
    db.session.add(payment)
    db.session.flush()
    outbox.want_sync(payment, at=at)
    return payment


@contextmanager
def _change(
    account: BillingAccount, deed: str, *, by: Actor, at: datetime, facts: dict[str, Any], touching: list[Card] | None = None
) -> Iterator[Deed]:
    """What goes with each change: it stands in the history, it has a number, and the provider is told."""
    version = account.version + 1
    with timeline.deed(account, deed, by=by, at=at, touching=touching or [], version=lambda: version, facts=facts) as doing:
        yield doing
    if doing.entry:
        account.version = version
        db.session.flush()
        outbox.want_sync(account, at=at + SETTLE)
    elif deed == "card added":  # nothing of ours changed, and still it has to be told
        timeline.note(account, deed, by=by, at=at, facts=doing.facts)


def _actor(account: BillingAccount, staff_id: int | None) -> Actor:
    return Actor(customer_id=account.customer_id, staff_id=staff_id)
