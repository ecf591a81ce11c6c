"""What is written to a customer about a claim."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Customer
from portal.kit.db import db
from portal.notifications.actions import send_mail
from portal.orders.models import Order
from portal.returns.models import Claim, Resolution


def send_receipt(claim: Claim, order: Order, *, at: datetime) -> None:
    to = db.session.scalars(select(Customer).where(Customer.id == claim.customer_id)).one()
    context = {
        "reference": claim.reference,
        "order": order.number,
        "kind": str(claim.kind),
        "wish": str(claim.wish),
        "opened_at": claim.opened_at.isoformat(),
        "answer_by": claim.answer_by.isoformat(),
    }
    send_mail("returns/claim_opened", to=to, context=context, at=at, key=f"claim:{claim.reference}")


def send_approved(claim: Claim, *, amount: int, currency: str, replaced_by: Order | None, at: datetime) -> None:
    """What was given: so much money in minor units, and what goes out in which order; without an order although something shall be sent
    again, it is sold out."""
    is_sent_again = claim.resolution in (Resolution.REPLACEMENT, Resolution.BOTH)
    told = {"amount": amount, "currency": currency, "is_sent_again": is_sent_again, "order": replaced_by.number if replaced_by else None}
    _send("claim_approved", claim, told | {"note": claim.note_to_customer}, at=at)


def send_denied(claim: Claim, *, at: datetime) -> None:
    _send("claim_denied", claim, {"reason": claim.deny_reason, "note": claim.note_to_customer}, at=at)


def send_resolved(claim: Claim, *, at: datetime) -> None:
    _send("claim_resolved", claim, {}, at=at)


def _send(mail: str, claim: Claim, told: dict[str, Any], *, at: datetime) -> None:
    to = db.session.scalars(select(Customer).where(Customer.id == claim.customer_id)).one()
    send_mail(f"returns/{mail}", to=to, context={"reference": claim.reference} | told, at=at, key=f"{mail}:{claim.id}")
