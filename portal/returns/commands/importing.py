"""Brings returns in that were made elsewhere, from the command line."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from tqdm import tqdm

from portal.kit.cells import Bad
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.shop import shop
from portal.kit.tables import Row, Unusable, open_table
from portal.returns.files import Columns, Known, ReadItem, columns_of
from portal.returns.landing import Landed, land

BATCH = 50
"""Returns in one transaction: what a crash costs, and for how long others wait for us."""


class Rehearsed(Exception):
    """Nothing of it is to be kept."""


@click.command("returns")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Write nothing, and say what would happen.")
@click.option("--demo-addresses", is_flag=True, help="In a demo: customers who have only a number are those that `import orders` made up.")
@click.pass_context
@with_appcontext
def import_returns(context: click.Context, file: Path, dry_run: bool, demo_addresses: bool) -> None:
    """Bring in the closed returns of a CSV file, for orders that are here. It can be repeated, and changes nothing then.

    Ends with 0 when every row has landed, 1 when some were left out, 2 when the file can't be used. docs/import-returns.md says more.
    """
    known = Known(now(), shop().zone, demo_addresses and current_app.config["DEMO"])
    try:
        table = open_table(file)
        columns = columns_of(table, known)
    except Unusable as unusable:
        click.echo(str(unusable), err=True)
        context.exit(2)
    returns, refused = _read(table.rows(), columns, known)
    batches = [returns] if dry_run else [returns[first : first + BATCH] for first in range(0, len(returns), BATCH)]
    landed = Landed()
    with tqdm(total=len(returns), unit=" returns", disable=None, leave=False) as bar:
        for batch in batches:
            landed.add(_rehearse(batch) if dry_run else _land(batch))
            bar.update(len(batch))
    for line, why in sorted([*refused, *((row.line, why) for row, why in landed.left_out)]):
        click.echo(f"Line {line}: {why}.")
    for row, what in landed.told:
        click.echo(f"Line {row.line} landed: {what}.")
    click.echo(f"{table.path.name}: {table.told}, layout “{columns.name}”.")
    left_out = len(landed.left_out) + len(refused)
    click.echo(f"Rows: {landed.new:,} new, {landed.same:,} of returns that are known, {left_out:,} left out.")
    if dry_run:
        click.echo("Nothing was written: this was a dry run.")
    context.exit(1 if left_out else 0)


def _land(batch: Sequence[Sequence[ReadItem]]) -> Landed:
    with transaction():
        return land(batch)


def _rehearse(returns: Sequence[Sequence[ReadItem]]) -> Landed:
    """The same, and then nothing of it is kept."""
    with suppress(Rehearsed), transaction():
        landed = land(returns)
        raise Rehearsed
    return landed


def _read(rows: Iterable[Row], columns: Columns, known: Known) -> tuple[list[list[ReadItem]], list[tuple[int, str]]]:
    """Returns with their rows, oldest first, and what is wrong with the other rows."""
    returns, refused = defaultdict[str, list[ReadItem]](list), list[tuple[int, str]]()
    for row in rows:
        try:
            if row.broken:
                raise Bad(row.broken)
            item = columns.read(row.first, row.values, known)
        except Bad as bad:
            refused.append((row.first, str(bad)))
        else:
            returns[item.number].append(item)
    return sorted(returns.values(), key=lambda rows: (rows[0].returned_at, rows[0].number)), refused
