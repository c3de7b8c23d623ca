"""Regular payments are proposed from books and bank lines, once, and no longer once they are planned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from data import repository
from data.access import FINANCE
from data.repository import Store
from data.repository_proposals import bank_proposals, category_of, remember_proposals
from forecasting.dates import to_day
from forecasting.ledger import PlannedFlow
from tests.stores import new_store

MONTHS = [date(2026, m, 28) for m in range(5, 11)]


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with new_store(place) as opened:
        yield opened


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("VIR SEPA SALAIRES OCT", "wages"), ("PRLV URSSAF ILE DE FRANCE", "social_charges"), ("DGFIP TVA 10/2026", "vat"),
        ("Échéance prêt 00123", "loan"), ("LOYER SCI DES LILAS", "rent"), ("VIR NORDEX SAS", ""), ("PRETORIA SARL", ""),
    ],
)  # fmt: skip
def test_words_say_what_a_line_pays(words: str, category: str) -> None:
    assert category_of(words) == category


def test_a_rhythm_on_the_bank_is_proposed_with_its_usual_amount_and_next_day() -> None:
    lines = [(day, -4_200_000 - k, f"VIR SALAIRES {day.month:02d}/2026") for k, day in enumerate(MONTHS)]
    lines += [(MONTHS[0], -90_000, "LOYER OCTOBRE"), (MONTHS[1], 70_000, "REMISE TVA")]
    (found,) = bank_proposals(lines)
    assert (found.category, found.every, found.day, found.seen) == ("wages", "month", date(2026, 11, 28), 6)
    assert found.amount_minor == -4_200_003


def test_what_is_planned_is_proposed_no_more(store: Store) -> None:
    lines = [(day, -120_000, "LOYER SCI") for day in MONTHS]
    rows = bank_proposals(lines)

    def change(cursor: object) -> None:
        remember_proposals(cursor, rows)  # type: ignore[arg-type]

    store.write(change)
    assert repository.planned_proposals(store, FINANCE) == rows
    flow = PlannedFlow(day=to_day(date(2026, 11, 28)), amount_minor=-118_000, category="rent", every="month")
    repository.replace_planned_flows(store, FINANCE, [flow])
    assert repository.planned_proposals(store, FINANCE) == ()
