"""Everybody tries every address: what is a customer's, what is the desk's, and from which role on (REL A1)."""

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from portal.accounts.current import DOOR
from portal.accounts.models import Role
from portal.api.models import Scope
from portal.kit.db import transaction
from tests.accounts.builders import customer, staff
from tests.api.client import System
from tests.browser import Browser
from tests.ground import standing
from tests.house.test_routes import DESK, KEYS, NO_TOKEN, PUBLIC, address, rules

AT_LEAST = 60
"""Addresses that are not public."""
WHO = ["anonymous", "customer A", "customer B", *Role]


@pytest.mark.parametrize("who", WHO)
def test_each_address_lets_in_whom_it_is_for(database_url: str, who: str) -> None:
    with standing(database_url) as app:
        comes, tried = comer(app, who), 0
        for rule, methods in rules(app):
            if rule.endpoint not in PUBLIC | NO_TOKEN | KEYS:
                for method in sorted(methods):
                    answer = tries(comes(), method, address(app, rule))
                    expected = answer_for(who, rule.endpoint)
                    assert what_is(answer) in expected, f"{who}: {method} {rule.rule} answered {answer.status}, not {expected}"
                    tried += 1
        assert tried >= AT_LEAST


@pytest.mark.parametrize("who", WHO)
def test_to_the_api_nobody_comes_without_a_key(database_url: str, who: str) -> None:
    """A browser's session is worth nothing there, whoever's it is."""
    with standing(database_url) as app:
        browser = comer(app, who)()
        for rule, methods in rules(app):
            if rule.endpoint in KEYS:
                for method in sorted(methods):
                    answer = browser.client.open(address(app, rule), method=method, json={})
                    assert answer.status_code == 401, f"{who}: {method} {rule.rule} answered {answer.status}"
                    assert answer.headers["WWW-Authenticate"] == "Bearer"
                    assert "Set-Cookie" not in answer.headers


def test_each_address_of_the_api_lets_in_the_one_scope_that_it_names(database_url: str) -> None:
    with standing(database_url) as app:
        systems = {scope: System(app, scope, name=scope) for scope in Scope}
        for rule, methods in rules(app):
            for method in sorted(methods) if rule.endpoint in KEYS else ():
                for scope, system in systems.items():
                    headers = {"Authorization": f"Bearer {system.key}"}
                    answer = app.test_client().open(address(app, rule), method=method, json={}, headers=headers)
                    if scope is KEYS[rule.endpoint]:
                        assert answer.status_code not in (401, 403), f"{scope}: {method} {rule.rule} answered {answer.status}"
                    else:
                        assert answer.status_code == 403, f"{scope}: {method} {rule.rule} answered {answer.status}"
                        assert KEYS[rule.endpoint] in answer.get_json(force=True)["detail"]


def answer_for(who: str, endpoint: str) -> set[str]:
    """To whom it is for, nothing may be there: number 1 belongs to nobody."""
    if endpoint not in DESK:
        return {"in", "not there"} if who.startswith("customer") else {"door"}
    if who not in list(Role):
        return {"not there"}
    return {"in", "not there"} if Role(who).includes(DESK[endpoint]) else {"refused"}


def what_is(answer: TestResponse) -> str:
    if answer.status_code == 303 and answer.location == DOOR:
        return "door"
    return {404: "not there", 403: "refused"}.get(answer.status_code, "in")


def comer(app: Flask, who: str) -> Callable[[], Browser]:
    with app.app_context(), transaction():
        customers = {f"customer {name}": customer(f"{name}@example.com").id for name in "AB"}
        workers = {str(role): staff(f"{role}@halfjar.example", role=role).id for role in Role}

    def comes() -> Browser:
        """By a session of its own: what was tried before may have ended it."""
        browser = Browser(app)
        if who in customers:
            browser.sign_in(customers[who])
        elif who in workers:
            browser.sign_in_staff(workers[who])
        return browser

    return comes


def tries(browser: Browser, method: str, path: str) -> TestResponse:
    """With a token: what is refused is refused for who it is."""
    if method == "GET":
        return browser.client.get(path)
    return browser.client.post(path, data={"csrf_token": browser.token()}, headers={"Referer": "http://localhost/"})
