"""What the portal is compared with: a Flask app that does nothing but answer 12 KB of HTML, and one that keeps webhooks and no more."""

import os

import stripe
from flask import Flask, request
from sqlalchemy import Column, MetaData, String, Table, create_engine, event, insert

from portal.kit.db import engine_for
from tests.settings import WEBHOOK_SECRET

PARAGRAPH = "<p>Your next delivery leaves on Tuesday, and can be changed until Sunday evening at eight o’clock.</p>\n"
PAGE = f"<!doctype html>\n<html lang=en><title>Bare</title>\n{PARAGRAPH * (12 * 1024 // len(PARAGRAPH.encode()))}</html>\n"

app = Flask(__name__)


@app.get("/")
def show() -> str:
    return PAGE


def hooks() -> Flask:
    """Verifies, inserts one row as durably as the portal does, and answers."""
    app = Flask(__name__)
    engine = create_engine(**engine_for(os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")))
    kept = Table("bench_event", MetaData(), Column("id", String, primary_key=True), Column("body", String))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _as_safe_as_the_portals)
    kept.create(engine, checkfirst=True)

    @app.get("/")
    def lives() -> str:
        return "yes"

    @app.post("/webhooks/stripe")
    def keep() -> tuple[str, int]:
        body = request.get_data()
        told = stripe.Webhook.construct_event(body, request.headers["Stripe-Signature"], WEBHOOK_SECRET)
        with engine.begin() as connection:
            connection.execute(insert(kept).values(id=told.id, body=body.decode()))
        return "", 204

    return app


def _as_safe_as_the_portals(connection: object, _: object) -> None:
    for setting in "busy_timeout=15000", "journal_mode=WAL", "synchronous=FULL":
        connection.execute(f"PRAGMA {setting}")  # type: ignore[attr-defined]
