"""What is made of a file: of a photo a photo, of anything else a sentence."""

import json
import resource
import subprocess
import sys
from io import BytesIO
from time import process_time
from zipfile import ZipFile

import pytest
from PIL import Image

from portal.photos import picture
from portal.photos.refusals import NotAPhoto, TooManyPixels
from tests.photos.builders import SECRETS, drawn, opened, photo, png_that_says

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


def saved(kind: str, mode: str = "RGB", **more: object) -> bytes:
    into = BytesIO()
    drawn().convert(mode).save(into, kind, **more)
    return into.getvalue()


def zipped() -> bytes:
    into = BytesIO()
    with ZipFile(into, "w") as file:
        file.writestr("run.html", HTML)
    return into.getvalue()


def with_comment(told: bytes) -> bytes:
    """A JPEG that holds something else in its comment."""
    jpeg = photo()
    return jpeg[:2] + b"\xff\xfe" + (len(told) + 2).to_bytes(2, "big") + told + jpeg[2:]


NO_PHOTOS = {
    "nothing": b"",
    "one byte": b"\xff",
    "the beginning of a JPEG": b"\xff\xd8\xff",
    "a JPEG that was cut off": photo()[:700],
    "a JPEG of noise": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40,
    "a PNG without pixels": photo("PNG")[:60],
    "a HEIC that was cut off": photo("HEIF")[:600],
    "a HEIC of noise": photo("HEIF")[:200] + bytes(range(256)) * 9,
    "a WebP that was cut off": photo("WEBP")[:60],
    "SVG": SVG,
    "SVG behind a byte order mark": b"\xef\xbb\xbf" + SVG,
    "SVG behind XML": b'<?xml version="1.0"?>' + SVG,
    "HTML": HTML,
    "HTML that begins as GIF": b"GIF89a/*" + HTML,
    "GIF": saved("GIF"),
    "GIF with an archive behind it": saved("GIF") + zipped(),
    "BMP": saved("BMP"),
    "TIFF": saved("TIFF"),
    "TIFF with JPEG inside": saved("TIFF", compression="jpeg"),
    "ICO": saved("ICO"),
    "PDF": saved("PDF"),
    "EPS": saved("EPS"),
    "PPM": saved("PPM"),
    "TGA": saved("TGA"),
    "PCX": saved("PCX"),
    "JPEG 2000": saved("JPEG2000"),
    "AVIF": saved("AVIF"),
    "SGI": saved("SGI"),
    "XBM": saved("XBM", "1"),
    "an archive": zipped(),
    "PHP": b"<?php system($_GET['c']); ?>",
    "a script": b"#!/bin/sh\nid\n",
    "a program": b"\x7fELF" + b"\0" * 60,
    "a text": "Grüße aus Quilldorf".encode(),
    "EXIF alone": b"Exif\0\0II*\0" + b"\0" * 40,
    "MP4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 80,
}
BOTH = {
    "with HTML behind it": photo() + HTML,
    "with HTML in its comment": with_comment(HTML),
    "with PHP in its comment": with_comment(b"<?php system('id'); ?>"),
    "with an archive behind it": photo() + zipped(),
    "with SVG behind it": photo("PNG") + SVG,
    "as PNG, with HTML behind it": photo("PNG") + HTML,
    "as WebP, with HTML behind it": photo("WEBP") + HTML,
    "as HEIC, with HTML behind it": photo("HEIF") + HTML,
    "with another photo behind it": photo() + photo("PNG"),
}
FINE = {
    "JPEG": photo(),
    "PNG": photo("PNG"),
    "WebP": photo("WEBP"),
    "HEIC": photo("HEIF"),
    "JPEG for print": saved("JPEG", "CMYK"),
    "grey JPEG": saved("JPEG", "L"),
    "PNG with a palette": saved("PNG", "P"),
    "PNG in black and white": saved("PNG", "1"),
    "PNG with deep greys": saved("PNG", "I;16"),
    "WebP without loss": saved("WEBP", lossless=True),
    "WebP that moves": saved("WEBP", save_all=True, append_images=[drawn().rotate(90)]),
}


def made(content: bytes) -> picture.Picture:
    return picture.read(BytesIO(content))


