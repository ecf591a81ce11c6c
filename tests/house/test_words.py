"""What people read, and what a reader of the code can take in."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import PORTAL, ROOT, calls, name_of, tree

LONGEST = 300
"""Lines. Beyond it, split by deed."""
TRANSLATES = ("_", "gettext", "ngettext", "lazy_gettext", "lazy_ngettext", "pgettext", "npgettext")
INDEXES = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "yarn" + "pkg.com",
    "ana" + "conda.org",
    "crates" + ".io",
]


def test_no_file_is_too_long_to_read() -> None:
    """Split by deed what is."""
    lines = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in PORTAL}
    assert [f"{path}: {count} lines" for path, count in lines.items() if count > LONGEST] == []


def test_a_sentence_that_is_translated_is_written_out() -> None:
    """`_(f"…")` is looked up with its values in it, and found in no catalogue: write %(name)s where a value goes."""
    assert [f"{path}:{line}" for path in PORTAL for line in _put_together(path)] == []


def _put_together(path: Path) -> Iterator[int]:
    for call in calls(tree(path), *TRANSLATES):
        for sentence in call.args[: 2 if name_of(call.func).endswith("ngettext") else 1]:
            if not (isinstance(sentence, ast.Constant) and isinstance(sentence.value, str)):
                yield call.lineno


def _is_self(node: ast.expr) -> bool:
    """Then it is a request's, which WSGI calls by the same name."""
    return isinstance(node, ast.Name) and node.id == "self"


def test_only_config_reads_the_environment() -> None:
    """It names all that is missing or wrong at once. The demo's commands hand theirs on to what they start."""
    for path in PORTAL:
        if path != Path("portal/config.py") and path.parts[1] != "demo":
            for node in ast.walk(tree(path)):
                read = isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") and not _is_self(node.value)
                read |= isinstance(node, ast.ImportFrom) and any(name.name in ("environ", "getenv") for name in node.names)
                assert not read, f"{path} reads the environment: leave that to portal/config.py"


def test_no_package_index_is_named() -> None:
    """Whoever installs decides where from."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            content = (ROOT / name).read_bytes()
            for index in INDEXES:
                assert index.encode() not in content, f"{name} names {index}"
