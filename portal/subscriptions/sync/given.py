"""What the shop takes off without a code: it is no field of ours, and still its coming and going is told."""

from datetime import datetime

from portal import timeline
from portal.payments import Discount
from portal.subscriptions.models import Subscription
from portal.subscriptions.policy import discount_from
from portal.subscriptions.renewals import known_renewals
from portal.subscriptions.sync.differences import Wanted


def note_what_was_given(subscription: Subscription, wanted: Wanted, before: Discount | None, *, at: datetime) -> None:
    """Codes are told where they are taken over. `before` is the discount that we knew."""
    now = discount_from(subscription.discount)
    is_about_a_code = any(one.code for one in (before, now) if one)
    if now == before or is_about_a_code or wanted.known is None or subscription.has_ended:
        return
    if before and now is None and _has_run_out(subscription, wanted, before, at=at):
        return
    timeline.note(subscription, "changed at the provider", by=timeline.PROVIDER, at=at, facts={"what": ["code"]})


def _has_run_out(subscription: Subscription, wanted: Wanted, before: Discount, *, at: datetime) -> bool:
    was_used = before.is_once and known_renewals(subscription) != wanted.renewals
    return was_used or (before.ends_at is not None and before.ends_at <= at)
