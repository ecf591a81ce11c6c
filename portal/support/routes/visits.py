"""Who looked at my account: every visit of the shop's people, for its owner to read."""

from datetime import date

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.accounts.current import current, signed_in
from portal.kit import i18n
from portal.kit.clock import now
from portal.kit.web import page
from portal.support.queries import visits as queries
from portal.support.sentences import done_told, role_words, task_told

visits_bp = Blueprint("visits", __name__, url_prefix="/account/visits")
visits_bp.before_request(signed_in)
visits_bp.add_app_template_global(done_told, "done_told")
visits_bp.add_app_template_global(role_words, "role_words")
visits_bp.add_app_template_global(task_told, "task_told")


@visits_bp.get("")
def index() -> ResponseReturnValue:
    found = queries.visits(current.customer.id, zone=i18n.time_zone(), at=now(), before=_day(request.args.get("before", "")))
    return page("support/visits.html", found=found, is_first="before" not in request.args)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
