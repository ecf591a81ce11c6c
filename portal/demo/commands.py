"""The demo, from the command line."""

import os
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from portal.kit.clock import now
from portal.kit.db import transaction


@click.group()
def demo() -> None:
    """A shop with people in it, to try everything on this machine."""


@demo.command("run")
@click.option("--folder", type=click.Path(path_type=Path), default="instance", show_default=True, help="Where the demo keeps everything.")
@click.option("--host", default=lambda: os.environ.get("HOST", "127.0.0.1"), help="0.0.0.0 lets a phone in the same network in.")
@click.option("--port", type=int, default=lambda: int(os.environ.get("PORT", "8000")))
def run_demo(folder: Path, host: str, port: int) -> None:
    """Run all of it, until Ctrl-C: portal, worker, mailbox, and a stand-in for Stripe."""
    from portal.demo.run import run  # only here: the portal itself must start without what a demo needs

    run(folder, host, port)


@demo.command("seed")
@with_appcontext
def seed_demo() -> None:
    """Fill an empty demo: people, products, subscriptions, and a past of three months. With a key of Stripe's test mode, that account."""
    from portal.demo import past, seed

    if not current_app.config["DEMO"]:
        raise click.ClickException("This is not a demo: PORTAL_DEMO is not 1.")
    if not seed.is_empty():
        raise click.ClickException("Somebody lives here already. Delete the folder of the demo to begin anew.")
    at_stripe = seed.is_at_stripe()
    if at_stripe and "_test_" not in current_app.config["STRIPE_SECRET_KEY"]:
        raise click.ClickException("A demo has no business with real money: STRIPE_SECRET_KEY is not a key of Stripe's test mode.")
    seed.seed(in_simulations=at_stripe)
    if not at_stripe:
        with transaction():
            past.remember(at=now())
