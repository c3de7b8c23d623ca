"""How sure a planned flow is survives the store, the folder and the table on screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from data import repository
from data.access import FINANCE
from data.ledger_folder import read_ledger_folder
from forecasting.errors import InputRejected
from forecasting.ledger import PlannedFlow
from pages.ui.i18n import LANGUAGES, Language
from pages.ui.regular_parts import _frame, read_flows
from pages.ui.voice import voice_of

FLOWS = (
    PlannedFlow(day=20_500, amount_minor=-5_00, category="rent", every="quarter"),
    PlannedFlow(day=20_600, amount_minor=90_000_00, category="other", label="Subvention", certainty="likely"),
    PlannedFlow(day=20_700, amount_minor=-40_000_00, category="investment", certainty="possible"),
)


def test_the_store_keeps_it_and_replaces_it(tmp_path: Path) -> None:
    with repository.create_store(tmp_path / "s.duckdb") as store:
        repository.replace_planned_flows(store, FINANCE, FLOWS)
        assert repository.planned_flows(store, FINANCE) == FLOWS
        repository.replace_planned_flows(store, FINANCE, FLOWS[:1])
    with repository.open_store(tmp_path / "s.duckdb") as store:
        assert repository.planned_flows(store, FINANCE) == FLOWS[:1]
        ledger = repository.load_ledger(store, FINANCE)
    assert [f.certainty for f in ledger.planned_flows] == ["sure"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_reads_its_own_words(language: Language) -> None:
    say = voice_of(language)
    rows = [{str(k): v for k, v in row.items()} for row in _frame(FLOWS, say).to_dict("records")]
    assert read_flows(rows, say) == (list(FLOWS), [])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("column", ["category", "amount", "every", "day"])
def test_a_row_that_lacks_something_is_said_and_not_swallowed(language: Language, column: str) -> None:
    say = voice_of(language)
    rows = [{str(k): v for k, v in row.items()} for row in _frame(FLOWS[:1], say).to_dict("records")]
    blank = dict.fromkeys(rows[0])
    flows, wrong = read_flows([rows[0], blank, {**rows[0], "amount": 0.0}, {**rows[0], column: None}], say)
    assert flows == list(FLOWS[:1])
    (words,) = wrong
    assert "4" in words and say(f"settings.column.{column}", currency=say.f.symbol) in words


def test_an_unknown_word_is_refused_with_its_row(tmp_path: Path) -> None:
    (tmp_path / "ledger.toml").write_text('as_of = 2026-01-01\ncurrency = "EUR"\nopening_cash = "0.00"\n', encoding="utf-8")
    for side in ("customer", "supplier"):
        (tmp_path / f"{side}_invoices.csv").write_text(
            "invoice_id,partner_id,issue_date,due_date,amount\n", encoding="utf-8"
        )
    (tmp_path / "planned_flows.csv").write_text("date,amount,certainty\n2026-02-01,5.00,perhaps\n", encoding="utf-8")
    with pytest.raises(InputRejected) as caught:
        read_ledger_folder(tmp_path)
    (found,) = caught.value.problems
    assert (found.row, found.column) == (2, "certainty")
