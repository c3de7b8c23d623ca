"""Which company of the group a partner is: said once, kept whatever files tell or take back, cut into the group's curve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from data import repository as repo
from data.access import FINANCE, Principal
from data.ledger_folder import read_ledger_folder
from data.ledger_writing import write_ledger_folder
from data.repository import Store
from data.sample_store import clear_store
from forecasting.errors import InputRejected
from forecasting.group.views import group_of, view_of
from forecasting.ledger import Ledger, Partner
from tests.data.rows import invoice, reading
from tests.stores import new_store

ANNE = Principal(role="finance", name="Anne")
FILE = (
    invoice("M1", 3_600, partner="C-SUD", entity="Nord"),
    invoice("N1", 12_000, partner="ALPHA", entity="Nord"),
    invoice("M1", 3_600, partner="F-NORD", entity="Sud", side="supplier"),
)


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with new_store(place) as opened:
        for name in ("C-SUD", "ALPHA", "F-NORD"):
            repo.save_partner(opened, ANNE, Partner(partner_id=name, name=f"{name} SA"))
        repo.store_reading(opened, ANNE, *reading(*FILE))
        yield opened


def loaded(store: Store) -> Ledger:
    return repo.load_ledger(store, ANNE)


def said(store: Store) -> dict[str, str]:
    return {p.partner_id: p.group_entity for p in repo.partners(store, ANNE) if p.group_entity}


def name_both(store: Store) -> None:
    repo.save_group_entity(store, ANNE, "C-SUD", " Sud ")
    repo.save_group_entity(store, ANNE, "F-NORD", "Nord")


def test_what_is_said_takes_what_is_between_companies_out_of_the_group(any_place: str) -> None:
    with new_store(any_place) as store:
        repo.store_reading(store, ANNE, *reading(*FILE))
        before = loaded(store)
        assert len(view_of(before).ledger.customers) == 2 and len(view_of(before).ledger.suppliers) == 1
        name_both(store)
    with repo.open_store(any_place) as store:
        assert said(store) == {"C-SUD": "Sud", "F-NORD": "Nord"}, "it is kept on disk"
        after = loaded(store)
        assert after.fingerprint != before.fingerprint, "every cache sees it"
        assert view_of(after).ledger.customers.invoice_id == ("N1",)
        assert not len(view_of(after).ledger.suppliers)
        found = group_of(after)
        assert found is not None and not found.mutual.differences, "both books have M1 of Nord to Sud"
        for name in ("C-SUD", "F-NORD"):
            repo.save_group_entity(store, ANNE, name, "")
        assert loaded(store).fingerprint == before.fingerprint, "taken back, nothing of it is left"


def test_a_folder_written_of_the_store_says_it_and_reads_back(store: Store, tmp_path: Path) -> None:
    name_both(store)
    ledger = loaded(store)
    write_ledger_folder(ledger, tmp_path)
    again = read_ledger_folder(tmp_path).ledger
    assert again.fingerprint == ledger.fingerprint
    assert {p.partner_id: p.group_entity for p in again.partners if p.group_entity} == said(store)


def test_no_file_form_or_undoing_overrules_it(store: Store) -> None:
    name_both(store)
    known = next(p for p in repo.partners(store, ANNE) if p.partner_id == "C-SUD")
    repo.save_partner(store, ANNE, replace(known, name="Sud SARL", group_entity=""))
    more = repo.store_reading(store, ANNE, *reading(invoice("M2", 100, partner="C-SUD", entity="Nord"), name="b.csv"))
    repo.undo_import(store, ANNE, more.import_id)
    assert said(store) == {"C-SUD": "Sud", "F-NORD": "Nord"}
    clear_store(store, ANNE)
    assert not said(store)
    with store.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM group_member").fetchall() == [(0,)]


def test_each_change_is_in_the_trail_once_with_who_and_what(store: Store) -> None:
    name_both(store)
    version = repo.data_version(store, FINANCE)
    trail = len(repo.audit_trail(store, FINANCE))
    repo.save_group_entity(store, ANNE, "C-SUD", "Sud")
    repo.save_group_entity(store, ANNE, "ALPHA", "")
    assert len(repo.audit_trail(store, FINANCE)) == trail, "what was said already is no change"
    repo.save_group_entity(store, ANNE, "C-SUD", "")
    assert repo.data_version(store, FINANCE).ledger_write > version.ledger_write
    entries = [e for e in repo.audit_trail(store, FINANCE) if e.action == "group.entity" and e.subject == "C-SUD"]
    assert sorted((e.sequence, e.actor, dict(e.details)["entity"]) for e in entries) == [
        (e.sequence, "Anne", name) for e, name in zip(sorted(entries, key=lambda e: e.sequence), ("Sud", ""), strict=True)
    ]


@pytest.mark.parametrize(
    ("partner", "entity", "code"),
    [
        ("nobody", "Sud", "store.unknown_partner"),
        ("C-SUD", "Ouest", "group.unknown_entity"),
        ("", "", "store.unknown_partner"),
    ],
)
def test_a_partner_or_a_company_that_nobody_knows_is_refused(store: Store, partner: str, entity: str, code: str) -> None:
    version = repo.data_version(store, FINANCE)
    with pytest.raises(InputRejected) as refused:
        repo.save_group_entity(store, ANNE, partner, entity)
    assert [p.code for p in refused.value.problems] == [code]
    assert repo.data_version(store, FINANCE) == version and not said(store)


def test_a_company_without_entities_has_none_to_name(place: str) -> None:
    with new_store(place) as store:
        repo.save_partner(store, ANNE, Partner(partner_id="C1"))
        with pytest.raises(InputRejected) as refused:
            repo.save_group_entity(store, ANNE, "C1", "Nord")
        assert [p.code for p in refused.value.problems] == ["group.no_entities"]
