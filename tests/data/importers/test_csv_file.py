"""Text files of invoices as French and English software writes them, right and broken."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from data.importers.csv_file import csv_table
from data.importers.csv_text import find_dialect
from data.importers.encoding import decode
from data.importers.preview import table_preview
from data.importers.protocol import ColumnGuess, ReadOptions, TableMapping
from data.importers.text_table import table_of_text
from tests.data.importers.shared_files import SHARED, codes, needs, read, read_text, text_file

FRENCH = """N° facture;Code client;Client;Date facture;Date d'échéance;Montant TTC;Date de paiement
F-001;C01;Boulangerie Périgord;15/01/2026;28/02/2026;1\u202f234,56;02/03/2026
F-002;C02;Garage du Lac;16/01/2026;28/02/2026;960,00;
A-003;C01;Boulangerie Périgord;20/01/2026;20/01/2026;-120,00;
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "cp850"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_french_file_in_any_encoding_and_line_end(encoding: str, newline: str) -> None:
    text = FRENCH if encoding.startswith("utf") else FRENCH.replace("\u202f", "\u00a0")
    reading = read_text(text.replace("\n", newline), encoding=encoding)
    assert (reading.format, reading.accepted, reading.rejected, reading.duplicates) == ("csv", 3, 0, 0)
    assert reading.total_minor == {"EUR": 123456 + 96000 - 12000}
    first = reading.invoices[0]
    assert (first.side, first.number, first.partner_id, first.partner_name) == (
        "customer",
        "F-001",
        "C01",
        "Boulangerie Périgord",
    )
    assert (first.issue, first.due, first.paid) == (date(2026, 1, 15), date(2026, 2, 28), date(2026, 3, 2))
    assert first.source_row == 2 and first.paid_minor is None
    assert not reading.problems


def test_an_english_file_of_a_supplier() -> None:
    reading = read_text(
        'Supplier,Bill number,Bill date,Due date,Gross amount\n"Smith, Sons & Co",B1,01/31/2026,02/28/2026,"1,234.56"\n'
    )
    (row,) = reading.invoices
    assert (row.side, row.partner_name, row.amount_minor, row.due) == (
        "supplier",
        "Smith, Sons & Co",
        123456,
        date(2026, 2, 28),
    )


def test_the_proposal_has_side_columns_styles_and_three_examples() -> None:
    table, _ = csv_table(text_file(FRENCH), ReadOptions())
    seen = table_preview(table, ReadOptions(), "file.csv")
    assert (seen.kind, seen.mapping.side, seen.side_known) == ("invoices", "customer", True)
    assert (seen.mapping.date_order, seen.mapping.decimal, seen.mapping.delimiter, seen.mapping.header_row) == (
        "dmy",
        ",",
        ";",
        1,
    )
    becomes = {g.name: g.becomes for g in seen.mapping.columns}
    assert (
        becomes["Code client"] == "partner_id"
        and becomes["Date d'échéance"] == "due"
        and becomes["Montant TTC"] == "amount"
    )
    amounts = next(g for g in seen.mapping.columns if g.becomes == "amount")
    assert amounts.examples == ("1\u202f234,56", "960,00", "-120,00")
    assert seen.rows[0][0] == "F-001" and seen.row_numbers == (2, 3, 4)


def test_a_mapping_wins_over_every_guess_and_is_remembered_by_its_header() -> None:
    text = "a;b;c;d\nX1;Dupont;03/04/2026;10,5\n"
    columns = tuple(
        ColumnGuess(name=n, becomes=f) for n, f in zip("abcd", ("number", "partner_name", "issue", "amount"), strict=True)
    )
    mapping = TableMapping(signature="", side="supplier", columns=columns, date_order="mdy", decimal=",")
    first = read_text(text, ReadOptions(mapping=mapping))
    assert first.invoices[0].issue == date(2026, 3, 4) and first.invoices[0].side == "supplier"
    assert first.mapping is not None and first.mapping.signature
    again = read_text("d;c;b;a\n10,5;03/04/2026;Dupont;X1\n", ReadOptions(mappings=(first.mapping,)))
    assert list(again.invoices) == list(first.invoices)


