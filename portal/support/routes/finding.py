"""The desk: find a customer, and see how things stand. Whoever sees personal data leaves a trace before they do."""

from datetime import datetime

from babel.dates import format_timedelta
from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal import photos
from portal.accounts.current import staff_only
from portal.accounts.models import Customer, Role
from portal.kit import i18n
from portal.kit.clock import now
from portal.kit.money import to_decimal
from portal.kit.web import one_or_404, page
from portal.photos.models import Photo
from portal.support import queries
from portal.support.routes.door import bp, note_look
from portal.support.routes.place import row_number
from portal.tasks.queries import MOST

LONGEST = 1000
"""Characters of what is searched for: so long is the head of a mail, or a link with what shops put behind it."""
SUGGESTED = 7
FEW_SUBSCRIPTIONS = 8
"""So many of a customer's are on their page, until somebody asks for all."""
SHORTEST_SUGGESTED = 3
"""Letters. Each suggestion is a look that is kept: fewer would fill the list with whom nobody means."""


@bp.get("/search")
@staff_only(Role.AGENT)
def search() -> ResponseReturnValue:
    """What belongs to one person alone leads straight to their page."""
    typed = _typed()
    hits = queries.search(typed)
    if hits.one:
        return redirect(url_for(".customer", customer_id=hits.one.id, order=hits.order), 303)
    note_look((hit.id for hit in hits.shown), "search")
    return page("support/search.html", typed=typed, sought=typed, hits=hits)


@bp.get("/search/suggestions")
@staff_only(Role.AGENT)
def suggestions() -> ResponseReturnValue:
    """While somebody types: the first of those who would be found. It leads nowhere by itself."""
    typed = _typed()
    people = queries.search(typed, is_typed=False).people[:SUGGESTED] if len(typed) >= SHORTEST_SUGGESTED else []
    note_look((hit.id for hit in people), "search")
    return page("support/suggestions.html", typed=typed, people=people)


@bp.get("/customers/<int:customer_id>")
@staff_only(Role.AGENT)
def customer(customer_id: int) -> ResponseReturnValue:
    found = one_or_404(select(Customer).where(Customer.id == customer_id))
    note_look([found.id], "customer")
    at = now()
    person = queries.person(found, at=at, older_than=request.args.get("older"), order=request.args.get("order")) or abort(404)
    return page(
        "support/customer.html", person=person, all_subscriptions=request.args.get("subscriptions") == "all",
        few_subscriptions=FEW_SUBSCRIPTIONS, at=at,
    )  # fmt: skip


@bp.get("/photos/<sealed>")
@staff_only(Role.AGENT)
def photo(sealed: str) -> ResponseReturnValue:
    """By an address of this session's own. The small one stands on the customer's page, and was written down with it."""
    opened = photos.unseal(sealed) or abort(404)
    found = one_or_404(select(Photo).where(Photo.id == opened.photo_id))
    if not opened.is_small:
        note_look([found.customer_id], "photo")
    return photos.answer(found, small=opened.is_small)


@bp.get("/looks")
@staff_only(Role.LEAD)
def looks() -> ResponseReturnValue:
    """It shows addresses of mail in part only, so it is no look itself."""
    wanted = queries.WantedLooks(row_number("who"), "".join(request.args.get("whom", "").split())[:LONGEST], row_number("before"))
    return page("support/looks.html", wanted=wanted, found=queries.looks(wanted), workers=queries.audit.staff_names(), at=now())


@bp.get("/staff")
@staff_only(Role.ADMIN)
def workers() -> ResponseReturnValue:
    return page("support/staff.html", workers=queries.workers(at=now()))


@bp.app_template_filter()
def major(amount: int, currency: str) -> str:
    """As a person types it into a field: 4.20"""
    return str(to_decimal(amount, currency))


@bp.app_template_filter()
def age(since: datetime, until: datetime | None = None) -> str:
    """How long ago, or how long it was `until` then: 3 hr"""
    return str(format_timedelta(max(until or now(), since) - since, format="short", threshold=1.2, locale=i18n.locale()))


@bp.app_template_filter()
def capped(number: int) -> str:
    """As far as tasks are counted: 12, or 999+"""
    return str(number) if number < MOST else f"{MOST - 1}+"


def _typed() -> str:
    return " ".join(request.args.get("q", "").split())[:LONGEST]
