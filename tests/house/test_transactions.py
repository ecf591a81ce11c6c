"""Transactions open at edges, and nobody speaks with the provider inside one."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from portal import carriers, outbox, payments
from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from tests.house.source import PORTAL, calls, name_of, tree

EDGES = {"routes.py", "sync.py", "commands.py", "tasks.py", "emails.py"}
ALSO = {
    "portal/outbox/lease.py": "the worker's own bookkeeping",
    "portal/outbox/worker.py": "the worker",
    "portal/payments/once.py": "notes each try before it is made",
    "portal/accounts/current.py": "notes when somebody was last seen",
    "portal/accounts/viewing.py": "ends a view of a customer's pages whose time is up",
    "portal/photos/taking.py": "a part of routes that take photos: one transaction for each",
    "portal/demo/seed.py": "fills the demo",
    "portal/demo/parcels.py": "fills the demo",
}


def is_edge(path: Path) -> bool:
    return path.name in EDGES or path.parent.name in ("routes", "sync", "commands") or path.as_posix() in ALSO


def test_only_edges_open_a_transaction() -> None:
    """Leave it to the route, the sync or the command."""
    assert [f"{path}:{call.lineno}" for path in PORTAL if not is_edge(path) for call in calls(tree(path), "transaction")] == []


def test_each_edge_that_is_named_is_one() -> None:
    assert [path for path in ALSO if not list(calls(tree(Path(path)), "transaction"))] == []


def test_no_block_speaks_with_the_provider_inside_a_transaction() -> None:
    assert [f"{path}:{line}" for path in PORTAL for line in _provider_inside(path)] == []


def _provider_inside(path: Path) -> Iterator[int]:
    for block in ast.walk(tree(path)):
        if isinstance(block, ast.With) and any(_opens(item.context_expr) for item in block.items):
            for statement in block.body:
                yield from (call.lineno for call in calls(statement, "provider", "billing_provider", "money_provider", "carrier_service"))


def _opens(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Call) and name_of(expression.func) in ("transaction", "finish")


PROVIDERS = [payments.provider, payments.billing_provider, payments.money_provider, carriers.carrier_service]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_provider_is_never_called_inside_a_transaction(app: Flask, provider: Callable[[], object]) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match=r"Never call the (provider|carrier service)"), transaction():
        provider()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_provider_is_never_called_while_a_read_is_open(app: Flask, provider: Callable[[], object]) -> None:
    with app.app_context():
        db.session.execute(text("SELECT 1"))
        with pytest.raises(RuntimeError, match=r"Never call the (provider|carrier service)"):
            provider()


def test_a_sync_is_never_asked_for_outside_one(app: Flask) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match="A sync belongs to a change"):
        outbox.want_sync(Customer(email="x"), at=now())


def test_only_the_edge_opens_one(app: Flask) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match="only the edge"), transaction(), transaction():
        pass
