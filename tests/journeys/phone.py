"""A phone: 360 by 740, the portal in a real browser, and what its owner does on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from email.message import EmailMessage
from time import monotonic, sleep
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from portal.accounts.actions import open_session
from portal.kit import clock
from portal.kit.db import transaction
from tests.accounts.builders import staff
from tests.mail import Mail, link, text
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both

UPDATING = "Updating your next payment date…"
CONFIRMED = "Confirmed by the payment provider."
PATIENCE = 60
"""Seconds."""


class Thumb:
    """What it taps, counted. To type is no tap, nor is the keyboard's own "Go"."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def __call__(self, what: Locator) -> None:
        what.click()
        self.taps += 1

    def link(self, name: str, *, exact: bool = True) -> None:
        self(self.page.get_by_role("link", name=name, exact=exact).first)

    def button(self, name: str, *, exact: bool = True) -> None:
        self(self.page.get_by_role("button", name=name, exact=exact))


@contextmanager
def phone(browser: Browser, url: str, *, javascript: bool = True) -> Iterator[Page]:
    """A tab with no cookies yet. No page may throw, or ask for what the policy forbids."""
    wrong: list[str] = []

    def look(said: ConsoleMessage) -> None:
        if "Content Security Policy" in said.text:
            wrong.append(said.text)

    with browser.new_context(viewport={"width": 360, "height": 740}, base_url=url, java_script_enabled=javascript) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", look)
        yield page
        assert not wrong


def sign_in(page: Page, mail: Mail, email: str = "alice@example.com") -> None:
    """By the link in the mail."""
    page.goto(link_for(page, mail, email))
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(url(page, "/"))


def sit_at_the_desk(page: Page, app: Flask, role: str = "agent") -> None:
    """Somebody who works here, by the cookie that signing in would leave: for journeys that begin behind the door."""
    with app.app_context(), transaction():
        key = open_session(staff(role=role), device="Firefox, Mac", at=clock.now())
    signer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    cookie = signer.dumps({"_permanent": True, "_user_id": key, "desk": True})
    page.context.add_cookies([{"name": app.config["SESSION_COOKIE_NAME"], "value": cookie, "url": str(app.config["PORTAL_BASE_URL"])}])


def link_for(page: Page, mail: Mail, email: str = "alice@example.com", door: str = "/sign-in") -> str:
    before = len(_letters(mail, email))
    page.goto(door)
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Send me the mail").click()
    expect(page.get_by_role("heading", name="Open the mail")).to_be_visible()
    eventually(lambda: len(_letters(mail, email)) > before)
    return link(_letters(mail, email)[-1])


def _letters(mail: Mail, email: str) -> list[EmailMessage]:
    """With a link to sign in: others may arrive meanwhile."""
    return [letter for letter in mail.to(email) if "/sign-in/link/" in text(letter)]


def url(page: Page, path: str) -> str:
    """The whole address, for `to_have_url`."""
    host = page.url.split("/", 3)[:3]
    return "/".join(host) + path


def eventually(so: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE
    while not so():
        assert monotonic() < deadline, "it never came to be so"
        sleep(0.05)


def notice(page: Page) -> Locator:
    """What just happened, and the way back."""
    return page.locator("#notice .notice")


def next_day(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def here(page: Page) -> None:
    """Remember this document: what the page says later was not reloaded."""
    page.evaluate("window.thisOne = true")


def still_here(page: Page) -> bool:
    return bool(page.evaluate("window.thisOne === true"))


def open_skip(page: Page) -> None:
    page.get_by_role("link", name="Skip", exact=True).first.click()
    expect(page.locator("dialog:modal")).to_be_visible()


def skip(page: Page) -> None:
    open_skip(page)
    page.get_by_role("button", name="Skip this delivery").click()


def open_move(page: Page, to: date, *, later: bool = False) -> None:
    """The sheet, with this day in it, and what would come of it."""
    page.get_by_role("link", name="Move", exact=True).first.click()
    expect(page.locator("dialog:modal")).to_be_visible()
    if later:
        page.get_by_text("This and all later").click()
    page.get_by_label("New day").fill(to.isoformat())
    expect(page.locator("dialog .compare")).to_be_visible()


def confirmed(page: Page, both: Both, box: Box, *, version: int, charge: date) -> None:
    """The page says that it is under way and then, by itself, that it is confirmed; and so it is: the provider holds just that."""
    expect(page.get_by_text(UPDATING).first).to_be_visible()
    here(page)
    expect(page.get_by_text(CONFIRMED).first).to_be_visible()
    expect(page.get_by_text(UPDATING)).to_have_count(0)
    assert still_here(page)
    assert (both.there(box), both.version_there(box)) == (charge, version)
    assert both.here(box) == charge
