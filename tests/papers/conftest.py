"""Whose papers these are, and what is to be read in one."""

import io
from collections.abc import Callable

import pytest
from flask import Flask
from pypdf import PdfReader

from portal.kit.db import transaction
from tests.accounts.builders import customer
from tests.browser import Browser

Read = Callable[[str], list[str]]


@pytest.fixture
def alice(app: Flask) -> int:
    with app.app_context(), transaction():
        return customer("alice@example.com", "Alice Çelik").id


@pytest.fixture
def hers(app: Flask, alice: int) -> Browser:
    browser = Browser(app)
    browser.sign_in(alice)
    return browser


@pytest.fixture
def read(hers: Browser) -> Read:
    """The pages of a paper, each in one line with plain blanks."""

    def pages(path: str) -> list[str]:
        answer = hers.client.get(path)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.data)).pages]

    return pages
