"""Open claims on the customer's page at the desk: what is wrong, until when it was promised an answer, and the photos. REL P8, A11."""

from flask import Flask

from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.photos import actions as photos
from portal.photos import folder
from portal.returns.actions import claims as actions
from portal.returns.models import Claim, ClaimKind, Wish
from portal.timeline import Actor
from tests.browser import Browser, attribute, words
from tests.orders.builders import order
from tests.photos.builders import opened
from tests.photos.test_picture import FINE, made
from tests.subscriptions.builders import Box
from tests.support.conftest import looks

DRAFT = "a-draft-of-alices-form"


def claimed(app: Flask, alice: Box) -> int:
    """A claim with a photo."""
    ours = made(FINE["JPEG"])
    with app.app_context():
        name = folder.keep(ours)
        with transaction():
            customer = db.session.get_one(Customer, alice.customer_id)
            bought: Order = order(customer, now(), number="1001")
            db.session.flush()
            photos.count(1, customer_id=customer.id, at=now())
            photos.add(ours, name, customer_id=customer.id, draft=DRAFT, at=now())
            asked = actions.Asked(ClaimKind.DAMAGED, {bought.lines[0].id: 2}, Wish.REFUND, "One jar leaks.", "", DRAFT)
            return actions.open_claim(bought, asked, by=Actor(customer_id=customer.id), at=now()).id


def test_a_claim_stands_there_with_its_photos_and_leaves_a_trace(app: Flask, desk: Browser, alice: Box) -> None:
    claim_id = claimed(app, alice)
    page = desk.get(f"/desk/customers/{alice.customer_id}")
    for part in "Something is damaged", "Order 1001", "2 × Linden honey", "One jar leaks.", "Money back", "Due Tue 24 Nov":
        assert part in words(page), part
    (small,), (large,) = ([str(one[name]) for one in page.select(f".photos {tag}")] for tag, name in (("img", "src"), ("a", "href")))
    before = len(looks(app))
    assert opened(desk.client.get(small).data).size == (320, 240) and len(looks(app)) == before
    assert opened(desk.client.get(large).data).size == (400, 300) and len(looks(app)) == before + 1
    with app.app_context(), transaction():
        actions.cancel_claim(db.session.get_one(Claim, claim_id), by=Actor(customer_id=alice.customer_id), at=now())
    assert "One jar leaks." not in words(desk.get(f"/desk/customers/{alice.customer_id}"))


def test_the_address_of_a_photo_works_in_that_session_alone(app: Flask, desk: Browser, lead: Browser, alice: Box) -> None:
    claimed(app, alice)
    page = desk.get(f"/desk/customers/{alice.customer_id}")
    address = attribute(page, ".photos a", "href")
    assert desk.client.get(address).status_code == 200
    for other in lead, alice.browser, Browser(app):
        assert other.client.get(address).status_code == 404
        assert other.client.get(address.removeprefix("/desk")).status_code == 404
