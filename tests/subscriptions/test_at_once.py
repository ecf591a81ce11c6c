"""What many do to one subscription in the same moment: row locks on PostgreSQL, one writer on SQLite."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from portal.kit.db import db
from portal.subscriptions.models import Subscription
from portal.timeline import Entry
from tests.browser import Browser
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both

pytestmark = pytest.mark.slow


def browsers(app: Flask, box: Box, count: int) -> list[Browser]:
    """Of one customer on many devices, each with a page open."""
    opened = [Browser(app) for _ in range(count)]
    for browser in opened:
        browser.sign_in(box.customer_id)
        browser.get(box.skip(0))
    return opened


def post_at_once(opened: list[Browser], paths: list[str]) -> None:
    with ThreadPoolExecutor(len(paths)) as threads:
        list(threads.map(lambda pair: pair[0].post(pair[1]), zip(opened, paths, strict=True)))


def versions(app: Flask, box: Box) -> list[int]:
    with app.app_context():
        ours = select(Entry.version).where(Entry.subject == f"subscription:{box.id}", Entry.version.is_not(None)).order_by(Entry.id)
        return [version for version in db.session.scalars(ours) if version]


def test_six_changes_from_six_devices_are_six_versions(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    stripe.wait_for_webhooks()
    post_at_once(browsers(app, alice, 6), [alice.skip(number) for number in range(6)])
    assert versions(app, alice) == [1, 2, 3, 4, 5, 6]
    with app.app_context():
        assert db.session.get_one(Subscription, alice.id).version == 6
    work()
    assert both.here(alice) == both.there(alice) == date(2027, 6, 23)
    assert len(both.days(alice)) == 6


def test_six_undos_of_one_change_undo_it_once(app: Flask, alice: Box, both: Both, work: Work) -> None:
    alice.browser.post(alice.skip(0))
    with app.app_context():
        skipped = db.session.scalars(select(Entry.id).where(Entry.deed == "skipped")).one()
    post_at_once(browsers(app, alice, 6), [f"/changes/{skipped}/undo"] * 6)
    assert versions(app, alice) == [1, 2]
    work()
    assert both.here(alice) == both.there(alice) == date(2026, 12, 23)
