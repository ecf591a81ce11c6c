"""Shows every piece on one page, for those who build with them."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, redirect, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_babel import gettext as _

from portal.kit import clock, web

blueprint = Blueprint("styleguide", __name__)


def init_app(app: Flask) -> None:
    if app.config["DEMO"] or app.debug:
        app.register_blueprint(blueprint)


@blueprint.get("/styleguide")
def show() -> Response:
    return web.page("layout/styleguide.html", **_sample())


@blueprint.get("/styleguide/sheet")
def sheet() -> Response:
    return web.page("layout/styleguide_sheet.html", **_sample())


@blueprint.post("/styleguide")
def change() -> ResponseReturnValue:
    web.say(_("Skipped."), _("Next is another day."), undo=url_for("styleguide.change"))
    return redirect(url_for("styleguide.show"), 303)


def _sample() -> dict[str, Any]:
    today = clock.now()
    names = [("coffee", 1), ("tea", 1), ("oats", 2), ("balm", 1)]
    return {
        "pictures": [(url_for("static", filename=f"products/{name}.svg"), quantity) for name, quantity in names],
        "today": today,
        "locks": today + timedelta(days=8),
        "charged": (today + timedelta(days=9)).date(),
        "arrives": (today + timedelta(days=11)).date(),
        "later": (today + timedelta(days=40)).date(),
    }
