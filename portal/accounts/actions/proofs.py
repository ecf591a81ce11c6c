"""What a member of staff proves with who they are, after the mail."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ByApp:
    code: str
    """Six digits."""
    wall: datetime
    """The wall's time, which an app goes by, also where the portal's was moved."""


@dataclass(frozen=True)
class ByPasskey:
    answer: str
    """The browser's, as JSON."""


@dataclass(frozen=True)
class ByRecoveryCode:
    code: str


Proof = ByApp | ByPasskey | ByRecoveryCode
