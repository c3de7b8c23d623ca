"""Small files of our own, right and broken, beside what each must give (`files/expected.csv`, checked by hand)."""

from __future__ import annotations

import csv
from pathlib import Path

from data.importers.preview import preview
from data.importers.protocol import Reading, ReadOptions
from data.importers.recognise import read_files
from tests.data.importers.shared_files import codes, source

FILES = Path(__file__).parent / "files"
#: The company whose files they are: it bought what the electronic invoices ask for.
OWN = ReadOptions(own_ids=("552100554",))


def told(reading: Reading) -> dict[str, str]:
    """A reading in the columns of the expected ones."""
    return {
        "file": reading.file,
        "format": reading.format,
        "accepted": str(reading.accepted),
        "rejected": str(reading.rejected),
        "duplicates": str(reading.duplicates),
        "invoices": str(len(reading.invoices)),
        "payments": str(len(reading.payments)),
        "bank": str(len(reading.bank)),
        "totals": " ".join(f"{currency}:{minor}" for currency, minor in sorted(reading.total_minor.items())),
        "problems": " ".join(code.removeprefix("import.") for code in codes(reading)),
    }


def test_every_sample_gives_what_is_expected_of_it() -> None:
    expected = list(csv.DictReader((FILES / "expected.csv").read_text(encoding="utf-8").splitlines()))
    paths = sorted(path for path in FILES.iterdir() if path.name != "expected.csv")
    assert [told(reading) for reading in read_files(map(source, paths), OWN)] == expected


def test_the_same_invoice_in_three_formats_is_one() -> None:
    names = ("invoice_ubl.xml", "invoice_cii.xml", "invoice_facturx.pdf")
    rows = [reading.invoices[0] for reading in read_files((source(FILES / name) for name in names), OWN)]
    assert len({(row.identity, row.side, row.partner_id, row.number, row.amount_minor) for row in rows}) == 1


def test_what_can_be_read_as_a_table_can_be_shown_and_nothing_breaks_the_screen() -> None:
    for path in sorted(FILES.iterdir()):
        (reading, *_) = read_files((source(path),), OWN)
        shown = preview(source(path), OWN)
        assert not reading.mappings or [s.mapping.columns for s in shown] == [m.columns for m in reading.mappings]
