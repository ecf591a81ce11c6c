from collections.abc import Iterator

import pytest

from portal.billing import uses_account
from portal.billing.models import BillingAccount
from portal.billing.use import USES
from tests.billing.builders import Payer, behind
from tests.browser import words
from tests.conftest import Work
from tests.ground import at_once
from tests.mail import Mail

DETACH = {"method": "POST", "path_prefix": "/v1/payment_methods/"}


@pytest.fixture(autouse=True)
def in_use() -> Iterator[set[str]]:
    """The accounts through which something is paid, by the provider's name, whatever the rooms above say."""
    before, paying = list(USES), set[str]()
    USES.clear()

    @uses_account
    def pays(account: BillingAccount) -> bool:
        return account.provider_ref in paying

    yield paying
    USES[:] = before


def remove(alice: Payer, last4: str) -> str:
    alice.browser.get("/account/payment")
    return words(alice.browser.post(f"/account/cards/{alice.card(last4)}/remove"))


def add_second(alice: Payer, work: Work) -> None:
    alice.browser.get(alice.give("4444", everything=False))
    work()
    work()


def test_it_is_said_before_that_it_cannot_be_undone(alice: Payer, work: Work) -> None:
    add_second(alice, work)
    sheet = words(alice.browser.get(f"/account/cards/{alice.card('4444')}/remove"))
    assert "Visa ending 4242 stays the default. This can’t be undone." in sheet
    sheet = words(alice.browser.get(f"/account/cards/{alice.card('4242')}/remove"))
    assert "Mastercard ending 4444 becomes the default and pays what this one paid. This can’t be undone." in sheet


def test_it_is_gone_on_both_sides(alice: Payer, work: Work) -> None:
    add_second(alice, work)
    assert "Mastercard ending 4444 is removed. Visa ending 4242 is the default." in remove(alice, "4444")
    assert alice.cards() == ["4242"]
    work()
    assert (alice.cards_there(), alice.default_there(), alice.is_confirmed()) == (["4242"], "4242", True)
    page = words(alice.browser.get("/account/payment"))
    assert "Mastercard ending 4444 removed" in page and "Confirmed by the payment provider" in page


def test_after_the_default_the_newest_other_one_is_it(alice: Payer, work: Work) -> None:
    add_second(alice, work)
    remove(alice, "4242")
    assert alice.default() == "4444"
    work()
    assert (alice.cards_there(), alice.default_there()) == (["4444"], "4444")


def test_one_that_the_bank_refused_lately_comes_last(alice: Payer, work: Work) -> None:
    behind(alice, work)
    alice.browser.get(alice.give("4444", everything=False))
    work()
    work()
    alice.browser.get("/account/payment")
    alice.browser.post(f"/account/cards/{alice.card('4444')}/default")
    work()
    assert alice.cards() == ["4444", "0341", "4242"]
    (told,) = [words(row) for row in alice.browser.get("/account/payment").select(".rows li") if "Was refused" in words(row)]
    assert "Visa ending 0341" in told
    sheet = words(alice.browser.get(f"/account/cards/{alice.card('4444')}/remove"))
    assert "Visa ending 4242 becomes the default" in sheet
    remove(alice, "4444")
    assert alice.default() == "4242"
    assert "Visa ending 0341 becomes the default" in words(alice.browser.get(f"/account/cards/{alice.card('4242')}/remove"))


def test_it_cannot_be_undone(alice: Payer, work: Work) -> None:
    add_second(alice, work)
    alice.browser.get("/account/payment")
    page = alice.browser.post(f"/account/cards/{alice.card('4444')}/remove")
    assert not [form for form in page.select("form") if "undo" in str(form["action"])]


