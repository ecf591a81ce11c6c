"""What a customer bought once, by an invoice of no subscription, is news for the rooms above."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal import outbox
from portal.billing.models import BillingAccount, Invoice
from portal.kit.clock import now
from portal.kit.db import db, view
from portal.payments import Bill, Sale, billing_provider

Listener = Callable[[BillingAccount, Bill, Sale], None]
LISTENERS: list[Listener] = []
TELL = "tell of a sale"


def on_sale(listener: Listener) -> Listener:
    """Call it, in a transaction of its own, with an invoice that was paid, whose it is, and what it sells. It may come more than once."""
    LISTENERS.append(listener)
    return listener


def tell_later(bill: Bill, *, at: datetime) -> None:
    """In a job of its own: whoever learns of an invoice holds the account, and there may be many to learn of at once."""
    outbox.want_task(TELL, {"invoice": bill.ref}, at=at, key=f"{TELL}:{bill.ref}")


@outbox.task(TELL)
def tell(payload: dict[str, Any], lease: outbox.Lease) -> None:
    with view():
        account_id = db.session.scalars(select(Invoice.account_id).where(Invoice.provider_ref == payload["invoice"])).one()
    bill = billing_provider().look_at_bill(payload["invoice"])
    with lease.finish(at=now()):
        account = db.session.get_one(BillingAccount, account_id)
        if bill.sale:
            for listener in LISTENERS:
                listener(account, bill, bill.sale)
