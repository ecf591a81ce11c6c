import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Address
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.subscriptions.models import Subscription
from portal.timeline import Entry
from tests.accounts.builders import address
from tests.browser import Sent, words
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, subscribe
from tests.subscriptions.conftest import Both

ADA: Sent = {
    "name": "Ada Okafor", "line1": "Rosenweg 3", "line2": "", "postcode": "99423", "city": "Weimar", "region": "", "country": "DE",
    "phone": "",
}  # fmt: skip


@pytest.fixture
def home(app: Flask, alice: Box) -> int:
    """For all of Alice's deliveries."""
    with app.app_context(), transaction():
        return address(alice.customer_id, at=now()).id


@pytest.fixture
def ada(app: Flask, alice: Box, home: int) -> int:
    """In Alice's book as well."""
    with app.app_context(), transaction():
        return address(alice.customer_id, name="Ada Okafor", line1="Rosenweg 3", postcode="99423", city="Weimar", at=now()).id


def sheet(box: Box) -> str:
    return f"{box.page}/address"


def row(page: BeautifulSoup) -> str:
    found = page.select_one('a[href$="/address"], a[href$="/address/new"]')
    assert found
    return words(found)


def told(page: BeautifulSoup) -> str:
    notice = page.select_one("#notice")
    assert notice
    return words(notice)


def ship_to(stripe: Stripe, box: Box) -> str:
    return str(stripe.v1.subscriptions.retrieve(box.ref).metadata.to_dict().get("ship_to", ""))


def send(box: Box, address_id: int | str, expect: int = 200) -> BeautifulSoup:
    box.browser.get(box.page)
    return box.browser.post(sheet(box), {"address": str(address_id)}, expect=expect)


def undo(box: Box, page: BeautifulSoup) -> BeautifulSoup:
    form = page.select_one("#notice form")
    assert form
    return box.browser.post(str(form["action"]))


def test_the_page_says_where_it_goes(app: Flask, alice: Box) -> None:
    assert row(alice.browser.get(alice.page)) == "Delivery address None yet. Add one."
    with app.app_context(), transaction():
        address(alice.customer_id, at=now())
    assert row(alice.browser.get(alice.page)) == "Delivery address Lindenallee 12, 04105 Leipzig, Germany"


def test_the_sheet_says_which_deliveries_it_is_for_and_offers_the_book(alice: Box, home: int, ada: int) -> None:
    page = alice.browser.get(sheet(alice))
    assert "A new address counts from the delivery on Monday 28 December on." in words(page)
    assert "locked" not in words(page)
    assert [button["value"] for button in page.select("button[name=address]")] == [str(ada)]
    now_there = page.select_one("[aria-current=true]")
    assert now_there and words(now_there).endswith("It goes here now, as all deliveries do")


def test_another_address_is_sent_to_stripe_and_nothing_else_changes(
    alice: Box, home: int, ada: int, stripe: Stripe, both: Both, work: Work
) -> None:
    there, here = both.there(alice), both.here(alice)
    page = send(alice, ada)
    assert told(page).startswith("New delivery address. From Mon 28 Dec on.")
    assert row(page) == "Delivery address Rosenweg 3, 99423 Weimar, Germany. Only for this subscription"
    work()
    assert ship_to(stripe, alice) == "Ada Okafor, Rosenweg 3, 99423 Weimar, DE"
    assert (both.there(alice), both.here(alice), both.version_there(alice)) == (there, here, 1)
    assert both.is_confirmed(alice)
    history = alice.browser.get(alice.page).select_one(".timeline li")
    assert history and words(history).startswith("New delivery address You,") and "Confirmed by the payment provider" in words(history)


