"""The demo: a shop with people in it, a mailbox, and a clock that can be moved."""

from pathlib import Path

from flask import Flask

from portal.demo import routes


def init_app(app: Flask) -> None:
    app.config.setdefault("MAILBOX_FOLDER", Path(app.config.get("DEMO_FOLDER") or "instance") / "mailbox")
    app.register_blueprint(routes.bp)
