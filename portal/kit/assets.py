"""Static files under names that hold a hash of their content, so that a browser may keep them for ever."""

import atexit
import gzip
import re
import shutil
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from wsgiref.headers import Headers

import brotli
from flask import Flask
from whitenoise import WhiteNoise

from portal.kit import headers

FOR_EVER = "public, max-age=31536000, immutable"
TEXTS = {".css", ".js", ".svg"}
ACCENT = b"#17604b"
"""Stands in the stylesheet and in the icon for the one colour that a shop chooses."""
BRANDED = {"portal.css", "mark.svg"}
BEFORE = {"portal.js": ["htmx.min.js"]}
"""What goes in front of a file, into the same one: each request less makes the first visit faster."""


class Assets:
    """All static files, hashed and compressed at the start, so that there is nothing to build before."""

    def __init__(self, app: Flask) -> None:
        self.source = Path(app.static_folder or "")
        self.prefix = app.static_url_path or "/static"
        self.accent = app.config["SHOP"].accent
        if not re.fullmatch("#[0-9a-fA-F]{6}", self.accent):
            raise ValueError(f"The shop's accent must be a colour like #17604b, not {self.accent!r}.")
        self.names: dict[str, str] = {}
        self._seen: list[tuple[Path, int]] = []
        carried = headers.for_everything(app) | {"Content-Security-Policy": headers.policy([]), "Cache-Control": FOR_EVER}

        def add_headers(given: Headers, path: str, url: str) -> None:
            for name, value in carried.items():
                given[name] = value

        self.server = WhiteNoise(app.wsgi_app, allow_all_origins=False, add_headers_function=add_headers)
        self.build()

    def build(self) -> None:
        """Build what has changed: while developing, files do."""
        files = sorted(path for path in self.source.rglob("*") if path.is_file())
        seen = [(path, path.stat().st_mtime_ns) for path in files]
        if seen == self._seen:
            return
        for path in files:
            name = path.relative_to(self.source).as_posix()
            self.names[name] = write(name, self.content(path, name))
        self.server.add_files(folder(), prefix=self.prefix)
        self._seen = seen

    def content(self, path: Path, name: str) -> bytes:
        parts = [(self.source / first).read_bytes() for first in BEFORE.get(name, [])] + [path.read_bytes()]
        content = b"\n".join(parts)
        return content.replace(ACCENT, self.accent.encode()) if name in BRANDED else content

    def hashed(self, endpoint: str, values: dict[str, Any]) -> None:
        """`url_for("static", filename="portal.css")` gives the hashed name."""
        if endpoint == "static":
            values["filename"] = self.names.get(values["filename"], values["filename"])


def init_app(app: Flask) -> None:
    assets = Assets(app)
    app.wsgi_app = assets.server  # type: ignore[method-assign]
    app.url_defaults(assets.hashed)
    if app.debug:
        app.before_request(assets.build)


@cache
def folder() -> Path:
    """Where the built files lie as long as this process lives."""
    path = Path(mkdtemp(prefix="portal-static-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def write(name: str, content: bytes) -> str:
    """Write a file and its compressed twins, and say under which name."""
    stem, _, ending = name.rpartition(".")
    hashed = f"{stem}.{sha256(content).hexdigest()[:12]}.{ending}"
    path = folder() / hashed
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if path.suffix in TEXTS:
            path.with_name(f"{path.name}.br").write_bytes(brotli.compress(content))
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content, mtime=0))
    return hashed
