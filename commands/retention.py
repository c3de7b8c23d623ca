"""The verb `retention`: how long a store keeps who its partners are, and what is older than that."""

from __future__ import annotations

from datetime import date
from typing import Final

from commands.console import Console
from commands.grammar import Argument, Values, Verb, within
from commands.stores import opened, place
from data import repository
from data.access import Principal

#: Whoever may call a program on the machine that holds the store administers it.
_AT_THE_MACHINE: Final = Principal(role="administrator", name="retention")


def run(call: Values, console: Console) -> int:
    """Tells what is older than the years that are chosen; with `--apply` it goes."""
    with opened(call["store"]), repository.open_store(call["store"]) as store:
        if call["years"] is not None:
            repository.set_retention(store, _AT_THE_MACHINE, call["years"] or None)
        years = repository.retention_years(store, _AT_THE_MACHINE)
        act = repository.retain if call["apply"] else repository.outdated
        found = act(store, _AT_THE_MACHINE, date.today())
    answer = {
        "store": str(call["store"]),
        "years": years,
        "applied": bool(call["apply"]),
        "before": found.before.isoformat() if found else None,
        "partners": list(found.partners) if found else [],
        "views": found.views if found else 0,
        "problems": found.problems if found else 0,
    }
    if console.as_json:
        return console.answer(answer)
    key = "kept" if found is None else "applied" if call["apply"] else "would"
    told = {**answer, "partners": len(found.partners) if found else 0}
    return console.answer(answer, console.words(f"cli.retention.{key}", **{k: str(v) for k, v in told.items()}))


VERB = Verb(
    name="retention",
    arguments=(
        Argument(name="--store", metavar="PLACE", parse=place, required=True),
        Argument(name="--years", metavar="N", parse=within(0, repository.RETENTION_YEARS[1])),
        Argument(name="--apply", flag=True),
    ),
    run=run,
)
