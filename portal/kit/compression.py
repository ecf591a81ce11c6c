"""Sends pages compressed to a browser that asks for it."""

import gzip

import brotli
from flask import Flask, request
from flask.wrappers import Response

WORTH_IT = 1024
TEXTS = {"text/html", "text/css", "text/plain", "text/csv", "application/json", "application/problem+json", "image/svg+xml"}


def init_app(app: Flask) -> None:
    app.after_request(compress)


def compress(response: Response) -> Response:
    if response.mimetype not in TEXTS or response.is_streamed or response.direct_passthrough or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    text = response.get_data()
    if len(text) > WORTH_IT:
        if request.accept_encodings.quality("br"):
            response.set_data(brotli.compress(text, quality=5))
            response.headers["Content-Encoding"] = "br"
        elif request.accept_encodings.quality("gzip"):
            response.set_data(gzip.compress(text, compresslevel=6, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
    return response
