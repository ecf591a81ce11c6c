"""Who is at the other end of this request."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec

from flask import Flask, abort, current_app, g, redirect, request, session
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_babel import gettext as _
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy import update
from werkzeug.wrappers import Response as BaseResponse

from portal.accounts import forms, queries, refused, unsent
from portal.accounts.actions import impersonating
from portal.accounts.models import FRESH, LONGEST, Customer, Ended, Impersonation, Role, Session, Staff
from portal.kit import csrf, i18n, problems, web
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.errors import SaysWhy
from portal.timeline import Actor

P = ParamSpec("P")

DOOR, DESK = "/sign-in", "/desk"
DESK_DOOR, CONFIRM = f"{DESK}/sign-in", f"{DESK}/your-sign-in/confirm"
TOUCH_AFTER, TOUCH_STAFF_AFTER = timedelta(minutes=5), timedelta(minutes=1)
"""How far `last_seen_at` may lag: not every page is worth a write. Staff are out after half an hour, so theirs lags less."""


@dataclass(frozen=True)
class SignedIn:
    """What Flask-Login calls a user: one live session, and whose it is."""

    key: str
    session_id: int
    customer: Customer | None
    """Whose pages these are: with a member of staff, the customer whom they view."""
    staff: Staff | None
    impersonation: Impersonation | None
    """The view that goes on; None where it is over."""
    over: Ended | None
    """What ended the view that was going on, where this session has not been told yet."""
    viewed: Customer | None
    """Whose pages that view was of."""
    actor: Actor
    last_seen_at: datetime
    second_step_at: datetime | None
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        return self.key


class Current:
    @property
    def signed_in(self) -> SignedIn | None:
        return current_user if current_user.is_authenticated else None

    @property
    def customer(self) -> Customer:
        """The customer; whoever is none, staff too, gets the way to the page where one becomes one. From the pages of somebody whom
        they viewed, staff get the way to the desk."""
        if self.signed_in is None or self.signed_in.customer is None:
            abort(_to_what_goes_on() if session.get("viewed") else redirect(_door(), 303))
        return self.signed_in.customer

    @property
    def staff(self) -> Staff:
        """The member of staff. For customers and for strangers, the desk is not there; for whoever was signed in there, its door is."""
        if self.signed_in is None and session.get("desk"):
            session["desk_next"] = _came_for()
            abort(redirect(DESK_DOOR, 303))
        return (self.signed_in and self.signed_in.staff) or abort(404)

    @property
    def impersonation(self) -> Impersonation | None:
        """The view in which a member of staff sees these pages; None for the customer."""
        return self.signed_in.impersonation if self.signed_in else None

    @property
    def is_fresh(self) -> bool:
        """Whether the member of staff took the second step just now."""
        taken_at = self.signed_in.second_step_at if self.signed_in else None
        return taken_at is not None and taken_at > now() - FRESH

    @property
    def actor(self) -> Actor:
        """For the history: who does what is done now. At the desk that is nobody but the member of staff, whomever they view."""
        if self.signed_in is None:
            abort(redirect(_door(), 303))
        prepared_id, prepared_by = g.get("approves", (None, None))
        return replace(self.signed_in.actor, prepared_id=prepared_id, prepared_by=prepared_by)


current = Current()


def init_app(app: Flask) -> None:
    app.config.update(PERMANENT_SESSION_LIFETIME=LONGEST, SESSION_REFRESH_EACH_REQUEST=False)
    manager = LoginManager(app, add_context_processor=False)
    manager.session_protection = None  # a phone changes its address all day; a session ends by its row
    manager.user_loader(_load)
    app.before_request(welcome)
    app.jinja_env.globals.update(current=current, Role=Role)
    app.after_request(unsent.forget_once_shown)
    app.after_request(_keep_refusal)
    app.register_error_handler(csrf.TooOld, _start_over)


def signed_in() -> None:
    """For `before_request` of a customer's pages: nobody gets further without being a customer."""
    customer, view = current.customer, current.impersonation
    unsent.bring_back(customer_id=customer.id, mode=view.mode if view else None, at=now())


def staff_only(role: Role) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Stands above each page of the desk: whoever has not this role, or one that includes it, at this very request, is refused."""

    def guard(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if not current.staff.may(role):
                raise SaysWhy(_reserved_for(role))
            return view(*args, **kwargs)

        guarded.least_role = role  # type: ignore[attr-defined]
        return guarded

    return guard


def _reserved_for(role: Role) -> str:
    if role is Role.ADMIN:
        return str(_("This is for administrators. Ask one of them, or go back to the desk."))
    return str(_("This is for leads and administrators. Ask one of them, or go back to the desk."))


def freshly(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Stands below `staff_only` where something can do harm: the second step has to be at most fifteen minutes old."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not current.is_fresh:
            if (page := _came_for()) != CONFIRM:
                session["desk_next"] = page
            return redirect(CONFIRM, 303)
        return view(*args, **kwargs)

    return guarded


def only_themselves(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Stands above what nobody but the customer decides (H3): where mails and money go, what they allow, and who is signed in."""
    view.only_themselves = True  # type: ignore[attr-defined]
    return view


