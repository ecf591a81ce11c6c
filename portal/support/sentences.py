"""What staff did for a customer, in words for that customer."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from portal import prepared
from portal.accounts.models import Role
from portal.kit import i18n


def change_told(told: dict[str, Any]) -> str:
    """As the room tells it whose row it is about."""
    try:
        said = prepared.words(told)
    except KeyError:  # a deed that no room has words for
        said = ""
    return said or str(_("Something else was changed"))


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
    "send less": lambda: _("About an order of yours."),
    "other address": lambda: _("About an order of yours."),
    "money back": lambda: _("About an order of yours."),
}
"""What the shop's task was about, in the customer's words."""


def task_told(kind: str) -> str:
    """Empty for what says nothing to a customer, such as a reminder of a colleague's."""
    return ABOUT[kind]() if kind in ABOUT else ""


FACTS: dict[str, Callable[[], str]] = {
    "version": lambda: _("Version"),
    "next charge": lambda: _("Next charge"),
    "frequency": lambda: _("How often"),
    "contents": lambda: _("Contents"),
    "pause": lambda: _("Pause"),
    "ends": lambda: _("Whether it ends"),
    "ends by itself": lambda: _("When it ends by itself"),
    "code": lambda: _("Discount code"),
    "address": lambda: _("Address"),
    "payer": lambda: _("Who pays"),
    "status": lambda: _("Status"),
    "default card": lambda: _("Card that is charged"),
    "balance": lambda: _("Balance"),
    "card": lambda: _("Card"),
    "invoice": lambda: _("Invoice"),
    "refund": lambda: _("Refund"),
}
"""What the reconciliation compares."""


def fact_told(what: str) -> str:
    """What differs between us and the provider; of several, such as invoices, with what the provider calls this one."""
    name, _space, ref = (what, "", "") if what in FACTS else what.partition(" ")
    return f"{FACTS[name]()} {ref}".strip() if name in FACTS else what


def side_told(value: str) -> str:
    """How it is on one side: a moment as people write one, all else as it was noted."""
    try:
        return i18n.short_moment(datetime.fromisoformat(value))
    except ValueError:
        return value or "–"


def role_words(role: Role) -> str:
    words: dict[Role, str] = {Role.AGENT: _("support"), Role.LEAD: _("head of support"), Role.ADMIN: _("administrator")}
    return words[role]
