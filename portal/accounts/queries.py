"""Who a session belongs to, and which addresses a customer has."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import func, or_, select

from portal.accounts.models import Address, Customer, Impersonation, Session, Staff
from portal.accounts.tokens import digest
from portal.kit.db import db


def whose(key: str, *, at: datetime) -> tuple[Session, Customer | None, Staff | None, Impersonation | None] | None:
    """The live session of this key with its person, in one select; with a member of staff who views a customer, both."""
    mine = Session.live(at=at).where(Session.key_hash == digest(key))
    viewed = mine.outerjoin(Impersonation, Session.impersonation_id == Impersonation.id)
    subject = Customer.id == func.coalesce(Session.customer_id, Impersonation.customer_id)
    joined = viewed.outerjoin(Customer, subject).outerjoin(Staff, Session.staff_id == Staff.id)
    works_here = or_(Session.staff_id.is_(None), Staff.disabled_at.is_(None))
    found = db.session.execute(joined.where(works_here).add_columns(Customer, Staff, Impersonation)).one_or_none()
    return found and (found[0], found[1], found[2], found[3])


def whose_it_was(key: str) -> int | None:
    """The customer to whom the session of this key belonged, also one that is over; None if there is no such, or it was of staff."""
    return db.session.scalar(select(Session.customer_id).where(Session.key_hash == digest(key)))


def address_book(customer_id: int) -> list[Address]:
    """The customer's addresses: first the one for all deliveries, then those added last."""
    listed = select(Address).where(Address.customer_id == customer_id, Address.listed_at.is_not(None))
    book = list(db.session.scalars(listed.order_by(Address.listed_at.desc(), Address.id.desc())))
    first = for_all(book)
    return sorted(book, key=lambda address: address is not first)


def default_address(customer_id: int) -> Address | None:
    """The one for all deliveries, if there is any."""
    return for_all(address_book(customer_id))


def cities(customer_ids: Collection[int]) -> dict[int, str]:
    """Where the parcels of each of them go, who has an address for all deliveries."""
    theirs = Address.customer_id.in_(customer_ids), Address.listed_at.is_not(None), Address.chosen_at.is_not(None)
    return dict(db.session.execute(select(Address.customer_id, Address.city).where(*theirs).order_by(Address.chosen_at, Address.id)).all())


def for_all(addresses: Iterable[Address]) -> Address | None:
    """Of all that a customer has, the one for all deliveries."""
    chosen = [(address.chosen_at, address.id, address) for address in addresses if address.listed_at and address.chosen_at]
    return max(chosen, key=lambda one: one[:2])[2] if chosen else None
