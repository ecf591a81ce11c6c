"""How much a browser may send, and for how long: a form is small; a view that takes files says how many."""

from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from socket import SHUT_RD, socket
from tempfile import SpooledTemporaryFile
from threading import Timer
from time import monotonic
from typing import IO, Any, TypeVar

from flask import Flask, Request, current_app, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import ClientDisconnected, RequestTimeout

LARGEST_FORM = 1024 * 1024
"""Bytes of everything that is sent to a view that takes no files."""
LARGEST_FILE = 10 * 1024 * 1024
IN_MEMORY = 1024 * 1024
SLOWEST = 16 * 1024
"""Bytes in a second, at the least, after the first minute: whoever sends less would hold a thread for hours."""
View = TypeVar("View", bound=Callable[..., object])


def init_app(app: Flask) -> None:
    app.request_class = Incoming
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_FORM
    app.config.setdefault("UPLOAD_SECONDS", 60)
    app.before_request(make_room)


def takes_files(most: int) -> Callable[[View], View]:
    """For a view whose form may hold so many files. Each is cut off where it grows too large: see `is_too_large`."""

    def mark(view: View) -> View:
        view.takes_bytes = LARGEST_FORM + most * (LARGEST_FILE + IN_MEMORY)  # type: ignore[attr-defined]
        return view

    return mark


def make_room() -> None:
    """Before anything reads what was sent."""
    if most := getattr(current_app.view_functions.get(request.endpoint or ""), "takes_bytes", None):
        request.max_content_length = most


class UploadedFile(SpooledTemporaryFile[bytes]):
    """What has come of one file. Beyond the limit, and where the disk is full, nothing more of it is taken."""

    def __init__(self, stop: Callable[[], None]) -> None:
        super().__init__(max_size=IN_MEMORY)
        self.length, self.failed, self._stop = 0, False, stop

    def write(self, data: Any) -> int:
        self.length += len(data)
        if self.length > LARGEST_FILE:
            self._stop()
        elif not self.failed:
            try:
                return super().write(data)
            except OSError:
                self.failed = True
        return len(data)


def is_too_large(file: FileStorage) -> bool:
    """Whether it was cut off; then it is the last one that was read, and what stands before it in the form is there."""
    return isinstance(file.stream, UploadedFile) and file.stream.length > LARGEST_FILE


def was_lost(file: FileStorage) -> bool:
    """Whether there was no room for it here."""
    return isinstance(file.stream, UploadedFile) and file.stream.failed


class Incoming(Request):
    """A request whose files are read no further than they may be, and not for longer than it takes."""

    def _get_file_stream(self, *args: Any, **kwargs: Any) -> IO[bytes]:
        self._begun.append(file := UploadedFile(self._stop_reading))
        return file

    def close(self) -> None:
        """Also those of a form that was not read to its end."""
        super().close()
        for file in self._begun:
            file.close()

    @cached_property
    def _begun(self) -> list[UploadedFile]:
        return []

    def _get_stream_for_parsing(self) -> IO[bytes]:
        stream = super()._get_stream_for_parsing()
        if self.mimetype != "multipart/form-data":
            return stream
        end = b"\r\n--" + self.mimetype_params.get("boundary", "").encode("ascii", "replace") + b"--\r\n"
        self._body = _Body(stream, end, self.environ.get("gunicorn.socket") or self.environ.get("werkzeug.socket"))
        return self._body  # type: ignore[return-value]

    def _stop_reading(self) -> None:
        self._body.is_over = True


class _Body:
    """What is sent. Once it `is_over`, it ends as a whole form ends, so that what came before can be read."""

    def __init__(self, stream: IO[bytes], end: bytes, connection: socket | None) -> None:
        self.stream, self.end, self.connection = stream, end, connection
        self.is_over = self.is_cut = False
        self.seconds = current_app.config["UPLOAD_SECONDS"]
        self.begun, self.came = monotonic(), 0

    def read(self, size: int = -1) -> bytes:
        if self.is_over:
            end, self.end = self.end, b""
            return end
        self._look_at_the_clock()
        watch = Timer(self.seconds, self._cut)
        watch.daemon = True
        watch.start()
        try:
            data = self.stream.read(size)
        except ClientDisconnected:
            if self.is_cut:
                raise RequestTimeout from None
            raise
        finally:
            watch.cancel()
        self.came += len(data)
        return data

    def _look_at_the_clock(self) -> None:
        since = monotonic() - self.begun
        if since > self.seconds and self.came < since * SLOWEST:
            raise RequestTimeout

    def _cut(self) -> None:
        """One read of ours lasts until all of it has come: only the end of the connection ends it."""
        self.is_cut = True
        if self.connection is not None:
            with suppress(OSError):  # it has ended by itself
                self.connection.shutdown(SHUT_RD)
