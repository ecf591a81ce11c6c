"""The sync board: what waits, fails and differs, and each thing that `portal sync` does, by a button. PRODUCT H7, P4."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.accounts.models import Customer
from portal.billing.models import Invoice
from portal.carriers.models import Tracker
from portal.kit.alarms import raise_alarm
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.i18n import money
from portal.operations.alerts import RULES
from portal.operations.commands import sync
from portal.operations.queries import RECONCILE, comparing
from portal.orders.models import Shipment
from portal.outbox import STUCK_AFTER
from portal.outbox.models import Sync, Task
from portal.payments import ACCOUNT_GONE, FOREIGN_EVENTS, PROVIDER_AHEAD
from portal.payments.models import Difference, ReceivedEvent
from portal.timeline import Actor, Entry
from portal.timeline.checking import BROKEN
from portal.webhooks.actions import add_endpoint, send_test
from portal.webhooks.vocabulary import CHOSEN
from tests.browser import Browser, attribute, words
from tests.carrier import Carriers
from tests.conftest import Work
from tests.operations.conftest import given_up
from tests.orders.builders import order, parcel
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, subscribe
from tests.webhooks.receiver import Receiver, listening


def deeds(app: Flask) -> list[tuple[str, int | None, bool]]:
    """What was done at the board, about whom, and whether it was by one of the staff."""
    named = "retry work", "retry all work", "replay event", "look up at provider", "reconcile"
    with app.app_context():
        rows = db.session.scalars(select(Entry).where(Entry.deed.in_(named)).order_by(Entry.id))
        return [(row.deed, row.customer_id, row.staff_id is not None) for row in rows]


@pytest.fixture
def failing(app: Flask, stripe: Stripe, alice: Box, work: Work) -> int:
    """A change of Alice's that failed again and again; the number of its sync."""
    work()
    stripe.faults({"kind": "500", "when": {"method": "POST", "path_prefix": "/v1/subscriptions/"}, "times": 50})
    alice.browser.post(alice.skip(0))
    work()
    with app.app_context(), transaction():
        late = now() + timedelta(hours=5)
        rows = update(Sync).where(Sync.wanted > Sync.done).values(attempts=STUCK_AFTER, asked_at=now() - timedelta(hours=3), due_at=late)
        return db.session.scalars(rows.returning(Sync.id)).one()


def test_what_fails_stands_there_with_reason_and_age_and_names_nobody(app: Flask, desk: Browser, alice: Box, failing: int) -> None:
    page = desk.get("/desk/sync")
    told = words(page)
    assert (
        "The other side does not answer now, or answers with an error." in told and "With the provider: 1" in told and "Other" not in told
    )
    assert "Fails for 3 hrs" in told and "An unknown error occurred." in told and f"{STUCK_AFTER} tries" in told
    assert page.select(f'#sync-{failing} a[href="/desk/customers/{alice.customer_id}"]')
    assert "alice" not in page.text.lower()
    link = desk.get(f"/desk/customers/{alice.customer_id}").select_one(f'a[href="/desk/sync#sync-{failing}"]')
    assert link, "from the customer's page one comes to it"


def test_the_open_board_asks_for_itself_and_keeps_nobody_signed_in(desk: Browser, time: Callable[[timedelta], None]) -> None:
    asks = attribute(desk.get("/desk/sync"), "#board", "hx-get")
    for _ in range(2):
        time(timedelta(minutes=14))
        part = desk.get(asks, target="board")
        assert part.select_one("#board #failing") and not part.select("input:not([type=hidden])"), "nothing that somebody may be typing"
    time(timedelta(minutes=3))
    answer = desk.client.get(asks)
    assert (answer.status_code, answer.location) == (303, "/desk/sign-in")


def test_one_is_tried_again_at_once_and_a_double_tap_is_one_try(
    app: Flask, desk: Browser, stripe: Stripe, alice: Box, failing: int, work: Work
) -> None:
    stripe.no_faults()
    desk.get("/desk/sync")
    assert "It is tried again now" in words(desk.post(f"/desk/sync/work/{failing}/retry", {"of": "sync"}))
    assert "about to be tried" in words(desk.post(f"/desk/sync/work/{failing}/retry", {"of": "sync"}))
    assert desk.at == "/desk/sync" and deeds(app) == [("retry work", alice.customer_id, True)]
    work()
    assert "Nothing fails" in words(desk.get("/desk/sync"))


