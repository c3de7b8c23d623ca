"""How good a portfolio looks to a factor: what it may not finance, disputes, credit notes, late payments."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from forecasting.ledger import NO_DAY, Ledger

#: The months of history that are looked at, in days, and how late is late for a factor.
HISTORY_DAYS: Final = 365
LATE_DAYS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """A portfolio as a factor reads it; shares are of the invoices of the last twelve months.

    `ineligible` is the mean part of what is assigned that is not financed (None without a factor). `disputes` and
    `credit_notes` count per 100 invoices; `late` is the part of the invoices due that were paid, or still wait, more than
    30 days after the due date. None where there is no invoice to count.
    """

    ineligible: Fraction | None
    invoices: int
    disputes: Fraction | None
    credit_notes: Fraction | None
    late: Fraction | None


def quality(ledger: Ledger, assigned_minor: int = 0, eligible_minor: int = 0) -> Quality:
    """The quality of the customers' portfolio over the last twelve months; assigned and eligible are means of a path.

    late = invoices due by as_of - 31 and within twelve months, paid (or unpaid still) later than due + 30, over all of
    them. Disputes count the invoices that the ledger flags.
    """
    side, today = ledger.customers, ledger.as_of
    recent = (side.issue >= today - HISTORY_DAYS) & (side.issue < today)
    issued = recent & (side.amount_minor > 0)
    count = int(issued.sum())
    due = (side.due < today - LATE_DAYS) & (side.due >= today - HISTORY_DAYS) & (side.amount_minor > 0)
    paid = np.where((side.paid == NO_DAY) | (side.paid >= today), today, side.paid)
    late = due & (paid > side.due + LATE_DAYS)
    return Quality(
        ineligible=Fraction(assigned_minor - eligible_minor, assigned_minor) if assigned_minor else None,
        invoices=count,
        disputes=_per_hundred(int((issued & side.disputed).sum()), count),
        credit_notes=_per_hundred(int((recent & (side.amount_minor < 0)).sum()), count),
        late=Fraction(int(late.sum()), int(due.sum())) if due.any() else None,
    )


def _per_hundred(part: int, count: int) -> Fraction | None:
    return Fraction(100 * part, count) if count else None
