"""How the shop goes, for leads: a page of charts, and a file for each."""

from flask import Blueprint, Response, abort, make_response, request
from flask.typing import ResponseReturnValue

from portal.accounts.current import DESK, staff_only
from portal.accounts.models import Role
from portal.kit.clock import now
from portal.kit.web import page
from portal.numbers import sections, shown
from portal.numbers.files import as_csv
from portal.numbers.periods import By, Period
from portal.numbers.queries.ledger import Ledger, ledger
from portal.numbers.tiles import tiles

bp = Blueprint("numbers", __name__, url_prefix=f"{DESK}/numbers")
bp.app_template_filter("written")(shown.written)
bp.app_template_filter("dated_day")(shown.dated)


@bp.get("")
@staff_only(Role.LEAD)
def show() -> ResponseReturnValue:
    """Names nobody: so looking at it leaves no trace."""
    period, by = _asked()
    found = _ledger(period, by)
    parts = [make(found) for make in sections.SECTIONS] if found else []
    return page("numbers/show.html", found=found, period=period, by=by, tiles=tiles(found) if found else [], sections=parts)


@bp.get("/<name>.csv")
@staff_only(Role.LEAD)
def table(name: str) -> ResponseReturnValue:
    make = sections.BY_NAME.get(name) or abort(404)
    found = _ledger(*_asked()) or abort(404)
    answer: Response = make_response(as_csv(make(found).table))
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{found.span.first}-{found.span.last}.csv"'
    return answer


def _asked() -> tuple[Period, By]:
    """What nobody offers is the usual."""
    period = request.args.get("period", "")
    found = Period(period) if period in list(Period) else Period.YEAR
    by = request.args.get("by", "")
    return found, By(by) if by in list(By) else By.WEEK if found is Period.DAYS else By.MONTH


def _ledger(period: Period, by: By) -> Ledger | None:
    return ledger(period, by, at=now())
