"""What a customer was told of a delivery when it locked, against what was charged and packed."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portal.catalog.models import Price
from portal.kit.db import db
from portal.subscriptions.models import Delivery, DeliveryStatus, Subscription
from tests.subscriptions.chance.checks import Unequal

LATE = timedelta(hours=3)
"""After this an invoice that was written at its time has been charged."""


@dataclass
class Promise:
    lines: list[tuple[str, int]]
    """What is packed, by its SKU, and how many."""
    total: int
    charge_at: datetime
    must_come: bool = True


class Promises:
    def __init__(self, one: Subscription) -> None:
        self.told: dict[int, Promise | None] = {}
        """By the delivery. None where something was on its way when it locked: then it may come as it was."""
        self.charged = {delivery.id for delivery in one.deliveries if delivery.status is DeliveryStatus.CHARGED}
        self.anything_goes = False
        """Nobody worked, or somebody changed things there: what is charged was promised by nobody."""

    def note(self, one: Subscription, *, is_firm: bool, at: datetime) -> None:
        """Of those that have locked just now."""
        for delivery in one.scheduled:
            if delivery.locks_at <= at and delivery.id not in self.told:
                self.told[delivery.id] = _promise(one, delivery) if is_firm else None

    def forget(self) -> None:
        self.told = dict.fromkeys(self.told)
        self.anything_goes = True

    def may_not_come(self) -> None:
        for promise in self.told.values():
            if promise:
                promise.must_come = False

    def must_be_kept(self, one: Subscription, done: Counter[str], *, at: datetime) -> None:
        for delivery in one.deliveries:
            promise = self.told.get(delivery.id)
            if promise and delivery.agreed and _agreed(delivery) != promise.lines:
                raise Unequal(f"agreed {_agreed(delivery)}, promised {promise.lines}")
            if promise and promise.must_come and delivery.is_scheduled and at > promise.charge_at + LATE:
                raise Unequal(f"the delivery of {promise.charge_at} was never charged")
            if delivery.status is not DeliveryStatus.CHARGED or delivery.id in self.charged:
                continue
            self.charged.add(delivery.id)
            if promise is None:
                if delivery.id not in self.told and not self.anything_goes:
                    raise Unequal(f"charged for {delivery.charge_at}, which nobody was told")
                continue
            _compare(delivery, promise)
            done["promises kept"] += 1


def _promise(one: Subscription, delivery: Delivery) -> Promise:
    lines = _agreed(delivery) if delivery.agreed else sorted((item.price.variant.sku, item.quantity) for item in one.contents.items)
    full = _full(delivery) if delivery.agreed else one.contents.total
    discount = delivery.agreed["discount"] if delivery.agreed else one.discount
    is_used_before = discount and discount["is_once"] and delivery is not one.scheduled[0]
    return Promise(lines, full if is_used_before else full - _off(discount, full), delivery.charge_at)


def _off(discount: dict[str, Any] | None, full: int) -> int:
    """By hand: in cents, a half is one."""
    if discount is None:
        return 0
    return int(full * discount["percent"] + 50) // 100 if discount["percent"] else min(int(discount["amount"]), full)


def _compare(delivery: Delivery, promise: Promise) -> None:
    order = delivery.order
    if order is None:
        raise Unequal(f"the delivery of {promise.charge_at} was charged, and there is no order")
    got = sorted((line.sku, line.quantity) for line in order.lines)
    if (got, order.total) != (promise.lines, promise.total):
        raise Unequal(f"{got} for {order.total} came, {promise.lines} for {promise.total} was promised")
    if abs(order.placed_at - promise.charge_at) > timedelta(minutes=1):
        raise Unequal(f"charged at {order.placed_at}, promised at {promise.charge_at}")


def _agreed(delivery: Delivery) -> list[tuple[str, int]]:
    assert delivery.agreed
    return sorted((db.session.get_one(Price, price).variant.sku, quantity) for price, quantity in delivery.agreed["lines"])


def _full(delivery: Delivery) -> int:
    assert delivery.agreed
    return sum(db.session.get_one(Price, price).amount * quantity for price, quantity in delivery.agreed["lines"])
