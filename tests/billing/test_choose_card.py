from threading import Thread

from flask import Flask

from portal import outbox
from tests.billing.builders import Payer, in_context
from tests.browser import words
from tests.conftest import Work
from tests.mail import Mail, text

CUSTOMERS = {"method": "POST", "path_prefix": "/v1/customers/"}


def add_second(alice: Payer, work: Work, last4: str = "4444") -> None:
    alice.browser.get(alice.give(last4, everything=False))
    work()
    work()


def choose(alice: Payer, last4: str) -> str:
    alice.browser.get("/account/payment")
    return words(alice.browser.post(f"/account/cards/{alice.card(last4)}/default"))


def test_another_card_becomes_the_default_here_at_once_and_there_soon(alice: Payer, work: Work) -> None:
    add_second(alice, work)
    page = choose(alice, "4444")
    assert "Mastercard ending 4444 is the default now. It pays your next charges." in page
    assert "Telling the payment provider…" in page and "On its way to the payment provider" in page
    assert (alice.default(), alice.default_there(), alice.is_confirmed()) == ("4444", "4242", False)
    work()
    assert (alice.default_there(), alice.is_confirmed()) == ("4444", True)
    assert "Confirmed by the payment provider" in words(alice.browser.get("/account/payment"))


def test_a_subscription_with_a_card_of_its_own_follows(alice: Payer, work: Work) -> None:
    named = alice.stripe.v1.payment_methods.attach("pm_card_amex", {"customer": alice.ref}).id
    alice.stripe.v1.subscriptions.update(alice.box.ref, {"default_payment_method": named})
    add_second(alice, work)
    assert alice.stripe.v1.subscriptions.retrieve(alice.box.ref).default_payment_method == named
    choose(alice, "4444")
    work()
    pays = alice.stripe.v1.subscriptions.retrieve(alice.box.ref).default_payment_method
    assert alice.stripe.v1.payment_methods.retrieve(pays).card.last4 == "4444"


def test_the_choice_can_be_undone(alice: Payer, work: Work) -> None:
    add_second(alice, work)
    page = alice.browser.get("/account/payment")
    answer = alice.browser.post(f"/account/cards/{alice.card('4444')}/default")
    (undo,) = {form["action"] for form in answer.select("form") if "/account/cards/undo/" in str(form["action"])}
    assert page and "Undone. What it changed is as it was before." in words(alice.browser.post(str(undo)))
    work()
    assert (alice.default(), alice.default_there(), alice.is_confirmed()) == ("4242", "4242", True)
    assert "This was undone already." in words(alice.browser.post(str(undo)))


def test_a_choice_that_another_one_followed_is_not_undone(alice: Payer, work: Work) -> None:
    add_second(alice, work)
    add_second(alice, work, "0005")
    answer = alice.browser.post(f"/account/cards/{alice.card('4444')}/default")
    (undo,) = {form["action"] for form in answer.select("form") if "/account/cards/undo/" in str(form["action"])}
    choose(alice, "0005")
    assert "This can’t be undone: another card was chosen since." in words(alice.browser.post(str(undo)))
    assert alice.default() == "0005"


def test_what_the_provider_refuses_is_put_back_and_told_by_mail(alice: Payer, work: Work, mail: Mail) -> None:
    add_second(alice, work)
    alice.stripe.faults({"kind": "refuse", "when": CUSTOMERS, "times": 1, "message": "This card is blocked."})
    choose(alice, "4444")
    work()
    page = words(alice.browser.get("/account/payment"))
    assert "Your last change was not made. The payment provider refused it. Try again later" in page
    assert "This card is blocked." not in page, "its own words are for staff"
    assert "Refused by the payment provider, put back" in page
    assert (alice.default(), alice.default_there(), alice.is_confirmed()) == ("4242", "4242", True)
    work()
    letter = mail.newest("alice@example.com")
    assert letter["Subject"] == "Your change to your cards could not be made"
    assert "The payment provider refused it." in text(letter) and "This card is blocked." not in text(letter)


