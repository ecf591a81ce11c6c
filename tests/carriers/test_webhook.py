import hmac
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from time import time as wall
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy import func, select

from portal.carriers import EasyPost, ParcelStatus, Tracking
from portal.carriers.models import ReceivedNews, Tracker
from portal.carriers.news import LISTENERS
from portal.kit.clock import now
from portal.kit.db import db
from portal.outbox.models import Sync, Task
from tests.carrier import KEY, SECRET, Carriers
from tests.conftest import Work
from tests.settings import WEBHOOK_SECRET
from tests.stripe import Stripe

NUMBER = "JD014600003"


def news(
    ref: str, news_id: str = "evt_1", kind: str = "tracker.updated", number: str = NUMBER, status: str = "delivered"
) -> dict[str, Any]:
    about = {"id": ref, "object": "Tracker", "tracking_code": number, "status": status, "tracking_details": []}
    return {"id": news_id, "object": "Event", "mode": "test", "description": kind, "created_at": "2026-11-23T09:00:00Z", "result": about}


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-Hmac-Signature": f"hmac-sha256-hex={hmac.new(secret.encode(), body, 'sha256').hexdigest()}"}


def post(app: Flask, body: bytes, headers: dict[str, Any]) -> int:
    return requests.post(app.config["PORTAL_BASE_URL"] + "/webhooks/easypost", body, headers=headers, timeout=30).status_code


def send(app: Flask, told: Any, secret: str = SECRET) -> int:
    body = json.dumps(told).encode()
    return post(app, body, signed(body, secret))


def kept(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(ReceivedNews)) or 0


def wanted(app: Flask) -> int:
    """How often a look at a parcel was asked for."""
    with app.app_context():
        return db.session.scalar(select(func.coalesce(func.sum(Sync.wanted), 0)).where(Sync.kind == "tracker")) or 0


@pytest.fixture
def followed(carriers: Carriers, work: Work) -> str:
    """The service's name for a parcel that is followed, about which its carrier has not said anything."""
    carriers.prepare(NUMBER)
    carriers.follow(NUMBER)
    work()
    work()
    carriers.told.clear()
    return carriers.ref(NUMBER)


def test_news_only_asks_and_the_worker_looks_it_up(app: Flask, carriers: Carriers, followed: str, work: Work) -> None:
    """What the body says is never believed: this one says that it has arrived."""
    carriers.scan(NUMBER, "in_transit", tell=False, city="Halle")
    assert send(app, news(followed, status="delivered")) == 200
    assert carriers.told == []
    work()
    ((tracking, _),) = carriers.told
    assert [(scan.status, scan.place) for scan in tracking.scans] == [(ParcelStatus.IN_TRANSIT, "Halle")]
    assert (tracking.ref, tracking.carrier, tracking.number) == (followed, "dhl", NUMBER)


def test_what_the_service_did_not_sign_is_turned_away_and_has_no_effect(app: Flask, followed: str) -> None:
    """REL W1."""
    body = json.dumps(news(followed)).encode()
    good, before = signed(body)["X-Hmac-Signature"], (kept(app), wanted(app))
    wrong = ["", "x", "ş", good[:-1], good + "0", good.replace("sha256", "sha1"), good.removeprefix("hmac-sha256-hex="), f"{good},{good}"]
    for signature in wrong:
        assert post(app, body, {"X-Hmac-Signature": signature.encode()}) == 400, signature
    again = json.dumps(news(followed), indent=1).encode()
    for other, headers in (body, {}), (body, signed(body, "another")), (body + b" ", signed(body)), (again, signed(body)):
        assert post(app, other, headers) == 400
    assert (kept(app), wanted(app)) == before
    assert post(app, body, signed(body)) == 200


def test_one_piece_of_news_fifty_times_at_once_and_again_later_has_one_effect(
    app: Flask, stripe: Stripe, carriers: Carriers, followed: str, work: Work
) -> None:
    """REL W3."""
    before = kept(app), wanted(app)
    with ThreadPoolExecutor(50) as senders:
        assert set(senders.map(lambda _: send(app, news(followed)), range(50))) == {200}
    assert (kept(app), wanted(app)) == (before[0] + 1, before[1] + 1)
    work()
    for _ in range(10):
        send(app, news(followed))
    stripe.later(days=3)
    assert send(app, news(followed)) == 200
    assert (kept(app), wanted(app)) == (before[0] + 1, before[1] + 1)


def test_it_is_answered_without_asking_the_service(app: Flask, stripe: Stripe, followed: str) -> None:
    """REL W6: however slow the service is, or away; and only once it is kept."""
    stripe.faults({"kind": "lost_before", "path_prefix": "/v2"})
    stripe.forget_requests()
    before = kept(app)
    assert send(app, news(followed)) == 200
    assert (kept(app), stripe.requests()) == (before + 1, [])


def test_a_kind_that_we_do_not_know_and_another_shops_parcel_are_kept_and_ask_for_nothing(app: Flask, followed: str) -> None:
    """REL W7."""
    before = kept(app), wanted(app)
    assert send(app, {**news(followed, "evt_batch", "batch.updated"), "result": {"id": "batch_1", "object": "Batch"}}) == 200
    assert send(app, {**news(followed, "evt_none", "something.new"), "result": None}) == 200
    assert send(app, news("trk_another_shops", "evt_foreign", number="1Z999")) == 200
    assert (kept(app), wanted(app)) == (before[0] + 3, before[1])
    with app.app_context():
        assert db.session.scalars(select(ReceivedNews.is_ours).where(ReceivedNews.news_id == "evt_foreign")).one() is False


