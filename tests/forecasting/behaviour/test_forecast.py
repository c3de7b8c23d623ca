"""Joint pay days: luck by entity, marginals, runs, overrides, stress."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.behaviour import (
    Behaviour,
    DelayShift,
    ExpectedPayment,
    Overrides,
    PaymentHistory,
    Trust,
    caution,
    forecast_open,
    learn,
)
from forecasting.behaviour.forecast import OpenForecast, receipts
from forecasting.behaviour.runs import shared_excess
from forecasting.behaviour.stress import failing, stressed_days, without_failing
from forecasting.ledger_build import stable_id
from tests.forecasting.behaviour.company import NO_HOLIDAYS, four_customers

HORIZON = 180


@pytest.fixture(scope="module")
def known() -> PaymentHistory:
    return four_customers()


@pytest.fixture(scope="module")
def behaviour(known: PaymentHistory) -> Behaviour:
    return learn(known, known.as_of, NO_HOLIDAYS)


@pytest.fixture(scope="module")
def drawn(known: PaymentHistory, behaviour: Behaviour) -> OpenForecast:
    return forecast_open(behaviour, known, known.as_of, 2_000, 7)


def test_the_first_paths_of_a_longer_run_are_the_paths_of_a_shorter_one(
    known: PaymentHistory, behaviour: Behaviour, drawn: OpenForecast
) -> None:
    short = forecast_open(behaviour, known, known.as_of, 100, 7)
    assert (short.pay_day == drawn.pay_day[:100]).all()
    assert (short.receipts_minor == drawn.receipts_minor[:100]).all()


def test_an_invoice_that_is_removed_leaves_the_luck_of_others_alone(
    known: PaymentHistory, behaviour: Behaviour, drawn: OpenForecast
) -> None:
    gone = int(np.flatnonzero(known.is_open)[3])
    fewer = known.take(np.arange(len(known)) != gone)
    forecast = forecast_open(behaviour, fewer, known.as_of, 300, 7)
    assert (forecast.pay_day == np.delete(drawn.pay_day[:300], 3, axis=1)).all()


def test_pay_days_follow_the_chances(drawn: OpenForecast) -> None:
    share = np.stack([(drawn.pay_day == k).mean(axis=0) for k in range(HORIZON + 1)], axis=1)
    error = np.abs(share.cumsum(axis=1) - drawn.pmf.cumsum(axis=1)).max()
    assert error < 0.07, "2,000 paths with shared shocks"
    assert np.abs(share.mean(axis=0) - drawn.pmf.mean(axis=0)).max() < 0.02


def test_pay_days_fall_on_open_days(drawn: OpenForecast) -> None:
    paid = drawn.pay_day[drawn.pay_day < HORIZON].astype(np.int64) + drawn.invoices.as_of
    assert ((paid + 3) % 7 < 5).all()


def test_receipts_hold_every_cent_of_the_window(drawn: OpenForecast) -> None:
    for path in range(50):
        inside = drawn.pay_day[path] < drawn.receipts_minor.shape[1]
        assert drawn.receipts_minor[path].sum() == drawn.invoices.open_minor[inside].sum()


def test_a_run_share_brings_payments_together_and_leaves_their_chances(known: PaymentHistory, behaviour: Behaviour) -> None:
    def slow_pairs(share: float) -> tuple[float, npt.NDArray[np.float64]]:
        habits = replace(behaviour, run_share=np.full(4, share))
        forecast = forecast_open(habits, known, known.as_of, 2_000, 7)
        slow = np.flatnonzero(forecast.invoices.partner == known.partner_id.index("slow"))
        two = slow[np.argsort(forecast.invoices.due[slow])][:2]
        first, second = forecast.pay_day[:, two].T
        return float((first == second).mean()), np.sort(forecast.pay_day[:, two], axis=0).mean(axis=0)

    (alone, mean_alone), (together, mean_together) = slow_pairs(0.0), slow_pairs(0.8)
    assert together > alone + 0.1
    assert np.abs(mean_alone - mean_together).max() < 1.0


def test_the_shared_excess_is_that_of_two_normal_draws() -> None:
    rng = np.random.default_rng(5)
    common, own = rng.standard_normal(400_000), rng.standard_normal((2, 400_000))
    hit = np.sqrt(0.3) * common + np.sqrt(0.7) * own < -0.8416212
    expected = (hit[0] & hit[1]).mean() - 0.2**2
    assert abs(float(shared_excess(np.array([0.2]), np.array([0.3]))[0]) - expected) < 2e-3


def test_expected_days_are_certain_and_excluded_invoices_never_paid(known: PaymentHistory, behaviour: Behaviour) -> None:
    names = ["slow-92", "slow-93"]
    keys = {name: row for row, name in enumerate(names)}
    waiting = known.take(known.is_open)
    rows = {name: int(np.flatnonzero(waiting.stable == stable_id(name))[0]) for name in keys}
    day = known.as_of + 10
    said = Overrides(expected=(ExpectedPayment(invoice_id=names[0], day=day),), excluded=(names[1],))
    forecast = forecast_open(behaviour, known, known.as_of, 200, 7, overrides=said)
    plain = forecast_open(behaviour, known, known.as_of, 200, 7)
    on = behaviour.clock.day[int(behaviour.clock.at(day))] - known.as_of
    assert (forecast.pay_day[:, rows[names[0]]] == on).all()
    assert (forecast.pay_day[:, rows[names[1]]] == HORIZON).all()
    others = [r for r in range(len(waiting)) if r not in rows.values()]
    assert (forecast.pay_day[:, others] == plain.pay_day[:, others]).all(), "reversible, and alone in its effect"


def test_disputes_and_shifts_only_delay(known: PaymentHistory, behaviour: Behaviour) -> None:
    plain = forecast_open(behaviour, known, known.as_of, 5, 7).pmf.cumsum(axis=1)
    for said in (
        Overrides(shifts=(DelayShift(partner_id="middle", days=10),)),
        Overrides(shifts=(DelayShift(segment="", days=10),)),
        Overrides(disputed=("middle-97", "middle-98")),
    ):
        later = forecast_open(behaviour, known, known.as_of, 5, 7, overrides=said).pmf.cumsum(axis=1)
        assert (later <= plain + 1e-9).all()
        assert (later < plain - 1e-3).any()


def test_low_trust_moves_a_partner_towards_its_peers(known: PaymentHistory, behaviour: Behaviour) -> None:
    said = Overrides(trust=(Trust(partner_id="slow", level="low"),))
    careful = learn(known, known.as_of, NO_HOLIDAYS, caution=caution(known, said))
    slow = known.partner_id.index("slow")
    peers, own, moved = behaviour.curves.segment[0], behaviour.curves.partner[slow], careful.curves.partner[slow]
    assert np.abs(moved - peers).sum() < np.abs(own - peers).sum()
    other = known.partner_id.index("punctual")
    assert (careful.curves.partner[other] == behaviour.curves.partner[other]).all()


factors = st.decimals(min_value=0, max_value=3, places=2)
shifts = st.integers(-40, 60)


@settings(max_examples=25, derandomize=True, deadline=None)
@given(factor=factors, shift=shifts, more=st.integers(0, 30))
def test_stress_is_monotone_and_loses_nothing(
    drawn: OpenForecast, behaviour: Behaviour, factor: Decimal, shift: int, more: int
) -> None:
    def cumulative(f: Decimal, days: int) -> np.ndarray:
        pay = stressed_days(drawn.pay_day[:40], drawn.invoices, behaviour.clock, HORIZON, multiply=f, add_days=days)
        assert ((pay >= 0) & (pay <= HORIZON)).all()
        table = receipts(pay, drawn.invoices.open_minor, HORIZON)
        beyond = np.where(pay >= HORIZON, drawn.invoices.open_minor, 0).sum(axis=1)
        assert (table.sum(axis=1) + beyond == drawn.invoices.open_minor.sum()).all(), "nothing is lost"
        return table.cumsum(axis=1)

    base = cumulative(factor, shift)
    assert (cumulative(factor, shift + more) <= base).all(), "a longer shift never brings cash forward"
    assert (cumulative(factor + Decimal(more) / 10, shift) <= base).all(), "nor does a larger factor"


def test_no_stress_is_the_identity_to_the_cent(drawn: OpenForecast, behaviour: Behaviour) -> None:
    pay = stressed_days(drawn.pay_day, drawn.invoices, behaviour.clock, HORIZON)
    assert (pay == drawn.pay_day).all()
    by_formula = stressed_days(drawn.pay_day, drawn.invoices, behaviour.clock, HORIZON, multiply=Decimal("1.0"), add_days=0)
    assert (receipts(by_formula, drawn.invoices.open_minor, 91) == drawn.receipts_minor).all()
    almost = stressed_days(drawn.pay_day, drawn.invoices, behaviour.clock, HORIZON, multiply=Decimal("1.000000001"))
    assert (almost >= drawn.pay_day).all()


def test_a_shift_moves_only_the_concerned_and_by_its_days(drawn: OpenForecast, behaviour: Behaviour) -> None:
    concerned = drawn.invoices.partner == 0
    pay = stressed_days(drawn.pay_day, drawn.invoices, behaviour.clock, HORIZON, add_days=15, concerned=concerned)
    assert (pay[:, ~concerned] == drawn.pay_day[:, ~concerned]).all()
    inside = pay[:, concerned] < HORIZON
    moved = pay[:, concerned].astype(int) - drawn.pay_day[:, concerned]
    assert ((moved[inside] >= 15) & (moved[inside] <= 17)).all(), "15 days and rolling to a business day"


@settings(max_examples=20, derandomize=True, deadline=None)
@given(chance=st.floats(0, 1), more=st.floats(0, 1))
def test_failures_are_by_partner_and_grow_with_the_chance(drawn: OpenForecast, chance: float, more: float) -> None:
    concerned = np.array([True, False, True, True])
    paths = np.arange(200)
    few = failing(drawn.invoices, 3, paths, chance, concerned)
    many = failing(drawn.invoices, 3, paths, min(1.0, chance + more), concerned)
    assert (few <= many).all() and not few[:, 1].any()
    assert not failing(drawn.invoices, 3, paths, 0.0, concerned).any()
    pay = without_failing(drawn.pay_day[:200], drawn.invoices, few, HORIZON)
    hit = few[:, drawn.invoices.partner]
    assert (pay[hit] == HORIZON).all() and (pay[~hit] == drawn.pay_day[:200][~hit]).all()
