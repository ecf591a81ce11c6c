"""The database and the browser that a test asks for by name. `--databases=sqlite,postgresql` runs each test that has one on both."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import URL, NullPool, create_engine

from tests.harness.chromium import chromium
from tests.harness.compiled import keep_compiled
from tests.harness.memory import memory
from tests.harness.postgres import Databases, postgres

STAND_IN = {"stripe", "there"}
"""Fixtures that start it."""
SELDOM = 50_000
"""So many new objects until the collector looks at them. With Python's 700 it takes a tenth of a test's time, and 6 s of collecting all."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--databases", default="sqlite", help="sqlite, postgresql, or both with a comma between")


def pytest_configure() -> None:
    if folder := memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))  # each test's `tmp_path`, with its database
    os.environ.setdefault("NO_PROXY", "127.0.0.1")  # else each request looks through the whole environment for a proxy
    gc.set_threshold(SELDOM)
    keep_compiled()


def pytest_collection_finish() -> None:
    """All that was imported by now stays: the collector need not look through it again after each test."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames:
        names = metafunc.config.getoption("--databases").split(",")
        # A browser sees the same pages whatever is beneath them; what differs, the deeds' own tests find.
        wanted = names[:1] if metafunc.definition.get_closest_marker("browser") else names
        metafunc.parametrize("database_url", wanted, indirect=True)


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What talks to the stand-in is slow. A test marked `only_on` one database is not there on the other: a skipped one would
    look like a gap."""
    for item in items:
        if STAND_IN & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")
    elsewhere = [item for item in items if _is_elsewhere(item)]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = [item for item in items if item not in elsewhere]


def _is_elsewhere(item: pytest.Item) -> bool:
    only, call = item.get_closest_marker("only_on"), getattr(item, "callspec", None)
    return only is not None and call is not None and call.params.get("database_url") not in only.args


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of the test's own, with all our tables."""
    with empty_database(request, request.param, tmp_path / "portal.sqlite") as url:
        yield url


@contextmanager
def empty_database(request: pytest.FixtureRequest, kind: str, own: Path) -> Iterator[str]:
    """`own` is where it lies if it is a file."""
    if kind == "sqlite":
        request.getfixturevalue("empty_sqlite")(own)
        yield f"sqlite:///{own}"
    else:
        databases: Databases = request.getfixturevalue("postgresql_databases")
        with databases.like("empty", _make_tables) as url:
            yield url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], None]:
    template = tmp_path_factory.mktemp("empty") / "portal.sqlite"
    _make_tables(URL.create("sqlite", database=str(template)))

    def copy(to: Path) -> None:
        shutil.copyfile(template, to)

    return copy


@pytest.fixture(scope="session")
def postgresql_databases() -> Iterator[Databases]:
    with postgres() as server, closing(Databases(server)) as databases:
        yield databases


def _make_tables(url: URL) -> None:
    """From the models: tests/house/test_migrations.py proves that the migrations come to the same."""
    import portal  # noqa: F401  each room brings its tables
    from portal.kit.db import Model

    Model.metadata.create_all(create_engine(url, poolclass=NullPool))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = chromium().launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of its own, with no cookies yet, that fails the test when the page throws."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    yield page
    context.close()
    assert not thrown, thrown
