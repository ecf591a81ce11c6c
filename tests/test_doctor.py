from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from portal import create_app
from portal.carriers import EasyPost
from portal.carriers.models import ReceivedNews
from portal.doctor import NEEDED, doctor
from portal.kit.db import db, is_sqlite, transaction
from portal.migrations import schema
from portal.outbox import worker
from portal.outbox.models import Heartbeat, Sync
from portal.payments import VERSION
from portal.payments.models import ReceivedEvent
from portal.payments.stripe_provider import StripeProvider
from tests.harness.serving import serve
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
    with serve(app) as url, app.app_context():
        app.config["PORTAL_BASE_URL"] = url
        schema.upgrade()
        worker._look_at_the_clock()
        stripe.v1.webhook_endpoints.create({"url": f"{url}/webhooks/stripe", "enabled_events": ["*"], "api_version": VERSION})
        yield app
        db.session.rollback()
        db.engine.dispose()


def endpoint(stripe: Stripe) -> str:
    return str(stripe.v1.webhook_endpoints.list().data[0].id)


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


def test_a_folder_that_takes_no_photos_is_told(well: Flask) -> None:
    well.config["PHOTOS_DIR"] = "/dev/null/photos"
    assert wrong(well) == ["Photos can't be kept in PHOTOS_DIR, /dev/null/photos: Not a directory."]


def test_nothing_is_there(bare: Flask) -> None:
    with bare.app_context():
        schema._make_folder()
    told = wrong(bare)
    assert told[0] == f"The database lacks {len(VERSIONS)} migrations: run `portal db upgrade`."
    assert told[1].startswith("The database refused: ") and told[2].startswith("The database refused: ")
    assert told[3].startswith("The mail server of SMTP_URL does not take us: ")
    assert told[4].startswith("Stripe does not take STRIPE_SECRET_KEY: ")
    assert told[5] == "Nobody answers at http://localhost/webhooks/stripe: start the web server, or set PORTAL_BASE_URL to where it is."


def test_a_database_that_is_away() -> None:
    app = create_app(settings("postgresql+psycopg://me:hunter2@127.0.0.1:9/portal"))
    told = wrong(app)
    assert len(told) == 4 and told[0].startswith("The database does not answer: ")
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
    assert wrong(well) == ["1 syncs are stuck, and 0 tasks were given up: `portal sync status` says why."]


def test_stripe_refuses(well: Flask, stripe: Stripe) -> None:
    stripe.faults({"when": {"path_prefix": "/v1/events"}, "kind": "refuse", "message": "No such key"})
    (told,) = wrong(well)
    assert told.startswith("Stripe does not take STRIPE_SECRET_KEY: ")


def test_a_live_key_in_the_demo(well: Flask) -> None:
    well.config["STRIPE_SECRET_KEY"] = "sk_live_x"
    assert wrong(well)[0].startswith("STRIPE_SECRET_KEY is a live key, and this is the demo")


def test_the_round_trip_is_kept_once_however_often_it_is_made(well: Flask) -> None:
    assert wrong(well) == wrong(well) == []
    with transaction():
        assert db.session.scalars(select(ReceivedEvent.kind)).all() == ["portal.doctor"]


def test_the_running_portal_has_another_secret(well: Flask) -> None:
    """The command reads what is new; the web server was not started again."""
    running = StripeProvider("sk_test_portal", "http://127.0.0.1:9", ["whsec_old"])
    well.extensions["payments"].read_event = running.read_event
    assert wrong(well) == ["The running portal has another STRIPE_WEBHOOK_SECRET than this command: start it again."]


def test_no_web_server_runs(well: Flask) -> None:
    well.config["PORTAL_BASE_URL"] = "http://127.0.0.1:9"
    (told,) = wrong(well)
    assert told == "Nobody answers at http://127.0.0.1:9/webhooks/stripe: start the web server, or set PORTAL_BASE_URL to where it is."


def test_stripe_sends_nothing_here(well: Flask, stripe: Stripe) -> None:
    stripe.v1.webhook_endpoints.delete(endpoint(stripe))
    assert wrong(well) == [], "it can't reach this machine anyway"
    well.config["PORTAL_BASE_URL"] = "https://my.shop.invalid"
    missing, nobody = wrong(well)
    assert missing.startswith("Stripe has no webhook endpoint at https://my.shop.invalid/webhooks/stripe: add one, for all events, with ")
    assert nobody.startswith("Nobody answers at https://my.shop.invalid/")


