"""How a change of an order is told to its customer, also while staff only suggest it."""

from typing import Any

from flask_babel import gettext as _

from portal import prepared
from portal.kit.db import db
from portal.orders.actions import LINE_CANCELLED, OTHER_ADDRESS
from portal.orders.models import Order
from portal.timeline import Entry


@prepared.tells(Order.__tablename__)
def told(deed: str, facts: dict[str, Any]) -> str:
    number, quantity, product = facts["order"], facts.get("quantity", ""), facts.get("title", "")
    words: dict[str, str] = {
        LINE_CANCELLED: _("Order %(number)s without %(quantity)s × %(product)s", number=number, quantity=quantity, product=product),
        OTHER_ADDRESS: _("Order %(number)s goes to another address", number=number),
        "replacement ordered": _("Order %(number)s: the same again", number=number),
        "exchange ordered": _("Order %(number)s: your exchange", number=number),
    }
    return words[deed]


@prepared.offers(Order.__tablename__)
def offered(deed: str, facts: dict[str, Any]) -> str:
    number, quantity, product = facts["order"], facts.get("quantity", ""), facts.get("title", "")
    words: dict[str, str] = {
        LINE_CANCELLED: _("Take %(quantity)s × %(product)s out of order %(number)s", number=number, quantity=quantity, product=product),
        OTHER_ADDRESS: _("Send order %(number)s to another address", number=number),
    }
    return words[deed]


@prepared.details(Order.__tablename__)
def more(entry: Entry) -> dict[str, Any]:
    """What goes back, where that is known; or where it goes."""
    if entry.deed == LINE_CANCELLED:
        return {"back": entry.facts["amount"], "currency": entry.facts["currency"]}
    return prepared.where(db.session.get_one(Order, int(entry.subject.partition(":")[2])).address_id)
