import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import requests
from flask import Flask
from sqlalchemy import func, select

from portal import outbox
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.outbox.models import Sync
from portal.payments.models import ReceivedEvent
from portal.subscriptions.models import Subscription
from tests.browser import words
from tests.conftest import Work
from tests.settings import WEBHOOK_SECRET
from tests.stripe import Stripe
from tests.subscriptions.builders import subscribe


def send(app: Flask, event: dict[str, object], secret: str = WEBHOOK_SECRET, sent_at: float | None = None) -> int:
    """What Stripe sends, with its signature over the raw bytes."""
    body, at = json.dumps(event).encode(), int(sent_at or time.time())
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


def waiting(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Sync).where(Sync.wanted > Sync.done)) or 0


def test_a_webhook_only_asks_and_the_worker_looks_it_up(app: Flask, stripe: Stripe, work: Work) -> None:
    box = subscribe(app, stripe)
    stripe.wait_for_webhooks()
    work()
    stripe.later(days=31)
    box.sign_in()
    assert waiting(app) == 1
    work()
    assert "Mon 25 Jan" in words(box.browser.get("/"))


def test_one_event_twenty_times_at_once_has_one_effect(app: Flask, stripe: Stripe) -> None:
    box = subscribe(app, stripe)
    with ThreadPoolExecutor(20) as senders:
        statuses = set(senders.map(lambda _: send(app, event(box.ref)), range(20)))
    assert statuses == {204}
    assert kept(app, "evt_1") == 1


def test_an_event_that_stripe_did_not_sign_is_turned_away(app: Flask) -> None:
    assert send(app, event("sub_1"), secret="whsec_another") == 400
    assert send(app, event("sub_1"), sent_at=time.time() - 301) == 400
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


def test_events_that_never_arrived_are_caught_up(app: Flask, stripe: Stripe, work: Work) -> None:
    """The endpoint is away; the schedule reads the provider's own list."""
    box = subscribe(app, stripe)
    catch_up(app, work)
    stripe.send_webhooks_to("")
    stripe.later(days=20)
    moment = int(stripe.now().timestamp()) + 20 * 86400
    stripe.v1.subscriptions.update(box.ref, {"trial_end": moment, "proration_behavior": "none"})
    catch_up(app, work)
    with app.app_context():
        assert db.session.get_one(Subscription, box.id).scheduled[0].charge_at.date() == date(2027, 1, 2)


def catch_up(app: Flask, work: Work) -> None:
    with app.app_context(), transaction():
        outbox.want_task("catch up on events", {}, at=now())
    work()
