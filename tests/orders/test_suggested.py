from flask import Flask

from portal.kit.db import transaction
from portal.prepared.models import Outcome
from tests.accounts.builders import staff
from tests.orders.test_before_it_is_packed import place
from tests.prepared.builders import approve, prepared, suggestions, views


def test_staff_suggest_to_leave_something_out_and_the_customer_approves(app: Flask) -> None:
    placed = place(app)
    with app.app_context(), transaction():
        jonas = staff().id
    helping = views(app, jonas, placed.customer_id)
    helping.get(f"/orders/{placed.number}/lines/0/cancel")
    helping.post(f"/orders/{placed.number}/lines/0/cancel", {"units": "1", "before": "0"})
    assert placed.rows() == [] and placed.tasks() == []
    page = f"/orders/{placed.number}"
    assert "Take 1 × Linden honey out of order A-1" in suggestions(placed.browser.get(page))
    approve(placed.browser, at=page)
    assert [quantity for quantity, *_ in placed.rows()] == [1]
    assert prepared(app)[0].ended_as is Outcome.APPROVED
    assert not placed.browser.get(page).select("#suggestions section")
