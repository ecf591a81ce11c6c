import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe
from playwright.sync_api import Browser, Page, expect

from tests.journeys.axe import violations
from tests.sandbox.account import DAY, Account
from tests.sandbox.shop import Shop

RETURN = "https://shop.example/cards/saved?session={CHECKOUT_SESSION_ID}"
CARD = {"number": "4242 4242 4242 4242", "month": "12", "year": "34", "cvc": "123"}


def begin(account: Account, customer: Any = None, **more: Any) -> Any:
    customer = customer or account.customer(card=None)
    params = {
        "mode": "setup",
        "customer": customer.id,
        "currency": "eur",
        "success_url": RETURN,
        "cancel_url": "https://shop.example/cards",
    }
    return account.v1.checkout.sessions.create({**params, **more})


def again(shop: Shop, session: Any) -> Any:
    return shop.v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent.payment_method"]})


def send(url: str, **fields: str) -> requests.Response:
    return requests.post(url, fields, timeout=30, allow_redirects=False)


def text(answer: requests.Response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def cards(shop: Shop, session: Any) -> list[str]:
    return [card.card.last4 for card in shop.v1.customers.payment_methods.list(session.customer).data]


def test_a_session_is_open_and_has_a_page_and_a_setup_intent(account: Account) -> None:
    session = begin(account, metadata={"portal": "7"}, client_reference_id="alice-1", locale="tr")
    assert (session.status, session.mode, session.payment_status) == ("open", "setup", "no_payment_required")
    assert (session.metadata["portal"], session.client_reference_id, session.locale) == ("7", "alice-1", "tr")
    assert session.url and session.expires_at - session.created == DAY
    intent = account.v1.setup_intents.retrieve(session.setup_intent)
    assert (intent.status, intent.customer, intent.usage) == ("requires_payment_method", session.customer, "off_session")


def test_the_page_stands_where_the_stand_in_was_asked(shop: Shop) -> None:
    other = Shop(shop.url.replace("127.0.0.1", "localhost"))
    assert begin(shop).url.startswith(f"{shop.url}/_checkout/pay/cs_test_")
    assert begin(other).url.startswith(f"{other.url}/_checkout/pay/cs_test_")


def test_only_setup_and_payment_are_offered(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="does only setup and payment") as refused:
        begin(shop, mode="subscription")
    assert refused.value.param == "mode"


def test_without_a_currency_or_with_a_wrong_address_or_time_it_is_refused(account: Account) -> None:
    customer, now = account.customer(card=None), account.now()
    for wrong in ({"currency": ""}, {"success_url": "/cards"}, {"expires_at": now + 60}, {"expires_at": now + 2 * DAY}):
        with pytest.raises(stripe.InvalidRequestError):
            begin(account, customer, **wrong)
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.checkout.sessions.create({"mode": "setup", "customer": customer.id, "success_url": RETURN})


def test_a_card_that_is_typed_is_saved_and_told_and_the_customer_goes_back_to_the_shop(shop: Shop) -> None:
    session = begin(shop)
    answer = send(session.url, **CARD)
    assert (answer.status_code, answer.headers["Location"]) == (303, RETURN.replace("{CHECKOUT_SESSION_ID}", session.id))
    done = again(shop, session)
    assert (done.status, done.url, done.setup_intent.status) == ("complete", None, "succeeded")
    card = done.setup_intent.payment_method
    assert (card.customer, card.card.last4, card.card.exp_month, card.card.exp_year) == (session.customer, "4242", 12, 2034)
    told = [event.type for event in shop.events("payment_method.attached", "setup_intent.succeeded", "checkout.session.completed")]
    assert told == ["payment_method.attached", "setup_intent.succeeded", "checkout.session.completed"]
    assert shop.v1.customers.retrieve(session.customer).invoice_settings.default_payment_method is None


def test_a_card_from_the_list_is_one_tap(shop: Shop) -> None:
    session = begin(shop)
    assert send(session.url, card="0005").status_code == 303
    assert again(shop, session).setup_intent.payment_method.card.brand == "amex"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"number": ""}, "Type a test card's number"),
        ({"number": "4242 4242 4242 4241"}, "This is no card number"),
        ({"number": "4242"}, "This is no card number"),
        ({"month": "13"}, "Type the month"),
        ({"year": "4"}, "Type the year"),
        ({"year": "24"}, "its date is in the past"),
        ({"year": "99"}, "too far ahead"),
        ({"cvc": "12"}, "The security code has 3 digits."),
        ({"number": "378282246310005"}, "The security code has 4 digits on an American Express card."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays_but_not_the_security_code(shop: Shop, wrong: dict[str, str], sentence: str) -> None:
    session, typed = begin(shop), CARD | {"cvc": "987"} | wrong
    answer = send(session.url, **typed)
    assert answer.status_code == 422
    assert sentence in text(answer)
    for name in ("number", "month", "year"):
        assert f'value="{typed[name]}"' in answer.text
    assert "987" not in answer.text
    assert cards(shop, session) == []


def test_a_card_is_valid_to_the_end_of_its_month(shop: Shop) -> None:
    this_month = datetime.fromtimestamp(shop.now(), UTC)
    last_month = this_month.replace(day=1) - timedelta(days=1)
    session = begin(shop)
    assert send(session.url, **CARD | {"month": f"{last_month:%m}", "year": f"{last_month:%y}"}).status_code == 422
    assert send(session.url, **CARD | {"month": f"{this_month:%m}", "year": f"{this_month:%Y}"}).status_code == 303


def test_another_number_is_refused_and_not_even_shown_again(shop: Shop) -> None:
    session = begin(shop)
    answer = send(session.url, **CARD | {"number": "4111 1111 1111 1111"})
    assert answer.status_code == 422
    assert "The stand-in takes no others: never type a real one." in text(answer)
    assert "1111" not in answer.text


def test_no_card_number_is_kept_anywhere(tmp_path: Path) -> None:
    import sandbox

    database = tmp_path / "sandbox.sqlite"
    with sandbox.running(str(database)) as url:
        session = begin(Shop(url))
        send(session.url, **CARD | {"number": "4111111111111111"})
        send(session.url, **CARD | {"number": "4000000000000002"})
        assert send(session.url, **CARD).status_code == 303
        asked = requests.get(f"{url}/_sandbox/requests", timeout=30).text
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir()) + asked.encode()
    for number in ("4111111111111111", "4000000000000002", "4242424242424242", "4242 4242 4242 4242"):
        assert number.encode() not in kept


