"""The command as operators type it: a process of its own, in a folder of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.settings import ENVIRONMENT

pytestmark = pytest.mark.slow

PORTAL = Path(sys.executable).with_name("portal")
BARE = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}


def portal(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PORTAL, *arguments], cwd=folder, env=BARE | environment, capture_output=True, text=True, timeout=60, check=False)


def test_help_answers_without_any_setting(tmp_path: Path) -> None:
    told = portal("--help", folder=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert {"work", "sync", "db"} <= {line.split()[0] for line in told.stdout.split("Commands:")[1].splitlines() if line.strip()}


@pytest.mark.slow
def test_so_does_the_help_of_a_command(tmp_path: Path) -> None:
    assert portal("work", "--help", folder=tmp_path).returncode == 0


def test_without_settings_a_command_names_all_that_is_missing(tmp_path: Path) -> None:
    told = portal("work", folder=tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    first, *problems = told.stderr.splitlines()
    assert first == "The portal can't start like this:"
    assert len(problems) == 6 and all(problem.startswith("- ") and " is missing: " in problem for problem in problems)


@pytest.mark.slow
def test_a_mistyped_command_is_told(tmp_path: Path) -> None:
    told = portal("wrok", folder=tmp_path)
    assert told.returncode == 2 and "wrok" in told.stderr


@pytest.mark.slow
def test_the_database_is_made_wherever_one_stands_and_the_worker_works_on_it(tmp_path: Path) -> None:
    environment = ENVIRONMENT | {"DATABASE_URL": f"sqlite:///{tmp_path / 'new' / 'folder' / 'portal.sqlite'}"}
    told = portal("db", "upgrade", folder=tmp_path, **environment)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.splitlines()[-1] == "The database is up to date."
    for command in ("db", "check"), ("work", "--until-idle"), ("sync", "status"), ("audit", "verify"):
        told = portal(*command, folder=tmp_path, **environment)
        assert (told.returncode, told.stderr) == (0, ""), told


@pytest.mark.slow
def test_a_database_that_is_away_is_told_in_a_sentence(tmp_path: Path) -> None:
    told = portal("sync", "status", folder=tmp_path, **ENVIRONMENT | {"DATABASE_URL": "postgresql://me:hunter2@127.0.0.1:9/portal"})
    assert told.returncode == 1
    assert told.stderr.startswith("The database refused: ") and "Traceback" not in told.stderr and "hunter2" not in told.stderr
