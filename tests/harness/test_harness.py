"""The harness stands: what other tests lean on is itself tried."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import URL, NullPool, create_engine, text

from tests.harness.ports import free_port
from tests.harness.postgres import Databases, postgres
from tests.harness.serving import serve

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def databases() -> Iterator[Databases]:
    with postgres() as server, closing(Databases(server)) as databases:
        yield databases


def test_a_clone_has_what_the_first_was_filled_with_and_keeps_its_changes_to_itself(databases: Databases) -> None:
    filled = []

    def fill(url: URL) -> None:
        filled.append(url)
        do(url, "CREATE TABLE box (id int)")

    with databases.like("boxes", fill) as one, databases.like("boxes", fill) as two:
        do(one, "INSERT INTO box VALUES (1)")
        assert (rows(one), rows(two)) == ([1], [])
    assert len(filled) == 1


def lids(url: URL) -> None:
    do(url, "CREATE TABLE box (id serial PRIMARY KEY)")
    do(url, "INSERT INTO box VALUES (0)")
    do(url, "CREATE TABLE lid (id serial PRIMARY KEY, box int REFERENCES box)")


def test_one_that_was_used_is_used_again_and_is_as_it_was(databases: Databases) -> None:
    for many in 1, 20_000:  # few rows are deleted, many truncated
        with databases.like("lids", lids) as used:
            open_still = create_engine(used, poolclass=NullPool).connect()
            open_still.execute(text("SELECT id FROM box"))
            do(used, f"INSERT INTO box SELECT nextval('box_id_seq') FROM generate_series(1, {many})")
            do(used, "INSERT INTO lid (box) VALUES (1)")
            do(used, "DELETE FROM box WHERE id = 0")
        open_still.invalidate()
        with databases.like("lids", lids) as again:
            assert again == used
            assert rows(again) == [0]
            do(again, "INSERT INTO box VALUES (DEFAULT)")
            assert rows(again) == [0, 1]


@pytest.mark.parametrize("change", ["ALTER TABLE lid DISABLE TRIGGER ALL", "CREATE INDEX more ON lid (box)", "DROP TABLE lid"])
def test_one_whose_tables_were_changed_is_not_used_again(databases: Databases, change: str) -> None:
    with databases.like("lids", lids) as used:
        do(used, change)
    with databases.like("lids", lids) as again:
        assert again != used


def test_of_free_ports_no_two_are_the_same_and_none_is_given_to_somebody_who_asks_for_any() -> None:
    ports = {free_port() for _ in range(2000)}
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert len(ports) == 2000 and max(ports) < other.getsockname()[1]


def do(url: URL, statement: str) -> None:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.execute(text(statement))


def rows(url: URL) -> list[int]:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return list(connection.execute(text("SELECT id FROM box ORDER BY id")).scalars())


def test_a_browser_opens_a_page_that_is_served(page: Page) -> None:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "<title>Latchkey</title><p id=here>Welcome")
    with serve(app) as url:
        page.goto(url)
        assert page.title() == "Latchkey"
        box = page.locator("#here").bounding_box()
        assert box and box["height"] > 10, "text without fonts has no height"
