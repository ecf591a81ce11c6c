"""Whoever installs the portal finds each setting where they look for it."""

import re
from contextlib import suppress

from portal import config
from tests.house.source import ROOT


class Asked(dict[str, str]):
    """An environment that remembers what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, name: str, default: object = None) -> object:  # type: ignore[override]
        self.names.add(name)
        return default


def read_by_config() -> set[str]:
    asked = Asked()
    with suppress(config.Misconfigured):
        config.from_environment(asked)
    return asked.names


def test_the_readme_tells_of_each_setting() -> None:
    told = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    read_by_the_procfile = set(re.findall(r"\$\{?([A-Z_]+)", (ROOT / "Procfile").read_text(encoding="utf-8")))
    assert told == read_by_config() | read_by_the_procfile


def test_the_example_has_each_setting() -> None:
    told = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    assert told == read_by_config()
