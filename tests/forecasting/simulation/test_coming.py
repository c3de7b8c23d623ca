"""The business to come on drawn paths: another level on each, the same one for kernel and reference, to the cent."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.company import AS_OF
from forecasting.activity import is_expected
from forecasting.drivers import drivers
from forecasting.ledger import Certainty, Ledger, PlannedFlow
from forecasting.ledger_build import build_ledger
from forecasting.ledger_edit import rebuilt, records_of
from forecasting.scenario import Scenario
from forecasting.simulation import coming
from forecasting.simulation.certain import certain_facts
from forecasting.simulation.draw_block import draw_block, receipts_book
from forecasting.simulation.engine import evaluate, project, simulate
from forecasting.simulation.kernel_facts import path_facts
from forecasting.simulation.operations import operating_flows
from forecasting.simulation.preview import mean_balance
from tests.forecasting.simulation.kernel_cases import _contract, _policy
from tests.forecasting.simulation.questions import FACTORING, INSURANCE, same_block, small
from tests.forecasting.simulation.test_engine_reference import facts_for, odd_ledger


def flow(amount_minor: int, label: str, certainty: Certainty) -> PlannedFlow:
    every = "month" if label == "hire" else ""
    return PlannedFlow(day=AS_OF + 20, amount_minor=amount_minor, label=label, every=every, certainty=certainty)


NOTHING = certain_facts(build_ledger(as_of=AS_OF, currency="EUR", opening_cash_minor=0), Scenario(kind="certain"))
FLOWS = (flow(-70_000, "hire", "likely"), flow(900_000, "grant", "possible"), flow(-1_000, "rent", "sure"))


def expecting(ledger: Ledger, flows: tuple[PlannedFlow, ...] = FLOWS) -> Ledger:
    """The same company, its invoices to come expected ones that nobody has issued, with plans that may not come."""
    sides = {}
    for side in ("customer", "supplier"):
        rows = records_of(ledger, side)
        named = {r.credits for r in rows}
        sides[side] = [
            replace(r, invoice_id=f"expected:{r.invoice_id}")
            if r.issue >= ledger.as_of and not r.credits and r.invoice_id not in named
            else r
            for r in rows
        ]
    return rebuilt(ledger, customers=sides["customer"], suppliers=sides["supplier"], planned_flows=flows)


@settings(derandomize=True, max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_every_cent_agrees_on_business_that_is_only_expected(seed: int) -> None:
    ledger, luck = expecting(odd_ledger(seed)), random.Random(seed)
    debtors = tuple(f"D{p}" for p in range(6))
    contract, policy = _contract(luck, ledger.as_of, debtors), _policy(luck, ledger.as_of, debtors)
    scenario = facts_for(odd_ledger(seed), 0)
    answer = evaluate(simulate(ledger, scenario), contract, policy, check_paths=6, plain=seed % 2 == 0)
    assert (answer.check_paths, answer.check_differences) == (6, 0)


@pytest.mark.proof
@settings(derandomize=True, max_examples=300, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_every_cent_agrees_on_business_that_is_only_expected_at_length(seed: int) -> None:
    test_every_cent_agrees_on_business_that_is_only_expected.hypothesis.inner_test(seed)  # type: ignore[attr-defined]


def test_a_company_that_is_certain_draws_what_it_always_did() -> None:
    ledger = rebuilt(small(), planned_flows=FLOWS[2:])
    plan = simulate(ledger, Scenario(horizon_days=120)).plan
    assert plan.coming is None
    assert draw_block(plan, 0, 5).business is None


def test_the_same_paths_come_first_in_a_longer_run_and_in_plain_code() -> None:
    plan = simulate(expecting(small()), Scenario(horizon_days=200)).plan
    whole, later = draw_block(plan, 0, 12), draw_block(plan, 8, 4)
    assert same_block(replace(whole, business=None), replace(draw_block(plan, 0, 12, plain=True), business=None))
    assert whole.business is not None and later.business is not None
    assert np.array_equal(whole.business.customer_minor[8:], later.business.customer_minor)
    assert np.array_equal(whole.business.fixed[8:], later.business.fixed)
    assert np.array_equal(receipts_book(plan, 8, 4), receipts_book(plan, 0, 12)[8:])


def test_an_added_invoice_leaves_the_luck_of_all_others_alone() -> None:
    whole = expecting(small())
    dropped = records_of(whole, "customer")
    gone = next(r for r in dropped if is_expected(r.invoice_id))
    less = rebuilt(whole, customers=[r for r in dropped if r is not gone])
    kept = []
    for ledger in (whole, less):
        facts = path_facts(draw_block(simulate(ledger, Scenario()).plan, 3, 1), 0)
        rows = zip(facts.receipts.invoice.tolist(), facts.receipts.day.tolist(), strict=True)
        kept.append({(ledger.customers.invoice_id[i], d) for i, d in rows} - {(gone.invoice_id, 0)})
    assert {row for row in kept[0] if row[0] != gone.invoice_id} == kept[1]


def test_the_level_moves_expected_invoices_alone_and_as_far_as_it_erred() -> None:
    ledger = expecting(small(400))
    plan = simulate(ledger, Scenario(path_count=4_000)).plan
    assert plan.coming is not None
    side = plan.coming.customers
    assert {is_expected(ledger.customers.invoice_id[i]) for i in side.row.tolist()} == {True}
    assert len(side) == sum(is_expected(name) for name in ledger.customers.invoice_id)
    factor = np.log(coming.factors_ppm(side, 1, np.arange(4_000)) / 1_000_000)
    assert factor.std(axis=0) == pytest.approx(side.error.whole, rel=0.06)
    assert np.median(factor, axis=0) == pytest.approx(0.0, abs=0.02)


def test_expected_business_widens_the_band_and_keeps_the_middle() -> None:
    certain, scenario = small(600), Scenario(path_count=600, horizon_days=300)
    curves = [
        project(ledger, scenario, threads=1).curves["baseline"] for ledger in (certain, expecting(certain, FLOWS[2:]))
    ]
    width = [int(c.p95_minor[-1]) - int(c.p05_minor[-1]) for c in curves]
    assert width[1] > 1.2 * width[0]


def test_plans_come_as_often_as_their_words_say() -> None:
    ledger = expecting(small(40))
    block = draw_block(simulate(ledger, Scenario(horizon_days=60)).plan, 0, 4_000)
    assert block.business is not None
    assert block.business.comes.mean(axis=0) == pytest.approx([0.4, 0.75], abs=0.025)
    grant, hire = block.business.comes[0].tolist()
    moved = [
        f.amount_minor for f in operating_flows(coming.ledger_on(ledger, block.business.of_path(0)), NOTHING, AS_OF + 59)
    ]
    assert sum(moved) == (900_000 if grant else 0) - (140_000 if hire else 0) - 1_000
    stated = [f.amount_minor for f in operating_flows(ledger, NOTHING, AS_OF + 59)]
    assert sum(stated) == -141_000, "where nothing is drawn, what is sure or likely counts"


def test_the_average_is_known_before_a_path_is_drawn() -> None:
    ledger = expecting(small(300))
    book = simulate(ledger, Scenario(path_count=3_000, horizon_days=240))
    curve = evaluate(book).curves["baseline"]
    apart = np.abs(mean_balance(ledger, book.plan) - curve.mean_minor)
    scale = (curve.p95_minor - curve.p05_minor) / 3.3 / np.sqrt(3_000)
    assert (apart <= 5 * scale + 50).all()


def test_who_drives_a_day_adds_up_on_paths_of_different_levels() -> None:
    ledger = expecting(small(200))
    book = simulate(ledger, Scenario(path_count=60, horizon_days=150))
    answer = evaluate(book, FACTORING, INSURANCE)
    rows = drivers(book, answer, "baseline", AS_OF + 149)
    assert {row.heading for row in rows} >= {"debtor_receipt", "supplier_payment", "planned_flow"}


def test_the_vat_of_a_month_follows_its_level() -> None:
    ledger = replace(expecting(small(80), ()), vat_returns="computed")
    book = simulate(ledger, Scenario(path_count=8, horizon_days=300))
    answer = evaluate(book, check_paths=8)
    assert (answer.check_paths, answer.check_differences) == (8, 0)
    assert book.plan.coming is not None and int((book.plan.coming.customers.vat_at >= 0).sum()) > 20
    assert Decimal(1) <= Decimal(coming.mean_factor(book.plan.coming.customers))
