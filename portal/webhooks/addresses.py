"""Which addresses may be sent to: only what is public. What a name means is looked up when something is sent, and that is where it goes."""

import socket
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from flask import current_app

UNICAST, SIX_TO_FOUR = IPv6Network("2000::/3"), IPv6Network("2002::/16")
"""All of version 6 that is anybody's out there, and those of them by which one comes to any address of version 4, also one inside.
Source: the IANA registries of the address space and of special purposes."""


class NotAllowed(Exception):
    """Nothing is sent there. Its text is a sentence for operators."""


@dataclass(frozen=True)
class Target:
    is_encrypted: bool
    host: str
    port: int
    path: str
    """With the query."""


def target(url: str) -> Target:
    """Raises NotAllowed for what no message is ever sent to, whatever its name means."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise NotAllowed(f"{url} is no address.") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and current_app.config["DEMO"]):
        raise NotAllowed("The address has to begin with https://.")
    if not host or not url.isascii() or not url.isprintable() or any(sign in url for sign in " \\"):
        raise NotAllowed(f"{url} is no address.")
    if "@" in parts.netloc or parts.fragment:
        raise NotAllowed("The address may hold neither a name with a password nor a #.")
    path = parts.path or "/"
    is_encrypted = parts.scheme == "https"
    return Target(is_encrypted, host, port or (443 if is_encrypted else 80), f"{path}?{parts.query}" if parts.query else path)


def addresses(target: Target) -> list[str]:
    """What its name means now. Raises NotAllowed where any of it is not public (in the demo, everything is allowed), and OSError."""
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    meant = list(dict.fromkeys(str(address[4][0]) for address in found))
    if not current_app.config["DEMO"]:
        for address in meant:
            if not _is_public(address):
                raise NotAllowed(f"{target.host} is {address}, which is not a public address.")
    return meant


def _is_public(text: str) -> bool:
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address) and (address not in UNICAST or address in SIX_TO_FOUR):
        return False
    return address.is_global and not address.is_multicast
