"""Who works here and is a customer too: no deed of the desk serves oneself, and a colleague is served by a lead alone."""

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from portal.accounts.models import Role
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.returns.models import Claim, ClaimKind, Wish
from portal.support.queries.colleagues import NAMES, colleague
from portal.support.routes.door import TO_SOMEBODY_ELSE
from portal.tasks.actions import open_task
from tests.accounts.builders import customer, staff
from tests.browser import Browser, words
from tests.ground import app as app
from tests.ground import standing
from tests.house.test_routes import UNSAFE, address, least_role, rules
from tests.orders.builders import order
from tests.returns.builders import sent_back

OF_NOBODY = {
    "support.publish_incident": "what many are told at once",
    "support.reword_incident": "what many are told at once",
    "support.end_incident": "what many are told at once",
    "support.make_policy": "the rules of all returns",
    "support.retry_work": "the work between us and the provider, which is done anyway",
    "support.retry_all": "the work between us and the provider, which is done anyway",
    "support.replay": "the work between us and the provider, which is done anyway",
    "webhooks.send_again": "what the shop's systems are told anyway",
    "support.resync": "asks the provider what is so already",
    "support.reconcile": "asks the provider what is so already",
    "support.change_mode": "of a view, which never begins for a colleague",
    "support.leave": "of a view, which never begins for a colleague",
    "prepared_desk.withdraw": "of a view, which never begins for a colleague",
}
"""Deeds of the desk whose address names nobody: why it matters to nobody whose they are."""
OWN, LEADS, VIEW = (
    "Ask a colleague: this is your own account.",
    "Ask a lead: this is a colleague’s account.",
    "Who works here is not viewed.",
)


@pytest.mark.parametrize(
    ("role", "bought", "told"),
    [(Role.AGENT, "me", OWN), (Role.ADMIN, "me", OWN), (Role.AGENT, "ada", LEADS), (Role.LEAD, "ada", "")],
)
def test_every_deed_for_a_customer_asks_whether_they_work_here(database_url: str, role: Role, bought: str, told: str) -> None:
    with standing(database_url) as app:
        desk, tried = _at_desk(app, role, bought), 0
        for rule, methods in rules(app):
            if methods & UNSAFE and least_role(app, rule) and NAMES.keys() & rule.arguments:
                said = _sends(desk, address(app, rule))
                expected = {told} | ({VIEW} if rule.endpoint == "support.view" else set())
                for sentence in OWN, LEADS, VIEW:
                    is_said = sentence in expected and rule.endpoint not in TO_SOMEBODY_ELSE
                    assert (sentence in said) is is_said, f"{rule.endpoint}: {sentence}"
                tried += 1
        assert tried > 30


def test_every_deed_names_for_whom_it_is_or_stands_in_the_list(app: Flask) -> None:
    desk = {
        rule.endpoint for rule, methods in rules(app) if methods & UNSAFE and least_role(app, rule) and not NAMES.keys() & rule.arguments
    }
    assert {endpoint for endpoint in desk if not endpoint.startswith("your_sign_in.")} == OF_NOBODY.keys()


def test_who_works_here_no_more_is_a_customer_as_everybody(app: Flask) -> None:
    _at_desk(app, Role.AGENT, "gone")
    with app.app_context():
        assert colleague("customer_id", 1) is None


def test_their_own_page_is_read_and_its_controls_are_closed_with_the_reason(database_url: str) -> None:
    with standing(database_url) as app:
        desk = _at_desk(app, Role.LEAD, "me")
        for path in "/desk/customers/1", "/desk/customers/1/return", "/desk/returns/x", "/desk/claims/x", "/desk/tasks/1", "/desk/orders/x":
            page = desk.get(path)
            forms = page.select("main form[method=post]:not([action$=give], [action$=put-back], [action$=resync])")
            assert all(OWN in words(form) and form.select_one("fieldset[disabled]") for form in forms), path
            assert not page.select("main a[href$='/return'], main a[href$='/view']"), path
            assert forms or path == "/desk/orders/x", path
        page = desk.get("/desk/customers/1")
        assert {words(one) for one in page.select("main button[disabled]")} == {"View as customer", "Start a return"} and VIEW in words(
            page
        )


def _at_desk(app: Flask, role: Role, bought: str) -> Browser:
    """Of this role. Of the one customer there are an order, a return, a claim and a task; it is they, a colleague, or who left."""
    with app.app_context(), transaction():
        me = staff("me@halfjar.example", "Me", role=role)
        staff("ada@halfjar.example", "Ada")
        staff("gone@halfjar.example", "Gone").disabled_at = now()
        whose = customer(f"{bought}@halfjar.example", "Who Bought")
        bought_it = order(whose, now(), number="x")
        db.session.flush()
        sent_back(bought_it, rma="x", at=now())
        claim = Claim(
            reference="x", draft="a-draft", customer_id=whose.id, order_id=bought_it.id, kind=ClaimKind.NOT_HERE, wish=Wish.REFUND,
            words="", why_no_photo="", opened_at=now(), answer_by=now(), lines=[],
        )  # fmt: skip
        db.session.add(claim)
        open_task("reminder", whose, key="one", customer_id=whose.id, due_at=now(), at=now(), words="Call back")
        number = me.id
    browser = Browser(app)
    browser.sign_in_staff(number)
    return browser


def _sends(desk: Browser, path: str) -> str:
    with desk.app.app_context():
        answer = desk.client.post(path, data={"csrf_token": desk.token()}, headers={"Referer": "http://localhost/"})
    return words(BeautifulSoup(answer.text, "html.parser"))