def test_every_problem_at_once_with_row_column_and_text() -> None:
    reading = read_text(
        "Facture;Client;Date;Échéance;Montant TTC;Devise\n"
        "F1;Dupont;31/02/2026;31/03/2026;10,00;EUR\n"
        "F2;;01/02/2026;31/03/2026;10,00;EUR\n"
        "F3;Dupont;01/02/2026;31/03/2026;dix;EUR\n"
        ";Dupont;01/02/2026;31/03/2026;10,00;EUR\n"
        "F5;Dupont;01/02/2026;31/03/2026;;EUR\n"
        "F6;Dupont;01/02/2026;31/03/2026;=A1+B1;EUR\n"
        "F7;Dupont;01/02/2026;31/03/2026;10,00;ABC\n"
        "F8;Dupont;01/02/2026;15/01/2026;10,00;EUR\n"
        "F9;Dupont;;15/01/2026;10,00;EUR\n"
        "F10;Dupont;01/02/2026;31/03/2026;10,005;EUR\n"
        "F11;Dupont;01/02/2026\n"
        "F12;Dupont;01/02/2026;31/03/2026;10,00;EUR;;trop\n"
        "F13;Dupont;01/02/2026;31/03/2026;10,00;EUR\n"
    )
    found = [(p.row, p.code, p.column, p.severity) for p in reading.problems]
    assert found == [
        (2, "import.impossible_date", "Date", "error"),
        (3, "import.missing_partner", "Client", "error"),
        (4, "import.bad_amount", "Montant TTC", "error"),
        (5, "import.missing_number", "Facture", "error"),
        (6, "import.missing_amount", "Montant TTC", "error"),
        (7, "import.amount_formula", "Montant TTC", "error"),
        (8, "import.unknown_currency", "Devise", "error"),
        (9, "import.due_before_issue", "Échéance", "warning"),
        (10, "import.missing_date", "Date", "error"),
        (11, "import.fraction_of_cent", "Montant TTC", "warning"),
        (12, "import.ragged_row", "", "error"),
        (13, "import.ragged_row", "", "error"),
    ]
    assert dict(reading.problems[2].values)["text"] == "dix"
    assert (reading.accepted, reading.rejected) == (3, 10)
    assert [r.number for r in reading.invoices] == ["F8", "F10", "F13"]
    assert reading.invoices[1].amount_minor == 1001


def test_titles_above_sums_below_and_blank_lines_are_no_invoices() -> None:
    reading = read_text(
        "Société Exemple;;;;\nÉdité le 02/03/2026;;;;\n;;;;\nN° facture;Client;Date facture;Échéance;Montant TTC\n"
        "F1;TOTAL ÉNERGIES;01/02/2026;31/03/2026;10,00\n;;;;\nF2;Dupont;01/02/2026;31/03/2026;5,50\n"
        "Sous-total;;;;15,50\nN° facture;Client;Date facture;Échéance;Montant TTC\nF3;Dupont;01/02/2026;31/03/2026;1,00\n"
        "TOTAL GÉNÉRAL;;;;16,50\n;;;;\n\n"
    )
    assert (reading.accepted, reading.rejected, reading.total_minor) == (3, 0, {"EUR": 1650})
    assert [r.source_row for r in reading.invoices] == [5, 7, 10]
    assert not reading.problems


def test_a_total_of_the_file_that_differs_is_told() -> None:
    reading = read_text("Facture;Client;Date;Montant TTC\nF1;Dupont;01/02/2026;10,00\nTotal;;;12,00\n")
    assert codes(reading) == ["import.total_differs"] and reading.accepted == 1


def test_exact_repeats_are_counted_and_kept_apart() -> None:
    text = "Facture;Client;Date;Montant TTC\nF1;Dupont;01/02/2026;10,00\nF1;Dupont;01/02/2026;10,00\nF1;Durand;01/02/2026;10,00\n"
    reading = read_text(text)
    assert (reading.accepted, reading.rejected, reading.duplicates) == (2, 0, 1)
    assert [(p.row, p.code, p.severity) for p in reading.problems] == [(3, "import.duplicate_row", "warning")]
    kept = read_text(text, ReadOptions(keep_duplicates=True))
    assert (kept.accepted, kept.duplicates, kept.total_minor) == (3, 0, {"EUR": 3000})


