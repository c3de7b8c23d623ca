"""Books in the fixed columns of XIMPORT, the exchange format of Ciel and Sage 50, which Dolibarr writes too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from data.importers.encoding import decode
from data.importers.entry_files import EntryLine, read_entry_lines
from data.importers.magic import looks_binary
from data.importers.numbers import guess_decimal
from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.refusals import refused

#: The fields of a line by their width: entry, journal, day, due day, piece, account, label, amount, side, matching code,
#: analytical code, name of the account.
_WIDTHS: Final = (
    ("entry", 5), ("journal", 2), ("day", 8), ("due", 8), ("piece", 12), ("account", 11), ("label", 25), ("amount", 13),
    ("direction", 1), ("letter", 12), ("", 6), ("account_name", 34),
)  # fmt: skip
_LINE: Final = re.compile(r".{5}.{2}\d{8}(?:\d{8}| {8}).{12}\d[^\n]{10}.{25}[ \d.,-]{12}\d[DC]")
_SAMPLE: Final = 20


def _cut(line: str) -> dict[str, str]:
    said, at = {}, 0
    for name, width in _WIDTHS:
        if name:
            said[name] = line[at : at + width].strip()
        at += width
    return said


def _lines(text: str) -> Iterator[EntryLine]:
    for row, line in enumerate(text.splitlines(), start=1):
        if line.strip("\x1a "):
            yield EntryLine(row, _cut(line))


class Ximport:
    """Reads XIMPORT.TXT files."""

    format = "ximport"

    def recognise(self, file: SourceFile) -> float:
        """The first lines fall into the columns of the format."""
        if looks_binary(file.content):
            return 0.0
        lines = [line for line in decode(file.content[:20_000]).text.splitlines()[:_SAMPLE] if line.strip("\x1a ")]
        whole = lines[:-1] if len(file.content) > 20_000 else lines
        return 0.96 if whole and all(_LINE.match(line) for line in whole) else 0.0

    def read(self, file: SourceFile, options: ReadOptions) -> Reading:
        """Open items, payment history and bank balances of the entries; due days where lines state them."""
        lines = list(_lines(decode(file.content).text))
        if not lines:
            return refused(file.name, self.format, "import.no_rows")
        decimal, _ = guess_decimal(line.said["amount"] for line in lines[:500])
        return read_entry_lines(
            lines, options, file.name, self.format, date_order="ymd", decimal=decimal or ".", sided=True
        )
