"""What we want of a subscription, in Stripe's parameters."""

from typing import Literal

import stripe
from stripe.params import (
    SubscriptionCreateParams,
    SubscriptionUpdateParams,
    SubscriptionUpdateParamsCancellationDetails,
    SubscriptionUpdateParamsItem,
)

from portal.payments.port import Contents, Item, Standing, Terms, Why
from portal.payments.stripe_reading import CHANGED_BY_KEY, SHIP_TO_KEY, VERSION_KEY
from portal.payments.stripe_words import ref_of

KEY_KEY = "portal_key"
"""By which a subscription that we made is found again."""
ASKED_BY_KEY = "asked_by"
Feedback = Literal["", "low_quality", "other", "too_expensive", "unused"]
FEEDBACK: dict[str, Feedback] = {"too much": "unused", "too expensive": "too_expensive", "not what I like": "low_quality"}
"""One of Stripe's eight words for each of our reasons that has one; all else is `other`.
Source: docs.stripe.com/api/subscriptions/update, `cancellation_details.feedback`."""


def notes_of(key: str, asked_by: str) -> dict[str, str]:
    """What stands in the metadata of something that is asked for once."""
    return {KEY_KEY: key, ASKED_BY_KEY: asked_by} if asked_by else {KEY_KEY: key}


def difference(wanted: Terms, found: Standing) -> SubscriptionUpdateParams:
    """All that differs except a discount, in one update, with our version.

    A `trial_end` starts a trial and writes an invoice over nothing, so it is sent only where the date is another one, or where
    another frequency would otherwise be charged at once (docs.stripe.com/api/subscriptions/update).
    """
    there = found.terms
    notes = {VERSION_KEY: str(wanted.version)}
    if wanted.ship_to != there.ship_to:
        notes[SHIP_TO_KEY] = wanted.ship_to
    if wanted.changed_by != there.changed_by:
        notes[CHANGED_BY_KEY] = wanted.changed_by  # what is empty is taken out there
    params: SubscriptionUpdateParams = {"metadata": notes}
    begins_again = wanted.every != there.every and found.status != "trialing"
    charge_at = wanted.next_charge_at or there.next_charge_at
    if charge_at and (charge_at != there.next_charge_at or begins_again):
        params["trial_end"], params["proration_behavior"] = int(charge_at.timestamp()), "none"
    if wanted.contents != there.contents:
        params["items"], params["proration_behavior"] = items(wanted.contents, found.items), "none"
    if wanted.pause is None and there.pause:
        params["pause_collection"] = ""
    elif wanted.pause and wanted.pause != there.pause:
        params["pause_collection"] = {"behavior": "void"}
        if wanted.pause.resumes_at:
            params["pause_collection"] = {"behavior": "void", "resumes_at": int(wanted.pause.resumes_at.timestamp())}
    if there.is_ending and not wanted.is_ending and found.stops_at:
        params["cancel_at"] = ""
    elif wanted.is_ending != there.is_ending:
        params["cancel_at_period_end"] = wanted.is_ending
    return params


def items(wanted: Contents, there: tuple[Item, ...]) -> list[SubscriptionUpdateParamsItem]:
    """What stays keeps its item; one that is swapped keeps it too, with another price; the rest is added or deleted."""
    left = dict(wanted)
    sent: list[SubscriptionUpdateParamsItem] = []
    free: list[Item] = []
    for item in there:
        if (quantity := left.pop(item.price_ref, None)) is None:
            free.append(item)
        elif quantity != item.quantity:
            sent.append({"id": item.ref, "quantity": quantity})
    for price_ref, quantity in left.items():
        if free:
            sent.append({"id": free.pop(0).ref, "price": price_ref, "quantity": quantity})
        else:
            sent.append({"price": price_ref, "quantity": quantity})
    return sent + [{"id": item.ref, "deleted": True} for item in free]


def details(why: Why) -> SubscriptionUpdateParamsCancellationDetails:
    """Stripe keeps one reason: the first that it has a word for. What is empty takes back what was told before."""
    named = [FEEDBACK[reason] for reason in why.reasons if reason in FEEDBACK]
    feedback: Feedback = named[0] if named else "other" if why.reasons else ""
    return {"feedback": feedback, "comment": why.comment}


def beginning(wanted: Terms, customer_ref: str, key: str, like: stripe.Subscription) -> SubscriptionCreateParams:
    """A new subscription that is not charged before its first delivery is due; its card and its taxes are those of the old one.

    A card that was removed since is left out: then the customer's default is charged. `like` has to show its card.
    """
    params: SubscriptionCreateParams = {
        "customer": customer_ref,
        "items": [{"price": price_ref, "quantity": quantity} for price_ref, quantity in wanted.contents],
        "metadata": {VERSION_KEY: str(wanted.version), KEY_KEY: key, SHIP_TO_KEY: wanted.ship_to, CHANGED_BY_KEY: wanted.changed_by},
        "proration_behavior": "none",
    }
    if wanted.next_charge_at:
        params["trial_end"] = int(wanted.next_charge_at.timestamp())
    card = like.default_payment_method
    if isinstance(card, stripe.PaymentMethod) and ref_of(card.customer) == customer_ref:
        params["default_payment_method"] = card.id
    if like.default_tax_rates:
        params["default_tax_rates"] = [rate.id for rate in like.default_tax_rates]
    if like.automatic_tax.enabled:
        params["automatic_tax"] = {"enabled": True}
    return params
