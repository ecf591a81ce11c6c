"""Subscriptions that ours can't say, as pages show them."""

from sqlalchemy import select

from portal.kit.db import db
from portal.subscriptions.models import OutsideSubscription
from portal.subscriptions.shown_outside import OutsidePart, ShownOutside


def outside_subscriptions(customer_id: int) -> list[ShownOutside]:
    """All of a customer's, those that still charge something first."""
    return sorted(_shown(customer_id), key=lambda one: (one.next_charge_at is None, one.next_charge_at or one.started_at, one.id))


def outside_subscription(outside_id: int, customer_id: int) -> ShownOutside | None:
    return next((one for one in _shown(customer_id, outside_id)), None)


def _shown(customer_id: int, outside_id: int | None = None) -> list[ShownOutside]:
    row = OutsideSubscription
    columns = row.id, row.name, row.currency, row.started_at, row.ended_at, row.next_charge_at, row.next_due, row.parts
    query = select(*columns).where(row.customer_id == customer_id)
    if outside_id is not None:
        query = query.where(row.id == outside_id)
    return [
        ShownOutside(
            id=found.id,
            name=found.name,
            currency=found.currency,
            started_at=found.started_at,
            ended_at=found.ended_at,
            next_charge_at=found.next_charge_at,
            next_due=found.next_due,
            parts=[
                OutsidePart(part["words"] or found.name, part["quantity"], part["amount"], part["currency"], *part["every"])
                for part in found.parts
            ],
        )
        for found in db.session.execute(query)
    ]
