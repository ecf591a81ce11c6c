"""What a browser calls itself, in words that its owner recognises."""

import re

BROWSERS = [("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox")]
BROWSERS += [("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari")]
SYSTEMS = [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "Chromebook")]
SYSTEMS += [("Macintosh", "Mac"), ("Linux", "Linux")]
"""The first that fits: each browser also names those whose pages it wants to be shown."""


def words(user_agent: str) -> str:
    """`Firefox, Mac`; empty where neither is known. Names of makers, so the same in every language."""
    found = [_first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)]
    return ", ".join(name for name in found if name)


def _first(known: list[tuple[str, str]], user_agent: str) -> str:
    return next((name for mark, name in known if re.search(rf"\b{mark}", user_agent)), "")
