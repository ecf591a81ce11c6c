"""A portal without Stripe, with a folder for photos of its own, and Alice in it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from portal import create_app
from portal.kit.db import db, transaction
from tests.accounts.builders import customer
from tests.browser import Browser
from tests.harness.serving import serve
from tests.settings import settings


@pytest.fixture
def app(time: Callable[[timedelta], None], database_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings(database_url, PHOTOS_DIR=str(tmp_path / "photos")))
    with serve(app) as app.config["PORTAL_BASE_URL"]:
        yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "photos"


@pytest.fixture
def alice(app: Flask) -> int:
    with app.app_context(), transaction():
        return customer("alice@example.com", "Alice").id


@pytest.fixture
def browser(app: Flask, alice: int) -> Browser:
    """Alice is in."""
    browser = Browser(app)
    browser.sign_in(alice)
    return browser
