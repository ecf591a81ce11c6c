"""How a return gets on its way: docs/decisions/way-back.md"""

from datetime import datetime, timedelta

from sqlalchemy import select

from portal import outbox
from portal.carriers import BoughtLabel, BoughtPickUp, Paper
from portal.carriers.actions import follow
from portal.kit.db import db
from portal.kit.shop import shop
from portal.orders.models import Shipment
from portal.photos import actions as photos
from portal.returns.models import (
    Return,
    ReturnLabel,
    ReturnPaper,
    ReturnParcel,
    ReturnPickUp,
    ReturnStatus,
    Way,
)
from portal.returns.policy import ways
from portal.returns.policy.ways import Window
from portal.returns.queries.policies import policy_of
from portal.returns.queries.way_back import start_of
from portal.returns.refusals import AnothersNumber, NoSuchNumber, NotToSend, PhotoOrReason, TooManyLabels, WindowOver
from portal.tasks.actions import open_task
from portal.timeline import Actor, note

CARRIER = Actor(system="carrier")
BOUGHT = (Way.CODE, Way.LABEL, Way.PICK_UP)
"""Of these the shop pays for the postage."""
MOST = 5
"""Parcels of one return: each may have cost a label."""
HAND_BACK = "hand back a label"


def prepare_way_back(return_: Return, *, at: datetime) -> None:
    """Once it is approved: until when it has to be sent, and what it goes back with. Once is as good as often. The return is locked."""
    if return_.way in (None, Way.NONE):
        return
    days = max(policy_of(version).terms.send_by_days for version in {item.policy_id for item in return_.items})
    return_.send_by = return_.send_by or ways.send_by(at, shop(), days)
    if newest_parcel(return_) is None:
        _begin(return_, return_.way, at=at)


def newest_parcel(return_: Return) -> ReturnParcel | None:
    theirs = select(ReturnParcel).where(ReturnParcel.return_id == return_.id).order_by(ReturnParcel.id.desc()).limit(1)
    return db.session.scalars(theirs).one_or_none()


def go_another_way(return_: Return, way: Way, *, by: Actor, at: datetime) -> None:
    """Another way, or a new label for an old one. Only while nothing was sent. The return is locked. Raises a Refusal."""
    parcel = _to_send(return_)
    if parcel.way is way and not parcel.is_worn_out(at=at) and not _was_refused(parcel):
        return
    if len(db.session.scalars(select(ReturnParcel.id).where(ReturnParcel.return_id == return_.id)).all()) >= MOST:
        raise TooManyLabels
    give_up_postage(return_, at=at)
    return_.way = way
    _begin(return_, way, at=at)
    note(return_, "other way back", by=by, at=at, facts={"rma": return_.rma, "way": str(return_.way)})


def order_pick_up(return_: Return, window: Window, *, by: Actor, at: datetime) -> None:
    """Once: a second one is the first. The return is locked. Raises a Refusal."""
    parcel = _to_send(return_)
    address = start_of(return_.id)
    if parcel.way is not Way.PICK_UP or address is None:
        raise NotToSend
    if window not in ways.windows(shop(), at=at):
        raise WindowOver
    known = db.session.scalars(select(ReturnPickUp).where(ReturnPickUp.parcel_id == parcel.id)).one_or_none()
    if known and not known.refusal:
        return
    if known:
        db.session.delete(known)
        db.session.flush()
    body = {"address_id": address.id, "begins_at": window.begins_at.isoformat(), "ends_at": window.ends_at.isoformat()}
    pick_up = ReturnPickUp(parcel_id=parcel.id, begins_at=window.begins_at, ends_at=window.ends_at, body=body, asked_at=at)
    db.session.add(pick_up)
    db.session.flush()
    outbox.want_sync(pick_up, at=at)
    note(return_, "order pick-up", by=by, at=at, facts={"rma": return_.rma, "from": body["begins_at"], "to": body["ends_at"]})


def tell_number(return_: Return, carrier: str, typed: str, *, by: Actor, at: datetime) -> None:
    """Of a parcel that the customer paid for: we follow it from now on. The return is locked. Raises a Refusal."""
    parcel = _to_send(return_)
    number = ways.number_in(typed)
    if parcel.way is not Way.OWN:
        raise NotToSend
    if number is None:
        raise NoSuchNumber
    if (parcel.carrier, parcel.tracking_number) == (carrier, number):
        return
    check_is_free(number, parcel)
    parcel.carrier, parcel.tracking_number = carrier, number
    db.session.flush()
    follow(carrier, number, at=at)
    note(return_, "tell parcel number", by=by, at=at, facts={"rma": return_.rma, "carrier": carrier, "number": number})


def show_receipt(return_: Return, draft: str, *, by: Actor, at: datetime) -> None:
    """The customer has sent a photo of what the counter gave them: from now on it counts as sent. The return is locked."""
    parcel = _to_send(return_)
    if not return_.customer_id or not photos.attach(draft, parcel, customer_id=return_.customer_id):
        raise PhotoOrReason
    parcel.shown_at = parcel.sent_at = return_.sent_at = at
    note(return_, "show receipt", by=by, at=at, facts={"rma": return_.rma})