def test_stripe_sends_too_little(well: Flask, stripe: Stripe) -> None:
    stripe.v1.webhook_endpoints.update(endpoint(stripe), {"enabled_events": [kind for kind in NEEDED if kind != "invoice.paid"]})
    assert wrong(well) == ["The webhook endpoint at Stripe leaves out what we need to hear of: invoice.paid."]
    stripe.v1.webhook_endpoints.update(endpoint(stripe), {"enabled_events": list(NEEDED)})
    assert wrong(well) == []


def test_stripes_endpoint_is_disabled(well: Flask, stripe: Stripe) -> None:
    stripe.v1.webhook_endpoints.update(endpoint(stripe), {"disabled": True})
    (told,) = wrong(well)
    assert told.startswith("The webhook endpoint at Stripe is disabled: ")


def test_stripes_endpoint_speaks_another_version(well: Flask, stripe: Stripe) -> None:
    url = f"{well.config['PORTAL_BASE_URL']}/webhooks/stripe"
    stripe.v1.webhook_endpoints.delete(endpoint(stripe))
    stripe.v1.webhook_endpoints.create({"url": url, "enabled_events": ["*"], "api_version": "2024-06-20"})
    assert wrong(well) == [f"The webhook endpoint at Stripe speaks version 2024-06-20: put one with {VERSION} in its place."]


def test_what_stripe_signs_does_not_arrive(well: Flask, stripe: Stripe) -> None:
    """Only Stripe knows the secret of its endpoint: that ours is another shows in what it could not deliver."""
    well.extensions["payments"].webhook_secrets = ["whsec_another"]
    stripe.send_webhooks_to(f"{well.config['PORTAL_BASE_URL']}/webhooks/stripe")
    stripe.v1.customers.create({"email": "alice@example.com"})
    (told,) = wrong(well)
    stripe.send_webhooks_to("")
    assert told.startswith("1 events of the last hour were not taken here.")


def test_the_clock_is_not_stripes(well: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.doctor.DRIFT", timedelta(seconds=-1))
    assert any(told.endswith("seconds away from Stripe's: set it by NTP.") for told in wrong(well))


def with_a_carrier_service(well: Flask, stripe: Stripe, key: str = "EZTK_test") -> str:
    """The address at which it should tell us of parcels."""
    well.config["EASYPOST_API_KEY"] = key
    well.extensions["carriers"] = EasyPost(key, stripe.url, ["carrier_sandbox"])
    return f"{well.config['PORTAL_BASE_URL']}/webhooks/easypost"


def test_without_a_carrier_service_it_says_so_and_all_is_well(well: Flask) -> None:
    assert "fine   No carrier service is set" in well.test_cli_runner().invoke(doctor).output


def test_all_is_well_with_a_carrier_service(well: Flask, stripe: Stripe) -> None:
    url = with_a_carrier_service(well, stripe)
    assert "EasyPost takes the key. It can't reach this machine" in well.test_cli_runner().invoke(doctor).output
    stripe.control("parcels/webhook", {"url": url})
    told = well.test_cli_runner().invoke(doctor).output
    assert f"fine   EasyPost takes the key, and sends its news to {url}." in told
    assert "fine   The running portal takes what EasyPost's secret signs." in told
    with well.app_context():
        assert wrong(well) == []
        assert db.session.scalars(select(ReceivedNews.kind)).all() == ["portal.doctor"]


def test_a_key_that_the_carrier_service_does_not_take(well: Flask, stripe: Stripe) -> None:
    with_a_carrier_service(well, stripe, key="EZAKlive")
    (told,) = wrong(well)
    assert told.startswith("EasyPost does not take EASYPOST_API_KEY: ")


def test_a_carrier_service_that_does_not_tell_us_anything(well: Flask, stripe: Stripe) -> None:
    with_a_carrier_service(well, stripe)
    well.config["PORTAL_BASE_URL"] = "https://my.halfjar.example"
    assert any(one.startswith("EasyPost has no webhook at https://my.halfjar.example/webhooks/easypost: add one") for one in wrong(well))
