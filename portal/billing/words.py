"""Cards, and what banks say about them, in words for people."""

from flask_babel import gettext as _

BRANDS = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "discover": "Discover",
    "diners": "Diners Club",
    "jcb": "JCB",
    "unionpay": "UnionPay",
    "cartes_bancaires": "Cartes Bancaires",
    "link": "Link",
    "paypal": "PayPal",
}
"""Names of their own, the same in every language."""
ASKS_ITS_HOLDER = "authentication_required"
FUNDS = {"insufficient_funds", "card_velocity_exceeded", "withdrawal_count_limit_exceeded"}
WRONG = {
    "incorrect_number",
    "incorrect_cvc",
    "incorrect_zip",
    "invalid_cvc",
    "invalid_expiry_month",
    "invalid_expiry_year",
    "invalid_number",
}
NOT_FOR_THIS = {"card_not_supported", "currency_not_supported", "service_not_allowed", "transaction_not_allowed", "not_permitted"}
LATER = {
    "processing_error",
    "try_again_later",
    "issuer_not_available",
    "reenter_transaction",
    "approve_with_id",
    "card_decline_rate_limit_exceeded",
}
CLOSED = {"invalid_account", "new_account_information_available", "no_action_taken", "revocation_of_all_authorizations"}
"""Stripe's reasons, by what can be done about them. A lost or stolen card, and a suspicion of fraud, are told to nobody.
Source: docs.stripe.com/declines/codes."""


def brand_name(brand: str) -> str:
    if brand == "sepa_debit":
        return str(_("SEPA direct debit"))
    return BRANDS.get(brand) or brand.replace("_", " ").capitalize()


def card_name(brand: str, last4: str) -> str:
    """Visa ending 4242"""
    return str(_("%(brand)s ending %(digits)s", brand=brand_name(brand), digits=last4)) if last4 else brand_name(brand)


def why(reason: str) -> str:
    """What the bank said, as a sentence."""
    if reason in FUNDS:
        return str(_("There is not enough money on the card, or its limit is reached."))
    if reason == "expired_card":
        return str(_("The card has expired."))
    if reason in WRONG:
        return str(_("Something about the card is not right, such as its security code."))
    if reason == ASKS_ITS_HOLDER or reason == "setup_intent_authentication_failure":
        return str(_("Your bank wants you to approve it yourself."))
    if reason in NOT_FOR_THIS:
        return str(_("This card can’t be used for payments like this."))
    if reason in LATER:
        return str(_("The bank could not be reached or could not decide."))
    if reason in CLOSED:
        return str(_("The account behind the card is closed or blocked."))
    return str(_("Your bank refused it and gave no reason."))


def why_refunded(why: str) -> str:
    """Why money goes back, as a sentence."""
    known: dict[str, str] = {
        "skipped": _("You had skipped this delivery in time, and it was charged all the same. It is not sent."),
        "moved": _("You had moved this delivery in time, and it was charged on its old day. It comes on the new one."),
        "paused": _("You had paused in time, and a delivery was charged all the same. It is not sent."),
        "cancelled": _("You had cancelled in time, and one more delivery was charged all the same. It is not sent."),
        "contents": _("You had made this box smaller in time, and it was charged as it was before. It comes as you wanted it."),
        "shop": _("The shop gives it back to you."),
        "not wanted": _("You had cancelled a part of your order before it was packed. It is not sent."),
        "exchange": _("You had paid it for something that is not sent to you after all."),
        "return": _("It is for what you sent back."),
        "claim": _("Something had gone wrong with your order."),
        "bonus": _("It is a present, because you took credit instead of money."),
        "not taken": _("It was to go back to your card, and a part of it was spent in that moment. It is yours again."),
    }
    return str(known[why])


def what_to_do(reason: str, *, can_approve: bool) -> str:
    """What helps. `can_approve` if there is a page on which the payment can be approved."""
    if reason in FUNDS:
        return str(_("Pay again once there is money on it, or use another card."))
    if reason in WRONG or reason == "expired_card" or reason in CLOSED:
        return str(_("Use another card, or add this one again with what is printed on it now."))
    if reason == ASKS_ITS_HOLDER and can_approve:
        return str(_("Approve it on the payment provider’s page, or use another card."))
    if reason in LATER:
        return str(_("Try again in a few minutes."))
    if reason == ASKS_ITS_HOLDER or reason in NOT_FOR_THIS:
        return str(_("Use another card."))
    return str(_("Ask your bank, or use another card."))
