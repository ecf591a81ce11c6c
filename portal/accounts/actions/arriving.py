"""Somebody who is known elsewhere, by an address that nobody has proved yet."""

from sqlalchemy import select

from portal.accounts.models import Customer, keep_words
from portal.kit.db import db, insert


def know_customer(email: str, name: str) -> Customer:
    """Whoever has this address (in lower case). One who is new can sign in from now on, and has proved nothing before."""
    unproved = {"email": email, "name": name, "locale": None, "time_zone": None, "email_verified_at": None}
    db.session.execute(insert(Customer).values(unproved).on_conflict_do_nothing(index_elements=["email"]))
    customer = db.session.scalars(select(Customer).where(Customer.email == email)).one()
    keep_words(db.session.connection(), [customer.id])
    return customer
