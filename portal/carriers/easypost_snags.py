"""What the SDK raises, in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from easypost.errors.api.bad_request_error import BadRequestError
from easypost.errors.api.invalid_request_error import InvalidRequestError
from easypost.errors.api.not_found_error import NotFoundError
from easypost.errors.general.easypost_error import EasyPostError

from portal.carriers.service_port import NotNow, NotTaken

NO_SUCH_NUMBER = (BadRequestError, InvalidRequestError)
"""What will be refused again. Source: docs.easypost.com/guides/errors-guide."""
MAYBE_DONE = ("TIMED_OUT", "NO_RESPONSE", "IN_PROGRESS")
"""How codes end with which EasyPost does not know itself whether it was done: no refusal, whatever their status."""
REFUSED = (*NO_SUCH_NUMBER, NotFoundError)


def plain(told: Any) -> Any:
    """As it came over the wire, without the SDK's objects, which know no type."""
    return told.to_dict() if hasattr(told, "to_dict") else told


@contextmanager
def in_our_words(*final: type[EasyPostError]) -> Iterator[None]:
    """What is not final is tried again: also a key that is refused or an unpaid bill, which somebody will mend."""
    try:
        yield
    except final as error:
        is_open = str(getattr(error, "code", "") or "").endswith(MAYBE_DONE)
        raise (NotNow if is_open else NotTaken)(f"{type(error).__name__}: {error}") from error
    except EasyPostError as error:
        raise NotNow(f"{type(error).__name__}: {error}") from error
