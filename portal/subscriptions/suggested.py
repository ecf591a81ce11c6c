"""How a change of a subscription is shown that staff only suggest: in the words of the history, with the next deliveries it would leave."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import exists, select

from portal import prepared
from portal.kit.db import db
from portal.subscriptions import history, outlook, preview
from portal.subscriptions.models import Subscription
from portal.timeline import Entry

COMPARED = 3

prepared.tells(Subscription.__tablename__)(history.told)


@prepared.offers(Subscription.__tablename__)
def offered(deed: str, facts: dict[str, Any]) -> str:
    """What comes along with what was asked for is told in the history's words."""
    if deed == "undone":
        return str(_("Undo: %(what)s", what=history.told(facts["undone"], facts)))
    return (_of_deliveries(facts) | _of_the_box(facts) | _of_the_whole(facts)).get(deed) or history.told(deed, facts)


def _of_deliveries(facts: dict[str, Any]) -> dict[str, str]:
    day, to = history.on(facts, "day"), history.on(facts, "to")
    return {
        "skipped": _("Skip %(day)s", day=day),
        "unskipped": _("Send %(day)s after all", day=day),
        "moved": _("Move %(day)s to %(to)s", day=day, to=to),
        "moved with later": _("Move %(day)s and all later, from %(to)s on", day=day, to=to),
    }


def _of_the_box(facts: dict[str, Any]) -> dict[str, str]:
    product, new, quantity = facts.get("product", ""), facts.get("new", ""), facts.get("quantity", "")
    return {
        "swapped": _("Swap %(product)s for %(new)s", product=product, new=new),
        "added": _("Add %(quantity)s × %(product)s", product=product, quantity=quantity),
        "added once": _("Add %(quantity)s × %(product)s to the next delivery only", product=product, quantity=quantity),
        "taken out once": _("Take %(product)s out of the next delivery", product=product),
        "removed": _("Take %(product)s out", product=product),
    }


def _of_the_whole(facts: dict[str, Any]) -> dict[str, str]:
    to = history.on(facts, "to")
    return {
        "frequency": _("Send it %(often)s", often=history.often(*facts["every"])) if "every" in facts else "",
        "paused": _("Pause until %(day)s", day=to) if to else _("Pause"),
        "resumed": _("Resume, next on %(day)s", day=to),
        "cancelled": _("Cancel now"),
        "cancelled for the end": _("Cancel for the end of the period"),
        "kept": _("Keep it after all"),
        "began again": _("Start again, next on %(day)s", day=history.on(facts, "day")),
        "address": _("Send it to another address"),
        "code": _("Use the discount code %(code)s", code=facts.get("code", "")),
    }


@prepared.details(Subscription.__tablename__)
def more(entry: Entry) -> dict[str, Any]:
    """Of another address, which; and of several subscriptions."""
    subscription = db.session.get_one(Subscription, int(entry.subject.partition(":")[2]))
    there = prepared.where(subscription.address_id) if entry.deed == "address" else {}
    return there | ({"about": subscription.name} if _has_others(subscription) else {})


def _has_others(subscription: Subscription) -> bool:
    others = exists().where(Subscription.customer_id == subscription.customer_id, Subscription.id != subscription.id)
    return bool(db.session.scalar(select(others.where(Subscription.ended_at.is_(None)))))


@prepared.pictures(Subscription.__tablename__)
def picture(subscription_id: int) -> list[dict[str, Any]] | None:
    """As `preview` shows them."""
    subscription = db.session.scalars(select(Subscription).where(Subscription.id == subscription_id)).one_or_none()
    if subscription is None:
        return None
    each = outlook.each(subscription, subscription.contents.total)
    coming = zip(preview.sides(subscription, COMPARED), preview.coming(subscription, COMPARED), strict=True)
    return [
        {
            "day": side.day.isoformat(),
            "charge_at": delivery.charge_at.isoformat(),
            "pieces": side.pieces,
            "total": side.total,
            "currency": side.currency,
            "each": each,
            "every": subscription.rhythm.days,
        }
        for side, delivery in coming
    ]
