"""The portal without the world around it: for tests of the ground floor, which needs neither Stripe nor HTTP."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any, TypeVar

import pytest
from flask import Flask

from portal import create_app
from portal.kit.db import db
from tests.settings import settings

Value = TypeVar("Value")


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    with standing(database_url) as app:
        yield app


@contextmanager
def standing(database_url: str, **more: Any) -> Iterator[Flask]:
    app = create_app(settings(database_url, **more))
    yield app
    with app.app_context():
        db.engine.dispose()


def at_once(app: Flask, count: int, do: Callable[[int], Value]) -> list[Value]:
    """Let so many threads, each with a session of its own, begin at the same moment."""
    start = Barrier(count, timeout=60)

    def one(number: int) -> Value:
        with app.app_context():
            start.wait()
            return do(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))
