import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.phone import eventually, link_for, phone, url
from tests.mail import Mail, code

pytestmark = pytest.mark.browser


def test_by_the_link_in_the_mail(phone: Page, mail: Mail) -> None:
    phone.goto("/subscriptions")
    expect(phone).to_have_url(url(phone, "/sign-in"))
    phone.goto(link_for(phone, mail))
    expect(phone.get_by_role("heading", name="Sign in as a•••@example.com")).to_be_visible()
    phone.get_by_role("button", name="Sign in").click()
    expect(phone).to_have_url(url(phone, "/subscriptions"))  # where she was going
    expect(phone.get_by_role("link", name="Pantry box")).to_be_visible()


def test_by_the_code_on_another_device_while_the_link_is_left_alone(browser: Browser, portal: str, mail: Mail) -> None:
    with phone(browser, portal) as first, phone(browser, portal) as second:
        first.goto(link_for(first, mail))  # a scanner opens it as well, and presses nothing
        second.goto("/sign-in")
        second.get_by_label("E-mail").fill("alice@example.com")
        second.get_by_role("button", name="Send me the mail").click()
        expect(second.get_by_role("heading", name="Open the mail")).to_be_visible()
        eventually(lambda: len(mail.to("alice@example.com")) == 2)
        second.get_by_label("Or type the 6-digit code").fill(code(mail.newest("alice@example.com")))
        second.get_by_role("button", name="Sign in").click()
        expect(second).to_have_url(url(second, "/"))
        first.get_by_role("button", name="Sign in").click()
        expect(first.get_by_role("heading", name="There is a newer mail")).to_be_visible()


def test_back_shows_nothing_private_after_sign_out(home: Page) -> None:
    expect(home.get_by_text("Pantry box").first).to_be_visible()
    home.goto("/account")
    home.get_by_role("button", name="Sign out").click()
    expect(home.get_by_role("status")).to_contain_text("You are signed out.")
    for _ in range(2):
        home.go_back()
        expect(home.get_by_label("E-mail")).to_be_visible()
        expect(home.get_by_text("Pantry box")).to_have_count(0)
        assert "alice" not in home.content()
