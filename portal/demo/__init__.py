"""The demo: a shop with people in it, a mailbox, and a clock that can be moved. Nothing of it exists outside demo mode."""

from pathlib import Path

from flask import Flask

from portal.demo import routes
from portal.kit import clock


def init_app(app: Flask) -> None:
    app.config.setdefault("MAILBOX_FOLDER", Path(app.config["DEMO_FOLDER"] or "instance") / "mailbox")
    app.register_blueprint(routes.bp)
    if folder := app.config["DEMO_FOLDER"]:
        clock.follow(Path(folder) / "clock")
