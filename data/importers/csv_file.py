"""Text files with separators: invoices, payments, bank statements or entries exported by any software."""

from __future__ import annotations

from dataclasses import replace

from data.importers.csv_text import Dialect, find_dialect
from data.importers.encoding import Decoded, decode
from data.importers.magic import looks_binary
from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.refusals import refused
from data.importers.table import Table, TableTooLarge
from data.importers.tables import read_table
from data.importers.text_table import table_of_text
from forecasting.errors import problem

#: Lines in another encoding that are named one by one.
_NAMED_LINES = 50


def _decoded(file: SourceFile, options: ReadOptions) -> Decoded:
    """The text, in the encoding that the user chose where he did."""
    chosen = options.mapping.encoding if options.mapping else ""
    found = decode(file.content)
    if chosen and chosen != found.encoding and not found.encoding.startswith("utf"):
        try:
            return Decoded(text=file.content.decode(chosen), encoding=chosen)
        except (UnicodeDecodeError, LookupError):
            return found
    return found


def csv_table(file: SourceFile, options: ReadOptions) -> tuple[Table, Decoded]:
    """The table of a text file, cut as the user's mapping says or as the text itself suggests."""
    decoded = _decoded(file, options)
    given = options.mapping
    dialect = find_dialect(decoded.text)
    if given and given.delimiter:
        dialect = replace(dialect, delimiter=given.delimiter) if given.delimiter != dialect.delimiter else dialect
    return table_of_text(decoded, dialect, given.header_row if given else None), decoded


class CsvFile:
    """Reads text files with separators."""

    format = "csv"

    def recognise(self, file: SourceFile) -> float:
        """Text that falls into even records; other formats that are text too are surer of themselves."""
        if looks_binary(file.content) or not file.content.strip():
            return 0.0
        text = decode(file.content[:200_000]).text
        dialect: Dialect = find_dialect(text)
        return 0.3 if any(dialect.delimiter in line for line in text.splitlines()[:50]) else 0.05

    def read(self, file: SourceFile, options: ReadOptions) -> Reading:
        """The rows of the table, with every problem of every line."""
        try:
            table, decoded = csv_table(file, options)
        except TableTooLarge as error:
            return refused(file.name, self.format, f"import.too_many_{error.what}")
        reading = read_table(table, options, file.name, self.format)
        mixed = tuple(
            problem("import.mixed_encoding", file=file.name, row=line, severity="warning", encoding=decoded.encoding)
            for line in decoded.mixed_lines[:_NAMED_LINES]
        )
        return replace(reading, problems=mixed + reading.problems) if mixed else reading
