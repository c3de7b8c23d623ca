"""Imported rows as Arrow columns, so that SQL compares and stores a million of them at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from data.importers.protocol import BalanceRow, BankRow, InvoiceRow, PartnerRow, PaymentRow

_RATE: Final = pa.decimal128(12, 6)

#: What an invoice says, beside its key (side, partner_id, number): the order of the columns of SQL.
INVOICE_CONTENT: Final[dict[str, pa.DataType]] = {
    "issue": pa.date32(),
    "due": pa.date32(),
    "amount_minor": pa.int64(),
    "currency": pa.string(),
    "vat_rate": _RATE,
    "net_minor": pa.int64(),
    "open_minor": pa.int64(),
    "paid": pa.date32(),
    "paid_minor": pa.int64(),
    "disputed": pa.bool_(),
    "on_receipt": pa.bool_(),
    "credits": pa.string(),
    "remittance": pa.date32(),
    "assigned": pa.date32(),
    "delivery": pa.date32(),
    "terms": pa.string(),
    "entity": pa.string(),
    "identity": pa.string(),
    "assumed": pa.bool_(),
    "extra": pa.string(),
}
_INVOICE: Final[dict[str, pa.DataType]] = {
    "side": pa.string(),
    "partner_id": pa.string(),
    "number": pa.string(),
    **INVOICE_CONTENT,
    "partner_name": pa.string(),
    "source_sheet": pa.string(),
    "source_row": pa.int32(),
}
_PAYMENT: Final[dict[str, pa.DataType]] = {
    "side": pa.string(),
    "partner_id": pa.string(),
    "number": pa.string(),
    "day": pa.date32(),
    "amount_minor": pa.int64(),
    "currency": pa.string(),
    "assumed": pa.bool_(),
    "source_row": pa.int32(),
}
_BANK: Final[dict[str, pa.DataType]] = {
    "account_id": pa.string(),
    "day": pa.date32(),
    "amount_minor": pa.int64(),
    "currency": pa.string(),
    "value_day": pa.date32(),
    "label": pa.string(),
    "reference": pa.string(),
    "counterparty": pa.string(),
    "counterparty_account": pa.string(),
    "bank_reference": pa.string(),
    "source_row": pa.int32(),
}
_BALANCE: Final[dict[str, pa.DataType]] = {
    "account_id": pa.string(),
    "day": pa.date32(),
    "kind": pa.string(),
    "balance_minor": pa.int64(),
    "currency": pa.string(),
    "source_row": pa.int32(),
}
_PARTNER: Final[dict[str, pa.DataType]] = {
    "partner_id": pa.string(),
    "name": pa.string(),
    "segment": pa.string(),
    "country": pa.string(),
    "terms": pa.string(),
    "vat_number": pa.string(),
}


def invoice_table(rows: Sequence[InvoiceRow]) -> pa.Table:
    """Invoices as columns; rows that are columns already are not taken apart."""
    table: pa.Table | None = getattr(rows, "table", None)
    if table is None:
        return _columns(rows, _INVOICE, {"extra": lambda row: _extra_text(row.extra)})
    known = {name: table.column(name) for name in _INVOICE if name in table.column_names}
    if "extra" in known and not pa.types.is_string(known["extra"].type):
        known["extra"] = _extra_column(known["extra"])
    return typed_invoice_table(known, table.num_rows)


def typed_invoice_table(known: Mapping[str, pa.Array | pa.ChunkedArray], count: int) -> pa.Table:
    """Columns of invoices as the intake takes them; a column that is not there is empty."""
    return pa.table({name: _filled(known.get(name), kind, count) for name, kind in _INVOICE.items()})


def payment_table(rows: Sequence[PaymentRow]) -> pa.Table:
    """Part payments as columns."""
    return _columns(rows, _PAYMENT)


def bank_table(rows: Sequence[BankRow]) -> pa.Table:
    """Lines of bank statements as columns."""
    return _columns(rows, _BANK)


def balance_table(rows: Sequence[BalanceRow]) -> pa.Table:
    """Stated balances as columns."""
    return _columns(rows, _BALANCE)


def partner_table(rows: Sequence[PartnerRow]) -> pa.Table:
    """What a file says of partners as columns."""
    return _columns(rows, _PARTNER)


def _columns(
    rows: Sequence[Any], kinds: dict[str, pa.DataType], written: dict[str, Callable[[Any], object]] | None = None
) -> pa.Table:
    made = written or {}
    return pa.table(
        {
            name: pa.array([made[name](row) if name in made else getattr(row, name) for row in rows], type=kind)
            for name, kind in kinds.items()
        }
    )


def _filled(column: pa.ChunkedArray | pa.Array | None, kind: pa.DataType, count: int) -> pa.ChunkedArray | pa.Array:
    """A column in the kind that the store holds; text and flags are never missing."""
    absent: object = "" if kind == pa.string() else False if kind == pa.bool_() else None
    if column is None:
        return pa.array([absent] * count, type=kind)
    cast = column.cast(kind)
    return cast if absent is None else cast.fill_null(absent)


def _extra_column(column: pa.ChunkedArray) -> pa.Array:
    """Pairs of name and value as one text per row; most files have none at all."""
    if column.null_count == len(column):
        return pa.nulls(len(column), pa.string())
    pairs = (tuple((pair["name"], pair["value"]) for pair in row or ()) for row in column.to_pylist())
    return pa.array([_extra_text(row) for row in pairs], type=pa.string())


def _extra_text(extra: tuple[tuple[str, str], ...]) -> str:
    return json.dumps(dict(extra), ensure_ascii=False) if extra else ""