def test_a_sync_and_a_task_of_the_same_number_are_not_taken_for_each_other(app: Flask, desk: Browser, failing: int) -> None:
    with app.app_context():
        given_up(now())
        task_id = db.session.scalars(select(Task.id).where(Task.dead_at.is_not(None))).one()
    desk.get("/desk/sync")
    desk.post(f"/desk/sync/work/{task_id}/retry", {"of": "task"})
    with app.app_context():
        assert db.session.get_one(Task, task_id).dead_at is None
        assert db.session.get_one(Sync, failing).attempts == STUCK_AFTER


def test_a_lead_has_all_tried_again(app: Flask, desk: Browser, lead: Browser, failing: int) -> None:
    with app.app_context():
        given_up(now())
    assert "Try all again" not in words(desk.get("/desk/sync"))
    desk.post("/desk/sync/retry", expect=403)
    lead.get("/desk/sync")
    assert "2 are tried again now" in words(lead.post("/desk/sync/retry"))
    lead.post("/desk/sync/retry")
    assert deeds(app) == [("retry all work", None, True)]


def test_a_lead_has_an_event_done_once_more_also_one_that_never_came(
    app: Flask, lead: Browser, stripe: Stripe, alice: Box, work: Work
) -> None:
    work()
    stripe.send_webhooks_to("")
    stripe.v1.subscriptions.update(alice.ref, {"cancel_at_period_end": True})
    event = stripe.v1.events.list({"limit": 1}).data[0]
    lead.get("/desk/sync")
    assert "Done once more" in words(lead.post("/desk/sync/replay", {"event": f" {event.id} "}))
    with app.app_context():
        assert db.session.scalars(select(ReceivedEvent.ref).where(ReceivedEvent.event_id == event.id)).one() == alice.ref
    refused = lead.post("/desk/sync/replay", {"event": "evt_nobodys"}, expect=422)
    assert "No such event" in words(refused) and refused.select('#event[value="evt_nobodys"]'), "what was typed still stands there"
    assert refused.select('#find[value=""]'), "nobody is looked for"
    assert deeds(app) == [("replay event", None, True)]


def test_one_customer_is_looked_up_by_what_names_them_alone(app: Flask, desk: Browser, alice: Box, work: Work) -> None:
    work()
    desk.get("/desk/sync")
    assert "2 things are looked up now" in words(desk.post("/desk/sync/resync", {"customer": "Alice@example.com"}))
    refused = desk.post("/desk/sync/resync", {"customer": "bob"}, expect=422)
    assert "Nobody, or more than one, is known by “bob”" in words(refused) and refused.select('#customer[value="bob"]')
    assert "2 things are looked up now" in words(desk.post("/desk/sync/resync", {"customer": alice.ref})) and desk.at == "/desk/sync"
    assert deeds(app) == [("look up at provider", alice.customer_id, True)] * 2


def test_a_lead_has_all_compared_once_and_sees_what_was_found(app: Flask, lead: Browser, desk: Browser, alice: Box, work: Work) -> None:
    work()
    lead.get("/desk/sync")
    assert "All of it is compared now" in words(lead.post("/desk/sync/reconcile"))
    assert "It is asked for already" in words(lead.post("/desk/sync/reconcile"))
    with app.app_context():
        assert len(db.session.scalars(select(Task.id).where(Task.kind == RECONCILE)).all()) == 1
    assert deeds(app) == [("reconcile", None, True)]
    work()
    with app.app_context(), transaction():
        for what, at in ("contents", now() - timedelta(hours=2)), ("code", now() - timedelta(hours=5)):
            ours, theirs = "3 × price_1", "2 × price_1"
            db.session.add(Difference(subject=f"subscription:{alice.id}", ref=alice.ref, what=what, ours=ours, theirs=theirs, found_at=at))
        db.session.flush()
        db.session.scalars(select(Difference).where(Difference.what == "code")).one().repair(sent=True, at=now())
    page = desk.get("/desk/sync")
    first, second = [words(row) for row in page.select('[aria-labelledby="compared"] li')]
    assert first.startswith(f"Contents {alice.ref} Here: 3 × price_1 At the payment provider: 2 × price_1") and "Open for 2 hrs" in first
    assert second.startswith("Discount code"), "one of an earlier night that this run has repaired"
    assert "Made so there" in second and "Was open for 5 hrs" in second
    assert page.select(f'[aria-labelledby="compared"] a[href="/desk/customers/{alice.customer_id}"]')


