"""Keys of the shop's systems, from the command line."""

import click
from flask.cli import AppGroup
from sqlalchemy import or_, select

from portal.api import actions
from portal.api.models import ApiKey, Scope
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.timeline import Actor

BY = Actor(system="command line")
LONGEST = 60

api_key = AppGroup("api-key", help="Keys with which the shop's own systems use the API.")


def _scopes(_context: click.Context, _option: click.Parameter, given: str) -> list[Scope]:
    wanted = [word.strip() for word in given.split(",")]
    if unknown := [word for word in wanted if word not in list(Scope)]:
        raise click.BadParameter(f"{', '.join(unknown)}: it takes {', '.join(Scope)}.")
    return [Scope(word) for word in wanted]


@api_key.command("add")
@click.argument("name")
@click.option("--scopes", required=True, callback=_scopes, help=f"With commas between: {', '.join(Scope)}.")
def add(name: str, scopes: list[Scope]) -> None:
    """Make a key for a system, such as "warehouse". It is shown once, and nobody can find it out later."""
    if not name.isprintable() or not 1 <= len(name.strip()) <= LONGEST:
        raise click.BadParameter(f"A name has 1 to {LONGEST} characters that can be printed.")
    try:
        with transaction():
            key = actions.add_key(name.strip(), scopes, by=BY, at=now())
    except actions.NameTaken:
        raise click.ClickException(f"There is a key called {name.strip()} already, or was: `portal api-key list`.") from None
    click.echo(key)


@api_key.command("list")
def list_all() -> None:
    """Each key by its beginning, with what it may and when it was last used, to the hour."""
    for key in db.session.scalars(select(ApiKey).order_by(ApiKey.id)):
        used = f"last used {key.last_used_at:%Y-%m-%d %H}h" if key.last_used_at else "never used"
        state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else used
        click.echo(f"{key.prefix}…  {key.name}  {','.join(key.scopes)}  {state}")


@api_key.command("revoke")
@click.argument("key")
def revoke(key: str) -> None:
    """Refuse a key from now on, by its name or its beginning."""
    with transaction():
        query = select(ApiKey).where(or_(ApiKey.name == key, ApiKey.prefix == key.removesuffix("…"))).with_for_update()
        found = db.session.scalars(query).first()
        if found is None:
            raise click.ClickException(f"No key is called {key}: `portal api-key list`.")
        actions.revoke_key(found, by=BY, at=now())
        told = f"{found.prefix}… ({found.name}) is refused from now on."
    click.echo(told)
