"""An erased partner is nobody, and owes what it owed."""

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from typing import Any

import numpy as np
import pytest

from cli import guarded
from data import repository as repo
from data.access import FINANCE, Principal
from data.repository import Store
from data.sample import SampleCompany, sample_company
from forecasting.errors import AccessDenied, InputRejected
from forecasting.ledger import Partner
from tests.data.test_held import NAMED_IN, rows, say
from tests.stores import sample_store

AS_OF = date(2026, 11, 25)
ADMINISTRATOR = Principal(role="administrator", name="admin@example.org")
NAME = 'Électricité "Hénin" & Fils'


@pytest.fixture(scope="module")
def sample() -> SampleCompany:
    return sample_company(AS_OF, invoices=1_000)


@pytest.fixture
def store(place: str, sample: SampleCompany) -> Iterator[Store]:
    with sample_store(place, sample) as opened:
        repo.save_partner(opened, FINANCE, Partner(partner_id="C001", name=NAME, vat_number="FR40303265045"))
        yield opened


def everything(store: Store, but: tuple[str, ...] = ("audit", "bank_line")) -> str:
    """All texts of all tables that erasure may change, as one."""
    tables = [name for (name,) in rows(store, "SELECT table_name FROM duckdb_tables()") if name not in but]
    return json.dumps(
        {t: [[str(v) for v in r] for r in rows(store, f'SELECT * FROM "{t}"')] for t in tables}, ensure_ascii=False
    )


@pytest.mark.parametrize("table", NAMED_IN)
@pytest.mark.parametrize("form", ["{name}, {name} {name}", "VU: {upper}", '{{"who": {json}}}', '{{"who": {ascii}}}'])
def test_no_table_names_it_any_more(store: Store, table: str, form: str) -> None:
    quoted = {"json": json.dumps(NAME, ensure_ascii=False), "ascii": json.dumps(NAME)}
    say(store, NAMED_IN[table], form.format(name=NAME, upper=NAME.upper(), **quoted))
    repo.erase_partner(store, ADMINISTRATOR, "C001")
    left = everything(store).casefold()
    for word in ("hénin", "h\\u00e9nin", "fr40303265045"):
        assert word not in left
    said = [text for row in rows(store, f'SELECT * FROM "{table}"') for text in row if "C001" in str(text)]
    assert said, "the id stands where the name stood"


def test_no_amount_and_no_curve_moves(store: Store) -> None:
    before = repo.load_ledger(store, FINANCE)
    repo.erase_partner(store, ADMINISTRATOR, "C001")
    after = repo.load_ledger(store, FINANCE)
    nobody = [p for p in after.partners if p.partner_id == "C001"]
    assert [(p.name, p.vat_number) for p in nobody] == [("", "")]
    for side in ("customers", "suppliers"):
        old, new = getattr(before, side), getattr(after, side)
        assert all(np.array_equal(getattr(old, f.name), getattr(new, f.name)) for f in fields(old))
    assert (after.payments, after.planned_flows) == (before.payments, before.planned_flows)
    assert [p for p in after.partners if p.partner_id != "C001"] == [p for p in before.partners if p.partner_id != "C001"]


def test_texts_about_others_stay_word_for_word(store: Store) -> None:
    repo.save_partner(store, FINANCE, Partner(partner_id="C001", name="Mart"))
    repo.save_scenario(store, FINANCE, name="Martin et Mart", content='kind = "certain"\n# Martin, MART\n')
    repo.erase_partner(store, ADMINISTRATOR, "C001")
    (found,) = [s for s in repo.scenarios(store, FINANCE) if "Martin" in s.name]
    assert (found.name, found.content) == ("Martin et C001", 'kind = "certain"\n# Martin, C001\n')


@pytest.mark.parametrize("name", ["SA", "2026", "  "])
def test_a_name_that_means_something_else_is_left_in_texts(store: Store, name: str) -> None:
    repo.save_partner(store, FINANCE, Partner(partner_id="C002", name=name))
    repo.save_scenario(store, FINANCE, name="Cap SA 2026", content='kind = "certain"\n')
    repo.erase_partner(store, ADMINISTRATOR, "C002")
    assert "Cap SA 2026" in {s.name for s in repo.scenarios(store, FINANCE)}


@pytest.mark.parametrize("name", ["Delays", "add_days", "[delays"])
def test_a_partner_called_like_a_key_breaks_no_scenario(store: Store, name: str) -> None:
    text = 'kind = "stochastic"\n[delays]\nadd_days = 12\n'
    repo.save_partner(store, FINANCE, Partner(partner_id="C002", name=name))
    repo.save_scenario(store, FINANCE, name="Lent", content=text)
    repo.erase_partner(store, ADMINISTRATOR, "C002")
    assert [s.content for s in repo.scenarios(store, FINANCE) if s.name == "Lent"] == [text]


def test_two_scenarios_that_would_be_called_the_same_are_told_apart(store: Store) -> None:
    for name in (f"Sans {NAME}", f"Sans  {NAME}.", "Sans c001", "Sans C001."):
        repo.save_scenario(store, FINANCE, name=name, content='kind = "certain"\n')
    repo.erase_partner(store, ADMINISTRATOR, "C001")
    names = {s.name for s in repo.scenarios(store, FINANCE)}
    assert {"Sans c001", "Sans C001 (2)", "Sans C001.", "Sans C001. (2)"} <= names


def test_the_trail_stays_whole_and_says_who_erased_whom(store: Store) -> None:
    repo.erase_partner(store, ADMINISTRATOR, "C001")
    latest = repo.audit_trail(store, ADMINISTRATOR)[0]
    assert (latest.action, latest.subject, latest.actor) == ("partner.erase", "C001", "admin@example.org")
    assert repo.first_broken_seal(store, ADMINISTRATOR) is None


def test_finance_does_not_erase_and_a_stranger_changes_nothing(store: Store) -> None:
    before = everything(store, but=())
    with pytest.raises(AccessDenied):
        repo.erase_partner(store, FINANCE, "C001")
    with pytest.raises(InputRejected):
        repo.erase_partner(store, ADMINISTRATOR, "nobody")
    assert everything(store, but=()) == before


def test_from_the_command_line(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "c.duckdb"
    with repo.create_store(path) as made:
        repo.save_partner(made, FINANCE, Partner(partner_id="C001", name=NAME))
    assert guarded(["erase-partner", "--store", str(path), "--partner", "C001", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["changed"] == {"partner": 1}
    assert guarded(["erase-partner", "--store", str(path), "--partner", "C009"]) == 1
    assert "C009" in capsys.readouterr().err
