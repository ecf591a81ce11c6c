"""The history, from the command line: `portal audit`."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import func, select

from portal.kit.clock import now
from portal.kit.db import db, transaction, view
from portal.timeline import anchors
from portal.timeline.anchors import Anchor
from portal.timeline.checking import BEGINNING, Place, keep_check, place_of, walk
from portal.timeline.models import Check, Entry

SLICE = 50_000
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

audit = AppGroup("audit", help="Who did what, and whether it is as it was written.")


@audit.command("verify")
@click.option(
    "--since", metavar="ENTRY", help="Only what came after this entry, which has an anchor; or after the last one that was whole: last."
)
@click.option("--anchors", "files", type=FILE, multiple=True, help="More files with anchors, such as the worker's log of last year.")
def verify(since: str | None, files: tuple[Path, ...]) -> None:
    """Whether the history is as it was written, by its chain and by all anchors. Exits with 1 if not.

    One that was interrupted goes on with `--since last`.
    """
    known = _anchors(files)
    with view():
        place = _place(since, known)
        total = db.session.scalar(select(func.max(Entry.id))) or 0
    began, check_id, entries = now(), None, 0
    while True:
        walked = walk(known, since=place, most=SLICE)
        with transaction():
            check = db.session.get(Check, check_id) if check_id else Check(began_at=began, at=began, since=place.entry or 0)
            assert check is not None  # noqa: S101 (it was written a moment ago)
            db.session.add(check)
            keep_check(check, walked, at=now())
            db.session.flush()
            check_id, entries = check.id, check.entries
        place = walked.place
        if walked.is_done or walked.problem:
            break
        click.echo(f"{entries} entries are whole, up to {place} of {total} …", err=True)
    whole = f"The history is whole: {entries} entries, up to {place}, and {len(known)} anchors."
    click.echo(walked.problem or whole)
    sys.exit(1 if walked.problem else 0)


@audit.command("anchor")
def anchor() -> None:
    """Write down, signed and outside the database, which entry is the newest; and print it, to be kept elsewhere too."""
    with view():
        found = anchors.newest(at=now())
    if found is None:
        raise click.ClickException("The history has no entry yet.")
    try:
        click.echo(anchors.keep(found))
    except OSError as error:
        raise click.ClickException(f"AUDIT_ANCHOR, {anchors.path()}, can't be written: {error.strerror}.") from None


def _anchors(files: tuple[Path, ...]) -> tuple[Anchor, ...]:
    found = [anchors.kept()]
    for file in files:
        with file.open(encoding="utf-8", errors="replace") as lines:
            found.append(anchors.read(lines))
    if others := sum(one.others for one in found):
        click.echo(
            f"{others} anchors are not signed by SECRET_KEY, so they prove nothing: its old values can stand in SECRET_KEY too.", err=True
        )
    return tuple(sorted({anchor for one in found for anchor in one.signed}, key=lambda anchor: (anchor.entry, anchor.at)))


def _place(since: str | None, known: tuple[Anchor, ...]) -> Place:
    if since is None:
        return BEGINNING
    if since == "last":
        check = db.session.scalars(Check.reached()).one_or_none()
        return place_of(check) if check else BEGINNING
    anchored = next((anchor for anchor in known if str(anchor.entry) == since), None)
    if anchored is None:
        raise click.BadParameter(f"{since} has no anchor: the entries that have one stand in {anchors.path()}.", param_hint="--since")
    return Place(anchored.entry, anchored.hash)
