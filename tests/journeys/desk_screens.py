"""The screens of the desk, and how somebody who works there comes to them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from time import monotonic

from playwright.sync_api import Page, expect
from pyotp import TOTP
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.kit import clock
from portal.kit.db import db, transaction
from portal.outbox.models import Sync
from portal.subscriptions.models import Subscription
from portal.timeline import Actor
from portal.webhooks.actions import add_endpoint, remove_endpoint, send_test
from portal.webhooks.models import Endpoint
from portal.webhooks.vocabulary import CHOSEN
from tests.accounts.builders import authenticator_app, staff
from tests.journeys.demo import PATIENCE, Demo

FAR = datetime(2100, 1, 1, tzinfo=UTC)
"""No worker takes it up before."""
Take = Callable[[str], None]
_newcomers = count(1)


def first_time(page: Page, demo: Demo, take: Take) -> None:
    """A newcomer sets up an app, and keeps the codes on paper."""
    demo.prove(page, _newcomer(demo)[0], "/desk/sign-in")
    expect(page.get_by_role("heading", name="Set up your second step")).to_be_visible()
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    take("desk-set-up")
    page.get_by_label("Type the six digits").fill(TOTP(secret).at(clock.wall()))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    take("desk-recovery-codes")
    page.get_by_role("button", name="I have kept them").click()
    page.goto("/desk/your-sign-in/app")
    take("desk-app")
    page.goto("/desk/your-sign-in/passkey")
    take("desk-passkey")
    page.goto("/desk/your-sign-in")
    take("desk-your-sign-in")
    page.goto("/desk/your-sign-in/confirm")
    page.get_by_text("Phone not here?").click()
    take("desk-confirm")


def failing(page: Page, demo: Demo, take: Take) -> None:
    """A change of Jonas's that the provider does not answer."""
    with demo.app.app_context(), transaction():
        box = db.session.scalars(select(Subscription).join(Subscription.customer).where(Customer.email == "jonas@example.com")).one()
        sync = db.session.scalars(select(Sync).where(Sync.kind == "subscription", Sync.subject_id == box.id)).one()
        sync.wanted, sync.attempts, sync.error, sync.due_at = sync.done + 1, 9, "Stripe answered 500: an unknown error occurred.", FAR
        sync.asked_at = clock.now() - timedelta(hours=3)
        customer_id, sync_id = box.customer_id, sync.id
    page.goto("/desk/sync")
    expect(page.locator(f"#sync-{sync_id}")).to_be_visible()
    take("desk-failing")
    page.goto("/desk")
    _reload_until(page, "Out of step with the payment provider")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#task")).to_be_visible()
    take("desk-task")
    page.goto(f"/desk/customers/{customer_id}")
    take("desk-customer-failing")
    page.goto(f"/desk/customers/{customer_id}/notes")
    take("desk-notes")
    with demo.app.app_context(), transaction():
        sync = db.session.get_one(Sync, sync_id)
        sync.wanted, sync.attempts, sync.error, sync.asked_at = sync.done, 0, None, None


def finding(page: Page, demo: Demo, take: Take) -> None:
    """Some letters of her name, and all about her."""
    page.goto("/desk")
    page.locator("#find").press_sequentially("mira")
    expect(page.locator("#suggested a")).to_be_visible()
    take("desk-suggestions")
    page.locator("#suggested a").click()
    expect(page.get_by_role("heading", name="Orders, returns, refunds")).to_be_visible()
    take("desk-customer")
    page.locator(".bought th a").last.click()
    expect(page.get_by_role("heading", name="Returns and claims")).to_be_visible()
    take("desk-order")


def incident(page: Page, demo: Demo, take: Take) -> None:
    """Everybody who has coffee is told that it comes later, until it ends."""
    page.goto("/desk/incidents/new?sku=COF-500")
    take("desk-incident-new")
    page.locator("#title-en").fill("Your coffee may be late")
    page.locator("#body-en").fill("Boxes with coffee leave three days later. You need not do anything.")
    page.get_by_role("button", name="Publish").click()
    _reload_until(page, "Looked for last at")
    take("desk-incident")
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_text("It is over, and nobody is told any more.")).to_be_visible()
    page.goto("/desk/incidents")
    take("desk-incidents")


def webhooks(page: Page, demo: Demo, take: Take) -> None:
    """Nobody answers where they go."""
    with demo.app.app_context(), transaction():
        by, at = Actor(system="command line"), clock.now()
        endpoint, _ = add_endpoint("http://127.0.0.1:9/incoming/latchkey?key=secret", CHOSEN, by=by, at=at)
        send_test(endpoint, at=at)
    page.goto("/desk/webhooks")
    _reload_until(page, "Trying again")
    take("desk-webhooks")
    page.get_by_role("link", name="webhook.test").click()
    take("desk-webhook")
    page.goto("/desk/audit?who=provider")
    page.locator("details.more summary").first.click()
    take("desk-history")
    with demo.app.app_context(), transaction():
        remove_endpoint(db.session.scalars(Endpoint.listed()).one(), by=by, at=clock.now())


def _reload_until(page: Page, words: str) -> None:
    end = monotonic() + PATIENCE / 1000
    while not page.get_by_text(words).first.is_visible():
        assert monotonic() < end, f"{words} never came"
        page.reload()


def every_time(page: Page, demo: Demo, take: Take) -> None:
    email, secret = _newcomer(demo, with_app=True)
    demo.prove(page, email, "/desk/sign-in")
    field = page.get_by_label("The six digits in your app")
    expect(field).to_be_visible()
    take("desk-second-step")
    now = TOTP(secret).at(clock.wall())
    field.fill("000000" if now != "000000" else "000001")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#code-error")).to_be_visible()
    take("desk-second-step-wrong")


def viewing(page: Page, demo: Demo, take: Take) -> None:
    """Mira's pages, as somebody who works here sees them. In a session of their own: its key changes at both ends."""
    email, secret = _newcomer(demo, with_app=True)
    demo.prove(page, email, "/desk/sign-in")
    page.get_by_label("The six digits in your app").fill(TOTP(secret).at(clock.wall()))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("searchbox")).to_be_visible()
    with demo.app.app_context():
        mira = db.session.scalars(select(Customer.id).where(Customer.email == "mira@example.com")).one()
    page.goto(f"/desk/customers/{mira}/view")
    take("desk-view-as")
    page.get_by_label("In a sentence").fill("too short")
    page.locator("main form").evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Start looking").click()
    expect(page.locator("#reason-error")).to_be_visible()
    take("desk-view-as-wrong")
    page.get_by_label("In a sentence").fill("Checking why parcel 2 has no news")
    page.get_by_role("button", name="Start looking").click()
    expect(page.locator(".watch")).to_be_visible()
    take("viewing")
    page.goto("/account/language")
    take("viewing-closed")
    page.goto("/desk/viewing/act")
    take("viewing-act")
    page.get_by_role("button", name="Act for them").click()
    expect(page.locator(".watch")).to_contain_text("You act for them.")
    page.goto("/desk")
    take("desk-while-viewing")
    page.get_by_role("button", name="Leave").click()
    expect(page.locator(".watch")).to_have_count(0)


def _newcomer(demo: Demo, *, with_app: bool = False) -> tuple[str, str]:
    """Each walk has its own: one address gets few mails. Their address, and the secret of their app."""
    email = f"newcomer{next(_newcomers)}@halfjar.example"
    with demo.app.app_context(), transaction():
        person = staff(email, "Lena Fischer")
        return email, authenticator_app(person.id, at=clock.now()) if with_app else ""
