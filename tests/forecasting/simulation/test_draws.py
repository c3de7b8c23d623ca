"""Drawn paths: the same bits however they are drawn, the law that the tables state, and facts that win."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri
from scipy.stats import chi2

from bench.company import AS_OF, delay_profiles
from forecasting.dates import is_business_day
from forecasting.ledger import NO_DAY, Ledger, Partner
from forecasting.ledger_build import InvoiceColumns, PartPayment, build_ledger
from forecasting.scenario import (
    CreditNoteFact,
    Defaults,
    Delays,
    DisputeFact,
    Insolvency,
    PaymentFact,
    Scenario,
    Shock,
)
from forecasting.simulation.assumptions import ASSUMPTIONS, assumed_profiles, default_delay_curve
from forecasting.simulation.draw_block import draw_block, receipts_book
from forecasting.simulation.draw_plan import DrawPlan, draw_plan, shocked_days
from forecasting.simulation.draws import FAILS, debtor_marks, path_luck, pay_days, stops
from forecasting.simulation.kernel_facts import path_facts
from tests.forecasting.simulation.questions import plan_of, same_block, small

Days = npt.NDArray[np.int16]


def one_debtor(due_offsets: list[int], *, issue_offset: int = -90, amount: int = 100_000) -> Ledger:
    """A ledger of one debtor's invoices that fall due so many days from as_of."""
    count = len(due_offsets)
    return build_ledger(
        as_of=AS_OF,
        currency="EUR",
        opening_cash_minor=0,
        customers=InvoiceColumns(
            invoice_id=[f"F{i:04d}" for i in range(count)],
            partner_id=["D"] * count,
            issue=[min(AS_OF + issue_offset, AS_OF + due) for due in due_offsets],
            due=[AS_OF + due for due in due_offsets],
            amount_minor=[amount] * count,
        ),
    )


def quiet(horizon_days: int = 365, **changes: object) -> Scenario:
    """A scenario on calendar days."""
    return Scenario(horizon_days=horizon_days, business_days_only=False, **changes)  # type: ignore[arg-type]


def days_of(plan: DrawPlan, count: int) -> Days:
    """Payment days (count, n) of debtors that never stop."""
    luck = path_luck(plan, np.arange(count))
    marks = debtor_marks(plan, luck)
    never = np.full(marks.shape, plan.horizon_days, dtype=np.int16)
    return pay_days(plan, luck, marks, never)[0]


shocks = st.builds(
    Scenario,
    seed=st.integers(1, 10**6),
    horizon_days=st.sampled_from([30, 200, 365, 700]),
    business_days_only=st.booleans(),
    delays=st.builds(
        Delays,
        add_days=st.integers(-5, 40),
        multiply=st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("1.3"), Decimal(3)]),
    ),
    defaults=st.builds(Defaults, multiply_probability=st.sampled_from([Decimal(0), Decimal(1), Decimal(8)])),
    shocks=st.sampled_from([(), (Shock(segment="segment 1", delays=Delays(add_days=15)),)]),
)


@settings(derandomize=True, max_examples=12, deadline=None)
@given(scenario=shocks, seed=st.integers(1, 50), first=st.integers(0, 5_000))
def test_compiled_and_plain_draws_are_the_same_bits(scenario: Scenario, seed: int, first: int) -> None:
    plan = plan_of(small(seed=seed), scenario)
    assert same_block(draw_block(plan, first, 7), draw_block(plan, first, 7, plain=True))


@settings(derandomize=True, max_examples=6, deadline=None)
@given(scenario=shocks, first=st.integers(0, 90))
def test_a_path_is_the_same_in_every_block(scenario: Scenario, first: int) -> None:
    plan = plan_of(small(), scenario)
    whole, part = draw_block(plan, 0, 100), draw_block(plan, first, 10)
    for path in range(10):
        assert repr(path_facts(whole, first + path)) == repr(path_facts(part, path))


