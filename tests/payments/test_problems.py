"""Why Stripe refused, in the port's words; its own are for staff."""

from typing import Any

import pytest
import stripe

from portal import create_app
from portal.payments import Declined
from portal.payments.stripe_words import in_our_words
from portal.subscriptions.refusals import why_declined
from tests.settings import settings

sdk: Any = stripe
"""Its errors have constructors without types."""
INVALID = sdk.InvalidRequestError


def card(code: str, decline_code: str | None = None) -> stripe.StripeError:
    body = {"error": {"type": "card_error", "code": code, "decline_code": decline_code, "message": "Your card was declined."}}
    made: stripe.StripeError = sdk.CardError("Your card was declined.", "", code, json_body=body)
    return made


REFUSALS = [
    (INVALID("Invalid timestamp", "trial_end"), "day", "does not take this day"),
    (INVALID("Invalid timestamp", "pause_collection[resumes_at]"), "day", "does not take this day"),
    (INVALID("The price specified is inactive.", "items[0][price]"), "not sold", "does not sell"),
    (INVALID("No such price", "items[1][price]", code="resource_missing"), "not sold", "does not sell"),
    (INVALID("No card", None, code="resource_missing"), "no card", "no card that could be charged"),
    (INVALID("No such promotion code", "discounts[0][promotion_code]", code="resource_missing"), "unknown", "no such code"),
    (INVALID("The code has expired.", "discounts", code="coupon_expired"), "expired", "has expired"),
    (INVALID("Prior transactions.", "discounts[0][promotion_code]"), "not valid", "not valid any more"),
    (INVALID("Tax", None, code="customer_tax_location_invalid"), "address", "Check the address"),
    (INVALID("No such customer", "customer", code="resource_missing"), "other", "refused it. Try again later"),
    (INVALID("A word of next year", "flavour", code="of_next_year"), "other", "refused it. Try again later"),
    (card("card_declined", "insufficient_funds"), "money", "not enough money"),
    (card("card_declined", "do_not_honor"), "card", "Your bank refused the card"),
    (card("expired_card"), "expired card", "has expired"),
    (card("authentication_required", "authentication_required"), "bank asks", "approve the card yourself"),
    (card("subscription_payment_intent_requires_action"), "bank asks", "approve the card yourself"),
]


@pytest.mark.parametrize(("error", "problem", "sentence"), REFUSALS, ids=lambda value: str(value)[:30])
def test_each_known_refusal_has_a_sentence_of_ours(error: stripe.StripeError, problem: str, sentence: str) -> None:
    with pytest.raises(Declined) as declined, in_our_words():
        raise error
    assert declined.value.problem == problem
    assert "card was declined" in str(declined.value) or str(error) in str(declined.value)
    with create_app(settings("sqlite://")).test_request_context():
        assert sentence in why_declined(problem)
        assert str(error) not in why_declined(problem)