def test_what_one_provider_sends_is_turned_away_at_the_others_door(app: Flask, followed: str) -> None:
    """REL W13: also when the secrets were mixed up."""
    happened = {"id": "evt_s", "object": "event", "type": "invoice.paid", "created": 1795000000, "livemode": False, "data": {"object": {}}}
    ours: list[Any] = [news(followed), [], "text", None, {}, {"id": "evt_1", "object": "event"}]
    theirs: list[Any] = [happened, [], "text", None, {}, {"id": "evt_1", "object": "Event"}]
    for told in theirs:
        assert send(app, told) == 400
    stripes_door, at = app.config["PORTAL_BASE_URL"] + "/webhooks/stripe", int(wall())
    for other in ours:
        body = json.dumps(other).encode()
        proof = hmac.new(WEBHOOK_SECRET.encode(), f"{at}.".encode() + body, "sha256").hexdigest()
        for headers in signed(body), {"Stripe-Signature": f"t={at},v1={proof}"}:
            assert requests.post(stripes_door, body, headers=headers, timeout=10).status_code == 400, other


def test_either_of_two_secrets_will_do_while_one_replaces_the_other(app: Flask, carriers: Carriers) -> None:
    """REL W8."""
    app.extensions["carriers"] = EasyPost(KEY, carriers.url, ["new", SECRET])
    assert send(app, news("trk_x", "evt_old")) == send(app, news("trk_x", "evt_new"), secret="new") == 200
    assert send(app, news("trk_x", "evt_other"), secret="other") == 400


def test_what_is_too_long_is_turned_away(app: Flask, carriers: Carriers) -> None:
    """REL W10."""
    assert send(app, {**news("trk_x"), "padding": "x" * 1024 * 1024}) == 413
    assert kept(app) == 0


def test_without_a_service_there_is_no_door(app: Flask) -> None:
    assert send(app, news("trk_x")) == 404


def test_what_comes_late_doubled_out_of_order_or_in_a_false_name_ends_in_what_the_carrier_says(
    app: Flask, stripe: Stripe, carriers: Carriers, followed: str, work: Work
) -> None:
    before = kept(app)
    stripe.control("webhooks", {"shuffle": True, "double": True})
    start = now()
    carriers.scan(NUMBER, "out_for_delivery", at=start + timedelta(hours=4), double=2)
    carriers.scan(NUMBER, "pre_transit", at=start)  # told after what followed it
    carriers.scan(NUMBER, "in_transit", at=start + timedelta(hours=1), late=0.5)
    carriers.scan(NUMBER, "in_transit", at=start + timedelta(hours=2), forged=True)
    work()
    assert kept(app) == before + 3
    tracking, _ = carriers.told[-1]
    told = [scan.status for scan in sorted(tracking.scans, key=lambda scan: scan.happened_at)]
    assert told == [ParcelStatus.PRE_TRANSIT, ParcelStatus.IN_TRANSIT, ParcelStatus.IN_TRANSIT, ParcelStatus.OUT_FOR_DELIVERY]
    assert len({scan.ref for scan in tracking.scans}) == 4
    assert carriers.tracker(NUMBER).status is ParcelStatus.OUT_FOR_DELIVERY


def test_the_same_scan_has_the_same_name_in_each_look(carriers: Carriers, followed: str, work: Work) -> None:
    for number in range(2):
        carriers.scan(NUMBER, "in_transit", at=now() + timedelta(minutes=number))
        work()
    first, second = ({scan.ref for scan in tracking.scans} for tracking, _ in carriers.told)
    assert len(first) == 1 and first < second


@pytest.fixture
def poison() -> Iterator[set[str]]:
    """The numbers of parcels at which a listener fails."""
    poisonous: set[str] = set()

    def fail(tracking: Tracking, at: datetime) -> None:
        if tracking.number in poisonous:
            raise RuntimeError("a bug of ours")

    LISTENERS.append(fail)
    yield poisonous
    LISTENERS.remove(fail)


def test_a_parcel_at_which_we_fail_holds_up_no_other_and_is_tried_again(
    app: Flask, carriers: Carriers, followed: str, work: Work, poison: set[str]
) -> None:
    poison.add(NUMBER)
    carriers.prepare("JD77")
    carriers.follow("JD77")
    work()
    work()
    carriers.told.clear()
    for number in NUMBER, "JD77":
        carriers.scan(number, "in_transit")
    work()
    assert (carriers.tracker(NUMBER).status, carriers.tracker("JD77").status) == (ParcelStatus.UNKNOWN, ParcelStatus.IN_TRANSIT)
    with app.app_context():
        assert [error for error in db.session.scalars(select(Sync.error)) if error] == ["RuntimeError: a bug of ours"]
    poison.clear()
    for _ in range(2):
        work()
    assert carriers.tracker(NUMBER).status is ParcelStatus.IN_TRANSIT


def test_news_of_a_parcel_that_is_just_being_registered_is_not_lost(app: Flask, carriers: Carriers, work: Work) -> None:
    """The service may tell of it before its answer has reached us."""
    carriers.follow(NUMBER)
    before = wanted(app)
    assert send(app, news("trk_of_the_answer_under_way")) == 200
    assert wanted(app) == before + 1


def test_no_news_waits_as_a_task(app: Flask, followed: str) -> None:
    """Its effect is in the transaction that keeps it: a process that is killed after its answer takes nothing along."""
    assert send(app, news(followed)) == 200
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Task).where(Task.done_at.is_(None))) == 0
        waiting = select(Tracker.number).join(Sync, (Sync.subject_id == Tracker.id) & (Sync.kind == "tracker"))
        assert db.session.scalars(waiting.where(Sync.wanted > Sync.done)).all() == [NUMBER]
