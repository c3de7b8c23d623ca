"""A ledger with some of its rows exchanged: back to rows, and through `build_ledger` to a new fingerprint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.ledger import Invoices, Ledger, PlannedFlow, Side
from forecasting.ledger_build import InvoiceColumns, InvoiceRecord, PartPayment, build_ledger, columns_of

_KEPT = (
    "as_of",
    "currency",
    "opening_cash_minor",
    "overdraft_limit_minor",
    "overdraft_rate",
    "overdraft_fee_rate",
    "cash_floor_minor",
    "vat_day",
    "vat_returns",
    "partners",
    "accounts",
    "overrides",
)


def side_of(ledger: Ledger, side: Side) -> Invoices:
    """The invoices of a side."""
    return ledger.customers if side == "customer" else ledger.suppliers


def records_of(ledger: Ledger, side: Side, rows: npt.NDArray[np.int64] | None = None) -> tuple[InvoiceRecord, ...]:
    """Invoices of a side as simple rows, all of them or those of the given numbers (m,)."""
    invoices = side_of(ledger, side)
    chosen = range(len(invoices)) if rows is None else rows.tolist()
    columns = {f.name: getattr(invoices, f.name) for f in fields(InvoiceRecord) if f.name not in ("partner_id", "credits")}
    columns = {name: c.tolist() if isinstance(c, np.ndarray) else c for name, c in columns.items()}
    credited, partner = invoices.credits.tolist(), invoices.partner.tolist()
    return tuple(
        InvoiceRecord(
            partner_id=ledger.partners[partner[i]].partner_id,
            credits=invoices.invoice_id[credited[i]] if credited[i] >= 0 else "",
            **{name: column[i] for name, column in columns.items()},
        )
        for i in chosen
    )


def columns_from(ledger: Ledger, side: Side, keep: npt.NDArray[np.bool_] | None = None) -> InvoiceColumns:
    """A side as columns that `build_ledger` takes, the rows of a mask (n,) or all; a million of them stay columns."""
    invoices = side_of(ledger, side)
    row = np.arange(len(invoices)) if keep is None else np.flatnonzero(keep)
    chosen: list[int] = row.tolist()
    plain = {f.name: getattr(invoices, f.name) for f in fields(InvoiceRecord) if f.name not in ("partner_id", "credits")}
    picked: dict[str, Any] = {
        name: column[row] if isinstance(column, np.ndarray) else [column[i] for i in chosen]
        for name, column in plain.items()
    }
    names, credited = invoices.invoice_id, invoices.credits[row].tolist()
    return InvoiceColumns(
        partner_id=[ledger.partners[p].partner_id for p in invoices.partner[row].tolist()],
        credits=[names[c] if c >= 0 else "" for c in credited],
        **picked,
    )


def joined(first: InvoiceColumns, records: Iterable[InvoiceRecord]) -> InvoiceColumns:
    """Columns of `columns_from` with simple rows after them."""
    second = columns_of(records)
    return InvoiceColumns(**{f.name: [*getattr(first, f.name), *getattr(second, f.name)] for f in fields(InvoiceColumns)})


def rebuilt(
    ledger: Ledger,
    *,
    customers: Iterable[InvoiceRecord] | InvoiceColumns | None = None,
    suppliers: Iterable[InvoiceRecord] | InvoiceColumns | None = None,
    planned_flows: Iterable[PlannedFlow] | None = None,
) -> Ledger:
    """The ledger with other rows on a side, or other planned flows; what is not given stays.

    Part payments stay with the invoices that they name; those of invoices that are gone go with them.
    """
    sides: dict[Side, InvoiceColumns] = {
        "customer": _columns(ledger, "customer", customers),
        "supplier": _columns(ledger, "supplier", suppliers),
    }
    names = {side: set(columns.invoice_id) for side, columns in sides.items()}
    parts = (
        PartPayment(
            side=p.side,
            invoice_id=side_of(ledger, p.side).invoice_id[p.invoice],
            day=p.day,
            amount_minor=p.amount_minor,
            assumed=p.assumed,
        )
        for p in ledger.payments
    )
    return build_ledger(
        **{name: getattr(ledger, name) for name in _KEPT},
        customers=sides["customer"],
        suppliers=sides["supplier"],
        payments=tuple(p for p in parts if p.invoice_id in names[p.side]),
        planned_flows=ledger.planned_flows if planned_flows is None else planned_flows,
    )


def _columns(ledger: Ledger, side: Side, given: Iterable[InvoiceRecord] | InvoiceColumns | None) -> InvoiceColumns:
    if given is None:
        return columns_from(ledger, side)
    return given if isinstance(given, InvoiceColumns) else columns_of(given)
