"""What was done, in sentences."""

from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.kit.i18n import day, money, short_day, short_moment
from portal.notifications.actions import Helper
from portal.payments import Snag
from portal.prepared import both
from portal.subscriptions.shown import Done


def title(done: Done) -> str:
    """What happened, without who did it."""
    return told(done.deed, done.facts)


def told(deed: str, facts: dict[str, Any]) -> str:
    if deed == "undone":
        return str(_("Undone: %(what)s", what=told(facts["undone"], facts)))
    sentences: dict[str, str] = {}
    for group in _of_deliveries, _of_the_box, _of_the_whole, _of_money:
        sentences |= group(facts)
    return sentences[deed]


def what_holds(undone: str, ends_at: datetime | None) -> str:
    """After an undo of this deed: of an end at once, that an end which was asked for before it still stands."""
    if undone == "cancelled" and ends_at:
        return str(_("It still ends on %(day)s. Nothing more is sent or charged.", day=day(ends_at)))
    return str(_("What it changed is as it was before."))


def why_it_stays(deed: str) -> str:
    """Of a change that is of a kind that can't be undone; of another one, that it is too late."""
    known: dict[str, str] = {
        "undone": _("What it changed is as it was before. If you want it after all, make the change again."),
        "code": _("A code that was used can’t be undone."),
        "began again": _("This can’t be undone, but you can cancel at any time."),
        "address corrected": _("It can be corrected again in your addresses."),
    }
    return known.get(deed) or str(_("This can’t be undone any more."))


def _of_deliveries(facts: dict[str, Any]) -> dict[str, str]:
    day, to = on(facts, "day"), on(facts, "to")
    return {
        "skipped": _("%(day)s skipped", day=day),
        "unskipped": _("%(day)s sent after all", day=day),
        "moved": _("%(day)s moved to %(to)s, so that your exchange comes first", day=day, to=to)
        if "exchange" in facts
        else _("%(day)s moved to %(to)s", day=day, to=to),
        "moved with later": _("%(day)s and all later moved, from %(to)s on", day=day, to=to),
        "moved at the provider": _("%(day)s moved to %(to)s, and the later ones along", day=day, to=to),
        "overruled": _("Moved there too, to a charge on %(day)s; yours counts", day=_charge_day(facts))
        if "charge" in facts
        else _("Changed there too: %(what)s; yours counts", what=_parts([facts.get("field", "")])),
    }


def _of_the_box(facts: dict[str, Any]) -> dict[str, str]:
    product, new, quantity = facts.get("product", ""), facts.get("new", ""), facts.get("quantity", "")
    return {
        "quantity": _("%(product)s: %(quantity)s instead of %(was)s", product=product, quantity=quantity, was=facts.get("from", "")),
        "swapped": _("%(product)s swapped for %(new)s", product=product, new=new),
        "added": _("%(quantity)s × %(product)s added", product=product, quantity=quantity),
        "added once": _("%(quantity)s × %(product)s added to the next delivery only", product=product, quantity=quantity),
        "taken out once": _("%(product)s taken out of the next delivery", product=product),
        "removed": _("%(product)s taken out", product=product),
        "changed at the provider": _("Changed at the payment provider: %(what)s", what=_parts(facts.get("what", []))),
    }


def _of_the_whole(facts: dict[str, Any]) -> dict[str, str]:
    day, to = on(facts, "day"), on(facts, "to")
    return {
        "frequency": _("Now %(often)s", often=often(*facts["every"])) if "every" in facts else "",
        "paused": _("Paused until %(day)s", day=to) if to else _("Paused"),
        "resumed": _("Resumed, next on %(day)s", day=to),
        "cancelled": _("Cancelled"),
        "cancelled for the end": _("Cancelled for the end of the period"),
        "kept": _("Kept after all"),
        "began again": _("Started again, next on %(day)s", day=day),
        "reasons given": _("Told us why"),
        "set apart": _("Changed by the shop to a kind that can’t be changed here: %(why)s", why=_why_special(facts.get("snags", []))),
        "set free": _("Can be changed here again"),
        "ended": _("The subscription has ended"),
        "address": _("New delivery address"),
        "address corrected": _("Delivery address corrected"),
    }


