"""What a refusal of the provider comes to, in words for the customer."""

from flask_babel import gettext as _


def why_declined(problem: str) -> str:
    """Why the provider will not do it (`Declined.problem`), and what helps, in the reader's language. Its own words are for staff."""
    sentences: dict[str, str] = {
        "day": _("The payment provider does not take this day. Choose another one."),
        "not sold": _("The payment provider does not sell one of the products like this any more. Choose another one, or write to us."),
        "no card": _("There is no card that could be charged. Add one, then try again."),
        "card": _("Your bank refused the card. Add another one, then try again."),
        "money": _("There is not enough money on the card, or its limit is reached. Add another one, or try again later."),
        "expired card": _("The card has expired. Add another one, then try again."),
        "bank asks": _("Your bank wants you to approve the card yourself. Add it once more and approve it there, then try again."),
        "address": _("The payment provider can’t work out the tax for the address. Check the address, then try again."),
        "unknown": _("There is no such code. Check it for typing errors."),
        "expired": _("This code has expired. Use another one, or go on without."),
        "used up": _("This code has been used as often as it can be. Use another one, or go on without."),
        "not yours": _("This code belongs to somebody else. Use one that was given to you."),
        "not valid": _("This code is not valid any more. Use another one, or go on without."),
    }
    return sentences.get(problem) or str(_("The payment provider refused it. Try again later, or write to us if it stays so."))
