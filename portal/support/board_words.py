"""What the sync board tells, in the words of whoever reads it."""

import re
from collections.abc import Callable

from flask_babel import gettext as _

from portal.billing import card_name
from portal.kit import i18n
from portal.operations.queries import Found
from portal.subscriptions import often

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
    "incomplete": lambda: _("first payment missing"),
    "incomplete_expired": lambda: _("never begun"),
    "past_due": lambda: _("past due"),
    "paused": lambda: _("paused"),
    "canceled": lambda: _("cancelled"),
    "unpaid": lambda: _("not paid"),
    "due": lambda: _("about to be charged"),
    "charged": lambda: _("charged"),
    "skipped": lambda: _("skipped"),
    "draft": lambda: _("being prepared"),
    "open": lambda: _("not paid"),
    "paid": lambda: _("paid"),
    "void": lambda: _("not owed any more"),
    "uncollectible": lambda: _("not owed any more"),
    "pending": lambda: _("on its way"),
    "requires_action": lambda: _("waits for the customer"),
    "succeeded": lambda: _("paid back"),
    "failed": lambda: _("did not arrive"),
}
"""How something can be on one side, where it is no name, amount or moment."""
NOTHING: dict[str, Callable[[], str]] = {
    "ends": lambda: _("it goes on"),
    "ends by itself": lambda: _("it goes on"),
    "pause": lambda: _("no pause"),
}
"""What it means that a side has nothing; of all else, just that."""
REASONS: dict[str, Callable[[], str]] = {
    "TryAgain": lambda: _("The other side does not answer now, or answers with an error."),
    "Declined": lambda: _("The payment provider refused it."),
    "ProviderIsAhead": lambda: _("The payment provider shows a version that was never here. Somebody has to look."),
}
"""Why something fails, by what was raised: the words of the log begin with its name."""
PAID = re.compile(r"(\w+), (-?\d+) of (-?\d+)")
"""Of an invoice: its status, and how much of it is paid."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT.+")


def fact_told(what: str) -> str:
    """What differs between us and the provider; of several, such as invoices, with what the provider calls this one."""
    name, _space, ref = (what, "", "") if what in FACTS else what.partition(" ")
    return f"{FACTS[name]()} {ref}".strip() if name in FACTS else what


def reason_told(reason: str) -> str:
    """What the words of the log mean; empty where they say it themselves."""
    name = reason.partition(":")[0]
    return REASONS[name]() if name in REASONS else ""


def ours_told(found: Found) -> str:
    """How it was here when it was found."""
    return _("one address") if found.what == "address" and found.ours else _side(found, found.ours)


def theirs_told(found: Found) -> str:
    """How it was at the provider. Of an address only that it is another one: none stands in a list of differences."""
    return _("another address") if found.what == "address" and found.theirs else _side(found, found.theirs)


def _side(found: Found, side: str) -> str:
    """In words: what we know by the provider's names, amounts with their currency, moments as people write them; all else as noted."""
    if not side:
        return NOTHING[found.what]() if found.what in NOTHING else _("nothing")
    kind = found.what.partition(" ")[0]
    if found.what == "contents":
        return ", ".join(_piece(part, found) for part in side.split(", "))
    if kind == "card" or (found.what == "default card" and side in found.named):
        brand, _space, digits = found.named.get(side, side).rpartition(" ")
        return card_name(brand, digits)
    if found.what == "frequency":
        count, _space, unit = side.partition(" ")
        return often(int(count), unit)
    if found.what == "balance" and found.currency:
        return _balance(int(side), found.currency)
    if found.currency and (paid := PAID.fullmatch(side)):
        so_far, total = (i18n.money(int(amount), found.currency) for amount in paid.groups()[1:])
        return str(_("%(how)s · %(paid)s of %(total)s", how=_word(paid[1]), paid=so_far, total=total))
    return i18n.short_moment(i18n.from_iso(side)) if MOMENT.fullmatch(side) else _word(side)


def _piece(part: str, found: Found) -> str:
    quantity, times, ref = part.rpartition(" × ")
    return f"{quantity}{times}{found.named.get(ref, ref)}"


def _balance(amount: int, currency: str) -> str:
    """Above zero it is the customer's."""
    told = i18n.money(abs(amount), currency)
    return str(_("%(amount)s of credit", amount=told) if amount >= 0 else _("%(amount)s owed", amount=told))


def _word(side: str) -> str:
    return SIDES[side]() if side in SIDES else side