def test_the_last_one_stays_while_something_is_paid_with_it(alice: Payer, work: Work, in_use: set[str]) -> None:
    in_use.add(alice.ref)
    sheet = alice.browser.get(f"/account/cards/{alice.card('4242')}/remove")
    assert "This is your only card, and something is still paid with it. Add another card first." in words(sheet)
    assert not [form for form in sheet.select("main form") if "remove" in str(form["action"])]
    assert "Add another card first." in remove(alice, "4242")
    work()
    assert alice.cards() == alice.cards_there() == ["4242"]


def test_the_last_one_may_go_when_nothing_is(alice: Payer, work: Work) -> None:
    sheet = words(alice.browser.get(f"/account/cards/{alice.card('4242')}/remove"))
    assert "It is your only card: afterwards nothing can be charged." in sheet
    remove(alice, "4242")
    work()
    assert (alice.cards(), alice.cards_there(), alice.is_confirmed()) == ([], [], True)
    assert "There is no card yet." in words(alice.browser.get("/account/payment"))


def test_of_two_removed_at_once_one_stays(alice: Payer, work: Work, in_use: set[str]) -> None:
    in_use.add(alice.ref)
    add_second(alice, work)
    ids = [alice.card("4242"), alice.card("4444")]
    browsers = [alice.browser, type(alice.browser)(alice.app)]
    browsers[1].sign_in(alice.box.customer_id)
    for browser in browsers:
        browser.get("/account/payment")

    def press(number: int) -> str:
        return words(browsers[number].post(f"/account/cards/{ids[number]}/remove"))

    said = at_once(alice.app, 2, press)
    assert sum("Add another card first." in one for one in said) == 1
    assert len(alice.cards()) == 1


@pytest.mark.parametrize("kind", ["lost_after", "lost_before", "500"])
def test_whatever_is_lost_it_goes(alice: Payer, work: Work, kind: str) -> None:
    add_second(alice, work)
    alice.stripe.faults({"kind": kind, "when": DETACH, "times": 1})
    remove(alice, "4444")
    work()
    alice.stripe.later(minutes=6)
    work()
    assert (alice.cards_there(), alice.is_confirmed()) == (["4242"], True)


def test_what_the_provider_refuses_comes_back_and_is_told_by_mail(alice: Payer, work: Work, mail: Mail) -> None:
    add_second(alice, work)
    alice.stripe.faults({"kind": "refuse", "when": DETACH, "times": 1, "message": "It is held."})
    remove(alice, "4242")
    work()
    assert set(alice.cards()) == {"4242", "4444"}
    page = words(alice.browser.get("/account/payment"))
    assert "The payment provider refused it." in page and "It is held." not in page
    work()
    assert (alice.default(), alice.default_there(), alice.is_confirmed()) == ("4242", "4242", True)
    assert mail.newest("alice@example.com")["Subject"] == "Your change to your cards could not be made"


def test_one_removed_at_the_provider_goes_here_too(alice: Payer, work: Work) -> None:
    add_second(alice, work)
    ref = next(card.id for card in alice.stripe.v1.customers.payment_methods.list(alice.ref).data if card.card.last4 == "4444")
    alice.stripe.v1.payment_methods.detach(ref)
    alice.stripe.v1.customers.update(alice.ref, {"name": "Alice"})
    work()
    assert alice.cards() == ["4242"]
    assert "Mastercard ending 4444 removed, not by you" in words(alice.browser.get("/account/payment"))


def test_bob_cannot_remove_alices_card(alice: Payer, bob: Payer, work: Work) -> None:
    here = f"/account/cards/{alice.card('4242')}/remove"
    bob.browser.get(here, expect=404)
    bob.browser.post(here, expect=404)
    work()
    assert alice.cards_there() == ["4242"]


def test_a_card_that_is_gone_is_said(alice: Payer, work: Work) -> None:
    add_second(alice, work)
    card = alice.card("4444")
    remove(alice, "4444")
    alice.browser.get("/account/payment")
    assert "This card is not there any more." in words(alice.browser.post(f"/account/cards/{card}/remove"))
