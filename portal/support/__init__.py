"""The desk: where the shop's people find a customer, and see how things stand with them."""

from flask import Flask

from portal.returns import sentences
from portal.support import routes

WORDS = (
    sentences.acceptance_told, sentences.decline_told, sentences.fault_told, sentences.finding_told, sentences.outcome_told,
    sentences.reason_told, sentences.reception_told, sentences.review_told, sentences.status_told, sentences.way_told,
)  # fmt: skip
"""By which its pages say how a return stands."""


def init_app(app: Flask) -> None:
    app.register_blueprint(routes.bp)
    app.jinja_env.globals.update({sentence.__name__: sentence for sentence in WORDS})
