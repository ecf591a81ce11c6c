"""What holds on every screen, in each look: the rules of WCAG that a machine can try, targets for a thumb, no sideways scroll."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, StorageState

from tests.journeys import axe
from tests.journeys.demo import Demo, demo
from tests.journeys.screens import PEOPLE, WALKS, Walk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TOO_SMALL = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")].filter(element => {
  if (!element.checkVisibility({visibilityProperty: true}) || element.closest(".skip-link, [inert]")) return false;
  if (document.querySelector("dialog:modal") && !element.closest("dialog")) return false;
  if (getComputedStyle(element).display === "inline" && element.closest("p, td, .whole")) return false; // or as large as its card
  const {width, height} = (element.closest(".choice") || element).getBoundingClientRect();
  return Math.min(width, height) < 43.5;
}).map(element => `${element.outerHTML.slice(0, 120)} is ${Math.round(element.getBoundingClientRect().height)} px high`)"""
LONGER = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  window.asItWas = [];
  while (texts.nextNode()) {
    const text = texts.currentNode, words = text.data.trim();
    if (!words || /[€\\d]/.test(words)) continue;
    asItWas.push([text, text.data]);
    text.data += " " + words.slice(0, Math.ceil(words.length * .4)).trim();
  }
}"""
"""Words in another language may be longer by two fifths. Days and amounts stay as they are."""
AS_IT_WAS = "asItWas.forEach(([text, words]) => text.data = words)"
TOO_WIDE = """() => [...document.querySelectorAll("body *")].filter(element => {
  if (!element.checkVisibility() || element.closest(".hide, .skip-link, .clamp, .code, svg, svg *, .scroll > *")) return false;
  const {left, right} = element.getBoundingClientRect(), home = (element.closest(".card, dialog") || document.body).getBoundingClientRect();
  return left < home.left - 1 || right > home.right + 1;
}).map(element => element.outerHTML.slice(0, 120))"""
"""Beyond the edge of its card, or of the page. A table of data may be wider than a phone where it scrolls by itself (WCAG 1.4.10)."""


WHERE = {
    "mira": (
        "/subscriptions", "*", "*/frequency?every=own", "*/pause", "*/cancel", "*/add", "*/address", "*/code", "/account/payment",
        "/account/addresses", "/account/language", "/account/billing", "/orders",
    ),
    "sofia": (),
    "jonas": ("*", "*/resume"),
    "elif": ("*", "/account/billing"),
}  # fmt: skip
"""What is looked at in another language, besides home: `*` is the page of the first subscription."""
WIDTHS = (320, 360, 800, 1280)
PHONE, DESK = 360, 1280
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@dataclass(frozen=True)
class Tour:
    """The demo, and a browser with everybody signed in."""

    shop: Demo
    browser: Browser
    states: dict[str, StorageState]

    def __call__(self, walk: Walk) -> dict[str, list[str]]:
        """What is wrong, by screen. Each screen is looked at in every size, light and dark, before the walk goes on."""
        found: dict[str, list[str]] = {}
        state = self.states[walk.person] if walk.person else None
        with self.browser.new_context(base_url=self.shop.url, viewport={"width": PHONE, "height": 740}, storage_state=state) as context:
            page = context.new_page()

            def take(screen: str) -> None:
                page.wait_for_load_state()
                found[screen] = list(_wrong(page))
                page.set_viewport_size({"width": PHONE, "height": 740})
                page.emulate_media(color_scheme="light")

            walk.go(page, self.shop, take)
        assert tuple(found) == walk.screens
        return {screen: wrong for screen, wrong in found.items() if wrong}

    @contextmanager
    def speaking(self, person: str, language: str) -> Iterator[Page]:
        """A phone of this person, who reads another language meanwhile."""
        with self.browser.new_context(base_url=self.shop.url, storage_state=self.states[person]) as context:
            page = context.new_page()
            _choose(page, language)
            yield page
            _choose(page, "en")


@pytest.fixture(scope="module")
def tour(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    with demo(tmp_path_factory.mktemp("demo")) as shop:
        yield Tour(shop, browser, {person: shop.sign_in(browser, person) for person in PEOPLE})


@pytest.mark.skipif(not shutil.which("npm"), reason="axe-core comes by npm")
@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.screens[0])
def test_it_can_be_read_and_used_by_everybody(tour: Tour, walk: Walk) -> None:
    assert tour(walk) == {}


def _choose(page: Page, language: str) -> None:
    page.goto("/account/language")
    page.locator(f"[name=locale][value={language}]").check()
    page.locator("main form .btn").click()
    page.locator(f"html[lang={language}]").wait_for(state="attached")


def _wrong(page: Page) -> Iterator[str]:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 740})
        yield from (f"{what} ({width} px)" for what in _too_wide_in_any_words(page))
        if width == PHONE:
            yield from page.evaluate(TOO_SMALL)
            yield from (f"{what} (letters of twice the size)" for what in _too_wide_in_large(page))
        if width in {PHONE, DESK}:
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                seen = axe.violations(page, colours_only=scheme == "dark")  # nothing else differs there
                yield from (f"{what} ({width} px, {scheme})" for what in seen)


def _too_wide_in_any_words(page: Page) -> list[str]:
    wrong = _too_wide(page)
    page.evaluate(LONGER)
    wrong += [f"{what} with longer words" for what in _too_wide(page)]
    page.evaluate(AS_IT_WAS)
    return wrong


def _too_wide_in_large(page: Page) -> list[str]:
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    wrong = _too_wide(page)
    page.evaluate("document.documentElement.style.fontSize = ''")
    return wrong


def _too_wide(page: Page) -> list[str]:
    return [f"{what} is too wide" for what in page.evaluate(TOO_WIDE)]


@pytest.mark.parametrize("language", ["tr", "ro"])
def test_words_of_another_language_fit(tour: Tour, language: str) -> None:
    wrong = []
    for person, inside in WHERE.items():
        with tour.speaking(person, language) as page:
            page.goto("/subscriptions")
            subscription = page.locator("main h2 a").first.get_attribute("href")
            for path in ("/", *inside):
                page.goto(path.replace("*", subscription or ""))
                for width in (320, PHONE):
                    page.set_viewport_size({"width": width, "height": 740})
                    wrong += [f"{path} of {person}: {what} ({width} px)" for what in _too_wide(page)]
                wrong += [f"{path} of {person}: {what}" for what in page.evaluate(TOO_SMALL) + _too_wide_in_large(page)]
    assert wrong == [], "\n".join(wrong)
