"""MT940, OFX and CFONB 120: lines, signs and balances, and statements that do not add up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.importers.cfonb120 import amount_of
from data.importers.protocol import Reading
from tests.data.importers.shared_files import SHARED, codes, needs, read, read_text

MT940 = """{1:F01BANKFRPPXXXX0000000000}{4:
:20:STATEMENT1
:25:FR7630006000011234567890189
:28C:00042/001
:60F:C260301EUR1000,00
:61:2603020302C250,5NTRFF-2026-001//BANK0001
virement recu
:86:/EREF/F-2026-001/NAME/DUPONT SA/IBAN/DE89370400440532013000/REMI/Facture F-2026-001
:61:2603030303D100,NCHGNONREF
:86:Frais de tenue
de compte
:61:2512310102RD20,00NMSCNONREF
:62F:C260303EUR1170,50
:86:fin
-}
"""


def test_an_mt940_statement() -> None:
    reading = read_text(MT940, name="statement.sta")
    assert (reading.format, reading.accepted, reading.total_minor, codes(reading)) == ("mt940", 3, {"EUR": 17050}, [])
    first, second, third = reading.bank
    assert (first.day, first.value_day, first.amount_minor, first.reference, first.bank_reference) == (
        date(2026, 3, 2),
        date(2026, 3, 2),
        25050,
        "F-2026-001",
        "BANK0001",
    )
    assert (first.counterparty, first.counterparty_account, first.label) == (
        "DUPONT SA",
        "DE89370400440532013000",
        "virement recu Facture F-2026-001",
    )
    assert (second.amount_minor, second.label, second.reference) == (-10000, "Frais de tenue de compte", "")
    assert (third.amount_minor, third.value_day, third.day) == (2000, date(2025, 12, 31), date(2026, 1, 2))
    assert [(b.account_id, b.kind, b.balance_minor) for b in reading.balances] == [
        ("FR7630006000011234567890189", "opening", 100000),
        ("FR7630006000011234567890189", "closing", 117050),
    ]


def test_the_wording_of_german_banks() -> None:
    text = MT940.replace("/EREF/F-2026-001/NAME/DUPONT SA/IBAN/DE89370400440532013000/REMI/Facture F-2026-001",
                         "166?00GUTSCHRIFT?20EREF+E2E 1?21SVWZ+Rechnung?22 F-1?30BANKDEFF?31DE89370400440532013000?32DUPONT?33SARL")  # fmt: skip
    first = read_text(text).bank[0]
    assert (first.label, first.counterparty, first.counterparty_account) == (
        "virement recu Rechnung F-1",
        "DUPONT SARL",
        "DE89370400440532013000",
    )


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("EUR1170,50", "EUR1170,51", "import.balance_mismatch"),
        ("C260301EUR1000,00", "X260301EUR1000,00", "import.mt940_field"),
        ("C260301EUR1000,00", "C260231EUR1000,00", "import.impossible_date"),
        (":61:2603030303D100,", ":61:26030303D,", "import.mt940_field"),
        (":25:FR7630006000011234567890189\n", "", "import.statement_incomplete"),
    ],
)
def test_an_mt940_statement_that_is_wrong_is_refused(old: str, new: str, code: str) -> None:
    reading = read_text(MT940.replace(old, new))
    assert code in codes(reading) and (reading.accepted, reading.bank, reading.balances) == (0, (), ())


OFX1 = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
CHARSET:1252

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR
<BANKACCTFROM><BANKID>30006<BRANCHID>00001<ACCTID>12345678901<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260301<DTEND>20260331
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260302120000[-5:EST]<DTAVAIL>20260303<TRNAMT>+250,50<FITID>A1<NAME>DUPONT &amp; FILS<MEMO>Facture F-1</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260303<TRNAMT>-100.00<FITID>A2<NAME>Frais
</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260303<TRNAMT>-100.00<FITID>A2<NAME>Frais</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>1150.50<DTASOF>20260331</LEDGERBAL><AVAILBAL><BALAMT>9999<DTASOF>20260331</AVAILBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


def as_xml(text: str) -> str:
    """The same statement in version 2: every element is closed."""
    body = text[text.index("<OFX>") :].replace("<OFX>", "<OFX >", 1)
    closed = re.sub(r"<([A-Z0-9]+)>([^<\n]+)", r"<\1>\2</\1>", body)
    return '<?xml version="1.0" encoding="UTF-8"?><?OFX OFXHEADER="200" VERSION="211"?>' + closed.replace(
        "<OFX >", "<OFX>", 1
    )


@pytest.mark.parametrize("version", [1, 2])
def test_an_ofx_statement(version: int) -> None:
    reading = read_text(OFX1 if version == 1 else as_xml(OFX1), name="statement.ofx")
    assert (reading.format, reading.accepted, reading.duplicates, reading.total_minor) == ("ofx", 2, 1, {"EUR": 15050})
    first, second = reading.bank
    assert (first.account_id, first.day, first.value_day, first.amount_minor) == (
        "300060000112345678901",
        date(2026, 3, 2),
        date(2026, 3, 3),
        25050,
    )
    assert (first.label, first.counterparty, first.bank_reference) == ("DUPONT & FILS Facture F-1", "DUPONT & FILS", "A1")
    assert second.amount_minor == -10000
    assert [(b.kind, b.balance_minor, b.day) for b in reading.balances] == [("closing", 115050, date(2026, 3, 31))]
    assert "import.note.balance_unchecked" in [n.code for n in reading.notes]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (OFX1.replace("+250,50", "deux cents"), "import.bad_amount"),
        (OFX1.replace("20260302120000", "20260230120000"), "import.impossible_date"),
        (
            "OFXHEADER:100\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>15500<SEVERITY>ERROR<MESSAGE>Refus</STATUS></SONRS></SIGNONMSGSRSV1></OFX>",
            "import.ofx_error",
        ),
        ("OFXHEADER:100\n<OFX><INVSTMTMSGSRSV1><INVSTMTRS></INVSTMTRS></INVSTMTMSGSRSV1></OFX>", "import.ofx_investment"),
        ("OFXHEADER:100\n<OFX></OFX>", "import.statement_empty"),
    ],
)
def test_an_ofx_statement_that_is_wrong_is_refused(text: str, code: str) -> None:
    reading = read_text(text)
    assert code in codes(reading) and not reading.bank


def overpunched(minor: int) -> str:
    digits = f"{abs(minor):014d}"
    return digits[:-1] + ("{ABCDEFGHI" if minor >= 0 else "}JKLMNOPQR")[int(digits[-1])]


def cfonb(kind: str, day: str, minor: int, label: str = "", reference: str = "", account: str = "12345678901") -> str:
    head = f"{kind}30006{'0105' if kind == '04' else '    '}00001EUR2 {account}{'05' if kind == '04' else '  '}{day}"
    return f"{head}  {day if kind == '04' else '      '}{label:31}  {'0000001':7}0 {overpunched(minor)}{reference:16}"


def complement(kind: str, text: str) -> str:
    return f"05300060105{'00001'}EUR2 12345678901050203265{'':4}{kind:3}{text:70}"[:45].ljust(45) + f"{kind:3}{text:70}  "


CFONB = [
    cfonb("01", "280226", -50000),
    cfonb("04", "020326", 125000, "VIR SEPA RECU", "F-2026-001"),
    complement("NPY", "DUPONT SA"),
    complement("LIB", "FACTURE F-2026-001"),
    cfonb("04", "030326", -1001, "FRAIS"),
    cfonb("07", "030326", 73999),
]


@pytest.mark.parametrize("join", ["\n", "\r\n", "\n\n", ""])
def test_a_cfonb_statement(join: str) -> None:
    assert all(len(r) == 120 for r in CFONB)
    reading = read_text(join.join(CFONB), name="releve.txt")
    assert (reading.format, reading.accepted, reading.total_minor, codes(reading)) == ("cfonb120", 2, {"EUR": 123999}, [])
    first = reading.bank[0]
    assert (first.account_id, first.day, first.amount_minor, first.counterparty) == (
        "300060000112345678901",
        date(2026, 3, 2),
        125000,
        "DUPONT SA",
    )
    assert (first.label, first.reference) == ("VIR SEPA RECU FACTURE F-2026-001", "F-2026-001")
    assert [(b.kind, b.balance_minor, b.day) for b in reading.balances] == [
        ("opening", -50000, date(2026, 2, 28)),
        ("closing", 73999, date(2026, 3, 3)),
    ]


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([*CFONB[:-1], cfonb("07", "030326", 74000)], "import.balance_mismatch"),
        (CFONB[:-1], "import.statement_incomplete"),
        (CFONB[1:], "import.statement_incomplete"),
        ([cfonb("01", "310226", -50000), *CFONB[1:]], "import.impossible_date"),
        ([*CFONB[:-1], cfonb("07", "030326", 73999, account="99999999999")], "import.cfonb_account"),
        ([CFONB[0], CFONB[1][:90] + "XXXXXXXXXXXXXX" + CFONB[1][104:], *CFONB[2:]], "import.bad_amount"),
        ([CFONB[0], "99" + CFONB[1][2:], *CFONB[1:]], "import.cfonb_record"),
    ],
)
def test_a_cfonb_statement_that_is_wrong_is_refused(records: list[str], code: str) -> None:
    reading = read_text("\n".join(records))
    assert code in codes(reading) and not reading.bank


@given(minor=st.integers(-(10**12), 10**12))
@settings(derandomize=True, max_examples=100, deadline=None)
def test_the_sign_in_the_last_digit(minor: int) -> None:
    assert amount_of(overpunched(minor), "2", "EUR") == minor
    assert amount_of(overpunched(minor), "0", "JPY") == minor


@given(text=st.text(alphabet=st.characters(min_codepoint=9, max_codepoint=400), max_size=120), at=st.integers(0, 1000))
@settings(derandomize=True, max_examples=80, deadline=None)
def test_any_text_inside_a_statement_is_read_or_refused(text: str, at: int) -> None:
    for whole in (MT940, OFX1, "\n".join(CFONB)):
        place = len(whole) * at // 1000
        reading: Reading = read_text(whole[:place] + text + whole[place:])
        assert "import.unreadable" not in codes(reading)


# Third-party statements, added up here from the raw text with nothing of ours.


def raw_mt940(path: Path) -> Iterator[tuple[int, list[int], int]]:
    """Opening, movements and closing of each statement that has all three."""
    opening, moves = None, list[int]()
    for tag, text in re.findall(r"(?m)^:(60[FM]|61|62[FM]):(.*)$", path.read_bytes().decode("latin-1").replace("\r", "")):
        if tag == "61":
            found = re.match(r"\d{6}(?:\d{4})?(R?)([CD])[A-Z]?([\d,]+)", text)
            assert found
            sign = (1 if found[2] == "C" else -1) * (-1 if found[1] else 1)
            moves.append(sign * int(Decimal(found[3].replace(",", ".").rstrip(".")) * 100))
            continue
        sign, amount = (1 if text[0] == "C" else -1), int(Decimal(text[10:].strip().replace(",", ".").rstrip(".")) * 100)
        if tag.startswith("60"):
            opening, moves = sign * amount, []
        elif opening is not None:
            yield opening, moves, sign * amount


@needs("bank")
def test_third_party_mt940_add_up_or_are_refused() -> None:
    for path in sorted((SHARED / "bank").glob("mt940_*/*.sta")):
        reading, statements = read(path), list(raw_mt940(path))
        assert reading.format == "mt940"
        if not statements:
            assert set(codes(reading)) == {"import.statement_incomplete"}, path.name
        elif any(opening + sum(moves) != closing for opening, moves, closing in statements):
            assert set(codes(reading)) == {"import.balance_mismatch"}, path.name
            assert len(codes(reading)) == sum(opening + sum(moves) != closing for opening, moves, closing in statements)
        else:
            assert [b.amount_minor for b in reading.bank] == [m for _, moves, _ in statements for m in moves], path.name


@needs("bank")
@pytest.mark.parametrize(
    ("name", "lines", "total", "balances", "refused"),
    [
        ("ofxparse/anzcc.ofx", 1, {"AUD": -550}, [-12345], []),
        ("ofxparse/bank_medium.ofx", 3, {"CAD": -660 - 31667 - 2200}, [38234], []),
        ("ofxparse/checking.ofx", 3, {"USD": 1 - 3451 - 2500}, [10099], []),
        ("ofxparse/multiple_accounts.ofx", 0, {}, [11100, 22200], []),
        ("ofxparse/bank_small.ofx", 0, {}, [], ["import.statement_empty"]),
        ("ofxparse/signon_fail.ofx", 0, {}, [], ["import.ofx_error"]),
        ("ofxparse/signon_success.ofx", 0, {}, [], ["import.statement_empty"]),
        ("ofxtools/stmtrs.ofx", 2, {"USD": -50000}, [20029], []),
        ("ofxtools/profrs.ofx", 0, {}, [], ["import.ofx_error"]),
        ("ekylibre/ofx_valid.ofx", 1, {"EUR": -3456}, [98765], []),
        ("ekylibre/ofx_without_newlines.ofx", 1, {"EUR": -3456}, [], []),
        (
            "cfonb_pennylane/example.txt",
            6,
            {"EUR": -3221 - 1070 - 790 + 9749 - 1210 - 790},
            [-19040, -24121, -24121, -16372],
            [],
        ),
        ("cfonb_pennylane/operation.txt", 0, {}, [], ["import.statement_incomplete"]),
        ("cfonb_silarhi/simple-test.txt", 0, {}, [1669565, 1669565], []),
    ],
)
def test_third_party_statements(
    name: str, lines: int, total: dict[str, int], balances: list[int], refused: list[str]
) -> None:
    reading = read(SHARED / "bank" / name)
    assert (reading.accepted, reading.total_minor, codes(reading)) == (lines, total, refused)
    assert [b.balance_minor for b in reading.balances] == balances


@needs("bank")
def test_a_cfonb_statement_without_its_dates_is_refused() -> None:
    found = codes(read(SHARED / "bank" / "cfonb_pennylane" / "invalid_date.txt"))
    assert "import.bad_date" in found and "import.unreadable" not in found
