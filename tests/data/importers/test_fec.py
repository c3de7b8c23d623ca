"""Accounting entries: variants of the file, what settles what, balances, rhythms; third-party files recomputed from raw lines."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.recognise import read_files
from tests.data.importers.shared_files import SHARED, codes, needs, read

NAMES = [
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib", "PieceRef",
    "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise",
]  # fmt: skip


def line(journal: str, number: int, day: str, account: str, debit: str, credit: str, **said: str) -> dict[str, str]:
    names = {"VE": "Ventes", "AC": "Achats", "BQ": "Banque", "OD": "Opérations diverses", "AN": "A nouveaux"}
    row = dict.fromkeys(NAMES, "")
    row.update(JournalCode=journal, JournalLib=names[journal], EcritureNum=str(number), EcritureDate=day, CompteNum=account, Debit=debit,
               Credit=credit, PieceRef=f"P{number}", PieceDate=day, CompteLib=f"Compte {account}", ValidDate=day)  # fmt: skip
    row.update(said)
    return row


def sale(number: int, day: str, amount: int, letter: str = "", partner: str = "C1", **said: str) -> list[dict[str, str]]:
    """A sale of `amount` euros with VAT at 20 %."""
    net = f"{amount / 1.2:.2f}".replace(".", ",")
    vat = f"{amount - round(amount / 1.2, 2):.2f}".replace(".", ",")
    return [
        line(
            "VE",
            number,
            day,
            "411000",
            f"{amount},00",
            "0,00",
            CompAuxNum=partner,
            CompAuxLib=f"Client {partner}",
            EcritureLet=letter,
            **said,
        ),
        line("VE", number, day, "706000", "0,00", net),
        line("VE", number, day, "445710", "0,00", vat),
    ]


def receipt(number: int, day: str, amount: int, letter: str = "", partner: str = "C1", **said: str) -> list[dict[str, str]]:
    return [
        line("BQ", number, day, "512000", f"{amount},00", "0,00"),
        line(
            "BQ",
            number,
            day,
            "411000",
            "0,00",
            f"{amount},00",
            CompAuxNum=partner,
            CompAuxLib=f"Client {partner}",
            EcritureLet=letter,
            **said,
        ),
    ]


def opening(*lines: tuple[str, str, str, str]) -> list[dict[str, str]]:
    return [
        line("AN", 1, "20250101", account, debit, credit, CompAuxNum=aux, EcritureLib="A nouveau")
        for account, debit, credit, aux in lines
    ]


def fec(rows: list[dict[str, str]], delimiter: str = "\t", encoding: str = "utf-8", names: list[str] = NAMES) -> SourceFile:
    text = "\r\n".join([delimiter.join(names), *(delimiter.join(r[n] for n in names) for r in rows), ""])
    return SourceFile(name="123456789FEC20251231.txt", content=text.encode(encoding))


def books(rows: list[dict[str, str]], options: ReadOptions | None = None) -> Reading:
    (reading,) = read_files((fec(rows),), options or ReadOptions())
    return reading


def left_open(reading: Reading) -> dict[tuple[str, str], int]:
    """What the rows leave open per side and partner, as anybody would add it up."""
    left: dict[tuple[str, str], int] = defaultdict(int)
    numbers = {(r.side, r.partner_id, r.number) for r in reading.invoices}
    for row in reading.invoices:
        paid = 0 if row.paid is None else row.amount_minor if row.paid_minor is None else row.paid_minor
        left[row.side, row.partner_id] += row.amount_minor - paid
    for payment in reading.payments:
        if (payment.side, payment.partner_id, payment.number) in numbers:
            left[payment.side, payment.partner_id] -= payment.amount_minor
    return {key: amount for key, amount in left.items() if amount}


BASIC = sale(1, "20250110", 120, "A") + sale(2, "20250205", 240) + receipt(3, "20250301", 120, "A")


def test_an_invoice_its_payment_and_an_open_one() -> None:
    reading = books(BASIC)
    assert (reading.format, reading.accepted, reading.rejected) == ("fec", 8, 0)
    paid, still = reading.invoices
    assert (paid.side, paid.number, paid.partner_id, paid.partner_name) == ("customer", "P1", "C1", "Client C1")
    assert (paid.issue, paid.paid, paid.paid_minor, paid.amount_minor, paid.net_minor) == (
        date(2025, 1, 10),
        date(2025, 3, 1),
        None,
        12000,
        10000,
    )
    assert paid.due is None and not paid.assumed
    assert (still.paid, still.amount_minor) == (None, 24000)
    assert [q.code for q in reading.questions] == ["import.question.terms_customer"]
    assert {n.code for n in reading.notes} >= {"import.note.lettering", "import.note.no_due_date"}


def variants() -> dict[str, SourceFile]:
    dots = [{**r, "Debit": r["Debit"].replace(",", "."), "Credit": r["Credit"].replace(",", ".")} for r in BASIC]
    sided = [
        {**r, "Montant": r["Debit"] if r["Debit"] != "0,00" else r["Credit"], "Sens": "D" if r["Debit"] != "0,00" else "C"}
        for r in BASIC
    ]
    names = [n for n in NAMES if n not in {"Debit", "Credit"}]
    padded = [{k: v.ljust(14) for k, v in r.items()} for r in BASIC]
    padded = [{**r, "Debit": f"+{r['Debit'].strip():0>12}", "Credit": f"+{r['Credit'].strip():0>12}"} for r in padded]
    other_case = [{n.upper(): v for n, v in r.items()} for r in BASIC]
    extra = [{**r, "DateRglt": "", "ModeRglt": ""} for r in BASIC]
    negative = [{**r, "Debit": r["Debit"] if r["Credit"] == "0,00" else f"-{r['Credit']}", "Credit": "0,00"} for r in BASIC]
    return {
        "pipe": fec(BASIC, "|"),
        "semicolon": fec(BASIC, ";"),
        "8859-15": fec(BASIC, "|", "iso8859-15"),
        "mark": fec(BASIC, "\t", "utf-8-sig"),
        "ebcdic": SourceFile(name="x", content=fec(BASIC, "|").content.decode().replace("\r\n", "\x85").encode("cp500")),
        "points": fec(dots),
        "amount and side": fec(sided, "\t", "utf-8", [*names[:11], "Montant", "Sens", *names[11:]]),
        "padded": fec(padded),
        "capitals": fec(other_case, "|", "utf-8", [n.upper() for n in NAMES]),
        "more columns": fec(extra, "\t", "utf-8", [*NAMES, "DateRglt", "ModeRglt"]),
        "negative debits": fec(negative),
        "xml": SourceFile(name="x.xml", content=as_xml(BASIC)),
        "line feeds": SourceFile(name="x", content=fec(BASIC).content.replace(b"\r\n", b"\n")),
    }  # fmt: skip


def as_xml(rows: list[dict[str, str]]) -> bytes:
    parts = ["<comptabilite><exercice><DateCloture>2025-12-31</DateCloture>"]
    for code in dict.fromkeys(r["JournalCode"] for r in rows):
        mine = [r for r in rows if r["JournalCode"] == code]
        parts.append(f"<journal><JournalCode>{code}</JournalCode><JournalLib>{mine[0]['JournalLib']}</JournalLib>")
        for number in dict.fromkeys(r["EcritureNum"] for r in mine):
            lines = [r for r in mine if r["EcritureNum"] == number]
            outer = "".join(
                f"<{n}>{lines[0][n]}</{n}>"
                for n in ("EcritureNum", "EcritureDate", "EcritureLib", "PieceRef", "PieceDate", "ValidDate")
            )
            inner = ("CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib", "Debit", "Credit", "EcritureLet")
            parts.append(
                f"<ecriture>{outer}"
                + "".join("<ligne>" + "".join(f"<{n}>{r[n]}</{n}>" for n in inner) + "</ligne>" for r in lines)
                + "</ecriture>"
            )
        parts.append("</journal>")
    return "".join([*parts, "</exercice></comptabilite>"]).encode()


@pytest.mark.parametrize("name", list(variants()))
def test_every_variant_says_the_same(name: str) -> None:
    (reading,) = read_files((variants()[name],), ReadOptions())
    plain = books(BASIC)
    strip = [(r.number, r.partner_id, r.amount_minor, r.issue, r.paid) for r in reading.invoices]
    assert (reading.format, reading.accepted, codes(reading)) == ("fec", 8, [])
    assert sorted(strip) == sorted((r.number, r.partner_id, r.amount_minor, r.issue, r.paid) for r in plain.invoices)


def test_a_wrong_line_takes_its_entry_with_it_and_nothing_else() -> None:
    rows = [dict(r) for r in BASIC]
    rows[4]["Credit"] = "deux cents"
    rows[7]["EcritureDate"] = "20250230"
    reading = books(rows)
    assert [(p.row, p.code, p.column) for p in reading.problems if p.severity == "error"] == [
        (5, "import.entry_incomplete", ""),
        (6, "import.bad_amount", "Credit"),
        (7, "import.entry_incomplete", ""),
        (8, "import.entry_incomplete", ""),
        (9, "import.impossible_date", "EcritureDate"),
    ]
    assert (reading.accepted, reading.rejected, [r.number for r in reading.invoices]) == (3, 5, ["P1"])


def test_an_entry_that_does_not_balance_is_kept_out() -> None:
    rows = BASIC + sale(9, "20250401", 360) + [r for n in range(10, 20) for r in sale(n, "20250402", 12)]
    rows[8]["Debit"] = "361,00"
    reading = books(rows)
    assert codes(reading) == ["import.entry_unbalanced"]
    assert dict(reading.problems[0].values)["difference"] == "1.00" and reading.rejected == 3


def test_books_that_do_not_balance_at_all_are_refused() -> None:
    reading = books(
        [line("VE", 1, "20250110", "411000", "120,00", "0"), line("VE", 1, "20250110", "706000", "0", "100,00")]
    )
    assert codes(reading) == ["import.books_unbalanced"] and (reading.accepted, reading.rejected) == (0, 2)


def test_part_payments_and_partial_lettering() -> None:
    reading = books(sale(1, "20250110", 120, "a") + receipt(2, "20250201", 50, "a") + receipt(3, "20250220", 30, "a"))
    (invoice,) = reading.invoices
    assert invoice.paid is None and [(p.number, p.day, p.amount_minor) for p in reading.payments] == [
        ("P1", date(2025, 2, 1), 5000),
        ("P1", date(2025, 2, 20), 3000),
    ]
    assert left_open(reading) == {("customer", "C1"): 4000}
    whole = books(sale(1, "20250110", 120, "A") + receipt(2, "20250201", 50, "A") + receipt(3, "20250220", 70, "A"))
    (invoice,) = whole.invoices
    assert (invoice.paid, invoice.paid_minor, len(whole.payments)) == (date(2025, 2, 20), 7000, 1)


def credit_note(number: int, day: str, amount: int, letter: str) -> list[dict[str, str]]:
    rows = sale(number, day, amount, letter)
    return [{**r, "Debit": r["Credit"], "Credit": r["Debit"]} for r in rows]


def test_a_credit_note_reduces_the_invoice_that_it_is_lettered_with() -> None:
    reading = books(sale(1, "20250110", 120, "A") + credit_note(2, "20250115", 24, "A") + receipt(3, "20250201", 96, "A"))
    invoice, note = reading.invoices
    assert (note.amount_minor, note.credits, note.paid) == (-2400, "P1", None)
    assert (invoice.paid, invoice.paid_minor) == (date(2025, 2, 1), 9600)
    assert left_open(reading) == {}


def test_a_cheque_that_came_back_is_no_payment() -> None:
    back = [{**r, "Debit": r["Credit"], "Credit": r["Debit"]} for r in receipt(3, "20250210", 120, "A")]
    reading = books(
        sale(1, "20250110", 120, "A") + receipt(2, "20250201", 120, "A") + back + receipt(4, "20250320", 120, "A")
    )
    (invoice,) = reading.invoices
    assert invoice.paid == date(2025, 3, 20) and left_open(reading) == {}


def test_payments_without_a_code_settle_the_oldest_or_stay_as_they_are() -> None:
    rows = sale(1, "20250110", 120) + sale(2, "20250205", 240) + receipt(3, "20250301", 200)
    oldest = books(rows)
    assert [(r.number, r.paid, r.assumed) for r in oldest.invoices] == [("P1", date(2025, 3, 1), True), ("P2", None, True)]
    assert [(p.number, p.amount_minor, p.assumed) for p in oldest.payments] == [("P2", 8000, True)]
    kept = books(rows, ReadOptions(unlettered="keep"))
    assert [(r.number, r.amount_minor, r.paid) for r in kept.invoices] == [
        ("P1", 12000, None),
        ("P2", 24000, None),
        ("P3", -20000, None),
    ]
    assert left_open(oldest) == left_open(kept) == {("customer", "C1"): 16000}
    assert "import.note.settled_by_age" in {n.code for n in oldest.notes} and "import.note.no_lettering" in {
        n.code for n in kept.notes
    }


def test_a_payment_that_names_its_invoice_settles_that_one() -> None:
    reading = books(sale(1, "20250110", 120, PieceRef="FA-2025-1") + sale(2, "20250205", 240, PieceRef="FA-2025-2")
                    + receipt(3, "20250301", 240, EcritureLib="VIRT CLIENT FA-2025-2"))  # fmt: skip
    assert [(r.number, r.paid) for r in reading.invoices] == [("FA-2025-1", None), ("FA-2025-2", date(2025, 3, 1))]


def test_lettered_payments_of_invoices_outside_the_file_are_settled_and_told() -> None:
    reading = books(receipt(3, "20250301", 120, "A", EcritureLib="Reglt 4804 ,FA2400004") + sale(4, "20250310", 60))
    assert [(p.number, p.amount_minor) for p in reading.payments] == [("FA2400004", 12000)]
    assert left_open(reading) == {("customer", "C1"): 6000}
    told = {n.code: dict(n.values) for n in reading.notes}
    assert told["import.note.settled_elsewhere_customer"] == {"count": "1", "amount": "120.00"}


def test_accounts_without_auxiliary_and_suppliers() -> None:
    rows = [
        line("AC", 1, "20250110", "607000", "100,00", "0"),
        line("AC", 1, "20250110", "445660", "20,00", "0"),
        line("AC", 1, "20250110", "401ACIER", "0", "120,00", EcritureLet="B", CompteLib="Acier SA", PieceRef="FX9"),
        line("BQ", 2, "20250225", "401ACIER", "120,00", "0", EcritureLet="B"),
        line("BQ", 2, "20250225", "512000", "0", "120,00"),
    ]
    (invoice,) = books(rows).invoices
    assert (invoice.side, invoice.partner_id, invoice.partner_name, invoice.number) == (
        "supplier",
        "401ACIER",
        "Acier SA",
        "FX9",
    )
    assert (invoice.amount_minor, invoice.net_minor, invoice.paid) == (12000, 10000, date(2025, 2, 25))


def test_opening_balances_give_cash_and_ask_for_detail() -> None:
    rows = opening(("512000", "5000,00", "0", ""), ("411000", "800,00", "0", "C9"), ("101000", "0", "5800,00", "")) + BASIC
    reading = books(rows)
    assert [(b.account_id, b.kind, b.day, b.balance_minor) for b in reading.balances] == [
        ("512000", "opening", date(2024, 12, 31), 500000),
        ("512000", "closing", date(2025, 3, 1), 512000),
    ]
    assert reading.questions[0].code == "import.question.opening_detail_customer"
    old = next(r for r in reading.invoices if r.partner_id == "C9")
    assert old.amount_minor == 80000 and old.assumed
    assert books(BASIC).balances == () and "import.note.no_opening_entries" in {n.code for n in books(BASIC).notes}


def test_a_factor_in_account_467_is_told() -> None:
    rows = [
        line("OD", 5, "20250320", "467100", "500,00", "0", CompteLib="Eurofactor"),
        line("OD", 5, "20250320", "411000", "0", "500,00", CompAuxNum="C1"),
    ]
    told = {n.code: dict(n.values) for n in books(BASIC + rows).notes}
    assert told["import.note.factor"] == {"account": "Eurofactor", "balance": "500.00"}


def test_the_rhythm_of_wages_vat_and_loans() -> None:
    rows = []
    for month in range(1, 7):
        day = f"2025{month:02d}"
        rows += [
            line("BQ", 100 + month, f"{day}28", "421000", f"{20000 + month},00", "0", CompteLib="Personnel"),
            line("BQ", 100 + month, f"{day}28", "512000", "0", f"{20000 + month},00"),
        ]
        rows += [
            line("BQ", 200 + month, f"{day}05", "164000", "900,00", "0", CompteLib="Prêt"),
            line("BQ", 200 + month, f"{day}05", "661000", "100,00", "0", CompteLib="Prêt"),
            line("BQ", 200 + month, f"{day}05", "512000", "0", "1000,00"),
        ]
    for month in (1, 4, 7):
        rows += [
            line("BQ", 300 + month, f"2025{month:02d}24", "445510", "3000,00", "0", CompteLib="TVA à décaisser"),
            line("BQ", 300 + month, f"2025{month:02d}24", "512000", "0", "3000,00"),
        ]
    found = {(p.category, p.every): (p.amount_minor, p.day, p.seen) for p in books(rows).planned}
    assert found[("wages", "month")] == (-2000400, date(2025, 7, 28), 6)
    assert found[("loan", "month")] == (-100000, date(2025, 7, 5), 6)
    assert found[("vat", "quarter")] == (-300000, date(2025, 10, 24), 3)


@given(
    moves=st.lists(
        st.tuples(
            st.sampled_from(["sale", "credit", "receipt", "back"]),
            st.integers(1, 9),
            st.sampled_from(["", "", "A", "B", "a"]),
            st.sampled_from(["C1", "C2"]),
            st.integers(1, 28),
        ),
        min_size=1,
        max_size=25,
    ),
    mode=st.sampled_from(["fifo", "keep"]),
)
@settings(derandomize=True, max_examples=80, deadline=None)
def test_nothing_is_lost_and_nothing_invented(moves: list[tuple[str, int, str, str, int]], mode: str) -> None:
    """What rows leave open is what lines add up to, but for lettered payments of invoices elsewhere, which are told."""
    rows: list[dict[str, str]] = []
    lines: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for number, (what, hundreds, letter, partner, day) in enumerate(moves, start=1):
        amount, when = hundreds * 120, f"202502{day:02d}"
        made = (
            sale(number, when, amount, letter, partner)
            if what in {"sale", "credit"}
            else receipt(number, when, amount, letter, partner)
        )
        if what in {"credit", "back"}:
            made = [{**r, "Debit": r["Credit"], "Credit": r["Debit"]} for r in made]
        rows += made
        sign = 1 if what in {"sale", "back"} else -1
        lines[partner, letter].append((what, sign * amount * 100))
    reading = books(rows, ReadOptions(unlettered=mode))  # type: ignore[arg-type]
    expected: Counter[tuple[str, str]] = Counter()
    for (partner, letter), members in lines.items():
        if not letter or any(what != "receipt" for what, _ in members):
            expected["customer", partner] += sum(amount for _, amount in members)
    assert left_open(reading) == {key: amount for key, amount in expected.items() if amount}
    keys = [(r.side, r.partner_id, r.number) for r in reading.invoices]
    assert len(keys) == len(set(keys)), "a payment could not say which invoice it settles"


# Third-party books, recomputed here from the raw lines with nothing of ours.

FILES = {
    "odicom_123456789FEC20200331.txt": ("|", "latin-1"),
    "agrigest_123456789FEC20230331.txt": ("\t", "latin-1"),
    "sage_coala_2020.txt": ("\t", "utf-8"),
}


def raw_lines(name: str) -> list[dict[str, str]]:
    delimiter, encoding = FILES[name]
    with Path(SHARED / "fec" / name).open(encoding=encoding, newline="") as stream:
        return [
            {k.strip().upper(): (v or "").strip() for k, v in r.items()}
            for r in csv.DictReader(stream, delimiter=delimiter, quoting=csv.QUOTE_NONE)
        ]


def raw_cents(text: str) -> int:
    return round(float(text.replace("+", "").replace(",", ".") or 0) * 100)


def raw_signed(row: dict[str, str]) -> int:
    signed = raw_cents(row["DEBIT"]) - raw_cents(row["CREDIT"])
    return signed if row["COMPTENUM"].startswith("41") else -signed


def raw_trade(name: str) -> list[dict[str, str]]:
    return [r for r in raw_lines(name) if r["COMPTENUM"][:2] in {"40", "41"}]


def raw_key(row: dict[str, str]) -> tuple[str, str, str]:
    return row["COMPTENUM"], row["COMPAUXNUM"], row["ECRITURELET"]


@needs("fec")
@pytest.mark.parametrize("name", list(FILES))
def test_lines_groups_and_open_balances_equal_the_raw_lines(name: str) -> None:
    reading = read(SHARED / "fec" / name)
    everything, trade = raw_lines(name), raw_trade(name)
    days = sorted(r["ECRITUREDATE"] for r in everything)
    assert (reading.accepted, reading.rejected, reading.duplicates) == (len(everything), 0, 0)
    assert reading.first_day and reading.last_day
    assert (f"{reading.first_day:%Y%m%d}", f"{reading.last_day:%Y%m%d}") == (days[0], days[-1])
    told = {n.code: dict(n.values) for n in reading.notes}
    assert told["import.note.books"]["debit"] == f"{sum(raw_cents(r['DEBIT']) for r in everything) / 100:.2f}"
    groups: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
    for row in trade:
        if row["ECRITURELET"]:
            groups[raw_key(row)].append(row)
    outside = {k for k, rows in groups.items() if all(raw_signed(r) < 0 for r in rows)}
    if groups:
        unsettled = [k for k, rows in groups.items() if k not in outside and sum(raw_signed(r) for r in rows) != 0]
        assert told["import.note.lettering"] == {"groups": str(len(groups)), "open_groups": str(len(unsettled))}
    else:
        assert "import.note.no_lettering" in told, "without lettering delays cannot be known, and it is said"
        assert all(r.assumed for r in reading.invoices if r.paid), "no delay is to be learnt from a rule"
    expected: Counter[tuple[str, str]] = Counter()
    for row in trade:
        if raw_key(row) not in outside:
            side = "customer" if row["COMPTENUM"].startswith("41") else "supplier"
            expected[side, row["COMPAUXNUM"] or row["COMPTENUM"]] += raw_signed(row)
    assert left_open(reading) == {key: amount for key, amount in expected.items() if amount}


def raw_entry(row: dict[str, str]) -> tuple[str, str, str]:
    return row["JOURNALCODE"], row["ECRITUREDATE"], row["PIECEREF"]


@needs("fec")
def test_delays_of_odicom_equal_the_raw_lines() -> None:
    """Groups of one invoice and one payment: the payment's entry has a cash account, days run from the piece's date."""
    name = "odicom_123456789FEC20200331.txt"
    everything = raw_lines(name)
    cash = {
        (r["JOURNALCODE"], r["ECRITUREDATE"], r["PIECEREF"])
        for r in everything
        if r["COMPTENUM"][:2] in {"51", "53", "54", "58"}
    }
    trades = {
        (r["JOURNALCODE"], r["ECRITUREDATE"], r["PIECEREF"])
        for r in everything
        if r["COMPTENUM"][:1] in "267" or r["COMPTENUM"][:4] in {"4456", "4457"}
    }
    groups: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
    for row in raw_trade(name):
        if row["ECRITURELET"]:
            groups[raw_key(row)].append(row)
    expected = {}
    for key, rows in groups.items():
        up, down = [r for r in rows if raw_signed(r) > 0], [r for r in rows if raw_signed(r) < 0]
        if (
            len(up) == len(down) == 1
            and raw_entry(down[0]) in cash
            and raw_entry(up[0]) in trades
            and key[0][:3] in {"401", "411"}
        ):
            days = datetime.strptime(down[0]["ECRITUREDATE"], "%Y%m%d") - datetime.strptime(up[0]["PIECEDATE"], "%Y%m%d")
            expected[key[1] or key[0], key[2]] = (raw_signed(up[0]), days.days)
    reading = read(SHARED / "fec" / name)
    found = {
        (r.partner_id, dict(r.extra)["letter"]): (r.amount_minor, (r.paid - r.issue).days)
        for r in reading.invoices
        if r.paid and r.issue and r.amount_minor > 0 and "letter" in dict(r.extra)
    }
    assert len(expected) > 100
    assert {key: found.get(key) for key in expected} == expected


@needs("fec")
def test_bank_balances_equal_the_raw_lines() -> None:
    for name in ("odicom_123456789FEC20200331.txt", "agrigest_123456789FEC20230331.txt"):
        sums: Counter[str] = Counter()
        for row in raw_lines(name):
            if row["COMPTENUM"].startswith(("512", "519", "53")):
                sums[row["COMPTENUM"]] += raw_cents(row["DEBIT"]) - raw_cents(row["CREDIT"])
        reading = read(SHARED / "fec" / name)
        assert {b.account_id: b.balance_minor for b in reading.balances if b.kind == "closing"} == dict(sums)
    assert read(SHARED / "fec" / "sage_coala_2020.txt").balances == ()
