"""Who partners are is kept as long as was chosen, and no longer; what they owe stays."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from cli import guarded
from data import repository as repo
from data.access import FINANCE, Principal
from data.importers.protocol import PartnerRow
from data.repository import Store
from data.store import Cursor
from data.upkeep import start_upkeep
from forecasting.errors import AccessDenied, InputRejected
from forecasting.ledger import Partner
from tests.data.rows import invoice, reading
from tests.data.test_held import rows
from tests.stores import new_store

TODAY = date(2026, 11, 25)
ADMINISTRATOR = Principal(role="administrator", name="admin@example.org")


def old_invoice(store: Store, partner_id: str, last: date, *, paid: bool = True) -> None:
    issue = last - timedelta(days=40)
    row = replace(
        invoice(f"F-{partner_id}", 100_000),
        partner_id=partner_id,
        partner_name=f"Maison {partner_id} SARL",
        issue=issue,
        due=last - timedelta(days=10) if paid else last,
        paid=last if paid else None,
    )
    repo.store_reading(store, FINANCE, *reading(row))


@pytest.fixture
def store(tmp_path: Any) -> Iterator[Store]:
    with new_store(tmp_path / "s.duckdb") as opened:
        old_invoice(opened, "OLD", date(2021, 3, 5))
        old_invoice(opened, "OWES", date(2021, 3, 5), paid=False)
        old_invoice(opened, "NEW", date(2026, 3, 5))
        yield opened


def names(store: Store) -> dict[str, str]:
    return {p.partner_id: p.name for p in repo.partners(store, FINANCE)}


def test_a_partner_goes_the_day_after_its_years_and_not_before(store: Store) -> None:
    for day, gone in ((date(2024, 3, 5), ()), (date(2024, 3, 6), ("OLD",))):
        found = repo.outdated(store, ADMINISTRATOR, day, 3)
        assert found is not None and found.partners == gone


def test_who_owes_stays_whatever_the_age_and_no_amount_moves(store: Store) -> None:
    before = repo.load_ledger(store, FINANCE)
    repo.set_retention(store, ADMINISTRATOR, 3)
    assert names(store)["OLD"], "choosing erases nothing by itself"
    done = repo.retain(store, ADMINISTRATOR, TODAY)
    assert done is not None and done.partners == ("OLD",)
    assert names(store) == {"OLD": "", "OWES": "Maison OWES SARL", "NEW": "Maison NEW SARL"}
    after = repo.load_ledger(store, FINANCE)
    for f in fields(before.customers):
        assert np.array_equal(getattr(before.customers, f.name), getattr(after.customers, f.name)), f.name
    again = repo.retain(store, ADMINISTRATOR, TODAY)
    assert again is not None and again.is_empty
    assert repo.first_broken_seal(store, ADMINISTRATOR) is None


def test_a_reminder_or_a_fact_is_a_movement(store: Store) -> None:
    repo.save_solvency_fact(store, FINANCE, partner_id="OLD", day=date(2026, 1, 1), kind="incident", source="Greffe")
    found = repo.outdated(store, ADMINISTRATOR, TODAY, 3)
    assert found is not None and found.partners == ()


def test_views_that_ended_and_problems_of_old_imports_go(store: Store) -> None:
    for _ in range(2):
        repo.share_view(store, FINANCE, title="Maison", note="", content="{}", days=1)

    def age(cursor: Cursor) -> None:
        cursor.execute("UPDATE shared_view SET created_at = '2022-01-01', expires_at = '2022-02-01' WHERE share_id = 1")
        cursor.execute("INSERT INTO shared_view_opened VALUES (1, '2022-01-02', 'shown'), (2, '2026-11-24', 'shown')")
        cursor.execute("UPDATE import SET imported_at = '2022-01-01' WHERE import_id = 1")
        cursor.execute(
            "INSERT INTO import_problem VALUES (1, 1, 'x', '{}', 1, '', 'error'), (2, 1, 'x', '{}', 1, '', 'error')"
        )

    store.write(age)
    repo.set_retention(store, ADMINISTRATOR, 4)
    done = repo.retain(store, ADMINISTRATOR, TODAY)
    assert done is not None and (done.views, done.problems) == (1, 1)
    assert (
        rows(store, "SELECT share_id FROM shared_view") == rows(store, "SELECT share_id FROM shared_view_opened") == [(2,)]
    )
    assert rows(store, "SELECT import_id FROM import_problem") == [(2,)]
    latest = repo.audit_trail(store, ADMINISTRATOR)[0]
    assert (latest.action, dict(latest.details)) == ("retention.delete", {"views": "1", "problems": "1"})


def test_nothing_goes_where_nothing_was_chosen(store: Store) -> None:
    assert repo.retain(store, ADMINISTRATOR, TODAY) is None
    repo.set_retention(store, ADMINISTRATOR, 3)
    repo.set_retention(store, ADMINISTRATOR, None)
    assert repo.retain(store, ADMINISTRATOR, TODAY) is None and names(store)["OLD"]


@pytest.mark.parametrize("years", [0, -1, 31])
def test_years_out_of_reason_are_refused(store: Store, years: int) -> None:
    with pytest.raises(InputRejected):
        repo.set_retention(store, ADMINISTRATOR, years)
    assert repo.retention_years(store, ADMINISTRATOR) is None


def test_finance_neither_chooses_nor_erases(store: Store) -> None:
    for act in (lambda: repo.set_retention(store, FINANCE, 3), lambda: repo.retain(store, FINANCE, TODAY)):
        with pytest.raises(AccessDenied):
            act()


def test_the_app_does_it_by_itself(store: Store) -> None:
    repo.set_retention(store, ADMINISTRATOR, 3)
    end = start_upkeep(store, first_seconds=0.0)
    try:
        patience = time.monotonic() + 20
        while names(store)["OLD"] and time.monotonic() < patience:
            time.sleep(0.05)
    finally:
        end()
    assert not names(store)["OLD"]
    assert repo.audit_trail(store, ADMINISTRATOR)[0].actor == "retention"


def test_a_store_that_is_closed_is_left_alone(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    running = threading.active_count()
    start_upkeep(store, first_seconds=0.3)
    assert threading.active_count() == running + 1
    store.close()
    patience = time.monotonic() + 20
    while threading.active_count() > running and time.monotonic() < patience:
        time.sleep(0.05)
    assert threading.active_count() == running and not caplog.records


def test_a_file_does_not_bring_an_erased_name_back(store: Store) -> None:
    repo.erase_partner(store, ADMINISTRATOR, "OLD")
    extra = (("Interlocuteur", "Mme Maison"),)
    again = replace(invoice("F-NEXT", 5_000), partner_id="OLD", partner_name="Maison OLD SARL", extra=extra)
    read, file = reading(again)
    receipt = repo.store_reading(
        store, FINANCE, replace(read, partners=(PartnerRow(partner_id="OLD", vat_number="FR40303265045"),)), file
    )
    assert receipt.stored == 1 and receipt.total_minor == {"EUR": 5_000}
    (warned,) = receipt.problems
    assert (warned.code, warned.severity, warned.values) == ("store.erased_partner", "warning", (("partner", "OLD"),))
    (partner,) = [p for p in repo.partners(store, FINANCE) if p.partner_id == "OLD"]
    assert (partner.name, partner.vat_number) == ("", "")
    assert rows(store, "SELECT extra FROM invoice WHERE number = 'F-NEXT'") == [("",)]


def test_who_types_the_name_again_ends_it(store: Store) -> None:
    repo.erase_partner(store, ADMINISTRATOR, "OLD")
    repo.save_partner(store, FINANCE, Partner(partner_id="OLD", name="Maison de retour"))
    again = replace(invoice("F-NEXT", 5_000), partner_id="OLD", partner_name="Maison OLD SARL")
    assert repo.store_reading(store, FINANCE, *reading(again)).problems == ()


def test_from_the_command_line(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "c.duckdb"
    with repo.create_store(path) as made:
        old_invoice(made, "OLD", date(2001, 3, 5))
    call = ["retention", "--store", str(path), "--json"]

    def said(*more: str) -> dict[str, Any]:
        assert guarded([*call, *more]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    assert said()["years"] is None
    told = said("--years", "5")
    assert (told["years"], told["applied"], told["partners"]) == (5, False, ["OLD"])
    assert said("--apply")["partners"] == ["OLD"]
    assert said()["partners"] == []
    assert said("--years", "0")["years"] is None
    assert guarded(["retention", "--store", str(path), "--years", "31"]) == 2
