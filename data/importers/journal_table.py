"""A table of accounting entries as any software exports it: accounts, debits and credits, read like a FEC."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa

from data.importers.books import read_books
from data.importers.entries import EntryColumns, read_entries
from data.importers.findings import Findings
from data.importers.guess import Columns
from data.importers.lines import sort_lines
from data.importers.protocol import Reading, ReadOptions, TableMapping
from data.importers.refusals import refused
from data.importers.table import Table

#: Columns that a list of partner accounts gets beside its own.
_ACCOUNT, _PARTNER, _NAME = "#account", "#partner", "#partner name"

#: The field of an entry for each field of a general table.
_AS: Final = {
    "journal": "journal", "issue": "day", "account": "account", "account_name": "account_name", "partner_id": "aux",
    "partner_name": "aux_name", "number": "piece", "label": "label", "debit": "debit", "credit": "credit", "amount": "amount",
    "direction": "direction", "lettering": "letter", "due": "due",
}  # fmt: skip


def _entry_columns(table: Table, columns: Columns, mapping: TableMapping, currency: str) -> EntryColumns:
    by_field = {_AS[field]: name for field, name in columns.by_field.items() if field in _AS}
    if "account" not in by_field and "aux" in by_field:
        by_field["account"] = by_field.pop("aux")
    if "aux" not in by_field and "aux_name" in by_field:
        # A single column of partners is their code as well as their name.
        by_field["aux"] = by_field["aux_name"]
    return EntryColumns(by_field=by_field, date_order=mapping.date_order, decimal=mapping.decimal, currency=currency)


def read_journal_table(
    table: Table, columns: Columns, mapping: TableMapping, options: ReadOptions, file: str, form: str
) -> Reading:
    """The entries of a table; refused where no column says which account a line belongs to."""
    read_as = _entry_columns(table, columns, mapping, options.currency)
    if "account" not in read_as.by_field:
        found = ", ".join(n for n in table.header if not n.startswith("#"))
        refusal = refused(file, form, "import.journal_without_account", row=table.header_row or None, found=found)
        return replace(refusal, rejected=len(table), mapping=mapping)
    findings = Findings(file, table)
    entries = read_entries(table, read_as, findings)
    return replace(read_books(entries, options, file, form, findings), mapping=mapping)


def _with_partners(table: Table, columns: Columns, mapping: TableMapping) -> Table:
    """The lines of data alone, with the partner of each beside them, whether a column or a heading names it."""
    lines = sort_lines(table, columns)
    places = np.flatnonzero(lines.data)
    take = pa.array(places)
    account = "411" if mapping.side == "customer" else "401"
    given = columns.by_field.get("account")
    accounts = table.column(given).to_pylist() if given else [account] * len(table)
    accounts = [a if a.startswith(("40", "41")) else account for a in accounts]
    ids = [i or n for i, n in zip(lines.partner_id.to_pylist(), lines.partner_name.to_pylist(), strict=True)]
    added = {_ACCOUNT: accounts, _PARTNER: ids, _NAME: lines.partner_name.to_pylist()}
    return replace(
        table,
        header=(*table.header, *added),
        columns=tuple(c.take(take) for c in (*table.columns, *(pa.array(v, pa.string()) for v in added.values()))),
        rows=table.rows[places],
        widths=table.widths[places],
    )


def read_subledger_table(
    table: Table, columns: Columns, mapping: TableMapping, options: ReadOptions, file: str, form: str
) -> Reading:
    """The entries of partner accounts alone: matching codes say what settles what; there is no other side to balance by."""
    whole = _with_partners(table, columns, mapping)
    plain = _entry_columns(table, columns, mapping, options.currency)
    by_field = {**plain.by_field, "account": _ACCOUNT, "aux": _PARTNER, "aux_name": _NAME}
    findings = Findings(file, whole)
    entries = read_entries(whole, replace(plain, by_field=by_field), findings, balanced=False)
    return replace(read_books(entries, options, file, form, findings), mapping=mapping)
