import hmac
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from time import time as wall

import pytest
import requests
from flask import Flask
from sqlalchemy import func, select

from portal import outbox
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.operations.queries import alarms
from portal.operations.watching import watch
from portal.outbox.models import Sync, Task
from portal.payments.models import ReceivedEvent
from portal.payments.news import LISTENERS
from portal.subscriptions.models import Subscription
from tests.browser import words
from tests.conftest import Work
from tests.settings import WEBHOOK_SECRET
from tests.stripe import Stripe
from tests.subscriptions.builders import subscribe


def send(app: Flask, event: dict[str, object], secret: str = WEBHOOK_SECRET, sent_at: float | None = None) -> int:
    """What Stripe sends, with its signature over the raw bytes."""
    body, at = json.dumps(event).encode(), int(sent_at or wall())
    signature = hmac.new(secret.encode(), f"{at}.".encode() + body, "sha256").hexdigest()
    headers = {"Stripe-Signature": f"t={at},v1={signature}"}
    return requests.post(app.config["PORTAL_BASE_URL"] + "/webhooks/stripe", body, headers=headers, timeout=10).status_code


def event(ref: str, event_id: str = "evt_1", livemode: bool = False) -> dict[str, object]:
    changed = {"id": ref, "object": "subscription"}
    return {
        "id": event_id, "object": "event", "type": "customer.subscription.updated", "created": 1795000000, "livemode": livemode,
        "data": {"object": changed},
    }  # fmt: skip


def kept(app: Flask, event_id: str) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(ReceivedEvent).where(ReceivedEvent.event_id == event_id)) or 0


def wanted(app: Flask, subscription_id: int) -> int:
    """How often a sync of it was asked for."""
    with app.app_context():
        return db.session.scalars(select(Sync.wanted).where(Sync.kind == "subscription", Sync.subject_id == subscription_id)).one()


def waiting(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Sync).where(Sync.wanted > Sync.done, Sync.kind == "subscription")) or 0


def test_a_webhook_only_asks_and_the_worker_looks_it_up(app: Flask, stripe: Stripe, work: Work) -> None:
    box = subscribe(app, stripe)
    stripe.wait_for_webhooks()
    work()
    stripe.later(days=31)
    box.sign_in()
    assert waiting(app) == 1
    work()
    assert "Mon 25 Jan" in words(box.browser.get("/"))


def test_one_event_fifty_times_at_once_and_again_later_has_one_effect(app: Flask, stripe: Stripe, work: Work) -> None:
    """REL W3."""
    box = subscribe(app, stripe)
    work()
    before = wanted(app, box.id)
    with ThreadPoolExecutor(50) as senders:
        statuses = set(senders.map(lambda _: send(app, event(box.ref)), range(50)))
    assert statuses == {204}
    assert (kept(app, "evt_1"), wanted(app, box.id)) == (1, before + 1)
    work()
    for _ in range(10):
        send(app, event(box.ref))
    stripe.later(days=3)
    assert send(app, event(box.ref)) == 204
    assert (kept(app, "evt_1"), wanted(app, box.id)) == (1, before + 1)


def test_it_is_answered_without_asking_stripe(app: Flask, stripe: Stripe) -> None:
    """REL W6: however slow Stripe is, or away; and only once it is kept."""
    box = subscribe(app, stripe)
    stripe.wait_for_webhooks()
    stripe.faults({"kind": "lost_before"})
    stripe.forget_requests()
    assert send(app, event(box.ref)) == 204
    assert (kept(app, "evt_1"), stripe.requests()) == (1, [])


@pytest.fixture
def poison() -> Iterator[set[str]]:
    """The names of subscriptions about which no event can be applied."""
    poisonous: set[str] = set()

    def fail(ref: str, at: datetime) -> None:
        if ref in poisonous:
            raise RuntimeError("a bug of ours")

    LISTENERS.append(fail)
    yield poisonous
    LISTENERS.remove(fail)


def test_what_can_not_be_applied_is_kept_tried_eight_times_and_holds_up_nothing_else(
    app: Flask, stripe: Stripe, work: Work, time: Callable[[timedelta], None], poison: set[str]
) -> None:
    """REL W7."""
    box = subscribe(app, stripe)
    work()
    before = wanted(app, box.id)
    poison.add("sub_poison")
    assert send(app, event("sub_poison", "evt_poison")) == send(app, event(box.ref, "evt_sound")) == 204
    assert (kept(app, "evt_poison"), wanted(app, box.id)) == (1, before + 1)
    for _ in range(9):
        work()
        time(timedelta(hours=1))
    with app.app_context():
        dead = db.session.scalars(select(Task).where(Task.kind == "apply an event")).one()
        assert (dead.attempts, dead.error, dead.dead_at is not None) == (8, "RuntimeError: a bug of ours", True)
        with transaction():
            watch(now())
        assert [alarm.name for alarm in alarms()] == ["work fails"]
    assert send(app, event(box.ref, "evt_later")) == 204


