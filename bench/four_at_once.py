"""Four want the same money back at the same moment, again and again, while answers are lost: it goes back once."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bench.outcome import Outcome, Standing
from portal import outbox
from portal.billing.models import Invoice, Refund
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.returns.actions.paying_out import pay_out
from portal.returns.models import Acceptance, Payout, Return, ReturnItem, ReturnStatus, Way, free_units, take_units
from portal.timeline import SCHEDULE, Actor
from tests.billing.builders import payer
from tests.ground import at_once

FOUR = 4
"""The customer's rule, two of staff, and a worker."""
LOST = [{"when": {"method": "POST", "path_prefix": "/v1/refunds"}, "kind": "lost_after", "rate": 0.3}]
AGAIN = timedelta(minutes=6)
"""After so long a request whose answer was lost is tried again."""


class FourAtOnce:
    """`lost` is what nobody got, `twice` what somebody got more than once."""

    name = "refunds by four at once"
    begin = datetime(2026, 11, 23, 9, tzinfo=UTC)
    lease_seconds = 60

    def __init__(self, rounds: int = 100) -> None:
        self.rounds = rounds

    def run(self, stage: Standing, workers: int) -> Outcome:
        stage.stripe.send_webhooks_to("")
        for number in range(self.rounds):
            payer(stage.app, stage.stripe, email=f"customer{number}@example.com")
        self._work(stage, timedelta(seconds=3))
        stage.stripe.control("faults", {"rules": LOST, "seed": 1})
        for return_id in self._returns(stage):
            self._all_at_once(stage, return_id)
        for _ in range(3):
            self._work(stage, AGAIN)
        stage.stripe.no_faults()
        self._work(stage, AGAIN)
        return self._judge(stage)

    def _returns(self, stage: Standing) -> list[int]:
        """One of each order that was paid, accepted as it came."""
        with stage.app.app_context(), transaction():
            orders = db.session.scalars(select(Order).join(Invoice, Invoice.provider_ref == Order.source_ref).order_by(Order.id)).all()
            made = [_return(order) for order in orders]
            db.session.add_all(made)
            db.session.flush()
            return [one.id for one in made]

    def _all_at_once(self, stage: Standing, return_id: int) -> None:
        def refund(place: int) -> None:
            with transaction():
                wanted = db.session.get_one(Return, return_id)
                pay_out(wanted, by=Actor(customer_id=wanted.customer_id) if place == 0 else SCHEDULE, at=now())

        at_once(stage.app, FOUR, refund)

    def _work(self, stage: Standing, later: timedelta) -> None:
        stage.move(later)
        with stage.app.app_context():
            outbox.work_until_idle()

    def _judge(self, stage: Standing) -> Outcome:
        there = list(stage.stripe.v1.refunds.list({"limit": 100}).auto_paging_iter())
        of_charge = Counter(str(one.charge) for one in there)
        with stage.app.app_context():
            payouts = db.session.scalars(select(Payout)).all()
            refunds = db.session.scalars(select(Refund)).all()
            lost = [
                f"payout {one.id} has no refund" for one in payouts if not any(row.because.startswith(f"{one.because},") for row in refunds)
            ]
            lost += [f"{row.key} was never made there" for row in refunds if row.provider_ref not in {one.id for one in there}]
            twice = [f"{charge} was refunded {number} times" for charge, number in of_charge.items() if number > 1]
            twice += ["more was given than was asked for"] if sum(one.amount for one in there) > sum(one.amount for one in payouts) else []
        if len(payouts) != self.rounds:
            lost.append(f"{len(payouts)} payouts of {self.rounds} returns")
        return Outcome(changes=FOUR * self.rounds, kills=0, lost=lost, twice=twice, note=f"{len(there)} refunds of {self.rounds} returns")


def _return(order: Order) -> Return:
    line, number = order.lines[0], order.number
    units = take_units(line.id, 1, free_units(order)[line.id])
    item = ReturnItem(line=line, quantity=1, received=1, accepted=1, acceptance=Acceptance.ACCEPTED, units=units)
    told = {"currency": order.currency, "started_at": order.placed_at, "customer_id": order.customer_id}
    return Return(rma=f"R-{number}", draft=f"of {number}", status=ReturnStatus.APPROVED, way=Way.OWN, items=[item], **told)  # type: ignore[arg-type]
