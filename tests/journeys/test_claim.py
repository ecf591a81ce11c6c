"""Something arrived broken, and Alice says so on her phone, with a photo as her phone makes them."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import OrderedLine
from portal.photos.models import Photo
from portal.returns.models import Claim
from tests.journeys.phone import Thumb
from tests.orders.builders import order
from tests.photos.builders import photo
from tests.subscriptions.builders import Box

pytestmark = pytest.mark.browser


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """A HEIC, which this browser can't read; a large JPEG, which it makes smaller; and something else."""
    contents = {"IMG_1.HEIC": photo("HEIF"), "IMG_2.JPG": photo(size=(4000, 3000)), "note.jpg": b"no photo"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return [tmp_path / name for name in contents]


@pytest.fixture
def bought(app: Flask, alice: Box, tmp_path: Path) -> str:
    app.config["PHOTOS_DIR"] = str(tmp_path / "photos")
    with app.app_context(), transaction():
        oil = OrderedLine("Olive oil, cold pressed, from Kalamata", "OIL", 1, 1440, "products/oil.svg")
        honey = OrderedLine("Linden honey", "HON", 2, 890, "products/honey.svg")
        customer = db.session.get_one(Customer, alice.customer_id)
        order(customer, now() - timedelta(days=6), honey, oil, number="1001")
    return "/orders/1001"


def kept(app: Flask) -> tuple[str, list[tuple[int, int]]]:
    with app.app_context():
        claim = db.session.scalars(select(Claim)).one()
        sizes = db.session.execute(select(Photo.width, Photo.height).where(Photo.attached_to == f"claim:{claim.id}").order_by(Photo.id))
        return claim.words, [(width, height) for width, height in sizes]


def test_a_claim_with_photos_in_a_few_taps(app: Flask, home: Page, bought: str, pictures: list[Path]) -> None:
    home.goto(bought)
    tap = Thumb(home)
    tap(home.get_by_role("link", name="Something is wrong"))
    tap(home.get_by_role("link", name="Something is damaged"))
    tap(home.get_by_text("Olive oil"))
    home.get_by_label("Anything we should know?").fill("The neck is broken.")
    home.get_by_label("Photos", exact=True).set_input_files(pictures)
    shown = home.locator(".photos img")
    expect(shown).to_have_count(2)
    expect(home.get_by_text("This file is not a photo that we can read.")).to_be_visible()
    home.wait_for_function("[...document.querySelectorAll('.photos img')].every(one => one.naturalWidth > 0)")
    home.get_by_role("button", name="Take this photo out").first.click()
    expect(shown).to_have_count(1)
    home.get_by_label("Photos", exact=True).set_input_files(pictures[:1])
    expect(shown).to_have_count(2)
    tap(home.get_by_role("button", name="Send"))
    expect(home.get_by_role("heading", name="We answer by")).to_be_visible()
    assert tap.taps == 4
    assert kept(app) == ("The neck is broken.", [(2000, 1500), (400, 300)])
    home.wait_for_function("[...document.querySelectorAll('.photos img')].every(one => one.naturalWidth > 0)")


def test_without_javascript_the_photos_go_with_the_form(app: Flask, plain_home: Page, bought: str, pictures: list[Path]) -> None:
    page = plain_home
    page.goto(f"{bought}/claim/damaged")
    page.get_by_text("Olive oil").click()
    page.get_by_label("Anything we should know?").fill("The neck is broken.")
    page.get_by_label("Photos", exact=True).set_input_files(pictures)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("This file is not a photo that we can read.")).to_be_visible()
    expect(page.locator(".photos img")).to_have_count(2)
    expect(page.get_by_label("Anything we should know?")).to_have_value("The neck is broken.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="We answer by")).to_be_visible()
    assert kept(app) == ("The neck is broken.", [(400, 300), (2000, 1500)])
