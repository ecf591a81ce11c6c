"""Transactions open at edges, and nobody speaks with the provider inside one."""

import ast
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from portal import outbox, payments
from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from tests.house.source import PORTAL, calls, name_of, tree

EDGES = {"routes.py", "sync.py", "commands.py", "tasks.py", "emails.py"}
ALSO = {
    "portal/outbox/lease.py": "the worker's own bookkeeping",
    "portal/outbox/worker.py": "the worker",
    "portal/accounts/current.py": "notes when somebody was last seen",
    "portal/demo/seed.py": "fills the demo",
}


def is_edge(path: Path) -> bool:
    return path.name in EDGES or path.parent.name == "routes" or path.as_posix() in ALSO


@pytest.mark.parametrize("path", PORTAL, ids=str)
def test_only_edges_open_a_transaction(path: Path) -> None:
    if not is_edge(path):
        for call in calls(tree(path), "transaction"):
            pytest.fail(f"{path}:{call.lineno} opens a transaction: leave that to the route, the sync or the command")


@pytest.mark.parametrize("path", PORTAL, ids=str)
def test_no_block_speaks_with_the_provider_inside_a_transaction(path: Path) -> None:
    for block in ast.walk(tree(path)):
        if isinstance(block, ast.With) and any(_opens(item.context_expr) for item in block.items):
            for statement in block.body:
                for call in calls(statement, "provider"):
                    pytest.fail(f"{path}:{call.lineno} calls the provider while a transaction is open")


def _opens(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Call) and name_of(expression.func) in ("transaction", "finish")


def test_the_provider_is_never_called_inside_a_transaction(app: Flask) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match="Never call the provider"), transaction():
        payments.provider()


def test_the_provider_is_never_called_while_a_read_is_open(app: Flask) -> None:
    with app.app_context():
        db.session.execute(text("SELECT 1"))
        with pytest.raises(RuntimeError, match="Never call the provider"):
            payments.provider()


def test_a_sync_is_never_asked_for_outside_one(app: Flask) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match="A sync belongs to a change"):
        outbox.want_sync(Customer(email="x"), at=now())


def test_only_the_edge_opens_one(app: Flask) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match="only the edge"), transaction(), transaction():
        pass
