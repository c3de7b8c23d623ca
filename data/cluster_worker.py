"""One worker of a cluster: it opens the ledger that it is named, keeps it, and draws the paths that it is asked for.

Nothing but ids comes in (where the ledger lies, the question, a range of paths) and nothing but sums goes out, with the
id of the facts that they rest on. What is the machinery of paths is imported once compiled code has its place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from data.kernel_cache import kernel_digest, use_kernel_cache
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.scenario import Scenario
from forecasting.version import MODEL_VERSION

if TYPE_CHECKING:
    from forecasting.curve import Sums
    from forecasting.simulation.engine import Book
    from forecasting.simulation.expectations import Expectations
    from forecasting.simulation.flows import Variant
    from forecasting.simulation.shards import Shard


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as it travels: the ledger by its folder and the id of its facts, the scenario, the contracts."""

    folder: Path
    facts: str
    scenario: Scenario
    factoring: FactoringContract | None = None
    insurance: InsurancePolicy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The sums of some paths by variant, and the id of the facts that they were drawn from."""

    facts: str
    sums: dict[Variant, Sums]


class Worker:
    """Draws on one thread; the ledger of its last question is kept, and the paths' plan."""

    def __init__(self) -> None:
        use_kernel_cache()
        self._opened: tuple[Asked, str, Book] | None = None

    def sums(self, asked: Asked, shard: Shard) -> Part:
        """What the contracts make of some paths; raises InputRejected where the ledger cannot be read here."""
        from forecasting.simulation.engine import sums_of

        facts, book = self._book(asked)
        return Part(facts=facts, sums=sums_of(book, asked.factoring, asked.insurance, shard, threads=1))

    def _book(self, asked: Asked) -> tuple[str, Book]:
        from data.learning import learnt
        from forecasting.simulation.engine import simulate

        if self._opened is None or _place(self._opened[0]) != _place(asked):
            ledger = self._ledger(asked)
            known = learnt(ledger, asked.scenario.horizon_days)
            ground = self._opened[2].ground if self._opened and self._opened[2].ledger is ledger else None
            book = simulate(ledger, asked.scenario, learnt=known, ground=ground)
            self._opened = asked, facts_id(ledger, known), book
        return self._opened[1:]

    def _ledger(self, asked: Asked) -> Ledger:
        from data.ledger_folder import read_ledger_folder

        if self._opened is not None and self._opened[0].folder == asked.folder and self._opened[1] == asked.facts:
            return self._opened[2].ledger
        return read_ledger_folder(asked.folder).ledger


def _place(asked: Asked) -> tuple[Path, str, Scenario]:
    return asked.folder, asked.facts, asked.scenario


def facts_id(ledger: Ledger, known: Expectations) -> str:
    """The id of all that a path is drawn from but the question: ledger, what it teaches to the last bit, code, versions."""
    digest = hashlib.sha256(f"{ledger.fingerprint} {MODEL_VERSION} {kernel_digest()}".encode())
    for piece in _pieces(known):
        digest.update(piece)
    return digest.hexdigest()


def _pieces(value: object) -> Iterator[bytes]:
    if is_dataclass(value):
        for field in fields(value):
            yield field.name.encode()
            yield from _pieces(getattr(value, field.name))
    else:
        yield value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode()
