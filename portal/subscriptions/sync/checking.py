"""A subscription on both sides, fact by fact, for the reconciliation: docs/decisions/reconciliation.md."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256

from portal import timeline
from portal.kit.alarms import raise_alarm
from portal.kit.db import db, transaction
from portal.outbox import Lease
from portal.payments import PROVIDER_AHEAD, Standing, Terms
from portal.payments.actions import Facts, note_differences, settle_differences
from portal.subscriptions.models import Subscription
from portal.subscriptions.policy import as_of, discount_from
from portal.subscriptions.refusals import ProviderIsAhead
from portal.subscriptions.renewals import BECAME
from portal.subscriptions.sync.differences import Wanted, has_news, read


def note(lease: Lease, subscription: Subscription, wanted: Wanted, stands: Standing | None, *, at: datetime) -> None:
    """What was found other than we have it, by a look that nobody but the reconciliation had asked for. `at` is when it began."""
    if stands and wanted.known is not None and lease.is_still_a_check():
        ours, theirs = _ours(subscription, wanted, at=at), _theirs(subscription, wanted, stands, at=at)
        note_differences(timeline.key(subscription), subscription.provider_ref, ours, theirs, at=at)


@contextmanager
def also_if_ahead(lease: Lease, wanted: Wanted, stands: Standing | None, *, at: datetime) -> Iterator[None]:
    """Where the provider is ahead of us, nothing is learned, and somebody has to look; what was found is noted all the same."""
    try:
        yield
    except ProviderIsAhead as error:
        with transaction():
            sentence = f"The provider is ahead of us, as after an old database was restored. {error}"
            raise_alarm(PROVIDER_AHEAD, sentence, facts={}, at=at)
            note(lease, db.session.get_one(Subscription, lease.subject_id), wanted, stands, at=at)
        raise


def settle(subscription: Subscription, stands: Standing, *, at: datetime) -> None:
    """What was found before, and is the same on both sides by now."""
    wanted = read(subscription, at=at)
    ours, theirs = _ours(subscription, wanted, at=at), _theirs(subscription, wanted, stands, at=at)
    settle_differences(timeline.key(subscription), ours, theirs, at=at)


def _ours(subscription: Subscription, wanted: Wanted, *, at: datetime) -> Facts:
    renewals = {f"invoice {ref}": str(status) for ref, status in wanted.renewals.items()}
    return {**_said(as_of(wanted.terms, at), subscription.stops_at), "payer": wanted.account_ref, "status": subscription.status, **renewals}


def _theirs(subscription: Subscription, wanted: Wanted, stands: Standing, *, at: datetime) -> Facts:
    """Of an invoice that we don't know: that we have nothing of it. After a renewal that is news, date and status are none besides."""
    invoices: Facts = {f"invoice {renewal.ref}": str(BECAME[renewal.payment]) for renewal in stands.renewals}
    if stands.ended_at:
        return {"status": stands.status, "payer": stands.customer_ref, **invoices}
    said = {**_said(as_of(stands.terms, at), stands.stops_at), "payer": stands.customer_ref, "status": stands.status, **invoices}
    if has_news(wanted, stands):
        del said["next charge"], said["status"]
        if stands.stops_at:  # so is whether this was the last period
            del said["ends"]
    elif stands.terms.next_charge_at is None:
        del said["next charge"]
    discount = discount_from(subscription.discount)
    if discount and stands.terms.code is None and (discount.is_once or (discount.ends_at and discount.ends_at <= at)):
        del said["code"]  # it was used up by itself
    return said


def _said(terms: Terms, stops_at: datetime | None) -> dict[str, str | None]:
    """An address is told apart, and not told: none may stand where nobody would look for it."""
    pause = (terms.pause.resumes_at.isoformat() if terms.pause.resumes_at else "without an end") if terms.pause else None
    return {
        "version": str(terms.version),
        "next charge": terms.next_charge_at.isoformat() if terms.next_charge_at else None,
        "frequency": "{} {}".format(*terms.every),
        "contents": ", ".join(f"{quantity} × {ref}" for ref, quantity in terms.contents),
        "pause": pause,
        "ends": "at the end of the period" if terms.is_ending else None,
        "ends by itself": stops_at.isoformat() if stops_at else None,
        "code": terms.code,
        "address": sha256(terms.ship_to.encode()).hexdigest()[:8] if terms.ship_to else None,
    }
