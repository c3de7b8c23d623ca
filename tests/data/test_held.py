"""What is handed out on a partner is all that the store holds on it, and nothing on anybody else."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from data import repository as repo
from data.access import FINANCE
from data.repository import Store
from data.repository_traces import TEXTS, partner_tables
from data.sample import SampleCompany, sample_company
from forecasting.errors import InputRejected
from forecasting.ledger import Partner
from tests.stores import sample_store

AS_OF = date(2026, 11, 25)


@pytest.fixture(scope="module")
def sample() -> SampleCompany:
    return sample_company(AS_OF, invoices=1_000)


@pytest.fixture
def store(place: str, sample: SampleCompany) -> Iterator[Store]:
    with sample_store(place, sample) as opened:
        yield opened


def rows(store: Store, question: str, *values: object) -> list[Any]:
    with store.read() as cursor:
        return cursor.execute(question, list(values)).fetchall()


def held(store: Store, partner_id: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads(repo.held_on(store, FINANCE, partner_id))
    return found


def test_every_row_of_every_table_that_knows_the_partner_is_there(store: Store) -> None:
    repo.save_solvency_fact(store, FINANCE, partner_id="C001", day=AS_OF, kind="incident", source="Greffe")
    found = held(store, "C001")
    asked = "SELECT table_name FROM information_schema.columns NATURAL JOIN information_schema.tables"
    tables = rows(store, f"{asked} WHERE column_name = 'partner_id' AND table_type = 'BASE TABLE'")
    counts = {t: rows(store, f"SELECT count(*) FROM {t} WHERE partner_id = 'C001'")[0][0] for (t,) in tables}
    assert {t: len(found.get(t, [])) for t in counts} == counts
    assert all(counts[table] > 0 for table in ("partner", "invoice", "solvency_fact"))
    (total,) = rows(store, "SELECT sum(amount_minor) FROM invoice WHERE partner_id = 'C001'")[0]
    assert sum(row["amount_minor"] for row in found["invoice"]) == total


def test_rows_of_others_stay_out(store: Store) -> None:
    found = held(store, "C001")
    own = [row["partner_id"] for table in found.values() for row in table if "partner_id" in row]
    assert set(own) == {"C001"}


def test_texts_that_name_the_partner_are_found_whatever_their_case(store: Store, sample: SampleCompany) -> None:
    name = next(p.name for p in sample.partners if p.partner_id == "C001")
    repo.save_scenario(store, FINANCE, name=f"Sans {name.upper()}", content='kind = "certain"\n')
    repo.save_scenario(store, FINANCE, name="Calme", content='kind = "certain"\n')
    names = [row["name"] for row in held(store, "C001")["scenario"]]
    assert f"Sans {name.upper()}" in names and "Calme" not in names


def say(store: Store, statement: str, *values: object) -> None:
    store.write(lambda cursor: cursor.execute(statement, list(values)), ledger=False)


#: A row that names a partner in one text: the table, and a row of it with "?" for the text.
NAMED_IN = {
    "import": "INSERT INTO import SELECT * REPLACE (99 AS import_id, ? AS file_name) FROM import LIMIT 1",
    "import_problem": "INSERT INTO import_problem VALUES (99, 1, 'x', ?, NULL, '', 'warning')",
    "setting": "INSERT INTO setting VALUES ('x', ?)",
    "collection_action": "INSERT INTO collection_action VALUES "
    "(99, 'C009', DATE '2026-11-01', 'call', 'none', 'unknown', NULL, '', ?, TIMESTAMP '2026-11-01', '')",
    "behaviour_override": "INSERT INTO behaviour_override VALUES (99, 'trust', 'C009', '', '', NULL, NULL, 'low', ?, "
    "TIMESTAMP '2026-11-01', '', NULL, '')",
    "solvency_fact": "INSERT INTO solvency_fact VALUES "
    "(99, 'C009', DATE '2026-11-01', 'incident', '', ?, TIMESTAMP '2026-11-01', '')",
    "shared_view": "INSERT INTO shared_view VALUES "
    "(99, 'x', '', '', ?, '', 0, TIMESTAMP '2026-11-01', '', TIMESTAMP '2026-12-01', NULL)",
}


@pytest.mark.parametrize("table", NAMED_IN)
@pytest.mark.parametrize("form", ["Vu avec {name}, rien", '{{"who": {json}}}', '{{"who": {ascii}}}'])
def test_a_note_a_file_or_a_frozen_view_that_names_the_partner_is_handed_out_and_no_other(
    store: Store, table: str, form: str
) -> None:
    name = 'Électricité "Hénin" & Fils'
    plain_partner(store, "C-HENIN", name)
    plain_partner(store, "C-HEN", "Électricité Hén")
    text = form.format(name=name, json=json.dumps(name, ensure_ascii=False), ascii=json.dumps(name))
    say(store, NAMED_IN[table], text)
    assert any(text in row.values() for row in held(store, "C-HENIN")[table])
    assert table not in held(store, "C-HEN")


#: Tables whose texts are words of the program, hashes, or people of the company itself: nobody names a partner in them.
WITHOUT_NAMES = {
    *("company", "own_identifier", "data_version", "import_total", "column_mapping", "migration", "planned_certainty"),
    *("shared_view_opened", "forecast_week", "forecast_day", "person", "account", "bank_balance", "exchange_rate"),
}


def test_every_table_of_the_store_is_searched_hangs_on_the_partner_or_holds_no_name(store: Store) -> None:
    every = {name for (name,) in rows(store, "SELECT table_name FROM duckdb_tables()")}
    with store.read() as cursor:
        known = {*partner_tables(cursor), *(table for table, _ in TEXTS)}
    assert every - known - {"collection_action_invoice", "agreed_instalment"} == WITHOUT_NAMES


def plain_partner(store: Store, partner_id: str, name: str) -> None:
    repo.save_partner(store, FINANCE, Partner(partner_id=partner_id, name=name))


def test_an_id_that_is_a_number_or_part_of_another_finds_no_row_of_others(store: Store) -> None:
    plain_partner(store, "12", "")
    plain_partner(store, "C0", "Mart")
    plain_partner(store, "C0012", "Martin SARL")
    text = 'kind = "stochastic"\n[delays]\nadd_days = 12\n# 2026-12-01, Martin\n'
    repo.save_scenario(store, FINANCE, name="Douze", content=text)
    for partner_id in ("12", "C0"):
        found = held(store, partner_id)
        assert set(found) == {"partner", "audit"}, partner_id
        assert {row["subject"] for row in found["audit"]} == {partner_id}


@pytest.mark.parametrize("written", ['partner = "a.b (c)+é"', "partner = 'A.B (C)+É'"])
def test_an_id_is_found_in_a_scenario_as_a_text_whatever_signs_it_holds(store: Store, written: str) -> None:
    plain_partner(store, "a.b (c)+é", "Électricité")
    repo.save_scenario(store, FINANCE, name="S", content=f'kind = "certain"\n[[payments]]\n{written}\n')
    assert [row["name"] for row in held(store, "a.b (c)+é")["scenario"]] == ["S"]


@pytest.mark.parametrize("written", ["[limits]\n12 = 50000\n", "[limits.12]\namount = 1\n", '[debtors]\nonly = ["12"]\n'])
def test_an_id_is_found_in_a_contract_as_a_key(store: Store, written: str) -> None:
    plain_partner(store, "12", "")
    repo.save_contract(store, FINANCE, kind="insurance", name="Police", content=written)
    repo.save_contract(store, FINANCE, kind="insurance", name="Autre", content="[limits]\n112 = 12\n")
    assert [row["name"] for row in held(store, "12")["contract"]] == ["Police"]


def test_the_request_itself_is_noted_and_shown_the_next_time(store: Store) -> None:
    assert [r["subject"] for r in held(store, "C003").get("audit", []) if r["action"] == "data.export"] == []
    assert [r["subject"] for r in held(store, "C003")["audit"] if r["action"] == "data.export"] == ["C003"]


@pytest.mark.parametrize("partner_id", ["nobody", "", "' OR 1=1 --", "C001'; DROP TABLE partner; --"])
def test_of_a_stranger_nothing_is_held_and_nothing_noted(store: Store, partner_id: str) -> None:
    before = len(repo.audit_trail(store, FINANCE))
    with pytest.raises(InputRejected) as refused:
        repo.held_on(store, FINANCE, partner_id)
    assert refused.value.problems[0].code == "store.unknown_partner"
    assert len(repo.audit_trail(store, FINANCE)) == before
    assert rows(store, "SELECT count(*) FROM partner")[0][0] > 0