@pytest.mark.parametrize(
    ("last4", "code", "decline_code", "sentence"),
    [
        ("0002", "card_declined", "generic_decline", "Your card was declined."),
        ("9995", "card_declined", "insufficient_funds", "Your card has insufficient funds."),
        ("0069", "expired_card", None, "Your card has expired."),
        ("0127", "incorrect_cvc", None, "Your card's security code is incorrect."),
    ],
)
def test_a_declined_card_is_not_saved_and_the_page_says_why(
    shop: Shop, last4: str, code: str, decline_code: str | None, sentence: str
) -> None:
    session = begin(shop)
    answer = send(session.url, card=last4)
    assert answer.status_code == 402
    assert sentence in text(answer)
    assert sentence in text(requests.get(session.url, timeout=30)), "it is still there when the page is loaded again"
    found = again(shop, session)
    error = found.setup_intent.last_setup_error
    assert (found.status, found.setup_intent.status) == ("open", "requires_payment_method")
    assert (error.type, error.code, error.to_dict().get("decline_code")) == ("card_error", code, decline_code)
    assert (cards(shop, session), found.setup_intent.payment_method) == ([], None)
    assert len(shop.events("setup_intent.setup_failed")) == 1
    assert send(session.url, card="4242").status_code == 303, "another card may follow"
    assert again(shop, session).setup_intent.last_setup_error is None