def test_removing_an_invoice_leaves_the_luck_of_all_others() -> None:
    ledger = small(200)
    gone = 57
    keep = np.delete(np.arange(len(ledger.customers)), gone)
    c = ledger.customers
    without = build_ledger(
        as_of=ledger.as_of,
        currency="EUR",
        opening_cash_minor=0,
        customers=InvoiceColumns(
            invoice_id=[c.invoice_id[i] for i in keep],
            partner_id=[ledger.partners[c.partner[i]].partner_id for i in keep],
            issue=c.issue[keep],
            due=c.due[keep],
            amount_minor=c.amount_minor[keep],
        ),
        partners=ledger.partners,
    )
    before, after = draw_block(plan_of(ledger, Scenario()), 0, 40), draw_block(plan_of(without, Scenario()), 0, 40)
    for path in range(40):
        a, b = path_facts(before, path), path_facts(after, path)
        others = a.receipts.invoice != gone
        names_a = [c.invoice_id[i] for i in a.receipts.invoice[others]]
        names_b = [without.customers.invoice_id[i] for i in b.receipts.invoice]
        assert names_a == names_b
        assert a.receipts.day[others].tolist() == b.receipts.day.tolist()
        assert a.receipts.amount_minor[others].tolist() == b.receipts.amount_minor.tolist()
        assert [f.judgment for f in a.failures] == [f.judgment for f in b.failures]


def chi_square(found: npt.NDArray[np.int64], expected: npt.NDArray[np.float64]) -> float:
    """The probability of a worse fit, over cells that expect at least five."""
    cells = expected >= 5
    statistic = ((found[cells] - expected[cells]) ** 2 / expected[cells]).sum()
    return float(chi2.sf(statistic, cells.sum() - 1))


def test_an_invoice_to_come_follows_its_delay_curve() -> None:
    ledger = one_debtor([120], issue_offset=60)
    days = days_of(draw_plan(ledger, quiet(), assumed_profiles(1), np.zeros(1)), 40_000)[:, 0]
    law = default_delay_curve()
    found = np.bincount(np.minimum(days, 315), minlength=316)[60:316]
    assert chi_square(found, law * 40_000) > 1e-4


@pytest.mark.parametrize("late", [1, 10, 40, 150])
def test_an_invoice_already_late_follows_its_curve_given_that(late: int) -> None:
    """Domain section 5 and the law of what is left: nothing is paid before today, nor more often today than later."""
    ledger = one_debtor([-late])
    days = days_of(draw_plan(ledger, quiet(), assumed_profiles(1), np.zeros(1)), 40_000)[:, 0]
    law = default_delay_curve()[60 + late :].copy()
    never = law[-1]
    law = np.append(law[:-1], 0) / law.sum()
    found = np.bincount(np.minimum(days, len(law) - 1), minlength=len(law))[:-1]
    assert chi_square(found, law[:-1] * 40_000) > 1e-4
    assert (days == 365).mean() == pytest.approx(never / default_delay_curve()[60 + late :].sum(), abs=0.01)


def test_an_invoice_not_yet_due_is_not_paid_before_today() -> None:
    days = days_of(draw_plan(one_debtor([3]), quiet(), assumed_profiles(1), np.zeros(1)), 20_000)[:, 0]
    law = default_delay_curve()[57:]
    found = np.bincount(np.minimum(days, 198), minlength=199)
    assert chi_square(found, law / law.sum() * 20_000) > 1e-4


def test_invoices_of_a_debtor_go_together_and_debtors_a_little() -> None:
    ledger = build_ledger(
        as_of=AS_OF,
        currency="EUR",
        opening_cash_minor=0,
        customers=InvoiceColumns(
            invoice_id=["A1", "A2", "B1"],
            partner_id=["A", "A", "B"],
            issue=[AS_OF + 60] * 3,
            due=[AS_OF + 100] * 3,
            amount_minor=[100] * 3,
        ),
    )
    profiles = replace(assumed_profiles(2), pmf=np.r_[np.zeros(55), np.full(200, 1 / 200), 0.0][None, :])
    days = days_of(draw_plan(ledger, quiet(700), profiles, np.zeros(2)), 20_000)
    rank = np.corrcoef(days.T)
    latent = 2 * np.sin(rank * np.pi / 6)
    assert latent[0, 1] == pytest.approx(ASSUMPTIONS.delay_correlation, abs=0.03)
    across = ASSUMPTIONS.delay_correlation * ASSUMPTIONS.delay_systematic**2
    assert latent[0, 2] == pytest.approx(across, abs=0.02)


