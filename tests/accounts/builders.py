"""The cast: customers, members of staff and addresses, in one line each."""

from datetime import datetime
from itertools import count

from pyotp import random_base32

from portal.accounts.models import Address, AuthenticatorApp, Customer, Role, Staff
from portal.accounts.queries import default_address
from portal.kit.db import db
from portal.kit.safe import lock_away

_numbers = count(1)


def customer(email: str = "", name: str = "", locale: str | None = None, time_zone: str | None = None) -> Customer:
    """Inside an open transaction. Without an address, one of her own."""
    person = Customer(email=email or f"customer{next(_numbers)}@example.com", name=name, locale=locale, time_zone=time_zone)
    db.session.add(person)
    db.session.flush()
    return person


def staff(email: str = "jonas@halfjar.example", name: str = "Jonas", role: str = "agent") -> Staff:
    person = Staff(email=email, name=name, role=Role(role))
    db.session.add(person)
    db.session.flush()
    return person


def authenticator_app(staff_id: int, *, at: datetime) -> str:
    """One that is set up. Returns its secret, for `desk.App`."""
    secret = random_base32()
    db.session.add(AuthenticatorApp(staff_id=staff_id, sealed=lock_away(secret), last_step=0, added_at=at))
    return secret


def address(customer_id: int, *, at: datetime, **told: str) -> Address:
    """One in the customer's book, in Leipzig unless it says otherwise. The first is for all deliveries."""
    is_first = default_address(customer_id) is None
    made = Address(
        customer_id=customer_id,
        name=told.get("name", "Mira Okafor"),
        line1=told.get("line1", "Lindenallee 12"),
        line2=told.get("line2", ""),
        postcode=told.get("postcode", "04105"),
        city=told.get("city", "Leipzig"),
        region=told.get("region", ""),
        country=told.get("country", "DE"),
        phone=told.get("phone", ""),
        listed_at=at,
        chosen_at=at if is_first else None,
    )
    db.session.add(made)
    db.session.flush()
    return made
