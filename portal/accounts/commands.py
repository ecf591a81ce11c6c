"""Who works here, from the command line."""

import click
from flask.cli import AppGroup
from sqlalchemy import exists, select

from portal.accounts import actions, forms
from portal.accounts.models import AuthenticatorApp, Passkey, Role, Staff
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.timeline import Actor

BY = Actor(system="command line")
ROLES = click.Choice([role.value for role in Role])

staff = AppGroup("staff", help="Who works here, and with which rights.")


@staff.command("add")
@click.argument("email")
@click.option("--role", type=ROLES, required=True, help="agent sees customers, lead also who looked at whom, admin also who works here.")
@click.option("--name", default="", help="What colleagues and customers read. Without one, the beginning of the address.")
def add(email: str, role: str, name: str) -> None:
    """Let somebody in. They get a mail; at the first sign-in they set up their second step."""
    address = forms.address(email)
    if address is None:
        raise click.BadParameter(f"{email} is no e-mail address.")
    with transaction():
        added = actions.add_staff(address, name=forms.plain(name) or address.partition("@")[0], role=Role(role), by=BY, at=now())
    if added is None:
        raise click.ClickException(f"{address} is staff already: `portal staff list`, `portal staff role`, `portal staff enable`.")
    click.echo(f"{address} is in as {role}. A mail says where to sign in.")


@staff.command("list")
def list_all() -> None:
    """Everybody, with those who were shut out."""
    second = exists().where(AuthenticatorApp.staff_id == Staff.id) | exists().where(Passkey.staff_id == Staff.id)
    for one, has_second in db.session.execute(select(Staff, second).order_by(Staff.email)):
        state = "shut out" if one.is_shut_out else "stopped" if one.is_stopped else "ready" if has_second else "has not signed in yet"
        click.echo(f"{one.email}  {one.name}  {one.role.value}  {state}")


@staff.command("role")
@click.argument("email")
@click.argument("role", type=ROLES)
def give_role(email: str, role: str) -> None:
    """Give somebody another role. It counts from the next page that they open."""
    with transaction():
        actions.give_role(_found(email), Role(role), by=BY, at=now())
    click.echo(f"{email} is {role}.")


@staff.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Shut somebody out, at once and everywhere. What they did stays in the history."""
    with transaction():
        actions.shut_out(_found(email), by=BY, at=now())
    click.echo(f"{email} is out.")


@staff.command("enable")
@click.argument("email")
def enable(email: str) -> None:
    """Let somebody in again who was shut out."""
    with transaction():
        actions.let_in_again(_found(email), by=BY, at=now())
    click.echo(f"{email} can sign in.")


@staff.command("reset-second-step")
@click.argument("email")
def reset_second_step(email: str) -> None:
    """For whoever lost phone and recovery codes, or tried wrong ones too often. Make sure first that it is them who ask."""
    with transaction():
        actions.reset_second_step(_found(email), by=BY, at=now())
    click.echo(f"{email} sets up another second step at the next sign-in. Wherever they were signed in, they are out.")


def _found(email: str) -> Staff:
    address = forms.address(email) or email
    found = db.session.scalars(Staff.by_email(address).with_for_update(key_share=True)).one_or_none()
    if found is None:
        raise click.ClickException(f"Nobody here has {email}: `portal staff list`.")
    return found
