"""Two jars of honey arrived broken, and Alice sends them back on her phone: from home, with a photo, in nine taps."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.carriers import ParcelStatus
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import OrderedLine, Shipment
from portal.photos.models import Photo
from portal.returns.models import Return, ReturnStatus
from tests.journeys.phone import Thumb
from tests.orders.builders import order
from tests.photos.builders import photo
from tests.subscriptions.builders import Box

pytestmark = pytest.mark.browser
MOST_TAPS = 9


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A HEIC, as a phone makes it."""
    (tmp_path / "IMG_1.HEIC").write_bytes(photo("HEIF"))
    return tmp_path / "IMG_1.HEIC"


@pytest.fixture
def bought(app: Flask, alice: Box, tmp_path: Path) -> None:
    app.config["PHOTOS_DIR"] = str(tmp_path / "photos")
    with app.app_context(), transaction():
        oil = OrderedLine("Olive oil, cold pressed, from Kalamata", "OIL", 1, 1440, "products/oil.svg")
        honey = OrderedLine("Linden honey", "HON", 2, 890, "products/honey.svg")
        made = order(db.session.get_one(Customer, alice.customer_id), now() - timedelta(days=6), honey, oil, number="1001")
        came = now() - timedelta(days=2)
        db.session.add(Shipment(ref="P-1001", order=made, shipped_at=came, status=ParcelStatus.DELIVERED, delivered_at=came))


def made(app: Flask) -> tuple[ReturnStatus, list[tuple[str, int, str, int]], int]:
    with app.app_context():
        return_ = db.session.scalars(select(Return)).one()
        items = [(item.line.sku, item.quantity, item.reason, len(item.units)) for item in return_.items]
        photos = db.session.scalars(select(Photo).where(Photo.attached_to == f"return_:{return_.id}")).all()
        return return_.status, items, len(photos)


def test_two_units_with_a_photo_in_nine_taps(app: Flask, bought: None, home: Page, picture: Path) -> None:
    home.goto("/")
    tap = Thumb(home)
    tap(home.get_by_role("link", name="Send something back"))
    tap(home.get_by_text("Linden honey"))
    expect(home.get_by_label("How many of 2?")).to_have_value("2")
    tap.button("Go on")
    expect(home.get_by_text("Broken", exact=True)).not_to_be_visible()
    tap(home.get_by_text("It arrived damaged or leaking"))
    tap(home.get_by_text("Broken", exact=True))
    with home.expect_file_chooser() as chooser:
        tap(home.get_by_label("Photos", exact=True))
    chooser.value.set_files(picture)
    expect(home.locator(".photos img")).to_have_count(1)
    tap.button("Go on")
    expect(home.get_by_role("heading", level=1)).to_have_text("What would you like for it?")
    expect(home.get_by_text("You paid €17.80.")).to_be_visible()
    tap.button("Go on")
    expect(home.get_by_role("heading", level=1)).to_have_text("How do you want to send it?")
    tap.button("Start the return")
    expect(home.get_by_role("heading", level=1)).to_contain_text("Return R-")
    assert tap.taps <= MOST_TAPS
    assert made(app) == (ReturnStatus.APPROVED, [("HON", 2, "damaged", 2)], 1)
    assert home.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_javascript_each_step_is_a_page(app: Flask, bought: None, plain_home: Page, picture: Path) -> None:
    page = plain_home
    page.goto("/orders/1001/return")
    page.get_by_text("Linden honey").click()
    page.get_by_label("How many of 2?").select_option("1")
    page.get_by_role("button", name="Add from another order").click()
    expect(page.get_by_label("How many of 2?")).to_have_value("1")
    page.get_by_role("button", name="Go on", exact=True).click()
    page.get_by_text("It arrived damaged or leaking").click()
    page.get_by_text("Broken", exact=True).click()
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(page.get_by_text("Add a photo, or say in a few words why there is none.")).to_be_visible()
    page.get_by_label("Photos", exact=True).set_input_files(picture)
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(page.get_by_role("heading", name="What would you like for it?")).to_be_visible()
    page.get_by_role("link", name="Reason").click()
    page.get_by_role("link", name="What goes back").click()
    expect(page.get_by_label("How many of 2?")).to_have_value("1")
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(page.get_by_label("It arrived damaged or leaking")).to_be_checked()
    expect(page.locator(".photos img")).to_have_count(1)
    page.get_by_role("button", name="Go on", exact=True).click()
    page.get_by_role("button", name="Go on", exact=True).click()
    page.get_by_role("button", name="Start the return").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Return R-")
    assert made(app) == (ReturnStatus.APPROVED, [("HON", 1, "damaged", 1)], 1)
