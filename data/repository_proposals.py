"""Regular payments that books and bank lines show and the plan does not hold yet: proposed, never stored by themselves."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from data.access import Principal, require
from data.importers.protocol import PlannedRow
from data.importers.rhythm import proposal
from data.repository_plan import read_planned_flows
from data.store import Cursor, Store
from forecasting.ledger import PlannedFlow

#: Where what the last books proposed is kept.
_SETTING: Final = "proposals"
#: Words of a bank line that say what it pays, by category; the first that is found wins.
_WORDS: Final[tuple[tuple[str, str], ...]] = (
    ("wages", r"salaires?|paies?|payroll|wages|remunerations?"),
    ("social_charges", r"urssaf|agirc|arrco|mutuelle|prevoyance|cotisations?|pension|caisse de retraite"),
    ("vat", r"tva|vat"),
    ("corporate_tax", r"impots?|dgfip|tresor public|corporation tax|cfe|cvae"),
    ("rent", r"loyers?|rent|bail"),
    ("loan", r"emprunts?|prets?|loans?|echeance pret|credit bail|leasing"),
)
#: A proposal is known already where the plan has its category at an amount that differs by less than this share.
_ALIKE: Final = 0.25


def remember_proposals(cursor: Cursor, rows: Sequence[PlannedRow]) -> None:
    """Keep what books propose, in place of what earlier ones did; nothing changes where a file proposes nothing."""
    if not rows:
        return
    text = json.dumps([[r.category, r.label, r.every, r.day.isoformat(), r.amount_minor, r.seen] for r in rows])
    cursor.execute(
        "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", [_SETTING, text]
    )


def planned_proposals(store: Store, principal: Principal) -> tuple[PlannedRow, ...]:
    """Regular payments seen in the books loaded last and on the bank's lines that the plan does not hold, the largest first."""
    require(principal, "read_treasury")
    with store.read() as cursor:
        told = cursor.execute("SELECT value FROM setting WHERE name = ?", [_SETTING]).fetchall()
        lines = cursor.execute("SELECT day, amount_minor, label || ' ' || counterparty FROM bank_line_known").fetchall()
        planned = read_planned_flows(cursor)
    books = [
        PlannedRow(category=category, label=label, every=every, day=date.fromisoformat(day), amount_minor=amount, seen=seen)
        for category, label, every, day, amount, seen in (json.loads(told[0][0]) if told else ())
    ]
    found = [row for row in (*books, *bank_proposals(lines)) if not _is_planned(row, planned)]
    best: dict[tuple[str, int], PlannedRow] = {}
    for row in found:
        best.setdefault((row.category, round(row.amount_minor, -4)), row)
    return tuple(sorted(best.values(), key=lambda r: (r.amount_minor, r.label)))


def bank_proposals(lines: Iterable[tuple[date, int, str]]) -> tuple[PlannedRow, ...]:
    """Regular payments that (day, amount, words) of bank lines show: those whose words say what they pay."""
    series: dict[tuple[str, str], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for day, amount, words in lines:
        category = category_of(words)
        if amount < 0 and category:
            series[category, _label(words)][day] += amount
    found = (proposal(category, label, paid) for (category, label), paid in series.items())
    return tuple(row for row in found if row is not None)


def category_of(words: str) -> str:
    """What a bank line pays by its words, "" where they do not say.

    >>> category_of("VIR SALAIRES NOVEMBRE"), category_of("PRLV URSSAF IDF"), category_of("Nordex SAS")
    ('wages', 'social_charges', '')
    """
    plain = unicodedata.normalize("NFKD", words.casefold()).encode("ascii", "ignore").decode()
    return next((category for category, pattern in _WORDS if re.search(rf"\b(?:{pattern})\b", plain)), "")


def _label(words: str) -> str:
    """The words without numbers and months, so that each month's line reads the same."""
    kept = re.sub(r"[\d/.:-]+", " ", words)
    months = "janvier|fevrier|février|mars|avril|mai|juin|juillet|aout|août|septembre|octobre|novembre|decembre|décembre"
    return " ".join(re.sub(rf"\b(?:{months})\b", " ", kept, flags=re.IGNORECASE).split())[:60]


def _is_planned(row: PlannedRow, planned: Sequence[PlannedFlow]) -> bool:
    return any(
        flow.category == row.category and abs(flow.amount_minor - row.amount_minor) <= _ALIKE * abs(row.amount_minor)
        for flow in planned
    )
