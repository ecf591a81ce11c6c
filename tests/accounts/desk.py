"""Going through the desk's door, in one line each."""

from bs4 import BeautifulSoup
from pyotp import TOTP

from portal.accounts.authenticator import SECONDS
from portal.kit import clock
from tests.accounts.door import Work
from tests.browser import Browser
from tests.mail import Mail, code

JONAS = "jonas@halfjar.example"


class App:
    """An authenticator app, which goes by the wall's time. Each code counts once, so each is another one: this test does not wait."""

    def __init__(self, secret: str) -> None:
        self.totp, self.last = TOTP(secret.replace(" ", "")), 0

    def code(self) -> str:
        now = int(clock.wall().timestamp()) // SECONDS
        self.last = max(now, self.last + 1)
        assert self.last <= now + 1, "no third code in thirty seconds"
        return self.totp.generate_otp(self.last)

    @property
    def same(self) -> str:
        """The one that was shown last."""
        return self.totp.generate_otp(self.last)

    @property
    def wrong(self) -> str:
        now = int(clock.wall().timestamp()) // SECONDS
        near = {self.totp.generate_otp(step) for step in range(now - 3, now + 4)}
        return next(code for code in map(str, range(123456, 999999)) if code not in near)


def first_step(browser: Browser, mail: Mail, work: Work, email: str = JONAS) -> BeautifulSoup:
    """By the code in the mail. What follows is the second."""
    browser.get("/desk/sign-in")
    browser.post("/desk/sign-in", {"email": email})
    work()
    return browser.post("/desk/sign-in/code", {"code": code(mail.newest(email))})


def come_in(browser: Browser, mail: Mail, work: Work, app: App, email: str = JONAS) -> BeautifulSoup:
    first_step(browser, mail, work, email)
    return browser.post("/desk/sign-in/second-step", {"code": app.code()})


def shown_secret(page: BeautifulSoup) -> str:
    found = page.select_one("code.secret")
    assert found, page
    return found.text.replace(" ", "")
