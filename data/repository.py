"""Everything that screens and commands ask of a store, under one name; each read says for whom it is done."""

from __future__ import annotations

from pathlib import Path

from data.places import store_at
from data.ready_scenarios import ReadyScenario
from data.repository_audit import AuditEntry, audit_trail, first_broken_seal, record_audit
from data.repository_bank import (
    AccountPosition,
    BankLine,
    EntityPosition,
    accounts,
    bank_lines,
    bank_positions,
    save_account,
)
from data.repository_budget import budget, replace_budget
from data.repository_collection import collection_log, log_action, save_solvency_fact, solvency_facts
from data.repository_company import (
    AsOfMode,
    Company,
    Missing,
    company,
    first_day,
    missing_settings,
    save_company,
    save_settings,
    setting,
)
from data.repository_customers import CustomerClauses, CustomerPosition, customer_clauses, customer_positions
from data.repository_erase import erase_partner
from data.repository_forecasts import (
    ForecastBands,
    ForecastRecord,
    forecast_bands,
    forecasts,
    keep_weeks,
    kept_weeks,
    ready_scenarios,
    save_forecast,
)
from data.repository_group import save_group_entity
from data.repository_held import held_on
from data.repository_imports import ImportReceipt, ImportRecord, import_problems, list_imports, store_reading
from data.repository_invoices import InvoiceFilter, InvoiceLine, InvoicePage, invoices
from data.repository_ledger import DataVersion, data_version, load_ledger
from data.repository_library import (
    ContractKind,
    SavedContract,
    SavedScenario,
    choose_contract,
    chosen_contract,
    contract,
    contracts,
    delete_contract,
    delete_scenario,
    duplicate_contract,
    duplicate_scenario,
    rename_contract,
    rename_scenario,
    save_contract,
    save_scenario,
    scenario,
    scenarios,
)
from data.repository_matching import (
    Match,
    accept_matches,
    decided_matches,
    proposed_matches,
    set_aside,
    take_back_match,
)
from data.repository_opening import OpeningCash, actual_balances, opening_cash
from data.repository_overrides import KeptOverride, Override, end_override, overrides, save_override
from data.repository_partners import Undated, partners, save_partner, undated_partners
from data.repository_people import Person, people, replace_people, signed_in
from data.repository_plan import (
    PLANNED_CATEGORIES,
    PlannedCategory,
    planned_flows,
    ready_planned_flows,
    replace_planned_flows,
)
from data.repository_plans import (
    CONTACT_ROLES,
    AgreedPlan,
    Contact,
    ContactRole,
    agree_plan,
    agreed_plans,
    contacts,
    end_plan,
    replace_contacts,
    stopped_deliveries,
)
from data.repository_proposals import planned_proposals
from data.repository_retention import YEARS as RETENTION_YEARS
from data.repository_retention import Outdated, outdated, retain, retention_years, set_retention
from data.repository_share import Opened, SharedView, open_shared, revoke_share, share_view, shared_views
from data.repository_sources import exchange_rates, mapping_for, mappings, save_exchange_rates, save_mapping
from data.repository_undo import undo_import
from data.store import Store

__all__ = [
    "CONTACT_ROLES",
    "PLANNED_CATEGORIES",
    "RETENTION_YEARS",
    "AccountPosition",
    "AgreedPlan",
    "AsOfMode",
    "AuditEntry",
    "BankLine",
    "Company",
    "Contact",
    "ContactRole",
    "ContractKind",
    "CustomerClauses",
    "CustomerPosition",
    "DataVersion",
    "EntityPosition",
    "ForecastBands",
    "ForecastRecord",
    "ImportReceipt",
    "ImportRecord",
    "InvoiceFilter",
    "InvoiceLine",
    "InvoicePage",
    "KeptOverride",
    "Match",
    "Missing",
    "Opened",
    "OpeningCash",
    "Outdated",
    "Override",
    "Person",
    "PlannedCategory",
    "ReadyScenario",
    "SavedContract",
    "SavedScenario",
    "SharedView",
    "Store",
    "Undated",
    "accept_matches",
    "accounts",
    "actual_balances",
    "agree_plan",
    "agreed_plans",
    "audit_trail",
    "bank_lines",
    "bank_positions",
    "budget",
    "choose_contract",
    "chosen_contract",
    "collection_log",
    "company",
    "contacts",
    "contract",
    "contracts",
    "create_store",
    "customer_clauses",
    "customer_positions",
    "data_version",
    "decided_matches",
    "delete_contract",
    "delete_scenario",
    "duplicate_contract",
    "duplicate_scenario",
    "end_override",
    "end_plan",
    "erase_partner",
    "exchange_rates",
    "first_broken_seal",
    "first_day",
    "forecast_bands",
    "forecasts",
    "held_on",
    "import_problems",
    "invoices",
    "keep_weeks",
    "kept_weeks",
    "list_imports",
    "load_ledger",
    "log_action",
    "mapping_for",
    "mappings",
    "missing_settings",
    "open_shared",
    "open_store",
    "opening_cash",
    "outdated",
    "overrides",
    "partners",
    "people",
    "planned_flows",
    "planned_proposals",
    "proposed_matches",
    "ready_planned_flows",
    "ready_scenarios",
    "record_audit",
    "rename_contract",
    "rename_scenario",
    "replace_budget",
    "replace_contacts",
    "replace_people",
    "replace_planned_flows",
    "retain",
    "retention_years",
    "revoke_share",
    "save_account",
    "save_company",
    "save_contract",
    "save_exchange_rates",
    "save_forecast",
    "save_group_entity",
    "save_mapping",
    "save_override",
    "save_partner",
    "save_scenario",
    "save_settings",
    "save_solvency_fact",
    "scenario",
    "scenarios",
    "set_aside",
    "set_retention",
    "setting",
    "share_view",
    "shared_views",
    "signed_in",
    "solvency_facts",
    "stopped_deliveries",
    "store_reading",
    "take_back_match",
    "undated_partners",
    "undo_import",
]


def open_store(place: str | Path) -> Store:
    """Open an existing store; StoreUnreadable where there is none or it is damaged, StoreBusy where another process has it."""
    return store_at(place, must_exist=True)


def create_store(place: str | Path) -> Store:
    """Open a store, and make an empty one where there is none."""
    return store_at(place)
