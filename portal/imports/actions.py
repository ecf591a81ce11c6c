"""Takes over what the provider's lists tell, a page in a transaction; each look at the thing itself is left to the syncs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.accounts import address as address_in
from portal.accounts.actions import know_customer
from portal.accounts.models import Customer
from portal.billing.actions import know_account
from portal.billing.models import BillingAccount
from portal.catalog.actions import know_price, know_product
from portal.imports.models import Kind, Reading
from portal.kit.db import db, insert
from portal.payments import CustomerThere, Page, PriceThere, ProductThere, SubscriptionThere
from portal.subscriptions.actions import is_known, take_in

Anything = ProductThere | PriceThere | CustomerThere | SubscriptionThere


class Overtaken(Exception):
    """Another import has read on meanwhile."""


@dataclass(frozen=True)
class LeftOut:
    """Not taken over, and why."""

    ref: str
    why: str


def readings(*, at: datetime) -> list[Reading]:
    """How far each list has been read. Where all were read to their end, it all begins anew."""
    for kind in Kind:  # two imports may begin at the same moment
        db.session.execute(insert(Reading).values(kind=kind, begun_at=at).on_conflict_do_nothing(index_elements=["kind"]))
    known = {reading.kind: reading for reading in db.session.scalars(select(Reading).order_by(Reading.id).with_for_update())}
    if all(reading.done_at for reading in known.values()):
        for reading in known.values():
            reading.begin(at=at)
    return [known[kind] for kind in Kind]


def take_over(kind: Kind, read_after: str | None, page: Page[Anything], *, offer: bool, at: datetime) -> list[LeftOut]:
    """A page that begins where we were. Returns what was left out. Raises Overtaken."""
    reading = db.session.scalars(select(Reading).where(Reading.kind == kind).with_for_update()).one()
    if reading.after != read_after or reading.done_at:
        raise Overtaken(kind)
    left_out: list[LeftOut] = []
    for thing in page.things:
        found = _take(thing, offer=offer, at=at)
        if isinstance(found, LeftOut):
            left_out.append(found)
        elif found:
            reading.new += 1
        else:
            reading.known += 1
    reading.left_out += len(left_out)
    reading.go_on(page.after, at=at)
    return left_out


def take_news(there: SubscriptionThere, customer: CustomerThere | None, *, at: datetime) -> None:
    """One that nobody imported. It is taken in if we know who pays, or if the address there is one that somebody has proved here.

    One with a change of ours was made by us: its own sync is about to learn of it, or this database is an old one.
    """
    if is_known(there.ref) or there.never_began or there.version:
        return
    account = _account(there.customer_ref)
    if account is None and customer and (email := address_in(customer.email)):
        proved = select(Customer).where(Customer.email == email, Customer.email_verified_at.is_not(None))
        if whose := db.session.scalars(proved).one_or_none():
            account = know_account(whose, there.customer_ref, version=customer.version, bulk=True, at=at)
    if account:
        take_in(there, account.customer, at=at)


def begin_anew(kind: Kind, *, at: datetime) -> None:
    """What we had read last is not there any more, so that nobody can say what comes after it."""
    db.session.scalars(select(Reading).where(Reading.kind == kind).with_for_update()).one().begin(at=at)


def _take(thing: Anything, *, offer: bool, at: datetime) -> bool | LeftOut:
    """Whether it is new."""
    if isinstance(thing, ProductThere):
        return know_product(thing.ref, thing.name)
    if isinstance(thing, PriceThere):
        is_new = know_price(thing, offer=offer)
        return LeftOut(thing.ref, f"its product {thing.product_ref} was made since the products were read") if is_new is None else is_new
    if isinstance(thing, CustomerThere):
        return _take_customer(thing, at=at)
    return _take_subscription(thing, at=at)


def _take_customer(there: CustomerThere, *, at: datetime) -> bool | LeftOut:
    """Whose they are, only their address says; whoever signs in with it sees them, and nobody before."""
    if _account(there.ref):
        return False
    if (email := address_in(there.email)) is None:
        return LeftOut(there.ref, f"{there.email!r} is no e-mail address" if there.email else "there is no e-mail address")
    know_account(know_customer(email, there.name), there.ref, version=there.version, bulk=True, at=at)
    return True


def _take_subscription(there: SubscriptionThere, *, at: datetime) -> bool | LeftOut:
    if is_known(there.ref):
        return False
    if there.never_began:
        return LeftOut(there.ref, "it was never paid, and so never began")
    if (account := _account(there.customer_ref)) is None:
        return LeftOut(there.ref, f"its customer {there.customer_ref} is not here")
    take_in(there, account.customer, at=at)
    return True


def _account(ref: str) -> BillingAccount | None:
    return db.session.scalars(select(BillingAccount).where(BillingAccount.provider_ref == ref)).one_or_none()
