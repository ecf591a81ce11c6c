"""What was charged although it was not agreed goes back, once."""

from sqlalchemy import select

from portal import outbox
from portal.billing.actions import give_back, learn_bill
from portal.billing.models import BillingAccount
from portal.kit.clock import now
from portal.kit.db import db, view
from portal.payments import billing_provider
from portal.subscriptions.models import Overcharge


@outbox.syncs(Overcharge)
def sync_overcharge(overcharge_id: int, lease: outbox.Lease) -> None:
    """Give back what is too much of an invoice that was paid; one that is owed, and for which nothing was to come, is given up."""
    with view():
        overcharge = db.session.get_one(Overcharge, overcharge_id)
        ref, is_settled = overcharge.invoice_ref, overcharge.settled_at is not None
        is_to_be_given_up = overcharge.is_to_be_given_up
    bill = None
    if not is_settled:
        bill = billing_provider().give_up(ref) if is_to_be_given_up else billing_provider().look_at_bill(ref)
    at = now()
    with lease.finish(at=at):
        overcharge = db.session.get_one(Overcharge, overcharge_id)
        if bill is None or overcharge.settled_at:
            return
        paying = select(BillingAccount).where(BillingAccount.provider_ref == overcharge.subscription.account_ref)
        account = db.session.scalars(paying.with_for_update()).one()
        learn_bill(account, bill, at=at)
        if bill.status != "paid":
            return
        give_back(account, bill, overcharge.amount, because=f"overcharge:{overcharge.id}", why=overcharge.why, at=at)
        overcharge.settled_at = at
