import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.kit import csrf

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def token(client: FlaskClient) -> str:
    found = TOKEN.search(client.get("/box").text)
    assert found
    return found[1]


def skipped(client: FlaskClient) -> int:
    with client.session_transaction() as session:
        return int(session.get("skipped", 0))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},  # what a page without a referrer says of itself
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost"},
    ],
)
def test_a_form_of_ours_is_taken(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/box/skip", data={"csrf_token": token(client)}, headers=headers)
    assert (answer.status_code, answer.location, skipped(client)) == (303, "/box", 1)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:81"},
    ],
)
def test_a_page_from_elsewhere_is_refused_even_with_the_right_token(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/box/skip", data={"csrf_token": token(client)}, headers=headers)
    assert (answer.status_code, skipped(client)) == (403, 0)
    assert "not sent from a page of ours" in answer.text


@pytest.mark.parametrize("sent", [None, "", "x", "é", "A" * 86, "A" * 4000])
def test_a_token_that_is_not_ours_is_refused(client: FlaskClient, sent: str | None) -> None:
    token(client)
    answer = client.post("/box/skip", data={} if sent is None else {"csrf_token": sent})
    assert (answer.status_code, skipped(client)) == (403, 0)
    assert "This page was open for too long" in answer.text


def test_the_token_of_another_session_is_refused(app: Flask, client: FlaskClient) -> None:
    foreign = token(app.test_client())
    token(client)
    assert client.post("/box/skip", data={"csrf_token": foreign}).status_code == 403


def test_a_form_whose_session_has_ended_keeps_what_was_typed(client: FlaskClient) -> None:
    sent = token(client)
    client.delete_cookie("portal")
    answer = client.post("/box/skip", data={"csrf_token": sent}, headers={"HX-Request": "true", "HX-Target": "section#next_delivery"})
    assert answer.status_code == 403
    assert 'id="notice"' in answer.text and "open for too long" in answer.text
    assert "<form" not in answer.text and "<html" not in answer.text


def test_each_page_masks_the_token_anew(client: FlaskClient) -> None:
    first, second = token(client), token(client)
    assert first != second
    for sent in (first, second):
        assert client.post("/box/skip", data={"csrf_token": sent}).status_code == 303


def test_a_token_from_before_sign_in_is_worth_nothing_after(client: FlaskClient) -> None:
    before = token(client)
    client.get("/sign-in")
    assert client.post("/box/skip", data={"csrf_token": before}).status_code == 403
    assert client.post("/box/skip", data={"csrf_token": token(client)}).status_code == 303


def test_only_a_declared_endpoint_is_exempt(app: Flask, client: FlaskClient) -> None:
    assert csrf.exempt_endpoints(app) == {"webhook"}
    assert client.post("/webhook", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 204


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_no_other_verb_slips_past(client: FlaskClient, method: str) -> None:
    assert client.open("/verb", method=method).status_code == 403
