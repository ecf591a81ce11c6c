"""What holds on every screen, in each look: the rules of WCAG that a machine can try, targets for a thumb, no sideways scroll."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, StorageState

from tests.journeys import axe
from tests.journeys.demo import Demo, demo
from tests.journeys.screens import PEOPLE, WALKS

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
  if (!element.checkVisibility() || element.closest(".hide, .skip-link, .clamp, .code, svg, svg *")) return false;
  const {left, right} = element.getBoundingClientRect(), home = (element.closest(".card, dialog") || document.body).getBoundingClientRect();
  return left < home.left - 1 || right > home.right + 1;
}).map(element => element.outerHTML.slice(0, 120))"""
"""Beyond the edge of its card, or of the page."""


Look = Callable[[Page], list[str]]


@dataclass
class Tour:
    """Every screen, and what was found on it."""

    shop: Demo
    browser: Browser
    states: dict[str, StorageState]

    def __call__(self, look: Look, *, width: int, scheme: Literal["light", "dark"] = "light") -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for walk in WALKS:
            state = self.states[walk.person] if walk.person else None
            with self.browser.new_context(
                base_url=self.shop.url, viewport={"width": width, "height": 740}, color_scheme=scheme, storage_state=state
            ) as context:
                page = context.new_page()

                def take(screen: str, page: Page = page) -> None:
                    page.wait_for_load_state()
                    found[screen] = look(page)

                walk.go(page, self.shop, take)
        return {screen: wrong for screen, wrong in found.items() if wrong}


@pytest.fixture(scope="module")
def tour(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    with demo(tmp_path_factory.mktemp("demo")) as shop:
        yield Tour(shop, browser, {person: shop.sign_in(browser, f"{person}@example.com") for person in PEOPLE})


@pytest.mark.skipif(not shutil.which("npm"), reason="axe-core comes by npm")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_rule_of_wcag_is_broken(tour: Tour, width: int, scheme: Literal["light", "dark"]) -> None:
    assert tour(axe.violations, width=width, scheme=scheme) == {}


def test_what_can_be_pressed_is_as_large_as_a_thumb(tour: Tour) -> None:
    assert tour(lambda page: list(page.evaluate(TOO_SMALL)), width=360) == {}


@pytest.mark.parametrize("width", [320, 360, 800, 1280])
def test_nothing_scrolls_sideways_or_is_cut_also_where_words_are_longer(tour: Tour, width: int) -> None:
    def look(page: Page) -> list[str]:
        wrong = _too_wide(page)
        page.evaluate(LONGER)
        wrong += [f"with longer words: {what}" for what in _too_wide(page)]
        page.evaluate(AS_IT_WAS)
        return wrong

    assert tour(look, width=width) == {}


def test_nothing_scrolls_sideways_with_letters_of_twice_the_size(tour: Tour) -> None:
    def look(page: Page) -> list[str]:
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        wrong = _too_wide(page)
        page.evaluate("document.documentElement.style.fontSize = ''")
        return wrong

    assert tour(look, width=360) == {}


def _too_wide(page: Page) -> list[str]:
    return list(page.evaluate(TOO_WIDE))
