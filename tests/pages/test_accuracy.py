"""The accuracy page on a small company: what it says agrees with the backtest; forecasts are kept and held against receipts."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from data import repository
from data.access import FINANCE
from data.exporters.accuracy_files import backtest_ledger
from forecasting.backtest import Miss, WeekForecast, received
from forecasting.dates import to_date, to_day
from forecasting.ledger import NO_DAY
from pages.ui import accuracy_words, session
from pages.ui.charts.calibration import Held, held_weeks, tenths
from pages.ui.i18n import LANGUAGES, Language
from pages.ui.voice import voice_of
from tests.pages.fixtures.company import DAY, small_ledger
from tests.pages.fixtures.store import opened_page, small_store

company = small_store


def test_progress_first_then_the_figures_of_the_backtest(company: Path) -> None:
    app = opened_page("accuracy", "en")
    say = voice_of("en")
    assert any(say("accuracy.computing") in m.value for m in app.markdown)
    ledger = repository.load_ledger(session.open_store(str(company)), FINANCE)
    until = time.monotonic() + 240
    while time.monotonic() < until and not app.metric:
        time.sleep(1)
        app.run()
    assert not app.exception
    past = backtest_ledger(ledger)
    assert past is not None
    assert app.metric[0].value == say.f.percent(dict(past.weekly_error)["ours"], digits=1)
    inside = sum(week.inside_80 for week in past.next_weeks())
    assert any(f"**{inside}** week" in m.value for m in app.markdown)
    assert len(app.metric) == 5


def test_a_forecast_that_is_shown_is_kept_once_and_a_what_if_is_not(company: Path) -> None:
    app = opened_page("cash", "fr")
    store = session.open_store(str(company))
    (kept,) = repository.forecasts(store, FINANCE)
    assert kept.as_of == DAY and kept.path_count > 0
    assert "baseline" in repository.forecast_bands(store, FINANCE, kept.forecast_id)
    app.session_state["ask_delay"] = 20
    app.run()
    app.run()
    assert not app.exception
    assert len(repository.forecasts(store, FINANCE)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_kept_forecasts_are_held_against_what_came_in(company: Path, language: Language) -> None:
    store = session.open_store(str(company))
    morning = DAY - timedelta(days=21)
    repository.save_forecast(
        store,
        FINANCE,
        curves={},
        as_of=morning,
        ledger_fingerprint="then",
        model_version="1",
        scenario="",
        seed=1,
        path_count=10,
    )
    ledger = small_ledger()
    side, first = ledger.customers, to_day(morning)
    came = (side.paid >= first) & (side.paid < first + 7) & (side.issue < first) & (side.amount_minor > 0)
    parts = [p for p in ledger.payments if p.side == "customer" and first <= p.day < first + 7]
    actual = int(side.amount_minor[came].sum())
    weeks = [
        WeekForecast(first_day=first, mean_minor=0, p10_minor=0, p50_minor=10, p90_minor=10**12, due_minor=0),
        WeekForecast(first_day=first + 7, mean_minor=0, p10_minor=-9, p50_minor=-8, p90_minor=-7, due_minor=0),
        WeekForecast(first_day=first + 70, mean_minor=0, p10_minor=0, p50_minor=0, p90_minor=0, due_minor=0),
    ]
    repository.keep_weeks(store, FINANCE, "then", weeks)
    app = opened_page("accuracy", language)
    say = voice_of(language)
    words = say("accuracy.kept_band", count=1, number=2, inside=1)
    assert any(words == m.value for m in app.markdown)
    if not parts:
        assert received(ledger, first, [first]) == (actual,)


def test_a_miss_is_told_with_what_was_known_said_and_done() -> None:
    say = voice_of("en")
    day = to_day(DAY)
    common = {"row": 0, "partner": 0, "amount_minor": 1, "due": day - 30, "origin": day}
    late = Miss(**common, forecast=day + 3, paid=day + 20, late_days=30, error_days=-17)
    words = accuracy_words.story(late, say)
    assert "30 days late already" in words and "17 days later" in words
    waiting = Miss(**common, forecast=day + 3, paid=NO_DAY, late_days=-5, error_days=-177)
    assert "late already" not in accuracy_words.story(waiting, say) and "still not paid" in accuracy_words.story(
        waiting, say
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phone", [False, True])
def test_pictures_hold_any_weeks_and_shares(language: Language, *, phone: bool) -> None:
    say = voice_of(language)
    weeks = [
        Held(
            first_day=to_day(DAY) + 7 * k,
            low_minor=0,
            middle_minor=5,
            high_minor=9 * 10**7 * k,
            actual_minor=10**7 * (k % 3),
            due_minor=0,
        )
        for k in range(30)
    ]
    figure = held_weeks(weeks, say, phone=phone)
    assert len(figure.data[0].x) == 30
    assert sum(len(trace.x) for trace in figure.data[3:]) == 30, "every week has its dot, inside or outside"
    assert held_weeks(weeks[:1], say, phone=phone).data
    shares = tenths((0.1,) * 10, say, phone=phone)
    assert list(shares.data[0].y) == [0.1] * 10
    assert to_date(weeks[0].first_day) == DAY
