"""To whom belongs what is synced: each kind of subject, and the customer behind it."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, exists, or_, select, union

from portal.billing.models import Attempt, BillingAccount, CardSetup, CreditDebit, Invoice, InvoicePayment, Refund, StoreCredit
from portal.carriers.models import OVER, Tracker
from portal.kit.db import db
from portal.orders.models import Order, Shipment
from portal.returns.models import Return, ReturnLabel, ReturnParcel, ReturnPickUp, ReturnStatus
from portal.subscriptions.models import OneTimeItem, Overcharge, Subscription

RETURN_OVER = ReturnStatus.CLOSED, ReturnStatus.DECLINED, ReturnStatus.CANCELED, ReturnStatus.EXPIRED
SENT = (Shipment.carrier == Tracker.carrier) & (Shipment.tracking_number == Tracker.number)
SENT_BACK = (ReturnParcel.carrier == Tracker.carrier) & (ReturnParcel.tracking_number == Tracker.number)
_parcels = union(
    select(Tracker.id, Order.customer_id).join(Shipment, SENT).join(Order, Order.id == Shipment.order_id),
    select(Tracker.id, Return.customer_id).join(ReturnParcel, SENT_BACK).join(Return, Return.id == ReturnParcel.return_id),
).subquery()

OWNERS: dict[str, Select[int, int | None]] = {
    Subscription.__tablename__: select(Subscription.id, Subscription.customer_id),
    BillingAccount.__tablename__: select(BillingAccount.id, BillingAccount.customer_id),
    CardSetup.__tablename__: select(CardSetup.id, BillingAccount.customer_id).join(
        BillingAccount, BillingAccount.id == CardSetup.account_id
    ),
    InvoicePayment.__tablename__: select(InvoicePayment.id, BillingAccount.customer_id)
    .join(Invoice, Invoice.id == InvoicePayment.invoice_id)
    .join(BillingAccount, BillingAccount.id == Invoice.account_id),
    OneTimeItem.__tablename__: select(OneTimeItem.id, Subscription.customer_id).join(
        Subscription, Subscription.id == OneTimeItem.subscription_id
    ),
    Overcharge.__tablename__: select(Overcharge.id, Subscription.customer_id).join(
        Subscription, Subscription.id == Overcharge.subscription_id
    ),
    Attempt.__tablename__: select(Attempt.id, BillingAccount.customer_id)
    .join(Invoice, Invoice.id == Attempt.invoice_id)
    .join(BillingAccount, BillingAccount.id == Invoice.account_id),
    Refund.__tablename__: select(Refund.id, BillingAccount.customer_id).join(BillingAccount, BillingAccount.id == Refund.account_id),
    StoreCredit.__tablename__: select(StoreCredit.id, BillingAccount.customer_id).join(
        BillingAccount, BillingAccount.id == StoreCredit.account_id
    ),
    CreditDebit.__tablename__: select(CreditDebit.id, BillingAccount.customer_id).join(
        BillingAccount, BillingAccount.id == CreditDebit.account_id
    ),
    ReturnLabel.__tablename__: select(ReturnLabel.id, Return.customer_id)
    .join(ReturnParcel, ReturnParcel.id == ReturnLabel.parcel_id)
    .join(Return, Return.id == ReturnParcel.return_id),
    ReturnPickUp.__tablename__: select(ReturnPickUp.id, Return.customer_id)
    .join(ReturnParcel, ReturnParcel.id == ReturnPickUp.parcel_id)
    .join(Return, Return.id == ReturnParcel.return_id),
    Tracker.__tablename__: select(_parcels.c.id, _parcels.c.customer_id),
}
"""Of each kind of subject, whose it is."""


def owners_of(subjects: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """Of these kinds of subjects and their ids: whose each is, where it is a customer's."""
    found: dict[tuple[str, int], int] = {}
    for kind, query in OWNERS.items():
        if ids := [subject_id for of, subject_id in subjects if of == kind]:
            subject = query.selected_columns[0]
            found |= {(kind, subject_id): owner for subject_id, owner in db.session.execute(query.where(subject.in_(ids))) if owner}
    return found


def under_way() -> ColumnElement[bool]:
    """Of trackers: whether a parcel of this number has still to arrive, here or at the customer's."""
    sent = exists().where(SENT, Shipment.delivered_at.is_(None), Shipment.status.not_in(OVER))
    is_open = ReturnParcel.return_id == Return.id, Return.status.not_in(RETURN_OVER), ReturnParcel.delivered_at.is_(None)
    return or_(sent, exists().where(SENT_BACK, *is_open))
