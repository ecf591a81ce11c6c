from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.accounts.actions.staff import shut_out
from portal.accounts.models import Session, Staff
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.operations.queries import status
from portal.outbox.models import Sync
from portal.prepared.models import MOST_OPEN, Outcome
from portal.timeline import SCHEDULE, Entry
from tests.browser import Browser, words
from tests.conftest import Work
from tests.prepared.builders import approve, fields_of, prepared, suggestions, views
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, subscribe
from tests.subscriptions.conftest import Both
from tests.subscriptions.test_address import ADA
from tests.subscriptions.test_at_once import browsers
from tests.subscriptions.test_undo_by_mail import quantity


def entry(app: Flask) -> Entry:
    with app.app_context():
        return db.session.scalars(select(Entry).where(Entry.subject.like("subscription:%")).order_by(Entry.id.desc()).limit(1)).one()


def test_one_tap_does_it_in_the_customers_name_and_the_history_names_both(
    app: Flask, alice: Box, jonas: Browser, both: Both, work: Work
) -> None:
    jonas.post(alice.skip(0))
    page = approve(alice.browser)
    assert "Skipped. Next is Mon 25 Jan." in words(page)
    assert both.here(alice) == date(2027, 1, 23)
    (one,), done = prepared(app), entry(app)
    assert (one.ended_as, one.entry_id) == (Outcome.APPROVED, done.id)
    assert (done.deed, done.customer_id, done.staff_id, done.facts["prepared"]) == ("skipped", alice.customer_id, None, one.id)
    work()
    assert both.there(alice) == date(2027, 1, 23)
    assert "You approved what Jonas had prepared" in words(alice.browser.get(alice.page))
    assert not alice.browser.get("/").select("#suggestions section")


def test_the_provider_and_the_work_carry_both_names_until_the_next_change_is_hers_alone(
    app: Flask, alice: Box, jonas: Browser, jonas_id: int, stripe: Stripe, work: Work
) -> None:
    def told() -> str | None:
        found: dict[str, str] = stripe.v1.subscriptions.retrieve(alice.ref).metadata.to_dict()
        return found.get("changed_by")

    jonas.post(alice.skip(0))
    approve(alice.browser)
    with app.app_context():
        asked = db.session.scalars(select(Sync).where(Sync.kind == "subscription", Sync.subject_id == alice.id)).one()
        assert (asked.customer_id, asked.staff_id, asked.prepared_by) == (alice.customer_id, None, jonas_id)
    work()
    with app.app_context():
        assert [(done.asked_by, done.prepared_by) for done in status(at=now()).recent if done.kind == "subscription"] == [(None, "Jonas")]
    assert told() == f"customer {alice.customer_id}, prepared by staff {jonas_id}"
    alice.browser.post(alice.unskip(0))
    work()
    assert told() is None


def test_so_does_an_address(app: Flask, alice: Box, jonas: Browser, jonas_id: int, stripe: Stripe, work: Work) -> None:
    jonas.post("/account/addresses/new", ADA | {"for_all": "1"})
    approve(alice.browser, at="/suggestions")
    work()
    found: dict[str, str] = stripe.v1.customers.retrieve(alice.customer_ref).metadata.to_dict()
    assert found.get("address_changed_by") == f"customer {alice.customer_id}, prepared by staff {jonas_id}"


def test_staff_see_it_land(alice: Box, jonas: Browser) -> None:
    jonas.post(alice.skip(0))
    approve(alice.browser)
    assert "Approved" in suggestions(jonas.get("/suggestions"))


def test_what_was_approved_can_be_undone_as_ever(alice: Box, jonas: Browser, both: Both) -> None:
    jonas.post(alice.skip(0))
    page = approve(alice.browser)
    undo = page.select_one("#notice form")
    assert undo
    alice.browser.post(str(undo["action"]))
    assert both.here(alice) == date(2026, 12, 23)


def test_a_second_tap_is_told_so(alice: Box, jonas: Browser, both: Both) -> None:
    jonas.post(alice.skip(0))
    path, sent = fields_of(alice.browser.get("/"))
    alice.browser.post(path, sent)
    page = alice.browser.post(path, sent)
    assert "You approved this suggestion already." in words(page)
    assert both.here(alice) == date(2027, 1, 23)


def test_staff_cannot_approve_it_themselves(app: Flask, alice: Box, jonas: Browser, both: Both) -> None:
    jonas.post(alice.skip(0))
    assert not jonas.get("/").select("form[id^=approve]")
    page = jonas.post(alice.skip(0), {"suggestion": "1"})
    assert "Only the customer can answer a suggestion." in words(page)
    assert prepared(app)[0].ended_as is None and both.here(alice) == date(2026, 12, 23)


def test_somebody_elses_suggestion_is_not_there(app: Flask, alice: Box, bob: Box, jonas: Browser) -> None:
    jonas.post(alice.skip(0))
    bob.browser.post(bob.skip(0), {"suggestion": "1"}, expect=404)
    bob.browser.post("/suggestions/1/decline", expect=404)
    for nonsense in "0", "x", "99999999999999999999", "":
        alice.browser.post(alice.skip(1), {"suggestion": nonsense}, expect=404)
    assert prepared(app)[0].ended_as is None


def test_a_form_that_is_another_one_is_the_customers_own_and_approves_nothing(app: Flask, alice: Box, jonas: Browser, both: Both) -> None:
    jonas.post(alice.move(0), {"to": "2027-01-04"})
    path, sent = fields_of(alice.browser.get("/"))
    page = alice.browser.post(path, {**sent, "to": "2027-01-05"})
    assert "Moved." in words(page)
    assert prepared(app)[0].ended_as is None
    assert "prepared" not in entry(app).facts


