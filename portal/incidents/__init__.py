"""Incidents: something went wrong for some customers, and exactly those are told on their pages.

Whom one concerns is kept as rows: docs/decisions/incidents.md says why.
"""

from flask import Flask

from portal.incidents import sync as sync
from portal.incidents.routes import bp, shown


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals["incidents"] = shown
