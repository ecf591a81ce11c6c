"""Whoever wrote a note corrects or removes it; colleagues see that they did, and the history keeps what it said."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.cli import commands
from portal.kit.db import db, transaction
from portal.tasks.models import StaffNote
from portal.timeline import Entry
from tests.browser import Browser, attribute, words
from tests.subscriptions.builders import Box


@pytest.fixture
def page(desk: Browser, alice: Box) -> str:
    """Where Jonas has written one, of the number 1."""
    page = f"/desk/customers/{alice.customer_id}/notes"
    desk.get(page)
    desk.post(page, {"note": "Call her before six"})
    return page


def written(app: Flask) -> StaffNote:
    with app.app_context():
        return db.session.scalars(select(StaffNote)).one()


def entries(app: Flask) -> list[Entry]:
    with app.app_context():
        return list(db.session.scalars(select(Entry).where(Entry.subject == "staff_note:1").order_by(Entry.id)))


def test_its_writer_corrects_it_and_everybody_sees_that(app: Flask, desk: Browser, lead: Browser, page: str) -> None:
    assert words(desk.get(page).select("#correction-1")[0]) == "Call her before six"
    desk.post(f"{page}/1/correct", {"correction": "Call her after six"})
    desk.post(f"{page}/1/correct", {"correction": "Call her after six"})
    told = words(lead.get(page))
    assert "after six" in told and "before six" not in told and "Corrected" in told
    assert [entry.deed for entry in entries(app)] == ["note on customer", "correct note on customer"], "twice the same is one"


def test_its_writer_removes_it_and_can_keep_it_after_all(app: Flask, desk: Browser, lead: Browser, page: str) -> None:
    shown = desk.post(f"{page}/1/remove")
    assert written(app).text == "" and "Removed" in words(shown)
    told = words(lead.get(page))
    assert "before six" not in told and "Jonas" in told and "Removed" in told, "that there was one is said"
    assert not desk.get(page).select('form[action*="/notes/1/"]')
    desk.post(f"{page}/1/remove")
    desk.post(attribute(shown, "#notice form", "action"))
    desk.post(attribute(shown, "#notice form", "action"))
    assert "before six" in words(lead.get(page)) and "Removed" not in words(lead.get(page))
    deeds = [entry.deed for entry in entries(app)]
    assert deeds == ["note on customer", "remove note on customer", "keep note on customer"]


def test_the_history_keeps_what_it_said_where_it_can_be_erased_and_its_chain_holds(app: Flask, desk: Browser, page: str) -> None:
    desk.post(f"{page}/1/correct", {"correction": "Call her after six"})
    shown = desk.post(f"{page}/1/remove")
    _, corrected, removed = entries(app)
    assert corrected.personal and corrected.personal["before"]["staff_note:1"]["text"] == "Call her before six"
    assert removed.personal and removed.personal["before"]["staff_note:1"]["text"] == "Call her after six"
    assert "six" not in str([entry.before | entry.after | entry.facts for entry in (corrected, removed)]), "nothing in what the hash covers"
    with app.app_context(), transaction():
        db.session.execute(update(Entry).where(Entry.subject == "staff_note:1").values(personal=None))
    desk.post(attribute(shown, "#notice form", "action"))
    assert written(app).text == "", "what was erased does not come back"
    result = app.test_cli_runner().invoke(commands, ["audit", "verify"])
    assert result.exit_code == 0, result.output


def test_what_was_removed_in_another_tab_is_there_again_once_it_is_corrected(app: Flask, desk: Browser, page: str) -> None:
    desk.post(f"{page}/1/remove")
    desk.post(f"{page}/1/correct", {"correction": "Call her after six"})
    assert written(app).text == "Call her after six" and written(app).removed_at is None


def test_nobody_else_touches_it(app: Flask, lead: Browser, page: str) -> None:
    assert not lead.get(page).select('form[action*="/notes/1/"]')
    for deed in "correct", "remove", "keep":
        assert "Only whoever wrote" in words(lead.post(f"{page}/1/{deed}", {"correction": "x"}, expect=403))
    assert written(app).text == "Call her before six"


def test_a_note_is_not_corrected_to_nothing(app: Flask, desk: Browser, page: str) -> None:
    shown = desk.post(f"{page}/1/correct", {"correction": " \n"}, expect=422)
    assert "Write a few words" in words(shown) and shown.select_one("details[open] #correction-1")
    assert written(app).corrected_at is None


def test_a_note_of_another_customer_is_not_there(desk: Browser, page: str) -> None:
    for deed in "correct", "remove", "keep":
        desk.post(f"/desk/customers/999/notes/1/{deed}", {"correction": "x"}, expect=404)
        desk.post(f"{page}/77/{deed}", {"correction": "x"}, expect=404)
