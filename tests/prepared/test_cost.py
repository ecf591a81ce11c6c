"""What a suggestion costs is said before it is approved: each delivery as a rule, and the next charge."""

from flask import Flask

from tests.browser import Browser
from tests.prepared.builders import approve, suggestions
from tests.subscriptions.builders import Box
from tests.subscriptions.test_undo_by_mail import quantity


def test_more_and_less_each_delivery(app: Flask, alice: Box, jonas: Browser) -> None:
    jonas.post(quantity(alice, app), {"quantity": "3"})
    card = suggestions(alice.browser.get("/"))
    assert "€29.80 more each delivery" in card and "Next charge Wed 23 Dec, €14.90 If you approve it Wed 23 Dec, €44.70" in card
    alice.browser.post(quantity(alice, app), {"quantity": "4"})
    card = suggestions(alice.browser.get("/"))
    assert "each delivery" not in card and "See what it comes to now" in card, "what was reckoned is another thing by now"
    approve(alice.browser)
    assert "€14.90 less each delivery" in suggestions(alice.browser.get("/"))


def test_another_day_costs_as_much(alice: Box, jonas: Browser) -> None:
    jonas.post(alice.skip(0))
    card = suggestions(alice.browser.get("/"))
    assert "Each delivery costs as much as now." in card
    assert "Next charge Wed 23 Dec, €14.90 If you approve it Sat 23 Jan, €14.90" in card


def test_what_ends_charges_nothing_more(alice: Box, jonas: Browser) -> None:
    jonas.post(f"{alice.page}/cancel", {"when": "now"})
    card = suggestions(alice.browser.get("/"))
    assert "If you approve it No charge" in card and "each delivery" not in card.lower()
