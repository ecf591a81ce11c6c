"""What a browser may send about an incident."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _

from portal.incidents.models import NobodyMeant, When, Whom
from portal.incidents.queries import midnight
from portal.support.forms import text

NAMES = {"sku", "carrier", "under_way", "when", "first", "last", "country"}
"""The fields that say whom it concerns."""
LONGEST = 100
DRAFT = re.compile(r"[\w-]{16,64}", re.ASCII)
Sent = Mapping[str, str]


@dataclass(frozen=True)
class Told:
    titles: dict[str, str]
    bodies: dict[str, str]
    begins_at: datetime | None
    ends_at: datetime | None


def whom(sent: Sent) -> Whom:
    """Raises NobodyMeant."""
    when, first, last = sent.get("when", ""), _day(sent, "first"), _day(sent, "last")
    return Whom(
        sku=text(sent, "sku")[:LONGEST],
        carrier=text(sent, "carrier")[:LONGEST].lower(),
        is_under_way=bool(sent.get("under_way")),
        when=When(when if when in list(When) else When.ORDERED) if first or last else None,
        first=first,
        last=last,
        country=text(sent, "country")[:2].upper(),
    )


def told(sent: Sent, languages: Iterable[str]) -> Told:
    """Its last day is one of it. Raises NobodyMeant."""
    begins, ends = _day(sent, "begins"), _day(sent, "ends")
    return Told(
        *words(sent, languages),
        begins_at=midnight(begins) if begins else None,
        ends_at=midnight(ends + timedelta(days=1)) if ends else None,
    )


def words(sent: Sent, languages: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Titles and bodies, by language, without those that were left empty."""
    spoken = list(languages)
    titles = {code: " ".join(said.split()) for code in spoken if (said := text(sent, f"title-{code}"))}
    return titles, {code: said for code in spoken if (said := text(sent, f"body-{code}"))}


def draft(sent: Sent) -> str:
    if not DRAFT.fullmatch(sent.get("draft", "")):
        raise NobodyMeant(_("This form is not complete. Open it anew."))
    return sent["draft"]


def _day(sent: Sent, name: str) -> date | None:
    typed = sent.get(name, "").strip()
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise NobodyMeant(_("Write days like 2026-11-27.")) from None
    if not 2000 <= day.year <= 2100:
        raise NobodyMeant(_("Write days like 2026-11-27."))
    return day
