"""What happens when something went wrong with an order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from portal.carriers import Incident, ParcelStatus
from portal.kit.db import db
from portal.kit.shop import shop
from portal.orders.models import Order, Shipment
from portal.photos import actions as photos
from portal.returns.actions.naming import new_reference
from portal.returns.emails import claims as emails
from portal.returns.models import Claim, ClaimKind, ClaimLine, Wish, free_units, take_units
from portal.returns.policy import claims as policy
from portal.returns.policy.claims import ASK_FOR_PHOTO, Parcel
from portal.returns.policy.eligibility import claim_before
from portal.returns.queries.returnable import judged
from portal.returns.refusals import ClaimTooLate, MoreThanThereIs, NothingChosen, NotLateYet, PhotoOrReason
from portal.tasks.actions import finish_tasks, open_task
from portal.timeline import Actor, deed, note

NEVER = frozenset({ParcelStatus.FAILURE, ParcelStatus.RETURN_TO_SENDER, ParcelStatus.CANCELLED})
"""Such a parcel does not arrive any more."""


@dataclass(frozen=True)
class Asked:
    """What a customer says is wrong."""

    kind: ClaimKind
    quantities: Mapping[int, int]
    """How many of each line of the order."""
    wish: Wish
    words: str
    why_no_photo: str
    draft: str
    """The key of the form, with which its photos came before."""


def open_claim(order: Order, asked: Asked, *, by: Actor, at: datetime) -> Claim:
    """`order` is the customer's, and locked. The same form again is the claim that it made. Raises a Refusal."""
    assert order.customer_id is not None  # noqa: S101 (found through its owner)
    same = select(Claim).where(Claim.customer_id == order.customer_id, Claim.draft == asked.draft)
    if known := db.session.scalars(same).one_or_none():
        return known
    free = free_units(order)
    _check(order, asked, free, at=at)
    claim = Claim(
        reference=new_reference("K"), customer_id=order.customer_id, order_id=order.id, draft=asked.draft, kind=asked.kind,
        wish=asked.wish, words=asked.words, why_no_photo=asked.why_no_photo, opened_at=at, answer_by=shop().answer_by(at),
        lines=[
            ClaimLine(order_line_id=line, quantity=quantity, units=take_units(line, quantity, free[line]))
            for line, quantity in asked.quantities.items()
        ],
    )  # fmt: skip
    db.session.add(claim)
    db.session.flush()
    if not photos.attach(asked.draft, claim, customer_id=order.customer_id) and asked.kind in ASK_FOR_PHOTO and not asked.why_no_photo:
        raise PhotoOrReason
    facts = {"reference": claim.reference, "kind": str(claim.kind), "order": order.number, "wish": str(claim.wish)}
    facts["title"] = next(line.title for line in order.lines if line.id in asked.quantities)
    note(claim, "open claim", by=by, at=at, facts=facts)
    open_task("claim", claim, key=f"claim:{claim.id}", customer_id=order.customer_id, due_at=claim.answer_by, at=at, facts=facts)
    emails.send_receipt(claim, order, at=at)
    return claim


def cancel_claim(claim: Claim, *, by: Actor, at: datetime) -> None:
    """Raises NotOpenAnyMore."""
    with deed(claim, "cancel claim", by=by, at=at, facts={"reference": claim.reference}):
        claim.cancel(at=at)
    free_again(claim)
    finish_tasks("claim", claim, at=at)


def free_again(claim: Claim) -> None:
    """What it was about can be claimed or sent back."""
    for line in claim.lines:
        line.units.clear()


def quantities_left(order: Order) -> dict[int, int]:
    """How many of each line nobody has claimed, sent back, or cancelled before it was packed."""
    return {line: len(units) for line, units in free_units(order).items()}


def not_before(order: Order) -> date | None:
    """The day after whose end it may be missed; None means that it may already."""
    rows = db.session.execute(
        select(Shipment.delivered_at, Shipment.expected_on, Shipment.status, Shipment.incident).where(Shipment.order_id == order.id)
    )
    parcels = [
        Parcel(delivered_at, expected_on, status in NEVER or incident is Incident.LOST)
        for delivered_at, expected_on, status, incident in rows
    ]
    return policy.may_be_missed_after(parcels, shop().arrival_after(order.placed_at))


def _check(order: Order, asked: Asked, free: Mapping[int, list[int]], *, at: datetime) -> None:
    if asked.kind is ClaimKind.NOT_HERE and (expected_on := not_before(order)) and not policy.is_late(expected_on, at=at, zone=shop().zone):
        raise NotLateYet(expected_on)
    if not asked.quantities:
        raise NothingChosen
    if any(not 0 < quantity <= len(free.get(line, ())) for line, quantity in asked.quantities.items()):
        raise MoreThanThereIs
    known = judged([order.id], at=at)[order.id]
    for line in known.lines:
        if line.id in asked.quantities and at >= (before := claim_before(line.facts, known.terms, shop())):
            raise ClaimTooLate(line.title, before)
