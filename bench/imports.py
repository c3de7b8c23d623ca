"""Reading and storing a million invoices against DuckDB's own reader of the same file, in one run."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import duckdb

from bench.measure import fastest
from data import repository
from data.access import FINANCE
from data.importers.protocol import SourceFile
from data.loading import LoadRequest, load_files


def written(path: Path, rows: int) -> None:
    """A plain CSV of customer invoices, made by DuckDB itself."""
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT 'F' || i AS invoice_id, 'C' || (i % 5000) AS customer, DATE '2024-01-01' + CAST(i % 700 AS INTEGER)"
            f" AS issue_date, DATE '2024-02-01' + CAST(i % 700 AS INTEGER) AS due_date,"
            f" (100 + i % 99991) / 100.0 AS amount FROM range({int(rows)}) t(i)) TO '{path}' (HEADER)"
        )


def import_ratio(rows: int) -> float:
    """How many times DuckDB's `read_csv` into a table the whole import takes: reading, checking, storing, once each."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "invoices.csv"
        written(path, rows)

        def plain() -> None:
            with duckdb.connect(f"{folder}/plain.duckdb") as connection:
                connection.execute(f"CREATE OR REPLACE TABLE t AS SELECT * FROM read_csv('{path}')")

        def whole() -> None:
            (Path(folder) / "store.duckdb").unlink(missing_ok=True)
            with repository.create_store(Path(folder) / "store.duckdb") as store:
                file = SourceFile(name=path.name, content=path.read_bytes())
                (outcome,) = load_files(store, FINANCE, [file], LoadRequest(side="customer", as_of=date(2026, 1, 1)))
                assert outcome.stored == rows, "every row is stored"

        found = fastest({"plain": plain, "whole": whole}, 1)
    return found["whole"] / found["plain"]
