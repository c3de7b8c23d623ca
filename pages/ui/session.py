"""What a page asks the house for: who reads, the store, the ledger, contracts and scenarios, read once for everybody."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import streamlit as st

from data import kernel_warmup, repository
from data.access import FINANCE, Principal, may
from data.factoring_files import read_factoring
from data.insurance_files import read_insurance
from data.jobs import start_serving
from data.repository import (
    Company,
    DataVersion,
    InvoiceFilter,
    InvoiceLine,
    KeptOverride,
    Missing,
    SavedContract,
    SavedScenario,
    Store,
)
from data.sample import SCENARIO_NAMES, sample_company
from data.sample_store import clear_store, fill_store
from data.scenario_files import scenario_from_text, write_scenario
from data.toml_values import TomlFile
from data.upkeep import start_upkeep
from data.whole_ledger import EXPECTED, continued, stopped
from forecasting.activity import BudgetLine
from forecasting.actual import ActualBalances
from forecasting.errors import AccessDenied, InputRejected, StoreBusy, StoreUnreadable
from forecasting.factoring.contract import FactoringContract
from forecasting.group.question import asked_in
from forecasting.group.views import GROUP, View, view_of
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger, Side
from forecasting.money import Currency
from forecasting.scenario import Scenario
from pages.ui import profile
from pages.ui.doorway import through
from pages.ui.memory import Contracts as Contracts
from pages.ui.memory import Memory as Memory
from pages.ui.memory import memory as memory
from pages.ui.question import Question, days_known, scenario_of
from pages.ui.voice import Voice, pick_language, voice_of

#: Where the company's data lies unless the environment names another file.
STORE_DEFAULT: Final = Path(__file__).resolve().parents[2] / "var" / "encaisse.duckdb"
#: How many days before today a figure draws the balances that were.
_ACTUAL_DAYS: Final = 42
_SAMPLE_CODES: Final = {name: code for code, name in SCENARIO_NAMES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One reader's place: the store as it was when the run began, who reads, the company, in which voice, on what screen.

    entity: the company of a group that the page looks at, "" for all of it.
    """

    store: Store
    version: DataVersion
    principal: Principal
    company: Company
    say: Voice
    phone: bool
    entity: str = GROUP


def still_here() -> None:
    """Ends the run of a reader who has left or opened another page meanwhile; called by those who wait.

    Streamlit looks for such news wherever a run touches the session's state.
    """
    st.session_state.get("question")


def rest(seconds: float) -> None:
    """Leaves the machine to the browser for a moment; ends the run at once where the reader asks for something else."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, 0.02))
        still_here()


def me() -> object:
    """This reader's session, told from all others."""
    return st.session_state.setdefault("me", object())


def store_place() -> str:
    """The file, or the URL of the PostgreSQL database, that this app keeps its data in."""
    return os.environ.get("ENCAISSE_STORE") or str(STORE_DEFAULT)


@st.cache_resource(show_spinner=False)
def open_store(place: str) -> Store:
    """The store at a place, opened once per process, answering its inbox; one that was not there is filled with the sample.

    Raises StoreBusy where another process holds it, StoreUnreadable where it cannot be trusted.
    """
    store = repository.create_store(place)
    if store.is_new:
        fill_store(store, FINANCE, sample_company(date.today()))
    start_upkeep(store)
    if not store.is_shared:
        # Another process opens a shared store itself and need not ask this one.
        start_serving(store)
    return store


def is_open(say: Voice) -> bool:
    """Whether the store can be used; says in a sentence why not where it cannot."""
    warming()
    try:
        store = open_store(store_place())
        if store.is_shared:
            # Its server may have gone since it was opened.
            repository.data_version(store, FINANCE)
    except StoreBusy as busy:
        st.error(say("app.store_busy", pid=busy.pid or "?"), icon=":material/error:")
        return False
    except StoreUnreadable as unreadable:
        st.error(say(f"app.store_unreadable.{unreadable.reason}", path=unreadable.path), icon=":material/error:")
        return False
    return True


def person() -> Principal | None:
    """Who reads in this session, None where nobody has signed in who may; the sign-in is noted once."""
    store = open_store(store_place())
    who = profile.principal(store)
    profile.note(store, who)
    return who


def desk() -> Desk:
    """The reader's place, looked up anew at every run (a lookup of the store's version, a millisecond).

    Raises AccessDenied where nobody has signed in who may.
    """
    through()
    store = open_store(store_place())
    who = profile.principal(store)
    if who is None:
        raise AccessDenied("nobody has signed in")
    version = repository.data_version(store, who)
    told = memory().companies.get((_key(version), who), lambda: repository.company(store, who))
    language = pick_language(st.session_state.get("lang"), st.context.locale)
    return Desk(
        store=store,
        version=version,
        principal=who,
        company=told,
        say=voice_of(language, told.currency),
        phone=bool(st.session_state.get("phone")),
    )


