"""The business to come leaves by the command line as the screens count it, and comes back as the same curves."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from data import repository as repo
from data.access import FINANCE
from data.importers.protocol import ReadOptions, SourceFile
from data.importers.recognise import read_files
from data.jobs import export_from
from data.learning import learnt
from data.ledger_folder import read_ledger_folder
from data.sample import sample_company
from data.whole_ledger import EXPECTED, whole_ledger
from forecasting.activity import expected_count
from forecasting.dates import to_date
from forecasting.scenario import Scenario
from forecasting.simulation.engine import project

AS_OF = date(2026, 11, 25)


def own_books() -> bytes:
    """Two years of invoices without any to come, as a company's own table."""
    sample = sample_company(AS_OF, invoices=1_500)
    rows = ["Facture;Client;Date;Échéance;Payée le;Montant TTC"]
    columns, day = sample.customers, sample.as_of
    for k, name in enumerate(columns.invoice_id):
        if columns.issue[k] < day and columns.amount_minor[k] > 0:
            paid = to_date(int(columns.paid[k])).strftime("%d/%m/%Y") if 0 < columns.paid[k] < day else ""
            issue, due = (to_date(int(d)).strftime("%d/%m/%Y") for d in (columns.issue[k], columns.due[k]))
            amount = f"{columns.amount_minor[k] / 100:.2f}".replace(".", ",")
            rows.append(f"{name};{columns.partner_id[k]};{issue};{due};{paid};{amount}")
    return "\n".join(rows).encode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    target = tmp_path / "own.duckdb"
    with repo.create_store(target) as store:
        for reading in read_files((SourceFile(name="ventes.csv", content=own_books()),), ReadOptions(side="customer")):
            repo.store_reading(store, FINANCE, reading, SourceFile(name="ventes.csv", content=own_books()))
    return target


def test_the_exported_ledger_gives_the_curves_of_the_screen(path: Path, tmp_path: Path) -> None:
    with repo.open_store(path) as store:
        whole = whole_ledger(store, FINANCE)
        known = repo.load_ledger(store, FINANCE)
    assert expected_count(whole) > 50 and expected_count(known) == 0
    export_from(path, tmp_path / "out", expected=True)
    read = read_ledger_folder(tmp_path / "out").ledger
    question = Scenario(horizon_days=120, path_count=40)
    ours, theirs = (project(of, question, None, None, learnt=learnt(of, 120)) for of in (whole, read))
    assert np.array_equal(ours.curves["baseline"].p50_minor, theirs.curves["baseline"].p50_minor)
    export_from(path, tmp_path / "plain")
    assert len(read_ledger_folder(tmp_path / "plain").ledger.customers) == len(known.customers)


def test_who_leaves_the_business_to_come_out_exports_none(path: Path) -> None:
    with repo.open_store(path) as store:
        repo.save_settings(store, FINANCE, {EXPECTED: "off"})
        assert expected_count(whole_ledger(store, FINANCE)) == 0
