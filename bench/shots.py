"""Takes a picture of every screen of the demo, on a phone and on a desk, light and dark: `make shots`.

They land in .cache/shots; with `--docs`, the few that the README shows go to docs/shots instead.
"""

import argparse
import base64
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from tests.harness.chromium import chromium
from tests.journeys.demo import PATIENCE, Demo, demo

ROOT = Path(__file__).parents[1]
ALL, CHOSEN = ROOT / ".cache" / "shots", ROOT / "docs" / "shots"
SIZES = {"phone": (360, 740), "desk": (1280, 800)}
DOCS = {
    "home": ("phone light", "phone dark", "desk light"),
    "home-confirmed": ("phone light",),
    "home-past-due": ("phone light",),
    "home-waiting": ("phone light",),
    "move": ("phone light",),
    "skip": ("phone light",),
    "subscription": ("desk dark",),
}
"""What the README shows."""
TO_WEBP = """async png => {
  const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const canvas = Object.assign(document.createElement("canvas"), {width: picture.width, height: picture.height});
  canvas.getContext("2d").drawImage(picture, 0, 0);
  return canvas.toDataURL("image/webp", .82).split(",")[1];
}"""
"""The browser that takes the pictures can also make them small: no library is needed for it."""

Take = Callable[[str], None]


@dataclass(frozen=True)
class Look:
    size: str
    scheme: str

    @property
    def name(self) -> str:
        return f"{self.size} {self.scheme}"


class Shots:
    """A person's tab in each look, and where its pictures go."""

    def __init__(self, browser: Browser, demo: Demo, *, docs: bool) -> None:
        self.browser, self.demo, self.docs = browser, demo, docs
        self.folder = CHOSEN if docs else ALL
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in (*self.folder.glob("*.png"), *self.folder.glob("*.webp")):
            old.unlink()
        self.looks = [Look(size, scheme) for size in SIZES for scheme in ("light", "dark")]

    def of(self, name: str, path: str, state: StorageState | None = None, act: Callable[[Page], None] | None = None) -> None:
        """This page in each look; `act` brings it where it should be."""

        def steps(page: Page, take: Take) -> None:
            page.goto(path)
            if act:
                act(page)
            take(name)

        self.walk(state, steps, [look for look in self.looks if self._wanted(name, look)])

    def walk(self, state: StorageState | None, steps: Callable[[Page, Take], None], looks: list[Look] | None = None) -> None:
        """Through several states in one tab, once for each look, taking pictures on the way."""
        for look in self.looks if looks is None else looks:
            width, height = SIZES[look.size]
            context = self.browser.new_context(
                base_url=self.demo.url,
                viewport={"width": width, "height": height},
                color_scheme="dark" if look.scheme == "dark" else "light",
                device_scale_factor=2 if look.size == "phone" else 1,
                storage_state=state,
                locale="en-GB",
            )
            with context:
                page = context.new_page()
                steps(page, lambda name, page=page, look=look: self.take(page, name, look))  # type: ignore[misc]

    def take(self, page: Page, name: str, look: Look) -> None:
        if not self._wanted(name, look):
            return
        page.mouse.move(0, 0)
        page.evaluate("document.fonts.ready.then(() => Promise.all([...document.images].map(image => image.decode().catch(() => 0))))")
        width, height = SIZES[look.size]
        if not self.docs and not page.locator("dialog[open]").count():  # all of the page, with the tabs where it ends
            page.set_viewport_size({"width": width, "height": max(height, page.evaluate("document.documentElement.scrollHeight"))})
        taken = page.screenshot(animations="disabled")
        page.set_viewport_size({"width": width, "height": height})
        file = self.folder / f"{name}-{look.size}-{look.scheme}"
        if self.docs:
            file.with_suffix(".webp").write_bytes(base64.b64decode(self._small(taken)))
        else:
            file.with_suffix(".png").write_bytes(taken)

    def _small(self, png: bytes) -> str:
        with self.browser.new_context() as context:
            return str(context.new_page().evaluate(TO_WEBP, base64.b64encode(png).decode()))

    def _wanted(self, name: str, look: Look) -> bool:
        return not self.docs or look.name in DOCS.get(name, ())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", action="store_true", help="only the few that the README shows, small, into docs/shots")
    docs = parser.parse_args().docs
    expect.set_options(timeout=PATIENCE)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright, demo(Path(folder)) as shop:
        browser = chromium().launch(playwright)
        shots = Shots(browser, shop, docs=docs)
        door(shots)
        situations(shots)
        changes(shots)
        browser.close()
    taken = [*shots.folder.glob("*.png"), *shots.folder.glob("*.webp")]
    size = sum(file.stat().st_size for file in taken) // 1024
    print(f"{len(taken)} pictures, {size} KB, in {shots.folder.relative_to(ROOT)}")


