"""What is counted, in one line each: rows as they stand after years, however they came there. Inside an open transaction."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from portal import timeline
from portal.accounts.models import Customer
from portal.billing.models import Attempt, BillingAccount, Invoice, Refund, Why
from portal.carriers import ParcelStatus
from portal.catalog.models import Price, Product, Variant
from portal.kit.db import db
from portal.orders.models import ExpectedDate, Order, OrderLine, Shipment
from portal.payments import Result
from portal.returns.models import Payout, PayoutKind, Return, ReturnItem, ReturnStatus
from portal.subscriptions.models import Cancellation, Offered, Subscription, SubscriptionItem
from portal.timeline import Actor

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""A Monday; ten o'clock where the shop is."""
SHOP = Actor(system="test")
_numbers = count(1)
Bought = tuple[str, int]
"""SKU and pieces."""


def at(month: int, day: int, hour: int = 12, minute: int = 0, year: int = 2026) -> datetime:
    """UTC; the shop is an hour ahead, two in summer."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def subscription(customer: Customer, started_at: datetime, ended_at: datetime | None = None, **told: Any) -> Subscription:
    made = Subscription(
        customer=customer, provider_ref=f"sub_{next(_numbers)}", name="Box", currency="EUR", every_count=1, every_unit="month",
        started_at=started_at, **{"status": "active"} | told,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    if ended_at:
        end(made, ended_at)
        made.status = told.get("status", "canceled")
    return made


def end(subscription: Subscription, moment: datetime) -> None:
    """As the sync learns it."""
    subscription.status, subscription.ended_at, subscription.is_paused, subscription.resumes_at = "canceled", moment, False, None
    timeline.note(subscription, "ended", by=SHOP, at=moment, facts={})


def filled(subscription: Subscription) -> Subscription:
    """With something in the box."""
    variant = Variant(sku=f"SKU-{next(_numbers)}", name="one pack")
    variant.prices = [price := Price(every_count=1, every_unit="month", amount=1490, currency="EUR")]
    db.session.add(Product(name="Sidamo", picture="products/coffee.svg", variants=[variant]))
    subscription.items = [SubscriptionItem(price=price, quantity=1)]
    db.session.flush()
    return subscription


def pause(subscription: Subscription, moment: datetime, until: datetime | None = None) -> None:
    with timeline.deed(subscription, "paused", by=SHOP, at=moment):
        subscription.is_paused, subscription.resumes_at = True, until


def resume(subscription: Subscription, moment: datetime, deed: str = "resumed") -> None:
    facts = {"entry": 1} if deed == "undone" else {}
    with timeline.deed(subscription, deed, by=SHOP, at=moment, facts=facts):
        subscription.is_paused, subscription.resumes_at = False, None


def cancel(subscription: Subscription, moment: datetime, *reasons: str, taken_back_at: datetime | None = None) -> Cancellation:
    made = Cancellation(
        subscription=subscription, reference=f"C-{next(_numbers)}", asked_at=moment, is_at_once=True, reasons=list(reasons),
        taken_back_at=taken_back_at,
    )  # fmt: skip
    db.session.add(made)
    return made


def offered(subscription: Subscription, moment: datetime, reason: str, *kinds: str, opened: str | None = None) -> Offered:
    made = Offered(
        subscription=subscription, reason=reason, kinds=list(kinds), shown_at=moment, customer_id=subscription.customer_id, staff_id=None,
        opened=opened, opened_at=moment if opened else None,
    )  # fmt: skip
    db.session.add(made)
    return made


def order(customer: Customer | None, placed_at: datetime, *bought: Bought, source: str = "subscription", currency: str = "EUR") -> Order:
    lines = [
        OrderLine(position=place, title=f"The {sku}", sku=sku, quantity=pieces, unit_amount=100, amount=100 * pieces)
        for place, (sku, pieces) in enumerate(bought or [("HON", 1)])
    ]
    made = Order(
        number=f"N-{next(_numbers)}", placed_at=placed_at, currency=currency, total=sum(line.amount for line in lines), source=source,
        customer_id=customer.id if customer else None, lines=lines,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def returned(order: Order, pieces: int = 1, reason: str = "", line: int = 0, missing: int = 0, **told: Any) -> Return:
    number = next(_numbers)
    item = ReturnItem(line=order.lines[line], quantity=pieces, reason=reason, missing=missing)
    usual: dict[str, Any] = {"status": ReturnStatus.APPROVED, "submitted_at": order.placed_at, "draft": f"draft-{number}"}
    made = Return(rma=f"R-{number}", currency=order.currency, started_at=order.placed_at, items=[item], **usual | told)
    db.session.add(made)
    db.session.flush()
    return made


def paid_back(return_: Return, moment: datetime, amount: int = 100) -> Payout:
    made = Payout(
        order_id=return_.items[0].line.order_id, kind=PayoutKind.REFUND, amount=amount, currency=return_.currency, lines=[],
        decided_at=moment, return_id=return_.id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def account(customer: Customer, currency: str = "EUR") -> BillingAccount:
    made = BillingAccount(customer_id=customer.id, provider_ref=f"cus_{next(_numbers)}", currency=currency)
    db.session.add(made)
    db.session.flush()
    return made


def invoice(
    account: BillingAccount, moment: datetime, paid: int, *tries: tuple[datetime, Result], status: str = "paid", currency: str = ""
) -> Invoice:
    made = Invoice(
        account_id=account.id, provider_ref=f"in_{next(_numbers)}", number=None, written_at=moment, words="", total=paid, due=paid,
        paid=paid,
        currency=currency or account.currency, status=status, was_tried=True, is_collected=True, next_try_at=None, subscription_ref=None,
        page_url=None,
        attempts=[
            Attempt(
                provider_ref=f"ch_{next(_numbers)}", tried_at=when, amount=paid, result=result, reason="", brand="visa", last4="4242",
                receipt_url=None,
            )
            for when, result in tries or [(moment, Result.PAID)]
        ],
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def refund(invoice: Invoice, moment: datetime, amount: int, status: str = "succeeded", refusal: str = "") -> Refund:
    made = Refund(
        account_id=invoice.account_id, attempt_id=invoice.attempts[-1].id, because=f"test:{next(_numbers)}", why=Why.SHOP, amount=amount,
        currency=invoice.currency, status=status, refusal=refusal, body={}, asked_at=moment,
    )  # fmt: skip
    db.session.add(made)
    return made


def delivered(order: Order, moment: datetime, *told: date, carrier: str = "dhl") -> Shipment:
    made = Shipment(
        ref=f"P-{next(_numbers)}", order=order, carrier=carrier, status=ParcelStatus.DELIVERED, delivered_at=moment,
        expected_on=told[-1] if told else None,
        expected=[ExpectedDate(expected_on=day, told_at=moment - timedelta(days=3)) for day in told],
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made
