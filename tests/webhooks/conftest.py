"""A shop whose own machines want to hear of what happens: no Stripe, but real HTTP between us and them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal import outbox, timeline
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.subscriptions.models import Subscription
from portal.timeline import Actor
from portal.webhooks import actions
from portal.webhooks.models import Dispatch, Endpoint
from portal.webhooks.vocabulary import CHOSEN
from tests.accounts.builders import customer
from tests.ground import app as app
from tests.orders.builders import order
from tests.webhooks.receiver import Receiver, listening

Time = Callable[[timedelta], None]
BY = Actor(system="command line")


@dataclass(frozen=True)
class Added:
    id: int
    secret: str


@pytest.fixture(autouse=True)
def here(app: Flask, time: Time) -> Iterator[None]:
    with app.app_context():
        yield
        db.session.rollback()


@pytest.fixture
def shop() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def other() -> Iterator[Receiver]:
    """Another machine, of somebody else in the shop."""
    with listening() as receiver:
        yield receiver


@pytest.fixture
def box() -> int:
    """A subscription, which belongs to customer Alice."""
    with transaction():
        subscription = Subscription(
            customer=customer("alice@example.com", "Alice"),
            provider_ref="sub_1",
            name="Pantry box",
            currency="EUR",
            every_count=1,
            every_unit="month",
            started_at=now(),
        )
        db.session.add(subscription)
        db.session.flush()
        return subscription.id


def ordered(placed_at: datetime) -> str:
    """An order of somebody's, and its number."""
    with transaction():
        return order(customer(), placed_at).number


def add(receiver: Receiver, events: Sequence[str] = CHOSEN) -> Added:
    with transaction():
        endpoint, secret = actions.add_endpoint(receiver.url, events, by=BY, at=now())
        return Added(endpoint.id, secret)


def happens(box: int, deed: str = "skipped", times: int = 1) -> None:
    """Something is done to it, by its customer."""
    for _ in range(times):
        with transaction():
            subscription = db.session.get_one(Subscription, box)
            timeline.note(subscription, deed, by=Actor(customer_id=subscription.customer_id), at=now(), facts={})


def work() -> None:
    """Let a worker do what is due now."""
    outbox.work_until_idle()


def endpoint(endpoint_id: int) -> Endpoint:
    db.session.rollback()
    return db.session.get_one(Endpoint, endpoint_id)


def dispatches() -> list[Dispatch]:
    db.session.rollback()
    return list(db.session.scalars(select(Dispatch).order_by(Dispatch.id)))