def door(shots: Shots) -> None:
    """Before anybody is in, and the mail that lets them in."""
    shots.of("sign-in", "/sign-in")

    addresses = iter(["ines@example.com", "noor@example.com", "luca@example.com", "omar@example.com"])

    def ask(page: Page, take: Take) -> None:
        page.goto("/sign-in")
        page.get_by_label("E-mail").fill(next(addresses))
        page.get_by_role("button", name="Send me the mail").click()
        page.get_by_role("heading", name="Open the mail").wait_for()
        take("sign-in-sent")
        page.get_by_label("Or type the 6-digit code").fill("407119")
        page.get_by_role("button", name="Sign in").click()
        page.locator("#code-error").wait_for()
        take("sign-in-wrong")

    shots.walk(None, ask)
    shots.of("not-found", "/nowhere")


def situations(shots: Shots) -> None:
    """What the people of the demo see, each in a situation of their own."""
    for name, email in {"past-due": "elif", "paused": "jonas", "cancelled": "andrei", "many": "sofia"}.items():
        state = shots.demo.sign_in(shots.browser, f"{email}@example.com")
        shots.of(f"home-{name}", "/", state)
        shots.of(f"deliveries-{name}", "/subscriptions", state)
        shots.of(f"subscription-{name}", "/subscriptions", state, lambda page: page.locator("main h2 a").first.click())
        shots.of(f"account-{name}", "/account", state)


def changes(shots: Shots) -> None:
    """One customer with all that is well, and what happens when she changes something."""
    state = shots.demo.sign_in(shots.browser, "mira@example.com")
    shots.of("mailbox", "/demo/mailbox")
    shots.of("mail", "/demo/mailbox", act=lambda page: page.get_by_role("link", name="As a mail reader shows it").first.click())
    shots.of("home", "/", state)
    shots.of("deliveries", "/subscriptions", state)
    shots.of("subscription", "/subscriptions", state, lambda page: page.get_by_role("link", name="Pantry box").click())
    shots.of("delivery", "/subscriptions", state, to_a_delivery)
    shots.of("orders", "/orders", state)
    shots.of("order", "/orders", state, lambda page: page.locator("main .go").first.click())
    shots.of("account", "/account", state)
    shots.of("devices", "/account/devices", state)
    shots.of("language", "/account/language", state)
    shots.of("skip", "/", state, open_skip)
    shots.of("move", "/", state, lambda page: open_move(page, days=7))
    shots.of("move-all", "/", state, lambda page: open_move(page, days=7, later=True))
    shots.of("move-wrong", "/", state, lambda page: open_move(page, days=-14))
    shots.walk(state, skip_and_undo)
    shots.walk(state, lambda page, take: be_refused(shots.demo, page, take))


def to_a_delivery(page: Page) -> None:
    page.get_by_role("link", name="Pantry box").click()
    page.locator("#coming ~ .rows a").nth(1).click()
    page.get_by_role("heading", name="In the box").wait_for()


def open_skip(page: Page) -> None:
    page.get_by_role("link", name="Skip", exact=True).click()
    page.locator("dialog[open] .compare").wait_for()


def open_move(page: Page, days: int, later: bool = False) -> None:
    page.get_by_role("link", name="Change this delivery").click()
    page.get_by_role("link", name="Move").click()
    field = page.get_by_label("New day")
    field.wait_for()
    if later:
        page.get_by_text("This and all later").click()
    field.fill((date.fromisoformat(field.input_value()) + timedelta(days=days)).isoformat())
    page.locator("dialog[open]").locator(".compare, .error").wait_for()


def skip_and_undo(page: Page, take: Take) -> None:
    """Waiting, confirmed, what the pages say of it, undone."""
    skip(page)
    expect(page.get_by_text("Updating your next payment date…").first).to_be_visible()
    take("home-waiting")
    expect(page.get_by_text("Updating your next payment date…")).to_be_hidden()
    take("home-confirmed")
    page.get_by_role("link", name="Change this delivery").click()
    take("subscription-skipped")
    page.locator("#coming ~ .rows a").filter(has_text="Skipped").click()
    page.get_by_role("link", name="Send it after all").click()
    page.locator("dialog[open] .compare").wait_for()
    take("unskip")
    page.get_by_role("button", name="Send it after all").click()
    expect(page.locator("#notice .notice")).to_be_visible()
    take("subscription-waiting")
    expect(page.get_by_text("Updating your next payment date…")).to_be_hidden()


def be_refused(shop: Demo, page: Page, take: Take) -> None:
    shop.stripe.faults({"kind": "refuse", "when": {"method": "POST", "path_prefix": "/v1/subscriptions/"}, "times": 1})
    skip(page)
    expect(page.get_by_role("alert").filter(has_text="was not skipped")).to_be_visible()
    expect(page.get_by_text("Updating your next payment date…")).to_be_hidden()
    take("home-refused")


def skip(page: Page) -> None:
    page.goto("/")
    open_skip(page)
    page.get_by_role("button", name="Skip this delivery").click()
    expect(page.locator("#notice .notice")).to_be_visible()


if __name__ == "__main__":
    main()
