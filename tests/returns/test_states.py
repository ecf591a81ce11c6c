"""The table of RETURNS.md: from where to where a return may go, by which command, and that every other way is refused with a sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.refusal import Refusal
from portal.orders.models import OrderedLine
from portal.photos.models import Photo
from portal.returns.actions import closing, deciding, receiving, starting
from portal.returns.actions.receiving import Came, Found
from portal.returns.locks import hold_return
from portal.returns.models import Payout, PayoutKind, Return, ReturnItem, ReturnStatus, TakenUnit
from portal.returns.not_now import MoreThanCame, MoreThanItsWorth, NotExpired, NotSettled, PhotoNeeded, ReasonNeeded
from portal.returns.refusals import TooLateToCancel
from portal.timeline import Actor, Entry
from tests.accounts.builders import staff
from tests.orders.builders import order
from tests.returns.builders import sent_back
from tests.returns.conftest import shown_by

DRAFT, REQUESTED, NEEDS_REVIEW, APPROVED = ReturnStatus.DRAFT, ReturnStatus.REQUESTED, ReturnStatus.NEEDS_REVIEW, ReturnStatus.APPROVED
CLOSED, DECLINED, CANCELED, EXPIRED = ReturnStatus.CLOSED, ReturnStatus.DECLINED, ReturnStatus.CANCELED, ReturnStatus.EXPIRED
Do = Callable[[Return, Actor], None]


@dataclass(frozen=True)
class Command:
    do: Do
    to: dict[ReturnStatus, ReturnStatus]
    """From where it leads where. From anywhere else it is refused."""
    ready: Do | None = None
    """What has to be so before, where the table has a guard."""


def _submit(one: Return, by: Actor) -> None:
    one.submit(REQUESTED, at=now())


def _expire(one: Return, by: Actor) -> None:
    one.expire(at=now())


def _inspect(one: Return, by: Actor, *, accepted: int = 1, **more: object) -> None:
    found = Found(accepted, one.items[0].seen, **more)  # type: ignore[arg-type]
    receiving.inspect(one, one.items[0], found, is_lead=False, by=by, at=now())


def _receive(one: Return, by: Actor, **more: object) -> None:
    came = Came(1, one.items[0].seen, **more)  # type: ignore[arg-type]
    receiving.receive(one, {one.items[0].id: came}, by=by, at=now())


def _overdue(one: Return, by: Actor) -> None:
    one.send_by, one.reminded = now() - timedelta(seconds=1), 2


def _here(one: Return, by: Actor) -> None:
    one.items[0].received = 1


def _paid(one: Return, by: Actor) -> None:
    item = one.items[0]
    item.received = item.accepted = 1
    item.judge(1, 0, "", "", by_rule=True, at=now())
    payout = Payout(order_id=item.line.order_id, kind=PayoutKind.REFUND, amount=890, currency="EUR", lines=[], decided_at=now())
    db.session.add(payout)
    db.session.flush()
    for unit in item.units:
        unit.payout_id = payout.id


TABLE = {
    "submit": Command(_submit, {DRAFT: REQUESTED}),
    "approve": Command(lambda one, by: deciding.approve(one, by=by, at=now()), {REQUESTED: APPROVED, NEEDS_REVIEW: APPROVED}),
    "decline": Command(lambda one, by: deciding.decline(one, "used", by=by, at=now()), {REQUESTED: DECLINED, NEEDS_REVIEW: DECLINED}),
    "cancel": Command(
        lambda one, by: starting.cancel(one, by=by, at=now()), {REQUESTED: CANCELED, NEEDS_REVIEW: CANCELED, APPROVED: CANCELED}
    ),
    "expire": Command(_expire, {APPROVED: EXPIRED}, ready=_overdue),
    "receive": Command(_receive, {APPROVED: APPROVED, EXPIRED: APPROVED}),
    "accept": Command(_inspect, {APPROVED: APPROVED}, ready=_here),
    "close": Command(lambda one, by: closing.close(one, by=by, at=now()), {APPROVED: CLOSED}, ready=_paid),
    "reopen": Command(lambda one, by: deciding.reopen(one, "It came after all.", by=by, at=now()), {CLOSED: APPROVED}),
}
"""Each command of staff, of customers, of the clock and of the rules."""


@pytest.fixture
def begin(app: Flask, alice: int) -> Callable[[ReturnStatus], int]:
    def begin(status: ReturnStatus) -> int:
        with app.app_context(), transaction():
            bought = order(db.session.get_one(Customer, alice), now(), OrderedLine("Linden honey", "HON", 1, 890))
            db.session.flush()
            made = sent_back(bought, {0: 1}, status=status)
            if status in (DECLINED, CANCELED, EXPIRED):
                made.items[0].units.clear()
            return made.id

    return begin


@pytest.fixture
def whose(app: Flask, alice: int) -> Actor:
    """Who works for the shop, on Alice's behalf."""
    with app.app_context(), transaction():
        return Actor(customer_id=alice, staff_id=staff().id)


@pytest.fixture
def do(app: Flask, whose: Actor) -> Callable[[int, Do], None]:
    def do(return_id: int, what: Do) -> None:
        with app.app_context(), transaction():
            one = hold_return(select(Return).where(Return.id == return_id))
            assert one
            what(one, whose)

    return do


def stands(app: Flask, return_id: int) -> tuple[ReturnStatus, int, int]:
    """Its status, how many units it holds, and how many deeds are written down."""
    with app.app_context():
        status = db.session.scalars(select(Return.status).where(Return.id == return_id)).one()
        units = (
            db.session.scalar(select(func.count()).select_from(TakenUnit).join(ReturnItem).where(ReturnItem.return_id == return_id)) or 0
        )
        return status, units, db.session.scalar(select(func.count()).select_from(Entry)) or 0


