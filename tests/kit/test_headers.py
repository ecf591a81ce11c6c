import pytest
from flask.testing import FlaskClient

from tests.kit.conftest import make_app

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)


@pytest.mark.parametrize("path", ["/box", "/box/note", "/nowhere", "/fail/500", "/fail/403", "/webhook", "/static/portal.css"])
def test_every_answer_is_guarded(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"X-Request-Id": "0f-abc12345"}, buffered=True)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["X-Request-Id"] == "0f-abc12345"
    assert "Server" not in answer.headers
    if not path.startswith("/static"):
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_strange_request_id_is_replaced(client: FlaskClient) -> None:
    given = "x y<script>"
    assert client.get("/box", headers={"X-Request-Id": given}).headers["X-Request-Id"] != given


def test_over_https_the_browser_is_told_to_stay_there() -> None:
    client = make_app("https://my.halfjar.example", demo=False, testing=False).test_client()
    answer = client.get("/box", base_url="https://my.halfjar.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-portal=")
    assert all(part in cookie for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax")) and "Domain" not in cookie
    assert "Strict-Transport-Security" not in make_app().test_client().get("/box").headers


def test_what_a_proxy_got_without_https_is_sent_there() -> None:
    client = make_app("https://my.halfjar.example", demo=False, testing=False).test_client()
    answer = client.get("/box?a=1", base_url="http://my.halfjar.example", headers={"X-Forwarded-Proto": "http"})
    assert (answer.status_code, answer.location) == (308, "https://my.halfjar.example/box?a=1")


@pytest.mark.parametrize(
    "host", ["evil.example", "my.halfjar.example.evil.example", "localhost", "192.168.1.7", "a:b:c", "[", "[evil", "[::1]x", "x y", "%00"]
)
def test_another_host_name_is_refused(host: str) -> None:
    client = make_app("https://my.halfjar.example", demo=False, testing=False).test_client()
    answer = client.get("/box", headers={"Host": host})
    assert answer.status_code == 400
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert "evil" not in answer.text


@pytest.mark.parametrize("host", ["my.halfjar.example", "localhost:8000", "127.0.0.1", "192.168.1.7:8000", "[::1]:8000", "laptop.local"])
def test_a_demo_can_be_looked_at_from_the_same_house(host: str) -> None:
    client = make_app("https://my.halfjar.example", demo=True, testing=False).test_client()
    assert client.get("/box", headers={"Host": host}).status_code == 200


def test_a_demo_is_not_open_to_other_names() -> None:
    client = make_app(demo=True, testing=False).test_client()
    for host in ("evil.example", "8.8.8.8", "localhost.evil.example"):
        assert client.get("/box", headers={"Host": host}).status_code == 400


def test_a_page_may_be_stricter_or_allow_one_thing_more(client: FlaskClient) -> None:
    assert client.get("/door/secret").headers["Referrer-Policy"] == "no-referrer"
    assert client.get("/pay").headers["Content-Security-Policy"] == POLICY + "; frame-src https://js.stripe.com"
    assert client.get("/box").headers["Content-Security-Policy"] == POLICY
