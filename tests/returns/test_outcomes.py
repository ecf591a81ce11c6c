"""What may be given for what goes back, what of it at once, and what a person looks at first."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.returns.models import FlagKind, Outcome
from portal.returns.policy.eligibility import Right, Verdict
from portal.returns.policy.outcomes import Asked, Review, approves_at_once, lacks, offers, review_reasons
from portal.returns.policy.standard import FILE, STANDARD, body_of
from portal.returns.policy.terms import Terms, read

AT = datetime(2026, 3, 2, tzinfo=UTC)
POLICY_ONLY = Verdict(1, (Right.POLICY,), (), policy_before=AT + timedelta(days=9))
BOTH = Verdict(1, (Right.WITHDRAWAL, Right.POLICY), (), policy_before=AT + timedelta(days=9))
SWAP = Verdict(1, (Right.POLICY,), (), exchange_only="exchange_only.categories.food")
NONE = Verdict(0, (), ())
REFUND, CREDIT, EXCHANGE, AGAIN, KEEP = (
    Outcome.REFUND, Outcome.STORE_CREDIT, Outcome.EXCHANGE, Outcome.REPLACEMENT, Outcome.KEEP,
)  # fmt: skip


def terms(**told: Any) -> Terms:
    return read({**body_of(FILE), **told})


def offered(verdict: Verdict, reason: str, worth: int = 500, flag: FlagKind | None = None, rules: Terms = STANDARD) -> dict[Outcome, bool]:
    """Each outcome, and whether it is instant."""
    found = offers(verdict, rules, rules.reason(reason), worth=worth, currency="EUR", flag=flag)
    return {offer.outcome: offer.is_instant for offer in found}


def test_only_what_the_reason_allows_is_offered() -> None:
    assert list(offered(POLICY_ONLY, "changed_mind")) == [REFUND, CREDIT, EXCHANGE]
    assert list(offered(POLICY_ONLY, "too_much")) == [REFUND, CREDIT]
    assert offered(NONE, "changed_mind") == {}


def test_a_withdrawal_is_the_money_back_and_nothing_else() -> None:
    assert list(offered(BOTH, "")) == [REFUND]
    assert offered(POLICY_ONLY, "") == {}


def test_where_only_an_exchange_is_given_the_law_still_gives_the_money_back() -> None:
    assert list(offered(SWAP, "defective")) == [AGAIN, EXCHANGE]
    lawful = Verdict(1, (Right.WITHDRAWAL, Right.POLICY), (), exchange_only="exchange_only.categories.food")
    assert REFUND in offered(lawful, "defective")


def test_nothing_has_to_come_up_to_a_worth() -> None:
    assert KEEP in offered(POLICY_ONLY, "damaged", 800) and KEEP not in offered(POLICY_ONLY, "damaged", 801)
    assert KEEP not in offered(POLICY_ONLY, "changed_mind", 1) and KEEP not in offered(POLICY_ONLY, "damaged", 1, FlagKind.BLOCKED)
    found = offers(POLICY_ONLY, STANDARD, STANDARD.reason("damaged"), worth=1, currency="TRY", flag=None)
    assert KEEP not in [offer.outcome for offer in found], "a currency that is not named has no such limit"


def test_who_is_trusted_gets_it_at_once_up_to_a_worth() -> None:
    assert not any(offered(POLICY_ONLY, "changed_mind").values())
    assert offered(POLICY_ONLY, "changed_mind", 5000, FlagKind.TRUSTED) == {REFUND: True, CREDIT: True, EXCHANGE: True}
    assert offered(POLICY_ONLY, "changed_mind", 5001, FlagKind.TRUSTED) == {REFUND: False, CREDIT: False, EXCHANGE: True}
    for_all = terms(instant={"who": "all", "refund": {"EUR": 100}})
    assert offered(POLICY_ONLY, "changed_mind", 100, rules=for_all)[REFUND]
    assert not offered(POLICY_ONLY, "changed_mind", 100, FlagKind.BLOCKED, rules=for_all)[REFUND]


@pytest.mark.parametrize(
    ("told", "reviews"),
    [
        ({}, ()),
        ({"worth": 20_001}, (Review.VALUE,)),
        ({"worth": 20_001, "flag": FlagKind.TRUSTED}, ()),
        ({"returns_lately": 3}, (Review.OFTEN,)),
        ({"flag": FlagKind.BLOCKED, "lacks_photo": True}, (Review.BLOCKED, Review.NO_PHOTO)),
        ({"is_exception": True, "worth": 20_001}, (Review.VALUE, Review.EXCEPTION)),
        ({"is_withdrawal": True, "worth": 20_001, "flag": FlagKind.BLOCKED}, ()),
    ],
)
def test_a_person_looks_at_it_first_and_knows_why(told: dict[str, Any], reviews: tuple[Review, ...]) -> None:
    known: dict[str, Any] = {"worth": 20_000, "currency": "EUR", "flag": None, "returns_lately": 2, "reasons": ("taste",)}
    assert review_reasons(Asked(**known | told), [STANDARD]) == reviews


def test_the_strictest_of_several_versions_counts() -> None:
    reason = {"key": "taste", "words": {"en": "Taste"}, "fault": "customer", "outcomes": ["refund"], "is_reviewed": True}
    strict = terms(reasons=[reason], approve="by hand")
    one = Asked(worth=1, currency="EUR", flag=None, returns_lately=0, reasons=("taste",))
    assert review_reasons(one, [STANDARD]) == () and review_reasons(one, [STANDARD, strict]) == (Review.REASON,)
    assert approves_at_once([STANDARD]) and not approves_at_once([STANDARD, strict])


def test_what_a_reason_asks_for_has_to_be_there() -> None:
    damaged, skin, mind = (STANDARD.reason(key) for key in ("damaged", "skin", "changed_mind"))
    assert damaged and skin and mind
    assert lacks(damaged, detail="", answer="", photos=0) == ["detail", "photo"]
    assert lacks(damaged, detail="nonsense", answer="", photos=1) == ["detail"]
    assert lacks(damaged, detail="leaking", answer="", photos=1) == []
    assert lacks(skin, detail="", answer=" ", photos=0) == ["answer"]
    assert lacks(mind, detail="", answer="", photos=0) == []


def test_each_kind_of_goods_has_its_own_reasons() -> None:
    keys = {kind: {reason.key for reason in STANDARD.reasons_for(kind)} for kind in ("food", "care", "")}
    assert "taste" in keys["food"] and "skin" not in keys["food"]
    assert "skin" in keys["care"] and "taste" not in keys["care"]
    assert not {"taste", "skin"} & keys[""]
