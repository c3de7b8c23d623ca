"""The balances before today as a store's statements tell them: only where they lead to the balance the curve starts with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from data import repository as repo
from data.access import FINANCE
from data.importers.protocol import BalanceRow, BankRow
from data.repository import Company, Store
from data.repository_intake_bank import take_balances, take_bank_lines
from data.repository_staging import balance_table, bank_table
from data.sample import sample_company
from data.sample_store import fill_store
from forecasting.actual import ActualBalances
from forecasting.dates import to_day

AS_OF = date(2026, 11, 25)
DAY = to_day(AS_OF)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with repo.create_store(tmp_path_factory.mktemp("actual") / "s.duckdb") as opened:
        fill_store(opened, FINANCE, sample_company(AS_OF, invoices=2_000))
        yield opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with repo.create_store(tmp_path / "s.duckdb") as opened:
        yield opened


def tell(
    store: Store, lines: list[tuple[str, int, int]], balances: list[tuple[str, int, int]], currency: str = "EUR"
) -> None:
    """Lines and opening balances as (account, days before today, amount), in one import."""

    def change(cursor: object) -> None:
        rows = [
            BankRow(account_id=a, day=AS_OF - timedelta(days=d), amount_minor=m, source_row=k, currency=currency)
            for k, (a, d, m) in enumerate(lines, start=2)
        ]
        stated = [
            BalanceRow(
                account_id=a,
                day=AS_OF - timedelta(days=d),
                balance_minor=m,
                kind="opening",
                source_row=k,
                currency=currency,
            )
            for k, (a, d, m) in enumerate(balances, start=2)
        ]
        take_bank_lines(cursor, 1, bank_table(rows))  # type: ignore[arg-type]
        take_balances(cursor, 1, balance_table(stated))  # type: ignore[arg-type]
        cursor.execute(  # type: ignore[attr-defined]
            "INSERT INTO import (import_id, file_name, sha256, format, reading_key, imported_at) "
            "VALUES (1, 'f', 's', 'csv', 'k', now()::TIMESTAMP)"
        )

    store.write(change)


def asked(store: Store, entity: str = "") -> ActualBalances | None:
    opening = repo.opening_cash(store, FINANCE, AS_OF).amount_minor
    return repo.actual_balances(store, FINANCE, as_of=DAY, days=42, opening_minor=opening, entity=entity)


def test_the_sample_tells_six_weeks_that_lead_to_its_opening_cash(sample: Store) -> None:
    found = asked(sample)
    assert found is not None and found.days == range(DAY - 42, DAY + 1)
    assert found.balances_minor[-1] == repo.opening_cash(sample, FINANCE).amount_minor
    lines = repo.bank_lines(sample, FINANCE, first=AS_OF - timedelta(days=42), last=AS_OF - timedelta(days=1))
    assert found.balances_minor[0] == found.balances_minor[-1] - sum(line.amount_minor for line in lines)
    assert len(set(found.balances_minor)) > 10


def test_the_samples_statements_agree_with_its_invoices(sample: Store) -> None:
    """Nothing of them is proposed for an invoice that is still open, as they pay the settled ones."""
    assert repo.proposed_matches(sample, FINANCE) == ()


def test_without_statements_there_is_nothing_to_draw(store: Store) -> None:
    repo.save_company(store, FINANCE, Company(opening_cash_minor=1_000_00, opening_date=AS_OF))
    assert asked(store) is None


def test_statements_of_a_part_of_the_cash_are_not_drawn(store: Store) -> None:
    tell(store, [("A", 30, 100_00), ("A", 1, -20_00)], [("A", 0, 900_00)])
    found = asked(store)
    assert found is not None and found.balances_minor[-1] == 900_00 and found.on(DAY - 29) == 920_00
    repo.save_company(store, FINANCE, Company(opening_cash_minor=1_000_00, opening_date=AS_OF))
    assert asked(store) is None


def test_foreign_cash_is_converted_and_unknown_currencies_leave_nothing(store: Store) -> None:
    tell(store, [("A", 30, 100_00), ("A", 1, -20_00)], [("A", 0, 900_00)], currency="USD")
    assert asked(store) is None
    store.write(lambda cursor: cursor.execute("INSERT INTO exchange_rate VALUES ('USD', DATE '2026-11-20', 0.9)"))
    found = asked(store)
    assert found is not None and found.balances_minor[-1] == 810_00 and found.on(DAY - 1) == 828_00


def test_another_entitys_accounts_are_left_out(store: Store) -> None:
    tell(store, [("A", 30, 1_00), ("A", 1, 1_00), ("B", 30, 5_00), ("B", 1, 5_00)], [("A", 0, 10_00), ("B", 0, 50_00)])
    store.write(lambda cursor: cursor.execute("UPDATE account SET entity = account_id"))
    both = asked(store)
    assert both is not None and both.balances_minor[-1] == 60_00
    alone = repo.actual_balances(store, FINANCE, as_of=DAY, days=42, opening_minor=10_00, entity="A")
    assert alone is not None and alone.balances_minor[-1] == 10_00 and alone.balances_minor[0] == 8_00
    assert repo.actual_balances(store, FINANCE, as_of=DAY, days=42, opening_minor=11_00, entity="A") is None
