"""The harness stands: what other tests lean on is itself tried."""

import socket

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import URL, NullPool, create_engine, text

from tests.harness.ports import free_port
from tests.harness.postgres import Databases, postgres
from tests.harness.serving import serve

pytestmark = pytest.mark.slow


def test_a_clone_has_what_the_first_was_filled_with_and_keeps_its_changes_to_itself() -> None:
    filled = []

    def fill(url: URL) -> None:
        filled.append(url)
        do(url, "CREATE TABLE box (id int)")

    with postgres() as server:
        databases = Databases(server)
        with databases.like("boxes", fill) as one, databases.like("boxes", fill) as two:
            do(one, "INSERT INTO box VALUES (1)")
            assert (count(one), count(two)) == (1, 0)
        databases.close()
    assert len(filled) == 1


def test_of_free_ports_no_two_are_the_same_and_none_is_given_to_somebody_who_asks_for_any() -> None:
    ports = {free_port() for _ in range(2000)}
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert len(ports) == 2000 and max(ports) < other.getsockname()[1]


def do(url: URL, statement: str) -> None:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.execute(text(statement))


def count(url: URL) -> int:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return len(connection.execute(text("SELECT id FROM box")).all())


def test_a_browser_opens_a_page_that_is_served(page: Page) -> None:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "<title>Latchkey</title><p id=here>Welcome")
    with serve(app) as url:
        page.goto(url)
        assert page.title() == "Latchkey"
        box = page.locator("#here").bounding_box()
        assert box and box["height"] > 10, "text without fonts has no height"
