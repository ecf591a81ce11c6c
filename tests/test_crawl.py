"""Every page that a link leads to is opened: whole, without its body, and each of its blocks alone. None of it changes anything."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask, template_rendered
from jinja2 import Template
from sqlalchemy import func, select

from portal.accounts.models import Session
from portal.kit.db import Model, db, transaction
from tests.accounts.builders import customer, staff
from tests.browser import Browser
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import subscribe

MAY_CHANGE = {("session", "last_seen_at")}
"""That somebody is still there may be noted while they look."""
NOTED = {"look", "recent_use"}
"""Whom staff saw is kept, each time; and how many papers somebody was made."""
AT_LEAST = {"alice": 12, "new customer": 5, "staff": 4, "stranger": 1}
"""Pages: fewer would mean that the crawl got stuck."""


def everything() -> dict[str, list[tuple[object, ...]]]:
    db.session.rollback()
    found = {}
    for table in Model.metadata.sorted_tables:
        if table.name in NOTED:
            continue
        columns = [column for column in table.columns if (table.name, column.name) not in MAY_CHANGE]
        found[table.name] = [tuple(row) for row in db.session.execute(select(*columns).order_by(table.columns.id))]
    db.session.rollback()
    return found


@contextmanager
def rendered(app: Flask) -> Iterator[list[Template]]:
    templates: list[Template] = []

    def note(sender: Flask, template: Template, context: object, **_: object) -> None:
        templates.append(template)

    with template_rendered.connected_to(note, app):
        yield templates


def crawl(app: Flask, browser: Browser, start: str) -> list[str]:
    seen, waiting = [], [start]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.append(path)
        with rendered(app) as templates:
            answer = browser.client.get(path)
        if answer.status_code == 303:  # to the door, or to the desk
            waiting.append(answer.location)
            continue
        assert answer.status_code == 200, f"{path} answered {answer.status}"
        assert browser.client.head(path).status_code == 200
        if answer.mimetype != "text/html":
            continue
        for block in {block for template in templates for block in template.blocks}:
            part = browser.client.get(
                path, headers={"HX-Request": "true", "HX-Target": f"div#{block}", "HX-Current-URL": f"http://localhost{path}"}
            )
            assert part.status_code == 200, f"{path}: block {block} answered {part.status}"
        for link in BeautifulSoup(answer.text, "html.parser").select("a[href]"):
            to = urlsplit(urljoin(path, str(link["href"])))
            if not to.netloc and to.scheme in ("", "http") and to.path:
                waiting.append(f"{to.path}?{to.query}" if to.query else to.path)
    return seen


@pytest.mark.parametrize("who", AT_LEAST)
def test_looking_changes_nothing_and_each_block_stands_alone(app: Flask, stripe: Stripe, work: Work, who: str) -> None:
    box = subscribe(app, stripe)
    box.browser.post(box.skip(0))
    stripe.wait_for_webhooks()
    work()
    stripe.wait_for_webhooks()
    with app.app_context(), transaction():
        new, jonas = customer("new@example.com").id, staff().id
    browser, start = Browser(app), "/"
    if who == "alice":
        browser = box.browser
    elif who == "new customer":
        browser.sign_in(new)
    elif who == "staff":
        browser.sign_in_staff(jonas)
        start = "/desk"
    else:
        start = "/sign-in"
    with app.app_context():
        before = everything()
    pages = crawl(app, browser, start)
    with app.app_context():
        assert everything() == before
        assert db.session.scalar(select(func.count()).select_from(Session))
    assert len(pages) >= AT_LEAST[who], pages
