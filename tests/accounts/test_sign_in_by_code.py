from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask

from tests.accounts.door import Work, ask, asked, press, said, sessions
from tests.browser import Browser, attribute
from tests.mail import Mail, code, link, text

Move = Callable[[timedelta], None]


def enter(browser: Browser, typed: str, expect: int = 200, target: str | None = None) -> str:
    page = browser.post("/sign-in/code", {"code": typed}, expect=expect, target=target)
    return said(page, {422: "#code-error"}.get(expect, "#notice"))


def other(six: str) -> str:
    """A code that is not this one."""
    return f"{(int(six) + 1) % 10**6:06}"


def test_the_code_signs_in(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    enter(browser, code(asked(browser, mail, work)))
    assert browser.signed_in and browser.answer.request.path == "/"


def test_with_htmx_too(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    six = code(asked(browser, mail, work))
    assert "4 tries are left" in enter(browser, other(six), 422, "sent") and "<html" not in browser.answer.text
    browser.post("/sign-in/code", {"code": six}, target="sent")
    assert browser.signed_in and browser.answer.request.path == "/"


@pytest.mark.parametrize(
    "shape", ["{} {}", " {}{} ", "{}-{}", "\t{}{}\r\n", "{}{} is your code for Halfjar", "Both work until 10:10: {} {}"]
)
def test_it_may_come_with_blanks_or_with_the_words_around_it(app: Flask, alice: int, mail: Mail, work: Work, shape: str) -> None:
    browser = Browser(app)
    six = code(asked(browser, mail, work))
    enter(browser, shape.format(six[:3], six[3:]))
    assert browser.signed_in


def test_wide_digits_are_digits(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    wide = {ord("0") + digit: ord("０") + digit for digit in range(10)}
    enter(browser, code(asked(browser, mail, work)).translate(wide))
    assert browser.signed_in


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abc", "123 456 or 654 321", "٤٠٧١١", "\x00"])
def test_what_is_no_code_is_said_kept_and_not_counted(app: Flask, alice: int, mail: Mail, work: Work, typed: str) -> None:
    browser = Browser(app)
    six = code(asked(browser, mail, work))
    for _ in range(6):
        page = browser.post("/sign-in/code", {"code": typed}, expect=422)
        assert said(page, "#code-error") == "A code has six digits. Copy them from the newest mail."
        assert attribute(page, "#code") == typed
    enter(browser, six)
    assert browser.signed_in


def test_a_wrong_code_says_how_many_tries_are_left(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    wrong = other(code(asked(browser, mail, work)))
    for left in ("4 tries are left.", "3 tries are left.", "2 tries are left.", "one try is left."):
        page = browser.post("/sign-in/code", {"code": wrong}, expect=422)
        assert said(page, "#code-error") == f"This code is not the one in the newest mail. Look again; {left}"
        assert attribute(page, "#code") == wrong


def test_five_wrong_codes_end_it_and_its_link(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    sent = asked(browser, mail, work)
    for _ in range(4):
        enter(browser, other(code(sent)), 422)
    notice = enter(browser, other(code(sent)), 429)
    assert notice.startswith("Too many wrong codes: this one has ended.") and "a code after 10:10." in notice
    assert int(browser.answer.headers["Retry-After"]) > 500
    assert enter(browser, code(sent), 429) == notice
    assert said(Browser(app).get(link(sent), expect=410), "h1") == "Too many wrong codes were typed"
    Browser(app).post(link(sent), expect=410)
    assert sessions(app) == 0


def test_asking_again_does_not_reset_the_count_but_the_new_link_opens(app: Flask, alice: int, mail: Mail, work: Work, time: Move) -> None:
    browser = Browser(app)
    first = asked(browser, mail, work)
    for _ in range(3):
        enter(browser, other(code(first)), 422)
    time(timedelta(seconds=31))
    browser.post("/sign-in/again")
    work()
    second = mail.newest("alice@example.com")
    assert "one try is left" in enter(browser, other(code(second)), 422)
    enter(browser, other(code(second)), 429)
    time(timedelta(seconds=31))
    browser.post("/sign-in/again")
    work()
    third = mail.newest("alice@example.com")
    assert len(mail.received) == 3 and third["Subject"] == "Your link to Halfjar"
    assert "type this code" not in text(third)
    enter(browser, "123456", 429)
    press(browser, third)
    assert browser.signed_in


def test_after_ten_minutes_a_code_counts_again(app: Flask, alice: int, mail: Mail, work: Work, time: Move) -> None:
    browser = Browser(app)
    for _ in range(2):
        wrong = other(code(asked(browser, mail, work)))
        for expect in (422, 422, 422, 422, 429):
            enter(browser, wrong, expect)
        time(timedelta(minutes=10, seconds=5))
    sent = asked(browser, mail, work)
    assert sent["Subject"] == "Your link to Halfjar", "ten wrong codes in an hour are enough"
    time(timedelta(minutes=50))
    enter(browser, code(asked(browser, mail, work)))
    assert browser.signed_in


def test_six_wrong_codes_at_once_are_five(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    wrong = other(code(asked(browser, mail, work)))
    with ThreadPoolExecutor(6) as pool:
        sent = {"csrf_token": browser._token or "", "code": wrong}
        cookie = browser.client.get_cookie("portal")
        assert cookie

        def enter_one(_: int) -> int:
            client = app.test_client()
            client.set_cookie("portal", cookie.value)
            return client.post("/sign-in/code", data=sent).status_code

        answers = sorted(pool.map(enter_one, range(6)))
    assert answers == [422] * 4 + [429] * 2
    assert sessions(app) == 0


def test_the_right_code_at_once_opens_one_session(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    sent = {"code": code(asked(browser, mail, work)), "csrf_token": browser._token or ""}
    cookie = browser.client.get_cookie("portal")
    assert cookie

    def enter_one(_: int) -> int:
        client = app.test_client()
        client.set_cookie("portal", cookie.value)
        return client.post("/sign-in/code", data=sent).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(enter_one, range(6))) == [303] + [410] * 5
    assert sessions(app) == 1


def test_it_counts_only_in_the_browser_that_asked(app: Flask, alice: int, bob: int, mail: Mail, work: Work) -> None:
    alices, bobs, stranger = Browser(app), Browser(app), Browser(app)
    hers, his = code(asked(alices, mail, work)), code(asked(bobs, mail, work, "bob@example.com"))
    enter(bobs, hers, 422)
    stranger.post("/sign-in/code", {"code": hers})
    assert stranger.answer.request.path == "/sign-in" and sessions(app) == 0
    enter(alices, hers)
    enter(bobs, his)
    assert alices.signed_in and bobs.signed_in and sessions(app) == 2


def test_of_two_who_ask_for_one_address_only_the_newest_counts(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    attacker, alices = Browser(app), Browser(app)
    first = code(asked(attacker, mail, work))
    second = code(asked(alices, mail, work))
    assert enter(attacker, second, 410).startswith("There is a newer mail")
    assert enter(attacker, first, 410).startswith("There is a newer mail")
    enter(alices, second)
    assert alices.signed_in and not attacker.signed_in


def test_it_works_for_ten_minutes(app: Flask, alice: int, mail: Mail, work: Work, time: Move) -> None:
    browser = Browser(app)
    six = code(asked(browser, mail, work))
    time(timedelta(minutes=10, seconds=1))
    assert enter(browser, six, 410).startswith("The ten minutes are over")
    assert "This mail has ended" in browser.get("/sign-in/sent").text


def test_used_by_the_link_it_is_used(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    sent = asked(browser, mail, work)
    press(Browser(app), sent)
    assert enter(browser, code(sent), 410).startswith("This was used already")


def test_for_an_address_that_nobody_has_each_code_is_wrong_in_the_same_words(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    known, unknown = Browser(app), Browser(app)
    ask(known)
    ask(unknown, "carol@example.com")
    work()
    for expect in (422, 422, 422, 422, 429, 429):
        wrong = other(code(mail.newest("alice@example.com")))
        assert enter(known, wrong, expect) == enter(unknown, wrong, expect)


def test_a_code_typed_before_the_mail_left_is_wrong_too(app: Flask, alice: int) -> None:
    browser = Browser(app)
    ask(browser)
    assert "4 tries are left" in enter(browser, "123456", 422)
