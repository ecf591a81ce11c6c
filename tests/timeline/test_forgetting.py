"""From where an entry came is kept for 30 days at the most, and the chain holds without it (REL P6, G6)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from portal import timeline
from portal.kit.clock import now
from portal.kit.db import db, is_sqlite, transaction
from portal.kit.origin import NOWHERE, Origin, comes_from
from portal.outbox import want_task, work_until_idle
from portal.timeline.checking import first_break
from portal.timeline.commands import audit
from portal.timeline.models import Entry
from tests.timeline.conftest import ALICE, Jar


def note(jar: Jar, *, days: int, address: str | None = "203.0.113.9") -> None:
    comes_from(Origin(f"request-{days}", address) if address else NOWHERE)
    with transaction():
        timeline.note(jar, "noted", by=ALICE, at=now() - timedelta(days=days), facts={"days": days})
    comes_from(NOWHERE)


def forget() -> None:
    with transaction():
        want_task(timeline.FORGET, {}, at=now())
    work_until_idle()


def test_after_a_month_the_address_is_gone_in_pieces_and_the_history_is_whole(
    app: Flask, jar: Jar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.timeline.forgetting.AT_ONCE", 2)
    for days in (400, 60, 31, 30, 28, 0):
        note(jar, days=days)
    note(jar, days=50, address=None)
    forget()
    kept = db.session.execute(select(Entry.facts, Entry.ip, Entry.request_id).order_by(Entry.id)).all()
    assert [facts["days"] for facts, ip, _request in kept if ip] == [28, 0]
    assert [request for *_, request in kept][:6] == [f"request-{days}" for days in (400, 60, 31, 30, 28, 0)]
    assert first_break() is None
    db.session.rollback()
    assert app.test_cli_runner().invoke(audit, ["verify"]).exit_code == 0


def test_what_has_none_any_more_is_not_looked_at_again(jar: Jar) -> None:
    found = "SELECT id FROM timeline WHERE ip IS NOT NULL AND at < '2026-01-01' ORDER BY at LIMIT 2000"
    if not is_sqlite():
        db.session.execute(text("SET enable_seqscan = off"))
    plan = db.session.execute(text(f"EXPLAIN {'QUERY PLAN ' if is_sqlite() else ''}{found}")).all()
    assert "ix_timeline_at_with_ip" in str(plan)
    db.session.rollback()
