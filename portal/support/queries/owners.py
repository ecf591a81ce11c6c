"""Whose something is: what belongs to one person alone, or to nobody yet."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, literal, select, union

from portal.accounts.models import Customer
from portal.billing.models import Attempt, BillingAccount, Card, CardSetup, CreditDebit, Invoice, PagePayment, Refund, StoreCredit
from portal.kit.db import db
from portal.kit.folding import folded
from portal.orders import shipment_of
from portal.orders.models import Order, Shipment
from portal.orders.queries import numbers_like
from portal.payments.models import ProviderName, ReceivedEvent
from portal.returns import withdrawal_of
from portal.returns.models import Claim, Return, ReturnParcel, Withdrawal
from portal.subscriptions.models import Cancellation, OutsideSubscription, Subscription
from portal.support.pasted import AT_THE_PROVIDER, Pasted, references, spellings
from portal.tasks.models import StaffTask

MOST_OF_NOBODY = 20


@dataclass(frozen=True)
class Thing:
    """What has a name of its own."""

    kind: str
    """order, return, claim or withdrawal; empty for what is only somebody's."""
    name: str
    task_id: int | None = None
    """Where a withdrawal of nobody's is carried out."""


@dataclass(frozen=True)
class Owned:
    customer_ids: list[int]
    """Whose it is, each once."""
    theirs: list[Thing]
    nobodys: list[Thing]

    @property
    def order(self) -> str | None:
        """The number of the one order that was meant, or whose parcel was."""
        orders = [thing.name for thing in self.theirs if thing.kind == "order"]
        return orders[0] if len(orders) == 1 else None


def named(pasted: Pasted) -> Owned:
    """By the whole name; of a link, by each part of it that may be one."""
    names = {name for given in pasted.names for name in spellings(given)}
    selects = list(_with_name(names))
    if pasted.customer_id:
        selects.append(_of(Customer.id).where(Customer.id == pasted.customer_id))
    for sealed in pasted.seals:
        if shipment_id := shipment_of(sealed):
            selects.append(_of(Order.customer_id, "order", Order.number).join(Shipment).where(Shipment.id == shipment_id))
        if reference := withdrawal_of(sealed):
            selects.append(_of(Withdrawal.customer_id, "withdrawal", Withdrawal.reference).where(Withdrawal.reference == reference))
    return _read(selects)


def guessed(pasted: Pasted) -> Owned:
    """By what may be a number in it, also one that was told only in part."""
    names = numbers_like(pasted.within).union(pasted.within, *(references(word) for word in pasted.within))
    return _read([*_with_mail(pasted.mails), *_with_number(names)])


def came_with(addresses: Collection[str]) -> list[Thing]:
    """What was told with one of these addresses of mail, and is nobody's: nobody has proven yet that it is theirs."""
    orders = _of(Order.customer_id, "order", Order.number).where(Order.email.in_(addresses), Order.customer_id.is_(None))
    withdrawn = _of(Withdrawal.customer_id, "withdrawal", Withdrawal.reference)
    withdrawn = withdrawn.where(Withdrawal.email.in_(addresses), Withdrawal.customer_id.is_(None))
    found = [Thing(kind, name) for query in (orders, withdrawn) for _, kind, name in db.session.execute(query.limit(MOST_OF_NOBODY))]
    return _with_tasks(found)


def _with_name(names: set[str]) -> Iterator[Select[Any]]:
    """Each a stretch of an index of its own: one question of several sides would walk through all rows."""
    yield from _with_mail([name for name in names if "@" in name])
    if refs := [name for name in names if AT_THE_PROVIDER.fullmatch(name)]:
        of_account, mine = _of(BillingAccount.customer_id), BillingAccount.id
        yield of_account.where(BillingAccount.provider_ref.in_(refs))
        for kind in Subscription, OutsideSubscription:
            yield _of(kind.customer_id).where(kind.provider_ref.in_(refs))
        for part in Card, Invoice, Refund, CreditDebit, StoreCredit:
            yield of_account.join(part, part.account_id == mine).where(part.provider_ref.in_(refs))
        for page in CardSetup, PagePayment:
            yield of_account.join(page, page.account_id == mine).where(page.page_ref.in_(refs))
        attempts = of_account.join(Invoice, Invoice.account_id == mine).join(Attempt, Attempt.invoice_id == Invoice.id)
        yield attempts.where(Attempt.provider_ref.in_(refs))
        yield of_account.join(ProviderName, ProviderName.customer_ref == BillingAccount.provider_ref).where(ProviderName.name.in_(refs))
        told = of_account.join(ReceivedEvent, ReceivedEvent.customer_ref == BillingAccount.provider_ref).where(ReceivedEvent.is_ours)
        yield told.where(ReceivedEvent.event_id.in_(refs))
        yield told.where(ReceivedEvent.about.in_(refs))
        yield from _paid_by(refs)
    yield from _with_number(names)