def test_after_a_week_it_is_over(app: Flask, alice: Box, jonas: Browser, both: Both, time: Callable[[timedelta], None]) -> None:
    jonas.post(alice.skip(1))
    path, sent = fields_of(alice.browser.get("/"))
    time(timedelta(days=7, minutes=1))
    assert not alice.browser.get("/").select("form[id^=approve]")
    page = alice.browser.post(path, sent)
    assert "The time for this suggestion is over." in words(page)
    assert both.here(alice) == date(2026, 12, 23)


def test_a_rule_that_says_no_meanwhile_says_why(app: Flask, alice: Box, jonas: Browser) -> None:
    jonas.post(alice.skip(0))
    path, sent = fields_of(alice.browser.get("/"))
    alice.browser.post(alice.skip(0))
    page = alice.browser.post(path, sent)
    assert "already skipped" in words(page)
    assert prepared(app)[0].ended_as is Outcome.OVERTAKEN
    assert "Out of date" in words(alice.browser.get("/suggestions"))


def test_declined_with_one_tap(app: Flask, alice: Box, jonas: Browser, both: Both) -> None:
    jonas.post(alice.skip(0))
    alice.browser.get("/")
    page = alice.browser.post("/suggestions/1/decline")
    assert "Declined. Nothing is changed." in words(page)
    assert prepared(app)[0].ended_as is Outcome.DECLINED
    assert both.here(alice) == date(2026, 12, 23)
    assert "You declined this suggestion already." in words(alice.browser.post("/suggestions/1/decline"))


def test_ten_taps_at_once_are_one_approval(app: Flask, alice: Box, jonas: Browser, both: Both) -> None:
    jonas.post(quantity(alice, app), {"quantity": "3"})
    path, sent = fields_of(alice.browser.get("/"))
    devices = browsers(app, alice, 10)
    with ThreadPoolExecutor(10) as threads:
        list(threads.map(lambda device: device.post(path, sent), devices))
    with app.app_context():
        done = list(db.session.scalars(select(Entry.facts).where(Entry.deed == "quantity")))
    assert [facts["prepared"] for facts in done] == [1]
    assert prepared(app)[0].ended_as is Outcome.APPROVED


def test_it_stays_when_who_prepared_it_works_there_no_more(app: Flask, alice: Box, jonas: Browser, jonas_id: int, both: Both) -> None:
    jonas.post(alice.skip(0))
    with app.app_context(), transaction():
        shut_out(db.session.get_one(Staff, jonas_id), by=SCHEDULE, at=now())
    approve(alice.browser)
    assert both.here(alice) == date(2027, 1, 23)


def test_a_subscription_that_was_cancelled_meanwhile(app: Flask, alice: Box, jonas: Browser) -> None:
    jonas.post(alice.skip(0))
    path, sent = fields_of(alice.browser.get("/"))
    alice.browser.post(f"{alice.page}/cancel", {"when": "now"})
    page = alice.browser.post(path, sent)
    assert page.select_one(".notice.bad")
    assert prepared(app)[0].ended_as is Outcome.OVERTAKEN


def test_a_delivery_that_locked_meanwhile(app: Flask, alice: Box, stripe: Stripe, work: Work, jonas_id: int) -> None:
    stripe.later(days=25)
    work()
    alice.sign_in()
    views(app, jonas_id, alice.customer_id).post(alice.skip(0))
    path, sent = fields_of(alice.browser.get("/"))
    stripe.later(days=4)
    page = alice.browser.post(path, sent)
    assert "locked on Mon 21 December" in words(page)
    assert prepared(app)[0].ended_as is Outcome.OVERTAKEN


def test_twenty_wait_and_no_more(app: Flask, alice: Box, jonas: Browser) -> None:
    for more in range(MOST_OPEN):
        jonas.post(quantity(alice, app), {"quantity": str(2 + more)})
    assert len(prepared(app)) == MOST_OPEN
    page = jonas.post(alice.skip(1))
    assert "20 suggestions wait for an answer already." in words(page)
    home = alice.browser.get("/")
    assert len(home.select("#suggestions section")) == 3 and "17 more suggestions" in words(home)
    assert len(alice.browser.get("/suggestions").select("#suggestions section")) == MOST_OPEN


def test_an_open_page_asks_for_what_is_about_it_alone(app: Flask, alice: Box, stripe: Stripe, jonas: Browser) -> None:
    other = subscribe(app, stripe, name="Tea box")
    jonas.post(alice.skip(0))
    asked = alice.browser.get(f"/suggestions?about=subscription:{alice.id}", target="suggestions")
    assert "Skip Mon 28 Dec" in words(asked) and not asked.html
    assert "Skip" not in words(alice.browser.get(f"/suggestions?about=subscription:{other.id}", target="suggestions"))


@pytest.mark.parametrize("how", ["session", "cookie"])
def test_who_was_signed_out_meanwhile_signs_in_and_approves_it_then(app: Flask, alice: Box, jonas: Browser, both: Both, how: str) -> None:
    jonas.post(alice.skip(0))
    path, sent = fields_of(alice.browser.get(alice.page))
    alice.browser.agent |= {"Origin": "http://localhost"}
    if how == "cookie":
        alice.browser.client.delete_cookie("portal")
    with app.app_context(), transaction():
        db.session.execute(update(Session).where(Session.customer_id == alice.customer_id).values(revoked_at=now()))
    assert "You were signed out meanwhile. Nothing was changed." in words(alice.browser.post(path, sent))
    with alice.browser.client.session_transaction() as kept:
        assert kept["next"] == alice.page
    alice.browser.sign_in(alice.customer_id)
    approve(alice.browser, at=alice.page)
    (one,) = prepared(app)
    assert one.ended_as == Outcome.APPROVED
    assert both.here(alice) == date(2027, 1, 23)
