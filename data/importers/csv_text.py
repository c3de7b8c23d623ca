"""A text with separators as records of cells: which separator, quote and escape it uses, found by trying them."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from data.importers.limits import CELL_LIMIT

_DELIMITERS: Final = (";", "\t", "|", ",")
_SAMPLE_CHARACTERS: Final = 200_000
_SAMPLE_RECORDS: Final = 200

csv.field_size_limit(CELL_LIMIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a text separates cells; `quote` "" where quotes are plain characters."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    blank_after: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its place in the file (the first is 1, blank lines count) and its cells."""

    row: int
    cells: tuple[str, ...]


def records(text: str, dialect: Dialect) -> Iterator[Record]:
    """Every record of a text, the empty ones too (without cells); csv.Error where a cell is endless."""
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=dialect.delimiter,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        escapechar=dialect.escape or None,
        doublequote=not dialect.escape,
        skipinitialspace=dialect.blank_after,
    )
    for row, cells in enumerate(reader, start=1):
        yield Record(row, tuple(cells))


def _sample(text: str) -> str:
    """The beginning of a text, cut at the end of a line."""
    if len(text) <= _SAMPLE_CHARACTERS:
        return text
    head = text[:_SAMPLE_CHARACTERS]
    return head[: max(head.rfind("\n"), head.rfind("\r")) + 1] or head


def _steadiness(text: str, dialect: Dialect) -> float:
    """How evenly a dialect cuts a text: the share of records with the commonest width, more for wider tables."""
    try:
        widths = [len(r.cells) for r in islice(records(text, dialect), _SAMPLE_RECORDS) if any(c.strip() for c in r.cells)]
    except csv.Error:
        # A quote that never closes: judged without quotes, where it cannot swallow the text.
        return _steadiness(text, without_quotes(dialect)) if dialect.quote else 0.0
    if not widths:
        return 0.0
    wide = Counter(w for w in widths if w > 1).most_common(1)
    if not wide:
        return 0.0
    width, count = wide[0]
    return float((count / len(widths)) ** 2 * min(width, 12) ** 0.5)


def _quote_of(sample: str, delimiter: str) -> str:
    """The quote character: the double quote unless only apostrophes stand on both sides of cells."""
    mark = re.escape(delimiter)
    doubles = len(re.findall(rf'(?:^|{mark})\s?"|"(?:$|{mark})', sample, re.MULTILINE))
    singles = len(re.findall(rf"(?:^|{mark})\s?'[^']", sample, re.MULTILINE))
    closing = len(re.findall(rf"'(?:$|{mark}|\r)", sample, re.MULTILINE))
    return "'" if not doubles and min(singles, closing) >= 2 else '"'


def _escape_of(sample: str, quote: str, delimiter: str) -> str:
    """The backslash where it takes the meaning from quotes inside cells, "" where these are doubled."""
    mark = re.escape(delimiter)
    rest = sample.replace("\\" + quote, "")
    doubled = re.search(rf"[^{mark}\s]{quote}{quote}|{quote}{quote}[^{mark}\s]", rest)
    return "\\" if "\\" + quote in sample and not doubled else ""


def _decimal_share(sample: str) -> float:
    """The share of commas that look like decimal marks ("1 234,56"): such a comma cuts evenly and means nothing."""
    commas = sample.count(",")
    return len(re.findall(r"(?<=\d),\d\d(?![\d,])", sample)) / commas if commas else 0.0


def find_dialect(text: str) -> Dialect:
    """The separator, quote and escape under which a text falls into the evenest records."""
    sample = _sample(text)
    best, best_score = Dialect(), 0.0
    for delimiter in _DELIMITERS:
        quote = _quote_of(sample, delimiter)
        dialect = Dialect(delimiter=delimiter, quote=quote, escape=_escape_of(sample, quote, delimiter))
        score = _steadiness(sample, dialect)
        if delimiter == ",":
            score *= max(1 - _decimal_share(sample), 0.1)
        if score > best_score * 1.001:
            best, best_score = dialect, score
    spaced = sample.count(best.delimiter + ' "') > 2 or sample.count(best.delimiter + " ") > 0.9 * sample.count(
        best.delimiter
    )
    if best.delimiter in ",;|" and spaced:
        return Dialect(delimiter=best.delimiter, quote=best.quote, escape=best.escape, blank_after=True)
    return best


def without_quotes(dialect: Dialect) -> Dialect:
    """The same separator with quotes as plain characters, for a text with a quote that never closes."""
    return Dialect(delimiter=dialect.delimiter, quote="", escape="", blank_after=dialect.blank_after)
