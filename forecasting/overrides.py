"""What the user knows better than any history: days, exclusions, shifts and trust, as small records that ride on a ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

TrustLevel = Literal["low", "normal", "high"]
TRUST_LEVELS: Final[tuple[TrustLevel, ...]] = ("low", "normal", "high")
#: The largest shift that a person may state, in calendar days.
SHIFT_MAX: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedPayment:
    """An invoice is expected or promised on a day."""

    invoice_id: str
    day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayShift:
    """A partner, or a segment, pays so many calendar days later than it used to (negative: earlier)."""

    days: int
    partner_id: str = ""
    segment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """How far a partner's own history is trusted against its peers."""

    partner_id: str
    level: TrustLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """Everything that the user overrides; small, hashable, reversible by leaving it out.

    excluded: invoices that will not be paid. disputed: invoices in dispute, which nobody pays before it is settled.
    """

    expected: tuple[ExpectedPayment, ...] = ()
    excluded: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()
    shifts: tuple[DelayShift, ...] = ()
    trust: tuple[Trust, ...] = ()


NONE: Final = Overrides()