def test_a_later_choice_ends_the_sentence_about_the_refused_one(alice: Payer, work: Work) -> None:
    add_second(alice, work)
    alice.stripe.faults({"kind": "refuse", "when": CUSTOMERS, "times": 1})
    choose(alice, "4444")
    work()
    assert "Your last change was not made." not in choose(alice, "4444")
    work()
    assert alice.default_there() == "4444"


def test_what_somebody_chose_at_the_provider_is_taken_over_and_told(alice: Payer, work: Work) -> None:
    add_second(alice, work)
    ref = next(card.id for card in alice.stripe.v1.customers.payment_methods.list(alice.ref).data if card.card.last4 == "4444")
    alice.stripe.v1.customers.update(alice.ref, {"invoice_settings": {"default_payment_method": ref}})
    work()
    assert (alice.default(), alice.is_confirmed()) == ("4444", True)
    assert "Mastercard ending 4444 made the default there Payment provider" in words(alice.browser.get("/account/payment"))


def test_what_was_chosen_here_counts_when_both_chose(alice: Payer, work: Work) -> None:
    add_second(alice, work)
    add_second(alice, work, "0005")
    choose(alice, "4444")
    ref = next(card.id for card in alice.stripe.v1.customers.payment_methods.list(alice.ref).data if card.card.last4 == "0005")
    alice.stripe.v1.customers.update(alice.ref, {"invoice_settings": {"default_payment_method": ref}})
    work()
    assert (alice.default(), alice.default_there()) == ("4444", "4444")


def test_a_lost_answer_is_no_second_change(alice: Payer, work: Work) -> None:
    add_second(alice, work)
    alice.stripe.faults({"kind": "lost_after", "when": CUSTOMERS, "times": 1})
    choose(alice, "4444")
    work()
    alice.stripe.later(minutes=6)
    work()
    assert (alice.default_there(), alice.is_confirmed()) == ("4444", True)


def test_back_to_the_first_card_after_a_choice_whose_answer_was_lost(alice: Payer, work: Work) -> None:
    """What stands there by then is our own choice of before, and nobody else's."""
    add_second(alice, work)
    alice.stripe.faults({"kind": "lost_after", "when": CUSTOMERS, "times": 1})
    choose(alice, "4444")
    work()
    assert (alice.default_there(), alice.is_confirmed()) == ("4444", False)
    choose(alice, "4242")
    work()
    alice.stripe.later(minutes=6)
    work()
    assert (alice.default(), alice.default_there(), alice.is_confirmed()) == ("4242", "4242", True)


def test_back_to_the_first_card_while_the_choice_is_on_its_way(alice: Payer, app: Flask, work: Work) -> None:
    add_second(alice, work)
    choose(alice, "4444")
    alice.stripe.later(seconds=3)
    alice.stripe.forget_requests()
    alice.stripe.faults({"kind": "slow", "seconds": 2, "when": CUSTOMERS, "times": 1})
    worker = Thread(target=in_context, args=(app, outbox.work_until_idle))
    worker.start()
    alice.stripe.wait_for_a_fault()
    choose(alice, "4242")
    worker.join()
    assert alice.default() == "4242"
    work()
    work()
    assert (alice.default(), alice.default_there(), alice.is_confirmed()) == ("4242", "4242", True)
    assert "made the default there" not in words(alice.browser.get("/account/payment"))


def test_bob_cannot_choose_for_alice(alice: Payer, bob: Payer, work: Work) -> None:
    add_second(alice, work)
    bob.browser.get("/account/payment")
    bob.browser.post(f"/account/cards/{alice.card('4444')}/default", expect=404)
    answer = alice.browser.post(f"/account/cards/{alice.card('4444')}/default")
    (undo,) = {form["action"] for form in answer.select("form") if "/account/cards/undo/" in str(form["action"])}
    bob.browser.post(str(undo), expect=404)
    assert alice.default() == "4444"


def test_the_same_card_once_more_is_said(alice: Payer, app: Flask) -> None:
    assert "This card is the default already." in choose(alice, "4242")