def by_itself(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Stands above what only an open page asks for, again and again: nobody need be there for it, so it keeps no session alive."""
    view.by_itself = True  # type: ignore[attr-defined]
    return view


def sign_in(key: str, to: str | None = None) -> ResponseReturnValue:
    """Put the key of a new session into this browser, and go where it was going. Nothing of what was in the cookie stays."""
    user, typed = _load(key), session.get(unsent.KEPT)
    is_staff = user is not None and user.staff is not None
    onwards = to or session.get("desk_next" if is_staff else "next") or (DESK if is_staff else "/")
    session.clear()
    if typed and not is_staff:
        session[unsent.KEPT] = typed
    session.permanent = True
    csrf.rotate()
    if is_staff:
        session["desk"] = True  # a mark for later: in this browser, an end of the session is told at the desk's door
    login_user(user)
    return redirect(onwards, 303)


def renew(key: str) -> ResponseReturnValue:
    """The same session under another key, after the second step was taken again; and back to what asked for it."""
    login_user(_load(key))
    return redirect(session.pop("desk_next", DESK), 303)


def go_on(key: str) -> None:
    """The same session under another key, since a view of a customer's pages begins or ends: no form from before counts any more."""
    session["viewed"] = True  # a mark for later: pages of a view may stand in another tab
    login_user(_load(key))
    csrf.rotate()


def forget() -> None:
    """Empty this browser's cookie."""
    logout_user()
    session.clear()


def _load(key: str) -> SignedIn | None:
    found = queries.whose(key, at=now())
    if found is None:
        return None
    row, customer, staff, view = found
    over = view.why_over(staff, at=now()) if view and staff else None
    if view and staff and customer and not over and not impersonating.may_view(staff, customer):
        over = Ended.RIGHTS
    viewed = customer if over else None
    if over:
        customer = view = None
    at_desk = is_desks(request.endpoint)
    actor = impersonating.actor_of(view) if view and not at_desk else Actor(customer_id=row.customer_id, staff_id=row.staff_id)
    return SignedIn(key, row.id, customer, staff, view, over, viewed, actor, row.last_seen_at, row.second_step_at)


def welcome() -> None:
    """Before each request: whose words, whose time, and that they are still there."""
    if problems.for_programs():
        g.signed_in, g.locale = False, "en"
        return
    user = current.signed_in
    g.signed_in = bool(user and user.customer)
    if user is None:
        g.locale = _asked_for()
        return
    is_there = not hasattr(current_app.view_functions.get(request.endpoint or ""), "by_itself")
    if is_there and now() - user.last_seen_at > (TOUCH_STAFF_AFTER if user.staff else TOUCH_AFTER):
        with transaction():
            db.session.execute(update(Session).where(Session.id == user.session_id).values(last_seen_at=now()))
    if user.customer and not is_desks(request.endpoint):
        g.locale, g.time_zone = user.customer.locale, user.customer.time_zone


def is_desks(endpoint: str | None) -> bool:
    """Whether this is a page or a deed of the desk: whoever views a customer is themselves there, and reads the shop's language."""
    return hasattr(current_app.view_functions.get(endpoint or ""), "least_role")


def _asked_for() -> str | None:
    """The language that the browser likes best of those that we speak. `en-GB` is English."""
    spoken = forms.languages()
    liked = [tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality]
    return next((tag for tag in liked if tag in spoken), None)


def _keep_refusal(answer: Response) -> Response:
    """Who is signed in, and was told no: by a rule, or for who they are."""
    mistyped = answer.status_code == 422  # a form that was not filled in yet is no refusal
    told_no = answer.status_code == 403 or (request.method == "POST" and ("refusal" in g or answer.status_code >= 400) and not mistyped)
    user = current.signed_in if told_no and answer.status_code < 500 and not problems.for_programs() else None
    if user and (person := user.staff or user.customer):
        with transaction():
            refused.note_refusal(person, request.endpoint or "", g.get("refusal", str(answer.status_code)), by=user.actor, at=now())
    return answer


def _door() -> str:
    """The page to sign in, from which one comes back; to a form, with what was typed."""
    if request.method == "POST":
        session["next"] = unsent.keep(customer_id=queries.whose_it_was(session.get("_user_id", "")), at=now())
        more = _("Nothing was changed. Sign in, and you are back where you were, with what you typed.")
        web.say(_("You were signed out meanwhile."), more, tone="warn")
    else:
        session["next"] = _came_for()
    return DOOR


def _came_for() -> str:
    """The page that was asked for, or that asked."""
    page = request.method == "GET" and "HX-Request" not in request.headers
    return request.full_path.rstrip("?") if page else web.came_from()


def _to_what_goes_on() -> BaseResponse:
    """Whoever works here, from a page of a view that has ended: nothing of it is shown or done."""
    going_on = current.impersonation is not None
    with i18n.speaking(None, None):
        more = _("What you sent just now was not done.") if request.method == "POST" else ""
        ended = _("You were signed out meanwhile.") if current.signed_in is None else _("No view goes on.")
        web.say(_("The view of that page has ended.") if going_on else ended, more, tone="warn")
    return redirect("/" if going_on else DESK, 303)


def _start_over(error: csrf.TooOld) -> ResponseReturnValue:
    """A form of a customer's page goes back to that page, to be sent from there; but one of another view is of another customer, perhaps.
    No other page is reached without a token of now."""
    if signed_in not in current_app.before_request_funcs.get(request.blueprint, []):
        return web.say_what_went_wrong(error)
    welcome()
    if (user := current.signed_in) is None:
        return redirect(_door(), 303)
    if user.staff or user.customer is None:
        return _to_what_goes_on()
    return redirect(unsent.keep(customer_id=user.customer.id, at=now()), 303)