@pytest.mark.parametrize("name", TABLE)
def test_each_command_leads_where_the_table_says_and_nowhere_else(
    app: Flask, begin: Callable[[ReturnStatus], int], do: Callable[[int, Do], None], name: str
) -> None:
    command = TABLE[name]
    for start in ReturnStatus:
        return_id = begin(start)
        if command.ready:
            do(return_id, command.ready)
        before = stands(app, return_id)
        if start in command.to:
            do(return_id, command.do)
            end = command.to[start]
            assert stands(app, return_id)[:2] == (end, 0 if end in (DECLINED, CANCELED, EXPIRED) else 1), start
        else:
            with pytest.raises(Refusal, match=r"^[A-Z].{15,}\.$"):
                do(return_id, command.do)
            assert stands(app, return_id) == before, start


GUARDS: dict[str, tuple[ReturnStatus, list[Do], Do, type[Refusal]]] = {
    "declining needs a reason": (REQUESTED, [], lambda one, by: deciding.decline(one, "never heard of", by=by, at=now()), ReasonNeeded),
    "reopening needs a reason": (CLOSED, [], lambda one, by: deciding.reopen(one, "", by=by, at=now()), ReasonNeeded),
    "what was scanned is not cancelled": (
        APPROVED,
        [lambda one, by: setattr(one, "sent_at", now())],
        TABLE["cancel"].do,
        TooLateToCancel,
    ),
    "what has come is not cancelled": (APPROVED, [lambda one, by: setattr(one, "received_at", now())], TABLE["cancel"].do, TooLateToCancel),
    "what was paid back is not cancelled": (APPROVED, [_paid], TABLE["cancel"].do, TooLateToCancel),
    "before its last day has passed nothing expires": (
        APPROVED,
        [_overdue, lambda one, by: setattr(one, "send_by", now() + timedelta(hours=1))],
        _expire,
        NotExpired,
    ),
    "nothing expires before the second reminder": (
        APPROVED,
        [_overdue, lambda one, by: setattr(one, "reminded", 1)],
        _expire,
        NotExpired,
    ),
    "what was scanned does not expire": (
        APPROVED,
        [_overdue, lambda one, by: setattr(one, "sent_at", now())],
        _expire,
        NotExpired,
    ),
    "more can't come than was announced": (
        APPROVED,
        [],
        lambda one, by: receiving.receive(one, {one.items[0].id: Came(2, one.items[0].seen)}, by=by, at=now()),
        MoreThanCame,
    ),
    "what came damaged needs a photo": (APPROVED, [], lambda one, by: _receive(one, by, is_damaged=True), PhotoNeeded),
    "what came instead needs a photo": (APPROVED, [], lambda one, by: _receive(one, by, is_wrong=True), PhotoNeeded),
    "what has not come is not accepted": (APPROVED, [], _inspect, MoreThanCame),
    "rejecting needs a reason of the list": (APPROVED, [_here], lambda one, by: _inspect(one, by, accepted=0, note="Worn."), ReasonNeeded),
    "rejecting needs words": (APPROVED, [_here], lambda one, by: _inspect(one, by, accepted=0, finding="used"), ReasonNeeded),
    "rejecting needs a photo": (
        APPROVED,
        [_here],
        lambda one, by: _inspect(one, by, accepted=0, finding="used", note="Worn."),
        PhotoNeeded,
    ),
    "no more is kept back than it is worth": (
        APPROVED,
        [_here],
        lambda one, by: _inspect(one, by, deduction=891, finding="used", note="Worn."),
        MoreThanItsWorth,
    ),
    "what is not decided is not closed": (APPROVED, [_here], TABLE["close"].do, NotSettled),
    "what is not paid is not closed": (
        APPROVED,
        [_here, _inspect],
        TABLE["close"].do,
        NotSettled,
    ),
}


def test_each_guard_holds(app: Flask, begin: Callable[[ReturnStatus], int], do: Callable[[int, Do], None]) -> None:
    for name, (start, ready, command, refusal) in GUARDS.items():
        return_id = begin(start)
        for first in ready:
            do(return_id, first)
        before = stands(app, return_id)
        with pytest.raises(refusal):
            do(return_id, command)
        assert stands(app, return_id) == before, name


def test_with_a_reason_words_and_a_photo_it_is_rejected_and_the_photo_is_the_items(
    app: Flask, begin: Callable[[ReturnStatus], int], do: Callable[[int, Do], None], alice: int, whose: Actor
) -> None:
    return_id = begin(APPROVED)
    do(return_id, _here)
    draft = shown_by(app, whose, alice)
    do(return_id, lambda one, by: _inspect(one, by, accepted=0, finding="used", note="Worn.", draft=draft))
    with app.app_context():
        one = db.session.get_one(Return, return_id)
        assert (one.items[0].acceptance, one.items[0].accepted, one.items[0].finding_note) == ("rejected", 0, "Worn.")
        assert db.session.scalars(select(Photo.attached_to)).one() == f"return_item:{one.items[0].id}"
        entry = db.session.scalars(select(Entry).order_by(Entry.id.desc())).first()
        assert entry and (entry.deed, entry.customer_id, entry.staff_id) == ("inspect return", alice, whose.staff_id)
        assert "Worn." not in str((entry.facts, entry.after))
    do(return_id, TABLE["close"].do)


def test_the_units_of_one_that_had_expired_are_taken_again_when_it_comes(
    app: Flask, begin: Callable[[ReturnStatus], int], do: Callable[[int, Do], None]
) -> None:
    return_id = begin(EXPIRED)
    assert stands(app, return_id)[1] == 0
    do(return_id, _receive)
    assert stands(app, return_id)[:2] == (APPROVED, 1)
