"""Why the balance is what it is on one day: from cash today, through planned life and the scenario's shocks, to the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Final, Literal

from forecasting.curve import Projection
from forecasting.ledger import Ledger
from forecasting.scenario import Defaults, Delays, Scenario
from forecasting.simulation.flows import Variant
from pages.ui.charts.weeks import Heading
from pages.ui.formats import Formats
from pages.ui.headings import planned_daily

Cause = Literal["business", "tax", "financing", "other", "delays", "defaults", "facts", "protection"]
#: Planned flows that belong to everyday business and are not told apart from customers and suppliers.
_EVERYDAY: Final[frozenset[Heading]] = frozenset({"wages", "rent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The same question with ever more of its shocks: none, delays too, failures too, everything (the last may repeat)."""

    plain: Scenario
    delayed: Scenario
    failing: Scenario
    whole: Scenario

    @property
    def distinct(self) -> tuple[Scenario, ...]:
        """The scenarios to be projected, each once."""
        return tuple(dict.fromkeys((self.plain, self.delayed, self.failing, self.whole)))


def steps_of(scenario: Scenario) -> Steps:
    """A scenario taken apart: facts go first, then failures, then delays.

    All four face the same luck, so that each difference is the effect of one kind of shock, given those before it.
    """
    failing = replace(
        scenario, payments=(), insolvencies=(), credit_notes=(), disputes=(), collection_requests=(), name=scenario.name
    )
    calm = Defaults(
        recovery_rate=scenario.defaults.recovery_rate, recovery_delay_days=scenario.defaults.recovery_delay_days
    )
    delayed = replace(
        failing, defaults=calm, shocks=tuple(replace(s, defaults=Defaults()) for s in scenario.shocks if _delays(s.delays))
    )
    plain = replace(delayed, delays=Delays(), shocks=())
    return Steps(plain=plain, delayed=delayed, failing=failing, whole=scenario)


def _delays(delays: Delays) -> bool:
    return delays.add_days != 0 or delays.multiply != Decimal(1)


def causes(
    steps: Steps, projections: Mapping[Scenario, Projection], ledger: Ledger, variant: Variant, day: int
) -> tuple[tuple[Cause, int], ...]:
    """Signed minor units that lead from cash today to the median balance of `variant` on `day`; they add up exactly.

    Planned flows are certain, so they shift the median by their sum; the rest of the plain median is everyday business.
    """
    k = day - ledger.as_of

    def median(scenario: Scenario, of: Variant = "baseline") -> int:
        return int(projections[scenario].curves[of].p50_minor[k])

    planned = {h: int(flow[: k + 1].sum()) for h, flow in planned_daily(ledger, ledger.as_of, k + 1).items()}
    apart = {h: amount for h, amount in planned.items() if h not in _EVERYDAY}
    business = median(steps.plain) - ledger.opening_cash_minor - sum(apart.values())
    found: list[tuple[Cause, int]] = [("business", business)]
    found += [(cause, apart[cause]) for cause in ("tax", "financing", "other") if apart.get(cause)]
    found += [
        ("delays", median(steps.delayed) - median(steps.plain)),
        ("defaults", median(steps.failing) - median(steps.delayed)),
        ("facts", median(steps.whole) - median(steps.failing)),
        ("protection", median(steps.whole, variant) - median(steps.whole)),
    ]
    assert ledger.opening_cash_minor + sum(a for _, a in found) == median(steps.whole, variant), "the causes must add up"
    return tuple((cause, amount) for cause, amount in found if amount)


def rounded_steps(start_minor: int, amounts_minor: Sequence[int], formats: Formats) -> tuple[int, list[int], int]:
    """Start, steps and result in whole thousands that add up as read: each step is a difference of rounded running sums."""
    running = start_minor
    shown = [formats.thousands(start_minor)]
    for amount in amounts_minor:
        running += amount
        shown.append(formats.thousands(running))
    return shown[0], [b - a for a, b in pairwise(shown)], shown[-1]
