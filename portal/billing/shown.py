"""What pages show of cards and invoices: plain values, read once."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from portal.billing.models import Outcome, Paid
from portal.payments import Result

ENDS_SOON = timedelta(days=60)


@dataclass(frozen=True)
class ShownCard:
    id: int
    account_id: int
    brand: str
    last4: str
    exp_month: int | None
    exp_year: int | None
    is_default: bool
    was_refused: bool = False
    """By the bank, when it was charged last."""

    @property
    def useless_from(self) -> date | None:
        """The first day after its last month."""
        if self.exp_month is None or self.exp_year is None:
            return None
        return date(self.exp_year + self.exp_month // 12, self.exp_month % 12 + 1, 1)

    def is_over(self, *, at: datetime) -> bool:
        return self.useless_from is not None and self.useless_from <= at.astimezone(UTC).date()

    def ends_soon(self, *, at: datetime) -> bool:
        return self.useless_from is not None and self.useless_from <= (at + ENDS_SOON).astimezone(UTC).date()

    @property
    def date(self) -> str:
        """As it stands on the card: 08/28."""
        return f"{self.exp_month:02}/{(self.exp_year or 0) % 100:02}" if self.exp_month else ""


@dataclass(frozen=True)
class ShownAccount:
    id: int
    currency: str
    balance: int
    is_waiting: bool
    """The provider still has to be told of a change."""
    is_known: bool
    """Whether it was ever looked at."""
    is_gone: bool
    """Whether the provider does not have it any more."""
    confirmed_version: int
    cards: list[ShownCard]
    """The default first, then the newest."""

    @property
    def default(self) -> ShownCard | None:
        return next((card for card in self.cards if card.is_default), None)


@dataclass(frozen=True)
class ShownRefund:
    asked_at: datetime
    amount: int
    """In minor units of the invoice's currency."""
    status: str
    """The provider's own word; empty until it has heard of it."""
    reference: str | None
    """The bank's number."""
    counts: bool
    """Whether its money is gone, or on its way."""


@dataclass(frozen=True)
class ShownTry:
    tried_at: datetime
    amount: int
    result: Result
    reason: str
    brand: str
    last4: str
    receipt_url: str | None
    refunds: list[ShownRefund]
    """Oldest first."""

    @property
    def is_refused(self) -> bool:
        return self.result is Result.REFUSED


@dataclass(frozen=True)
class ShownInvoice:
    """Amounts in minor units of `currency`."""

    id: int
    account_id: int
    number: str | None
    written_at: datetime
    words: str
    total: int
    due: int
    """What is charged to a card, after credit."""
    currency: str
    status: str
    was_tried: bool
    is_collected: bool
    next_try_at: datetime | None
    subscription_ref: str | None
    page_url: str | None
    is_paying: bool
    """Somebody asked for it to be charged, and the answer is not there yet."""
    tries: list[ShownTry]
    """Oldest first."""

    @property
    def is_paid(self) -> bool:
        return self.status == "paid"

    @property
    def is_owed(self) -> bool:
        return self.status == "open" and self.was_tried

    @property
    def credit(self) -> int:
        """What the customer's credit paid of it."""
        return max(self.total - self.due, 0)

    @property
    def last_try(self) -> ShownTry | None:
        return self.tries[-1] if self.tries else None

    @property
    def receipt_url(self) -> str | None:
        paid = [one.receipt_url for one in self.tries if one.result is Result.PAID]
        return paid[-1] if paid else None


@dataclass(frozen=True)
class ShownPayment:
    """One that somebody asked for, and how it went."""

    invoice_id: int
    amount: int
    currency: str
    words: str
    outcome: Paid | None
    """None while it is under way."""
    reason: str
    brand: str
    last4: str
    page_url: str | None


@dataclass(frozen=True)
class ShownSetup:
    """What came of a page on which a card was to be given."""

    id: int
    account_id: int
    asked_at: datetime
    expires_at: datetime
    page_url: str | None
    """Of the provider's page, while it can be used."""
    for_everything: bool
    outcome: Outcome | None
    """None as long as nobody knows."""
    problem: str
    card: ShownCard | None
    payments: list[ShownPayment]
    """What the new card was asked to pay at once."""

    @property
    def is_waiting(self) -> bool:
        return self.outcome is None or any(payment.outcome is None for payment in self.payments)


@dataclass(frozen=True)
class Done:
    """One line of the history."""

    id: int
    deed: str
    at: datetime
    facts: dict[str, object]
    card: tuple[str, str] | None
    """Brand and last digits of the card that it is about."""
    staff: str | None
    system: str | None
    confirmed: bool | None
    """None for what the provider need not confirm."""
    is_refused: bool
    is_undone: bool
    can_undo: bool
