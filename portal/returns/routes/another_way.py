"""Money that a bank did not take: the customer says which other way it goes."""

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.accounts.current import current, only_themselves
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.web import page, say
from portal.returns.actions import another_way
from portal.returns.money_words import difference_told, line_told, part_to
from portal.returns.queries import payouts as queries
from portal.returns.routes.door import bp

bp.add_app_template_global(queries.money_of, "money_of")
bp.add_app_template_global(line_told, "money_line_told")
bp.add_app_template_global(difference_told, "money_difference_told")
bp.add_app_template_global(part_to, "money_part_to")


@bp.get("/money/<int:payout_id>")
def ask_for_another_way(payout_id: int) -> ResponseReturnValue:
    found = queries.failed(payout_id, current.customer.id) or abort(404)
    if found.amount <= 0:
        return redirect(found.path, 303)
    return page("returns/another_way.html", failed=found, payout_id=payout_id)


@bp.post("/money/<int:payout_id>")
@only_themselves
def give_another_way(payout_id: int) -> ResponseReturnValue:
    """Whoever taps twice, or has chosen already, is led to how it stands."""
    with transaction():
        found = queries.failed(payout_id, current.customer.id) or abort(404)
        way = request.form.get("way", "")
        deed = {"credit": another_way.take_as_credit, "hand": another_way.give_by_hand}.get(way) or abort(400)
        again = deed(queries.payout(payout_id), by=current.actor, at=now())
    if again and again.by_hand:
        say(_("We write to you."), _("You have the money as soon as we know where to."))
    elif again:
        say(_("The credit is yours."), _("The next charges are paid from it first."))
    return redirect(found.path, 303)
