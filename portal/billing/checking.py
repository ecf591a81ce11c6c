"""An account on both sides, fact by fact, for the reconciliation: docs/decisions/reconciliation.md."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from portal import timeline
from portal.billing.models import BillingAccount, Invoice, Refund
from portal.kit.db import db
from portal.outbox import Lease
from portal.payments import AccountStanding, RefundThere, ShipTo
from portal.payments.actions import Facts, note_differences, settle_differences


def note(lease: Lease, account: BillingAccount, wanted: ShipTo | None, stands: AccountStanding, *, at: datetime) -> None:
    """What was found other than we have it, by a look that nobody but the reconciliation had asked for. `at` is when it began."""
    if account.learned_at is not None and lease.is_still_a_check():
        note_differences(timeline.key(account), account.provider_ref, _ours(account, wanted, stands), _theirs(account, stands), at=at)


def settle(account: BillingAccount, wanted: ShipTo | None, stands: AccountStanding, *, at: datetime) -> None:
    """What was found before, and is the same on both sides by now."""
    db.session.flush()
    settle_differences(timeline.key(account), _ours(account, wanted, stands), _theirs(account, stands), at=at)


def note_refund(lease: Lease, refund: Refund, there: RefundThere, *, at: datetime) -> None:
    """One that was wanted and never asked for, or whose fate nobody told of."""
    if lease.is_still_a_check():
        ours, theirs = ("wanted", None) if refund.done_at is None else (refund.status, there.status)
        note_differences(timeline.key(refund), refund.provider_ref or refund.key, {"refund": ours}, {"refund": theirs}, at=at)


def settle_refund(refund: Refund, there: RefundThere, *, at: datetime) -> None:
    settle_differences(timeline.key(refund), {"refund": refund.status}, {"refund": there.status}, at=at)


def _ours(account: BillingAccount, wanted: ShipTo | None, stands: AccountStanding) -> Facts:
    shown = [bill.ref for bill in stands.bills]
    invoices = db.session.scalars(select(Invoice).where(Invoice.provider_ref.in_(shown)))
    return {
        "version": str(account.version),
        "default card": account.default_ref,
        "balance": str(account.balance),
        "address": _said(wanted or stands.ship_to),
        **{f"card {card.provider_ref}": f"{card.brand} {card.last4}" for card in account.usable},
        **{f"invoice {invoice.provider_ref}": _how(invoice.status, invoice.paid, invoice.total) for invoice in invoices},
    }


def _theirs(account: BillingAccount, stands: AccountStanding) -> Facts:
    """Of a card that we know and they don't: that they have nothing of it. An invoice over nothing is nothing to anybody."""
    return {
        "version": str(stands.version),
        "default card": stands.default_ref,
        "balance": str(stands.balance),
        "address": _said(stands.ship_to),
        **{f"card {card.provider_ref}": None for card in account.usable},
        **{f"card {card.ref}": f"{card.brand} {card.last4}" for card in stands.cards},
        **{f"invoice {bill.ref}": _how(bill.status, bill.paid, bill.total) for bill in stands.bills if bill.total},
    }


def _how(status: str, paid: int, total: int) -> str:
    return f"{status}, {paid} of {total}"


def _said(address: ShipTo | None) -> str | None:
    """Told apart, and not told: no address may stand where nobody would look for it."""
    return sha256(repr(address).encode()).hexdigest()[:8] if address else None
