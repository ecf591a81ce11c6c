"""Where a form sends its photos one by one, where one is taken out again, and where one is looked at."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.accounts.current import current
from portal.kit.clock import now
from portal.kit.db import db
from portal.kit.uploads import takes_files
from portal.photos import links, queries, taking
from portal.photos.models import Photo
from portal.photos.refusals import PhotoRefused
from portal.photos.serving import answer

bp = Blueprint("photos", __name__, url_prefix="/photos")


@bp.before_request
def only_customers() -> None:
    """For everybody else there is nothing here: not even a way to the door, since no page but a customer's own names these addresses."""
    if current.signed_in is None or current.signed_in.customer is None:
        abort(404)


@bp.errorhandler(PhotoRefused)
def say_why(refusal: PhotoRefused) -> ResponseReturnValue:
    """To the script of the form, which shows it there."""
    return str(refusal), refusal.status, {"Content-Type": "text/plain; charset=utf-8"}


@bp.post("")
@takes_files(1)
def add() -> ResponseReturnValue:
    """One photo. The answer is how the form shows it."""
    draft, file = request.form.get("draft", ""), request.files.get("photos") or abort(400)
    if not taking.is_draft(draft):
        abort(400)
    customer_id = current.customer.id
    added = taking.take(file, customer_id=customer_id, draft=draft, at=now())
    shown = [photo for photo in queries.waiting(customer_id, draft) if photo.id == added]
    return render_template("photos/_waiting.html", photos=shown)


@bp.post("/remove")
def remove() -> ResponseReturnValue:
    taking.take_out(request.form.get("remove", type=int) or abort(400), customer_id=current.customer.id)
    return "", 204


@bp.get("/<sealed>")
def show(sealed: str) -> ResponseReturnValue:
    opened = links.unseal(sealed) or abort(404)
    mine = select(Photo).where(Photo.id == opened.photo_id, Photo.customer_id == current.customer.id)
    return answer(db.session.scalars(mine).one_or_none() or abort(404), small=opened.is_small)
