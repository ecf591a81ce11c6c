"""Reads what was sent, and says of each thing that is wrong where it stands."""

import json
from collections.abc import Sequence
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.datastructures import MultiDict

from portal.api.kinds import BAD_PARAMETER, NOT_JSON, NOT_VALID
from portal.kit.problems import Fault, Problem

Told = TypeVar("Told", bound=BaseModel)
MOST_FAULTS = 50
"""Enough to mend a body by; a body of a megabyte could have a hundred thousand."""


class _Twice(ValueError):
    pass


def read_body(body: bytes, form: type[Told]) -> Told:
    """Raises a problem that names all that is wrong."""
    _check_json(body)
    try:
        return form.model_validate_json(body)
    except ValidationError as error:
        raise _problem(error) from None


def read_query(given: MultiDict[str, str], form: type[Told]) -> Told:
    """Raises a problem. A parameter that comes twice has no value that anybody meant."""
    twice = [Fault(name, "comes twice") for name, values in given.lists() if len(values) > 1]
    if twice:
        raise Problem(BAD_PARAMETER, "A parameter comes twice.", twice)
    try:
        return form.model_validate(given.to_dict())
    except ValidationError as error:
        faults = [Fault(str(one["loc"][0]), _sentence(one)) for one in error.errors(include_url=False)]
        raise Problem(BAD_PARAMETER, f"{faults[0].pointer}: {faults[0].detail}.", faults) from None


def _check_json(body: bytes) -> None:
    """What the reader after this one would let pass: a name twice, NaN, numbers that no computer holds, and nesting without an end."""
    try:
        json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number, parse_float=_number)
    except RecursionError:
        raise Problem(NOT_JSON, "The body is nested too deep.") from None
    except _Twice as twice:
        raise Problem(NOT_JSON, str(twice)) from None
    except ValueError as error:
        raise Problem(NOT_JSON, f"The body is not JSON: {error}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Twice(f"The name {twice!r} comes twice in one object.")
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _number(written: str) -> float:
    if abs(number := float(written)) == float("inf"):
        _no_number(written)
    return number


def _problem(error: ValidationError) -> Problem:
    found = error.errors(include_url=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        return Problem(NOT_JSON, f"The body is not JSON: {found[0]['msg']}.")
    faults = [Fault(_pointer(one["loc"]), _sentence(one)) for one in found[:MOST_FAULTS]]
    more = f" The first {MOST_FAULTS} are listed." if len(found) > MOST_FAULTS else ""
    return Problem(NOT_VALID, f"{len(found)} {'places are' if len(found) > 1 else 'place is'} wrong in the body.{more}", faults)


def _pointer(place: Sequence[str | int]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)


def _sentence(one: ErrorDetails) -> str:
    if one["type"] == "extra_forbidden":
        return "is not known here"
    if one["type"] == "missing":
        return "is missing"
    return one["msg"].removeprefix("Value error, ").removeprefix("Input ")
