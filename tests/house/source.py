"""Our own source, read as trees."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PORTAL = sorted(path.relative_to(ROOT) for path in (ROOT / "portal").rglob("*.py") if "versions" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def calls(node: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Calls of `name(…)` and of `module.name(…)`."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and name_of(call.func) in names:
            yield call


def name_of(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
