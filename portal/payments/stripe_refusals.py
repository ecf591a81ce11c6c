"""Why Stripe refused, in the port's words."""

import stripe

BY_DECLINE = {
    "insufficient_funds": "money",
    "card_velocity_exceeded": "money",
    "withdrawal_count_limit_exceeded": "money",
    "expired_card": "expired card",
    "authentication_required": "bank asks",
}
"""What a bank says, by what it comes to; all else it says is no more than that it refused. Source: docs.stripe.com/declines/codes."""
BY_CODE = {
    "coupon_expired": "expired",
    "customer_tax_location_invalid": "address",
    "price_inactive": "not sold",
    "product_inactive": "not sold",
    "subscription_payment_intent_requires_action": "bank asks",
}
"""Source: docs.stripe.com/error-codes."""
DAYS = ("trial_end", "billing_cycle_anchor", "pause_collection[resumes_at]")
"""Parameters that carry a date."""


def problem_of(error: stripe.InvalidRequestError | stripe.CardError) -> str:
    """What it comes to, in the port's words: by its code, the bank's reason, or the parameter that it is about."""
    code, param = error.code or "", error.param or ""
    if code in BY_CODE:
        return BY_CODE[code]
    if isinstance(error, stripe.CardError):
        told = error.error.to_dict() if error.error else {}
        return BY_DECLINE.get(told.get("decline_code") or code, "card")
    if param in DAYS:
        return "day"
    if param.startswith("discounts"):
        return "unknown" if code == "resource_missing" else "not valid"
    if param.startswith("items") and "price" in param:
        return "not sold"
    return "no card" if code == "resource_missing" and param in ("", "default_payment_method") else "other"
