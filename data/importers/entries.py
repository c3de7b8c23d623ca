"""Accounting entries as columns, whatever software wrote them: lines with their account, day, amount and matching code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.importers.amounts import read_column
from data.importers.datestyles import DateOrder
from data.importers.findings import Findings
from data.importers.numbers import DecimalMark
from data.importers.table import Mask, Table, each_different, filled
from data.importers.typed import Days, Whole, read_days
from forecasting.money import to_text

#: Fields of a line of entries; those with a star must have a column.
FIELDS: Final = (
    "journal", "journal_name", "entry", "day*", "account*", "account_name", "aux", "aux_name", "piece", "piece_day", "label",
    "debit", "credit", "amount", "direction", "letter", "letter_day", "due", "currency",
)  # fmt: skip

#: A grouping of lines into entries is believed where this share of the lines falls into entries that balance.
_BELIEVED: Final = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """n lines of entries.

    `row` int64 (n,) in the file; `day, piece_day, due, letter_day` int32 (n,) or NO_DAY; `signed` int64 (n,) debit less
    credit in minor units; `entry` int64 (n,) numbers the entries; texts are columns of n. `known_entries`: lines could be
    grouped into entries that balance. `debit_minor` is the sum of all debits, the usual control total of books.
    """

    row: npt.NDArray[np.int64]
    day: Days
    piece_day: Days
    due: Days
    letter_day: Days
    signed: Whole
    entry: npt.NDArray[np.int64]
    account: Sequence[str]
    account_name: Sequence[str]
    aux: Sequence[str]
    aux_name: Sequence[str]
    journal: Sequence[str]
    journal_name: Sequence[str]
    piece: Sequence[str]
    label: Sequence[str]
    letter: Sequence[str]
    known_entries: bool
    debit_minor: int
    read_lines: int
    rejected_lines: int
    repeated_lines: int

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryColumns:
    """Which column of a table holds which field of a line, and how dates and amounts are written."""

    by_field: Mapping[str, str]
    date_order: DateOrder
    decimal: DecimalMark
    currency: str


def _texts(table: Table, columns: EntryColumns, field: str) -> pa.Array:
    name = columns.by_field.get(field)
    return table.column(name) if name else pa.array([""] * len(table), pa.string())


def _days(table: Table, columns: EntryColumns, field: str, findings: Findings, among: Mask, must: bool) -> Days:
    """A column of days; a wrong one keeps the line out only where the line cannot do without."""
    name = columns.by_field.get(field)
    read = read_days(_texts(table, columns, field), columns.date_order)
    if name:
        for fault, places in read.faults.items():
            severity = "error" if must else "warning"
            findings.at(places[among[places]], f"import.{fault}", column=name, severity=severity, texts=table.column(name))  # type: ignore[arg-type]
        if must:
            findings.at(np.flatnonzero(~read.given & among & ~findings.bad), "import.missing_date", column=name)
    return read.days


def _signed(table: Table, columns: EntryColumns, findings: Findings, among: Mask) -> tuple[Whole, Mask, int]:
    """Debit less credit of each line, where there is any, and the sum of the debits."""
    by = columns.by_field

    def read(field: str) -> tuple[Whole, Mask]:
        if field not in by:
            return np.zeros(len(table), np.int64), np.zeros(len(table), np.bool_)
        column = read_column(table, by[field], columns.decimal, columns.currency, findings, among)
        return column.minor, column.given

    if "debit" in by and "credit" in by:
        debit, debit_given = read("debit")
        credit, credit_given = read("credit")
        return debit - credit, np.asarray(debit_given | credit_given, np.bool_), int(debit[among].sum())
    amount, given = read("amount")
    answers, which = each_different(_texts(table, columns, "direction"), lambda t: t.strip().upper())
    credits = np.array([a[:1] in {"C", "-"} for a in answers], np.bool_)[which]
    return np.where(credits, -amount, amount), given, int(amount[among & ~credits].sum())


def _codes(column: Sequence[str] | Days | pa.Array) -> npt.NDArray[np.int64]:
    if isinstance(column, np.ndarray):
        return np.asarray(np.unique(column, return_inverse=True)[1], np.int64)
    encoded = (
        pa.array(column, pa.string()).dictionary_encode()
        if not isinstance(column, pa.Array)
        else column.dictionary_encode()
    )
    return np.asarray(encoded.indices.to_numpy(zero_copy_only=False), np.int64)


def _fold(parts: Sequence[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """Several numberings as one: equal where all are equal."""
    key = np.zeros(len(parts[0]), np.int64)
    for part in parts:
        _, key = np.unique(key * (int(part.max()) + 1) + part, return_inverse=True)
    return np.asarray(key, np.int64)


def _balanced_share(key: npt.NDArray[np.int64], signed: Whole, bad: Mask) -> tuple[float, int]:
    """The share of lines in groups that add up to nothing, and how many groups there are; groups with a bad line tell nothing."""
    sums = np.zeros(int(key.max()) + 1, np.int64)
    np.add.at(sums, key, signed)
    telling = ~(np.bincount(key, weights=bad, minlength=len(sums)) > 0)[key]
    return (float(np.mean(sums[key][telling] == 0)) if telling.any() else 0.0), len(sums)


def _cut_where_balanced(signed: Whole) -> npt.NDArray[np.int64]:
    """Entries by the order of the file: one ends where the running sum is back at nothing."""
    ends = np.cumsum(signed) == 0
    return np.concatenate([[0], np.cumsum(ends)[:-1]]).astype(np.int64)


def group_entries(
    journal: pa.Array, number: pa.Array, piece: pa.Array, day: Days, signed: Whole, bad: Mask
) -> tuple[npt.NDArray[np.int64], bool]:
    """Which entry each line belongs to, int64 (n,), and whether that is believed.

    Software numbers entries in its own way: once for all, per journal, per day, or not at all (odicom writes 0 on every
    line, agrigest splits an entry over two journals). The finest grouping under which entries balance is taken.
    """
    if not len(signed):
        return np.zeros(0, np.int64), True
    j, n, p, d = _codes(journal), _codes(number), _codes(piece), _codes(day)
    ways = ([j, n, d], [j, n], [n, d], [n], [j, d, p], [d, p], [j, p], [p], [j, d], [d])
    best, best_share, best_count = _cut_where_balanced(signed), 0.0, 0
    for way in ways:
        key = _fold(way)
        share, count = _balanced_share(key, signed, bad)
        if share > best_share + 0.005 or (share > best_share - 0.005 and count > best_count):
            best, best_share, best_count = key, max(share, best_share), count
    if best_share >= _BELIEVED:
        return best, True
    cut = _cut_where_balanced(signed)
    return cut, _balanced_share(cut, signed, bad)[0] >= _BELIEVED


def _keep_out_unbalanced(
    entry: npt.NDArray[np.int64], signed: Whole, places: npt.NDArray[np.int64], findings: Findings
) -> Mask:
    """Lines of entries that do not balance, each told once at its first line; those of a bad line silently so."""
    sums = np.zeros(int(entry.max()) + 1, np.int64)
    np.add.at(sums, entry, signed)
    wrong = sums[entry] != 0
    _, first = np.unique(entry, return_index=True)
    for at in first:
        if wrong[at]:
            findings.at([int(places[at])], "import.entry_unbalanced", difference=to_text(int(sums[entry[at]]), 2))
    return np.asarray(wrong, np.bool_)


def read_entries(table: Table, columns: EntryColumns, findings: Findings, balanced: bool = True) -> Entries:
    """The lines of entries of a table. A line with a fault takes its whole entry with it: half an entry is no entry.

    `balanced` False: the lines are those of partner accounts alone and cannot balance.
    """
    live = filled(_texts(table, columns, "account")) | filled(_texts(table, columns, "day"))
    live &= ~np.asarray(table.widths == 0, np.bool_)
    live &= ~_repeated_header(table, columns)
    day = _days(table, columns, "day", findings, live, must=True)
    signed, given, _ = _signed(table, columns, findings, live)
    account = _texts(table, columns, "account")
    findings.at(
        np.flatnonzero(live & ~filled(account) & ~findings.bad),
        "import.missing_account",
        column=columns.by_field.get("account", ""),
    )
    amount_name = columns.by_field.get("debit", columns.by_field.get("amount", ""))
    findings.at(np.flatnonzero(live & ~given & ~findings.bad), "import.missing_amount", column=amount_name)
    places = np.flatnonzero(live)
    take = pa.array(places)
    key = [_texts(table, columns, f).take(take) for f in ("journal", "entry", "piece")]
    bad = findings.bad[places]
    if balanced:
        entry, known = group_entries(key[0], key[1], key[2], day[places], signed[places], bad)
    else:
        entry, known = np.arange(len(places), dtype=np.int64), False
    broken = np.isin(entry, np.unique(entry[bad])) if known and bad.any() else bad
    findings.at(places[broken & ~bad], "import.entry_incomplete")
    fine = np.flatnonzero(~broken)
    if known and len(fine):
        broken[fine] |= _keep_out_unbalanced(entry[fine], signed[places[fine]], places[fine], findings)
    elif balanced and (difference := int(signed[places[fine]].sum())):
        findings.of_table("import.books_unbalanced", difference=to_text(difference, 2))
        broken[:] = True
    kept = places[~broken]
    return _columns(table, columns, findings, kept, entry[~broken], known, day, signed, len(places))


def _repeated_header(table: Table, columns: EntryColumns) -> Mask:
    name = columns.by_field["account"]
    return np.array([t == name for t in table.column(name).to_pylist()], np.bool_)


def _columns(
    table: Table,
    columns: EntryColumns,
    findings: Findings,
    kept: npt.NDArray[np.int64],
    entry: npt.NDArray[np.int64],
    known: bool,
    day: Days,
    signed: Whole,
    lines: int,
) -> Entries:
    take = pa.array(kept)
    among = np.zeros(len(table), np.bool_)
    among[kept] = True

    def texts(field: str) -> list[str]:
        found: list[str] = _texts(table, columns, field).take(take).to_pylist()
        return found

    _, _, debit = _signed(table, columns, Findings("", table), among)
    different = _fold([_codes(c.take(take)) for c in table.columns]) if len(kept) else np.zeros(0, np.int64)
    return Entries(
        row=table.rows[kept],
        day=day[kept],
        piece_day=_days(table, columns, "piece_day", findings, among, must=False)[kept],
        due=_days(table, columns, "due", findings, among, must=False)[kept],
        letter_day=_days(table, columns, "letter_day", Findings("", table), among, must=False)[kept],
        signed=signed[kept],
        entry=entry,
        account=texts("account"),
        account_name=texts("account_name"),
        aux=texts("aux"),
        aux_name=texts("aux_name"),
        journal=texts("journal"),
        journal_name=texts("journal_name"),
        piece=texts("piece"),
        label=texts("label"),
        letter=texts("letter"),
        known_entries=known,
        debit_minor=debit,
        read_lines=lines,
        rejected_lines=lines - len(kept),
        repeated_lines=len(kept) - (int(different.max()) + 1 if len(kept) else 0),
    )
