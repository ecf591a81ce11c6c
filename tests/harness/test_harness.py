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


def test_an_emptied_one_is_as_it_was_made_and_one_whose_tables_were_changed_is_not_used_again() -> None:
    def fill(url: URL) -> None:
        do(url, "CREATE TABLE box (id serial PRIMARY KEY)")
        do(url, "CREATE TABLE head (id serial PRIMARY KEY, hash text)")
        do(url, "INSERT INTO head (hash) VALUES ('none, \"yet\"')")
        do(url, "CREATE TABLE line (id serial PRIMARY KEY, box int REFERENCES box)")
        do(url, "CREATE FUNCTION stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'it stays'; END $$")
        do(url, "CREATE TRIGGER stays BEFORE DELETE ON line FOR EACH ROW EXECUTE FUNCTION stays()")

    with postgres() as server:
        databases, used = Databases(server), []
        for change in "SELECT 1", "DROP TRIGGER stays ON line", "SELECT 1":
            with databases.empty("boxes", fill) as url:
                assert count(url) == 0
                assert heads(url) == [(1, 'none, "yet"')]
                do(url, "INSERT INTO head (hash) VALUES ('of a test')")
                do(url, "UPDATE head SET hash = 'another'")
                do(url, "INSERT INTO box DEFAULT VALUES")
                do(url, "INSERT INTO line (box) VALUES (1)")  # so the numbers begin anew
                left_open = create_engine(url).connect()
                left_open.execute(text("UPDATE box SET id = id"))
                do(url, change)
                used.append(url.database)
            left_open.invalidate()
            left_open.close()
        databases.close()
    assert used[0] == used[1] != used[2]


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


def heads(url: URL) -> list[tuple[int, str]]:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return [(number, kept) for number, kept in connection.execute(text("SELECT id, hash FROM head ORDER BY id"))]


def test_a_browser_opens_a_page_that_is_served(page: Page) -> None:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "<title>Latchkey</title><p id=here>Welcome")
    with serve(app) as url:
        page.goto(url)
        assert page.title() == "Latchkey"
        box = page.locator("#here").bounding_box()
        assert box and box["height"] > 10, "text without fonts has no height"
