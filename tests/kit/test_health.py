from flask import Flask

from portal import create_app
from tests.ground import app as app
from tests.settings import settings


def test_it_lives_and_can_serve(app: Flask) -> None:
    for path in "/healthz", "/readyz":
        answer = app.test_client().get(path)
        assert (answer.status_code, answer.json) == (200, {"ok": True})


def test_without_its_database_it_lives_but_cannot_serve() -> None:
    app = create_app(settings("postgresql+psycopg://127.0.0.1:9/portal"))
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"ok": False, "database": "away"})


def test_it_asks_for_no_cookie_and_gives_none(app: Flask) -> None:
    assert "Set-Cookie" not in app.test_client().get("/readyz").headers
