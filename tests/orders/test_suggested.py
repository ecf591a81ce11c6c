from flask import Flask

from portal.kit.db import transaction
from portal.prepared.models import Outcome
from tests.accounts.builders import staff
from tests.browser import words
from tests.conftest import Work
from tests.mail import Mail, html, text
from tests.orders.test_before_it_is_packed import place
from tests.prepared.builders import approve, prepared, suggestions, views

BOTH = "Prepared by Jonas of Halfjar, approved by you."


def test_staff_suggest_to_leave_something_out_and_the_customer_approves(app: Flask, mail: Mail, work: Work) -> None:
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
    card = placed.browser.get(page).select_one("section[aria-labelledby=together]")
    assert card and "Order A-1 without 1 × Linden honey" in words(card) and "You approved what Jonas had prepared" in words(card)
    work()
    (told,) = mail.received
    assert BOTH in text(told) and BOTH in html(told)
