"""The worked cases F1, F3 day by day, with the state of the account on every day that something happens."""

from __future__ import annotations

import pytest

from tests.forecasting import golden, make


@pytest.mark.parametrize("name", ["factoring_F1", "factoring_F3"])
def test_worked_case_day_by_day(name: str) -> None:
    given = golden.case(name)
    result = make.project(*golden.factoring_case(given))
    expected = given["expected"]
    flows = make.cash(result)
    for k, (when, treasury, utilisation) in enumerate(expected["daily"]):
        assert flows.get(when, 0) == treasury, when
        assert result.utilisation_minor[k] == utilisation, when
    assert sum(flows.values()) == expected["total_cents"]


@pytest.mark.parametrize("name", ["factoring_F1", "factoring_F3"])
def test_worked_case_states(name: str) -> None:
    given = golden.case(name)
    result = make.project(*golden.factoring_case(given))
    for event in given["expected"]["event_days"]:
        k = make.day(event["date"]) - result.first_day
        state = (
            result.balance_minor[k], result.utilisation_minor[k], result.eligible_minor[k],
            result.reserve_minor[k], result.availability_minor[k], result.assigned_minor[k],
        )  # fmt: skip
        assert state == (
            event["bank_eod_cents"], event["utilisation_eod_cents"], event["eligible_eod_cents"],
            event["reserve_eod_cents"], event["availability_eod_cents"], event["outstanding_assigned_eod_cents"],
        ), event["date"]  # fmt: skip
