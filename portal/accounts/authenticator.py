"""The six digits of an authenticator app (TOTP, RFC 6238), and the codes on paper for whoever has lost it."""

import hmac
from base64 import b32encode
from datetime import datetime
from io import BytesIO
from typing import Any

import segno
from markupsafe import Markup
from pyotp import TOTP

from portal.accounts import tokens
from portal.accounts.models import RECOVERY_CODES, AuthenticatorApp, Staff
from portal.kit.shop import shop

SECONDS = 30
"""For so long an app shows one code. Its clock may be as far off, either way. Source: RFC 6238, 5.2."""
SECRET_BYTES, RECOVERY_BYTES = 20, 10
"""160 bits: RFC 4226, 4. 80 bits: far more than anybody could try."""


def new_secret(key: str, staff: Staff, before: AuthenticatorApp | None) -> str:
    """What this browser, known by its key, is offered instead of the one before (or None). It is kept when a code proves it."""
    made = tokens.derived("authenticator app", key, staff.id, before.added_at.timestamp() if before else None)
    return b32encode(made[:SECRET_BYTES]).decode()


def step_of(code: str, secret: str, *, at: datetime) -> int | None:
    """Whose code it is: the thirty seconds, counted from 1970. None for a wrong one. `at` is the wall's time: an app knows no other."""
    now = int(at.timestamp()) // SECONDS
    shown = TOTP(secret)
    right = [step for step in (now - 1, now, now + 1) if hmac.compare_digest(shown.generate_otp(step), code)]
    return max(right, default=None)


def address(secret: str, staff: Staff) -> str:
    """What the app reads from the picture."""
    return TOTP(secret).provisioning_uri(name=staff.email, issuer_name=shop().name)


def picture(secret: str, staff: Staff) -> Markup:
    """The same as a QR code, in SVG without any style of its own: the policy of our pages takes none."""
    drawn = BytesIO()
    shape: dict[str, Any] = {"xmldecl": False, "svgns": False, "omitsize": True, "svgclass": None, "lineclass": "qr-line"}
    segno.make(address(secret, staff), error="m", micro=False).save(drawn, kind="svg", border=0, **shape)
    return Markup(drawn.getvalue().decode())  # noqa: S704  (made of squares only)


def in_groups(secret: str) -> str:
    """As it is typed by hand: JBSW Y3DP EHPK 3PXP"""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def recovery_codes(key: str, staff: Staff, made_at: datetime) -> list[str]:
    """The set that was made for this session at that moment: as long as both are known it can be shown again, and is kept nowhere."""
    made = [tokens.derived("recovery code", key, staff.id, made_at.timestamp(), number) for number in range(RECOVERY_CODES)]
    plain = [b32encode(one[:RECOVERY_BYTES]).decode().lower() for one in made]
    return ["-".join(one[at : at + 4] for at in range(0, len(one), 4)) for one in plain]


def recovery_digest(code: str) -> str:
    """However it was typed: with blanks or without, in either case."""
    return tokens.digest("".join(letter for letter in code.lower() if letter.isalnum()))
