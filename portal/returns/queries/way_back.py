"""How a return goes back, as its page shows it: three questions, and one more while it is on its way."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from portal.accounts.models import Address
from portal.carriers import ParcelStatus, has_carrier_service
from portal.kit.db import db
from portal.kit.shop import shop
from portal.orders import carrier_name, carrier_page
from portal.orders.models import Order, OrderLine
from portal.returns.models import (
    Return,
    ReturnItem,
    ReturnLabel,
    ReturnPaper,
    ReturnParcel,
    ReturnPickUp,
    ReturnScan,
    ReturnStatus,
    Way,
)
from portal.returns.policy.ways import ways_from

MOST_SCANS = 20


@dataclass(frozen=True)
class ShownScan:
    status: ParcelStatus
    happened_at: datetime
    words: str
    place: str


@dataclass(frozen=True)
class ShownPickUp:
    begins_at: datetime
    ends_at: datetime
    confirmation: str
    done_at: datetime | None
    refusal: str


@dataclass(frozen=True)
class ShownWay:
    """The newest parcel of a return."""

    parcel_id: int
    way: Way
    carrier: str
    """Ours, in small letters; empty while unknown."""
    number: str
    status: ParcelStatus
    status_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    shown_at: datetime | None
    valid_until: datetime | None
    is_wanted: bool
    """Whether a label was asked for."""
    is_bought: bool
    is_refused: bool
    is_worn_out: bool
    """Whether its label is taken no longer."""
    has_code: bool
    pick_up: ShownPickUp | None
    return_status: ReturnStatus
    send_by: datetime | None
    received_at: datetime | None
    orders: tuple[str, ...]
    scans: tuple[ShownScan, ...] = ()

    @property
    def is_being_made(self) -> bool:
        return self.is_wanted and not self.is_bought and not self.is_refused

    @property
    def is_open(self) -> bool:
        """Whether something can be done to send it."""
        return self.return_status is ReturnStatus.APPROVED and not self.sent_at and not self.received_at

    @property
    def waits(self) -> bool:
        """For something that the worker does: the page asks again."""
        van = self.pick_up
        return self.is_open and (self.is_being_made or (van is not None and van.done_at is None))

    @property
    def is_expired(self) -> bool:
        return self.return_status is ReturnStatus.EXPIRED

    @property
    def carrier_name(self) -> str:
        return carrier_name(self.carrier) if self.carrier else ""

    @property
    def carrier_page(self) -> str | None:
        return carrier_page(self.carrier, self.number)


def way_back(return_id: int, *, at: datetime) -> ShownWay | None:
    """None as long as nothing was prepared. Whose return it is, the caller knows."""
    code = aliased(ReturnPaper)
    parcel = (
        select(
            ReturnParcel, ReturnLabel.id, ReturnLabel.done_at, ReturnLabel.refusal, code.id, ReturnPickUp, Return.status, Return.send_by,
            Return.received_at,
        )
        .join(Return, Return.id == ReturnParcel.return_id)
        .outerjoin(ReturnLabel, ReturnLabel.parcel_id == ReturnParcel.id)
        .outerjoin(code, and_(code.parcel_id == ReturnParcel.id, code.is_code))
        .outerjoin(ReturnPickUp, ReturnPickUp.parcel_id == ReturnParcel.id)
        .where(ReturnParcel.return_id == return_id)
        .order_by(ReturnParcel.id.desc())
        .limit(1)
    )  # fmt: skip
    row: Any = db.session.execute(parcel).one_or_none()
    if row is None:
        return None
    one, label_id, label_done_at, refusal, code_id, van, status, send_by, received_at = row
    orders = select(Order.number).join(OrderLine, OrderLine.order_id == Order.id).join(ReturnItem, ReturnItem.order_line_id == OrderLine.id)
    return ShownWay(
        parcel_id=one.id, way=one.way, carrier=one.carrier, number=one.tracking_number, status=one.status, status_at=one.status_at,
        sent_at=one.sent_at, delivered_at=one.delivered_at, shown_at=one.shown_at, valid_until=one.valid_until,
        is_wanted=label_id is not None, is_bought=label_done_at is not None and not refusal, is_refused=bool(refusal),
        is_worn_out=one.is_worn_out(at=at),
        has_code=code_id is not None,
        pick_up=ShownPickUp(van.begins_at, van.ends_at, van.confirmation, van.done_at, van.refusal) if van else None,
        return_status=status, send_by=send_by, received_at=received_at,
        orders=tuple(db.session.scalars(orders.where(ReturnItem.return_id == return_id).distinct().order_by(Order.number))),
        scans=_scans(one.id) if one.tracking_number else (),
    )  # fmt: skip


def start_of(return_id: int) -> Address | None:
    """From where it comes back: where its orders went, as that is written now."""
    went = (
        select(Address)
        .join(Order, Order.address_id == Address.id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(ReturnItem, ReturnItem.order_line_id == OrderLine.id)
        .where(ReturnItem.return_id == return_id)
        .order_by(Order.placed_at.desc(), Order.id.desc())
        .limit(1)
    )
    found = db.session.scalars(went).one_or_none()
    return found.newest if found else None


def ways_open(country: str) -> tuple[Way, ...]:
    """By which ways something can come back from there, the easiest first."""
    return ways_from(country, shop(), has_service=has_carrier_service())


def ways_of(return_id: int) -> tuple[Way, ...]:
    """The same for a return."""
    address = start_of(return_id)
    return ways_open(address.country if address else "")


def paper(customer_id: int, rma: str, *, is_code: bool) -> tuple[str, bytes] | None:
    """The media type and the content, of the newest parcel. None if the customer has no such return, or it has none."""
    newest = select(ReturnParcel.id).join(Return, Return.id == ReturnParcel.return_id)
    newest = newest.where(Return.customer_id == customer_id, Return.rma == rma, Return.status == ReturnStatus.APPROVED)
    parcel_id = db.session.scalar(newest.order_by(ReturnParcel.id.desc()).limit(1))
    theirs = select(ReturnPaper.kind, ReturnPaper.content).where(ReturnPaper.parcel_id == parcel_id, ReturnPaper.is_code.is_(is_code))
    row = db.session.execute(theirs).one_or_none() if parcel_id else None
    return (row.kind, row.content) if row else None


def _scans(parcel_id: int) -> tuple[ShownScan, ...]:
    columns = ReturnScan.status, ReturnScan.happened_at, ReturnScan.words, ReturnScan.place
    newest = select(*columns).where(ReturnScan.parcel_id == parcel_id).order_by(ReturnScan.happened_at.desc(), ReturnScan.id.desc())
    return tuple(ShownScan(*row) for row in db.session.execute(newest.limit(MOST_SCANS)))
