"""Taking over what is the provider's to say, and keeping on wanting what is ours."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from portal import timeline
from portal.billing.actions import know_account
from portal.catalog.actions import take_in
from portal.catalog.models import Price
from portal.catalog.queries import prices_by_ref
from portal.kit.db import db
from portal.payments import Charge, Standing, Terms
from portal.payments.models import ProviderName
from portal.subscriptions import policy
from portal.subscriptions.models import Cancellation, Subscription, SubscriptionItem
from portal.subscriptions.renewals import is_news, known_renewals, take_renewal
from portal.subscriptions.sync.differences import Wanted, changed_here

TAKEN_OVER = ("contents", "pause", "is_ending", "code")
"""Fields that are taken over one by one; the dates go with the rhythm and the renewals."""


def learn(
    subscription: Subscription, wanted: Wanted, stands: Standing, theirs: dict[str, Any], next_charge: Charge | None, *, at: datetime
) -> None:
    """`theirs` is what somebody changed there; the rest that differs is ours, and on its way."""
    known, ours, rhythm = subscription.known, subscription.terms, subscription.rhythm
    discount = policy.discount_from(subscription.discount)
    if wanted.beginning_key and stands.ref != subscription.provider_ref:
        subscription.provider_ref, subscription.beginning_key, subscription.started_at, known = stands.ref, None, at, None
    renewals_before = known_renewals(subscription)
    news = [renewal for renewal in stands.renewals if is_news(renewal, renewals_before)]
    if subscription.account_ref != stands.customer_ref:
        know_account(subscription.customer, stands.customer_ref, at=at)
    ended_before, stopped_before = subscription.ended_at, subscription.stops_at
    subscription.learn(stands)
    ProviderName.keep({item.ref: None for item in stands.items}, stands.customer_ref)
    if known is None and subscription.has_ended:  # it ended before we knew it, and may begin again as it was
        take_contents(subscription, stands)
    elif not subscription.has_ended:
        if known and not known.is_ending and stands.terms.is_ending and stopped_before and stopped_before == stands.stops_at:
            subscription.is_ending, ours = True, replace(ours, is_ending=True)  # its last period has begun: the day itself was told before
        _take_over(subscription, stands, ours, known, theirs, at=at)
        if known and stopped_before != stands.stops_at and stands.terms.is_ending == known.is_ending:
            timeline.note(subscription, "changed at the provider", by=timeline.PROVIDER, at=at, facts={"what": ["is_ending"]})
    _keep_next_total(subscription, stands, next_charge)
    _note_end(subscription, ended_before, at=at)
    for renewal in news:
        take_renewal(subscription, renewal, discount=discount, at=at)
    found = stands.terms.next_charge_at
    if found is None or subscription.has_ended:
        return
    if not subscription.scheduled:
        subscription.plan.begin(found, stands.anchor_at)
        return
    their_date = theirs.get("next_charge_at")
    moved_here = not subscription.is_confirmed and changed_here(ours, known, "next_charge_at", at=at)
    if subscription.rhythm != rhythm:
        follow(subscription, found, lambda: subscription.plan.begin_again(found, at=at), at=at)
    elif found == subscription.scheduled[0].charge_at or their_date is None:
        _plan_on(subscription, found)
    elif moved_here:
        tell_overruled(subscription, "next_charge_at", their_date, at=at)
    else:
        follow(subscription, found, lambda: subscription.plan.follow(found, at=at), at=at)
    subscription.plan.go_on()


def follow(subscription: Subscription, found: datetime, move: Callable[[], None], *, at: datetime) -> None:
    """The next charge is another one there, and so it is one here; the later ones come along."""
    first, touching = subscription.scheduled[0], subscription.scheduled
    facts = {"delivery": first.id, "day": first.arrives_on.isoformat()}
    with timeline.deed(subscription, "moved at the provider", by=timeline.PROVIDER, at=at, touching=touching, facts=facts) as doing:
        move()
        doing.facts["to"] = first.arrives_on.isoformat()


def tell_overruled(subscription: Subscription, name: str, found: Any, *, at: datetime) -> None:
    """Both sides changed it: ours counts, and the history says what theirs was."""
    facts = {"charge": found.isoformat()} if name == "next_charge_at" else {"field": name}
    timeline.note(subscription, "overruled", by=timeline.PROVIDER, at=at, facts=facts)


def take_contents(subscription: Subscription, stands: Standing) -> None:
    """What is in the box, and how often, as the provider has it."""
    prices = prices_by_ref([item.price_ref for item in stands.items])
    every = stands.terms.every
    rows = list(subscription.items)
    for told in stands.items:
        price = prices.get(told.price_ref) or _unknown(told.price_ref, stands)
        row = next((row for row in rows if row.price is price), None) or next((row for row in rows if _is_gone(row, stands)), None)
        if row is None:
            subscription.items.append(SubscriptionItem(price=price, quantity=told.quantity))
            continue
        rows.remove(row)
        row.price, row.quantity = price, told.quantity
    for row in rows:
        row.quantity = 0
    subscription.every_count, subscription.every_unit = every


def _is_gone(row: SubscriptionItem, stands: Standing) -> bool:
    """What it was is not there any more, so that what is new there may have taken its place."""
    return row.quantity > 0 and row.price.provider_ref not in {item.price_ref for item in stands.items}


def _unknown(price_ref: str, stands: Standing) -> Price:
    item = next(item for item in stands.items if item.price_ref == price_ref)
    return take_in(
        price_ref=price_ref,
        product_ref=item.product_ref,
        words=item.words,
        amount=item.amount,
        currency=item.currency,
        every=stands.terms.every,
    )


def _take_over(
    subscription: Subscription, stands: Standing, ours: Terms, known: Terms | None, theirs: dict[str, Any], *, at: datetime
) -> None:
    found, wants = policy.as_of(stands.terms, at), policy.as_of(ours, at)
    if found.pause == wants.pause:
        subscription.is_paused, subscription.resumes_at = found.pause is not None, found.pause.resumes_at if found.pause else None
    if found.code == ours.code or not changed_here(ours, known, "code", at=at):  # else ours is on its way, and what it takes off is known
        subscription.code, subscription.discount = found.code, policy.discount_as_json(stands.discount)
    if subscription.is_confirmed and found.ship_to != wants.ship_to:  # where it goes is ours alone to say: it is sent again
        subscription.version += 1
    changed = []
    for name in TAKEN_OVER:
        is_ours = known is not None and not subscription.is_confirmed and changed_here(ours, known, name, at=at)
        is_known_theirs = known is None or subscription.is_confirmed or name in theirs or (name == "contents" and "every" in theirs)
        if getattr(found, name) == getattr(wants, name) or not is_known_theirs:
            continue
        if is_ours:
            tell_overruled(subscription, name, getattr(found, name), at=at)
        else:
            changed.append(name)
    if not changed:
        return
    if known is None:
        _set(subscription, stands, changed)
        return
    touching = subscription.items
    with timeline.deed(subscription, "changed at the provider", by=timeline.PROVIDER, at=at, touching=touching, facts={"what": changed}):
        _set(subscription, stands, changed)


def _set(subscription: Subscription, stands: Standing, names: list[str]) -> None:
    found = stands.terms
    for name in names:
        if name == "contents":
            take_contents(subscription, stands)
        elif name == "pause":
            subscription.is_paused, subscription.resumes_at = found.pause is not None, found.pause.resumes_at if found.pause else None
        elif name == "is_ending":
            subscription.is_ending, subscription.ends_now_at = found.is_ending, None
        elif name == "code":
            subscription.code, subscription.discount = found.code, policy.discount_as_json(stands.discount)


def _note_end(subscription: Subscription, ended_before: datetime | None, *, at: datetime) -> None:
    """That it has ended, whoever ended it; and how far the provider is with what the customer has a receipt of."""
    if subscription.ended_at and not ended_before:
        timeline.note(subscription, "ended", by=timeline.PROVIDER, at=subscription.ended_at, facts={})
    for asked in db.session.scalars(Cancellation.standing(subscription)):
        if subscription.ended_at is None and not subscription.is_ending:  # the shop took it back there
            asked.taken_back_at = at
        elif subscription.ended_at or (subscription.known and subscription.known.is_ending):
            asked.carried_out_at, asked.confirmed_at = subscription.ended_at, asked.confirmed_at or at


def _keep_next_total(subscription: Subscription, stands: Standing, next_charge: Charge | None) -> None:
    found = stands.terms
    if next_charge is None or found.next_charge_at is None:
        subscription.next_total = None
    else:
        subscription.next_total = {**asdict(next_charge), "version": found.version, "charge_at": found.next_charge_at.isoformat()}


def _plan_on(subscription: Subscription, found: datetime) -> None:
    """The provider goes on by its own rhythm. Where our plan has another day for the next charge, that is a change to be sent."""
    if subscription.is_confirmed and subscription.scheduled[0].charge_at != found:
        subscription.version += 1
