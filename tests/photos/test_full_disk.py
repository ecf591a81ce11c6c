"""The disk takes no more: nothing is left of what was begun, and there is a sentence. REL U9."""

import resource
import subprocess
import sys
from pathlib import Path

from portal import create_app
from portal.photos import folder, picture
from portal.photos.refusals import NoRoom
from tests.settings import settings


def fill(photos: str) -> None:
    """In this process: no file may become larger than two kilobytes, so the first picture fits not even by half."""
    app = create_app(settings("sqlite://", PHOTOS_DIR=photos))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
    with app.app_context():
        for large in 10_000, 1000:
            try:
                folder.keep(picture.Picture(b"x" * large, b"y" * 9000, 1, 1))
            except NoRoom as refusal:
                print(str(refusal))


def test_nothing_is_left_of_what_does_not_fit(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    said = f"from tests.photos.test_full_disk import fill; fill({str(photos)!r})"
    ended = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    sentence = "We can’t keep photos at the moment. Send it without, or try again later: what you typed is still here."
    assert ended.stdout.splitlines() == [sentence] * 2
    assert [path for path in photos.rglob("*") if path.is_file()] == []
