"""What is changed between the lock of a box and its charge is kept, and that is what page, history and mail say of it."""

import re

import pytest
from flask import Flask

from portal.kit.db import db
from portal.subscriptions.models import Subscription
from tests.browser import Browser, words
from tests.conftest import Work
from tests.mail import Mail, html, text
from tests.stripe import Stripe
from tests.subscriptions.boxes import sheet
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both
from tests.subscriptions.ends import undo_in

pytestmark = pytest.mark.slow
ALICE, COFFEE = "alice@example.com", "Sidamo coffee beans"
KEPT = "Your change is kept. It counts from the box on Mon 25 Jan: the one on Mon 28 Dec has locked, and comes as it was."
CHIP = "Kept, counts from the box on Mon 25 Jan"
NOT_YET = ("Updating", "On its way", "Confirmed by the payment provider")


@pytest.fixture
def locked(alice: Box, stripe: Stripe, work: Work) -> Box:
    """Alice's next box is charged tomorrow: it locked yesterday."""
    stripe.later(days=29)
    work()
    alice.sign_in()
    return alice


def pages(box: Box) -> list[str]:
    return ["/", box.page, *(f"/deliveries/{number}" for number in box.deliveries[:2])]


def read(letter: object) -> str:
    return " ".join(text(letter).split())  # type: ignore[arg-type]


def test_another_quantity_counts_from_the_box_after_it_and_nobody_asks_again(
    app: Flask, locked: Box, both: Both, mail: Mail, stripe: Stripe, work: Work
) -> None:
    locked.browser.post(sheet(app, locked, COFFEE, "quantity"), {"quantity": "3"})
    for is_looked_at in False, True:
        if is_looked_at:
            work()
        for page in pages(locked):
            shown = locked.browser.get(page)
            assert KEPT in words(shown)
            assert not any(word in words(shown) for word in NOT_YET), page
            assert not shown.select('[hx-trigger^="every"]:not(#suggestions)')
        assert CHIP in words(locked.browser.get(locked.page))
        assert CHIP in words(locked.browser.get(f"{locked.page}/history"))
        assert "Active" in words(locked.browser.get("/subscriptions"))
    work()
    (letter,) = mail.to(ALICE)
    assert letter["Subject"] == "Pantry box: your change is kept"
    assert "Your change to Pantry box is kept. What you changed counts from the box on Monday 25 January:" in read(letter)
    assert "Undo it until Thu 21 January, 10:00:" in read(letter)
    assert "confirmed" not in read(letter) + html(letter)
    stripe.later(days=2)
    work()
    locked.sign_in()
    assert both.is_confirmed(locked)
    assert "Confirmed by the payment provider" in words(locked.browser.get(locked.page))
    assert [letter["Subject"] for letter in mail.to(ALICE)][1:] == ["Pantry box: your change is confirmed"]


def test_what_waits_along_says_for_what(app: Flask, locked: Box, work: Work) -> None:
    locked.browser.post(locked.skip(2))
    assert "Updating" in words(locked.browser.get(locked.page))
    locked.browser.post(f"{locked.page}/frequency", {"every": "own", "count": "6", "unit": "week"})
    work()
    history = words(locked.browser.get(f"{locked.page}/history"))
    assert f"Now every 6 weeks You, Tue 22 Dec, 10:00 {CHIP}" in history
    assert "skipped You, Tue 22 Dec, 10:00 Kept until the box on Mon 28 Dec is charged" in history


def test_a_skip_alone_waits_for_no_charge(locked: Box, both: Both, mail: Mail, work: Work) -> None:
    locked.browser.post(locked.skip(2))
    work()
    assert both.is_confirmed(locked)
    assert [letter["Subject"] for letter in mail.to(ALICE)] == ["Pantry box: your change is confirmed"]


def test_a_pause_without_an_end_names_the_box_that_still_comes(locked: Box, mail: Mail, work: Work) -> None:
    locked.browser.post(f"{locked.page}/pause", {"how": "open"})
    work()
    for page in "/", locked.page:
        assert "Your change is kept. The box on Mon 28 Dec has locked, and comes as it was." in words(locked.browser.get(page))
    assert "The box on Monday 28 December has locked, and comes as it was. Once it is charged" in read(mail.newest(ALICE))


def test_an_undo_of_it_is_no_change_any_more(app: Flask, locked: Box, both: Both, mail: Mail, work: Work) -> None:
    undo = undo_in(locked.browser.post(sheet(app, locked, COFFEE, "quantity"), {"quantity": "3"}))
    locked.browser.post(undo)
    work()
    assert both.is_confirmed(locked)
    assert "kept" not in words(locked.browser.get(locked.page)).lower()
    assert mail.to(ALICE) == []


def test_an_undo_by_the_link_in_that_mail_is_told(app: Flask, locked: Box, mail: Mail, work: Work) -> None:
    locked.browser.post(sheet(app, locked, COFFEE, "quantity"), {"quantity": "3"})
    work()
    link = re.search(r"https?://[^/\s]+(/undo/\S+)", text(mail.newest(ALICE)))
    assert link
    Browser(app).post(link[1])
    work()
    assert f"- Undone: {COFFEE}: 3 instead of 1" in read(mail.newest(ALICE))


def test_an_end_is_sent_at_once_and_says_nothing_of_a_change_that_waits(app: Flask, locked: Box, mail: Mail, work: Work) -> None:
    locked.browser.post(sheet(app, locked, COFFEE, "quantity"), {"quantity": "3"})
    locked.browser.post(f"{locked.page}/cancel", {"when": "end"})
    work()
    shown = words(locked.browser.get(locked.page))
    assert "is kept" not in shown and "Telling the payment provider" not in shown
    assert ["is cancelled" in letter["Subject"] for letter in mail.to(ALICE)] == [True]


def test_once_it_is_charged_nothing_is_said_to_wait(app: Flask, locked: Box, stripe: Stripe, work: Work) -> None:
    locked.browser.post(sheet(app, locked, COFFEE, "quantity"), {"quantity": "3"})
    work()
    stripe.later(days=2)
    work()
    locked.sign_in()
    assert "Kept" not in words(locked.browser.get(locked.page))
    with app.app_context():
        assert db.session.get_one(Subscription, locked.id).is_confirmed
