"""A customer is spoken to in the language that she chose: on each page, and in each mail."""

import pytest
from flask import Flask

from tests.browser import words
from tests.conftest import Work
from tests.mail import Mail, html, text
from tests.subscriptions.builders import Box

SAID = {
    "tr": (
        "Europe/Istanbul",
        "Sıradaki teslimat, Pantry box €14,90 28 Aralık Pazartesi",
        "Son değişiklik: 21 Ara Pzt, 12:00",
        "Pantry box: değişikliğiniz onaylandı",
        ("- 28 Ara Pzt atlandı", "21 Aralık Pzt, 12:00 saatine kadar geri al:", "Sıradaki teslimat: 25 Ocak Pazartesi, €14,90."),
    ),
    "ro": (
        "Europe/Bucharest",
        "Următoarea livrare, Pantry box 14,90 EUR Luni, 28 decembrie",
        "Modificări până lun 21 dec, 11:00",
        "Pantry box: modificarea ta este confirmată",
        (
            "- Livrarea de lun 28 dec a fost sărită",
            "Revocă până lun 21 decembrie, 11:00:",
            "Următoarea livrare: luni, 25 ianuarie, 14,90 EUR.",
        ),
    ),
}
"""The time zone; the heading of the first screen; until when; the subject of a mail; what it says."""


@pytest.mark.parametrize("language", SAID)
def test_a_page_and_a_mail_speak_the_language_that_was_chosen(app: Flask, alice: Box, mail: Mail, work: Work, language: str) -> None:
    zone, heading, until, subject, lines = SAID[language]
    offered = alice.browser.get("/account/language")
    assert {str(choice["value"]) for choice in offered.select("[name=locale]")} == {"en", "ro", "tr"}
    alice.browser.post("/account/language", {"locale": language, "time_zone": zone})
    page = alice.browser.get("/")
    assert page.html and page.html["lang"] == language
    assert page.h1 and words(page.h1) == heading and until in words(page)
    alice.browser.post(alice.skip(0))
    work()
    letter = mail.newest("alice@example.com")
    assert letter["Subject"] == subject and letter["Content-Language"] == language
    for line in lines:
        assert line in " ".join(text(letter).split())
    assert f'<html lang="{language}">' in html(letter)
