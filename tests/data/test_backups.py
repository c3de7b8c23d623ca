"""A backup holds everything as it stood, is made while others write, and can be put back."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

import pytest

from data import repository as repo
from data.access import FINANCE, Principal
from data.backups import back_up, backups, restore
from data.sample import sample_company
from data.sample_store import fill_store
from forecasting.errors import AccessDenied, StoreUnreadable
from tests.data.rows import invoice, reading

AS_OF = date(2026, 11, 25)


def test_a_backup_made_while_others_write_can_be_put_back(tmp_path: Path) -> None:
    path = tmp_path / "l’entreprise d'à côté.duckdb"
    with repo.create_store(path) as store:
        fill_store(store, FINANCE, sample_company(AS_OF, invoices=600))
        before = repo.load_ledger(store, FINANCE).fingerprint
        ended = threading.Event()

        def write() -> None:
            k = 0
            while not ended.is_set():
                repo.save_settings(store, FINANCE, {f"k{k}": "v"})
                k += 1

        writer = threading.Thread(target=write)
        writer.start()
        made = back_up(store, FINANCE)
        ended.set()
        writer.join()
        assert backups(store, FINANCE) == (made,) and made.path.stat().st_mode & 0o777 == 0o600
        repo.store_reading(store, FINANCE, *reading(invoice("F1", 1_00)))
        assert repo.load_ledger(store, FINANCE).fingerprint != before
    kept = restore(made.path, path)
    with repo.open_store(path) as store:
        assert repo.load_ledger(store, FINANCE).fingerprint == before
        assert repo.first_broken_seal(store, FINANCE) is None
        repo.store_reading(store, FINANCE, *reading(invoice("F1", 1_00)))
        with pytest.raises(Exception, match="CHECK"):
            store.write(lambda c: c.execute("UPDATE company SET vat_day = 99"))
        with pytest.raises(Exception, match=r"Duplicate|PRIMARY KEY"):
            store.write(lambda c: c.execute("INSERT INTO partner SELECT * FROM partner LIMIT 1"))
    with repo.open_store(kept) as store:
        assert len(repo.list_imports(store, FINANCE)) == 2


def test_a_damaged_backup_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    with repo.create_store(path) as store:
        made = back_up(store, FINANCE)
        with pytest.raises(AccessDenied):
            back_up(store, Principal(role="viewer"))
    made.path.write_bytes(made.path.read_bytes()[:100_000])
    content = path.read_bytes()
    with pytest.raises(StoreUnreadable):
        restore(made.path, path)
    assert path.read_bytes() == content
