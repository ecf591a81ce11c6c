"""How a return or a claim is told, and what is done about one, while staff only suggest it."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from portal import prepared
from portal.kit.db import db
from portal.kit.i18n import short_moment
from portal.orders import CARRIER_NAMES
from portal.returns import money
from portal.returns.models import Claim, Return, Way
from portal.returns.sentences import way_told
from portal.timeline import Entry


@prepared.tells(Return.__tablename__)
def told(deed: str, facts: dict[str, Any]) -> str:
    return {**_of_goods(facts), **_of_the_way(facts)}[deed]


@prepared.tells(Claim.__tablename__)
def told_of_claim(deed: str, facts: dict[str, Any]) -> str:
    kinds: dict[str, str] = {
        "not_here": _("It says delivered, but it isn’t here"),
        "damaged": _("Something is damaged"),
        "missing": _("Something is missing"),
        "wrong": _("Something else came"),
    }
    order, kind = facts.get("order", ""), kinds.get(facts.get("kind", ""), "")
    words: dict[str, str] = {
        "open claim": _("Order %(number)s: %(what)s", number=order, what=kind),
        "cancel claim": _("Report %(number)s taken back", number=facts.get("reference", "")),
    }
    return words[deed]


@prepared.details(Return.__tablename__)
def more(entry: Entry) -> dict[str, Any]:
    """Of a return that is sent, what goes back, and what for."""
    if entry.deed != "submit return":
        return {}
    return_ = db.session.get_one(Return, int(entry.subject.partition(":")[2]))
    lines = [f"{item.quantity} × {item.line.title}" for item in return_.items]
    back, currency = money.total(money.from_json(return_.estimate or [])), return_.items[0].line.order.currency
    return {"lines": lines, "back": back, "currency": currency}


def _of_goods(facts: dict[str, Any]) -> dict[str, str]:
    number, title = facts.get("rma", ""), facts.get("title", "")
    return {
        "submit return": _("Return %(number)s", number=number),
        "cancel return": _("Return %(number)s cancelled", number=number),
        "object to return": _("Return %(number)s: it is looked at again", number=number),
        "exchange chosen again": _("%(product)s instead", product=title),
        "exchange called off": _("The money instead of %(product)s", product=title),
    }


def _of_the_way(facts: dict[str, Any]) -> dict[str, str]:
    number, way, begins = facts.get("rma", ""), facts.get("way"), facts.get("from", "")
    at = short_moment(datetime.fromisoformat(begins)) if begins else ""
    parcel = f"{CARRIER_NAMES.get(facts.get('carrier', ''), '')} {facts.get('number', '')}".strip()
    return {
        "other way back": _("Return %(number)s: %(way)s", number=number, way=way_told(Way(way))) if way else "",
        "order pick-up": _("Return %(number)s is collected %(moment)s", number=number, moment=at),
        "tell parcel number": _("Return %(number)s: sent with %(parcel)s", number=number, parcel=parcel),
    }
