"""Work that fails or waits, as an operator meets it."""

from datetime import datetime

import pytest
from flask import Flask

from portal.kit.db import db, transaction
from portal.outbox.models import Sync, Task
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, subscribe


@pytest.fixture
def alice(app: Flask, stripe: Stripe, work: Work) -> Box:
    """Nothing of hers waits."""
    box = subscribe(app, stripe)
    work()
    return box


def waiting_since(moment: datetime, *, bulk: bool = False, attempts: int = 0) -> None:
    """A sync that nobody does."""
    error = "RuntimeError: away" if attempts else None
    with transaction():
        db.session.add(Sync(kind="nothing", subject_id=1, due_at=moment, asked_at=moment, bulk=bulk, attempts=attempts, error=error))


def given_up(moment: datetime) -> None:
    with transaction():
        db.session.add(Task(kind="mail", key="x", payload={}, asked_at=moment, due_at=moment, dead_at=moment, attempts=20, error="away"))
