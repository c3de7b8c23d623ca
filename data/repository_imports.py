"""Storing what files say: whole or not at all, the same file once, corrections in place of what they correct."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data.access import Principal, require
from data.importers.protocol import PartnerRow, Reading, SourceFile
from data.repository_audit import append_audit, utc_now
from data.repository_company import read_company
from data.repository_erased import without_erased
from data.repository_intake import Intake, take_invoices
from data.repository_intake_bank import take_balances, take_bank_lines, take_partners, take_payments
from data.repository_proposals import remember_proposals
from data.repository_sources import mapping_text
from data.repository_staging import (
    INVOICE_CONTENT,
    balance_table,
    bank_table,
    invoice_table,
    partner_table,
    payment_table,
)
from data.store import Cursor, Store, count_write
from forecasting.errors import Problem, problem

#: Formats of single invoices: they never tell what happened to the invoice afterwards.
_INVOICE_FORMATS: Final = frozenset({"ubl", "cii", "facturx"})
_TOLD_BY_INVOICES: Final = frozenset(
    {"issue", "due", "amount_minor", "currency", "vat_rate", "net_minor", "delivery", "credits", "terms", "identity"}
)
#: What a column of a table tells, where that is not the field of its own name.
_TELLS: Final[Mapping[str, frozenset[str]]] = {
    "net": frozenset({"net_minor"}),
    "vat": frozenset({"net_minor", "vat_rate"}),
    "open": frozenset({"open_minor"}),
    "paid_amount": frozenset({"paid_minor"}),
    "status": frozenset({"disputed", "paid", "open_minor"}),
    "lettering": frozenset({"paid", "paid_minor"}),
}
#: Problems of one import that are kept for the screen; a file with more of them is broken as a whole.
PROBLEMS_KEPT: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReceipt:
    """What became of a file: rows stored anew, put in place of older ones, known already, and refused, with the reasons.

    `unchanged`: the same file, read the same way, is in the store, and nothing was written. `total_minor` is the signed sum
    of the invoices that stand in the store from this file, per currency. `without_due` counts rows whose due date will
    follow from payment terms. `import_id` is that of the earlier import where nothing was written, 0 where there is none.
    """

    import_id: int
    file: str
    format: str
    unchanged: bool
    stored: int
    replaced: int
    duplicates: int
    rejected: int
    without_due: int
    total_minor: Mapping[str, int]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRecord:
    """An import in the list of all imports; times are UTC."""

    import_id: int
    file: str
    sha256: str
    format: str
    imported_at: datetime
    imported_by: str
    stored: int
    replaced: int
    duplicates: int
    rejected: int
    undone_at: datetime | None
    total_minor: Mapping[str, int] = field(default_factory=dict)


def store_reading(store: Store, principal: Principal, reading: Reading, file: SourceFile) -> ImportReceipt:
    """Store the good rows of a file that was read; the receipt lists what was not stored and why.

    One transaction. The same file read the same way changes nothing; a row that says what is known already is counted as
    a duplicate; an invoice known by side, partner and number (or by its identity) takes the place of the old one, which is
    kept so that the import can be undone.
    """
    require(principal, "change_data")

    def change(cursor: Cursor) -> ImportReceipt:
        invoices, refused = _storable(cursor, reading)
        key = _reading_key(reading, file, len(refused))
        earlier = cursor.execute(
            "SELECT import_id FROM import WHERE reading_key = ? AND undone_at IS NULL", [key]
        ).fetchall()
        if earlier:
            return _unchanged(int(earlier[0][0]), reading, invoices, refused)
        import_id = next_import_id(cursor)
        told, invoices, erased = without_erased(cursor, reading.file, _partners(reading, invoices), invoices)
        taken = _take(cursor, import_id, reading, told, invoices)
        # Balances are what a statement says of its lines, and no lines: nobody counts them, and a new one is news.
        balances = take_balances(cursor, import_id, balance_table(reading.balances))
        receipt = ImportReceipt(
            import_id=import_id,
            file=reading.file,
            format=reading.format,
            unchanged=taken.stored + taken.replaced + balances.stored == 0,
            stored=taken.stored,
            replaced=taken.replaced,
            duplicates=taken.duplicates + reading.duplicates,
            rejected=reading.rejected + len(refused),
            without_due=_without_due(invoices),
            total_minor=_totals(invoices),
            problems=(*reading.problems, *refused, *erased),
        )
        mapping = "" if reading.mapping is None else mapping_text(reading.mapping)
        note_import(cursor, principal, receipt, sha256=_sha256(file), reading_key=key, mapping=mapping)
        remember_proposals(cursor, reading.planned)
        count_write(cursor, ledger=True)
        return receipt

    return store.transaction(change)


def _partners(reading: Reading, invoices: pa.Table) -> list[PartnerRow]:
    """What a file says of partners, beside their invoices or in rows of their own."""
    named = invoices.filter(pc.or_(pc.not_equal(invoices["partner_name"], ""), pc.not_equal(invoices["terms"], "")))
    implied = named.group_by("partner_id").aggregate([("partner_name", "max"), ("terms", "max")]).to_pylist()
    return [
        *(
            PartnerRow(partner_id=row["partner_id"], name=row["partner_name_max"], terms=row["terms_max"])
            for row in implied
        ),
        *reading.partners,
    ]


def _take(cursor: Cursor, import_id: int, reading: Reading, told: Sequence[PartnerRow], invoices: pa.Table) -> Intake:
    """Store every kind of line; partners come first, so that invoices find their terms."""
    take_partners(cursor, import_id, partner_table(told))
    return (
        take_invoices(cursor, import_id, invoices, _silent(reading))
        + take_payments(cursor, import_id, payment_table(reading.payments))
        + take_bank_lines(cursor, import_id, bank_table(reading.bank))
    )


def _silent(reading: Reading) -> frozenset[str]:
    """The fields that this format or table cannot tell, so that its silence about them means nothing."""
    tables = reading.mappings or ((reading.mapping,) if reading.mapping else ())
    if reading.format in _INVOICE_FORMATS:
        told = _TOLD_BY_INVOICES
    elif tables:
        columns = {column.becomes for mapping in tables for column in mapping.columns if column.becomes}
        told = frozenset().union({"amount_minor", "currency", "assumed", "extra"}, *(_TELLS.get(c, {c}) for c in columns))
    else:
        return frozenset()
    return frozenset(INVOICE_CONTENT) - told


def _storable(cursor: Cursor, reading: Reading) -> tuple[pa.Table, tuple[Problem, ...]]:
    """The invoices that can stand in the store, and a problem for each that cannot: no rate for its currency, no date."""
    invoices = invoice_table(reading.invoices)
    if not invoices.num_rows:
        return invoices, ()
    home = _home_currency(cursor, invoices)
    rated = {home, *(c for (c,) in cursor.execute("SELECT DISTINCT currency FROM exchange_rate").fetchall())}
    known_rate = pc.is_in(invoices["currency"], value_set=pa.array(sorted(rated)))
    dated = pc.invert(
        pc.and_(pc.and_(pc.is_null(invoices["issue"]), pc.is_null(invoices["due"])), pc.is_null(invoices["paid"]))
    )
    refused = [
        problem(
            "store.no_rate",
            file=reading.file,
            row=row["source_row"],
            column="currency",
            currency=row["currency"],
            home=home,
        )
        for row in invoices.filter(pc.invert(known_rate)).select(["source_row", "currency"]).to_pylist()
    ]
    refused += [
        problem("store.no_date", file=reading.file, row=row["source_row"], column="issue_date")
        for row in invoices.filter(pc.and_(known_rate, pc.invert(dated))).select(["source_row"]).to_pylist()
    ]
    return invoices.filter(pc.and_(known_rate, dated)), tuple(refused)


def _home_currency(cursor: Cursor, invoices: pa.Table) -> str:
    """The company's currency; an empty store that was never told one takes that of most rows of its first file."""
    home = read_company(cursor).currency
    told = cursor.execute(
        "SELECT (SELECT count(*) FROM invoice) + (SELECT count(*) FROM audit WHERE action = 'company.save')"
    ).fetchall()[0][0]
    if told:
        return home
    counts = sorted((-row["counts"], row["values"]) for row in pc.value_counts(invoices["currency"]).to_pylist())
    most = str(counts[0][1])
    cursor.execute("UPDATE company SET currency = ?", [most])
    return most


