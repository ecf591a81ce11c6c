from typing import Any

import requests
from flask import Flask

from portal import outbox
from portal.billing.models import Outcome
from portal.kit.clock import now
from portal.kit.db import transaction
from tests.billing.builders import Payer, give, times_asked
from tests.browser import Browser, words
from tests.conftest import Work
from tests.ground import at_once

SESSIONS = {"method": "POST", "path_prefix": "/v1/checkout/sessions"}


def sessions(alice: Payer) -> list[Any]:
    return list(alice.stripe.v1.checkout.sessions.list({"customer": alice.ref}).data)


def test_a_card_that_is_given_becomes_the_default_on_both_sides(alice: Payer, work: Work) -> None:
    back = alice.give("4444")
    assert "Checking your card" in words(alice.browser.get(back))
    work()
    page = words(alice.browser.get(back))
    assert "Your card is saved" in page and "Mastercard ending 4444" in page and "It pays your deliveries from now on." in page
    work()
    assert (alice.default(), alice.default_there(), alice.is_confirmed()) == ("4444", "4444", True)
    assert alice.cards() == ["4444", "4242"]
    listed = words(alice.browser.get("/account/payment"))
    assert "Mastercard ending 4444 added, and made the default" in listed
    assert "Confirmed by the payment provider" in listed


def test_the_page_finds_out_without_a_reload(alice: Payer, work: Work) -> None:
    back = alice.give()
    block = alice.browser.get(back).select_one("#returned")
    assert block and block["hx-trigger"] == "every 2s"
    work()
    part = alice.browser.get(str(block["hx-get"]), target="div#returned").select_one("#returned")
    assert part and "Your card is saved" in words(part)
    assert part.get("hx-trigger") is None


def test_one_that_is_only_to_be_there_changes_nothing_else(alice: Payer, work: Work) -> None:
    back = alice.give("4444", everything=False)
    alice.browser.get(back)
    work()
    assert "It pays nothing at the moment." in words(alice.browser.get(back))
    assert (alice.default(), alice.default_there()) == ("4242", "4242")


def test_the_first_card_is_the_default_whatever_was_chosen(alice: Payer, work: Work) -> None:
    (card,) = alice.stripe.v1.customers.payment_methods.list(alice.ref).data
    alice.stripe.v1.payment_methods.detach(card.id)
    work()
    assert alice.cards() == []
    alice.give("4444", everything=False)
    work()
    work()
    assert alice.default_there() == "4444"


def test_a_subscription_that_names_a_card_of_its_own_follows(alice: Payer, work: Work) -> None:
    named = alice.stripe.v1.payment_methods.attach("pm_card_amex", {"customer": alice.ref}).id
    alice.stripe.v1.subscriptions.update(alice.box.ref, {"default_payment_method": named})
    alice.give("4444")
    work()
    work()
    pays = alice.stripe.v1.subscriptions.retrieve(alice.box.ref).default_payment_method
    assert alice.stripe.v1.payment_methods.retrieve(pays).card.last4 == "4444"


def test_a_replaced_card_goes_once_the_new_one_is_there(alice: Payer, work: Work) -> None:
    before = alice.browser.get(f"{alice.add}?replaces={alice.card('4242')}")
    assert "Visa ending 4242 is removed as soon as the new one is there. That can’t be undone." in words(before)
    alice.give("4444", replaces=str(alice.card("4242")))
    work()
    work()
    assert (alice.cards(), alice.cards_there(), alice.default_there()) == (["4444"], ["4444"], "4444")


def test_the_bank_asks_its_holder_on_the_providers_page(alice: Payer, work: Work) -> None:
    there = alice.start({"everything": "yes"})
    asked = requests.post(there, {"card": "3155"}, timeout=30, allow_redirects=False)
    authenticate = asked.headers["Location"]
    host = there.split("/_checkout")[0]
    answered = requests.post(
        host + authenticate if authenticate.startswith("/") else authenticate, {"outcome": "complete"}, timeout=30, allow_redirects=False
    )
    assert "/account/cards/return/" in answered.headers["Location"]
    work()
    assert alice.default() == "3155"


