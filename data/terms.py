"""Due days of many invoices from payment terms, each distinct pair of issue day and label computed once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from forecasting.dates import Terms, due_on, parse_terms, to_date, to_day
from forecasting.ledger import NO_DAY, Days


@lru_cache(maxsize=4_096)
def understood(label: str) -> Terms | None:
    """The terms that a label says; None where it says none."""
    try:
        return parse_terms(label) if label.strip() else None
    except ValueError:
        return None


@lru_cache(maxsize=262_144)
def _due_day(issue: int, terms: Terms) -> int:
    return to_day(due_on(to_date(issue), terms))


def due_days(issue: Days, labels: Sequence[str], fallbacks: Sequence[str]) -> Days:
    """Due days (n,) from issue days (n,) and terms, the first of label and fallbacks that says any; NO_DAY without an issue.

    The rule is `forecasting.dates.due_on` (domain 3.2).
    """
    spare = next((terms for terms in map(understood, fallbacks) if terms is not None), None)
    due = np.full(len(issue), NO_DAY, dtype=np.int32)
    for i, label in enumerate(labels):
        terms = understood(label) or spare
        if issue[i] != NO_DAY and terms is not None:
            due[i] = _due_day(int(issue[i]), terms)
    return due
