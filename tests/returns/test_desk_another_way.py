"""Money that did not arrive stands at the desk, of returns and of claims, and Jonas may choose another way for Dora."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.accounts.models import Customer
from portal.billing.models import Invoice, StoreCredit
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.returns.actions.paying_out import pay_out_claim
from portal.returns.models import Claim, ClaimKind, ClaimLine, ClaimStatus, Payout, PayoutKind, Return, Wish, free_units, take_units
from portal.timeline import Entry
from tests.accounts.builders import staff
from tests.billing.builders import Payer
from tests.billing.test_refund import FAILING, paying_with
from tests.browser import Browser, words
from tests.conftest import Work
from tests.conftest import app as app
from tests.conftest import work as work
from tests.ground import at_once
from tests.mail import Mail
from tests.returns.paid import STAFF, order
from tests.returns.test_money_that_failed import TEA, rma
from tests.returns.test_money_that_failed import failed as failed
from tests.stripe import Stripe

CLAIM = "C-2222-0001"


@pytest.fixture
def here(app: Flask, failed: Payer) -> str:
    return f"/desk/returns/{rma(app)}"


@pytest.fixture
def failed_claim(app: Flask, stripe: Stripe, work: Work, mail: Mail) -> Payer:
    """Her tea had not come, the claim is done, and then her bank sends the money back."""
    dora = paying_with(app, stripe, work, FAILING)
    with app.app_context(), transaction():
        invoice = db.session.scalars(select(Invoice).order_by(Invoice.id.desc()).limit(1)).one()
        whose = db.session.get_one(Customer, dora.box.customer_id)
        bought = order(whose, lines=(TEA,), source="subscription", source_ref=invoice.provider_ref)
        line = bought.lines[0]
        units = take_units(line.id, 1, free_units(bought)[line.id])
        claim = Claim(
            reference=CLAIM, draft="a-draft-of-hers", customer_id=whose.id, order_id=bought.id, kind=ClaimKind.NOT_HERE, wish=Wish.REFUND,
            words="", why_no_photo="", opened_at=now(), answer_by=now(), status=ClaimStatus.RESOLVED,
            lines=[ClaimLine(order_line_id=line.id, quantity=1, units=units)],
        )  # fmt: skip
        db.session.add(claim)
        db.session.flush()
        pay_out_claim(claim, by=STAFF, at=now())
    work()
    stripe.later(hours=2)
    work()
    work()
    return dora


def again(app: Flask) -> list[tuple[PayoutKind, int, int]]:
    with app.app_context():
        rows = db.session.scalars(select(Payout).where(Payout.instead_of_id.is_not(None)))
        return [(one.kind, one.amount, one.by_hand) for one in rows]


def test_credit_at_once_and_the_history_has_both_names(app: Flask, here: str, desk: Browser, failed: Payer, work: Work) -> None:
    assert "The money did not arrive 1" in words(desk.get("/desk/returns"))
    page = desk.get(here)
    assert "€14.90 did not arrive." in words(page)
    for _ in range(3):
        page = desk.post(f"{here}/payouts/1/another-way", {"way": "credit"})
    assert "did not arrive." not in words(page)
    assert again(app) == [(PayoutKind.STORE_CREDIT, 1490, 0)]
    with app.app_context():
        done = db.session.scalars(select(Entry).where(Entry.deed == "paid out").order_by(Entry.id.desc())).first()
        assert done and done.customer_id == failed.box.customer_id and done.staff_id
        assert db.session.scalars(select(StoreCredit.staff_id)).all() == [done.staff_id]
    work()
    assert "The money did not arrive" not in words(desk.get("/desk/returns"))
    assert "could not go back" not in words(failed.browser.get(f"/returns/{rma(app)}"))


def test_or_by_hand_to_a_bank_account(app: Flask, here: str, desk: Browser) -> None:
    page = desk.post(f"{here}/payouts/1/another-way", {"way": "hand"})
    assert again(app) == [(PayoutKind.REFUND, 1490, 1490)] and "€14.90 given by hand" in words(page)
    assert "Give money back by hand 1" in words(desk.get("/desk/returns"))


def test_or_dora_has_the_link_once_more_and_no_more_than_once_an_hour(
    app: Flask, here: str, desk: Browser, mail: Mail, work: Work, stripe: Stripe, jonas: int
) -> None:
    for _ in range(3):
        page = desk.post(f"{here}/payouts/1/another-way", {"way": "ask"})
    assert words(page).count("Asked for another way Jonas") == 1 and "€14.90 did not arrive." in words(page)
    work()
    assert len([one for one in mail.to("dora@example.com") if "could not go back" in one["Subject"]]) == 2
    stripe.later(hours=2)
    desk.sign_in_staff(jonas)
    desk.post(f"{here}/payouts/1/another-way", {"way": "ask"})
    work()
    assert len([one for one in mail.to("dora@example.com") if "could not go back" in one["Subject"]]) == 3
    assert again(app) == []


def test_above_the_limit_a_lead_chooses(app: Flask, here: str, desk: Browser, lead: Browser) -> None:
    app.config["SHOP"] = replace(app.config["SHOP"], agents_refund={"EUR": 1000})
    page = desk.post(f"{here}/payouts/1/another-way", {"way": "credit"}, expect=422)
    assert "This is for a lead to decide" in words(page) and again(app) == []
    lead.post(f"{here}/payouts/1/another-way", {"way": "credit"})
    assert again(app) == [(PayoutKind.STORE_CREDIT, 1490, 0)]


def test_of_the_desk_and_dora_at_once_one_chooses(app: Flask, here: str, desk: Browser, failed: Payer) -> None:
    def chooses(number: int) -> None:
        if number:
            desk._send("POST", f"{here}/payouts/1/another-way", {"csrf_token": desk_token, "way": "credit"})
        else:
            failed.browser._send("POST", "/money/1", {"csrf_token": her_token, "way": "hand"})

    desk_token, her_token = desk.token(), failed.browser.token()
    at_once(app, 2, chooses)
    assert [amount for _, amount, _ in again(app)] == [1490]


def test_nothing_else_and_no_other_return_is_taken(app: Flask, here: str, desk: Browser) -> None:
    desk.post(f"{here}/payouts/1/another-way", {"way": "cash"}, expect=400)
    desk.post(f"{here}/payouts/2/another-way", {"way": "credit"}, expect=404)
    desk.post("/desk/claims/C-NONE-0000/payouts/1/another-way", {"way": "credit"}, expect=404)


def test_a_claim_that_was_done_comes_back_to_the_desk(app: Flask, failed_claim: Payer, desk: Browser, work: Work) -> None:
    page = desk.get("/desk/claims")
    assert "The money did not arrive 1" in words(page) and "€14.90" in words(page)
    page = desk.get(f"/desk/claims/{CLAIM}")
    assert "€14.90 did not arrive." in words(page)
    desk.post(f"/desk/claims/{CLAIM}/payouts/1/another-way", {"way": "credit"})
    desk.post(f"/desk/claims/{CLAIM}/payouts/1/another-way", {"way": "credit"})
    assert again(app) == [(PayoutKind.STORE_CREDIT, 1490, 0)]
    assert "The money did not arrive" not in words(desk.get("/desk/claims"))


def test_what_failed_in_two_parts_is_told_as_one_sum(app: Flask, here: str, desk: Browser) -> None:
    """A part of it went another way before."""
    with app.app_context(), transaction():
        first = db.session.get_one(Payout, 1)
        part = Payout(
            order_id=first.order_id, kind=PayoutKind.REFUND, amount=490, currency="EUR", lines=[], decided_at=now() - timedelta(hours=1),
            return_id=db.session.scalars(select(Return.id)).one(), instead_of_id=first.id,
        )  # fmt: skip
        db.session.add(part)
        db.session.execute(update(Payout).values(staff_id=staff("other@halfjar.example", "O").id))
    assert "€10.00 did not arrive." in words(desk.get(here))
