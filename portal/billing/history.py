"""What was done with cards and payments, in sentences."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from portal import prepared
from portal.billing.models import BillingAccount
from portal.billing.shown import Done
from portal.billing.words import card_name
from portal.kit.i18n import money


def title(done: Done, is_theirs: bool = True) -> str:
    """What happened, without who did it: for the customer, or for the shop's people."""
    return sentence(done.deed, done.facts, done.card, is_theirs=is_theirs)


def sentence(deed: str, facts: Mapping[str, object], card_there: tuple[str, str] | None, *, is_theirs: bool = True) -> str:
    """The same of the deed alone; `card_there` has brand and last digits of the card that it is about. KeyError where there is none."""
    card = card_name(*card_there) if card_there else _("A card")
    amount = money(int(str(facts["amount"])), str(facts["currency"])) if "amount" in facts else ""
    added = _("%(card)s added, and made the default", card=card) if facts.get("default") else _("%(card)s added", card=card)
    sentences: dict[str, str] = {
        "card added": added,
        "card chosen": _("%(card)s made the default", card=card),
        "card removed": _("%(card)s removed", card=card),
        "account gone": _("Account closed by the payment provider"),
        "card gone": _("%(card)s removed, not by you", card=card) if is_theirs else _("%(card)s removed there", card=card),
        "card chosen there": _("%(card)s made the default there", card=card),
        "undone": _("Undone: %(what)s", what=_("%(card)s made the default", card=card)),
        "paid": _("%(amount)s paid with %(card)s", amount=amount, card=card),
        "refunded": _("%(amount)s refunded", amount=amount),
        "refund failed": _("%(amount)s not refunded: the bank did not take it", amount=amount),
        "credited": _("%(amount)s of store credit given", amount=amount),
        "credit taken back": _("%(amount)s of store credit taken back, for its money goes to the card", amount=amount),
        "not paid": _("%(amount)s not paid: %(card)s was refused", amount=amount, card=card),
    }
    return str(sentences[deed])


@prepared.tells(BillingAccount.__tablename__)
def told(deed: str, facts: dict[str, Any]) -> str:
    """What staff did for a customer. Without the card: nothing is looked up while a mail is written."""
    amount = money(facts["amount"], facts["currency"])
    sentences: dict[str, str] = {"paid": _("%(amount)s is paid", amount=amount), "not paid": _("%(amount)s is not paid", amount=amount)}
    return sentences[deed]


def who(done: Done) -> str:
    if done.staff:
        return str(_("%(name)s from support, for you", name=done.staff))
    systems: dict[str | None, str] = {"provider": _("Payment provider"), "schedule": _("By itself"), None: _("You")}
    return systems[done.system]
