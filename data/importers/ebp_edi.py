"""Books in the exchange format of EBP: six lines of header, then accounts (C) and lines of entries (E) with semicolons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from data.importers.encoding import decode
from data.importers.entry_files import EntryLine, read_entry_lines
from data.importers.magic import looks_binary
from data.importers.numbers import guess_decimal
from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.refusals import refused

_HEADER_LINES: Final = 6
#: The fields of a line of an entry by their place after the letter E.
_FIELDS: Final = ("account", "day", "journal", "entry", "piece", "label", "direction", "amount", "", "letter")


def _lines(text: str) -> Iterator[EntryLine]:
    names: dict[str, str] = {}
    for row, line in enumerate(text.splitlines(), start=1):
        cells = [cell.strip() for cell in line.split(";")]
        if row <= _HEADER_LINES or len(cells) < 3:
            continue
        if cells[0] == "C":
            names[cells[1]] = cells[2]
        elif cells[0] == "E":
            said = {name: cell for name, cell in zip(_FIELDS, cells[1:], strict=False) if name}
            said["piece"] = said.get("piece") or said.get("entry", "")
            yield EntryLine(row, {**said, "account_name": names.get(cells[1], "")})


class EbpEdi:
    """Reads EBP.EDI files."""

    format = "ebp"

    def recognise(self, file: SourceFile) -> float:
        """The first line is the name of the format."""
        if looks_binary(file.content):
            return 0.0
        return 0.97 if decode(file.content[:200]).text.splitlines()[:1] == ["EBP.EDI"] else 0.0

    def read(self, file: SourceFile, options: ReadOptions) -> Reading:
        """Open items, payment history and bank balances of the entries."""
        lines = list(_lines(decode(file.content).text))
        if not lines:
            return refused(file.name, self.format, "import.no_rows")
        decimal, _ = guess_decimal(line.said.get("amount", "") for line in lines[:500])
        return read_entry_lines(
            lines, options, file.name, self.format, date_order="dmy", decimal=decimal or ".", sided=True
        )
