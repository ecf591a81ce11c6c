"""The shop's system reads what comes back, and what went wrong."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.api.models import Scope
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.returns.models import Claim, ClaimKind, ClaimLine, Payout, PayoutKind, Return, ReturnParcel, ReturnStatus, Way, Wish
from portal.timeline import Entry
from tests.accounts.builders import customer
from tests.api.client import System, fits
from tests.api.test_tell_orders import LINE, order
from tests.conftest import TODAY
from tests.returns.builders import sent_back

NUMBER = {"carrier": "dhl", "tracking_number": "00340434161094042557"}
SCAN = {"id": "1", "status": "in_transit", "happened_at": "2026-11-22T22:10:00Z", "place": "Halle"}
IN_A_FORTNIGHT = TODAY + timedelta(days=14)


@pytest.fixture
def shop(app: Flask) -> System:
    system = System(app)
    for number in ("HA-1001", "HA-1002"):
        system.put(f"/orders/{number}", order(lines=[LINE, {**LINE, "quantity": 1}]), expect=201)
    with app.app_context(), transaction():
        first, second = db.session.scalars(select(Order).order_by(Order.number))
        whose = customer("carol@example.com")
        back = sent_back(first, {0: 2, 1: 1}, rma="R-1", way=Way.CODE, send_by=IN_A_FORTNIGHT, words="Mine alone", note_of_staff="Ours")
        sent_back(second, rma="R-2", status=ReturnStatus.DRAFT)
        db.session.add(
            Payout(order_id=first.id, kind=PayoutKind.REFUND, amount=2670, currency="EUR", lines=[], decided_at=TODAY, return_id=back.id)
        )
        db.session.add(
            Claim(
                reference="K-1", customer_id=whose.id, order_id=second.id, draft="draft", kind=ClaimKind.DAMAGED, wish=Wish.REFUND,
                words="Mine alone", why_no_photo="", opened_at=TODAY, answer_by=IN_A_FORTNIGHT,
                lines=[ClaimLine(order_line_id=second.lines[0].id, quantity=1)],
            )
        )  # fmt: skip
    return system


def test_a_return_is_read_with_its_items_and_what_went_back(shop: System) -> None:
    told = shop.get("/returns/R-1")
    fits(told, "Return")
    assert [(item["order"], item["position"], item["quantity"]) for item in told["items"]] == [("HA-1001", 0, 2), ("HA-1001", 1, 1)]
    assert (told["status"], told["way"]) == ("approved", "code")
    assert [(one["order"], one["amount"], one["kind"]) for one in told["payouts"]] == [("HA-1001", 2670, "refund")]
    assert shop.get("/returns")["data"] == shop.get("/returns?order=HA-1001")["data"] == [told]
    assert "Mine alone" not in shop.answer.text and "Ours" not in shop.answer.text


def test_a_claim_is_read_with_its_lines(shop: System) -> None:
    told = shop.get("/claims/K-1")
    fits(told, "Claim")
    assert (told["order"], told["kind"], told["status"], told["lines"][0]["quantity"]) == ("HA-1002", "damaged", "open", 1)
    assert shop.get("/claims")["data"] == shop.get("/claims?order=HA-1002")["data"] == [told]
    assert "Mine alone" not in shop.answer.text


def test_what_a_customer_has_not_sent_yet_is_theirs_alone(shop: System) -> None:
    shop.get("/returns/R-2", expect=404)
    assert shop.get("/returns?order=HA-1002")["data"] == []


def test_pages_go_on_where_the_last_one_ended(app: Flask, shop: System) -> None:
    with app.app_context(), transaction():
        third = db.session.scalars(select(Order).order_by(Order.number.desc())).first()
        assert third
        sent_back(third, rma="R-3")
    first = shop.get("/returns?limit=1")
    assert [one["rma"] for one in first["data"]] == ["R-1"]
    rest = shop.get(f"/returns?limit=1&cursor={first['next_cursor']}")
    assert ([one["rma"] for one in rest["data"]], rest["next_cursor"]) == (["R-3"], None)


@pytest.mark.parametrize("path", ["/returns", "/returns/R-1", "/claims", "/claims/K-1"])
def test_it_needs_a_scope_of_its_own(app: Flask, shop: System, path: str) -> None:
    till = System(app, Scope.ORDERS_READ, Scope.CUSTOMERS_READ, name="till")
    assert "returns:read" in till.get(path, expect=403)["detail"]


@pytest.mark.parametrize("path", ["/returns/R-9", "/claims/K-9"])
def test_what_is_not_there_is_not_found(shop: System, path: str) -> None:
    shop.get(path, expect=404)


def test_the_parcel_of_a_return_is_told_and_followed(app: Flask, shop: System) -> None:
    assert shop.get("/returns/R-1")["parcel"] is None
    shop.post("/returns/R-1/events", {"events": [SCAN]}, expect=409)
    assert "has no parcel" in shop.answer.text
    parcel_of(app, "R-1")
    told = shop.post("/returns/R-1/events", {"parcel": NUMBER, "events": [SCAN]})
    fits(told, "Return")
    assert (told["parcel"]["carrier"], told["parcel"]["tracking_number"]) == ("dhl", "00340434161094042557")
    assert (told["parcel"]["status"], told["sent_at"]) == ("in_transit", SCAN["happened_at"])
    again = shop.post("/returns/R-1/events", {"events": [SCAN, {**SCAN, "id": "2", "status": "delivered", "place": "Hamburg"}]})
    assert [event["status"] for event in again["parcel"]["events"]] == ["in_transit", "delivered"]
    assert (again["parcel"]["status"], shop.get("/returns/R-1")) == ("delivered", again)
    with app.app_context():
        deeds = db.session.execute(select(Entry.deed, Entry.system).where(Entry.subject.startswith("return_:")).order_by(Entry.id)).all()
    assert [deed for deed, _ in deeds] == ["tell parcel number", "return sent", "return delivered"]
    assert {system for _, system in deeds} == {"API key warehouse"}


def test_what_cannot_be_told_of_a_return(app: Flask, shop: System) -> None:
    parcel_of(app, "R-1")
    shop.post("/returns/R-2/events", {"events": [SCAN]}, expect=404)
    shop.post("/returns/R-9/events", {"events": [SCAN]}, expect=404)
    shop.post("/returns/R-1/events", {"events": [SCAN, SCAN]}, expect=422)
    shop.post("/returns/R-1/events", {"parcel": {"carrier": "dhl"}}, expect=422)
    shop.post("/returns/R-1/events", {"events": [{**SCAN, "happened_at": "2027-11-23T22:10:00Z"}]}, expect=422)
    shop.put("/shipments/P-1", {"order": "HA-1001", **NUMBER}, expect=201)
    problem = shop.post("/returns/R-1/events", {"parcel": NUMBER}, expect=409)
    assert problem["errors"][0]["pointer"] == "/parcel/tracking_number"
    assert shop.get("/returns/R-1")["parcel"]["tracking_number"] == ""


def parcel_of(app: Flask, rma: str) -> None:
    with app.app_context(), transaction():
        return_ = db.session.scalars(select(Return).where(Return.rma == rma)).one()
        db.session.add(ReturnParcel(way=Way.OWN, made_at=TODAY, return_=return_))
