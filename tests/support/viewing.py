"""Seeing a customer's pages as staff, in one line each."""

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Impersonation
from portal.kit.db import db
from portal.timeline import Entry
from tests.browser import Browser

REASON = "Checking why parcel 2 has no news"


def begins_view(desk: Browser, customer_id: int, expect: int = 200, **sent: str) -> BeautifulSoup:
    desk.get(f"/desk/customers/{customer_id}/view")
    return desk.post(f"/desk/customers/{customer_id}/view", {"why": "phone", "reason": REASON, **sent}, expect=expect)


def acts(desk: Browser, customer_id: int) -> BeautifulSoup:
    begins_view(desk, customer_id)
    return desk.post("/desk/viewing/mode", {"mode": "act"})


def views(app: Flask) -> list[Impersonation]:
    with app.app_context():
        return list(db.session.scalars(select(Impersonation).order_by(Impersonation.id)))


def deeds(app: Flask) -> list[tuple[str, int | None, int | None, int | None]]:
    """What was done, by whom, and within which view, without what was refused; oldest first."""
    with app.app_context():
        rows = db.session.scalars(select(Entry).where(Entry.deed != "refused").order_by(Entry.id))
        return [(row.deed, row.customer_id, row.staff_id, row.impersonation_id) for row in rows]
