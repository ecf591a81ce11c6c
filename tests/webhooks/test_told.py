"""What is done is told, once it is committed; what is rolled back never was."""

import json
from datetime import date, timedelta
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker
from sqlalchemy import func, select

from portal import timeline
from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.actions import OrderedLine, cancel_line, record_order, send_elsewhere, take_tracking
from portal.orders.models import Shipment
from portal.returns.actions import claims
from portal.returns.actions import starting as returns
from portal.returns.actions.claims import Asked
from portal.returns.actions.withdrawing import Declared, declare
from portal.returns.models import ClaimKind, ReturnStatus, Wish
from portal.subscriptions import news
from portal.subscriptions.models import Subscription
from portal.timeline import Actor
from portal.webhooks import actions
from portal.webhooks.models import Dispatch, Message
from portal.webhooks.vocabulary import VOCABULARY, schema
from tests.accounts.builders import address, customer
from tests.conftest import TODAY
from tests.ground import at_once
from tests.orders.builders import order, parcel, scan
from tests.returns.builders import sent_back
from tests.webhooks.conftest import add, dispatches, endpoint, happens, work
from tests.webhooks.receiver import Receiver


class Broken(Exception): ...


def fits(told: dict[str, object]) -> None:
    Draft202012Validator(schema(str(told["type"])), format_checker=FormatChecker()).validate(told)


def test_a_deed_is_told_to_whoever_asked_for_its_kind(shop: Receiver, other: Receiver, box: int) -> None:
    added = add(shop, ["subscription.changed"])
    add(other, ["subscription.confirmed"])
    happens(box)
    work()
    (one,) = shop.received
    assert other.received == []
    assert one.is_signed_by(added.secret)
    assert one.headers["content-type"] == "application/json"
    data = one.told["data"]
    assert (one.told["type"], data["subscription"], data["deed"], data["by"]) == ("subscription.changed", box, "skipped", "customer")
    fits(one.told)
    (dispatch,) = dispatches()
    assert dispatch.arrived_at and dispatch.due_at is None
    assert [(tried.status, tried.said) for tried in dispatch.tried] == [(204, "")]


def test_what_is_rolled_back_is_told_to_nobody(shop: Receiver, box: int) -> None:
    add(shop)
    try:
        with transaction():
            subscription = db.session.get_one(Subscription, box)
            timeline.note(subscription, "skipped", by=Actor(customer_id=1), at=now(), facts={})
            raise Broken
    except Broken:
        work()
    assert shop.received == []
    assert dispatches() == [] and db.session.scalar(select(func.count()).select_from(Message)) == 0


def test_where_nobody_listens_nothing_is_kept(box: int) -> None:
    happens(box)
    assert db.session.scalar(select(func.count()).select_from(Message)) == 0


def test_what_happens_one_after_the_other_arrives_so_with_rising_numbers(shop: Receiver, box: int) -> None:
    add(shop)
    happens(box, times=5)
    work()
    sequence = [one.told["data"]["sequence"] for one in shop.received]
    assert len(sequence) == 5 and sequence == sorted(set(sequence))
    assert len(set(shop.refs)) == 5


def test_of_many_deeds_at_once_each_is_told_to_everybody_once(app: Flask, shop: Receiver, other: Receiver, box: int) -> None:
    """While workers send and note what went before."""
    add(shop)
    add(other)
    happens(box)
    at_once(app, 8, lambda number: work() if number < 2 else happens(box, times=4))
    work()
    for receiver in shop, other:
        assert len(receiver.refs) == len(set(receiver.refs)) == 1 + 6 * 4
    assert all(dispatch.arrived_at for dispatch in dispatches())


def test_numbers_rise_also_after_all_that_was_sent_is_forgotten(shop: Receiver, box: int) -> None:
    """SQLite would begin again from one."""
    add(shop)
    happens(box)
    work()
    first = shop.received[0].told["data"]["sequence"]
    with transaction():
        for dispatch in db.session.scalars(select(Dispatch)):
            for tried in dispatch.tried:
                db.session.delete(tried)
            db.session.delete(dispatch)
        db.session.flush()
        for message in db.session.scalars(select(Message)):
            db.session.delete(message)
    happens(box)
    work()
    assert shop.received[1].told["data"]["sequence"] > first


