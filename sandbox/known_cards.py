"""The test cards that Stripe documents (docs.stripe.com/testing), by number and by token, and what comes of charging each."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal


@dataclass(frozen=True)
class TestCard:
    number: str
    brand: str
    words: str
    """What it is for, as the page of Checkout says it."""
    tokens: tuple[str, ...]
    declines: str | None = None
    """Why its charges are not paid: a key of PROBLEMS."""
    attaches: bool = True
    authenticates: bool = False
    """The bank asks its holder when it is set up. A charge without them is then declined …"""
    set_up_once: bool = False
    """… unless it was set up so before."""
    refunds: Literal["at once", "late", "fail"] = "at once"
    """What becomes of a refund to it. One that fails is said to have succeeded before."""

    @property
    def last4(self) -> str:
        return self.number[-4:]

    @property
    def fingerprint(self) -> str:
        return f"card{self.last4}"

    @property
    def spaced(self) -> str:
        """As it is printed on a card."""
        cuts = (0, 4, 10, 15) if self.brand == "amex" else (0, 4, 8, 12, 16)
        return " ".join(self.number[start:end] for start, end in pairwise(cuts))


CARDS = (
    TestCard("4242424242424242", "visa", "Visa. Pays.", ("pm_card_visa",)),
    TestCard("5555555555554444", "mastercard", "Mastercard. Pays.", ("pm_card_mastercard",)),
    TestCard("378282246310005", "amex", "American Express. Pays.", ("pm_card_amex",)),
    TestCard("4000056655665556", "visa", "Visa debit. Pays.", ("pm_card_visa_debit",)),
    TestCard("4000000000007726", "visa", "Pays; a refund is pending for an hour.", ("pm_card_pendingRefund",), refunds="late"),
    TestCard("4000000000005126", "visa", "Pays; a refund fails after an hour.", ("pm_card_refundFail",), refunds="fail"),
    TestCard(
        "4000002500003155", "visa", "Asks its holder now; later charges are paid.",
        ("pm_card_authenticationRequiredOnSetup",), authenticates=True, set_up_once=True,
    ),
    TestCard(
        "4000002760003184", "visa", "Asks its holder each time: later charges are declined.",
        ("pm_card_authenticationRequired",), authenticates=True,
    ),
    TestCard(
        "4000000000003220", "visa", "3-D Secure 2, each time: later charges are declined.",
        ("pm_card_threeDSecure2Required",), authenticates=True,
    ),
    TestCard(
        "4000008400001629", "visa", "Asks its holder, and is declined all the same.",
        ("pm_card_threeDSecureRequiredChargeDeclined",), "generic_decline", attaches=False, authenticates=True,
    ),
    TestCard("4000000000000341", "visa", "Is saved; later charges are declined.", ("pm_card_chargeCustomerFail",), "generic_decline"),
    TestCard(
        "4000000000000002", "visa", "Declined.",
        ("pm_card_chargeDeclined", "pm_card_visa_chargeDeclined"), "generic_decline", attaches=False,
    ),
    TestCard(
        "4000000000009995", "visa", "Declined: insufficient funds.",
        ("pm_card_chargeDeclinedInsufficientFunds", "pm_card_visa_chargeDeclinedInsufficientFunds"), "insufficient_funds", attaches=False,
    ),
    TestCard(
        "4000000000000069", "visa", "Declined: the card has expired.",
        ("pm_card_chargeDeclinedExpiredCard", "pm_card_visa_chargeDeclinedExpiredCard"), "expired_card", attaches=False,
    ),
    TestCard(
        "4000000000000127", "visa", "Declined: the security code is wrong.",
        ("pm_card_chargeDeclinedIncorrectCvc", "pm_card_visa_chargeDeclinedIncorrectCvc"), "incorrect_cvc", attaches=False,
    ),
)  # fmt: skip

BY_NUMBER = {card.number: card for card in CARDS}
BY_TOKEN = {token: card for card in CARDS for token in card.tokens}
BY_FINGERPRINT = {card.fingerprint: card for card in CARDS}


@dataclass(frozen=True)
class Problem:
    code: str
    message: str
    decline_code: str | None = None


PROBLEMS = {
    "generic_decline": Problem("card_declined", "Your card was declined.", "generic_decline"),
    "insufficient_funds": Problem("card_declined", "Your card has insufficient funds.", "insufficient_funds"),
    "expired_card": Problem("expired_card", "Your card has expired."),
    "incorrect_cvc": Problem("incorrect_cvc", "Your card's security code is incorrect."),
    "authentication_required": Problem(
        "authentication_required", "Your card was declined. This transaction requires authentication.", "authentication_required"
    ),
}