@pytest.mark.parametrize("last4", ["3155", "3220", "3184"])
def test_a_card_whose_bank_asks_is_saved_once_its_holder_has_said_yes(shop: Shop, last4: str) -> None:
    session = begin(shop)
    answer = send(session.url, card=last4)
    bank = f"{shop.url}{answer.headers['Location']}"
    assert (answer.status_code, cards(shop, session)) == (303, [])
    intent = again(shop, session).setup_intent
    assert (intent.status, intent.next_action.redirect_to_url.url) == ("requires_action", bank)
    assert "Is this you?" in text(requests.get(bank, timeout=30))
    assert "Save a card" in text(requests.get(session.url, timeout=30)), "one may go back and take another card"
    assert send(bank, outcome="complete").headers["Location"] == RETURN.replace("{CHECKOUT_SESSION_ID}", session.id)
    assert (again(shop, session).status, cards(shop, session)) == ("complete", [last4])


def test_a_card_whose_holder_does_not_say_yes_is_not_saved(shop: Shop) -> None:
    session = begin(shop)
    bank = f"{shop.url}{send(session.url, card='3155').headers['Location']}"
    answer = send(bank, outcome="fail")
    assert f"{shop.url}{answer.headers['Location']}" == session.url
    assert "We are unable to authenticate your payment method." in text(requests.get(session.url, timeout=30))
    intent = again(shop, session).setup_intent
    assert (intent.status, intent.last_setup_error.code) == ("requires_payment_method", "setup_intent_authentication_failure")
    assert requests.get(bank, timeout=30, allow_redirects=False).status_code == 303, "there is nothing more to ask"
    assert send(bank, outcome="complete").status_code == 303
    assert cards(shop, session) == []


def test_a_card_can_be_declined_after_its_holder_said_yes(shop: Shop) -> None:
    session = begin(shop)
    bank = f"{shop.url}{send(session.url, card='1629').headers['Location']}"
    send(bank, outcome="complete")
    assert "Your card was declined." in text(requests.get(session.url, timeout=30))
    assert (again(shop, session).status, cards(shop, session)) == ("open", [])


def test_sent_twice_at_once_one_card_is_saved(shop: Shop) -> None:
    session = begin(shop)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(session.url, **CARD), range(8)))
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {
        (303, RETURN.replace("{CHECKOUT_SESSION_ID}", session.id))
    }
    assert cards(shop, session) == ["4242"]
    assert len(shop.events("checkout.session.completed")) == 1


def test_loaded_again_when_all_is_done_the_page_says_so_and_leads_to_the_shop(shop: Shop) -> None:
    session = begin(shop)
    send(session.url, **CARD)
    answer = requests.get(session.url, timeout=30)
    assert answer.status_code == 200
    assert "The card is saved" in text(answer)
    assert f'href="{RETURN.replace("{CHECKOUT_SESSION_ID}", session.id)}"' in answer.text


def test_it_expires_after_a_day_by_the_stand_ins_clock(shop: Shop) -> None:
    session = begin(shop)
    shop.later(days=1)
    expired = again(shop, session)
    assert (expired.status, expired.url, expired.setup_intent.status) == ("expired", None, "canceled")
    assert [event.data.object.id for event in shop.events("checkout.session.expired")] == [session.id]
    for answer in (requests.get(session.url, timeout=30), send(session.url, **CARD)):
        assert answer.status_code == 410
        assert "This page has expired" in text(answer)
        assert 'href="https://shop.example/cards"' in answer.text
    assert cards(shop, session) == []


def test_a_session_can_be_ended_by_hand_while_it_is_open(account: Account) -> None:
    session = begin(account)
    assert account.v1.checkout.sessions.expire(session.id).status == "expired"
    assert account.v1.setup_intents.retrieve(session.setup_intent).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.checkout.sessions.expire(session.id)


