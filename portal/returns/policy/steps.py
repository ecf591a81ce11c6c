"""How far a return is, as its customer sees it: five steps, each with its day or the day that was promised. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from portal.kit.shop import Shop
from portal.returns.models import ReturnStatus
from portal.returns.policy.promises import credited_by, looked_at_by, promise


class StepKind(StrEnum):
    REQUESTED = "requested"
    SENT = "sent"
    RECEIVED = "received"
    ISSUED = "issued"
    CREDITED = "credited"
    DECLINED = "declined"
    CANCELED = "canceled"
    EXPIRED = "expired"


ENDS = {
    ReturnStatus.DECLINED: StepKind.DECLINED,
    ReturnStatus.CANCELED: StepKind.CANCELED,
    ReturnStatus.EXPIRED: StepKind.EXPIRED,
}


@dataclass(frozen=True)
class Progress:
    """What is known of a return."""

    status: ReturnStatus
    submitted_at: datetime
    goods_come: bool
    """Whether anything has to go back at all."""
    money_goes: bool
    """Whether anything is given back, to a card or as credit."""
    to_bank: bool
    """Whether a bank takes part."""
    decided_at: datetime | None = None
    send_by: datetime | None = None
    sent_at: datetime | None = None
    received_at: datetime | None = None
    issued_at: datetime | None = None
    credited_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Step:
    kind: StepKind
    state: str
    """done, now or todo."""
    at: datetime | None = None
    """When it was done."""
    by: date | None = None
    """What is promised, or asked of the customer, where it was not done yet."""


def steps(known: Progress, shop: Shop) -> tuple[Step, ...]:
    """The first that is not done is the one that it stands at. One that was given up ends with that."""
    if known.status in ENDS:
        done = [Step(StepKind.REQUESTED, "done", known.submitted_at)]
        if known.sent_at:
            done.append(Step(StepKind.SENT, "done", known.sent_at))
        return (*done, Step(ENDS[known.status], "done", known.closed_at or known.decided_at))
    found = [Step(StepKind.REQUESTED, "done", known.submitted_at)]
    received_on, issued_on, credited_on = promised(known, shop)
    if known.goods_come:
        send_by = known.send_by.astimezone(shop.zone).date() if known.send_by else None
        sent_at = known.sent_at or known.received_at
        found.append(Step(StepKind.SENT, "done" if sent_at else "todo", sent_at, None if sent_at else send_by))
        found.append(_step(StepKind.RECEIVED, known.received_at, received_on))
    if known.money_goes:
        found.append(_step(StepKind.ISSUED, known.issued_at, issued_on))
        found.append(_step(StepKind.CREDITED, known.credited_at, credited_on))
    first = next((place for place, step in enumerate(found) if step.state == "todo"), None)
    if first is not None:
        found[first] = Step(found[first].kind, "now", None, found[first].by)
    return tuple(found)


def promised(known: Progress, shop: Shop) -> tuple[date | None, date | None, date | None]:
    """When it is received, refunded and credited, as far as that can be told: before it was sent, as if that happened on the last day."""
    received_on = issued_on = None
    if known.sent_at or known.send_by:
        told = promise(known.sent_at or known.send_by or known.submitted_at, shop)
        received_on, issued_on = told.received_on, told.issued_on
    if known.received_at:
        issued_on = looked_at_by(known.received_at, shop)
    if not known.goods_come:
        issued_on = looked_at_by(known.decided_at or known.submitted_at, shop)
    if known.issued_at:
        issued_on = known.issued_at.astimezone(shop.zone).date()
    credited_on = issued_on and (credited_by(issued_on) if known.to_bank else issued_on)
    return received_on, issued_on, credited_on


def _step(kind: StepKind, at: datetime | None, by: date | None) -> Step:
    return Step(kind, "done", at) if at else Step(kind, "todo", None, by)
