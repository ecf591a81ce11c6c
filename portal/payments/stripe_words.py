"""What all modules that speak Stripe share: its client, its errors in our words, its moments."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe
from stripe.params import InvoiceLineItemListParams

from portal.payments import pace
from portal.payments.port import Declined, KeptError, TryAgain
from portal.payments.stripe_refusals import problem_of

Headers = Mapping[str, str]
VERSION = "2026-08-26.dahlia"
TIMEOUT = (2, 10)
"""Seconds to connect and to read. No transaction is open meanwhile."""
QUICK = (1, 2)
"""The same while somebody waits for a page."""
PATIENCE = {TIMEOUT: 2.0, QUICK: 0.5}
"""Seconds to wait for a turn to ask, before it is left for later."""
OUTCOMES = {2: "done", 4: "refused", 5: "failed", 409: "conflict", 429: "too many"}
"""How a call went, by its status or the first digit of that."""
REASON = "stripe-rate-limited-reason"
"""The header that says what was too much. Source: docs.stripe.com/rate-limits."""
PAGE = 100
"""So many things Stripe lists at a time, at the most."""


def client(key: str, url: str, timeout: tuple[int, int] = TIMEOUT) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses={"api": url},
        stripe_version=VERSION,
        max_network_retries=0,  # the outbox tries again, nobody else
        http_client=_InTurn(timeout),
    )


class _InTurn(stripe.RequestsClient):
    """Asks when it is our turn, all processes together, and counts how it went."""

    def __init__(self, timeout: tuple[int, int]) -> None:
        super().__init__(timeout=timeout)
        self.patience = PATIENCE[timeout]

    def request(self, method: str, url: str, headers: Headers | None, post_data: Any = None, **_: Any) -> tuple[Any, int, Headers]:
        endpoint = pace.endpoint(method, url)
        pace.await_turn(endpoint, patience=self.patience)
        try:
            body, status, told = super().request(method, url, headers, post_data)
        except stripe.APIConnectionError:
            pace.count("no answer")
            raise
        pace.count(OUTCOMES.get(status) or OUTCOMES[status // 100])
        reason = _header(told, REASON)
        if status == 429 and reason != "resource-specific" and b"lock_timeout" not in body:  # these are about a single object
            pace.hold(_seconds(told), endpoint if reason.startswith("endpoint-") else pace.EVERYTHING)
        return body, status, told


@contextmanager
def in_our_words() -> Iterator[None]:
    """Say what went wrong in the port's words. What is neither final nor named is tried again."""
    try:
        yield
    except (stripe.InvalidRequestError, stripe.CardError) as error:
        if error.http_status == 409:
            raise TryAgain(str(error), _retry_after(error)) from error
        raise Declined(error.user_message or str(error), problem_of(error)) from error
    except stripe.StripeError as error:
        if _header(error.headers or {}, "idempotent-replayed") == "true":
            raise KeptError(f"{type(error).__name__}: {error.user_message or error}") from error
        raise TryAgain(f"{type(error).__name__}: {error.user_message or error}", _retry_after(error)) from error


def _retry_after(error: stripe.StripeError) -> timedelta | None:
    seconds = _seconds(error.headers or {})
    return None if seconds is None else timedelta(seconds=seconds)


def _seconds(told: Headers) -> float | None:
    """How long to wait, if the answer's headers say so."""
    try:
        return float(_header(told, "retry-after"))
    except ValueError:
        return None


def _header(told: Headers, name: str) -> str:
    return next((value for known, value in told.items() if known.lower() == name), "")


def metadata(thing: Any) -> dict[str, str]:
    return dict(thing.metadata.to_dict())


def ref_of(named: Any) -> str | None:
    """Stripe names a thing by its id, or puts the thing itself there."""
    return named if isinstance(named, str) or named is None else str(named["id"])


def all_lines(client: stripe.StripeClient, invoice: stripe.Invoice) -> list[stripe.InvoiceLineItem]:
    """All of them: with the invoice itself Stripe shows ten at the most."""
    if not invoice.lines.has_more:
        return invoice.lines.data
    params: InvoiceLineItemListParams = {"limit": PAGE}
    return list(client.v1.invoices.line_items.list(str(invoice.id), params).auto_paging_iter())


def moment(timestamp: int) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


def months_later(moment: datetime, months: int) -> datetime:
    """On the same day of the month, or the last of a shorter one."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
