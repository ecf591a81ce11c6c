"""A member of staff who views a customer's pages to prepare changes, in one line."""

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select

from portal.kit.db import Model, db
from portal.prepared.models import PreparedChange
from tests.browser import Browser, Sent, words
from tests.support.viewing import begins_view

MAY_CHANGE = {"prepared_change", "timeline", "timeline_head", "task", "session", "recent_use"}


def counted(app: Flask) -> dict[str, int]:
    """Rows of each table that a change which is only prepared leaves alone."""
    with app.app_context():
        return {
            table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
            for table in Model.metadata.sorted_tables
            if table.name not in MAY_CHANGE
        }


def views(app: Flask, staff_id: int, customer_id: int, mode: str = "prepare") -> Browser:
    """A browser of theirs, in which the view goes on."""
    browser = Browser(app)
    browser.sign_in_staff(staff_id)
    begins_view(browser, customer_id)
    browser.get("/")
    browser.post("/desk/viewing/mode", {"mode": mode})
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
