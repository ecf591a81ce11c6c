"""What was done, in sentences."""

from datetime import date, datetime

from flask_babel import gettext as _

from portal.kit.i18n import money, short_day, short_moment
from portal.subscriptions.shown import Done


def title(done: Done) -> str:
    """What happened, without who did it."""
    facts = done.facts
    day = short_day(date.fromisoformat(facts["day"])) if "day" in facts else ""
    to = short_day(date.fromisoformat(facts["to"])) if "to" in facts else ""
    amount = money(int(facts["amount"]), facts["currency"]) if "amount" in facts else ""
    sentences: dict[str, str] = {
        "skipped": _("%(day)s skipped", day=day),
        "unskipped": _("%(day)s sent after all", day=day),
        "moved": _("%(day)s moved to %(to)s", day=day, to=to),
        "moved with later": _("%(day)s and all later moved, from %(to)s on", day=day, to=to),
        "undone": _("Undone: %(what)s", what=title(_original(done)) if done.deed == "undone" else ""),
        "moved at the provider": _("%(day)s moved to %(to)s, and the later ones along", day=day, to=to),
        "overruled": _("Moved there too, to a charge on %(day)s; yours counts", day=_charge_day(facts)),
        "charged": _("%(amount)s charged", amount=amount),
        "not charged": _("%(amount)s not charged", amount=amount),
        "payment failed": _("Payment of %(amount)s failed", amount=amount),
    }
    return sentences[done.deed]


def who(done: Done) -> str:
    if done.staff:
        return str(_("%(name)s from support, for you", name=done.staff))
    systems: dict[str | None, str] = {"provider": _("Payment provider"), "schedule": _("By itself"), None: _("You")}
    return systems[done.system]


def _original(done: Done) -> Done:
    return Done(**{**done.__dict__, "deed": done.facts["undone"]})


def _charge_day(facts: dict[str, str]) -> str:
    return short_moment(datetime.fromisoformat(facts["charge"])) if "charge" in facts else ""
