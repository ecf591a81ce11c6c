"""A version as a file again: TOML, from what JSON has kept."""

import json
import re
from datetime import date
from typing import Any

BARE = re.compile(r"[A-Za-z0-9_-]+")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def as_toml(body: dict[str, Any]) -> str:
    return "\n".join(_table("", body)).strip() + "\n"


def _table(name: str, table: dict[str, Any]) -> list[str]:
    """What stands for itself first, then tables, then lists of them: a key below a heading would belong to that."""
    plain = [f"{_key(key)} = {_value(value)}" for key, value in table.items() if not _is_table(value) and not _is_list(value)]
    lines = [*([f"\n[{name}]"] if name and (plain or not table) else []), *plain]
    for key, value in table.items():
        path = f"{name}.{_key(key)}" if name else _key(key)
        if _is_table(value):
            lines += _table(path, value)
        elif _is_list(value):
            for one in value:
                lines += [f"\n[[{path}]]", *(f"{_key(inner)} = {_value(held)}" for inner, held in one.items())]
    return lines


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _key(key: str) -> str:
    return key if BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_value(held)}" for key, held in value.items()) + " }" if value else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and DAY.fullmatch(value):
        return date.fromisoformat(value).isoformat()
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
