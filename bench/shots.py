"""Takes a picture of every screen of the demo, on a phone and on a desk, light and dark: `make shots`.

They land in .cache/shots; with `--docs`, the few that the README shows go to docs/shots instead.
"""

import argparse
import base64
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.harness.chromium import chromium
from tests.journeys.demo import PATIENCE, demo
from tests.journeys.screens import PEOPLE, WALKS

ROOT = Path(__file__).parents[1]
ALL, CHOSEN = ROOT / ".cache" / "shots", ROOT / "docs" / "shots"
SIZES = {"phone": (360, 740), "desk": (1280, 800)}
DOCS = {
    "home": ("phone light", "phone dark", "desk light"),
    "skip": ("phone light",),
    "home-waiting": ("phone light",),
    "home-confirmed": ("phone light",),
    "home-refused": ("phone dark",),
    "move": ("phone light",),
    "home-past-due": ("phone light",),
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


@dataclass(frozen=True)
class Look:
    size: str
    scheme: str

    def wants(self, screen: str, *, docs: bool) -> bool:
        return not docs or f"{self.size} {self.scheme}" in DOCS.get(screen, ())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", action="store_true", help="only the few that the README shows, small, into docs/shots")
    docs = parser.parse_args().docs
    folder = CHOSEN if docs else ALL
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.png"), *folder.glob("*.webp")):
        old.unlink()
    expect.set_options(timeout=PATIENCE)
    with tempfile.TemporaryDirectory() as own, demo(Path(own)) as shop, sync_playwright() as playwright:
        browser = chromium().launch(playwright)
        states = {person: shop.sign_in(browser, person) for person in PEOPLE}
        for look in (Look(size, scheme) for size in SIZES for scheme in ("light", "dark")):
            for walk in WALKS:
                if any(look.wants(screen, docs=docs) for screen in walk.screens):
                    width, height = SIZES[look.size]
                    with browser.new_context(
                        base_url=shop.url,
                        viewport={"width": width, "height": height},
                        color_scheme="dark" if look.scheme == "dark" else "light",
                        device_scale_factor=2 if look.size == "phone" else 1,
                        storage_state=states[walk.person] if walk.person else None,
                    ) as context:
                        page = context.new_page()
                        walk.go(page, shop, lambda screen, page=page, look=look: take(browser, page, screen, look, folder, docs=docs))  # type: ignore[misc]
        browser.close()
    taken = [*folder.glob("*.png"), *folder.glob("*.webp")]
    print(f"{len(taken)} pictures, {sum(file.stat().st_size for file in taken) // 1024} KB, in {folder.relative_to(ROOT)}")


def take(browser: Browser, page: Page, screen: str, look: Look, folder: Path, *, docs: bool) -> None:
    if not look.wants(screen, docs=docs):
        return
    page.wait_for_load_state()
    page.mouse.move(0, 0)
    page.evaluate("Promise.all([...document.images].map(image => (image.loading = 'eager', image.decode().catch(() => 0))))")
    width, height = SIZES[look.size]
    if not docs and not page.locator("dialog:modal").count():  # all of the page, with the tabs where it ends
        page.set_viewport_size({"width": width, "height": max(height, page.evaluate("document.documentElement.scrollHeight"))})
    picture = page.screenshot(animations="disabled")
    page.set_viewport_size({"width": width, "height": height})
    file = folder / f"{screen}-{look.size}-{look.scheme}"
    if docs:
        file.with_suffix(".webp").write_bytes(base64.b64decode(_small(browser, picture)))
    else:
        file.with_suffix(".png").write_bytes(picture)


def _small(browser: Browser, png: bytes) -> str:
    with browser.new_context() as context:
        return str(context.new_page().evaluate(TO_WEBP, base64.b64encode(png).decode()))


if __name__ == "__main__":
    main()
