"""The verb `restore`: a backup in a store's place."""

from __future__ import annotations

from commands.console import Console
from commands.grammar import Argument, Values, Verb, file
from commands.stores import opened, store_file
from data import backups


def run(call: Values, console: Console) -> int:
    """Puts the backup in place once it has proved whole; answers with where what stood there is kept."""
    with opened(call["backup"]):
        backups.check(call["backup"])
    with opened(call["store"]):
        kept = backups.restore(call["backup"], call["store"])
    answer = {"store": str(call["store"]), "kept": str(kept) if kept.exists() else ""}
    if console.as_json:
        return console.answer(answer)
    return console.answer(answer, console.words("cli.restore.done", **answer))


VERB = Verb(
    name="restore",
    arguments=(
        Argument(name="--store", metavar="PATH", parse=store_file, required=True),
        Argument(name="--backup", metavar="FILE", parse=file, required=True),
    ),
    run=run,
)