def _reading_key(reading: Reading, file: SourceFile, refused: int) -> str:
    """Names a file as it was read: its bytes, the mapping, what it said, and how many rows the store had to refuse."""
    mapping = json.dumps([mapping_text(m) for m in reading.mappings or ((reading.mapping,) if reading.mapping else ())])
    sides = sorted({"customer" if row.side == "customer" else "supplier" for row in reading.invoices[:1]})
    said = (sorted(reading.total_minor.items()), reading.accepted, reading.first_day, reading.last_day, refused)
    parts = (_sha256(file), reading.format, mapping, repr(sides), repr(said))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _sha256(file: SourceFile) -> str:
    return hashlib.sha256(file.content).hexdigest()


def _unchanged(import_id: int, reading: Reading, invoices: pa.Table, refused: tuple[Problem, ...]) -> ImportReceipt:
    rows = invoices.num_rows + len(reading.payments) + len(reading.bank)
    return ImportReceipt(
        import_id=import_id,
        file=reading.file,
        format=reading.format,
        unchanged=True,
        stored=0,
        replaced=0,
        duplicates=rows + reading.duplicates,
        rejected=reading.rejected + len(refused),
        without_due=_without_due(invoices),
        total_minor=_totals(invoices),
        problems=(*reading.problems, *refused),
    )


