from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.outbox.models import Sync
from portal.subscriptions.models import Subscription
from portal.timeline import Entry
from tests.browser import words
from tests.conftest import Work
from tests.mail import Mail, text
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both

pytestmark = pytest.mark.slow


def at(day: date, hour: int = 9) -> int:
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=UTC).timestamp())


def move_there(stripe: Stripe, box: Box, day: date) -> None:
    """What somebody does at the provider's dashboard."""
    stripe.v1.subscriptions.update(box.ref, {"trial_end": at(day), "proration_behavior": "none"})


def deeds(app: Flask, box: Box) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Entry.deed).where(Entry.subject == f"subscription:{box.id}").order_by(Entry.id)))


def orders(app: Flask) -> list[Order]:
    with app.app_context():
        return list(db.session.scalars(select(Order).order_by(Order.id)))


def ask(app: Flask, box: Box) -> None:
    with app.app_context(), transaction():
        outbox.want_sync(db.session.get_one(Subscription, box.id), at=now())


def test_a_renewal_becomes_an_order_and_the_plan_goes_on(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    assert len(orders(app)) == 1
    stripe.later(days=30, hours=2)
    work()
    assert [order.total for order in orders(app)] == [1490, 1490]
    assert both.here(alice) == both.there(alice) == date(2027, 1, 23)
    assert len(both.days(alice)) == 6


def test_an_invoice_over_nothing_is_no_order(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    alice.browser.post(alice.skip(0))
    work()
    invoices = stripe.v1.invoices.list({"subscription": alice.ref}).data
    assert sorted(invoice.total for invoice in invoices) == [0, 1490]
    assert len(orders(app)) == 1


def test_learning_the_same_twice_changes_nothing(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    stripe.later(days=31)
    work()
    before = deeds(app, alice), len(orders(app))
    for _ in range(2):
        ask(app, alice)
        work()
    assert (deeds(app, alice), len(orders(app))) == before


def test_a_date_that_was_moved_at_the_provider_is_taken_over_with_the_later_ones(
    app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work
) -> None:
    move_there(stripe, alice, date(2026, 12, 30))
    ask(app, alice)
    work()
    assert both.days(alice)[:2] == [date(2026, 12, 30), date(2027, 1, 30)]
    assert deeds(app, alice)[-1] == "moved at the provider"
    assert "Payment provider" in words(alice.browser.get(alice.page))


def test_ours_counts_where_both_were_moved_and_the_history_says_so(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    move_there(stripe, alice, date(2026, 12, 30))
    alice.browser.post(alice.skip(0))
    work()
    assert both.here(alice) == both.there(alice) == date(2027, 1, 23)
    assert deeds(app, alice)[-1] == "overruled"
    assert "yours counts" in words(alice.browser.get(alice.page))


def test_a_date_that_only_they_moved_is_theirs_while_another_change_of_ours_waits(
    app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work
) -> None:
    alice.browser.post(alice.skip(2))
    move_there(stripe, alice, date(2026, 12, 30))
    work()
    assert both.here(alice) == both.there(alice) == date(2026, 12, 30)
    assert both.is_confirmed(alice)


def test_a_late_write_of_ours_is_repaired(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    """A worker that froze while it sent: its old update arrives when a newer one is confirmed."""
    alice.browser.post(alice.skip(0))
    work()
    alice.browser.post(alice.unskip(0))
    work()
    old = {"trial_end": at(date(2027, 1, 23)), "proration_behavior": "none", "metadata": {"portal_version": "1"}}
    stripe.v1.subscriptions.update(alice.ref, old)
    ask(app, alice)
    work()
    assert both.here(alice) == both.there(alice) == date(2026, 12, 23)
    assert both.version_there(alice) == 2


def test_a_provider_that_is_ahead_stops_the_sync_and_changes_nothing(
    app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work
) -> None:
    stripe.v1.subscriptions.update(alice.ref, {"metadata": {"portal_version": "7"}})
    ask(app, alice)
    work()
    with app.app_context():
        sync = db.session.scalars(select(Sync).where(Sync.kind == "subscription")).one()
        assert sync.error and "ProviderIsAhead" in sync.error
    assert both.here(alice) == date(2026, 12, 23)


@pytest.mark.parametrize("kind", ["lost_before", "lost_after", "truncated", "500", "409", "429"])
def test_a_broken_answer_is_tried_again_until_it_is_so(alice: Box, both: Both, stripe: Stripe, work: Work, kind: str) -> None:
    alice.browser.post(alice.skip(0))
    rule = {"when": {"method": "POST", "path_prefix": "/v1/subscriptions"}, "kind": kind, "times": 2}
    stripe.faults({**rule, "retry_after": 1} if kind == "429" else rule)
    for _ in range(4):
        work()
        stripe.later(seconds=20)
    assert both.here(alice) == both.there(alice) == date(2027, 1, 23)
    assert both.is_confirmed(alice)


def test_a_change_while_the_provider_is_down_is_kept_and_sent_when_it_is_back(alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    stripe.faults({"when": {"path_prefix": "/v1"}, "kind": "500"})
    page = alice.browser.post(alice.skip(0))
    assert "Skipped." in words(page)
    work()
    stripe.no_faults()
    stripe.later(hours=6)
    work()
    assert both.here(alice) == both.there(alice) == date(2027, 1, 23)


def test_what_the_provider_refuses_is_put_back_and_told(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work, mail: Mail) -> None:
    alice.browser.post(alice.move(0), {"to": "2027-01-05", "which": "one"})
    stripe.faults(
        {"when": {"method": "POST", "path_prefix": "/v1/subscriptions"}, "kind": "refuse", "message": "An invoice is open.", "times": 1}
    )
    work()
    assert both.here(alice) == both.there(alice) == date(2026, 12, 23)
    assert both.is_confirmed(alice)
    page = alice.browser.get(alice.page)
    alert = page.select_one("[role=alert]")
    assert alert and "Mon 28 Dec was not moved." in words(alert)
    assert "Refused by the payment provider" in words(page)
    assert "was not moved" in words(alice.browser.get("/"))
    letter = text(mail.newest("alice@example.com"))
    assert "could not be made" in letter and "The payment provider refused it." in letter
    assert "An invoice is open." not in words(alert) + letter


def test_a_refused_rhythm_takes_along_what_was_planned_under_it(alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    alice.browser.post(alice.move(0), {"to": "2027-01-05", "which": "later"})
    alice.browser.post(alice.skip(1))
    rule = {"when": {"method": "POST", "path_prefix": "/v1/subscriptions"}, "kind": "refuse", "message": "No.", "times": 1}
    stripe.faults(rule)
    work()
    assert both.here(alice) == both.there(alice) == date(2026, 12, 23)
    assert {day.day for day in both.days(alice)} == {23}


def test_a_refusal_leaves_alone_what_was_changed_meanwhile(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    alice.browser.post(alice.skip(0))
    when = {"method": "POST", "path_prefix": "/v1/subscriptions"}
    stripe.faults({"when": when, "kind": "slow", "seconds": 1, "times": 1}, {"when": when, "kind": "refuse", "message": "No.", "times": 1})
    with ThreadPoolExecutor(1) as thread:
        working = thread.submit(work)
        stripe.wait_for_a_fault()
        alice.browser.post(alice.skip(1))
        working.result()
    work()
    assert both.here(alice) == both.there(alice) == date(2026, 12, 23)
    assert both.days(alice)[1] == date(2027, 2, 23)
    assert both.is_confirmed(alice)


def test_a_refusal_blocks_nobody_else(alice: Box, bob: Box, both: Both, stripe: Stripe, work: Work) -> None:
    alice.browser.post(alice.skip(0))
    bob.browser.post(bob.skip(0))
    stripe.faults({"when": {"method": "POST", "path_prefix": f"/v1/subscriptions/{alice.ref}"}, "kind": "refuse", "message": "No."})
    work()
    assert both.there(bob) == date(2027, 1, 23)


def test_a_declined_payment_is_shown_and_dates_stay_until_it_is_paid(
    app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work
) -> None:
    card = stripe.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": alice.customer_ref})
    stripe.v1.customers.update(alice.customer_ref, {"invoice_settings": {"default_payment_method": card.id}})
    stripe.later(days=31)
    work()
    alice.sign_in()
    assert len(orders(app)) == 1
    assert "€14.90 is not paid" in words(alice.browser.get("/"))
    assert "A payment is open" in words(alice.browser.post(alice.skip(1)))
    good = stripe.v1.payment_methods.attach("pm_card_visa", {"customer": alice.customer_ref})
    stripe.v1.customers.update(alice.customer_ref, {"invoice_settings": {"default_payment_method": good.id}})
    latest = stripe.v1.subscriptions.retrieve(alice.ref).latest_invoice
    stripe.v1.invoices.pay(latest)
    ask(app, alice)
    work()
    assert len(orders(app)) == 2
    assert "is not paid" not in words(alice.browser.get("/"))


def test_one_that_was_cancelled_there_sends_nothing_more(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    stripe.v1.subscriptions.cancel(alice.ref)
    ask(app, alice)
    work()
    assert "It ended on Monday 23 November" in words(alice.browser.get(alice.page))
    assert "has ended" in words(alice.browser.post(alice.skip(0)))
    assert "Nothing more will come" in words(alice.browser.get("/"))


def test_one_that_is_paused_there_says_so(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    stripe.v1.subscriptions.update(alice.ref, {"pause_collection": {"behavior": "void"}})
    ask(app, alice)
    work()
    assert "Nothing is sent or charged until you resume it" in words(alice.browser.get(alice.page))
    assert "is paused" in words(alice.browser.post(alice.skip(0)))


def test_a_change_that_waits_when_the_renewal_comes_is_not_lost(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    """The second delivery is skipped, and before the worker gets to it the first is charged."""
    alice.browser.post(alice.skip(1))
    stripe.later(days=31)
    work()
    assert both.here(alice) == both.there(alice) == date(2027, 2, 23)
    assert both.is_confirmed(alice)
    assert len(orders(app)) == 2


def test_what_was_taken_back_after_its_answer_was_lost_stays_taken_back(
    app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work
) -> None:
    """The provider has the skip, and we never heard so: its date is ours, and nobody else's."""
    stripe.control("webhooks", {"paused": True})
    alice.browser.post(alice.skip(0))
    stripe.faults({"when": {"method": "POST", "path_prefix": "/v1/subscriptions"}, "kind": "lost_after", "times": 1})
    work()
    assert both.there(alice) == date(2027, 1, 23)
    alice.browser.post(alice.unskip(0))
    work()
    assert both.here(alice) == both.there(alice) == date(2026, 12, 23)
    assert deeds(app, alice)[-1] == "unskipped"


def test_a_change_after_an_answer_that_was_lost_overrules_nobody(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    stripe.control("webhooks", {"paused": True})
    alice.browser.post(alice.skip(0))
    stripe.faults({"when": {"method": "POST", "path_prefix": "/v1/subscriptions"}, "kind": "lost_after", "times": 1})
    work()
    alice.browser.post(alice.skip(1))
    work()
    assert both.here(alice) == both.there(alice) == date(2027, 2, 23)
    assert deeds(app, alice)[-1] == "skipped"


def test_what_is_taken_back_while_it_is_being_sent_stays_taken_back(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    alice.browser.post(alice.skip(0))
    stripe.faults({"when": {"method": "POST", "path_prefix": "/v1/subscriptions"}, "kind": "slow", "seconds": 1, "times": 1})
    with ThreadPoolExecutor(1) as thread:
        working = thread.submit(work)
        stripe.wait_for_a_fault()
        alice.browser.post(alice.unskip(0))
        working.result()
    work()
    assert both.here(alice) == both.there(alice) == date(2026, 12, 23)
    assert deeds(app, alice)[-1] == "unskipped"
