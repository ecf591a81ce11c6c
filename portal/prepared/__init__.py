"""Prepared changes: staff draft a change on the customer's own pages, and the customer approves the difference with one tap.

No deed is written twice for it: docs/decisions/prepared-changes.md says how.
"""

from flask import Flask

from portal import timeline
from portal.accounts import STANDS_ELSEWHERE, on_prepare
from portal.prepared import customers as customers
from portal.prepared import tasks as tasks
from portal.prepared import what
from portal.prepared.routes import anew, approving, bp, desk_bp, trying
from portal.prepared.routes.anew import again_for as again_for
from portal.prepared.routes.sent import SUGGESTION
from portal.prepared.telling import both as both
from portal.prepared.telling import change_told as change_told
from portal.prepared.telling import details as details
from portal.prepared.telling import offers as offers
from portal.prepared.telling import pictures as pictures
from portal.prepared.telling import reads as reads
from portal.prepared.telling import tells as tells
from portal.prepared.telling import where as where
from portal.prepared.telling import words as words

on_prepare(trying.begin, what.why_not)
STANDS_ELSEWHERE.add(SUGGESTION)
timeline.on_entry(trying.hear)
timeline.on_entry(approving.hear)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(desk_bp)
    app.before_request(approving.begin)
    app.before_request(anew.fill_in)
    app.after_request(approving.settle)
    app.after_request(trying.settle)
