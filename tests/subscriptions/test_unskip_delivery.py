from datetime import date

from tests.browser import words
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both


def test_a_skipped_delivery_can_be_sent_after_all(alice: Box, both: Both, work: Work) -> None:
    alice.browser.post(alice.skip(0))
    work()
    page = alice.browser.get(alice.unskip(0))
    assert "Mon 28 Dec" in words(page)
    page = alice.browser.post(alice.unskip(0))
    assert "It comes after all. It arrives Mon 28 Dec." in words(page)
    work()
    assert both.here(alice) == both.there(alice) == date(2026, 12, 23)


def test_one_that_comes_anyway_is_told_so(alice: Box) -> None:
    assert "comes as planned" in words(alice.browser.post(alice.unskip(0)))


def test_a_skip_and_its_opposite_before_the_worker_came_cost_the_provider_no_trial(
    alice: Box, both: Both, stripe: Stripe, work: Work
) -> None:
    alice.browser.post(alice.skip(0))
    alice.browser.post(alice.unskip(0))
    stripe.forget_requests()
    work()
    sent = [asked["params"] for asked in stripe.requests() if asked["method"] == "POST"]
    assert [params["metadata"] for params in sent if "metadata" in params] == [{"portal_version": "2"}]
    assert not [params for params in sent if "trial_end" in params]
    assert both.is_confirmed(alice)


def test_what_locked_stays_skipped(alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    alice.browser.post(alice.skip(0))
    work()
    stripe.later(days=28, hours=1)
    assert "locked on" in words(alice.browser.post(alice.unskip(0)))
    assert both.here(alice) == date(2027, 1, 23)
