"""An import that is cut off goes on where it was, and one that Stripe refuses for a while waits."""

import os
import subprocess
import sys
import time as real_time
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Customer
from portal.imports.models import Kind, Reading
from portal.kit.db import db
from portal.subscriptions.models import Subscription
from tests.imports.conftest import Import, Past
from tests.settings import ENVIRONMENT
from tests.stripe import Stripe

pytestmark = pytest.mark.slow
MANY = 230
"""Customers: three pages."""


def customers(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Customer)) or 0


def lists(stripe: Stripe, path: str) -> list[str | None]:
    """From where the pages of a list were asked for."""
    return [asked["params"].get("starting_after") for asked in stripe.requests() if asked["path"] == path]


def test_killed_between_two_pages_it_goes_on_with_the_next(
    app: Flask, stripe: Stripe, database_url: str, past: Past, bring_in: Import
) -> None:
    for number in range(MANY):
        stripe.v1.customers.create({"email": f"customer{number}@example.com"})
    subscription = past.subscribe(past.customer("alice@example.com"), past.price(past.product("Tea"), 980))
    stripe.faults({"kind": "slow", "seconds": 0.3, "when": {"path_prefix": "/v1/customers"}})
    command = [sys.executable, "-m", "portal", "import", "stripe", "--leave-to-worker"]
    environment = {**os.environ, **ENVIRONMENT, "DATABASE_URL": database_url, "STRIPE_API_BASE": stripe.url}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as importing:
        while customers(app) == 0:
            assert importing.poll() is None, importing.communicate()
            real_time.sleep(0.005)
        importing.kill()
    cut_off = customers(app)
    assert cut_off in (100, 200), "page by page"
    with app.app_context():
        read = {reading.kind: reading for reading in db.session.scalars(select(Reading))}
        assert read[Kind.PRICES].done_at
        assert (read[Kind.CUSTOMERS].new, read[Kind.CUSTOMERS].done_at) == (cut_off, None)
        after = read[Kind.CUSTOMERS].after
    stripe.no_faults()
    stripe.forget_requests()
    result = bring_in("--leave-to-worker")
    assert result.exit_code == 1, "the looks have yet to come"
    assert lists(stripe, "/v1/products") == []
    assert lists(stripe, "/v1/customers")[0] == after
    assert f"customers: {MANY + 1} new, 0 known" in result.stdout, "what was before the kill is counted too"
    assert "have yet to be looked at" in result.stdout
    assert customers(app) == MANY + 1
    with app.app_context():
        assert db.session.scalars(select(Subscription.provider_ref)).all() == [subscription.id]


def test_it_waits_while_stripe_is_busy_and_goes_on(app: Flask, stripe: Stripe, past: Past, bring_in: Import) -> None:
    past.subscribe(past.customer("alice@example.com"), past.price(past.product("Tea"), 980))
    stripe.faults(
        {"kind": "429", "retry_after": 0.01, "times": 2, "when": {"path_prefix": "/v1/products"}},
        {"kind": "500", "times": 1, "when": {"path_prefix": "/v1/customers"}},
        {"kind": "truncated", "times": 1, "when": {"path_prefix": "/v1/subscriptions"}},
    )
    assert bring_in().exit_code == 0
    assert customers(app) == 1


def test_when_stripe_stays_away_it_says_so_and_the_next_run_goes_on(app: Flask, stripe: Stripe, past: Past, bring_in: Import) -> None:
    past.customer("alice@example.com")
    past.product("Tea")
    stripe.faults({"kind": "429", "retry_after": 0.01, "when": {"path_prefix": "/v1/customers"}})
    result = bring_in()
    assert result.exit_code == 1
    assert "Stripe does not answer" in result.stderr
    assert "goes on where it is now" in result.stderr
    stripe.no_faults()
    stripe.forget_requests()
    assert bring_in().exit_code == 0
    assert lists(stripe, "/v1/products") == [], "they were read before"
    assert customers(app) == 1


def test_if_what_was_read_last_is_gone_the_list_is_read_anew(app: Flask, stripe: Stripe, past: Past, bring_in: Import) -> None:
    past.customer("alice@example.com")
    stripe.faults({"kind": "429", "retry_after": 0.01, "when": {"path_prefix": "/v1/customers"}})
    bring_in()
    with app.app_context():
        db.session.scalars(select(Reading).where(Reading.kind == Kind.CUSTOMERS)).one().after = "cus_deleted"
        db.session.commit()
    stripe.no_faults()
    assert bring_in().exit_code == 0
    assert customers(app) == 1


def test_of_two_imports_at_once_one_ends_and_nothing_is_there_twice(app: Flask, stripe: Stripe, past: Past, bring_in: Import) -> None:
    past.subscribe(past.customer("alice@example.com"), past.price(past.product("Tea"), 980))
    stripe.faults({"kind": "slow", "seconds": 0.3, "when": {"path_prefix": "/v1/products"}})
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda _: bring_in(), range(2))
    assert sorted((first.exit_code, second.exit_code)) == [0, 1]
    assert "Another import is running" in first.stderr + second.stderr
    assert bring_in().exit_code == 0
    assert customers(app) == 1
    with app.app_context():
        assert len(db.session.scalars(select(Subscription)).all()) == 1