@settings(derandomize=True, max_examples=5, deadline=None)
@given(seed=st.integers(1, 1_000))
def test_drawn_payments_fall_on_business_days(seed: int) -> None:
    block = draw_block(plan_of(small(seed=seed), Scenario(seed=seed)), 0, 5)
    assert len(block.receipt_day) > 100
    assert all(is_business_day(AS_OF + int(day)) for day in np.unique(block.receipt_day))
    assert all(is_business_day(AS_OF + int(day)) for day in np.unique(block.payment_day))


def test_no_invoice_gives_more_than_it_is_worth() -> None:
    ledger = small(300)
    block = draw_block(
        plan_of(ledger, Scenario(horizon_days=700, defaults=Defaults(multiply_probability=Decimal(5)))), 0, 60
    )
    assert len(block.failure_partner) > 20 and len(block.dispute_invoice) > 50 and len(block.request_partner) > 0
    for path in range(60):
        facts = path_facts(block, path)
        taken = np.zeros(len(ledger.customers), dtype=np.int64)
        np.add.at(taken, facts.receipts.invoice, facts.receipts.amount_minor)
        np.add.at(taken, facts.credit_notes.invoice, facts.credit_notes.amount_minor)
        assert (taken <= ledger.customers.amount_minor).all()
        assert (facts.receipts.day >= ledger.customers.issue[facts.receipts.invoice]).all()


def test_a_debtor_that_failed_pays_nothing_and_gets_nothing() -> None:
    ledger = small(300)
    block = draw_block(plan_of(ledger, Scenario(defaults=Defaults(multiply_probability=Decimal(8)))), 0, 60)
    for path in range(60):
        facts = path_facts(block, path)
        judged = {f.partner: f.judgment for f in facts.failures}
        partner = ledger.customers.partner
        for invoice, day in zip(facts.receipts.invoice, facts.receipts.day, strict=True):
            assert day < judged.get(int(partner[invoice]), 10**6)
        cancelled = set(facts.credit_notes.invoice.tolist())
        for invoice in range(len(ledger.customers)):
            judgment = judged.get(int(partner[invoice]), 10**6)
            if judgment < ledger.customers.issue[invoice] < AS_OF + 365:
                assert invoice in cancelled


def test_failures_come_as_often_as_their_probability_says_and_together() -> None:
    """Share of failing debtors, and the variance of their number against the exact one-factor law with sectors."""
    ledger = small(400, debtors=60)
    probability = np.full(len(ledger.partners), 0.05)
    plan = draw_plan(ledger, Scenario(seed=3), delay_profiles(ledger), probability)
    luck = path_luck(plan, np.arange(16_000))
    fails = (debtor_marks(plan, luck) & FAILS) > 0
    assert fails.mean() == pytest.approx(0.05, abs=0.002)
    common, within = plan.risks.factor[0] ** 2, plan.risks.sector_load[0] ** 2
    sector = plan.risks.sector[plan.debtors.risk]
    same = sector[:, None] == sector[None, :]
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()

    def together(correlation: float) -> float:
        given = ndtr((ndtri(0.05) + np.sqrt(correlation) * nodes) / np.sqrt(1 - correlation))
        return float((weights * given**2).sum())

    pairs = np.where(same, together(common + within), together(common)) - 0.05**2
    np.fill_diagonal(pairs, 0.05 * 0.95)
    assert fails.sum(axis=1).var() == pytest.approx(pairs.sum(), rel=0.06)


