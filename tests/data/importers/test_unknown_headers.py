"""Column names that no list holds: some of their words and all their values speak for what they are."""

from __future__ import annotations

from datetime import date

import pytest

from tests.data.importers.shared_files import codes, read_text

NOTES_OF_PAYMENTS = {"import.note.payments_made", "import.note.vat_unsaid"}


@pytest.mark.parametrize(
    ("text", "side", "number", "partner", "amount", "currency"),
    [
        (
            "CustomerKey,InvoiceId,InvoiceDate,DueDate,ClearingDate,Amount,Currency\nC1,1,2020-01-26,2020-02-10,,54.28,USD\n",
            "customer",
            "1",
            "C1",
            5428,
            "USD",
        ),
        (
            "Entity,Date,Expense area,Supplier,Transaction Number,AP Amount (£),VAT Registration Number\n"
            'DH,31/01/2020,Pharm,ACME,1001,"(25,000.00)",GB1\n',
            "supplier",
            "1001",
            "ACME",
            -2500000,
            "GBP",
        ),
        (
            "NUM_FACTURE;NOM_CLIENT;DATE_FACTURE;DT_ECH;MT_TTC;MT_REGLE;SOLDE\nF1;A;05/01/24;04/02/24;1200;200;1000\n",
            "customer",
            "F1",
            "A",
            120000,
            "EUR",
        ),
        (
            "Date de création,Référence commande,Client,Total TTC,Moyen de paiement,État\n15/01/2024,C1,Dupont,12.00,CB,Payé\n",
            "customer",
            "C1",
            "Dupont",
            1200,
            "EUR",
        ),
    ],
)
def test_what_a_table_lacks_is_found_by_words_and_values(
    text: str, side: str, number: str, partner: str, amount: int, currency: str
) -> None:
    reading = read_text(text)
    assert not reading.problems
    (row,) = reading.invoices
    assert (row.side, row.number, row.partner_id, row.amount_minor, row.currency) == (
        side,
        number,
        partner,
        amount,
        currency,
    )


def test_a_known_header_never_loses_to_one_that_is_alike() -> None:
    reading = read_text(
        "Invoice total key amount,Customer,Customer type,Customer post code,Invoice number,Invoice date,Total,Print date\n"
        "7.00,A,Retail,75001,F1,2024-01-15,12.00,2024-03-01\n"
    )
    (row,) = reading.invoices
    assert (row.partner_id, row.number, row.issue, row.amount_minor) == ("A", "F1", date(2024, 1, 15), 1200)


@pytest.mark.parametrize("header", ["Customer address", "Customer type", "Supplier postcode", "Client email"])
def test_what_only_describes_a_partner_is_none(header: str) -> None:
    reading = read_text(f"Invoice number,Invoice date,Total,{header}\nF1,2024-01-15,12.00,Somewhere\n")
    assert codes(reading) == ["import.missing_partner"]


def test_payments_with_only_their_own_day_are_history() -> None:
    reading = read_text(
        "Department family,Body name,Date paid,Expense type,Supplier name,Transaction no.,Amount £\n"
        'DfE,DfE,15/04/2023,Grant,ACME LTD,12345,"1,234.56"\n'
    )
    (row,) = reading.invoices
    assert (row.side, row.issue, row.due, row.paid) == ("supplier", None, None, date(2023, 4, 15))
    assert {note.code for note in reading.notes} == NOTES_OF_PAYMENTS


def test_numbers_and_days_that_a_program_took_for_amounts() -> None:
    reading = read_text(
        "cust_number,doc_id,document_create_date,due_in_date,total_open_amount,clear_date\n"
        "200769623.0,1930438491.0,20200125.0,20200210.0,54273.28,2020-02-11 00:00:00\n"
        "200769624.0,1930438492.0,20200126.0,20200211.0,12.0,\n"
    )
    assert not reading.problems
    first = reading.invoices[0]
    assert (first.partner_id, first.number) == ("200769623", "1930438491")
    assert (first.issue, first.due, first.paid) == (date(2020, 1, 25), date(2020, 2, 10), date(2020, 2, 11))


