"""What a walk along the history can find, and what whoever hears of it does next."""

from dataclasses import dataclass
from enum import StrEnum


class Finding(StrEnum):
    CHANGED = "changed"
    """An entry was edited, removed, added or swapped."""
    REWRITTEN = "rewritten"
    """The chain holds, and is not the one that was anchored, or that was whole before."""
    CUT = "cut"
    """The newest entries are gone."""
    ANCHORS_GONE = "anchors gone"
    """Nothing is wrong with the chain; what would prove that is gone."""


@dataclass(frozen=True)
class Problem:
    finding: Finding
    sentence: str
    """The first place that does not hold. In English, as logs are."""

    @property
    def begins(self) -> str:
        return WHAT[self.finding]

    @property
    def advice(self) -> str:
        return ADVICE[self.finding]


_WRITTEN = "The history is not as it was written."
WHAT = {
    Finding.CHANGED: _WRITTEN,
    Finding.REWRITTEN: _WRITTEN,
    Finding.CUT: _WRITTEN,
    Finding.ANCHORS_GONE: "The anchors of the history are gone.",
}
_KEEP = "keep the database and the anchors as they are, and find out who could write to the database. Backups tell what stood there."
_ANEW = "`portal audit begin-anew` writes that down and begins with new anchors"
_RESTORED = f"If a backup was restored, that is why: {_ANEW}. If not: {_KEEP}"
ADVICE = {
    Finding.CHANGED: f"What to do: {_KEEP}",
    Finding.REWRITTEN: _RESTORED,
    Finding.CUT: _RESTORED,
    Finding.ANCHORS_GONE: (
        "Bring the file back from a backup, or name a log that has them: `portal audit verify --anchors FILE`. Are they gone for good, as"
        f" with a machine that is no more or a SECRET_KEY that nobody kept: {_ANEW}. If nobody knows why they are gone, find out who could"
        " write there."
    ),
}
