import re
from pathlib import Path

HERE = Path(__file__).parent
FACTS = (HERE.parents[1] / "docs/stripe-facts.md").read_text()
TESTS = "\n".join(file.read_text() for file in sorted(HERE.glob("test_*.py")))


def test_every_fact_names_a_test_that_is_there() -> None:
    rows = [row for row in FACTS.splitlines() if row.startswith("| ") and not row.startswith(("| behaviour", "| ---"))]
    assert rows
    for row in rows:
        assert re.search(r"documented|recorded|assumed", row.split(" | ")[1]), row
        assert re.search(r"`test_\w+` \|$", row), row
    for name in re.findall(r"`(test_\w+)`", FACTS):
        assert f"def {name}(" in TESTS, name


def test_the_facts_mark_the_tests_that_can_run_at_stripe_and_no_others() -> None:
    for mark, name in re.findall(r"(◆ )?`(test_\w+)`", FACTS):
        at_stripe = re.search(rf"def {name}\(account: Account", TESTS)
        assert bool(mark) == bool(at_stripe), name
