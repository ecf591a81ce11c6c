"""What is written to a customer about a claim."""

from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import Customer
from portal.kit.db import db
from portal.notifications.actions import send_mail
from portal.orders.models import Order
from portal.returns.models import Claim


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
