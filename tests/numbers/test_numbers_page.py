"""The page of numbers: who sees it, and what stands there."""

from flask import Flask

from portal.kit.db import transaction
from tests.accounts.builders import customer
from tests.browser import Browser, words
from tests.numbers.world import at, order, subscription


def test_a_shop_that_began_today_is_told_so(lead: Browser) -> None:
    page = lead.get("/desk/numbers")
    assert "Nothing to count yet" in words(page) and not page.select("svg.chart")


def test_of_a_day_with_one_order_there_is_a_page(app: Flask, lead: Browser) -> None:
    with app.app_context(), transaction():
        subscription(customer(), at(11, 23, 8))
        order(customer(), at(11, 23, 8))
    for period in "30-days", "12-months", "all":
        for by in "week", "month":
            assert "Active subscriptions 1" in words(lead.get(f"/desk/numbers?period={period}&by={by}"))
