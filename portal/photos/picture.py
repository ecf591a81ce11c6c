"""What is made of a file that somebody calls a photo: two JPEGs of ours, with nothing of it in them but what is to be seen."""

import logging
from dataclasses import dataclass
from io import BytesIO
from threading import BoundedSemaphore
from typing import IO

import pillow_heif
from PIL import Image, ImageOps

from portal.photos.refusals import NotAPhoto, TooManyPixels

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
MOST_PIXELS = 64_000_000
"""What today's phones make, as they come. Decoded, it takes some 200 MB for a moment."""
LONGEST_SIDE, SMALL_SIDE = 2000, 320
QUALITY = 82
log = logging.getLogger(__name__)
_decoding = BoundedSemaphore(2)
"""So many at a time in one process, or a handful of large photos would take all of its memory."""

pillow_heif.register_heif_opener()


@dataclass(frozen=True)
class Picture:
    large: bytes
    small: bytes
    width: int
    """Of the large one, in pixels."""
    height: int

    @property
    def size(self) -> int:
        return len(self.large) + len(self.small)


def read(file: IO[bytes]) -> Picture:
    """Raises NotAPhoto, or TooManyPixels, which its header tells before anything is decoded."""
    try:
        with Image.open(file, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise TooManyPixels
            with _decoding:
                return _made_from(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooManyPixels from None
    except TooManyPixels:
        raise
    except Exception as error:  # a decoder that is fed with anything may raise anything
        log.info("A file was refused as a photo: %s", type(error).__name__)
        raise NotAPhoto from None


def _made_from(image: Image.Image) -> Picture:
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    large = _on_white(ImageOps.exif_transpose(image))
    small = large.copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE))
    return Picture(_jpeg(large), _jpeg(small), large.width, large.height)


def _on_white(image: Image.Image) -> Image.Image:
    """A JPEG has no transparency. A copy without what hangs on the image besides its pixels: Pillow would write some of that out again."""
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        plain = Image.new("RGB", image.size, "white")
        plain.paste(layer, mask=layer)
        return plain
    plain = Image.new("RGB", image.size)
    plain.paste(image.convert("RGB"))
    return plain


def _jpeg(image: Image.Image) -> bytes:
    into = BytesIO()
    image.save(into, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return into.getvalue()
