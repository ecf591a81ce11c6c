"""What a form of the customer's pages comes to while staff prepare changes. All others are tried, and kept for the customer."""

from flask_babel import gettext as _

DRAFTS = {
    "returns.begin",
    "returns.tell_why",
    "returns.tell_for_what",
}
"""They keep what was chosen so far for a return that nobody has sent yet, as they always do; only its last step is a change."""
OURS = {
    "door.sign_out",
    "prepared.say_why",
    "prepared.withdraw",
}
"""Deeds of the member of staff."""


def why_not(endpoint: str) -> str | None:
    """The reason, of what can't be prepared."""
    of_money = _("Paying is up to the customer. You can tell them where it is done.")
    of_cards = _("Cards are up to the customer. You can tell them where they are kept.")
    of_devices = _("Where the customer is signed in can’t be changed for them.")
    of_photos = _("Photos come from the customer, so they can’t be suggested.")
    by_link = _("This is done by whoever has the link, and can’t be suggested.")
    return {
        "billing.add": of_cards,
        "billing.leave": of_cards,
        "billing.set_default": of_cards,
        "billing.remove": of_cards,
        "billing.undo": of_cards,
        "billing.pay": of_money,
        "returns.pay_for_exchange": of_money,
        "account.sign_out_device": of_devices,
        "account.sign_out_others": of_devices,
        "photos.add": of_photos,
        "photos.remove": of_photos,
        "returns.show_receipt": of_photos,
        "withdrawals.read_again": by_link,
        "withdrawals.confirm": by_link,
        "undoing.undo": by_link,
    }.get(endpoint)
