"""What went wrong with an order, and what is done about it. So far: claims."""

from flask import Flask

from portal.returns import queries, routes


def init_app(app: Flask) -> None:
    app.register_blueprint(routes.bp)
    app.jinja_env.globals["claims_about"] = queries.claims_about
