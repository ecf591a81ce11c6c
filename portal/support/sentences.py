"""What staff did for a customer, in words for that customer."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from portal.accounts.models import Role
from portal.prepared import change_told

ABOUT: dict[str, Callable[[], str]] = {
    "return": lambda: _("About a return of yours."),
    "return here": lambda: _("About a return of yours."),
    "return money": lambda: _("About a return of yours."),
    "refund failed": lambda: _("About a refund that did not arrive."),
    "withdrawal": lambda: _("About a contract that you withdrew from."),
    "exchange sold out": lambda: _("About an exchange of yours."),
    "exchange never came": lambda: _("About an exchange of yours."),
    "claim": lambda: _("About a problem that you told us of."),
    "worry": lambda: _("About a parcel of yours."),
    "no scan": lambda: _("About a parcel of yours."),
    "not coming": lambda: _("About a parcel of yours."),
    "send less": lambda: _("About an order of yours."),
    "other address": lambda: _("About an order of yours."),
    "money back": lambda: _("About an order of yours."),
}
"""What the shop's task was about, in the customer's words."""
BESIDES: dict[str, Callable[[], str]] = {
    "look up at provider": lambda: _("What the payment provider has of you was looked up anew"),
    "retry work": lambda: _("Something that had failed was tried again"),
    "change withdrawn": lambda: _("A suggestion to you was taken back"),
}
"""Deeds at the desk that change nothing of what a customer has."""
AT_DESK = (
    *BESIDES, "submit return", "approve return", "decline return", "cancel return", "receive return", "inspect return", "look again",
    "miss the rest", "word on return", "reopen return", "close return", "other way back", "exchange called off", "exchange ordered",
    "replacement ordered", "approve claim", "deny claim", "resolve claim", "paid out", "given by hand", "asked for another way",
)  # fmt: skip
"""What staff do there for a customer, and the customer reads. Notes, tasks and flags are among ourselves."""


def task_told(kind: str) -> str:
    """Empty for what says nothing to a customer, such as a reminder of a colleague's."""
    return ABOUT[kind]() if kind in ABOUT else ""


def role_words(role: Role) -> str:
    words: dict[Role, str] = {Role.AGENT: _("support"), Role.LEAD: _("head of support"), Role.ADMIN: _("administrator")}
    return words[role]


def done_told(told: dict[str, Any]) -> str:
    """Whether in a view of their pages or at the desk."""
    return BESIDES[told["deed"]]() if told["deed"] in BESIDES else change_told(told)
