"""The verb `import`: files of any known format into a store, what is right stored, what is not listed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from commands.console import PROBLEMS, Console
from commands.grammar import Argument, Values, Verb, date, file
from commands.stores import opened, place
from data.importers.limits import FILE_SIZE_LIMIT
from data.importers.protocol import SourceFile
from data.jobs import import_into
from data.loading import FileOutcome, LoadRequest
from data.mapping_files import read_mapping_file
from forecasting.errors import Problem
from forecasting.money import Currency, to_text
from pages.ui.i18n import Translator


def run(call: Values, console: Console) -> int:
    """Answers with what became of each file."""
    side = call["kind"]
    mapping = read_mapping_file(call["mapping"], side) if call["mapping"] else None
    request = LoadRequest(side=side, mapping=mapping, as_of=call["as_of"])
    with opened(call["store"]):
        outcomes = import_into(call["store"], [source_file(path) for path in call["files"]], request)
    status = 0
    for outcome in outcomes:
        status |= console.problems(outcome.problems, file=outcome.file)
    console.answer(
        {"store": str(call["store"]), "files": [_as_json(outcome, console.words) for outcome in outcomes]},
        *(_sentence(outcome, console.words) for outcome in outcomes),
    )
    return PROBLEMS if status else status


def source_file(path: Path) -> SourceFile:
    """A file's name and bytes; of one that is too large only enough to tell that it is."""
    with path.open("rb") as stream:
        return SourceFile(name=path.name, content=stream.read(FILE_SIZE_LIMIT + 1))


def _as_json(outcome: FileOutcome, words: Translator) -> dict[str, Any]:
    """`total` is decimal text and `total_minor` its minor units where there is one currency; `totals_minor` has them all."""
    currency, minor = next(iter(outcome.total_minor.items()), ("EUR", 0))
    single = len(outcome.total_minor) <= 1
    return {
        "file": outcome.file,
        "format": outcome.format,
        "accepted": outcome.accepted,
        "rejected": outcome.rejected,
        "duplicates": outcome.duplicates,
        "stored": outcome.stored,
        "replaced": outcome.replaced,
        "total": to_text(minor, Currency(currency).exponent) if single else None,
        "total_minor": minor if single else None,
        "totals_minor": dict(outcome.total_minor),
        "problems": [_problem(found, words) for found in outcome.problems],
    }


def _problem(found: Problem, words: Translator) -> dict[str, Any]:
    return {
        "code": found.code,
        "file": found.file,
        "row": found.row,
        "column": found.column,
        "severity": found.severity,
        "message": words.problem(found),
    }


def _sentence(outcome: FileOutcome, words: Translator) -> str:
    return words(
        "cli.import.outcome",
        file=outcome.file,
        format=outcome.format,
        accepted=outcome.accepted,
        rejected=outcome.rejected,
        duplicates=outcome.duplicates,
        total=_totals(outcome.total_minor),
    )


def _totals(total_minor: Mapping[str, int]) -> str:
    return ", ".join(f"{to_text(minor, Currency(code).exponent)} {code}" for code, minor in total_minor.items()) or "0"


VERB = Verb(
    name="import",
    arguments=(
        Argument(name="files", metavar="FILE", parse=file, required=True, many=True),
        Argument(name="--store", metavar="PLACE", parse=place, required=True),
        Argument(name="--as-of", metavar="DATE", parse=date),
        Argument(name="--mapping", metavar="FILE.toml", parse=file),
        Argument(name="--kind", metavar="KIND", choices=("customer", "supplier")),
    ),
    run=run,
)
