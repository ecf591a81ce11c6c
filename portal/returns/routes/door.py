"""Whoever comes to these pages is signed in."""

from flask import Blueprint

from portal.accounts.current import signed_in

bp = Blueprint("returns", __name__)
bp.before_request(signed_in)
