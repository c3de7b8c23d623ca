"""Readings of the parts of one file as the reading of the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pyarrow as pa

from data.importers.protocol import InvoiceRow, Reading
from data.importers.rows import InvoiceRows, invoice_table


def _invoices(parts: Sequence[Reading]) -> Sequence[InvoiceRow]:
    """All invoices, as columns where any part holds columns."""
    if any(isinstance(p.invoices, InvoiceRows) for p in parts):
        return InvoiceRows(
            pa.concat_tables([invoice_table(p.invoices) for p in parts if len(p.invoices)] or [invoice_table(())])
        )
    return tuple(row for p in parts for row in p.invoices)


def add_totals(totals: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The signed sum per currency."""
    sums: dict[str, int] = {}
    for currency, amount in totals:
        sums[currency] = sums.get(currency, 0) + amount
    return sums


def combine(parts: Sequence[Reading], file: str, form: str) -> Reading:
    """One reading of all parts in their order; partners told twice are kept once."""
    if len(parts) == 1:
        return replace(parts[0], file=file, format=form)
    partners = {p.partner_id: p for part in reversed(parts) for p in part.partners}
    first = [p.first_day for p in parts if p.first_day]
    last = [p.last_day for p in parts if p.last_day]
    mappings = tuple(p.mapping for p in parts if p.mapping)
    return Reading(
        file=file,
        format=form,
        invoices=_invoices(parts),
        payments=tuple(x for p in parts for x in p.payments),
        bank=tuple(x for p in parts for x in p.bank),
        balances=tuple(x for p in parts for x in p.balances),
        partners=tuple(partners.values()),
        planned=tuple(x for p in parts for x in p.planned),
        problems=tuple(x for p in parts for x in p.problems),
        questions=tuple(dict.fromkeys(x for p in parts for x in p.questions)),
        notes=tuple(dict.fromkeys(x for p in parts for x in p.notes)),
        accepted=sum(p.accepted for p in parts),
        rejected=sum(p.rejected for p in parts),
        duplicates=sum(p.duplicates for p in parts),
        total_minor=add_totals(t for p in parts for t in p.total_minor.items()),
        first_day=min(first, default=None),
        last_day=max(last, default=None),
        mapping=mappings[0] if mappings else None,
        mappings=mappings,
    )
