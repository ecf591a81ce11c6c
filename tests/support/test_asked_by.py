"""What staff ask for carries both names where it waits and, by numbers, at the provider: whatever can't be repeated as well. PRODUCT H4."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.billing import actions, take_credit
from portal.billing.models import Attempt, BillingAccount, Invoice, Why
from portal.billing.paying import ask_to_pay, open_payment_page
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.operations.commands import sync
from portal.outbox.models import Sync, Task
from portal.subscriptions.models import Subscription
from portal.timeline import SCHEDULE, Actor
from tests.billing.builders import Payer, payer
from tests.browser import Browser, words
from tests.conftest import Work
from tests.mail import Mail, text
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.support.viewing import acts

JONAS = 1


def asked(app: Flask, model: type[Sync | Task], kind: str) -> list[tuple[int | None, int | None]]:
    """Staff and customer of what was asked for of this kind."""
    rows = select(model.staff_id, model.customer_id).where(model.kind == kind).order_by(model.id)
    with app.app_context():
        return [(staff_id, customer_id) for staff_id, customer_id in db.session.execute(rows)]


def ask(who: Payer, what: Callable[[BillingAccount], object]) -> None:
    with who.app.app_context(), transaction():
        what(db.session.get_one(BillingAccount, who.account_id, with_for_update=True))


def told(found: Any) -> list[str | None]:
    """Newest first."""
    return [one.metadata.to_dict().get("asked_by") for one in found.data]


def test_what_waits_has_both_names_until_she_asks_herself(app: Flask, desk: Browser, stripe: Stripe, alice: Box, work: Work) -> None:
    work()
    stripe.send_webhooks_to("")  # what they tell of is asked for by nobody
    acts(desk, alice.customer_id)
    desk.post(alice.skip(0))
    assert asked(app, Sync, "subscription") == [(JONAS, alice.customer_id)]
    work()
    assert asked(app, Sync, "subscription") == [(JONAS, alice.customer_id)], "what is done keeps its names"
    desk.post("/desk/viewing/leave")
    assert asked(app, Task, "tell what staff changed") == [(JONAS, alice.customer_id)]
    work()
    assert asked(app, Task, "mail")[-1] == (JONAS, alice.customer_id), "what comes of it has them too"
    alice.browser.post(alice.unskip(0))
    assert asked(app, Sync, "subscription") == [(None, alice.customer_id)]


def test_a_look_by_the_clock_takes_nobodys_place(app: Flask, desk: Browser, stripe: Stripe, alice: Box, work: Work) -> None:
    work()
    stripe.send_webhooks_to("")
    acts(desk, alice.customer_id)
    desk.post(alice.skip(0))
    with app.app_context(), transaction():
        outbox.want_sync(db.session.get_one(Subscription, alice.id), at=now(), check=True)
        outbox.want_sync(db.session.get_one(Subscription, alice.id), at=now())
    assert asked(app, Sync, "subscription") == [(JONAS, alice.customer_id)]
    work()
    with app.app_context(), transaction():
        outbox.want_sync(db.session.get_one(Subscription, alice.id), at=now(), check=True)
    assert asked(app, Sync, "subscription") == [(None, None)]


def test_the_board_and_the_command_tell_who_asked(app: Flask, desk: Browser, stripe: Stripe, alice: Box, work: Work) -> None:
    work()
    stripe.send_webhooks_to("")
    acts(desk, alice.customer_id)
    stripe.faults({"kind": "500", "when": {"method": "POST", "path_prefix": "/v1/subscriptions/"}, "times": 50})
    desk.post(alice.skip(0))
    work()
    failing = words(desk.get("/desk/sync"))
    assert "Asked for by Jonas" in failing and f"Customer {alice.customer_id}" in failing
    status = app.test_cli_runner().invoke(sync, ["status"]).output
    assert f"of customer {alice.customer_id}, asked for by Jonas, " in status
    stripe.no_faults()
    stripe.later(minutes=6)
    work()
    assert "Asked for by Jonas" in words(desk.get("/desk/sync")), "and so does what was done last"
    assert ", asked for by Jonas" in app.test_cli_runner().invoke(sync, ["status"]).output


def test_money_that_staff_move_tells_the_provider_and_the_customer_who_did(
    app: Flask, stripe: Stripe, desk: Browser, work: Work, mail: Mail
) -> None:
    dora = payer(app, stripe, email="dora@example.com")
    work()
    for number, by in enumerate([Actor(staff_id=JONAS), SCHEDULE]):

        def everything(account: BillingAccount, number: int = number, by: Actor = by) -> None:
            mine = select(Attempt).join(Invoice, Invoice.id == Attempt.invoice_id).where(Invoice.account_id == account.id)
            paid = db.session.scalars(mine.order_by(Attempt.id.desc()).limit(1)).one()
            actions.refund(account, paid, 200, because=f"test:{number}", why=Why.RETURN, by=by, at=now())
            actions.give_credit(account, 500, currency="EUR", because=f"test:{number}", why=Why.CLAIM, words="For you", by=by, at=now())

        def back(account: BillingAccount, number: int = number, by: Actor = by) -> None:
            take_credit(account, 100, because=f"test:{number}", words="Back", by=by, at=now())

        ask(dora, everything)
        work()
        work()
        ask(dora, back)
        work()
        stripe.later(minutes=1)
        named = ["Done by Jonas of Halfjar for you." in text(letter) for letter in mail.to("dora@example.com")]
        assert len(named) >= 2 and set(named) == {by.staff_id == JONAS}
        mail.received.clear()
    both = [None, f"staff {JONAS} for customer {dora.box.customer_id}"]
    (charge,) = [one for one in stripe.v1.charges.list({"customer": dora.ref}).data if one.paid]
    assert told(stripe.v1.refunds.list({"charge": charge.id})) == both
    assert told(stripe.v1.customers.balance_transactions.list(dora.ref)) == [both[0]] * 2 + [both[1]] * 2


def test_so_does_a_page_on_which_something_is_paid(app: Flask, stripe: Stripe, desk: Browser, work: Work) -> None:
    dora = payer(app, stripe, email="dora@example.com")
    work()
    expected = []
    for number, by in enumerate([Actor(staff_id=JONAS), Actor(customer_id=dora.box.customer_id)]):
        with app.app_context():
            with transaction():
                account = db.session.get_one(BillingAccount, dora.account_id, with_for_update=True)
                page = ask_to_pay(
                    account, 700, because=f"test:{number}", words="The difference", return_url=f"{dora.app.config['PORTAL_BASE_URL']}/",
                    cancel_url=f"{dora.app.config['PORTAL_BASE_URL']}/", locale="en", by=by, at=now(),
                ).id  # fmt: skip
            assert open_payment_page(page)
        expected.append(f"staff {JONAS} for customer {dora.box.customer_id}" if by.staff_id else None)
    assert told(stripe.v1.checkout.sessions.list({"customer": dora.ref})) == expected[::-1]
