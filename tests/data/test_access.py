"""Who may do what is decided where data are read, for every function of the repository."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from data import repository as repo
from data.access import FINANCE, ROLES, Principal, may, require
from data.repository import InvoiceFilter, Store
from data.sample import SampleCompany, sample_company
from data.sample_store import clear_store, fill_store
from forecasting.dates import to_day
from forecasting.errors import AccessDenied
from forecasting.ledger import Account, Partner
from tests.data.rows import invoice, reading

AS_OF = date(2026, 11, 25)
SELLER = "Inès Lacaze"
SALES = Principal(role="sales", owner=SELLER, name="ines")
VIEWER = Principal(role="viewer")
ADMINISTRATOR = Principal(role="administrator")


@pytest.fixture(scope="module")
def sample() -> SampleCompany:
    return sample_company(AS_OF, invoices=2_000)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, sample: SampleCompany) -> Iterator[Store]:
    with repo.create_store(tmp_path_factory.mktemp("access") / "s.duckdb") as opened:
        fill_store(opened, FINANCE, sample)
        yield opened


def test_every_read_and_write_names_its_principal() -> None:
    """All functions that take a store take the person next; none has a default that would let a page forget."""
    # A frozen view is opened by whoever has its secret; a sign-in is what makes a principal.
    open_to_all = {"open_store", "create_store", "open_shared", "signed_in"}
    for name in repo.__all__:
        function = getattr(repo, name)
        if inspect.isfunction(function) and name not in open_to_all:
            parameters = list(inspect.signature(function).parameters.values())
            if parameters and parameters[0].name == "store":
                assert parameters[1].name == "principal", name
                assert parameters[1].default is inspect.Parameter.empty, name


TREASURY_READS: dict[str, Callable[[Store, Principal], Any]] = {
    "planned_flows": repo.planned_flows,
    "opening_cash": repo.opening_cash,
    "actual_balances": lambda s, p: repo.actual_balances(s, p, as_of=to_day(AS_OF), days=42, opening_minor=0),
    "missing_settings": repo.missing_settings,
    "scenarios": repo.scenarios,
    "scenario": lambda s, p: repo.scenario(s, p, "x"),
    "contracts": repo.contracts,
    "contract": lambda s, p: repo.contract(s, p, "x"),
    "chosen_contract": lambda s, p: repo.chosen_contract(s, p, "factoring"),
    "accounts": lambda s, p: repo.accounts(s, p, AS_OF),
    "bank_positions": lambda s, p: repo.bank_positions(s, p, AS_OF),
    "bank_lines": lambda s, p: repo.bank_lines(s, p, first=AS_OF, last=AS_OF),
    "forecasts": repo.forecasts,
    "forecast_bands": lambda s, p: repo.forecast_bands(s, p, 1),
    "ready_scenarios": repo.ready_scenarios,
    "kept_weeks": repo.kept_weeks,
}
CLERK_READS: dict[str, Callable[[Store, Principal], Any]] = {
    "list_imports": repo.list_imports,
    "import_problems": lambda s, p: repo.import_problems(s, p, 1),
    "mappings": repo.mappings,
    "mapping_for": lambda s, p: repo.mapping_for(s, p, "x"),
    "audit_trail": repo.audit_trail,
    "first_broken_seal": repo.first_broken_seal,
    "held_on": lambda s, p: repo.held_on(s, p, "C001"),
}
CHANGES: dict[str, Callable[[Store, Principal], Any]] = {
    "save_company": lambda s, p: repo.save_company(s, p, repo.Company()),
    "save_settings": lambda s, p: repo.save_settings(s, p, {"language": "fr"}),
    "replace_planned_flows": lambda s, p: repo.replace_planned_flows(s, p, []),
    "save_partner": lambda s, p: repo.save_partner(s, p, Partner(partner_id="C001")),
    "save_group_entity": lambda s, p: repo.save_group_entity(s, p, "C001", ""),
    "save_account": lambda s, p: repo.save_account(
        s, p, Account(account_id="x", entity="", currency="EUR", balance_minor=0, day=0)
    ),
    "store_reading": lambda s, p: repo.store_reading(s, p, *reading(invoice("F1", 1))),
    "undo_import": lambda s, p: repo.undo_import(s, p, 1),
    "save_override": lambda s, p: repo.save_override(s, p, repo.Override(kind="trust", partner_id="C001", level="low")),
    "end_override": lambda s, p: repo.end_override(s, p, 1),
    "save_solvency_fact": lambda s, p: repo.save_solvency_fact(s, p, partner_id="C001", day=AS_OF, kind="incident"),
    "save_exchange_rates": lambda s, p: repo.save_exchange_rates(s, p, []),
    "save_scenario": lambda s, p: repo.save_scenario(s, p, name="x", content=""),
    "delete_scenario": lambda s, p: repo.delete_scenario(s, p, "x"),
    "keep_weeks": lambda s, p: repo.keep_weeks(s, p, "x", ()),
    "save_contract": lambda s, p: repo.save_contract(s, p, kind="factoring", name="x", content=""),
    "delete_contract": lambda s, p: repo.delete_contract(s, p, "x"),
    "choose_contract": lambda s, p: repo.choose_contract(s, p, "factoring", None),
    "share_view": lambda s, p: repo.share_view(s, p, title="x", note="", content="{}", days=1),
    "shared_views": repo.shared_views,
    "revoke_share": lambda s, p: repo.revoke_share(s, p, 1),
    "people": repo.people,
    "erase_partner": lambda s, p: repo.erase_partner(s, p, "C001"),
    "retention_years": repo.retention_years,
    "set_retention": lambda s, p: repo.set_retention(s, p, 3),
    "outdated": lambda s, p: repo.outdated(s, p, AS_OF, 3),
    "retain": lambda s, p: repo.retain(s, p, AS_OF),
    "replace_people": lambda s, p: repo.replace_people(s, p, []),
    "clear_store": clear_store,
}


@pytest.mark.parametrize("name", TREASURY_READS)
def test_the_treasury_is_not_shown_to_sales(store: Store, name: str) -> None:
    with pytest.raises(AccessDenied):
        TREASURY_READS[name](store, SALES)
    for principal in (FINANCE, VIEWER, ADMINISTRATOR):
        TREASURY_READS[name](store, principal)


@pytest.mark.parametrize("name", CLERK_READS)
@pytest.mark.parametrize("principal", [SALES, VIEWER], ids=lambda p: p.role)
def test_files_and_trail_are_finance_s(store: Store, name: str, principal: Principal) -> None:
    with pytest.raises(AccessDenied):
        CLERK_READS[name](store, principal)
    CLERK_READS[name](store, FINANCE)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("principal", [SALES, VIEWER], ids=lambda p: p.role)
def test_only_finance_changes_data(store: Store, name: str, principal: Principal) -> None:
    before = repo.data_version(store, FINANCE)
    with pytest.raises(AccessDenied):
        CHANGES[name](store, principal)
    assert repo.data_version(store, FINANCE) == before


def test_a_salesperson_s_ledger_holds_own_customers_and_no_treasury(store: Store, sample: SampleCompany) -> None:
    ledger = repo.load_ledger(store, SALES)
    own = {p.partner_id for p in sample.partners if p.owner == SELLER}
    assert {p.partner_id for p in ledger.partners} == own and own
    assert {ledger.partners[p].partner_id for p in ledger.customers.partner.tolist()} == own
    whole = repo.load_ledger(store, FINANCE)
    expected = sum(whole.partners[p].partner_id in own for p in whole.customers.partner.tolist())
    assert len(ledger.customers) == expected < len(whole.customers)
    assert not len(ledger.suppliers) and not ledger.planned_flows and not ledger.accounts
    assert ledger.opening_cash_minor == ledger.overdraft_limit_minor == ledger.cash_floor_minor == 0
    assert ledger.overdraft_rate == 0


def test_a_salesperson_s_lists_hold_own_customers_only(store: Store, sample: SampleCompany) -> None:
    own = {p.partner_id for p in sample.partners if p.owner == SELLER}
    page = repo.invoices(store, SALES, InvoiceFilter(limit=10_000))
    assert {row.partner_id for row in page.rows} == own
    assert {row.side for row in page.rows} == {"customer"}
    other = next(p.partner_id for p in sample.partners if p.owner not in ("", SELLER))
    assert repo.invoices(store, SALES, InvoiceFilter(partner_id=other)).count == 0
    assert repo.invoices(store, SALES, InvoiceFilter(side="supplier")).count == 0
    theirs = repo.invoices(store, FINANCE, InvoiceFilter(partner_id=other, limit=5))
    named = InvoiceFilter(invoice_ids=tuple(row.invoice_id for row in theirs.rows))
    assert repo.invoices(store, SALES, named).count == 0, "knowing an invoice's number opens nothing"
    assert {p.partner_id for p in repo.partners(store, SALES)} == own


@pytest.mark.parametrize("owner", ["", "Nobody", "' OR 1=1 --", "%"])
def test_a_salesperson_without_customers_sees_none(store: Store, owner: str) -> None:
    nobody = Principal(role="sales", owner=owner)
    assert not repo.partners(store, nobody)
    assert not len(repo.load_ledger(store, nobody).customers)
    assert repo.invoices(store, nobody).count == 0


def test_a_salesperson_sees_positions_of_own_customers_only(store: Store, sample: SampleCompany) -> None:
    own = {p.partner_id for p in sample.partners if p.owner == SELLER}
    assert {position.partner.partner_id for position in repo.customer_positions(store, SALES)} == own
    whole = {position.partner.partner_id: position for position in repo.customer_positions(store, FINANCE)}
    assert len(whole) == 60
    assert all(position == whole[position.partner.partner_id] for position in repo.customer_positions(store, SALES))


def test_of_contracts_a_salesperson_learns_what_is_about_an_own_customer(store: Store, sample: SampleCompany) -> None:
    own = next(p.partner_id for p in sample.partners if p.owner == SELLER)
    other = next(p.partner_id for p in sample.partners if p.owner not in ("", SELLER))
    clauses = repo.customer_clauses(store, SALES, own)
    assert clauses.insurance is not None and clauses.factoring is not None
    assert {name for name, _ in clauses.insurance.limits or ()} == {own}
    assert clauses.factoring.ineligible == ("public", "foreign", "intra_group")
    secrets = (clauses.factoring.margin, clauses.factoring.service_fee_rate, clauses.insurance.premium_rate)
    assert set(secrets) == {0} and clauses.factoring.index[0].rate == 0
    assert clauses.factoring.funding_ceiling_minor is None and clauses.factoring.bank_floor_minor == 0
    assert clauses.factoring.opening_utilisation_minor == 0 and clauses.insurance.premium_min_minor is None
    assert other not in repr(clauses)
    for stranger in (other, "S001", "nobody"):
        with pytest.raises(AccessDenied):
            repo.customer_clauses(store, SALES, stranger)
    assert repo.customer_clauses(store, FINANCE, other).factoring is not None


def test_a_salesperson_learns_the_company_s_name_and_nothing_else(store: Store) -> None:
    told = repo.company(store, SALES)
    assert told == repo.Company(name="Ateliers Orvalise")
    assert repo.company(store, VIEWER) == repo.company(store, FINANCE) != told


def test_rights_by_role() -> None:
    table = {
        role: [right for right in ("read_treasury", "change_data", "administer") if may(Principal(role=role), right)]
        for role in ROLES
    }
    assert table == {
        "finance": ["read_treasury", "change_data"],
        "sales": [],
        "viewer": ["read_treasury"],
        "administrator": ["read_treasury", "change_data", "administer"],
    }
    with pytest.raises(AccessDenied):
        require(VIEWER, "change_data")
    with pytest.raises(AssertionError):
        Principal(role="root")  # type: ignore[arg-type]