def test_what_differs_is_told_in_words_and_amounts(app: Flask, lead: Browser, stripe: Stripe, alice: Box, work: Work) -> None:
    bob = subscribe(app, stripe, email="bob@example.com")
    work()
    work()
    stripe.send_webhooks_to("")
    stripe.v1.customers.balance_transactions.create(alice.customer_ref, {"amount": -500, "currency": "eur"})
    stripe.v1.payment_methods.attach("pm_card_mastercard", {"customer": alice.customer_ref})
    item = stripe.v1.subscriptions.retrieve(bob.ref)["items"].data[0].id
    stripe.v1.subscriptions.update(bob.ref, {"items": [{"id": item, "quantity": 3}], "proration_behavior": "none"})
    with app.app_context(), transaction():
        invoice = db.session.scalars(select(Invoice).order_by(Invoice.id)).first()
        assert invoice
        paid = money(invoice.total, invoice.currency)
        invoice.status, invoice.paid = "open", 0
    lead.get("/desk/sync")
    lead.post("/desk/sync/reconcile")
    for _ in range(3):  # the run, the looks, and what they lead to
        work()
    told = {words(row.b).partition(" ")[0]: words(row) for row in lead.get("/desk/sync").select('[aria-labelledby="compared"] li') if row.b}
    assert "Here: €0.00 of credit At the payment provider: €5.00 of credit" in told["Balance"]
    assert "Here: Nothing At the payment provider: Mastercard ending 4444" in told["Card"]
    assert "At the payment provider: 3 × " in told["Contents"] and "price_" not in told["Contents"]
    assert f"Here: Not paid · €0.00 of {paid} At the payment provider: Paid · {paid} of {paid}" in told["Invoice"]


def test_where_nothing_waits_one_sentence_says_so_and_when_all_was_compared(app: Flask, lead: Browser, alice: Box, work: Work) -> None:
    work()
    work()
    assert "All is in step: nothing waits, and nothing fails. Nothing was compared yet." in words(lead.get("/desk/sync"))
    lead.post("/desk/sync/reconcile")
    assert "All is in step" not in words(lead.get("/desk/sync"))
    work()
    work()
    told = words(lead.get("/desk/sync"))
    assert "All is in step" in told and "Last compared " in told and "No difference was found." in told and "Waiting to be told" not in told


def test_open_differences_are_counted_whole_however_few_are_shown(app: Flask, desk: Browser) -> None:
    with app.app_context(), transaction():
        db.session.add(Task(kind=RECONCILE, key="x", payload={}, asked_at=now(), due_at=now(), done_at=now()))
        for number in range(comparing.SHOWN + 3):
            found_at = now() - timedelta(days=1, seconds=number)
            db.session.add(Difference(subject=f"subscription:{number}", ref="sub_x", what="code", ours="", theirs="A", found_at=found_at))
    page = desk.get("/desk/sync")
    assert f"Open differences {comparing.SHOWN + 3} " in words(page)
    assert len(page.select('[aria-labelledby="compared"] li')) == comparing.SHOWN and "And 3 more." in words(page)
    assert f"{comparing.SHOWN + 3} differences are open." in app.test_cli_runner().invoke(sync, ["status"]).output


@pytest.fixture
def shop(app: Flask) -> Iterator[Receiver]:
    """A machine of the shop's own that wants to hear of all, and answers 500; one message was sent there."""
    with listening() as shop:
        shop.answers(500, "out of order")
        with app.app_context(), transaction():
            endpoint, _secret = add_endpoint(shop.url, CHOSEN, by=Actor(system="command line"), at=now())
            send_test(endpoint, at=now())
        yield shop


def test_a_webhook_that_does_not_arrive_stands_there_and_is_sent_again_at_once(
    app: Flask, desk: Browser, shop: Receiver, work: Work
) -> None:
    work()
    (row,) = desk.get("/desk/sync").select("#webhook_endpoint-1")
    told = words(row)
    for part in "Webhooks 127.0.0.1", "1 message has not arrived", "500: out of order", "1 try, next ":
        assert part in told
    status = app.test_cli_runner().invoke(sync, ["status"]).output
    assert "failing: webhook_endpoint:1, 1 webhooks to 127.0.0.1, 1 tries since " in status and "500: out of order" in status
    shop.answers(204)
    assert "It is tried again now" in words(desk.post("/desk/sync/work/1/retry", {"of": "webhook_endpoint"}))
    assert "about to be tried" in words(desk.post("/desk/sync/work/1/retry", {"of": "webhook_endpoint"}))
    work()
    assert len(set(shop.refs)) == 1 and len(shop.refs) == 2
    assert "Nothing fails" in words(desk.get("/desk/sync"))


def test_to_an_endpoint_that_is_off_nothing_is_sent_and_the_board_says_how_to_switch_it_on(
    app: Flask, desk: Browser, shop: Receiver, work: Work
) -> None:
    shop.answers(410)
    work()
    (row,) = desk.get("/desk/sync").select("#webhook_endpoint-1")
    assert "It answered 410" in words(row) and "portal webhooks switch-on 1" in words(row) and row.select("form") == []
    assert "switched off, or removed" in words(desk.post("/desk/sync/work/1/retry", {"of": "webhook_endpoint"}))
    result = app.test_cli_runner().invoke(sync, ["retry", "webhook_endpoint:1"])
    assert result.exit_code == 1 and "switched off" in result.output


