"""A page of a list takes as many questions for a hundred as for one."""

import pytest
from flask import Flask

from tests.api.client import System
from tests.api.test_tell_orders import order
from tests.questions import asked


@pytest.mark.parametrize("listed", ["products", "stock", "orders", "shipments"])
def test_a_page_of_twenty_takes_as_many_questions_as_a_page_of_one(app: Flask, listed: str) -> None:
    system, counts = System(app), []
    for upto in (1, 20):
        for number in range(upto):
            system.ask("PUT", f"/products/p{number}", {"name": "Tea", "variants": [{"sku": f"S{number}"}]}, expect=None)
            system.put(f"/stock/S{number}", {"quantity": 1, "as_of": "2026-11-02T09:00:00Z"})
            system.ask("PUT", f"/orders/HA-{number}", order(), expect=None)
            system.ask("PUT", f"/shipments/P{number}", {"order": f"HA-{number}"}, expect=None)
        with asked(app) as questions:
            assert len(system.get(f"/{listed}?limit=100")["data"]) == upto
        counts.append(len(questions))
    assert counts[0] == counts[1], counts
