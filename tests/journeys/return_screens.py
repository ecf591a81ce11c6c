"""The screens of a return and a claim: on a customer's phone, and at the desk."""

from collections.abc import Callable
from itertools import count

from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.kit import clock
from portal.kit.db import db, transaction
from portal.returns.actions import claims
from portal.returns.models import ClaimKind, Reception, ReturnStatus, Way, Wish
from portal.returns.money import Kind, MoneyLine, as_json
from portal.timeline import Actor
from tests.journeys.demo import Demo
from tests.orders.builders import order
from tests.returns.builders import sent_back

_numbers = count(1)
Take = Callable[[str], None]


def send_back(page: Page, demo: Demo, take: Take) -> None:
    """First nothing is chosen, and no reason is said."""
    page.goto("/returns/new")
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(page.locator("#items-error")).to_be_visible()
    take("return-items")
    page.locator("main fieldset label.choice").first.click()
    page.get_by_role("button", name="Go on", exact=True).click()
    page.wait_for_url("**/reason")
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(page.locator("main .error").first).to_be_visible()
    take("return-reason")
    page.get_by_text("I changed my mind").first.click()
    page.get_by_role("button", name="Go on", exact=True).click()
    page.wait_for_url("**/outcome")
    take("return-outcome")
    page.get_by_role("button", name="Go on", exact=True).click()
    page.wait_for_url("**/way")
    take("return-way")
    page.get_by_role("button", name="Start the return").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Return R-")
    take("return-passport")
    page.get_by_role("link", name="I have sent it").click()
    expect(page.get_by_role("heading", name="Show us the receipt of the counter")).to_be_visible()
    take("return-receipt")
    page.goto("/returns")
    take("returns")


def at_the_desk(page: Page, demo: Demo, take: Take) -> None:
    """Of Mira: one that is to be decided, one of which half has come, and a claim."""
    mira, first, second, claim = _begun(demo)
    page.goto("/desk/returns")
    take("desk-returns")
    page.goto(f"/desk/returns/{first}")
    take("desk-return")
    page.goto(f"/desk/returns/{second}")
    take("desk-return-here")
    page.goto(f"/desk/customers/{mira}/return")
    page.get_by_label("How many of").first.select_option("1")
    page.get_by_label("Why", exact=True).first.select_option("changed_mind")
    page.get_by_role("button", name="Work out the amounts").click()
    expect(page.get_by_text("Way back", exact=True)).to_be_visible()
    take("desk-start-return")
    page.goto("/desk/claims")
    take("desk-claims")
    page.goto(f"/desk/claims/{claim}")
    take("desk-claim")


def _begun(demo: Demo) -> tuple[int, str, str, str]:
    with demo.app.app_context(), transaction():
        at = clock.now()
        mira = db.session.scalars(select(Customer).where(Customer.email == "mira@example.com")).one()
        bought = [order(mira, at, number=f"HA-9{next(_numbers):03}") for _ in range(3)]
        db.session.flush()
        words = "It is not what I thought it would be."
        waits = sent_back(bought[0], status=ReturnStatus.NEEDS_REVIEW, review=["often"], way=Way.OWN, words=words, at=at)
        here = sent_back(bought[1], {0: 2}, received_at=at, way=Way.OWN, at=at)
        here.items[0].received, here.items[0].reception = 1, Reception.PARTIALLY_RECEIVED
        for one in waits, here:
            one.items[0].reason = "too_much"
            one.estimate = as_json([MoneyLine(Kind.GOODS, 890 * one.items[0].quantity, one.items[0].id, one.items[0].quantity)])
        asked = claims.Asked(
            ClaimKind.DAMAGED,
            {bought[2].lines[0].id: 1},
            Wish.REFUND,
            "One jar leaks.",
            "My camera is broken.",
            f"a-form-of-claims-{next(_numbers):08}",
        )
        return mira.id, waits.rma, here.rma, claims.open_claim(bought[2], asked, by=Actor(customer_id=mira.id), at=at).reference
