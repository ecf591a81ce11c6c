"""News climbs by listening: this room imports nobody above it."""

from collections.abc import Callable
from datetime import datetime

from portal.accounts.models import Address, Customer, Staff
from portal.timeline import Actor

Listener = Callable[[Customer], None]
AddressListener = Callable[[int, datetime], None]
ReplacementListener = Callable[[Address, Address, Actor, datetime], None]
StaffListener = Callable[[Staff, Actor, datetime], None]
Teller = Callable[[int], dict[int, list[str]]]
LISTENERS: list[Listener] = []
ADDRESS_LISTENERS: list[AddressListener] = []
REPLACEMENT_LISTENERS: list[ReplacementListener] = []
STAFF_LISTENERS: list[StaffListener] = []
TELLERS: list[Teller] = []


def on_verified(listener: Listener) -> Listener:
    """Call it, in the transaction of a sign-in, with the customer whose address that has just verified, for the first time or again."""
    LISTENERS.append(listener)
    return listener


def verified(customer: Customer) -> None:
    for listener in LISTENERS:
        listener(customer)


def on_address_changed(listener: AddressListener) -> AddressListener:
    """Call it, in the transaction of the change, with the id of a customer whose address for all deliveries may be another one now."""
    ADDRESS_LISTENERS.append(listener)
    return listener


def address_changed(customer_id: int, *, at: datetime) -> None:
    for listener in ADDRESS_LISTENERS:
        listener(customer_id, at)


def on_address_replaced(listener: ReplacementListener) -> ReplacementListener:
    """Call it, in the transaction of the change, with an address and the one that counts instead, from whoever changed that."""
    REPLACEMENT_LISTENERS.append(listener)
    return listener


def address_replaced(old: Address, new: Address, *, by: Actor, at: datetime) -> None:
    for listener in REPLACEMENT_LISTENERS:
        listener(old, new, by, at)


def on_fewer_rights(listener: StaffListener) -> StaffListener:
    """Call it, in the transaction of the change, with a colleague who was shut out or may do less now, from whoever changed that."""
    STAFF_LISTENERS.append(listener)
    return listener


def fewer_rights(staff: Staff, *, by: Actor, at: datetime) -> None:
    for listener in STAFF_LISTENERS:
        listener(staff, by, at)


def telling_what_goes_where(teller: Teller) -> Teller:
    """Ask it for the names of all that goes to an address of its own, by the address's id, for a customer's id.

    In a change it locks what it tells of, and what could be sent there meanwhile.
    """
    TELLERS.append(teller)
    return teller


def what_goes_where(customer_id: int) -> dict[int, list[str]]:
    """By the id of an address; what goes to the one for all deliveries is not named."""
    found: dict[int, list[str]] = {}
    for teller in TELLERS:
        for address_id, names in teller(customer_id).items():
            found.setdefault(address_id, []).extend(names)
    return found
