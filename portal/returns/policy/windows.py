"""From when to when: when a parcel counts as there, the shop's own window, and the law's time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from portal.kit.shop import Shop
from portal.returns.policy.facts import LineFacts, Parcel
from portal.returns.policy.terms import Terms, means
from portal.returns.policy.values import EU


@dataclass(frozen=True)
class Window:
    """The shop's own, for one line. `before` is the moment at which it is over; None while nothing of the line has come."""

    rule: str
    days: int | None
    before: datetime | None


def window(line: LineFacts, terms: Terms, *, at: datetime, shop: Shop) -> Window:
    """The shop's own, from when the last of the line came; a season may end it later."""
    rule, days = _length(line, terms)
    came = [arrived_by(parcel, terms, shop) for parcel in line.parcels if parcel.units and is_there(parcel, at=at, shop=shop)]
    since = max(filter(None, came), default=None) if line.parcels else reckoned(line.placed_at, terms, shop)
    if since is None:
        return Window(rule, days, None)
    before, bought_on = end_of(day_of(since, shop) + timedelta(days=days), shop), day_of(line.placed_at, shop)
    of_season = [end_of(season.until, shop) for season in terms.seasons if season.bought_from <= bought_on <= season.bought_until]
    latest = max(of_season, default=before)
    return Window("seasons", None, latest) if latest > before else Window(rule, days, before)


def _length(line: LineFacts, terms: Terms) -> tuple[str, int]:
    """The window's key and days. Of several, the longest; of those that are as long, the one nearest to the product."""
    windows = terms.windows
    levels = (
        [(f"windows.products.{sku}", days) for sku, days in windows.products.items() if means(sku, line.sku)],
        [(f"windows.categories.{name}", days) for name, days in windows.categories.items() if name == line.category],
        [(f"windows.markets.{name}", days) for name, days in windows.markets.items() if is_market_of(name, line.country)],
        [("windows.default", windows.default)],
    )
    found = next(level for level in levels if level) if windows.several == "nearest" else [one for level in levels for one in level]
    return max(found, key=lambda window: window[1])


def is_market_of(market: str, country: str) -> bool:
    return market == country or (market == "EU" and country in EU)


def withdraw_before(line: LineFacts, terms: Terms, *, shop: Shop) -> datetime | None:
    """When the law's time is over: so many days after the last parcel, or a subscription's first box. None while that is under way.

    It does not end on a Saturday, Sunday or holiday, but with the working day after. Source: regulation (EEC) 1182/71, article 3 (4).
    """
    came = line.first_box or whole_since(line.parcels, line.placed_at, terms, shop)
    if came is None:
        return None
    last = day_of(came, shop) + timedelta(days=terms.withdrawal.days)
    while last.weekday() >= 5 or last in shop.holidays:
        last += timedelta(days=1)
    return end_of(last, shop)


def arrived_by(parcel: Parcel, terms: Terms, shop: Shop) -> datetime | None:
    """When it came, or at the latest should have where nobody tells; None of one that is under way, or never comes."""
    if parcel.never_comes or parcel.is_under_way:
        return None
    return parcel.delivered_at or (reckoned(parcel.shipped_at, terms, shop) if parcel.shipped_at else None)


def reckoned(sent_at: datetime, terms: Terms, shop: Shop) -> datetime:
    """From when days run where nobody tells of the delivery: the end of the day on which it should be there, and the buffer on top."""
    return end_of(shop.arrival_after(sent_at) + timedelta(days=terms.buffer_days), shop) - timedelta(seconds=1)


def end_of(day: date, shop: Shop) -> datetime:
    """The first moment after it, by the shop's clock."""
    return datetime.combine(day + timedelta(days=1), time(), shop.zone).astimezone(UTC)


def is_there(parcel: Parcel, *, at: datetime, shop: Shop) -> bool:
    if parcel.never_comes or parcel.is_under_way:
        return False
    return parcel.delivered_at is not None or (parcel.shipped_at is not None and is_due(parcel.shipped_at, at=at, shop=shop))


def is_due(sent_at: datetime, *, at: datetime, shop: Shop) -> bool:
    """Whether the day has begun on which it should be there."""
    return day_of(at, shop) >= shop.arrival_after(sent_at)


def whole_since(parcels: Sequence[Parcel], placed_at: datetime, terms: Terms, shop: Shop) -> datetime | None:
    """Since when all of an order is there; None while something is under way. What never comes is not waited for."""
    if not parcels:
        return reckoned(placed_at, terms, shop)
    if any(parcel.is_under_way for parcel in parcels):
        return None
    return max(filter(None, (arrived_by(parcel, terms, shop) for parcel in parcels)), default=None)


def day_of(moment: datetime, shop: Shop) -> date:
    return moment.astimezone(shop.zone).date()
