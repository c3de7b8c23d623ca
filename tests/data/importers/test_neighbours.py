"""Tables and statements in German, Spanish, Italian and Dutch, aged balances of other software, books of Ciel."""

from __future__ import annotations

from datetime import date

import pytest

from data.importers.ageing import ageing_band
from data.importers.datestyles import is_no_date, read_date
from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.recognise import read_file


def read(text: str) -> Reading:
    return read_file(SourceFile(name="x", content=text.encode()), ReadOptions())


INVOICES = (
    (
        "Rechnungsnummer;Kunde;Rechnungsdatum;Fälligkeitsdatum;Betrag;Währung\n"
        "R-1;Müller GmbH;01.03.2026;31.03.2026;1.234,56;EUR\nR-2;Schmidt AG;15.03.2026;14.04.2026;-200,00;EUR\n",
        103456,
    ),
    (
        "Número de factura;Cliente;Fecha de factura;Fecha de vencimiento;Importe total;Moneda\n"
        "F/001;Pérez S.L.;01/03/2026;31/03/2026;1.234,56;EUR\nF/002;García S.A.;15/03/2026;14/04/2026;99,00;EUR\n",
        133356,
    ),
    (
        "N. fattura;Ragione sociale;Data emissione;Scadenza;Imponibile;IVA;Totale\n"
        "1/A;Rossi Srl;01/03/2026;31/03/2026;1.000,00;220,00;1.220,00\n2/A;Bianchi;15/03/2026;14/04/2026;50,00;11,00;61,00\n",
        128100,
    ),
    (
        "Factuurnr;Debiteurnr;Debiteurnaam;Factuurdatum;Vervaldatum;Bedrag excl. btw;Btw;Bedrag incl. btw;Openstaand\n"
        "1;123;Jansen BV;01-03-2026;31-03-2026;1000,00;210,00;1210,00;1210,00\n"
        "2;124;De Vries;15-03-2026;14-04-2026;100,00;21,00;121,00;0,00\n",
        133100,
    ),
)


@pytest.mark.parametrize(("text", "total"), INVOICES)
def test_invoices_of_the_neighbours(text: str, total: int) -> None:
    reading = read(text)
    assert (reading.accepted, reading.rejected, reading.total_minor) == (2, 0, {"EUR": total})
    assert [r.due for r in reading.invoices] == [date(2026, 3, 31), date(2026, 4, 14)]


@pytest.mark.parametrize(
    "text",
    [
        "Buchungstag;Valutadatum;Auftraggeber/Empfänger;Verwendungszweck;Betrag;Währung;Saldo\n"
        "01.03.2026;01.03.2026;Müller;RE 4711;1.190,00;EUR;2.190,00\n02.03.2026;02.03.2026;Strom;Strom;-190,00;EUR;2.000,00\n",
        "Fecha;Fecha valor;Concepto;Importe;Saldo\n"
        "01/03/2026;01/03/2026;TRANSFERENCIA;1.190,00;2.190,00\n02/03/2026;02/03/2026;LUZ;-190,00;2.000,00\n",
        "Data contabile;Data valuta;Descrizione;Accrediti;Addebiti;Saldo\n"
        "01/03/2026;01/03/2026;BONIFICO;1.190,00;;2.190,00\n02/03/2026;02/03/2026;ENEL;;190,00;2.000,00\n",
        "Datum;Naam / Omschrijving;Rekening;Tegenrekening;Code;Af Bij;Bedrag (EUR);Mededelingen\n"
        "20260301;Jansen;NL20INGB0001234567;NL91ABNA0417164300;GT;Bij;1190,00;Factuur\n"
        "20260302;Eneco;NL20INGB0001234567;NL91ABNA0417164301;IC;Af;190,00;Stroom\n",
    ],
)
def test_statements_of_the_neighbours(text: str) -> None:
    reading = read(text)
    assert [line.amount_minor for line in reading.bank] == [119000, -19000]


@pytest.mark.parametrize(
    "text",
    [
        "Fälligkeitsliste Debitoren\nStichtag 31.10.2026\nKunde;Nicht fällig;1-30 Tage;31-60 Tage;> 60 Tage;Summe\n"
        "A;1000,00;500,00;;250,00;1750,00\nB;;;100,00;;100,00\nSumme;1000,00;500,00;100,00;250,00;1850,00\n",
        "Balance âgée client;;;;;\nAu 31/10/2026;;;;;\n;À la date;1-30;31-60;Plus ancien;Total\n"
        "A;1 000,00;500,00;0,00;250,00;1 750,00\nB;0,00;0,00;100,00;0,00;100,00\n"
        "Total Balance âgée client;1 000,00;500,00;100,00;250,00;1 850,00\n",
        "Aged Receivables Summary,,,,,\nAs at 31 October 2026,,,,,\nContact,Current,< 1 Month,1 Month,Older,Total\n"
        "A,1000.00,500.00,,250.00,1750.00\nB,,,100.00,,100.00\nTotal,1000.00,500.00,100.00,250.00,1850.00\n"
        "Percentage of total,54.05%,27.03%,5.41%,13.51%,100.00%\n",
        "Balance âgée au 30/09/2026;;;;;\nCode tiers;Raison sociale;Total;À échoir;0-30;+90\n"
        "C1;A;1750,00;1000,00;500,00;250,00\nC2;B;100,00;0,00;100,00;0,00\n",
    ],
)
def test_aged_balances_count_partners_and_no_sums(text: str) -> None:
    reading = read(text)
    assert (reading.accepted, reading.rejected, reading.total_minor) == (2, 0, {"EUR": 185000})


@pytest.mark.parametrize(
    ("header", "band"),
    [
        ("Über 90 Tage", (90, None)),
        ("Da 31 a 60 giorni", (31, 60)),
        ("Nog niet vervallen", (0, 0)),
        ("Más de 90 días", (90, None)),
    ],
)
def test_bands_of_the_neighbours(header: str, band: tuple[int, int | None]) -> None:
    assert ageing_band(header) == band


def test_months_and_days_that_are_none() -> None:
    assert read_date("1. März 2026", "dmy") == date(2026, 3, 1)
    assert read_date("31 de mayo de 2026", "dmy") == date(2026, 5, 31)
    assert is_no_date("31/12/9999") and is_no_date("1900-01-01") and not is_no_date("31/12/2026")


def test_a_currency_with_three_decimals_is_not_rounded() -> None:
    reading = read("Facture;Client;Date;Montant TTC;Devise\nF1;A;01/03/2026;100,00;EUR\nF2;B;13/03/2026;1,234;TND\n")
    assert reading.total_minor == {"EUR": 10000, "TND": 1234} and not reading.problems


def _ximport(day: str, due: str, piece: str, account: str, amount: str, side: str) -> str:
    return f"{1:<5}VT{day}{due:>8}{piece:<12}{account:<11}{'Facture ' + piece:<25}{amount:>13}{side}{'':18}{'Nom':<34}O2003\r\n"


def test_ciel_books_state_due_days() -> None:
    text = _ximport("20260105", "20260204", "FA001", "411ALPHA", "1200.00", "D")
    text += _ximport("20260105", "", "FA001", "70600000", "1000.00", "C") + _ximport(
        "20260105", "", "FA001", "44571000", "200.00", "C"
    )
    reading = read(text)
    assert (reading.format, reading.accepted, reading.total_minor) == ("ximport", 3, {"EUR": 120000})
    assert [(r.number, r.due) for r in reading.invoices] == [("FA001", date(2026, 2, 4))]
