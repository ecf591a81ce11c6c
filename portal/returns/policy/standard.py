"""The rules that count as long as the shop has made none of its own, from the sample beside this file."""

import tomllib
from pathlib import Path
from typing import Any

from portal.returns.policy.terms import Terms, WrongPolicy, plain, read

FILE = Path(__file__).with_name("standard.toml")


def body_of(file: Path) -> dict[str, Any]:
    """The body of a version, from a file of TOML that was checked. Raises WrongPolicy."""
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongPolicy([f"{file} can’t be read: {error.strerror}"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongPolicy([f"{file.name} is not TOML: {error}"]) from None
    read(told)
    body: dict[str, Any] = plain(told)
    return body


STANDARD: Terms = read(body_of(FILE))
