"""Two cases beside each other: their gap is the sum of its headings, on any day, on screen and in the file."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from data.contract_files import factoring_from_text
from data.learning import learnt
from forecasting.scenario import Scenario
from forecasting.simulation import engine
from pages.ui.compare_parts import Case, gap_csv, gap_table, gap_words, told_apart, variant_of
from pages.ui.headings import daily_headings, daily_lines
from pages.ui.session import Contracts
from pages.ui.voice import voice_of
from tests.pages.fixtures.company import small_sample


@pytest.fixture(scope="module")
def cases() -> tuple[Case, Case]:
    sample = small_sample()
    of = sample.ledger()
    contract = factoring_from_text("f", sample.factoring[1]).record
    question = Scenario(horizon_days=120, path_count=50)
    answer = engine.project(of, question, contract, None, learnt=learnt(of, 120))
    found = []
    for under in (Contracts(), Contracts(factoring=contract)):
        curve = answer.curves[variant_of(under)]
        found.append(
            Case(words=("x", *(["An offer"] if under.factoring else [])), curve=curve, daily=daily_lines(curve, of))
        )
    return found[0], found[1]


def test_the_file_s_gap_is_the_gap_of_the_mean_balances(cases: tuple[Case, Case]) -> None:
    one, two = cases
    rows = list(csv.reader(io.StringIO(gap_csv(one, two, "EUR", voice_of("en")).decode("utf-8-sig"))))
    told = sum(Decimal(row[4]) for row in rows[1:])
    truth = sum(int(f.sum()) for f in two.daily.values()) - sum(int(f.sum()) for f in one.daily.values())
    assert told == Decimal(truth).scaleb(-2) and truth != 0
    assert {row[1] for row in rows[1:]} >= {"Customers", "Suppliers"}
    date.fromisoformat(rows[1][0])


@pytest.mark.parametrize("after", [0, 30, 119])
def test_the_table_adds_up_on_any_day(cases: tuple[Case, Case], after: int) -> None:
    one, two = cases
    of = small_sample().ledger()
    table = gap_table(one, two, of, one.curve.first_day + after, voice_of("fr"))
    name, first, second, gap = (list(column) for column in table.columns.values())
    assert name[-1] == "Solde médian ce jour-là"
    for column in (first, second, gap):
        assert sum(column[:-1]) == column[-1]
    assert [b - a for a, b in zip(first, second, strict=True)] == gap
    for case, column in ((one, first), (two, second)):
        assert column[-1] == voice_of("fr").f.thousands(int(case.curve.p50_minor[after])), (
            "it ends at the curve's own balance"
        )
        mean = of.opening_cash_minor + sum(int(np.sum(flow[: after + 1])) for flow in case.daily.values())
        assert abs(sum(column[:-2]) - mean / 100_000) <= len(name) / 2, "thousands, each rounded once"
    words = gap_words(one, two, one.curve.first_day + after, voice_of("fr"))
    assert voice_of("fr").f.of_thousands(gap[-1], signed=True) in words, "the sentence says what the table explains"


def test_a_contract_is_told_line_by_line(cases: tuple[Case, Case]) -> None:
    """Transfers, fees and what returns to the factor each have their line, and add up to the heading of protection."""
    one, two = cases
    of = small_sample().ledger()
    heading = daily_headings(two.curve, of)["protection"]
    lines = {line: flow for line, flow in two.daily.items() if line not in one.daily}
    assert {"factor_transfer", "factor_fee"} <= set(lines)
    assert np.array_equal(sum(lines.values()), heading)
    told = gap_table(one, two, of, one.curve.first_day + 119, voice_of("en"))
    assert "Transfers from the factor" in next(iter(told.columns.values()))


def test_short_names_say_what_differs(cases: tuple[Case, Case]) -> None:
    one, two = cases
    assert told_apart(one, two, voice_of("en")) == ("no offer", "An offer")
    other = replace(two, words=("Recession", "An offer"))
    assert told_apart(two, other, voice_of("en")) == ("x", "Recession")
    assert told_apart(one, one, voice_of("en")) == ("x", "x")
