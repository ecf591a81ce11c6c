"""When it shall end, and why, for those who want to say so."""

import unicodedata

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from portal.subscriptions.policy import REASONS

AT_ONCE, LATER = "now", "end"
LONGEST = 1000
"""Characters of a comment."""


class CancelForm:
    """It needs no more than when. Reasons that we don't know are no reason to keep anybody."""

    def __init__(self, sent: MultiDict[str, str]) -> None:
        self.when = sent.get("when", AT_ONCE)
        self.reasons = [reason for reason in sent.getlist("why") if reason in REASONS]
        self.error: str | None = None if self.when in (AT_ONCE, LATER) else _("Choose when it ends.")

    @property
    def at_once(self) -> bool:
        return self.when == AT_ONCE


class ReasonsForm:
    """Told after the fact. What was typed is kept, and what is wrong with it is said beside it."""

    def __init__(self, sent: MultiDict[str, str]) -> None:
        self.reasons = sent.getlist("why")
        self.comment = _printable(sent.get("comment", ""))
        self.error: str | None = None
        if "comment" in sent:
            self._check()

    def _check(self) -> None:
        if len(self.comment) > LONGEST:
            self.error = _("That is %(count)s characters, and there is room for %(most)s.", count=len(self.comment), most=LONGEST)
        elif any(reason not in REASONS for reason in self.reasons):
            self.error = _("Choose some of these, or write it in your own words.")
        elif not self.reasons and not self.comment:
            self.error = _("Choose what fits, or write a line. You can also leave it.")


def _printable(typed: str) -> str:
    """Without what nobody can see and no database keeps; lines stay lines."""
    lines = typed.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(letter for letter in lines if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cs")).strip()
