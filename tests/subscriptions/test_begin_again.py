"""Start again as it was, within a year after the end."""

from datetime import date

import pytest
from flask import Flask

from portal import outbox
from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.subscriptions.models import Subscription
from tests.browser import Browser, words
from tests.conftest import Work
from tests.mail import Mail
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both
from tests.subscriptions.ends import asked, deeds, moment, ref_now, reference_in, refuse_the_card, totals, undo_in
from tests.subscriptions.test_at_once import browsers, post_at_once
from tests.subscriptions.test_cancel import link_in

pytestmark = pytest.mark.slow


def page_of(box: Box) -> str:
    return f"/subscriptions/{box.id}/again"


@pytest.fixture
def ended(alice: Box, stripe: Stripe, work: Work) -> Box:
    """Alice has cancelled, and it was carried out."""
    alice.browser.post(f"{alice.page}/cancel", {"when": "now"})
    work()
    stripe.later(minutes=11)
    work()
    stripe.forget_requests()
    return alice


def theirs(stripe: Stripe, box: Box) -> list[str]:
    """All of the customer's subscriptions at Stripe, ended ones too."""
    return [one.id for one in stripe.v1.subscriptions.list({"customer": box.customer_ref, "status": "all"}).data]


def test_the_sheet_says_what_would_come_when_and_for_how_much(ended: Box) -> None:
    sheet = ended.browser.get(page_of(ended))
    said = words(sheet)
    assert "Start Pantry box again" in said
    assert "Sidamo coffee beans. Every month." in said
    days = [words(row) for row in sheet.select("#sheet .facts > div")]
    assert days == ["Saturday 28 November €14.90", "Monday 28 December €14.90", "Thursday 28 January €14.90"]
    assert "First charged on Thursday 26 November, to Visa ending 4242." in said
    assert "refused" not in said
    assert "This can’t be undone, but you can cancel at any time." in said
    assert "Without the discount" not in said


def test_a_card_that_was_refused_is_said_to_be(alice: Box, stripe: Stripe, work: Work) -> None:
    refuse_the_card(stripe, alice)
    stripe.later(days=31, hours=2)
    work()
    alice.sign_in()
    stripe.v1.subscriptions.cancel(alice.ref)
    work()
    work()
    sheet = words(alice.browser.get(page_of(alice)))
    assert "to Visa ending 0341. Your bank refused this card when it was charged last. Choose another one" in sheet


