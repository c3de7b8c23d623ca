"""A gallery of broken and hostile input: each gives a clear problem with its sentence in both languages, never an error."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.importers import limits
from data.importers.archive import unpack
from data.importers.preview import preview
from data.importers.protocol import Question, Reading, ReadOptions, SourceFile
from data.importers.recognise import IMPORTERS, read_files
from pages.ui.i18n import Translator, catalogue
from tests.data.importers.einvoices import cii, pdf, ubl
from tests.data.importers.shared_files import SHARED, codes, needs, read_text
from tests.data.importers.test_csv_file import FRENCH
from tests.data.importers.test_fec import BASIC, fec
from tests.data.importers.workbooks import archive, workbook

ROOT = Path(__file__).resolve().parents[3]
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64)


def bomb(megabytes: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("zeros.csv", bytes(megabytes << 20))
    return stream.getvalue()


def lying_bomb() -> bytes:
    """An archive whose directory says that its file is small."""
    content = bytearray(bomb(30))
    size = (30 << 20).to_bytes(4, "little")
    return bytes(content).replace(size, (1000).to_bytes(4, "little"))


def nested(depth: int) -> bytes:
    content = FRENCH.encode()
    name = "file.csv"
    for level in range(depth):
        content = archive({name: content}).content
        name = f"level{level}.zip"
    return content


def locked() -> bytes:
    content = bytearray(archive({"a.csv": FRENCH.encode()}).content)
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = content.index(mark) + (6 if mark.endswith(b"\x04") else 8)
        content[at] |= 1
    return bytes(content)


GALLERY = {
    "empty": (b"", "import.empty"),
    "blank": (b" \r\n\t\n", "import.empty"),
    "only a mark": (b"\xef\xbb\xbf", "import.empty"),
    "picture as csv": (PNG, "import.is_picture"),
    "photo as xlsx": (b"\xff\xd8\xff\xe0" + bytes(100), "import.is_picture"),
    "program": (b"MZ\x90\x00\x03" + bytes(200), "import.is_program"),
    "packed otherwise": (gzip.compress(FRENCH.encode()), "import.is_packed"),
    "a letter": (archive({"[Content_Types].xml": b"x", "word/document.xml": b"<x/>"}).content, "import.is_document"),
    "database": (b"SQLite format 3\x00" + bytes(100), "import.is_database"),
    "noise": (bytes(range(256)) * 20, "import.unknown_binary"),
    "prose": (b"Bonjour,\nvoici les factures en piece jointe.\nCordialement", "import.no_header"),
    "header only": (b"Facture;Client;Date;Montant TTC\n", "import.no_rows"),
    "other columns": (b"a;b;c\n1;2;3\n", "import.unknown_table"),
    "no header": (b"28/01/2018;2;MG-87;74,69\n29/01/2018;0;RI-39;29,81\n", "import.no_header"),
    "zip bomb": (bomb(300), "import.archive_bomb"),
    "zip that lies": (lying_bomb(), "import.archive_b"),
    "zips in zips": (nested(4), "import.archive_nested"),
    "path outside": (archive({"../../etc/passwd": b"x"}).content, "import.archive_bad_name"),
    "absolute path": (archive({"/etc/passwd": b"x"}).content, "import.archive_bad_name"),
    "locked zip": (locked(), "import.archive_locked"),
    "empty zip": (archive({}).content, "import.archive_empty"),
    "torn zip": (archive({"a.csv": FRENCH.encode()}).content[:60], "import.archive_broken"),
    "entities": (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Invoice>&b;</Invoice>', "import.xml_doctype"),
    "entities in utf-16": ('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><Invoice/>'.encode("utf-16"), "import.xml_doctype"),
    "torn xml": (ubl()[:400], "import.xml_broken"),
    "deep xml": (b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'>" + b"<a>" * 400, "import.xml_too_deep"),
    "pdf without data": (pdf({}).content, "import.pdf_without_data"),
    "a web page": (b"<html><body>factures</body></html>", "import.is_web_page"),
    "json": (b'{"invoices": [{"number": "F1", "amount": 12.5}]}', "import.is_json"),
    "yaml": (b"---\n- number: F1\n  amount: 12\n", "import.is_data"),
    "qif": (b"!Type:Bank\nD01/03/2026\nT1190.00\nPALPHA\n^\n", "import.is_qif"),
    "a mail": (b"Received: from a\nFrom: b@example.com\nSubject: facture\n\nBonjour\n", "import.is_mail"),
    "a licence": (b"You may copy this work and all of it.\nYou may not sell this work to others.\nThere is no warranty at all.\n", "import.is_prose"),
    "sums alone": (b"Facture;Client;Date;Montant TTC\nTotal;;;\n", "import.no_rows"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(GALLERY))
def test_each_piece_of_the_gallery_is_refused_with_its_reason(name: str) -> None:
    content, code = GALLERY[name]
    readings = read_files((SourceFile(name="factures.csv", content=content),), ReadOptions())
    found = [c for reading in readings for c in codes(reading)]
    assert any(c.startswith(code) for c in found), found
    assert all(reading.accepted == 0 and not reading.invoices for reading in readings)
    assert all(p.file.startswith("factures.csv") for reading in readings for p in reading.problems)


def test_a_file_beyond_the_limit_is_not_even_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits.FILE_SIZE_LIMIT == 200 * 1024 * 1024
    monkeypatch.setattr("data.importers.recognise.FILE_SIZE_LIMIT", 1000)
    assert codes(read_text("Facture;Client;Date;Montant\n" + "F1;A;01/02/2026;1\n" * 100)) == ["import.too_large"]


def test_more_rows_or_columns_than_a_table_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.importers.table.ROW_LIMIT", 50)
    assert codes(read_text("Facture;Client;Date;Montant\n" + "F1;A;01/02/2026;1\n" * 100)) == ["import.too_many_rows"]
    wide = ";".join(f"c{i}" for i in range(2000))
    assert codes(read_text(f"{wide}\n{wide}\n")) == ["import.too_many_columns"]


def test_a_cell_without_end() -> None:
    reading = read_text(
        'Facture;Client;Date;Montant TTC\nF1;"Dupont;01/02/2026;1,00\n' + "F2;Durand;01/02/2026;2,00\n" * 9000
    )
    assert "import.unclosed_quote" in codes(reading) and reading.accepted > 0


def test_only_the_first_of_very_many_problems_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.importers.findings.PROBLEM_LIMIT", 5)
    reading = read_text("Facture;Client;Date;Montant\n" + "".join(f"F{i};A;31/02/2026;1\n" for i in range(9)))
    assert codes(reading) == ["import.impossible_date"] * 5 + ["import.more_problems"]
    assert dict(reading.problems[-1].values) == {"count": "4"} and reading.rejected == 9


def test_a_good_archive_is_opened_and_its_litter_left() -> None:
    file = archive(
        {
            "2026/ventes.csv": FRENCH.encode(),
            "__MACOSX/x": b"x",
            "2026/.DS_Store": b"x",
            "releve/deep.zip": archive({"f.xml": cii()}).content,
        }
    )
    readings = read_files((file,), ReadOptions(own_ids=("552100554",)))
    assert [(r.file, r.format, r.accepted) for r in readings] == [
        ("files.zip/2026/ventes.csv", "csv", 3),
        ("files.zip/releve/deep.zip/f.xml", "cii", 1),
    ]
    assert len(list(unpack(file))) == 2


def test_several_files_of_all_kinds_at_once() -> None:
    files = (
        SourceFile(name="a", content=FRENCH.encode()),
        fec(BASIC),
        SourceFile(name="b", content=b""),
        workbook({"S": [["Facture", "Client", "Date", "Montant TTC"], ["F1", "A", date(2026, 1, 2), 5]]}),
    )
    assert [(r.format, r.accepted) for r in read_files(files, ReadOptions())] == [
        ("csv", 3),
        ("fec", 8),
        ("unknown", 0),
        ("xlsx", 1),
    ]


@given(content=st.binary(max_size=3000))
@settings(derandomize=True, max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for reading in read_files((SourceFile(name="x", content=content),), ReadOptions()):
        assert "import.unreadable" not in codes(reading)
    preview(SourceFile(name="x", content=content), ReadOptions())


@pytest.mark.parametrize("name", list(GALLERY))
def test_the_screen_can_show_whatever_was_dropped(name: str) -> None:
    preview(SourceFile(name="f", content=GALLERY[name][0]), ReadOptions())


WORDS = ["Facture", "Client", "Date", "Échéance", "Montant TTC", "Solde", "Débit", "Crédit", "Compte", "Lettrage", "Devise", "Total", "Non échu", "1-30", "31-60",
         "Quantité", "Prix unitaire", "Journal", "Libellé", "F1", "Dupont", "01/02/2026", "31/02/2026", "1 234,56", "-5", "EUR", "411DUP", "707000", "", "", "=1+1", '"', "x" * 50]  # fmt: skip


@given(
    rows=st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8), min_size=1, max_size=14),
    mark=st.sampled_from(";,\t|"),
)
@settings(derandomize=True, max_examples=250, deadline=None)
def test_any_table_of_likely_words_is_read_or_refused_and_its_rows_add_up(rows: list[list[str]], mark: str) -> None:
    text = "\n".join(mark.join(row) for row in rows)
    reading = read_text(text)
    assert "import.unreadable" not in codes(reading)
    assert min(reading.accepted, reading.rejected, reading.duplicates) >= 0
    assert reading.accepted + reading.rejected + reading.duplicates <= len(text.splitlines())
    everything = list(reading.invoices)
    assert (
        reading.problems
        or everything
        or reading.accepted
        or reading.partners
        or reading.bank
        or reading.payments
        or reading.rejected
        or reading.notes
    )


@pytest.mark.proof
@given(content=st.binary(max_size=20_000), at=st.integers(0, 1000))
@settings(max_examples=600, deadline=None)
def test_any_bytes_inside_any_format_are_read_or_refused(content: bytes, at: int) -> None:
    for whole in (
        FRENCH.encode(),
        fec(BASIC).content,
        ubl(),
        cii(),
        pdf({"factur-x.xml": cii()}).content,
        workbook({"S": [["Facture", "Client"]]}).content,
    ):
        place = len(whole) * at // 1000
        file = SourceFile(name="x", content=whole[:place] + content + whole[place:])
        for reading in read_files((file,), ReadOptions()):
            assert "import.unreadable" not in codes(reading)
        preview(file, ReadOptions())


def written_codes() -> set[str]:
    """Every code that the importers write down, those with a part put in at run time excepted."""
    found: set[str] = set()
    for path in (ROOT / "data" / "importers").glob("*.py"):
        found |= set(re.findall(r'"(import\.[a-z_.]+)"', path.read_text(encoding="utf-8")))
    return found


def test_every_code_has_its_sentence_in_both_languages() -> None:
    for code in written_codes():
        key = code if code.startswith(("import.note.", "import.question.")) else f"problem.{code}"
        assert key in catalogue("fr") and key in catalogue("en"), key
    for importer in IMPORTERS:
        assert f"import.format.{importer.format}" in catalogue("fr")


def sentences(reading: Reading) -> list[str]:
    said = []
    for language in ("fr", "en"):
        speak = Translator(language)
        said += [speak.problem(p) for p in reading.problems]
        said += [speak(q.code, **dict(q.values)) for q in (*reading.notes, *reading.questions) if isinstance(q, Question)]
    return said


@pytest.mark.parametrize("name", list(GALLERY))
def test_every_refusal_can_be_said(name: str) -> None:
    for reading in read_files((SourceFile(name="f", content=GALLERY[name][0]),), ReadOptions()):
        assert all(sentence for sentence in sentences(reading)) and sentences(reading)


@needs("")
def test_every_third_party_file_can_be_said() -> None:
    """Nothing under the third-party folder is unreadable, and every problem, note and question has its sentence."""
    for path in sorted(SHARED.rglob("*")):
        if path.is_file() and path.suffix != ".md" and path.stat().st_size < 4_000_000:
            for reading in read_files((SourceFile(name=path.name, content=path.read_bytes()),), ReadOptions()):
                assert "import.unreadable" not in codes(reading), path.name
                few = Reading(
                    file="",
                    format=reading.format,
                    problems=reading.problems[:20],
                    notes=reading.notes,
                    questions=reading.questions[:20],
                )
                assert all(sentences(few))
