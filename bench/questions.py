"""How many questions a page asks the database."""

from flask import Flask

from bench.crowd import Crowd
from bench.figure import Figure
from tests.browser import Browser
from tests.questions import asked, questions

HOME = 6
A_SUBSCRIPTION = 10
"""The targets, whatever the customer has."""


def count(app: Flask, crowd: Crowd) -> list[Figure]:
    one, many, few, most = (_browser(app, who) for who in (crowd.one, crowd.many, crowd.few_orders, crowd.many_orders))
    home = questions(app, one, "/")
    home_of_many = questions(app, many, "/")
    orders, orders_of_most = questions(app, few, "/orders"), questions(app, most, "/orders")
    one_of_few = questions(app, few, f"/orders/B{crowd.few_orders}-5")
    one_of_most = questions(app, most, f"/orders/B{crowd.many_orders}-5000")
    unit = "queries"
    return [
        Figure("home, 1 subscription", home, unit, HOME),
        Figure("home, 100 subscriptions", home_of_many, unit, HOME),
        Figure("home: more with 100 subscriptions than with 1", home_of_many - home, unit, 0),
        Figure("a subscription", questions(app, one, f"/subscriptions/{crowd.subscription}"), unit, A_SUBSCRIPTION),
        Figure("the list of deliveries, 1 subscription", questions(app, one, "/subscriptions"), unit),
        Figure("the list of deliveries, 100 subscriptions", questions(app, many, "/subscriptions"), unit),
        Figure("the list of orders, 10 orders", orders, unit),
        Figure("the list of orders, 10,000 orders", orders_of_most, unit),
        Figure("the list of orders: more with 10,000 than with 10", orders_of_most - orders, unit, 0),
        Figure("an order's page", one_of_few, unit),
        Figure("an order's page: more with 10,000 orders than with 10", one_of_most - one_of_few, unit, 0),
        Figure("a change: skip, and the page that follows", _change(app, one, crowd), unit),
    ]


def _change(app: Flask, browser: Browser, crowd: Crowd) -> int:
    browser.get(f"/subscriptions/{crowd.subscription}")
    with asked(app) as statements:
        page = browser.post(f"/deliveries/{crowd.delivery}/skip")
    undo = page.select_one("#notice form")
    assert undo, "the skip was refused"
    browser.post(str(undo["action"]))
    return len(statements)


def _browser(app: Flask, customer_id: int) -> Browser:
    browser = Browser(app)
    browser.sign_in(customer_id)
    browser.get("/account")  # whoever comes for the first time is met with more than the page
    return browser
