"""What the shop says about itself in shop.toml: its name, its looks, its days and its rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, islice
from zoneinfo import ZoneInfo

from flask import current_app

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class WayBack:
    """Where what customers send back goes, and how it gets there."""

    name: str
    street: str
    postcode: str
    city: str
    region: str
    country: str
    """ISO 3166, such as DE."""
    phone: str
    ways: tuple[str, ...]
    """What is offered beside the customer's own postage: code, label, pick_up."""
    label_countries: tuple[str, ...]
    """From where labels are bought; from anywhere else customers send it with their own postage."""
    carrier: str
    """In small letters, such as dhl; empty for whichever is cheapest."""
    grams: int
    """What a parcel that comes back weighs, as far as its label says so."""
    label_days: int
    """For how long a label is taken."""


@dataclass(frozen=True)
class Shop:
    name: str
    support_email: str
    sender: str
    """Whom our mails come from."""
    accent: str
    """A colour, as `#rrggbb`."""
    locale: str
    time_zone: str
    currency: str
    """ISO 4217, such as EUR."""
    lock_hours: int
    """A delivery can be changed until so many hours before it is charged."""
    transit_days: int
    """From the charge to the door."""
    delivery_weekdays: frozenset[int]
    """On which days parcels arrive: Monday is 0."""
    holidays: frozenset[date]
    """On which days they don't, all the same."""
    standard_delivery: Mapping[str, int]
    """By currency: what the cheapest standard delivery costs, tax included, in its minor units. Empty where that is not told."""
    quiet_days: int
    """A parcel under way that no carrier has scanned for so many of its working days is stuck."""
    ships_to: tuple[str, ...]
    """Countries of ISO 3166, such as DE; where most parcels go first."""
    tells_when_packed: bool
    """Whether the shop's own system tells us when an order is packed: only then can a customer change one until it is."""
    orders_from_invoices: bool
    """Whether an invoice that the shop wrote at the payment provider, of no subscription, is an order."""
    minimum_order: int
    """What one box costs at the least, in minor units of `currency`."""
    legal_name: str
    """Who sells, as the register has it; empty where it is not told."""
    address: tuple[str, ...]
    """Where that is, in lines."""
    tax_id: str
    """Such as `DE123456789`."""
    shortest_days: int
    longest_days: int
    """How often a box may come, where the customer chooses the number."""
    works_on: frozenset[int]
    """The days of the week on which somebody answers: Monday is 0. On holidays nobody does."""
    opens: time
    closes: time
    """When, on those days, by the clock of the shop's zone."""
    answer_days: int
    """After how many working days a claim is answered at the latest."""
    agents_refund: Mapping[str, int]
    """By currency: up to which amount of its minor units an agent may give back at once; above it, and in other currencies, a lead
    decides. Empty where agents may give back anything."""
    way_back: WayBack | None = None
    """None where customers send everything with their own postage."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def writes_invoices(self) -> bool:
        """An invoice has to name who sells."""
        return bool(self.legal_name and self.address)

    @property
    def lock(self) -> timedelta:
        return timedelta(hours=self.lock_hours)

    def delivers_on(self, day: date) -> bool:
        return day.weekday() in self.delivery_weekdays and day not in self.holidays

    def delivery_days(self, first: date) -> Iterator[date]:
        """The days on which parcels arrive, from this one on."""
        days = (first + timedelta(days=number) for number in count())
        return (day for day in days if self.delivers_on(day))

    def quiet_after(self, scanned_at: datetime) -> datetime:
        """Until when nothing need be heard of a parcel after this scan: the end of its last quiet day."""
        day = scanned_at.astimezone(self.zone).date()
        last = next(islice(self.delivery_days(day + timedelta(days=1)), self.quiet_days - 1, None))
        return datetime.combine(last + timedelta(days=1), time(), self.zone).astimezone(UTC)

    def next_working_noon(self, at: datetime) -> datetime:
        """Noon of the next day on which parcels arrive, after this moment's."""
        day = next(self.delivery_days(at.astimezone(self.zone).date() + timedelta(days=1)))
        return datetime.combine(day, time(12), self.zone).astimezone(UTC)

    def arrival_after(self, charge_at: datetime) -> date:
        """The day on which a box arrives that is charged at this moment."""
        return next(self.delivery_days(charge_at.astimezone(self.zone).date() + timedelta(days=self.transit_days)))

    def charge_before(self, arrival: date, time_of_day: time) -> datetime:
        """The moment of a charge whose box arrives on this delivery day, at the wall's `time_of_day` in the shop's zone."""
        return datetime.combine(arrival - timedelta(days=self.transit_days), time_of_day, self.zone).astimezone(UTC)

    def answer_by(self, asked_at: datetime) -> datetime:
        """Until when somebody answers: at the same time of so many working days later. What comes while nobody is there counts from the
        next opening."""
        local = asked_at.astimezone(self.zone)
        at = min(max(local.time(), self.opens), self.closes).replace(second=0, microsecond=0)
        day = local.date()
        if not self._is_worked(day) or local.time() >= self.closes:
            day, at = self._worked_after(day), self.opens
        for _ in range(self.answer_days):
            day = self._worked_after(day)
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def _is_worked(self, day: date) -> bool:
        return day.weekday() in self.works_on and day not in self.holidays

    def _worked_after(self, day: date) -> date:
        return next(later for number in count(1) if self._is_worked(later := day + timedelta(days=number)))


def shop() -> Shop:
    """The shop that this portal belongs to."""
    ours: Shop = current_app.config["SHOP"]
    return ours