def test_failure_days_follow_a_constant_hazard() -> None:
    ledger = small(300, debtors=40)
    plan = draw_plan(ledger, Scenario(seed=4), delay_profiles(ledger), np.full(len(ledger.partners), 0.2))
    luck = path_luck(plan, np.arange(4_000))
    marks = debtor_marks(plan, luck)
    days = stops(plan, luck, marks).failure_day
    edges = np.array([0, 60, 120, 180, 240, 300, 365])
    expected = np.diff(1 - 0.8 ** (edges / 365)) / 0.2
    found = np.histogram(days, edges)[0] / len(days)
    assert found == pytest.approx(expected, abs=0.02)


def test_worse_odds_add_failures_and_take_none_away() -> None:
    ledger = small(300, debtors=40)
    mild = draw_block(plan_of(ledger, Scenario()), 0, 300)
    harsh = draw_block(plan_of(ledger, Scenario(defaults=Defaults(multiply_probability=Decimal(2)))), 0, 300)
    more = 0
    for path in range(300):
        a = {f.partner: f.judgment for f in path_facts(mild, path).failures}
        b = {f.partner: f.judgment for f in path_facts(harsh, path).failures}
        assert a.keys() <= b.keys()
        assert all(b[partner] <= judgment for partner, judgment in a.items())
        more += len(b) - len(a)
    assert more > 50


def test_recovery_keys_of_the_scenario_replace_the_assumptions() -> None:
    stressed = Defaults(multiply_probability=Decimal(9), recovery_rate=Decimal("0.1"), recovery_delay_days=40)
    block = draw_block(plan_of(small(), Scenario(defaults=stressed)), 0, 50)
    assert len(block.failure_partner) > 10
    assert (block.failure_dividend_ppm == 100_000).all()
    assert (block.failure_dividend_day == block.failure_judgment + 40).all()
    plain = draw_block(plan_of(small(), Scenario(defaults=Defaults(multiply_probability=Decimal(9)))), 0, 400)
    rates = {int(p): set(plain.failure_dividend_ppm[plain.failure_procedure == p].tolist()) for p in (0, 1)}
    assert rates == {0: {50_000}, 1: {31_250}}
    assert (plain.failure_procedure == 0).mean() == pytest.approx(0.65, abs=0.06)


def test_disputes_come_as_often_as_assumed_and_half_end_in_a_credit_note() -> None:
    ledger = one_debtor([90 + i % 60 for i in range(400)], issue_offset=30)
    block = draw_block(draw_plan(ledger, quiet(700), assumed_profiles(1), np.zeros(1)), 0, 400)
    # Half of one seventh of the invoices are paid before their dispute could open.
    assert len(block.dispute_invoice) / (400 * 400) == pytest.approx(0.015, abs=0.0015)
    assert (block.credit_minor == 20_000).all()
    assert len(block.credit_minor) / len(block.dispute_invoice) == pytest.approx(0.5, abs=0.04)
    lasted = block.dispute_resolved - block.dispute_day
    assert lasted.mean() == pytest.approx(30.5, abs=2)
    short = block.receipt_minor == 80_000
    assert short.sum() >= len(block.credit_minor) * 0.9


@given(
    lateness=st.integers(-60, 400),
    more=st.integers(0, 60),
    factor=st.sampled_from([Decimal("0.5"), Decimal(1), Decimal("1.3")]),
)
@settings(derandomize=True, max_examples=60, deadline=None)
def test_shocks_on_days(lateness: int, more: int, factor: Decimal) -> None:
    """Identity at 1 and 0; monotone in the factor, the days and the lateness."""
    assert shocked_days(lateness, Delays()) == lateness
    shocked = shocked_days(lateness, Delays(add_days=more, multiply=factor))
    assert shocked <= shocked_days(lateness + 1, Delays(add_days=more, multiply=factor))
    assert shocked <= shocked_days(lateness, Delays(add_days=more + 1, multiply=factor + 1))


