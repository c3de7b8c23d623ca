"""The verb `move-store`: a whole store into an empty place, from a file into PostgreSQL or back."""

from __future__ import annotations

from commands.console import Console
from commands.grammar import Argument, Values, Verb
from commands.stores import opened, place
from data import repository
from data.moving import contents, copy_store
from data.places import shown


def run(call: Values, console: Console) -> int:
    """Answers with the rows of each table, once the target has been read anew and holds what the source holds."""
    with opened(call["from"]), repository.open_store(call["from"]) as source:
        with opened(call["to"]), repository.create_store(call["to"]) as target:
            sent = copy_store(source, target)
        with opened(call["to"]), repository.open_store(call["to"]) as again, again.read() as cursor:
            assert contents(cursor) == sent, "the target does not hold what was sent"
    rows = {name: count for name, (count, _) in sent.items()}
    answer = {"from": shown(call["from"]), "to": shown(call["to"]), "rows": rows}
    if console.as_json:
        return console.answer(answer)
    told = {"source": answer["from"], "target": answer["to"], "tables": str(len(rows)), "rows": str(sum(rows.values()))}
    return console.answer(answer, console.words("cli.move_store.done", **told))


VERB = Verb(
    name="move-store",
    arguments=(
        Argument(name="--from", metavar="PLACE", parse=place, required=True),
        Argument(name="--to", metavar="PLACE", parse=place, required=True),
    ),
    run=run,
)
