"""The screens of an order, and what leads on from it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.kit.db import db
from portal.orders.links import tracking_key
from portal.orders.models import Shipment
from tests.journeys.demo import Demo

Take = Callable[[str], None]


def claim(page: Page, demo: Demo, take: Take) -> None:
    """Something was missing; first nothing is chosen."""
    _oldest(page)
    page.get_by_role("link", name="Something is wrong").click()
    expect(page.get_by_role("heading", name="What is wrong?")).to_be_visible()
    take("claim")
    page.get_by_role("link", name="Something is damaged").click()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#lines-error")).to_be_visible()
    take("claim-wrong")
    page.locator("main label").filter(has_text="Lemon hand balm").click()
    page.get_by_text("I can’t take a photo").click()
    page.get_by_label("Why not?").fill("My camera is broken.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="We answer by")).to_be_visible()
    take("claim-sent")
    _oldest(page)
    take("order-claimed")


def again(page: Page, demo: Demo, take: Take) -> None:
    _oldest(page)
    page.get_by_role("link", name="How to use it").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sidamo coffee beans")
    take("guide")
    _oldest(page)
    page.get_by_role("link", name="Buy this again").click()
    expect(page.get_by_role("heading", name="Buy again")).to_be_visible()
    take("buy-again")


def shared(page: Page, demo: Demo, take: Take) -> None:
    """What whoever has the link of a parcel sees, and whoever has half of one."""
    with demo.app.app_context():
        parcel_id = db.session.scalars(select(Shipment.id).order_by(Shipment.id)).first() or 0
        link = f"/track/{tracking_key(parcel_id)}"
    page.goto(link)
    take("track")
    page.goto(link[:-4])
    take("track-over")


def _oldest(page: Page) -> None:
    page.goto("/orders")
    page.locator('main .go[href^="/orders/"]').last.click()
    expect(page.get_by_role("heading", name="4 products")).to_be_visible()


def withdraw(page: Page, demo: Demo, take: Take) -> None:
    """Without signing in; first the products are not named."""
    page.goto("/withdraw")
    take("withdraw")
    page.get_by_label("Name").fill("Mira Okafor")
    page.get_by_label("Order or subscription").fill("HA-1001")
    page.get_by_label("E-mail for the receipt").fill("mira@example.com")
    page.get_by_text("Only some products").click()
    page.get_by_role("button", name="Next: read and confirm").click()
    expect(page.locator("#parts-error")).to_be_visible()
    take("withdraw-wrong")
    page.get_by_label("Which products").fill("Lemon hand balm")
    page.get_by_role("button", name="Next: read and confirm").click()
    expect(page.get_by_role("heading", name="Confirm withdrawal")).to_be_visible()
    take("withdraw-confirm")
    page.get_by_role("button", name="Confirm withdrawal").click()
    expect(page.get_by_role("heading", name="Your withdrawal is with us")).to_be_visible()
    take("withdrawn")
