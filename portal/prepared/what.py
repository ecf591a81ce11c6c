"""What a form of the customer's pages comes to while staff prepare changes. All others are tried, and kept for the customer; what only the
customer decides does not come so far (`accounts.viewing`)."""

from flask_babel import gettext as _

DRAFTS = {"returns.begin", "returns.tell_why", "returns.tell_for_what", "subscriptions.open_offer"}
"""They keep what was chosen so far for a return that nobody has sent yet, or which offer was opened, as they always do; only what is done
on the page after that is a change."""
OURS = {"prepared.say_why", "prepared.withdraw"}
"""Deeds of the member of staff."""
WITH_PHOTOS = {"photos.add", "photos.remove", "returns.show_receipt"}
"""A file is no part of a transaction, so it can't be tried."""
PAYS = {"billing.pay_invoice"}
"""What is paid is gone: no approval of a form that somebody else filled in comes before it."""


def why_not(endpoint: str) -> str:
    """Why what is sent there can't be prepared, for whoever is about to; empty if it can."""
    if endpoint in WITH_PHOTOS:
        return str(_("Photos come from the customer, so they can’t be suggested."))
    if endpoint in PAYS:
        return str(_("A payment can’t be suggested: the customer taps it here, or you act for them."))
    return ""