def _key(version: DataVersion) -> str:
    """Changes with every change in the store."""
    return f"{version.store_id}:{version.any_write}"


@st.cache_resource(show_spinner=False)
def warming() -> subprocess.Popen[bytes] | None:
    """The compilation that the server starts with, where this machine never compiled the engine."""
    return kernel_warmup.start()


# ── facts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def ledger(at: Desk) -> Ledger:
    """What the page's figures are of: a company's own ledger, of a group all without what its companies owe each other,
    or the entity that the page looks at."""
    return view(at).ledger


def view(at: Desk) -> View:
    """The same, with the group that it belongs to."""
    whole = loaded(at)
    found = memory().views.get((whole.fingerprint, at.entity), lambda: view_of(whole, at.entity))
    memory().lenses.remember(found, found.ledger)
    return found


def actual(at: Desk) -> ActualBalances | None:
    """The balances of the six weeks before today as bank statements tell them, None where they do not tell all of it."""
    here = ledger(at)
    return memory().actual.get(
        (_key(at.version), at.principal, here.fingerprint, at.entity),
        lambda: repository.actual_balances(
            at.store,
            at.principal,
            as_of=here.as_of,
            days=_ACTUAL_DAYS,
            opening_minor=here.opening_cash_minor,
            entity=at.entity,
        ),
    )


def changed(at: Desk, what_if: Ledger) -> Ledger:
    """A ledger made from the page's own, which shall meet the payers of its group too."""
    memory().lenses.remember(view(at), what_if)
    return what_if


def loaded(at: Desk) -> Ledger:
    """The ledger of this moment, loaded again only when a row that a projection can see has changed.

    Sides that bring no business to come of their own are continued from their history, unless the company left that out;
    months that the budget speaks of bring what it says, and customers whose deliveries are stopped bring nothing more.
    """
    key = (at.version.ledger_key, at.principal, date.today())
    whole = _with_budget(at, memory().ledgers.get(key, lambda: repository.load_ledger(at.store, at.principal)))
    stops = memory().stops.get(
        (_key(at.version), at.principal), lambda: repository.stopped_deliveries(at.store, at.principal)
    )
    if not stops:
        return whole
    return memory().stopped.get((whole.fingerprint, stops), lambda: stopped(whole, stops))


def _with_budget(at: Desk, known: Ledger) -> Ledger:
    if not counts_expected(at):
        return known
    lines: tuple[BudgetLine, ...] = ()
    if may(at.principal, "read_treasury"):
        lines = memory().budgets.get((_key(at.version), at.principal), lambda: repository.budget(at.store, at.principal))
    return memory().completed.get((known.fingerprint, lines), lambda: continued(known, lines))


def overrides(at: Desk) -> tuple[KeptOverride, ...]:
    """What somebody knows better than the history, newest first; read once for a state of the store."""
    key = (_key(at.version), at.principal)
    return memory().overrides.get(key, lambda: repository.overrides(at.store, at.principal))


def remembered(at: Desk, name: str) -> str:
    """A choice that the company has made once, "" where it has not."""
    key = (_key(at.version), at.principal, name)
    return memory().choices.get(key, lambda: repository.setting(at.store, at.principal, name))


def counts_expected(at: Desk) -> bool:
    """Whether the company counts the business to come; it does until somebody switches it off."""
    key = (_key(at.version), at.principal)
    return memory().expected.get(key, lambda: repository.setting(at.store, at.principal, EXPECTED, "on")) == "on"


def count_expected(at: Desk, wanted: bool) -> None:
    """Count the business to come, or leave it out."""
    repository.save_settings(at.store, at.principal, {EXPECTED: "on" if wanted else "off"})


def is_empty(of: Ledger) -> bool:
    """Whether no invoice has been loaded yet."""
    return len(of.customers) + len(of.suppliers) == 0


def is_sample(at: Desk) -> bool:
    """Whether the invoices are those of the sample company."""
    imports = repository.list_imports(at.store, at.principal) if may(at.principal, "read_imports") else ()
    return any(record.format == "sample" and record.undone_at is None for record in imports)


def clear(at: Desk) -> None:
    """Empty the store for another company."""
    clear_store(at.store, at.principal)


def fill(at: Desk) -> None:
    """Put the sample company into the empty store."""
    clear_store(at.store, at.principal)
    fill_store(at.store, at.principal, sample_company(date.today()))


