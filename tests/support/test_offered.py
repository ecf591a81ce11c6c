"""An offer that Jonas takes for Alice, on the page where she could cancel, is told apart from hers."""

from flask import Flask
from sqlalchemy import select

from portal.kit.db import db
from portal.subscriptions.models import Offered
from portal.timeline import Entry
from tests.browser import Browser
from tests.subscriptions.builders import Box
from tests.support.viewing import acts, begins_view, views


def test_it_carries_his_name(app: Flask, desk: Browser, alice: Box) -> None:
    acts(desk, alice.customer_id)
    desk.post(f"{alice.page}/instead", {"offer": "too much:skip"})
    desk.post(alice.skip(0))
    with app.app_context():
        one = db.session.scalars(select(Offered)).one()
        entry = db.session.get(Entry, one.entry_id)
        assert entry and entry.deed == "skipped"
        assert one.customer_id == alice.customer_id and one.staff_id == entry.staff_id == views(app)[0].staff_id


def test_who_only_looks_opens_none(app: Flask, desk: Browser, alice: Box) -> None:
    begins_view(desk, alice.customer_id)
    page = desk.get(f"{alice.page}/cancel")
    assert page.select("fieldset[disabled] [form=instead]")
    desk.post(f"{alice.page}/instead", {"offer": "too much:skip"}, expect=403)
    with app.app_context():
        assert db.session.scalars(select(Offered)).all() == []
