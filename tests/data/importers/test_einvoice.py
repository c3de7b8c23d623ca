"""Electronic invoices: the same in every syntax, direction from the company's own identifiers, other documents by name."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.importers.cii import read_cii
from data.importers.einvoice import EInvoice
from data.importers.facturx import attached_xml
from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.recognise import read_files
from data.importers.ubl import read_ubl
from data.importers.xml_safety import local, parse_xml
from tests.data.importers.einvoices import BUYER, SIREN, cii, pdf, ubl
from tests.data.importers.shared_files import SHARED, codes, needs


def one(content: bytes | SourceFile, options: ReadOptions | None = None) -> Reading:
    file = content if isinstance(content, SourceFile) else SourceFile(name="invoice.xml", content=content)
    (reading,) = read_files((file,), options or ReadOptions(own_ids=(BUYER,)))
    return reading


def test_the_same_invoice_as_pdf_cii_and_ubl_is_one_record() -> None:
    readings = [one(ubl()), one(cii()), one(pdf({"factur-x.xml": cii(), "notes.txt": b"x"}))]
    assert [r.format for r in readings] == ["ubl", "cii", "facturx"]
    rows = [r.invoices[0] for r in readings]
    same = [
        (
            r.identity,
            r.side,
            r.number,
            r.partner_id,
            r.partner_name,
            r.issue,
            r.due,
            r.amount_minor,
            r.net_minor,
            r.vat_rate,
            r.terms,
        )
        for r in rows
    ]
    assert same[0] == same[1] == same[2]
    assert same[0] == (
        f"{SIREN}|F-1|2026", "supplier", "F-1", SIREN, "Acier SA", date(2026, 3, 15), date(2026, 4, 30), 12000, 10000, Decimal("0.2"), "30 jours fin de mois",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("own", "side"),
    [
        ((BUYER,), "supplier"),
        ((SIREN,), "customer"),
        (("732 829 320 00074",), "customer"),
        ((f"FR44{BUYER}",), "supplier"),
        (("GARAGE DU LAC",), "supplier"),
        (("acier s.a.",), None),
        ((SIREN, BUYER), None),
        ((), None),
    ],
)
def test_the_direction_comes_from_the_companys_own_identifiers(own: tuple[str, ...], side: str | None) -> None:
    reading = one(ubl(), ReadOptions(own_ids=own))
    assert reading.invoices[0].side == (side or "supplier")
    assert [q.code for q in reading.questions] == ([] if side else ["import.question.company"])


def test_an_invoice_of_the_other_side_is_refused() -> None:
    assert codes(one(ubl(), ReadOptions(own_ids=(BUYER,), side="customer"))) == ["import.other_side_supplier"]


@pytest.mark.parametrize("sign", ["", "-"])
def test_credit_notes_are_negative_whatever_sign_they_are_written_with(sign: str) -> None:
    amounts: dict[str, Any] = {"net": f"{sign}100.00", "vat": f"{sign}20.00", "gross": f"{sign}120.00"}
    for content in (
        ubl(kind="CreditNote", code="381", credits="F-0", **amounts),
        cii(code="381", credits="F-0", **amounts),
    ):
        (row,) = one(content).invoices
        assert (row.amount_minor, row.net_minor, row.credits, row.due) == (-12000, -10000, "F-0", date(2026, 4, 30))
    (correction,) = one(cii(code="384", net="-100.00", vat="-20.00", gross="-120.00", credits="F-0")).invoices
    assert (correction.amount_minor, correction.credits) == (-12000, "F-0")


def test_prepaid_and_rounding_leave_less_to_pay() -> None:
    (row,) = one(ubl(prepaid="50.00", rounding="0.02", payable="70.02")).invoices
    assert (row.amount_minor, row.open_minor) == (12000, 7002)
    wrong = one(ubl(prepaid="50.00", payable="71.00"))
    assert codes(wrong) == ["import.einvoice_payable_sum"] and wrong.accepted == 1
    assert codes(one(ubl(vat="21.00"))) == ["import.einvoice_vat_sum"]


def test_instalments_become_rows_with_their_own_days() -> None:
    reading = one(cii(instalments=(("20260430", "40.00"), ("20260531", "80.00"))))
    assert [(r.number, r.due, r.amount_minor) for r in reading.invoices] == [
        ("F-1", date(2026, 4, 30), 4000),
        ("F-1", date(2026, 5, 31), 8000),
    ]
    assert reading.accepted == 1 and reading.total_minor == {"EUR": 12000}
    partial = one(cii(instalments=(("20260430", "40.00"), ("20260531", "70.00"))))
    assert [(r.due, r.amount_minor) for r in partial.invoices] == [(date(2026, 4, 30), 12000)], (
        "instalments that are not the whole are not split"
    )


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("30 jours fin de mois", "30 jours fin de mois"),
        ("PAIEMENT 30 JOURS NET", "PAIEMENT 30 JOURS NET"),
        ("Payment within 30 days", "Payment within 30 days"),
        ("50% prepaid, 50% within one month", ""),
        ("2 % discount if paid within 2 days", ""),
        ("Zahlbar innerhalb 30 Tagen netto bis 04.07.2018", ""),
    ],
)
def test_only_terms_that_say_one_thing_give_a_due_date(text: str, terms: str) -> None:
    (row,) = one(ubl(due="", terms=text)).invoices
    assert (row.due, row.terms, dict(row.extra)["terms_text"]) == (None, terms, text)


def test_vat_on_receipt_and_other_currencies() -> None:
    (row,) = one(cii(more="<ram:DueDateTypeCode>72</ram:DueDateTypeCode>", currency="CHF")).invoices
    assert (row.on_receipt, row.currency) == (True, "CHF")
    assert codes(one(cii(currency="???"))) == ["import.unknown_currency"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (ubl(number=""), "import.missing_number"),
        (ubl(issue=""), "import.missing_date"),
        (ubl(issue="2026-02-30"), "import.bad_date"),
        (cii(issue="20260230"), "import.bad_date"),
        (cii(code="325"), "import.document_pro_forma"),
        (
            b'<?xml version="1.0"?><Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"><x/></Order>',
            "import.document_order",
        ),
        (b"<DespatchAdvice xmlns='urn:x'/>", "import.document_despatch"),
        (b"<rsm:SCRDMCCBDACIOMessageStructure xmlns:rsm='urn:x'/>", "import.document_order"),
        (b"<testSet><test/></testSet>", "import.document_other"),
        (ubl()[:-30], "import.xml_broken"),
        (ubl().replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', 1), "import.xml_doctype"),
        (b"<a>" * 200 + b"</a>" * 200, "import.xml_too_deep"),
    ],
)
def test_what_is_no_invoice_is_refused_by_name(content: bytes, code: str) -> None:
    reading = one(content)
    assert code in codes(reading) and (reading.accepted, len(reading.invoices)) == (0, 0)


def test_expanding_entities_are_never_opened() -> None:
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
        + b"".join(b'<!ENTITY a%d "%s">' % (i, b"&a%d;" % (i - 1) * 10) for i in range(1, 12))
        + b"]><Invoice>&a11;</Invoice>"
    )
    assert codes(one(bomb)) == ["import.xml_doctype"]


def test_an_envelope_of_a_network_is_opened() -> None:
    inner = ubl().split(b"?>", 1)[1]
    (row,) = one(
        b'<?xml version="1.0"?><StandardBusinessDocument xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader">'
        + inner
        + b"</StandardBusinessDocument>"
    ).invoices
    assert row.number == "F-1"


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (pdf({}), "import.pdf_without_data"),
        (pdf({"image.png": b"x"}), "import.pdf_without_data"),
        (pdf({"order-x.xml": b"<rsm:SCRDMCCBDACIOMessageStructure xmlns:rsm='urn:x'/>"}), "import.document_order"),
        (pdf({"factur-x.xml": cii()}, password="secret"), "import.pdf_locked"),
        (SourceFile(name="x.pdf", content=b"%PDF-1.7\nnothing"), "import.pdf_broken"),
    ],
)
def test_pdfs_without_data_are_refused_with_the_reason(file: SourceFile, code: str) -> None:
    assert codes(one(file)) == [code]


@given(cut=st.integers(0, 900), noise=st.binary(max_size=40))
@settings(derandomize=True, max_examples=60, deadline=None)
def test_any_damage_is_read_or_refused(cut: int, noise: bytes) -> None:
    for content in (ubl(), cii(), pdf({"factur-x.xml": cii()}).content):
        at = len(content) * cut // 1000
        reading = one(SourceFile(name="x", content=content[:at] + noise + content[at:]))
        assert "import.unreadable" not in codes(reading)


def expected() -> list[dict[str, str]]:
    path = SHARED / "einvoices" / "expected_einvoices.csv"
    return list(csv.DictReader(path.open(encoding="utf-8"))) if path.exists() else []


def document_of(told: dict[str, str]) -> EInvoice:
    content = (SHARED / "einvoices" / told["file"]).read_bytes()
    root = parse_xml(attached_xml(content)[1] if told["file"].endswith(".pdf") else content)
    return read_cii(root, told["file"]) if local(root).startswith("CrossIndustry") else read_ubl(root, told["file"])


def plain(value: Any) -> str | Decimal:
    return (
        value
        if isinstance(value, Decimal)
        else ""
        if value is None
        else value.isoformat()
        if isinstance(value, date)
        else " ".join(str(value).split())
    )


@needs("einvoices")
@pytest.mark.parametrize("told", [r for r in expected() if not r["syntax"].startswith("other")], ids=lambda r: r["file"])
def test_third_party_invoices_say_what_is_expected(told: dict[str, str]) -> None:
    found = document_of(told)
    for name, value in (("syntax", found.syntax), ("number", found.number), ("type", found.type_code), ("issue", found.issue), ("due", found.due),
                        ("currency", found.currency), ("seller", found.seller.name), ("buyer", found.buyer.name), ("terms", found.terms),
                        ("net", found.net), ("gross", found.gross), ("payable", found.payable), ("prepaid", found.prepaid)):  # fmt: skip
        amount = name in {"net", "gross", "payable", "prepaid"} and told[name]
        assert plain(value) == (Decimal(told[name]) if amount else " ".join(told[name].split())), name
    reading = one(SourceFile(name=told["file"], content=(SHARED / "einvoices" / told["file"]).read_bytes()))
    sign = -1 if told["type"] == "381" else 1
    assert (reading.accepted, reading.rejected) == (1, 0)
    assert reading.total_minor == {told["currency"]: sign * int(Decimal(told["gross"]) * 100)}


@needs("einvoices")
def test_third_party_documents_that_are_none_are_refused_by_name() -> None:
    others = [r for r in expected() if r["syntax"].startswith("other")]
    assert len(others) > 20
    for told in others:
        reading = one(SourceFile(name=told["file"], content=(SHARED / "einvoices" / told["file"]).read_bytes()))
        order = "SCRDM" in told["syntax"]
        assert codes(reading) == ["import.document_order" if order else "import.document_other"], told["file"]
        assert dict(reading.problems[0].values)["text"] == told["syntax"].removeprefix("other:")


@needs("einvoices")
def test_three_syntaxes_of_one_third_party_invoice_share_their_identity() -> None:
    for name in ("EN16931_Einfach", "EN16931_Miete", "EN16931_Rabatte", "EN16931_Gutschrift", "EN16931_1_Teilrechnung"):
        folder = SHARED / "einvoices"
        files = [
            folder / "zugferd_cii" / f"{name}.cii.xml",
            folder / "zugferd_ubl" / f"{name}.ubl.xml",
            folder / "zugferd_fx" / f"{name}.pdf",
        ]
        rows = [one(SourceFile(name=f.name, content=f.read_bytes())).invoices[0] for f in files]
        assert len({(r.identity, r.partner_id, r.number, r.amount_minor, r.issue, r.due) for r in rows}) == 1, name
