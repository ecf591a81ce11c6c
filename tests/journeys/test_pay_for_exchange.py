"""Alice wants something dearer for what she sends back: she pays the difference on the provider's page, and it goes out."""

from time import monotonic

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.timeline import note
from tests.journeys.axe import violations
from tests.journeys.phone import PATIENCE
from tests.returns.swapping import BY, bought, catalogue, exchanged, returned
from tests.subscriptions.builders import Box


@pytest.fixture
def rma(app: Flask, alice: Box) -> str:
    """A return of hers was accepted; the coat goes out for the shirt at once."""
    with app.app_context(), transaction():
        catalogue()
        item = returned(bought(db.session.get_one(Customer, alice.customer_id)), is_instant=True)
        exchanged(item, "COAT")
        note(item.return_, "approve return", by=BY, at=now(), facts={})
        return item.return_.rma


def test_the_difference_is_paid_on_the_providers_page_and_it_goes_out(rma: str, home: Page) -> None:
    home.goto(f"/returns/{rma}")
    pay = home.get_by_role("link", name="Pay €35.58")
    deadline = monotonic() + PATIENCE
    while not pay.count():  # the worker goes on with it
        assert monotonic() < deadline
        home.reload()
    pay.click()
    expect(home.get_by_role("heading", name="Pay the difference")).to_be_visible()
    assert violations(home) == []
    home.get_by_role("button", name="Pay €35.58").click()
    expect(home.get_by_role("heading", name="Pay €35.58")).to_be_visible()
    home.get_by_role("button", name="4242 4242 4242 4242").click()
    expect(home.get_by_role("heading", name="Paid")).to_be_visible()
    expect(home.get_by_text("Coat is being packed.")).to_be_visible()
    assert violations(home) == []
    home.get_by_role("link", name="See the return").click()
    expect(home.get_by_text("You paid €35.58 more for it.")).to_be_visible()
    home.get_by_role("link", name="Order", exact=False).filter(has_text="Where it is").click()
    expect(home.get_by_text("Coat").first).to_be_visible()
