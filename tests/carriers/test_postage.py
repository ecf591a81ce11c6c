"""What EasyPost says to postage, in our words."""

import pytest
from easypost.errors.api.invalid_request_error import InvalidRequestError

from portal.carriers import EasyPost, NotNow, NotTaken
from portal.carriers.easypost_snags import REFUSED, in_our_words
from portal.carriers.easypost_words import minor


@pytest.mark.parametrize(
    ("code", "raised"),
    {
        "SHIPMENT.POSTAGE.FAILURE": NotTaken,
        "SHIPMENT.POSTAGE.TIMED_OUT": NotNow,
        "SHIPMENT.POSTAGE.NO_RESPONSE": NotNow,
        "SHIPMENT.PURCHASE.IN_PROGRESS": NotNow,
    }.items(),
)
def test_a_refusal_that_leaves_open_whether_it_was_done_is_none(code: str, raised: type[Exception]) -> None:
    told = f'{{"error": {{"code": "{code}", "message": "It is so.", "errors": []}}}}'
    with pytest.raises(raised), in_our_words(*REFUSED):
        raise InvalidRequestError("It is so.", http_status=422, http_body=told)


@pytest.mark.parametrize(("amount", "currency", "expected"), [("4.90", "EUR", 490), ("7.58000", "USD", 758), ("500", "JPY", 500)])
def test_amounts_are_minor_units(amount: str, currency: str, expected: int) -> None:
    assert minor(amount, currency) == expected


def test_a_file_is_fetched_from_where_files_are_only() -> None:
    postage = EasyPost("EZTK_x", "http://127.0.0.1:9", ["x"]).postage
    for url in "http://elsewhere.example/label.pdf", "file:///etc/passwd", "http://127.0.0.1:9/none.pdf":
        with pytest.raises(NotNow):
            postage.paper(url)
