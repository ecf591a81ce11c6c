"""How things stand with one customer: everything that the desk shows of them on one page."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select

from portal.accounts.models import Customer
from portal.accounts.queries import default_address
from portal.billing import queries as billing
from portal.billing.models import BillingAccount
from portal.billing.queries import Done as BillingDone
from portal.billing.queries import ShownAccount, ShownInvoice
from portal.kit.db import db
from portal.operations import queries as operations
from portal.operations.queries import Failing
from portal.orders.models import Order
from portal.orders.queries import is_unclaimed
from portal.returns.queries.claims import ShownClaim, open_claims
from portal.subscriptions import queries as subscriptions
from portal.subscriptions.models import Subscription
from portal.subscriptions.queries import Done, ShownDelivery, ShownSubscription
from portal.support.queries.bought import Bought, bought_by
from portal.tasks.queries import WaitingTask, waiting_for

DEEDS = 20


@dataclass(frozen=True)
class Deed:
    """One line of all that was done, whatever it was done to."""

    about: str
    """Which subscription; empty for cards and payments."""
    done: Done | BillingDone


@dataclass(frozen=True)
class Spent:
    currency: str
    orders: int
    total: int
    """In minor units of it."""
    since: datetime
    """When the first was placed."""


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    email: str
    phone: str
    place: str
    """Where their parcels go, in a line."""
    locale: str | None
    time_zone: str | None
    email_verified_at: datetime | None
    spent: list[Spent]
    """In each currency, the one with most orders first."""
    not_shown: int
    """Orders that came for their address and that they do not see, for they have not confirmed it."""
    next: ShownDelivery | None
    subscriptions: list[ShownSubscription]
    refs: dict[int, str]
    """What the provider calls each of them."""
    accounts: list[ShownAccount]
    account_refs: list[str]
    meant: str | None
    """The number of the order of theirs that somebody looked for."""
    owed: list[ShownInvoice]
    """Tried, refused, and not paid since. Oldest first."""
    bought: Bought
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


def person(customer: Customer, *, at: datetime, older_than: str | None = None, order: str | None = None) -> Person | None:
    """None if they have no order of the number that the page of older ones should come after."""
    bought = bought_by(customer, older_than, at=at)
    if bought is None:
        return None
    shown, accounts = subscriptions.subscriptions(customer.id), billing.accounts(customer.id)
    refs = select(Subscription.id, Subscription.provider_ref).where(Subscription.customer_id == customer.id)
    account_refs = select(BillingAccount.provider_ref).where(BillingAccount.customer_id == customer.id).order_by(BillingAccount.id)
    home = default_address(customer.id)
    meant = db.session.scalar(select(Order.number).where(Order.customer_id == customer.id, Order.number == order)) if order else None
    return Person(
        id=customer.id,
        name=customer.name,
        email=customer.email,
        phone=home.phone if home else "",
        place=", ".join([*home.place, home.country]) if home else "",
        locale=customer.locale,
        time_zone=customer.time_zone,
        email_verified_at=customer.email_verified_at,
        spent=_spent(customer.id),
        not_shown=db.session.scalar(select(func.count()).select_from(Order).where(is_unclaimed(customer.email))) or 0,
        next=next(iter(subscriptions.coming(customer.id, limit=1)), None),
        subscriptions=shown,
        refs=dict(db.session.execute(refs).all()),
        accounts=accounts,
        account_refs=list(db.session.scalars(account_refs)),
        meant=meant,
        owed=billing.open_invoices(customer.id),
        bought=bought,
        deeds=_deeds(customer.id, shown, accounts),
        failing=operations.failing_of(customer.id),
        tasks=waiting_for(customer.id, at=at),
        claims=open_claims(customer.id),
    )


def _spent(customer_id: int) -> list[Spent]:
    many = func.count()
    theirs = select(Order.currency, many, func.sum(Order.total), func.min(Order.placed_at)).where(Order.customer_id == customer_id)
    rows = db.session.execute(theirs.group_by(Order.currency).order_by(many.desc(), Order.currency))
    return [Spent(currency, count, int(total), since) for currency, count, total, since in rows]


def _deeds(customer_id: int, shown: list[ShownSubscription], accounts: list[ShownAccount]) -> list[Deed]:
    """Nothing of it can be undone from here."""
    deeds = [Deed(one.name, done) for one, done in subscriptions.histories(shown, DEEDS)]
    deeds += [Deed("", replace(done, can_undo=False)) for done in billing.history(customer_id, accounts, DEEDS)]
    return sorted(deeds, key=lambda deed: (deed.done.at, deed.done.id), reverse=True)[:DEEDS]
