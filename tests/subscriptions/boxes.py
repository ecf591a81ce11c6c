"""What the tests of the contents look at alike."""

from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup
from flask import Flask

from portal.kit.db import db
from portal.subscriptions.models import Subscription
from tests.browser import words
from tests.stripe import Stripe
from tests.subscriptions.builders import Box


@dataclass(frozen=True)
class There:
    ref: str
    name: str
    amount: int
    quantity: int


def inside(app: Flask, box: Box) -> dict[str, int]:
    """Pieces by the name of the product."""
    with app.app_context():
        items = db.session.get_one(Subscription, box.id).contents.items
        return {item.price.variant.product.name: item.quantity for item in items}


def item_id(app: Flask, box: Box, name: str) -> int:
    with app.app_context():
        items = db.session.get_one(Subscription, box.id).items
        return next(item.id for item in items if item.price.variant.product.name == name)


def sheet(app: Flask, box: Box, name: str, deed: str) -> str:
    """The path of a sheet of one product."""
    return f"{box.page}/products/{item_id(app, box, name)}/{deed}"


def items_there(stripe: Stripe, box: Box) -> dict[str, There]:
    """What Stripe has, by the name of the product."""
    found = {}
    for item in stripe.v1.subscriptions.retrieve(box.ref, {"expand": ["items.data.price.product"]})["items"].data:
        name = item.price.product.name
        found[name] = There(item.id, name, item.price.unit_amount, item.quantity)
    return found


def rows(page: BeautifulSoup) -> list[list[str]]:
    """The next three deliveries as they are and as they would be."""
    return [[words(cell) for cell in row.select("td")] for row in page.select(".compare tbody tr")]


def fact(page: BeautifulSoup, name: str) -> str:
    return next(words(row.dd) for row in page.select(".facts > div") if row.dt and words(row.dt) == name and row.dd)


def sent_items(sent: dict[str, Any]) -> list[dict[str, Any]]:
    """The items of one update, as Stripe was sent them."""
    items = sent.get("items", [])
    return list(items.values()) if isinstance(items, dict) else list(items)
