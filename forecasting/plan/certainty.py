"""Planned flows that may not come: sure, likely or possible, with the numbers behind the words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.ledger import Certainty, PlannedFlow
from forecasting.ledger_build import stable_id
from forecasting.money import apply_rate
from forecasting.simulation.luck import uniforms, words

#: What the words mean. Assumptions, to be shown as such beside the words.
PROBABILITY: Final[dict[Certainty, Decimal]] = {"sure": Decimal(1), "likely": Decimal("0.75"), "possible": Decimal("0.40")}
#: The words from the surest on.
CERTAINTIES: Final[tuple[Certainty, ...]] = ("sure", "likely", "possible")


def weighted_flows(flows: Iterable[PlannedFlow]) -> tuple[PlannedFlow, ...]:
    """Every flow, sure, at its amount times its probability, rounded half up: what the plan comes to on average."""
    weighted = (
        replace(f, amount_minor=apply_rate(f.amount_minor, PROBABILITY[f.certainty]), certainty="sure") for f in flows
    )
    return tuple(flow for flow in weighted if flow.amount_minor)


def counted_flows(flows: Iterable[PlannedFlow], least: Certainty) -> tuple[PlannedFlow, ...]:
    """The flows that are at least so sure, each at its whole amount: "sure" counts the sure ones, "possible" all."""
    return tuple(f for f in flows if CERTAINTIES.index(f.certainty) <= CERTAINTIES.index(least))


def happens(flows: Sequence[PlannedFlow], seed: int, paths: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether each flow comes on each path, bool (paths, flows): all of a rule's occurrences or none of them.

    The luck of a flow is keyed by its category, label and first day, so that other flows, amounts and more paths leave it
    alone; a more certain word only adds paths on which it comes.
    """
    keys = np.array([stable_id(f"plan {f.category} {f.label} {f.day}") for f in flows], dtype=np.int64)
    chance = np.array([float(PROBABILITY[f.certainty]) for f in flows])
    path = np.asarray(paths, dtype=np.int64)
    return np.asarray(uniforms(words(seed, path[:, None], keys[None, :], 0)) < chance)
