"""Notes, reminders and VIPs: what the shop's people keep of a customer among themselves. PRODUCT H6."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.tasks.models import StaffNote, StaffTask, Vip
from portal.timeline import Entry
from tests.browser import Browser, attribute, words
from tests.subscriptions.builders import Box
from tests.support.conftest import looks


def deeds(app: Flask) -> list[tuple[str, int | None, int | None]]:
    """What was done, on whose behalf, and by whom."""
    named = "note on customer", "open task", "mark as VIP", "no VIP any more"
    with app.app_context():
        rows = db.session.scalars(select(Entry).where(Entry.deed.in_(named)).order_by(Entry.id))
        return [(row.deed, row.customer_id, row.staff_id) for row in rows]


def test_a_note_is_read_by_colleagues_and_never_by_the_customer(app: Flask, desk: Browser, lead: Browser, jonas: int, alice: Box) -> None:
    page = f"/desk/customers/{alice.customer_id}"
    draft = attribute(desk.get(f"{page}/notes"), "[name=draft]")
    for _ in range(2):
        desk.post(f"{page}/notes", {"note": "Prefers to be called\nafter six", "draft": draft})
    told = words(lead.get(f"{page}/notes"))
    assert told.count("Prefers to be called after six") == 1 and "Jonas" in told, "a double tap writes one"
    for theirs in "/", "/account", f"/subscriptions/{alice.id}":
        assert "after six" not in alice.browser.get(theirs).text
    assert deeds(app) == [("note on customer", alice.customer_id, jonas)]
    with app.app_context():
        assert "after six" not in str(db.session.execute(select(Entry.facts, Entry.after)).all()), "the history names nothing of it"
    assert (jonas, alice.customer_id, "notes") in looks(app)


def test_a_note_without_words_is_none(app: Flask, desk: Browser, alice: Box) -> None:
    page = f"/desk/customers/{alice.customer_id}/notes"
    desk.get(page)
    assert "Write a few words" in words(desk.post(page, {"note": " \n "}, expect=422))
    with app.app_context():
        assert db.session.scalar(select(func.count(StaffNote.id))) == 0


def test_a_note_can_be_forgotten(app: Flask, desk: Browser, alice: Box) -> None:
    """Whoever erases a person finds it by its mark, and nothing holds on to it."""
    page = f"/desk/customers/{alice.customer_id}"
    desk.get(f"{page}/notes")
    desk.post(f"{page}/notes", {"note": "Her knee hurts"})
    with app.app_context(), transaction():
        assert StaffNote.__table__.c.text.info["personal"] and StaffTask.__table__.c.words.info["personal"]
        db.session.execute(delete(StaffNote).where(StaffNote.customer_id == alice.customer_id))
    assert "knee" not in words(desk.get(f"{page}/notes"))


def test_whoever_wants_to_be_reminded_has_a_task_of_their_own(app: Flask, desk: Browser, lead: Browser, jonas: int, alice: Box) -> None:
    page = f"/desk/customers/{alice.customer_id}"
    draft = attribute(desk.get(f"{page}/notes"), "[name=draft]")
    day = (now() + timedelta(days=3)).date().isoformat()
    for _ in range(2):
        desk.post(f"{page}/reminders", {"words": "Call back about the jar", "day": day, "time": "10:00", "draft": draft})
    (row,) = desk.get("/desk?queue=mine").select(".queue li")
    assert "Call back about the jar" in words(row) and "10:00" in words(row)
    with app.app_context():
        task = db.session.scalars(select(StaffTask)).one()
        assert (task.owner_id, task.kind, task.customer_id) == (jonas, "reminder", alice.customer_id)
        assert task.due_at.isoformat() == f"{day}T09:00:00+00:00", "ten o'clock where the shop is"
        task_id = task.id
    assert deeds(app) == [("open task", alice.customer_id, jonas)]
    assert "Call back about the jar" in words(lead.get(f"/desk/tasks/{task_id}"))
    desk.post(f"/desk/tasks/{task_id}/done")
    assert "Nothing waits" in words(desk.get("/desk"))


@pytest.mark.parametrize(
    ("day", "hour"), [("2020-01-01", "10:00"), ("", "10:00"), ("tomorrow", ""), ("9999-12-31", "23:59"), ("2026-12-01", "25:00")]
)
def test_a_reminder_of_no_time_to_come_is_refused_and_what_was_typed_stands(
    app: Flask, desk: Browser, alice: Box, day: str, hour: str
) -> None:
    page = f"/desk/customers/{alice.customer_id}"
    desk.get(f"{page}/notes")
    shown = desk.post(f"{page}/reminders", {"words": "Call back", "day": day, "time": hour}, expect=422)
    assert "still to come" in words(shown) and attribute(shown, "#words") == "Call back"
    with app.app_context():
        assert db.session.scalar(select(func.count(StaffTask.id))) == 0


def test_a_vip_is_marked_with_a_reason_and_no_more_one_later(app: Flask, desk: Browser, jonas: int, alice: Box) -> None:
    page = f"/desk/customers/{alice.customer_id}"
    desk.get(f"{page}/notes")
    assert "Say why" in words(desk.post(f"{page}/vip", {"reason": "so"}, expect=422))
    for _ in range(2):
        desk.post(f"{page}/vip", {"reason": "Buys for a whole office"})
    told = words(desk.get(f"{page}/notes"))
    assert "VIP Buys for a whole office" in told and "Mark as VIP" not in told
    assert "VIP" in words(desk.get("/desk/search?q=alic")) and words(desk.get(page)).count("VIP") > 1, "it shows wherever she is named"
    for _ in range(2):
        desk.post(f"{page}/vip/end")
    assert "Mark as VIP" in words(desk.get(f"{page}/notes"))
    assert deeds(app) == [("mark as VIP", alice.customer_id, jonas), ("no VIP any more", alice.customer_id, jonas)]
    with app.app_context():
        vip = db.session.scalars(select(Vip)).one()
        assert (vip.marked_by, vip.ended_by) == (jonas, jonas), "who it was, and why, is kept"
    desk.post(f"{page}/vip", {"reason": "Again"})


def test_nothing_is_kept_of_who_is_not_there(desk: Browser) -> None:
    desk.get("/desk/customers/999/notes", expect=404)
    for deed in "notes", "reminders", "vip", "vip/end":
        desk.post(f"/desk/customers/999/{deed}", {"note": "x", "words": "x", "reason": "because"}, expect=404)
