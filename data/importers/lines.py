"""Which lines of a table are rows of data: blank lines, sums, headings of groups and exact repeats are told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.importers.ageing import ageing_band
from data.importers.datestyles import looks_like_date
from data.importers.guess import Columns
from data.importers.numbers import is_blank
from data.importers.phrases import DAY_FIELDS
from data.importers.table import Mask, Table, filled, matching, repeats_header
from data.importers.typed import without_point_zero
from data.importers.vocabulary import TOTAL_WORDS, normalise

_MONEY: Final = ("amount", "net", "line_total", "open", "debit", "credit", "unit_price", "paid_amount", "vat")
_TOTAL_HINT: Final = "(?i)tot|somme|solde|saldo|report|cumul|sum|balance|gesamt|bertrag|pourcentage"
_CODE_AND_NAME: Final = re.compile(r"([A-Z0-9][A-Z0-9_./]{2,19})\s*(?:[-–:]|\s{2,}|\t)\s*(\S.*)|(4[01]\w{2,15})\s+(\S.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The lines of a table sorted by what they are.

    `data`, `sums`, `headings` bool (n,); `partner_id`, `partner_name` text (n,) with the headings of groups carried
    down; `grouped` whether any heading named a partner, `carried` whether a line took that of the line above.
    """

    data: Mask
    sums: Mask
    headings: Mask
    partner_id: pa.Array
    partner_name: pa.Array
    grouped: bool
    carried: bool


def _none(table: Table) -> Mask:
    return np.zeros(len(table), np.bool_)


def _any_filled(table: Table, names: Sequence[str]) -> Mask:
    found = _none(table)
    for name in names:
        found |= filled(table.column(name))
    return found


def _any_day(table: Table, names: Sequence[str]) -> Mask:
    """Lines with a date in one of the columns; a heading may stand in a column of dates without being one."""
    found = _none(table)
    for name in names:
        found |= matching(table.column(name), looks_like_date)
    return found


def _says_total(text: str) -> bool:
    return len(text) < 120 and bool(TOTAL_WORDS.match(normalise(text)))


def _is_bare_total(text: str) -> bool:
    """A word for a sum and nothing else, or a sum over ageing bands."""
    words = normalise(text)
    return bool(
        re.fullmatch(
            r"(?:sous |grand |sub ?)?tota(?:l|ux)(?: (?:general|generaux|client|clients|fournisseurs?|customers?|suppliers?))?|somme|sum|"
            r"(?:gesamt|end|zwischen)?summe|gesamt|suma|(?:sub)?total(?:e|es|i)?(?: (?:generale|clienti|clientes|general))?|(?:sub)?totaal|percentage of total|"
            r"total (?:balance agee|aged|echeancier|balance|a r|a p|creances|dettes|overdue|non lettre)\b.*",
            words,
        )
    )


def _sums(table: Table, columns: Columns, dated: Mask, numbered: Mask) -> Mask:
    """Lines that add up others: they say so in one of their first cells, and have neither number nor day.

    A partner may be called "Total Énergies": where a table has no numbers or days, only a bare word counts.
    """
    found = _none(table)
    has_keys = columns.has("number", *DAY_FIELDS)
    for name in table.header[:6]:
        found |= matching(table.column(name), _says_total if has_keys else _is_bare_total, _TOTAL_HINT)
    number = columns.by_field.get("number")
    own_number = numbered & ~matching(table.column(number), _says_total, _TOTAL_HINT) if number else numbered
    return np.asarray(found & ~dated & ~own_number, np.bool_)


def _filled_counts(table: Table) -> npt.NDArray[np.int32]:
    counts = np.zeros(len(table), np.int32)
    for column in table.columns:
        counts += filled(column)
    return counts


def _first_texts(table: Table, place: int) -> list[str]:
    return [t for c in table.columns[:8] if not is_blank(t := c[place].as_py())]


def _split_heading(texts: Sequence[str]) -> tuple[str, str]:
    """The code and the name that a heading says; one of them may be missing."""
    if len(texts) >= 2 and re.fullmatch(r"[\w./-]{1,20}", texts[0]):
        return texts[0], texts[1]
    found = _CODE_AND_NAME.fullmatch(texts[0])
    if found:
        return found.group(1) or found.group(3), (found.group(2) or found.group(4)).strip()
    return "", texts[0]