def test_one_that_was_changed_at_stripe_is_put_right(alice: Box, home: int, ada: int, stripe: Stripe, both: Both, work: Work) -> None:
    """Where the boxes go is ours alone to say."""
    send(alice, ada)
    work()
    ours = ship_to(stripe, alice)
    stripe.v1.subscriptions.update(alice.ref, {"metadata": {"ship_to": "Somewhere else"}})
    stripe.wait_for_webhooks()
    work()
    work()
    assert ship_to(stripe, alice) == ours != ""
    assert both.is_confirmed(alice)
    assert "Somewhere else" not in words(alice.browser.get(alice.page))


def test_it_goes_where_all_go_again(alice: Box, home: int, ada: int, stripe: Stripe, work: Work) -> None:
    send(alice, ada)
    work()
    assert row(send(alice, "all")) == "Delivery address Lindenallee 12, 04105 Leipzig, Germany"
    work()
    assert ship_to(stripe, alice) == ""


def test_undo_puts_the_address_back(alice: Box, home: int, ada: int, stripe: Stripe, both: Both, work: Work) -> None:
    page = send(alice, ada)
    work()
    page = undo(alice, page)
    assert told(page).startswith("Undone.") and "Leipzig" in row(page)
    work()
    assert ship_to(stripe, alice) == "" and both.version_there(alice) == 2


def test_where_it_goes_already_it_is_not_sent_again(app: Flask, alice: Box, home: int, ada: int) -> None:
    assert told(send(alice, "all")) == "It goes there already."
    send(alice, ada)
    assert told(send(alice, ada)) == "It goes there already."
    with app.app_context():
        assert len(db.session.scalars(select(Entry).where(Entry.deed == "address")).all()) == 1


def test_a_new_address_is_added_and_used_at_once(app: Flask, alice: Box, home: int, stripe: Stripe, work: Work) -> None:
    page = alice.browser.get(f"{sheet(alice)}/new")
    assert page.select_one("#line1[autocomplete=address-line1]") and "from the delivery on Monday 28 December on" in words(page)
    page = alice.browser.post(f"{sheet(alice)}/new", ADA | {"postcode": "9942"}, expect=422)
    assert "A postcode in Germany looks like" in words(page) and page.select_one('#line1[value="Rosenweg 3"]')
    page = alice.browser.post(f"{sheet(alice)}/new", ADA)
    assert told(page).startswith("New delivery address.") and "Rosenweg 3" in row(page)
    work()
    assert ship_to(stripe, alice) == "Ada Okafor, Rosenweg 3, 99423 Weimar, DE"
    assert len(alice.browser.get("/account/addresses").select("main .card")) == 2
    alice.browser.get(alice.page)
    alice.browser.post(f"{sheet(alice)}/new", ADA)
    assert len(alice.browser.get("/account/addresses").select("main .card")) == 2


def test_the_first_address_is_for_all_deliveries_too(alice: Box) -> None:
    alice.browser.get(f"{sheet(alice)}/new")
    page = alice.browser.post(f"{sheet(alice)}/new", ADA)
    assert "Rosenweg 3" in row(page)
    assert "For all deliveries" in words(alice.browser.get("/account/addresses"))


def test_a_correction_in_the_book_is_followed(app: Flask, alice: Box, home: int, ada: int, stripe: Stripe, both: Both, work: Work) -> None:
    send(alice, ada)
    work()
    alice.browser.get(f"/account/addresses/{ada}")
    page = alice.browser.post(f"/account/addresses/{ada}", ADA | {"line1": "Rosenweg 5"})
    work()
    assert ship_to(stripe, alice) == "Ada Okafor, Rosenweg 5, 99423 Weimar, DE" and both.is_confirmed(alice)
    history = alice.browser.get(alice.page).select_one(".timeline li")
    assert history and words(history).startswith("Delivery address corrected You,") and not history.select_one("form")
    undo(alice, page)
    work()
    assert ship_to(stripe, alice) == "Ada Okafor, Rosenweg 3, 99423 Weimar, DE" and both.is_confirmed(alice)


