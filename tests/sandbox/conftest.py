"""A stand-in of the test's own, over real HTTP; every answer that it gives is held against Stripe's description."""

from collections.abc import Iterator
from threading import Lock

import pytest
from flask import Flask, Response, request

import sandbox
from sandbox.serving import serving
from tests.harness.serving import serve
from tests.sandbox.endpoint import Endpoint
from tests.sandbox.schemas import Schemas
from tests.sandbox.shop import Shop


@pytest.fixture(scope="session")
def schemas() -> Schemas:
    return Schemas()


@pytest.fixture
def shop(schemas: Schemas) -> Iterator[Shop]:
    app, stand_in = sandbox.create_app()
    problems = _watched(app, schemas)
    with serving(app, stand_in) as url:
        yield Shop(url)
    assert not problems, problems


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """Where webhooks arrive."""
    app, endpoint = Flask(__name__), Endpoint()
    app.post("/webhooks")(endpoint.receive)
    with serve(app) as url:
        endpoint.url = f"{url}/webhooks"
        yield endpoint


def _watched(app: Flask, schemas: Schemas) -> list[str]:
    problems: list[str] = []
    lock = Lock()

    @app.after_request
    def hold_against_the_description(response: Response) -> Response:
        if request.path.startswith("/v1/") and not response.is_streamed:
            answer = response.get_json()
            with lock:
                problems.extend(schemas.problems(request.method, request.path, response.status_code, answer))
        return response

    return problems
