"""Something was changed since a change was suggested: both sides read what, and what to do; nothing else is done than what was shown."""

from datetime import date

from flask import Flask

from portal.accounts.models import Role, Staff
from portal.kit.db import db, transaction
from portal.prepared.models import Outcome
from portal.subscriptions.models import Subscription
from tests.accounts.builders import staff
from tests.browser import Browser, words
from tests.conftest import Work
from tests.prepared.builders import approve, fields_of, prepared, suggestions, views
from tests.prepared.test_at_desk import desk_of
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both
from tests.subscriptions.test_address import ADA
from tests.subscriptions.test_undo_by_mail import quantity

SHOWN_ANEW = "Something has changed since it was suggested, so nothing was done yet. Look at what would come of it now."


def test_what_would_come_to_something_else_is_shown_anew_and_then_done(app: Flask, alice: Box, jonas: Browser, both: Both) -> None:
    jonas.post(alice.skip(0))
    alice.browser.post(alice.skip(1))
    card = suggestions(alice.browser.get("/"))
    assert "Changed since then: Mon 25 Jan skipped" in card
    page = approve(alice.browser)
    assert SHOWN_ANEW in words(page)
    assert both.here(alice) == date(2026, 12, 23) and prepared(app)[0].ended_as is None
    card = suggestions(alice.browser.get("/"))
    assert "If you approve it Tue 23 Feb" in card and "Changed since then" not in card
    approve(alice.browser)
    assert both.here(alice) == date(2027, 2, 23) and prepared(app)[0].ended_as is Outcome.APPROVED


def test_that_the_provider_has_it_meanwhile_changes_nothing_about_it(app: Flask, alice: Box, jonas: Browser, work: Work) -> None:
    alice.browser.post(quantity(alice, app), {"quantity": "2"})
    jonas.post(alice.skip(0))
    work()
    assert "Approve it" in suggestions(alice.browser.get("/"))
    approve(alice.browser)
    assert prepared(app)[0].ended_as is Outcome.APPROVED


def test_a_language_has_nothing_to_do_with_the_address_book(alice: Box, jonas: Browser) -> None:
    jonas.post("/account/language", {"locale": "en", "time_zone": "Europe/Lisbon"})
    jonas.post("/account/addresses/new", ADA)
    alice.browser.post("/account/language", {"locale": "en", "time_zone": "Europe/London"})
    page = words(alice.browser.get("/suggestions"))
    assert "Another suggestion is about the same" not in page and page.count("Changed since then:") == 1


def test_a_price_that_changed_meanwhile_is_no_cost_of_the_suggestion(app: Flask, alice: Box, jonas: Browser) -> None:
    jonas.post(alice.skip(0))
    with app.app_context(), transaction():
        for item in db.session.get_one(Subscription, alice.id).items:
            item.price.amount += 100
    card = suggestions(alice.browser.get("/"))
    assert "A price or a day is another one by now." in card and "less" not in card and "Approve it" not in card
    assert SHOWN_ANEW in words(approve(alice.browser))
    card = suggestions(alice.browser.get("/"))
    assert "Each delivery costs as much as now." in card and "If you approve it Sat 23 Jan, €15.90" in card
    approve(alice.browser)
    assert prepared(app)[0].ended_as is Outcome.APPROVED


def test_what_the_route_had_said_by_then_is_not_said(app: Flask, alice: Box, jonas: Browser, both: Both) -> None:
    """That of the quantity says what it did, and makes a form of each refusal."""
    jonas.post(quantity(alice, app), {"quantity": "4"})
    alice.browser.post(alice.skip(0))
    page = approve(alice.browser)
    notice = page.select_one("#notice")
    assert notice and SHOWN_ANEW in words(notice) and not notice.select("form")
    assert prepared(app)[0].ended_as is None
    approve(alice.browser)
    assert prepared(app)[0].ended_as is Outcome.APPROVED


def test_of_two_about_one_thing_both_stand_and_say_so(app: Flask, alice: Box, jonas: Browser, jonas_id: int, both: Both) -> None:
    """Neither replaces the other: who skips one delivery and moves the next means both."""
    jonas.post(alice.skip(0))
    assert "Another suggestion is about the same" not in suggestions(alice.browser.get("/"))
    jonas.post(alice.skip(1))
    assert suggestions(alice.browser.get("/")).count("Another suggestion is about the same.") == 2
    assert words(desk_of(app, jonas_id).get(f"/desk/customers/{alice.customer_id}")).count("Another one that waits is about the same.") == 2
    approve(alice.browser, 1)
    assert "Another suggestion is about the same" not in suggestions(alice.browser.get("/"))
    assert SHOWN_ANEW in words(approve(alice.browser, 2))
    approve(alice.browser, 2)
    assert both.here(alice) == date(2027, 2, 23)
    assert [one.ended_as for one in prepared(app)] == [Outcome.APPROVED, Outcome.APPROVED]


def test_one_that_cannot_be_done_any_more_says_to_both_sides_what_changed_and_what_to_do(
    app: Flask, alice: Box, jonas: Browser, jonas_id: int
) -> None:
    jonas.post(alice.skip(0))
    path, sent = fields_of(alice.browser.get("/"))
    alice.browser.post(alice.skip(0))
    alice.browser.post(path, sent)
    assert prepared(app)[0].ended_as is Outcome.OVERTAKEN
    hers = alice.browser.get("/suggestions")
    assert "Changed since then: Mon 28 Dec skipped" in words(hers) and "Change it yourself, or ask us for another suggestion." in words(
        hers
    )
    for theirs in jonas.get("/suggestions"), desk_of(app, jonas_id).get(f"/desk/customers/{alice.customer_id}"):
        assert "Changed since then: Mon 28 Dec skipped" in words(theirs) and "Prepare it again if it is still wanted." in words(theirs)


def test_it_stays_the_customers_when_who_prepared_it_has_a_lesser_role(app: Flask, alice: Box, both: Both) -> None:
    """It is the shop's word: a colleague takes it back where it should not stand (`test_approve` has who works here no more)."""
    with app.app_context(), transaction():
        lena = staff("lena@halfjar.example", "Lena", role="lead").id
    views(app, lena, alice.customer_id).post(alice.skip(0))
    with app.app_context(), transaction():
        db.session.get_one(Staff, lena).role = Role.AGENT
    approve(alice.browser)
    assert both.here(alice) == date(2027, 1, 23)