def test_a_session_that_is_complete_does_not_expire(shop: Shop) -> None:
    session = begin(shop)
    send(session.url, **CARD)
    with pytest.raises(stripe.InvalidRequestError, match="status of complete"):
        shop.v1.checkout.sessions.expire(session.id)
    shop.later(days=2)
    assert again(shop, session).status == "complete"


def test_sessions_are_listed_by_customer_and_status(shop: Shop) -> None:
    first, second = begin(shop), begin(shop)
    send(first.url, **CARD)
    assert [found.id for found in shop.v1.checkout.sessions.list({"customer": second.customer}).data] == [second.id]
    assert [found.id for found in shop.v1.checkout.sessions.list({"status": "complete"}).data] == [first.id]


def test_an_unknown_page_says_so(shop: Shop) -> None:
    for path in ("pay", "authenticate"):
        url = f"{shop.url}/_checkout/{path}/cs_test_unknown"
        assert [requests.get(url, timeout=30).status_code, send(url).status_code] == [404, 404]


def test_what_a_customer_is_called_cannot_write_into_the_page(shop: Shop) -> None:
    session = begin(shop, shop.customer(card=None, name="<b>Al</b>"))
    answer = requests.get(session.url, timeout=30)
    assert "<b>Al</b>" not in answer.text
    assert "script" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False) as context:
        yield context.new_page()


@pytest.fixture
def coming_back(shop: Shop) -> str:
    """An address of the test's own: the stand-in answers it."""
    return f"{shop.url}/_sandbox/healthz?session={{CHECKOUT_SESSION_ID}}"


@pytest.mark.browser
def test_on_a_phone_without_javascript_a_card_is_typed_with_the_keyboard(shop: Shop, phone: Page, coming_back: str) -> None:
    session = begin(shop, success_url=coming_back)
    phone.goto(session.url)
    phone.get_by_label("Card number").fill("4000 0000 0000 9995")
    for key in ("12", "34", "123"):
        phone.keyboard.press("Tab")
        phone.keyboard.type(key)
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("alert")).to_contain_text("insufficient funds")
    expect(phone.get_by_label("Card number")).to_have_value("4000 0000 0000 9995")
    expect(phone.get_by_label("Security code")).to_have_value("")
    phone.get_by_label("Card number").fill("4000002500003155")
    phone.get_by_label("Security code").fill("123")
    phone.get_by_role("button", name="Save card").click()
    phone.get_by_role("button", name="Complete authentication").click()
    expect(phone).to_have_url(coming_back.replace("{CHECKOUT_SESSION_ID}", session.id))
    assert cards(shop, session) == ["3155"]


@pytest.mark.browser
def test_on_a_phone_without_javascript_a_card_is_picked_by_one_tap(shop: Shop, phone: Page, coming_back: str) -> None:
    session = begin(shop, success_url=coming_back)
    phone.goto(session.url)
    phone.get_by_role("button", name="5555 5555 5555 4444").click()
    expect(phone).to_have_url(coming_back.replace("{CHECKOUT_SESSION_ID}", session.id))
    assert cards(shop, session) == ["4444"]


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_a_phone_and_break_no_rule_of_access(shop: Shop, browser: Browser, scheme: Any, tmp_path: Path) -> None:
    session = begin(shop)
    with browser.new_context(viewport={"width": 360, "height": 740}, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(session.url)
        _check(page, tmp_path / "pay.png")
        page.get_by_role("button", name="Save card").click()
        _check(page, tmp_path / "wrong.png")
        page.get_by_role("button", name="4000 0000 0000 0002").click()
        _check(page, tmp_path / "declined.png")
        page.get_by_role("button", name="4000 0025 0000 3155").click()
        _check(page, tmp_path / "authenticate.png")
        shop.v1.checkout.sessions.expire(session.id)
        page.goto(session.url)
        _check(page, tmp_path / "expired.png")


def _check(page: Page, picture: Path) -> None:
    page.screenshot(path=picture, full_page=True)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    sizes = page.evaluate("[...document.querySelectorAll('button, input, a')].map(it => it.getBoundingClientRect().height)")
    assert min(sizes) >= 44