def test_who_fails_to_prove_it_to_the_bank_reads_so(alice: Payer, work: Work) -> None:
    there = alice.start({"everything": "yes"})
    asked = requests.post(there, {"card": "3184"}, timeout=30, allow_redirects=False)
    requests.post(there.split("/_checkout")[0] + asked.headers["Location"], {"outcome": "fail"}, timeout=30, allow_redirects=False)
    back = alice.leave()
    work()
    page = words(alice.browser.get(back))
    assert "No card was added" in page and "Nothing has changed, and nothing was charged." in page
    assert alice.setup().outcome is Outcome.LEFT


def test_who_comes_back_without_a_card_reads_that_nothing_has_changed(alice: Payer, work: Work) -> None:
    alice.start({"everything": "yes"})
    back = alice.leave()
    work()
    page = words(alice.browser.get(back))
    assert "No card was added" in page and "You came back without one. Nothing has changed, and nothing was charged." in page
    assert sessions(alice)[0].status == "expired", "the page can't be used any more"
    assert alice.setup().outcome is Outcome.LEFT
    assert alice.cards() == ["4242"]


def test_the_way_back_decides_nothing(alice: Payer, work: Work) -> None:
    """A link that anybody may follow, a mail scanner too: only the button closes the page."""
    there = alice.start({"everything": "yes"})
    back = f"/account/cards/return/{alice.setup().id}?left=1"
    page = alice.browser.get(back)
    work()
    assert (sessions(alice)[0].status, alice.setup().left_at, alice.setup().outcome) == ("open", None, None)
    assert "You came back without a card Nothing has changed, and nothing was charged." in words(page)
    assert page.select_one(f'main a[href="{there}"]')
    give(there, "4444")
    work()
    assert "Your card is saved" in words(alice.browser.get(back))


def test_a_card_that_was_given_stays_when_its_page_is_closed_after_it(alice: Payer, work: Work) -> None:
    alice.give("4444")
    for _ in range(2):
        back = alice.leave()
        work()
        assert "Your card is saved" in words(alice.browser.get(back))
    assert alice.cards() == ["4444", "4242"]


def test_who_comes_back_after_a_refusal_reads_why(alice: Payer, work: Work) -> None:
    there = alice.start({"everything": "yes"})
    assert requests.post(there, {"card": "9995"}, timeout=30).status_code == 402
    back = alice.leave()
    work()
    page = words(alice.browser.get(back))
    assert "The last card you tried was not taken. There is not enough money on the card, or its limit is reached." in page


def test_a_page_that_was_open_for_too_long_is_told_of(alice: Payer, work: Work) -> None:
    alice.start({"everything": "yes"})
    alice.stripe.later(hours=3)
    work()
    assert alice.setup().outcome is Outcome.EXPIRED
    page = words(alice.browser.get(f"/account/cards/return/{alice.setup().id}"))
    assert "The page was open for too long, so it was closed." in page


def test_a_double_tap_leads_to_one_page(alice: Payer, app: Flask) -> None:
    alice.stripe.faults({"kind": "slow", "seconds": 0.4, "when": SESSIONS})

    def tap(_: int) -> str:
        browser = Browser(app)
        browser.sign_in(alice.box.customer_id)
        return alice.start({"everything": "yes"}, browser)

    assert len(set(at_once(app, 2, tap))) == 1
    assert len(sessions(alice)) == 1


def test_two_tabs_share_a_page_until_a_card_was_given(alice: Payer, work: Work) -> None:
    first, second = alice.start({"everything": "yes"}), alice.start({"everything": "yes"})
    assert first == second
    alice.browser.get(give(first, "4444"))
    assert alice.start({"everything": "yes"}) != first
    work()
    assert alice.cards() == ["4444", "4242"]


def test_another_wish_is_another_page(alice: Payer) -> None:
    assert alice.start({"everything": "yes"}) != alice.start({})


