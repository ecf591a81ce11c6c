"""A new day for a delivery."""

from collections.abc import Mapping
from datetime import date, datetime

from flask_babel import gettext as _

from portal.kit.refusal import Refusal
from portal.subscriptions.models import Delivery


class MoveForm:
    """A new day for a delivery. What was typed is kept, and what is wrong with it is said beside it."""

    def __init__(self, sent: Mapping[str, str], delivery: Delivery, *, at: datetime) -> None:
        self.typed = sent.get("to", "").strip()
        self.with_later = sent.get("which") == "later"
        self.day: date | None = None
        self.error: str | None = None
        if "to" in sent:
            self._check(delivery, at=at)

    def _check(self, delivery: Delivery, *, at: datetime) -> None:
        try:
            arrival = date.fromisoformat(self.typed)
            delivery.must_be_able_to_arrive(arrival, at=at, with_later=self.with_later)
            self.day = arrival
        except ValueError:
            self.error = _("Choose a day, such as %(example)s.", example=delivery.earliest_arrival(at=at).isoformat())
        except Refusal as refusal:
            self.error = str(refusal)

    def move(self, delivery: Delivery, *, at: datetime) -> None:
        """Do to the rows what was asked for; without the history, for a preview."""
        if self.day and self.with_later:
            delivery.subscription.plan.move_from(delivery, self.day, at=at)
        elif self.day:
            delivery.move(self.day, at=at)
