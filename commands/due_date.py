"""The verb `due-date`: the due date that payment terms give, and whether it is legal."""

from __future__ import annotations

from commands.console import Console
from commands.grammar import Argument, Values, Verb, date
from data.values import shown
from forecasting.dates import due_date
from forecasting.errors import problem


def run(call: Values, console: Console) -> int:
    """Answers with `due_date`, `method`, `legal`, `legal_limit`."""
    try:
        found = due_date(call["issue"], call["terms"], call["method"])
    except ValueError:
        wrong = problem("value.bad_terms", file=VERB.name, column="--terms", text=shown(call["terms"]))
        return console.problems((wrong,))
    answer = {
        "due_date": found.due.isoformat(),
        "method": found.method,
        "legal": found.legal,
        "legal_limit": found.legal_limit.isoformat(),
    }
    if console.as_json:
        return console.answer(answer)
    words = console.words
    legality = "cli.due_date.legal" if found.legal else "cli.due_date.illegal"
    due = words("cli.due_date.due", due=found.due, method=words(f"cli.due_date.method_{found.method}"))
    return console.answer(answer, due, words(legality, limit=found.legal_limit))


VERB = Verb(
    name="due-date",
    arguments=(
        Argument(name="--issue", metavar="DATE", parse=date, required=True),
        Argument(name="--terms", metavar="TEXT", required=True),
        Argument(name="--method", metavar="METHOD", choices=("A", "B", "C"), default="A"),
    ),
    run=run,
)
