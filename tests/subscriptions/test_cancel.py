"""Cancel: in two taps, nothing is charged any more, and a receipt proves it."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.kit.db import db, transaction
from portal.subscriptions.models import Cancellation, Subscription
from portal.subscriptions.policy import REASONS
from portal.timeline import Entry
from tests.browser import Browser, attribute, words
from tests.conftest import Work
from tests.mail import Mail, html, text
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both
from tests.subscriptions.ends import asked, deeds, reference_in, refuse_the_card, there, totals, undo_in, updates
from tests.subscriptions.test_at_once import browsers, post_at_once

pytestmark = pytest.mark.slow


def page_of(box: Box) -> str:
    return f"/subscriptions/{box.id}/cancel"


def cancel(box: Box, when: str = "now") -> str:
    """The reference of the receipt."""
    return reference_in(box.browser.post(page_of(box), {"when": when}))


def receipt_of(box: Box, reference: str) -> str:
    return f"/subscriptions/{box.id}/cancelled/{reference}"


def cancellations(app: Flask) -> list[Cancellation]:
    with app.app_context():
        return list(db.session.scalars(select(Cancellation).order_by(Cancellation.id)))


def link_in(mail: Mail, email: str = "alice@example.com") -> str:
    """The path of the receipt in the newest mail."""
    found = re.search(r"(/receipts/\S+)", text(mail.newest(email)))
    assert found
    return found[1]


def test_the_receipt_is_on_its_way_only_for_a_while(alice: Box, stripe: Stripe, work: Work) -> None:
    receipt = receipt_of(alice, cancel(alice))
    assert "The receipt is on its way to your mail" in words(alice.browser.get(receipt))
    work()
    stripe.later(minutes=11)
    assert "The receipt was sent to your mail" in words(alice.browser.get(receipt))


def test_the_page_says_what_will_be_and_when(alice: Box) -> None:
    page = alice.browser.get(page_of(alice))
    said = words(page)
    assert "Nothing is charged any more. The box of Wednesday 25 November is paid and still comes." in said
    assert [words(gone) for gone in page.select("form .facts > div")] == [
        "Monday 28 December €14.90", "Monday 25 January €14.90", "Thursday 25 February €14.90",
    ]  # fmt: skip
    assert "At once For ten minutes you can undo it." in said
    assert "At the end of the period On Wednesday 23 December. No box before" in said
    assert "You get a receipt with time and reference. For a year you can start again as it was." in said
    assert [words(button) for button in page.select("main form button:not([form])")] == ["Cancel on Wed 23 Dec", "Cancel now"]


def test_it_is_two_taps_from_the_page_of_the_subscription(alice: Box) -> None:
    (row,) = [row for row in alice.browser.get(alice.page).select("a.go") if "Cancel subscription" in words(row)]
    form = alice.browser.get(str(row["href"])).select_one("main form")
    assert form
    sent = {str(chosen["name"]): str(chosen["value"]) for chosen in form.select("input:checked, input[checked]")}
    assert "Cancelled. No further charges." in words(alice.browser.post(str(form["action"]), {**sent}))


def test_nothing_is_charged_from_now_on_and_it_is_carried_out_after_ten_minutes(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    stripe.forget_requests()
    page = alice.browser.post(page_of(alice), {"when": "now"})
    reference = reference_in(page)
    assert "You can undo it until 10:10." in words(page)
    assert "We guarantee it" in words(page)
    work()
    (sent,) = updates(stripe, alice)
    assert sent["cancel_at_period_end"] == "true" or sent["cancel_at_period_end"] is True
    assert "trial_end" not in sent
    confirmed = words(alice.browser.get(receipt_of(alice, reference)))
    assert "Confirmed by the payment provider" in confirmed
    assert "guarantee" not in confirmed
    assert "Received Mon 23 November 2026, 10:00 CET" in confirmed
    assert "Last charge €14.90 on Mon 23 Nov" in confirmed
    assert "Next charge None" in confirmed
    stripe.later(minutes=10)
    work()
    assert asked(stripe, "DELETE") == []
    assert there(stripe, alice).status == "active"
    stripe.later(minutes=1)
    work()
    assert len(asked(stripe, "DELETE")) == 1
    assert there(stripe, alice).status == "canceled"
    stripe.later(days=70)
    work()
    assert totals(app) == [1490]
    assert len(asked(stripe, "DELETE")) == 1
    assert deeds(app, alice) == ["charged", "cancelled", "ended"]
    alice.sign_in()
    shown = words(alice.browser.get(alice.page))
    assert "It ended on Monday 23 November. Nothing more is sent or charged." in shown
    assert "The subscription has ended Payment provider" in shown
    assert f"Receipt {reference}" in shown
    assert "Nothing more will come" in words(alice.browser.get("/"))


def test_at_the_end_of_the_period_stripe_ends_it_and_charges_nothing(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    reference = cancel(alice, "end")
    work()
    assert there(stripe, alice).cancel_at_period_end
    shown = words(alice.browser.get(alice.page))
    assert "It ends on Wednesday 23 December. Nothing more is sent or charged." in shown
    assert "Keep it after all" in shown
    assert "Ends Wed 23 December 2026, 10:00 CET" in words(alice.browser.get(receipt_of(alice, reference)))
    stripe.later(days=29)
    work()
    assert there(stripe, alice).status == "active"
    stripe.later(days=2)
    work()
    assert there(stripe, alice).status == "canceled"
    assert asked(stripe, "DELETE") == []
    assert totals(app) == [1490]
    assert deeds(app, alice) == ["charged", "cancelled for the end", "ended"]
    alice.sign_in()
    assert "Ended Wed 23 December 2026, 10:00 CET" in words(alice.browser.get(receipt_of(alice, reference)))


def test_undo_within_ten_minutes(app: Flask, alice: Box, both: Both, stripe: Stripe, mail: Mail, work: Work) -> None:
    page = alice.browser.post(page_of(alice), {"when": "now"})
    undo, reference = undo_in(page), reference_in(page)
    work()
    link = link_in(mail)
    stripe.later(minutes=9)
    receipt = alice.browser.get(receipt_of(alice, reference))
    assert attribute(receipt, "#undo-cancel", "action") == undo
    assert "Undone." in words(alice.browser.post(undo))
    work()
    assert not there(stripe, alice).cancel_at_period_end
    assert both.is_confirmed(alice)
    assert "does not count any more" in text(mail.newest("alice@example.com"))
    assert "taken back" in words(Browser(app).get(link))
    assert "still stopped" not in words(Browser(app).get(link))
    stripe.later(days=31)
    work()
    assert asked(stripe, "DELETE") == []
    assert totals(app) == [1490, 1490]


def test_after_ten_minutes_there_is_no_undo(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    page = alice.browser.post(page_of(alice), {"when": "now"})
    work()
    stripe.later(minutes=10)
    assert "can’t be undone any more: the subscription has ended" in words(alice.browser.post(undo_in(page)))
    assert not alice.browser.get(receipt_of(alice, reference_in(page))).select("#undo-cancel")
    stripe.later(minutes=1)
    work()
    assert there(stripe, alice).status == "canceled"
    assert "has ended" in words(alice.browser.post(undo_in(page)))


def test_undo_names_what_was_changed_since(alice: Box) -> None:
    undo = undo_in(alice.browser.post(page_of(alice), {"when": "end"}))
    alice.browser.post(page_of(alice), {"when": "now"})
    assert "changed since: whether it ends" in words(alice.browser.post(undo))
    assert "It ends at 10:10" in words(alice.browser.get(alice.page))


def test_twice_and_from_two_devices_it_is_one_cancellation_with_one_receipt(app: Flask, alice: Box, mail: Mail, work: Work) -> None:
    other = Browser(app)
    other.sign_in(alice.customer_id)
    other.get(page_of(alice))
    first = cancel(alice)
    page = other.post(page_of(alice), {"when": "now"})
    assert reference_in(page) == first
    assert "It is cancelled already." in words(page)
    assert reference_in(other.post(page_of(alice), {"when": "end"})) == first
    assert reference_in(other.get(page_of(alice))) == first
    work()
    assert len(cancellations(app)) == 1
    assert len(mail.to("alice@example.com")) == 1
    assert deeds(app, alice).count("cancelled") == 1


def test_one_that_ends_later_can_end_at_once_and_both_receipts_are_true(
    app: Flask, alice: Box, stripe: Stripe, mail: Mail, work: Work
) -> None:
    first = cancel(alice, "end")
    page = words(alice.browser.get(page_of(alice)))
    assert "At the end of the period" not in page
    page_now = alice.browser.post(page_of(alice), {"when": "now"})
    second = reference_in(page_now)
    assert second != first
    work()
    for reference in first, second:
        assert "Cancelled. No further charges." in words(alice.browser.get(receipt_of(alice, reference)))
    said = words(alice.browser.post(undo_in(page_now)))
    assert "Undone. It still ends on Wednesday 23 December. Nothing more is sent or charged." in said
    work()
    assert there(stripe, alice).cancel_at_period_end
    told = mail.newest("alice@example.com")
    assert told["Subject"] == f"Pantry box still ends: receipt {second} does not count any more"
    assert "It still ends on Wednesday 23 December. Nothing more is sent or charged." in text(told)
    assert "goes on" not in text(told)
    assert "Cancelled. No further charges." in words(alice.browser.get(receipt_of(alice, first)))
    over = words(alice.browser.get(receipt_of(alice, second)))
    assert "does not count any more" in over and "By another cancellation it ends on Wednesday 23 December." in over
    assert "goes on" not in over
    stripe.later(minutes=20)
    work()
    assert there(stripe, alice).status == "active"


def test_inside_the_lock_it_ends_at_once_and_that_box_is_not_charged(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    stripe.later(days=29)
    work()
    alice.sign_in()
    page = words(alice.browser.get(page_of(alice)))
    assert "The box of Monday 28 December is locked, and all the same neither sent nor charged." in page
    assert "This can’t be undone: the next box has locked." in page
    page = words(alice.browser.post(page_of(alice), {"when": "now"}))
    assert "Nothing is charged any more." in page
    assert "Undo" not in page
    stripe.later(minutes=1)
    work()
    assert there(stripe, alice).status == "canceled"
    stripe.later(days=10)
    work()
    assert totals(app) == [1490]


def test_while_a_payment_is_open_it_is_ended_and_not_tried_again(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    refuse_the_card(stripe, alice)
    stripe.later(days=31)
    work()
    alice.sign_in()
    page = words(alice.browser.get(page_of(alice)))
    assert "The €14.90 for the box of Monday 28 December that are not paid stay open" in page
    cancel(alice)
    work()
    stripe.later(minutes=11)
    work()
    assert there(stripe, alice).status == "canceled"
    stripe.v1.customers.update(alice.customer_ref, {"invoice_settings": {"default_payment_method": None}})
    stripe.later(days=40)
    work()
    assert totals(app) == [1490]
    assert deeds(app, alice)[-1] == "ended"


def test_a_paused_one_is_ended(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    alice.browser.post(f"{alice.page}/pause", {"how": "own", "until": "2027-03-01"})
    work()
    page = words(alice.browser.get(page_of(alice)))
    assert "Monday 1 March" in page
    assert "At the end of the period On Saturday 27 February." in page
    undo = undo_in(alice.browser.post(page_of(alice), {"when": "now"}))
    work()
    alice.browser.post(undo)
    work()
    assert there(stripe, alice).pause_collection.behavior == "void"
    cancel(alice, "end")
    work()
    stripe.later(days=120)
    work()
    assert there(stripe, alice).status == "canceled"
    assert totals(app) == [1490]


def test_one_whose_first_payment_never_came_is_ended_after_ten_minutes(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    refuse_the_card(stripe, alice)
    item = there(stripe, alice)["items"].data[0].price.id
    made = stripe.v1.subscriptions.create({"customer": alice.customer_ref, "items": [{"price": item}]})
    assert made.status == "incomplete"
    with app.app_context(), transaction():
        db.session.get_one(Subscription, alice.id).provider_ref = made.id
    stripe.v1.subscriptions.update(made.id, {"metadata": {"seen": "by nobody"}})
    work()
    page = words(alice.browser.get(page_of(alice)))
    assert "At once" in page
    assert "At the end" not in page
    assert "about to end" not in words(alice.browser.get(alice.page))
    cancel(alice)
    work()
    stripe.later(minutes=11)
    work()
    assert stripe.v1.subscriptions.retrieve(made.id).status == "canceled"
    assert deeds(app, alice)[-1] == "ended"


def test_one_that_the_shop_ended_at_stripe_says_so(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    stripe.v1.subscriptions.cancel(alice.ref)
    work()
    assert deeds(app, alice) == ["charged", "ended"]
    shown = words(alice.browser.get(alice.page))
    assert "The subscription has ended Payment provider" in shown
    assert "Cancel subscription" not in shown
    assert "This subscription has ended" in words(alice.browser.get(page_of(alice)))
    assert "This subscription has ended" in words(alice.browser.post(page_of(alice), {"when": "now"}))
    assert cancellations(app) == []
    alice.browser.post(f"{alice.page}/again")
    work()
    assert deeds(app, alice).count("ended") == 1


def test_when_the_shop_takes_it_back_at_stripe_the_receipt_says_so_and_it_does_not_end(
    app: Flask, alice: Box, stripe: Stripe, work: Work
) -> None:
    reference = cancel(alice)
    work()
    stripe.v1.subscriptions.update(alice.ref, {"cancel_at_period_end": False})
    work()
    stripe.later(minutes=20)
    work()
    assert there(stripe, alice).status == "active"
    assert asked(stripe, "DELETE") == []
    assert "does not count any more" in words(alice.browser.get(receipt_of(alice, reference)))
    assert "Cancel subscription" in words(alice.browser.get(alice.page))


@pytest.mark.parametrize("kind", ["lost_after", "lost_before", "500", "truncated"])
def test_whatever_is_lost_on_the_way_it_ends_once(app: Flask, alice: Box, stripe: Stripe, work: Work, kind: str) -> None:
    cancel(alice)
    work()
    stripe.faults({"kind": kind, "when": {"method": "DELETE", "path_prefix": "/v1/subscriptions/"}, "times": 1})
    for _again in range(3):
        stripe.later(minutes=11)
        work()
    assert there(stripe, alice).status == "canceled"
    assert deeds(app, alice).count("ended") == 1


def test_while_stripe_is_away_we_guarantee_it(app: Flask, alice: Box, stripe: Stripe, mail: Mail, work: Work) -> None:
    stripe.faults({"kind": "500", "when": {"path_prefix": "/v1/subscriptions"}, "rate": 1.0})
    reference = cancel(alice)
    work()
    assert "No further charges" in text(mail.newest("alice@example.com"))
    assert "we guarantee it" in words(Browser(app).get(link_in(mail)))
    assert "we guarantee it" in words(alice.browser.get(receipt_of(alice, reference)))
    stripe.no_faults()
    for _again in range(2):
        stripe.later(minutes=11)
        work()
    assert "Confirmed by the payment provider" in words(alice.browser.get(receipt_of(alice, reference)))
    assert there(stripe, alice).status == "canceled"


def test_the_mail_is_a_receipt_whose_link_needs_no_sign_in(app: Flask, alice: Box, stripe: Stripe, mail: Mail, work: Work) -> None:
    reference = cancel(alice)
    work()
    letter = mail.newest("alice@example.com")
    assert letter["Subject"] == f"Pantry box is cancelled: receipt {reference}"
    for body in text(letter), html(letter):
        assert "Received: Mon 23 November 2026, 10:00 CET" in body
        assert "No further charges" in body
        assert "Ends: at once" in body
        assert "ntil 10:10, without signing in" in body
        assert "For a year you can start again as it was" in body
        assert f"/subscriptions/{alice.id}" in body
    stranger = Browser(app)
    page = stranger.get(link_in(mail))
    said = words(page)
    assert "Pantry box is cancelled. No further charges." in said
    assert f"Reference {reference}" in said
    assert "Asked by a***@example.com" in said
    assert "Next charge None" in said
    assert "still stopped" in said
    for nobodys in "alice@", "Sidamo", "coffee":
        assert nobodys not in page.decode()
    stripe.later(minutes=11)
    work()
    assert "Ended Mon 23 November 2026, 10:11 CET" in re.sub(r"10:1\d CET", "10:11 CET", words(stranger.get(link_in(mail))))


def test_what_is_kept_until_the_mail_leaves_opens_nothing(app: Flask, alice: Box) -> None:
    cancel(alice)
    with app.app_context():
        kept = db.session.connection().exec_driver_sql("SELECT * FROM task").all()
    assert "/receipts/" not in str(kept)


def test_a_link_that_we_did_not_give_out_opens_nothing(app: Flask, alice: Box, mail: Mail, work: Work) -> None:
    reference = cancel(alice)
    work()
    link = link_in(mail)
    for made_up in link[:-1], link + "x", f"/receipts/{reference}", "/receipts/x.y", "/receipts/..", link.swapcase():
        Browser(app).get(made_up, expect=404)


def test_receipts_are_seen_only_by_whose_they_are(alice: Box, bob: Box, app: Flask) -> None:
    reference = cancel(alice)
    bob.browser.get(page_of(alice), expect=404)
    bob.browser.post(page_of(alice), {"when": "now"}, expect=404)
    bob.browser.get(receipt_of(alice, reference), expect=404)
    bob.browser.get(receipt_of(bob, reference), expect=404)
    bob.browser.post(f"{receipt_of(alice, reference)}/reasons", {"comment": "x"}, expect=404)
    bob.browser.post(f"{receipt_of(bob, reference)}/reasons", {"comment": "x"}, expect=404)
    alice.browser.get(receipt_of(alice, "C-2222-2222"), expect=404)
    assert cancellations(app)[0].comment == ""


def test_when_has_to_be_one_of_the_two(app: Flask, alice: Box) -> None:
    page = alice.browser.post(page_of(alice), {"when": "yesterday", "why": "too much"}, expect=422)
    assert "Choose when it ends." in words(page)
    assert page.select_one("#why-too-much[checked]")
    assert cancellations(app) == []


def test_reasons_are_optional_and_one_that_we_do_not_know_keeps_nobody(app: Flask, alice: Box) -> None:
    page = alice.browser.post(page_of(alice), {"when": "now", "why": ["too much", "because", "other"]})
    assert "Cancelled. No further charges." in words(page)
    assert "You told us why Too much left, Something else" in words(page)
    (kept,) = cancellations(app)
    assert kept.reasons == ["too much", "other"]


def test_they_come_in_another_order_each_time(alice: Box) -> None:
    orders = {tuple(str(one["value"]) for one in alice.browser.get(page_of(alice)).select("[name=why]")) for _view in range(12)}
    assert len(orders) > 3
    assert {tuple(sorted(order)) for order in orders} == {tuple(sorted(REASONS))}


def test_an_offer_fits_the_reason_and_none_follows_an_illness_or_a_death(alice: Box) -> None:
    page = alice.browser.get(page_of(alice))
    offers = {}
    for reason in page.select("[name=why]"):
        label = reason.find_parent("label")
        after = label and label.find_next_sibling()
        offers[str(reason["value"])] = [words(button) for button in after.select("button")] if after and after.name == "div" else []
    assert offers["too much"] == ["Skip Mon 28 Dec", "Pause", "Less often"]
    assert offers["too expensive"] == ["Less often", "Swap products", "Use a code"]
    assert offers["bereavement or illness"] == []
    assert offers["other"] == []


def test_reasons_are_told_afterwards_by_who_wants_to(app: Flask, alice: Box) -> None:
    reference = cancel(alice)
    said = "Çok güzeldi 😢\r\nbut I move to a place\twhere nobody delivers\x07"
    page = alice.browser.post(f"{receipt_of(alice, reference)}/reasons", {"why": ["moving away"], "comment": said})
    assert "Thank you." in words(page)
    assert "You told us why Moving away" in words(page)
    (kept,) = cancellations(app)
    assert kept.comment == "Çok güzeldi 😢\nbut I move to a place where nobody delivers"
    assert kept.reasons == ["moving away"]
    alice.browser.post(f"{receipt_of(alice, reference)}/reasons", {"why": ["other"], "comment": "Typed on another device"})
    (kept,) = cancellations(app)
    assert (kept.reasons, kept.comment) == (["other"], "Typed on another device")
    with app.app_context():  # what is in the history stays in its hashes, and a reason may be an illness
        facts = db.session.scalars(select(Entry.facts).where(Entry.deed == "reasons given")).all()
        assert facts == [{"reference": reference}] * 2


@pytest.mark.parametrize(
    ("reasons", "comment", "sentence"),
    [
        ([], "", "Choose what fits, or write a line. You can also leave it."),
        ([], "\x00\x07 \r\n", "Choose what fits"),
        (["because"], "Still typed", "Choose some of these, or write it in your own words."),
        (["too much"], "a" * 10_000, "That is 10000 characters, and there is room for 1000."),
        (["too much"], "😢" * 1001, "That is 1001 characters"),
    ],
)
def test_what_cannot_be_kept_is_said_beside_it_and_nothing_typed_is_lost(
    app: Flask, alice: Box, reasons: list[str], comment: str, sentence: str
) -> None:
    reference = cancel(alice)
    page = alice.browser.post(f"{receipt_of(alice, reference)}/reasons", {"why": reasons, "comment": comment}, expect=422)
    assert sentence in words(page)
    field = page.select_one("textarea")
    assert field
    assert field.get_text().strip() == comment.strip("\x00\x07 \r\n")
    assert bool(page.select("#why-too-much[checked]")) is ("too much" in reasons)
    assert cancellations(app)[0].reasons == []


def test_the_discount_that_is_lost_is_named(alice: Box, stripe: Stripe, work: Work) -> None:
    coupon = stripe.v1.coupons.create({"percent_off": 10, "duration": "forever"})
    stripe.v1.promotion_codes.create({"code": "WINTER10", "promotion": {"type": "coupon", "coupon": coupon.id}})
    alice.browser.post(f"{alice.page}/code", {"code": "WINTER10"})
    work()
    page = words(alice.browser.get(page_of(alice)))
    assert "Lost: 10% off each delivery." in page
    assert "€13.41" in page


def test_the_box_that_is_paid_is_named_until_it_is_there(alice: Box, stripe: Stripe) -> None:
    stripe.later(days=2)
    assert "is paid and still comes" in words(alice.browser.get(page_of(alice)))
    stripe.later(days=1)
    assert "is paid and still comes" not in words(alice.browser.get(page_of(alice)))


def test_what_is_over_is_undone_in_no_history(alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    cancel(alice)
    work()
    assert alice.browser.get(alice.page).select(".timeline form")
    stripe.later(minutes=12)
    work()
    assert not alice.browser.get(alice.page).select(".timeline form")
    assert both.there(alice) - date(2026, 12, 23) <= timedelta(0)


def test_six_devices_at_once_are_one_cancellation(app: Flask, alice: Box, stripe: Stripe, mail: Mail, work: Work) -> None:
    stripe.wait_for_webhooks()
    post_at_once(browsers(app, alice, 6), [page_of(alice)] * 6)
    assert len(cancellations(app)) == 1
    work()
    assert len(mail.to("alice@example.com")) == 1
    assert deeds(app, alice).count("cancelled") == 1
