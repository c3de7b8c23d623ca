"""Accepted lines of a table of invoices as columns of rows, with the partners that they name."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.importers.invoice_lines import InvoiceLines, shows_payments
from data.importers.item_lines import Grouping
from data.importers.numbers import is_blank
from data.importers.protocol import PartnerRow
from data.importers.rows import SCHEMA, InvoiceRows
from data.importers.table import Mask, matching
from data.importers.typed import Days, Whole, read_flags
from data.importers.vocabulary import normalise
from forecasting.ledger import NO_DAY


def blank_text(length: int) -> pa.Array:
    return pa.array([""] * length, pa.string())


def _taken(places: npt.NDArray[np.int64], column: pa.Array | None, length: int) -> pa.Array:
    return column.take(pa.array(places)) if column is not None else blank_text(length)


def _day_array(work: InvoiceLines, field: str, places: npt.NDArray[np.int64], keep: Mask | None = None) -> pa.Array:
    read = work.days.get(field)
    days: Days = read.days[places] if read is not None else np.full(len(places), NO_DAY, np.int32)
    missing = days == NO_DAY
    if keep is not None:
        missing |= ~keep
    return pa.array(np.where(missing, 0, days).astype(np.int32), pa.int32(), mask=missing).cast(pa.date32())


def _minor_array(values: Whole, given: Mask) -> pa.Array:
    return pa.array(values, pa.int64(), mask=~given)


def _rate_array(rates: Sequence[Decimal | None], places: npt.NDArray[np.int64]) -> pa.Array:
    cent = Decimal("0.000001")
    picked = [rates[p] for p in places]
    return pa.array([None if r is None else r.quantize(cent) for r in picked], pa.decimal128(12, 6))


def _on_receipt(work: InvoiceLines) -> Mask:
    column = work.text("on_receipt")
    if column is None:
        return np.zeros(len(work.table), np.bool_)
    return matching(
        column, lambda t: normalise(t) in {"encaissements", "encaissement", "on receipt", "oui", "yes", "true", "1"}
    )


def _still_open(work: InvoiceLines, amount: Whole, still: Whole, settled: Mask) -> tuple[Whole, Mask]:
    """What is open where the file says it: a balance, an amount paid, or a status."""
    worth = work.worth
    paid = work.days.get("paid")
    dated = paid.given if paid is not None else np.zeros(len(work.table), np.bool_)
    by_payment = worth.paid_given & ~worth.open_given & (worth.paid != 0)
    signed_paid = np.where(np.sign(worth.paid) == np.sign(amount), worth.paid, worth.paid * np.sign(amount))
    # What was due when the invoice was sent is no balance of one that is said to be paid.
    billed = settled & worth.open_given & (still == amount)
    opened = np.where(worth.open_given & ~billed, still, np.where(by_payment, amount - signed_paid, 0))
    given = worth.open_given | by_payment | (settled & ~dated)
    if worth.source in {"open", "bands"}:
        return amount.copy(), worth.given.copy()
    return np.asarray(opened, np.int64), np.asarray(given, np.bool_)


def build_rows(
    work: InvoiceLines,
    grouping: Grouping,
    partner: pa.Array,
    name: pa.Array,
    settled: Mask,
    payment: Mask,
    signed: tuple[Whole, Whole, Whole],
) -> InvoiceRows:
    """The accepted invoices as columns; `grouping.first` are the lines that stand for them."""
    places, table, worth = grouping.first, work.table, work.worth
    amount, net, still = signed
    opened, open_given = _still_open(work, amount, still, settled)
    n = len(places)
    summed = grouping.summed(amount)
    paid = work.days.get("paid")
    paid_given = paid.given[places] if paid is not None else np.zeros(n, np.bool_)
    # A payment of the whole amount needs no amount; a date with nothing paid is none.
    part = worth.paid_given[places] & (np.abs(worth.paid[places]) != np.abs(summed)) & (worth.paid[places] != 0)
    history = work.columns.has("issue") and shows_payments(work)
    is_net = np.full(n, worth.is_net)
    flagged = read_flags(work.text("disputed")) if work.text("disputed") is not None else np.zeros(len(table), np.bool_)
    kind = [[{"name": "kind", "value": "payment"}] if p else None for p in payment[places]]
    columns = {
        "side": pa.array([work.mapping.side], pa.string()).take(pa.array(np.zeros(n, np.int64))),
        "number": _taken(places, work.number, n),
        "partner_id": _taken(places, partner, n),
        "issue": _day_array(work, "issue", places, np.zeros(n, np.bool_) if history else None),
        "due": _day_array(work, "due", places),
        "amount_minor": pa.array(summed, pa.int64()),
        "source_row": pa.array(table.rows[places], pa.int64()),
        "partner_name": _taken(places, name, n),
        "open_minor": _minor_array(
            grouping.summed(opened), open_given[places] & ~(paid_given & ~part & ~worth.open_given[places])
        ),
        "paid": _day_array(work, "issue" if history else "paid", places),
        "paid_minor": _minor_array(worth.paid[places], part & paid_given),
        "currency": _taken(places, worth.currency, n),
        "vat_rate": _rate_array(worth.rates, places) if work.columns.has("vat_rate") else pa.nulls(n, pa.decimal128(12, 6)),
        "net_minor": _minor_array(grouping.summed(net), worth.net_given[places] & ~is_net),
        "disputed": pa.array(flagged[places], pa.bool_()),
        "on_receipt": pa.array(_on_receipt(work)[places], pa.bool_()),
        "credits": _taken(places, work.text("credits"), n),
        "remittance": _day_array(work, "remittance", places),
        "assigned": _day_array(work, "assigned", places),
        "delivery": _day_array(work, "delivery", places),
        "terms": _taken(places, work.text("terms"), n),
        "entity": _taken(places, work.text("entity"), n),
        "source_sheet": pa.array([table.sheet], pa.string()).take(pa.array(np.zeros(n, np.int64))),
        "identity": blank_text(n),
        "assumed": pa.array(np.zeros(n, np.bool_), pa.bool_()),
        "extra": pa.array(kind, SCHEMA.field("extra").type),
    }
    return InvoiceRows(pa.table(columns, schema=SCHEMA))


def partner_rows(work: InvoiceLines, rows: InvoiceRows) -> tuple[PartnerRow, ...]:
    """What the table says of each partner, by its first line."""
    table = rows.table
    if not len(rows):
        return ()
    ids = table.column("partner_id").combine_chunks().dictionary_encode()
    codes, which = ids.dictionary.to_pylist(), ids.indices.to_numpy(zero_copy_only=False)
    _, first = np.unique(which, return_index=True)
    place_of_row = {int(r): p for p, r in enumerate(work.table.rows)}
    fields = {f: work.text(f) for f in ("segment", "country", "vat_number", "terms")}
    found = []
    for code, at in zip((codes[which[i]] for i in first), first, strict=True):
        line = place_of_row[table.column("source_row")[int(at)].as_py()]
        said = {f: c[line].as_py() for f, c in fields.items() if c is not None and not is_blank(c[line].as_py())}
        name = table.column("partner_name")[int(at)].as_py()
        found.append(PartnerRow(partner_id=code, name=name or code, **said))
    return tuple(found)
