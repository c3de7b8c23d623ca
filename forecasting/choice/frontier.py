"""Which offers are efficient, which are dominated by which, which is the cheapest that keeps the risk in bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from forecasting.choice.figures import Figures

#: How risk is measured: by the lowest balance in the worst case of 20, or by the probability of breaking the floor.
Measure = Literal["lowest", "floor"]
MEASURES: Final[tuple[Measure, ...]] = ("lowest", "floor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is to be said of one offer.

    `by`: the place of the efficient offer that dominates it, None where it is efficient itself. `dearer_minor`: how much
    more it costs than that one; `lower_minor`: by how much its lowest balance (5 %) lies lower; `likelier`: by how much
    its probability of breaking the floor is higher. One of them may be 0, and all are for an offer with the same result.
    """

    by: int | None = None
    dearer_minor: int = 0
    lower_minor: int = 0
    likelier: float = 0.0

    @property
    def efficient(self) -> bool:
        """Whether no other offer is at least as cheap and at least as safe."""
        return self.by is None


def risk_of(figures: Figures, measure: Measure) -> float:
    """The risk that an offer leaves; less is better."""
    return -figures.minimum_p05_minor if measure == "lowest" else figures.probability_below_floor


def verdicts(figures: Sequence[Figures], measure: Measure = "lowest") -> tuple[Verdict, ...]:
    """A verdict for every offer.

    An offer is dominated where another one costs no more and leaves no more risk; of offers that are alike in both, the
    one that is better in the other measure stays, then the first. The one named is the safest that is as cheap.
    """
    found: list[Verdict] = [Verdict()] * len(figures)
    best: int | None = None
    for place in by_cost(figures, measure):
        if best is None or risk_of(figures[place], measure) < risk_of(figures[best], measure):
            best = place
        else:
            found[place] = _behind(figures[place], figures[best], best)
    return tuple(found)


def by_cost(figures: Sequence[Figures], measure: Measure) -> list[int]:
    """Places by cost, then by what risk is left in this measure, then in the other one, then as they stand."""
    other: Measure = "floor" if measure == "lowest" else "lowest"
    return sorted(
        range(len(figures)),
        key=lambda k: (figures[k].cost_minor, risk_of(figures[k], measure), risk_of(figures[k], other), k),
    )


def _behind(figures: Figures, better: Figures, by: int) -> Verdict:
    return Verdict(
        by=by,
        dearer_minor=figures.cost_minor - better.cost_minor,
        lower_minor=better.minimum_p05_minor - figures.minimum_p05_minor,
        likelier=figures.probability_below_floor - better.probability_below_floor,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The risk that one accepts: a lowest balance (5 %) of at least so much, a probability of at most so much, or both."""

    lowest_minor: int | None = None
    probability: float | None = None

    def holds(self, figures: Figures) -> bool:
        """Whether an offer keeps the risk within the level."""
        low, chance = self.lowest_minor, self.probability
        return (low is None or figures.minimum_p05_minor >= low) and (
            chance is None or figures.probability_below_floor <= chance
        )


def cheapest(figures: Sequence[Figures], level: Level, measure: Measure = "lowest") -> int | None:
    """The place of the cheapest offer within a level of risk; None where none is."""
    return next((place for place in by_cost(figures, measure) if level.holds(figures[place])), None)
