"""An aged balance: what each partner owes by ageing band, without invoices; due dates are the middle of each band, and said so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np
import pyarrow as pa

from data.importers.amounts import read_column, total_by_currency
from data.importers.datestyles import DateError, DateOrder, read_date
from data.importers.findings import Findings
from data.importers.guess import Columns
from data.importers.lines import sort_lines
from data.importers.protocol import InvoiceRow, PartnerRow, Question, Reading, ReadOptions, TableMapping
from data.importers.refusals import refused
from data.importers.style import guess_currency
from data.importers.table import Table, filled
from data.importers.typed import Whole

_DATE_IN_TITLE: Final = re.compile(
    r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}(?:er)? [A-Za-zéûô]{3,9}\.? \d{4}|[A-Za-z]{3,9} \d{1,2},? \d{4}"
)
#: Days into a band that has no end, and before a day that is still to come.
_OPEN_END: Final = 30
_NOT_DUE: Final = 15


def day_of_titles(titles: Sequence[str], order: DateOrder) -> date | None:
    """The day that the titles above a table name, the last one where they name several ("au 31/12/2025")."""
    found = None
    for title in titles:
        for text in _DATE_IN_TITLE.findall(title):
            try:
                found = read_date(text, order)
            except DateError:
                continue
    return found


def _due(day: date, band: tuple[int, int | None]) -> date:
    """The middle of a band before a day; for what is not yet due some days after it."""
    first, last = band
    if (first, last) == (0, 0):
        return day + timedelta(days=_NOT_DUE)
    return day - timedelta(days=(first + last) // 2 if last is not None else first + _OPEN_END)


def _check_totals(table: Table, columns: Columns, findings: Findings, sums: Whole, decimal: str, currency: str) -> None:
    """The total of a line, where the table has one, against its bands."""
    name = columns.by_field.get("amount") or columns.by_field.get("open")
    if not name:
        return
    read = read_column(table, name, "," if decimal == "," else ".", currency, findings, np.zeros(len(table), np.bool_))
    differs = read.given & (read.minor != sums) & ~findings.bad
    findings.at(
        np.flatnonzero(differs & (sums != 0)),
        "import.aged_total",
        column=name,
        severity="warning",
        texts=table.column(name),
    )


def read_aged_table(
    table: Table, columns: Columns, mapping: TableMapping, options: ReadOptions, file: str, form: str
) -> Reading:
    """One open row per partner and band. Refused where nobody says on which day the balance was drawn."""
    day = options.as_of or day_of_titles((*table.above, table.sheet), mapping.date_order)
    if day is None:
        return refused(file, form, "import.aged_without_day", row=table.header_row or None, rejected=len(table))
    findings = Findings(file, table)
    lines = sort_lines(table, columns)
    live = lines.data
    currency = guess_currency(table, columns) or options.currency
    partner = pa.array(
        [code or name for code, name in zip(lines.partner_id.to_pylist(), lines.partner_name.to_pylist(), strict=True)]
    )
    findings.at(
        np.flatnonzero(live & ~filled(partner)), "import.missing_partner", column=columns.by_field.get("partner_name", "")
    )
    amounts = {name: read_column(table, name, mapping.decimal, currency, findings, live) for name in columns.bands}
    total = np.sum([a.minor for a in amounts.values()], axis=0).astype(np.int64)
    _check_totals(table, columns, findings, total, mapping.decimal, currency)
    good = np.asarray(live & ~findings.bad, np.bool_)
    names = lines.partner_name.to_pylist()
    rows = [
        InvoiceRow(
            side=mapping.side,
            number=f"{name} @ {day.isoformat()}",
            partner_id=partner[line].as_py(),
            partner_name=names[line],
            issue=None,
            due=_due(day, columns.bands[name]),
            amount_minor=int(read.minor[line]),
            open_minor=int(read.minor[line]),
            currency=currency,
            source_row=int(table.rows[line]),
            source_sheet=table.sheet,
            assumed=True,
            extra=(("kind", "ageing_band"),),
        )
        for line in np.flatnonzero(good).tolist()
        for name, read in amounts.items()
        if read.minor[line]
    ]
    partners = {r.partner_id: PartnerRow(partner_id=r.partner_id, name=r.partner_name or r.partner_id) for r in rows}
    dues = [r.due for r in rows if r.due]
    return Reading(
        file=file,
        format=form,
        invoices=tuple(rows),
        partners=tuple(partners.values()),
        problems=findings.problems(),
        notes=(Question(code="import.note.aged_balance", values=(("day", day.isoformat()),)),),
        questions=(Question(code="import.question.open_items"),),
        accepted=int(good.sum()),
        rejected=int(live.sum()) - int(good.sum()),
        total_minor=total_by_currency(pa.array([currency] * len(table), pa.string()), total, good),
        first_day=min(dues, default=None),
        last_day=max(dues, default=None),
        mapping=mapping,
    )
