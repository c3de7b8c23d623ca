"""The search against brute force: the same figures, the same efficient set, the same optimum on random small companies."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from bench.company import expectations
from forecasting.choice.cost import cost_by_heading
from forecasting.choice.figures import Figures
from forecasting.choice.frontier import MEASURES, Level, Measure, cheapest, risk_of, verdicts
from forecasting.choice.groups import FACTORING_PRICES, INSURANCE_PRICES
from forecasting.choice.offers import Axis, Candidates, Clause, Grid, Insured, Offer, Option, Raise, candidates
from forecasting.choice.search import weigh
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import BonusMalus, InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.scenario import Defaults, Scenario
from forecasting.simulation.engine import Book, Cancelled, evaluate, simulate
from forecasting.simulation.kernel_arrays import lower, same_exposure
from tests.forecasting.cases import random_case, random_contract, random_policy
from tests.forecasting.simulation.questions import FACTORING, INSURANCE, small

Pair = tuple[FactoringContract | None, InsurancePolicy | None]
QUESTION = Scenario(path_count=60, horizon_days=150, seed=3, defaults=Defaults(multiply_probability=Decimal(8)))


def options(kind: Any, field: str, *values: Any) -> tuple[Option, ...]:
    return tuple(Option(text=str(v), steps=(Clause(kind=kind, field=field, value=v),)) for v in values)


def random_grid(luck: random.Random, ledger: Ledger) -> Grid:
    """Prices and rules of both contracts, debtors that are assigned or insured, a limit to be negotiated."""
    names = tuple(p.partner_id for p in ledger.partners if p.partner_id.startswith("D"))
    first = luck.sample(names, 2)
    axes = [
        Axis(
            name="reserve",
            kind="factoring",
            options=options("factoring", "reserve_rate", Decimal("0.05"), Decimal("0.2")),
        ),
        Axis(name="draw", kind="factoring", options=options("factoring", "draw_policy", "full", "on_demand")),
        Axis(name="late", kind="factoring", options=options("factoring", "max_term_days", None, 45)),
        Axis(name="who", kind="factoring", options=options("factoring", "debtors_only", None, tuple(sorted(first)))),
        Axis(name="share", kind="insurance", options=options("insurance", "insured_pct", Decimal("0.8"), Decimal("0.95"))),
        Axis(name="waiting", kind="insurance", options=options("insurance", "waiting_months", 0, 3)),
        Axis(
            name="insured",
            kind="insurance",
            options=(Option(text="all"), Option(text="two", steps=(Insured(only=tuple(first), debtors=names),))),
        ),
        Axis(
            name="limit",
            kind="insurance",
            options=(
                Option(text="0"),
                Option(text="+", steps=(Raise(kind="insurance", partner_id=first[0], add_minor=1_000_000),)),
            ),
        ),
    ]
    first_day = ledger.as_of
    return Grid(
        factoring=(random_contract(luck, first_day, list(names)), None),
        insurance=(None, random_policy(luck, first_day, list(names))),
        axes=tuple(luck.sample(axes, 4)),
    )


def by_hand(book: Book, pair: Pair) -> tuple[int, int, float]:
    """Cost, lowest balance (5 %) and probability of an offer, by a projection of its own."""
    found = evaluate(book, *pair).curves
    curve = found[Offer(factoring=pair[0], insurance=pair[1]).variant]
    cost = cost_by_heading(curve.cost_minor, curve.account_minor, curve.loss_minor["guarantee"])
    return sum(cost.values()), curve.lowest.minimum_p05_minor, curve.probability_below_floor_ever


def best_by_hand(answers: list[tuple[int, int, float]], measure: Measure) -> set[tuple[int, float]]:
    """Every (cost, risk) that nothing beats, found by comparing each with each."""
    points = {(cost, -low if measure == "lowest" else chance) for cost, low, chance in answers}
    return {p for p in points if not any(q != p and q[0] <= p[0] and q[1] <= p[1] for q in points)}


@pytest.mark.parametrize("seed", range(50))
def test_the_search_finds_what_brute_force_finds(seed: int) -> None:
    ledger = random_case(seed).ledger
    found = candidates(random_grid(random.Random(seed), ledger))
    book = simulate(ledger, QUESTION, learnt=expectations(ledger))
    figures = weigh(book, found.offers)
    answers = [by_hand(book, (offer.factoring, offer.insurance)) for offer in found.offers]
    assert [(f.cost_minor, f.minimum_p05_minor, f.probability_below_floor) for f in figures] == answers
    for measure in MEASURES:
        said = verdicts(figures, measure)
        marked = {(f.cost_minor, risk_of(f, measure)) for f, v in zip(figures, said, strict=True) if v.efficient}
        assert marked == best_by_hand(answers, measure)
        for f, verdict in zip(figures, said, strict=True):
            if verdict.by is not None:
                better = figures[verdict.by]
                assert said[verdict.by].efficient
                assert better.cost_minor <= f.cost_minor and risk_of(better, measure) <= risk_of(f, measure)
    bound = sorted(low for _, low, _ in answers)[len(answers) // 2]
    place = cheapest(figures, Level(lowest_minor=bound))
    assert place is not None
    assert answers[place][0] == min(cost for cost, low, _ in answers if low >= bound)


def test_a_grid_holds_every_combination_once() -> None:
    ledger = small(60)
    grid = random_grid(random.Random(5), ledger)
    found = candidates(grid)
    assert found.offers[0] == Offer()
    pairs = [(offer.factoring, offer.insurance) for offer in found.offers]
    assert len(set(pairs)) == len(pairs)
    by_hand_pairs = {
        (factoring, insurance) for factoring, insurance in product((grid.factoring[0], None), (grid.insurance[1], None))
    }
    assert {(None, None)} == by_hand_pairs & {(None, None)}
    assert len(pairs) + len(found.refused) <= grid.size + 1


def test_what_no_contract_can_hold_is_refused_with_its_reason() -> None:
    axis = Axis(
        name="reserve_rate", kind="factoring", options=options("factoring", "reserve_rate", Decimal("0.1"), Decimal(2))
    )
    found: Candidates = candidates(Grid(factoring=(FACTORING,), axes=(axis,)))
    assert len(found.offers) == 2 and [r.values for r in found.refused] == [(("reserve_rate", "2"),)]


@pytest.fixture(scope="module")
def book() -> Book:
    ledger = small(150)
    return simulate(ledger, replace(QUESTION, path_count=150), learnt=expectations(ledger))


OFFERS = (
    Offer(factoring=FACTORING),
    Offer(insurance=INSURANCE),
    Offer(factoring=FACTORING, insurance=INSURANCE),
    Offer(factoring=replace(FACTORING, draw_policy="on_demand"), insurance=INSURANCE),
)


def test_threads_and_blocks_change_nothing(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    first = weigh(book, OFFERS, threads=1)
    for threads, block in ((2, 64), (3, 7)):
        monkeypatch.setattr("forecasting.choice.search._BLOCK_PATHS", (block, block))
        assert weigh(book, OFFERS, threads=threads) == first


def test_the_uncompiled_search_says_the_same(book: Book) -> None:
    assert weigh(book, OFFERS[:3], path_count=3, plain=True) == weigh(book, OFFERS[:3], path_count=3)


def test_progress_reaches_the_end_and_a_search_can_be_stopped(book: Book) -> None:
    told: list[tuple[int, int]] = []
    weigh(book, OFFERS, progress=lambda done, whole: told.append((done, whole)))
    assert told[-1] == (5 * 150, 5 * 150)
    with pytest.raises(Cancelled):
        weigh(book, OFFERS, cancelled=lambda: True)


def test_no_protection_costs_nothing(book: Book) -> None:
    (figures,) = weigh(book, [Offer()])
    assert figures.cost_minor == 0 and figures.cost_by_heading == {} and figures.variant == "baseline"


CHANGED: dict[str, Any] = {"day_count": 365, "reserve_mode": "pooled", "ceiling_basis": "funds_in_use",
    "draw_policy": "none", "draw_windows": ((1, 2),), "shortfall_policy": "netting", "discount_method": "true_yield",
    "index": (), "name": "x", "renewal": True, "instalments": (), "undeclared_pct": Decimal("0.5"),
    "bonus_malus": (BonusMalus(loss_ratio_up_to=None, change=Decimal("0.5")),), "deductible_stage": "EN_LOSS_FIRST",
}  # fmt: skip


@pytest.mark.parametrize(
    ("contract", "field"),
    [*((FACTORING, f) for f in FACTORING_PRICES), *((INSURANCE, f) for f in INSURANCE_PRICES)],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_price_leaves_the_first_stage_alone(contract: Any, field: str) -> None:
    ledger = small(40)
    value = getattr(contract, field)
    other = CHANGED.get(field, Decimal("0.5") if isinstance(value, Decimal) else 20_600 if field.endswith("day") else 7)
    assert other != value
    changed = replace(contract, **{field: other})
    pair = (changed, INSURANCE) if isinstance(contract, FactoringContract) else (FACTORING, changed)
    assert same_exposure(lower(ledger, 90, FACTORING, INSURANCE), lower(ledger, 90, *pair))


def made(cost: int, low: int, chance: float) -> Figures:
    return Figures(
        variant="both",
        cost_minor=cost,
        cost_by_heading={},
        minimum_p05_minor=low,
        minimum_p50_minor=low,
        minimum_mean_minor=low,
        probability_below_floor=chance,
        probability_below_overdraft=0.0,
        retained_minor=0,
    )


def test_verdicts_name_the_better_offer_and_by_how_much() -> None:
    figures = [made(0, -100, 0.8), made(50, 20, 0.3), made(60, 10, 0.2), made(50, 20, 0.3), made(70, 30, 0.3)]
    said = verdicts(figures)
    assert [v.by for v in said] == [None, None, 1, 1, None]
    assert (said[2].dearer_minor, said[2].lower_minor) == (10, 10)
    assert said[2].likelier == pytest.approx(-0.1)
    assert [v.by for v in verdicts(figures, "floor")] == [None, None, None, 1, 2]
    assert cheapest(figures, Level(lowest_minor=15)) == 1
    assert cheapest(figures, Level(lowest_minor=15, probability=0.25)) is None
    assert cheapest(figures, Level(probability=0.25), "floor") == 2
