"""The verb `bench`: speed and growth of the engine, as ratios in one run."""

from __future__ import annotations

from typing import Any

from commands.console import Console
from commands.grammar import Argument, Values, Verb


def run(call: Values, console: Console) -> int:
    """Answers with `ratios`, name to number."""
    from data.kernel_cache import use_kernel_cache

    use_kernel_cache()
    # Imported after the cache has its place, which the compiler asks for when the kernel is imported.
    from bench.run import run as measure

    ratios = measure(call["quick"], console.progress)
    console.progress_done()
    answer: dict[str, Any] = {"ratios": {name: round(value, 4) for name, value in ratios.items()}}
    if console.as_json:
        return console.answer(answer)
    width = max(map(len, ratios)) + 2
    return console.answer(answer, *(f"{name:<{width}}{value:.2f}" for name, value in ratios.items()))


VERB = Verb(name="bench", arguments=(Argument(name="--quick", flag=True),), run=run)
