"""Counts of days that are over, kept so that a page need not count a million rows. Each can be counted again from those."""

from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Model


class Figure(StrEnum):
    """What is counted; of which day, and what `key` and `detail` say."""

    STARTED = "started"
    """Subscriptions that began."""
    ENDED = "ended"
    """Subscriptions that stopped, whoever ended them."""
    PAUSED = "paused"
    """Subscriptions that are paused when the day ends."""
    CANCELLED = "cancelled"
    """Cancellations, by the day on which they were asked for. Key: `Kept`."""
    REASON = "reason"
    """Why, as told: who gives two reasons is counted at both. Key: of `REASONS`, or nothing; detail: `Kept`."""
    OFFER = "offer"
    """Offers on the page of a cancellation, by the day on which they were shown. Key: what was offered; detail: `Fate`."""
    OFFER_WHY = "offer why"
    """The same, of all that was offered at once for a reason. Key: the reason; detail: `Fate`."""
    UNITS = "units"
    """Pieces sold, by the day of their order."""
    RETURNED = "returned"
    """Those of them that came back or will, by the day of their order. Key: the reason."""
    PRODUCT = "product"
    """As UNITS. Key: the SKU."""
    PRODUCT_RETURNED = "product returned"
    """As RETURNED. Key: the SKU; detail: the reason."""
    REFUND = "refund"
    """First refunds of returns, by the day on which they were issued. Detail: hours since the parcel came."""
    REFUND_ASKED = "refund asked"
    """The same, since the return was asked for."""
    PROMISE = "promise"
    """Of REFUND: whether it was issued by the day that was promised. Key: `Promise`; detail: the days, as the calendar has them."""
    REPEAT = "repeat"
    """Customers, by the day on which the time for their second order was over. Key: `Repeat`."""
    PAID = "paid"
    """What was charged, in minor units, by the day of the invoice. Key: the currency."""
    REFUNDED = "refunded"
    """What went back of that, by the day of the refund. Key: the currency."""
    PAYERS = "payers"
    """Customers, by the day of the first invoice that they paid in a currency. Key: that."""
    FAILED = "failed"
    """Invoices of which a charge failed, by the day on which the first did. Key: `Recovered`."""
    PARCEL = "parcel"
    """Delivered parcels of which a day had been told, by the day on which they came. Key: the carrier; detail: `OnTime`."""


BY_PRODUCT = Figure.PRODUCT, Figure.PRODUCT_RETURNED
SPREAD = Figure.REASON, Figure.OFFER, Figure.OFFER_WHY, Figure.RETURNED, Figure.REFUND, Figure.REFUND_ASKED, Figure.PROMISE, Figure.PARCEL
"""Of these the page shows how they are spread over a whole period, and no course. They have many keys, as products have."""


BY_LAW = ":withdrawal"
"""In place of a reason: the law asks for none."""


class Kept(StrEnum):
    STAYED = "stayed"
    LEFT = "left"


class Fate(StrEnum):
    """Of an offer, as it is by now."""

    PASSED = "passed"
    OPENED = "opened"
    """And nothing was changed then."""
    TAKEN = "taken"
    UNDONE = "undone"
    """Taken, and undone later or refused by the provider."""


class Promise(StrEnum):
    KEPT = "kept"
    MISSED = "missed"


class Repeat(StrEnum):
    AGAIN = "again"
    ONCE = "once"


class Recovered(StrEnum):
    PAID = "paid"
    OPEN = "open"
    LOST = "lost"


class OnTime(StrEnum):
    YES = "on time"
    LATE = "late"


class Grain(StrEnum):
    """How much time a row covers. Days are those of the shop's zone."""

    DAY = "day"
    """Of what has many keys, they are kept for a while only."""
    MONTH = "month"


class Tally(Model):
    __tablename__ = "tally"
    __table_args__ = (
        UniqueConstraint("grain", "since", "figure", "key", "detail"),
        Index("ix_tally_figure_grain_since", "figure", "grain", "since"),
    )
    grain: Mapped[Grain]
    since: Mapped[date]
    """The day, or the first one of the month."""
    figure: Mapped[Figure]
    key: Mapped[str]
    detail: Mapped[str]
    count: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(default="")
    """What a product was called when it was sold."""


class Counted(Model):
    """Until when the tallies go: what came after that is counted when somebody looks. One row, or none while nothing was tallied."""

    __tablename__ = "counted"
    name: Mapped[str] = mapped_column(unique=True)
    until: Mapped[date]
    """The last day."""
