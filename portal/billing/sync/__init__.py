"""How cards, invoices and payments here and at the provider stay one. All the rest only asks for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from logging import getLogger
from typing import Any

from sqlalchemy import func, select

from portal import outbox
from portal.accounts import on_address_changed
from portal.accounts.models import Address
from portal.accounts.queries import default_address
from portal.billing import checking
from portal.billing.actions import GRACE, take_card
from portal.billing.learning import learn, learn_that_it_is_gone, put_back_what_was_refused
from portal.billing.models import BillingAccount, CardSetup, Invoice, Outcome
from portal.billing.refusals import ProviderIsAhead
from portal.billing.sync import once as once
from portal.billing.sync import pages as pages
from portal.kit.alarms import raise_alarm
from portal.kit.clock import now
from portal.kit.db import db, transaction, view
from portal.payments import (
    CHECKED_SINCE,
    PROVIDER_AHEAD,
    AccountGone,
    AccountStanding,
    Declined,
    HostedPage,
    PageStanding,
    PageState,
    ShipTo,
    billing_provider,
    on_account_news,
)
from portal.timeline import Actor

log = getLogger(__name__)
BATCH = 20
"""So many accounts are asked for in one transaction."""
TOGETHER = timedelta(seconds=2)
"""One charge comes as several events: after this time one look is enough for all of them."""
OLDEST = timedelta(days=400)
"""An invoice that was open for longer is looked at no more."""


@dataclass(frozen=True)
class Wanted:
    """What we want of the provider for an account, read in one transaction and compared after it."""

    ref: str
    version: int
    looks: int
    since: datetime | None
    """Invoices before this are known and done with."""
    confirmed_version: int
    default_ref: str | None
    known_default_ref: str | None
    """What the provider showed when we last looked."""
    removed: frozenset[str]
    ship_to: ShipTo | None
    """None if there is no address for all deliveries: then the provider's stays as it is."""


@outbox.syncs(BillingAccount)
def sync_account(account_id: int, lease: outbox.Lease) -> None:
    """Send what the provider lacks, learn what it shows. Safe to repeat, at any time, in any order."""
    began_at = now()
    with view():
        wanted = _read(db.session.get_one(BillingAccount, account_id), at=began_at)
    since = began_at - CHECKED_SINCE if lease.is_check and wanted.since else wanted.since
    try:
        found, stands, refusal = _bring_together(wanted, since=since, by=lease.asker)
    except AccountGone:
        _leave(account_id, lease)
        return
    at = now()
    with _noted_if_ahead(lease, wanted, found, at=began_at), lease.finish(at=at):
        account = db.session.get_one(BillingAccount, account_id, with_for_update=True)
        if account.looks != wanted.looks:  # somebody learned meanwhile, perhaps something newer
            lease.again(at=at)
            return
        checking.note(lease, account, wanted.ship_to, found, at=began_at)
        learn(account, stands, at=at)
        checking.settle(account, wanted.ship_to, stands, at=at)
        if refusal:
            put_back_what_was_refused(account, wanted.version, refusal, at=at)
        if not account.is_confirmed:
            lease.again(at=at)


def _bring_together(
    wanted: Wanted, *, since: datetime | None, by: outbox.Asker
) -> tuple[AccountStanding, AccountStanding, Declined | None]:
    """How it stood, how it stands now, and what was refused. Raises AccountGone."""
    found = billing_provider().look_up(wanted.ref, since=since)
    if not _is_behind(wanted, found):
        return found, found, None
    refusal: Declined | None = None
    try:
        _send(wanted, found, by=by)
    except Declined as error:
        refusal = error
    return found, billing_provider().look_up(wanted.ref, since=since), refusal


def _leave(account_id: int, lease: outbox.Lease) -> None:
    at = now()
    with lease.finish(at=at):
        learn_that_it_is_gone(db.session.get_one(BillingAccount, account_id, with_for_update=True), at=at)


@contextmanager
def _noted_if_ahead(lease: outbox.Lease, wanted: Wanted, found: AccountStanding, *, at: datetime) -> Iterator[None]:
    """Where the provider is ahead of us, nothing is learned, and somebody has to look; what was found is noted all the same."""
    try:
        yield
    except ProviderIsAhead as error:
        with transaction():
            sentence = f"The provider is ahead of us, as after an old database was restored. {error}"
            raise_alarm(PROVIDER_AHEAD, sentence, facts={}, at=at)
            checking.note(lease, db.session.get_one(BillingAccount, lease.subject_id), wanted.ship_to, found, at=at)
        raise


@outbox.syncs(CardSetup)
def sync_setup(setup_id: int, lease: outbox.Lease) -> None:
    """What came of a page on which a card was to be given: on the way back, after a webhook, or once it is over."""
    with view():
        setup = db.session.get_one(CardSetup, setup_id)
        wanted = _read(account := db.session.get_one(BillingAccount, setup.account_id), at=now())
        key, page_ref, is_left, is_open = setup.key, setup.page_ref, setup.left_at is not None, setup.is_open
        account_id, expires_at = account.id, setup.expires_at
    found, page = _look_at_page(wanted.ref, key, page_ref, is_over=now() >= expires_at, close=is_left) if is_open else (None, None)
    is_done = page is not None and page.state is PageState.DONE
    try:
        stands = billing_provider().look_up(wanted.ref, since=wanted.since) if is_done else None
    except AccountGone:
        _leave(account_id, lease)
        return
    at = now()
    with lease.finish(at=at):
        account = db.session.get_one(BillingAccount, account_id, with_for_update=True)
        setup = db.session.get_one(CardSetup, setup_id)
        if stands and account.looks != wanted.looks:
            lease.again(at=at)
            return
        if found:
            setup.opened(found)
        if page is None or not setup.is_open:
            return
        if page.state is PageState.OPEN:
            lease.again(at=expires_at + GRACE)
        elif stands:
            learn(account, stands, at=at)
            card = next((card for card in account.usable if card.provider_ref == page.card_ref), None)
            if card:
                take_card(account, setup, card, at=at)
            else:  # it was removed again before we looked
                setup.close(Outcome.LEFT, at=at)
        else:
            setup.close(Outcome.LEFT if is_left else Outcome.EXPIRED, problem=page.problem, at=at)