def _without_due(invoices: pa.Table) -> int:
    return int(pc.sum(pc.and_(pc.is_null(invoices["due"]), pc.is_null(invoices["paid"]))).as_py() or 0)


def _totals(invoices: pa.Table) -> dict[str, int]:
    sums = invoices.group_by("currency").aggregate([("amount_minor", "sum")]).to_pylist()
    return {row["currency"]: row["amount_minor_sum"] for row in sorted(sums, key=lambda row: str(row["currency"]))}


def next_import_id(cursor: Cursor) -> int:
    """The number of the import that is being stored."""
    return int(cursor.execute("SELECT coalesce(max(import_id), 0) + 1 FROM import").fetchall()[0][0])


def note_import(
    cursor: Cursor, principal: Principal, receipt: ImportReceipt, *, sha256: str, reading_key: str, mapping: str
) -> None:
    """Write the import down with its totals and problems, in the transaction that stores its rows."""
    cursor.execute(
        "INSERT INTO import (import_id, file_name, sha256, format, reading_key, imported_at, imported_by, mapping, stored, "
        "replaced, duplicates, rejected) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            receipt.import_id,
            receipt.file,
            sha256,
            receipt.format,
            reading_key,
            utc_now(),
            principal.name,
            mapping,
            receipt.stored,
            receipt.replaced,
            receipt.duplicates,
            receipt.rejected,
        ],
    )
    for currency, total in receipt.total_minor.items():
        cursor.execute("INSERT INTO import_total VALUES (?, ?, ?)", [receipt.import_id, currency, total])
    rows = [
        [receipt.import_id, k, p.code, json.dumps(dict(p.values), ensure_ascii=False), p.row, p.column, p.severity]
        for k, p in enumerate(receipt.problems[:PROBLEMS_KEPT])
    ]
    if rows:
        cursor.executemany("INSERT INTO import_problem VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    append_audit(
        cursor,
        principal,
        "import.store",
        str(receipt.import_id),
        file=receipt.file,
        stored=receipt.stored,
        replaced=receipt.replaced,
        rejected=receipt.rejected,
    )


def list_imports(store: Store, principal: Principal) -> tuple[ImportRecord, ...]:
    """Every file that was loaded, newest first, the undone ones too."""
    require(principal, "read_imports")
    with store.read() as cursor:
        rows = cursor.execute(
            "SELECT import_id, file_name, sha256, format, imported_at, imported_by, stored, replaced, duplicates, rejected, "
            "undone_at FROM import ORDER BY import_id DESC"
        ).fetchall()
        totals = cursor.execute("SELECT import_id, currency, total_minor FROM import_total ORDER BY currency").fetchall()
    names = [name for name in ImportRecord.__dataclass_fields__ if name != "total_minor"]
    records = [ImportRecord(**dict(zip(names, row, strict=True))) for row in rows]
    return tuple(replace(r, total_minor={c: t for k, c, t in totals if k == r.import_id}) for r in records)


def import_problems(store: Store, principal: Principal, import_id: int) -> tuple[Problem, ...]:
    """What was wrong in a file, as it was said when it was loaded."""
    require(principal, "read_imports")
    with store.read() as cursor:
        rows = cursor.execute(
            "SELECT p.code, p.details, i.file_name, p.source_row, p.source_column, p.severity "
            "FROM import_problem p JOIN import i USING (import_id) WHERE import_id = ? ORDER BY position",
            [import_id],
        ).fetchall()
    return tuple(
        Problem(code=code, values=tuple(json.loads(values).items()), file=file, row=row, column=column, severity=severity)
        for code, values, file, row, column, severity in rows
    )
