"""A member of staff who views a customer's pages to prepare changes, in one line."""

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.actions import impersonating
from portal.accounts.models import Customer, Impersonation, Mode, Session
from portal.kit.clock import now
from portal.kit.db import Model, db, transaction
from portal.prepared.models import PreparedChange
from tests.browser import Browser, Sent, words

MAY_CHANGE = {"prepared_change", "timeline", "timeline_head", "task", "session", "recent_use"}


def counted(app: Flask) -> dict[str, int]:
    """Rows of each table that a change which is only prepared leaves alone."""
    with app.app_context():
        return {
            table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
            for table in Model.metadata.sorted_tables
            if table.name not in MAY_CHANGE
        }


def views(app: Flask, staff_id: int, customer_id: int, mode: Mode = Mode.PREPARE) -> Browser:
    """A browser of theirs, in which the view goes on."""
    browser = Browser(app)
    browser.sign_in_staff(staff_id)
    with app.app_context(), transaction():
        newest = select(Session.id).where(Session.staff_id == staff_id).order_by(Session.id.desc()).limit(1)
        customer, session_id = db.session.get_one(Customer, customer_id), db.session.scalars(newest).one()
        opened = impersonating.begin(customer, reason="She is on the phone and asks for it", session_id=session_id, at=now())
        assert opened
        view = db.session.scalars(Impersonation.of(customer_id).limit(1)).one()
        if mode is not Mode.LOOK:
            impersonating.change_mode(view, mode, at=now())
        key = opened.key
    with browser.client.session_transaction() as cookie:
        cookie["_user_id"] = key
        cookie.pop("desk", None)  # of this mark only `Browser.token` thinks that the desk's pages are where it is
    return browser


def prepared(app: Flask) -> list[PreparedChange]:
    with app.app_context():
        return list(db.session.scalars(select(PreparedChange).order_by(PreparedChange.id)))


def suggestions(page: BeautifulSoup) -> str:
    """What is suggested on it, in words."""
    found = page.select_one("#suggestions")
    assert found
    return words(found)


def fields_of(page: BeautifulSoup, number: int = 1) -> tuple[str, Sent]:
    """Where the form of a suggestion goes, and what it sends."""
    form = page.select_one(f"form#approve-{number}")
    assert form, "nothing can be approved here"
    sent: Sent = {}
    for field in form.select("input"):
        if field["name"] != "csrf_token":
            sent[str(field["name"])] = str(field.get("value", ""))
    return str(form["action"]), sent


def approve(browser: Browser, number: int = 1, at: str = "/") -> BeautifulSoup:
    path, sent = fields_of(browser.get(at), number)
    return browser.post(path, sent)
