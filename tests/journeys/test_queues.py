"""Jonas and Mira work along the same queue, each on a phone: take, put off, note, finish, next. One of them once without JavaScript."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from portal.accounts.actions import open_session
from portal.accounts.models import Staff
from portal.kit import clock
from portal.kit.db import transaction
from portal.tasks import actions
from tests.accounts.builders import customer, staff
from tests.journeys.phone import notice, phone

pytestmark = pytest.mark.browser


@pytest.fixture
def parcels(app: Flask) -> list[str]:
    """What each is called; the first is the most urgent."""
    called = [f"P{number}" for number in range(1, 5)]
    with app.app_context(), transaction():
        for number, name in enumerate(called):
            person, due_at = customer(f"{name}@example.com", f"Customer {name}"), clock.now() + timedelta(hours=number + 1)
            actions.open_task("worry", person, key=name, customer_id=person.id, due_at=due_at, at=clock.now(), facts={"ref": name})
    return called


@contextmanager
def at_the_desk(app: Flask, browser: Browser, name: str, *, javascript: bool = True) -> Iterator[Page]:
    """A phone of 360 px on which they are signed in."""
    url, signer = str(app.config["PORTAL_BASE_URL"]), app.session_interface
    with app.app_context(), transaction():
        person: Staff = staff(f"{name.lower()}@halfjar.example", name)
        key = open_session(person, device="Firefox, Mac", at=clock.now())
    serializer: Any = signer.get_signing_serializer(app)  # type: ignore[attr-defined]
    cookie = serializer.dumps({"_permanent": True, "_user_id": key, "desk": True})
    with phone(browser, url, javascript=javascript) as page:
        page.context.add_cookies([{"name": app.config["SESSION_COOKIE_NAME"], "value": cookie, "url": url}])
        page.goto("/desk?queue=parcels")
        yield page


def row(page: Page, name: str) -> Locator:
    return page.locator(".queue .go").filter(has_text=f"Customer {name}")


def shown(page: Page, *names: str) -> None:
    """These, and no other, in this order; and nothing makes the page wider than the phone."""
    expect(page.locator(".queue .go")).to_have_count(len(names))
    for place, name in enumerate(names):
        expect(page.locator(".queue .go").nth(place)).to_contain_text(f"Customer {name}")
    assert "queue=parcels" in page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def box(page: Page, selector: str) -> FloatRect:
    found = page.locator(selector).bounding_box()
    assert found
    return found


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("javascript", [True, False], ids=["with a script", "without"])
def test_two_work_along_one_queue_at_once(app: Flask, browser: Browser, parcels: list[str], javascript: bool) -> None:
    first, second, third, last = parcels
    with at_the_desk(app, browser, "Jonas", javascript=javascript) as jonas, at_the_desk(app, browser, "Mira") as mira:
        shown(jonas, *parcels)
        row(jonas, first).click()
        row(mira, first).click()
        press(jonas, "Take it")
        expect(notice(jonas)).to_contain_text("It is yours.")
        press(mira, "Take it")
        expect(notice(mira)).to_contain_text("Jonas has it already.")

        jonas.get_by_role("link", name="Write or correct a note, or be reminded").click()
        jonas.get_by_label("Note for colleagues").fill("Her neighbour takes parcels")
        press(jonas, "Keep the note")
        expect(jonas.get_by_text("Her neighbour takes parcels")).to_be_visible()
        mira.reload()
        expect(mira.get_by_text("Her neighbour takes parcels")).to_be_visible()

        mira.get_by_role("link", name="All that waits").click()
        row(mira, second).click()
        mira.get_by_text("Put it off").first.click()
        press(mira, "Put it off")
        expect(notice(mira)).to_contain_text("Put off until")
        shown(mira, first, third, last)
        expect(mira.locator("[data-key=n]")).to_contain_text(f"Customer {third}")
        mira.locator("[data-key=n]").click()
        press(mira, "Take it")
        expect(notice(mira)).to_contain_text("It is yours.")

        press(jonas, "It is done")
        expect(notice(jonas)).to_contain_text("Done.")
        shown(jonas, third, last)
        expect(jonas.locator("[data-key=n]")).to_contain_text(f"Customer {last}")
        jonas.locator("[data-key=n]").click()
        expect(jonas.get_by_role("heading", name="What it is about")).to_be_visible()
        press(jonas, "It is done")
        shown(jonas, third)
        expect(jonas.locator("[data-key=n]")).to_have_count(0)

        jonas.get_by_role("link", name="Put off 1").click()
        row(jonas, second).click()
        expect(jonas.get_by_text("by Mira")).to_be_visible()
        press(jonas, "Open it again now")
        expect(notice(jonas)).to_contain_text("It is open again.")


def test_on_a_wide_screen_what_was_done_stands_above_the_list_and_the_task(app: Flask, browser: Browser, parcels: list[str]) -> None:
    with at_the_desk(app, browser, "Jonas") as jonas:
        jonas.set_viewport_size({"width": 1360, "height": 860})
        row(jonas, parcels[0]).click()
        list_before, task_before = box(jonas, "aside"), box(jonas, "main > section")
        press(jonas, "Take it")
        expect(notice(jonas)).to_contain_text("It is yours.")
        said, list_after, task_after = box(jonas, "#notice"), box(jonas, "aside"), box(jonas, "main > section")
        assert said["width"] > 1200 and said["height"] < 100
        assert (list_after["x"], list_after["width"]) == (list_before["x"], list_before["width"])
        assert (task_after["x"], task_after["width"]) == (task_before["x"], task_before["width"])
        assert list_after["y"] == task_after["y"] == pytest.approx(said["y"] + said["height"], abs=1)
