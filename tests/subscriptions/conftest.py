"""Alice has a box that was charged today, and comes each month."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from portal.kit.db import db
from portal.subscriptions.models import Subscription
from tests.harness.kept import once
from tests.stripe import Stripe
from tests.subscriptions.builders import SHELF, Begun, Box, begin, signed_in, stock, subscribe


@pytest.fixture
def alice(app: Flask, stripe: Stripe) -> Box:
    return subscribe(app, stripe)


@pytest.fixture
def bob(app: Flask, stripe: Stripe) -> Box:
    """Bob has one too, and must never see what is Alice's."""
    return subscribe(app, stripe, email="bob@example.com")


@pytest.fixture
def stocked(request: pytest.FixtureRequest, app: Flask, stripe: Stripe) -> tuple[dict[str, int], Begun | None]:
    """What the shop sells besides; and, where a test has it, Dora's box of that."""
    has_box = "pantry" in request.fixturenames

    def make() -> tuple[dict[str, int], Begun | None]:
        made = stock(app, stripe, SHELF)
        return made, begin(app, stripe, email="dora@example.com", contents={"Highland tea": 1, "Rolled oats": 2}) if has_box else None

    return once(("stocked", has_box), app, stripe, make)


@pytest.fixture
def shelf(stocked: tuple[dict[str, int], Begun | None]) -> dict[str, int]:
    """The ids of the variants that the shop sells besides, by name."""
    return dict(stocked[0])


@pytest.fixture
def pantry(app: Flask, stocked: tuple[dict[str, int], Begun | None]) -> Box:
    """Dora's box of tea and two oats, charged today; it comes each month."""
    assert stocked[1]
    return signed_in(app, stocked[1])


class Both:
    """How a subscription stands on both sides."""

    def __init__(self, app: Flask, stripe: Stripe) -> None:
        self.app, self.stripe = app, stripe

    def there(self, box: Box) -> date:
        """The day of the next charge at the provider, in UTC."""
        end = self.stripe.v1.subscriptions.retrieve(box.ref)["items"].data[0].current_period_end
        return datetime.fromtimestamp(end, UTC).date()

    def here(self, box: Box) -> date:
        with self.app.app_context():
            return db.session.get_one(Subscription, box.id).scheduled[0].charge_at.date()

    def version_there(self, box: Box) -> int:
        return int(self.stripe.v1.subscriptions.retrieve(box.ref).metadata.to_dict().get("portal_version", 0))

    def days(self, box: Box) -> list[date]:
        """Of the charges planned here, in UTC."""
        with self.app.app_context():
            return [delivery.charge_at.date() for delivery in db.session.get_one(Subscription, box.id).scheduled]

    def is_confirmed(self, box: Box) -> bool:
        with self.app.app_context():
            return db.session.get_one(Subscription, box.id).is_confirmed


@pytest.fixture
def both(app: Flask, stripe: Stripe) -> Both:
    return Both(app, stripe)
