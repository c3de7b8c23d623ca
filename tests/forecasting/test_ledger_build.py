"""Rows in any order become one ledger."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from forecasting.ledger import NO_AMOUNT, NO_DAY, Account, Ledger, Partner, PlannedFlow
from forecasting.ledger_build import (
    InvoiceColumns,
    InvoiceRecord,
    PartPayment,
    build_ledger,
    columns_of,
    stable_id,
)

INVOICES = [
    InvoiceRecord(invoice_id="F-2", partner_id="B", issue=10, due=40, amount_minor=100_00, entity="Lyon"),
    InvoiceRecord(invoice_id="F-1", partner_id="A", issue=12, due=42, amount_minor=200_00, paid=50, delivery=11),
    InvoiceRecord(invoice_id="A-1", partner_id="B", issue=20, due=20, amount_minor=-30_00, credits="F-2"),
    InvoiceRecord(invoice_id="É-3", partner_id="C", issue=12, due=42, amount_minor=1, vat_rate=Decimal("0.055")),
]
PAYMENTS = [
    PartPayment(side="customer", invoice_id="F-2", day=45, amount_minor=10_00),
    PartPayment(side="customer", invoice_id="F-1", day=44, amount_minor=20_00),
]
PLANNED = [
    PlannedFlow(day=30, amount_minor=-5_00, category="rent", every="month"),
    PlannedFlow(day=3, amount_minor=-7_00, category="wages"),
]


def ledger(changes: dict[str, object] | None = None, *, seed: int = 0) -> Ledger:
    shuffle = random.Random(seed)
    rows = {
        "invoices": list(INVOICES),
        "payments": list(PAYMENTS),
        "planned": list(PLANNED),
        "partners": [Partner(partner_id="D", name="Durand"), Partner(partner_id="A", segment="export")],
    }
    for column in rows.values():
        shuffle.shuffle(column)  # type: ignore[arg-type]
    given = {
        "as_of": 60,
        "currency": "EUR",
        "opening_cash_minor": 1_000_00,
        "customers": columns_of(rows["invoices"]),  # type: ignore[arg-type]
        "payments": rows["payments"],
        "planned_flows": rows["planned"],
        "partners": rows["partners"],
        "accounts": [Account(account_id="1", entity="", currency="EUR", balance_minor=1, day=59)],
    }
    return build_ledger(**(given | (changes or {})))  # type: ignore[arg-type]


def test_everything_is_sorted_and_indexed() -> None:
    book = ledger()
    assert book.customers.invoice_id == ("A-1", "F-1", "F-2", "É-3")
    assert [p.partner_id for p in book.partners] == ["A", "B", "C", "D"]
    assert [book.partners[i].partner_id for i in book.customers.partner] == ["B", "A", "B", "C"]
    assert book.partners[0].segment == "export"
    assert book.customers.credits.tolist() == [2, -1, -1, -1]
    assert [(p.invoice, p.day) for p in book.payments] == [(1, 44), (2, 45)]
    assert [f.day for f in book.planned_flows] == [3, 30]


def test_absent_columns_hold_their_defaults() -> None:
    columns = InvoiceColumns(invoice_id=["1"], partner_id=["A"], issue=[5], due=[35], amount_minor=[100])
    suppliers = ledger({"suppliers": columns}).suppliers
    assert suppliers.vat_rate == (Decimal("0.20"),)
    assert suppliers.paid.tolist() == suppliers.remittance.tolist() == suppliers.assigned.tolist() == [NO_DAY]
    assert suppliers.delivery.tolist() == [5]
    assert suppliers.paid_minor.tolist() == suppliers.net_minor.tolist() == [NO_AMOUNT]
    assert not suppliers.disputed.any() and not suppliers.on_receipt.any()


def test_order_of_rows_changes_nothing() -> None:
    assert len({ledger(seed=seed).fingerprint for seed in range(12)}) == 1


def test_the_fingerprint_is_the_same_on_every_machine() -> None:
    assert ledger().fingerprint == "47a2e512618080691bc8b280964b6236438942f085f06234ffb6e346ce00d645"


def test_equal_rates_are_one_rate_to_the_fingerprint() -> None:
    rows = [replace(row, vat_rate=Decimal("0.2")) if row.vat_rate == Decimal("0.20") else row for row in INVOICES]
    assert ledger({"customers": columns_of(rows)}) == ledger()


@pytest.mark.parametrize(
    "change",
    [
        {"as_of": 61},
        {"currency": "USD"},
        {"opening_cash_minor": 0},
        {"overdraft_rate": Decimal("0.1")},
        {"vat_returns": "computed"},
        {"payments": PAYMENTS[:1]},
        {"planned_flows": PLANNED[:1]},
        {"partners": [Partner(partner_id="A", segment="export")]},
        {"accounts": []},
        *({"customers": columns_of([replace(INVOICES[0], **change), *INVOICES[1:]])} for change in (
            {"partner_id": "A"}, {"issue": 9}, {"due": 41}, {"amount_minor": 1}, {"vat_rate": Decimal(0)}, {"paid": 70},
            {"paid_minor": 5}, {"disputed": True}, {"remittance": 70}, {"assigned": 50}, {"delivery": 9},
            {"net_minor": 90_00}, {"on_receipt": True}, {"entity": "Paris"},
        )),
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_every_fact_is_in_the_fingerprint(change: dict[str, object]) -> None:
    assert ledger(change).fingerprint != ledger().fingerprint


def test_columns_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        ledger().customers.amount_minor[0] = 1


def test_luck_numbers_depend_on_the_id_alone() -> None:
    book = ledger()
    assert [int(n) for n in book.customers.stable] == [stable_id(name) for name in book.customers.invoice_id]
    assert stable_id("F-1") == 1460767787667761573
    fewer = ledger({"customers": columns_of(INVOICES[1:2]), "payments": []})
    assert fewer.customers.stable[0] == book.customers.stable[1]


def test_wide_columns_from_a_store_are_narrowed() -> None:
    columns = InvoiceColumns(
        invoice_id=["2", "1"],
        partner_id=["A", "A"],
        issue=np.array([5, 6], dtype=np.int64),
        due=np.array([35, 36], dtype=np.int64),
        amount_minor=np.array([100, 200]),
    )
    customers = ledger({"customers": columns, "payments": []}).customers
    assert customers.issue.dtype == np.int32 and customers.issue.tolist() == [6, 5]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"customers": columns_of([INVOICES[0], INVOICES[0]])}, "twice"),
        ({"customers": columns_of(INVOICES[2:]), "payments": []}, "credits"),
        ({"customers": columns_of(INVOICES[:1])}, "payment"),
        ({"customers": replace(columns_of(INVOICES), due=[1])}, "rows"),
        ({"partners": [Partner(partner_id="A"), Partner(partner_id="A")]}, "twice"),
    ],
    ids=["same id", "credit without invoice", "payment without invoice", "short column", "same partner"],
)
def test_what_a_caller_must_not_hand_over(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ledger(wrong)
