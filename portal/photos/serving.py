"""How a photo is given out: as a picture, and as nothing else that a browser could make of it."""

from flask import abort
from flask.wrappers import Response

from portal.photos import folder
from portal.photos.models import Photo

POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"


def answer(photo: Photo, *, small: bool) -> Response:
    """Whoever calls this has looked who asks."""
    try:
        content = folder.path(photo.name, folder.SMALL if small else folder.LARGE).read_bytes()
    except FileNotFoundError:
        abort(404)
    response = Response(content, mimetype="image/jpeg")
    response.headers["Content-Disposition"] = f'inline; filename="photo-{photo.id}.jpg"'
    response.headers["Content-Security-Policy"] = POLICY
    return response
