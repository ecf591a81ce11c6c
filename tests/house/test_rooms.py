"""Who may enter whom, beyond what import-linter knows."""

import importlib
import pkgutil
import re

import grimp
import pytest

import portal
from tests.house.source import ROOT

OPEN_DOORS = {"models", "actions", "queries"}
HALLS = {"__main__", "cli", "config", "demo", "doctor", "migrations", "schedule"}
"""They put the rooms together, or run them from outside: they may enter anywhere, and no room enters them."""


@pytest.fixture(scope="module")
def imports() -> list[tuple[list[str], list[str]]]:
    graph = grimp.build_graph("portal", cache_dir=None)
    return [
        (importer.split(".")[1:], imported.split(".")[1:])
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    ]


def test_rooms_meet_only_at_open_doors(imports: list[tuple[list[str], list[str]]]) -> None:
    for here, there in imports:
        if not here or here[0] in HALLS or len(there) < 2 or here[0] == there[0] or there[0] == "kit":
            continue
        is_open = there[1] in OPEN_DOORS or there[:2] == ["accounts", "current"]
        assert is_open, f"portal.{'.'.join(here)} reaches past the open doors of {there[0]}: {'.'.join(there)}"


def test_no_room_enters_the_halls(imports: list[tuple[list[str], list[str]]]) -> None:
    for here, there in imports:
        if here and here[0] not in HALLS and there:
            assert there[0] not in HALLS, f"portal.{'.'.join(here)} imports portal.{'.'.join(there)}"


def test_no_door_is_named_like_a_module_of_its_room() -> None:
    """`from portal.outbox import task` must not mean one thing or the other by what was imported first."""
    for room in pkgutil.iter_modules(portal.__path__, "portal."):
        if room.ispkg and room.name != "portal.migrations":
            package = importlib.import_module(room.name)
            for module in pkgutil.iter_modules(package.__path__):
                found = getattr(package, module.name, None)
                assert found is None or found is importlib.import_module(f"{room.name}.{module.name}"), f"{room.name}.{module.name}"


def test_the_readme_has_each_room_on_its_map() -> None:
    told = set(re.findall(r"^  (\w+)/ ", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert told == {module.name for module in pkgutil.iter_modules(portal.__path__) if module.ispkg}
