"""`python -m bench.mutants`: break the promise in each of five known ways, in a copy of the tree; a small part of the tests must notice."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
LEFT_OUT = shutil.ignore_patterns(".*", "instance", "node_modules", "__pycache__", "*.egg-info", "shots")


@dataclass(frozen=True)
class Mutant:
    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    """Those that must fail."""

    def apply(self, tree: Path) -> None:
        """Raises ValueError where the code has changed since: then this mutant is none any more."""
        path = tree / self.file
        code = path.read_text(encoding="utf-8")
        if code.count(self.old) != 1:
            raise ValueError(f"{self.name}: {self.file} has this {code.count(self.old)} times: {self.old}")
        path.write_text(code.replace(self.old, self.new), encoding="utf-8")


MUTANTS = [
    Mutant(
        "acknowledge before doing",
        "portal/outbox/lease.py",
        "    work.owner, work.attempts = owner, work.attempts + 1\n",
        "    work.owner, work.attempts = owner, work.attempts + 1\n    if isinstance(work, Sync):\n        work.done = work.wanted\n",
        ("tests/outbox/test_finish.py",),
    ),
    Mutant(
        "a new key for each try",
        "portal/payments/once.py",
        'return f"{self.key}-{self.other_keys + 1}" if self.other_keys else self.key\n',
        'return f"{self.key}-{uuid4()}"\n',
        ("tests/billing/test_refund.py::test_whatever_is_lost_it_goes_back_once",),
    ),
    Mutant(
        "no lease ever ends",
        "portal/outbox/lease.py",
        "    free = or_(Sync.leased_until.is_(None), Sync.leased_until <= leased_from)\n",
        "    free = Sync.leased_until.is_(None)\n",
        ("tests/outbox/test_finish.py",),
    ),
    Mutant(
        "no order for one subject",
        "portal/outbox/lease.py",
        "    free = or_(Sync.leased_until.is_(None), Sync.leased_until <= leased_from)\n",
        "    free = Sync.id == Sync.id\n",
        ("tests/outbox/test_claim.py", "tests/outbox/test_finish.py"),
    ),
    Mutant(
        "keys are forgotten, and nobody looks first",
        "portal/payments/once.py",
        "return self.tried_at is not None and at >= self.tried_at + FORGOTTEN_AFTER\n",
        "return False\n",
        ("tests/billing/test_refund.py::test_after_a_day_the_effect_is_looked_for_first",),
    ),
]
"""RELIABILITY.md of this project's beginnings names them: each lost or doubled something when it was tried."""


def is_caught(mutant: Mutant | None, tests: tuple[str, ...]) -> bool:
    """Whether these tests fail; without a mutant they must not."""
    with tempfile.TemporaryDirectory(prefix="bench-mutants-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
        if mutant:
            mutant.apply(tree)
        command = [sys.executable, "-m", "pytest", "-q", "-x", *tests]
        environment = {**os.environ, "PYTHONPATH": str(tree)}
        done = subprocess.run(command, cwd=tree, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"The tests did not run:\n{done.stdout}")
        return done.returncode == 1


def main() -> None:
    all_tests = tuple(sorted({test for mutant in MUTANTS for test in mutant.tests}))
    if is_caught(None, all_tests):
        sys.exit("The tests fail without any mutant.")
    caught = 0
    for mutant in MUTANTS:
        began = time.monotonic()
        found = is_caught(mutant, mutant.tests)
        caught += found
        print(f"{'caught' if found else 'LIVES '}  {mutant.name}, in {time.monotonic() - began:.0f} s", flush=True)
    print(f"{caught} of {len(MUTANTS)} caught")
    sys.exit(caught < len(MUTANTS))


if __name__ == "__main__":
    main()
