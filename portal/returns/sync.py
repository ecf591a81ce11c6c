"""How what a return goes back with is bought, once: docs/decisions/way-back.md"""

from logging import getLogger
from typing import Any

from sqlalchemy import select

from portal import outbox
from portal.accounts.models import Address
from portal.carriers import NotTaken, Place, Postage, WantedLabel, WantedPickUp, carrier_service
from portal.kit.clock import now
from portal.kit.db import db, transaction, view
from portal.kit.shop import WayBack, shop
from portal.payments import Try, begin_try
from portal.returns.actions import exchanging, sending, waiting
from portal.returns.actions import hearing as hearing
from portal.returns.actions.closing import close_if_settled
from portal.returns.locks import hold_return
from portal.returns.models import Exchange, Return, ReturnItem, ReturnLabel, ReturnParcel, ReturnPickUp
from portal.timeline import SCHEDULE

log = getLogger(__name__)
NOBODY = "There is no carrier service any more, or the shop has no address for returns."


@outbox.syncs(ReturnLabel)
def sync_label(label_id: int, lease: outbox.Lease) -> None:
    """Have it made under our name for it, and buy what was made: whatever is lost on the way, there is one label."""
    service, back = carrier_service(), shop().way_back
    bought, papers, refusal = None, [], ""
    if this := begin_try(ReturnLabel, label_id, at=now()):
        if service is None or back is None:
            refusal = NOBODY
        else:
            try:
                ref = _name_of(this) or _named(this, _prepare(this, service.postage, back))
                bought = service.postage.buy(ref, this.body["carrier"])
            except NotTaken as error:
                refusal = str(error)
            if bought:
                code = service.postage.code(ref)
                papers = [(False, service.postage.paper(bought.url)), *([(True, code)] if code else [])]
    at = now()
    with lease.finish(at=at):
        label = db.session.get_one(ReturnLabel, label_id)
        _hold_return_of(label)
        if bought:
            sending.learn_label(label, bought, papers, at=at)
        elif refusal:
            sending.refuse_label(label, refusal, at=at)


@outbox.syncs(ReturnPickUp)
def sync_pick_up(pick_up_id: int, lease: outbox.Lease) -> None:
    """The same for a van; it needs the label first, which asks again when it is there."""
    service, bought, refusal = carrier_service(), None, ""
    with view():
        parcel_id = db.session.get_one(ReturnPickUp, pick_up_id).parcel_id
        label_ref = db.session.scalar(
            select(ReturnLabel.provider_ref).where(ReturnLabel.parcel_id == parcel_id, ReturnLabel.amount.is_not(None))
        )
    if label_ref and (this := begin_try(ReturnPickUp, pick_up_id, at=now())):
        if service is None:
            refusal = NOBODY
        else:
            try:
                bought = service.postage.buy_pick_up(_name_of(this) or _named(this, _prepare_pick_up(this, label_ref, service.postage)))
            except NotTaken as error:
                refusal = str(error)
    at = now()
    with lease.finish(at=at):
        pick_up = db.session.get_one(ReturnPickUp, pick_up_id)
        _hold_return_of(pick_up)
        if bought:
            sending.learn_pick_up(pick_up, bought, at=at)
        elif refusal:
            sending.refuse_pick_up(pick_up, refusal, at=at)


@outbox.task(sending.HAND_BACK)
def hand_back_label(payload: dict[str, Any], lease: outbox.Lease) -> None:
    """What the service says to it is its own affair: some carriers give nothing back."""
    with view():
        ref = db.session.get_one(ReturnLabel, payload["label_id"]).provider_ref
    service = carrier_service()
    if service and ref:
        try:
            service.postage.hand_back(ref)
        except NotTaken as error:
            log.info("The postage of %s stays paid for: %s", ref, error)
    at = now()
    with lease.finish(at=at):
        db.session.get_one(ReturnLabel, payload["label_id"]).handed_back_at = at


@outbox.task("watch returns")
def watch_returns(_: dict[str, Any], lease: outbox.Lease) -> None:
    """By the clock: who has to be reminded, what was never sent or paid, and what is over since its money arrived.

    One at a time, so that nobody waits for all of them.
    """
    at = now()
    with view():
        found = db.session.scalars(select(Return.id).where(*waiting.waits(at)).order_by(Return.send_by, Return.id)).all()
        unpaid = db.session.scalars(select(Exchange.id).where(*waiting.is_not_paid(at)).order_by(Exchange.id)).all()
        perhaps_over = db.session.scalars(select(Return.id).where(*waiting.may_be_over()).order_by(Return.id)).all()
    for return_id in found:
        with transaction():
            if return_ := hold_return(select(Return).where(Return.id == return_id)):
                waiting.watch(return_, at=at)
    for return_id in perhaps_over:
        with transaction():
            if return_ := hold_return(select(Return).where(Return.id == return_id)):
                close_if_settled(return_, by=SCHEDULE, at=at)
    for exchange_id in unpaid:
        with transaction():
            of_it = select(Return).join(ReturnItem).join(Exchange, Exchange.return_item_id == ReturnItem.id)
            if hold_return(of_it.where(Exchange.id == exchange_id)):
                exchanging.stop_waiting(db.session.get_one(Exchange, exchange_id, with_for_update=True), by=SCHEDULE, at=at)
    with lease.finish(at=now()):
        pass


def _prepare(this: Try, postage: Postage, back: WayBack) -> str:
    with view():
        customer = _place(db.session.get_one(Address, this.body["address_id"]))
    here = Place(back.name, back.street, "", back.city, back.region, back.postcode, back.country, back.phone)
    return postage.prepare(WantedLabel(this.key, customer, here, this.body["grams"], this.body["carrier"]))


def _prepare_pick_up(this: Try, label_ref: str, postage: Postage) -> str:
    with view():
        pick_up = db.session.get_one(ReturnPickUp, this.row_id)
        wanted = WantedPickUp(
            this.key,
            label_ref,
            _place(db.session.get_one(Address, this.body["address_id"])),
            pick_up.begins_at,
            pick_up.ends_at,
        )
    return postage.prepare_pick_up(wanted)


def _name_of(this: Try) -> str | None:
    """What the service calls what was made under our name for it. None if that was not made, or its answer was lost: it cost nothing."""
    with view():
        ref: str | None = db.session.get_one(this.model, this.row_id).provider_ref  # type: ignore[attr-defined]
        return ref


def _named(this: Try, ref: str) -> str:
    """Kept before it is bought. Of two workers that made one each, the first counts: the other buys that one too, and is refused."""
    with transaction():
        row = db.session.get_one(this.model, this.row_id, with_for_update=True)
        row.provider_ref = row.provider_ref or ref  # type: ignore[attr-defined]
        kept: str = row.provider_ref  # type: ignore[attr-defined]
        return kept


def _hold_return_of(row: ReturnLabel | ReturnPickUp) -> None:
    parcel = db.session.get_one(ReturnParcel, row.parcel_id)
    db.session.get_one(Return, parcel.return_id, with_for_update=True)
    db.session.refresh(row)


def _place(address: Address) -> Place:
    return Place(
        address.name,
        address.line1,
        address.line2,
        address.city,
        address.region,
        address.postcode,
        address.country,
        address.phone,
    )
