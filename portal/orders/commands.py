"""Brings orders in from a file, from the command line."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Never

import click
from flask import current_app
from flask.cli import AppGroup
from tqdm import tqdm

from portal.kit import cells
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.shop import shop
from portal.kit.tables import Table, Unusable, open_table
from portal.orders import landing
from portal.orders.layouts import LAYOUTS, Known, Layout, layout_of
from portal.orders.reading import Held, LeftOut, ReadOrder, orders

BATCH = 200
"""Orders in one transaction: what a crash costs, and for how long others wait for us."""
BATCH_LINES = 5_000

imports = AppGroup("import", help="Bring in what the shop has so far.")


@dataclass
class Tally:
    new: int = 0
    same: int = 0
    differing: int = 0
    rows: int = 0
    refused: int = 0
    held: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    """Orders that never came to be, by why."""


@imports.command("orders")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Write nothing, and say what would happen.")
@click.option("--layout", "wanted", type=click.Choice(["auto", *LAYOUTS]), default="auto", show_default=True, help="Which column is what.")
@click.option("--currency", metavar="CODE", help="The currency of rows that name none, such as GBP.")
@click.option("--demo-addresses", is_flag=True, help="In a demo: make addresses up for customers who have only a number.")
@click.pass_context
def import_orders(context: click.Context, file: Path, dry_run: bool, wanted: str, currency: str | None, demo_addresses: bool) -> None:
    """Bring in the orders of a CSV file. It can be repeated, and goes on where it was stopped.

    Ends with 0 when every row has landed, 1 when some were refused, 2 when the file can't be used. docs/import-orders.md says more.
    """
    try:
        table, layout, known = _look_at(file, wanted, currency, demo_addresses)
    except Unusable as unusable:
        click.echo(str(unusable), err=True)
        context.exit(2)
    tally = Tally()
    with tqdm(total=table.lines, unit=" lines", disable=None, leave=False) as bar:
        for batch in _batches(_good(orders(table, layout, known, lambda line: bar.update(line - bar.n)), tally, bar)):
            landed = _compare(batch) if dry_run else _land(batch)
            tally.new += landed.new
            tally.same += landed.same
            tally.differing += len(landed.differing)
            for order, what in landed.differing:
                bar.write(f"Order {order.number} ({_lines(order.rows)}) is known, with another {what}. It stays as it is.")
    _sum_up(table, layout, tally, dry_run)
    context.exit(1 if tally.refused or tally.held or tally.differing else 0)


def _look_at(file: Path, wanted: str, currency: str | None, demo_addresses: bool) -> tuple[Table, Layout, Known]:
    if demo_addresses and not current_app.config["DEMO"]:
        raise Unusable("--demo-addresses makes addresses up, which is for a demo only (PORTAL_DEMO=1). These are real customers.")
    try:
        code = cells.currency(currency) if currency else None
    except cells.Bad as bad:
        raise Unusable(f"--currency: {bad}.") from None
    known = Known(now(), shop().zone, code, demo_addresses)
    table = open_table(file)
    return table, layout_of(table, wanted, known), known


def _good(found: Iterable[ReadOrder | Held | LeftOut], tally: Tally, bar: "tqdm[Never]") -> Iterator[ReadOrder]:
    """The orders that can land; what is wrong with the others is said."""
    for one in found:
        if isinstance(one, ReadOrder):
            tally.rows += len(one.rows)
            yield one
            continue
        if isinstance(one, LeftOut):
            tally.rows += len(one.rows)
            tally.left_out[one.why] += 1
            continue
        tally.rows += len(one.bad) + len(one.good)
        tally.refused += len(one.bad)
        tally.held += len(one.good)
        for line, why in one.bad:
            bar.write(f"Line {line}{f', order {one.number}' if one.number else ''}: {why}.")
        if one.why:
            bar.write(f"Order {one.number} ({_lines(one.good + [line for line, _ in one.bad])}) is held back: {one.why}.")
        elif one.good:
            bar.write(f"Order {one.number} is held back with that, {_lines(one.good)} too: without all its rows it would be a wrong order.")


def _batches(found: Iterable[ReadOrder]) -> Iterator[list[ReadOrder]]:
    batch: list[ReadOrder] = []
    lines = 0
    for order in found:
        batch.append(order)
        lines += len(order.settled.lines)
        if len(batch) == BATCH or lines >= BATCH_LINES:
            yield batch
            batch, lines = [], 0
    if batch:
        yield batch


def _land(batch: list[ReadOrder]) -> landing.Landed:
    with transaction():
        return landing.land(batch)


def _compare(batch: list[ReadOrder]) -> landing.Landed:
    landed = landing.compare(batch)
    db.session.rollback()  # look again next time, and keep nobody waiting meanwhile
    return landed


def _lines(numbers: Iterable[int]) -> str:
    """`line 3`, or `lines 3–5, 9`."""
    found = sorted(numbers)
    runs = [[line for _, line in run] for _, run in groupby(enumerate(found), lambda pair: pair[1] - pair[0])]
    told = ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return f"line{'s' if len(found) > 1 else ''} {told}"


def _sum_up(table: Table, layout: Layout, tally: Tally, dry_run: bool) -> None:
    click.echo(f"{table.path.name}: {table.told}, layout “{layout.name}”.")
    if unused := [name for name in table.columns if name and name not in layout.columns]:
        click.echo(f"Not used: {', '.join(unused)}.")
    click.echo(f"Orders: {tally.new:,} new, {tally.same:,} known and the same, {tally.differing:,} known with other content.")
    click.echo(f"Rows: {tally.rows:,} read, {tally.refused:,} refused, {tally.held:,} held back with them.")
    if tally.left_out:
        click.echo(f"Left out, because they were no orders in the end: {', '.join(f'{n:,} {why}' for why, n in tally.left_out.items())}.")
    if dry_run:
        click.echo("Nothing was written: this was a dry run.")
