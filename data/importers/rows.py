"""Many invoices as Arrow columns that can be walked like rows, so that a million of them stay small."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any, Final, overload

import pyarrow as pa

from data.importers.protocol import InvoiceRow
from forecasting.ledger import Side

_EXTRA: Final = pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())]))

#: The columns of `InvoiceRows.table`: the fields of `InvoiceRow` under their names.
SCHEMA: Final = pa.schema(
    [
        pa.field("side", pa.string(), nullable=False),
        pa.field("number", pa.string(), nullable=False),
        pa.field("partner_id", pa.string(), nullable=False),
        pa.field("issue", pa.date32()),
        pa.field("due", pa.date32()),
        pa.field("amount_minor", pa.int64(), nullable=False),
        pa.field("source_row", pa.int64(), nullable=False),
        pa.field("partner_name", pa.string(), nullable=False),
        pa.field("open_minor", pa.int64()),
        pa.field("paid", pa.date32()),
        pa.field("paid_minor", pa.int64()),
        pa.field("currency", pa.string(), nullable=False),
        pa.field("vat_rate", pa.decimal128(12, 6)),
        pa.field("net_minor", pa.int64()),
        pa.field("disputed", pa.bool_(), nullable=False),
        pa.field("on_receipt", pa.bool_(), nullable=False),
        pa.field("credits", pa.string(), nullable=False),
        pa.field("remittance", pa.date32()),
        pa.field("assigned", pa.date32()),
        pa.field("delivery", pa.date32()),
        pa.field("terms", pa.string(), nullable=False),
        pa.field("entity", pa.string(), nullable=False),
        pa.field("source_sheet", pa.string(), nullable=False),
        pa.field("identity", pa.string(), nullable=False),
        pa.field("assumed", pa.bool_(), nullable=False),
        pa.field("extra", _EXTRA),
    ]
)
_BATCH: Final = 8_192

assert SCHEMA.names == [f.name for f in fields(InvoiceRow)], "the columns are the fields of a row"


def _row(values: dict[str, Any]) -> InvoiceRow:
    """A row of one side from plain Python values."""
    rate = values["vat_rate"]
    side: Side = values["side"]
    extra = tuple((e["name"], e["value"]) for e in values["extra"] or ())
    clean = {**values, "side": side, "vat_rate": Decimal(rate).normalize() if rate is not None else None, "extra": extra}
    return InvoiceRow(**clean)


class InvoiceRows(Sequence[InvoiceRow]):
    """Invoices as columns (`table`, with the schema `SCHEMA`) that read like a tuple of `InvoiceRow`."""

    __slots__ = ("table",)

    def __init__(self, table: pa.Table) -> None:
        assert table.schema.equals(SCHEMA), "columns as SCHEMA says"
        self.table = table

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @overload
    def __getitem__(self, index: int) -> InvoiceRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[InvoiceRow]: ...
    def __getitem__(self, index: int | slice) -> InvoiceRow | Sequence[InvoiceRow]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(index)
        return _row(self.table.slice(place, 1).to_pylist()[0])

    def __iter__(self) -> Iterator[InvoiceRow]:
        for start in range(0, len(self), _BATCH):
            yield from (_row(values) for values in self.table.slice(start, _BATCH).to_pylist())

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sequence)
            and len(self) == len(other)
            and all(a == b for a, b in zip(self, other, strict=True))
        )

    def __hash__(self) -> int:
        return hash((len(self), self[0] if len(self) else None))

    def __repr__(self) -> str:
        return f"InvoiceRows({len(self)})"


def invoice_table(rows: Sequence[InvoiceRow]) -> pa.Table:
    """Any invoices as one Arrow table with the schema `SCHEMA`; those that are columns already are passed through."""
    if isinstance(rows, InvoiceRows):
        return rows.table
    columns: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}
    for row in rows:
        for name in SCHEMA.names:
            value = getattr(row, name)
            columns[name].append([{"name": k, "value": v} for k, v in value] if name == "extra" else value)
    columns["vat_rate"] = [None if v is None else v.quantize(Decimal("0.000001")) for v in columns["vat_rate"]]
    return pa.table([pa.array(columns[f.name], f.type) for f in SCHEMA], schema=SCHEMA)
