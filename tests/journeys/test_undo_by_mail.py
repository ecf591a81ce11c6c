"""Undo from the mail, by somebody who is signed in nowhere: on a phone, with and without JavaScript, by thumb and by keyboard."""

import re
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.phone import eventually, notice, phone
from tests.mail import Mail, text
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both

pytestmark = pytest.mark.browser


def link_in_the_mail(alice: Box, mail: Mail) -> str:
    """She skips the next box elsewhere; the worker has it confirmed, and writes."""
    alice.browser.post(alice.skip(0))
    eventually(lambda: bool(mail.to("alice@example.com")))
    found = re.search(r"(/undo/\S+)", text(mail.newest("alice@example.com")))
    assert found
    return found[1]


def is_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_one_tap_on_the_page_of_the_link(browser: Browser, portal: str, alice: Box, both: Both, mail: Mail, javascript: bool) -> None:
    link = link_in_the_mail(alice, mail)
    with phone(browser, portal, javascript=javascript) as page:
        page.goto(link)
        expect(page.get_by_role("heading", name="Undo this change?")).to_be_visible()
        expect(page.locator(".compare")).to_contain_text("Mon 28 Dec")
        assert both.here(alice) == date(2027, 1, 23)
        if javascript:
            assert not is_wide(page)
        button = page.get_by_role("button", name="Undo it")
        box = button.bounding_box()
        assert box and box["height"] >= 44
        button.click()
        expect(notice(page)).to_contain_text("Undone. What it changed is as it was before.")
        expect(page.get_by_role("heading", name="Undone: Mon 28 Dec skipped")).to_be_visible()
        expect(page.locator("main")).to_contain_text("Monday 28 December")
        eventually(lambda: both.there(alice) == date(2026, 12, 23))
        page.goto(link)
        expect(page.get_by_role("heading", name="Undone: Mon 28 Dec skipped")).to_be_visible()
        expect(page.get_by_role("button", name="Undo it")).to_have_count(0)
        page.goto("/")
        expect(page.get_by_label("E-mail")).to_be_visible()  # nobody was signed in by it


def test_by_keyboard_and_twice(browser: Browser, portal: str, alice: Box, both: Both, mail: Mail) -> None:
    link = link_in_the_mail(alice, mail)
    with phone(browser, portal) as page:
        page.goto(link)
        for _ in range(6):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent.trim()") == "Undo it":
                break
        page.keyboard.press("Enter")
        expect(notice(page)).to_contain_text("Undone.")
        page.go_back()
        page.goto(link)
        expect(page.get_by_role("heading", name="Undone: Mon 28 Dec skipped")).to_be_visible()
        assert both.here(alice) == date(2026, 12, 23)


def test_a_double_tap_undoes_it_once(browser: Browser, portal: str, alice: Box, both: Both, mail: Mail) -> None:
    link = link_in_the_mail(alice, mail)
    with phone(browser, portal, javascript=False) as page:
        page.goto(link)
        page.get_by_role("button", name="Undo it").dblclick()
        expect(page.get_by_role("heading", name="Undone: Mon 28 Dec skipped")).to_be_visible()
        assert both.here(alice) == date(2026, 12, 23)
