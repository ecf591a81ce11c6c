"""Seeing a customer's pages as staff, in one line each."""

from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from portal.accounts.current import signed_in
from portal.accounts.models import Impersonation
from portal.kit.db import db
from portal.subscriptions.models import Delivery
from portal.timeline import Entry
from tests.browser import Browser, words
from tests.subscriptions.builders import Box

REASON = "Checking why parcel 2 has no news"
ONLY_SHE = "Only the customer can do this."
TABS = ["/", "/subscriptions", "/orders", "/account"]
PAPERS = ("papers", "photos")
"""Blueprints whose addresses hold no page."""


def begins_view(desk: Browser, customer_id: int, expect: int = 200, **sent: str) -> BeautifulSoup:
    desk.get(f"/desk/customers/{customer_id}/view")
    return desk.post(f"/desk/customers/{customer_id}/view", {"why": "phone", "reason": REASON, **sent}, expect=expect)


def acts(desk: Browser, customer_id: int) -> BeautifulSoup:
    begins_view(desk, customer_id)
    return desk.post("/desk/viewing/mode", {"mode": "act"})


def views(app: Flask) -> list[Impersonation]:
    with app.app_context():
        return list(db.session.scalars(select(Impersonation).order_by(Impersonation.id)))


def deeds(app: Flask) -> list[tuple[str, int | None, int | None, int | None]]:
    """What was done, by whom, and within which view, without what was refused; oldest first."""
    with app.app_context():
        rows = db.session.scalars(select(Entry).where(Entry.deed != "refused").order_by(Entry.id))
        return [(row.deed, row.customer_id, row.staff_id, row.impersonation_id) for row in rows]


def key_of(browser: Browser) -> str:
    with browser.client.session_transaction() as session:
        return str(session["_user_id"])


def is_in(app: Flask, key: str) -> bool:
    """Whether a browser with this key in its cookie gets into the desk."""
    browser = Browser(app)
    with browser.client.session_transaction() as session:
        session["_user_id"] = key
    return browser.client.get("/desk").status_code == 200


def is_skipped(app: Flask, alice: Box) -> bool:
    with app.app_context():
        return db.session.get_one(Delivery, alice.deliveries[0]).is_skipped


def walk(desk: Browser) -> dict[str, BeautifulSoup]:
    """All pages of hers that links lead to, begun at the tabs: none is refused, and what would be is closed and says why."""
    pages: dict[str, BeautifulSoup] = {}
    ahead, wrong = [*TABS], []
    while ahead:
        path = ahead.pop(0)
        if path not in pages:
            page = pages[path] = desk.get(path)
            offered = page.select("main a[href], main form[method=post], #sheet form[method=post]")
            wrong += [f"{path}: {one}" for one in offered if _is_open(one) and _is_refused(desk.app, one, page)]
            ahead += [to for link in page.select("main a[href]") if _is_page(desk.app, to := urlsplit(str(link["href"])).path)]
    assert not wrong, "\n".join(wrong)
    return pages


def _is_open(offered: Tag) -> bool:
    return not (offered.select_one("fieldset[disabled]") and offered.select_one(".why"))


def _is_refused(app: Flask, offered: Tag, page: BeautifulSoup) -> bool:
    """A link to a form counts as the form; one to the provider is hers, but for a receipt."""
    to = urlsplit(str(offered.get("href") or offered.get("action")))
    if to.netloc:
        return app.config["STRIPE_API_BASE"].endswith(to.netloc) and words(offered) != "Receipt"
    looks = offered.name == "form" and page.select_one(".watch.look") is not None
    there = [app.view_functions[name] for method in ("GET", "POST") if (name := _endpoint(app, to.path, method))]
    return looks or any(hasattr(view, "only_themselves") for view in there)


def _is_page(app: Flask, path: str) -> bool:
    blueprint = _endpoint(app, path, "GET").partition(".")[0]
    return signed_in in app.before_request_funcs.get(blueprint, []) and blueprint not in PAPERS


def _endpoint(app: Flask, path: str, method: str) -> str:
    try:
        return str(app.url_map.bind("localhost").match(path, method=method)[0])
    except HTTPException:
        return ""
