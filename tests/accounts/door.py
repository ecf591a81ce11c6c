"""Going through the door, in one line each."""

from collections.abc import Callable
from email.message import EmailMessage

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Session
from portal.kit.db import db
from tests.browser import Browser
from tests.mail import Mail, link

Work = Callable[[], None]


def ask(browser: Browser, email: str = "alice@example.com", expect: int = 200) -> BeautifulSoup:
    browser.get("/sign-in")
    return browser.post("/sign-in", {"email": email}, expect=expect)


def asked(browser: Browser, mail: Mail, work: Work, email: str = "alice@example.com") -> EmailMessage:
    """The mail that came of it."""
    ask(browser, email)
    work()
    return mail.newest(email)


def press(browser: Browser, message: EmailMessage, expect: int = 200) -> BeautifulSoup:
    """Open the link, and press the button there."""
    browser.get(link(message))
    return browser.post(link(message), expect=expect)


def sessions(app: Flask) -> int:
    """How many devices are signed in."""
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Session).where(Session.revoked_at.is_(None))) or 0


def said(page: BeautifulSoup, selector: str = "#notice") -> str:
    found = page.select_one(selector)
    assert found, f"no {selector} in {page}"
    return " ".join(found.get_text(" ").split())