def test_a_cancellation_is_told_with_its_reference(shop: Receiver, box: int) -> None:
    add(shop)
    with transaction():
        subscription = db.session.get_one(Subscription, box)
        by = Actor(customer_id=subscription.customer_id, staff_id=None)
        subscription.is_ending, subscription.ends_now_at = True, now() + timedelta(minutes=10)
        timeline.note(subscription, "cancelled", by=by, at=now(), facts={"reference": "C-7KQ2-M9XD"})
    work()
    assert shop.events == ["subscription.changed", "subscription.cancelled"]
    told = shop.received[1].told
    fits(told)
    assert told["data"]["reference"] == "C-7KQ2-M9XD" and told["data"]["at_once"] is True and told["data"]["ends_at"]


def test_that_the_provider_has_it_is_told(shop: Receiver, box: int) -> None:
    add(shop, ["subscription.confirmed"])
    with transaction():
        subscription = db.session.get_one(Subscription, box)
        subscription.version = subscription.confirmed_version = 3
        news.confirmed(subscription, at=now())
    work()
    (one,) = shop.received
    fits(one.told)
    assert one.told["data"]["version"] == 3


def test_an_order_is_told_once(shop: Receiver) -> None:
    add(shop)
    with transaction():
        mira = customer("mira@example.com")
        number = order(mira, now(), number="A-17").number
        lines = [OrderedLine("Linden honey", "HON", 2, 890)]
        for _ in range(2):
            record_order(mira, number=None, placed_at=now(), currency="EUR", lines=lines, source="api", source_ref="in_1")
    work()
    assert shop.events == ["order.created", "order.created"]
    for one in shop.received:
        fits(one.told)
        assert one.told["data"]["customer"] == mira.id and b"mira@" not in one.body
    assert [one.told["data"]["number"] == number for one in shop.received] == [True, False]
    assert [one.told["data"]["source"] for one in shop.received] == ["subscription", "api"]


def test_each_news_of_a_parcel_is_told_with_where_it_is_and_when_it_is_expected(shop: Receiver) -> None:
    add(shop, ["parcel.updated"])
    with transaction():
        one = parcel(order(customer(), TODAY), ref="S-1", carrier="dhl", tracking_number="JD0146000012")
        more: dict[str, Any] = {"expected_on": date(2026, 11, 26), "pickup_code": "4711"}
        take_tracking(one, [scan("in_transit", 5, day=TODAY - timedelta(days=2))], source="carrier", at=TODAY, **more)
    with transaction():
        one = db.session.get_one(Shipment, one.id)
        take_tracking(one, [scan("delivered", 30, day=TODAY - timedelta(days=2))], source="carrier", at=TODAY)
        take_tracking(one, [scan("delivered", 30, day=TODAY - timedelta(days=2))], source="carrier", at=TODAY)
    work()
    told = [one.told["data"] for one in shop.received]
    assert [(data["deed"], data["status"], data["expected_on"]) for data in told] == [
        ("parcel recorded", "unknown", None),
        ("carrier told", "unknown", None),
        ("shipped", "in_transit", None),
        ("expected date told", "in_transit", "2026-11-26"),
        ("delivered", "delivered", "2026-11-26"),
    ]
    assert told[-1]["delivered_at"] == "2026-11-22T15:00:00Z" and {data["ref"] for data in told} == {"S-1"}
    for message in shop.received:
        fits(message.told)
        assert b"4711" not in message.body and b"JD0146" not in message.body


def test_a_claim_is_told_when_it_is_opened_and_when_anything_is_done_to_it(shop: Receiver) -> None:
    add(shop, ["claim.opened", "claim.updated"])
    with transaction():
        whose = customer()
        bought = order(whose, TODAY - timedelta(days=20), number="HA-7K2M4Q")
        what = Asked(ClaimKind.NOT_HERE, {bought.lines[0].id: 1}, Wish.REFUND, "Nobody rang.", "", "a" * 32)
        by = Actor(customer_id=whose.id)
        claim = claims.open_claim(bought, what, by=by, at=now())
        claims.cancel_claim(claim, by=by, at=now())
        claim_id = claim.id
    work()
    opened, cancelled = shop.received
    for message in opened, cancelled:
        fits(message.told)
        assert (message.told["data"]["claim"], message.told["data"]["number"]) == (claim_id, "HA-7K2M4Q") and b"rang" not in message.body
    assert (cancelled.told["data"]["deed"], cancelled.told["data"]["status"]) == ("cancel claim", "canceled")


