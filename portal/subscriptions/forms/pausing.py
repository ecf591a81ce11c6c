"""How long to pause, and from when on again."""

from collections.abc import Mapping
from datetime import date, datetime

from flask_babel import gettext as _

from portal.kit.refusal import Refusal
from portal.kit.shop import shop
from portal.subscriptions.models import Subscription
from portal.subscriptions.rhythm import Rhythm

MONTHS = ("1", "2", "3")
"""So much later than planned the next delivery may come, in one tap."""
OWN, OPEN = "own", "open"


class PauseForm:
    """For a subscription that can be paused. What was typed is kept, and what is wrong with it is said beside it."""

    def __init__(self, sent: Mapping[str, str], subscription: Subscription, *, at: datetime) -> None:
        first = subscription.plan.first_open(at=at)
        self.days = {months: _later(first.charge_at, int(months)) for months in MONTHS}
        self.earliest, self.latest = subscription.plan.earliest_after_planned(at=at), first.latest_arrival(at=at)
        self.how = sent.get("how", MONTHS[0])
        self.typed = sent.get("until", "").strip()
        self.until: date | None = None
        """None too if it has no end."""
        self.error: str | None = None
        self._check(sent, subscription, at=at)

    @property
    def is_usable(self) -> bool:
        return self.error is None

    @property
    def shown(self) -> str:
        """What stands in the field: what was typed, or the day that the chosen length comes to."""
        return self.typed if self.how == OWN and (self.typed or self.error) else self.days.get(self.how, self.days[MONTHS[0]]).isoformat()

    def _check(self, sent: Mapping[str, str], subscription: Subscription, *, at: datetime) -> None:
        try:
            if self.how in MONTHS:
                self.until = self.days[self.how]
            elif self.how == OWN:
                self.until = date.fromisoformat(self.typed if "until" in sent else self.shown)
            elif self.how != OPEN:
                self.error = _("Choose how long it shall pause.")
                return
            if self.until:
                subscription.plan.must_be_a_pause(self.until, at=at)
        except ValueError:
            self.error = _("Choose a day, such as %(example)s.", example=self.days[MONTHS[0]].isoformat())
        except Refusal as refusal:
            self.error, self.until = str(refusal), None


class ResumeForm:
    """For a subscription that is paused. It begins with the first day that is possible."""

    def __init__(self, sent: Mapping[str, str], subscription: Subscription, *, at: datetime) -> None:
        self.earliest = subscription.plan.earliest_after_pause(at=at)
        self.latest = subscription.plan.resting.latest_arrival(at=at)
        self.typed = sent.get("to", self.earliest.isoformat()).strip()
        self.day: date | None = None
        self.error: str | None = None
        try:
            day = date.fromisoformat(self.typed)
            subscription.plan.must_be_a_return(day, at=at)
            self.day = day
        except ValueError:
            self.error = _("Choose a day, such as %(example)s.", example=self.earliest.isoformat())
        except Refusal as refusal:
            self.error = str(refusal)


def _later(charge_at: datetime, months: int) -> date:
    return shop().arrival_after(Rhythm(months, "month").slot(charge_at, 1))
