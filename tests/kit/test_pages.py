import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from tests.kit.conftest import make_app

HTMX = {"HX-Request": "true", "HX-Target": "section#next_delivery", "HX-Current-URL": "http://localhost/box"}

PIECES = ["clock", "stepper", "shelf", "line", "facts", "compare", "timeline", "until", "notice", "go", "empty", "chip", "code", "choice"]
PIECES += ["field", "back"]


def skip(client: FlaskClient, headers: dict[str, str]) -> None:
    form = BeautifulSoup(client.get("/box").text, "html.parser").form
    assert form
    token = form.select_one("[name=csrf_token]")
    assert token
    assert client.post("/box/skip", data={"csrf_token": token["value"]}, headers=headers).status_code == 303


def post(client: FlaskClient, url: str, headers: dict[str, str]) -> str | None:
    found = BeautifulSoup(client.get("/box").text, "html.parser").select_one("[name=csrf_token]")
    assert found
    answer = client.post(url, data={"csrf_token": found["value"]}, headers=headers)
    assert answer.status_code == 303
    return answer.location


def test_a_page_has_its_frame_and_marks_its_place(client: FlaskClient) -> None:
    answer = client.get("/box")
    assert answer.text.startswith("<!doctype html>")
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.title and page.title.text == "Box · Halfjar"
    assert [tab.text for tab in page.select(".tabs [aria-current=page]")] == ["Deliveries"]
    assert page.select_one("dialog.sheet #sheet") and page.select_one("main#main > #notice[role=status]") and page.select_one("a.skip-link")


def test_htmx_gets_the_block_that_it_names(client: FlaskClient) -> None:
    answer = client.get("/box", headers=HTMX)
    assert answer.text.strip().startswith('<section id="next_delivery">') and "<html" not in answer.text
    assert 'name="csrf_token"' in answer.text
    assert {"HX-Request", "HX-Target"} <= {name.strip() for name in answer.headers["Vary"].split(",")}


def test_after_a_change_the_notice_comes_once_with_its_undo(client: FlaskClient) -> None:
    skip(client, HTMX)
    page = BeautifulSoup(client.get("/box", headers=HTMX).text, "html.parser")
    notice = page.select_one("#notice[hx-swap-oob=innerHTML] .notice.good")
    assert notice and notice.p and notice.p.text == "Skipped. Next is Sat 2 January."
    undo = notice.select_one("form[action='/box/undo'][hx-target='#next_delivery']")
    assert undo and undo.select_one("[name=csrf_token]") and undo.text.strip() == "Undo"
    assert "Skipped." not in client.get("/box").text


def test_without_htmx_the_undo_is_a_plain_form(client: FlaskClient) -> None:
    skip(client, {})
    form = BeautifulSoup(client.get("/box").text, "html.parser").select_one("#notice form")
    assert form and form["method"] == "post" and "hx-post" not in form.attrs


def test_a_page_without_that_block_is_gone_to(client: FlaskClient) -> None:
    sheet = HTMX | {"HX-Target": "div#sheet"}
    answer = client.get("/box", headers=sheet)
    assert (answer.text, answer.headers["HX-Refresh"]) == ("", "true")
    answer = client.get("/box?asked=1", headers=sheet | {"HX-Current-URL": "http://localhost/elsewhere"})
    assert (answer.text, answer.headers["HX-Redirect"]) == ("", "/box?asked=1")


def test_a_notice_waits_for_the_page_that_is_gone_to(client: FlaskClient) -> None:
    skip(client, HTMX)
    client.get("/box", headers=HTMX | {"HX-Target": "div#sheet"})
    assert "Skipped." in client.get("/box").text


def test_a_sheet_is_a_page_and_a_block(client: FlaskClient) -> None:
    assert "<main" in client.get("/box/note").text
    answer = client.get("/box/note", headers=HTMX | {"HX-Target": "div#sheet"})
    assert answer.text.strip() == '<h1 id="sheet-title">Note</h1>'


@pytest.mark.parametrize(
    "headers", [{"Referer": "http://localhost/box?asked=3"}, {"HX-Request": "true", "HX-Current-URL": "http://localhost/box?asked=3"}]
)
def test_a_refusal_shows_the_page_again_with_the_reason(client: FlaskClient, headers: dict[str, str]) -> None:
    assert post(client, "/refuse", headers) == "/box?asked=3"
    page = BeautifulSoup(client.get("/box").text, "html.parser")
    assert [notice.text.strip() for notice in page.select(".notice.bad[role=alert]")] == ["It is too late to skip this delivery."]


@pytest.mark.parametrize(
    "referer",
    [
        "https://evil.example/",
        "https://evil.example/box",
        "//evil.example/box",
        "http://localhost@evil.example/box",
        "http://localhost.evil.example/box",
        "http://localhost:81/box",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://[",
        "",
    ],
)
def test_a_refusal_never_leads_to_another_site(client: FlaskClient, referer: str) -> None:
    for header in ("Referer", "HX-Current-URL"):
        assert post(client, "/refuse", {header: referer}) == "/"


@pytest.mark.parametrize(
    "referer",
    [
        "http://localhost//evil.example",
        "http://localhost/\\evil.example",
        "http://localhost/\\/evil.example",
        "http://localhost///evil.example/..",
    ],
)
def test_nor_does_a_path_that_looks_like_one(client: FlaskClient, referer: str) -> None:
    for header in ("Referer", "HX-Current-URL"):
        location = post(client, "/refuse", {header: referer})
        assert location and location.startswith("/evil.example")


def test_a_page_that_refuses_itself_does_not_go_round_in_circles(client: FlaskClient) -> None:
    answer = client.get("/refuse", headers={"Referer": "http://localhost/refuse"})
    assert answer.status_code == 409 and "It is too late to skip this delivery." in answer.text


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503])
def test_an_error_says_what_to_do(client: FlaskClient, code: int) -> None:
    answer = client.get(f"/fail/{code}", headers={"X-Request-Id": "0f-abc12345"})
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == code and page.h1 and page.main
    assert page.h1.text != "That didn’t work" and str(code) not in page.main.text
    assert page.select_one("a.btn[href='/']")
    assert "secret detail" not in answer.text and "Traceback" not in answer.text
    assert ("0f-abc12345" in answer.text) == (code >= 500)


@pytest.mark.parametrize("code", [401, 404, 409, 418, 500])
def test_with_htmx_an_error_is_a_notice_and_nothing_else(client: FlaskClient, code: int) -> None:
    answer = client.get(f"/fail/{code}", headers=HTMX)
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == code and page.select_one("#notice[hx-swap-oob=innerHTML] > .notice.bad")
    assert not page.html and not page.select_one("section")


def test_a_wrong_verb_says_which_are_right(client: FlaskClient) -> None:
    assert "GET" in client.post("/box").headers["Allow"]


def test_the_styleguide_shows_every_piece_where_it_may(client: FlaskClient) -> None:
    page = BeautifulSoup(client.get("/styleguide").text, "html.parser")
    for piece in PIECES:
        assert page.select(f".{piece}"), piece
    ids = [element["id"] for element in page.select("[id]")]
    assert len(ids) == len(set(ids))
    assert make_app(demo=False).test_client().get("/styleguide").status_code == 404
