from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, update

from portal import create_app
from portal.doctor import doctor
from portal.kit.db import db, is_sqlite, transaction
from portal.migrations import schema
from portal.outbox import worker
from portal.outbox.models import Heartbeat, Sync
from tests.house.test_migrations import VERSIONS
from tests.house.test_migrations import bare as bare
from tests.mail import Mail
from tests.settings import settings
from tests.stripe import Stripe


@pytest.fixture
def well(bare: Flask, mail: Mail, stripe: Stripe) -> Iterator[Flask]:
    """A portal that wants for nothing."""
    engine = bare.config["SQLALCHEMY_ENGINES"]["default"]
    app = create_app(settings(engine["url"], SMTP_URL=mail.url, STRIPE_API_BASE=stripe.url))
    with app.app_context():
        schema.upgrade()
        worker._look_at_the_clock()
        yield app
        db.session.rollback()
        db.engine.dispose()


def wrong(app: Flask) -> list[str]:
    result = app.test_cli_runner().invoke(doctor)
    assert isinstance(result.exception, SystemExit | None), result.exc_info
    found = [line.removeprefix("WRONG  ") for line in result.output.splitlines() if line.startswith("WRONG")]
    assert result.exit_code == (1 if found else 0)
    return [line for line in found if not line.startswith("PostgreSQL may lose")]  # that of the tests is told to be quick


def test_all_is_well(well: Flask) -> None:
    assert wrong(well) == []


def test_a_database_that_is_not_safe_is_told(well: Flask) -> None:
    told = well.test_cli_runner().invoke(doctor).output
    if is_sqlite():
        assert "fine   What is written is safe on the disk." in told
    else:
        assert "WRONG  PostgreSQL may lose what it has acknowledged: turn fsync, synchronous_commit, full_page_writes on." in told


def test_nothing_is_there(bare: Flask) -> None:
    with bare.app_context():
        schema._make_folder()
    told = wrong(bare)
    assert told[0] == f"The database lacks {len(VERSIONS)} migrations: run `portal db upgrade`."
    assert told[1].startswith("The database refused: ") and told[2].startswith("The database refused: ")
    assert told[3].startswith("The mail server of SMTP_URL does not take us: ")
    assert told[4].startswith("Stripe does not take STRIPE_SECRET_KEY: ")


def test_a_database_that_is_away() -> None:
    app = create_app(settings("postgresql+psycopg://me:hunter2@127.0.0.1:9/portal"))
    told = wrong(app)
    assert len(told) == 3 and told[0].startswith("The database does not answer: ")
    assert "hunter2" not in str(told)


def test_no_worker_has_ever_run(well: Flask) -> None:
    with transaction():
        db.session.execute(delete(Heartbeat))
    assert wrong(well) == ["No worker has ever run, so mails wait and the payment provider is not told: start `portal work`."]


def test_no_worker_was_seen_lately(well: Flask) -> None:
    with transaction():
        db.session.execute(update(Heartbeat).values(seen_at=datetime.now(UTC) - timedelta(minutes=3)))
    (told,) = wrong(well)
    assert told.startswith("No worker has been seen since ")


def test_work_is_stuck(well: Flask) -> None:
    with transaction():
        db.session.add(Sync(kind="subscription", subject_id=1, due_at=datetime.now(UTC), attempts=8))
    assert wrong(well) == ["1 syncs are stuck, and 0 tasks were given up: `portal outbox status` says why."]


def test_stripe_refuses(well: Flask, stripe: Stripe) -> None:
    stripe.faults({"when": {"path_prefix": "/v1/events"}, "kind": "refuse", "message": "No such key"})
    (told,) = wrong(well)
    assert told.startswith("Stripe does not take STRIPE_SECRET_KEY: ")
