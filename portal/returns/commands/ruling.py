"""The shop's rules of returns, and what it decided about customers, from the command line."""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.shop import shop
from portal.returns.actions import ruling
from portal.returns.models import CustomerFlag, FlagKind, PolicyVersion
from portal.returns.policy import standard, written
from portal.returns.policy.terms import WrongPolicy
from portal.timeline import Actor

BY = Actor(system="command line")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

returns = AppGroup("returns", help="The rules of returns, and customers who are blocked or trusted.")
policy = AppGroup("policy", help="The shop's rules, in versions: an order is judged by the one of its moment.")
returns.add_command(policy)


@policy.command("show")
@click.argument("version", type=int, required=False)
@click.option("--list", "list_all", is_flag=True, help="All versions, with when each applies from, and why it was made.")
def show(version: int | None, list_all: bool) -> None:
    """Print a version as a file, or the one that counts for an order placed now. What it prints, `add` takes."""
    if list_all:
        for one in db.session.scalars(select(PolicyVersion).order_by(PolicyVersion.applies_from)):
            click.echo(f"{one.id}  from {one.applies_from:%Y-%m-%d %H:%M:%SZ}  {one.note}")
        return
    found = select(PolicyVersion).where(PolicyVersion.id == version) if version is not None else PolicyVersion.on(now())
    known = db.session.scalars(found).one_or_none()
    if known is None and version is not None:
        raise click.ClickException(f"There is no version {version}: `portal returns policy show --list`.")
    click.echo(written.as_toml(known.body) if known else standard.FILE.read_text(encoding="utf-8"), nl=False)


@policy.command("check")
@click.argument("file", type=FILE)
def check(file: Path) -> None:
    """Say what is wrong with a file, key by key. Ends with 2 if something is."""
    _body(file)
    click.echo(f"{file.name} is fit to be used: `portal returns policy add {file}`.")


@policy.command("add")
@click.argument("file", type=FILE)
@click.option(
    "--from",
    "applies_from",
    metavar="MOMENT",
    help="Since when orders are judged by it, such as 2026-12-01 or 2026-12-01T08:00. Now if left out.",
)
@click.option("--note", "why", default="", help="Why it was made, for colleagues.")
def add(file: Path, applies_from: str | None, why: str) -> None:
    """Make a file the version for orders from then on. Those placed before stay with the rules of their moment."""
    body = _body(file)
    at = now()
    begins = _moment(applies_from) if applies_from else at
    try:
        with transaction():
            made = ruling.add_policy(body, applies_from=begins, why=_line(why), by=BY, at=at)
            told = f"Version {made.id} counts for orders from {begins.astimezone(shop().zone):%Y-%m-%d %H:%M %Z} on."
    except ruling.InThePast:
        raise click.ClickException("It can't begin in the past: what was bought then stays with the rules of then.") from None
    except ruling.MomentTaken:
        raise click.ClickException("Another version begins at that very moment: `portal returns policy show --list`.") from None
    click.echo(told)


@returns.command("flag")
@click.argument("email")
@click.argument("kind", type=click.Choice([*(kind.value for kind in FlagKind), "none"]))
@click.option("--why", default="", help="For colleagues. Needed, unless the flag is ended.")
def flag(email: str, kind: str, why: str) -> None:
    """Block a customer, trust them, or end either. The law's rights stay theirs."""
    why = _line(why)
    if kind != "none" and not why:
        raise click.UsageError("Say why, for colleagues: --why “…”.")
    with transaction():
        customer = db.session.scalars(select(Customer).where(Customer.email == email.strip().lower()).with_for_update()).one_or_none()
        if customer is None:
            raise click.ClickException(f"No customer has {email}.")
        if kind == "none":
            ended = ruling.end_flag(customer, by=BY, at=now())
            told = f"{email} is neither blocked nor trusted{'' if ended else ', and was not before'}."
        else:
            ruling.flag_customer(customer, FlagKind(kind), why, by=BY, at=now())
            told = f"{email} is {kind}."
    click.echo(told)


@returns.command("flags")
def flags() -> None:
    """Who is blocked or trusted, since when, and why."""
    known = select(Customer.email, CustomerFlag.kind, CustomerFlag.at, CustomerFlag.why).join(
        Customer, Customer.id == CustomerFlag.customer_id
    )
    for email, kind, at, why in db.session.execute(known.where(CustomerFlag.ended_at.is_(None)).order_by(CustomerFlag.id)):
        click.echo(f"{email}  {kind}  since {at:%Y-%m-%d}  {why}")


def _body(file: Path) -> dict[str, object]:
    try:
        return standard.body_of(file)
    except WrongPolicy as wrong:
        click.echo(f"{file.name} can't be used:", err=True)
        for problem in wrong.problems:
            click.echo(f"- {problem}", err=True)
        raise click.exceptions.Exit(2) from None


def _line(given: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in given).split())


def _moment(given: str) -> datetime:
    """By the shop's clock, unless it names its zone."""
    try:
        told = datetime.fromisoformat(given)
    except ValueError:
        raise click.BadParameter(f"{given} is no moment, such as 2026-12-01T08:00.", param_hint="--from") from None
    return (told if told.tzinfo else told.replace(tzinfo=shop().zone)).astimezone(UTC)
