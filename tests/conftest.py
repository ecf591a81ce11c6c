"""What every test may ask for: the stand-in for Stripe, the portal over real HTTP, a worker, and the time."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from portal import create_app, outbox
from portal.carriers.news import LISTENERS
from portal.kit import clock
from portal.kit.db import db
from tests.carrier import Carriers
from tests.harness.serving import serve
from tests.mail import Mail, mail_server
from tests.sandbox.answers import played
from tests.settings import settings
from tests.stripe import Stripe

pytest_plugins = ["tests.harness.fixtures", "tests.sandbox.stripe_account"]
"""The database and the browser that a test asks for by name. `--databases=sqlite,postgresql` runs each test that has one on both."""

TODAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""A Monday."""

Work = Callable[[], None]


@pytest.fixture
def time(tmp_path: Path) -> Iterator[Callable[[timedelta], None]]:
    """The portal's clock starts TODAY, and goes. Call it to let time pass here (`stripe.later` lets it pass on both sides)."""
    offset = tmp_path / "clock"

    def move(by: timedelta) -> None:
        moved = offset.with_suffix(".new")
        moved.write_text(str((clock.now() + by - datetime.now(UTC)).total_seconds()))
        moved.replace(offset)  # in one step: a server's threads read it meanwhile

    clock.follow(offset)
    move(TODAY - clock.now())
    yield move
    clock.follow(None)


@pytest.fixture
def stripe(time: Callable[[timedelta], None]) -> Iterator[Stripe]:
    """Stripe, played by the stand-in, over real HTTP. Its clock goes with the portal's; its answers must fit Stripe's description."""
    with played(now=int(clock.now().timestamp())) as (url, itself):
        yield Stripe(url, time, itself)


@pytest.fixture
def mail() -> Iterator[Mail]:
    """The mail server, and all that came to it."""
    with mail_server() as mail:
        yield mail


@pytest.fixture
def app(stripe: Stripe, mail: Mail, database_url: str) -> Iterator[Flask]:
    """The portal, over real HTTP too: that is how a webhook comes in, and a browser. Its address is `PORTAL_BASE_URL`."""
    app = create_app(settings(database_url, STRIPE_API_BASE=stripe.url, SMTP_URL=mail.url))
    with ExitStack() as ending:
        app.config["PORTAL_BASE_URL"] = ending.enter_context(serve(app))
        stripe.send_webhooks_to(app.config["PORTAL_BASE_URL"] + "/webhooks/stripe")
        yield app
        stripe.send_webhooks_to("")
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def carriers(app: Flask, stripe: Stripe) -> Iterator[Carriers]:
    """EasyPost, played by the stand-in too: a test that asks for it has a portal whose parcels are followed."""
    carriers = Carriers(app, stripe.url)
    carriers.switch_on()
    LISTENERS.append(carriers.hear)
    yield carriers
    LISTENERS.remove(carriers.hear)
    carriers.send_webhooks_to("")


@pytest.fixture
def work(app: Flask, stripe: Stripe, time: Callable[[timedelta], None]) -> Work:
    """Let a worker do what is due, some seconds from now: a click is given a moment to be taken back.

    Webhooks that are under way arrive first. A worker leaves alone what one of them holds, and would come back to it later.
    """

    def work() -> None:
        stripe.wait_for_webhooks()
        time(timedelta(seconds=3))
        with app.app_context():
            outbox.work_until_idle()

    return work
