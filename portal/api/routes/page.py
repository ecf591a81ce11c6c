"""The description of the API, for programs and for people. Anybody may read it: it holds nothing of anybody's."""

from flask import Response, current_app, jsonify
from flask.typing import ResponseReturnValue

from portal.api import kinds, openapi
from portal.api.described import resources
from portal.api.models import Scope
from portal.api.routes.serving import bp
from portal.kit.web import page

FIRST = """curl -X PUT %s/api/v1/products/honey \\
  -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\
  -d '{"name": "Linden honey", "variants": [{"sku": "HON-250"}]}'"""


@bp.get("/openapi.json")
def description() -> Response:
    return jsonify(openapi.described(current_app.config["PORTAL_BASE_URL"]))


@bp.get("/")
def show() -> ResponseReturnValue:
    base = current_app.config["PORTAL_BASE_URL"]
    first = FIRST % base
    return page("api/show.html", base=base, first_request=first, resources=resources(), problems=kinds.EXPLAINED, scopes=list(Scope))
