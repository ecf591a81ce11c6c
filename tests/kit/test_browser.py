"""What the blocks, the sheet and the script promise, in a real browser under the real policy."""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event

import pytest
from flask import Flask, abort, redirect, request, session
from flask.typing import ResponseReturnValue
from jinja2 import ChoiceLoader, DictLoader
from playwright.sync_api import Locator, Page

from portal.kit import web
from portal.kit.refusal import Refusal
from tests.harness.serving import serve
from tests.kit.conftest import make_app

pytestmark = pytest.mark.browser

PLAN = """{% extends "layout/page.html" %}
{% block title %}Plan{% endblock %}
{% block main %}
<h1>Plan</h1>
{% block next_delivery %}
{% from "layout/_forms.html" import button, sheet_link, poll %}
<section id="next_delivery" tabindex="-1"{% if waiting %}{{ poll("/plan") }}{% endif %}>
<p>Skipped {{ skipped }}</p>{% if waiting %}<p>Updating</p>{% endif %}
{{ button("/plan/skip", "Skip", "next_delivery") }}{{ button("/plan/refuse", "Refuse", "next_delivery") }}
{{ sheet_link("/plan/memo", "Leave a note") }}
</section>
{% endblock %}
{% endblock %}"""
MEMO = """{% extends "layout/sheet.html" %}
{% block title %}Leave a note{% endblock %}
{% block sheet %}
{% from "layout/_forms.html" import form, field %}
<h1 id="sheet-title">Leave a note</h1>
{% call form("/plan/memo", "sheet") %}
{{ field("memo", "Note", memo, error=error, autofocus=True) }}
<div class="btns"><button class="btn">Save</button><a class="btn quiet" href="/plan" data-close>Cancel</a></div>
{% endcall %}
{% endblock %}"""


@dataclass
class Site:
    """The pages under test, and what the server saw."""

    url: str
    posts: list[str]
    gets: list[str]
    go_on: Event
    confirmed: bool = True


@pytest.fixture
def site() -> Iterator[Site]:
    app = make_app()
    loader = app.jinja_loader
    assert loader
    app.jinja_loader = ChoiceLoader([DictLoader({"plan.html": PLAN, "memo.html": MEMO}), loader])
    site = Site("", [], [], Event())
    site.go_on.set()
    add_views(app, site)
    with serve(app) as site.url:
        yield site
        site.go_on.set()


def add_views(app: Flask, site: Site) -> None:
    @app.get("/plan")
    def plan() -> ResponseReturnValue:
        site.gets.append(request.full_path)
        return web.page("plan.html", skipped=session.get("skipped", 0), waiting=not site.confirmed)

    @app.post("/plan/skip")
    def plan_skip() -> ResponseReturnValue:
        site.posts.append(request.path)
        site.go_on.wait(5)
        session["skipped"] = session.get("skipped", 0) + 1
        web.say("Skipped.", "Next is another day.", undo="/plan/skip")
        return redirect("/plan", 303)

    @app.post("/plan/refuse")
    def plan_refuse() -> ResponseReturnValue:
        raise Refusal("It is too late.")

    @app.route("/plan/memo", methods=["GET", "POST"])
    def memo() -> ResponseReturnValue:
        text = request.form.get("memo", "")
        if request.method == "GET":
            return web.page("memo.html", memo="", error=None)
        if text in ("404", "409", "500"):
            abort(int(text))
        if text in ("429", "502"):
            return "<!doctype html><title>Bad</title><h1>proxy</h1>", int(text)
        if text == "lost":
            return redirect("/broken", 303)
        if len(text) < 3:
            return web.page("memo.html", 422, memo=text, error="Write a little more.")
        web.say("Note saved.")
        return redirect("/plan", 303)

    @app.get("/broken")
    def broken() -> ResponseReturnValue:
        return "<!doctype html><title>Bad</title><h1>proxy</h1>", 502


@pytest.fixture
def plan(page: Page, site: Site) -> Iterator[Page]:
    """The page, which must never ask for what the policy forbids."""
    page.add_init_script("window.violations = []; addEventListener('securitypolicyviolation', e => violations.push(e.violatedDirective))")
    page.goto(f"{site.url}/plan")
    yield page
    assert page.evaluate("violations") == []


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def skip(page: Page) -> Locator:
    return page.get_by_role("button", name="Skip", exact=True)


def notice(page: Page) -> str:
    page.wait_for_selector("#notice .notice")
    return page.inner_text("#notice p")


def test_a_change_replaces_its_block_and_says_so(plan: Page, site: Site) -> None:
    skip(plan).click()
    assert notice(plan) == "Skipped. Next is another day."
    assert plan.locator("#next_delivery").inner_text().startswith("Skipped 1") and plan.locator("#next_delivery").count() == 1
    assert plan.url == f"{site.url}/plan" and focused(plan) == "next_delivery"
    plan.click("#notice >> text=Undo")
    plan.wait_for_selector("text=Skipped 2")


