"""Why a photo is not taken, as the customer reads it."""

from flask_babel import gettext as _

from portal.kit.refusal import Refusal


class PhotoRefused(Refusal):
    status = 422


class TooLarge(PhotoRefused):
    status = 413

    def __init__(self) -> None:
        super().__init__(_("A photo may have 10 MB at most, and this one has more. Choose a smaller one."))


class NotAPhoto(PhotoRefused):
    def __init__(self) -> None:
        super().__init__(_("This file is not a photo that we can read. Send a JPEG, PNG, WebP or HEIC."))


class TooManyPixels(PhotoRefused):
    def __init__(self) -> None:
        super().__init__(_("This photo has too many pixels. Choose one with 64 million at most."))


class Harmful(PhotoRefused):
    def __init__(self) -> None:
        super().__init__(_("Our virus scanner found something in this file, so it was locked away and is not used. Take the photo anew."))


class Unchecked(PhotoRefused):
    status = 503

    def __init__(self) -> None:
        super().__init__(_("We can’t check photos for viruses at the moment. Send it without, or try again later."))


class TooMany(PhotoRefused):
    def __init__(self) -> None:
        super().__init__(_("Ten photos are the most. Take one out before you add another."))


class TooMuchToday(PhotoRefused):
    status = 429

    def __init__(self) -> None:
        super().__init__(_("You have sent as many photos as we can take from you in one day. Send the rest tomorrow."))


class NoRoom(PhotoRefused):
    status = 507

    def __init__(self) -> None:
        super().__init__(_("We can’t keep photos at the moment. Send it without, or try again later: what you typed is still here."))
