"""Every screen of the demo, and how a person comes to it: for pictures of them all, and for tests of what holds on each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.kit.db import db
from portal.subscriptions import links
from portal.subscriptions.models import Cancellation
from portal.timeline import Entry
from tests.journeys import desk_screens, order_screens, return_screens
from tests.journeys.demo import Demo
from tests.journeys.suggested_screens import suggested

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


def _sheet(page: Page, link: str) -> None:
    """One of the page of the box."""
    _open_subscription(page)
    page.get_by_role("link", name=link, exact=True).first.click()
    expect(page.locator("dialog:modal h1")).to_be_visible()


def _sheet_with(page: Page, link: str, label: str, typed: str) -> None:
    """What is typed into it follows."""
    _sheet(page, link)
    field = page.get_by_label(label, exact=True)
    field.fill(typed)
    field.press("Enter")
    expect(page.locator("dialog:modal").locator(".compare, .error").first).to_be_visible()


def _take_out_the_last(page: Page) -> None:
    page.get_by_role("link", name="Pasta", exact=True).click()
    page.get_by_role("link", name="One less Spelt pasta").click()
    page.get_by_role("link", name="Take it out of the box instead").click()
    expect(page.locator("dialog:modal .notice")).to_be_visible()


def _open_address(page: Page) -> None:
    _open_subscription(page)
    page.get_by_role("link", name="Delivery address").click()
    expect(page.locator("dialog:modal")).to_be_visible()


def _save_nothing(page: Page) -> None:
    page.get_by_label("Street and number").fill(" ")
    page.get_by_label("City or town").fill(" ")
    page.get_by_label("ZIP code").fill("9")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#line1-error")).to_be_visible()


def _open_pause(page: Page, how: str = "1 month") -> None:
    _open_subscription(page)
    page.get_by_role("link", name="Pause").click()
    page.locator("dialog:modal").get_by_text(how, exact=True).click()
    expect(page.locator("dialog:modal").locator(".compare")).to_be_visible()


def _open_resume(page: Page) -> None:
    page.get_by_role("link", name="Come back sooner, or later").click()
    expect(page.locator("dialog:modal .compare")).to_be_visible()


def _open_cancel(page: Page) -> None:
    _open_subscription(page)
    page.get_by_role("link", name="Cancel subscription").click()
    page.get_by_text("Too much left").click()
    expect(page.get_by_role("button", name="Less often")).to_be_visible()


def _open_again(page: Page) -> None:
    page.get_by_role("link", name="Start again as it was").click()
    expect(page.locator("dialog:modal").get_by_role("button", name="Start again")).to_be_visible()


def _cancel_and_keep(page: Page, demo: Demo, take: Take) -> None:
    page.goto("/subscriptions")
    _open_cancel(page)
    page.get_by_text("Too much left").click()
    page.get_by_role("button", name="Cancel now").click()
    expect(page.get_by_role("heading", name="Cancelled. No further charges.")).to_be_visible()
    take("cancelled")
    receipt = page.url
    page.get_by_role("button", name="Tell us why").click()
    expect(page.locator("#comment-error")).to_be_visible()
    take("cancelled-why-wrong")
    page.get_by_role("link", name="Deliveries").click()
    _open_subscription_named(page, "Pantry box")
    take("subscription-ending")
    page.get_by_role("link", name="Keep it after all").click()
    expect(page.locator("dialog:modal .compare")).to_be_visible()
    take("keep")
    page.get_by_role("button", name="Keep it after all").click()
    expect(page.locator("#notice")).to_contain_text("It goes on.")
    expect(page.get_by_text(UPDATING)).to_have_count(0)
    page.goto(receipt)
    take("cancelled-kept")


def _open_receipt_by_link(page: Page, demo: Demo, take: Take) -> None:
    """As the mail of whoever cancelled before brings it."""
    with demo.app.app_context():
        reference = db.session.scalars(select(Cancellation.reference).order_by(Cancellation.id)).first()
        link = links.receipt_key(str(reference))
    page.goto(f"/receipts/{link}")
    take("receipt")


def _undo_by_mail(page: Page, demo: Demo, take: Take) -> None:
    """A skip of hers that is confirmed, as the mail brings it."""
    _skip(page)
    expect(page.get_by_text(UPDATING)).to_have_count(0)
    link = _newest_undo(demo)
    page.goto(link)
    expect(page.locator(".compare")).to_be_visible()
    take("undo-by-mail")
    page.goto(f"/deliveries/{_newest_skip(demo).facts['delivery']}/unskip")  # she changes it on the page meanwhile
    page.get_by_role("button", name="Send it after all").click()
    expect(page.locator("#notice .notice")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", name="Nothing was undone")).to_be_visible()
    take("undo-by-mail-refused")
    page.goto("/")
    _skip(page)
    expect(page.get_by_text(UPDATING)).to_have_count(0)
    page.goto(_newest_undo(demo))
    page.get_by_role("button", name="Undo it").click()
    expect(page.locator("#notice")).to_contain_text("Undone.")
    take("undo-by-mail-done")
    page.goto("/")
    expect(page.get_by_text(UPDATING)).to_have_count(0)


def _newest_undo(demo: Demo) -> str:
    """As the mail about the newest skip has it."""
    with demo.app.app_context():
        return f"/undo/{links.undo_key(_newest_skip(demo).id)}"


def _newest_skip(demo: Demo) -> Entry:
    with demo.app.app_context():
        return db.session.scalars(select(Entry).where(Entry.deed == "skipped").order_by(Entry.id.desc()).limit(1)).one()


def _open_subscription_named(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).first.click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()


def _open_delivery(page: Page) -> None:
    _open_subscription(page)
    page.locator("#coming ~ .rows a").nth(1).click()
    expect(page.get_by_role("heading", name="In the box")).to_be_visible()


def _wait_for(link: str) -> Callable[[Page], None]:
    return lambda page: expect(page.get_by_role("link", name=link).first).to_be_visible()


def _open_pay(page: Page) -> None:
    page.get_by_role("link", name="Pay now").click()
    expect(page.locator("dialog:modal")).to_be_visible()


def _open_remove(page: Page) -> None:
    page.get_by_role("link", name="Remove").first.click()
    expect(page.locator("dialog:modal")).to_be_visible()


def _to_the_page(page: Page, link: str) -> None:
    """What a link opens as a sheet is a page too."""
    page.goto(str(page.get_by_role("link", name=link, exact=True).first.get_attribute("href")))


def _follow(selector: str) -> Callable[[Page], None]:
    def follow(page: Page) -> None:
        before = page.url
        page.locator(selector).first.click()
        expect(page).not_to_have_url(before)

    return follow


def _leave_the_card_page(page: Page) -> None:
    _follow("main a:has-text('Add a card')")(page)
    page.get_by_role("button", name="Continue to the payment provider").click()
    page.get_by_role("link", name="Back to the shop").click()
    expect(page.get_by_role("heading", name="You came back without a card")).to_be_visible()


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
    _screen("payment-past-due", "elif", "/account/payment", _wait_for("Pay now")),
    _screen("pay", "elif", "/account/payment", _open_pay),
    _screen("add-card-past-due", "elif", "/account/payment", _follow("main a:has-text('Use another card')")),
    _screen("billing-past-due", "elif", "/account/billing"),
    _screen("invoice-past-due", "elif", "/account/billing", _follow("main a.go")),
    _screen("account-many", "sofia", "/account"),
    _screen("orders-many", "sofia", "/orders"),
    _screen("home", "mira", "/"),
    Walk("mira", ("home-suggested", "home-declining", "suggestions"), suggested),
    _screen("deliveries", "mira", "/subscriptions"),
    _screen("subscription", "mira", "/subscriptions", _open_subscription),
    _screen("delivery", "mira", "/subscriptions", _open_delivery),
    _screen("orders", "mira", "/orders"),
    _screen("order", "mira", "/orders", _follow("main .go")),
    Walk("mira", ("claim", "claim-wrong", "claim-sent", "order-claimed"), order_screens.claim),
    Walk("mira", ("guide", "buy-again"), order_screens.again),
    Walk(
        "mira",
        ("return-items", "return-reason", "return-outcome", "return-way", "return-passport", "return-receipt", "returns"),
        return_screens.send_back,
    ),
    Walk(None, ("track", "track-over"), order_screens.shared),
    Walk(None, ("withdraw", "withdraw-wrong", "withdraw-confirm", "withdrawn"), order_screens.withdraw),
    _screen("account", "mira", "/account"),
    _screen("payment", "mira", "/account/payment", _wait_for("Remove")),
    _screen("remove-card", "mira", "/account/payment", _open_remove),
    _screen("add-card", "mira", "/account/payment", _follow("main a:has-text('Add a card')")),
    _screen("card-left", "mira", "/account/payment", _leave_the_card_page),
    _screen("billing", "mira", "/account/billing"),
    _screen("invoice", "mira", "/account/billing", _follow("main a.go")),
    _screen("devices", "mira", "/account/devices"),
    _screen("visits", "mira", "/account/visits"),
    _screen("visits-none", "sofia", "/account/visits"),
    _screen("language", "mira", "/account/language"),
    _screen("addresses", "mira", "/account/addresses"),
    _screen("address", "mira", "/account/addresses/new"),
    _screen("address-wrong", "mira", "/account/addresses/new?country=US", _save_nothing),
    _screen("address-of-one", "mira", "/subscriptions", _open_address),
    _screen("quantity", "mira", "/subscriptions", lambda page: _sheet(page, "One more Rolled oats")),
    _screen("quantity-wrong", "mira", "/subscriptions", lambda page: _sheet_with(page, "One more Rolled oats", "How many", "two")),
    _screen("swap", "mira", "/subscriptions", lambda page: _sheet(page, "Swap Highland breakfast tea")),
    _screen("remove", "mira", "/subscriptions", lambda page: _sheet(page, "Take out Sidamo coffee beans")),
    _screen("remove-last", "sofia", "/subscriptions", _take_out_the_last),
    _screen("add", "mira", "/subscriptions", lambda page: _sheet(page, "All 8 products")),
    _screen("add-one", "mira", "/subscriptions", lambda page: _sheet(page, "Sencha €11.33")),
    _screen("frequency", "mira", "/subscriptions", lambda page: _sheet(page, "2 weeks")),
    _screen("frequency-own", "mira", "/subscriptions", lambda page: _sheet_with(page, "My own", "Every", "10")),
    _screen("frequency-wrong", "mira", "/subscriptions", lambda page: _sheet_with(page, "My own", "Every", "soon")),
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
    _screen("pause", "mira", "/subscriptions", _open_pause),
    _screen("pause-own", "mira", "/subscriptions", lambda page: _open_pause(page, "Own day")),
    _screen("pause-open", "mira", "/subscriptions", lambda page: _open_pause(page, "Until I resume it")),
    _screen("resume", "jonas", "/", _open_resume),
    _screen("cancel", "mira", "/subscriptions", _open_cancel),
    _screen("again", "andrei", "/", _open_again),
    Walk("mira", ("cancelled", "cancelled-why-wrong", "subscription-ending", "keep", "cancelled-kept"), _cancel_and_keep),
    Walk(None, ("receipt",), _open_receipt_by_link),
    _screen("desk-sign-in", None, "/desk/sign-in"),
    Walk(
        None,
        ("desk-set-up", "desk-recovery-codes", "desk-app", "desk-passkey", "desk-your-sign-in", "desk-confirm"),
        desk_screens.first_time,
    ),
    Walk(None, ("desk-second-step", "desk-second-step-wrong"), desk_screens.every_time),
    _screen("desk", "ada", "/desk"),
    Walk(
        None,
        ("desk-view-as", "desk-view-as-wrong", "viewing", "viewing-closed", "viewing-act", "desk-while-viewing"),
        desk_screens.viewing,
    ),
    Walk("ada", ("desk-failing", "desk-task", "desk-customer-failing", "desk-notes"), desk_screens.failing),
    _screen("desk-search", "ada", "/desk/search?q=jo"),
    _screen("desk-nobody", "ada", "/desk/search?q=nobody"),
    *[
        _screen(f"desk-customer-{person}", "ada", f"/desk/search?q={person}%40example.com")
        for person in ("mira", "elif", "sofia", "andrei")
    ],
    Walk(
        "nora",
        ("desk-returns", "desk-return", "desk-return-here", "desk-start-return", "desk-claims", "desk-claim"),
        return_screens.at_the_desk,
    ),
    _screen("desk-looks", "nora", "/desk/looks"),
    _screen("desk-staff", "tom", "/desk/staff"),
    _screen("desk-numbers", "nora", "/desk/numbers"),
    Walk("nora", ("desk-webhooks", "desk-webhook", "desk-history"), desk_screens.webhooks),
    Walk("ada", ("desk-suggestions", "desk-customer", "desk-order"), desk_screens.finding),
    Walk("nora", ("desk-incident-new", "desk-incident", "desk-incidents"), desk_screens.incident),
    Walk("mira", ("undo-by-mail", "undo-by-mail-refused", "undo-by-mail-done"), _undo_by_mail),
]
PEOPLE = sorted({walk.person for walk in WALKS if walk.person})
