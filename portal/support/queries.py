"""Who is meant, and how things stand with them and with the desk."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, exists, func, or_, select

from portal.accounts.models import AuthenticatorApp, Customer, Passkey, Role, Session, Staff
from portal.billing import queries as billing
from portal.billing.models import BillingAccount, Card, Invoice
from portal.billing.queries import Done as BillingDone
from portal.billing.queries import ShownAccount
from portal.kit.db import db
from portal.operations import queries as operations
from portal.operations.queries import Failing
from portal.orders import queries as orders
from portal.orders.models import Order
from portal.orders.queries import OrderInList
from portal.returns.queries.claims import ShownClaim, open_claims
from portal.subscriptions import queries as subscriptions
from portal.subscriptions.models import Subscription
from portal.subscriptions.queries import Done, ShownDelivery, ShownSubscription
from portal.support.models import Look
from portal.tasks.queries import WaitingTask, waiting_for

MOST_HITS, ORDERS, DEEDS, LOOKS = 20, 10, 15, 100
SHORTEST_NAME = 2
"""Letters: fewer would show half of the shop's customers."""


@dataclass(frozen=True)
class Hit:
    id: int
    name: str
    email: str


@dataclass(frozen=True)
class Hits:
    people: list[Hit]
    is_exact: bool
    """Found by something that belongs to one person alone."""
    has_more: bool
    """Than are shown."""
    unclaimed: str | None
    """The number of an order that came with an address which nobody has verified: it is shown to nobody yet."""


@dataclass(frozen=True)
class Deed:
    """One line of all that was done, whatever it was done to."""

    about: str
    """Which subscription; empty for cards and payments."""
    done: Done | BillingDone


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    email: str
    locale: str | None
    time_zone: str | None
    email_verified_at: datetime | None
    next: ShownDelivery | None
    subscriptions: list[ShownSubscription]
    refs: dict[int, str]
    """What the provider calls each of them."""
    accounts: list[ShownAccount]
    account_refs: list[str]
    orders: tuple[OrderInList, ...]
    has_older_orders: bool
    deeds: list[Deed]
    """Newest first."""
    failing: list[Failing]
    tasks: list[WaitingTask]
    """What the shop's people have to do for them, the most urgent first."""
    claims: list[ShownClaim]
    """Those that are open, the most urgent first."""

    @property
    def is_waiting(self) -> bool:
        """Whether the provider still has to be told of something."""
        return any(one.is_waiting for one in self.subscriptions) or any(one.is_waiting for one in self.accounts)

    def failure_of(self, subscription_id: int) -> Failing | None:
        kind = Subscription.__tablename__
        return next((one for one in self.failing if (one.kind, one.subject_id) == (kind, subscription_id)), None)


@dataclass(frozen=True)
class Looked:
    at: datetime
    page: str
    staff: str
    customer_id: int
    email: str


@dataclass(frozen=True)
class Worker:
    name: str
    email: str
    role: Role
    is_shut_out: bool
    is_stopped: bool
    has_second_step: bool
    seen_at: datetime | None


def search(typed: str) -> Hits:
    """By what belongs to one person (whole address, number of an order, a name of the provider's), else by the beginning of a name."""
    if not typed:
        return Hits([], is_exact=False, has_more=False, unclaimed=None)
    if exact := _people(_belongs_to(typed)):
        return Hits(exact, is_exact=True, has_more=False, unclaimed=None)
    people = _people(_is_called(typed)) if len(typed) >= SHORTEST_NAME else []
    unclaimed = db.session.scalar(select(Order.number).where(Order.number == typed, Order.customer_id.is_(None)))
    return Hits(people[:MOST_HITS], is_exact=False, has_more=len(people) > MOST_HITS, unclaimed=unclaimed)


