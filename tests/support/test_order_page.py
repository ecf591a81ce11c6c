"""An order at the desk: all of it on one page, in as many questions for a hundred parcels as for one."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from portal.kit import clock
from portal.kit.db import db, transaction
from portal.orders.models import Order, OrderLine
from portal.returns.actions import claims
from portal.returns.models import ClaimKind, Wish
from portal.tasks.actions import open_task
from portal.timeline import Actor, note
from tests.accounts.builders import customer
from tests.browser import Browser, attribute, words
from tests.conftest import Work
from tests.orders.builders import order, parcel
from tests.questions import questions
from tests.returns.builders import sent_back
from tests.subscriptions.builders import Box
from tests.support.conftest import looks


def test_all_of_an_order_stands_on_its_page(app: Flask, desk: Browser, jonas: int) -> None:
    at = clock.now()
    with app.app_context(), transaction():
        mira = customer("mira@example.com", "Mira Okafor")
        bought = order(mira, at, number="2026/HA-1")
        db.session.flush()
        shipment = parcel(bought, carrier="dhl", tracking_number="JD0146000001", at=at)
        sent_back(bought, {0: 1}, rma="R-7K2M-4QXA", at=at)
        by = Actor(customer_id=mira.id, staff_id=jonas)
        asked = claims.Asked(ClaimKind.DAMAGED, {bought.lines[0].id: 1}, Wish.REFUND, "It leaks.", "No camera.", "a-draft")
        claim = claims.open_claim(bought, asked, by=by, at=at).reference
        facts = {"order": bought.number, "line": 0, "title": "Honey", "quantity": 1, "amount": 890, "currency": "EUR"}
        note(bought, "line cancelled", by=by, at=at, facts=facts)
        open_task("no scan", shipment, key="one", customer_id=mira.id, due_at=at + timedelta(hours=4), at=at)
        title, mine = bought.lines[0].title, mira.id
    page = desk.get("/desk/orders/2026/HA-1")
    told = words(page)
    for part in (
        "Order 2026/HA-1",
        "Mira Okafor",
        "mira@example.com",
        title,
        "JD0146000001",
        "R-7K2M-4QXA",
        claim,
        "A parcel does not move",
    ):
        assert part in told, part
    assert "Taken out of the order Jonas for Mira Okafor" in told and "1 × Honey, €8.90" in told, "both names"
    for link in f"/desk/customers/{mine}", "/desk/returns/R-7K2M-4QXA", f"/desk/claims/{claim}":
        assert page.select(f'main a[href="{link}"]'), link
    assert page.select('main a[href^="/desk/tasks/"]')
    assert looks(app) == [(jonas, mine, "order")]


def test_what_a_box_was_paid_with_and_what_went_back(app: Flask, desk: Browser, alice: Box, work: Work) -> None:
    work()
    with app.app_context():
        number, ref = db.session.execute(select(Order.number, Order.source_ref)).first() or ("", "")
    told = words(desk.get(f"/desk/orders/{number}"))
    assert str(ref) in told and "A box of a subscription" in told and "Total" in told


def test_an_order_of_nobodys_says_so_and_gives_no_address_away(app: Flask, desk: Browser) -> None:
    lines = [OrderLine(position=0, title="Honey", sku="HON", quantity=1, unit_amount=900, amount=900)]
    with app.app_context(), transaction():
        db.session.add(
            Order(number="10482", placed_at=clock.now(), currency="EUR", total=900, source="import", email="eve@example.com", lines=lines)
        )
    told = words(desk.get("/desk/orders/10482"))
    assert "It belongs to nobody yet." in told and "e•••@example.com" in told and "eve@" not in told and "Honey" in told
    assert looks(app) == []


def test_who_looks_for_an_order_gets_from_its_customer_to_it(app: Flask, desk: Browser) -> None:
    with app.app_context(), transaction():
        mira, bob = customer("mira@example.com", "Mira Okafor"), customer("bob@example.com", "Bob")
        bought = order(mira, clock.now(), number="HA-1")
        order(bob, clock.now(), number="HA-2")
        db.session.flush()
        parcel(bought, carrier="dhl", tracking_number="JD0146000001", at=clock.now())
        here = f"/desk/customers/{mira.id}"
    for typed in "Order HA-1", "JD0146000001":
        page = desk.get(f"/desk/search?q={typed}")
        assert desk.at == f"{here}?order=HA-1" and "What you looked for" in words(page), typed
        assert attribute(page, "main .rows a.go", "href") == "/desk/orders/HA-1"
    assert "What you looked for" not in words(desk.get(f"{here}?order=HA-2")), "that is Bob's"
    assert desk.get(here).select('#bought ~ .scroll a[href="/desk/orders/HA-1"]')


def test_what_colleagues_keep_of_its_customer_stands_there(app: Flask, desk: Browser, jonas: int) -> None:
    with app.app_context(), transaction():
        mira = customer("mira@example.com", "Mira")
        order(mira, clock.now(), number="HA-1")
        here = f"/desk/customers/{mira.id}/notes"
    desk.post(here, {"note": "Rings twice.", "draft": attribute(desk.get(here), "[name=draft]")})
    assert "Rings twice." in words(desk.get("/desk/orders/HA-1"))


def test_it_asks_no_more_for_very_many_and_shows_lines_page_by_page(app: Flask, desk: Browser) -> None:
    at = clock.now()
    with app.app_context(), transaction():
        mira = customer("mira@example.com", "Mira")
        few, many = order(mira, at, number="HA-1"), order(mira, at, number="HA-2")
        db.session.flush()
        for bought, count in (few, 1), (many, 30):
            for one in range(count):
                db.session.add(
                    OrderLine(
                        position=len(bought.lines) + 100 + one,
                        title=f"Tea {one}",
                        sku="T",
                        quantity=1,
                        unit_amount=1,
                        amount=1,
                        order=bought,
                    )
                )
                note(bought, "packed", by=Actor(system="API key shop"), at=at, facts={})
    desk.get("/desk/orders/HA-1")
    assert questions(app, desk, "/desk/orders/HA-2") == questions(app, desk, "/desk/orders/HA-1")
    desk.get("/desk/orders/HA-1?line=50", expect=404)
    desk.get("/desk/orders/HA-1?line=99999999999999999999", expect=404)
    desk.get("/desk/orders/HA-1?line=x")
    desk.get("/desk/orders/nothing", expect=404)