def test_a_return_is_told_with_each_deed_and_a_draft_never(shop: Receiver) -> None:
    add(shop, ["return.updated"])
    with transaction():
        bought = order(customer(), TODAY, number="HA-7K2M4Q")
        back, draft = sent_back(bought, rma="R-1"), sent_back(bought, status=ReturnStatus.DRAFT)
        timeline.note(draft, "submit return", by=Actor(customer_id=bought.customer_id), at=now(), facts={})
        returns.cancel(back, by=Actor(customer_id=bought.customer_id), at=now())
    work()
    (one,) = shop.received
    fits(one.told)
    data = one.told["data"]
    assert (data["rma"], data["deed"], data["by"], data["status"]) == ("R-1", "cancel return", "customer", "canceled")


def test_a_withdrawal_is_told_without_a_word_of_who_it_is(shop: Receiver) -> None:
    add(shop, ["withdrawal.declared"])
    with transaction():
        told = Declared("Xanthippe Quill", "1001", "", "quill@example.com", "a" * 32)
        declare(told, customer=None, network=None, locale="en", time_zone=None, at=now())
    work()
    (one,) = shop.received
    fits(one.told)
    assert one.told["data"]["customer"] is None and b"uill" not in one.body


def test_a_message_says_what_was_touched_but_no_word_of_a_person(shop: Receiver, box: int) -> None:
    """A personal column was changed: that is told, what it holds is not."""
    add(shop)
    with transaction():
        subscription = db.session.get_one(Subscription, box)
        alice = db.session.get_one(Customer, subscription.customer_id)
        with timeline.deed(subscription, "moved", by=Actor(customer_id=alice.id), at=now(), touching=[alice]):
            alice.name = "Xanthippe Quill"
    work()
    (one,) = shop.received
    assert one.told["data"]["touched"] == [timeline.key(alice)]
    assert b"Quill" not in one.body and b"Alice" not in one.body and b"alice@" not in one.body


def test_what_happens_while_an_endpoint_is_off_is_kept_for_later(shop: Receiver, box: int) -> None:
    added = add(shop)
    with transaction():
        db.session.get_one(type(endpoint(added.id)), added.id).off_at = now()
    happens(box)
    work()
    assert shop.received == []
    (dispatch,) = dispatches()
    assert dispatch.due_at is None and dispatch.arrived_at is None


def test_a_test_comes_whatever_was_asked_for(shop: Receiver, box: int) -> None:
    added = add(shop, ["subscription.confirmed"])
    with transaction():
        ref = actions.send_test(endpoint(added.id), at=now())
    work()
    assert shop.refs == [ref]
    fits(shop.received[0].told)


def test_each_kind_has_a_schema_that_is_one_and_a_sentence() -> None:
    for event, kind in VOCABULARY.items():
        Draft202012Validator.check_schema(schema(event))
        assert kind.words.endswith(".") and json.dumps(schema(event))


def test_what_a_customer_changes_of_an_order_before_it_is_packed_is_told(shop: Receiver) -> None:
    add(shop, ["order.line_cancelled", "order.address_changed"])
    with transaction():
        alice = customer("alice@example.com", "Alice")
        placed = order(alice, now(), number="A-1")
        there = address(alice.id, at=now())
        db.session.flush()
        placed_id, alice_id, there_id, by = placed.id, alice.id, there.id, Actor(customer_id=alice.id)
        cancel_line(placed, placed.lines[0], 1, before=0, by=by, at=now())
        send_elsewhere(placed, there, by=by, at=now())
    work()
    whose = {"order": placed_id, "number": "A-1", "customer": alice_id}
    told = {one.told["type"]: {name: value for name, value in one.told["data"].items() if name != "sequence"} for one in shop.received}
    assert told == {
        "order.line_cancelled": {**whose, "line": 0, "quantity": 1}, "order.address_changed": {**whose, "address": there_id}
    }  # fmt: skip
    for one in shop.received:
        fits(one.told)
