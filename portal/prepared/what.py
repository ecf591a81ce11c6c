"""What a form of the customer's pages comes to while staff prepare changes. All others are tried, and kept for the customer; what only the
customer decides does not come so far (`accounts.viewing`)."""

DRAFTS = {"returns.begin", "returns.tell_why", "returns.tell_for_what", "subscriptions.open_offer"}
"""They keep what was chosen so far for a return that nobody has sent yet, or which offer was opened, as they always do; only what is done
on the page after that is a change."""
OURS = {"prepared.say_why", "prepared.withdraw"}
"""Deeds of the member of staff."""
WITH_PHOTOS = {"photos.add", "photos.remove", "returns.show_receipt"}
"""A file is no part of a transaction, so it can't be tried."""