def test_bob_can_neither_begin_nor_look(alice: Payer, bob: Payer, work: Work) -> None:
    back = alice.give()
    bob.browser.get(back, expect=404)
    bob.browser.get(f"{back}?left=1", expect=404)
    bob.browser.post(f"{back}/leave", expect=404)
    bob.browser.get(alice.add, expect=404)
    bob.browser.post(alice.add, {"everything": "yes"}, expect=404)
    assert alice.setup().left_at is None
    work()
    assert "4444" not in words(bob.browser.get("/account/payment"))


def test_nothing_is_lost_when_the_provider_does_not_answer(alice: Payer, work: Work) -> None:
    alice.stripe.faults({"kind": "500", "when": SESSIONS})
    page = alice.browser.get(alice.start({"everything": "yes"}))
    assert "The payment provider does not answer right now. Nothing was changed. Try again in a minute." in words(page)
    alice.stripe.no_faults()
    alice.stripe.control("idempotency", {"forget": True})
    assert "/_checkout/" in alice.start({"everything": "yes"})


def test_a_page_whose_answer_was_lost_is_the_same_the_second_time(alice: Payer) -> None:
    alice.stripe.faults({"kind": "lost_after", "when": SESSIONS, "times": 1})
    alice.start({"everything": "yes"})
    assert "/_checkout/" in alice.start({"everything": "yes"})
    assert len(sessions(alice)) == 1


def test_a_card_given_on_a_page_that_we_never_heard_of_is_found(alice: Payer, work: Work) -> None:
    """The portal died between the provider's answer and its own note of it."""
    alice.stripe.faults({"kind": "lost_after", "when": SESSIONS, "times": 1})
    alice.start({"everything": "yes"})
    back = give(sessions(alice)[0].url, "4444")
    alice.browser.get(back)
    work()
    assert alice.default() == "4444"


def test_the_webhook_finishes_it_when_nobody_comes_back(alice: Payer, work: Work) -> None:
    alice.give("4444")
    work()
    work()
    assert (alice.default_there(), alice.setup().outcome) == ("4444", Outcome.ADDED)


def test_the_nightly_look_finishes_it_when_no_webhook_came_either(alice: Payer, app: Flask, work: Work) -> None:
    alice.stripe.send_webhooks_to("")
    alice.give("4444")
    work()
    assert alice.default() == "4242"
    with app.app_context(), transaction():
        outbox.want_task("look at every account", {}, at=now())
    work()
    assert alice.default() == "4444"


def test_finishing_twice_adds_one_card_and_one_line(alice: Payer, work: Work) -> None:
    back = alice.give("4444")
    for _ in range(3):
        alice.browser.get(back)
        work()
    assert alice.cards() == ["4444", "4242"]
    listed = words(alice.browser.get("/account/payment"))
    assert listed.count("Mastercard ending 4444 added") == 1


def test_a_worker_that_dies_before_it_has_learned_is_followed_by_one_that_does(alice: Payer, app: Flask, work: Work) -> None:
    back = alice.give("4444")
    alice.browser.get(back)
    alice.stripe.faults({"kind": "500", "when": {"method": "GET", "path_prefix": "/v1/customers"}, "times": 1})
    work()
    assert alice.default() == "4242"
    alice.stripe.later(minutes=10)
    work()
    assert alice.default() == "4444"


def test_the_policy_lets_the_form_lead_to_the_provider_on_this_page_alone(alice: Payer) -> None:
    alice.browser.get(alice.add)
    assert f"form-action 'self' {alice.stripe.url}" in alice.browser.answer.headers["Content-Security-Policy"]
    alice.browser.get("/account/payment")
    assert alice.stripe.url not in alice.browser.answer.headers["Content-Security-Policy"]


def test_a_page_asks_the_provider_no_more_often_than_every_five_seconds(alice: Payer, work: Work) -> None:
    alice.stripe.send_webhooks_to("")
    back = alice.give("4444")
    for _ in range(5):
        alice.browser.get(back)
    with alice.app.app_context():
        assert times_asked("card_setup", alice.setup().id) == 2, "when it was opened, and when they came back"
