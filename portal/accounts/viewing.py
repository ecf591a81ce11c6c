"""What a member of staff may do while they see a customer's pages: look, then act, and never what only the customer decides. At the desk,
not all of them may do everything for everybody either."""

from collections.abc import Callable, Mapping
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from portal import outbox
from portal.accounts import unsent
from portal.accounts.actions import impersonating
from portal.accounts.current import DESK, SignedIn, current, go_on, is_desks, signed_in
from portal.accounts.models import Ended, Mode
from portal.kit import i18n, web
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.errors import SaysWhy
from portal.notifications.actions import HELPER, NOBODY, Helper

Preparer = Callable[[], None]
WhyNot = Callable[[str], str]
WhyNotAtDesk = Callable[[str, Mapping[str, Any]], str]

SAFE = {"GET", "HEAD", "OPTIONS"}
ALWAYS = {"door.sign_out", "static"}
"""Endpoints that a view stops nobody from."""
ALSO_THEIRS = {"photos.add", "photos.remove"}
"""Deeds of a customer's that do not lie in a blueprint of theirs: what a form of theirs sends."""
PREPARERS: list[tuple[Preparer, WhyNot]] = []
AT_DESK: list[WhyNotAtDesk] = []


def init_app(app: Flask) -> None:
    app.before_request(check)
    app.teardown_request(_forget)
    app.jinja_env.globals.update(watch=watch, closed=closed, closed_link=closed_link)


def on_prepare(prepare: Preparer, why_not: WhyNot) -> None:
    """Call `prepare` before what is sent while a change is only prepared: it sees to it that nothing is done. `why_not` says of an
    endpoint why what is sent there can't be prepared, if so; its form is closed from the beginning."""
    PREPARERS.append((prepare, why_not))


def on_desk(why_not: WhyNotAtDesk) -> None:
    """Let it say of an endpoint of the desk, and of what an address of it names, why whoever asks may do nothing there, if so."""
    AT_DESK.append(why_not)


class NotNow(SaysWhy):
    """This member of staff does not do this, for this customer, or not while they see these pages."""


def check() -> ResponseReturnValue | None:
    """Before each request, after it is known who asks and that a page of ours sent it."""
    user = current.signed_in
    outbox.asked_by(outbox.Asker(user.actor.customer_id, user.actor.staff_id) if user else outbox.NOBODY)
    if user is None or user.staff is None or request.endpoint is None or request.endpoint in ALWAYS:
        return None
    if user.over:
        return _tell_that_it_is_over(user, user.over)
    if is_desks(request.endpoint):
        if request.method not in SAFE and (why := _why_not_at_desk(request.endpoint, request.view_args or {})):
            raise NotNow(why)
        return None
    if user.impersonation is None:
        return None
    if why := _why_not(request.endpoint, request.method, user.impersonation.mode):
        raise NotNow(why)
    if user.impersonation.mode is Mode.PREPARE:
        for prepare, _why in PREPARERS:
            prepare()
    HELPER.set(Helper(done_by=user.staff.name or user.staff.email))
    return None


def _forget(_: BaseException | None) -> None:
    """What this thread does next is done by somebody else."""
    outbox.asked_by(outbox.NOBODY)
    HELPER.set(NOBODY)


def watch() -> Markup:
    """The banner of whoever views a customer's pages, in the shop's language; nothing for everybody else."""
    user = current.signed_in
    if user is None or user.impersonation is None:
        return Markup("")
    left = max(0, ceil((user.impersonation.ends_at - now()).total_seconds()))
    with i18n.speaking(None, None):
        view, lang = user.impersonation, i18n.language()
        at_desk = is_desks(request.endpoint)
        html = render_template(
            "accounts/_watch.html", view=view, staff=user.staff, customer=user.customer, left=left, lang=lang, at_desk=at_desk
        )
    return Markup(html)  # noqa: S704 (made by a template of ours)


