"""A table of what every file under a folder is read as: `python -m data.importers.survey FOLDER [OWN_ID …]`.

One row per file (an archive gives one per file inside): format, rows, totals, period, problems and notes by code, seconds.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.recognise import read_files
from forecasting.money import Currency, to_text

HEADER: Final = (
    "file",
    "format",
    "accepted",
    "rejected",
    "duplicates",
    "made",
    "total",
    "period",
    "problems",
    "notes",
    "seconds",
)


def _made(reading: Reading) -> str:
    """How many rows of each kind the store would get."""
    kinds = (
        ("invoices", reading.invoices),
        ("payments", reading.payments),
        ("bank", reading.bank),
        ("balances", reading.balances),
        ("partners", reading.partners),
        ("planned", reading.planned),
    )
    return " ".join(f"{len(rows)} {name}" for name, rows in kinds if len(rows))


def _total(reading: Reading) -> str:
    return " ".join(f"{to_text(minor, Currency(code).exponent)} {code}" for code, minor in reading.total_minor.items())


def _counted(codes: Iterable[str]) -> str:
    return " ".join(
        f"{code.removeprefix('import.')}×{n}" if n > 1 else code.removeprefix("import.")
        for code, n in Counter(codes).items()
    )


def survey_row(name: str, reading: Reading, seconds: float) -> tuple[str, ...]:
    """The row of one reading."""
    period = f"{reading.first_day} to {reading.last_day}" if reading.first_day else ""
    return (
        name,
        reading.format,
        str(reading.accepted),
        str(reading.rejected),
        str(reading.duplicates),
        _made(reading),
        _total(reading),
        period,
        _counted(p.code for p in reading.problems),
        _counted(n.code for n in (*reading.questions, *reading.notes)),
        f"{seconds:.2f}",
    )


def survey(folder: Path, options: ReadOptions) -> Iterator[tuple[str, ...]]:
    """The rows of every file under a folder, in the order of their names."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        started = time.perf_counter()
        name = path.relative_to(folder).as_posix()
        readings = read_files((SourceFile(name=path.name, content=path.read_bytes()),), options)
        seconds = time.perf_counter() - started
        for reading in readings:
            inner = reading.file.removeprefix(path.name)
            yield survey_row(name + inner, reading, seconds / len(readings))


def main(arguments: Sequence[str]) -> int:
    """Prints the table as Markdown; the first argument is the folder, the others are the company's own identifiers."""
    if not arguments or not Path(arguments[0]).is_dir():
        sys.stderr.write(f"{__doc__}\n")
        return 2
    options = ReadOptions(own_ids=tuple(arguments[1:]))
    sys.stdout.write(f"| {' | '.join(HEADER)} |\n|{'---|' * len(HEADER)}\n")
    for row in survey(Path(arguments[0]), options):
        sys.stdout.write(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
