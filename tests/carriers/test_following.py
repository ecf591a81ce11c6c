import logging
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import outbox
from portal.carriers import EasyPost, NotNow, NotTaken, ParcelStatus, carrier_service, sync
from portal.carriers.easypost_provider import TIMEOUT
from portal.carriers.models import Tracker
from portal.carriers.sync import BATCH
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.outbox.lease import claim
from portal.outbox.models import Sync
from tests.carrier import KEY, Carriers
from tests.conftest import Work
from tests.ground import at_once
from tests.stripe import Stripe

NUMBER = "JD014600003"


def asked(stripe: Stripe) -> list[tuple[str, str]]:
    """Of EasyPost, since this was forgotten last."""
    return [(one["method"], one["path"]) for one in stripe.requests() if one["path"].startswith("/v2/")]


def look_for_silent(app: Flask, work: Work) -> None:
    with app.app_context(), transaction():
        outbox.want_task("look for silent parcels", {}, at=now())
    work()


def test_a_parcel_goes_its_way_and_we_hear_of_each_step(stripe: Stripe, carriers: Carriers, work: Work) -> None:
    carriers.follow(NUMBER)
    seen = []
    for hours in 0, 7, 18, 22, 6:
        stripe.later(hours=hours)
        work()
        seen.append(carriers.tracker(NUMBER).status)
    S = ParcelStatus
    assert seen == [S.PRE_TRANSIT, S.IN_TRANSIT, S.IN_TRANSIT, S.OUT_FOR_DELIVERY, S.DELIVERED]
    tracking, at = carriers.told[-1]
    assert [scan.words for scan in tracking.scans][-1] == "Delivered"
    assert tracking.expected_on and at - now() < timedelta(minutes=1)
    assert carriers.tracker(NUMBER).over_at is not None


def test_however_often_it_is_asked_for_and_whatever_is_lost_it_is_registered_once(
    app: Flask, stripe: Stripe, carriers: Carriers, work: Work
) -> None:
    at_once(app, 8, lambda _: carriers.follow(NUMBER))
    stripe.faults({"kind": "lost_after", "method": "POST", "path_prefix": "/v2/trackers", "times": 1})
    for _ in range(3):
        work()
    stripe.no_faults()
    carriers.follow(NUMBER)
    work()
    assert asked(stripe).count(("POST", "/v2/trackers")) == 2
    assert len(carriers.control("")["parcels"]) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Tracker)) == 1


def test_a_service_that_is_slow_or_away_is_asked_again_and_nothing_is_lost(
    app: Flask, stripe: Stripe, carriers: Carriers, work: Work
) -> None:
    carriers.follow(NUMBER)
    for kind in "500", "429", "lost_before":
        stripe.faults({"kind": kind, "path_prefix": "/v2", "times": 5})
        work()
        stripe.no_faults()
        with app.app_context():
            assert (db.session.scalars(select(Sync.error).where(Sync.kind == "tracker")).one() or "").startswith("NotNow: ")
        stripe.later(minutes=6)
    app.extensions["carriers"].client.timeout = 0.2
    stripe.faults({"kind": "slow", "seconds": 1, "path_prefix": "/v2", "times": 5})
    work()
    stripe.no_faults()
    app.extensions["carriers"].client.timeout = TIMEOUT
    stripe.later(minutes=6)
    work()
    assert carriers.tracker(NUMBER).status is ParcelStatus.PRE_TRANSIT
    assert len(carriers.control("")["parcels"]) == 1


def test_a_number_that_no_carrier_has_is_refused_once_and_not_tried_for_ever(
    app: Flask, stripe: Stripe, carriers: Carriers, work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    carriers.follow("not a number")
    with caplog.at_level(logging.WARNING):
        work()
    assert carriers.tracker("not a number").refusal.startswith("InvalidRequestError: The tracking code")
    assert "does not follow tracker" in caplog.text
    stripe.forget_requests()
    stripe.later(days=1)
    look_for_silent(app, work)
    assert asked(stripe) == []


def test_a_parcel_of_which_nothing_was_heard_is_looked_up_by_the_clock(app: Flask, stripe: Stripe, carriers: Carriers, work: Work) -> None:
    """REL W11, for carriers: their service keeps no list of what we missed."""
    carriers.prepare(NUMBER, "usual")
    carriers.follow(NUMBER)
    work()
    work()
    carriers.send_webhooks_to("")
    stripe.later(hours=3)
    stripe.forget_requests()
    look_for_silent(app, work)
    assert asked(stripe) == []
    stripe.later(hours=4)
    look_for_silent(app, work)
    assert carriers.tracker(NUMBER).status is ParcelStatus.IN_TRANSIT
    stripe.later(days=3)
    look_for_silent(app, work)
    assert carriers.tracker(NUMBER).status is ParcelStatus.DELIVERED
    stripe.forget_requests()
    stripe.later(days=1)
    look_for_silent(app, work)
    assert asked(stripe) == []


def test_many_silent_parcels_are_looked_up_in_turns(app: Flask, carriers: Carriers) -> None:
    with app.app_context():
        with transaction():
            for number in range(BATCH + 5):
                Tracker.want("dhl", f"N{number}", at=now() - timedelta(days=1))
        for expected in BATCH, BATCH + 5:
            with transaction():
                outbox.want_task("look for silent parcels", {}, at=now() - timedelta(minutes=1))
            lease = claim("a worker", at=now())
            assert lease and lease.kind == "look for silent parcels"
            sync.look_for_silent({}, lease)
            assert db.session.scalar(select(func.count()).select_from(Sync).where(Sync.kind == "tracker")) == expected


def test_after_three_months_nobody_looks_any_more(app: Flask, stripe: Stripe, carriers: Carriers, work: Work) -> None:
    carriers.prepare(NUMBER, "silent")
    carriers.follow(NUMBER)
    work()
    stripe.later(days=91)
    work()
    stripe.later(hours=5)
    look_for_silent(app, work)
    assert carriers.tracker(NUMBER).over_at is not None


def test_without_a_service_a_parcel_waits_until_there_is_one(app: Flask, stripe: Stripe, work: Work) -> None:
    parcels = Carriers(app, stripe.url)
    parcels.follow(NUMBER)
    work()
    assert (asked(stripe), parcels.tracker(NUMBER).ref) == ([], None)
    with app.app_context():
        assert db.session.scalar(select(Sync.id).where(Sync.kind == "tracker", Sync.wanted > Sync.done)) is None
    parcels.switch_on()
    stripe.later(hours=5)
    look_for_silent(app, work)
    assert parcels.tracker(NUMBER).status is ParcelStatus.PRE_TRANSIT
    parcels.send_webhooks_to("")


def test_a_key_that_is_not_taken_is_no_reason_to_give_a_parcel_up(app: Flask, stripe: Stripe, carriers: Carriers, work: Work) -> None:
    app.extensions["carriers"] = EasyPost("EZAKlive", stripe.url, ["x"])
    carriers.follow(NUMBER)
    work()
    assert (carriers.tracker(NUMBER).refusal, carriers.tracker(NUMBER).over_at) == ("", None)


def test_what_it_says_of_one_that_it_does_not_follow(app: Flask, carriers: Carriers) -> None:
    with app.app_context():
        service = carrier_service()
        assert service
        with pytest.raises(NotTaken):
            service.look_up("trk_none")
        app.extensions["carriers"] = EasyPost(KEY, "http://127.0.0.1:9", ["x"])
        unreachable = carrier_service()
        assert unreachable
        with pytest.raises(NotNow):
            unreachable.look_up("trk_none")
