"""A table of the screen as a file for a spreadsheet: numbers as numbers, words without the marks of Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

from forecasting.money import Currency
from pages.ui.reports.csv_files import spreadsheet
from pages.ui.voice import Voice

if TYPE_CHECKING:
    from pages.ui.frame import Table

#: What a column's numbers are: minor units, shares of one, or what their writer makes of them.
_Kind = Literal["minor", "share", "written"]
#: Handed to a writer to learn its kind; a round number in every currency, small enough for all of them.
_PROBE: Final = 123_456_000
#: Places after the point that a share keeps, as in the files of the pack.
_SHARE: Final = Decimal("0.0001")
_ICON: Final = re.compile(r":material/\w+:\s?")
_COLOURED: Final = re.compile(r":[a-z]+(?:-[a-z]+)*\[([^\[\]]*)\]")
_LINK: Final = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")
#: Escaped characters wait among the characters for private use while the marks are taken away.
_ASIDE: Final = 0xE000


def table_csv(content: Table | Callable[[], Table], say: Voice) -> bytes:
    """The table as a file in the reader's marks: semicolons and decimal commas in French, commas and points in English.

    Amounts kept in minor units stand in units of the currency, to the cent; shares as numbers (0.07 for 7 %); every other
    number as the screen writes it. What is unknown is empty, and no text can become a formula.
    """
    shown = content() if callable(content) else content
    whole = shown.whole or shown
    columns = [_column(values, whole.writers.get(name), say) for name, values in whole.columns.items()]
    rows = [list(row) for row in zip(*columns, strict=True)]
    return spreadsheet([[bare(name) for name in whole.columns], *rows], french=say.t.language == "fr")


def bare(words: str) -> str:
    """Words of a cell as they are read: escapes undone, colours, icons and bold marks taken away.

    >>> bare("Acier \\\\& Fils \\\\(SA\\\\)"), bare(":red[:material/error: **late**]")
    ('Acier \\\\& Fils (SA)', 'late')
    """
    told = re.sub(r"\\([\\`*_{}\[\]()#+\-.!|<>~:$])", lambda found: chr(_ASIDE + ord(found[1])), words)
    told = _ICON.sub("", told)
    before = ""
    while before != told:
        before, told = told, _LINK.sub(r"\1", _COLOURED.sub(r"\1", told))
    told = _BOLD.sub(r"\1", told)
    return "".join(chr(ord(c) - _ASIDE) if _ASIDE <= ord(c) < _ASIDE + 128 else c for c in told)


def _column(values: Any, write: Callable[[Any], str] | None, say: Voice) -> list[str | Decimal]:
    if write is None:
        return [_plain(value) for value in values]
    kind = _kind_of(write, say)
    return ["" if _unknown(value) else _written(value, write, kind, say) for value in values]


def _plain(value: Any) -> str | Decimal:
    if isinstance(value, str):
        return bare(value)
    if _unknown(value):
        return ""
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else bare(str(value))


def _unknown(value: Any) -> bool:
    return value is None or value != value


def _written(value: Any, write: Callable[[Any], str], kind: _Kind, say: Voice) -> str | Decimal:
    words = write(value)
    if kind == "share":
        return Decimal(str(float(value))).quantize(_SHARE)
    number = _read(words, say)
    if number is None:
        return bare(words)
    return Decimal(int(value)).scaleb(-Currency(say.f.currency).exponent) if kind == "minor" else number


def _kind_of(write: Callable[[Any], str], say: Voice) -> _Kind:
    """What a writer takes, told by what it makes of a known number: hundredths of it, hundred times it, or the number."""
    words = write(_PROBE)
    if words.endswith("%"):
        return "share" if _read(words.rstrip("%"), say) == _PROBE * 100 else "written"
    exponent = Currency(say.f.currency).exponent
    scaled = Decimal(_PROBE).scaleb(-exponent)
    return "minor" if exponent and _read(words, say) == scaled else "written"


def _read(words: str, say: Voice) -> Decimal | None:
    """The number that was written, where it is nothing but a number."""
    if words.endswith("%"):
        return None
    try:
        return say.f.read_decimal(words)
    except ValueError:
        return None
