"""What pages show of cards and invoices: a fixed number of selects, whatever the number of accounts, cards and invoices."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from portal.accounts.models import Staff
from portal.billing.models import Attempt, BillingAccount, Card, CardSetup, Invoice, InvoicePayment, Refund
from portal.billing.shown import Done as Done
from portal.billing.shown import ShownAccount as ShownAccount
from portal.billing.shown import ShownCard, ShownPayment, ShownRefund, ShownSetup, ShownTry
from portal.billing.shown import ShownInvoice as ShownInvoice
from portal.kit.db import db
from portal.payments import Result
from portal.timeline import Entry

SHOWN = 20
"""Invoices on a page."""
USABLE = and_(Card.removed_at.is_(None), Card.gone_at.is_(None))
IS_PAYING = exists().where(InvoicePayment.invoice_id == Invoice.id, InvoicePayment.done_at.is_(None))
IS_OWED = Invoice.is_owed()
IS_CHARGE = and_(or_(Invoice.total > 0, Invoice.words != ""), Invoice.status != "draft")
"""An invoice over nothing is the provider's way to begin a period, and names nothing that costs something; one that a discount made
nothing does. A draft may never be charged."""
NARROWED: dict[str, ColumnElement[bool]] = {"paid": Invoice.status == "paid", "open": IS_OWED}
_tried, _later, _of, _of_later = aliased(Attempt), aliased(Attempt), aliased(Invoice), aliased(Invoice)


def _try_of_card(attempt: type[Attempt], invoice: type[Invoice]) -> ColumnElement[bool]:
    """A try names the card by what stands on it; one from before it was given was another's."""
    is_its = and_(attempt.brand == Card.brand, attempt.last4 == Card.last4, attempt.tried_at >= Card.added_at)
    return and_(invoice.id == attempt.invoice_id, invoice.account_id == Card.account_id, is_its)


WAS_REFUSED = exists().where(
    _try_of_card(_tried, _of),
    _tried.result == Result.REFUSED,
    ~exists().where(_try_of_card(_later, _of_later), _later.tried_at > _tried.tried_at),
)
"""The bank refused it when it was charged last."""
CARD = (Card.id, Card.account_id, Card.brand, Card.last4, Card.exp_month, Card.exp_year)
IS_DEFAULT = and_(BillingAccount.default_ref.is_not(None), BillingAccount.default_ref == Card.provider_ref)


def accounts(customer_id: int) -> list[ShownAccount]:
    """All that the provider has under this customer's address, with their cards."""
    rows = db.session.execute(
        select(
            BillingAccount.id,
            BillingAccount.currency,
            BillingAccount.balance,
            BillingAccount.version,
            BillingAccount.confirmed_version,
            BillingAccount.learned_at,
            BillingAccount.gone_at,
        )
        .where(BillingAccount.customer_id == customer_id)
        .order_by(BillingAccount.id)
    ).all()
    cards = defaultdict(list)
    if rows:
        for card in cards_of(customer_id):
            cards[card.account_id].append(card)
    return [
        ShownAccount(
            id=row.id,
            currency=row.currency,
            balance=row.balance,
            is_waiting=row.version != row.confirmed_version or row.learned_at is None,
            is_known=row.learned_at is not None,
            is_gone=row.gone_at is not None,
            confirmed_version=row.confirmed_version,
            cards=cards[row.id],
        )
        for row in rows
    ]


def cards_of(customer_id: int) -> list[ShownCard]:
    """Those that can be charged: the default first, then the newest."""
    query = _cards().add_columns(WAS_REFUSED).where(BillingAccount.customer_id == customer_id, USABLE)
    return [ShownCard(*row) for row in db.session.execute(query.order_by(IS_DEFAULT.desc(), Card.added_at.desc(), Card.id.desc()))]


def card_that_pays(account_ref: str, named_ref: str | None, customer_id: int) -> ShownCard | None:
    """The card that a subscription names, if it is still there, else its account's default; both in the provider's words."""
    is_named = Card.provider_ref == named_ref
    query = _cards().add_columns(WAS_REFUSED).where(BillingAccount.customer_id == customer_id, USABLE, or_(is_named, IS_DEFAULT))
    of_account = query.where(BillingAccount.provider_ref == account_ref).order_by(is_named.desc()).limit(1)
    row = db.session.execute(of_account).one_or_none()
    return ShownCard(*row) if row else None


