"""The demo as `portal demo run` opens it, in one process, on a day that stays the same: its people, their past, a mailbox, a worker."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, Page, StorageState, expect
from pyotp import TOTP

from portal import create_app
from portal.demo import mailbox, seed
from portal.demo.people import HISTORY_DAYS, STAFF
from portal.kit import clock
from portal.kit.db import Model, db
from tests.harness.serving import serve
from tests.journeys.worker import working
from tests.sandbox.answers import stand_in
from tests.settings import settings
from tests.stripe import Stripe

TODAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
WORKERS = {worker.email.partition("@")[0]: worker for worker in STAFF}
PATIENCE = 60_000
"""Milliseconds for a page to show what a worker has to do first, on a machine that is busy."""


@dataclass(frozen=True)
class Demo:
    app: Flask
    url: str
    stripe: Stripe

    def sign_in(self, browser: Browser, person: str) -> StorageState:
        """A customer or somebody who works here, by their first name. What comes of it opens any number of tabs."""
        with browser.new_context() as context:
            page = context.new_page()
            if worker := WORKERS.get(person):
                self.prove(page, worker.email, "/desk/sign-in")
                page.get_by_label("The six digits in your app").fill(TOTP(worker.secret).at(clock.wall()))
                page.get_by_role("button", name="Sign in").click()
            else:
                self.prove(page, f"{person}@example.com", "/sign-in")
            expect(page).to_have_url(f"{self.url}{'/desk' if worker else '/'}", timeout=PATIENCE)
            return context.storage_state()

    def prove(self, page: Page, email: str, door: str) -> None:
        """Through this door, by the code in the mailbox."""
        page.goto(f"{self.url}{door}")
        page.get_by_label("E-mail").fill(email)
        page.get_by_role("button", name="Send me the mail").click()
        page.get_by_label("Or type the 6-digit code").fill(self.code(page, email))
        page.get_by_role("button", name="Sign in").click()

    def code(self, page: Page, email: str) -> str:
        """The newest, as the mailbox shows it in a tab of its own."""
        tab = page.context.new_page()
        tab.goto(f"{self.url}/demo/mailbox")
        letter = tab.locator("article").filter(has_text=email).first
        expect(letter).to_be_visible(timeout=PATIENCE)
        code = letter.locator(".figure").inner_text()
        tab.close()
        return code


@contextmanager
def demo(folder: Path) -> Iterator[Demo]:
    clock.follow(folder / "clock")
    (folder / "clock").write_text(str((TODAY - datetime.now(UTC)).total_seconds()))
    opened = int((clock.now() - timedelta(days=HISTORY_DAYS)).timestamp())
    with ExitStack() as ending:
        ending.callback(clock.follow, None)
        stripe = Stripe(ending.enter_context(stand_in(now=opened)), lambda by: None)
        mail_port = ending.enter_context(mailbox.running(folder / "mailbox"))
        more = {"STRIPE_API_BASE": stripe.url, "SMTP_URL": f"smtp://127.0.0.1:{mail_port}", "DEMO_FOLDER": str(folder)}
        app = create_app(settings(f"sqlite:///{folder / 'portal.sqlite'}", **more))
        with app.app_context():
            ending.callback(_let_go, app)
            Model.metadata.create_all(db.engine)
            seed.seed()
        ending.enter_context(working(app))
        url = app.config["PORTAL_BASE_URL"] = ending.enter_context(serve(app))
        stripe.send_webhooks_to(f"{url}/webhooks/stripe")
        ending.callback(stripe.send_webhooks_to, "")
        yield Demo(app, url, stripe)


def _let_go(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()