def test_a_total_repeated_on_every_item_line_counts_once() -> None:
    reading = read_text(
        "Invoice Number,Client,Invoice Date,Amount,Item,Quantity\n1,Ann,2026-01-05,$30.00,Pen,1\n1,Ann,2026-01-05,$30.00,Ink,2\n"
        "2,Bob,2026-01-06,$5.00,Pen,1\n3,Bob,2026-01-06,$7.00,Pen,1\n3,Bob,2026-01-06,$8.00,Ink,1\n"
    )
    assert [(r.number, r.amount_minor, r.currency) for r in reading.invoices] == [("1", 3000, "USD"), ("2", 500, "USD")]
    assert codes(reading) == ["import.totals_differ", "import.totals_differ"]
    assert (reading.accepted, reading.rejected) == (3, 2)


def test_item_prices_add_up_line_by_line() -> None:
    reading = read_text(
        "Date;Fournisseur;N° facture;Article;Quantité;Prix unitaire HT;Taux TVA\n"
        "31/01/2026;Laiterie;L1;location;5,537;3;20\n31/01/2026;Laiterie;L1;taxe;5,537;0,3;20\n"
        "28/02/2026;Laiterie;L2;location;deux;3;20\n28/02/2026;Laiterie;L2;taxe;5,537;0,3;20\n"
    )
    (row,) = reading.invoices
    # 5.537 x 3 x 1.2 = 19.9332 and 5.537 x 0.3 x 1.2 = 1.99332, each rounded
    assert row.amount_minor == 1993 + 199 and row.vat_rate == Decimal("0.2")
    assert codes(reading) == ["import.missing_amount", "import.invoice_incomplete"]


def test_net_amounts_get_their_vat_or_are_said_to_be_net() -> None:
    with_vat = read_text("Facture;Client;Date;Montant HT;Montant TVA\nF1;A;01/02/2026;100,00;20,00\n")
    assert (with_vat.invoices[0].amount_minor, with_vat.invoices[0].net_minor) == (12000, 10000)
    with_rate = read_text("Facture;Client;Date;Montant HT;Taux TVA\nF1;A;01/02/2026;33,33;5,5 %\n")
    assert with_rate.invoices[0].amount_minor == 3516
    net = read_text("Facture;Client;Date;Montant HT\nF1;A;01/02/2026;33,33\n")
    assert "import.note.amounts_net" in [n.code for n in net.notes]


def test_debit_and_credit_types_and_balances() -> None:
    reading = read_text(
        "Compte;Intitulé;Pièce;Date;Échéance;Type;Débit;Crédit;Solde\n"
        "411A;Client A;F1;01/02/2026;31/03/2026;Facture;100,00;;100,00\n411A;Client A;R1;05/02/2026;;Règlement;;40,00;60,00\n"
        "411B;Client B;F2;01/02/2026;31/03/2026;Facture;50,00;;110,00\n411B;Client B;A2;03/02/2026;;Avoir;;50,00;60,00\n"
    )
    assert [r.amount_minor for r in reading.invoices] == [10000, -4000, 5000, -5000]
    assert reading.invoices[0].open_minor is None, "a running balance is no open amount"
    assert dict(reading.invoices[1].extra) == {"kind": "payment"}
    credit = read_text("Facture;Client;Date;Type;Montant TTC;Reste dû\nA1;X;01/02/2026;Avoir;10,00;4,00\n")
    assert (credit.invoices[0].amount_minor, credit.invoices[0].open_minor) == (-1000, -400)


