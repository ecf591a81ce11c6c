"""The page of the API is written from what checks the requests: nothing that can be asked is missing there, and anybody may read it."""

from bs4 import BeautifulSoup
from flask import Flask

from portal.api import kinds
from portal.api.endpoints import ENDPOINTS
from portal.api.models import Scope
from portal.api.openapi import path_of
from portal.kit.problems import Kind
from tests.browser import words


def page(app: Flask) -> BeautifulSoup:
    answer = app.test_client().get("/api/v1/")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    return BeautifulSoup(answer.text, "html.parser")


def test_all_that_can_be_asked_stands_there_with_its_scope_and_fields(app: Flask) -> None:
    shown = page(app)
    for endpoint in ENDPOINTS:
        card = shown.select_one(f"[aria-labelledby={endpoint.name}]")
        assert card, endpoint.name
        assert f"{endpoint.method} {path_of(endpoint)}" in words(card)
        assert f"scope {endpoint.scope}" in words(card)
        for name in endpoint.takes.model_fields:
            assert name in words(card), f"{endpoint.name}: {name}"


def test_each_problem_is_explained_where_its_type_leads(app: Flask) -> None:
    shown = page(app)
    named = [kind for kind in vars(kinds).values() if isinstance(kind, Kind)]
    assert len(named) >= 13
    for kind in named:
        assert shown.find(id=kind.slug), f"{kind.slug} is not explained"
    for scope in Scope:
        assert scope in words(shown)
