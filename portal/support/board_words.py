"""What the sync board tells, in the words of whoever reads it."""

from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext as _

from portal.kit import i18n

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

SIDES: dict[str, Callable[[], str]] = {
    "at the end of the period": lambda: _("at the end of the period"),
    "without an end": lambda: _("without an end"),
    "wanted": lambda: _("wanted"),
    "active": lambda: _("active"),
    "trialing": lambda: _("begins later"),
    "past_due": lambda: _("past due"),
    "paused": lambda: _("paused"),
    "canceled": lambda: _("cancelled"),
    "unpaid": lambda: _("not paid"),
}
"""How something can be on one side, where it is no name, amount or moment."""


def fact_told(what: str) -> str:
    """What differs between us and the provider; of several, such as invoices, with what the provider calls this one."""
    name, _space, ref = (what, "", "") if what in FACTS else what.partition(" ")
    return f"{FACTS[name]()} {ref}".strip() if name in FACTS else what


def side_told(value: str) -> str:
    """How it is on one side: a moment as people write one, and what is a word of ours in theirs; all else as it was noted."""
    if value in SIDES:
        return SIDES[value]()
    try:
        return i18n.short_moment(datetime.fromisoformat(value))
    except ValueError:
        return value or "–"
