"""What is sent in the wrong shape, size or place is refused quickly, with a problem that says why; nothing of it is a 5xx (REL X11, R7)."""

from typing import Any

import pytest
from flask import Flask

from portal.kit.problems import TYPE
from tests.api.client import System

DEEP = b'{"name":' + b"[" * 200_000 + b"]" * 200_000 + b"}"


@pytest.fixture
def shop(app: Flask) -> System:
    return System(app)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"name": "a", "name": "b"}', "'name' comes twice"),
        (b'{"name": "a", "variants": [{"sku": "1", "sku": "2"}]}', "'sku' comes twice"),
        (b'{"name": NaN}', "NaN is no number"),
        (b'{"name": -Infinity}', "-Infinity is no number"),
        (b'{"name": 1e309}', "1e309 is no number"),
        (b'{"name": "\\ud800"}', "not JSON"),
        (b'{"name": "\xff"}', "not JSON"),
        (b'{"name": 1' + b"0" * 5000 + b"}", "not JSON"),
        ('{"name": "a"}'.encode("utf-16"), "not JSON"),
        (DEEP, "nested too deep"),
    ],
    ids=str,
)
def test_a_body_that_is_no_json_is_refused(shop: System, body: bytes, said: str) -> None:
    assert said in shop.put("/products/tea", body, expect=400)["detail"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/xml"]
)
def test_a_body_of_another_type_is_refused(shop: System, kind: str) -> None:
    problem = shop.put("/products/tea", b'{"name": "Tea"}', expect=415, headers={"Content-Type": kind})
    assert problem["type"].endswith("#wrong-content-type")


def test_a_body_that_is_too_large_is_refused(shop: System) -> None:
    assert shop.put("/products/tea", b" " * (4 * 1024 * 1024 + 1), expect=413)["status"] == 413
    shop.put("/products/tea", b" " * (4 * 1024 * 1024 - 15) + b'{"name": "Tea"}', expect=201)


def test_of_very_many_faults_the_first_are_told(shop: System) -> None:
    problem = shop.put("/products/tea", {f"x{number}": 1 for number in range(1000)}, expect=422)
    assert len(problem["errors"]) == 50
    assert problem["detail"].startswith("1001 places are wrong")


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "limit=1e9", "limit=1&limit=2", "cursor=x", "cursor=%FF", "cursor=c3RvY2s6MQ", "page=2", "limit="],
)
def test_a_parameter_that_can_not_be_taken_is_named(shop: System, query: str) -> None:
    problem = shop.get(f"/products?{query}", expect=400)
    assert problem["errors"][0]["pointer"] == query.partition("=")[0]


@pytest.mark.parametrize("ref", ["..", "a b", "é", "x" * 65, "-x", "a%0Ab"])
def test_a_name_that_can_not_be_one_is_refused(shop: System, ref: str) -> None:
    assert shop.put(f"/products/{ref}", {"name": "Tea"}, expect=400)["errors"][0]["pointer"] == "ref"


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/nothing", 404),
        ("PUT", "/nothing", 404),
        ("GET", "/products/a%00b", 404),
        ("DELETE", "/products/tea", 405),
        ("POST", "/products", 405),
    ],
)
def test_where_nothing_is_it_is_said_as_a_problem(shop: System, method: str, path: str, code: int) -> None:
    problem = shop.ask(method, path, expect=code)
    assert (problem["type"], problem["status"]) == ("about:blank", code)
    assert shop.answer.mimetype == TYPE
    if code == 405:
        assert shop.answer.headers["Allow"]


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_makes_another_method_of_one(shop: System, header: str) -> None:
    shop.put("/products/tea", {"name": "Tea"}, expect=201)
    shop.get("/products/tea", headers={header: "PUT"})
    shop.ask("POST", "/products/tea", {"name": "Else"}, expect=405, headers={header: "PUT"})
    assert shop.get("/products/tea")["name"] == "Tea"


def test_no_answer_is_kept_by_a_cache_or_sets_a_cookie(shop: System) -> None:
    for path, expect in ("/products", 200), ("/nothing", 404):
        shop.get(path, expect=expect)
        headers: Any = shop.answer.headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