def test_a_parcel_that_the_carrier_service_refuses_stands_there_as_long_as_it_is_under_way(
    app: Flask, desk: Browser, alice: Box, stripe: Stripe, carriers: Carriers, work: Work
) -> None:
    stripe.faults({"kind": "refuse", "path_prefix": "/v2/trackers", "message": "No carrier has such a number."})
    with app.app_context(), transaction():
        ordered = order(db.session.get_one(Customer, alice.customer_id), now())
        parcel(ordered, tracking_number="JD0147", carrier="dhl", at=now())
    work()
    page = desk.get("/desk/sync")
    (row,) = page.select("li[id^=tracker-]")
    for part in "Following a parcel dhl JD0147", "No carrier has such a number.", "given up":
        assert part in words(row)
    assert row.select(f'a[href="/desk/customers/{alice.customer_id}"]')
    name = str(row["id"]).replace("-", ":")
    assert f"given up: {name}, parcel dhl JD0147 of customer {alice.customer_id}" in app.test_cli_runner().invoke(sync, ["status"]).output
    stripe.no_faults()
    desk.post(f"/desk/sync/work/{name.partition(':')[2]}/retry", {"of": "tracker"})
    assert deeds(app) == [("retry work", alice.customer_id, True)]
    work()
    assert "Nothing fails" in words(desk.get("/desk/sync")) and carriers.tracker("JD0147").ref
    with app.app_context(), transaction():
        tracker = db.session.scalars(select(Tracker)).one()
        tracker.refuse("once more", at=now())
        db.session.scalars(select(Shipment)).one().delivered_at = now()
    assert "Nothing fails" in words(desk.get("/desk/sync")), "it has arrived, whoever said so"


def test_all_that_fails_is_tried_again_by_one_press(
    app: Flask, lead: Browser, failing: int, shop: Receiver, stripe: Stripe, work: Work
) -> None:
    work()
    shop.answers(204)
    stripe.no_faults()
    lead.get("/desk/sync")
    assert "2 are tried again now" in words(lead.post("/desk/sync/retry"))
    work()
    assert shop.refs[0] == shop.refs[1] and "Nothing fails" in words(lead.get("/desk/sync"))


def test_what_is_no_work_is_not_tried_again(app: Flask, desk: Browser) -> None:
    desk.get("/desk/sync")
    desk.post("/desk/sync/work/1/retry", {"of": "customer"}, expect=404)
    assert "no number or name" in app.test_cli_runner().invoke(sync, ["retry", "customer:1"]).output


ALARMS: dict[str, dict[str, object]] = {
    "work waits": {"since": "2026-11-23T09:00:00+00:00"},
    "work fails": {"number": 1},
    PROVIDER_AHEAD: {},
    ACCOUNT_GONE: {"ref": "cus_1", "customer": 5},
    FOREIGN_EVENTS: {"event": "evt_1"},
    BROKEN: {},
    "webhook endpoint 3 is off": {"endpoint": 3, "host": "shop.example"},
    **{rule.alarm: {"whose": {"staff": "3", "subject": "customer:5", "all": ""}[rule.of], "number": 21} for rule in RULES},
}


@pytest.mark.parametrize(
    ("language", "told"), [("en", "1 piece of work failed"), ("tr", "1 iş tekrar tekrar"), ("ro", "1 lucrare a eșuat")]
)
def test_each_alarm_is_told_in_the_language_of_the_desk(app: Flask, lead: Browser, language: str, told: str) -> None:
    with app.app_context(), transaction():
        for name, facts in ALARMS.items():
            raise_alarm(name, f"see `portal sync status` ({name})", facts=facts, at=now())
    app.config["SHOP"] = replace(app.config["SHOP"], locale=language)
    for page in lead.get("/desk/sync"), lead.get("/desk"):
        notices = page.select(".notice.bad")
        assert len(notices) == len(ALARMS) and told in " ".join(words(one) for one in notices)
        assert [words(one) for one in notices if "`" in words(one) or one.select("[lang=en]")] == []


def test_an_alarm_that_the_desk_has_no_words_for_is_told_in_those_of_the_log(app: Flask, desk: Browser) -> None:
    with app.app_context(), transaction():
        raise_alarm("something new", "Something <b>new</b>.", at=now())
    (notice,) = desk.get("/desk/sync").select(".notice.bad [lang=en]")
    assert words(notice) == "Something <b>new</b>."
