"""The portal as it would run, for those who walk through it. Nothing here asks the database."""

from pathlib import Path

import pytest
from flask import Flask

from portal import create_app
from tests.settings import settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def app() -> Flask:
    return create_app(settings("sqlite://"))
