"""What was typed into a form that could not be taken, because its page was older than the sign-in, or than a view of staff: it comes back
with the form."""

import json
import zlib
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Response, current_app, g, request, session
from flask_babel import gettext as _
from werkzeug.datastructures import ImmutableMultiDict

from portal.accounts.models import Mode
from portal.kit import i18n, web

KEPT = "unsent"
"""Where in this browser's own cookie. In no address, and not with us: docs/decisions/what-was-typed.md."""
FOR = timedelta(hours=1)
STANDS_ELSEWHERE: set[str] = set()
"""Fields by which a form says that it stands, filled in, on a page that is not its own: from there it is sent again."""
LARGEST = 1800
"""Bytes, as the cookie packs it: browsers take 4096 for all of a cookie. More than our longest form holds."""


def keep(*, customer_id: int | None, at: datetime) -> str:
    """Answers the page on which the form stands. `customer_id` is who filled it in, if that is known: nobody else gets to see it."""
    if not STANDS_ELSEWHERE.isdisjoint(request.form):
        session.pop(KEPT, None)
        return web.came_from()
    typed = [[name, value] for name, value in request.form.items(multi=True) if name != "csrf_token" and "\x00" not in value]
    if len(zlib.compress(json.dumps(typed).encode())) > LARGEST:
        typed = []
    to = _page_of_the_form()
    session[KEPT] = {"to": to, "typed": typed, "by": customer_id, "until": (at + FOR).timestamp()}
    return to


def keep_for_next_view(*, customer_id: int, at: datetime) -> bool:
    """What staff typed into a customer's form when their view was over. Whether there was anything."""
    keep(customer_id=customer_id, at=at)
    if not session.get(KEPT, {}).get("typed"):
        session.pop(KEPT, None)
    return KEPT in session


def page_left(customer_id: int, *, at: datetime) -> str | None:
    """On which that form stands, if there is one of this customer's."""
    kept = session.get(KEPT)
    if kept is None or kept["by"] != customer_id or kept["until"] < at.timestamp():
        return None
    return str(kept["to"])


def bring_back(*, customer_id: int, mode: Mode | None, at: datetime) -> None:
    """To the page of that form: as if it had been asked for with what was typed, which is how our pages begin filled in. `mode` is that of
    a view of staff: while they only look, it stays."""
    kept = session.get(KEPT)
    if kept is None or request.method != "GET" or urlsplit(kept["to"]).path != request.path:
        return
    if kept["by"] not in (None, customer_id) or kept["until"] < at.timestamp():
        del session[KEPT]
        return
    begin_with(kept["typed"])
    g.unsent_stays = mode is Mode.LOOK
    if not kept.get("is_told"):
        _say(mode)
        session[KEPT] = {**kept, "is_told": True}


def begin_with(typed: list[list[str]]) -> None:
    """As if this page had been asked for with that."""
    pairs = [(name, value) for name, value in typed]
    g.unsent = dict(pairs)
    request.args = ImmutableMultiDict([*pairs, *request.args.items(multi=True)])


def forget_once_shown(answer: Response) -> Response:
    """Not yet, if htmx is only told which page to go to."""
    if "unsent" in g and not g.get("unsent_stays") and not {"HX-Redirect", "HX-Refresh"} & set(answer.headers.keys()):
        session.pop(KEPT, None)
    return answer


def typed_before() -> dict[str, str]:
    """What was brought back to this page, for one that does not begin filled in by its address."""
    typed: dict[str, str] = g.get("unsent", {})
    return typed


def _say(mode: Mode | None) -> None:
    if mode is None:
        more = _("You were away for long. What you typed or chose is still here: look it over, and send it.")
        web.say(_("Not sent yet."), more, tone="warn")
        return
    with i18n.speaking(None, None):
        more = _("Your view had ended. What you typed or chose is still here: choose “Act for them”, look it over, and send it.")
        web.say(_("Not sent yet."), more, tone="warn")


def _page_of_the_form() -> str:
    """Most are sent to their own page; a button may stand on another."""
    adapter = current_app.create_url_adapter(request)
    return request.path if adapter and adapter.test(request.path, "GET") else web.came_from()
