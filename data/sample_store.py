"""The sample company into an empty store, and everything out of a store again."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from typing import Final

import numpy as np
import pyarrow as pa

from data.access import Principal, require
from data.importers.protocol import PaymentRow
from data.repository_audit import append_audit, utc_now
from data.repository_imports import ImportReceipt, next_import_id, note_import
from data.repository_intake import Intake, take_invoices
from data.repository_intake_bank import take_balances, take_bank_lines, take_payments
from data.repository_library import new_id
from data.repository_plan import write_planned_flows
from data.repository_staging import balance_table, bank_table, payment_table, typed_invoice_table
from data.sample import SampleCompany
from data.store import Cursor, Store, staged
from forecasting.dates import to_date
from forecasting.errors import InputRejected, problem
from forecasting.ledger import NO_AMOUNT, NO_DAY, Partner, Side
from forecasting.ledger_build import InvoiceColumns

#: What belongs to one company; audit trail, choices and remembered mappings outlive it.
_COMPANY_TABLES: Final = (
    "own_identifier",
    "import",
    "import_total",
    "import_problem",
    "erased_partner",
    "partner",
    "partner_replaced",
    "group_member",
    "invoice",
    "invoice_replaced",
    "payment",
    "agreed_instalment",
    "agreed_plan",
    "bank_match",
    "contact",
    "budget",
    "exchange_rate",
    "account",
    "bank_line",
    "bank_balance",
    "planned_flow",
    "collection_action",
    "collection_action_invoice",
    "solvency_fact",
    "scenario",
    "contract",
    "forecast",
    "forecast_day",
    "forecast_week",
    "behaviour_override",
    "company",
)


def fill_store(store: Store, principal: Principal, sample: SampleCompany) -> None:
    """Put the sample into a store without invoices, as one import that can be undone, with its settings, plan and library."""
    require(principal, "change_data")

    def change(cursor: Cursor) -> None:
        if cursor.execute("SELECT count(*) FROM invoice").fetchall()[0][0]:
            raise InputRejected((problem("store.not_empty"),))
        import_id = next_import_id(cursor)
        _partners(cursor, sample, import_id)
        taken = _rows(cursor, sample, import_id)
        _settings(cursor, sample)
        write_planned_flows(cursor, sample.planned_flows)
        _library(cursor, principal, sample)
        _note(cursor, principal, sample, import_id, taken)

    store.write(change)


def clear_store(store: Store, principal: Principal) -> None:
    """Empty the store for another company: the sample before one's own data; the audit trail stays."""
    require(principal, "change_data")

    def change(cursor: Cursor) -> None:
        for name in _COMPANY_TABLES:
            cursor.execute(f"DELETE FROM {name}")
        cursor.execute("DELETE FROM setting WHERE name IN ('proposals', 'last_change')")
        cursor.execute("INSERT INTO company (only_row) VALUES (true)")
        append_audit(cursor, principal, "store.clear")

    store.write(change)


def _partners(cursor: Cursor, sample: SampleCompany, import_id: int) -> None:
    names = [f.name for f in fields(Partner) if f.name != "group_entity"]
    columns = {name: [getattr(partner, name) for partner in sample.partners] for name in names}
    with staged(cursor, "sample_partners", pa.table({**columns, "import_id": [import_id] * len(sample.partners)})):
        listed = ", ".join((*names, "import_id"))
        cursor.execute(f"INSERT INTO partner ({listed}) SELECT {listed} FROM sample_partners")


def _rows(cursor: Cursor, sample: SampleCompany, import_id: int) -> Intake:
    taken = Intake()
    sides: tuple[tuple[Side, InvoiceColumns], ...] = (("customer", sample.customers), ("supplier", sample.suppliers))
    for side, columns in sides:
        taken += take_invoices(cursor, import_id, _invoice_table(side, columns), frozenset())
    partner_of = dict(zip(sample.customers.invoice_id, sample.customers.partner_id, strict=True))
    payments = [
        PaymentRow(
            side=p.side,
            number=p.invoice_id,
            partner_id=partner_of[p.invoice_id],
            day=to_date(p.day),
            amount_minor=p.amount_minor,
            source_row=row,
        )
        for row, p in enumerate(sample.payments, start=2)
    ]
    taken += take_payments(cursor, import_id, payment_table(payments))
    taken += take_bank_lines(cursor, import_id, bank_table(sample.bank_lines))
    taken += take_balances(cursor, import_id, balance_table(sample.balances))
    for account in sample.accounts:
        cursor.execute(
            "UPDATE account SET overdraft_limit_minor = ?, overdraft_rate = ? WHERE account_id = ?",
            [account.overdraft_limit_minor, account.overdraft_rate, account.account_id],
        )
    return taken