def test_a_poisonous_event_does_not_stop_the_others_from_being_caught_up(app: Flask, stripe: Stripe, work: Work, poison: set[str]) -> None:
    sound, bad = subscribe(app, stripe), subscribe(app, stripe, email="bob@example.com")
    catch_up(app, work)
    stripe.send_webhooks_to("")
    poison.add(bad.ref)
    for box in bad, sound:
        stripe.v1.subscriptions.update(box.ref, {"cancel_at_period_end": True})
    catch_up(app, work)
    with app.app_context():
        assert [db.session.get_one(Subscription, box.id).is_ending for box in (sound, bad)] == [True, False]


def test_our_own_changes_come_back_as_events_and_change_nothing_more(app: Flask, stripe: Stripe, work: Work) -> None:
    """REL W14."""
    box = subscribe(app, stripe)
    work()
    stripe.forget_requests()
    for number in range(6):
        box.browser.post(box.skip(0) if number % 2 == 0 else box.unskip(0))
        work()
    for _ in range(3):
        work()
    asked = [one for one in stripe.requests() if one["method"] == "POST" and one["path"].startswith("/v1/subscriptions/")]
    assert len(asked) == 6
    assert waiting(app) == 0


def test_an_event_that_stripe_did_not_sign_is_turned_away(app: Flask) -> None:
    assert send(app, event("sub_1"), secret="whsec_another") == 400
    assert send(app, event("sub_1"), sent_at=wall() - 301) == 400
    assert requests.post(app.config["PORTAL_BASE_URL"] + "/webhooks/stripe", b"{}", timeout=10).status_code == 400
    assert kept(app, "evt_1") == 0


def test_either_of_two_secrets_will_do_while_one_replaces_the_other(app: Flask) -> None:
    app.extensions["payments"].webhook_secrets = ["whsec_new", WEBHOOK_SECRET]
    assert send(app, event("sub_1", "evt_old")) == send(app, event("sub_1", "evt_new"), secret="whsec_new") == 204


def test_what_is_too_long_is_turned_away(app: Flask) -> None:
    assert send(app, {**event("sub_1"), "padding": "x" * 1024 * 1024}) == 413


def test_an_event_of_the_other_mode_is_kept_and_believed_by_nobody(app: Flask, stripe: Stripe, work: Work) -> None:
    box = subscribe(app, stripe)
    stripe.wait_for_webhooks()
    work()
    assert send(app, event(box.ref, "evt_live", livemode=True)) == 204
    assert kept(app, "evt_live") == 1
    assert waiting(app) == 0


def test_an_unknown_kind_is_kept(app: Flask) -> None:
    unknown = {"id": "evt_x", "object": "event", "type": "radar.early_fraud_warning.created", "created": 1795000000, "livemode": False}
    assert send(app, {**unknown, "data": {"object": {"id": "issfr_1", "object": "radar.early_fraud_warning"}}}) == 204
    assert kept(app, "evt_x") == 1


def test_events_of_three_days_that_never_arrived_are_caught_up(app: Flask, stripe: Stripe, work: Work) -> None:
    """REL W11: the endpoint is away; the schedule reads Stripe's own list, which has more than a page of it."""
    box = subscribe(app, stripe)
    catch_up(app, work)
    stripe.send_webhooks_to("")
    for hours in range(0, 72, 9):
        stripe.later(hours=9)
        for minutes in range(4):
            moment = int(stripe.now().timestamp()) + (20 * 24 + hours) * 3600 + minutes * 60
            stripe.v1.subscriptions.update(box.ref, {"trial_end": moment, "proration_behavior": "none"})
    told = {one.id for one in stripe.v1.events.list({"limit": 100}).auto_paging_iter()}
    assert len(told) > 100
    catch_up(app, work)
    with app.app_context():
        assert told <= set(db.session.scalars(select(ReceivedEvent.event_id)))
        assert int(db.session.get_one(Subscription, box.id).scheduled[0].charge_at.timestamp()) == moment


def test_what_came_as_a_webhook_is_not_caught_up_again(app: Flask, stripe: Stripe, work: Work) -> None:
    """Who writes waits for others who write, so that a worker which keeps hundreds of known events again holds up what comes in."""
    subscribe(app, stripe)
    stripe.wait_for_webhooks()
    told = [one.id for one in stripe.v1.events.list({"limit": 100}).auto_paging_iter()]
    with app.app_context():
        assert ReceivedEvent.unknown([*told, "evt_new"]) == {"evt_new"}
        assert ReceivedEvent.unknown([f"evt_{number}" for number in range(1200)] + told) == {f"evt_{number}" for number in range(1200)}


def catch_up(app: Flask, work: Work) -> None:
    with app.app_context(), transaction():
        outbox.want_task("catch up on events", {}, at=now())
    work()