def person(customer: Customer, *, at: datetime) -> Person:
    shown, accounts = subscriptions.subscriptions(customer.id), billing.accounts(customer.id)
    page = orders.orders_page(customer.id, orders.Wanted(), ORDERS, at=at, zone=UTC)
    refs = select(Subscription.id, Subscription.provider_ref).where(Subscription.customer_id == customer.id)
    account_refs = select(BillingAccount.provider_ref).where(BillingAccount.customer_id == customer.id).order_by(BillingAccount.id)
    return Person(
        id=customer.id,
        name=customer.name,
        email=customer.email,
        locale=customer.locale,
        time_zone=customer.time_zone,
        email_verified_at=customer.email_verified_at,
        next=next(iter(subscriptions.coming(customer.id, limit=1)), None),
        subscriptions=shown,
        refs=dict(db.session.execute(refs).all()),
        accounts=accounts,
        account_refs=list(db.session.scalars(account_refs)),
        orders=page.orders if page else (),
        has_older_orders=bool(page and page.has_older),
        deeds=_deeds(customer.id, shown, accounts, at=at),
        failing=operations.failing_of(customer.id),
        tasks=waiting_for(customer.id),
        claims=open_claims(customer.id),
    )


def looks() -> list[Looked]:
    """Who looked at whom, newest first."""
    query = Look.newest(LOOKS).join(Staff, Staff.id == Look.staff_id).join(Customer, Customer.id == Look.customer_id)
    rows = db.session.execute(query.with_only_columns(Look.at, Look.page, Staff.name, Customer.id, Customer.email))
    return [Looked(*row) for row in rows]


def workers(*, at: datetime) -> list[Worker]:
    """Everybody who works here, and who did."""
    second = exists().where(AuthenticatorApp.staff_id == Staff.id) | exists().where(Passkey.staff_id == Staff.id)
    seen = select(func.max(Session.last_seen_at)).where(Session.staff_id == Staff.id).scalar_subquery()
    rows = db.session.execute(select(Staff, second, seen).order_by(Staff.disabled_at.is_not(None), Staff.name))
    return [Worker(one.name, one.email, one.role, one.is_shut_out, one.is_stopped, has, seen_at) for one, has, seen_at in rows]


def _belongs_to(typed: str) -> ColumnElement[bool]:
    accounts = select(BillingAccount.customer_id)
    return or_(
        Customer.email == typed.lower(),
        Customer.id.in_(select(Order.customer_id).where(Order.number == typed)),
        Customer.id.in_(accounts.where(BillingAccount.provider_ref == typed)),
        Customer.id.in_(select(Subscription.customer_id).where(Subscription.provider_ref == typed)),
        Customer.id.in_(accounts.join(Invoice, Invoice.account_id == BillingAccount.id).where(Invoice.provider_ref == typed)),
        Customer.id.in_(accounts.join(Card, Card.account_id == BillingAccount.id).where(Card.provider_ref == typed)),
    )


def _is_called(typed: str) -> ColumnElement[bool]:
    """By the beginning of any of their names, however it was typed. SQLite lowers the letters of English alone, so the usual ways to write
    a name are tried besides."""
    ways = {typed.lower(), typed.capitalize(), typed.title()}
    names = Customer.name, func.lower(Customer.name)
    first = [name.startswith(way, autoescape=True) for way in ways for name in names]
    later = [name.contains(f" {way}", autoescape=True) for way in ways for name in names]
    return or_(*first, *later)


def _people(which: ColumnElement[bool]) -> list[Hit]:
    found = select(Customer.id, Customer.name, Customer.email).where(which).order_by(Customer.name, Customer.id).limit(MOST_HITS + 1)
    return [Hit(*row) for row in db.session.execute(found)]


def _deeds(customer_id: int, shown: list[ShownSubscription], accounts: list[ShownAccount], *, at: datetime) -> list[Deed]:
    """Nothing of it can be undone from here."""
    deeds = [Deed(one.name, replace(done, can_undo=False)) for one in shown for done in subscriptions.history(one, DEEDS, at=at)]
    deeds += [Deed("", replace(done, can_undo=False)) for done in billing.history(customer_id, accounts, DEEDS)]
    return sorted(deeds, key=lambda deed: (deed.done.at, deed.done.id), reverse=True)[:DEEDS]
