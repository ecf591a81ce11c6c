"""That each mutant of `make mutants` still is one: the code that it changes is there, and the tests that must notice are too."""

import shutil
from pathlib import Path

import pytest

from bench.mutants import MUTANTS, ROOT, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_it_can_be_applied(mutant: Mutant, tmp_path: Path) -> None:
    (tmp_path / mutant.file).parent.mkdir(parents=True)
    shutil.copy(ROOT / mutant.file, tmp_path / mutant.file)
    mutant.apply(tmp_path)
    compile((tmp_path / mutant.file).read_text(encoding="utf-8"), mutant.file, "exec")
    for file, _, name in (test.partition("::") for test in mutant.tests):
        assert name in (ROOT / file).read_text(encoding="utf-8")
    (tmp_path / mutant.file).write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="has this 0 times"):
        mutant.apply(tmp_path)
