"""What the portal's ports promise of the provider, tried at the stand-in always, and at Stripe when STRIPE_TEST_KEY is set.

What is there is made with Stripe's own SDK, in a simulation of its own; what is asked goes through the port alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.payments import Standing, Terms
from portal.payments.billing_port import BillingProvider
from portal.payments.listing_port import ListingProvider
from portal.payments.money_port import MoneyProvider
from portal.payments.port import PaymentProvider
from portal.payments.stripe_billing import StripeBilling
from portal.payments.stripe_listing import StripeListing
from portal.payments.stripe_money import StripeMoney
from portal.payments.stripe_provider import StripeProvider
from tests.ground import standing
from tests.sandbox.account import Account
from tests.sandbox.answers import stand_in
from tests.sandbox.stripe_account import TEST_KEY

WEBHOOK_SECRET = "whsec_of_the_contract"
GOOD, BAD = "pm_card_visa", "pm_card_chargeCustomerFail"


@dataclass(frozen=True)
class There:
    """An account at the provider, the ports to it, and time that passes when it is told to."""

    account: Account
    provider: PaymentProvider
    billing: BillingProvider
    money: MoneyProvider
    listing: ListingProvider
    clock: Any

    def customer(self, card: str | None = GOOD, **more: Any) -> str:
        return str(self.account.customer(card, test_clock=self.clock.id, **more).id)

    def price(self, amount: int = 1999, interval: str = "month", count: int = 1) -> str:
        return self.account.price(amount, interval, count).id

    def subscribe(self, *prices: str, customer: str = "", **more: Any) -> Standing:
        """One of each, or of 19.99 € a month; it begins, and is charged, now."""
        items = [{"price": price} for price in prices or [self.price()]]
        made = self.account.v1.subscriptions.create({"customer": customer or self.customer(), "items": items, **more})
        return self.look(made.id)

    def look(self, ref: str) -> Standing:
        return self.provider.look_up(ref, since=None)

    def want(self, found: Standing, **changed: Any) -> Standing:
        """Our next version of its terms, with these changes."""
        wanted: Terms = replace(found.terms, version=found.terms.version + 1, **changed)
        return self.provider.make_so(wanted, found=found)

    def later(self, moment: datetime) -> None:
        """Let time pass until then."""
        self.account.advance(self.clock, int(moment.timestamp()))

    def after(self, moment: datetime | None) -> None:
        """Until what is charged at that moment was charged, or refused: its invoice is a draft for about an hour."""
        assert moment
        self.later(moment + timedelta(hours=2))

    @property
    def now(self) -> datetime:
        found = self.account.v1.test_helpers.test_clocks.retrieve(self.clock.id)
        return datetime.fromtimestamp(found.frozen_time, UTC)


@pytest.fixture(params=["stand-in", "stripe"] if TEST_KEY else ["stand-in"])
def there(request: pytest.FixtureRequest, database_url: str) -> Iterator[There]:
    """Without a key, what would be tried at Stripe is not collected: nothing is skipped. The database keeps the pace of requests."""
    with standing(database_url) as app, app.app_context():
        if request.param == "stripe":
            account: Account = request.getfixturevalue("stripe_account")
            yield _there(account)
        else:
            with stand_in() as url:
                yield _there(Account(url))


def _there(account: Account) -> There:
    key, url = account.key, account.url
    return There(
        account,
        StripeProvider(key, url, [WEBHOOK_SECRET]),
        StripeBilling(key, url),
        StripeMoney(key, url),
        StripeListing(key, url),
        account.simulation(),
    )
