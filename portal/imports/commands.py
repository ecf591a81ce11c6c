"""Takes over what the shop has at Stripe, from the command line."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select
from tqdm import tqdm

from portal import outbox
from portal.billing.models import BillingAccount, Card, Invoice
from portal.imports.actions import LeftOut, Overtaken, begin_anew, readings, take_over
from portal.imports.models import Kind, Reading
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.payments import Declined, Page, Snag, TryAgain, listing_provider
from portal.subscriptions.models import OutsideSubscription, Subscription

Answer = TypeVar("Answer")
TRIES = 8
LOOKED_AT = (Subscription, BillingAccount, OutsideSubscription)
KNOWN = {"subscriptions": Subscription, "cards": Card, "invoices": Invoice, "orders": Order}
WHY = {
    Snag.SEVERAL_CURRENCIES: "it is in several currencies",
    Snag.SEVERAL_RHYTHMS: "its parts come at different intervals",
    Snag.BY_USAGE: "it is billed by usage",
    Snag.NOT_PER_PIECE: "a price has tiers, is for so many at a time, or has parts of a cent",
    Snag.SCHEDULED: "it has a subscription schedule, or is billed ahead",
    Snag.SENT_BILLS: "its invoices are sent, not charged",
    Snag.SEVERAL_DISCOUNTS: "it has several discounts",
    Snag.DISCOUNTED_PART: "a part of it has a discount of its own",
    Snag.ENDS_BETWEEN: "it ends on a day between two charges",
    Snag.BILLED_EARLY: "it is billed as soon as it comes to some amount",
}


class Away(Exception):
    """The provider could not be asked, however often we tried."""


@click.command("stripe")
@click.option("--offer", is_flag=True, help="Let customers choose among what is sold at Stripe now, which else is only known.")
@click.option("--leave-to-worker", is_flag=True, help="Only read the lists. The worker looks at each subscription and customer later.")
@click.pass_context
@with_appcontext
def import_stripe(context: click.Context, offer: bool, leave_to_worker: bool) -> None:
    """Take over what is at Stripe: products, prices, customers, subscriptions, cards, invoices. Nothing is changed there.

    It can be repeated, and goes on where it was stopped. Ends with 0 when all is here, 1 when something has yet to come.
    docs/import-stripe.md says more.
    """
    left_out: list[LeftOut] = []
    try:
        with transaction():
            to_read = [(reading.kind, reading.after) for reading in readings(at=now()) if not reading.done_at]
        for kind, after in to_read:
            left_out += _read(kind, after, offer=offer)
        waiting = _waiting() if leave_to_worker else _look_at_each()
    except Away as away:
        click.echo(f"Stripe does not answer: {away}. Run this again later; it goes on where it is now.", err=True)
        context.exit(1)
    except Overtaken:
        click.echo("Another import is running. Let it end.", err=True)
        context.exit(1)
    _sum_up(left_out, waiting)
    context.exit(1 if waiting else 0)


def _read(kind: Kind, after: str | None, *, offer: bool) -> list[LeftOut]:
    """To the end of the list."""
    listing = listing_provider()
    pages: dict[Kind, Callable[[str | None], Page[Any]]] = {
        Kind.PRODUCTS: listing.products,
        Kind.PRICES: listing.prices,
        Kind.CUSTOMERS: listing.customers,
        Kind.SUBSCRIPTIONS: listing.subscriptions,
    }
    left_out: list[LeftOut] = []
    with tqdm(desc=kind.value, unit="", disable=None, leave=False) as bar:
        while True:
            try:
                page = _patiently(lambda from_here=after: pages[kind](from_here))  # type: ignore[misc]
            except Declined:
                if after is None:
                    raise
                with transaction():
                    begin_anew(kind, at=now())
                after = None
                continue
            with transaction():
                left_out += take_over(kind, after, page, offer=offer, at=now())
            bar.update(len(page.things))
            if (after := page.after) is None:
                return left_out


def _patiently(ask: Callable[[], Answer]) -> Answer:
    for attempt in range(TRIES):
        try:
            return ask()
        except TryAgain as error:
            if attempt == TRIES - 1:
                raise Away(str(error)) from error
            time.sleep(error.retry_after.total_seconds() if error.retry_after else _pause(attempt))
    raise AssertionError("the last try answers or raises")


def _pause(attempt: int) -> float:
    """Seconds: a quarter, a half, and so on up to half a minute."""
    return 0.25 * float(2**attempt)


def _look_at_each() -> int:
    """Work along with the workers until each was looked at. Returns how many looks have yet to come, because they failed."""
    names = {model.__tablename__ for model in LOOKED_AT}
    with tqdm(desc="looks", total=_waiting(), unit="", disable=None, leave=False) as bar:
        for attempt in range(TRIES):  # what somebody else holds at this moment, or what failed, may go the next time
            outbox.work_until_idle(after_each=lambda kind: bar.update(kind in names))
            if not (waiting := _waiting()):
                break
            time.sleep(_pause(attempt))
    return waiting


def _waiting() -> int:
    """How many have not been looked at yet, of all that is."""
    waiting = sum(outbox.never_synced(model) for model in LOOKED_AT)
    db.session.rollback()
    return waiting


def _sum_up(left_out: list[LeftOut], waiting: int) -> None:
    mode = "live mode" if listing_provider().is_live else "test mode"
    click.echo(f"Stripe, {mode}:")
    for reading in db.session.scalars(select(Reading).order_by(Reading.id)):
        told = f"  {reading.kind.value}: {reading.new:,} new, {reading.known:,} known"
        click.echo(told + (f", {reading.left_out:,} left out" if reading.left_out else ""))
    counted = {name: db.session.scalar(select(func.count()).select_from(model)) or 0 for name, model in KNOWN.items()}
    click.echo("Here now: " + ", ".join(f"{count:,} {name}" for name, count in counted.items()) + ".")
    for one in left_out:
        click.echo(f"Left out: {one.ref}, because {one.why}.")
    for outside in db.session.scalars(select(OutsideSubscription).order_by(OutsideSubscription.id)):
        reasons = "; ".join(WHY[Snag(snag)] for snag in outside.snags)
        click.echo(f"Left alone: {outside.provider_ref}, because {reasons}. It is shown, and support changes it at Stripe.")
    if waiting:
        click.echo(f"{waiting:,} have yet to be looked at. The worker does that, or the next run.")
    db.session.rollback()
