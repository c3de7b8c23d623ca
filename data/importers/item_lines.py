"""Lines of one invoice put together: the total that every item line repeats counts once, line amounts add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.importers.findings import Findings
from data.importers.guess import Columns
from data.importers.table import Mask
from data.importers.typed import Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Which lines make which invoice.

    `first` int64 (k,) is the line that stands for each invoice, in the order of the file; `lines` how many lines were
    taken; `several` whether any invoice has more than one; `group` int64 (lines,) and `members` int64 (lines,) say which
    invoice each line belongs to; `adds` whether line amounts add up (else the first one is the invoice's).
    """

    first: npt.NDArray[np.int64]
    group: npt.NDArray[np.int64]
    members: npt.NDArray[np.int64]
    adds: bool

    @property
    def lines(self) -> int:
        """How many lines were put together."""
        return len(self.members)

    @property
    def several(self) -> bool:
        """Whether any invoice has more than one line."""
        return len(self.members) > len(self.first)

    def summed(self, values: Whole) -> Whole:
        """A value per line (n,) as a value per invoice (k,)."""
        if not self.adds:
            return np.asarray(values[self.first], np.int64)
        totals = np.zeros(len(self.first), np.int64)
        np.add.at(totals, self.group, values[self.members])
        return totals


def _codes(column: pa.Array, places: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], int]:
    encoded = column.take(pa.array(places)).dictionary_encode()
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64), max(len(encoded.dictionary), 1)


def groups(
    number: pa.Array, partner: pa.Array, places: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For each place the invoice (number and partner) that it belongs to, numbered in the order of the file, and each invoice's first place."""
    numbers, _ = _codes(number, places)
    partners, size = _codes(partner, places)
    _, first, group = np.unique(numbers * size + partners, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank[group], places[first[order]]


def group_items(
    columns: Columns, number: pa.Array, partner: pa.Array, amount: Whole, good: Mask, findings: Findings, source: str
) -> Grouping:
    """Puts item lines of the same number and partner together where the table has item columns.

    A total that all lines of an invoice repeat is the invoice's; where it differs within an invoice, nobody can tell
    which is right and all its lines are kept out. Line amounts and prices add up.
    """
    places = np.flatnonzero(good)
    items = columns.has("item", "quantity", "unit_price", "line_total")
    if not items or not len(places):
        alone = np.arange(len(places), dtype=np.int64)
        return Grouping(first=places, group=alone, members=places, adds=False)
    group, first = groups(number, partner, places)
    if source in {"lines", "price", "net", "net_rate", "net_vat"}:
        return _without_broken(places, group, first, findings, number, partner, adds=True)
    differs = amount[places] != amount[first][group]
    broken = np.unique(group[differs])
    if 2 * len(broken) > len(np.unique(group[_repeated(group)])) > 0:
        # Totals that mostly differ are amounts of lines under the name of a total.
        return _without_broken(places, group, first, findings, number, partner, adds=True)
    for place in places[np.isin(group, broken)]:
        findings.at([place], "import.totals_differ", column=columns.by_field.get("amount", ""))
    kept = ~np.isin(group, broken)
    return _compact(places[kept], group[kept], adds=False)


def _repeated(group: npt.NDArray[np.int64]) -> Mask:
    return np.asarray(np.bincount(group)[group] > 1, np.bool_)


def _compact(members: npt.NDArray[np.int64], group: npt.NDArray[np.int64], adds: bool) -> Grouping:
    """Groups renumbered without gaps, in the order of the file."""
    _, first, inverse = np.unique(group, return_index=True, return_inverse=True)
    return Grouping(first=members[first], group=inverse.astype(np.int64), members=members, adds=adds)


def _without_broken(
    places: npt.NDArray[np.int64],
    group: npt.NDArray[np.int64],
    first: npt.NDArray[np.int64],
    findings: Findings,
    number: pa.Array,
    partner: pa.Array,
    adds: bool,
) -> Grouping:
    """Leaves out invoices of which a line was rejected: their sum would be wrong."""
    bad = np.flatnonzero(findings.bad)
    if len(bad):
        keys = {(number[int(p)].as_py(), partner[int(p)].as_py()) for p in bad}
        broken = [g for g, p in enumerate(first) if (number[int(p)].as_py(), partner[int(p)].as_py()) in keys]
        if broken:
            lost = np.isin(group, broken)
            findings.at(places[lost], "import.invoice_incomplete", texts=number)
            return _compact(places[~lost], group[~lost], adds)
    return _compact(places, group, adds)
