"""A portal with no rooms: a box that can be skipped, and pages that fail in each way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask, abort, redirect, request, session
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader

from portal.kit import clock, csrf, headers, styleguide, web
from portal.kit.refusal import Refusal

ROOT = Path(__file__).parents[2]
TODAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
BOX = """{% extends "layout/page.html" %}{% set place = "deliveries" %}{% block title %}Box{% endblock %}{% block main %}<h1>Box</h1>
{% block next_delivery %}{% from "layout/_forms.html" import button %}
<section id="next_delivery">{{ button("/box/skip", "Skip this delivery", "next_delivery") }}</section>{% endblock %}{% endblock %}"""
SHEET = (
    """{% extends "layout/sheet.html" %}{% block title %}Note{% endblock %}{% block sheet %}<h1 id="sheet-title">Note</h1>{% endblock %}"""
)


@dataclass(frozen=True)
class Shop:
    name: str = "Halfjar"
    support_email: str = "help@halfjar.example"
    accent: str = "#8a2be2"
    locale: str = "en"
    time_zone: str = "Europe/Berlin"
    currency: str = "EUR"


def make_app(base_url: str = "http://localhost", demo: bool = True, testing: bool = True) -> Flask:
    app = Flask(
        "portal", root_path=str(ROOT / "portal"), template_folder="../templates", static_folder="../static", static_url_path="/static"
    )
    app.config.update(SECRET_KEY="x", PORTAL_BASE_URL=base_url, DEMO=demo, SHOP=Shop(), TESTING=testing)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.jinja_loader = ChoiceLoader([DictLoader({"box.html": BOX, "note.html": SHEET}), FileSystemLoader(ROOT / "templates")])
    web.init_app(app)
    styleguide.init_app(app)
    add_views(app)
    return app


def add_views(app: Flask) -> None:
    @app.get("/box")
    def box() -> Response:
        return web.page("box.html")

    @app.route("/box/note", methods=["GET", "POST"])
    def note() -> ResponseReturnValue:
        if request.method == "GET":
            return web.page("note.html")
        web.say("Note saved.")
        return redirect("/box", 303)

    @app.post("/box/skip")
    def skip() -> ResponseReturnValue:
        session["skipped"] = session.get("skipped", 0) + 1
        web.say("Skipped.", "Next is Sat 2 January.", undo="/box/undo")
        return redirect("/box", 303)

    @app.route("/refuse", methods=["GET", "POST"])
    def refuse() -> ResponseReturnValue:
        raise Refusal("It is too late to skip this delivery.")

    @app.get("/fail/<int:code>")
    def fail(code: int) -> ResponseReturnValue:
        if code == 500:
            raise RuntimeError("secret detail")
        abort(code)

    @app.get("/sign-in")
    def sign_in() -> ResponseReturnValue:
        csrf.rotate()
        return redirect("/box")

    @app.route("/verb", methods=["PUT", "PATCH", "DELETE"])
    def verb() -> ResponseReturnValue:
        return "done"

    @app.post("/webhook")
    @csrf.csrf_exempt
    def webhook() -> ResponseReturnValue:
        return "", 204

    @app.get("/door/<secret>")
    @headers.no_referrer
    def door(secret: str) -> ResponseReturnValue:
        return web.page("note.html")

    @app.get("/pay")
    def pay() -> ResponseReturnValue:
        headers.also_allow("frame-src", "https://js.stripe.com")
        return web.page("note.html")


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with clock.at(TODAY):
        yield


@pytest.fixture(scope="session")
def app() -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
