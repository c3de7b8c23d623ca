"""A ledger folder becomes a ledger, whatever the order and dress of its files, and comes back as it was."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.ledger_folder import read_ledger_folder
from data.ledger_writing import write_ledger_folder
from forecasting.dates import to_date, to_day
from forecasting.errors import InputRejected
from forecasting.ledger import NO_AMOUNT, NO_DAY, Account, Ledger, Partner, PlannedFlow
from forecasting.ledger_build import InvoiceColumns, InvoiceRecord, PartPayment, build_ledger, columns_of

HEAD = 'as_of = 2026-01-01\ncurrency = "EUR"\nopening_cash = "1000.00"\n'
CUSTOMERS = "invoice_id,partner_id,issue_date,due_date,amount\nF1,A,2025-12-01,2026-01-30,120.00\n"
SUPPLIERS = "invoice_id,partner_id,issue_date,due_date,amount\n"


def folder_of(where: Path, files: Mapping[str, str | bytes] | None = None) -> Path:
    """A small right folder, with some files replaced."""
    base: dict[str, str | bytes] = {
        "ledger.toml": HEAD,
        "customer_invoices.csv": CUSTOMERS,
        "supplier_invoices.csv": SUPPLIERS,
    }
    where.mkdir(parents=True, exist_ok=True)
    for name, content in (base | dict(files or {})).items():
        (where / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return where


def read(where: Path, files: Mapping[str, str | bytes] | None = None) -> Ledger:
    return read_ledger_folder(folder_of(where, files)).ledger


def problems(where: Path, files: Mapping[str, str | bytes]) -> list[tuple[str, int | None, str, str]]:
    with pytest.raises(InputRejected) as rejected:
        read(where, files)
    return [(Path(p.file).name, p.row, p.column, p.code) for p in rejected.value.problems]


def test_the_smallest_folder(tmp_path: Path) -> None:
    book = read(tmp_path)
    assert to_date(book.as_of) == date(2026, 1, 1)
    assert (book.currency, book.opening_cash_minor, book.vat_day, book.vat_returns) == ("EUR", 1_000_00, 24, "planned")
    customers = book.customers
    assert customers.invoice_id == ("F1",)
    assert customers.amount_minor.tolist() == [120_00]
    assert to_date(customers.due[0]) == date(2026, 1, 30)
    assert customers.vat_rate == (Decimal("0.20"),)
    assert customers.delivery.tolist() == customers.issue.tolist()
    assert len(book.suppliers) == 0


FULL = {
    "ledger.toml": HEAD
    + 'overdraft_limit = "500.00"\noverdraft_rate = "0.06"\noverdraft_fee_rate = "0.0005"\ncash_floor = "-20"\n'
    + 'vat_day = 20\nvat_returns = "computed"\n',
    "customer_invoices.csv": (
        "invoice_id,partner_id,issue_date,due_date,amount,vat_rate,paid_date,paid_amount,disputed,remittance_date,"
        "assigned_date,delivery_date,net_amount,vat_exigibility,currency,entity,credits,colour\n"
        "F1,A,2025-12-01,2026-01-30,120.00,0.055,2026-02-01,100.00,true,2026-01-05,2025-12-20,2025-11-30,110.00,"
        "encaissements,EUR,Lyon,,red\n"
        "N1,A,2025-12-05,2025-12-05,-20.00,,,,false,,,,,debits,,,F1,blue\n"
    ),
    "supplier_invoices.csv": "invoice_id,partner_id,issue_date,due_date,amount\nS1,B,2025-12-01,2026-01-31,60.00\n",
    "payments.csv": "invoice_id,date,amount\nF1,2025-12-15,15.00\nS1,2025-12-20,10.00\n",
    "planned_flows.csv": "date,amount,category,label,every,until,certainty\n"
    "2026-01-31,-50.00,wages,Paie,month,2026-12-31,likely\n",
    "partners.csv": (
        "partner_id,name,segment,sector,country,default_probability,rating,domestic,public_body,intra_group,terms,"
        "credit_limit,owner,vat_number\n"
        'A,"Dupont, fils",export,retail,DE,0.02,4,false,true,true,45 jours fin de mois,5000,Anne,FR123\n'
    ),
    "accounts.csv": "account_id,entity,currency,balance,date,overdraft_limit,overdraft_rate\n1,Lyon,USD,9.99,2025-12-31,1,0.1\n",
}


def test_every_column_has_its_place(tmp_path: Path) -> None:
    book = read(tmp_path, FULL)
    assert (book.overdraft_limit_minor, book.overdraft_rate, book.overdraft_fee_rate) == (
        500_00,
        Decimal("0.06"),
        Decimal("0.0005"),
    )
    assert (book.cash_floor_minor, book.vat_day, book.vat_returns) == (-20_00, 20, "computed")
    c = book.customers
    assert c.vat_rate == (Decimal("0.055"), Decimal("0.20"))
    assert [to_date(d[0]).isoformat() for d in (c.paid, c.remittance, c.assigned, c.delivery)] == [
        "2026-02-01",
        "2026-01-05",
        "2025-12-20",
        "2025-11-30",
    ]
    assert (c.paid_minor[0], c.net_minor[0]) == (100_00, 110_00)
    assert (c.disputed.tolist(), c.on_receipt.tolist()) == ([True, False], [True, False])
    assert (c.credits.tolist(), c.entity) == ([-1, 0], ("Lyon", ""))
    assert [(p.side, p.invoice, p.amount_minor) for p in book.payments] == [("customer", 0, 15_00), ("supplier", 0, 10_00)]
    assert book.planned_flows == (
        PlannedFlow(
            day=to_day(date(2026, 1, 31)),
            amount_minor=-50_00,
            category="wages",
            label="Paie",
            every="month",
            until=to_day(date(2026, 12, 31)),
            certainty="likely",
        ),
    )
    assert book.partners[0] == Partner(
        partner_id="A",
        name="Dupont, fils",
        segment="export",
        sector="retail",
        country="DE",
        default_probability=0.02,
        rating="4",
        domestic=False,
        public_body=True,
        intra_group=True,
        terms="45 jours fin de mois",
        credit_limit_minor=5_000_00,
        owner="Anne",
        vat_number="FR123",
    )
    account = Account(
        account_id="1",
        entity="Lyon",
        currency="USD",
        balance_minor=9_99,
        day=to_day(date(2025, 12, 31)),
        overdraft_limit_minor=1_00,
        overdraft_rate=Decimal("0.1"),
    )
    assert book.accounts == (account,)


def _bom(text: str) -> bytes:
    return b"\xef\xbb\xbf" + text.encode()


def _crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def _spaces(text: str) -> bytes:
    return "\n".join(line.replace(",", " , ") if '"' not in line else line for line in text.split("\n")).encode()


def _blank_lines(text: str) -> bytes:
    return (text + "\n,,,,\n\n   \n").encode()


@pytest.mark.parametrize("dress", [_bom, _crlf, _spaces, _blank_lines])
def test_the_dress_of_a_file_changes_nothing(tmp_path: Path, dress: Callable[[str], bytes]) -> None:
    plain = read(tmp_path / "plain")
    assert read(tmp_path / "dressed", {"customer_invoices.csv": dress(CUSTOMERS)}) == plain


def test_order_of_rows_and_columns_changes_nothing(tmp_path: Path) -> None:
    book = read(tmp_path / "plain", FULL)
    for seed in range(5):
        shuffled = {n: _shuffled(t, seed) if n.endswith(".csv") else t for n, t in FULL.items()}
        assert read(tmp_path / str(seed), shuffled) == book


def _shuffled(text: str, seed: int) -> str:
    luck = random.Random(seed)
    rows = list(csv.reader(text.splitlines()))
    order = list(range(len(rows[0])))
    luck.shuffle(order)
    body = rows[1:]
    luck.shuffle(body)
    lines = [[row[k] for k in order] for row in (rows[0], *body)]
    return "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines) + "\n"


def test_an_empty_due_date_follows_the_partners_terms(tmp_path: Path) -> None:
    files = {
        "customer_invoices.csv": "invoice_id,partner_id,issue_date,due_date,amount\nF1,A,2025-01-15,,1\nF2,B,2025-01-15,,1\n",
        "partners.csv": "partner_id,terms\nA,45 jours fin de mois\nB,fin de mois + 45\n",
    }
    assert [to_date(d).isoformat() for d in read(tmp_path, files).customers.due] == ["2025-03-31", "2025-03-17"]


def test_other_currencies_are_converted_at_the_last_rate_before_as_of(tmp_path: Path) -> None:
    files = {
        "customer_invoices.csv": (
            "invoice_id,partner_id,issue_date,due_date,amount,currency,net_amount\n"
            "F1,A,2025-12-01,2026-01-30,100.00,USD,80.00\nF2,A,2025-12-01,2026-01-30,1000,JPY,\n"
            "F3,A,2025-12-01,2026-01-30,10.00,EUR,\n"
        ),
        "payments.csv": "invoice_id,date,amount\nF1,2025-12-15,10.00\n",
        "exchange_rates.csv": (
            "currency,date,rate\nUSD,2026-02-01,2\nUSD,2025-12-31,0.9\nUSD,2025-11-30,0.8\nJPY,2025-12-31,0.0061\n"
        ),
    }
    book = read(tmp_path, files)
    assert book.customers.amount_minor.tolist() == [90_00, 6_10, 10_00]
    assert book.customers.net_minor.tolist() == [72_00, NO_AMOUNT, NO_AMOUNT]
    assert book.payments[0].amount_minor == 9_00


def test_amounts_have_the_decimals_of_the_currency(tmp_path: Path) -> None:
    francs = {"ledger.toml": HEAD.replace("EUR", "XOF").replace("1000.00", "1000")}
    assert read(tmp_path, francs | {"customer_invoices.csv": CUSTOMERS.replace("120.00", "120")}).opening_cash_minor == 1000
    wrong = problems(tmp_path, francs | {"customer_invoices.csv": CUSTOMERS.replace("120.00", "120.50")})
    assert wrong == [("customer_invoices.csv", 2, "amount", "value.fraction_of_cent")]


def test_an_unknown_key_of_the_head_is_only_a_warning(tmp_path: Path) -> None:
    reading = read_ledger_folder(folder_of(tmp_path, {"ledger.toml": HEAD + 'overdraft_limt = "5"\n'}))
    assert [(p.row, p.column, p.severity) for p in reading.warnings] == [(4, "overdraft_limt", "warning")]


def test_an_id_on_both_sides_needs_the_side_of_its_payments(tmp_path: Path) -> None:
    files = {
        "supplier_invoices.csv": SUPPLIERS + "F1,B,2025-12-01,2026-01-30,60.00\n",
        "payments.csv": "invoice_id,date,amount\nF1,2025-12-15,15.00\n",
    }
    assert problems(tmp_path, files) == [("payments.csv", 2, "invoice_id", "ledger.invoice_on_both_sides")]
    book = read(tmp_path, files | {"payments.csv": "invoice_id,date,amount,side\nF1,2025-12-15,15.00,supplier\n"})
    assert book.payments[0].side == "supplier"
    write_ledger_folder(book, tmp_path / "again")
    assert read_ledger_folder(tmp_path / "again").ledger == book


def test_every_problem_of_every_file_at_once(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "ledger.toml": 'as_of = 2026-01-01\ncurrency = "EUR"\nvat_day = 32\ncolour = "red"\n',
        "customer_invoices.csv": (
            "invoice_id,partner_id,issue_date,due_date,amount\n"
            "F1,A,2025-12-01,2026-01-30,12O.00\nF1,,31/12/2025,2026-02-30,1.234\n\nF3,A,2025-12-01,2026-01-30\n"
        ),
        "supplier_invoices.csv": "invoice_id,partner_id,issue_date,due_date\nS1,B,2025-12-01,2026-01-30\n",
        "partners.csv": b"partner_id,name\nA,Dupr\xe9\n",
    }
    found = problems(tmp_path, files)
    assert ("ledger.toml", None, "opening_cash", "toml.key_missing") in found
    assert ("ledger.toml", 3, "vat_day", "ledger.bad_vat_day") in found
    assert ("ledger.toml", 4, "colour", "toml.unknown_key") in found
    assert [p[1:] for p in found if p[0] == "customer_invoices.csv"] == [
        (2, "amount", "value.bad_amount"),
        (3, "invoice_id", "file.id_twice"),
        (3, "partner_id", "value.missing"),
        (3, "amount", "value.fraction_of_cent"),
        (3, "issue_date", "value.bad_date"),
        (3, "due_date", "value.no_such_date"),
        (5, "", "file.ragged_row"),
    ]
    assert ("supplier_invoices.csv", None, "amount", "file.column_missing") in found
    assert ("partners.csv", 2, "", "file.not_utf8") in found


@pytest.mark.parametrize("name", ["ledger.toml", "customer_invoices.csv", "supplier_invoices.csv"])
def test_a_missing_file_is_a_problem(tmp_path: Path, name: str) -> None:
    folder = folder_of(tmp_path)
    (folder / name).unlink()
    with pytest.raises(InputRejected) as rejected:
        read_ledger_folder(folder)
    assert [Path(p.file).name for p in rejected.value.problems] == [name]


def records(draw: st.DrawFn, side: str, partners: list[str]) -> list[InvoiceRecord]:
    day = st.integers(to_day(date(2023, 1, 1)), to_day(date(2027, 12, 31)))
    maybe = st.one_of(st.just(NO_DAY), day)
    rows: list[InvoiceRecord] = []
    count: int = draw(st.integers(0, 6))
    for k in range(count):
        amount = draw(st.integers(1, 10**9))
        vat = draw(st.sampled_from(["0.20", "0.055", "0", "0.021"]))
        paid = draw(maybe)
        rows.append(
            InvoiceRecord(
                invoice_id=f"{side[0].upper()}{k} é,\"'{draw(st.sampled_from('abc'))}",
                partner_id=draw(st.sampled_from(partners)),
                issue=draw(day),
                due=draw(day),
                amount_minor=amount,
                vat_rate=Decimal(vat),
                paid=paid,
                paid_minor=draw(st.one_of(st.just(NO_AMOUNT), st.integers(1, amount))) if paid != NO_DAY else NO_AMOUNT,
                disputed=draw(st.booleans()),
                remittance=draw(maybe) if side == "customer" else NO_DAY,
                assigned=draw(maybe),
                delivery=draw(maybe),
                net_minor=draw(st.one_of(st.just(NO_AMOUNT), st.integers(0, amount))),
                on_receipt=draw(st.booleans()),
                entity=draw(st.sampled_from(["", "Lyon", "St-Étienne"])),
            )
        )
    credited: bool = draw(st.booleans())
    if rows and credited:
        rows.append(replace(rows[0], invoice_id="credit", amount_minor=-1, credits=rows[0].invoice_id,
                            paid=NO_DAY, paid_minor=NO_AMOUNT, net_minor=NO_AMOUNT))  # fmt: skip
    return rows


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    partners = ["A", 'Bé "quoted"', "=C", "D,E"]
    customers, suppliers = records(draw, "customer", partners), records(draw, "supplier", partners)
    payments = [
        PartPayment(side="customer", invoice_id=row.invoice_id, day=row.due, amount_minor=1)
        for row in customers
        if row.amount_minor > 0 and draw(st.booleans())
    ]
    return build_ledger(
        as_of=draw(st.integers(20_000, 21_000)),
        currency=draw(st.sampled_from(["EUR", "XOF", "TND"])),
        opening_cash_minor=draw(st.integers(-(10**9), 10**9)),
        overdraft_limit_minor=draw(st.integers(0, 10**6)),
        overdraft_rate=Decimal(draw(st.integers(0, 200_000))).scaleb(-6),
        cash_floor_minor=draw(st.integers(-1000, 1000)),
        vat_day=draw(st.integers(1, 31)),
        vat_returns=draw(st.sampled_from(["planned", "computed"])),
        customers=columns_of(customers),
        suppliers=columns_of(suppliers),
        payments=payments,
        planned_flows=[
            PlannedFlow(day=20_500, amount_minor=-5, category="rent", label="Loyer 1er", every="quarter", until=20_900),
            PlannedFlow(day=20_501, amount_minor=draw(st.integers(-(10**8), 10**8))),
        ],
        partners=[
            Partner(
                partner_id="A",
                name='Éts "Dupont", fils\nSuite',
                default_probability=draw(st.floats(0, 1)),
                credit_limit_minor=draw(st.one_of(st.none(), st.integers(0, 10**9))),
                public_body=draw(st.booleans()),
            )
        ],
        accounts=[Account(account_id="1", entity="", currency="USD", balance_minor=-7, day=20_400)],
    )


@given(ledgers())
@settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_reads_back_the_same(tmp_path: Path, book: Ledger) -> None:
    write_ledger_folder(book, tmp_path)
    assert read_ledger_folder(tmp_path).ledger == book


def test_a_folder_is_written_over_an_older_one(tmp_path: Path) -> None:
    older = read(tmp_path / "a", FULL | {"exchange_rates.csv": "currency,date,rate\nUSD,2025-12-31,0.9\n"})
    newer = read(tmp_path / "b")
    for book in (older, newer):
        write_ledger_folder(book, tmp_path / "a")
        assert read_ledger_folder(tmp_path / "a").ledger == book


@pytest.mark.proof
def test_a_million_invoices_come_back_as_they_were(tmp_path: Path) -> None:
    count, luck = 1_000_000, np.random.default_rng(1)
    as_of = to_day(date(2026, 1, 1))
    issue = as_of - luck.integers(0, 1_000, count)
    columns = InvoiceColumns(
        invoice_id=[f"F{k:07d}" for k in range(count)],
        partner_id=[f"C{k % 600}" for k in range(count)],
        issue=issue,
        due=issue + 45,
        amount_minor=luck.integers(100, 10_000_000, count),
        paid=np.where(luck.random(count) < 0.9, issue + 50, NO_DAY),
    )
    book = build_ledger(as_of=as_of, currency="EUR", opening_cash_minor=0, customers=columns)
    write_ledger_folder(book, tmp_path)
    assert read_ledger_folder(tmp_path).ledger == book