@on_account_news
def sync_after_news(ref: str, at: datetime) -> None:
    for account in db.session.scalars(select(BillingAccount).where(BillingAccount.provider_ref == ref)):
        outbox.want_sync(account, at=at + TOGETHER, bulk=True)
        for setup in db.session.scalars(CardSetup.open_of(account.id).where(CardSetup.page_ref.is_not(None))):
            outbox.want_sync(setup, at=at)


@on_address_changed
def sync_after_move(customer_id: int, at: datetime) -> None:
    for account in db.session.scalars(select(BillingAccount).where(BillingAccount.customer_id == customer_id).order_by(BillingAccount.id)):
        outbox.want_sync(account, at=at + TOGETHER)


@outbox.task("look at every account")
def look_at_every_account(nothing: dict[str, Any], lease: outbox.Lease) -> None:
    """A part of the reconciliation: docs/decisions/reconciliation.md."""
    at, last = now(), 0
    while True:  # some at a time: whoever clicks meanwhile waits for none of it
        with transaction():
            batch = db.session.scalars(
                select(BillingAccount).where(BillingAccount.id > last).order_by(BillingAccount.id).limit(BATCH)
            ).all()
            for account in batch:
                outbox.want_sync(account, at=at, check=True)
                for setup in db.session.scalars(CardSetup.open_of(account.id)):
                    outbox.want_sync(setup, at=at, bulk=True)
            last = max((account.id for account in batch), default=last)
        if len(batch) < BATCH:
            break
    with lease.finish(at=at):
        pass


def _read(account: BillingAccount, *, at: datetime) -> Wanted:
    mine = Invoice.account_id == account.id
    is_open = Invoice.status.in_(["draft", "open"]) & (Invoice.written_at > at - OLDEST)
    open_since = db.session.scalar(select(func.min(Invoice.written_at)).where(mine, is_open))
    newest = db.session.scalar(select(func.max(Invoice.written_at)).where(mine))
    return Wanted(
        ref=account.provider_ref,
        version=account.version,
        looks=account.looks,
        since=(open_since or newest) if account.knows_names else None,
        confirmed_version=account.confirmed_version,
        default_ref=account.default_ref,
        known_default_ref=account.known_default_ref,
        removed=frozenset(card.provider_ref for card in account.cards if card.removed_at and not card.gone_at),
        ship_to=_ship_to(default_address(account.customer_id)),
    )


def _is_behind(wanted: Wanted, stands: AccountStanding) -> bool:
    """One that is ahead is judged where it is learned, against the row as it is then."""
    is_elsewhere = wanted.ship_to is not None and wanted.ship_to != stands.ship_to
    return stands.version < wanted.version or is_elsewhere or any(card.ref in wanted.removed for card in stands.cards)


def _send(wanted: Wanted, stands: AccountStanding, *, by: outbox.Asker) -> None:
    """First the new default, so that nothing is ever without one; then what is to go."""
    if stands.version < wanted.version:
        # Where only they chose another one, theirs stays; under a version that we never heard of, it was our own choice of before.
        is_ours = wanted.default_ref != wanted.known_default_ref or wanted.confirmed_version < stands.version
        chosen = wanted.default_ref if is_ours else None
        billing_provider().make_so(wanted.ref, version=wanted.version, default_ref=chosen, everywhere=True)
    for card in stands.cards:
        if card.ref in wanted.removed:
            billing_provider().remove_card(card.ref)
    if wanted.ship_to and wanted.ship_to != stands.ship_to:
        try:
            changed_by = Actor(staff_id=by.staff_id, prepared_by=by.prepared_by).told(by.customer_id)
            billing_provider().ship_to(wanted.ref, wanted.ship_to, changed_by=changed_by)
        except Declined as error:  # no reason to put a card back
            log.error("%s takes no address: %s", wanted.ref, error)


def _ship_to(address: Address | None) -> ShipTo | None:
    if address is None:
        return None
    place = (address.line1, address.line2, address.postcode, address.city, address.region, address.country)
    return ShipTo(address.name, *place, address.phone)


def _look_at_page(ref: str, key: str, page_ref: str | None, *, is_over: bool, close: bool) -> tuple[HostedPage | None, PageStanding]:
    """How the page stands, and the page itself, if it was opened without us hearing of it. `close` if they came back without a card."""
    found = None if page_ref else billing_provider().find_page(ref, key)
    page_ref = page_ref or (found.ref if found else None)
    if page_ref is None:
        return None, PageStanding(PageState.OVER if is_over or close else PageState.OPEN, None, "")
    page = billing_provider().look_at_page(page_ref)
    if page.state is PageState.OPEN and close:
        try:
            billing_provider().close_page(page_ref)
        except Declined:  # a card was given in this very moment, in another tab
            return found, billing_provider().look_at_page(page_ref)
        return found, PageStanding(PageState.OVER, None, page.problem)
    return found, page