def _carried(table: Table, headings: Mask, ids: list[str], names: list[str], own: Mask) -> bool:
    """Gives each line without a partner of its own that of the heading above; whether any heading did so."""
    code, name, used = "", "", False
    marks = np.flatnonzero(headings)
    for at, start in enumerate(marks):
        texts = _first_texts(table, int(start))
        if not texts or ageing_band(texts[0]):
            continue
        code, name = _split_heading(texts)
        stop = int(marks[at + 1]) if at + 1 < len(marks) else len(table)
        for line in range(int(start) + 1, stop):
            if not own[line]:
                ids[line], names[line] = code, name
                used = True
    return used


def _fill_down(ids: list[str], names: list[str], own: Mask, live: Mask) -> bool:
    """Gives each line without a partner that of the line above, as lists do that name a partner once.

    A list that says a partner twice leaves the others blank for another reason: nothing is filled then.
    """
    named = [(ids[line], names[line]) for line in np.flatnonzero(own & live)]
    if len(set(named)) < len(named):
        return False
    last = -1
    for line in np.flatnonzero(live):
        if own[line]:
            last = int(line)
        elif last >= 0 and not (ids[line] or names[line]):
            ids[line], names[line] = ids[last], names[last]
    return True


def sort_lines(table: Table, columns: Columns) -> Lines:
    """What each line of a table is; see `Lines`."""
    by = columns.by_field
    dated = _any_day(table, [by[f] for f in DAY_FIELDS if f in by])
    numbered = _any_filled(table, [by["number"]] if "number" in by else [])
    money = _any_filled(table, [by[f] for f in _MONEY if f in by] + list(columns.bands))
    counts = _filled_counts(table)
    live = (counts > 0) & ~repeats_header(table)
    sums = _sums(table, columns, dated, numbered) & live
    # In an outline a partner's line carries its sums, and the dated lines below it are the invoices.
    outline = not columns.has("partner_id", "partner_name") and columns.has(*DAY_FIELDS)
    headings = live & ~sums & ~dated & (~money & (counts <= 3) | outline & ~numbered)
    ids = (
        without_point_zero(table.column(by["partner_id"]))
        if "partner_id" in by
        else pa.array([""] * len(table), pa.string())
    )
    names = table.column(by["partner_name"]) if "partner_name" in by else pa.array([""] * len(table), pa.string())
    data = live & ~sums & ~headings
    own = filled(ids) | filled(names)
    without = data & ~own
    grouped = carried = False
    if without.any() and (headings.any() or (own & data).any()):
        id_list, name_list = ids.to_pylist(), names.to_pylist()
        grouped = bool(headings.any()) and _carried(table, headings, id_list, name_list, own)
        if not grouped and own.any() and without.sum() >= 0.3 * data.sum():
            carried = _fill_down(id_list, name_list, own, data)
        ids, names = pa.array(id_list, pa.string()), pa.array(name_list, pa.string())
    if not grouped:
        # A line of two or three cells may be a row with much missing; one of a single cell is a heading of something.
        data, headings = data | (headings & (counts > 1)), headings & (counts == 1)
    return Lines(
        data=np.asarray(data, np.bool_),
        sums=sums,
        headings=headings,
        partner_id=ids,
        partner_name=names,
        grouped=grouped,
        carried=carried,
    )


def repeats(columns: Sequence[pa.Array], among: Mask) -> Mask:
    """Lines that say exactly what an earlier one says, in every column; bool (n,).

    Columns become numbers of their different texts and are folded one after the other, so that equal means equal.
    """
    lines = np.flatnonzero(among)
    found = np.zeros(len(among), np.bool_)
    if len(lines) < 2:
        return found
    key = np.zeros(len(lines), np.int64)
    for column in columns:
        encoded = column.take(pa.array(lines)).dictionary_encode()
        codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        size = len(encoded.dictionary)
        if size > 1:
            _, key = np.unique(key * size + codes, return_inverse=True)
    _, first = np.unique(key, return_index=True)
    again = np.ones(len(lines), np.bool_)
    again[first] = False
    found[lines[again]] = True
    return found


def ragged(table: Table, among: Mask) -> npt.NDArray[np.int64]:
    """Places of the lines with another number of cells than the header, where the rest of the table keeps to it.

    Cells missing at the end of many lines are how some exports save room, and no fault; nor are they in a sheet of a
    workbook, which has no separators that could be lost.
    """
    width = len(table.header)
    short, long = (table.widths < width) & among, (table.widths > width) & among
    if table.sheet or short.sum() > 0.2 * max(int(among.sum()), 1):
        short = np.zeros(len(table), np.bool_)
    return np.flatnonzero(short | long)
