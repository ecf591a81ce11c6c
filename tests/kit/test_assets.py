import gzip
import re
from pathlib import Path

import brotli
import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from portal.kit.assets import Assets
from tests.kit.conftest import ROOT, Shop, make_app


def url(app: Flask, name: str) -> str:
    with app.test_request_context():
        return url_for("static", filename=name)


@pytest.mark.parametrize("name", ["portal.css", "portal.js", "icons.svg", "products/coffee.svg", "mark.svg"])
def test_a_file_has_its_hash_in_its_name_and_is_kept_for_ever(app: Flask, client: FlaskClient, name: str) -> None:
    hashed = url(app, name)
    stem, _, ending = name.rpartition(".")
    assert re.fullmatch(rf"/static/{stem}\.[0-9a-f]{{12}}\.{ending}", hashed)
    with client.get(hashed) as answer:
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_it_comes_compressed_to_who_asks(app: Flask, client: FlaskClient) -> None:
    css = url(app, "portal.css")
    with client.get(css) as plain, client.get(css, headers={"Accept-Encoding": "gzip, deflate, br"}) as br:
        assert br.headers["Content-Encoding"] == "br" and brotli.decompress(br.data) == plain.data
        assert len(br.data) < 9 * 1024, "HTML and CSS share 14 KB on a first visit, and a page's HTML needs its part"
    with client.get(css, headers={"Accept-Encoding": "gzip"}) as zipped:
        assert zipped.headers["Content-Encoding"] == "gzip" and gzip.decompress(zipped.data) == plain.data
        assert zipped.headers["Vary"] == "Accept-Encoding"


def test_the_stylesheet_and_the_icon_wear_the_shops_colour(app: Flask, client: FlaskClient) -> None:
    for name in ("portal.css", "mark.svg"):
        with client.get(url(app, name)) as answer:
            assert Shop().accent in answer.get_data(as_text=True) and "#17604b" not in answer.get_data(as_text=True)
            assert name != "portal.css" or "--brand: #8a2be2;" in answer.get_data(as_text=True)


def test_the_script_brings_htmx_along(app: Flask, client: FlaskClient) -> None:
    with client.get(url(app, "portal.js")) as answer:
        assert answer.data.startswith((ROOT / "static/htmx.min.js").read_bytes())
        assert answer.data.endswith((ROOT / "static/portal.js").read_bytes())


def test_a_changed_file_gets_a_new_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.css").write_text("a{}")
    app = make_app()
    app.static_folder = str(tmp_path)
    assets = Assets(app)
    before = assets.names["a.css"]
    (tmp_path / "a.css").write_text("a{color:red}")
    assets.build()
    assert assets.names["a.css"] != before


def test_a_path_leads_nowhere_else(client: FlaskClient) -> None:
    for path in ("/static/../portal/kit/web.py", "/static/%2e%2e/pyproject.toml", "/static//etc/passwd"):
        assert client.get(path).status_code in (308, 404)


def test_a_page_asks_for_four_files_and_fits_one_round_trip(client: FlaskClient) -> None:
    html = client.get("/styleguide", headers={"Accept-Encoding": "br"})
    assert html.headers["Content-Encoding"] == "br"
    text = brotli.decompress(html.data).decode()
    files = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', text)) - set(re.findall(r"/static/products/[^\"]+", text))
    assert len(files) == 4
    css = next(name for name in files if name.endswith(".css"))
    with client.get(css, headers={"Accept-Encoding": "br"}) as answer:
        assert len(html.data) + len(answer.data) <= 14 * 1024


@pytest.mark.parametrize("accent", ["red", "#17604b;}body{display:none", "#12345", ""])
def test_a_colour_that_is_none_stops_the_start(accent: str) -> None:
    app = make_app()
    app.config["SHOP"] = Shop(accent=accent)
    with pytest.raises(ValueError, match="accent"):
        Assets(app)
