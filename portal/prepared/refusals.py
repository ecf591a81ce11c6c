"""Why a change can't be prepared, or not be approved any more."""

from flask_babel import gettext as _

from portal.kit.refusal import Refusal
from portal.prepared.models import MOST_OPEN, Outcome


class TooManyWait(Refusal):
    def __init__(self) -> None:
        super().__init__(_("%(number)s suggestions wait for an answer already. Take one back first.", number=MOST_OPEN))


class NotTheirs(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Only the customer can answer a suggestion."))


class CannotBePrepared(Refusal):
    """Its text says why."""


class LooksOtherNow(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Something has changed since it was suggested, so nothing was done yet. Look at what would come of it now."))


class AnsweredAlready(Refusal):
    def __init__(self, outcome: Outcome | None) -> None:
        sentences: dict[Outcome | None, str] = {
            Outcome.APPROVED: _("You approved this suggestion already."),
            Outcome.DECLINED: _("You declined this suggestion already."),
            Outcome.WITHDRAWN: _("This suggestion was taken back."),
            Outcome.OVERTAKEN: _("This suggestion is out of date."),
            None: _("The time for this suggestion is over."),
        }
        super().__init__(sentences[outcome])
