"""Alice sees what of her orders can go back: in as many questions for twenty orders as for one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.carriers import ParcelStatus
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.i18n import speaking
from portal.orders.models import LineCancellation, Order, OrderedLine, Shipment, ShipmentLine
from portal.returns import sentences
from portal.returns.models import (
    Acceptance,
    Claim,
    ClaimKind,
    ClaimLine,
    Fault,
    Outcome,
    Reception,
    ReturnStatus,
    Way,
    Wish,
    free_units,
    take_units,
)  # fmt: skip
from portal.returns.policy.eligibility import Right, Still, Verdict
from portal.returns.policy.outcomes import Review
from portal.returns.queries.came import first_boxes
from portal.returns.queries.returnable import ReturnableOrder, judged, returnable
from portal.subscriptions.models import DeliveryStatus, Subscription
from tests.accounts.builders import customer
from tests.orders.builders import order
from tests.questions import asked
from tests.returns.builders import sent_back
from tests.returns.conftest import bought

PASTA = OrderedLine("Durum penne", "PAN-PAS", 2, 390, "products/pasta.svg", category="food")
BALM = OrderedLine("Hand balm", "CAR-BAL", 1, 690, "products/balm.svg", category="care")
Move = Callable[[timedelta], None]


def first(app: Flask, customer_id: int) -> ReturnableOrder:
    with app.app_context():
        return returnable(customer_id, at=now())[0]


def came(order_: Order, days_ago: float, units: dict[int, int] | None = None) -> None:
    """In one parcel, with so many of each line by its position; all of it if that is not told."""
    lines = [ShipmentLine(line=order_.lines[position], quantity=number) for position, number in (units or {}).items()]
    at = now() - timedelta(days=days_ago)
    parcel = Shipment(ref=f"{order_.number}/{len(lines)}", order=order_, lines=lines, shipped_at=at, delivered_at=at)
    parcel.status = ParcelStatus.DELIVERED
    db.session.add(parcel)
    db.session.flush()


def test_what_came_and_is_free_can_go_back(app: Flask, alice: int) -> None:
    seen = first(app, alice)
    assert [(line.title, line.units, line.paid, line.verdict.rights) for line in seen.lines] == [
        ("Linden honey", 3, 2670, (Right.WITHDRAWAL, Right.POLICY)), ("Olive oil", 1, 1440, (Right.WITHDRAWAL, Right.POLICY)),
    ]  # fmt: skip
    assert (seen.number, seen.country, seen.policy_id, seen.may_return) == ("1001", "DE", None, True)


def test_nobody_sees_anothers_orders(app: Flask, alice: int) -> None:
    with app.app_context(), transaction():
        bob = customer("bob@example.com", "Bob").id
    with app.app_context():
        assert returnable(bob, at=now()) == [] == returnable(bob, order="1001", at=now())
        assert returnable(bob, older_than="1001", at=now()) == []
        assert [one.number for one in returnable(alice, order="1001", at=now())] == ["1001"]


def test_what_is_in_a_return_a_claim_or_was_cancelled_is_not_free(app: Flask, alice: int) -> None:
    with app.app_context(), transaction():
        bought_ = db.session.scalars(select(Order)).one()
        honey, oil = bought_.lines
        db.session.add(LineCancellation(line=honey, before=0, quantity=1, amount=890, at=now()))
        rma = sent_back(bought_, {0: 1}, at=now()).rma
        free = free_units(bought_)
        db.session.add(
            Claim(
                reference="K-1", customer_id=alice, order_id=bought_.id, draft="d", kind=ClaimKind.MISSING, wish=Wish.REFUND, words="",
                why_no_photo="", opened_at=now(), answer_by=now(),
                lines=[ClaimLine(order_line_id=oil.id, quantity=1, units=take_units(oil.id, 1, free[oil.id]))],
            )
        )  # fmt: skip
    honeys, oils = first(app, alice).lines
    assert (honeys.units, honeys.taken_by, honeys.facts.returns_of_order) == (1, (rma,), 1)
    assert (oils.units, oils.taken_by, oils.facts.missed) == (0, ("K-1",), 1)
    with app.test_request_context():
        told = sentences.verdict_told(oils.verdict, first(app, alice).terms, taken_by=oils.taken_by)
    assert told.bold == "Already on its way back or reported: K-1"


def test_what_is_in_no_parcel_yet_is_not_there(app: Flask, alice: int) -> None:
    with app.app_context(), transaction():
        made = order(db.session.get_one(Customer, alice), now() - timedelta(days=4), PASTA, BALM, number="1002")
        db.session.flush()
        came(made, 2, {0: 1})
    pasta, balm = first(app, alice).lines
    assert (pasta.units, balm.units) == (1, 0)
    assert pasta.verdict.withdraw_before is None, "the time runs from the last parcel"


def test_what_came_in_by_an_import_without_parcels_counts_as_there_after_the_usual_time(app: Flask, alice: int) -> None:
    with app.app_context(), transaction():
        order(db.session.get_one(Customer, alice), now() - timedelta(days=1), PASTA, number="1002")
        order(db.session.get_one(Customer, alice), now() - timedelta(days=60), PASTA, number="900")
    with app.app_context():
        new, _, old = (one.lines[0].verdict for one in returnable(alice, at=now()))
    assert [against.rule for against in new.against] == ["arrival"]
    assert [against.rule for against in old.against] == ["withdrawal.days", "windows.categories.food"]


def test_of_a_subscription_the_first_box_begins_the_time_of_all(app: Flask, alice: int) -> None:
    with app.app_context(), transaction():
        person = db.session.get_one(Customer, alice)
        box = Subscription(
            customer=person, provider_ref="sub_1", name="Box", currency="EUR", every_count=1, every_unit="month",
            started_at=now() - timedelta(days=62),
        )  # fmt: skip
        for number, days in enumerate((62, 32, 2)):
            at = now() - timedelta(days=days)
            made = order(person, at, BALM, number=f"B-{number}")
            made.source, made.source_ref = "subscription", f"in_{number}"
            db.session.flush()
            came(made, days - 1)
            delivery = box.plan.add(at)
            delivery.status, delivery.invoice_ref, delivery.order = DeliveryStatus.CHARGED, f"in_{number}", made
        db.session.add(box)
        db.session.flush()
        ids = list(db.session.scalars(select(Order.id).where(Order.number.like("B-%")).order_by(Order.id)))
        assert {box.order_id for box in first_boxes(ids).values()} == {ids[0]}
    newest = first(app, alice)
    assert newest.number == "B-2" and newest.lines[0].verdict.rights == (Right.POLICY,)
    assert newest.lines[0].verdict.withdraw_before and newest.lines[0].verdict.withdraw_before < now() - timedelta(days=40)


def test_page_by_page_the_newest_first_in_as_many_questions_for_twenty_as_for_one(app: Flask, alice: int) -> None:
    with app.app_context(), asked(app) as few:
        returnable(alice, at=now())
    with app.app_context(), transaction():
        person = db.session.get_one(Customer, alice)
        for number in range(20):
            bought(person, f"X-{number:02}", days_ago=6 + number, delivered_days_ago=1)
    with app.app_context(), asked(app) as many:
        found = returnable(alice, size=20, at=now())
    assert len(found) == 20 and len(many) == len(few) <= 8
    with app.app_context():
        pages = [returnable(alice, size=8, at=now())]
        while pages[-1]:
            pages.append(returnable(alice, size=8, older_than=pages[-1][-1].number, at=now()))
        numbers = [one.number for page in pages for one in page]
        assert numbers == ["1001", *(f"X-{number:02}" for number in range(20))]
        assert judged([found[3].id], at=found[3].placed_at + timedelta(days=9))[found[3].id].number == found[3].number


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("en", "The time ended on Wednesday 18 November: food has 14 days from delivery"),
        ("tr", "Süre doldu (18 Kasım Çarşamba): gıda için teslimattan itibaren 14 gün var"),
        ("ro", "Termenul a expirat miercuri, 18 noiembrie: pentru produse alimentare este de 14 zile de la livrare"),
    ],
)
def test_it_says_why_not_in_the_readers_language(app: Flask, alice: int, locale: str, told: str) -> None:
    with app.app_context(), transaction():
        made = order(db.session.get_one(Customer, alice), now() - timedelta(days=3), PASTA, BALM, number="1002")
        made.placed_at = now() - timedelta(days=21)
        db.session.flush()
        came(made, 19)
    with app.app_context():
        one = returnable(alice, order="1002", at=now())[0]
    pasta, balm = one.lines
    assert not pasta.units and balm.units, "body care has thirty days"
    with app.test_request_context(), speaking(locale, None):
        assert sentences.verdict_told(pasta.verdict, one.terms, category=pasta.category).bold == told
        assert len(sentences.against_told(pasta.verdict, one.terms, category=pasta.category)) == 2
        assert sentences.reason_told(one.terms, "taste", "too_bitter").count(": ") == 1
        assert sentences.verdict_told(balm.verdict, one.terms).bold == {
            "en": "Until Friday 4 December", "tr": "Son gün: 4 Aralık Cuma", "ro": "Până vineri, 4 decembrie",
        }[locale]  # fmt: skip


def test_each_code_and_each_word_of_a_return_can_be_said(app: Flask) -> None:
    with app.test_request_context():
        told = [
            [sentences.still_told(one) for one in Still],
            [sentences.status_told(one) for one in ReturnStatus],
            [sentences.way_told(one) for one in Way],
            [sentences.reception_told(one) for one in Reception],
            [sentences.acceptance_told(one) for one in Acceptance],
            [sentences.outcome_told(one) for one in Outcome],
            [sentences.fault_told(one) for one in Fault],
            [sentences.review_told(one) for one in Review],
        ]
    assert all(all(words) and len(set(words)) == len(words) for words in told)


def test_an_end_that_is_not_known_is_said_in_days(app: Flask, alice: int) -> None:
    one = first(app, alice)
    open_end = Verdict(1, (Right.WITHDRAWAL,), ())
    with app.test_request_context():
        assert sentences.verdict_told(open_end, one.terms) == sentences.Words(
            "Until 14 days after all of it has arrived", "By your right to withdraw"
        )
