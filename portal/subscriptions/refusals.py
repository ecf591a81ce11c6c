"""Why a change is refused, in words for the customer."""

from flask_babel import gettext as _

from portal.kit.refusal import Refusal
from portal.subscriptions.policy import Obstacle


class NotNow(Refusal): ...


class TooLate(Refusal): ...


class NotScheduled(Refusal): ...


class NotSkipped(Refusal): ...


class WrongDay(Refusal): ...


class NothingLater(Refusal): ...


class ProviderIsAhead(Exception):
    """It shows a change of ours that we don't know of: this database is an old one. For an operator, not for a customer."""


def why_not(found: Obstacle) -> str:
    sentences: dict[Obstacle, str] = {
        Obstacle.ENDED: _("This subscription has ended, so no delivery is planned."),
        Obstacle.NOT_STARTED: _("The first payment is not complete yet. Dates can be changed after it."),
        Obstacle.IN_TRIAL: _("This is still the trial. Dates can be changed after the first delivery."),
        Obstacle.PAUSED: _("This subscription is paused, so no delivery is planned. Resume it first."),
        Obstacle.CHARGING: _("A box is being charged right now. In about an hour, dates can be changed again."),
        Obstacle.UNPAID: _("A payment is open. Once it is paid, dates can be changed again."),
        Obstacle.ENDING: _("This subscription is about to end, so no further delivery is planned."),
    }
    return sentences[found]
