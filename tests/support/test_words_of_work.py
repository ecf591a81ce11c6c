"""Everything that the code asks a person or the worker to do has words of its own at the desk."""

import ast
from importlib import import_module
from pathlib import Path

from flask import Flask

from portal.kit.db import Model
from portal.outbox.asking import SYNCS, TASKS
from portal.support.deed_words import deed_words
from portal.support.fact_words import FOR_MACHINES, name_words
from portal.support.thing_words import thing_words
from portal.timeline.history import BOOKKEEPING
from tests.support.source import WRITERS, fact_names, name_of

CHANGED = (
    "address", "billing_account", "card", "claim", "claim_line", "customer", "customer_flag", "delivery", "impersonation", "incident",
    "one_time_item", "orders", "price", "product", "return_", "return_item", "staff", "staff_note", "staff_task", "subscription",
    "subscription_item",
)  # fmt: skip
"""Tables of which the history tells fields, before and after."""
ROOT = Path(__file__).parents[2]


def test_each_task_for_a_person_has_words(app: Flask) -> None:
    kinds = opened()
    assert {"claim", "return", "return here", "exchange sold out", "no scan"} <= kinds
    assert [kind for kind in sorted(kinds) if said(app, "task_words", kind) in ("", kind)] == []


def test_each_kind_of_work_of_the_worker_has_words(app: Flask) -> None:
    kinds = {*SYNCS, *TASKS}
    assert {"subscription", "hand back a label"} <= kinds
    assert [kind for kind in sorted(kinds) if said(app, "work_words", kind) in ("", kind)] == []


def test_each_deed_of_the_history_has_words(app: Flask) -> None:
    with app.test_request_context():
        words = deed_words()
    found = written()
    assert {"skipped", "signed in", "return delivered", "charged", "app changed", "change declined"} <= found
    assert sorted(found - words.keys()) == []


def test_each_fact_and_each_field_of_the_history_has_words(app: Flask) -> None:
    with app.test_request_context():
        names, things = name_words(), thing_words()
    facts = fact_names()
    assert {"reason", "newest", "rma", "came", "day", "undone", "amount", "by_mail"} <= facts, "they are found in each way to write them"
    assert sorted(facts - names.keys() - FOR_MACHINES) == []
    tables = {mapper.class_.__tablename__: mapper.class_ for mapper in Model.registry.mappers}
    assert sorted(things.keys() - tables.keys()) == []
    told = {column.key for table in CHANGED for column in tables[table].__table__.columns if not column.info.get("learned")}
    assert sorted(told - names.keys() - FOR_MACHINES - BOOKKEEPING) == []


def written() -> set[str]:
    """What is named wherever the history is written: as it stands there, or by a name or a table of the module."""
    found: set[str] = set()
    for file in sorted((ROOT / "portal").rglob("*.py")):
        calls = [one for one in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(one, ast.Call)]
        for said in [argument for one in calls if name_of(one.func) in WRITERS for argument in one.args[1:3]]:
            module = import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
            found |= {key for key in _keys(said, module) if key}
    return found


def _keys(said: ast.expr, module: object) -> set[str]:
    if isinstance(said, ast.IfExp):
        return _keys(said.body, module) | _keys(said.orelse, module)
    if isinstance(said, ast.Subscript) and isinstance(said.value, ast.Name):
        return set(getattr(module, said.value.id).values())
    return {_kind(said, module)} if isinstance(_kind(said, module), str) else set()


def opened() -> set[str]:
    """What each call of `open_task` names; where that is handed through by a function of the module, what its callers name."""
    found: set[str] = set()
    for file in sorted((ROOT / "portal").rglob("*.py")):
        calls = [one for one in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(one, ast.Call) and one.args]
        named = [one for one in calls if isinstance(one.func, ast.Name) and one.func.id in ("open_task", "_task")]
        if any(one.func.id == "open_task" for one in named if isinstance(one.func, ast.Name)):
            module = import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
            found |= {kind for one in named if (kind := _kind(one.args[0], module))}
    return found


def _kind(said: ast.expr, module: object) -> str:
    if isinstance(said, ast.Constant):
        return str(said.value)
    return str(getattr(module, said.id, "")) if isinstance(said, ast.Name) else ""


def said(app: Flask, macro: str, kind: str) -> str:
    with app.test_request_context():
        template = app.jinja_env.from_string(f'{{% from "support/_pieces.html" import {macro} %}}{{{{ {macro}({kind!r}) }}}}')
        return template.render().strip()
