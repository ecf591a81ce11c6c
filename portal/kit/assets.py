"""Static files under names that hold a hash of their content, so that a browser may keep them for ever."""

import gzip
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from wsgiref.headers import Headers

import brotli
from flask import Flask
from whitenoise import WhiteNoise

from portal.kit import headers

TEXTS = {".css", ".js", ".svg"}
BEFORE = {"portal.js": ["htmx.min.js"]}
"""What goes in front of a file, into the same one: each request less makes the first visit faster."""


class Assets:
    """All static files, hashed and compressed once at the start, in a folder that goes away with the process."""

    def __init__(self, app: Flask) -> None:
        self.source = Path(app.static_folder or "")
        self.prefix = app.static_url_path or "/static"
        self.brand = brand(app.config["SHOP"].accent)
        self.names: dict[str, str] = {}
        self._seen: object = None
        headers_of_all = {**headers.for_everything(app.config["SESSION_COOKIE_SECURE"]), "Content-Security-Policy": headers.policy([])}

        def add_headers(given: Headers, path: str, url: str) -> None:
            for name, value in headers_of_all.items():
                given[name] = value

        self.server = WhiteNoise(
            app.wsgi_app, allow_all_origins=False, add_headers_function=add_headers, immutable_file_test=lambda path, url: True,
            max_age=WhiteNoise.FOREVER,
        )  # fmt: skip
        self.build()

    def build(self) -> None:
        """Build what is not built yet: while developing, files change."""
        files = sorted(path for path in self.source.rglob("*") if path.is_file())
        seen = [(path, path.stat().st_mtime_ns) for path in files]
        if seen == self._seen:
            return
        self._folder = TemporaryDirectory(prefix="portal-static-")
        for path in files:
            name = path.relative_to(self.source).as_posix()
            self.names[name] = write(Path(self._folder.name), name, self.content(path, name))
        self.server.add_files(self._folder.name, prefix=self.prefix)
        self._seen = seen

    def content(self, path: Path, name: str) -> bytes:
        parts = [(self.source / first).read_bytes() for first in BEFORE.get(name, [])] + [path.read_bytes()]
        return b"\n".join([*parts, self.brand] if name == "portal.css" else parts)

    def hashed(self, endpoint: str, values: dict[str, Any]) -> None:
        """`url_for("static", filename="portal.css")` gives the hashed name."""
        if endpoint == "static":
            values["filename"] = self.names.get(values["filename"], values["filename"])


def init_app(app: Flask) -> None:
    assets = Assets(app)
    app.wsgi_app = assets.server  # type: ignore[method-assign]
    app.url_default_functions.setdefault(None, []).append(assets.hashed)
    if app.debug:
        app.before_request(assets.build)


def brand(accent: str) -> bytes:
    """The one value that a shop sets, as the last line of the stylesheet: a style attribute would need a weaker policy."""
    return f":root{{--brand:{accent}}}\n".encode()


def write(folder: Path, name: str, content: bytes) -> str:
    """Write a file and its compressed twins, and say under which name."""
    stem, _, ending = name.rpartition(".")
    hashed = f"{stem}.{sha256(content).hexdigest()[:12]}.{ending}"
    path = folder / hashed
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if path.suffix in TEXTS:
        path.with_name(path.name + ".br").write_bytes(brotli.compress(content))
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(content, mtime=0))
    return hashed