def test_fifteen_days_more_move_every_payment_by_fifteen_days() -> None:
    ledger = one_debtor([-20, 10, 150], issue_offset=-30)
    base = days_of(draw_plan(ledger, quiet(), assumed_profiles(1), np.zeros(1)), 2_000).astype(int)
    later = days_of(draw_plan(ledger, quiet(delays=Delays(add_days=15)), assumed_profiles(1), np.zeros(1)), 2_000)
    paid = base < 350
    assert (later[paid] - base[paid] == 15).all()


def test_a_factor_acts_on_lateness_and_on_the_wait_of_what_is_late_already() -> None:
    """accuracy.md section 8: due ahead, lateness times f; overdue, the wait from today times f."""
    ledger = one_debtor([-20, 150], issue_offset=-30)
    base = days_of(draw_plan(ledger, quiet(700), assumed_profiles(1), np.zeros(1)), 2_000).astype(int)
    doubled = quiet(700, delays=Delays(multiply=Decimal(2)))
    later = days_of(draw_plan(ledger, doubled, assumed_profiles(1), np.zeros(1)), 2_000).astype(int)
    overdue = base[:, 0] < 300
    assert (later[overdue, 0] + 1 == 2 * (base[overdue, 0] + 1)).all()
    ahead = base[:, 1] < 300
    lateness = base[ahead, 1] - 150
    assert (later[ahead, 1] == np.where(lateness > 0, 150 + 2 * lateness, base[ahead, 1])).all()


def test_a_partner_is_shocked_by_its_own_row_before_its_segment() -> None:
    partners = [Partner(partner_id=name, segment="s") for name in ("A", "B")]
    ledger = build_ledger(
        as_of=AS_OF,
        currency="EUR",
        opening_cash_minor=0,
        customers=InvoiceColumns(
            invoice_id=["A1", "B1"],
            partner_id=["A", "B"],
            issue=[AS_OF] * 2,
            due=[AS_OF + 60] * 2,
            amount_minor=[100] * 2,
        ),
        partners=partners,
    )
    rows = (
        Shock(segment="s", delays=Delays(add_days=20)),
        Shock(partner_id="A", delays=Delays(add_days=5)),
        Shock(partner_id="B", defaults=Defaults(multiply_probability=Decimal(2))),
    )
    base = days_of(draw_plan(ledger, quiet(), assumed_profiles(2), np.zeros(2)), 50).astype(int)
    asked = quiet(delays=Delays(add_days=30), shocks=rows)
    moved = days_of(draw_plan(ledger, asked, assumed_profiles(2), np.zeros(2)), 50).astype(int) - base
    inside = base < 300
    assert set(moved[inside[:, 0], 0]) == {5}
    assert set(moved[inside[:, 1], 1]) == {20}


def test_facts_win_over_draws() -> None:
    ledger = small(60)
    ids = ledger.customers.invoice_id
    judged = ledger.partners[int(ledger.customers.partner[30])].partner_id
    scenario = Scenario(
        defaults=Defaults(multiply_probability=Decimal(9)),
        payments=(
            PaymentFact(invoice_id=ids[30], day=AS_OF + 200, amount_minor=500),
            PaymentFact(invoice_id=ids[1], never=True),
            PaymentFact(invoice_id=ids[2], day=AS_OF + 33),
        ),
        insolvencies=(Insolvency(partner_id=judged, judgment=AS_OF + 40, declared=AS_OF + 41),),
        credit_notes=(CreditNoteFact(invoice_id=ids[3], day=AS_OF + 5, amount_minor=700),),
        disputes=(DisputeFact(invoice_id=ids[4], day=AS_OF + 2, resolved=AS_OF + 9),),
    )
    block = draw_block(plan_of(ledger, scenario), 0, 50)
    amounts = ledger.customers.amount_minor
    for path in range(50):
        facts = path_facts(block, path)
        receipts = {
            (int(i), int(d) - AS_OF): int(a)
            for i, d, a in zip(facts.receipts.invoice, facts.receipts.day, facts.receipts.amount_minor, strict=True)
        }
        assert receipts[30, 200] == 500 and receipts[2, 33] == amounts[2]
        assert not any(i == 1 for i, _ in receipts)
        assert all(a == amounts[3] - 700 for (i, _), a in receipts.items() if i == 3)
        assert (3, 5, 700) in zip(
            facts.credit_notes.invoice, facts.credit_notes.day - AS_OF, facts.credit_notes.amount_minor, strict=True
        )
        assert [(d.day - AS_OF, d.resolved - AS_OF) for d in facts.disputes if d.invoice == 4] == [(2, 9)]
        known = [f for f in facts.failures if ledger.partners[f.partner].partner_id == judged]
        assert [(f.judgment, f.declared) for f in known] == [(AS_OF + 40, AS_OF + 41)]