def closed(path: str) -> str:
    """Why a form that is sent there is closed for whoever sees it, in the shop's language; empty where it is open."""
    view = current.impersonation
    if view and path == url_for("door.sign_out") and not is_desks(request.endpoint):
        return _only_they()  # it would sign out whoever looks
    return _why_not_there(path, "POST", view.mode if view else None)


def closed_link(to: str) -> str:
    """Why a link is closed for them: it leads to what only the customer sees or sends, or to the provider's own page, where nobody can
    tell who is there."""
    mode = Mode.ACT if current.impersonation else None
    if mode and urlsplit(to).netloc:
        return _only_they()
    return _why_not_there(to, "GET", mode) or _why_not_there(to, "POST", mode)


def _why_not_there(path: str, method: str, mode: Mode | None) -> str:
    """Without a mode, no view goes on."""
    adapter = current_app.create_url_adapter(request) if current.signed_in and current.signed_in.staff else None
    try:
        endpoint, named = adapter.match(path.partition("?")[0], method=method) if adapter else ("", {})
    except HTTPException:
        return ""
    if is_desks(endpoint):
        return _why_not_at_desk(endpoint, named) if method not in SAFE else ""
    return _why_not(endpoint, method, mode) if mode else ""


def _why_not_at_desk(endpoint: str, named: Mapping[str, Any]) -> str:
    with i18n.speaking(None, None):
        return next(filter(None, (why_not(endpoint, named) for why_not in AT_DESK)), "")


def _why_not(endpoint: str, method: str, mode: Mode) -> str:
    """Default is no: what is not known to be a customer's deed that staff may do for them is not done."""
    if endpoint in ALWAYS:
        return ""
    if _is_theirs_alone(endpoint) if method not in SAFE else _is_marked(endpoint):
        return _only_they()
    with i18n.speaking(None, None):
        if method not in SAFE and (mode is Mode.LOOK or (mode is Mode.PREPARE and not PREPARERS)):
            return str(_("Look only. Choose “Act for them” first; the customer will be told."))
        if method not in SAFE and mode is Mode.PREPARE:
            return next(filter(None, (why_not(endpoint) for _prepare, why_not in PREPARERS)), "")
    return ""


def _only_they() -> str:
    with i18n.speaking(None, None):
        return str(_("Only the customer can do this. Nobody who works here can do it for them."))


def _is_theirs_alone(endpoint: str) -> bool:
    if _is_marked(endpoint):
        return True
    is_customers = signed_in in current_app.before_request_funcs.get(endpoint.rpartition(".")[0], [])
    return not is_customers and endpoint not in ALSO_THEIRS


def _is_marked(endpoint: str) -> bool:
    return hasattr(current_app.view_functions.get(endpoint), "only_themselves")


def _tell_that_it_is_over(user: SignedIn, over: Ended) -> ResponseReturnValue | None:
    """At the next request, whatever it asks for: nothing of the customer's is shown or done, and the session goes on under another key."""
    viewed = user.viewed
    with transaction():
        opened = impersonating.leave(user.session_id, by=over, at=now())
    if opened:
        go_on(opened.key)  # from here on, `user` is another one
    is_deed = request.method not in SAFE and not is_desks(request.endpoint)
    is_kept = is_deed and viewed is not None and unsent.keep_for_next_view(customer_id=viewed.id, at=now())
    with i18n.speaking(None, None):
        name = viewed.name or viewed.email if viewed else ""
        more = [_ended_words(over), _("What you sent just now was not done.") if is_deed else ""]
        more += [_("View as the customer again, and it stands in its form as you typed it.")] if is_kept else []
        web.say(_("Your view of %(customer)s has ended.", customer=name), " ".join(filter(None, more)), tone="warn")
    if is_desks(request.endpoint):
        return None
    return redirect(f"{DESK}/customers/{viewed.id}" if viewed else DESK, 303)


def _ended_words(over: Ended) -> str:
    if over is Ended.TIME:
        return str(_("Its 30 minutes are over."))
    return str(_("Your rights have changed.")) if over is Ended.RIGHTS else ""
