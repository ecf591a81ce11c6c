"""What went wrong with an order, or is not wanted any more, and what is done about it."""

from flask import Flask

from portal.kit.clock import now
from portal.kit.shop import shop
from portal.orders import CARRIER_NAMES
from portal.returns import following as following
from portal.returns import sentences
from portal.returns import suggested as suggested
from portal.returns import sync as sync
from portal.returns.links import withdrawal_of as withdrawal_of
from portal.returns.locks import hold_claim as hold_claim
from portal.returns.locks import hold_return as hold_return
from portal.returns.policy.promises import looked_at_by as looked_at_by
from portal.returns.policy.ways import windows
from portal.returns.queries import way_back
from portal.returns.queries.claims import claims_about
from portal.returns.queries.exchanges import exchanges_about
from portal.returns.queries.passport import returns_about
from portal.returns.queries.suggestions import held_for, suggestions_for
from portal.returns.routes import bp, withdrawals_bp
from portal.returns.sentences import acceptance_told as acceptance_told
from portal.returns.sentences import decline_told as decline_told
from portal.returns.sentences import fault_told as fault_told
from portal.returns.sentences import finding_told as finding_told
from portal.returns.sentences import outcome_told as outcome_told
from portal.returns.sentences import reason_told as reason_told
from portal.returns.sentences import reception_told as reception_told
from portal.returns.sentences import review_told as review_told
from portal.returns.sentences import said as said
from portal.returns.sentences import status_told as status_told
from portal.returns.sentences import way_told as way_told
from portal.returns.slip import place_of

TOLD = (
    sentences.acceptance_told, sentences.began_told, sentences.decline_told, sentences.fault_told, sentences.finding_told,
    sentences.outcome_told, sentences.reason_told, sentences.reception_told, sentences.review_told, sentences.status_told,
    sentences.way_told,
)  # fmt: skip
"""By which the desk's pages say how a return stands."""


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(withdrawals_bp)
    app.jinja_env.globals["claims_about"] = claims_about
    app.jinja_env.globals.update({told.__name__: told for told in TOLD})
    app.jinja_env.globals.update(exchanges_about=exchanges_about, held_for=held_for, suggestions_for=suggestions_for)
    app.jinja_env.globals["returns_about"] = returns_about
    app.jinja_env.globals |= {
        "way_back": lambda return_id: way_back.way_back(return_id, at=now()),
        "ways_of": way_back.ways_of,
        "pick_up_windows": lambda: windows(shop(), at=now()),
        "returns_go_to": lambda: place_of(shop()),
        "carrier_names": CARRIER_NAMES,
    }
    for write in sentences.verdict_told, sentences.still_told, sentences.outcome_told, sentences.way_told, sentences.said:
        app.jinja_env.globals[write.__name__] = write
