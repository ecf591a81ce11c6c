from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from portal import timeline
from portal.accounts.models import Customer
from portal.billing.models import BillingAccount, Card
from portal.carriers import ParcelStatus
from portal.kit import clock
from portal.kit.alarms import end_alarm, raise_alarm
from portal.kit.db import db, transaction
from portal.outbox.models import Sync
from portal.subscriptions.models import Subscription
from portal.tasks.actions import finish_tasks, open_task
from tests.accounts.builders import customer
from tests.billing.builders import behind, payer
from tests.browser import Browser, attribute, words
from tests.conftest import Work
from tests.orders.builders import order, parcel_that_is
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.support.conftest import looks


def test_everything_stands_on_one_page(app: Flask, desk: Browser, alice: Box, work: Work) -> None:
    alice.browser.post(alice.skip(0))
    work()
    told = words(desk.get(f"/desk/customers/{alice.customer_id}"))
    for part in ("alice@example.com", "Next delivery", "Visa", "4242", alice.ref, "cus_", "Sidamo coffee beans", "Orders", "History"):
        assert part in told, part
    assert "In step with the payment provider" in told and "skipped" in told.lower()


def test_nothing_of_theirs_can_be_changed_from_there(app: Flask, desk: Browser, alice: Box, work: Work) -> None:
    alice.browser.post(alice.skip(0))
    work()
    page = desk.get(f"/desk/customers/{alice.customer_id}")
    ours = ("/notes", "/reminders", "/vip", "/sync/resync")
    assert [form["action"] for form in page.select("main form[method=post]") if not str(form["action"]).endswith(ours)] == []


def test_what_the_provider_has_not_yet_and_what_fails_is_told(app: Flask, desk: Browser, alice: Box, stripe: Stripe, work: Work) -> None:
    work()
    alice.browser.post(alice.skip(0))
    page = f"/desk/customers/{alice.customer_id}"
    assert "On its way to the payment provider" in words(desk.get(page))
    stripe.faults({"kind": "500", "when": {"method": "POST", "path_prefix": "/v1/subscriptions/"}, "times": 50})
    work()
    with app.app_context():
        failing = db.session.scalars(select(Sync).where(Sync.error.is_not(None))).all()
        assert [one.kind for one in failing] == ["subscription"]
        reason = str(failing[0].error)
    told = words(desk.get(page))
    assert "Fails for" in told and " ".join(reason.split()) in told


def test_the_desk_says_which_alarms_are_on(app: Flask, desk: Browser) -> None:
    with app.app_context(), transaction():
        raise_alarm("work waits", "The oldest piece of work has waited <long>.", at=clock.now())
    told = words(desk.get("/desk"))
    assert "Alarm since" in told and "has waited <long>." in told
    with app.app_context(), transaction():
        end_alarm("work waits", at=clock.now())
    assert "Alarm since" not in words(desk.get("/desk"))


def test_an_account_that_the_provider_has_no_more_says_so(app: Flask, desk: Browser, alice: Box, work: Work) -> None:
    work()
    page = f"/desk/customers/{alice.customer_id}"
    assert "Closed there" not in words(desk.get(page))
    with app.app_context(), transaction():
        db.session.scalars(select(BillingAccount)).one().gone_at = clock.now()
    assert "nothing is charged to it. Closed there" in words(desk.get(page))


def test_of_a_hundred_subscriptions_some_are_shown_and_all_on_request(app: Flask, desk: Browser, alice: Box) -> None:
    page = f"/desk/customers/{alice.customer_id}"
    with app.app_context(), transaction():
        her = db.session.get_one(Customer, alice.customer_id)
        for number in range(99):
            db.session.add(Subscription(customer=her, provider_ref=f"sub_{number}", name=f"Box {number}", currency="EUR", every_count=1,
                                        every_unit="month", started_at=clock.now()))  # fmt: skip
    shown = desk.get(page)
    assert len(shown.select("#subscriptions ~ .lines > li")) == 8
    link = attribute(shown, 'a[href*="subscriptions=all"]', "href")
    everything = desk.get(link)
    assert len(everything.select("#subscriptions ~ .lines > li")) == 100 and not everything.select('a[href*="subscriptions=all"]')


def test_each_look_is_written_down_before_anything_is_shown(app: Flask, desk: Browser, jonas: int, alice: Box) -> None:
    page = f"/desk/customers/{alice.customer_id}"
    desk.get(page)
    desk.client.head(page)
    desk.get("/desk")
    assert looks(app) == [(jonas, alice.customer_id, "customer")] * 2
    with app.app_context(), transaction():
        db.session.get_one(Customer, alice.customer_id).name = "Alice"
        db.session.execute(text("ALTER TABLE look RENAME TO gone"))
    with pytest.raises(DatabaseError):
        desk.client.get(page)
    with pytest.raises(DatabaseError):
        desk.client.get("/desk/search?q=al")


