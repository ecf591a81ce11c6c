"""Whoever searches waits as long among a million customers as among ten: each question is answered from a stretch of an index."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Address, Customer, CustomerWord, keep_words
from portal.kit import clock
from portal.kit.db import db, transaction
from portal.support.queries import search
from tests.accounts.builders import address, customer
from tests.house.source import PORTAL, calls, name_of, tree
from tests.questions import walks

TYPED = [
    "alice@example.com",
    "alice@ex",
    "cus_123",
    "R-7K2M",
    "0151 2345678",
    "mi",
    "mira okafor",
    "mira m.o",
    "nobody at all",
    "Order HA-1001",
    "example.com",
    "mira example.com",
    "mria okafor",
    "mira@exmaple.com",
    "https://shop.example/orders/HA-1001",
]


@pytest.mark.parametrize("typed", TYPED)
def test_no_question_walks_through_a_table(app: Flask, typed: str) -> None:
    with app.app_context():
        with transaction():
            customer("mira@example.com", "Mira Okafor")
        assert walks(app, lambda: search(typed)) == []
        assert walks(app, lambda: db.session.scalars(select(Customer.id).where(Customer.name == typed)).all()), "this one does"


def test_words_that_were_lost_come_again_and_what_is_too_much_goes(app: Flask) -> None:
    with app.app_context():
        with transaction():
            mira = customer("mira@example.com", "Mira Okafor")
            address(mira.id, name="Mira O.", phone="0151 2345678", at=clock.now())
            here = mira.id
        right = {"mira", "okafor", "o", "@mira@example.com", "@@example.com", "#8765432151"}
        assert stands(here) == right
        with transaction():
            for row in db.session.scalars(select(CustomerWord)):
                row.word = f"wrong {row.id}"
        with transaction():
            keep_words(db.session.connection(), [here])
        assert stands(here) == right


def stands(customer_id: int) -> set[str]:
    return set(db.session.scalars(select(CustomerWord.word).where(CustomerWord.customer_id == customer_id)))


NO_NAMES = {"notice", "forget_notices"}
"""They write a mark, and no name."""


def test_whoever_writes_people_past_the_models_keeps_their_words() -> None:
    """`insert(Customer)` tells no model: `keep_words` has to be called in the same function."""
    for path in PORTAL:
        for function in (node for node in tree(path).body if hasattr(node, "name")):
            past = [call for call in calls(function, "insert", "update") if call.args and _is_of_people(call.args[0])]
            name = getattr(function, "name", "")
            assert not past or name in NO_NAMES or list(calls(function, "keep_words")), f"{path}: {name}"


def _is_of_people(argument: object) -> bool:
    return name_of(argument) in (Customer.__name__, Address.__name__)  # type: ignore[arg-type]
