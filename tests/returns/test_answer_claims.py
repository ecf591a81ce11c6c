"""Jonas, at the desk, answers what Alice says is wrong: with money, with the same again, with both, or with no and the reason."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.returns.actions import claims as opening
from portal.returns.actions.claims import Asked
from portal.returns.models import Claim, ClaimKind, ClaimStatus, Payout, TakenUnit, Wish
from portal.support.models import Look
from portal.tasks.models import StaffTask
from portal.timeline import Actor, Entry
from tests.browser import Browser, words
from tests.ground import at_once
from tests.mail import Mail, text


@pytest.fixture
def claim(app: Flask, alice: int) -> str:
    """Two of the three honeys, and the oil, did not come. Its page at the desk."""
    with app.app_context(), transaction():
        bought = db.session.scalars(select(Order)).one()
        honey, oil = bought.lines
        asked = Asked(ClaimKind.NOT_HERE, {honey.id: 2, oil.id: 1}, Wish.REFUND, "Nobody rang.", "", "a-draft-of-alices-form")
        made = opening.open_claim(bought, asked, by=Actor(customer_id=alice), at=now())
        return f"/desk/claims/{made.reference}"


def stands(app: Flask) -> Claim:
    with app.app_context():
        return db.session.scalars(select(Claim)).one()


def paid(app: Flask) -> list[int]:
    with app.app_context():
        return list(db.session.scalars(select(Payout.amount)))


def hers(app: Flask, alice: int, claim: str) -> str:
    """What Alice's own page of it says."""
    browser = Browser(app)
    browser.sign_in(alice)
    return words(browser.get(claim.removeprefix("/desk")))


def last_mail(mail: Mail) -> str:
    return text(mail.to("alice@example.com")[-1])


def test_the_queue_tells_what_it_is_and_names_nobody(app: Flask, desk: Browser, claim: str) -> None:
    page = desk.get("/desk/claims")
    assert "It says delivered, but it isn’t here" in words(page) and "Due Tue 24 Nov" in words(page) and "Alice" not in words(page)
    with app.app_context():
        assert list(db.session.scalars(select(Look.id))) == []
    assert "Nobody rang." in words(desk.get(claim))
    with app.app_context():
        assert list(db.session.scalars(select(Look.page))) == ["claim"]


def test_money_back_is_paid_once_and_told(app: Flask, desk: Browser, claim: str, alice: int, mail: Mail, work: Callable[[], None]) -> None:
    offered = [words(one) for one in desk.get(claim).select('option[value="refund"]')]
    assert offered == ["Money back, €17.80", "Money back, €14.40"], "before anything is approved"
    page = desk.post(f"{claim}/approve", {"given-1": "refund", "given-2": "refund", "words": "We are sorry."})
    assert "Approved. The customer is told." in words(page) and "€32.20 given by hand" in words(page)
    assert (stands(app).status, stands(app).resolution, paid(app)) == (ClaimStatus.APPROVED, "refund", [3220])
    assert "This claim is approved already." in words(desk.post(f"{claim}/approve", {"given-1": "refund"}, expect=409))
    work()
    assert "You get €32.20 back." in last_mail(mail) and "We are sorry." in last_mail(mail)
    assert "€32.20" in (shown := hers(app, alice, claim)) and "We are sorry." in shown
    assert "It can be closed once" in words(desk.post(f"{claim}/resolve", expect=422))
    desk.post(f"{claim}/payouts/1/done")
    desk.post(f"{claim}/resolve")
    assert stands(app).status is ClaimStatus.RESOLVED
    work()
    assert "What we promised you for it is done." in last_mail(mail)
    with app.app_context():
        assert list(db.session.scalars(select(StaffTask.id).where(StaffTask.done_at.is_(None)))) == []
        entries = db.session.scalars(select(Entry).where(Entry.deed.in_(["approve claim", "paid out", "resolve claim"]))).all()
        assert len(entries) == 3 and all(entry.staff_id and entry.customer_id for entry in entries)


