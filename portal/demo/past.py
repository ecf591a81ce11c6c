"""Those who were customers of the demo's shop before: what they bought, sent back and said when they left. The numbers tell of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from portal import timeline
from portal.accounts.models import Customer
from portal.carriers import ParcelStatus
from portal.demo.people import GOODS
from portal.kit.db import db
from portal.orders.actions import OrderedLine, record_order
from portal.orders.models import ExpectedDate, Order, Shipment
from portal.returns.models import Acceptance, Payout, PayoutKind, Reception, Return, ReturnItem, ReturnStatus, Way, free_units, take_units
from portal.subscriptions.models import Cancellation, Offered, Subscription
from portal.subscriptions.policy import DONE_BY, FITTING, REASONS
from portal.timeline import Actor

MANY, DAYS = 40, 400
"""So many people, the first of whom came so many days ago."""
RHYTHM = timedelta(days=28)
FIRST_NAMES = "Anna", "Ben", "Clara", "David", "Eda", "Felix", "Greta", "Hakan", "Ioana", "Jana"
LAST_NAMES = "Albrecht", "Bauer", "Çelik", "Dumitru", "Ekström", "Fischer", "Gruber", "Huber"
WEIGHTS = (9, 7, 5, 4, 3, 1, 2)
"""How often each of `REASONS` is told."""
BACK = (("changed_mind", 3), ("damaged", 3), ("wrong_item", 1), ("taste", 4))
CARRIERS = (("dhl", 6), ("dpd", 3), ("gls", 2))


@dataclass
class Memory:
    chance: Random
    at: datetime
    number: int = 0

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def one_of(self, *those: tuple[str, int]) -> str:
        return self.chance.choices([one for one, _ in those], [weight for _, weight in those])[0]


def remember(*, at: datetime) -> None:
    """The same each time. All of them have left: of nobody here does the payment provider have to know."""
    memory = Memory(Random(20261127), at.replace(microsecond=0))
    for number in range(MANY):
        name = f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {LAST_NAMES[number % len(LAST_NAMES)]}"
        person = Customer(email=f"former{number + 1}@example.com", name=name, email_verified_at=at)
        db.session.add(person)
        db.session.flush()
        _live(memory, person, memory.at - timedelta(days=DAYS - number * (DAYS - 130) / MANY, hours=memory.chance.randrange(12)))


def _live(memory: Memory, person: Customer, began_at: datetime) -> None:
    """From the first box to the last."""
    boxes = memory.chance.choice([1, 1, 2, 3, 4, 5, 6, 7])
    ended_at = min(began_at + boxes * RHYTHM, memory.at - timedelta(days=memory.chance.randrange(3, 40)))
    goods = memory.chance.sample(GOODS, 2)
    box = Subscription(
        customer=person, provider_ref=f"sub_former{person.id}", name=f"{goods[0].name}", currency="EUR", every_count=4, every_unit="week",
        started_at=began_at, ended_at=ended_at, status="canceled",
    )  # fmt: skip
    db.session.add(box)
    db.session.flush()
    placed_at = began_at
    while placed_at < ended_at:
        lines = [OrderedLine(one.name, one.sku, memory.chance.randint(1, 3), one.amount, one.picture) for one in goods]
        bought = record_order(person, number=None, placed_at=placed_at, currency="EUR", lines=lines, source="import", tax_included=True)
        came_at = _deliver(memory, bought)
        if memory.maybe(0.12):
            _send_back(memory, bought, came_at)
        placed_at += RHYTHM
    _leave(memory, box, began_at, ended_at)


def _deliver(memory: Memory, bought: Order) -> datetime:
    told = (bought.placed_at + timedelta(days=2)).date()
    came_at = min(bought.placed_at + timedelta(days=memory.chance.choices([1, 2, 3, 5], [3, 8, 2, 1])[0]), memory.at)
    memory.number += 1
    parcel = Shipment(
        ref=f"{bought.number}/1", order=bought, carrier=memory.one_of(*CARRIERS), tracking_number=f"FORMER{memory.number:05}",
        status=ParcelStatus.DELIVERED, status_at=came_at, shipped_at=bought.placed_at + timedelta(hours=6), delivered_at=came_at,
        expected_on=told, expected=[ExpectedDate(expected_on=told, told_at=bought.placed_at)],
    )  # fmt: skip
    db.session.add(parcel)
    return came_at


def _send_back(memory: Memory, bought: Order, came_at: datetime) -> None:
    """One piece, given back by hand: it was paid elsewhere."""
    memory.number += 1
    asked_at = came_at + timedelta(days=memory.chance.randrange(1, 9), hours=memory.chance.randrange(10))
    received_at = asked_at + timedelta(days=memory.chance.randrange(2, 6))
    issued_at = received_at + timedelta(days=memory.chance.choices([0, 1, 2, 3, 5], [5, 8, 3, 1, 1])[0], hours=2)
    if issued_at > memory.at:
        return
    line, units = bought.lines[0], take_units(bought.lines[0].id, 1, free_units(bought)[bought.lines[0].id])
    item = ReturnItem(
        line=line, quantity=1, reason=memory.one_of(*BACK), received=1, accepted=1, reception=Reception.RECEIVED,
        acceptance=Acceptance.ACCEPTED, inspected_at=issued_at, units=units,
    )  # fmt: skip
    back = Return(
        rma=f"R-FRMR-{memory.number:04}", draft=f"former-{memory.number}", customer_id=bought.customer_id, currency="EUR",
        started_at=asked_at, submitted_at=asked_at, decided_at=asked_at, sent_at=asked_at, received_at=received_at, closed_at=issued_at,
        status=ReturnStatus.CLOSED, way=Way.OWN, items=[item],
    )  # fmt: skip
    db.session.add(back)
    db.session.flush()
    payout = Payout(
        order_id=bought.id, kind=PayoutKind.REFUND, amount=line.unit_amount, currency="EUR", lines=[], decided_at=issued_at,
        return_id=back.id, by_hand=line.unit_amount, by_hand_done_at=issued_at,
    )  # fmt: skip
    db.session.add(payout)
    db.session.flush()
    for unit in units:
        unit.payout_id = payout.id


def _leave(memory: Memory, box: Subscription, began_at: datetime, ended_at: datetime) -> None:
    """Some had cancelled before, and taken it back."""
    if memory.maybe(0.4):
        _cancel(memory, box, began_at + (ended_at - began_at) * 0.6, stays=True)
    _consider(memory, box, began_at + (ended_at - began_at) * 0.8)
    if memory.maybe(0.9):
        _cancel(memory, box, ended_at, stays=False)


def _consider(memory: Memory, box: Subscription, at: datetime) -> None:
    """They were on the page of a cancellation, and some took what was offered there."""
    reason = memory.chance.choice([*FITTING])
    opened = memory.chance.choice(FITTING[reason]) if memory.maybe(0.5) else None
    shown = Offered(
        subscription=box, reason=reason, kinds=[str(kind) for kind in FITTING[reason]], shown_at=at, customer_id=box.customer_id,
        staff_id=None, opened=opened, opened_at=at if opened else None,
    )  # fmt: skip
    if opened and memory.maybe(0.7):
        entry = timeline.note(box, DONE_BY[opened], by=Actor(customer_id=box.customer_id), at=at, facts={})
        db.session.flush()
        shown.entry_id = entry.id
    db.session.add(shown)


def _cancel(memory: Memory, box: Subscription, at: datetime, *, stays: bool) -> None:
    memory.number += 1
    why = memory.chance.choices(REASONS, WEIGHTS)[0]
    asked = Cancellation(
        subscription=box, reference=f"C-FRMR-{memory.number:04}", asked_at=at, is_at_once=True, reasons=[why] if memory.maybe(0.8) else [],
        taken_back_at=at + timedelta(minutes=5) if stays else None, carried_out_at=None if stays else at, confirmed_at=at, told_at=at,
    )  # fmt: skip
    db.session.add(asked)
