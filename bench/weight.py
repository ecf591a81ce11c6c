"""What the first visit of a page costs, in bytes and requests, without the pictures of products (UX: the budget)."""

import re
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup

from bench.figure import Figure
from bench.wire import Wire

KB = 1024
TEXT, ALL, REQUESTS = 14, 40, 5
"""The targets: KB of HTML and CSS, KB of everything, requests."""


def weigh(wire: Wire, name: str, path: str) -> list[Figure]:
    answer = wire.get(path)
    assert answer.status == 200, f"{path}: {answer.status}"
    styles, others = _needed(answer.text, path)
    sizes = {needed: wire.get(needed) for needed in styles | others}
    for style in styles:
        for inside in re.findall(r"url\([\"']?([^\"')]+)", sizes[style].text):
            if not inside.startswith("data:"):
                sizes.setdefault(urljoin(style, inside), wire.get(urljoin(style, inside)))
    text = len(answer.sent) + sum(len(sizes[style].sent) for style in styles)
    everything = len(answer.sent) + sum(len(size.sent) for size in sizes.values())
    return [
        Figure(f"{name}: HTML and CSS, first visit", round(text / KB, 2), "KB", TEXT),
        Figure(f"{name}: everything but product pictures, first visit", round(everything / KB, 2), "KB", ALL),
        Figure(f"{name}: requests of a first visit", 1 + len(sizes), "requests", REQUESTS),
    ]


def _needed(html: str, path: str) -> tuple[set[str], set[str]]:
    """The stylesheets, and what else the page loads by itself."""
    page = BeautifulSoup(html, "html.parser")
    styles = {str(link["href"]) for link in page.select("link[rel=stylesheet]")}
    others = {str(found["src"]) for found in page.select("script[src], img[src]")}
    others |= {str(link["href"]) for link in page.select("link[rel~=icon], link[rel~=preload], link[rel~=manifest]")}
    others |= {str(use["href"]).partition("#")[0] for use in page.select("use[href]")}
    absolute = {urlsplit(urljoin(path, one)).path for one in others if one}
    return {urljoin(path, style) for style in styles}, {one for one in absolute if "/products/" not in one and one != path}
