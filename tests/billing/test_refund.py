"""Money goes back once, whatever is lost, and never more than was paid."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.billing import actions
from portal.billing.models import Attempt, BillingAccount, Invoice, Refund, StoreCredit, Why
from portal.billing.refusals import MoreThanPaid, NotTheirCurrency
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.timeline import SCHEDULE
from tests.billing.builders import Payer, payer
from tests.browser import words
from tests.conftest import Work
from tests.ground import at_once
from tests.mail import Mail, text
from tests.stripe import Stripe

REFUND = {"method": "POST", "path_prefix": "/v1/refunds"}
GIVE = {"method": "POST", "path_prefix": "/v1/customers/"}
LATE, FAILING = "pm_card_pendingRefund", "pm_card_refundFail"


def ask(who: Payer, amount: int = 500, because: str = "overcharge:1") -> int:
    """Want so much of the newest payment back. The id of the refund."""
    with transaction():
        account = db.session.get_one(BillingAccount, who.account_id, with_for_update=True)
        mine = select(Attempt).join(Invoice, Invoice.id == Attempt.invoice_id).where(Invoice.account_id == account.id)
        paid = db.session.scalars(mine.order_by(Attempt.id.desc()).limit(1)).one()
        return actions.refund(account, paid, amount, because=because, why=Why.SKIPPED, by=SCHEDULE, at=now()).id


def give(who: Payer, amount: int = 500, currency: str = "EUR") -> int:
    with transaction():
        account = db.session.get_one(BillingAccount, who.account_id, with_for_update=True)
        asked = actions.give_credit(
            account, amount, currency=currency, because="overcharge:1", why=Why.SKIPPED, words="Box of 3 May", by=SCHEDULE, at=now()
        )
        return asked.id


def want(who: Payer, amount: int = 500, because: str = "overcharge:1") -> None:
    with who.app.app_context():
        ask(who, amount, because)


def want_credit(who: Payer) -> None:
    with who.app.app_context():
        give(who)


def there(who: Payer) -> list[Any]:
    """Oldest first."""
    (charge,) = [one for one in who.stripe.v1.charges.list({"customer": who.ref}).data if one.paid]
    return list(reversed(who.stripe.v1.refunds.list({"charge": charge.id}).data))


def credits_there(who: Payer) -> list[int]:
    return [-one.amount for one in who.stripe.v1.customers.balance_transactions.list(who.ref).data]


def refunds(app: Flask) -> list[Refund]:
    with app.app_context():
        return list(db.session.scalars(select(Refund).order_by(Refund.id)))


def paying_with(app: Flask, stripe: Stripe, work: Work, token: str) -> Payer:
    """Somebody whose newest charge was to this card."""
    somebody = payer(app, stripe, email="dora@example.com")
    card = stripe.v1.payment_methods.attach(token, {"customer": somebody.ref})
    stripe.v1.customers.update(somebody.ref, {"invoice_settings": {"default_payment_method": card.id}})
    stripe.v1.subscriptions.create({"customer": somebody.ref, "items": [{"price": stripe.v1.prices.list().data[0].id}]})
    work()
    somebody.box.sign_in()
    return somebody


def newest_there(who: Payer) -> Any:
    (charge, _) = who.stripe.v1.charges.list({"customer": who.ref}).data
    (found,) = who.stripe.v1.refunds.list({"charge": charge.id}).data
    return found


def test_what_is_to_go_back_goes_back_and_is_told(alice: Payer, app: Flask, work: Work, mail: Mail) -> None:
    work()
    want(alice)
    work()
    work()
    (found,) = there(alice)
    (row,) = refunds(app)
    assert (found.amount, found.metadata["portal_key"]) == (500, row.key)
    assert (row.provider_ref, row.status, row.currency) == (found.id, "succeeded", "EUR") and row.key.startswith("refund-")
    letter = mail.newest("alice@example.com")
    assert letter["Subject"] == "€5.00 go back to you"
    assert "You had skipped this delivery in time" in text(letter) and "Visa ending 4242" in text(letter)
    assert "€5.00 refunded" in words(alice.browser.get("/account/payment"))
    alice.stripe.later(days=3)
    work()
    (row,) = refunds(app)
    assert len(row.reference or "") == 23
    page = words(alice.browser.get(f"/account/billing/{alice.invoices()[-1].id}"))
    assert "€5.00 went back to Visa ending 4242" in page and f"The bank’s number for it: {row.reference}" in page
    assert len([one for one in mail.received if "go back" in one["Subject"]]) == 1


@pytest.mark.parametrize("kind", ["lost_after", "lost_before", "500", "409", "429", "truncated"])
def test_whatever_is_lost_it_goes_back_once(alice: Payer, app: Flask, work: Work, kind: str) -> None:
    work()
    alice.stripe.faults({"kind": kind, "when": REFUND, "times": 1})
    want(alice)
    work()
    for _ in range(3):
        alice.stripe.later(minutes=6)
        work()
    assert [one.amount for one in there(alice)] == [500]
    assert refunds(app)[0].status == "succeeded"


@pytest.mark.parametrize("kind", ["lost_after", "lost_before"])
def test_after_a_day_the_effect_is_looked_for_first(alice: Payer, app: Flask, work: Work, kind: str) -> None:
    """The provider has forgotten the keys by then: asked again under the same, it would do it again."""
    work()
    alice.stripe.faults(*({"kind": kind, "when": when} for when in (REFUND, GIVE)))
    want(alice)
    want_credit(alice)
    work()
    alice.stripe.no_faults()
    alice.stripe.control("idempotency", {"forget": True})
    alice.stripe.later(hours=25)
    work()
    work()
    assert [one.amount for one in there(alice)] == [500]
    assert credits_there(alice) == [500]
    assert refunds(app)[0].status == "succeeded"
    with app.app_context():
        assert db.session.scalars(select(StoreCredit)).one().provider_ref
        assert db.session.get_one(BillingAccount, alice.account_id).balance == 500


def test_what_was_asked_for_twice_goes_back_once(alice: Payer, app: Flask, work: Work) -> None:
    work()
    asked = at_once(app, 20, lambda _: ask(alice))
    assert len(set(asked)) == 1
    at_once(app, 2, lambda _: outbox.work_until_idle())
    work()
    assert [one.amount for one in there(alice)] == [500]


def test_never_more_goes_back_than_was_paid(alice: Payer, app: Flask, work: Work) -> None:
    work()
    want(alice, 1000, "one")
    with app.app_context():
        for amount in (491, 0, -1):
            with pytest.raises(MoreThanPaid):
                ask(alice, amount, "two")
    want(alice, 490, "two")
    work()
    assert [one.amount for one in there(alice)] == [1000, 490]
    with app.app_context(), pytest.raises(MoreThanPaid):
        ask(alice, 1, "three")


def test_what_the_shop_gave_back_itself_is_not_given_again(alice: Payer, app: Flask, work: Work) -> None:
    work()
    charge = alice.stripe.v1.charges.list({"customer": alice.ref}).data[0]
    alice.stripe.v1.refunds.create({"charge": charge.id, "amount": 1000})
    work()
    with app.app_context(), pytest.raises(MoreThanPaid):
        ask(alice, 491)
    alice.stripe.send_webhooks_to("")
    alice.stripe.v1.refunds.create({"charge": charge.id})
    want(alice, 490)
    work()
    (row,) = [one for one in refunds(app) if one.why is Why.SKIPPED]
    assert "already been refunded" in row.refusal and not row.counts and row.done_at
    alice.stripe.later(minutes=6)
    work()
    assert len(there(alice)) == 2


def test_one_that_is_pending_succeeds_when_the_bank_says_so(app: Flask, stripe: Stripe, work: Work, mail: Mail) -> None:
    dora = paying_with(app, stripe, work, LATE)
    want(dora)
    work()
    assert refunds(app)[0].status == "pending"
    page = f"/account/billing/{dora.invoices()[0].id}"
    assert "€5.00 goes back to Visa ending 7726" in words(dora.browser.get(page))
    stripe.later(hours=2)
    work()
    assert refunds(app)[0].status == "succeeded"
    assert len([one for one in mail.received if "go back" in one["Subject"]]) == 1


def test_one_that_fails_is_told_and_its_money_can_go_back_otherwise(app: Flask, stripe: Stripe, work: Work, mail: Mail) -> None:
    dora = paying_with(app, stripe, work, FAILING)
    want(dora, 1490)
    work()
    stripe.later(hours=2)
    work()
    work()
    (row,) = refunds(app)
    assert (row.status, row.failure, row.counts) == ("failed", "expired_or_canceled_card", False)
    letter = mail.newest("dora@example.com")
    assert letter["Subject"] == "€14.90 could not go back to your card"
    assert "The money is still yours." in text(letter)
    assert "€14.90 not refunded: the bank did not take it" in words(dora.browser.get("/account/payment"))
    assert "€14.90 did not go back" in words(dora.browser.get(f"/account/billing/{dora.invoices()[0].id}"))
    want(dora, 1490, "once more")
    assert len(refunds(app)) == 2


def test_each_night_every_open_refund_is_looked_at(app: Flask, stripe: Stripe, work: Work) -> None:
    dora = paying_with(app, stripe, work, FAILING)
    want(dora)
    work()
    stripe.send_webhooks_to("")
    stripe.later(days=1)
    with app.app_context(), transaction():
        outbox.want_task("look at every open refund", {}, at=now())
    work()
    assert refunds(app)[0].status == newest_there(dora).status == "failed"


def test_credit_is_given_and_told_and_pays_the_next_charge(alice: Payer, app: Flask, work: Work, mail: Mail) -> None:
    work()
    want_credit(alice)
    want_credit(alice)
    work()
    work()
    assert credits_there(alice) == [500]
    assert mail.newest("alice@example.com")["Subject"] == "€5.00 of store credit are yours"
    assert "€5.00 of store credit given" in words(alice.browser.get("/account/payment"))
    with app.app_context():
        assert db.session.get_one(BillingAccount, alice.account_id).balance == 500


def test_credit_in_another_currency_or_of_nothing_is_refused(alice: Payer, app: Flask, work: Work) -> None:
    work()
    with app.app_context():
        with pytest.raises(NotTheirCurrency):
            give(alice, currency="USD")
        with pytest.raises(ValueError):
            give(alice, 0)


def test_what_is_asked_for_and_its_key_never_change(alice: Payer, app: Flask, work: Work) -> None:
    work()
    with app.app_context():
        refund_id = ask(alice)
        row = db.session.get_one(Refund, refund_id)
        with pytest.raises(RuntimeError):
            row.body = {**row.body, "amount": 1}
        with pytest.raises(RuntimeError):
            row.key = "another"
