"""Regular payments that books show (wages, social charges, VAT, taxes, rent, loans), proposed as planned flows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from statistics import median_low
from typing import Final, Literal

import numpy as np

from data.importers.entries import Entries
from data.importers.protocol import PlannedRow
from forecasting.dates import add_months, to_date

#: The category of what is paid from the bank, by the account on the other side; longer prefixes win.
_CATEGORIES: Final[Mapping[str, str]] = {
    "4455": "vat",
    "421": "wages", "425": "wages", "427": "wages", "641": "wages", "644": "wages",
    "43": "social_charges", "645": "social_charges", "442": "social_charges",
    "444": "corporate_tax", "447": "corporate_tax", "635": "corporate_tax", "637": "corporate_tax", "695": "corporate_tax",
    "613": "rent",
    "16": "loan", "661": "loan",
}  # fmt: skip
_CASH: Final = ("51", "53")
#: A rhythm needs this many payments; a yearly one is never seen twice in one year of books.
_SEEN: Final = 3

Every = Literal["month", "quarter"]


def _category(account: str) -> str:
    """The category of an account, "" where payments of it are no regular flow."""
    return next((_CATEGORIES[account[:n]] for n in (4, 3, 2) if account[:n] in _CATEGORIES), "")


def _payments(entries: Entries) -> dict[tuple[str, str], dict[date, int]]:
    """What was paid from the bank per category and account name, per day: of entries with a bank line, all other lines."""
    cash = np.array([a.startswith(_CASH) for a in entries.account], np.bool_)
    has_cash = np.bincount(entries.entry, weights=cash) > 0
    found: dict[tuple[str, str], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for line in np.flatnonzero(~cash & has_cash[entries.entry]).tolist():
        account = entries.account[line]
        if category := _category(account):
            name = entries.account_name[line] or account
            found[category, name][to_date(int(entries.day[line]))] -= int(entries.signed[line])
    return found


def _rents(entries: Entries) -> dict[tuple[str, str], dict[date, int]]:
    """What suppliers invoice as rent, per supplier and day of the invoice, with VAT."""
    rent = np.array([a.startswith("613") for a in entries.account], np.bool_)
    entry_has = np.bincount(entries.entry, weights=rent) > 0
    found: dict[tuple[str, str], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for line in np.flatnonzero(entry_has[entries.entry]).tolist():
        if entries.account[line].startswith("401") and entries.signed[line] < 0:
            name = entries.aux_name[line] or entries.account_name[line]
            found["rent", name][to_date(int(entries.day[line]))] += int(entries.signed[line])
    return found


def _months(days: Sequence[date]) -> list[int]:
    return sorted({d.year * 12 + d.month for d in days})


def _every(months: Sequence[int]) -> Every | None:
    """The rhythm of the months in which something was paid; None where there is none."""
    if len(months) < _SEEN:
        return None
    steps = [later - earlier for earlier, later in pairwise(months)]
    if sum(step == 1 for step in steps) >= 0.6 * len(steps):
        return "month"
    return "quarter" if sum(step == 3 for step in steps) >= 0.6 * len(steps) else None


def proposal(category: str, label: str, paid: Mapping[date, int]) -> PlannedRow | None:
    """The next payment of a series: its usual amount a month, on its usual day, after the last one; None without rhythm."""
    outgoing = {day: amount for day, amount in paid.items() if amount < 0}
    every = _every(_months(list(outgoing)))
    if every is None:
        return None
    by_month: dict[int, int] = defaultdict(int)
    for day, amount in outgoing.items():
        by_month[day.year * 12 + day.month] += amount
    recent = [by_month[m] for m in sorted(by_month)][-6:]
    last = max(outgoing)
    usual = median_low(d.day for d in outgoing)
    following = add_months(last.replace(day=1), 1 if every == "month" else 3)
    length = add_months(following, 1).toordinal() - following.toordinal()
    return PlannedRow(
        category=category,
        label=label,
        every=every,
        day=following.replace(day=min(usual, length)),
        amount_minor=median_low(recent),
        seen=len(by_month),
    )


def planned_rows(entries: Entries) -> tuple[PlannedRow, ...]:
    """Proposals for planned flows, the largest first. Rent that suppliers invoice is told by its invoices."""
    if not entries.known_entries or not len(entries):
        return ()
    series = {**_rents(entries), **_payments(entries)}
    found = [row for (category, name), paid in series.items() if (row := proposal(category, name, paid))]
    return tuple(sorted(found, key=lambda r: (r.amount_minor, r.label)))
