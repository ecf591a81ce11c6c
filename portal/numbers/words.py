"""What reasons and carriers are called."""

from flask_babel import gettext as _

from portal.numbers.models import BY_LAW
from portal.orders import carrier_name
from portal.returns import reason_told as told_by
from portal.returns.queries.policies import Policies


def why_told(reason: str) -> str:
    """Of a cancellation; in the words that customers chose it by."""
    told: dict[str, str] = {
        "too much": _("Too much left"),
        "too expensive": _("Too expensive"),
        "not what I like": _("Not my taste"),
        "trying out": _("Only tried it"),
        "moving away": _("Moving away"),
        "bereavement or illness": _("Illness or a death"),
        "other": _("Something else"),
    }
    return told.get(reason, reason) if reason else _("Nothing said")


def back_told(reason: str, rules: Policies) -> str:
    """Of a return; one that no rules know any more stays the shop's own key. Those that were brought in from a file have none."""
    if reason in ("", BY_LAW):
        return str(_("Withdrawal from the contract") if reason else _("Not told"))
    terms = rules.knowing(reason)
    return told_by(terms, reason) if terms else reason


def carrier_told(carrier: str) -> str:
    return carrier_name(carrier) if carrier else _("Not told")


def offer_told(kind: str) -> str:
    """On the page of a cancellation; in the words of its buttons, as far as they name no day."""
    told: dict[str, str] = {
        "skip": _("Skip the next box"),
        "pause": _("Pause"),
        "less often": _("Less often"),
        "swap": _("Swap products"),
        "code": _("Use a code"),
        "address": _("Another address"),
    }
    return told.get(kind, kind)