def test_the_card_is_the_one_that_the_subscription_names(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    own = stripe.v1.payment_methods.attach("pm_card_mastercard", {"customer": alice.customer_ref}).id
    stripe.v1.subscriptions.update(alice.ref, {"default_payment_method": own})
    stripe.v1.subscriptions.cancel(alice.ref)
    stripe.v1.customers.update(alice.customer_ref, {"name": "Alice"})
    work()
    work()
    assert "to Mastercard ending 4444." in words(alice.browser.get(page_of(alice)))
    alice.browser.post(page_of(alice))
    work()
    assert ref_now(app, alice) != alice.ref
    assert stripe.v1.subscriptions.retrieve(ref_now(app, alice)).default_payment_method == own


def test_where_that_card_was_removed_since_it_is_the_default_at_stripe_too(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    own = stripe.v1.payment_methods.attach("pm_card_mastercard", {"customer": alice.customer_ref}).id
    stripe.v1.subscriptions.update(alice.ref, {"default_payment_method": own})
    stripe.v1.subscriptions.cancel(alice.ref)
    stripe.v1.payment_methods.detach(own)
    work()
    work()
    assert stripe.v1.subscriptions.retrieve(alice.ref).default_payment_method == own
    assert "to Visa ending 4242." in words(alice.browser.get(page_of(alice)))
    alice.browser.post(page_of(alice))
    work()
    assert ref_now(app, alice) != alice.ref
    assert stripe.v1.subscriptions.retrieve(ref_now(app, alice)).default_payment_method is None
    stripe.later(days=4)
    work()
    assert totals(app) == [1490, 1490]


def test_it_is_taxed_like_the_one_of_before(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    rate = stripe.v1.tax_rates.create({"display_name": "VAT", "percentage": 19, "inclusive": False}).id
    stripe.v1.subscriptions.update(alice.ref, {"default_tax_rates": [rate]})
    stripe.v1.subscriptions.cancel(alice.ref)
    work()
    alice.browser.post(page_of(alice))
    work()
    assert [one.id for one in stripe.v1.subscriptions.retrieve(ref_now(app, alice)).default_tax_rates] == [rate]
    stripe.later(days=4)
    work()
    assert totals(app) == [1490, 1773]


def test_without_a_card_one_has_to_be_added(ended: Box, stripe: Stripe, work: Work) -> None:
    for card in stripe.v1.customers.payment_methods.list(ended.customer_ref).data:
        stripe.v1.payment_methods.detach(card.id)
    stripe.v1.customers.update(ended.customer_ref, {"name": "Alice"})
    work()
    work()
    assert "There is no card to charge yet. Add one" in words(ended.browser.get(page_of(ended)))


def test_it_begins_once_at_stripe_and_is_charged_on_the_promised_day(app: Flask, ended: Box, stripe: Stripe, work: Work) -> None:
    page = words(ended.browser.post(page_of(ended)))
    assert "It starts again. The first box arrives Sat 28 Nov." in page
    assert "Undo" not in page.split("History")[0]
    assert "Starting" in page
    work()
    (sent,) = asked(stripe, "POST")
    assert moment(int(sent["trial_end"])).date() == date(2026, 11, 26)
    assert len(theirs(stripe, ended)) == 2
    assert ref_now(app, ended) == theirs(stripe, ended)[0] != ended.ref
    shown = words(ended.browser.get(ended.page))
    assert "Active" in shown
    assert "In the box on Saturday 28 November" in shown
    assert "Receipt C-" not in shown
    assert deeds(app, ended) == ["charged", "cancelled", "ended", "began again"]
    stripe.later(days=2, hours=12)
    work()
    assert totals(app) == [1490]
    stripe.later(days=1)
    work()
    assert totals(app) == [1490, 1490]
    stripe.later(days=31)
    work()
    assert totals(app) == [1490, 1490, 1490]


def test_all_that_is_planned_is_a_month_apart(app: Flask, ended: Box, both: Both, work: Work) -> None:
    ended.browser.post(page_of(ended))
    work()
    days = both.days(ended)
    assert days == [date(2026, 11, 26), date(2026, 12, 26), date(2027, 1, 26), date(2027, 2, 26), date(2027, 3, 26), date(2027, 4, 26)]


def test_a_double_tap_begins_one(app: Flask, ended: Box, stripe: Stripe, work: Work) -> None:
    ended.browser.post(page_of(ended))
    assert "just beginning again" in words(ended.browser.post(page_of(ended)))
    work()
    assert "runs already" in words(ended.browser.post(page_of(ended)))
    work()
    assert len(theirs(stripe, ended)) == 2
    assert deeds(app, ended).count("began again") == 1


@pytest.mark.parametrize("kind", ["lost_after", "lost_before", "truncated", "500"])
def test_whatever_is_lost_on_the_way_it_begins_once(app: Flask, ended: Box, both: Both, stripe: Stripe, work: Work, kind: str) -> None:
    stripe.faults({"kind": kind, "when": {"method": "POST", "path_prefix": "/v1/subscriptions"}, "times": 1})
    ended.browser.post(page_of(ended))
    work()
    stripe.control("idempotency", {"forget": True})  # as Stripe may after a day
    stripe.later(minutes=10)
    work()
    assert len(theirs(stripe, ended)) == 2
    assert ref_now(app, ended) == theirs(stripe, ended)[0]
    assert both.is_confirmed(ended)


def test_what_stripe_refuses_stays_ended_and_is_told(app: Flask, ended: Box, stripe: Stripe, mail: Mail, work: Work) -> None:
    stripe.faults({"kind": "refuse", "when": {"method": "POST", "path_prefix": "/v1/subscriptions"}, "times": 1})
    ended.browser.post(page_of(ended))
    work()
    assert len(theirs(stripe, ended)) == 1
    shown = words(ended.browser.get(ended.page))
    assert "It was not started again." in shown
    assert "Start again as it was" in shown
    assert "could not be made" in mail.newest("alice@example.com")["Subject"]
    stripe.no_faults()
    ended.browser.post(page_of(ended))
    work()
    assert len(theirs(stripe, ended)) == 2


def test_the_discount_that_there_was_is_not_part_of_it(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    coupon = stripe.v1.coupons.create({"percent_off": 10, "duration": "forever"})
    stripe.v1.promotion_codes.create({"code": "WINTER10", "promotion": {"type": "coupon", "coupon": coupon.id}})
    alice.browser.post(f"{alice.page}/code", {"code": "WINTER10"})
    work()
    alice.browser.post(f"{alice.page}/cancel", {"when": "now"})
    work()
    stripe.later(minutes=11)
    work()
    said = words(alice.browser.get(page_of(alice)))
    assert "Without the discount that you had: 10% off each delivery." in said
    assert "€14.90" in said
    assert "€13.41" not in said
    alice.browser.post(page_of(alice))
    work()
    stripe.later(days=4)
    work()
    assert totals(app) == [1490, 1490]


def test_what_was_changed_before_the_end_is_part_of_it(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    alice.browser.post(alice.move(0), {"to": "2027-01-05", "which": "later"})
    work()
    alice.browser.post(f"{alice.page}/cancel", {"when": "now"})
    work()
    stripe.later(minutes=11)
    work()
    alice.browser.post(page_of(alice))
    work()
    assert "Active" in words(alice.browser.get(alice.page))
    assert both.days(alice)[:2] == [date(2026, 11, 26), date(2026, 12, 26)]
    stripe.later(days=4)
    work()
    assert totals(app) == [1490, 1490]


def test_what_was_done_before_the_end_can_be_undone_no_more(alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    """A skip that came back would be a box that nobody planned."""
    undo = undo_in(alice.browser.post(alice.skip(1)))
    work()
    alice.browser.post(f"{alice.page}/cancel", {"when": "now"})
    work()
    stripe.later(minutes=11)
    work()
    alice.browser.post(page_of(alice))
    work()
    page = alice.browser.get(alice.page)
    assert page.select(".timeline form") == []
    assert "Skipped" not in words(page)
    before = both.days(alice)
    assert "has ended and begun again since" in words(alice.browser.post(undo))
    assert "not planned any more" in words(alice.browser.post(alice.unskip(1)))
    assert both.days(alice) == before


def test_one_that_never_ended_cannot_begin_again(app: Flask, alice: Box) -> None:
    assert "runs already" in words(alice.browser.get(page_of(alice)))
    assert "runs already" in words(alice.browser.post(page_of(alice)))
    alice.browser.post(f"{alice.page}/cancel", {"when": "now"})
    assert "Keep it first" in words(alice.browser.post(page_of(alice)))
    assert "began again" not in deeds(app, alice)


def test_within_a_year_it_can_and_after_it_a_sentence_says_what_to_do(ended: Box, stripe: Stripe) -> None:
    shown = words(ended.browser.get(ended.page))
    assert "Start again as it was" in shown
    assert "Until Tuesday 23 November 2027" in shown
    stripe.later(days=364)
    ended.sign_in()
    assert "Start Pantry box again" in words(ended.browser.get(page_of(ended)))
    stripe.later(days=2)
    ended.sign_in()
    shown = words(ended.browser.get(ended.page))
    assert "Start again as it was" not in shown
    assert "more than a year ago. Please subscribe anew in the shop." in shown
    assert "Please subscribe anew in the shop." in words(ended.browser.get(page_of(ended)))
    assert "Please subscribe anew in the shop." in words(ended.browser.post(page_of(ended)))


def test_one_that_the_shop_ended_begins_again_too(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    stripe.v1.subscriptions.cancel(alice.ref)
    work()
    alice.browser.post(page_of(alice))
    work()
    assert "Active" in words(alice.browser.get(alice.page))
    stripe.later(days=4)
    work()
    assert totals(app) == [1490, 1490]


def test_a_card_that_is_refused_is_told_as_always(app: Flask, ended: Box, stripe: Stripe, work: Work) -> None:
    refuse_the_card(stripe, ended)
    ended.browser.post(page_of(ended))
    work()
    stripe.later(days=4)
    work()
    ended.sign_in()
    assert "Payment failed" in words(ended.browser.get(ended.page))


def test_the_receipt_of_before_says_that_it_runs_again_and_a_new_end_has_its_own(
    app: Flask, alice: Box, stripe: Stripe, mail: Mail, work: Work
) -> None:
    first = reference_in(alice.browser.post(f"{alice.page}/cancel", {"when": "now"}))
    work()
    link = link_in(mail)
    stripe.later(minutes=11)
    work()
    alice.browser.post(page_of(alice))
    work()
    for said in words(Browser(app).get(link)), words(alice.browser.get(f"{alice.page}/cancelled/{first}")):
        assert "tarted" in said
        assert "still stopped" not in said
        assert "Next charge" not in said
        assert "Ended Mon 23 November 2026" in said
    second = reference_in(alice.browser.post(f"{alice.page}/cancel", {"when": "end"}))
    assert second != first
    work()
    assert "taken back" not in words(Browser(app).get(link))
    assert second in words(alice.browser.get(alice.page))
    alice.browser.post(f"{alice.page}/keep")
    assert "taken back" not in words(Browser(app).get(link))


def test_bob_cannot_begin_alices_box_again(app: Flask, ended: Box, bob: Box) -> None:
    bob.browser.get(page_of(ended), expect=404)
    bob.browser.post(page_of(ended), expect=404)
    assert "began again" not in deeds(app, ended)


def test_six_devices_at_once_begin_one(app: Flask, ended: Box, stripe: Stripe, work: Work) -> None:
    stripe.wait_for_webhooks()
    post_at_once(browsers(app, ended, 6), [page_of(ended)] * 6)
    work()
    assert deeds(app, ended).count("began again") == 1
    assert len(theirs(stripe, ended)) == 2


def test_one_that_had_ended_before_we_knew_it_begins_again_with_what_was_in_it(app: Flask, ended: Box, stripe: Stripe, work: Work) -> None:
    with app.app_context():  # as in a shop that has had subscriptions for longer than this portal
        alices = db.session.get_one(Subscription, ended.id)
        price_ref, ref = alices.items[0].price.provider_ref, alices.account_ref
    old = stripe.v1.subscriptions.create({"customer": ref, "items": [{"price": price_ref, "quantity": 2}]})
    stripe.v1.subscriptions.cancel(old.id)
    with app.app_context(), transaction():
        subscription = Subscription(
            customer=db.session.get_one(Customer, ended.customer_id),
            provider_ref=old.id, name="Old box", currency="EUR", every_count=1, every_unit="year", started_at=now(),
        )  # fmt: skip
        db.session.add(subscription)
        db.session.flush()
        outbox.want_sync(subscription, at=now())
        path = f"/subscriptions/{subscription.id}/again"
    stripe.wait_for_webhooks()
    work()
    said = words(ended.browser.get(path))
    assert "2 × Sidamo coffee beans. Every month." in said
    assert "€29.80" in said
    ended.browser.post(path)
    work()
    newest = stripe.v1.subscriptions.list({"customer": ref}).data[0]
    assert [(item.price.id, item.quantity) for item in newest["items"].data] == [(price_ref, 2)]
    sent = [asked for asked in stripe.requests() if (asked["method"], asked["path"]) == ("POST", f"/v1/subscriptions/{newest.id}")]
    assert not sent, "it begins as it shall be: a moment between two seconds would be sent again and again"


def test_a_box_of_which_nothing_is_known_is_refused_in_a_sentence(app: Flask, ended: Box) -> None:
    with app.app_context(), transaction():
        for item in db.session.get_one(Subscription, ended.id).items:
            item.quantity = 0
    assert "Nothing is in this box any more. Please subscribe anew in the shop." in words(ended.browser.post(page_of(ended)))
