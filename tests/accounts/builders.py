"""The cast: customers and members of staff, in one line each."""

from itertools import count

from portal.accounts.models import Customer, Staff
from portal.kit.db import db

_numbers = count(1)


def customer(email: str = "", name: str = "", locale: str | None = None, time_zone: str | None = None) -> Customer:
    """Inside an open transaction. Without an address, one of her own."""
    person = Customer(email=email or f"customer{next(_numbers)}@example.com", name=name, locale=locale, time_zone=time_zone)
    db.session.add(person)
    db.session.flush()
    return person


def staff(email: str = "jonas@halfjar.example", name: str = "Jonas", role: str = "agent") -> Staff:
    person = Staff(email=email, name=name, role=role)
    db.session.add(person)
    db.session.flush()
    return person
