"""Two coffees come back, and one is found damaged: Alice sees each step, objects, is right, and has the money on her card."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal import outbox
from portal.billing.models import Invoice, Refund
from portal.carriers import ParcelStatus
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order, Shipment
from portal.returns.models import Return, ReturnStatus
from tests.accounts.builders import staff
from tests.browser import Browser, attribute
from tests.journeys.phone import eventually
from tests.photos.builders import photo
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, subscribe

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(app: Flask) -> Browser:
    with app.app_context(), transaction():
        jonas = staff("jonas@halfjar.example", "Jonas").id
    browser = Browser(app)
    browser.sign_in_staff(jonas)
    return browser


@pytest.fixture
def alice(app: Flask, stripe: Stripe) -> Box:
    return subscribe(app, stripe, quantity=2)


@pytest.fixture
def bought(app: Flask, alice: Box, home: Page, tmp_path: Path) -> str:
    """The first box has come: two coffees for €29.80, paid by her card. The number of its order."""
    app.config["PHOTOS_DIR"] = str(tmp_path / "photos")
    eventually(lambda: paid(app) is not None)
    with app.app_context(), transaction():
        order = db.session.scalars(select(Order)).one()
        db.session.add(Shipment(ref="P-1001", order=order, shipped_at=now(), status=ParcelStatus.DELIVERED, delivered_at=now()))
        return order.number


def paid(app: Flask) -> Invoice | None:
    with app.app_context():
        return db.session.scalars(select(Invoice).join(Order, Order.source_ref == Invoice.provider_ref).where(Invoice.paid > 0)).first()


def closed(app: Flask) -> bool:
    """Its money has arrived, so nobody has to close it."""
    with app.app_context():
        return db.session.scalars(select(Return)).one().status is ReturnStatus.CLOSED


def refunds(app: Flask) -> list[tuple[int, str]]:
    with app.app_context():
        return [(refund.amount, refund.status) for refund in db.session.scalars(select(Refund).order_by(Refund.id))]


def sends(desk: Browser, here: str, ends: str, sent: dict[str, str], field: str) -> None:
    """A form of the desk, with a photo."""
    form = desk.get(here).select_one(f"form[action$='{ends}']") or pytest.fail(f"there is no {ends} at {here}")
    filled = {str(one["name"]): str(one.get("value", "")) for one in form.select("input[type=hidden]")} | sent
    data = {**filled, "csrf_token": desk.token(), field: [(BytesIO(photo("HEIF")), "IMG.HEIC")]}
    with desk.app.app_context():
        answer = desk.client.post(str(form["action"]), data=data, headers={"Referer": f"http://localhost{here}"})
    assert answer.status_code == 303, BeautifulSoup(answer.text, "html.parser").get_text(" ", strip=True)


def test_from_the_parcel_to_the_money(app: Flask, alice: Box, bought: str, home: Page, desk: Browser, stripe: Stripe) -> None:
    home.goto(f"/orders/{bought}/return")
    home.get_by_text("Sidamo coffee beans").click()
    home.get_by_role("button", name="Go on", exact=True).click()
    home.get_by_text("I changed my mind").click()
    for button in "Go on", "Go on", "Start the return":
        home.get_by_role("button", name=button, exact=True).click()
    expect(home.get_by_role("heading", level=1)).to_contain_text("Return R-")
    rma = home.url.rpartition("/")[2]
    here = f"/desk/returns/{rma}"
    item = re.sub(r"\D", "", attribute(desk.get(here), "[name^=here-]", "name"))
    sends(desk, here, "/receive", {f"here-{item}": "2", f"how-{item}": "damaged"}, f"photos-{item}")
    home.reload()
    expect(home.locator("li.done", has_text="Received")).to_be_visible()

    finding = attribute(desk.get(here), "[name=finding] option:not([value=''])")
    sends(desk, here, "/inspect", {"accepted": "2", "deduction": "2.00", "finding": finding, "note": "One bag was open."}, "photos")
    home.reload()
    expect(home.get_by_text("What we found: One bag was open.")).to_be_visible()
    expect(home.locator(".photos img").first).to_be_visible()
    home.get_by_role("link", name="I don’t agree").click()
    home.get_by_label("What do you say to it?").fill("It came open.")
    home.get_by_role("button", name="Send", exact=True).click()
    expect(home.get_by_text("It came open.")).to_be_visible()

    sends(desk, here, "/inspect", {"accepted": "2", "deduction": "", "finding": "", "note": "You are right: it was our tape."}, "photos")
    desk.post(f"{here}/refund", {})
    eventually(lambda: refunds(app) == [(2980, "succeeded")])
    home.reload()
    expect(home.locator("li.done", has_text="Refund issued")).to_be_visible()
    expect(home.get_by_text("€29.80").first).to_be_visible()
    assert home.evaluate("document.documentElement.scrollWidth <= innerWidth")
    home.goto("/")
    expect(home.get_by_role("link", name="Your money is on its way")).to_contain_text("€29.80")
    with app.app_context(), transaction():
        outbox.want_task("watch returns", {}, at=now())
    eventually(lambda: closed(app))
    home.goto("/returns")
    expect(home.get_by_text("Done, Mon 23 Nov")).to_be_visible()
    there = stripe.v1.refunds.list({}).data
    assert [refund.amount for refund in there] == [2980]
