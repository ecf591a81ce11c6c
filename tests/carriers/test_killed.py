"""Real processes are killed while carriers' news comes in: what was acknowledged has its effect, once (REL W5)."""

import json
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from os import kill
from pathlib import Path
from signal import SIGKILL
from threading import Event, Thread

import pytest
import requests
from sqlalchemy import func, select

from bench.stage import Stage
from portal import outbox
from portal.carriers import ParcelStatus
from portal.carriers.models import ReceivedNews
from portal.kit.db import db
from portal.outbox.models import Sync
from tests.carrier import KEY, SECRET, Carriers
from tests.carriers.test_webhook import NUMBER, news, signed

PATIENCE = 60
KILLS = 3


@pytest.mark.slow
def test_what_was_acknowledged_outlives_kills_of_its_receiver_and_of_the_worker(tmp_path: Path) -> None:
    stage = Stage(tmp_path, f"sqlite:///{tmp_path / 'portal.sqlite'}", lease_seconds=3)
    stage.environment |= {"EASYPOST_API_KEY": KEY, "EASYPOST_API_BASE": stage.stripe.url, "EASYPOST_WEBHOOK_SECRET": SECRET}
    try:
        with stage.stand_in(datetime(2026, 11, 23, 9, tzinfo=UTC)), stage.tables():
            parcels = Carriers(stage.app, stage.stripe.url)
            parcels.prepare(NUMBER)
            parcels.follow(NUMBER)
            with stage.app.app_context():
                outbox.work_until_idle()
            before, ref = asked_for(stage)[0], parcels.ref(NUMBER)
            parcels.scan(NUMBER, "in_transit", tell=False)
            acknowledged = tell_while_killing(stage, ref)
            drain(stage)
            with stage.app.app_context():
                kept = db.session.scalars(select(ReceivedNews.news_id).where(ReceivedNews.is_ours)).all()
            assert acknowledged <= set(kept)
            assert asked_for(stage)[0] - before == len(kept)
            assert parcels.tracker(NUMBER).status is ParcelStatus.IN_TRANSIT
    finally:
        stage.end()


def tell_while_killing(stage: Stage, ref: str) -> set[str]:
    """What was acknowledged. Each piece of news is sent again until it is, as the service does."""
    acknowledged, over = set[str](), Event()

    def send(sender: int) -> None:
        number = 0
        while not over.is_set():
            body = json.dumps(news(ref, f"evt_{sender}_{number}")).encode()
            with suppress(requests.RequestException):
                answer = requests.post(f"{stage.url}/webhooks/easypost", body, headers=signed(body), timeout=10)
                if answer.status_code == 200:
                    acknowledged.add(f"evt_{sender}_{number}")
                    number += 1
                    continue
            time.sleep(0.05)

    worker = stage.worker()
    with stage.web() as web:
        senders = [Thread(target=send, args=[sender], daemon=True) for sender in range(2)]
        for thread in senders:
            thread.start()
        for _ in range(KILLS):
            known, deadline = len(acknowledged), time.monotonic() + PATIENCE
            while len(acknowledged) < known + 5:  # the next one only when something came in since
                assert time.monotonic() < deadline, "nothing is acknowledged"
                time.sleep(0.02)
            for child in web.children[:1]:
                with suppress(ProcessLookupError):
                    kill(child, SIGKILL)
            worker.kill()
            worker.start()
        over.set()
        for thread in senders:
            thread.join()
    worker.kill()
    return acknowledged


def drain(stage: Stage) -> None:
    worker, deadline = stage.worker("last-worker"), time.monotonic() + PATIENCE
    while True:
        wanted, done = asked_for(stage)
        if wanted == done:
            break
        assert time.monotonic() < deadline, "it is not looked up"
        stage.move(timedelta(seconds=2))
        time.sleep(0.2)
    worker.stop()


def asked_for(stage: Stage) -> tuple[int, int]:
    """How often a look at the parcel was asked for, and how many of these wishes were met."""
    with stage.app.app_context():
        found = db.session.execute(select(func.max(Sync.wanted), func.max(Sync.done)).where(Sync.kind == "tracker")).one()
        return int(found[0]), int(found[1])
