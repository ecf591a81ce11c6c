"""Writes a mail: three small templates, in the language and time of its reader."""

import colorsys
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import current_app, render_template
from flask_babel import gettext as _

from portal.kit import i18n
from portal.kit.shop import shop


class Reader(Protocol):
    """Whom a mail is for: a customer, or somebody else with an address."""

    @property
    def email(self) -> str: ...
    @property
    def locale(self) -> str | None: ...
    @property
    def time_zone(self) -> str | None: ...
    @property
    def customer_id(self) -> int | None: ...


@dataclass(frozen=True)
class Addressee:
    """A reader as the outbox remembers one."""

    email: str
    locale: str | None
    time_zone: str | None
    customer_id: int | None


def write(template: str, to: Reader, context: Mapping[str, Any], *, key: str, at: datetime) -> EmailMessage:
    """The mail of `templates/emails/<template>`. Two with one `key` have one Message-ID: whoever gets both can tell."""
    folder = f"emails/{template}"
    light, dark = accents(shop().accent)
    known = {**context, "base_url": current_app.config["PORTAL_BASE_URL"], "accent": light, "accent_dark": dark, "by_whom": by_whom}
    with i18n.speaking(to.locale, to.time_zone):
        message = EmailMessage()
        message["Subject"] = " ".join(render_template(f"{folder}/subject.txt", **known).split())
        message["From"] = shop().sender
        message["To"] = to.email
        message["Reply-To"] = shop().support_email
        message["Date"] = format_datetime(at)
        message["Message-ID"] = message_id(key)
        message["Auto-Submitted"] = "auto-generated"
        body = render_template("emails/_done_by.txt", **known) + render_template(f"{folder}/body.txt", **known).strip()
        text = re.sub(r"\n{3,}", "\n\n", body)
        message.set_content(text + "\n", cte="quoted-printable")
        message.add_alternative(render_template(f"{folder}/body.html", **known), subtype="html", cte="quoted-printable")
        message["Content-Language"] = i18n.language()  # last, or it would become that of the first part alone
    return message


def by_whom(done_by: str, prepared_by: str) -> str:
    """The sentence about who of the shop had a hand in it; empty where nobody had."""
    if done_by:
        return str(_("Done by %(name)s of %(shop)s for you.", name=done_by, shop=shop().name))
    return str(_("Prepared by %(name)s of %(shop)s, approved by you.", name=prepared_by, shop=shop().name)) if prepared_by else ""


def message_id(key: str) -> str:
    host = urlsplit(current_app.config["PORTAL_BASE_URL"]).hostname
    return f"<{sha256(key.encode()).hexdigest()[:32]}@{host}>"


def accents(brand: str) -> tuple[str, str]:
    """The shop's colour for a light mail and for a dark one, moved until text on it has 4.5:1 whatever was chosen (WCAG 1.4.3).

    On a page the stylesheet does this; no mail reader knows its means.
    """
    red, green, blue = (int(brand[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    steps = [step / 100 for step in range(101)]
    light = next(colour for step in reversed(steps) if _contrast(colour := _hex(hue, min(lightness, step), saturation), "#fffdfa") >= 4.5)
    soft = min(saturation, 0.5)
    dark = next(colour for step in steps if _contrast(colour := _hex(hue, max(lightness, step), soft), "#2b2723") >= 8.5)
    return light, dark


def _hex(hue: float, lightness: float, saturation: float) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation))


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
