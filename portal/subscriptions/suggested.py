"""How a change of a subscription is shown that staff only suggest: in the words of the history, with the next deliveries it would leave."""

from typing import Any

from sqlalchemy import select

from portal import prepared
from portal.kit.db import db
from portal.subscriptions import history, preview
from portal.subscriptions.models import Subscription
from portal.timeline import Entry

COMPARED = 3

prepared.tells(Subscription.__tablename__)(history.told)


@prepared.details(Subscription.__tablename__)
def more(entry: Entry) -> dict[str, Any]:
    """Of another address, which."""
    if entry.deed != "address":
        return {}
    return prepared.where(db.session.get_one(Subscription, int(entry.subject.partition(":")[2])).address_id)


@prepared.pictures(Subscription.__tablename__)
def picture(subscription_id: int) -> list[dict[str, Any]] | None:
    """As `preview` shows them."""
    subscription = db.session.scalars(select(Subscription).where(Subscription.id == subscription_id)).one_or_none()
    if subscription is None:
        return None
    coming = zip(preview.sides(subscription, COMPARED), preview.coming(subscription, COMPARED), strict=True)
    return [
        {
            "day": side.day.isoformat(),
            "charge_at": delivery.charge_at.isoformat(),
            "pieces": side.pieces,
            "total": side.total,
            "currency": side.currency,
            "is_exact": side.is_exact,
        }
        for side, delivery in coming
    ]
