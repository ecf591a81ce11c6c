"""Opens the provider's page on which a card is given. Outside any transaction: it may take ten seconds to answer."""

from logging import getLogger
from time import sleep

from sqlalchemy import select

from portal.billing.models import CardSetup
from portal.kit.db import db
from portal.payments import Declined, HostedPage, TryAgain, WantedPage, billing_provider

log = getLogger(__name__)
WAITS = (0.3, 0.7, 1.0)
"""Seconds in which a second tap finds what the first one opened."""


def open_page(setup_id: int, wanted: WantedPage) -> HostedPage | None:
    """None if the provider does not answer now. Asked for again, it is the same page."""
    try:
        return billing_provider().open_page(wanted)
    except Declined as error:
        log.error("No page for %s: %s", wanted.customer_ref, error)
        return None
    except TryAgain as error:
        log.warning("No page for %s yet: %s", wanted.customer_ref, error)
    return _opened_by_another_tap(setup_id)


def _opened_by_another_tap(setup_id: int) -> HostedPage | None:
    for seconds in WAITS:
        sleep(seconds)
        opened = db.session.execute(select(CardSetup.page_ref, CardSetup.page_url).where(CardSetup.id == setup_id)).one()
        db.session.rollback()  # what the next look shows must not be what this one did
        if opened.page_ref and opened.page_url:
            return HostedPage(opened.page_ref, opened.page_url)
    return None
