"""A table of any kind as rows: finds what it is, under the user's mapping where there is one, and reads it as that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import Final

from data.importers.aged_table import read_aged_table
from data.importers.bank_table import read_bank_table
from data.importers.guess import (
    Columns,
    TableKind,
    columns_of_mapping,
    guess_fields,
    kind_of,
    side_evidence,
    side_of_words,
    signature_of,
)
from data.importers.hints import add_hinted
from data.importers.invoice_table import read_invoice_table
from data.importers.journal_table import read_journal_table, read_subledger_table
from data.importers.partner_table import read_partner_table
from data.importers.payment_table import read_payment_table
from data.importers.protocol import Question, Reading, ReadOptions, TableMapping
from data.importers.refusals import refused
from data.importers.style import Style, guess_style, mapping_of
from data.importers.table import Table
from data.importers.vocabulary import normalise
from forecasting.errors import problem
from forecasting.ledger import Side

#: Kinds of tables that have a side.
_SIDED: Final = frozenset({"invoices", "aged", "payments", "subledger"})
#: Column names that a refusal lists.
_LISTED: Final = 12


def mapping_for(table: Table, options: ReadOptions) -> TableMapping | None:
    """The mapping that the user gave for this table, or the one remembered for its source."""
    if options.mapping is not None and options.mapping.sheet in {"", table.sheet}:
        return options.mapping
    signature = signature_of(table.header)
    return next((m for m in options.mappings if m.signature == signature), None)


def _side(table: Table, columns: Columns, options: ReadOptions, file: str) -> tuple[Side, bool]:
    """The side of a table, and whether anybody or anything says so: the user, its words, the file's name."""
    if options.side:
        return options.side, True
    found, _ = side_evidence(table, columns)
    if found:
        return found, True
    named = side_of_words(normalise(PurePath(file).stem))
    return (named, True) if named else ("customer", False)


def proposal(table: Table, options: ReadOptions, file: str) -> tuple[TableKind, Columns, TableMapping, Style, bool]:
    """What a table is taken for: kind, columns, mapping, style, and whether its side is known."""
    given = mapping_for(table, options)
    if given is not None:
        columns = columns_of_mapping(table, given)
        kind = kind_of(table, columns)
        mapping = replace(given, signature=signature_of(table.header), header_row=table.header_row, sheet=table.sheet)
        return kind, columns, mapping, Style(date_order=given.date_order, decimal=given.decimal), True
    columns = guess_fields(table)
    if kind_of(table, columns) in {"unknown", "invoices"}:
        columns = add_hinted(table, columns)
    side, known = _side(table, columns, options, file)
    style = guess_style(table, columns)
    return kind_of(table, columns), columns, mapping_of(table, columns, side, style), style, known


def _of_other_kind(table: Table, columns: Columns, options: ReadOptions, file: str, form: str) -> Reading | None:
    """The refusal of a table whose own words speak of the other side than the user's."""
    if not options.side or mapping_for(table, options) is not None:
        return None
    found, word = side_evidence(table, columns)
    if found and found != options.side and word:
        code = "import.other_side_supplier" if found == "supplier" else "import.other_side_customer"
        return refused(file, form, code, row=table.header_row or None, column=word, text=word)
    return None


def _unknown(table: Table, mapping: TableMapping, file: str, form: str) -> Reading:
    """The refusal of a table that holds nothing we know, with the columns that were found."""
    if not len(table):
        return refused(file, form, "import.no_rows", row=table.header_row or None)
    names = [name for name in table.header if not name.startswith("#")]
    found = ", ".join(names[:_LISTED]) + ("…" if len(names) > _LISTED else "")
    code = "import.unknown_table" if names else "import.no_header"
    return replace(
        refused(file, form, code, row=table.header_row or None, found=found), mapping=mapping, rejected=len(table)
    )


def _read_as(
    kind: TableKind,
    table: Table,
    columns: Columns,
    mapping: TableMapping,
    style: Style,
    options: ReadOptions,
    file: str,
    form: str,
) -> Reading:
    """A table read as the kind that it is."""
    if kind == "bank":
        return read_bank_table(table, columns, mapping, options, file, form)
    if kind == "aged":
        return read_aged_table(table, columns, mapping, options, file, form)
    if kind == "subledger":
        return read_subledger_table(table, columns, mapping, options, file, form)
    if kind == "journal":
        return read_journal_table(table, columns, mapping, options, file, form)
    if kind == "payments":
        return read_payment_table(table, columns, mapping, options, file, form)
    if kind == "partners":
        return read_partner_table(table, columns, mapping, file, form)
    return read_invoice_table(table, columns, mapping, style, options, file, form)


def read_table(table: Table, options: ReadOptions, file: str, form: str) -> Reading:
    """The rows of a table, whatever kind it is, with its mapping; refused with the reason where it is none of ours."""
    kind, columns, mapping, style, known = proposal(table, options, file)
    if kind == "unknown" or not len(table):
        return _unknown(table, mapping, file, form)
    if other := _of_other_kind(table, columns, options, file, form):
        return other
    reading = _read_as(kind, table, columns, mapping, style, options, file, form)
    questions = reading.questions
    if not known and kind in _SIDED:
        questions = (*questions, Question(code="import.question.side"))
    problems = reading.problems
    if table.unclosed_quote:
        problems = (problem("import.unclosed_quote", file=file, severity="warning"), *problems)
    if not (reading.accepted or reading.rejected or reading.duplicates or problems):
        # A heading over blank lines and sums alone: nothing was read, and that is said.
        problems = (problem("import.no_rows", file=file, row=table.header_row or None, severity="error"),)
    return replace(reading, questions=questions, problems=problems)
