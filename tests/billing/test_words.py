"""What banks say, in words for people."""

import pytest
from flask import Flask

from portal import create_app
from portal.billing.words import card_name, what_to_do, why
from tests.settings import settings


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app(settings("sqlite://"))


@pytest.mark.parametrize(
    ("reason", "said", "helps"),
    [
        ("insufficient_funds", "There is not enough money on the card, or its limit is reached.", "Pay again once there is money on it"),
        ("expired_card", "The card has expired.", "what is printed on it now"),
        ("incorrect_cvc", "Something about the card is not right", "add this one again"),
        ("authentication_required", "Your bank wants you to approve it yourself.", "Approve it on the payment provider’s page"),
        ("currency_not_supported", "This card can’t be used for payments like this.", "Use another card."),
        ("issuer_not_available", "The bank could not be reached or could not decide.", "Try again in a few minutes."),
        ("invalid_account", "The account behind the card is closed or blocked.", "Use another card"),
        ("do_not_honor", "Your bank refused it and gave no reason.", "Ask your bank"),
        ("a word of next year", "Your bank refused it and gave no reason.", "Ask your bank"),
    ],
)
def test_each_reason_says_what_happened_and_what_helps(app: Flask, reason: str, said: str, helps: str) -> None:
    with app.test_request_context():
        assert said in why(reason)
        assert helps in what_to_do(reason, can_approve=True)


@pytest.mark.parametrize("reason", ["lost_card", "stolen_card", "fraudulent", "pickup_card", "merchant_blacklist"])
def test_who_has_it_learns_nothing_about_a_lost_card_or_a_suspicion(app: Flask, reason: str) -> None:
    with app.test_request_context():
        assert why(reason) == why("generic_decline")
        assert what_to_do(reason, can_approve=True) == what_to_do("generic_decline", can_approve=True)


def test_without_a_page_for_it_nobody_is_sent_there(app: Flask) -> None:
    with app.test_request_context():
        assert what_to_do("authentication_required", can_approve=False) == "Use another card."


def test_other_things_than_cards_have_names_too(app: Flask) -> None:
    with app.test_request_context():
        assert card_name("visa", "4242") == "Visa ending 4242"
        assert card_name("sepa_debit", "3000") == "SEPA direct debit ending 3000"
        assert card_name("paypal", "") == "PayPal"
        assert card_name("us_bank_account", "6789") == "Us bank account ending 6789"
