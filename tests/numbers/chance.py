"""A shop of chance: years of everything that is counted, on days that lie at all edges. The same seed makes the same shop."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from portal import timeline
from portal.accounts.models import Customer
from portal.kit.db import db
from portal.orders.models import LineCancellation, Order
from portal.payments import Result
from portal.returns.models import ReturnStatus
from portal.subscriptions.models import Subscription
from portal.subscriptions.policy import DONE_BY, FITTING, REASONS
from tests.accounts.builders import customer
from tests.numbers import world
from tests.numbers.world import NOW

SKUS = ["HON", "SOA", "TEA", "OIL", "COF", "JAM", "OAT"]
WHY = ["", "changed_mind", "damaged", "wrong_item", "taste"]
CARRIERS = ["dhl", "dpd", "gls", ""]


@dataclass
class Chance:
    random: Random
    days: int
    """So long ago it began."""
    customers: list[Customer] = field(default_factory=list)

    def moment(self, since: datetime | None = None, until: datetime = NOW) -> datetime:
        """Any second, and often one at midnight, in the shop or in London."""
        first = since or NOW - timedelta(days=self.days)
        found = first + (until - first) * self.random.random()
        if self.random.random() < 0.2:
            found = found.replace(hour=self.random.choice([0, 22, 23]), minute=0, second=0, microsecond=0)
        return min(max(found, first), until)

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance


def fill(seed: int, *, people: int = 40, days: int = 500) -> None:
    """Inside an open transaction."""
    chance = Chance(Random(seed), days)
    for _ in range(people):
        chance.customers.append(customer())
    for person in chance.customers:
        _subscribe(chance, person)
        _buy(chance, person)
        _pay(chance, person)
    for _ in range(people // 4):
        world.order(None, chance.moment(), ("TEA", 2), source="import")


def _subscribe(chance: Chance, person: Customer) -> None:
    for _ in range(chance.random.choice([0, 1, 1, 2])):
        started_at = chance.moment()
        ended_at = chance.moment(started_at) if chance.maybe(0.3) else None
        status = chance.random.choice(["incomplete", "past_due", *["active"] * 8]) if not ended_at else "canceled"
        box = world.subscription(person, started_at, None, status=status)
        if chance.maybe(0.4) and status != "incomplete":
            paused_at = chance.moment(started_at, ended_at or NOW)
            until = paused_at + timedelta(days=chance.random.randint(1, 120)) if chance.maybe(0.6) else None
            world.pause(box, paused_at, until)
            if chance.maybe(0.5):
                world.resume(box, chance.moment(paused_at, min(until or NOW, ended_at or NOW)))
            elif until and until <= NOW:
                box.is_paused, box.resumes_at = False, None
        if ended_at:
            world.end(box, ended_at)
        if chance.maybe(0.4):
            asked_at = chance.moment(started_at, ended_at or NOW)
            why = chance.random.sample(REASONS, chance.random.choice([0, 1, 1, 2]))
            world.cancel(box, asked_at, *why, taken_back_at=asked_at if chance.maybe(0.4) else None)

        _offer(chance, box, started_at)


def _offer(chance: Chance, box: Subscription, started_at: datetime) -> None:
    for _ in range(chance.random.choice([0, 0, 1, 2])):
        moment, reason = chance.moment(started_at), chance.random.choice([*FITTING])
        opened = chance.random.choice([None, *FITTING[reason]])
        made = world.offered(box, moment, reason, *FITTING[reason], opened=opened)
        if opened and chance.maybe(0.7):
            entry = timeline.note(box, DONE_BY[opened], by=world.SHOP, at=moment, facts={})
            entry.undone_at = moment if chance.maybe(0.3) else None
            entry.refused_at = moment if chance.maybe(0.1) else None
            db.session.flush()
            made.entry_id = entry.id


def _buy(chance: Chance, person: Customer) -> None:
    for _ in range(chance.random.randint(0, 6)):
        skus = chance.random.sample(SKUS, chance.random.randint(1, 3))
        source = chance.random.choice(["exchange", "replacement", *["subscription"] * 6, "api"])
        bought = world.order(person, chance.moment(), *[(sku, chance.random.randint(1, 4)) for sku in skus], source=source)
        if chance.maybe(0.1):
            line = bought.lines[0]
            db.session.add(LineCancellation(line=line, before=0, quantity=1, amount=100, at=bought.placed_at))
        if chance.maybe(0.3):
            _send_back(chance, bought)
        if chance.maybe(0.7):
            came_at = chance.moment(bought.placed_at)
            told = [(came_at + timedelta(days=chance.random.randint(-3, 2))).date() for _ in range(chance.random.randint(0, 2))]
            world.delivered(bought, came_at, *told, carrier=chance.random.choice(CARRIERS))


def _send_back(chance: Chance, bought: Order) -> None:
    status = chance.random.choice([*ReturnStatus, *[ReturnStatus.APPROVED] * 8])
    asked_at = chance.moment(bought.placed_at)
    received_at = chance.moment(asked_at) if chance.maybe(0.7) else None
    pieces = bought.lines[0].quantity
    missing = 1 if chance.maybe(0.1) else 0
    more = {"draft": f"import:{bought.id}"} if chance.maybe(0.1) else {"is_withdrawal": chance.maybe(0.5)}
    back = world.returned(
        bought, pieces, chance.random.choice(WHY), missing=missing, status=status, submitted_at=asked_at, received_at=received_at, **more
    )
    for _ in range(chance.random.choice([0, 1, 1, 2])):
        world.paid_back(back, chance.moment(asked_at, min((received_at or asked_at) + timedelta(days=9), NOW)))


def _pay(chance: Chance, person: Customer) -> None:
    for currency in chance.random.sample(["EUR", "TRY", "JPY"], chance.random.randint(0, 2)):
        ours = world.account(person, currency)
        for _ in range(chance.random.randint(0, 4)):
            written_at = chance.moment()
            tries = [(written_at, Result.REFUSED)] * chance.random.randint(1, 3) if chance.maybe(0.3) else []
            status = chance.random.choice(["paid", "paid", "open", "void"]) if tries else "paid"
            paid = chance.random.randint(0, 9000) if status == "paid" else 0
            bill = world.invoice(ours, written_at, paid, *tries, *([(written_at, Result.PAID)] if status == "paid" else []), status=status)
            if paid and chance.maybe(0.3):
                world.refund(bill, chance.moment(written_at), chance.random.randint(1, paid), chance.random.choice(["succeeded", "failed"]))
