"""Everything that the code asks a person or the worker to do has words of its own at the desk."""

import ast
from importlib import import_module
from pathlib import Path

from flask import Flask

from portal.outbox.asking import SYNCS, TASKS

ROOT = Path(__file__).parents[2]


def test_each_task_for_a_person_has_words(app: Flask) -> None:
    kinds = opened()
    assert {"claim", "return", "return here", "exchange sold out", "no scan"} <= kinds
    assert [kind for kind in sorted(kinds) if said(app, "task_words", kind) in ("", kind)] == []


def test_each_kind_of_work_of_the_worker_has_words(app: Flask) -> None:
    kinds = {*SYNCS, *TASKS}
    assert {"subscription", "hand back a label"} <= kinds
    assert [kind for kind in sorted(kinds) if said(app, "work_words", kind) in ("", kind)] == []


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
