"""The verb `dso`: days sales outstanding, simple or counted back."""

from __future__ import annotations

from pathlib import Path

from commands.console import CALL_WRONG, Console
from commands.grammar import Argument, Values, Verb, amount, count, file
from data.values import parse_amount, parse_whole
from forecasting.dso import Dso, count_back, simple
from forecasting.errors import InputRejected, problem


def run(call: Values, console: Console) -> int:
    """Answers with `days` and `flag`."""
    by_turnover = call["turnover"] is not None and call["days"] is not None
    half = (call["turnover"] is None) != (call["days"] is None)
    if half or by_turnover == (call["months"] is not None):
        console.problems((problem("call.turnover_or_months", file=VERB.name),))
        return CALL_WRONG
    if not by_turnover:
        try:
            return _answer(count_back(call["balance"], _months(call["months"])), console)
        except InputRejected as rejected:
            return console.problems(rejected.problems)
    if call["turnover"] <= 0:
        return console.problems((problem("dso.no_turnover", file=VERB.name, column="--turnover"),))
    return _answer(simple(call["balance"], call["turnover"], call["days"]), console)


def _answer(found: Dso, console: Console) -> int:
    answer = {"days": f"{found.days:f}", "flag": found.flag}
    if console.as_json:
        return console.answer(answer)
    words = console.words
    short = (words("cli.dso.history_too_short"),) if found.flag else ()
    return console.answer(answer, words("cli.dso.days", days=answer["days"]), *short)


def _months(path: Path) -> list[tuple[int, int]]:
    """The months of a file, latest first, as (turnover, days)."""
    from data.columns import read_table

    table = read_table(path, required=("turnover", "days"))
    turnover = table.values("turnover", lambda text: parse_amount(text, 2), required=True)
    days = table.values("days", parse_whole, required=True)
    table.reject()
    return list(zip(turnover, days, strict=True))


VERB = Verb(
    name="dso",
    arguments=(
        Argument(name="--balance", metavar="AMOUNT", parse=amount, required=True),
        Argument(name="--turnover", metavar="AMOUNT", parse=amount),
        Argument(name="--days", metavar="N", parse=count),
        Argument(name="--months", metavar="FILE.csv", parse=file),
    ),
    run=run,
)
