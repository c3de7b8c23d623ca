"""The Scenarios page says what a scenario was made from, and what it says differently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from data import repository
from data.access import FINANCE
from data.scenario_files import write_scenario
from forecasting.scenario import Defaults, Delays, Scenario
from pages.ui.i18n import LANGUAGES, Language
from tests.pages.fixtures.company import small_sample
from tests.pages.test_pages import _with_store, opened
from tests.stores import sample_store

PARENT = Scenario(delays=Delays(add_days=10))


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "small.duckdb"
    with sample_store(path, small_sample()) as store:
        parent = repository.save_scenario(store, FINANCE, name="Plus tard", content=write_scenario(PARENT))
        failing = replace(PARENT, defaults=Defaults(multiply_probability=Decimal(3)))
        for name, asked in (("Pareil", PARENT), ("Plus de défauts", failing)):
            repository.save_scenario(store, FINANCE, name=name, content=write_scenario(asked), parent_id=parent)
    yield from _with_store(path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_descent_is_told(company: Path, language: Language) -> None:
    app = opened("scenarios", language)
    choice = app.selectbox(key="acted")
    told = {}
    for name in ("Pareil", "Plus de défauts", "Plus tard"):
        choice = app.selectbox(key="acted")
        choice.select_index(choice.options.index(name)).run()
        told[name] = " ".join(c.value for c in app.caption)
    parent, all_of_it, differs = {
        "fr": ("Issu de « Plus tard »", "tous les changements", "les défauts"),
        "en": ("Made from “Plus tard”", "all its changes", "the defaults"),
    }[language]
    plain = {name: words.replace("\u00a0", " ").replace("\u202f", " ") for name, words in told.items()}
    assert parent in plain["Pareil"] and all_of_it in plain["Pareil"]
    assert parent in plain["Plus de défauts"] and differs in plain["Plus de défauts"]
    assert parent not in plain["Plus tard"]
