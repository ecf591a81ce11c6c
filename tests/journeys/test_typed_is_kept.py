"""Signed out on another device in the middle of a form: sign in, and go on where it was."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import update

from portal.accounts.models import Session
from portal.kit.clock import now
from portal.kit.db import db, transaction
from tests.journeys.phone import eventually, link_for, notice, url
from tests.mail import Mail
from tests.stripe import Stripe
from tests.subscriptions.builders import Box

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("way", ["home", "plain_home"])
def test_a_new_address_is_typed_once(request: pytest.FixtureRequest, app: Flask, alice: Box, mail: Mail, stripe: Stripe, way: str) -> None:
    page: Page = request.getfixturevalue(way)
    form = f"/subscriptions/{alice.id}/address/new"
    page.goto(f"/subscriptions/{alice.id}")
    page.get_by_role("link", name="Delivery address").click()
    for label, typed in ("Name", "Ada Okafor"), ("Street and number", "Rosenweg 3"), ("Postcode", "99423"), ("City or town", "Weimar"):
        page.get_by_label(label, exact=True).fill(typed)
    with app.app_context(), transaction():
        db.session.execute(update(Session).values(revoked_at=now()))
    page.get_by_role("button", name="Send it there").click()
    expect(page).to_have_url(url(page, "/sign-in"))
    expect(notice(page)).to_contain_text("You were signed out meanwhile. Nothing was changed.")
    page.goto(link_for(page, mail))
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(url(page, form))
    expect(notice(page)).to_contain_text("Not sent yet.")
    expect(page.get_by_label("Street and number")).to_have_value("Rosenweg 3")
    page.get_by_role("button", name="Send it there").click()
    expect(notice(page)).to_contain_text("New delivery address.")
    eventually(lambda: "Rosenweg 3" in str(stripe.v1.subscriptions.retrieve(alice.ref).metadata))
