"""Who is at the other end of this request."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, abort, g, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy import update

from portal.accounts import forms, queries
from portal.accounts.models import LONGEST, Customer, Session, Staff
from portal.kit import csrf, web
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.timeline import Actor

DOOR, DESK = "/sign-in", "/desk"
TOUCH_AFTER = timedelta(minutes=5)
"""How far `last_seen_at` may lag: not every page is worth a write."""


@dataclass(frozen=True)
class SignedIn:
    """What Flask-Login calls a user: one live session, and whose it is."""

    key: str
    session_id: int
    customer: Customer | None
    staff: Staff | None
    actor: Actor
    last_seen_at: datetime
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
        """The customer; whoever is none gets the way to the page where one becomes one."""
        if self.signed_in is None:
            abort(redirect(_door(), 303))
        return self.signed_in.customer or abort(redirect(DESK, 303))

    @property
    def staff(self) -> Staff:
        """The member of staff. For customers, the desk is not there."""
        if self.signed_in is None:
            abort(redirect(_door(), 303))
        return self.signed_in.staff or abort(404)

    @property
    def actor(self) -> Actor:
        """For the history: who does what is done now."""
        if self.signed_in is None:
            abort(redirect(_door(), 303))
        return self.signed_in.actor


current = Current()


def init_app(app: Flask) -> None:
    app.config.update(PERMANENT_SESSION_LIFETIME=LONGEST, SESSION_REFRESH_EACH_REQUEST=False)
    manager = LoginManager(app, add_context_processor=False)
    manager.session_protection = None  # a phone changes its address all day; a session ends by its row
    manager.user_loader(_load)
    app.before_request(_welcome)


def signed_in() -> None:
    """For `before_request` of a customer's pages: nobody gets further without being a customer."""
    _ = current.customer


def staff_signed_in() -> None:
    """For `before_request` of the desk."""
    _ = current.staff


def sign_in(key: str) -> ResponseReturnValue:
    """Put the key of a new session into this browser, and go where it was going. Nothing of what was in the cookie stays."""
    to = session.get("next", "/")
    session.clear()
    session.permanent = True
    csrf.rotate()
    user = _load(key)
    login_user(user)
    return redirect(DESK if user and user.staff else to, 303)


def forget() -> None:
    """Empty this browser's cookie."""
    logout_user()
    session.clear()


def _load(key: str) -> SignedIn | None:
    found = queries.whose(key, at=now())
    if found is None:
        return None
    row, customer, staff = found
    actor = Actor(customer_id=row.customer_id, staff_id=row.staff_id)
    return SignedIn(key, row.id, customer, staff, actor, row.last_seen_at)


def _welcome() -> None:
    """Before each request: whose words, whose time, and that they are still there."""
    user = current.signed_in
    g.signed_in = bool(user and user.customer)
    if user is None:
        g.locale = _asked_for()
        return
    if now() - user.last_seen_at > TOUCH_AFTER:
        _touch(user.session_id, at=now())
    if user.customer:
        g.locale, g.time_zone = user.customer.locale, user.customer.time_zone


def _asked_for() -> str | None:
    """The language that the browser likes best of those that we speak. `en-GB` is English."""
    spoken = forms.languages()
    liked = [tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality]
    return next((tag for tag in liked if tag in spoken), None)


def _touch(session_id: int, *, at: datetime) -> None:
    with transaction():
        db.session.execute(update(Session).where(Session.id == session_id).values(last_seen_at=at))


def _door() -> str:
    """The page to sign in, from which one comes back: to the page that was asked for, or that asked."""
    page = request.method == "GET" and "HX-Request" not in request.headers
    session["next"] = request.full_path.rstrip("?") if page else web.came_from()
    return DOOR
