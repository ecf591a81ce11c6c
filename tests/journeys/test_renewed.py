"""Each deed until it is paid for: at most three taps from home, confirmed, and renewed as the page had promised, to the cent."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser

from portal.kit.clock import now
from portal.kit.db import transaction
from tests.accounts.builders import address
from tests.journeys.phone import Thumb, eventually, phone, sign_in
from tests.journeys.promise import Alice
from tests.journeys.test_contents import BOX
from tests.mail import Mail
from tests.stripe import Stripe
from tests.subscriptions.builders import SHELF, Box, stock, subscribe
from tests.subscriptions.conftest import Both
from tests.subscriptions.test_code import give_out

pytestmark = pytest.mark.browser
Deed = Callable[[Alice], None]


@pytest.fixture
def alice(app: Flask, stripe: Stripe) -> Box:
    """Tea, two oats and a honey each month. There is a second card, a second address, and a code that is not used yet."""
    stock(app, stripe, SHELF)
    box = subscribe(app, stripe, contents=BOX)
    give_out(stripe)
    stripe.v1.payment_methods.attach("pm_card_mastercard", {"customer": box.customer_ref})
    with app.app_context(), transaction():
        address(box.customer_id, at=now())
        address(box.customer_id, name="Ada Okafor", line1="Rosenweg 3", postcode="99423", city="Weimar", at=now())
    return box


@pytest.fixture(params=["javascript", "plain"])
def she(
    request: pytest.FixtureRequest, browser: Browser, portal: str, app: Flask, alice: Box, both: Both, stripe: Stripe, mail: Mail
) -> Iterator[Alice]:
    scripts = request.param == "javascript"
    with phone(browser, portal, javascript=scripts) as page:
        sign_in(page, mail)
        yield Alice(page, scripts, app, alice, both, stripe, mail)


def in_the_box(link: str, button: str, says: str) -> Deed:
    """By a sheet of the page of the subscription."""

    def deed(thumb: Thumb) -> None:
        thumb.link("Change this delivery")
        thumb.link(link, exact=False)
        thumb.button(button, exact=False)

    return lambda she: she.does(deed, says)


def at_home(link: str, button: str, says: str) -> Deed:
    """By a sheet of home."""

    def deed(thumb: Thumb) -> None:
        thumb.link(link)
        thumb.button(button, exact=False)

    return lambda she: she.does(deed, says)


skip = at_home("Skip", "Skip this delivery", "Skipped. Next is Mon 25 Jan.")
pause = in_the_box("Pause", "Pause until Mon 25 Jan", "Paused. Back on Mon 25 Jan.")
cancel = in_the_box("Cancel subscription", "Cancel now", "Cancelled.")


def send_after_all(she: Alice) -> None:
    skip(she)
    in_the_box("Monday 28 December Skipped", "Send it after all", "It comes after all.")(she)


def move(she: Alice) -> None:
    def deed(thumb: Thumb) -> None:
        thumb.link("Move")
        she.types("New day", "2027-01-05")
        thumb.button("Move to Tue 5 Jan")

    she.does(deed, "Moved. It arrives Tue 5 Jan.")


def move_all_later(she: Alice) -> None:
    def deed(thumb: Thumb) -> None:
        thumb.link("Move")
        thumb(she.page.get_by_text("This and all later"))
        she.types("New day", "2027-01-05")
        thumb.button("Move all")

    she.does(deed, "Moved. It arrives Tue 5 Jan, and the later ones move along.")


def come_back(she: Alice) -> None:
    def deed(thumb: Thumb) -> None:
        thumb.link("Come back sooner, or later")
        she.types("First delivery", "2026-12-07")
        thumb.button("Resume on Mon 7 Dec")

    pause(she)
    she.does(deed, "Resumed. Next is Mon 7 Dec.")


def cancel_for_the_end(she: Alice) -> None:
    def deed(thumb: Thumb) -> None:
        thumb.link("Change this delivery")
        thumb.link("Cancel subscription", exact=False)
        thumb.button("Cancel on ", exact=False)

    she.does(deed, "Cancelled.")


def take_back_the_end(she: Alice) -> None:
    cancel_for_the_end(she)
    at_home("Keep it after all", "Keep it after all", "It goes on. Next is Mon 28 Dec.")(she)


def begin_again(she: Alice) -> None:
    cancel(she)
    she.stripe.later(minutes=11)
    she.waits_for("Start again as it was")
    at_home("Start again as it was", "Start again", "It starts again. The first box arrives Sat 28 Nov.")(she)
    eventually(lambda: she.stripe.v1.subscriptions.retrieve(she.ref).status != "canceled")


def use_a_code(she: Alice) -> None:
    def deed(thumb: Thumb) -> None:
        thumb.link("Change this delivery")
        thumb.link("Discount code", exact=False)
        code = she.page.get_by_role("textbox", name="Code")
        code.fill("winter10")
        code.press("Enter")
        thumb.button("Use WINTER10")

    she.does(deed, "Code used.")


def have_credit(she: Alice) -> None:
    she.stripe.v1.customers.balance_transactions.create(she.box.customer_ref, {"amount": -500, "currency": "eur"})
    skip(she)


def use_another_card(she: Alice) -> None:
    def deed(thumb: Thumb) -> None:
        thumb.link("You")
        thumb.link("Payment methods", exact=False)
        thumb.button("Make default Mastercard ending 4444")

    she.does(deed, "Mastercard ending 4444 is the default now.")


DEEDS: dict[str, Deed] = {
    "one more": in_the_box("One more Rolled oats", "Take 3", "Rolled oats: 3."),
    "one less": in_the_box("One less Rolled oats", "Take 1", "Rolled oats: 1."),
    "swap": in_the_box("Swap Highland tea", "Swap for Sencha", "Swapped for Sencha."),
    "add": in_the_box("Camomile €7.80", "Add it", "Camomile added."),
    "take out": in_the_box("Take out Honey", "Take it out", "Honey is out."),
    "how often": in_the_box("2 weeks", "Every 2 weeks", "It comes every 2 weeks"),
    "skip": skip,
    "send after all": send_after_all,
    "move": move,
    "move all later": move_all_later,
    "pause": pause,
    "come back": come_back,
    "take back the end": take_back_the_end,
    "begin again": begin_again,
    "code": use_a_code,
    "credit": have_credit,
}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_it_comes_and_is_charged_as_the_page_has_promised(she: Alice, deed: Deed) -> None:
    deed(she)
    promise = she.promised()
    she.let_time_pass()
    she.finds(promise)
    assert len(she.paid()) == 2, "the first, and the one that was promised"


def test_it_goes_to_the_other_address(she: Alice) -> None:
    in_the_box("Delivery address", "Ada Okafor Rosenweg 3", "New delivery address. From Mon 28 Dec on.")(she)
    promise = she.promised()
    she.let_time_pass()
    she.finds(promise)
    assert she.stripe.v1.subscriptions.retrieve(she.ref).metadata["ship_to"] == "Ada Okafor, Rosenweg 3, 99423 Weimar, DE"


def test_it_is_charged_to_the_other_card(she: Alice) -> None:
    use_another_card(she)
    eventually(lambda: she.default_there() == "4444")
    promise = she.promised()
    she.let_time_pass()
    she.finds(promise)
    paid_by = [charge.payment_method_details.card.last4 for charge in she.stripe.v1.charges.list({"customer": she.box.customer_ref}).data]
    assert paid_by == ["4444", "4242"]


@pytest.mark.parametrize("deed", [cancel, cancel_for_the_end], ids=["at once", "at the end"])
def test_nothing_is_charged_after_the_end(she: Alice, deed: Deed) -> None:
    deed(she)
    she.let_time_pass()
    she.waits_for("Nothing more will come")
    eventually(lambda: she.stripe.v1.subscriptions.retrieve(she.ref).status == "canceled")
    assert she.paid() == [2710]
    assert she.get("/orders").select('main .go[href^="/orders/"]')[1:] == []
