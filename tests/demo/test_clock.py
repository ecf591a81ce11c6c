from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from portal import create_app
from portal.kit import clock
from tests.conftest import Work
from tests.settings import settings
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, subscribe


@pytest.fixture
def alice(app: Flask, stripe: Stripe) -> Box:
    return subscribe(app, stripe)


def test_time_moves_here_and_there_and_what_falls_due_happens(app: Flask, alice: Box, stripe: Stripe, work: Work, tmp_path: Path) -> None:
    app.config["DEMO_FOLDER"] = str(tmp_path)
    clock.follow(tmp_path / "clock")
    answer = app.test_client().post("/demo/clock", data={"days": "30", "hours": "2"})
    assert answer.status_code == 200
    assert clock.now().date() == stripe.now().date() == date(2026, 12, 23)
    stripe.wait_for_webhooks()
    work()
    alice.sign_in()
    assert "Mon 25 Jan" in alice.browser.get(alice.page).get_text().replace("\xa0", " ")


@pytest.mark.parametrize("sent", [{}, {"days": "-1"}, {"days": "soon"}, {"days": "9999"}, {"days": "nan"}])
def test_a_move_that_cannot_be_says_what_can(app: Flask, sent: dict[str, str]) -> None:
    answer = app.test_client().post("/demo/clock", data=sent)
    assert answer.status_code == 422
    assert "forward, at most 800 days" in answer.get_json()["error"]


def test_outside_the_demo_there_is_neither_clock_nor_mailbox(database_url: str) -> None:
    app = create_app(settings(database_url, DEMO=False))
    for path in ("/demo/clock", "/demo/mailbox"):
        assert app.test_client().get(path).status_code == 404
        assert app.test_client().post(path).status_code == 404