def test_part_payments_statuses_and_disputes() -> None:
    reading = read_text(
        "Invoice no,Customer,Invoice date,Amount,Amount paid,Payment date,Status,Disputed\n"
        "1,A,2026-01-05,100.00,40.00,,Partial,no\n2,A,2026-01-05,100.00,40.00,2026-02-01,Partial,yes\n"
        "3,A,2026-01-05,100.00,100.00,2026-02-01,Paid,no\n4,A,2026-01-05,100.00,,,Paid,no\n5,A,2026-01-05,100.00,,,Cancelled,no\n"
    )
    facts = [(r.number, r.open_minor, r.paid, r.paid_minor, r.disputed) for r in reading.invoices]
    assert facts == [
        ("1", 6000, None, None, False),
        ("2", 6000, date(2026, 2, 1), 4000, True),
        ("3", None, date(2026, 2, 1), None, False),
        ("4", 0, None, None, False),
    ]
    assert codes(reading) == ["import.void_row"] and reading.rejected == 1


@pytest.mark.parametrize("left", [False, True])
def test_an_invoice_with_a_line_per_payment_counts_once(left: bool) -> None:
    def line(number: str, amount: str, paid: str, day: str, rest: str) -> str:
        return f"{number};A;15/01/2026;14/02/2026;{amount};{day};{paid}" + (f";{rest}" if left else "") + "\n"

    reading = read_text(
        "N° facture;Client;Date;Échéance;Montant TTC;Date règlement;Montant réglé"
        + (";Reste dû\n" if left else "\n")
        + line("F1", "1000,00", "600,00", "20/03/2026", "0,00")
        + line("F1", "1000,00", "400,00", "20/02/2026", "600,00")
        + line("F2", "500,00", "200,00", "20/02/2026", "300,00")
        + line("F2", "500,00", "100,00", "21/02/2026", "200,00")
        + line("F3", "500,00", "400,00", "20/02/2026", "100,00")
        + line("F3", "500,00", "400,00", "21/02/2026", "100,00")
    )
    assert reading.accepted == 6 and reading.total_minor == {"EUR": 100000 + 50000 + 2 * 50000}
    whole, part, *two = reading.invoices
    assert (whole.amount_minor, whole.paid, whole.paid_minor, whole.open_minor) == (100000, date(2026, 3, 20), 60000, 0)
    assert (part.amount_minor, part.paid, part.paid_minor, part.open_minor) == (50000, date(2026, 2, 21), 10000, 20000)
    # Payments beyond the amount cannot be those of one invoice.
    assert [row.number for row in two] == ["F3", "F3"]
    assert [(p.number, p.day, p.amount_minor) for p in reading.payments] == [
        ("F1", date(2026, 2, 20), 40000),
        ("F2", date(2026, 2, 20), 20000),
    ]


def test_partners_named_once_or_in_headings() -> None:
    once = read_text(
        "Client;Facture;Date;Montant TTC\nDupont;F1;01/02/2026;10,00\n;F2;01/02/2026;5,00\nDurand;F3;01/02/2026;1,00\n"
    )
    assert [r.partner_id for r in once.invoices] == ["Dupont", "Dupont", "Durand"]
    headed = read_text(
        "Aged Receivables,,,\nInvoice Date,Due Date,Invoice Number,Total\nDupont SA,,,\n2026-01-05,2026-02-05,F1,10.00\n"
        "2026-01-06,2026-02-06,F2,5.00\nTotal Dupont SA,,,15.00\nDurand,,,\n2026-01-07,2026-02-07,F3,1.00\nTotal Durand,,,1.00\nTotal,,,16.00\n"
    )
    assert [(r.partner_id, r.amount_minor) for r in headed.invoices] == [
        ("Dupont SA", 1000),
        ("Dupont SA", 500),
        ("Durand", 100),
    ]
    assert headed.mapping is not None and headed.mapping.side == "customer" and not headed.problems


def test_a_file_of_the_other_side_is_refused_by_its_own_words() -> None:
    reading = read_text("Fournisseur;Facture;Date;Montant TTC\nX;F1;01/02/2026;10,00\n", ReadOptions(side="customer"))
    (found,) = reading.problems
    assert (found.code, found.column, reading.accepted) == ("import.other_side_supplier", "Fournisseur", 0)


