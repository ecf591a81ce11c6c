"""Moves the demo's time, here and at the stand-in for Stripe."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
from flask import current_app

from portal.kit import clock

PATIENCE = 120
"""Seconds: months of renewals may happen on the way."""


def offset_file() -> Path:
    return Path(current_app.config["DEMO_FOLDER"] or "instance") / "clock"


def move(by: timedelta) -> datetime:
    """What the moment is then. The stand-in goes first, so that nothing here runs ahead of a charge that was due."""
    url = current_app.config["STRIPE_API_BASE"]
    answer = requests.post(f"{url}/_sandbox/clock", json={"advance_seconds": int(by.total_seconds())}, timeout=PATIENCE)
    answer.raise_for_status()
    moved = datetime.fromtimestamp(answer.json()["now"], UTC)
    offset_file().parent.mkdir(parents=True, exist_ok=True)
    written = offset_file().with_suffix(".new")
    written.write_text(str((moved - datetime.now(UTC)).total_seconds()))
    written.replace(offset_file())  # in one step: each request reads it
    return clock.now()
