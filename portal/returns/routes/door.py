"""Whoever comes to these pages is signed in."""

from flask import Blueprint

from portal.accounts import typed_before
from portal.accounts.current import signed_in

bp = Blueprint("returns", __name__)
bp.before_request(signed_in)


def number_typed() -> tuple[str, str]:
    """Of a parcel, and by which carrier, as it was typed before; for the pages on which its form stands."""
    before = typed_before()
    return before.get("number", ""), before.get("carrier", "")