def refused_cards(account_id: int) -> set[int]:
    """The cards of an account that the bank refused when they were charged last."""
    return set(db.session.scalars(select(Card.id).where(Card.account_id == account_id, WAS_REFUSED)))


def open_invoices(customer_id: int) -> list[ShownInvoice]:
    """What is owed: tried, refused, and not paid since. Oldest first. The provider goes on trying those that are `is_collected`."""
    return _shown(_invoices(customer_id).where(IS_OWED, IS_CHARGE).order_by(Invoice.written_at, Invoice.id))


def invoices(customer_id: int, *, which: str = "", before: int | None = None) -> list[ShownInvoice]:
    """Newest first, one more than are shown, so that a page knows whether there are older ones. `before` is an invoice's id."""
    query = _invoices(customer_id).where(IS_CHARGE)
    if which in NARROWED:
        query = query.where(NARROWED[which])
    if before is not None:
        other = aliased(Invoice)
        last = select(other.written_at).where(other.id == before).scalar_subquery()
        query = query.where((Invoice.written_at < last) | ((Invoice.written_at == last) & (Invoice.id < before)))
    return _shown(query.order_by(Invoice.written_at.desc(), Invoice.id.desc()).limit(SHOWN + 1))


def invoice(invoice_id: int, customer_id: int) -> ShownInvoice | None:
    found = _shown(_invoices(customer_id).where(Invoice.id == invoice_id))
    return found[0] if found else None


def paid_in(year: int, customer_id: int) -> list[tuple[str, int]]:
    """By currency, what was paid in all for invoices of a year (UTC)."""
    whose = select(BillingAccount.id).where(BillingAccount.customer_id == customer_id)
    sums = select(Invoice.currency, func.sum(Invoice.paid)).where(Invoice.account_id.in_(whose), Invoice.status == "paid")
    of_year = sums.where(func.extract("year", Invoice.written_at) == year).group_by(Invoice.currency).order_by(Invoice.currency)
    return [(currency, int(amount)) for currency, amount in db.session.execute(of_year) if amount]


