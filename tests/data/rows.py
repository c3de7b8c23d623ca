"""Rows for tests of the store: invoices as an importer would hand them over."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from data.importers.protocol import BankRow, InvoiceRow, PaymentRow, Reading, SourceFile


def invoice(number: str, amount_minor: int, *, partner: str = "C1", **more: Any) -> InvoiceRow:
    """A customer invoice of December 2025, due at the end of January 2026."""
    values: dict[str, Any] = {
        "side": "customer",
        "number": number,
        "partner_id": partner,
        "issue": date(2025, 12, 1),
        "due": date(2026, 1, 31),
        "amount_minor": amount_minor,
        "source_row": 2,
        "vat_rate": Decimal("0.20"),
    }
    return InvoiceRow(**{**values, **more})


def reading(
    *invoices: InvoiceRow,
    name: str = "a.csv",
    payments: Sequence[PaymentRow] = (),
    bank: Sequence[BankRow] = (),
    kind: str = "csv",
    **more: Any,
) -> tuple[Reading, SourceFile]:
    """A reading of these rows with a file whose bytes depend on them and on the name."""
    total: dict[str, int] = {}
    for row in invoices:
        total[row.currency] = total.get(row.currency, 0) + row.amount_minor
    told = Reading(
        file=name,
        format=kind,
        invoices=invoices,
        payments=tuple(payments),
        bank=tuple(bank),
        accepted=len(invoices) + len(payments) + len(bank),
        total_minor=total,
        **more,
    )
    digest = hashlib.sha256(repr((name, invoices, tuple(payments), tuple(bank))).encode()).digest()
    return told, SourceFile(name=name, content=digest)