@pytest.mark.parametrize("what", NO_PHOTOS)
def test_what_is_no_photo_is_refused(what: str) -> None:
    with pytest.raises(NotAPhoto, match="not a photo that we can read"):
        made(NO_PHOTOS[what])


@pytest.mark.parametrize("what", BOTH)
def test_of_a_photo_that_is_something_else_too_only_the_photo_is_left(what: str) -> None:
    ours = made(BOTH[what])
    for content in ours.large, ours.small:
        assert opened(content).format == "JPEG"
        assert not any(told in content for told in (b"<script", b"<svg", b"<?php", b"PK\x03\x04", b"run.html"))


@pytest.mark.parametrize("what", FINE)
def test_a_photo_of_any_kind_becomes_two_jpegs(what: str) -> None:
    ours = made(FINE[what])
    large, small = opened(ours.large), opened(ours.small)
    assert (large.format, large.mode, large.size) == ("JPEG", "RGB", (400, 300)) == ("JPEG", "RGB", (ours.width, ours.height))
    assert small.size == (320, 240) and ours.size == len(ours.large) + len(ours.small)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_nothing_that_the_camera_wrote_into_it_is_left(kind: str) -> None:
    content = photo(kind)
    assert all(told.encode() in content for told in SECRETS)
    ours = made(content)
    for jpeg in ours.large, ours.small:
        image = opened(jpeg)
        assert not image.getexif() and set(image.info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "progressive",
            "progression",
        }
        assert not any(told.encode() in jpeg for told in (*SECRETS, "Exif", "http://ns.adobe.com"))


@pytest.mark.parametrize(("orientation", "corner"), {1: (20, 20), 3: (380, 280), 6: (280, 20), 8: (20, 380), 2: (380, 20)}.items())
@pytest.mark.parametrize("kind", ["JPEG", "HEIF"])
def test_it_stands_as_it_was_seen(kind: str, orientation: int, corner: tuple[int, int]) -> None:
    image = opened(made(photo(kind, orientation=orientation)).large)
    assert image.size == ((300, 400) if orientation in (6, 8) else (400, 300))
    red, green, _blue = image.getpixel(corner)  # type: ignore[misc]
    assert red > 180 and green < 80, "the red square is elsewhere"


def test_what_shines_through_becomes_white() -> None:
    into = BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(into, "PNG")
    assert opened(made(into.getvalue()).large).getpixel((25, 25)) == (255, 255, 255)


def test_the_longest_side_has_2000_pixels() -> None:
    ours = made(photo(size=(4032, 3024)))
    assert (ours.width, ours.height) == (2000, 1500) and opened(ours.small).size == (320, 240)


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    """In a process of its own, whose memory nothing else has made larger before. REL U2."""
    code = "from tests.photos.test_picture import explode; print(explode())"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert told.returncode == 0, told.stderr
    for said, seconds, megabytes in json.loads(told.stdout):
        assert said == "TooManyPixels" and seconds < 1 and megabytes < 100


def explode() -> str:
    """For the test above: what was said of each bomb, after how many seconds of work, and how many MB more the process had taken."""
    bombs = [png_that_says(50_000, 50_000, 1024 * 1024), png_that_says(9_000, 9_000, 1024 * 1024), _large_webp(), _large_jpeg()]
    picture.read(BytesIO(photo("HEIF")))  # all that is loaded once is there
    found = []
    for bomb in bombs:
        before, began = _peak(), process_time()
        try:
            picture.read(BytesIO(bomb))
            said = "taken"
        except (NotAPhoto, TooManyPixels) as refusal:
            said = type(refusal).__name__
        found.append((said, process_time() - began, (_peak() - before) / 1024))
    return json.dumps(found)


def _large_webp() -> bytes:
    """34 bytes that promise 16,383 × 16,383 pixels."""
    return bytes.fromhex("524946461a000000574542505650384c0e0000002ffebfff0f071011fd0f4444ff03")


def _large_jpeg() -> bytes:
    """60,000 × 60,000 in the header of a small one."""
    jpeg = photo()
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + (60_000).to_bytes(2, "big") * 2 + jpeg[at + 4 :]


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