def test_who_is_not_there_is_not_there(app: Flask, desk: Browser) -> None:
    desk.get("/desk/customers/999", expect=404)
    assert looks(app) == []


def test_a_customer_without_anything_has_a_page_too(app: Flask, desk: Browser) -> None:
    with app.app_context(), transaction():
        new = customer("new@example.com").id
    told = words(desk.get(f"/desk/customers/{new}"))
    assert "new@example.com" in told and "Nothing is planned" in told and "No card is known." in told and "Has never signed in" in told


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{7*7}}", "${7*7}", "%s", "\u202etxt"])
def test_a_name_is_only_a_name(app: Flask, desk: Browser, name: str) -> None:
    with app.app_context(), transaction():
        odd = customer("odd@example.com", name).id
    page = desk.get(f"/desk/customers/{odd}")
    found = page.select_one("h1")
    assert found and found.text == name and not page.select("main script:not([src])")
    assert desk.answer.headers["Cache-Control"] == "no-store"


def test_leads_see_who_looked_and_admins_who_works_here(app: Flask, desk: Browser, lead: Browser, admin: Browser, alice: Box) -> None:
    desk.get(f"/desk/customers/{alice.customer_id}")
    told = words(lead.get("/desk/looks"))
    assert "Jonas" in told and f"Customer {alice.customer_id}, a•••@example.com" in told and "alice@" not in told
    told = words(admin.get("/desk/staff"))
    assert "jonas@halfjar.example" in told and "The lead" in told
    assert "Looks" not in words(desk.get("/desk")) and "Looks" in words(lead.get("/desk"))
    desk.get("/desk/looks", expect=403)
    lead.get("/desk/staff", expect=403)
    assert [page for _, _, page in looks(app)] == ["customer"], "neither of these names a customer"


def test_what_somebody_has_to_do_for_them_stands_there_until_it_is_done(app: Flask, desk: Browser, alice: Box) -> None:
    page, at = f"/desk/customers/{alice.customer_id}", clock.now()
    assert "To do for them" not in words(desk.get(page))
    with app.app_context(), transaction():
        her = db.session.get_one(Customer, alice.customer_id)
        for key in ("one", "one", "two"):
            open_task("claim", her, key=key, customer_id=her.id, due_at=at + timedelta(hours=4), at=at)
    told = words(desk.get(page))
    assert "To do for them" in told and told.count("Answer a claim") == 2
    with app.app_context(), transaction():
        finish_tasks("claim", db.session.get_one(Customer, alice.customer_id), at=at)
    assert "To do for them" not in words(desk.get(page))


def test_the_desk_speaks_of_parcels_and_cards_as_the_shops_people_do(app: Flask, desk: Browser, alice: Box, work: Work) -> None:
    work()
    with app.app_context(), transaction():
        bought = order(db.session.get_one(Customer, alice.customer_id), clock.now(), number="HA-1001")
        db.session.flush()
        parcel_that_is(ParcelStatus.AVAILABLE_FOR_PICKUP, bought)
        account, card = db.session.scalars(select(BillingAccount)).one(), db.session.scalars(select(Card.id)).first()
        timeline.note(account, "card gone", by=timeline.PROVIDER, at=clock.now(), facts={"card": card})
    for page in f"/desk/customers/{alice.customer_id}", "/desk/orders/HA-1001":
        told = words(desk.get(page))
        assert "Waits to be picked up" in told and "Waits for you" not in told, page
    told = words(desk.get(f"/desk/customers/{alice.customer_id}"))
    assert "Visa ending 4242 removed there" in told and "not by you" not in told


def test_its_sections_are_those_that_there_is_something_to_say_in(desk: Browser, alice: Box) -> None:
    page = desk.get(f"/desk/customers/{alice.customer_id}")
    assert [title["id"] for title in page.select("main h2")] == ["next", "cards", "known", "bought", "subscriptions", "history"]


def test_what_is_owed_stands_there_with_what_the_bank_said_and_what_follows(app: Flask, stripe: Stripe, jonas: int, work: Work) -> None:
    carol = payer(app, stripe, email="carol@example.com")
    behind(carol, work)
    desk = Browser(app)
    desk.sign_in_staff(jonas)  # a month later
    page = f"/desk/customers/{carol.box.customer_id}"
    told = words(desk.get(page))
    assert "Not paid €14.90 is not paid 1 × Sidamo coffee beans" in told
    assert "Visa ending 0341 was refused. generic_decline" in told and "It is tried again by itself" in told
    carol.browser.get(carol.give("4444"))
    work()
    assert "is not paid" not in words(desk.get(page))
