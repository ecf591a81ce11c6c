from datetime import date

from flask import Flask
from sqlalchemy import select

from portal.accounts.actions.impersonating import END
from portal.kit.db import db
from portal.outbox.models import Task
from portal.prepared.actions import TELL
from portal.subscriptions.models import Subscription
from portal.timeline import Entry
from tests.browser import Browser, words
from tests.conftest import Work
from tests.prepared.builders import counted, prepared, suggestions
from tests.prepared.test_at_desk import desk_of
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, subscribe
from tests.subscriptions.conftest import Both


def told(app: Flask, subject: str) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Entry.deed).where(Entry.subject.like(f"{subject}:%")).order_by(Entry.id)))


def test_what_staff_send_while_they_prepare_changes_nothing_and_waits(app: Flask, alice: Box, jonas: Browser, both: Both) -> None:
    before, deeds = counted(app), told(app, "subscription")
    page = jonas.post(alice.skip(0))
    assert "Suggested to alice@example.com. Nothing is changed until they approve it." in words(page)
    assert "Skipped." not in words(page)
    assert both.here(alice) == both.there(alice) == date(2026, 12, 23)
    assert counted(app) == before and told(app, "subscription") == deeds
    (one,) = prepared(app)
    assert (one.customer_id, one.path, one.form) == (alice.customer_id, alice.skip(0), [])
    assert [told["deed"] for told in one.told] == ["skipped"]
    with app.app_context():
        kinds = set(db.session.scalars(select(Task.kind).where(Task.done_at.is_(None))))
    assert kinds == {TELL, END}, "the mail, and the end of the view"


def test_the_provider_never_hears_of_it(alice: Box, jonas: Browser, both: Both, work: Work) -> None:
    jonas.post(alice.skip(0))
    version = both.version_there(alice)
    work()
    assert both.version_there(alice) == version and both.there(alice) == date(2026, 12, 23)


def test_the_customer_sees_the_difference_at_home_and_on_its_page(alice: Box, jonas: Browser) -> None:
    jonas.post(alice.skip(0))
    for path in "/", alice.page, "/suggestions":
        card = suggestions(alice.browser.get(path))
        assert "Jonas of Halfjar suggests" in card and "Skip Mon 28 Dec" in card
        assert "Mon 25 Jan" in card and "Nothing is changed until you approve it." in card


def test_of_several_subscriptions_it_says_which(app: Flask, alice: Box, stripe: Stripe, jonas: Browser, jonas_id: int) -> None:
    subscribe(app, stripe, name="Tea box")
    jonas.post(f"{alice.page}/cancel", {"when": "now"})
    with app.app_context():
        name = db.session.get_one(Subscription, alice.id).name
    assert f"{name}: Cancel now" in suggestions(alice.browser.get("/"))
    assert f"{name}: Cancel now" in words(desk_of(app, jonas_id).get(f"/desk/customers/{alice.customer_id}"))


def test_the_same_form_twice_is_one_suggestion(app: Flask, alice: Box, jonas: Browser) -> None:
    jonas.post(alice.skip(0))
    jonas.post(alice.skip(0))
    assert len(prepared(app)) == 1


def test_a_form_that_is_refused_is_shown_as_always(app: Flask, alice: Box, jonas: Browser) -> None:
    page = jonas.post(alice.move(0), {"to": "2020-01-01"}, expect=422)
    assert page.select_one(".error")
    assert prepared(app) == []


def test_a_refusal_says_why_and_nothing_waits(app: Flask, alice: Box, jonas: Browser) -> None:
    alice.browser.post(alice.skip(0))
    page = jonas.post(alice.skip(0))
    assert "already skipped" in words(page)
    assert prepared(app) == []


def test_a_change_that_would_change_nothing_is_none(app: Flask, alice: Box, jonas: Browser) -> None:
    page = jonas.get(alice.page)
    link = page.select_one('a[href*="/quantity"]')
    assert link
    page = jonas.post(str(link["href"]).partition("?")[0], {"quantity": "1"})
    assert "It is that many already." in words(page)
    assert prepared(app) == []


def test_while_staff_only_look_nothing_is_prepared(app: Flask, alice: Box, jonas: Browser) -> None:
    jonas.post("/desk/viewing/mode", {"mode": "look"})
    jonas.post(alice.skip(0), expect=403)
    assert prepared(app) == []
