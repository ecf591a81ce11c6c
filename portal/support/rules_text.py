"""The rules of returns as text: what is wrong with it, and in which line."""

import re
import tomllib
from typing import Any

from portal.returns.actions.ruling import WrongPolicy, plain, read

HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?")
KEY = re.compile(r"\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\")(?:\.(?:[A-Za-z0-9_-]+|\"[^\"]*\"))*)\s*=")
AT_LINE = re.compile(r"at line (\d+)")


class WrongText(Exception):
    """`problems` are sentences, each with its line, if one can be named."""

    def __init__(self, problems: list[tuple[int | None, str]]) -> None:
        super().__init__("\n".join(sentence for _line, sentence in problems))
        self.problems = problems


def body_of(text: str) -> dict[str, Any]:
    """Raises WrongText."""
    try:
        body: dict[str, Any] = plain(tomllib.loads(text))
        read(body)
    except tomllib.TOMLDecodeError as error:
        found = AT_LINE.search(str(error))
        raise WrongText([(int(found[1]) if found else None, str(error))]) from None
    except WrongPolicy as wrong:
        raise WrongText([(line_of(text, problem.partition(":")[0]), problem) for problem in wrong.problems]) from None
    return body


def line_of(text: str, key: str) -> int | None:
    """Where a key such as `reasons.0.photo` stands, or else the nearest table around it."""
    lines = _lines(text)
    parts = key.split(".")
    while parts:
        if found := lines.get(".".join(parts)):
            return found
        parts.pop()
    return None


def _lines(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    tables: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.split("\n"), 1):
        if header := HEADER.fullmatch(line):
            table = header[2].replace('"', "")
            if header[1] == "[[":
                tables[table] = tables.get(table, -1) + 1
                found.setdefault(table, number)
                table = f"{table}.{tables[table]}"
            found.setdefault(table, number)
        elif key := KEY.match(line):
            name = key[1].replace('"', "")
            found.setdefault(f"{table}.{name}" if table else name, number)
    return found
