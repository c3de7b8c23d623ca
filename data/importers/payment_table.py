"""A table of payments of named invoices: who paid which, when, how much."""

from __future__ import annotations

import numpy as np

from data.importers.amounts import read_worth, total_by_currency
from data.importers.findings import Findings
from data.importers.guess import Columns
from data.importers.lines import ragged, repeats, sort_lines
from data.importers.protocol import PaymentRow, Question, Reading, ReadOptions, TableMapping
from data.importers.table import Mask, Table, filled
from data.importers.typed import DayColumn, read_days, without_point_zero
from forecasting.dates import to_date


def _days(table: Table, columns: Columns, mapping: TableMapping, findings: Findings, live: Mask) -> tuple[DayColumn, str]:
    name = columns.by_field.get("paid") or columns.by_field["issue"]
    column = table.column(name)
    read = read_days(column, mapping.date_order)
    for fault, places in read.faults.items():
        findings.at(places[live[places]], f"import.{fault}", column=name, texts=column)
    return read, name


def read_payment_table(
    table: Table, columns: Columns, mapping: TableMapping, options: ReadOptions, file: str, form: str
) -> Reading:
    """The payments of a table; each names its invoice by number and partner."""
    findings = Findings(file, table)
    lines = sort_lines(table, columns)
    live = lines.data
    findings.at(ragged(table, live), "import.ragged_row", columns=len(table.header))
    days, day_name = _days(table, columns, mapping, findings, live & ~findings.bad)
    worth = read_worth(table, columns, mapping, findings, live & ~findings.bad, options.currency)
    partner = [
        code or name for code, name in zip(lines.partner_id.to_pylist(), lines.partner_name.to_pylist(), strict=True)
    ]
    number_name = columns.by_field.get("number", "")
    numbers = without_point_zero(table.column(number_name)).to_pylist() if number_name else [""] * len(table)
    has_number = filled(table.column(number_name)) if number_name else np.zeros(len(table), np.bool_)
    has_partner = np.array([bool(p) for p in partner], np.bool_)
    for missing, code, column in (
        (
            ~has_partner,
            "import.missing_partner",
            columns.by_field.get("partner_name", columns.by_field.get("partner_id", "")),
        ),
        (~has_number, "import.missing_invoice_number", number_name),
        (~days.given, "import.missing_date", day_name),
        (~worth.given, "import.missing_amount", columns.by_field.get("amount", "")),
    ):
        findings.at(np.flatnonzero(missing & live & ~findings.bad), code, column=column)
    good = live & ~findings.bad
    again = repeats(table.columns, good) if not options.keep_duplicates else np.zeros(len(table), np.bool_)
    findings.at(np.flatnonzero(again), "import.duplicate_row", severity="warning")
    taken = np.flatnonzero(good & ~again)
    rows = tuple(
        PaymentRow(
            side=mapping.side,
            number=numbers[place],
            partner_id=partner[place],
            day=to_date(int(days.days[place])),
            amount_minor=int(worth.amount[place]),
            source_row=int(table.rows[place]),
            currency=worth.currency[int(place)].as_py(),
        )
        for place in taken
    )
    return Reading(
        file=file,
        format=form,
        payments=rows,
        problems=findings.problems(),
        notes=(Question(code="import.note.payments_of_invoices"),),
        accepted=len(taken),
        rejected=int(live.sum()) - len(taken) - int(again.sum()),
        duplicates=int(again.sum()),
        total_minor=total_by_currency(worth.currency, worth.amount, good & ~again),
        first_day=min((r.day for r in rows), default=None),
        last_day=max((r.day for r in rows), default=None),
        mapping=mapping,
    )
