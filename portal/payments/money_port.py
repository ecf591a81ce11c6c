"""Money that goes back, credit, and what is charged once, in our words. Each is asked for once only: see `once.py`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class WantedRefund:
    key: str
    charge_ref: str
    """The payment of which it is a part."""
    amount: int
    """In minor units of the payment's currency."""
    asked_by: str = ""
    """Who of the shop's people asked for it, and for whom, by numbers; empty where the customer or the system did."""


@dataclass(frozen=True)
class RefundThere:
    ref: str
    status: str
    """The provider's own word: pending, requires_action, succeeded, failed, canceled."""
    amount: int
    reference: str | None
    """The bank's number, by which it can trace the money; days later."""
    failure: str
    """Why it failed, in the provider's word; empty if it did not."""
    refunded: int
    """Of this payment in all, by whomever."""
    made_at: datetime
    key: str | None
    """Ours, if we asked for it."""


@dataclass(frozen=True)
class WantedCredit:
    key: str
    customer_ref: str
    amount: int
    """In minor units of `currency`: so much more is the customer's."""
    currency: str
    words: str
    """What for, for whoever looks at the provider's pages."""
    asked_by: str = ""
    """As of a refund."""


@dataclass(frozen=True)
class WantedDebit:
    """Credit that is taken back."""

    key: str
    customer_ref: str
    amount: int
    """In minor units of `currency`: so much less is the customer's."""
    currency: str
    words: str
    """As of credit."""
    asked_by: str = ""


@dataclass(frozen=True)
class CreditThere:
    ref: str
    balance: int
    """The customer's after it: as in `AccountStanding`."""


@dataclass(frozen=True)
class WantedItem:
    """Something that is charged once, with the next charge of a subscription, whatever that is for."""

    key: str
    customer_ref: str
    subscription_ref: str
    product_ref: str
    quantity: int
    amount: int
    """For one, in minor units of `currency`."""
    currency: str
    asked_by: str = ""
    """As of a refund."""


@dataclass(frozen=True)
class ItemThere:
    ref: str
    invoice_ref: str | None
    """The invoice that it is on; None while it waits for one."""


class MoneyProvider(Protocol):
    """All of it raises TryAgain. What changes something raises Declined as well; `under` is its idempotency key.

    What finds something looks among all that may be it, by its key, and at nothing that lags.
    """

    def refund(self, wanted: WantedRefund, *, under: str) -> RefundThere: ...

    def find_refund(self, wanted: WantedRefund) -> RefundThere | None: ...

    def look_at_refund(self, ref: str) -> RefundThere: ...

    def refunds_of(self, charge_ref: str) -> tuple[RefundThere, ...]:
        """All of a payment, by whomever, oldest first."""

    def credit(self, wanted: WantedCredit, *, under: str) -> CreditThere: ...

    def find_credit(self, wanted: WantedCredit, *, since: datetime) -> CreditThere | None: ...

    def balance(self, customer_ref: str) -> int:
        """As in `AccountStanding`, now."""

    def debit(self, wanted: WantedDebit, *, under: str) -> CreditThere:
        """Taken whatever the balance is: one that is below zero afterwards says that it was not all there."""

    def find_debit(self, wanted: WantedDebit, *, since: datetime) -> CreditThere | None: ...

    def one_time_item(self, wanted: WantedItem, *, under: str) -> ItemThere: ...

    def find_one_time_item(self, wanted: WantedItem, *, since: datetime) -> ItemThere | None: ...
