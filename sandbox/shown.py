"""What is shown of an object that holds a long list."""

from typing import Any

SHOWN = 10
"""Of a list, unless another limit was asked for."""


def shown(answer: Any) -> Any:
    """A subscription shows ten of its items, an invoice ten of its lines; the others are at the address of the list."""
    if isinstance(answer, list):
        return [shown(entry) for entry in answer]
    if not isinstance(answer, dict):
        return answer
    parts = {name: shown(value) for name, value in answer.items()}
    held = {"subscription": "items", "invoice": "lines"}.get(str(parts.get("object")), "")
    if isinstance(parts.get(held), dict) and len(parts[held]["data"]) > SHOWN:
        parts[held] = parts[held] | {"data": parts[held]["data"][:SHOWN], "has_more": True}
    return parts