def test_a_refusal_is_said_and_the_block_stays(plan: Page) -> None:
    plan.click("text=Refuse")
    assert notice(plan) == "It is too late." and plan.locator(".notice.bad[role=alert]").count() == 1
    assert plan.locator("#next_delivery").count() == 1


def test_two_taps_are_one(plan: Page, site: Site) -> None:
    site.go_on.clear()
    skip(plan).dblclick()
    plan.wait_for_timeout(200)
    site.go_on.set()
    plan.wait_for_selector("text=Skipped 1")
    assert site.posts == ["/plan/skip"]


def test_a_poll_ends_when_the_server_leaves_it_out(plan: Page, site: Site) -> None:
    site.confirmed = False
    skip(plan).click()
    plan.wait_for_selector("text=Updating")
    site.confirmed = True
    plan.wait_for_selector("text=Updating", state="detached")
    assert site.gets[-1] == "/plan?asked=1" and plan.get_attribute("#next_delivery", "hx-trigger") is None


def test_the_sheet_opens_closes_and_gives_the_focus_back(plan: Page) -> None:
    for leave in ("Cancel", "Escape"):
        plan.click("text=Leave a note")
        plan.wait_for_selector("dialog:modal")
        assert focused(plan) == "memo"
        if leave == "Escape":
            plan.keyboard.press(leave)
        else:
            plan.click(f"text={leave}")
        plan.wait_for_selector("#sheet > *", state="detached")
        assert plan.evaluate("document.activeElement.textContent") == "Leave a note"
        assert not plan.locator("dialog").is_visible() and plan.locator("main > #notice").count() == 1


def test_what_was_typed_stays_whatever_goes_wrong(plan: Page) -> None:
    plan.click("text=Leave a note")
    plan.fill("#memo", "a")
    plan.keyboard.press("Enter")
    plan.wait_for_selector("#memo-error")
    assert plan.input_value("#memo") == "a" and focused(plan) == "memo"
    for typed, said in {
        "404": "It may have moved",
        "409": "Something else changed meanwhile.",
        "500": "We have been told.",
        "502": "That didn’t work. Your input is kept",
        "429": "That didn’t work. Your input is kept",
        "lost": "Received, but the page can’t be shown.",
    }.items():
        plan.evaluate("document.querySelector('#notice').replaceChildren()")
        plan.fill("#memo", typed)
        plan.keyboard.press("Enter")
        assert notice(plan).startswith(said), typed
        assert plan.input_value("#memo") == typed and plan.title().startswith("Plan")
        assert plan.locator("dialog:modal #notice").count() == 1
    plan.context.set_offline(True)
    plan.fill("#memo", "typed on the train")
    plan.evaluate("document.querySelector('#notice').replaceChildren()")
    plan.keyboard.press("Enter")
    assert notice(plan).startswith("Not sent: no connection.") and plan.input_value("#memo") == "typed on the train"
    plan.context.set_offline(False)
    plan.keyboard.press("Enter")
    plan.wait_for_selector("main > #notice >> text=Note saved.")
    assert not plan.locator("dialog").is_visible()


def test_nothing_is_kept_in_the_browser(plan: Page, site: Site) -> None:
    skip(plan).click()
    plan.wait_for_selector("text=Skipped 1")
    plan.goto(f"{site.url}/styleguide")
    plan.go_back()
    plan.wait_for_selector("#next_delivery")
    assert plan.evaluate("[history.state, localStorage.length, sessionStorage.length]") == [None, 0, 0]


def test_a_session_that_ended_says_so(plan: Page) -> None:
    plan.context.clear_cookies()
    skip(plan).click()
    assert notice(plan) == "This page was open for too long. Reload it and try again."
    assert plan.locator("#next_delivery").count() == 1


def test_it_all_works_without_javascript(page: Page, site: Site) -> None:
    browser = page.context.browser
    assert browser
    with browser.new_context(java_script_enabled=False) as context:
        plain = context.new_page()
        plain.goto(f"{site.url}/plan")
        skip(plain).click()
        assert plain.inner_text("#notice p") == "Skipped. Next is another day."
        plain.click("text=Leave a note")
        plain.fill("#memo", "x")
        plain.click("text=Save")
        assert plain.inner_text("#memo-error").strip() == "Write a little more." and plain.input_value("#memo") == "x"
        plain.fill("#memo", "hello")
        plain.click("text=Save")
        assert plain.url == f"{site.url}/plan" and plain.inner_text("#notice p") == "Note saved."


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_no_page_scrolls_sideways(page: Page, site: Site, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    for path in ("/styleguide", "/styleguide/sheet", "/plan", "/nowhere"):
        page.goto(site.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