def test_what_it_goes_to_cannot_be_removed_from_the_book(app: Flask, alice: Box, home: int, ada: int) -> None:
    send(alice, ada)
    page = alice.browser.get("/account/addresses")
    assert "Only for: Pantry box" in words(page)
    page = alice.browser.post(f"/account/addresses/{ada}/remove")
    assert "Pantry box goes here. Give it another address first." in words(page)
    with app.app_context():
        assert db.session.get_one(Address, ada).is_listed


def test_undo_does_not_lead_to_an_address_that_is_gone(app: Flask, alice: Box, home: int, ada: int) -> None:
    send(alice, ada)
    back = send(alice, "all")
    alice.browser.get("/account/addresses")
    alice.browser.post(f"/account/addresses/{ada}/remove")
    alice.browser.get(alice.page)
    page = undo(alice, back)
    assert "because that address was removed from your book since" in told(page) and "Leipzig" in row(page)


def test_undo_leads_to_an_address_as_it_was_corrected(app: Flask, alice: Box, home: int, ada: int, stripe: Stripe, work: Work) -> None:
    send(alice, ada)
    back = send(alice, "all")
    alice.browser.get(f"/account/addresses/{ada}")
    alice.browser.post(f"/account/addresses/{ada}", ADA | {"line1": "Rosenweg 5"})
    alice.browser.get(alice.page)
    assert "Rosenweg 5" in row(undo(alice, back))
    work()
    assert ship_to(stripe, alice) == "Ada Okafor, Rosenweg 5, 99423 Weimar, DE"


def test_a_delivery_that_has_locked_goes_where_it_went(alice: Box, home: int, ada: int, stripe: Stripe, both: Both, work: Work) -> None:
    stripe.later(days=28, hours=12)  # the charge is on 23 December
    alice.sign_in()
    said = words(alice.browser.get(sheet(alice)))
    assert "A new address counts from the delivery on Monday 25 January on." in said
    assert "The one on Monday 28 December is locked, and still goes where it went." in said
    assert told(send(alice, ada)).startswith("New delivery address. From Mon 25 Jan on.")
    work()
    assert ship_to(stripe, alice) == ""
    stripe.later(days=3)
    work()
    work()
    assert ship_to(stripe, alice) == "Ada Okafor, Rosenweg 3, 99423 Weimar, DE" and both.is_confirmed(alice)


def test_of_a_subscription_that_has_ended_nothing_is_sent_anywhere(alice: Box, home: int, ada: int, stripe: Stripe, work: Work) -> None:
    stripe.v1.subscriptions.cancel(alice.ref)
    work()
    page = alice.browser.get(alice.page)
    assert not page.select_one('a[href$="/address"]')
    assert "This subscription has ended" in told(send(alice, ada))


@pytest.mark.parametrize("chosen", ["", "0", "-1", "99999999999999999999", "2147483648", "1.5", "²", "all ", "ALL", "x"])
def test_what_is_no_address_is_not_found(alice: Box, home: int, chosen: str) -> None:
    send(alice, chosen, expect=404)


def test_bob_can_neither_use_alices_address_nor_send_her_boxes_elsewhere(app: Flask, alice: Box, bob: Box, home: int, ada: int) -> None:
    send(bob, home, expect=404)
    send(bob, ada, expect=404)
    bob.browser.get(sheet(alice), expect=404)
    bob.browser.get(f"{sheet(alice)}/new", expect=404)
    bob.browser.get(bob.page)
    bob.browser.post(sheet(alice), {"address": "all"}, expect=404)
    bob.browser.post(f"{sheet(alice)}/new", ADA, expect=404)
    with app.app_context():
        assert db.session.scalars(select(Subscription.address_id)).all() == [None, None]


def test_an_address_of_one_subscription_leaves_the_others_alone(
    app: Flask, stripe: Stripe, alice: Box, home: int, ada: int, work: Work
) -> None:
    other = subscribe(app, stripe, name="Oil box")
    send(alice, ada)
    work()
    assert "Lindenallee 12" in row(alice.browser.get(other.page)) and ship_to(stripe, other) == ""
