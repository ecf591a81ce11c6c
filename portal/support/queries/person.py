"""How things stand with one customer: everything that the desk shows of them on one page."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import select

from portal.accounts.models import Customer
from portal.billing import queries as billing
from portal.billing.models import BillingAccount
from portal.billing.queries import Done as BillingDone
from portal.billing.queries import ShownAccount
from portal.kit.db import db
from portal.operations import queries as operations
from portal.operations.queries import Failing
from portal.orders import queries as orders
from portal.orders.queries import OrderInList
from portal.returns.queries.claims import ShownClaim, open_claims
from portal.returns.queries.desk_heads import ReturnOf, returns_of
from portal.subscriptions import queries as subscriptions
from portal.subscriptions.models import Subscription
from portal.subscriptions.queries import Done, ShownDelivery, ShownSubscription
from portal.tasks.queries import WaitingTask, waiting_for

ORDERS, DEEDS = 10, 15


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
    returns: tuple[ReturnOf, ...]

    @property
    def is_waiting(self) -> bool:
        """Whether the provider still has to be told of something."""
        return any(one.is_waiting for one in self.subscriptions) or any(one.is_waiting for one in self.accounts)

    def failure_of(self, subscription_id: int) -> Failing | None:
        kind = Subscription.__tablename__
        return next((one for one in self.failing if (one.kind, one.subject_id) == (kind, subscription_id)), None)


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
        returns=returns_of(customer.id),
    )


def _deeds(customer_id: int, shown: list[ShownSubscription], accounts: list[ShownAccount], *, at: datetime) -> list[Deed]:
    """Nothing of it can be undone from here."""
    deeds = [Deed(one.name, replace(done, can_undo=False)) for one in shown for done in subscriptions.history(one, DEEDS, at=at)]
    deeds += [Deed("", replace(done, can_undo=False)) for done in billing.history(customer_id, accounts, DEEDS)]
    return sorted(deeds, key=lambda deed: (deed.done.at, deed.done.id), reverse=True)[:DEEDS]
