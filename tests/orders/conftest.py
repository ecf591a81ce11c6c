"""The importing command, run as an operator runs it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from portal.orders.commands import imports

DATA = Path(__file__).parents[1] / "data"

Import = Callable[..., Result]


@pytest.fixture
def bring_in(app: Flask) -> Import:
    """`portal import orders FILE …`"""

    def run(file: Path, *options: str) -> Result:
        result = app.test_cli_runner().invoke(imports, ["orders", str(file), *options])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run
