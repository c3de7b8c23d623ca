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
    from forecasting.group.views import View
    from forecasting.simulation.engine import Book
    from forecasting.simulation.expectations import Expectations
    from forecasting.simulation.flows import Variant
    from forecasting.simulation.shards import Shard


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as it travels: the ledger by its folder and the id of its facts, the scenario, the contracts.

    entity: which of a group's companies it is about, "" for all of them or a company by itself.
    """

    folder: Path
    facts: str
    scenario: Scenario
    factoring: FactoringContract | None = None
    insurance: InsurancePolicy | None = None
    entity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The sums of some paths by variant, and the id of the facts that they were drawn from."""

    facts: str
    sums: dict[Variant, Sums]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """What a worker keeps: the folder that it has read, the id of what it found, the paths of its last scenario."""

    folder: Path
    facts: str
    view: View
    book: Book


class Worker:
    """Draws on one thread; keeps the ledger of its last question."""

    def __init__(self) -> None:
        use_kernel_cache()
        self._opened: _Opened | None = None

    def sums(self, asked: Asked, shard: Shard) -> Part:
        """What the contracts make of some paths; raises InputRejected where the ledger cannot be read here."""
        from forecasting.simulation.engine import sums_of

        self._opened = opened = self._open(asked)
        return Part(facts=opened.facts, sums=sums_of(opened.book, asked.factoring, asked.insurance, shard, threads=1))

    def _open(self, asked: Asked) -> _Opened:
        from data.learning import learnt_in
        from data.ledger_folder import read_ledger_folder
        from forecasting.group.views import view_of
        from forecasting.simulation.engine import simulate

        held = self._opened
        kept = held if held and (held.folder, held.facts) == (asked.folder, asked.facts) else None
        if kept and kept.book.scenario == asked.scenario:
            return kept
        view = kept.view if kept else view_of(read_ledger_folder(asked.folder).ledger, asked.entity)
        known = learnt_in(view, asked.scenario.horizon_days)
        ground = kept.book.ground if kept else None
        book = simulate(view.ledger, asked.scenario, learnt=known, ground=ground)
        return _Opened(folder=asked.folder, facts=facts_id(view.ledger, known), view=view, book=book)


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