def setup(setup_id: int, customer_id: int) -> ShownSetup | None:
    query = (
        select(CardSetup, *CARD, IS_DEFAULT)
        .join(BillingAccount, BillingAccount.id == CardSetup.account_id)
        .outerjoin(Card, Card.id == CardSetup.card_id)
        .where(CardSetup.id == setup_id, BillingAccount.customer_id == customer_id)
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        return None
    found, card_id, account_id, brand, last4, month, year, is_default = row
    return ShownSetup(
        id=found.id,
        account_id=found.account_id,
        asked_at=found.asked_at,
        expires_at=found.expires_at,
        page_url=found.page_url,
        for_everything=found.for_everything,
        outcome=found.outcome,
        problem=found.problem,
        card=ShownCard(card_id, account_id, brand, last4, month, year, bool(is_default)) if found.card_id else None,
        payments=_payments(InvoicePayment.setup_id == found.id),
    )


def last_payment(invoice_id: int) -> ShownPayment | None:
    """Of an invoice that was found through its owner."""
    found = _payments(InvoicePayment.invoice_id == invoice_id)
    return found[-1] if found else None


def history(customer_id: int, shown: list[ShownAccount], limit: int) -> list[Done]:
    """Of all accounts of this customer, newest first."""
    confirmed = {f"billing_account:{account.id}": account.confirmed_version for account in shown}
    if not confirmed:
        return []
    query = select(Entry, Staff.name).outerjoin(Staff, Staff.id == Entry.staff_id).where(Entry.subject.in_(confirmed))
    rows = db.session.execute(query.order_by(Entry.id.desc()).limit(limit)).all()
    cards = _cards_named({entry.facts.get("card") for entry, _ in rows}, customer_id)
    newest: set[str] = set()
    done = []
    for entry, staff in rows:
        is_newest = entry.subject not in newest
        if entry.version is not None:
            newest.add(entry.subject)
        can_undo = is_newest and entry.deed == "card chosen" and entry.refused_at is None and entry.undone_at is None
        done.append(
            Done(
                id=entry.id,
                deed=entry.deed,
                at=entry.at,
                facts=entry.facts,
                card=cards.get(entry.facts.get("card")),
                staff=staff,
                system=entry.system,
                confirmed=None if entry.version is None or entry.refused_at else entry.version <= confirmed[entry.subject],
                is_refused=entry.refused_at is not None,
                is_undone=entry.undone_at is not None,
                can_undo=can_undo,
            )
        )
    return done


def refused_lately(shown: list[ShownAccount], *, since: datetime) -> str | None:
    """Why the provider refused the newest change (`Declined.problem`), if it did."""
    subjects = [f"billing_account:{account.id}" for account in shown]
    newest = select(func.max(Entry.id)).where(Entry.subject.in_(subjects), Entry.version.is_not(None)).scalar_subquery()
    entry = db.session.scalars(select(Entry).where(Entry.id == newest, Entry.refused_at > since)).one_or_none()
    return str((entry.personal or {}).get("problem", "other")) if entry else None


def _cards() -> Select[int, int, str, str, int | None, int | None, bool]:
    return select(*CARD, IS_DEFAULT).join(BillingAccount, BillingAccount.id == Card.account_id)


def _cards_named(ids: set[object], customer_id: int) -> dict[object, tuple[str, str]]:
    """Also those that are gone: the history still names them."""
    query = select(Card.id, Card.brand, Card.last4).join(BillingAccount, BillingAccount.id == Card.account_id)
    known = query.where(Card.id.in_([card_id for card_id in ids if card_id]), BillingAccount.customer_id == customer_id)
    return {card_id: (brand, last4) for card_id, brand, last4 in db.session.execute(known)}


def _invoices(customer_id: int) -> Select[Invoice, bool]:
    owner = BillingAccount.id == Invoice.account_id
    return select(Invoice, IS_PAYING).join(BillingAccount, owner).where(BillingAccount.customer_id == customer_id)


def _shown(query: Select[Invoice, bool]) -> list[ShownInvoice]:
    rows = db.session.execute(query).all()
    tries: dict[int, list[ShownTry]] = defaultdict(list)
    if rows:
        of_these = Attempt.invoice_id.in_([row[0].id for row in rows])
        given_back = defaultdict(list)
        for refund in db.session.scalars(select(Refund).join(Attempt).where(of_these).order_by(Refund.id)):
            shown = ShownRefund(refund.asked_at, refund.amount, refund.status, refund.reference, refund.counts)
            given_back[refund.attempt_id].append(shown)
        for one in db.session.scalars(select(Attempt).where(of_these).order_by(Attempt.tried_at, Attempt.id)):
            facts = (one.tried_at, one.amount, one.result, one.reason, one.brand, one.last4, one.receipt_url)
            tries[one.invoice_id].append(ShownTry(*facts, given_back[one.id]))
    return [
        ShownInvoice(
            id=found.id,
            account_id=found.account_id,
            number=found.number,
            written_at=found.written_at,
            words=found.words,
            total=found.total,
            due=found.due,
            currency=found.currency,
            status=found.status,
            was_tried=found.was_tried,
            is_collected=found.is_collected,
            next_try_at=found.next_try_at,
            subscription_ref=found.subscription_ref,
            page_url=found.page_url,
            is_paying=is_paying,
            tries=tries[found.id],
        )
        for found, is_paying in rows
    ]


def _payments(which: ColumnElement[bool]) -> list[ShownPayment]:
    query = (
        select(
            Invoice.id, Invoice.due, Invoice.currency, Invoice.words, InvoicePayment.outcome, InvoicePayment.reason,
            Card.brand, Card.last4, Invoice.page_url,
        )
        .join(Invoice, Invoice.id == InvoicePayment.invoice_id)
        .join(Card, Card.id == InvoicePayment.card_id)
        .where(which)
        .order_by(InvoicePayment.id)
    )  # fmt: skip
    return [
        ShownPayment(invoice_id, due, currency, words, outcome, reason, brand, last4, page_url)
        for invoice_id, due, currency, words, outcome, reason, brand, last4, page_url in db.session.execute(query)
    ]
