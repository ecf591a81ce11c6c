"""Wherever Jonas goes in Alice's pages, what only she does is there, closed, and says why (H3)."""

from bs4 import BeautifulSoup
from flask import Flask

from portal.kit.db import transaction
from tests.accounts.builders import staff
from tests.billing.builders import behind, payer
from tests.browser import Browser, words
from tests.conftest import Work
from tests.stripe import Stripe
from tests.support.viewing import ONLY_SHE, acts, begins_view, walk


def closed(page: BeautifulSoup) -> list[str]:
    """What is written on the buttons that can't be pressed, without names of cards."""
    return [words(button).partition(" Visa")[0] for button in page.select("main button:disabled, main fieldset:disabled button")]


def test_her_cards_and_what_she_owes_are_closed_also_while_he_acts(app: Flask, stripe: Stripe, work: Work) -> None:
    alice = payer(app, stripe)
    behind(alice, work)
    with app.app_context(), transaction():
        jonas = staff().id
    desk = Browser(app)
    desk.sign_in_staff(jonas)
    begins_view(desk, alice.box.customer_id)
    walk(desk)
    desk.post("/desk/viewing/leave")
    acts(desk, alice.box.customer_id)
    pages = walk(desk)
    payment = pages["/account/payment"]
    assert sorted(closed(payment)) == ["Add a card", "Make default", "Remove", "Remove", "Replace", "Replace", "Use another card"]
    assert ONLY_SHE in words(payment)
    invoice = f"/account/billing/{alice.invoices()[0].id}"
    assert {invoice, f"{invoice}/pay", "/account/devices", "/account/addresses"} <= pages.keys()
    assert closed(pages[f"{invoice}/pay"]) == ["Use another card"], "he may pay with a card that is there"
    assert "Invoice at the payment provider" in closed(pages[invoice])
    hers = alice.browser.get("/account/payment")
    assert closed(hers) == [] and ONLY_SHE not in words(hers)
