"""Default probabilities with their source; delay curves of partners for business to come."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.behaviour import (
    DelayProfiles,
    DelayShift,
    Overrides,
    delay_profiles,
    failure_risk,
    forecast_open,
    learn,
    unpaid_probability,
)
from forecasting.behaviour.failure import collected_eventually
from forecasting.behaviour.profiles import FIRST_OFFSET, OFFSETS, PROFILES_MAX
from forecasting.ledger import Partner
from tests.forecasting.behaviour.company import NO_HOLIDAYS, four_customers, history, spread


def test_probabilities_come_from_what_is_known_in_this_order() -> None:
    known = history({"a": spread(0, 1), "b": spread(40, 50), "c": spread(0, 1), "d": spread(40, 50)})
    partners = (
        Partner(partner_id="a", default_probability=0.2, rating="good"),
        Partner(partner_id="b", rating="Very weak"),
        Partner(partner_id="c", rating="fair"),
        Partner(partner_id="d"),
    )
    risk = failure_risk(known, partners)
    assert risk.source == ("given", "rating_and_habit", "rating", "assumption_and_habit")
    assert risk.probability.tolist() == pytest.approx([0.2, 0.40, 0.012, 0.09])


def test_disputes_shrink_to_the_assumed_share() -> None:
    known = four_customers()
    risk = failure_risk(known, tuple(Partner(partner_id=p) for p in known.partner_id))
    number = np.bincount(known.partner)
    assert risk.dispute_rate.tolist() == pytest.approx((50 * 0.015 / (number + 50)).tolist())


def test_collection_curve_of_the_survey() -> None:
    assert collected_eventually([0, 45, 90, 720, 5_000]).tolist() == pytest.approx([0.949, 0.856, 0.696, 0.093, 0.093])


def test_unpaid_grows_with_default_and_age() -> None:
    known = four_customers()
    forecast = forecast_open(learn(known, known.as_of, NO_HOLIDAYS), known, known.as_of, 2, 1)
    low, high = (unpaid_probability(forecast.pmf, forecast.invoices, np.full(4, p)) for p in (0.01, 0.3))
    assert ((low >= 0) & (low < high) & (high <= 1)).all()
    day = forecast.pmf[:, :-1] @ np.arange(forecast.pmf.shape[1] - 1)
    slow, fast = day.argmax(), day.argmin()
    assert low[slow] > low[fast]


def test_every_partner_has_a_curve_that_sums_to_one() -> None:
    known = four_customers()
    profiles = delay_profiles(learn(known, known.as_of, NO_HOLIDAYS), known)
    assert profiles.pmf.shape[1] == OFFSETS
    assert np.allclose(profiles.pmf.sum(axis=1), 1)
    assert profiles.profile.shape == (4,)
    assert not profiles.assumed.any()
    days = np.arange(OFFSETS) + FIRST_OFFSET
    mean = {name: float(profiles.pmf[profiles.profile[c]] @ days) for c, name in enumerate(known.partner_id)}
    seen = known.paid - known.due
    for c, name in enumerate(known.partner_id):
        actual = seen[(known.partner == c) & ~known.is_open].mean()
        assert abs(mean[name] - actual) < 4, (name, mean[name], actual)


def test_profiles_are_few_and_the_unknown_is_labelled() -> None:
    many = history({f"p{k:03}": spread(k % 7, k % 7 + 3) for k in range(40)}, days=200)
    behaviour = learn(many, many.as_of, NO_HOLIDAYS)
    assert len(delay_profiles(behaviour, many, 16).pmf) == 16
    empty = many.take(np.zeros(0, dtype=np.intp))
    assumed = delay_profiles(learn(empty, empty.as_of, NO_HOLIDAYS), empty)
    assert assumed.assumed.tolist() == [True]
    assert (assumed.profile == 0).all()
    assert 0.45 < assumed.pmf[0][: 3 - FIRST_OFFSET].sum() < 0.6, "about half on time, week-ends rolled; domain section 5"


def test_a_stated_shift_moves_the_curve_of_business_to_come() -> None:
    known = history(
        {"a": spread(0, 3), "b": spread(0, 3), "c": spread(5, 9)}, segments={"a": "shop", "b": "shop", "c": "office"}
    )
    behaviour = learn(known, known.as_of, NO_HOLIDAYS)
    plain = delay_profiles(behaviour, known)
    shifts = (DelayShift(partner_id="a", days=10), DelayShift(segment="shop", days=4))
    moved = delay_profiles(behaviour, known, overrides=Overrides(shifts=shifts))
    days = np.arange(OFFSETS - 1) + FIRST_OFFSET

    def mean(profiles: DelayProfiles, partner: int) -> float:
        inside = profiles.pmf[profiles.profile[partner]][:-1]
        return float(inside @ days / inside.sum())

    for partner, by in enumerate((14, 4, 0)):
        assert mean(moved, partner) - mean(plain, partner) == pytest.approx(by, abs=0.35)
    assert np.allclose(moved.pmf.sum(axis=1), 1)
    assert moved.profile[2] == plain.profile[2] and (moved.pmf[: len(plain.pmf)] == plain.pmf).all()


def test_shifts_of_many_partners_leave_room_for_all_curves() -> None:
    many = history({f"p{k:03}": spread(k % 5, k % 5 + 3) for k in range(30)}, days=160)
    behaviour = learn(many, many.as_of, NO_HOLIDAYS)
    shifts = tuple(DelayShift(partner_id=f"p{k:03}", days=k) for k in range(1, 30))
    profiles = delay_profiles(behaviour, many, overrides=Overrides(shifts=shifts))
    assert len(profiles.pmf) <= PROFILES_MAX and profiles.profile.max() < len(profiles.pmf)
