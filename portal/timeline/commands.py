"""The history, from the command line: `portal audit`."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import func, select

from portal.kit.clock import now
from portal.kit.db import db, transaction, view
from portal.timeline import anchors, tally
from portal.timeline.anchors import Anchor
from portal.timeline.checking import BEGINNING, Place, keep_check, place_of, walk_and_count
from portal.timeline.models import Actor, Check, Entry

SLICE = 50_000
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

audit = AppGroup("audit", help="Who did what, and whether it is as it was written.")


@audit.command("verify")
@click.option(
    "--since", metavar="ENTRY", help="Only what came after this entry, which has an anchor; or after the last one that was whole: last."
)
@click.option("--anchors", "files", type=FILE, multiple=True, help="More files with anchors, such as the worker's log of last year.")
def verify(since: str | None, files: tuple[Path, ...]) -> None:
    """Whether the history is as it was written, by its chain and by all anchors that were made. Exits with 1 if not.

    One that was interrupted goes on with `--since last`.
    """
    known = _anchors(files)
    with view():
        place = _place(since, known)
        total = db.session.scalar(select(func.max(Entry.id))) or 0
    began, check_id, entries = now(), None, 0
    while True:
        walked = walk_and_count(known, since=place, most=SLICE)
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
    click.echo(f"{walked.problem.sentence}\n{walked.problem.advice}" if walked.problem else whole)
    sys.exit(1 if walked.problem else 0)


@audit.command("anchor")
def anchor() -> None:
    """Write down, signed and outside the database, which entry is the newest; and print it, to be kept elsewhere too."""
    _keep_anchor()


@audit.command("begin-anew")
@click.option("--why", required=True, help="For whoever reads the history: which backup was restored, or how the anchors came to be gone.")
def begin_anew(why: str) -> None:
    """Anchors count from now on: after a backup was restored, or when those that were made are gone for good.

    The file with the old ones is put aside, and the history tells who did this, and why.
    """
    with transaction():
        aside = tally.begin_anew(why, by=Actor(system="command line"), at=now())
    try:
        if anchors.path().exists():
            anchors.path().rename(aside)
            click.echo(f"The old anchors are in {aside}.", err=True)
    except OSError as error:
        raise click.ClickException(f"{anchors.path()} can't be put aside as {aside}: {error.strerror}.") from None
    _keep_anchor()


def _keep_anchor() -> None:
    at = now()
    with view():
        found = anchors.newest(at=at)
    if found is None:
        raise click.ClickException("The history has no entry yet.")
    try:
        kept = anchors.keep(found)
    except OSError as error:
        raise click.ClickException(f"AUDIT_ANCHOR, {anchors.path()}, can't be written: {error.strerror}.") from None
    with transaction():
        tally.count(is_new=kept.is_new, at=at)
    click.echo(kept.line)


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
