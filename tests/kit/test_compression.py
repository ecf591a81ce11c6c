import gzip

import brotli
from flask.testing import FlaskClient


def test_a_page_comes_compressed_to_who_asks(client: FlaskClient) -> None:
    plain = client.get("/box/note")
    assert "Content-Encoding" not in plain.headers
    br = client.get("/box/note", headers={"Accept-Encoding": "gzip, br"})
    assert br.headers["Content-Encoding"] == "br" and brotli.decompress(br.data).startswith(b"<!doctype html>")
    zipped = client.get("/box/note", headers={"Accept-Encoding": "gzip, br;q=0"})
    assert zipped.headers["Content-Encoding"] == "gzip" and gzip.decompress(zipped.data) == plain.data
    for answer in (plain, br, zipped):
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_a_short_answer_stays_as_it_is(client: FlaskClient) -> None:
    answer = client.get("/box", headers={"Accept-Encoding": "br", "HX-Request": "true", "HX-Target": "section#next_delivery"})
    assert "Content-Encoding" not in answer.headers and answer.text.strip().startswith("<section")
