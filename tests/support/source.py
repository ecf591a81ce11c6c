"""Reads from the code which facts are kept with the deeds of the history."""

import ast
import inspect
import textwrap
from importlib import import_module
from pathlib import Path
from types import FunctionType

ROOT = Path(__file__).parents[2]
WRITERS = ("note", "deed", "change", "_change", "_changed", "_end")
"""What writes into the history: the subject first, then the deed."""


def fact_names() -> set[str]:
    """All names of facts, by whatever way they come to where the history is written."""
    found: set[str] = set()
    for file in sorted((ROOT / "portal").rglob("*.py")):
        functions = [one for one in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(one, ast.FunctionDef)]
        for function in functions:
            if calls := [one for one in ast.walk(function) if isinstance(one, ast.Call) and name_of(one.func) in WRITERS]:
                module = import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
                told = [keyword.value for call in calls for keyword in call.keywords if keyword.arg == "facts"]
                found |= _added(function, "facts").union(*(_names_in(one, function, module) for one in told))
    return found


def name_of(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def _names_in(said: ast.expr, function: ast.FunctionDef, module: object) -> set[str]:
    """The keys of a table: as it is written out, put together, given a name, or made by a function."""
    match said:
        case ast.Dict():
            parts = [value for key, value in zip(said.keys, said.values, strict=True) if key is None]
            own = {str(key.value) for key in said.keys if isinstance(key, ast.Constant)}
            return own.union(*(_names_in(part, function, module) for part in parts))
        case ast.BinOp():
            return _names_in(said.left, function, module) | _names_in(said.right, function, module)
        case ast.IfExp():
            return _names_in(said.body, function, module) | _names_in(said.orelse, function, module)
        case ast.Name():
            return _added(function, said.id).union(*(_names_in(one, function, module) for one in _given(function, said.id)))
        case ast.Call():
            made = getattr(module, name_of(said.func), None)
            return _names_made(made) if isinstance(made, FunctionType) and made.__module__.startswith("portal.") else set()
    return set()


def _names_made(by: FunctionType) -> set[str]:
    (function,) = ast.parse(textwrap.dedent(inspect.getsource(by))).body
    assert isinstance(function, ast.FunctionDef)
    returned = [one.value for one in ast.walk(function) if isinstance(one, ast.Return) and one.value]
    found: set[str] = set()
    return found.union(*(_names_in(one, function, import_module(by.__module__)) for one in returned))


def _given(function: ast.FunctionDef, name: str) -> list[ast.expr]:
    """What this name is given in it."""
    gives = [one for one in ast.walk(function) if isinstance(one, ast.Assign | ast.AnnAssign | ast.AugAssign) and one.value]
    targets = [(one.targets if isinstance(one, ast.Assign) else [one.target], one.value) for one in gives]
    return [value for to, value in targets if value and any(isinstance(one, ast.Name) and one.id == name for one in to)]


def _added(function: ast.FunctionDef, name: str) -> set[str]:
    """What is put into a table of this name later, such as `doing.facts["day"] = …`."""
    puts = [target for one in ast.walk(function) if isinstance(one, ast.Assign) for target in one.targets]
    named = [put.slice for put in puts if isinstance(put, ast.Subscript) and name_of(put.value) == name]
    return {str(key.value) for key in named if isinstance(key, ast.Constant)}
