"""What staff did for a customer, in words for that customer."""

from typing import Any

from flask_babel import gettext as _

from portal import prepared
from portal.accounts.models import Role


def change_told(told: dict[str, Any]) -> str:
    """As the room tells it whose row it is about."""
    try:
        said = prepared.words(told)
    except KeyError:  # a deed that no room has words for
        said = ""
    return said or str(_("Something else was changed"))


def role_words(role: Role) -> str:
    words: dict[Role, str] = {Role.AGENT: _("support"), Role.LEAD: _("head of support"), Role.ADMIN: _("administrator")}
    return words[role]
