"""Seeing a customer's pages as staff, in one line each."""

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Impersonation
from portal.kit.db import db
from portal.subscriptions.models import Delivery
from portal.timeline import Entry
from tests.browser import Browser
from tests.subscriptions.builders import Box

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


def key_of(browser: Browser) -> str:
    with browser.client.session_transaction() as session:
        return str(session["_user_id"])


def is_in(app: Flask, key: str) -> bool:
    """Whether a browser with this key in its cookie gets into the desk."""
    browser = Browser(app)
    with browser.client.session_transaction() as session:
        session["_user_id"] = key
    return browser.client.get("/desk").status_code == 200


def is_skipped(app: Flask, alice: Box) -> bool:
    with app.app_context():
        return db.session.get_one(Delivery, alice.deliveries[0]).is_skipped
