"""The verb `backtest`: what we would have said on past mornings, held against what happened and against naive methods."""

from __future__ import annotations

from typing import Any, Final

from commands.console import Console
from commands.entities import asked
from commands.grammar import LEDGER, OUT, Argument, Values, Verb, within
from data.exporters.accuracy_files import backtest_ledger, write_accuracy
from forecasting.backtest import METHODS, ORIGINS_DEFAULT
from pages.ui.i18n import Translator

#: Rolling origins that a call may ask for; they lie two weeks apart.
ORIGINS_MAX: Final = 260


def run(call: Values, console: Console) -> int:
    """Writes accuracy.json; answers with its figures."""
    question, _ = asked(call["ledger"])
    console.problems(question.warnings)
    result = backtest_ledger(question.ledger, call["origins"])
    content = write_accuracy(result, question.ledger, call["out"])
    answer = {name: value for name, value in content.items() if name not in ("weeks", "partners", "misses")}
    return console.answer(answer, *([] if console.as_json else _sentences(answer, console.words)))


def _sentences(answer: dict[str, Any], words: Translator) -> list[str]:
    if not answer["origins"]:
        return [words("cli.backtest.too_short")]
    errors = [
        words(
            f"cli.backtest.{method}",
            days=f"{answer['mean_absolute_error_days'][method]:.1f}",
            percent=f"{100 * answer['weekly_error'][method]:.1f}",
        )
        for method in METHODS
    ]
    percent = f"{100 * answer['coverage_80']:.0f}"
    return [
        words("cli.backtest.judged", count=len(answer["origins"]), invoices=answer["invoices"]),
        *errors,
        words("cli.backtest.coverage", percent=percent),
    ]


VERB = Verb(
    name="backtest",
    arguments=(
        LEDGER,
        OUT,
        Argument(name="--origins", metavar="N", parse=within(1, ORIGINS_MAX), default=ORIGINS_DEFAULT),
    ),
    run=run,
)