def test_currencies_with_other_decimals() -> None:
    reading = read_text(
        "Facture,Client,Date,Montant TTC,Devise\nF1,A,2026-01-05,1000,XOF\nF2,A,2026-01-05,10.125,TND\nF3,A,2026-01-05,10.50,EUR\n"
        "F4,A,2026-01-05,11.50,EUR\n"
    )
    assert [(r.currency, r.amount_minor) for r in reading.invoices] == [
        ("XOF", 1000),
        ("TND", 10125),
        ("EUR", 1050),
        ("EUR", 1150),
    ]
    assert reading.total_minor == {"XOF": 1000, "TND": 10125, "EUR": 2200}


def test_made_numbers_are_the_same_for_the_same_invoice() -> None:
    before = read_text("customer,due_date,clear_date,amount\nC1,2026-01-05,,10.00\nC1,2026-01-05,,10.50\n")
    after = read_text("customer,due_date,clear_date,amount\nC1,2026-01-05,,10.50\nC1,2026-01-05,2026-02-01,10.00\n")
    assert {r.number for r in before.invoices} == {r.number for r in after.invoices}
    assert len({r.number for r in before.invoices}) == 2


def test_lines_in_another_encoding_are_read_and_named() -> None:
    lines = [
        b"Facture;Client;Date;Montant TTC",
        "F1;Périgord;01/02/2026;1,00".encode(),
        "F2;Crêperie;01/02/2026;2,00".encode(),
    ]
    content = b"\n".join([*lines, "F3;Hôtel;01/02/2026;3,00".encode("cp1252")])
    found = decode(content)
    assert found.mixed_lines == (4,) and "Hôtel" in found.text and "Périgord" in found.text


@pytest.mark.parametrize(
    ("header", "side"),
    [
        (
            "invoice_id,partner_id,issue_date,due_date,amount,vat_rate,paid_date,paid_amount,disputed,credits,entity",
            "customer",
        ),
        ("N° Facture,Fournisseur,Date,Échéance,Montant TTC,Taux,Payé le,Payé,Litige,Avoir sur,Société", "supplier"),
    ],
)
def test_all_fields_of_an_invoice(header: str, side: str) -> None:
    row = "F1,P1,2026-01-05,2026-02-05,120.00,0.20,2026-02-07,,true,F0,Lyon"
    (read_row,) = read_text(f"{header}\n{row}\n").invoices
    assert (read_row.side, read_row.number, read_row.partner_id, read_row.amount_minor) == (side, "F1", "P1", 12000)
    assert (read_row.issue, read_row.due, read_row.paid) == (date(2026, 1, 5), date(2026, 2, 5), date(2026, 2, 7))
    assert (read_row.vat_rate, read_row.disputed, read_row.credits, read_row.entity) == (Decimal("0.2"), True, "F0", "Lyon")


