"""Whoever has a phone at the ear pastes whole lines: what is found by each, and what is not."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.billing.models import Attempt, BillingAccount, Card, Invoice
from portal.kit import clock
from portal.kit.db import db, transaction
from portal.orders.links import tracking_key
from portal.orders.models import Order, OrderLine
from portal.returns.actions.withdrawing import Declared, declare
from portal.returns.links import withdrawal_key
from portal.subscriptions.models import Cancellation, Subscription
from tests.accounts.builders import address, customer
from tests.billing.builders import payer
from tests.browser import Browser, words
from tests.conftest import Work
from tests.orders.builders import order, parcel
from tests.returns.builders import sent_back
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.support.conftest import looks

RMA, PARCEL = "R-7K2M-4QXA", "00340434161094042557"
SHE = "ada.lovelace@example.com"


@pytest.fixture
def ada(app: Flask) -> int:
    """With two orders that are numbered differently, a parcel, and a return; and with Bob, whom nobody looks for."""
    at = clock.now()
    with app.app_context(), transaction():
        her = customer(SHE, "Ada King")
        address(her.id, phone="+40 721 234 567", at=at)
        bought = order(her, at, number="HA-7K2M4Q")
        order(her, at, number="SO-10482")
        db.session.flush()
        parcel(bought, carrier="dhl", tracking_number=PARCEL, at=at)
        sent_back(bought, {0: 1}, rma=RMA, at=at)
        order(customer("bob@example.org", "Bob Shaw"), at, number="1234")
        return her.id


def found(desk: Browser, typed: str) -> str:
    """Where it leads."""
    desk.get(f"/desk/search?q={quote(typed)}")
    return desk.answer.request.path


WHOLE = [
    SHE, f"mailto:{SHE}", f"MAILTO:{SHE}?subject=Where%20is%20it", f"Ada <{SHE}>", f'"King, Ada" <{SHE}>;', f"<{SHE}>", f"({SHE}).",
    f"\u202a{SHE}\u202c",
    f"From: {SHE}", f"From: Halfjar <help@halfjar.example> To: Ada <{SHE}>", f"Ada King\n{SHE}\n+40 721 234 568",
    "0040 721 234 567", "0721234567", "0721.234.567", "+40\u00a0721\u2011234\u2011567", "Telefon: 0721 234 567",
    "Ada Kong, mobil +40 (0) 721 234 567",
    "tel:+40721234567", "tel:+40-721-234-567;ext=2", "+40 721 234 567", "0721 234 567",
    "HA-7K2M4Q", "#HA-7K2M4Q", "# ha-7k2m4q", "Order HA-7K2M4Q", "Order #HA-7K2M4Q, please", "Comanda nr. HA-7K2M4Q",
    "ha7k2m4q", "7K2M4Q", "ha 7k2m4q",
    "SO-10482", "10482", "#10482", "Order 10482", "Sipariş no: 10482", "so10482", "X-10482", "ORD10482",
    RMA, "r7k2m4qxa", "7K2M 4QXA", f"RMA {RMA}", f"#{RMA}", "R 7K2M 4QXA",
    PARCEL, "0034 0434 1610 9404 2557", f"Sendung {PARCEL}", f"https://www.dhl.de/de/privatkunden.html?piececode={PARCEL}",
    "https://shop.example/orders/HA-7K2M4Q", "http://localhost/orders/HA-7K2M4Q/claim/damaged", f"https://shop.example/returns/{RMA}/outcome?from=mail",
    f"https://shop.example/desk/returns/{RMA}", f"Look: https://shop.example/desk/returns/{RMA}.",
]  # fmt: skip


@pytest.mark.parametrize("typed", WHOLE)
def test_what_is_hers_leads_to_her_however_it_was_pasted(desk: Browser, ada: int, typed: str) -> None:
    assert found(desk, typed) == f"/desk/customers/{ada}"


PARTS = ["lovelace", "Lovelace", "ada.love", "example.com", "@example.com", "king example.com", "example.com ada", "lovelace king"]


@pytest.mark.parametrize("typed", PARTS)
def test_each_part_of_an_address_finds_whose_it_is(desk: Browser, ada: int, typed: str) -> None:
    told = words(desk.get(f"/desk/search?q={quote(typed)}"))
    assert "Ada King" in told and "Bob" not in told and "Found for" in told


SLIPS = [
    "lovelase",
    "lovlace",
    "lovelacce",
    "olvelace",
    "king lovelase",
    "lovelase king",
    "ada.lovelace@exmaple.com",
    "ada.lovelac@example.com",
]


@pytest.mark.parametrize("typed", SLIPS)
def test_one_slip_is_asked_about(app: Flask, desk: Browser, ada: int, typed: str) -> None:
    told = words(desk.get(f"/desk/search?q={quote(typed)}"))
    assert f"Nobody is found for “{typed}”" in told and "Did you mean this one?" in told and "Ada King" in told and "Bob" not in told
    seen = [(whom, page) for _, whom, page in looks(app)]
    assert seen == [(ada, "search")], "whom staff saw, they saw"
    part = desk.get(f"/desk/search/suggestions?q={quote(typed)}", target="suggested")
    assert not part.select("a") and len(looks(app)) == 1, "half a word is no slip"


@pytest.mark.parametrize(
    "typed", ["lvlce", "lovelase kign", "kin gada", "#99999", "Order 99999", "HA-", "tel:", "mailto:", "https://", "https://["]
)
def test_more_than_one_slip_and_half_a_number_find_nobody(desk: Browser, ada: int, typed: str) -> None:
    assert "Nobody is found for" in words(desk.get(f"/desk/search?q={quote(typed)}"))


TOO_BAD = [
    "x" * 2000,
    "https://shop.example/" + "orders/" * 300,
    '"',
    "''",
    "%",
    "%%%",
    "_",
    "\\",
    "🧶",
    "🧶" * 400,
    "   ",
    "\t\n",
    "\u200b",
]
TOO_BAD += ["' OR 1=1 --", "<script>", "{{7*7}}", "a@" * 100, "٣٤٥٦٧٨٩", "#" * 50, "-" * 60, "é" * 300]


@pytest.mark.parametrize("typed", TOO_BAD)
def test_whatever_is_typed_is_answered_with_a_sentence(app: Flask, desk: Browser, ada: int, typed: str) -> None:
    told = words(desk.get(f"/desk/search?q={quote(typed)}"))
    assert "the beginning of a name or of an e-mail address" in told
    assert looks(app) == []


def test_what_the_provider_calls_something_leads_to_whose_it_is(app: Flask, desk: Browser, alice: Box, work: Work) -> None:
    work()
    with app.app_context():
        kinds = (BillingAccount, Subscription, Invoice, Card, Attempt)
        refs = [str(db.session.scalars(select(kind.provider_ref)).first()) for kind in kinds]
    for ref in refs:
        for typed in ref, f" {ref}  ", ref.upper(), ref.capitalize(), f"https://dashboard.stripe.com/test/x/{ref}", f"“{ref}”":
            assert found(desk, typed) == f"/desk/customers/{alice.customer_id}", typed
    customer_ref = refs[0]
    for link in f"https://dashboard.stripe.com/acct_1AbC/customers/{customer_ref}?tab=x#y", f"/desk/customers/{alice.customer_id}/view":
        assert found(desk, link if link[0] == "h" else f"https://shop.example{link}") == f"/desk/customers/{alice.customer_id}", link


def test_a_receipt_and_a_shared_parcel_lead_to_whose_they_are(app: Flask, desk: Browser, alice: Box, ada: int) -> None:
    at = clock.now()
    with app.app_context(), transaction():
        box = db.session.scalars(select(Subscription)).one()
        db.session.add(Cancellation(subscription=box, reference="C-7KQ2-M9XD", asked_at=at, is_at_once=False))
        shipment = parcel(order(db.session.get_one(Customer, ada), at, number="HA-2"), at=at)
        db.session.flush()
        link = f"https://shop.example/track/{tracking_key(shipment.id)}"
    assert found(desk, "c-7kq2-m9xd") == f"/desk/customers/{alice.customer_id}"
    assert found(desk, link) == f"/desk/customers/{ada}"


def test_what_is_nobodys_yet_is_told_and_leads_to_where_it_is_carried_out(app: Flask, desk: Browser) -> None:
    at = clock.now() - timedelta(days=9)
    with app.app_context(), transaction():
        told = Declared("Zoe", "10483", "", "zoe@example.com", "a-draft")
        withdrawn = declare(told, customer=None, network=None, locale=None, time_zone=None, at=at).reference
        lines = [OrderLine(position=0, title="Honey", sku="HON", quantity=1, unit_amount=900, amount=900)]
        bought = Order(
            number="10482", placed_at=at, currency="EUR", total=900, source="import", email="eve@example.com", lines=lines
        )  # fmt: skip
        db.session.add(bought)
        db.session.flush()
        parcel(bought, carrier="dhl", tracking_number=PARCEL, at=at)
    for typed in "10482", "Order 10482", PARCEL, "eve@example.com", "Eve <eve@example.com>":
        page = desk.get(f"/desk/search?q={quote(typed)}")
        assert "Order 10482 belongs to nobody yet" in words(page), typed
    with app.app_context():
        sealed = withdrawal_key(withdrawn)
    for typed in withdrawn, withdrawn.lower(), withdrawn.replace("-", ""), "zoe@example.com", f"https://shop.example/withdraw/{sealed}":
        page = desk.get(f"/desk/search?q={quote(typed)}")
        assert f"Withdrawal {withdrawn} belongs to nobody yet" in words(page), typed
        assert page.select('main a[href^="/desk/tasks/"]')
    assert looks(app) == []


def test_a_payment_leads_to_whose_it_is_and_to_the_order_that_it_paid(
    app: Flask, desk: Browser, alice: Box, stripe: Stripe, work: Work
) -> None:
    work()
    with app.app_context():
        charge = db.session.scalars(select(Attempt.provider_ref)).one()
        paid = select(Invoice.provider_ref, Invoice.number, Order.number).join(Order, Order.source_ref == Invoice.provider_ref)
        invoice, its_number, bought = db.session.execute(paid).one()
    payment = str(stripe.v1.charges.retrieve(charge).payment_intent)
    refund = str(stripe.v1.refunds.create({"charge": charge, "amount": 1}).id)
    work()
    there = "dashboard.stripe.com/acct_1AbC/test/payments"
    links = f"https://{there}/{payment}", f"{there}/{payment}", f"https://dashboard.stripe.com/b/acct_1AbC?destination=/payments/{payment}"
    for typed in payment, *links, f"Paid: {payment}, 9 €", charge, invoice, str(its_number), f"Invoice {its_number}", refund:
        assert found(desk, typed) == f"/desk/customers/{alice.customer_id}", typed
        assert desk.answer.request.args["order"] == bought, typed


def test_so_does_what_only_stripe_keeps(app: Flask, desk: Browser, stripe: Stripe, work: Work) -> None:
    """An item of a subscription, a page on which a card is to be given and what comes of it, an event."""
    alice = payer(app, stripe)
    alice.start()
    work()
    (page,) = stripe.v1.checkout.sessions.list({"customer": alice.ref}).data
    (event,) = stripe.v1.events.list({"type": "setup_intent.created"}).data
    for ref in stripe.v1.subscriptions.retrieve(alice.box.ref)["items"].data[0].id, page.id, page.setup_intent, event.id:
        assert found(desk, ref) == f"/desk/customers/{alice.box.customer_id}", ref