def give_up_postage(return_: Return, *, at: datetime) -> None:
    """Nothing will be sent with what was bought so far: the shop asks for its money back. What was sent already stays paid for."""
    unused = (
        select(ReturnLabel.id)
        .join(ReturnParcel, ReturnParcel.id == ReturnLabel.parcel_id)
        .where(ReturnParcel.return_id == return_.id, ReturnParcel.sent_at.is_(None), ReturnLabel.amount.is_not(None))
    )
    for label_id in db.session.scalars(unused):
        _hand_back(label_id, at=at)


def learn_label(label: ReturnLabel, bought: BoughtLabel, papers: list[tuple[bool, Paper]], *, at: datetime) -> None:
    """It is bought; its papers are whether they are the code, and what came. The return is locked."""
    parcel = db.session.get_one(ReturnParcel, label.parcel_id)
    return_ = db.session.get_one(Return, parcel.return_id)
    label.learn(bought, at=at)
    parcel.carrier, parcel.tracking_number = bought.carrier, bought.number
    parcel.valid_until = at + timedelta(days=way_back.label_days) if (way_back := shop().way_back) else None
    for is_code, paper in papers:
        db.session.add(ReturnPaper(parcel_id=parcel.id, is_code=is_code, kind=paper.kind, content=paper.content))
    db.session.flush()
    follow(bought.carrier, bought.number, at=at)
    facts = {"rma": return_.rma, "carrier": bought.carrier, "number": bought.number, "amount": bought.amount, "currency": bought.currency}
    note(return_, "label bought", by=CARRIER, at=at, facts=facts)
    current = newest_parcel(return_)
    if return_.is_over or (current and current.id != parcel.id):
        _hand_back(label.id, at=at)
    for pick_up in db.session.scalars(select(ReturnPickUp).where(ReturnPickUp.parcel_id == parcel.id)):
        outbox.want_sync(pick_up, at=at)


def refuse_label(label: ReturnLabel, reason: str, *, at: datetime) -> None:
    """There will be none: somebody at the shop has to look, and the customer may send it another way. The return is locked."""
    parcel = db.session.get_one(ReturnParcel, label.parcel_id)
    label.refuse(reason, at=at)
    _ask_staff(db.session.get_one(Return, parcel.return_id), f"return label:{label.id}", reason, at=at)


def learn_pick_up(pick_up: ReturnPickUp, bought: BoughtPickUp, *, at: datetime) -> None:
    pick_up.learn(bought, at=at)
    return_ = db.session.get_one(Return, db.session.get_one(ReturnParcel, pick_up.parcel_id).return_id)
    facts = {"rma": return_.rma, "confirmation": bought.confirmation, "amount": bought.amount, "currency": bought.currency}
    note(return_, "pick-up ordered", by=CARRIER, at=at, facts=facts)


def refuse_pick_up(pick_up: ReturnPickUp, reason: str, *, at: datetime) -> None:
    pick_up.refuse(reason, at=at)
    parcel = db.session.get_one(ReturnParcel, pick_up.parcel_id)
    _ask_staff(db.session.get_one(Return, parcel.return_id), f"return pick-up:{pick_up.id}", reason, at=at)


def _begin(return_: Return, way: Way, *, at: datetime) -> None:
    """Where there is no address to write on a label, it goes with the customer's own postage."""
    address, back = start_of(return_.id) if way in BOUGHT else None, shop().way_back
    if way in BOUGHT and (address is None or back is None):
        way = return_.way = Way.OWN
    parcel = ReturnParcel(way=way, made_at=at, return_=return_)
    db.session.add(parcel)
    db.session.flush()
    if address and back:
        body = {"address_id": address.id, "grams": back.grams, "carrier": back.carrier}
        label = ReturnLabel(parcel_id=parcel.id, body=body, asked_at=at)
        db.session.add(label)
        db.session.flush()
        outbox.want_sync(label, at=at)


def _hand_back(label_id: int, *, at: datetime) -> None:
    outbox.want_task(HAND_BACK, {"label_id": label_id}, at=at, key=f"{HAND_BACK}:{label_id}")


def _to_send(return_: Return) -> ReturnParcel:
    """Raises NotToSend unless it is approved and on nobody's way yet."""
    parcel = newest_parcel(return_)
    if return_.status is not ReturnStatus.APPROVED or return_.sent_at or return_.received_at or parcel is None:
        raise NotToSend
    return parcel


def _was_refused(parcel: ReturnParcel) -> bool:
    refused = select(ReturnLabel.id).where(ReturnLabel.parcel_id == parcel.id, ReturnLabel.refusal != "")
    return db.session.scalar(refused) is not None


def check_is_free(number: str, parcel: ReturnParcel) -> None:
    """The number of a parcel that came is on hand, and easily mistaken for the one that goes. Raises AnothersNumber."""
    came = select(Shipment.id).where(Shipment.tracking_number == number).limit(1)
    goes = select(ReturnParcel.id).where(ReturnParcel.tracking_number == number, ReturnParcel.return_id != parcel.return_id).limit(1)
    if db.session.scalar(came) or db.session.scalar(goes):
        raise AnothersNumber


def _ask_staff(return_: Return, key: str, reason: str, *, at: datetime) -> None:
    facts = {"rma": return_.rma, "why": reason}
    open_task("return", return_, key=key, customer_id=return_.customer_id, due_at=shop().answer_by(at), at=at, facts=facts)
