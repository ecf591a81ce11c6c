"""What went wrong with an order, or is not wanted any more, and what is done about it."""

from flask import Flask

from portal.returns import sync as sync
from portal.returns.actions import another_way as another_way
from portal.returns.money_words import difference_told, line_told, part_to
from portal.returns.queries.claims import claims_about
from portal.returns.queries.payouts import money_of
from portal.returns.routes import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals["claims_about"] = claims_about
    app.jinja_env.globals["money_of"] = money_of
    app.jinja_env.globals["money_line_told"] = line_told
    app.jinja_env.globals["money_difference_told"] = difference_told
    app.jinja_env.globals["money_part_to"] = part_to
