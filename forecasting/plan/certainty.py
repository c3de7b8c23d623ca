"""Planned flows that may not come: sure, likely or possible, with the numbers behind the words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from forecasting.ledger import PlannedFlow
from forecasting.ledger_build import stable_id
from forecasting.money import apply_rate
from forecasting.simulation.luck import uniforms, words

Certainty = Literal["sure", "likely", "possible"]

#: What the words mean. Assumptions, to be shown as such beside the words.
PROBABILITY: Final[dict[Certainty, Decimal]] = {"sure": Decimal(1), "likely": Decimal("0.75"), "possible": Decimal("0.40")}
#: The words from the surest on.
CERTAINTIES: Final[tuple[Certainty, ...]] = ("sure", "likely", "possible")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanItem:
    """A planned flow (a rule with all its occurrences, or one amount) and how sure it is to come."""

    flow: PlannedFlow
    certainty: Certainty = "sure"

    @property
    def probability(self) -> Decimal:
        """The chance behind the word."""
        return PROBABILITY[self.certainty]


def weighted_flows(items: Iterable[PlanItem]) -> tuple[PlannedFlow, ...]:
    """Every flow at its amount times its probability, rounded half up: what the plan comes to on average."""
    weighted = (replace(i.flow, amount_minor=apply_rate(i.flow.amount_minor, i.probability)) for i in items)
    return tuple(flow for flow in weighted if flow.amount_minor)


def counted_flows(items: Iterable[PlanItem], least: Certainty) -> tuple[PlannedFlow, ...]:
    """The flows that are at least so sure, each at its whole amount: "sure" counts the sure ones, "possible" all."""
    return tuple(i.flow for i in items if CERTAINTIES.index(i.certainty) <= CERTAINTIES.index(least))


def happens(items: Sequence[PlanItem], seed: int, paths: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether each item comes on each path, bool (paths, items): all of a rule's occurrences or none of them.

    The luck of an item is keyed by its category, label and first day, so that other items, amounts and more paths leave it
    alone; a more certain word only adds paths on which it comes.
    """
    keys = np.array([stable_id(f"plan {i.flow.category} {i.flow.label} {i.flow.day}") for i in items], dtype=np.int64)
    chance = np.array([float(i.probability) for i in items])
    path = np.asarray(paths, dtype=np.int64)
    return np.asarray(uniforms(words(seed, path[:, None], keys[None, :], 0)) < chance)
