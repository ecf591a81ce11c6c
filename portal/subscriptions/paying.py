"""What subscriptions and the accounts that pay them have to do with each other."""

from datetime import datetime

from sqlalchemy import Select, or_, select

from portal import outbox
from portal.billing import on_another_balance, uses_account
from portal.billing.models import BillingAccount
from portal.kit.db import db
from portal.subscriptions.models import Subscription
from portal.subscriptions.totals import with_balance


@uses_account
def is_paid_through(account: BillingAccount) -> bool:
    """Whether anything of it may still be charged: then its last card can't be removed."""
    return db.session.scalars(_living(account).limit(1)).first() is not None


@on_another_balance
def reckon_anew(account: BillingAccount, at: datetime) -> None:
    """The next total of each was asked for under another balance: about what it comes to now is known, the rest the provider is asked."""
    for subscription in db.session.scalars(_living(account).order_by(Subscription.id).with_for_update()):
        if subscription.next_total:
            subscription.next_total = with_balance(subscription.next_total, account.balance)
        outbox.want_sync(subscription, at=at, bulk=True)


def _living(account: BillingAccount) -> Select[Subscription]:
    of_it = select(Subscription).where(Subscription.account_ref == account.provider_ref)
    return of_it.where(or_(Subscription.ended_at.is_(None), Subscription.beginning_key.is_not(None)))
