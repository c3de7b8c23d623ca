"""A table of invoices on its way to rows: its columns read, its lines not yet judged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data.importers.amounts import Worth
from data.importers.findings import Findings
from data.importers.guess import Columns
from data.importers.lines import Lines
from data.importers.protocol import ReadOptions, TableMapping
from data.importers.table import Mask, Table, filled
from data.importers.typed import DayColumn
from data.importers.vocabulary import normalise

_PARTNER_TITLE: Final = re.compile(
    r"\s*(?:nom (?:du )?)?(?:client|customer|fournisseur|supplier|vendor|tiers|bill to|raison sociale)(?: name)?\s*:\s*(\S.*)",
    re.IGNORECASE,
)


@dataclass(slots=True, kw_only=True)
class InvoiceLines:
    """A table on its way to rows."""

    table: Table
    columns: Columns
    mapping: TableMapping
    options: ReadOptions
    lines: Lines
    findings: Findings
    live: Mask
    days: dict[str, DayColumn]
    worth: Worth
    number: pa.Array
    made_numbers: bool

    def text(self, field: str) -> pa.Array | None:
        """A field's column of text, None where the table has none."""
        name = self.columns.by_field.get(field)
        return self.table.column(name) if name else None

    def name_of(self, field: str) -> str:
        """The user's own name of a field's column."""
        return self.columns.by_field.get(field, "")


def _partner_of_titles(titles: Sequence[str]) -> str:
    """The partner whose account a sheet is, where one line above the table says so ("Client : Dupont")."""
    named = {found.group(1).strip() for title in titles if (found := _PARTNER_TITLE.match(title))}
    return named.pop() if len(named) == 1 else ""


def partner_keys(table: Table, columns: Columns, lines: Lines) -> tuple[pa.Array, pa.Array]:
    """The partner's code and name of each line; a name stands for a missing code, an account for both."""
    code, name = lines.partner_id, lines.partner_name
    blank_code, blank_name = ~filled(code), ~filled(name)
    both = blank_code & blank_name
    if both.all() and "account" in columns.by_field:
        return table.column(columns.by_field["account"]), name
    if both.all() and not columns.has("partner_id", "partner_name") and (title := _partner_of_titles(table.above)):
        same = pa.array([title] * len(table), pa.string())
        return same, same
    code = pc.if_else(pa.array(blank_code), name, code) if blank_code.any() else code
    return code, name


def shows_payments(work: InvoiceLines) -> bool:
    """Whether the lines are payments made to suppliers: a transaction or payment with its day, and no invoice date.

    Public spending lists are such: history without a due date.
    """
    if work.columns.has("due", "open") or work.mapping.side != "supplier":
        return False
    if work.columns.has("paid"):
        return not work.columns.has("issue")
    words = " ".join(normalise(work.name_of(f)) for f in ("number", "issue", "amount"))
    return any(w in words for w in ("transaction", "payment", "paid", "paiement", "paye", "reglement"))
