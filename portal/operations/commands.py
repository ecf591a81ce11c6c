"""The work between us and the provider, from the command line: `portal sync`."""

from datetime import datetime, timedelta

import click
from flask.cli import AppGroup

from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.refusal import Refusal
from portal.operations import actions, queries
from portal.operations.actions import RETRIED
from portal.payments import Declined, TryAgain
from portal.timeline import Actor

BY = Actor(system="command line")
sync = AppGroup("sync", help="What waits to be told to the payment provider, and what went wrong.")


@sync.command("status")
def status() -> None:
    """How much waits, since when, what fails and why, and what was done last."""
    found, last = queries.status(at=now()), queries.last_reconciliation()
    for alarm in queries.alarms():
        click.echo(f"ALARM since {_moment(alarm.raised_at)}: {alarm.sentence}")
    waits = f"{found.syncs} syncs wait, {found.bulk} of them in bulk, and {found.tasks} tasks."
    click.echo(waits + (f" The oldest waits for {_words(found.oldest_age)}." if found.oldest_at else ""))
    for failing in found.failing:
        whose = f" of customer {failing.customer_id}" if failing.customer_id else ""
        whose += _by(failing)
        state = "switched off" if failing.is_off else "given up" if failing.next_at is None else "stuck" if failing.is_stuck else "failing"
        click.echo(f"{state}: {_named(failing)}{whose}, {failing.attempts} tries since {_moment(failing.since)}: {failing.reason}")
    if found.failures > len(found.failing):
        click.echo(f"and {found.failures - len(found.failing)} more that fail.")
    for done in found.recent:
        click.echo(f"done: {done.kind} {done.subject_id} at {_moment(done.at)}{_by(done)}")
    if last:
        _tell(last)


@sync.command("retry")
@click.argument("work", required=False)
def retry(work: str | None) -> None:
    """Try again, now, what failed or was given up: all of it, or what has this number or name in `portal sync status`."""
    table, _, number = (work or "").rpartition(":")
    if work and not (number.isdecimal() and (not table or table in RETRIED)):
        raise click.BadParameter(f"{work} is no number or name of `portal sync status`.")
    try:
        with transaction():
            tried = actions.retry(int(number) if work else None, of=RETRIED.get(table), by=BY, at=now())
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"{tried.syncs} syncs and {tried.tasks} tasks will be tried again now.")
    if tried.messages or tried.parcels:
        click.echo(f"{tried.messages} webhooks will be sent, and {tried.parcels} parcels followed, again now.")


@sync.command("replay")
@click.argument("event_id")
def replay(event_id: str) -> None:
    """Do once more what follows from an event of the provider's; one that never came is fetched."""
    try:
        event = actions.missing(event_id)
        with transaction():
            is_ours = actions.replay(event_id, event, by=BY, at=now())
    except (Declined, TryAgain) as error:
        raise click.ClickException(str(error)) from error
    if not is_ours:
        raise click.ClickException(f"{event_id} is of another mode or account than our key: nothing follows from it.")
    click.echo(f"{event_id} was {'fetched and ' if event else ''}applied: what follows from it is asked for.")


@sync.command("resync")
@click.argument("customer")
def resync(customer: str) -> None:
    """Look up at the provider all that a CUSTOMER has there. By e-mail address, number, cus_… or sub_…"""
    with transaction():
        found = db.session.scalars(queries.customer_by(customer)).all()
        if len(found) != 1:
            raise click.ClickException(f"{customer} is {len(found) or 'no'} customer{'s' if found else ''} here.")
        number = actions.resync(found[0], by=BY, at=now())
    click.echo(f"{number} things of customer {found[0].id} will be looked up now.")


@sync.command("reconcile")
def reconcile() -> None:
    """Compare all that lives at the provider with what we have, and repair what differs."""
    with transaction():
        actions.reconcile(by=BY, at=now())
    click.echo("The worker will compare all of it now. `portal sync status` tells how far it is, and what it found.")


def _tell(last: queries.Reconciliation) -> None:
    left = f", {last.left} things are still to be looked at" if last.left else ""
    click.echo(f"Reconciliation of {_moment(last.began_at)}: {last.found} differences found, {last.repaired} repaired{left}.")
    if last.open:
        click.echo(f"{last.open} differences are open.")
    for found in last.differences:
        sides = f"{found.ours or 'nothing'} here, {found.theirs or 'nothing'} there"
        state = f"open since {_moment(found.found_at)}"
        if found.repaired_at:
            state = f"{found.how} at {_moment(found.repaired_at)}, was open for {_words(found.repaired_at - found.found_at)}"
        click.echo(f"difference: {found.what} of {found.subject} ({found.ref}): {sides}; {state}")


def _named(failing: queries.Failing) -> str:
    """With what `portal sync retry` takes."""
    if failing.messages:
        return f"{failing.name}, {failing.messages} webhooks to {failing.about}"
    if failing.about:
        return f"{failing.name}, parcel {failing.about}"
    what = f"{failing.kind} {failing.subject_id}" if failing.subject_id else failing.kind
    return f"{failing.of} {failing.work_id}, {what}"


def _by(work: queries.Failing | queries.Done) -> str:
    if work.asked_by:
        return f", asked for by {work.asked_by}"
    return f", prepared by {work.prepared_by}" if work.prepared_by else ""


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _words(age: timedelta) -> str:
    minutes, seconds = divmod(int(age.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