def missing(at: Desk) -> tuple[Missing, ...]:
    """What is still to be asked before the curve means what it seems to mean."""
    key = (_key(at.version), at.principal)
    return memory().missing.get(key, lambda: repository.missing_settings(at.store, at.principal))


def invoices_due(at: Desk, first: date, last: date, delay_days: int) -> list[InvoiceLine]:
    """Unpaid invoices that fall due between two days, customers' ones `delay_days` later; the largest fifty first."""
    found: list[InvoiceLine] = []
    delays: dict[Side, timedelta] = {"customer": timedelta(days=delay_days), "supplier": timedelta(0)}
    for side, delay in delays.items():
        wanted = InvoiceFilter(side=side, due_from=first - delay, due_to=last - delay, order="amount", limit=200)
        page = repository.invoices(at.store, at.principal, wanted)
        found += [row for row in page.rows if row.status not in ("paid", "credit_note")]
    return sorted(found, key=lambda row: -abs(row.open_minor))[:50]


def lines_of(at: Desk, invoice_ids: Sequence[str]) -> dict[tuple[Side, str], InvoiceLine]:
    """The lines of given invoices as they were read, by side and id; what no file brought is not among them."""
    page = repository.invoices(
        at.store, at.principal, InvoiceFilter(invoice_ids=tuple(invoice_ids), limit=2 * len(invoice_ids))
    )
    return {(row.side, row.invoice_id): row for row in page.rows}


# ── contracts and scenarios ──────────────────────────────────────────────────────────────────────────────────────────


def contracts(at: Desk) -> Contracts:
    """The contracts that are chosen for the curves."""

    def read() -> Contracts:
        factoring = repository.chosen_contract(at.store, at.principal, "factoring")
        insurance = repository.chosen_contract(at.store, at.principal, "insurance")
        return Contracts(
            factoring=factoring_of(at, factoring) if factoring else None,
            insurance=insurance_of(at, insurance) if insurance else None,
        )

    return memory().chosen.get((_key(at.version), at.principal), read)


def factoring_of(at: Desk, saved: SavedContract) -> FactoringContract:
    """A saved factoring contract, read from its text once.

    A debtor that it names and the data no longer hold (an import undone) has no invoice to act on, and is no error here.
    """
    exponent = Currency(at.company.currency).exponent
    file = TomlFile(saved.name, saved.content)
    return memory().factoring.get(
        (saved.content, at.company.currency), lambda: read_factoring(file, exponent=exponent).record
    )


def insurance_of(at: Desk, saved: SavedContract) -> InsurancePolicy:
    """A saved policy, read from its text once; buyers that are gone are no error here either."""
    exponent = Currency(at.company.currency).exponent
    file = TomlFile(saved.name, saved.content)
    return memory().insurance.get(
        (saved.content, at.company.currency), lambda: read_insurance(file, exponent=exponent).record
    )


def saved_scenarios(at: Desk) -> tuple[SavedScenario, ...]:
    """The named scenarios, by name; those of the sample carry it in the reader's language until somebody renames them."""
    key = (_key(at.version), at.principal)
    found = memory().named.get(key, lambda: repository.scenarios(at.store, at.principal))
    return tuple(
        replace(one, name=at.say(f"cash.ready.{_SAMPLE_CODES[one.name]}")) if one.name in _SAMPLE_CODES else one
        for one in found
    )


def saved_ids(at: Desk) -> list[str]:
    """The ids of the named scenarios that can be asked of today's data."""
    return [found.scenario_id for found in saved_scenarios(at) if saved_scenario(at, found.scenario_id) is not None]


def saved_scenario(at: Desk, scenario_id: str) -> Scenario | None:
    """A named scenario, read from its text; None where it is gone, or tells of invoices or partners that are gone."""
    found = next((one for one in saved_scenarios(at) if one.scenario_id == scenario_id), None)
    if found is None:
        return None
    of = loaded(at)

    def read() -> Scenario | None:
        try:
            return scenario_from_text(found.name, found.content, of).record
        except InputRejected:
            return None

    return memory().scenarios.get((of.fingerprint, found.content), read)


def scenario(at: Desk, question: Question) -> Scenario:
    """The scenario that a question means here and now."""
    whole, here = loaded(at), view(at)
    asked = scenario_of(question, whole, saved_scenario(at, question.saved), days_known=days_known(here.ledger))
    return asked_in(here, asked)[0]


def question_text(at: Desk, question: Question) -> str:
    """The question on screen as a scenario file, which the command line answers with the same curves."""
    return write_scenario(scenario(at, question), exponent=Currency(at.company.currency).exponent)


def within(asked: Scenario, horizon_days: int) -> Scenario:
    """A scenario looked at over so many days, so that all of them compare."""
    return replace(asked, horizon_days=horizon_days, name="")