def _of_money(facts: dict[str, Any]) -> dict[str, str]:
    amount = money(int(facts["amount"]), facts["currency"]) if "amount" in facts else ""
    due = money(int(facts["due"]), facts["currency"]) if "due" in facts else amount
    more = _paid_otherwise(facts)
    return {
        "code": _("Discount code %(code)s", code=facts.get("code", "")),
        "charged": _("%(amount)s charged", amount=due) + more,
        "not charged": _("%(amount)s not charged", amount=amount),
        "overcharged": _("%(amount)s too much charged: %(why)s", amount=amount, why=_why_too_much(facts.get("why", ""))),
        "payment failed": _("Payment of %(amount)s failed", amount=due) + more,
    }


def _why_too_much(why: str) -> str:
    words: dict[str, str] = {
        "skipped": _("this delivery was skipped in time. The money goes back."),
        "moved": _("this delivery was moved in time. The money goes back."),
        "paused": _("it was paused in time. The money goes back."),
        "cancelled": _("it was cancelled in time. The money goes back."),
        "contents": _("the box was changed in time. The money goes back."),
    }
    return words.get(why, "")


def _why_special(snags: list[str]) -> str:
    words: dict[str, str] = {
        Snag.SEVERAL_CURRENCIES: _("it is in several currencies"),
        Snag.SEVERAL_RHYTHMS: _("its parts come at different intervals"),
        Snag.BY_USAGE: _("it is billed by usage"),
        Snag.NOT_PER_PIECE: _("a price has tiers, or is for several at a time"),
        Snag.SCHEDULED: _("it follows a plan of its own"),
    }
    return ", ".join(words[snag] for snag in snags)


def _paid_otherwise(facts: dict[str, Any]) -> str:
    """Why it is not the whole amount of the invoice that the card had to pay."""
    credit = int(facts["amount"]) - int(facts["due"]) if "due" in facts else 0
    if not credit:
        return ""
    other = money(abs(credit), facts["currency"])
    said = _("%(amount)s paid from your credit", amount=other) if credit > 0 else _("%(amount)s of it owed from before", amount=other)
    return f", {said}"


def often(count: int, unit: str) -> str:
    """How often, in words."""
    words: dict[str, str] = {
        "day": ngettext("every day", "every %(num)s days", count),
        "week": ngettext("every week", "every %(num)s weeks", count),
        "month": ngettext("every month", "every %(num)s months", count),
        "year": ngettext("every year", "every %(num)s years", count),
    }
    return words[unit]


def _parts(names: list[str]) -> str:
    words: dict[str, str] = {
        "contents": _("what is in the box"),
        "every": _("how often it comes"),
        "pause": _("the pause"),
        "is_ending": _("the end"),
        "code": _("the discount"),
        "ship_to": _("the address"),
    }
    return ", ".join(words.get(name, name) for name in names)


def who(done: Done) -> str:
    if helped := both(Helper(done.staff or "", done.prepared_by or "")):
        return helped
    if done.facts.get("by_mail"):
        return str(_("By the link in the mail"))
    systems: dict[str | None, str] = {"provider": _("Payment provider"), "schedule": _("By itself"), None: _("You")}
    return systems[done.system]


def on(facts: dict[str, Any], name: str) -> str:
    """The day that is kept under this name, in the reader's language; empty without one."""
    return short_day(date.fromisoformat(facts[name])) if name in facts else ""


def _charge_day(facts: dict[str, Any]) -> str:
    return short_moment(datetime.fromisoformat(facts["charge"])) if "charge" in facts else ""
