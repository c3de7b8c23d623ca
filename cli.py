"""The command line: what the screens do with numbers it does with files, through the same functions.

`python cli.py VERB …`. Exit status: 0 done; 1 the input has problems, all of them on standard error; 2 the call itself
is wrong.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TextIO, cast

from commands.console import CALL_WRONG, DONE, PROBLEMS, Console, asked_language
from commands.grammar import read_call
from commands.registry import MODULES, load
from forecasting.errors import InputRejected, problem


def main(words: Sequence[str]) -> int:
    """Runs one call and answers with its exit status."""
    console = Console(asked_language(words), as_json="--json" in words)
    if not words or words[0] in ("--help", "--lang", "--json"):
        from commands.guide import overview

        print(overview(console.words))
        return DONE if "--help" in words else CALL_WRONG
    if words[0] not in MODULES:
        console.problems((problem("call.unknown_verb", file="cli.py", verb=words[0]),))
        return CALL_WRONG
    return _run(words[0], words[1:], console)


def _run(name: str, words: Sequence[str], console: Console) -> int:
    verb = load(name)
    if "--help" in words:
        from commands.guide import of_verb

        print(of_verb(verb, console.words))
        return DONE
    try:
        call = read_call(verb, words)
    except InputRejected as rejected:
        console.problems(rejected.problems)
        return CALL_WRONG
    return verb.run(call, console)


def guarded(words: Sequence[str]) -> int:
    """`main`, with every exception turned into one sentence: a user never sees a traceback."""
    try:
        return main(words)
    except InputRejected as rejected:
        return Console(asked_language(words)).problems(rejected.problems)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Who reads our output has gone; nothing more can be said there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PROBLEMS
    except OSError as error:
        return Console(asked_language(words)).failed(
            "cli.file_failed", file=error.filename or "", reason=error.strerror or type(error).__name__
        )
    except MemoryError:
        return Console(asked_language(words)).failed("cli.memory_failed")
    except Exception as error:
        # The kind and place of the mistake, never the data that it met.
        place = error.__traceback__
        while place and place.tb_next:
            place = place.tb_next
        where = f"{place.tb_frame.f_globals.get('__name__', '')}:{place.tb_lineno}" if place else ""
        return Console(asked_language(words)).failed("cli.our_mistake", kind=type(error).__name__, where=where)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        cast(TextIO, stream).reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[attr-defined]
    sys.exit(guarded(sys.argv[1:]))
