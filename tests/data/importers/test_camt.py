"""Bank messages of ISO 20022: balances that must add up, batches, reversals, pending entries, every version."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.recognise import read_files
from tests.data.importers.shared_files import SHARED, codes, needs, read

IBAN = "FR7630006000011234567890189"


def balance(code: str, amount: str, day: str, currency: str = "EUR", sign: str = "CRDT") -> str:
    return f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>'


def entry(
    amount: str,
    sign: str = "CRDT",
    details: str = "",
    status: str = "BOOK",
    day: str = "<BookgDt><Dt>2026-03-02</Dt></BookgDt>",
    currency: str = "EUR",
    more: str = "",
) -> str:
    return f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{more}<Sts>{status}</Sts>{day}<ValDt><Dt>2026-03-03</Dt></ValDt><AcctSvcrRef>REF{amount}</AcctSvcrRef><NtryDtls>{details}</NtryDtls></Ntry>'


def message(*parts: str, kind: str = "053", version: str = "02", name: str = "bank.xml") -> SourceFile:
    outer, inner = {
        "053": ("BkToCstmrStmt", "Stmt"),
        "052": ("BkToCstmrAcctRpt", "Rpt"),
        "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    }[kind]
    head = f"<Id>1</Id><CreDtTm>2026-03-04T08:00:00</CreDtTm><Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    text = f'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version}"><{outer}><GrpHdr><MsgId>1</MsgId></GrpHdr><{inner}>{head}{"".join(parts)}</{inner}></{outer}></Document>'
    return SourceFile(name=name, content=text.encode())


def one(file: SourceFile) -> Reading:
    (reading,) = read_files((file,), ReadOptions())
    return reading


TX = '<TxDtls><Refs><EndToEndId>E{0}</EndToEndId></Refs><Amt Ccy="EUR">{0}</Amt><RltdPties><Dbtr>{1}</Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>Facture F-{0}</Ustrd></RmtInf></TxDtls>'


@pytest.mark.parametrize("version", ["02", "04", "08", "13"])
def test_a_statement_whose_balances_add_up(version: str) -> None:
    party = "<Nm>Dupont SA</Nm>" if version < "08" else "<Pty><Nm>Dupont SA</Nm></Pty>"
    status = "BOOK" if version < "08" else "<Cd>BOOK</Cd>"
    file = message(balance("OPBD", "100.00", "2026-03-01"), entry("50.25", details=TX.format("50.25", party), status=status), entry("20.00", "DBIT", status=status),
                   balance("CLBD", "130.25", "2026-03-02"), version=version)  # fmt: skip
    reading = one(file)
    assert (reading.format, reading.accepted, reading.total_minor, codes(reading)) == ("camt", 2, {"EUR": 3025}, [])
    first = reading.bank[0]
    assert (first.account_id, first.day, first.value_day, first.amount_minor) == (
        IBAN,
        date(2026, 3, 2),
        date(2026, 3, 3),
        5025,
    )
    assert (first.counterparty, first.counterparty_account, first.reference, first.label) == (
        "Dupont SA",
        "DE89370400440532013000",
        "E50.25",
        "Facture F-50.25",
    )
    assert [(b.kind, b.balance_minor, b.day) for b in reading.balances] == [
        ("opening", 10000, date(2026, 3, 1)),
        ("closing", 13025, date(2026, 3, 2)),
    ]


def test_a_statement_that_does_not_add_up_is_refused_with_the_difference() -> None:
    reading = one(message(balance("OPBD", "100.00", "2026-03-01"), entry("50.25"), balance("CLBD", "150.00", "2026-03-02")))
    (found,) = reading.problems
    assert found.code == "import.balance_mismatch" and dict(found.values)["difference"] == "-0.25"
    assert (reading.accepted, reading.rejected, reading.bank, reading.balances) == (0, 1, (), ())


def test_a_batch_is_split_where_its_details_add_up() -> None:
    split = one(message(entry("30.00", details=TX.format("10.00", "<Nm>A</Nm>") + TX.format("20.00", "<Nm>B</Nm>"))))
    assert [(r.amount_minor, r.counterparty, r.bank_reference) for r in split.bank] == [
        (1000, "A", "REF30.00/1"),
        (2000, "B", "REF30.00/2"),
    ]
    assert split.accepted == 1
    whole = one(message(entry("31.00", details=TX.format("10.00", "<Nm>A</Nm>") + TX.format("20.00", "<Nm>B</Nm>"))))
    assert [(r.amount_minor, r.label) for r in whole.bank] == [(3100, "Facture F-10.00 Facture F-20.00")]


def test_a_reversal_goes_the_way_that_it_says() -> None:
    reading = one(message(entry("30.00", "DBIT", more="<RvslInd>true</RvslInd>")))
    assert reading.bank[0].amount_minor == -3000


def test_pending_entries_move_nothing_yet() -> None:
    reading = one(
        message(
            balance("OPBD", "1.00", "2026-03-01"),
            entry("50.00", status="PDNG"),
            entry("2.00"),
            balance("CLBD", "3.00", "2026-03-02"),
        )
    )
    assert [r.amount_minor for r in reading.bank] == [200]
    assert [n.code for n in reading.notes] == ["import.note.pending_entries"]


def test_available_and_forward_balances_are_no_cash() -> None:
    reading = one(message(balance("OPAV", "9.00", "2026-03-01"), balance("CLAV", "9.00", "2026-03-02"), entry("2.00")))
    assert reading.balances == () and "import.note.no_balance" in [n.code for n in reading.notes]


def test_the_closing_of_the_day_before_is_an_opening_and_debts_are_negative() -> None:
    reading = one(
        message(
            balance("PRCD", "5.00", "2026-03-01", sign="DBIT"),
            entry("2.00"),
            balance("CLBD", "3.00", "2026-03-02", sign="DBIT"),
        )
    )
    assert [b.balance_minor for b in reading.balances] == [-500, -300]


def test_a_report_within_the_day_is_not_held_to_a_balance_that_may_cover_other_reports() -> None:
    reading = one(
        message(balance("OPBD", "5.00", "2026-03-02"), balance("ITBD", "99.00", "2026-03-02"), entry("2.00"), kind="052")
    )
    assert [(b.kind, b.balance_minor) for b in reading.balances] == [("closing", 9900)] and reading.accepted == 1


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((entry("dix"),), "import.bad_amount"),
        ((entry("1.005"),), "import.fraction_of_cent"),
        ((entry("1.00", currency="?"),), "import.unknown_currency"),
        ((entry("1.00", day="<BookgDt><Dt>2026-02-31</Dt></BookgDt>"),), "import.bad_date"),
        ((entry("1.00"), entry("1.00", currency="USD")), "import.several_currencies"),
        ((), "import.statement_empty"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_taken(parts: tuple[str, ...], code: str) -> None:
    reading = one(message(*parts))
    assert codes(reading) == [code] and not reading.bank and reading.accepted == 0


def test_currencies_without_cents() -> None:
    reading = one(message(entry("1500", currency="JPY").replace("EUR", "JPY")))
    assert codes(reading) == ["import.several_currencies"], "the account says EUR"


@given(content=st.binary(max_size=400))
@settings(derandomize=True, max_examples=60, deadline=None)
def test_any_bytes_inside_a_message_are_read_or_refused(content: bytes) -> None:
    whole = message(entry("50.25"), balance("CLBD", "130.25", "2026-03-02")).content
    at = whole.index(b"<Ntry>")
    reading = one(SourceFile(name="x.xml", content=whole[:at] + content + whole[at:]))
    assert "import.unreadable" not in codes(reading)


@needs("bank")
def test_messages_equal_what_another_parser_says_of_them() -> None:
    """Amounts, days and balances as genkgo/camt dumps them; where these do not add up we refuse."""
    for path in sorted((SHARED / "bank" / "genkgo_camt").glob("*.xml")):
        told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        entries = [(int(e["getAmount"]["getAmount"]), e["getAmount"]["getCurrency"]["getCode"]) for e in told["getEntries"]]
        stated = {b["getType"]: b["getAmount"] for b in told["getEntries"][0]["getRecord"].get("getBalances", [])[::-1]}
        reading = read(path)
        opening, closing = stated.get("opening"), stated.get("closing")
        currencies = {c for _, c in entries} | {b["getCurrency"]["getCode"] for b in (opening, closing) if b}
        if len(currencies) > 1:
            assert codes(reading) == ["import.several_currencies"], path.name
        elif opening and closing and int(opening["getAmount"]) + sum(a for a, _ in entries) != int(closing["getAmount"]):
            assert codes(reading) == ["import.balance_mismatch"], path.name
        else:
            assert [(r.amount_minor, r.currency) for r in reading.bank] == entries, path.name
            days = [e["getBookingDate"]["0"][:10] if e["getBookingDate"] else None for e in told["getEntries"]]
            assert all(d is None or d == r.day.isoformat() for d, r in zip(days, reading.bank, strict=True))