def test_two_lines_of_header_with_merged_cells() -> None:
    reading = read_text("Client;Facture;;Montants;;\n;Numéro;Date;HT;TVA;TTC\nA;F1;15/01/2024;100,00;20,00;120,00\n")
    (row,) = reading.invoices
    assert (row.partner_id, row.number, row.amount_minor, row.net_minor) == ("A", "F1", 12000, 10000)


def test_most_signs_name_the_currency_of_all() -> None:
    reading = read_text(
        "Invoice number,Customer,Invoice date,Total\n1,A,2024-01-15,£10.00\n2,B,2024-01-16,£20.00\n3,C,2024-01-17,30.00\n"
    )
    assert reading.total_minor == {"GBP": 6000}
    reading = read_text(
        "Invoice number,Customer,Invoice date,Total\n1,A,2024-01-15,£10.00\n2,B,2024-01-16,20.00\n3,C,2024-01-17,30.00\n"
    )
    assert reading.total_minor == {"GBP": 1000, "EUR": 5000}


def test_what_was_due_is_no_balance_of_a_paid_invoice() -> None:
    reading = read_text(
        "Number,Customer Name,Date (UTC),Due Date (UTC),Total,Amount Due,Currency,Status\n"
        "A-1,Dupont,2024-01-05 10:00,2024-02-04 10:00,12.00,12.00,eur,paid\n"
        "A-2,Durand,2024-01-25 10:00,2024-02-24 10:00,24.00,24.00,eur,open\n"
    )
    assert [row.open_minor for row in reading.invoices] == [0, 2400]


def test_a_macintosh_file() -> None:
    text = "N° pièce;Client;Échéance;Date;Montant\nF1;Hôtel;05/02/2024;15/01/2024;12,50\nF2;Café;15/02/2024;15/01/2024;1 012,50\n"
    reading = read_text(text.replace("\n", "\r"), encoding="mac-roman")
    assert [row.partner_name for row in reading.invoices] == ["Hôtel", "Café"]
    assert not reading.problems


def test_an_account_is_a_partner_s_code_only_where_it_goes_with_the_name() -> None:
    head = "Supplier,Transaction Number,Transaction Date,Value,Account\n"
    reading = read_text(head + "ACME,1,2020-04-03,10,Rent\nBETA,2,2020-04-30,20,Rent\nGAMMA,3,2020-04-30,20,Fees\n")
    assert [row.partner_id for row in reading.invoices] == ["ACME", "BETA", "GAMMA"]
    reading = read_text(head + "ACME,1,2020-04-03,10,S1\nBETA,2,2020-04-30,20,S2\nACME,3,2020-04-30,20,S1\n")
    assert [row.partner_id for row in reading.invoices] == ["S1", "S2", "S1"]


def test_a_partner_left_blank_is_that_of_the_line_above_only_where_no_partner_comes_twice() -> None:
    head = "Invoice number,Customer,Invoice date,Total\n"
    reading = read_text(head + "1,A,2024-01-15,1\n2,,2024-01-16,1\n3,B,2024-01-17,1\n4,,2024-01-17,1\n")
    assert [row.partner_id for row in reading.invoices] == ["A", "A", "B", "B"]
    assert "import.note.partner_above" in {note.code for note in reading.notes}
    reading = read_text(head + "1,A,2024-01-15,1\n2,,2024-01-16,1\n3,A,2024-01-17,1\n4,,2024-01-17,1\n")
    assert codes(reading) == ["import.missing_partner"] * 2


def test_a_sheet_of_one_partner_named_above_the_table() -> None:
    reading = read_text(
        "Client :;Dupont\nRelevé de compte au;31/03/2026\n\nDate;Facture;Échéance;Débit;Crédit;Solde\n"
        "15/01/2026;F1;14/02/2026;120,00;;120,00\n15/02/2026;F2;14/03/2026;80,00;;200,00\n"
        "20/02/2026;Règlement F1;;;120,00;80,00\n"
    )
    assert not reading.problems
    assert [(r.side, r.partner_id, r.number, r.amount_minor) for r in reading.invoices] == [
        ("customer", "Dupont", "F1", 12000),
        ("customer", "Dupont", "F2", 8000),
        ("customer", "Dupont", "Règlement F1", -12000),
    ]
    assert [dict(r.extra).get("kind") for r in reading.invoices] == [None, None, "payment"]
