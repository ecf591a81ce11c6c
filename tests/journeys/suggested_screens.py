"""What staff suggest, as the customer sees it: at home, and all of it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.accounts.models import Customer, Impersonation, Mode, Role, Staff, Why
from portal.kit import clock
from portal.kit.db import db, transaction
from portal.prepared import actions
from portal.subscriptions.models import Subscription
from portal.subscriptions.suggested import picture
from portal.timeline import Actor
from tests.journeys.demo import Demo

Take = Callable[[str], None]


def suggested(page: Page, demo: Demo, take: Take) -> None:
    """One that waits, and then one that was declined."""
    at = clock.now()
    with demo.app.app_context(), transaction():
        mira = db.session.scalars(select(Customer).where(Customer.email == "mira@example.com")).one()
        jonas = db.session.scalars(select(Staff).order_by(Staff.id).limit(1)).one()
        box = db.session.scalars(select(Subscription).where(Subscription.customer_id == mira.id).order_by(Subscription.id).limit(1)).one()
        reason = "She asks for it on the phone"
        view = Impersonation(staff_id=jonas.id, customer_id=mira.id, reason=reason, why=Why.PHONE, role=Role.AGENT, started_at=at)
        view.mode = Mode.PREPARE
        db.session.add(view)
        db.session.flush()
        subject, first = f"subscription:{box.id}", box.scheduled[0]
        told = [{"subject": subject, "deed": "skipped", "facts": {"delivery": first.id, "day": first.arrives_on.isoformat()}, "more": {}}]
        path, looked = f"/deliveries/{first.id}/skip", picture(box.id) or []
        looks = {subject: looked[1:]}
        made = actions.prepare(view, path=path, form=[], told=told, looks=looks, looked={subject: looked}, page="/", at=at)
        actions.say_why(made, "You said that nobody is at home then")
        made_id, customer_id = made.id, mira.id
    page.goto("/")
    expect(page.get_by_role("button", name="Approve it")).to_be_visible()
    take("home-suggested")
    page.get_by_role("link", name="No, thank you").click()
    expect(page.locator("dialog:modal")).to_be_visible()
    take("home-declining")
    page.goto("/suggestions")
    with demo.app.app_context(), transaction():
        actions.decline(made_id, reason="Somebody is at home after all", by=Actor(customer_id=customer_id), at=clock.now())
    page.reload()
    take("suggestions")
