"""Whatever changes something is written down: each unsafe route leads to a deed, or says why it leads to none (REL G4)."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

import pytest
from flask import Flask

from portal import timeline
from portal.accounts.models import Customer
from portal.kit.db import db, is_sqlite, transaction
from tests.accounts.builders import customer
from tests.browser import Browser
from tests.ground import standing
from tests.house.test_routes import UNSAFE, rules

ELSEWHERE = "asks for a page at the payment provider: what is done there is written down once it is learned"
DRAFT = "a draft, which only its owner sees: what is sent in the end is written down"
KEPT = "keeps the news itself, once: what follows from it is written down by the worker"
WRITES_NONE = {
    "billing.add_card": ELSEWHERE,
    "billing.pay_invoice": ELSEWHERE,
    "returns.pay_for_exchange": ELSEWHERE,
    "billing.leave": "a page at the payment provider was left without doing anything",
    "payments.receive_event": KEPT,
    "carriers.receive_news": KEPT,
    "subscriptions.open_offer": "leads to a page, and remembers who opened which offer: what is changed there is written down",
    "photos.add": DRAFT,
    "photos.remove": DRAFT,
    "returns.begin": DRAFT,
    "returns.tell_why": DRAFT,
    "returns.tell_for_what": DRAFT,
    "api.put_order": "an order as the shop's own system told it, kept with when and from where it came",
    "api.put_stock": "told again all the time, and kept with the moment as of which it counts",
    "api.post_stock": "told again all the time, and kept with the moment as of which it counts",
    "prepared.say_why": "words beside a suggestion, which stands in the history by itself",
    "incidents.dismiss": "a banner that its reader has seen: nothing but that it is not shown to them again",
    "withdrawals.read_again": "changes nothing: shows what was typed once more",
    "demo.move_clock": "asked from a terminal, in the demo only",
    "styleguide.change": "changes nothing, in demo and development only",
}
WRITERS: set[object] = {timeline.deed, timeline.note}


def test_each_unsafe_route_writes_into_the_history_or_says_why_not(app: Flask) -> None:
    unsafe = {rule.endpoint for rule, methods in rules(app) if methods & UNSAFE}
    silent = {endpoint for endpoint in unsafe if not leads_to_a_deed(app.view_functions[endpoint])}
    assert silent - WRITES_NONE.keys() == set(), "each of these changes something: have it written down, or say above why not"
    assert WRITES_NONE.keys() - silent == set(), "these do write something down, or are gone"


def leads_to_a_deed(view: Any) -> bool:
    """Whether anything of ours that it mentions, however deep, mentions `timeline.deed` or `timeline.note`."""
    waits, seen = [inspect.unwrap(view)], set()
    while waits:
        one = waits.pop()
        if one in WRITERS:
            return True
        if one not in seen:
            seen.add(one)
            waits += mentioned(one)
    return False


def mentioned(one: Any) -> Iterator[Any]:
    """Functions and classes of the portal whose names stand in the source of this one."""
    if not (getattr(one, "__module__", None) or "").startswith("portal."):
        return
    if inspect.isclass(one):
        yield from (inspect.unwrap(method) for method in vars(one).values() if isinstance(method, FunctionType))
        return
    if one.__code__.co_filename.startswith("<"):
        return  # made by a decorator, from no source
    yield from (cell.cell_contents for cell in one.__closure__ or () if isinstance(cell.cell_contents, FunctionType))
    known = one.__globals__
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(one)))):
        found = None
        if isinstance(node, ast.Name):
            found = known.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and isinstance(known.get(node.value.id), ModuleType):
            found = getattr(known[node.value.id], node.attr, None)
        if isinstance(found, FunctionType) or inspect.isclass(found):
            yield found if found in WRITERS else inspect.unwrap(found)


REFUSE = "no entry can be written now"
ON_SQLITE = f"CREATE TRIGGER no_entry BEFORE INSERT ON timeline BEGIN SELECT RAISE(ABORT, '{REFUSE}'); END"
ON_POSTGRESQL = (
    f"CREATE FUNCTION no_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{REFUSE}'; END $$",
    "CREATE TRIGGER no_entry BEFORE INSERT ON timeline FOR EACH ROW EXECUTE FUNCTION no_entry()",
)


def test_what_cannot_be_written_down_is_not_done(database_url: str) -> None:
    with standing(database_url) as app:
        with app.app_context(), transaction():
            alice = customer().id
        browser = Browser(app)
        browser.sign_in(alice)
        data = {"csrf_token": browser.token(), "locale": "tr", "time_zone": "Europe/Istanbul"}
        with app.app_context(), db.engine.begin() as connection:
            for statement in (ON_SQLITE,) if is_sqlite() else ON_POSTGRESQL:
                connection.exec_driver_sql(statement)
        with pytest.raises(Exception, match=REFUSE):
            browser.client.post("/account/language", data=data)
        with app.app_context():
            assert db.session.get_one(Customer, alice).locale is None
