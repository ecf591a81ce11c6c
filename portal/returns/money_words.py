"""Amounts of a return, in words for people."""

from flask_babel import gettext as _

from portal.billing import card_name
from portal.kit.i18n import money
from portal.returns.money import Because, Difference, Kind, MoneyLine
from portal.returns.queries.payouts import ShownPart


def line_told(line: MoneyLine, titles: dict[int, str]) -> str:
    """What it is for. `titles` are those of the items, by their ids."""
    title = titles.get(line.item or 0, "")
    if line.kind in (Kind.GOODS, Kind.BY_SHOP):
        return f"{line.units} × {title}"
    words: dict[Kind, str] = {
        Kind.DELIVERY: _("Our cheapest delivery of that day") if line.facts.get("standard") else _("What it had cost to send"),
        Kind.EXCHANGE: _("What you get for %(name)s", name=title),
        Kind.DEDUCTION: _("Kept back for %(name)s", name=title),
        Kind.RESTOCKING: _("Fee for taking back %(name)s", name=title),
        Kind.LABEL: _("The way back"),
        Kind.ALREADY: _("Given back before"),
        Kind.BONUS: _("A present for taking credit"),
        Kind.AGAIN: _("Once more, another way"),
    }
    return words[line.kind]


def difference_told(one: Difference, titles: dict[int, str], currency: str) -> str:
    """Why it is not as it was estimated."""
    title = titles.get(one.item or 0, "")
    if one.because is Because.BY_SHOP:
        told = {"name": title, "amount": money(one.final, currency), "why": one.facts["why"]}
        return str(_("%(name)s: %(amount)s, as somebody here reckoned: %(why)s", **told))
    if one.because in (Because.FEWER, Because.MORE):
        of, units = one.facts["units"]
        return str(_("%(name)s: the money goes back for %(units)s of %(of)s.", name=title, units=units, of=of))
    words: dict[Because, str] = {
        Because.FOUND: _("%(name)s: %(amount)s kept back because of how it came.", name=title, amount=money(abs(one.amount), currency)),
        Because.FOLLOWS: _("%(name)s: fee and present are reckoned from what counts in the end.", name=title),
        Because.WAY_BACK: _("The way back costs you %(amount)s.", amount=money(abs(one.final), currency)),
        Because.DELIVERY: _("What it had cost to send goes back only with all of the order."),
        Because.ALREADY: _("A part of it had been given back before."),
        Because.OTHER_OUTCOME: _("%(name)s: what you get for it has another price by now.", name=title),
    }
    return words[one.because]


def part_to(part: ShownPart) -> str:
    """Where it goes."""
    if part.to == "card":
        return card_name(part.brand, part.last4)
    return str({"credit": _("Store credit"), "bonus": _("Store credit, a present"), "hand": _("By the shop, by hand")}[part.to])
