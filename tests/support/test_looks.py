"""Leads read which colleague looked at whom, why they saw a customer's pages, and for how long (H5)."""

from collections.abc import Callable
from datetime import timedelta

from bs4 import BeautifulSoup
from flask import Flask

from portal.accounts.models import Staff
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.support.actions.looking import look_at
from portal.support.queries.looks import SIZE
from tests.accounts.builders import customer, staff
from tests.browser import Browser, words
from tests.subscriptions.builders import Box
from tests.support.viewing import REASON, begins_view

HERE = "/desk/looks"


def test_leads_read_why_somebody_saw_the_pages_and_for_how_long(
    desk: Browser, lead: Browser, alice: Box, time: Callable[[timedelta], None]
) -> None:
    begins_view(desk, alice.customer_id)
    assert f"“{REASON}”, going on now" in words(lead.get(HERE))
    time(timedelta(minutes=7))
    desk.post("/desk/viewing/leave")
    page = lead.get(HERE)
    assert f"“{REASON}”, 7 minutes" in words(page) and page.select(f"main a[href='/desk/customers/{alice.customer_id}']")
    told = words(lead.get("/desk/audit?deed=impersonation+started"))
    assert f"“{REASON}”, 7 minutes" in told
    assert REASON not in words(lead.get("/desk/audit?deed=impersonation+ended")), "once is enough"


def test_looks_are_in_pages_and_found_by_colleague_and_customer(app: Flask, lead: Browser, jonas: int, alice: Box) -> None:
    with app.app_context(), transaction():
        ada, bob = staff("ada@halfjar.example", "Ada"), customer("bob@example.com").id
        look_at([alice.customer_id], page="photo", by=db.session.get_one(Staff, jonas), at=now())
        look_at([bob] * SIZE, page="customer", by=ada, at=now())
        who = ada.id
    first = lead.get(HERE)
    assert "A photo" not in _rows(first) and _rows(first).count("Ada") == SIZE
    older = str(first.select("main p > a.btn")[-1]["href"])
    assert _rows(lead.get(older)).startswith("Jonas") and not lead.get(older).select("main p > a.btn")
    for asked, found in (
        (f"who={jonas}", True), (f"who={who}", False), ("whom=Alice@example.com", True), (f"whom={alice.customer_id}", True),
        (f"whom={bob}", False), ("whom=nobody", False), (f"who={jonas}&whom={bob}", False),
    ):  # fmt: skip
        assert ("A photo" in _rows(lead.get(f"{HERE}?{asked}"))) is found, asked
    assert "Nothing was found" in words(lead.get(f"{HERE}?who={'9' * 30}&before={'9' * 30}&whom={'9' * 30}"))


def _rows(page: BeautifulSoup) -> str:
    return " ".join(words(row) for row in page.select("main .lines li"))
