"""A table of invoices as rows: columns read, each line judged, lines of one invoice put together."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.importers.amounts import Worth, read_worth, total_by_currency
from data.importers.findings import Findings
from data.importers.guess import Columns
from data.importers.invoice_build import build_rows, partner_rows
from data.importers.invoice_lines import InvoiceLines, partner_keys, shows_payments
from data.importers.item_lines import Grouping, group_items
from data.importers.judging import (
    check_days,
    check_keys,
    check_total,
    find_duplicates,
    judge_status,
    judge_types,
    name_payments,
    require,
    signed_amounts,
)
from data.importers.lines import Lines, ragged, sort_lines
from data.importers.part_payments import part_payments
from data.importers.protocol import Question, Reading, ReadOptions, TableMapping
from data.importers.rows import InvoiceRows
from data.importers.style import Style
from data.importers.table import Mask, Table, filled
from data.importers.typed import DayColumn, read_days, without_point_zero
from forecasting.ledger import NO_DAY

_DAYS: Final = ("issue", "due", "paid", "delivery", "remittance", "assigned")


def _read_days(
    table: Table, columns: Columns, mapping: TableMapping, findings: Findings, among: Mask
) -> dict[str, DayColumn]:
    days = {}
    for field in _DAYS:
        if name := columns.by_field.get(field):
            column = table.column(name)
            read = read_days(column, mapping.date_order)
            for fault, places in read.faults.items():
                findings.at(places[among[places]], f"import.{fault}", column=name, texts=column)
            days[field] = read
    return days


def _made_numbers(partner: pa.Array, days: dict[str, DayColumn], worth: Worth, live: Mask) -> pa.Array:
    """Numbers for invoices of a file without any: made of what the line says, so that the same line has the same number.

    Issue and due date, amount and partner are hashed; a repeat counts up. A payment date is left out: the invoice
    keeps its number when a later file says that it was paid.
    """
    issue = days["issue"].days if "issue" in days else np.full(len(live), NO_DAY, np.int32)
    due = days["due"].days if "due" in days else np.full(len(live), NO_DAY, np.int32)
    if "issue" not in days and "due" not in days and "paid" in days:
        issue = days["paid"].days
    seen: dict[bytes, int] = {}
    numbers = [""] * len(live)
    names = partner.to_pylist()
    for place in np.flatnonzero(live):
        text = f"{names[place]}|{issue[place]}|{due[place]}|{worth.amount[place]}"
        digest = hashlib.blake2b(text.encode(), digest_size=6).digest()
        seen[digest] = seen.get(digest, 0) + 1
        numbers[place] = f"~{digest.hex()}" + (f"-{seen[digest]}" if seen[digest] > 1 else "")
    return pa.array(numbers, pa.string())


def _notes(work: InvoiceLines, rows: InvoiceRows, grouping: Grouping, style: Style) -> tuple[Question, ...]:
    """What the reader must know of how the table was read."""
    notes = []
    if work.worth.is_net:
        notes.append(Question(code="import.note.amounts_net"))
    if work.lines.carried:
        notes.append(Question(code="import.note.partner_above"))
    if work.made_numbers:
        notes.append(Question(code="import.note.no_numbers"))
    payments = work.columns.has("issue", "paid") and shows_payments(work)
    if not work.columns.has("issue", "paid" if payments else "issue"):
        notes.append(Question(code="import.note.no_issue_date"))
    if payments:
        notes.append(Question(code="import.note.payments_made"))
        if not (work.worth.is_net or work.columns.has("net") or work.columns.has("vat")):
            notes.append(Question(code="import.note.vat_unsaid"))
    elif not work.columns.has("due"):
        notes.append(Question(code="import.note.no_due_date"))
    if grouping.several:
        notes.append(
            Question(
                code="import.note.lines_grouped", values=(("invoices", str(len(rows))), ("lines", str(grouping.lines)))
            )
        )
    if work.worth.source in {"price", "lines"}:
        notes.append(Question(code="import.note.amounts_computed"))
    if "date_order" in style.unsure:
        notes.append(Question(code=f"import.question.date_order_{work.mapping.date_order}"))
    return tuple(notes)


def _number_column(table: Table, columns: Columns, lines: Lines) -> pa.Array | None:
    """The invoice numbers: their own column, or in an outline the first one, where invoices stand below their partner."""
    if "number" in columns.by_field:
        return without_point_zero(table.column(columns.by_field["number"]))
    first = table.columns[0] if table.columns else None
    if first is None or not lines.grouped or table.header[0] in columns.by_field.values():
        return None
    places = pa.array(np.flatnonzero(lines.data))
    texts = first.take(places)
    return first if filled(texts).all() and len(texts.unique()) == len(texts) > 0 else None


def read_invoice_table(
    table: Table, columns: Columns, mapping: TableMapping, style: Style, options: ReadOptions, file: str, format: str
) -> Reading:
    """The invoices of a table under a mapping, with every problem of every line.

    Accepted, rejected and duplicate lines add up to the lines of data; several lines may make one invoice.
    """
    findings = Findings(file, table)
    lines = sort_lines(table, columns)
    live = lines.data.copy()
    odd = ragged(table, live)
    findings.at(odd, "import.ragged_row", columns=len(table.header))
    live_ok = live & ~findings.bad
    days = _read_days(table, columns, mapping, findings, live_ok)
    worth = read_worth(table, columns, mapping, findings, live_ok, options.currency)
    partner, name = partner_keys(table, columns, lines)
    number = _number_column(table, columns, lines)
    work = InvoiceLines(
        table=table,
        columns=columns,
        mapping=mapping,
        options=options,
        lines=lines,
        findings=findings,
        live=live,
        days=days,
        worth=worth,
        number=number if number is not None else _made_numbers(partner, days, worth, live),
        made_numbers=number is None,
    )
    credit, payment = judge_types(work)
    name_payments(work, payment)
    settled, void = judge_status(work)
    require(work, worth.given, "import.missing_amount", "amount" if "amount" in columns.by_field else worth.source)
    check_keys(work, partner)
    check_days(work)
    signed = signed_amounts(work, credit, payment)
    good = live & ~findings.bad & ~void
    duplicate = find_duplicates(work, good)
    grouping = group_items(work.columns, work.number, partner, signed[0], good & ~duplicate, findings, worth.source)
    accepted = good & ~duplicate & ~findings.bad
    grouping, payments = part_payments(work, grouping, partner, signed[0])
    signed = signed_amounts(work, credit, payment) if payments else signed
    rows = build_rows(work, grouping, partner, name, settled, payment, signed)
    check_total(work, signed[0], duplicate, accepted, int(pc.sum(rows.table.column("amount_minor")).as_py() or 0))
    return replace(_reading(work, rows, grouping, style, accepted, duplicate, file, format), payments=payments)


def _reading(
    work: InvoiceLines,
    rows: InvoiceRows,
    grouping: Grouping,
    style: Style,
    accepted: Mask,
    duplicate: Mask,
    file: str,
    format: str,
) -> Reading:
    days = [rows.table.column(f) for f in ("issue", "paid") if rows.table.column(f).null_count < len(rows)]
    all_days = pa.chunked_array([c for d in days for c in d.chunks], pa.date32()) if days else None
    bounds = pc.min_max(all_days).as_py() if all_days is not None else {"min": None, "max": None}
    amounts = rows.table.column("amount_minor").to_numpy()
    return Reading(
        file=file,
        format=format,
        invoices=rows,
        partners=partner_rows(work, rows),
        problems=work.findings.problems(),
        notes=_notes(work, rows, grouping, style),
        accepted=int(accepted.sum()),
        rejected=int(work.live.sum()) - int(accepted.sum()) - int(duplicate.sum()),
        duplicates=int(duplicate.sum()),
        total_minor=total_by_currency(
            rows.table.column("currency").combine_chunks(), amounts, np.ones(len(rows), np.bool_)
        ),
        first_day=bounds["min"],
        last_day=bounds["max"],
        mapping=work.mapping,
    )
