"""Every screen of the demo, and how a person comes to it: for pictures of them all, and for tests of what holds on each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from playwright.sync_api import Page, expect

from tests.journeys.demo import Demo

UPDATING = "Updating your next payment date…"
Take = Callable[[str], None]
"""What is done with a screen, by its name."""
WHY = "An invoice of this subscription is still open."
_strangers = count(1)


@dataclass(frozen=True)
class Walk:
    """A way through one screen or several, in one tab."""

    person: str | None
    """Whose; None is nobody's, before the door."""
    screens: tuple[str, ...]
    go: Callable[[Page, Demo, Take], None]


def _screen(name: str, person: str | None, path: str, act: Callable[[Page], object] | None = None) -> Walk:
    def go(page: Page, demo: Demo, take: Take) -> None:
        page.goto(path)
        if act:
            act(page)
        take(name)

    return Walk(person, (name,), go)


def _door(page: Page, demo: Demo, take: Take) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(f"ines{next(_strangers)}@example.com")  # each gets few mails
    page.get_by_role("button", name="Send me the mail").click()
    expect(page.get_by_role("heading", name="Open the mail")).to_be_visible()
    take("sign-in-sent")
    page.get_by_label("Or type the 6-digit code").fill("407119")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#code-error")).to_be_visible()
    take("sign-in-wrong")


def _skip_and_send_after_all(page: Page, demo: Demo, take: Take) -> None:
    _skip(page)
    expect(page.get_by_text(UPDATING)).to_be_visible()
    take("home-waiting")
    expect(page.get_by_text(UPDATING)).to_have_count(0)
    take("home-confirmed")
    page.get_by_role("link", name="Change this delivery").click()
    skipped = page.locator("#coming ~ .rows a").filter(has_text="Skipped")
    expect(skipped).to_be_visible()
    take("subscription-skipped")
    skipped.click()
    page.get_by_role("link", name="Send it after all").click()
    expect(page.locator("dialog:modal .compare")).to_be_visible()
    take("unskip")
    page.get_by_role("button", name="Send it after all").click()
    expect(page.get_by_text(UPDATING)).to_be_visible()
    take("subscription-waiting")
    expect(page.get_by_text(UPDATING)).to_have_count(0)
    take("subscription-confirmed")


def _be_refused(page: Page, demo: Demo, take: Take) -> None:
    demo.stripe.faults({"kind": "refuse", "when": {"method": "POST", "path_prefix": "/v1/subscriptions/"}, "times": 1, "message": WHY})
    _skip(page)
    expect(page.get_by_role("alert")).to_contain_text("was not skipped")
    expect(page.get_by_text(UPDATING)).to_have_count(0)
    take("home-refused")
    _skip(page)  # a later change ends it
    page.locator("#notice").get_by_role("button", name="Undo").click()
    expect(page.locator("#notice")).to_contain_text("Undone.")
    expect(page.get_by_text(UPDATING)).to_have_count(0)


def _skip(page: Page) -> None:
    page.goto("/")
    _open_skip(page)
    page.get_by_role("button", name="Skip this delivery").click()
    expect(page.locator("#notice .notice")).to_be_visible()


def _open_skip(page: Page) -> None:
    page.get_by_role("link", name="Skip", exact=True).click()
    expect(page.locator("dialog:modal .compare")).to_be_visible()


def _open_move(page: Page, days: int, *, later: bool = False) -> None:
    _open_subscription(page)
    page.get_by_role("link", name="Move", exact=True).click()
    field = page.get_by_label("New day")
    expect(field).to_be_visible()
    if later:
        page.get_by_text("This and all later").click()
    field.fill((date.fromisoformat(field.input_value()) + timedelta(days=days)).isoformat())
    expect(page.locator("dialog:modal").locator(".compare, .error")).to_be_visible()


def _open_subscription(page: Page) -> None:
    page.locator("main h2 a").first.click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()


def _open_delivery(page: Page) -> None:
    _open_subscription(page)
    page.locator("#coming ~ .rows a").nth(1).click()
    expect(page.get_by_role("heading", name="In the box")).to_be_visible()


def _to_the_page(page: Page, link: str) -> None:
    """What a link opens as a sheet is a page too."""
    page.goto(str(page.get_by_role("link", name=link, exact=True).first.get_attribute("href")))


def _follow(selector: str) -> Callable[[Page], None]:
    def follow(page: Page) -> None:
        before = page.url
        page.locator(selector).first.click()
        expect(page).not_to_have_url(before)

    return follow


WALKS = [
    _screen("sign-in", None, "/sign-in"),
    Walk(None, ("sign-in-sent", "sign-in-wrong"), _door),
    _screen("not-found", None, "/nowhere"),
    _screen("mailbox", None, "/demo/mailbox"),
    _screen("mail", None, "/demo/mailbox", _follow("main a:has-text('As a mail reader shows it')")),
    *[
        walk
        for situation, person in {"past-due": "elif", "paused": "jonas", "cancelled": "andrei", "many": "sofia"}.items()
        for walk in (
            _screen(f"home-{situation}", person, "/"),
            _screen(f"deliveries-{situation}", person, "/subscriptions"),
            _screen(f"subscription-{situation}", person, "/subscriptions", _open_subscription),
        )
    ],
    _screen("account-many", "sofia", "/account"),
    _screen("orders-many", "sofia", "/orders"),
    _screen("home", "mira", "/"),
    _screen("deliveries", "mira", "/subscriptions"),
    _screen("subscription", "mira", "/subscriptions", _open_subscription),
    _screen("delivery", "mira", "/subscriptions", _open_delivery),
    _screen("orders", "mira", "/orders"),
    _screen("order", "mira", "/orders", _follow("main .go")),
    _screen("account", "mira", "/account"),
    _screen("devices", "mira", "/account/devices"),
    _screen("language", "mira", "/account/language"),
    _screen("skip", "mira", "/", _open_skip),
    _screen("skip-page", "mira", "/", lambda page: _to_the_page(page, "Skip")),
    _screen("move", "mira", "/subscriptions", lambda page: _open_move(page, 7)),
    _screen("move-all", "mira", "/subscriptions", lambda page: _open_move(page, 7, later=True)),
    _screen("move-wrong", "mira", "/subscriptions", lambda page: _open_move(page, -14)),
    Walk(
        "mira",
        ("home-waiting", "home-confirmed", "subscription-skipped", "unskip", "subscription-waiting", "subscription-confirmed"),
        _skip_and_send_after_all,
    ),
    Walk("mira", ("home-refused",), _be_refused),
]
PEOPLE = sorted({walk.person for walk in WALKS if walk.person})
