"""The verb `erase-partner`: who a partner is goes out of a store, what it owes stays."""

from __future__ import annotations

from typing import Final

from commands.console import Console
from commands.grammar import Argument, Values, Verb
from commands.stores import opened, place
from data import repository
from data.access import Principal

#: Whoever may call a program on the machine that holds the store administers it.
_AT_THE_MACHINE: Final = Principal(role="administrator", name="erase-partner")


def run(call: Values, console: Console) -> int:
    """Answers with the texts that changed, by table."""
    with opened(call["store"]), repository.open_store(call["store"]) as store:
        changed = repository.erase_partner(store, _AT_THE_MACHINE, call["partner"])
    answer = {"store": str(call["store"]), "partner": call["partner"], "changed": changed}
    if console.as_json:
        return console.answer(answer)
    told = console.words(
        "cli.erase_partner.done", store=str(call["store"]), partner=call["partner"], rows=str(sum(changed.values()))
    )
    return console.answer(answer, told)


VERB = Verb(
    name="erase-partner",
    arguments=(
        Argument(name="--store", metavar="PLACE", parse=place, required=True),
        Argument(name="--partner", metavar="ID", required=True),
    ),
    run=run,
)
