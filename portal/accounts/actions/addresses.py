"""The address book: add, correct, remove, choose the one for all deliveries. Called with the customer locked.

Each deed changes only which rows are in the book and which one was chosen, so its undo puts back just that.
"""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from portal.accounts import news
from portal.accounts.models import Address, Customer
from portal.accounts.queries import address_book, default_address
from portal.kit.db import db
from portal.kit.refusal import Refusal
from portal.timeline import Actor, ChangedSince, Entry, deed, key, put_back

MOST = 50
"""Addresses in one book."""
WRITTEN = ("name", "line1", "line2", "postcode", "city", "region", "country", "phone")
ADDED, CORRECTED, REMOVED, CHOSEN = "address added", "address corrected", "address removed", "address chosen for all"
UNDOABLE = (ADDED, CORRECTED, REMOVED, CHOSEN)


class FullBook(Refusal): ...


class StillNeeded(Refusal): ...


class NotInTheBook(Refusal): ...


class CannotUndo(Refusal): ...


def known_address(address: Address, customer: Customer) -> Address | None:
    """The one in the book that says just the same."""
    return next((known for known in address_book(customer.id) if _same(known, address)), None)


def add_address(address: Address, customer: Customer, *, for_all: bool, by: Actor, at: datetime) -> Entry:
    """Put a new row into the book. The first one is for all deliveries."""
    book = address_book(customer.id)
    if len(book) >= MOST:
        raise FullBook(_("Your book holds %(count)s addresses, and no more. Remove one that you don’t need.", count=MOST))
    db.session.add(address)
    db.session.flush()
    with deed(customer, ADDED, by=by, at=at, touching=[address], facts={"address": address.id}) as doing:
        address.listed_at = at
        address.chosen_at = at if for_all or not book else None
    _tell_if_chosen(address, at=at)
    return doing.done


def correct_address(old: Address, new: Address, customer: Customer, *, by: Actor, at: datetime) -> Entry | None:
    """Another row takes the place of this one, wherever it counts. None if it says the same."""
    _must_be_listed(old)
    if _same(old, new):
        return None
    _hold_what_goes_there(customer)
    db.session.add(new)
    db.session.flush()
    with deed(customer, CORRECTED, by=by, at=at, touching=[old, new], facts={"address": new.id, "before": old.id}) as doing:
        new.listed_at, new.chosen_at = old.listed_at, old.chosen_at
        old.listed_at, old.replaced_by_id = None, new.id
    news.address_replaced(old, new, by=by, at=at)
    _tell_if_chosen(new, at=at)
    return doing.done


def choose_for_all(address: Address, customer: Customer, *, by: Actor, at: datetime) -> Entry | None:
    """None if it was already."""
    _must_be_listed(address)
    if default_address(customer.id) is address:
        return None
    with deed(customer, CHOSEN, by=by, at=at, touching=[address], facts={"address": address.id}) as doing:
        address.chosen_at = at
    news.address_changed(customer.id, at=at)
    return doing.done


def remove_address(address: Address, customer: Customer, *, by: Actor, at: datetime) -> Entry:
    _must_be_listed(address)
    if default_address(customer.id) is address:
        raise StillNeeded(_("All deliveries go here. Choose another address for all of them first, then this one can go."))
    _hold_what_goes_there(customer)
    with deed(customer, REMOVED, by=by, at=at, touching=[address], facts={"address": address.id}) as doing:
        address.listed_at = None
    _must_leave_nothing_without(customer)
    return doing.done


def undo_in_book(entry: Entry, customer: Customer, *, by: Actor, at: datetime) -> Entry:
    """Put back which addresses are in the book and which one was chosen, as long as nothing of that was changed since."""
    if entry.deed not in UNDOABLE:
        raise CannotUndo(_("This can’t be undone."))
    if entry.undone_at:
        raise CannotUndo(_("This was undone already."))
    _hold_what_goes_there(customer)
    numbers = [int(name.partition(":")[2]) for name in entry.after]
    touched = {
        one.id: one for one in db.session.scalars(select(Address).where(Address.customer_id == customer.id, Address.id.in_(numbers)))
    }
    facts = {**entry.facts, "undone": entry.deed, "entry": entry.id}
    with deed(customer, "undone", by=by, at=at, touching=touched.values(), facts=facts) as doing:
        try:
            put_back(entry, {key(address): address for address in touched.values()})
        except ChangedSince as changed:
            raise CannotUndo(_("This can’t be undone, because the same address was changed again since.")) from changed
    if entry.deed == CORRECTED:
        news.address_replaced(touched[entry.facts["address"]], touched[entry.facts["before"]], by=by, at=at)
    _must_leave_nothing_without(customer)
    news.address_changed(customer.id, at=at)
    entry.undone_at = at
    return doing.done


def _same(one: Address, other: Address) -> bool:
    return all(getattr(one, column) == getattr(other, column) for column in WRITTEN)


def _must_be_listed(address: Address) -> None:
    if not address.is_listed:
        raise NotInTheBook(_("This address is not in your book any more."))


def _hold_what_goes_there(customer: Customer) -> None:
    """The history is the last that anybody locks: so what may have to follow is locked before this is written down."""
    news.what_goes_where(customer.id)


def _must_leave_nothing_without(customer: Customer) -> None:
    """Whatever goes somewhere still does."""
    db.session.flush()
    book = address_book(customer.id)
    listed = {address.id for address in book}
    if names := [name for number, names in news.what_goes_where(customer.id).items() if number not in listed for name in names]:
        raise StillNeeded(_("%(names)s goes here. Give it another address first.", names=", ".join(names)))
    if book and default_address(customer.id) is None:
        raise StillNeeded(_("Then no address would be left for all deliveries. Choose one for them first."))


def _tell_if_chosen(address: Address, *, at: datetime) -> None:
    if default_address(address.customer_id) is address:
        news.address_changed(address.customer_id, at=at)
