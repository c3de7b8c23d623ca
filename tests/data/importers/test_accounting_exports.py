"""Open-item lists, aged balances and books as Sage 100, Cegid, EBP, Pennylane, Odoo, QuickBooks, Xero and ISACOMPTA write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from data.importers.ageing import ageing_band
from data.importers.guess import guess_fields
from data.importers.phrases import FIELDS
from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.recognise import read_files
from data.importers.vocabulary import fields_of
from tests.data.importers.shared_files import SHARED, codes, needs, read, read_text
from tests.data.importers.workbooks import workbook

D = date


def facts(reading: Reading) -> list[tuple[object, ...]]:
    return [(r.side, r.number, r.partner_id, r.issue, r.due, r.amount_minor, r.open_minor) for r in reading.invoices]


def test_sage_100_due_dates_by_account_with_subtotals() -> None:
    reading = read_text(
        "SOCIETE EXEMPLE;;;;;;;;;\nÉchéancier des tiers;;;;;;;;;\nDate de tirage 02/03/26 à 10:15:22;;;;;;;;;\n;;;;;;;;;\n"
        "Compte tiers;Intitulé du tiers;Date;C.j;N° pièce;N° facture;Libellé écriture;Date échéance;Débit;Crédit\n"
        "411DUPON;DUPONT SA;150126;VTE;12;FA0012;Facture FA0012;280226;1 234,56;\n"
        "411DUPON;DUPONT SA;200126;VTE;15;AV0003;Avoir AV0003;200126;;120,00\nTotal compte 411DUPON;;;;;;;;1 234,56;120,00\n"
        "411GARAG;GARAGE DU LAC;160126;VTE;13;FA0013;Facture FA0013;310326;960,00;\nTotal compte 411GARAG;;;;;;;;960,00;\n"
        "Total général;;;;;;;;2 194,56;120,00\n"
    )
    assert facts(reading) == [
        ("customer", "FA0012", "411DUPON", D(2026, 1, 15), D(2026, 2, 28), 123456, None),
        ("customer", "AV0003", "411DUPON", D(2026, 1, 20), D(2026, 1, 20), -12000, None),
        ("customer", "FA0013", "411GARAG", D(2026, 1, 16), D(2026, 3, 31), 96000, None),
    ]
    assert (reading.accepted, reading.rejected, reading.questions, codes(reading)) == (3, 0, (), [])


AGED = (
    "Balance âgée clients au 28/02/2026\n;;;;;;\nN° compte;Intitulé;Solde;Non échu;Échu 1 à 30 jours;31 à 60 jours;+ de 60 jours\n"
    "411DUPON;DUPONT SA;1 114,56;1 000,00;114,56;;\n411GARAG;GARAGE DU LAC;960,00;;;460,00;500,00\nTotal;;2 074,56;1 000,00;114,56;460,00;500,00\n"
)


def test_an_aged_balance_gives_open_amounts_in_the_middle_of_their_bands_and_says_so() -> None:
    reading = read_text(AGED)
    assert [(r.partner_id, r.due, r.amount_minor) for r in reading.invoices] == [
        ("411DUPON", D(2026, 3, 15), 100000),
        ("411DUPON", D(2026, 2, 13), 11456),
        ("411GARAG", D(2026, 1, 14), 46000),
        ("411GARAG", D(2025, 11, 30), 50000),
    ]
    assert all(r.assumed and r.side == "customer" for r in reading.invoices)
    assert (reading.accepted, reading.total_minor) == (2, {"EUR": 207456})
    assert [n.code for n in reading.notes] == ["import.note.aged_balance"] and reading.questions
    assert codes(read_text(AGED.replace(" au 28/02/2026", ""))) == ["import.aged_without_day"]
    assert read_text(AGED.replace(" au 28/02/2026", ""), ReadOptions(as_of=D(2026, 2, 28))).invoices == reading.invoices
    assert codes(read_text(AGED.replace(";960,00;", ";970,00;"))) == ["import.aged_total"]


def test_cegid_by_auxiliary_account_with_a_running_balance_and_with_lettering() -> None:
    header = (
        "Auxiliaire;Raison sociale;Date comptable;Référence interne;Libellé;Date d'échéance;Débit;Crédit;Solde;Lettrage\n"
    )
    open_items = read_text(
        header + "411DUP;DUPONT SA;15/01/2026;FA0012;Facture FA0012;28/02/2026;1234,56;0,00;1234,56;\n"
        "411DUP;DUPONT SA;02/03/2026;VIR1;Virement Dupont;;0,00;234,56;1000,00;\n411GAR;GARAGE;16/01/2026;FA0013;Facture FA0013;31/03/2026;960,00;0,00;960,00;\n"
    )
    assert [r[5:] for r in facts(open_items)] == [(123456, None), (-23456, None), (96000, None)]
    assert dict(open_items.invoices[1].extra) == {"kind": "payment"}
    lettered = read_text(
        header + "411DUP;DUPONT SA;15/01/2026;FA0012;Facture FA0012;28/02/2026;1234,56;0,00;;AA\n"
        "411DUP;DUPONT SA;02/03/2026;VIR1;Virement Dupont;;0,00;1234,56;;AA\n411GAR;GARAGE;16/01/2026;FA0013;Facture FA0013;31/03/2026;960,00;0,00;;\n"
    )
    assert [(r.number, r.due, r.paid) for r in lettered.invoices] == [
        ("FA0012", D(2026, 2, 28), D(2026, 3, 2)),
        ("FA0013", D(2026, 3, 31), None),
    ]


def test_a_ledger_with_the_partner_as_a_heading() -> None:
    reading = read_text(
        "Grand livre des tiers;;;;;;;\nDate;Journal;Pièce;Libellé;Lettrage;Débit;Crédit;Solde progressif\n411DUPON - DUPONT SA;;;;;;;\n"
        "15/01/26;VTE;FA0012;Facture FA0012;A;1 234,56;;1 234,56\n20/02/26;BQ;VIR1;Virement DUPONT;A;;1 234,56;0,00\n"
        "25/02/26;VTE;FA0019;Facture FA0019;;60,00;;60,00\nTotal 411DUPON;;;;;1 294,56;1 234,56;60,00\n"
    )
    assert [(r.side, r.number, r.partner_id, r.partner_name, r.paid) for r in reading.invoices] == [
        ("customer", "FA0012", "411DUPON", "DUPONT SA", D(2026, 2, 20)),
        ("customer", "FA0019", "411DUPON", "DUPONT SA", None),
    ]


def test_ebp_and_pennylane_say_what_is_still_open() -> None:
    ebp = read_text(
        "Code client;Nom;N° document;Date;Date d'échéance;Montant TTC;Montant réglé;Solde dû\n"
        "CLI001;Dupont SA;FA12;15/01/2026;28/02/2026;1 234,56 €;234,56 €;1 000,00 €\nCLI002;Garage;FA13;16/01/2026;31/03/2026;960,00 €;0,00 €;960,00 €\n"
        ";;;;TOTAL;2 194,56 €;234,56 €;1 960,00 €\n"
    )
    assert [r[5:] for r in facts(ebp)] == [(123456, 100000), (96000, 96000)] and codes(ebp) == []
    pennylane = read_text(
        "Numéro de facture,Nom du client,Date d'émission,Date d'échéance,Montant HT,TVA,Montant TTC,Devise,Montant restant dû,Statut du paiement,Date de paiement\n"
        'F-1,Dupont SA,2026-01-15,2026-02-28,"1 028,80","205,76","1 234,56",EUR,"1 234,56",En retard,\n'
        'F-2,Garage,2026-01-16,2026-03-31,"800,00","160,00","960,00",EUR,"0,00",Payée,2026-02-20\n'
    )
    assert [(r.amount_minor, r.net_minor, r.open_minor, r.paid) for r in pennylane.invoices] == [
        (123456, 102880, 123456, None),
        (96000, 80000, 0, D(2026, 2, 20)),
    ]


def test_odoo_as_a_list_and_as_an_outline() -> None:
    moves = read_text(
        "Number,Invoice Partner Display Name,Invoice/Bill Date,Due Date,Untaxed Amount Signed,Total Signed,Amount Due Signed,Payment Status,Status\n"
        "INV/1,Dupont SA,2026-01-15,2026-02-28,1028.80,1234.56,1234.56,Not Paid,Posted\nRINV/1,Dupont SA,2026-01-20,2026-01-20,-100.00,-120.00,-120.00,Not Paid,Posted\n"
        "INV/3,Garage,2026-01-17,2026-03-31,800.00,960.00,960.00,Not Paid,Cancelled\n"
    )
    assert [r.amount_minor for r in moves.invoices] == [123456, -12000] and codes(moves) == ["import.void_row"]
    rows: list[list[object]] = [
        ["Aged Receivable"], ["As of 28/02/2026"], ["", "Invoice Date", "Due Date", "At Date", "1-30", "31-60", "Older", "Total"],
        ["Dupont SA", "", "", 0, 500, 0, 0, 500], ["INV/1", D(2026, 1, 15), D(2026, 2, 14), "", 500, "", "", 500],
        ["Garage", "", "", 960, 0, 0, 0, 960], ["INV/2", D(2026, 2, 15), D(2026, 3, 17), 960, "", "", "", 960], ["Total", "", "", 960, 500, 0, 0, 1460],
    ]  # fmt: skip
    (outline,) = read_files((workbook({"Aged Receivable": rows}),), ReadOptions())
    assert facts(outline) == [
        ("customer", "INV/1", "Dupont SA", D(2026, 1, 15), D(2026, 2, 14), 50000, None),
        ("customer", "INV/2", "Garage", D(2026, 2, 15), D(2026, 3, 17), 96000, None),
    ]


def test_quickbooks_by_ageing_band_and_by_customer() -> None:
    detail = read_text(
        'A/R Aging Detail,,,,,,,\nExemple SARL,,,,,,,\n"As of February 28, 2026",,,,,,,\n,,,,,,,\n,Date,Transaction type,Num,Customer,Due date,Amount,Open balance\n'
        "91 or more days past due,,,,,,,\n,10/15/2025,Invoice,1001,Dupont SA,11/14/2025,500.00,500.00\nTotal for 91 or more days past due,,,,,,$500.00,$500.00\n"
        "Current,,,,,,,\n,02/15/2026,Invoice,1012,Garage,03/17/2026,960.00,460.00\n,02/20/2026,Credit Memo,1013,Garage,02/20/2026,-60.00,-60.00\n"
        ',02/21/2026,Payment,,Garage,02/21/2026,-100.00,-100.00\nTotal for Current,,,,,,$800.00,$300.00\nTOTAL,,,,,,"$1,300.00",$800.00\n'
    )
    assert [(r.number, r.due, r.amount_minor, r.open_minor) for r in detail.invoices] == [
        ("1001", D(2025, 11, 14), 50000, 50000),
        ("1012", D(2026, 3, 17), 96000, 46000),
        ("1013", D(2026, 2, 20), -6000, -6000),
        ("Payment 02/21/2026", D(2026, 2, 21), -10000, -10000),
    ]
    assert codes(detail) == [] and detail.accepted == 4
    by_customer = read_text(
        "Open Invoices,,,,,,\n,,,,,,\n,Date,Transaction type,Num,Term,Due date,Open balance\nDupont SA,,,,,,\n,01/15/2026,Invoice,1001,Net 30,02/14/2026,500.00\n"
        'Total for Dupont SA,,,,,,$500.00\nGarage,,,,,,\n,01/25/2026,Invoice,1002,Net 30,02/24/2026,"1,460.00"\nTotal for Garage,,,,,,"$1,460.00"\nTOTAL,,,,,,"$1,960.00"\n'
    )
    assert [(r.partner_id, r.number, r.amount_minor, r.terms) for r in by_customer.invoices] == [
        ("Dupont SA", "1001", 50000, "Net 30"),
        ("Garage", "1002", 146000, "Net 30"),
    ]


def test_xero_by_contact_in_bands_and_per_item_line() -> None:
    detail = read_text(
        "Aged Receivables Detail,,,,,,,,,\nAs at 28 February 2026,,,,,,,,,\n,,,,,,,,,\nInvoice Date,Due Date,Invoice Number,Invoice Reference,Current,< 1 Month,1 Month,2 Months,Older,Total\n"
        "Dupont SA,,,,,,,,,\n15 Jan 2026,14 Feb 2026,INV-1,PO 1,0.00,500.00,0.00,0.00,0.00,500.00\nTotal Dupont SA,,,,0.00,500.00,0.00,0.00,0.00,500.00\n"
        "Total,,,,0.00,500.00,0.00,0.00,0.00,500.00\n"
    )
    assert facts(detail) == [("customer", "INV-1", "Dupont SA", D(2026, 1, 15), D(2026, 2, 14), 50000, None)]
    summary = read_text(
        "Aged Payables Summary\nAs at 28 February 2026\n\nContact,Current,< 1 Month,1 Month,2 Months,Older,Total\nAcier SA,960.00,100.50,0.00,0.00,-20.00,1040.50\nTotal,960.00,100.50,0.00,0.00,-20.00,1040.50\n"
    )
    assert [(r.side, r.amount_minor) for r in summary.invoices] == [
        ("supplier", 96000),
        ("supplier", 10050),
        ("supplier", -2000),
    ]
    items = read_text(
        "*ContactName,*InvoiceNumber,*InvoiceDate,*DueDate,InvoiceAmountPaid,InvoiceAmountDue,*Description,*Quantity,*UnitAmount,LineAmount,Total,TaxTotal,Currency,Type,Status\n"
        "Dupont SA,INV-1,15/01/2026,14/02/2026,0.00,120.00,Pen,1,50.00,50.00,120.00,20.00,EUR,Sales invoice,Awaiting Payment\n"
        "Dupont SA,INV-1,15/01/2026,14/02/2026,0.00,120.00,Ink,1,50.00,50.00,120.00,20.00,EUR,Sales invoice,Awaiting Payment\n"
    )
    assert (
        facts(items) == [("customer", "INV-1", "Dupont SA", D(2026, 1, 15), D(2026, 2, 14), 12000, 12000)]
        and items.accepted == 2
    )


def isa(*records: str) -> SourceFile:
    return SourceFile(name="export.isa", content="\r\n".join(records).encode("cp850"))


def movement(account: str, label: str, debit: str, credit: str, letter: str = "") -> str:
    return f"MVT   {account:>10}{label:>30}{debit:>13}{credit:>13}{'0':>11}{'0':>11}{'':12}{'1' if letter else '0'}{letter:3}{'':8}   0{'1'}"


def entry(journal: str, day: str, piece: str, label: str, number: int, destroyed: str = "0") -> str:
    return f"ECR   {journal:>2}{day}{piece:>8}{label:>30}{day}{'1':>7}{'INDIV':>7}{'8':>3}{number:>11}00{day}{day}{number:>11}{destroyed}EUR"


def test_isacompta_gives_due_dates_and_lettering() -> None:
    file = isa(
        f"VER   02000008700{'0'}{'DEMO':>30}0", f"DOS   {'FACT':>8}", f"EXO   0101202531122025{'0'}{'1'}{'3':>11}EUR",
        f"CPT   {'411DUPON':>10}{'Société Dupont':>30}", f"JOU   VE{'Ventes':>30}ve", f"JOU    T{'Trésorerie':>30}tr",
        entry("VE", "15012025", "F1", "Facture F1", 1), movement("411DUPON", "Facture F1", "120,00", "", "AA"), "ECHMVT       120,00 100,0000028022025",
        movement("70100000", "Facture F1", "", "100"), movement("44571000", "Facture F1", "", "20"),
        entry("T", "10032025", "", "Reglt", 2), movement("51200000", "Reglt", "120", ""), movement("411DUPON", "Reglt", "", "120", "AA"),
        entry("VE", "16012025", "F2", "Annulée", 3, "1"), movement("411DUPON", "Annulée", "9", ""), movement("70100000", "Annulée", "", "9"),
    )  # fmt: skip
    (reading,) = read_files((file,), ReadOptions())
    (row,) = reading.invoices
    assert (reading.format, reading.accepted, codes(reading)) == ("isacompta", 5, [])
    assert (row.number, row.partner_id, row.partner_name, row.issue, row.due, row.paid) == (
        "F1",
        "411DUPON",
        "Société Dupont",
        D(2025, 1, 15),
        D(2025, 2, 28),
        D(2025, 3, 10),
    )
    assert (row.amount_minor, row.net_minor) == (12000, 10000)


def test_ebp_exchange_files_and_sage_xml() -> None:
    ebp = "\n".join(["EBP.EDI", "1252", "", "EXEMPLE", "01012025", "31122025", "C;411DUP;Dupont SA", "C;706000;Ventes",
                     "E;411DUP;15012025;VE;1;F1;Facture F1;D;120.00;;A", "E;706000;15012025;VE;1;F1;Facture F1;C;100.00;;", "E;445710;15012025;VE;1;F1;Facture F1;C;20.00;;",
                     "E;512000;10032025;BQ;2;R1;Virement;D;120.00;;", "E;411DUP;10032025;BQ;2;R1;Virement;C;120.00;;A"])  # fmt: skip
    sage = (
        '\ufeff<?xml version="1.0" encoding="utf-8"?><ECX><INFORMATION PERIODEDEBUTN="01/01/2025" PERIODEFINN="31/12/2025"/><PC><COMPTE COMPTE="411DUP" NOM="Dupont SA"/></PC>'
        '<JOURNAL CODE="VE" NOM="Ventes" TYPEJOURNAL="V"><PIECE DATEECR="15/01/2025" ETAT="1" REFERENCE="F1"><LIGNE COMPTE="411DUP" LIBMANU="Facture F1" MONTANTREF="120.00" SENS="1" LETTRAGE="A"/>'
        '<LIGNE COMPTE="706000" LIBMANU="x" MONTANTREF="100.00" SENS="-1"/><LIGNE COMPTE="445710" LIBMANU="x" MONTANTREF="20.00" SENS="-1"/></PIECE></JOURNAL>'
        '<JOURNAL CODE="BQ" NOM="Banque" TYPEJOURNAL="T"><PIECE DATEECR="10/03/2025" ETAT="1"><LIGNE COMPTE="512000" LIBMANU="x" MONTANTREF="-120.00" SENS="-1"/>'
        '<LIGNE COMPTE="411DUP" LIBMANU="x" MONTANTREF="120.00" SENS="-1" LETTRAGE="A"/></PIECE></JOURNAL></ECX>'
    )
    for text, form in ((ebp, "ebp"), (sage, "sage_ecx")):
        reading = read_text(text, name="export")
        (row,) = reading.invoices
        assert (reading.format, reading.accepted) == (form, 5)
        assert (row.number, row.partner_id, row.partner_name, row.amount_minor, row.issue, row.paid) == (
            "F1",
            "411DUP",
            "Dupont SA",
            12000,
            D(2025, 1, 15),
            D(2025, 3, 10),
        )


@pytest.mark.parametrize(
    ("header", "band"),
    [("Non échu", (0, 0)), ("0-30", (0, 30)), ("31 - 60 jours", (31, 60)), ("> 90 jours", (90, None)), ("+ de 90 jours", (90, None)), ("91 and over", (91, None)),
     ("< 1 Month", (1, 30)), ("2 Months", (61, 90)), ("Older", (121, None)), ("Échu 1 à 30 jours", (1, 30)), ("Montant", None), ("2026", None)],
)  # fmt: skip
def test_ageing_bands_by_their_headers(header: str, band: tuple[int, int | None] | None) -> None:
    assert ageing_band(header) == band


def test_every_word_means_a_field_that_exists() -> None:
    for word in ("N° Facture", "Échéance", "Montant TTC", "Restant dû", "Solde", "Compte", "Due", "Paid"):
        assert {f for f, _ in fields_of(word)} <= set(FIELDS) and fields_of(word)
    assert guess_fields.__doc__


@needs("accounting_exports")
@pytest.mark.parametrize(
    ("name", "accepted", "rejected", "made", "total", "refused"),
    [
        ("ninja_invoice.csv", 401, 0, 400, None, set()),
        ("ninja_freshbooks_invoices.csv", 3, 0, 1, {"USD": 789000}, set()),
        ("ninja_invoicely_invoices.csv", 1, 0, 1, {"EUR": 102000}, set()),
        ("ninja_zoho_invoices.csv", 13, 0, 3, {"USD": 48975 + 46000 + 39000}, set()),
        ("ekylibre_purchases.csv", 18, 0, 9, None, set()),
        ("ekylibre_sales.csv", 38, 0, 9, None, set()),
        ("ekylibre_cash_transfers.csv", 0, 30, 0, {}, {"import.unknown_table"}),
        ("epicea_journals.txt", 21, 0, 4, None, set()),
        ("ekylibre_export.isa", 140, 0, 33, None, set()),
        ("financial_year_exchange_import.csv", 2, 0, 0, {}, set()),
        ("financial_year_exchange_import_balance_invalid.csv", 0, 2, 0, {}, {"import.books_unbalanced"}),
        ("financial_year_exchange_import_isacompta_balance_invalid.csv", 0, 2, 0, {}, {"import.books_unbalanced"}),
        ("financial_year_exchange_import_entry_date_unparsable.csv", 0, 2, 0, {}, {"import.bad_date"}),
        ("financial_year_exchange_import_invalid_headers.csv", 0, 2, 0, {}, {"import.journal_without_account"}),
        ("financial_year_exchange_import_invalid.csv", 0, 1, 0, {}, {"import.no_header"}),
    ],
)
def test_third_party_exports(
    name: str, accepted: int, rejected: int, made: int, total: dict[str, int] | None, refused: set[str]
) -> None:
    reading = read(SHARED / "accounting_exports" / name)
    errors = {p.code for p in reading.problems if p.severity == "error"}
    assert (reading.accepted, reading.rejected, len(reading.invoices), errors) == (accepted, rejected, made, refused)
    assert total is None or reading.total_minor == total


@needs("accounting_exports")
def test_third_party_item_lines_count_each_total_once() -> None:
    """The invoice total stands on every item line: each number counts once, here as anybody would add it up."""
    import csv

    path = SHARED / "accounting_exports" / "ninja_invoice.csv"
    rows = list(csv.reader(path.open(encoding="utf-8", newline="")))[3:]
    header, body = rows[0], rows[1:]
    once = {(r[0], r[header.index("Invoice Number")]): r[header.index("Amount")] for r in body}
    assert read(path).total_minor == {
        "USD": sum(int(Decimal(a.replace("$", "").replace(",", "")) * 100) for a in once.values())
    }
    payments = read(SHARED / "accounting_exports" / "ninja_payments.csv")
    assert (payments.accepted, payments.duplicates, len(payments.payments)) == (401, 2, 401)


@needs("accounting_exports")
def test_third_party_isacompta_balances_equal_the_raw_records() -> None:
    path = SHARED / "accounting_exports" / "ekylibre_export.isa"
    sums: dict[str, int] = {}
    for line in path.read_bytes().decode("cp850").split("\r\n"):
        if line.startswith("MVT") and line[6:16].strip()[:2] in {"40", "41"}:
            amount = round(
                100
                * (
                    float((line[46:59].strip() or "0").replace(",", "."))
                    - float((line[59:72].strip() or "0").replace(",", "."))
                )
            )
            account = line[6:16].strip()
            sums[account] = sums.get(account, 0) + (amount if account.startswith("41") else -amount)
    told = {n.code: dict(n.values) for n in read(path).notes}
    open_customers = sum(v for k, v in sums.items() if k.startswith("41"))
    elsewhere = round(100 * float(told["import.note.settled_elsewhere_customer"]["amount"]))
    assert told["import.note.books"]["customers"] == f"{(open_customers + elsewhere) / 100:.2f}"
    assert told["import.note.books"]["suppliers"] == f"{sum(v for k, v in sums.items() if k.startswith('40')) / 100:.2f}"
