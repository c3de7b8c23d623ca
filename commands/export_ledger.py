"""The verb `export-ledger`: a store as a ledger folder."""

from __future__ import annotations

from commands.console import Console
from commands.grammar import OUT, Argument, Values, Verb, date
from commands.stores import opened, place
from data.jobs import export_from


def run(call: Values, console: Console) -> int:
    """Writes the folder, through the running app where it holds the store."""
    with opened(call["store"]):
        export_from(call["store"], call["out"], call["as_of"], expected=call["expected"])
    answer = {"store": str(call["store"]), "folder": str(call["out"])}
    if console.as_json:
        return console.answer(answer)
    return console.answer(answer, console.words("cli.export_ledger.written", **answer))


VERB = Verb(
    name="export-ledger",
    arguments=(
        Argument(name="--store", metavar="PLACE", parse=place, required=True),
        OUT,
        Argument(name="--as-of", metavar="DATE", parse=date),
        Argument(name="--expected", flag=True),
    ),
    run=run,
)
