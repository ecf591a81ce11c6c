"""What Jonas changes for Alice carries both names at Stripe. For all that he does, `bench/under_both_names.py` tries it (REL I2)."""

from tests.browser import Browser, Sent
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.support.viewing import acts


def test_the_provider_is_told_by_numbers_who_did_it(stripe: Stripe, desk: Browser, alice: Box, work: Work) -> None:
    """Until the customer changes something herself."""

    def told() -> str | None:
        found: dict[str, str] = stripe.v1.subscriptions.retrieve(alice.ref).metadata.to_dict()
        return found.get("changed_by")

    work()
    acts(desk, alice.customer_id)
    desk.post(alice.skip(0))
    work()
    assert told() == f"staff 1 for customer {alice.customer_id}"
    alice.browser.post(alice.unskip(0))
    work()
    assert told() is None


def test_so_does_an_address_that_he_gives_for_her(stripe: Stripe, desk: Browser, alice: Box, work: Work) -> None:
    """Until she gives one herself."""

    def told() -> str | None:
        found: dict[str, str] = stripe.v1.customers.retrieve(alice.customer_ref).metadata.to_dict()
        return found.get("address_changed_by")

    def gives(browser: Browser, line1: str) -> None:
        home: Sent = {"name": "Ada Okafor", "line1": line1, "postcode": "99423", "city": "Weimar", "country": "DE", "for_all": "1"}
        browser.get("/account/addresses/new")
        browser.post("/account/addresses/new", home)

    acts(desk, alice.customer_id)
    gives(desk, "Rosenweg 3")
    work()
    assert told() == f"staff 1 for customer {alice.customer_id}"
    gives(alice.browser, "Rosenweg 5")
    work()
    assert told() is None
