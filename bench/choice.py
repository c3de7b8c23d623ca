"""The search over offers: what so many candidates take of one full projection's time, each weighed on every path."""

from __future__ import annotations

from decimal import Decimal
from itertools import islice
from typing import Any

from bench.company import company, expectations
from bench.engine import FACTORING, INSURANCE
from bench.measure import fastest
from forecasting.choice.offers import Axis, Clause, Grid, Option, candidates, largest_debtors
from forecasting.choice.search import weigh
from forecasting.ledger import Ledger
from forecasting.scenario import Scenario
from forecasting.simulation.engine import evaluate, simulate


def search_ratio(invoices: int, paths: int, count: int, rounds: int = 1) -> float:
    """Full projections (draws, both contracts, bands) that a search over `count` candidates takes."""
    ledger = company(invoices)
    scenario = Scenario(path_count=paths, horizon_days=365)
    learnt = expectations(ledger)
    offers = list(islice(candidates(grid(ledger)).offers, count))
    assert len(offers) == count, f"the grid has {len(offers)} candidates only"

    def project() -> object:
        return evaluate(simulate(ledger, scenario, learnt=learnt), FACTORING, INSURANCE)

    book = simulate(ledger, scenario, learnt=learnt)
    weigh(book, offers[:2])  # what is compiled at the first call is not measured
    found = fastest({"projection": project, "search": lambda: weigh(book, offers)}, rounds)
    return found["search"] / found["projection"]


def grid(ledger: Ledger) -> Grid:
    """2,000 candidates: prices of both contracts, how the line is drawn, which debtors are assigned, which are insured."""
    largest = largest_debtors(ledger, 10)
    return Grid(
        factoring=(FACTORING,),
        insurance=(INSURANCE,),
        axes=(
            _axis("factoring", "reserve_rate", *map(Decimal, ("0.05", "0.1", "0.15", "0.2"))),
            _axis("factoring", "margin", *map(Decimal, ("0.012", "0.015", "0.018", "0.021", "0.024"))),
            _axis("factoring", "draw_policy", "full", "on_demand"),
            _axis("factoring", "debtors_only", None, largest),
            _axis("insurance", "insured_pct", *map(Decimal, ("0.7", "0.8", "0.85", "0.9", "0.95"))),
            _axis("insurance", "premium_rate", *map(Decimal, ("0.002", "0.0025", "0.003", "0.0035", "0.004"))),
        ),
    )


def _axis(kind: Any, field: str, *values: Any) -> Axis:
    options = tuple(Option(text=str(v), steps=(Clause(kind=kind, field=field, value=v),)) for v in values)
    return Axis(name=f"{kind}.{field}", kind=kind, options=options)
