"""Where tests keep files that need not outlive them."""

import shutil
from pathlib import Path

SHM = Path("/dev/shm")
ENOUGH = 2 * 1024**3
"""Bytes. A container may have a small one: then the disk is used."""


def memory() -> Path | None:
    """A folder in memory, if this machine has one that is large enough."""
    return SHM if SHM.is_dir() and shutil.disk_usage(SHM).free > ENOUGH else None