def test_the_same_goes_out_again_at_no_cost(
    app: Flask, desk: Browser, claim: str, alice: int, mail: Mail, work: Callable[[], None]
) -> None:
    desk.post(f"{claim}/approve", {"given-1": "replacement", "given-2": "replacement"})
    with app.app_context():
        sent = db.session.scalars(select(Order).order_by(Order.id.desc())).first()
        assert sent and (sent.source, sent.total) == ("replacement", 0)
        assert [(line.sku, line.quantity) for line in sent.lines] == [("HON", 2), ("OIL", 1)]
        number = sent.number
    assert paid(app) == []
    work()
    assert f"We send it again, at no cost: order {number}." in last_mail(mail)
    assert f"Send it again Order {number}" in hers(app, alice, claim)


def test_some_is_sent_again_some_paid_and_the_rest_is_hers(app: Flask, desk: Browser, claim: str) -> None:
    desk.post(f"{claim}/approve", {"given-1": "replacement", "given-2": "refund"})
    assert (stands(app).resolution, paid(app)) == ("both", [1440])
    with app.app_context():
        sent = db.session.scalars(select(Order).order_by(Order.id.desc())).first()
        assert sent and [line.sku for line in sent.lines] == ["HON"]


def test_what_is_given_nothing_for_is_hers_again(app: Flask, desk: Browser, claim: str) -> None:
    assert "Choose for at least one product" in words(desk.post(f"{claim}/approve", {"given-1": "", "given-2": "gold"}, expect=422))
    desk.post(f"{claim}/approve", {"given-1": "", "given-2": "refund"})
    with app.app_context():
        assert len(db.session.scalars(select(TakenUnit.id)).all()) == 1


def test_it_is_declined_with_a_reason_and_can_be_claimed_again(
    app: Flask, desk: Browser, claim: str, alice: int, mail: Mail, work: Callable[[], None]
) -> None:
    page = desk.post(f"{claim}/deny", {"reason": "because", "words": "The neighbour has it."}, expect=422)
    assert "Say why: the reason is kept." in words(page) and "The neighbour has it." in words(page)
    desk.post(f"{claim}/deny", {"reason": "delivered", "words": "The neighbour has it."})
    assert (stands(app).status, stands(app).deny_reason) == (ClaimStatus.DENIED, "delivered")
    with app.app_context():
        assert list(db.session.scalars(select(TakenUnit.id))) == []
    work()
    assert "The carrier can prove that it was handed over." in last_mail(mail) and "The neighbour has it." in last_mail(mail)
    assert "declined already" in words(desk.post(f"{claim}/approve", {"given-1": "refund"}, expect=409))
    shown = hers(app, alice, claim)
    assert "The carrier can prove that it was handed over." in shown and "The neighbour has it." in shown


def test_above_the_limit_a_lead_answers(app: Flask, desk: Browser, lead: Browser, claim: str) -> None:
    app.config["SHOP"] = replace(app.config["SHOP"], agents_refund={"EUR": 3219})
    sent = {"given-1": "refund", "given-2": "refund"}
    assert "This is for a lead to decide" in words(desk.post(f"{claim}/approve", {**sent}, expect=422))
    assert (stands(app).status, paid(app)) == (ClaimStatus.OPEN, [])
    lead.post(f"{claim}/approve", {**sent})
    assert paid(app) == [3220]


def test_two_who_answer_at_once_pay_once(app: Flask, desk: Browser, jonas: int, claim: str) -> None:
    browsers = [Browser(app) for _ in range(4)]
    for other in browsers:
        other.sign_in_staff(jonas)
        other.token()

    def answer(number: int) -> int:
        sent = {"csrf_token": browsers[number].token(), "given-1": "refund", "given-2": "refund", "reason": "other"}
        return browsers[number]._send("POST", f"{claim}/{'deny' if number % 2 else 'approve'}", {**sent}).status_code

    assert sorted(at_once(app, 4, answer)) == [303, 409, 409, 409]
    assert paid(app) in ([3220], []) and stands(app).status in (ClaimStatus.APPROVED, ClaimStatus.DENIED)


def test_a_note_for_staff_is_never_hers_to_see(app: Flask, desk: Browser, claim: str, alice: int) -> None:
    desk.post(f"{claim}/notes", {"staff": "Third time this year."})
    assert "Third time" not in hers(app, alice, claim) and stands(app).note_of_staff == "Third time this year."