def test_both_ways_of_cutting_a_text_give_the_same_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrow for long texts, record by record for short ones: rows, widths and cells agree, odd rows included."""
    body = "".join(f"F{i};Client {i % 7};0{1 + i % 9}/02/2026;{i},{i % 100:02d}\n" for i in range(1, 400))
    odd = 'F400;"deux\nlignes";01/02/2026;1,00\nF401;court\n\nF402;long;01/02/2026;1,00;x;y\nF403;fin;01/02/2026;"2,00"\n'
    text = "Export du 1er mars\n\nFacture;Client;Date;Montant\n" + (body + odd) * 3
    dialect = find_dialect(text)
    slow = table_of_text(decode(text.encode()), dialect)
    monkeypatch.setattr("data.importers.text_table.ARROW_FROM", 0)
    fast = table_of_text(decode(text.encode()), dialect)
    assert fast.header == slow.header and fast.header_row == slow.header_row == 3
    assert fast.rows.tolist() == slow.rows.tolist()
    filled = [i for i in range(len(slow)) if slow.widths[i]]
    assert [int(fast.widths[i]) for i in filled] == [int(slow.widths[i]) for i in filled]
    assert [c.to_pylist() for c in fast.columns] == [c.to_pylist() for c in slow.columns]


# Third-party files, against counts made here from the raw lines.


def raw(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    return [row for row in csv.reader(io.StringIO(text, newline="")) if any(row)]


def cents(text: str) -> int:
    return int((Decimal(text.replace(",", "").strip() or "0") * 100).to_integral_value())


@needs("receivables")
@pytest.mark.parametrize(
    ("name", "amount", "paid"),
    [
        ("WA_Fn-UseC_-Accounts-Receivable.csv", "InvoiceAmount", "SettledDate"),
        ("highradius_dev_asof_2020-02-29.csv", "amount", "clear_date"),
        ("highradius_dev_history.csv", "amount", "paid_date"),
        ("ibm_history.csv", "amount", "paid_date"),
    ],
)
def test_receivables_equal_a_count_of_the_raw_lines(name: str, amount: str, paid: str) -> None:
    header, *rows = raw(SHARED / "receivables" / name)
    different = {tuple(r) for r in rows}
    reading = read(SHARED / "receivables" / name)
    assert (reading.accepted, reading.rejected, reading.duplicates) == (len(different), 0, len(rows) - len(different))
    assert reading.total_minor == {"EUR": sum(cents(r[header.index(amount)]) for r in different)}
    still_open = sum(not r[header.index(paid)] for r in different)
    assert sum(r.paid is None for r in reading.invoices) == still_open
    assert all(r.side == "customer" for r in reading.invoices)


@needs("receivables")
def test_the_month_comes_first_in_the_american_file() -> None:
    reading = read(SHARED / "receivables" / "WA_Fn-UseC_-Accounts-Receivable.csv")
    row = next(r for r in reading.invoices if r.number == "7900770")
    assert (row.issue, row.due, row.paid, row.disputed) == (date(2013, 1, 26), date(2013, 2, 25), date(2013, 3, 3), True)


@needs("payables")
def test_payables_equal_a_count_of_the_raw_lines_and_say_what_they_are() -> None:
    for path in sorted((SHARED / "payables").rglob("*.csv")):
        header, *rows = raw(path)
        amount = next(i for i, h in enumerate(header) if h in {"Amount", "Invoice Line Value (net of VAT)"})
        day = next(i for i, h in enumerate(header) if h in {"Date", "Transaction Date"})
        different = Counter(tuple(r) for r in rows)
        reading = read(path)
        assert (reading.accepted, reading.duplicates) == (len(different), len(rows) - len(different)), path.name
        assert reading.total_minor == {"EUR": sum(cents(r[amount]) for r in different)}
        said = {n.code for n in reading.notes}
        assert "import.note.payments_made" in said
        assert ("import.note.amounts_net" in said) == ("net of VAT" in header[amount])
        assert {p.code for p in reading.problems} <= {"import.duplicate_row"}
        days = sorted(r.paid for r in reading.invoices if r.paid)
        assert (days[0].isoformat(), days[-1].isoformat()) == (min(r[day] for r in rows), max(r[day] for r in rows))
        assert all(r.side == "supplier" and r.due is None and r.issue is None for r in reading.invoices)


@needs("messy_csv")
@pytest.mark.parametrize(
    "name",
    ["source", "file_field_delimiter_0x3B", "file_field_delimiter_0x9", "file_field_delimiter_0x2C_0x20", "file_record_delimiter_0xD",
     "file_record_delimiter_0xA", "file_double_trailing_newline", "file_no_trailing_newline", "file_one_data_row", "file_preamble"],
)  # fmt: skip
def test_dialects_fall_into_the_expected_cells(name: str) -> None:
    path = SHARED / "messy_csv" / "pollock" / "csv" / f"{name}.csv"
    clean = SHARED / "messy_csv" / "pollock" / "clean" / f"{name}.csv"
    text = decode(path.read_bytes()).text
    table = table_of_text(decode(path.read_bytes()), find_dialect(text))
    expected = list(csv.reader(io.StringIO(clean.read_bytes().decode(), newline="")))
    if name == "file_preamble":
        source = SHARED / "messy_csv" / "pollock" / "clean" / "source.csv"
        expected = list(csv.reader(io.StringIO(source.read_bytes().decode(), newline="")))
    got = [list(row) for row in zip(*(c.to_pylist() for c in table.columns), strict=True) if any(row)]
    assert list(table.header) == expected[0]
    assert got == [[" ".join(c.split()) if c != c.strip() else c for c in row] for row in expected[1:]]
