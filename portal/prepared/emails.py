"""Tells a customer what staff suggest, and what it costs."""

from dataclasses import asdict
from datetime import datetime

from portal.accounts.models import Customer
from portal.notifications.actions import send_mail
from portal.prepared.queries import Shown


def send_suggested(to: Customer, suggestions: list[Shown], *, at: datetime) -> None:
    """One for all that was not told yet."""
    newest = suggestions[-1]
    context = {
        "name": newest.by,
        "until": min(one.expires_at for one in suggestions).isoformat(),
        "suggestions": [{"told": one.told, "note": one.note, "cost": one.cost and asdict(one.cost)} for one in suggestions],
    }
    send_mail("prepared/suggested", to=to, context=context, at=at, key=f"suggested:{newest.id}")
