"""`/metrics`, for whoever has the token."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.operations.watching import watch
from portal.outbox import worker
from portal.payments import pace
from tests.conftest import Work
from tests.operations.conftest import given_up, waiting_since
from tests.stripe import Stripe
from tests.subscriptions.builders import Box

TOKEN = "for the machine that watches"


@pytest.fixture(autouse=True)
def here(app: Flask) -> Iterator[None]:
    app.config["METRICS_TOKEN"] = TOKEN
    with app.app_context():
        yield
        db.session.rollback()


def ask(app: Flask, authorization: str = f"Bearer {TOKEN}") -> tuple[int, dict[str, float]]:
    """By name, and by name and label."""
    client: FlaskClient = app.test_client()
    answer = client.get("/metrics", headers={"Authorization": authorization, "Host": app.config["PORTAL_BASE_URL"].partition("//")[2]})
    if answer.status_code != 200:
        return answer.status_code, {}
    assert answer.headers["Cache-Control"] == "no-store" and answer.mimetype == "text/plain"
    families = text_string_to_metric_families(answer.text)
    return 200, {" ".join([one.name, *one.labels.values()]): one.value for family in families for one in family.samples}


def test_who_has_no_token_learns_nothing(app: Flask) -> None:
    assert [ask(app, given)[0] for given in ("", "Bearer ", "Bearer wrong", TOKEN, f"Basic {TOKEN}")] == [401] * 5
    app.config["METRICS_TOKEN"] = None
    assert [ask(app, given)[0] for given in ("", "Bearer None", f"Bearer {TOKEN}")] == [404] * 3


def test_figures_of_a_day_on_which_all_goes_well(app: Flask, alice: Box, work: Work, stripe: Stripe) -> None:
    worker._look_at_the_clock()
    app.config["STRIPE_CALLS_PER_SECOND"] = 1000
    pace._counted.clear()
    alice.browser.post(alice.skip(0))
    work()
    work()
    status, told = ask(app)
    assert status == 200
    assert (told["portal_work_waiting click"], told["portal_work_oldest_seconds"], told["portal_work_stuck"]) == (0, 0, 0)
    assert told["portal_webhook_events received"] == told["portal_webhook_events applied"] > 0
    assert told["portal_stripe_calls_total done"] > 3
    assert (told["portal_differences_open"], told["portal_work_failing"], told["portal_webhook_events dead"]) == (0, 0, 0)
    assert told["portal_worker_seen_seconds"] < 60
    assert not [name for name in told if name.startswith("portal_alarm")]
    assert "alice" not in str(told)


def test_figures_of_a_day_on_which_nothing_does(app: Flask) -> None:
    moment = now()
    waiting_since(moment, attempts=8)
    given_up(moment)
    with transaction():
        watch(moment)
    told = ask(app)[1]
    assert (told["portal_work_waiting click"], told["portal_work_failing"], told["portal_work_stuck"]) == (1, 2, 2)
    assert told["portal_work_oldest_seconds"] >= 0
    assert told["portal_alarm work fails"] == 1
    assert "portal_worker_seen_seconds" not in told, "no worker has ever run"