def _invoice_table(side: Side, columns: InvoiceColumns) -> pa.Table:
    """One side's columns as the intake takes them; row numbers count from the header."""
    count = len(columns.invoice_id)

    def days(column: object) -> pa.Array:
        values = np.asarray(column, dtype=np.int32)
        return pa.array(values, mask=values == NO_DAY).cast(pa.date32())

    paid_minor = np.asarray(columns.paid_minor, dtype=np.int64)
    return typed_invoice_table(
        {
            "side": pa.array([side] * count),
            "partner_id": pa.array(columns.partner_id),
            "number": pa.array(columns.invoice_id),
            "issue": days(columns.issue),
            "due": days(columns.due),
            "amount_minor": pa.array(np.asarray(columns.amount_minor, dtype=np.int64)),
            "currency": pa.array(["EUR"] * count),
            "vat_rate": pa.array(columns.vat_rate, type=pa.decimal128(12, 6)),
            "paid": days(columns.paid),
            "paid_minor": pa.array(paid_minor, mask=paid_minor == NO_AMOUNT),
            "disputed": pa.array(columns.disputed if columns.disputed is not None else [False] * count),
            "credits": pa.array(columns.credits),
            "source_row": pa.array(np.arange(2, count + 2, dtype=np.int32)),
        },
        count,
    )


def _settings(cursor: Cursor, sample: SampleCompany) -> None:
    cursor.execute(
        "UPDATE company SET name = ?, currency = 'EUR', country = 'FR', as_of_mode = 'balance', opening_cash_minor = ?, "
        "opening_date = ?, overdraft_limit_minor = ?, overdraft_rate = ?, overdraft_fee_rate = ?, cash_floor_minor = ?, "
        "vat_returns = 'planned', customer_terms = '30 jours', supplier_terms = '30 jours', regular_payments_told = true",
        [
            sample.name,
            sample.opening_cash_minor,
            to_date(sample.as_of),
            sample.overdraft_limit_minor,
            sample.overdraft_rate,
            sample.overdraft_fee_rate,
            sample.cash_floor_minor,
        ],
    )


def _library(cursor: Cursor, principal: Principal, sample: SampleCompany) -> None:
    for kind, (name, text) in (("factoring", sample.factoring), ("insurance", sample.insurance)):
        cursor.execute(
            "INSERT INTO contract VALUES (?, ?, ?, ?, true, ?, ?)", [new_id(), kind, name, text, utc_now(), principal.name]
        )
    for _, name, text in sample.scenarios:
        cursor.execute("INSERT INTO scenario VALUES (?, ?, ?, '', ?, ?)", [new_id(), name, text, utc_now(), principal.name])


def _note(cursor: Cursor, principal: Principal, sample: SampleCompany, import_id: int, taken: Intake) -> None:
    totals = cursor.execute("SELECT currency, CAST(sum(amount_minor) AS BIGINT) FROM invoice GROUP BY currency").fetchall()
    receipt = ImportReceipt(
        import_id=import_id,
        file=sample.name,
        format="sample",
        unchanged=False,
        stored=taken.stored,
        replaced=taken.replaced,
        duplicates=taken.duplicates,
        rejected=0,
        without_due=0,
        total_minor=dict(totals),
        problems=(),
    )
    digest = hashlib.sha256(f"sample {sample.as_of} {len(sample.customers.invoice_id)}".encode()).hexdigest()
    note_import(cursor, principal, receipt, sha256=digest, reading_key=digest, mapping="")
