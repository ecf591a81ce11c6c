"""A request that is sent again under its Idempotency-Key is done once, and answered as the first time."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.api import actions
from portal.api.models import ApiKey, Repeatable
from portal.catalog.models import Product
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.timeline import Entry
from tests.api.client import System
from tests.conftest import time as time
from tests.ground import at_once

TEA = {"name": "Tea", "variants": [{"sku": "TEA"}]}


def deeds(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(Entry).where(Entry.subject.startswith("product:"))).all())


def test_the_first_answer_comes_again_and_nothing_is_done_twice(app: Flask) -> None:
    system = System(app)
    first = system.put("/products/tea", TEA, expect=201, repeat="a")
    system.put("/products/tea", {**TEA, "name": "Green tea"})
    assert system.put("/products/tea", TEA, expect=201, repeat="a") == first
    assert system.answer.headers["Idempotency-Replayed"] == "true"
    assert system.get("/products/tea")["name"] == "Green tea"
    assert deeds(app) == 2


def test_a_refusal_is_an_answer_too(app: Flask) -> None:
    system = System(app)
    system.put("/products/tea", TEA, expect=201)
    first = system.put("/products/other", TEA, expect=409, repeat="a")
    assert system.put("/products/other", TEA, expect=409, repeat="a") == first
    wrong = system.put("/products/other", {}, expect=422, repeat="b")
    assert system.put("/products/other", {}, expect=422, repeat="b") == wrong
    not_json = system.put("/products/other", b"{", expect=400, repeat="c")
    assert system.put("/products/other", b"{", expect=400, repeat="c") == not_json


@pytest.mark.parametrize(("path", "told"), [("/products/tea", {"name": "Else"}), ("/products/else", TEA)])
def test_another_request_under_the_same_key_is_a_mistake(app: Flask, path: str, told: dict[str, Any]) -> None:
    system = System(app)
    system.put("/products/tea", TEA, expect=201, repeat="a")
    assert system.put(path, told, expect=422, repeat="a")["type"].endswith("#idempotency-key-reused")


def test_two_systems_do_not_know_each_others_keys(app: Flask) -> None:
    System(app).put("/products/tea", TEA, expect=201, repeat="a")
    System(app, name="till").put("/products/tea", {"name": "Else"}, repeat="a")


def test_while_it_is_being_done_it_is_not_done_again(app: Flask) -> None:
    system = System(app)
    system.put("/products/tea", TEA, expect=201, repeat="a")
    with app.app_context(), transaction():
        db.session.scalars(select(Repeatable)).one().status = None
    problem = system.put("/products/tea", TEA, expect=409, repeat="a")
    assert problem["type"].endswith("#in-flight")
    assert system.answer.headers["Retry-After"] == "1"


def test_what_died_with_its_process_may_be_tried_again(app: Flask, time: Callable[[timedelta], None]) -> None:
    system = System(app)
    system.put("/products/tea", TEA, expect=201, repeat="a")
    with app.app_context(), transaction():
        db.session.scalars(select(Repeatable)).one().status = None
    time(timedelta(minutes=3))
    system.put("/products/tea", TEA, repeat="a")


def test_who_was_given_up_writes_nothing(app: Flask, time: Callable[[timedelta], None]) -> None:
    System(app)
    with app.app_context():
        key_id = db.session.scalars(select(ApiKey.id)).one()
        with transaction():
            slow = actions.begin(key_id, "a", "x", at=now())
        with transaction():
            quick = actions.begin(key_id, "a", "x", at=now() + timedelta(minutes=3))
        assert isinstance(slow, actions.Turn) and isinstance(quick, actions.Turn)
        answer = actions.KeptAnswer(200, "application/json", "{}")
        with transaction():
            actions.keep(quick, answer)
        with pytest.raises(actions.Overtaken), transaction():
            actions.keep(slow, answer)


def test_after_a_day_the_key_may_be_used_again(app: Flask, time: Callable[[timedelta], None]) -> None:
    system = System(app)
    system.put("/products/tea", TEA, expect=201, repeat="a")
    time(timedelta(hours=23))
    system.put("/products/tea", TEA, expect=201, repeat="a")
    time(timedelta(hours=1))
    system.put("/products/tea", {"name": "Else"}, repeat="a")
    time(timedelta(hours=25))
    with app.app_context():
        with transaction():
            actions.forget_old(at=now())
        assert db.session.scalars(select(Repeatable)).all() == []


def test_what_broke_on_our_side_is_tried_anew(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    system = System(app)
    with monkeypatch.context() as broken:
        broken.setattr("portal.catalog.models.Product.__tablename__", "product")
        broken.setattr("portal.api.queries.product", None)
        problem = system.put("/products/tea", TEA, expect=500, repeat="a")
        assert problem["detail"].startswith("Something broke on our side, and nothing was changed.")
    assert deeds(app) == 0
    system.put("/products/tea", TEA, expect=201, repeat="a")


@pytest.mark.parametrize("repeat", ["", " ", "x" * 256, "é"])
def test_a_key_that_can_not_be_one_is_refused(app: Flask, repeat: str) -> None:
    System(app).put("/products/tea", TEA, expect=400, headers={"Idempotency-Key": repeat})


def test_fifty_at_the_same_moment_are_one(app: Flask) -> None:
    system = System(app)
    headers = {"Authorization": f"Bearer {system.key}", "Idempotency-Key": "a", "Content-Type": "application/json"}

    def send(_: int) -> TestResponse:
        return app.test_client().put("/api/v1/products/tea", data=json.dumps(TEA), headers=headers)

    answers = at_once(app, 50, send)
    told = Counter(answer.status_code for answer in answers)
    assert set(told) <= {201, 409}, told
    assert len({answer.text for answer in answers if answer.status_code == 201}) == 1
    assert {answer.get_json(force=True)["type"].rpartition("#")[2] for answer in answers if answer.status_code == 409} <= {"in-flight"}
    again = system.put("/products/tea", TEA, expect=201, repeat="a")
    assert again == next(answer for answer in answers if answer.status_code == 201).get_json()
    with app.app_context():
        assert len(db.session.scalars(select(Product)).all()) == 1
    assert deeds(app) == 1
