"""Behind a day of the curve: the table ends at the curve's own balance, invoices name their file's row, both languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from data import repository
from data.access import FINANCE
from data.scenario_files import write_scenario
from forecasting.insurance.policy import InsurancePolicy
from forecasting.scenario import Scenario
from forecasting.simulation.flows import CATEGORIES
from pages.ui import day_parts, session
from pages.ui.clause_words import clause_of
from pages.ui.i18n import LANGUAGES, Language
from pages.ui.session import Contracts
from pages.ui.voice import voice_of
from tests.forecasting.simulation.questions import FACTORING, INSURANCE
from tests.pages.fixtures.company import small_sample
from tests.pages.test_pages import _with_store, opened
from tests.stores import sample_store


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("store") / "small.duckdb"
    sample_store(path, small_sample()).close()
    yield from _with_store(path)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("band", ["baseline", "both"])
def test_the_lowest_point_is_explained_to_the_cent(company: Path, language: Language, band: str) -> None:
    app = opened(language=language, band=band)
    tables = len(app.table)
    app.button(key="day_lowest").click().run()
    assert not app.exception
    shown = app.table[tables].value
    heading, day, since = shown.columns
    say = voice_of(language)
    kept = shown.set_index(heading)
    balance = say("day.median")
    assert kept.loc[:, since].drop(balance).dropna().sum() == kept.loc[balance, since], "the way leads to the balance"
    named = [say(f"day.heading.{c}") for c in CATEGORIES]
    moved = kept.loc[[n for n in named if n in kept.index], day]
    assert moved.sum() == kept.loc[say("day.total"), day], "headings add up to the movement of the day"
    answers = list(session.memory().projections._kept.values())
    lows = {int(curve.lowest.median_minor) for answer in answers for curve in answer.curves.values()}
    assert kept.loc[balance, since] in lows, "the balance is the curve's own"


def test_a_day_lists_invoices_with_the_row_of_their_file(company: Path) -> None:
    app = opened(band="baseline")
    tables = len(app.table)
    first = app.date_input(key="day").min
    for days in range(3, 40):
        app.date_input(key="day").set_value(first + timedelta(days=days)).run()
        if len(app.table) > tables + 1:
            break
    rows = app.table[tables + 1].value
    assert len(rows) > 0 and rows["Fichier, ligne"].str.contains(r"\d").any()
    chance = rows["Payée ce jour-là"]
    assert ((chance > 0) & (chance <= 1)).all()


def test_a_day_that_the_horizon_no_longer_reaches_is_let_go(company: Path) -> None:
    app = opened(months="12")
    app.date_input(key="day").set_value(app.date_input(key="day").max).run()
    app.session_state["ask_months"] = 3
    app.run()
    assert not app.exception and app.date_input(key="day").value is None


def test_a_scenario_without_luck_has_no_day_to_explain(company: Path) -> None:
    with_store = session.open_store(str(company))
    certain = write_scenario(Scenario(name="Certain", kind="certain", horizon_days=90))
    key = repository.save_scenario(with_store, FINANCE, name="Certain", content=certain)
    try:
        app = opened(scenario=key)
        assert "day_lowest" not in {button.key for button in app.button}
        assert "day_lowest" in {button.key for button in opened().button}
    finally:
        repository.delete_scenario(with_store, FINANCE, key)


def test_a_click_chooses_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, object] = {}
    monkeypatch.setattr(day_parts.st, "session_state", state)
    for points, expected in (
        ([], None),
        ([{"x": "2027-03-16"}], date(2027, 3, 16)),
        ([{"x": "2027-03-17 00:00"}], date(2027, 3, 17)),
    ):
        monkeypatch.setattr(day_parts.frame, "picked", lambda _, points=points: points)
        day_parts.clicked()
        assert state.get("day") == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_heading_of_a_contract_has_its_clause(language: Language) -> None:
    say, both = voice_of(language), Contracts(factoring=FACTORING, insurance=INSURANCE)
    explained = {c: clause_of(c, both, say) for c in CATEGORIES}
    assert {c for c, words in explained.items() if words} == set(day_parts._EXPLAINED)
    assert not any(clause_of(c, Contracts(), say) for c in CATEGORIES), "no contract, no clause"


@pytest.mark.parametrize("language", LANGUAGES)
def test_clauses_say_the_contracts_own_figures(language: Language) -> None:
    say = voice_of(language)
    for policy in ("full", "on_demand", "windows", "none"):
        for shortfall in ("cash_call", "netting"):
            contract = replace(FACTORING, draw_policy=policy, shortfall_policy=shortfall, definancing_days=61)  # type: ignore[arg-type]
            under = Contracts(factoring=contract)
            assert say.f.percent(contract.reserve_rate, digits=1) in clause_of("factor_transfer", under, say)
            assert "61" in clause_of("cash_call", under, say)
    for base in ("turnover", "outstanding"):
        insured: InsurancePolicy = replace(INSURANCE, premium_base=base, premium_min_minor=123_400_000)  # type: ignore[arg-type]
        words = clause_of("premium", Contracts(insurance=insured), say)
        assert say.f.percent(insured.premium_rate, digits=2) in words and say.f.amount(123_400_000) in words
