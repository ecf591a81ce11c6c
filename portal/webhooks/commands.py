"""Endpoints, from the command line: where news is sent, and what was sent there."""

import json
from datetime import datetime

import click
from flask.cli import AppGroup
from sqlalchemy import Select, func, select

from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.shop import shop
from portal.timeline import Actor
from portal.webhooks import actions, addresses, queries
from portal.webhooks.models import Dispatch, Endpoint, Message
from portal.webhooks.vocabulary import CHOSEN, VOCABULARY, schema

BY = Actor(system="command line")
FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]

webhooks = AppGroup("webhooks", help="News for the shop's own machines: docs/webhooks.md.")


@webhooks.command("add")
@click.argument("url")
@click.option("--events", default=",".join(CHOSEN), help="Which kinds, with commas between; all, if nothing is said.")
def add(url: str, events: str) -> None:
    """Tell this address of what happens. Prints the secret that signs it, once."""
    chosen = list(dict.fromkeys(event.strip() for event in events.split(",") if event.strip()))
    if unknown := [event for event in chosen if event not in CHOSEN] or not chosen:
        raise click.BadParameter(f"{unknown if chosen else 'Nothing'} is not among {', '.join(CHOSEN)}.", param_hint="--events")
    try:
        addresses.addresses(addresses.target(url))
    except addresses.NotAllowed as refusal:
        raise click.ClickException(str(refusal)) from None
    except OSError as error:
        raise click.ClickException(f"Nobody knows this name: {error}.") from None
    with transaction():
        endpoint, secret = actions.add_endpoint(url, chosen, by=BY, at=now())
        number = endpoint.id
    click.echo(f"Endpoint {number}: {url}\nThe secret, which is shown this once: {secret}")


@webhooks.command("list")
def list_all() -> None:
    """All endpoints, and how they do."""
    for one in queries.endpoints():
        state = "off" if one.off_at else f"failing since {one.failing_since:%Y-%m-%d %H:%M} UTC" if one.failing_since else "on"
        click.echo(f"{one.id}  {one.url}  {state}, {one.waiting} waiting  {','.join(one.events)}")
        if one.why_off:
            click.echo(f"   {one.why_off}")


@webhooks.command("remove")
@click.argument("endpoint", type=int)
def remove(endpoint: int) -> None:
    """Send nothing more to this endpoint."""
    with transaction():
        actions.remove_endpoint(_found(endpoint), by=BY, at=now())
    click.echo(f"Nothing more is sent to endpoint {endpoint}.")


@webhooks.command("switch-on")
@click.argument("endpoint", type=int)
def switch_on(endpoint: int) -> None:
    """After it was switched off. `replay --since` sends what it has missed."""
    with transaction():
        actions.switch_on(_found(endpoint), by=BY, at=now())
    click.echo(f"Endpoint {endpoint} is on. `portal webhooks replay --since … --endpoint {endpoint}` sends what it has missed.")


@webhooks.command("rotate-secret")
@click.argument("endpoint", type=int)
def rotate_secret(endpoint: int) -> None:
    """Make another secret. For 24 hours the one before it signs as well."""
    with transaction():
        secret = actions.rotate_secret(_found(endpoint), by=BY, at=now())
    click.echo(f"The new secret, which is shown this once: {secret}\nFor 24 hours messages carry the signatures of both.")


@webhooks.command("send-test")
@click.argument("endpoint", type=int)
def send_test(endpoint: int) -> None:
    """Send a message of the kind webhook.test, whatever the endpoint asked for."""
    try:
        with transaction():
            ref = actions.send_test(_found(endpoint), at=now())
    except actions.SwitchedOff as refusal:
        raise click.ClickException(f"{refusal} `portal webhooks switch-on {endpoint}` first.") from None
    click.echo(f"{ref} is on its way.")


@webhooks.command("replay")
@click.argument("ref", required=False)
@click.option("--since", type=click.DateTime(FORMATS), help="All that has not arrived of what was told since then, in the shop's time.")
@click.option("--endpoint", type=int, help="To this one only.")
@click.option("--all", "arrived_too", is_flag=True, help="With --since: also what has arrived.")
def replay(ref: str | None, since: datetime | None, endpoint: int | None, arrived_too: bool) -> None:
    """Send messages again: the one with this webhook-id, or those since a moment. Each keeps its webhook-id."""
    if (ref is None) is (since is None):
        raise click.UsageError("Say either which message (msg_…), or --since when.")
    which = select(Dispatch.id).join(Message, Message.id == Dispatch.message_id)
    which = which.where(Message.ref == ref) if since is None else _since(which, since, arrived_too=arrived_too)
    number, at = 0, now()
    for one in [one for one in queries.endpoints() if endpoint in (None, one.id)]:
        if one.off_at:
            click.echo(f"Endpoint {one.id} is off: `portal webhooks switch-on {one.id}` first.", err=True)
            continue
        with transaction():
            number += actions.send_again(_found(one.id), which, by=BY, at=at)
    click.echo(f"Sent again: {number}.")


@webhooks.command("events")
def events() -> None:
    """All kinds of events, with the JSON Schema of each."""
    click.echo(json.dumps({event: schema(event) for event in VOCABULARY}, indent=2))


def _since(which: Select[int], since: datetime, *, arrived_too: bool) -> Select[int]:
    """From the first message of then on, in the order in which they were written: one may tell of something that happened long before."""
    first = select(func.min(Message.id)).where(Message.at >= since.replace(tzinfo=shop().zone)).scalar_subquery()
    told = which.where(Message.id >= first)
    return told if arrived_too else told.where(Dispatch.arrived_at.is_(None))


def _found(endpoint_id: int) -> Endpoint:
    found = db.session.scalars(Endpoint.locked(endpoint_id)).one_or_none()
    if found is None:
        raise click.ClickException(f"There is no endpoint {endpoint_id}: `portal webhooks list`.")
    return found
