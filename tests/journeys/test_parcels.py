"""An order of three parcels, from its packing to its last delivery, followed on a phone: by itself, or without JavaScript by a reload."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.accounts.models import Customer
from portal.carriers import Scan
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.actions import OrderedLine, Packed, take_tracking
from portal.orders.models import Shipment
from tests.journeys import axe
from tests.journeys.phone import here, still_here
from tests.journeys.test_access import TOO_SMALL, TOO_WIDE
from tests.orders.builders import order, parcel, scan
from tests.subscriptions.builders import Box

pytestmark = pytest.mark.browser
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
DAY = timedelta(days=1)
LINES = [
    OrderedLine("Olive oil", "PAN-OIL", 2, 1580, "products/oil.svg"),
    OrderedLine("Sidamo coffee beans", "COF-500", 1, 1490, "products/coffee.svg"),
    OrderedLine("Lime blossom honey", "PAN-HON", 3, 890, "products/honey.svg"),
]
HELD = {"held_at": "Kiosk Linde, Lindenallee 4", "pickup_code": "48 21 07"}


@pytest.fixture
def parcels(app: Flask, alice: Box) -> list[int]:
    """Three lines in three parcels, one of them in two."""
    at = now()
    with app.app_context(), transaction():
        placed = order(db.session.get_one(Customer, alice.customer_id), at - 2 * DAY, *LINES, number="HA-3PARC")
        split = [[Packed(0, 2), Packed(2, 1)], [Packed(1, 1)], [Packed(2, 2)]]
        known: list[dict[str, Any]] = [
            {"carrier": "dhl", "tracking_number": f"0034043422107{n}", "packed_at": at - DAY, "expected_on": (at + DAY).date()}
            for n in range(3)
        ]
        return [parcel(placed, *lines, at=at, **told).id for lines, told in zip(split, known, strict=True)]


def hear(app: Flask, parcel_id: int, *scans: Scan, **said: Any) -> None:
    with app.app_context(), transaction():
        take_tracking(db.session.get_one(Shipment, parcel_id), scans, source="api", at=now(), **said)


def is_fine(page: Page) -> None:
    """Nothing that breaks a rule, sticks out, or is too small for a thumb; light and dark."""
    assert page.evaluate(TOO_WIDE) + page.evaluate(TOO_SMALL) == []
    for scheme in SCHEMES if shutil.which("npm") else ():
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert axe.violations(page) == []


def follow(page: Page, app: Flask, parcels: list[int], look: Callable[[str], None]) -> None:
    """Whatever happens to the parcels, `look` sees it under the heading that it gets."""
    first, second, third = parcels
    here_at = now()
    page.goto("/orders")
    page.get_by_role("link", name="HA-3PARC").click()
    look("3 parcels are packed")
    expect(page.get_by_role("heading", name="Parcel 3 of 3")).to_be_visible()
    hear(app, first, scan("in_transit", 1, place="Halle", day=here_at - DAY))
    hear(app, second, scan("in_transit", 2, place="Halle", day=here_at - DAY), expected_on=(here_at - DAY).date())
    hear(app, third, scan("out_for_delivery", 0, day=here_at))
    look("One parcel has a problem, one arrives today, one is on its way")
    expect(page.get_by_text("Late", exact=True)).to_be_visible()
    expect(page.get_by_text("Moved from")).to_be_visible()
    held_until = (here_at + 6 * DAY).date()
    hear(app, first, scan("available_for_pickup", 0.1, incident="nobody_there", day=here_at), held_until=held_until, **HELD)
    look("One parcel has a problem, one waits for you, one arrives today")
    expect(page.get_by_text("Code 48 21 07")).to_be_visible()
    for one in parcels:
        hear(app, one, scan("delivered", 0.2, day=here_at))
    look("3 parcels were delivered")
    expect(page.get_by_text("Code 48 21 07")).to_have_count(0)


def test_a_page_that_stays_open_follows_three_parcels_home(home: Page, app: Flask, parcels: list[int]) -> None:
    home.clock.install()
    seen = 0

    def look(heading: str) -> None:
        nonlocal seen
        if seen:
            home.clock.run_for(61_000)
        expect(home.get_by_role("heading", level=1)).to_contain_text(heading)
        if not seen:
            here(home)
        assert still_here(home)
        is_fine(home)
        seen += 1

    follow(home, app, parcels, look)
    home.get_by_role("link", name="Share").first.click()
    expect(home.get_by_role("heading", level=1)).to_contain_text("Delivered on")
    is_fine(home)


def test_without_javascript_a_reload_does_it(plain_home: Page, app: Flask, parcels: list[int]) -> None:
    def look(heading: str) -> None:
        plain_home.reload()
        expect(plain_home.get_by_role("heading", level=1)).to_contain_text(heading)
        expect(plain_home.get_by_text("Copy number").first).to_be_hidden()

    follow(plain_home, app, parcels, look)
    plain_home.get_by_role("link", name="Orders", exact=True).first.click()
    expect(plain_home.get_by_text("Delivered", exact=True)).to_be_visible()


def test_a_search_follows_what_is_typed_and_stays_in_the_address(home: Page, app: Flask, alice: Box) -> None:
    with app.app_context(), transaction():
        person = db.session.get_one(Customer, alice.customer_id)
        for n in range(12):
            order(person, now() - n * 40 * DAY, LINES[n % 3], number=f"N-{n}")
    home.goto("/orders")
    is_fine(home)
    home.get_by_role("searchbox").press_sequentially("HÓN")
    expect(home.locator("#found a.go")).to_have_count(4)
    expect(home.get_by_role("searchbox")).to_be_focused()
    is_fine(home)
    home.locator("#found a.go").first.click()
    home.go_back()
    expect(home.get_by_role("searchbox")).to_have_value("HÓN")
    expect(home.locator("#found a.go")).to_have_count(4)
    home.get_by_role("searchbox").fill("quince")
    expect(home.get_by_role("heading", name="Nothing found for “quince”")).to_be_visible()
    is_fine(home)
