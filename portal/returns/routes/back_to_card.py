"""Store credit that is not spent: rather the money."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.accounts.current import current, only_themselves
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.web import one_or_404, say
from portal.returns.actions.back_to_card import put_back
from portal.returns.models import Payout, Return
from portal.returns.queries.back_to_card import all_back_to_card, back_to_card, of_customer
from portal.returns.routes.door import bp

bp.add_app_template_global(back_to_card, "back_to_card")
bp.add_app_template_global(lambda: all_back_to_card(current.customer.id), "all_back_to_card")


@bp.post("/money/<int:payout_id>/to-card")
@only_themselves
def put_back_on_card(payout_id: int) -> ResponseReturnValue:
    """Whoever taps twice is led to how it stands."""
    told = request.form.get("told", -1, type=int)
    with transaction():
        payout: Payout = one_or_404(of_customer(current.customer.id).where(Payout.id == payout_id))
        rma = db.session.get_one(Return, payout.return_id).rma
        is_under_way = put_back(payout, told, by=current.actor, at=now())
    if is_under_way:
        say(_("It goes back to your card."), _("First the credit is taken, then the money is sent. You see both here."))
    return redirect(url_for(".show", rma=rma), 303)
