"""A key is made by an operator, shown once, kept as a hash, and refused from the request after it was revoked."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.api.commands import api_key
from portal.api.models import ApiKey, Scope
from portal.kit.db import Model, db
from portal.timeline import Entry
from tests.api.client import System
from tests.conftest import TODAY
from tests.conftest import time as time


def run(app: Flask, *words: str, expect: int = 0) -> str:
    with app.app_context():
        done = app.test_cli_runner().invoke(api_key, words)
    assert done.exit_code == expect, done.output
    return done.output.strip()


def test_a_key_is_shown_once_and_lets_its_system_in(app: Flask) -> None:
    key = run(app, "add", "till", "--scopes", "products:read,stock:write")
    assert app.test_client().get("/api/v1/products", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    listed = run(app, "list")
    assert key[:11] in listed and key not in listed
    assert "till  products:read,stock:write  last used" in listed
    with app.app_context():
        for table in Model.metadata.sorted_tables:
            assert key not in str(db.session.execute(select(table)).all()), f"{table.name} holds a key that anybody could use"
        assert db.session.scalars(select(Entry.deed)).all() == ["API key added"]


def test_a_revoked_key_is_refused_at_the_next_request(app: Flask) -> None:
    system = System(app)
    system.get("/products")
    run(app, "revoke", "warehouse")
    assert system.get("/products", expect=401)["type"].endswith("#no-key")
    assert "revoked" in run(app, "list")
    run(app, "revoke", "warehouse")
    with app.app_context():
        assert db.session.scalars(select(Entry.deed).order_by(Entry.id)).all() == ["API key added", "API key revoked"]


def test_a_name_is_given_once(app: Flask) -> None:
    run(app, "add", "till", "--scopes", "stock:read")
    assert "already" in run(app, "add", "till", "--scopes", "stock:read", expect=1)


@pytest.mark.parametrize(("name", "scopes"), [("till", "everything"), ("till", ""), ("", "stock:read"), ("a\nb", "stock:read")])
def test_a_key_that_makes_no_sense_is_not_made(app: Flask, name: str, scopes: str) -> None:
    run(app, "add", name, "--scopes", scopes, expect=2)
    assert run(app, "list") == ""


def test_no_key_is_revoked_that_is_not_there(app: Flask) -> None:
    assert "No key" in run(app, "revoke", "nobody", expect=1)


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Bearer x", "Basic {key}", "Bearer {key}x", "Bearer {prefix}", "{key}"])
def test_nothing_else_than_the_key_lets_in(app: Flask, given: str) -> None:
    system = System(app)
    header = given.format(key=system.key, prefix=system.key[:11])
    assert system.get("/products", expect=401, headers={"Authorization": header})["status"] == 401


def test_a_key_without_the_scope_is_told_which_one_it_lacks(app: Flask) -> None:
    problem = System(app, Scope.PRODUCTS_READ).put("/products/honey", {}, expect=403)
    assert problem["detail"] == "This needs a key with the scope products:write."


def test_when_it_was_last_used_is_known_to_the_hour(app: Flask, time: Callable[[timedelta], None]) -> None:
    system = System(app)

    def used() -> str:
        system.get("/products")
        with app.app_context():
            return str(db.session.scalars(select(ApiKey.last_used_at)).one())

    first = used()
    time(timedelta(minutes=59))
    assert used() == first
    time(timedelta(minutes=2))
    assert used() > first


def test_too_many_requests_are_told_how_long_to_wait(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = TODAY
    monkeypatch.setattr("portal.api.routes.serving.now", lambda: moment)
    system, other = System(app), System(app, name="till")
    for _ in range(200):
        system.get("/products")
    assert system.get("/products", expect=429)["type"].endswith("#too-fast")
    assert system.answer.headers["Retry-After"] == "1"
    other.get("/products")
    moment += timedelta(seconds=1)
    for _ in range(20):
        system.get("/products")
    system.get("/products", expect=429)
