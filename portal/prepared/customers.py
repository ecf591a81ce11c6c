"""How a change of a customer's own data is told, before they approve it."""

from typing import Any

from flask_babel import gettext as _

from portal.accounts.actions.addresses import ADDED, CHOSEN, CORRECTED, REMOVED
from portal.accounts.models import Customer
from portal.kit.db import db
from portal.kit.i18n import city, language_name
from portal.prepared.telling import details, offers, reads, tells, topics, where
from portal.timeline import Entry


@tells(Customer.__tablename__)
def told(deed: str, facts: dict[str, Any]) -> str:
    if deed == "undone":
        return str(_("Undone: %(what)s", what=told(facts["undone"], facts)))
    words: dict[str, str] = {
        ADDED: _("A new address in the book"),
        CORRECTED: _("An address corrected"),
        CHOSEN: _("All deliveries go to another address"),
        REMOVED: _("An address taken out of the book"),
        "change language": _("Another language or time zone"),
    }
    return words[deed]


@offers(Customer.__tablename__)
def offered(deed: str, facts: dict[str, Any]) -> str:
    if deed == "undone":
        return str(_("Undo: %(what)s", what=told(facts["undone"], facts)))
    words: dict[str, str] = {
        ADDED: _("Add an address to the book"),
        CORRECTED: _("Correct an address"),
        CHOSEN: _("Send all deliveries to another address"),
        REMOVED: _("Take an address out of the book"),
        "change language": _("Use another language or time zone"),
    }
    return words[deed]


@topics(Customer.__tablename__)
def topic(deed: str) -> str:
    return "language" if deed == "change language" else "address book"


@details(Customer.__tablename__)
def which(entry: Entry) -> dict[str, Any]:
    if entry.deed != "change language":
        return where(entry.facts.get("address"))
    customer = db.session.get_one(Customer, int(entry.subject.partition(":")[2]))
    return {"locale": customer.locale, "time_zone": customer.time_zone}


@reads(Customer.__tablename__)
def read(more: dict[str, Any]) -> dict[str, Any]:
    """The language in its own words."""
    return {"lines": [language_name(more["locale"]), city(more["time_zone"])]} if "locale" in more else more
