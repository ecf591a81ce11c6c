"""Whatever Jonas does for Alice carries both names: in the history, in what waits, in each mail, and at Stripe (REL I2, I9)."""

import os
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from portal.kit.db import db
from portal.timeline import Entry
from tests.browser import Browser
from tests.conftest import Work
from tests.mail import Mail, text
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.support.by_chance import Wanderer
from tests.support.viewing import acts, views

Time = Callable[[timedelta], None]
DEEDS = int(os.environ.get("DEEDS", "25"))
"""For the long form: `DEEDS=1000 pytest tests/support/test_on_behalf.py`."""


def in_her_name_alone(app: Flask, since: int) -> list[str]:
    """Deeds that say a customer did them, with nobody else."""
    with app.app_context():
        mine = select(Entry).where(Entry.id > since, Entry.customer_id.is_not(None), Entry.staff_id.is_(None), Entry.system.is_(None))
        return [f"{entry.deed} on {entry.subject}" for entry in db.session.scalars(mine)]


def newest(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(select(Entry.id).order_by(Entry.id.desc()).limit(1)).first() or 0


def test_nothing_that_he_does_stands_under_her_name_alone(
    app: Flask, stripe: Stripe, desk: Browser, alice: Box, mail: Mail, work: Work
) -> None:
    work()
    since, told_before = newest(app), len(mail.to("alice@example.com"))
    acts(desk, alice.customer_id)
    wanderer = Wanderer(desk, 7)
    for number in range(40 * DEEDS):
        wanderer.step()
        if number % 20 == 19:
            work()
            if newest(app) - since >= DEEDS:
                break
    desk.post("/desk/viewing/leave")
    work()
    done = newest(app) - since
    assert done >= DEEDS, wanderer.counts
    assert in_her_name_alone(app, since) == []
    letters = mail.to("alice@example.com")[told_before:]
    assert letters and all("Jonas" in text(letter) for letter in letters), [str(letter["Subject"]) for letter in letters]
    assert len(views(app)) == 1 and wanderer.counts[500] == 0


def test_the_provider_is_told_by_numbers_who_did_it(stripe: Stripe, desk: Browser, alice: Box, work: Work) -> None:
    """Until the customer changes something herself."""

    def told() -> str | None:
        found: dict[str, str] = stripe.v1.subscriptions.retrieve(alice.ref).metadata.to_dict()
        return found.get("changed_by")

    work()
    acts(desk, alice.customer_id)
    desk.post(alice.skip(0))
    work()
    assert told() == f"staff 1 for customer {alice.customer_id}"
    alice.browser.post(alice.unskip(0))
    work()
    assert told() is None
