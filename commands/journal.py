"""The verb `journal`: the accounting entries of a factoring contract on a certain scenario, in the 18 FEC columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from commands.console import Console
from commands.grammar import LEDGER, OUT, Argument, Values, Verb, file, within
from commands.inputs import Question, read_question
from commands.numbers import euros
from data.exporters.journal_files import journal_rows
from data.ledger_writing import write_csv
from forecasting.errors import InputRejected, problem
from forecasting.factoring.journal import FEC_COLUMNS, Chart, JournalLine, journal
from forecasting.scenario import HORIZON_DAYS_MAX, Scenario
from forecasting.simulation.variants import project_certain
from pages.ui.i18n import Translator


def run(call: Values, console: Console) -> int:
    """Writes journal.csv; answers with its sums."""
    question = read_question(call["ledger"], call["scenario"], call["factoring"])
    scenario = question.scenario if call["scenario"] else Scenario(kind="certain", business_days_only=False)
    if scenario.kind != "certain":
        return console.problems((problem("journal.needs_certain", file=str(call["scenario"]), column="kind"),))
    console.problems(question.warnings)
    scenario = replace(scenario, horizon_days=call["horizon"] or scenario.horizon_days)
    try:
        result = project_certain(question.ledger, scenario, question.factoring).results["factoring"]
    except InputRejected as rejected:
        return console.problems(rejected.problems, file=str(call["scenario"]))
    lines = journal(result.events, Chart())
    call["out"].mkdir(parents=True, exist_ok=True)
    write_csv(call["out"] / "journal.csv", FEC_COLUMNS, _rows(lines, question, console.words))
    return _answer(lines, console)


def _rows(lines: Sequence[JournalLine], question: Question, words: Translator) -> Iterator[Sequence[str]]:
    """The FEC's rows with amounts as all our files write them, with a point (readers of a FEC accept both)."""
    debit, credit = FEC_COLUMNS.index("Debit"), FEC_COLUMNS.index("Credit")
    rows = journal_rows(lines, Chart(), question.ledger, words)
    for row in rows:
        yield [cell.replace(",", ".") if place in (debit, credit) else cell for place, cell in enumerate(row)]


def _answer(lines: Sequence[JournalLine], console: Console) -> int:
    answer: dict[str, Any] = {
        "entries": len({line.entry for line in lines}),
        "lines": len(lines),
        "debit_minor": sum(line.debit_minor for line in lines),
        "credit_minor": sum(line.credit_minor for line in lines),
    }
    if console.as_json:
        return console.answer(answer)
    total = euros(answer["debit_minor"])
    return console.answer(answer, console.words("cli.journal.written", count=answer["entries"], amount=total))


VERB = Verb(
    name="journal",
    arguments=(
        LEDGER,
        OUT,
        Argument(name="--factoring", metavar="FILE.toml", parse=file, required=True),
        Argument(name="--scenario", metavar="FILE.toml", parse=file),
        Argument(name="--horizon", metavar="DAYS", parse=within(1, HORIZON_DAYS_MAX)),
    ),
    run=run,
)
