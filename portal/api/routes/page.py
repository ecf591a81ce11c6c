"""The description of the API, for programs and for people. Anybody may read it: it holds nothing of anybody's."""

from flask import Response, current_app, jsonify
from flask.typing import ResponseReturnValue

from portal.api import kinds, openapi
from portal.api.described import resources
from portal.api.models import Scope
from portal.api.routes.serving import bp
from portal.kit.web import page


@bp.get("/openapi.json")
def description() -> Response:
    return jsonify(openapi.described(current_app.config["PORTAL_BASE_URL"]))


@bp.get("/")
def show() -> ResponseReturnValue:
    base = current_app.config["PORTAL_BASE_URL"]
    return page("api/show.html", base=base, resources=resources(), problems=kinds.EXPLAINED, scopes=list(Scope))
