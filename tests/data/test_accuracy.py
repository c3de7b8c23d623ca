"""Past forecasts judged apart, and forecasts kept: the same figures as here, kept once, found again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from data import repository as repo
from data.access import FINANCE
from data.accuracy import Accuracy, AccuracyWork, accuracy_of
from data.repository import Store
from data.sample import sample_company
from forecasting.backtest import WeekForecast
from forecasting.ledger import Ledger
from tests.stores import new_store


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return sample_company(date(2026, 11, 20), invoices=500).ledger()


@pytest.mark.proof
def test_the_work_apart_says_what_it_would_say_here(ledger: Ledger) -> None:
    heard: list[Accuracy] = []
    work = AccuracyWork(ledger, heard.append)
    work.wait(240)
    assert not work.failed and work.result is not None and work.progress == 1.0
    shares: list[float] = []
    here = accuracy_of(ledger, shares.append)
    assert heard[0].past == here.past and heard[0].weeks == here.weeks
    assert shares == sorted(shares) and shares[-1] == pytest.approx(1.0)


def test_work_that_is_stopped_fails_and_is_heard_of(ledger: Ledger) -> None:
    heard: list[Accuracy] = []
    work = AccuracyWork(ledger, heard.append)
    while work._process is None:
        work.wait(0.05)
    work.stop()
    work.wait(60)
    assert work.failed and not heard


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with new_store(place) as opened:
        yield opened


def week(first: int, middle: int) -> WeekForecast:
    return WeekForecast(
        first_day=first, mean_minor=middle, p10_minor=middle - 5, p50_minor=middle, p90_minor=middle + 5, due_minor=9
    )


def test_weeks_are_kept_once_with_every_forecast_on_the_same_data(store: Store) -> None:
    def keep(as_of: date, fingerprint: str) -> int:
        return repo.save_forecast(
            store,
            FINANCE,
            curves={},
            as_of=as_of,
            ledger_fingerprint=fingerprint,
            model_version="1",
            scenario="",
            seed=1,
            path_count=100,
        )

    morning, evening = date(2026, 11, 20), date(2026, 11, 21)
    assert keep(morning, "a") == keep(morning, "a")
    assert repo.keep_weeks(store, FINANCE, "a", [week(20_777, 10), week(20_784, 20)]) == 1
    assert repo.keep_weeks(store, FINANCE, "a", [week(20_777, 99)]) == 0
    keep(morning, "b")
    keep(evening, "c")
    assert repo.keep_weeks(store, FINANCE, "b", [week(20_777, 30)]) == 1
    assert repo.kept_weeks(store, FINANCE) == ((morning, week(20_777, 30)),), "the last word of each morning"
    assert repo.keep_weeks(store, FINANCE, "c", [week(20_778, 40)]) == 1
    assert [m for m, _ in repo.kept_weeks(store, FINANCE)] == [morning, evening]
