"""Tells a customer what staff changed for them."""

from datetime import datetime
from typing import Any

from portal.accounts.models import Customer, Impersonation, Staff
from portal.notifications.actions import send_mail


def send_changed(to: Customer, view: Impersonation, staff: Staff, changes: list[dict[str, Any]], *, at: datetime) -> None:
    context = {"name": staff.name, "reason": view.reason, "at": view.started_at.isoformat(), "changes": changes}
    send_mail("support/changed", to=to, context=context, at=at, key=f"changed by staff:{view.id}")
