"""A table of accounting entries as any software exports it: accounts, debits and credits, read like a FEC."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from data.importers.books import read_books
from data.importers.entries import EntryColumns, read_entries
from data.importers.findings import Findings
from data.importers.guess import Columns
from data.importers.protocol import Reading, ReadOptions, TableMapping
from data.importers.refusals import refused
from data.importers.table import Table

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