def _with_mail(mails: Collection[str]) -> Iterator[Select[Any]]:
    """Also with a dot on a capital I, as a Turkish keyboard makes it."""
    if mails:
        yield _of(Customer.id).where(Customer.email.in_({*mails, *map(folded, mails)}))


def _paid_by(refs: list[str]) -> Iterator[Select[Any]]:
    """The order that an invoice or a payment is for, or one of which money went back."""
    an_order = _of(Order.customer_id, "order", Order.number)
    yield an_order.where(Order.source_ref.in_(refs))
    yield an_order.join(ProviderName, ProviderName.invoice_ref == Order.source_ref).where(ProviderName.name.in_(refs))
    charged = an_order.join(Invoice, Invoice.provider_ref == Order.source_ref).join(Attempt, Attempt.invoice_id == Invoice.id)
    yield charged.where(Attempt.provider_ref.in_(refs))
    yield charged.join(Refund, Refund.attempt_id == Attempt.id).where(Refund.provider_ref.in_(refs))


def _with_number(names: set[str]) -> Iterator[Select[Any]]:
    an_order, a_return = _of(Order.customer_id, "order", Order.number), _of(Return.customer_id, "return", Return.rma)
    yield an_order.where(Order.number.in_(names))
    billed = _of(BillingAccount.customer_id).join(Invoice, Invoice.account_id == BillingAccount.id)
    yield billed.where(Invoice.number.in_(names))
    yield an_order.join(Invoice, Invoice.provider_ref == Order.source_ref).where(Invoice.number.in_(names))
    yield a_return.where(Return.rma.in_(names))
    yield _of(Claim.customer_id, "claim", Claim.reference).where(Claim.reference.in_(names))
    yield _of(Withdrawal.customer_id, "withdrawal", Withdrawal.reference).where(Withdrawal.reference.in_(names))
    cancelled = _of(Subscription.customer_id).join(Cancellation, Cancellation.subscription_id == Subscription.id)
    yield cancelled.where(Cancellation.reference.in_(names))
    yield an_order.join(Shipment, Shipment.order_id == Order.id).where(Shipment.tracking_number.in_(names))
    yield a_return.join(ReturnParcel, ReturnParcel.return_id == Return.id).where(ReturnParcel.tracking_number.in_(names))


def _of(customer_id: Any, kind: str = "", name: Any = None) -> Select[Any]:
    return select(customer_id, literal(kind), literal("") if name is None else name)


def _read(selects: Collection[Select[Any]]) -> Owned:
    rows = db.session.execute(union(*selects)).all() if selects else []
    nobodys = [Thing(kind, name) for customer_id, kind, name in rows if not customer_id]
    theirs = [Thing(kind, name) for customer_id, kind, name in rows if customer_id and kind]
    return Owned(sorted({customer_id for customer_id, _, _ in rows if customer_id}), theirs, _with_tasks(nobodys))


def _with_tasks(things: list[Thing]) -> list[Thing]:
    """Withdrawals have no page of their own: the task about each is where it stands."""
    names = [thing.name for thing in things if thing.kind == "withdrawal"]
    if not names:
        return things
    ids = dict(db.session.execute(select(Withdrawal.id, Withdrawal.reference).where(Withdrawal.reference.in_(names))).all())
    about = {f"{Withdrawal.__tablename__}:{row_id}": name for row_id, name in ids.items()}
    tasks = db.session.execute(select(StaffTask.subject, StaffTask.id).where(StaffTask.subject.in_(about)).order_by(StaffTask.id))
    of_name = {about[subject]: task_id for subject, task_id in tasks}
    return [Thing(thing.kind, thing.name, of_name.get(thing.name)) for thing in things]
