"""Nothing is sent to where only this machine, or this network, can reach (REL X10)."""

import socket
from collections.abc import Iterator

import pytest
from flask import Flask

from portal import create_app
from portal.kit.clock import wall
from portal.kit.db import db, transaction
from portal.webhooks import post
from portal.webhooks.addresses import NotAllowed, addresses, target
from portal.webhooks.commands import webhooks
from tests.settings import settings
from tests.webhooks.conftest import add, dispatches, happens, work
from tests.webhooks.receiver import Receiver


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """Not the demo."""
    app = create_app(settings(database_url, DEMO=False))
    yield app
    with app.app_context():
        db.engine.dispose()


INSIDE = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://0.0.0.0/",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[::ffff:100.64.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[::127.0.0.1]/",
    "https://[fec0::1]/",
    "https://[2001:db8::1]/",
    "https://[2001:0:7f00:1::]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://[ff02::1]/",
    "https://10.1.2.3/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    f"https://{socket.gethostname()}/",
]
MALFORMED = [
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "//example.com/",
    "example.com",
    "https://",
    "https:///path",
    "https://user@example.com/",
    "https://user:password@example.com/",
    "https://example.com@127.0.0.1/",
    "https://example.com/#there",
    "https://example.com:port/",
    "https://example.com:99999/",
    "https://exa mple.com/",
    "https://example.com\\@127.0.0.1/",
    "https://example.com/\r\nHost: other",
    "https://bücher.example/",
    "https://[::1/",
]


def meant_by(url: str) -> list[str]:
    """Where it would be sent to."""
    try:
        return addresses(target(url))
    except (NotAllowed, OSError):
        return []


def test_what_leads_inside_is_refused() -> None:
    assert {url: meant for url in INSIDE if (meant := meant_by(url))} == {}


def test_what_is_no_plain_address_of_https_is_refused() -> None:
    for url in MALFORMED:
        with pytest.raises(NotAllowed):
            target(url)


def test_what_is_public_may_be_sent_to() -> None:
    for url in "https://1.1.1.1/hook?shop=1", "https://[2606:4700:4700::1111]:8443/hook":
        assert meant_by(url)


def test_nothing_is_sent_inside_also_where_the_endpoint_was_kept_before(shop: Receiver, box: int) -> None:
    """Its name may have come to mean another address since: it is looked up at each try."""
    shop.url = shop.url.replace("http://127.0.0.1", "https://localhost")
    add(shop)
    happens(box)
    work()
    assert shop.received == []
    (tried,) = dispatches()[0].tried
    assert tried.status is None and tried.said in (
        "localhost is 127.0.0.1, which is not a public address.",
        "localhost is ::1, which is not a public address.",
    )


def test_the_command_says_why(app: Flask) -> None:
    run = app.test_cli_runner()
    for url, why in (
        ("http://example.com/", "The address has to begin with https://."),
        ("https://10.0.0.1/", "10.0.0.1 is 10.0.0.1, which is not a public address."),
    ):
        result = run.invoke(webhooks, ["add", url])
        assert result.exit_code == 1 and why in result.output


def test_nothing_is_sent_inside_a_transaction() -> None:
    with transaction(), pytest.raises(RuntimeError, match="Never send a message inside a transaction"):
        post.send("https://1.1.1.1/", ref="msg_1", body="{}", secrets=["whsec_AAAA"], at=wall())
