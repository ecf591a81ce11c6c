"""Take the end back: it goes on as it was."""

from datetime import date

import pytest
from flask import Flask

from tests.browser import words
from tests.conftest import Work
from tests.mail import Mail, text
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both
from tests.subscriptions.ends import asked, deeds, reference_in, there, totals

pytestmark = pytest.mark.slow


def page_of(box: Box) -> str:
    return f"/subscriptions/{box.id}/keep"


def cancel(box: Box, when: str = "end") -> str:
    return reference_in(box.browser.post(f"/subscriptions/{box.id}/cancel", {"when": when}))


def test_before_it_is_kept_the_days_and_amounts_are_shown(alice: Box) -> None:
    cancel(alice)
    sheet = alice.browser.get(page_of(alice))
    rows = [[words(cell) for cell in row.select("td")] for row in sheet.select("tbody tr")]
    assert rows[0] == ["Cancelled: nothing comes", "Mon 28 Dec 1 piece, €14.90"]
    assert "The receipt does not count any more" in words(sheet)


def test_it_goes_on_at_both_sides_and_is_charged(app: Flask, alice: Box, both: Both, stripe: Stripe, mail: Mail, work: Work) -> None:
    reference = cancel(alice)
    work()
    assert there(stripe, alice).cancel_at_period_end
    page = words(alice.browser.post(page_of(alice)))
    assert "It goes on. Next is Mon 28 Dec." in page
    work()
    assert not there(stripe, alice).cancel_at_period_end
    assert both.is_confirmed(alice)
    assert f"so the receipt {reference} does not count any more" in text(mail.newest("alice@example.com"))
    assert "does not count any more" in words(alice.browser.get(f"{alice.page}/cancelled/{reference}"))
    stripe.later(days=31)
    work()
    assert totals(app) == [1490, 1490]
    assert asked(stripe, "DELETE") == []


def test_within_ten_minutes_the_end_at_once_is_taken_back_too(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    cancel(alice, "now")
    work()
    alice.browser.post(page_of(alice))
    stripe.later(minutes=20)
    work()
    assert there(stripe, alice).status == "active"
    assert not there(stripe, alice).cancel_at_period_end
    assert asked(stripe, "DELETE") == []


def test_after_it_was_carried_out_a_sentence_says_so(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    cancel(alice, "now")
    stripe.later(minutes=10)
    assert "can’t be taken back any more: the subscription has ended" in words(alice.browser.post(page_of(alice)))
    work()
    stripe.later(minutes=1)
    work()
    assert "This subscription has ended" in words(alice.browser.post(page_of(alice)))
    assert "This subscription has ended" in words(alice.browser.get(page_of(alice)))
    assert "kept" not in deeds(app, alice)


def test_what_is_not_about_to_end_cannot_be_kept(app: Flask, alice: Box) -> None:
    assert "not about to end" in words(alice.browser.post(page_of(alice)))
    cancel(alice)
    alice.browser.post(page_of(alice))
    assert "not about to end" in words(alice.browser.post(page_of(alice)))
    assert deeds(app, alice).count("kept") == 1


def test_an_end_that_the_shop_set_at_stripe_can_be_taken_back(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    stripe.v1.subscriptions.update(alice.ref, {"cancel_at_period_end": True})
    work()
    shown = words(alice.browser.get(alice.page))
    assert "It ends on Wednesday 23 December. Nothing more is sent or charged." in shown
    assert "Receipt" not in shown
    alice.browser.post(page_of(alice))
    work()
    assert not there(stripe, alice).cancel_at_period_end


def test_a_paused_one_is_paused_again(alice: Box, stripe: Stripe, work: Work) -> None:
    alice.browser.post(f"{alice.page}/pause", {"how": "open"})
    cancel(alice)
    work()
    assert "It is paused, as it was before." in words(alice.browser.get(page_of(alice)))
    assert "It goes on. It is paused, as it was before." in words(alice.browser.post(page_of(alice)))
    work()
    assert there(stripe, alice).pause_collection.behavior == "void"
    assert "Resume" in words(alice.browser.get(alice.page))


def test_bob_cannot_keep_alices_box(app: Flask, alice: Box, bob: Box, both: Both) -> None:
    cancel(alice)
    bob.browser.get(page_of(alice), expect=404)
    bob.browser.post(page_of(alice), expect=404)
    assert "kept" not in deeds(app, alice)
    assert both.here(alice) == date(2026, 12, 23)
