"""What the customer was promised: the days of a subscription, reckoned from the changes alone, by somebody else than the portal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bench.customers import Change


@dataclass(frozen=True)
class Day:
    """One delivery, as the customer knows it."""

    slot_at: datetime
    """The charge as the rhythm has it."""
    charge_at: datetime
    skipped: bool = False


@dataclass(frozen=True)
class Made:
    """A change, with the number and the moment that the history gave it."""

    entry: int
    change: Change
    at: datetime


class Oracle:
    """All deliveries of a subscription, as many as there may be, each by its place in the row; the first one is that of the beginning."""

    def __init__(self, began_at: datetime, every: timedelta, transit: timedelta, zone: ZoneInfo, deliveries: Sequence[int]) -> None:
        """`deliveries` are their ids, in the order in which they were planned."""
        self.every, self.transit, self.zone = every, transit, zone
        self.place = {delivery: number for number, delivery in enumerate(deliveries)}
        self.days = [Day(slot, slot) for slot in (began_at + every * number for number in range(len(deliveries)))]
        self._touched: dict[int, dict[int, tuple[Day, Day]]] = {}

    def replay(self, made: Sequence[Made]) -> list[Day]:
        for one in made:
            before = list(self.days)
            self._do(one)
            both = enumerate(zip(before, self.days, strict=True))
            self._touched[one.entry] = {number: (was, now) for number, (was, now) in both if was != now}
        return self.days

    def _do(self, made: Made) -> None:
        change = made.change
        if change.deed == "undone":
            assert change.entry
            self._undo(self._touched[change.entry])
            return
        assert change.delivery
        number = self.place[change.delivery]
        day = self.days[number]
        if change.deed in ("skipped", "unskipped"):
            self.days[number] = replace(day, skipped=change.deed == "skipped")
        elif change.deed == "moved":
            self.days[number] = replace(day, charge_at=self._charge(day, change.to))
        else:
            self._move_with_later(number, self._charge(day, change.to), made.at)

    def _move_with_later(self, number: int, to: datetime, at: datetime) -> None:
        """Those after it in the rhythm that were not charged yet; each that was moved alone comes back into the row."""
        moved = self.days[number]
        later = [place for place, day in enumerate(self.days) if day.slot_at > moved.slot_at and (day.skipped or day.charge_at > at)]
        self.days[number] = replace(moved, slot_at=to, charge_at=to)
        for step, place in enumerate(later, 1):
            self.days[place] = replace(self.days[place], slot_at=to + self.every * step, charge_at=to + self.every * step)

    def _undo(self, touched: dict[int, tuple[Day, Day]]) -> None:
        """Each field that the change touched and that is still as it left it."""
        for number, (was, then) in touched.items():
            day = self.days[number]
            for field in ("slot_at", "charge_at", "skipped"):
                if getattr(was, field) != getattr(then, field) == getattr(day, field):
                    day = replace(day, **{field: getattr(was, field)})
            self.days[number] = day

    def _charge(self, day: Day, arrival: date | None) -> datetime:
        """So as to arrive on this day: at the wall's time at which it was to be charged before."""
        assert arrival
        time = day.charge_at.astimezone(self.zone).time()
        return datetime.combine(arrival - self.transit, time, self.zone).astimezone(day.charge_at.tzinfo)
