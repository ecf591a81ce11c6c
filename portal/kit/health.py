"""Whether the portal lives, and whether it can serve: for the machines that watch it."""

from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.kit.db import db

bp = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/healthz")
def lives() -> ResponseReturnValue:
    return {"ok": True}


@bp.get("/readyz")
def can_serve() -> ResponseReturnValue:
    """503 while the database can't be reached: send customers to another process meanwhile."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return {"ok": False, "database": "away"}, 503
    return {"ok": True}
