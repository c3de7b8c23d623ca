"""The French file of accounting entries (FEC, LPF A47 A-1): 18 columns, as text with tabs or pipes, or as XML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from data.importers.books import read_books
from data.importers.csv_text import Dialect, Record, find_dialect
from data.importers.datestyles import guess_order
from data.importers.encoding import Decoded, decode
from data.importers.entries import EntryColumns, read_entries
from data.importers.findings import Findings
from data.importers.guess import sample
from data.importers.magic import looks_binary
from data.importers.numbers import guess_decimal
from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.refusals import refused
from data.importers.table import Table, TableTooLarge, table_of_records
from data.importers.text_table import table_of_text
from data.importers.vocabulary import without_accents
from data.importers.xml_safety import XmlRefused, local, looks_like_xml, parse_xml

#: The field of each column, by its name in lower case without anything but letters. Further columns may follow.
_NAMES: Final[Mapping[str, str]] = {
    "journalcode": "journal", "journallib": "journal_name", "ecriturenum": "entry", "ecrituredate": "day",
    "comptenum": "account", "comptelib": "account_name", "compauxnum": "aux", "compauxlib": "aux_name",
    "compteauxnum": "aux", "compteauxlib": "aux_name", "pieceref": "piece", "piecedate": "piece_day",
    "ecriturelib": "label", "debit": "debit", "credit": "credit", "montant": "amount", "sens": "direction",
    "ecriturelet": "letter", "datelet": "letter_day", "dateecheance": "due", "echeance": "due", "datech": "due", "dateech": "due",
}  # fmt: skip
_NEEDED: Final = ("journalcode", "ecrituredate", "comptenum")
_HEAD: Final = 4_000


def _plain(name: str) -> str:
    return re.sub("[^a-z]", "", without_accents(name))


def _fields(header: Sequence[str]) -> dict[str, str]:
    """Field → column name, the first column of each name."""
    found: dict[str, str] = {}
    for name in header:
        field = _NAMES.get(_plain(name))
        if field:
            found.setdefault(field, name)
    return found


def _is_header(line: str) -> bool:
    """Whether a line names the columns of a FEC."""
    names = {_plain(cell) for cell in re.split(r"[\t|;,]", line)}
    sided = {"debit", "credit"} <= names or {"montant", "sens"} <= names
    return sided and all(name in names for name in _NEEDED)


def _decode(content: bytes) -> Decoded:
    """The text; the law also allows EBCDIC, whose lines end with NEL."""
    if "JournalCode".encode("cp500") in content[:_HEAD]:
        return Decoded(
            text=content.decode("cp500", "replace").replace("\x85", "\n").replace("\r\n", "\n"), encoding="cp500"
        )
    found = decode(content)
    if found.encoding == "cp1252" and not any(b in range(0x80, 0xA0) for b in set(content)):
        # The law names 8859-15, which differs from 1252 in the euro sign and seven letters.
        return Decoded(text=content.decode("iso8859-15"), encoding="iso8859-15")
    return found


def _xml_records(content: bytes) -> Iterator[Record]:
    """The lines of a FEC in XML: values of journal and entry are handed down to their lines."""
    root = parse_xml(content)
    names = [
        name
        for name in _NAMES
        if name not in {"compteauxnum", "compteauxlib", "dateecheance", "echeance", "datech", "dateech"}
    ]
    yield Record(1, tuple(names))
    row = 1
    for journal in root.iter("{*}journal"):
        outer = {_plain(local(e)): e.text or "" for e in journal if not len(e)}
        for entry in journal.iter("{*}ecriture"):
            own = {**outer, **{_plain(local(e)): e.text or "" for e in entry if not len(e)}}
            for line in entry.iter("{*}ligne"):
                row += 1
                said = {**own, **{_plain(local(e)): e.text or "" for e in line}}
                yield Record(row, tuple(said.get(name, "") for name in names))


def _text_table(content: bytes) -> Table:
    """The table of a FEC as text. Quotes are plain characters, unless every name of the header stands in them."""
    decoded = _decode(content)
    lines = decoded.text[:_HEAD].splitlines()
    place = next(i for i, line in enumerate(lines) if _is_header(line))
    header = lines[place]
    delimiter = next((d for d in ("\t", "|", ";", ",") if d in header), "\t")
    quote = '"' if header.count('"') > 4 else ""
    dialect = find_dialect(decoded.text) if quote else Dialect(delimiter=delimiter, quote="")
    return table_of_text(decoded, dialect, place + 1)


def _columns(table: Table, currency: str) -> EntryColumns:
    by_field = _fields(table.header)
    days = [t for f in ("day", "piece_day") if f in by_field for t in sample(table.column(by_field[f]))]
    amounts = [t for f in ("debit", "credit", "amount") if f in by_field for t in sample(table.column(by_field[f]))]
    order, _ = guess_order(days)
    decimal, _ = guess_decimal(amounts)
    return EntryColumns(by_field=by_field, date_order=order or "ymd", decimal=decimal or ",", currency=currency)


class Fec:
    """Reads a FEC in any of its variants."""

    format = "fec"

    def recognise(self, file: SourceFile) -> float:
        """The names of the columns are prescribed by law and nobody else's."""
        head = file.content[:_HEAD]
        if looks_like_xml(file.content):
            return (
                0.97 if b"JournalCode" in file.content[:200_000] and b"ecriture" in file.content[:200_000].lower() else 0.0
            )
        if looks_binary(file.content) and "JournalCode".encode("cp500") not in head:
            return 0.0
        return 0.98 if any(_is_header(line) for line in _decode(head).text.splitlines()[:20]) else 0.0

    def read(self, file: SourceFile, options: ReadOptions) -> Reading:
        """Open items, payment history, bank balances and regular flows of the entries."""
        try:
            if looks_like_xml(file.content):
                table = table_of_records(_xml_records(file.content), header_row=1)
            else:
                table = _text_table(file.content)
        except TableTooLarge as error:
            return refused(file.name, self.format, f"import.too_many_{error.what}")
        except XmlRefused as error:
            return refused(file.name, self.format, error.code, row=error.row)
        columns = _columns(table, options.currency)
        if missing := [f for f in ("day", "account") if f not in columns.by_field]:
            return refused(file.name, self.format, "import.fec_column", text=missing[0])
        if not len(table):
            return refused(file.name, self.format, "import.no_rows", row=table.header_row)
        findings = Findings(file.name, table)
        entries = read_entries(table, columns, findings)
        return read_books(entries, options, file.name, self.format, findings)
