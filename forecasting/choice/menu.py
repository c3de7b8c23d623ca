"""What a search tries where nobody says: each offer alone and each pair, ways to draw, whom to assign, whom to insure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from forecasting.choice.offers import Axis, Clause, Grid, Insured, Option, Step, largest_debtors
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger

#: How many of the largest debtors are assigned or insured, besides all that the contract takes.
LARGEST: Final = (5, 10, 20)
#: The value of an axis that leaves the contract as it stands.
AS_IT_STANDS: Final = "all"


def menu(ledger: Ledger, factoring: Iterable[FactoringContract], insurance: Iterable[InsurancePolicy]) -> Grid:
    """Every offer with and without every policy, times: drawn in full or on demand; all debtors or the 5, 10, 20 largest.

    Axes are named as in the grid file; the text of an option is a code: "full", "on_demand", "all", or a number of debtors.
    """
    debtors = largest_debtors(ledger, len(ledger.partners))
    held = Clause(kind="factoring", field="bank_floor_minor", value=ledger.cash_floor_minor)
    draws = (
        Option(text="full", steps=(_draw("full"),)),
        # On demand the bank is held at the cash floor: the draw should keep what the risk is measured by.
        Option(text="on_demand", steps=(_draw("on_demand"), held)),
    )
    return Grid(
        factoring=(None, *factoring),
        insurance=(None, *insurance),
        axes=(
            Axis(name="factoring.draw_policy", kind="factoring", options=draws),
            Axis(name="assigned", kind="factoring", options=_sets("assigned", debtors)),
            Axis(name="insured", kind="insurance", options=_sets("insured", debtors)),
        ),
    )


def _draw(policy: str) -> Step:
    return Clause(kind="factoring", field="draw_policy", value=policy)


def _sets(axis: str, debtors: Sequence[str]) -> tuple[Option, ...]:
    """All that the contract takes, then the largest debtors where there are more than those."""
    options = [Option(text=AS_IT_STANDS)]
    for count in LARGEST:
        if count < len(debtors):
            chosen = tuple(sorted(debtors[:count]))
            step: Step = Insured(only=chosen, debtors=tuple(debtors))
            if axis == "assigned":
                step = Clause(kind="factoring", field="debtors_only", value=chosen)
            options.append(Option(text=str(count), steps=(step,)))
    return tuple(options)