def test_known_payments_and_credit_notes_of_the_ledger() -> None:
    """A paid_date to come is certain; part payments and credit notes reduce what is drawn; a loose credit note is taken off."""
    ledger = build_ledger(
        as_of=AS_OF,
        currency="EUR",
        opening_cash_minor=0,
        customers=InvoiceColumns(
            invoice_id=["history", "known", "loose", "note", "part"],
            partner_id=["D"] * 5,
            issue=[AS_OF - 60, AS_OF - 60, AS_OF - 3, AS_OF + 4, AS_OF - 30],
            due=[AS_OF - 30, AS_OF - 30, AS_OF + 12, AS_OF + 4, AS_OF + 10],
            amount_minor=[1_000, 2_000, -150, -300, 5_000],
            paid=[AS_OF - 20, AS_OF + 6, NO_DAY, NO_DAY, NO_DAY],
            credits=["", "", "", "part", ""],
        ),
        payments=[PartPayment(side="customer", invoice_id="part", day=AS_OF - 5, amount_minor=700)],
    )
    block = draw_block(draw_plan(ledger, quiet(), assumed_profiles(1), np.zeros(1)), 0, 30)
    for path in range(30):
        receipts = path_facts(block, path).receipts
        rows = dict(zip(receipts.invoice.tolist(), receipts.amount_minor.tolist(), strict=True))
        day = dict(zip(receipts.invoice.tolist(), (receipts.day - AS_OF).tolist(), strict=True))
        assert 0 not in rows and rows[1] == 2_000 and day[1] == 6
        assert rows[2] == -150 and day[2] == 12
        assert rows.get(4, 4_000) in {4_000, 3_200}


def test_suppliers_are_paid_when_due_where_nothing_is_learnt_and_by_habit_where_it_is() -> None:
    ledger = build_ledger(
        as_of=AS_OF,
        currency="EUR",
        opening_cash_minor=0,
        suppliers=InvoiceColumns(
            invoice_id=["ahead", "late"],
            partner_id=["S", "S"],
            issue=[AS_OF - 30, AS_OF - 60],
            due=[AS_OF + 10, AS_OF - 4],
            amount_minor=[100, 200],
        ),
    )
    assumed = draw_plan(ledger, quiet(), assumed_profiles(1), np.zeros(1))
    assert assumed.payment_day[0] == 10 and assumed.payment_day[1] >= 0
    habit = np.zeros((1, 256))
    habit[0, 60 + 8] = 1.0
    learnt = replace(assumed_profiles(1), pmf=habit, assumed=np.zeros(1, dtype=np.bool_))
    assert draw_plan(ledger, quiet(), learnt, np.zeros(1)).payment_day.tolist() == [18, 4]


@settings(derandomize=True, max_examples=8, deadline=None)
@given(scenario=shocks, seed=st.integers(1, 50), first=st.integers(0, 5_000))
def test_the_book_of_receipts_is_the_sum_of_the_receipts(scenario: Scenario, seed: int, first: int) -> None:
    plan = plan_of(small(seed=seed), scenario)
    block = draw_block(plan, first, 9)
    total = np.zeros((9, scenario.horizon_days), dtype=np.int64)
    np.add.at(total, (np.repeat(np.arange(9), np.diff(block.receipt_ptr)), block.receipt_day), block.receipt_minor)
    assert np.array_equal(receipts_book(plan, first, 9), total)
