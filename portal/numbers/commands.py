"""The numbers, from the command line."""

import click
from flask.cli import AppGroup

from portal.kit.clock import now
from portal.kit.db import transaction, view
from portal.kit.shop import shop
from portal.numbers.actions import forget_before, keep_month, keep_pauses, now_counted_until
from portal.numbers.periods import DAY, Span, months
from portal.numbers.queries import count_days, first_day, paused_by_day

numbers = AppGroup("numbers", help="How the shop goes.")


@numbers.command("rebuild")
def rebuild() -> None:
    """Count all days until yesterday anew, now, as happens each night."""
    at, zone = now(), shop().zone
    with view():
        first, last = first_day(zone), at.astimezone(zone).date() - DAY
    if first is None or first > last:
        click.echo("There is nothing to count yet.")
        return
    with view():
        levels = paused_by_day(Span(first, last), zone, at=at)
    with transaction():
        keep_pauses(levels)
        forget_before(first)
    found = months(first, last)
    for month in found:
        with view():
            counts = count_days(month, zone)
        with transaction():
            keep_month(month, counts, last=last)
            if month is found[-1]:
                now_counted_until(last)
    click.echo(f"Counted {(last - first).days + 1} days, from {first} to {last}.")
