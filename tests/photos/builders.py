"""Files that are photos, files that claim to be, and how they are sent."""

import struct
import zlib
from io import BytesIO

import pillow_heif
from PIL import Image
from werkzeug.test import TestResponse

from tests.browser import Browser

DRAFT = "a-draft-of-alices-form"
MAKE, ORIENTATION, SERIAL, GPS, CAPTURE = 0x010F, 0x0112, 0xA431, 0x8825, 0x8769
SECRETS = "Quillphone", "SN-77-QUILL", "Quillgasse"
"""What the camera wrote into `photo()`, and nobody has to know."""


def drawn(width: int = 400, height: int = 300) -> Image.Image:
    """Grey, with a red square at the upper left: whoever turns it can see that it was turned."""
    image = Image.new("RGB", (width, height), (128, 128, 128))
    image.paste((220, 20, 20), (0, 0, width // 4, height // 4))
    return image


def exif(orientation: int = 1) -> Image.Exif:
    told = Image.Exif()
    told[MAKE], told[ORIENTATION] = SECRETS[0], orientation
    told.get_ifd(CAPTURE)[SERIAL] = SECRETS[1]
    told.get_ifd(GPS).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0), 28: SECRETS[2]})
    return told


def photo(kind: str = "JPEG", size: tuple[int, int] = (400, 300), orientation: int = 1) -> bytes:
    """As a phone makes one, with all that it writes into it."""
    into = BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(drawn(*size)).save(into, exif=exif(orientation).tobytes(), quality=80)
    else:
        drawn(*size).save(into, kind, exif=exif(orientation))
    return into.getvalue()


def png_that_says(width: int, height: int, padding: int) -> bytes:
    """A PNG of so many bytes whose header promises so many pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(10**6), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows.ljust(padding, b"\0")) + chunk(b"IEND", b"")


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content), formats=["JPEG"])


def send(browser: Browser, content: bytes, name: str = "IMG_0001.HEIC", draft: str = DRAFT) -> TestResponse:
    """As the script of a form sends one."""
    sent = {"csrf_token": browser.token(), "draft": draft, "photos": (BytesIO(content), name)}
    with browser.app.app_context():
        return browser.client.post("/photos", data=sent, headers={**browser.agent, "Referer": "http://localhost/"})
