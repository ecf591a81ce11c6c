"""What staff did for a customer, in words for that customer."""

from collections.abc import Callable

from flask_babel import gettext as _

from portal.accounts.models import Role

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


def task_told(kind: str) -> str:
    """Empty for what says nothing to a customer, such as a reminder of a colleague's."""
    return ABOUT[kind]() if kind in ABOUT else ""


def role_words(role: Role) -> str:
    words: dict[Role, str] = {Role.AGENT: _("support"), Role.LEAD: _("head of support"), Role.ADMIN: _("administrator")}
    return words[role]
