"""The desk: where the shop's people find a customer, and see how things stand with them."""

from secrets import token_urlsafe

from flask import Flask

from portal.accounts import on_desk
from portal.kit.clock import now
from portal.support import routes
from portal.support import tasks as tasks
from portal.support.routes.door import why_not
from portal.tasks.queries import mine, remembered, vips

on_desk(why_not)


def init_app(app: Flask) -> None:
    app.register_blueprint(routes.bp)
    app.jinja_env.globals.update(
        known_of=remembered, tasks_of=lambda staff_id: mine(staff_id, at=now()), vips=vips, fresh_draft=lambda: token_urlsafe(24)
    )
    app.register_blueprint(routes.visits_bp)
