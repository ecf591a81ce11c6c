"""Where staff come in."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.accounts.current import DESK, current, staff_signed_in
from portal.kit import web

bp = Blueprint("desk", __name__)
bp.before_request(staff_signed_in)


@bp.get(DESK)
def show() -> ResponseReturnValue:
    return web.page("accounts/desk.html", staff=current.staff)
