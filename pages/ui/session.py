"""What a page asks the house for: the store, the ledger, projections; the only module of screens that computes."""

from __future__ import annotations

import gc
import os
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import streamlit as st

from data import kernel_warmup, repository
from data.access import FINANCE, Principal, may
from data.factoring_files import read_factoring
from data.insurance_files import read_insurance
from data.jobs import start_serving
from data.kernel_cache import use_kernel_cache
from data.learning import learnt
from data.ready_scenarios import FAILS_AFTER_DAYS
from data.repository import Company, DataVersion, InvoiceFilter, InvoiceLine, Missing, SavedContract, SavedScenario, Store
from data.sample import SCENARIO_NAMES, sample_company
from data.sample_store import clear_store, fill_store
from data.scenario_files import scenario_from_text, write_scenario
from data.toml_values import TomlFile
from data.whole_ledger import EXPECTED, continued, stopped
from forecasting.activity import BudgetLine
from forecasting.curve import Projection
from forecasting.dates import business_day_from
from forecasting.errors import AccessDenied, InputRejected, StoreBusy, StoreUnreadable
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger, Side
from forecasting.money import Currency
from forecasting.offers.limits import exposures
from forecasting.scenario import Insolvency, Scenario
from forecasting.simulation.certain import certain_facts
from forecasting.simulation.claims import Claim
from forecasting.simulation.facts import PathFacts
from forecasting.simulation.flows import Variant
from forecasting.simulation.path import PathResult, project_path
from pages.ui import profile
from pages.ui.cache import Bounded
from pages.ui.doorway import through
from pages.ui.question import Question, days_known, scenario_of
from pages.ui.turns import Turns
from pages.ui.voice import Voice, pick_language, voice_of

#: Where the company's data lies unless the environment names another file.
STORE_DEFAULT: Final = Path(__file__).resolve().parents[2] / "var" / "encaisse.duckdb"
#: Paths of a coarse answer, shown first where a whole one takes longer than a reader's hand.
COARSE_PATHS: Final = 200
SLOW_SECONDS: Final = 0.1
#: Whole answers after which what the process has loaded is taken for permanent: by then the first pages have been drawn.
_SETTLED_AFTER: Final = (2, 12)
_SAMPLE_CODES: Final = {name: code for code, name in SCENARIO_NAMES.items()}


if TYPE_CHECKING:
    from types import ModuleType

    from forecasting.day import DayMoves
    from forecasting.drivers import Driver


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracts:
    """The contracts that the curves show; None where none of its kind is chosen."""

    factoring: FactoringContract | None = None
    insurance: InsurancePolicy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One reader's place: the store as it was when the run began, who reads, the company, in which voice, on what screen."""

    store: Store
    version: DataVersion
    principal: Principal
    company: Company
    say: Voice
    phone: bool


class _Memory:
    """Results shared by all sessions of this process; every key is compared in full."""

    def __init__(self) -> None:
        self.companies: Bounded[tuple[str, Principal], Company] = Bounded(8)
        self.expected: Bounded[tuple[str, Principal], str] = Bounded(8)
        self.chosen: Bounded[tuple[str, Principal], Contracts] = Bounded(8)
        self.named: Bounded[tuple[str, Principal], tuple[SavedScenario, ...]] = Bounded(8)
        self.missing: Bounded[tuple[str, Principal], tuple[Missing, ...]] = Bounded(8)
        self.ledgers: Bounded[tuple[str, Principal, date], Ledger] = Bounded(4)
        self.completed: Bounded[tuple[str, tuple[BudgetLine, ...]], Ledger] = Bounded(4)
        self.choices: Bounded[tuple[str, Principal, str], str] = Bounded(16)
        self.stops: Bounded[tuple[str, Principal], tuple[tuple[str, date], ...]] = Bounded(8)
        self.stopped: Bounded[tuple[str, tuple[tuple[str, date], ...]], Ledger] = Bounded(4)
        self.budgets: Bounded[tuple[str, Principal], tuple[BudgetLine, ...]] = Bounded(8)
        self.books: Bounded[tuple[str, Scenario], Any] = Bounded(6)
        self.grounds: Bounded[str, Any] = Bounded(3)
        self.paths: Bounded[tuple[str, int, Contracts, int], PathResult] = Bounded(16)
        self.days: Bounded[tuple[str, Scenario, Contracts, Variant, int], tuple[DayMoves, tuple[Driver, ...]]] = Bounded(32)
        self.claims: Bounded[tuple[str, InsurancePolicy, str], tuple[Claim, ...]] = Bounded(32)
        self.projections: Bounded[tuple[str, Scenario, Contracts], Projection] = Bounded(256)
        self.factoring: Bounded[tuple[str, str], FactoringContract] = Bounded(64)
        self.insurance: Bounded[tuple[str, str], InsurancePolicy] = Bounded(64)
        self.scenarios: Bounded[tuple[str, str], Scenario | None] = Bounded(64)
        #: How long the last whole answer took.
        self.seconds = 0.0
        self.answers = 0
        self.turns = Turns(os.cpu_count() or 1)


@st.cache_resource(show_spinner=False)
def _memory() -> _Memory:
    return _Memory()


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
    if not store.is_shared:
        # Another process opens a shared store itself and need not ask this one.
        start_serving(store)
    return store


def is_open(say: Voice) -> bool:
    """Whether the store can be used; says in a sentence why not where it cannot."""
    _warming()
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
    told = _memory().companies.get((_key(version), who), lambda: repository.company(store, who))
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


# ── facts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def ledger(at: Desk) -> Ledger:
    """The ledger of this moment, loaded again only when a row that a projection can see has changed.

    Sides that bring no business to come of their own are continued from their history, unless the company left that out;
    months that the budget speaks of bring what it says, and customers whose deliveries are stopped bring nothing more.
    """
    key = (at.version.ledger_key, at.principal, date.today())
    whole = _with_budget(at, _memory().ledgers.get(key, lambda: repository.load_ledger(at.store, at.principal)))
    stops = _memory().stops.get(
        (_key(at.version), at.principal), lambda: repository.stopped_deliveries(at.store, at.principal)
    )
    if not stops:
        return whole
    return _memory().stopped.get((whole.fingerprint, stops), lambda: stopped(whole, stops))


def _with_budget(at: Desk, known: Ledger) -> Ledger:
    if not counts_expected(at):
        return known
    lines: tuple[BudgetLine, ...] = ()
    if may(at.principal, "read_treasury"):
        lines = _memory().budgets.get((_key(at.version), at.principal), lambda: repository.budget(at.store, at.principal))
    return _memory().completed.get((known.fingerprint, lines), lambda: continued(known, lines))


def remembered(at: Desk, name: str) -> str:
    """A choice that the company has made once, "" where it has not."""
    key = (_key(at.version), at.principal, name)
    return _memory().choices.get(key, lambda: repository.setting(at.store, at.principal, name))


def counts_expected(at: Desk) -> bool:
    """Whether the company counts the business to come; it does until somebody switches it off."""
    key = (_key(at.version), at.principal)
    return _memory().expected.get(key, lambda: repository.setting(at.store, at.principal, EXPECTED, "on")) == "on"


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
    return _memory().missing.get(key, lambda: repository.missing_settings(at.store, at.principal))


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

    return _memory().chosen.get((_key(at.version), at.principal), read)


def factoring_of(at: Desk, saved: SavedContract) -> FactoringContract:
    """A saved factoring contract, read from its text once.

    A debtor that it names and the data no longer hold (an import undone) has no invoice to act on, and is no error here.
    """
    exponent = Currency(at.company.currency).exponent
    file = TomlFile(saved.name, saved.content)
    return _memory().factoring.get(
        (saved.content, at.company.currency), lambda: read_factoring(file, exponent=exponent).record
    )


def insurance_of(at: Desk, saved: SavedContract) -> InsurancePolicy:
    """A saved policy, read from its text once; buyers that are gone are no error here either."""
    exponent = Currency(at.company.currency).exponent
    file = TomlFile(saved.name, saved.content)
    return _memory().insurance.get(
        (saved.content, at.company.currency), lambda: read_insurance(file, exponent=exponent).record
    )


def saved_scenarios(at: Desk) -> tuple[SavedScenario, ...]:
    """The named scenarios, by name; those of the sample carry it in the reader's language until somebody renames them."""
    key = (_key(at.version), at.principal)
    found = _memory().named.get(key, lambda: repository.scenarios(at.store, at.principal))
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
    of = ledger(at)

    def read() -> Scenario | None:
        try:
            return scenario_from_text(found.name, found.content, of).record
        except InputRejected:
            return None

    return _memory().scenarios.get((of.fingerprint, found.content), read)


def scenario(at: Desk, question: Question) -> Scenario:
    """The scenario that a question means here and now."""
    of = ledger(at)
    return scenario_of(question, of, saved_scenario(at, question.saved), days_known=days_known(of))


def question_text(at: Desk, question: Question) -> str:
    """The question on screen as a scenario file, which the command line answers with the same curves."""
    return write_scenario(scenario(at, question), exponent=Currency(at.company.currency).exponent)


def within(asked: Scenario, horizon_days: int) -> Scenario:
    """A scenario looked at over so many days, so that all of them compare."""
    return replace(asked, horizon_days=horizon_days, name="")


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def answer(at: Desk, question: Question, *, coarse: bool = False) -> Projection:
    """The projection that answers the question on screen, under the chosen contracts; `coarse` from its first paths."""
    return projection(ledger(at), scenario(at, question), contracts(at), coarse=coarse)


def projection(of: Ledger, asked: Scenario, under: Contracts, *, coarse: bool = False) -> Projection:
    """The answer to one question: from memory where it was asked before, else computed.

    The first paths of a question are those of the whole answer, so that a coarse answer is work that the whole one reuses.
    """
    memory = _memory()
    few = min(COARSE_PATHS, asked.path_count)
    if coarse and not is_ready(of, asked, under):
        asked_for = replace(asked, path_count=few)
        return memory.projections.get((of.fingerprint, asked_for, under), lambda: _compute(of, asked, under, few))
    return memory.projections.get((of.fingerprint, asked, under), lambda: _compute(of, asked, under, asked.path_count))


def _compute(of: Ledger, asked: Scenario, under: Contracts, path_count: int) -> Projection:
    memory, engine = _memory(), _engine()
    with memory.turns.turn() as threads:
        if asked.kind == "certain":
            return cast("Projection", engine.project(of, asked, under.factoring, under.insurance))
        started = time.perf_counter()
        book = book_of(of, asked)
        found = cast(
            "Projection",
            engine.evaluate(book, under.factoring, under.insurance, path_count=path_count, threads=threads),
        )
        if path_count == asked.path_count:
            memory.seconds = time.perf_counter() - started
            memory.answers += 1
            _settle(memory.answers)
        return found


def _settle(answers: int) -> None:
    """Takes code and tables loaded so far out of the garbage collector's sight.

    A whole collection looks at every object of the process: a tenth of a second of everybody's time, spent on libraries
    that stay until the end. What sessions make later is collected as before.
    """
    if answers in _SETTLED_AFTER:
        gc.collect()
        gc.freeze()


def book_of(of: Ledger, asked: Scenario) -> Any:
    """The paths of a question, laid out once whatever contracts are looked at over them (a `Book` of the engine)."""
    memory, engine = _memory(), _engine()

    def simulated() -> Any:
        ground = memory.grounds.get(of.fingerprint, lambda: engine.Groundwork(ledger=of))
        return engine.simulate(of, asked, learnt=learnt(of, asked.horizon_days), ground=ground)

    return memory.books.get((of.fingerprint, asked), simulated)


def is_slow() -> bool:
    """Whether whole answers take long enough lately that a moved control should see a coarse one first.

    Not while others wait for theirs: a coarse answer is drawn in vain where the whole one has to queue anyway.
    """
    return _memory().seconds > SLOW_SECONDS and not _memory().turns.is_busy()


def behind_day(
    at: Desk, question: Question, answer: Projection, variant: Variant, day: int
) -> tuple[DayMoves, tuple[Driver, ...]]:
    """What moves a day of an answer, and the way to its balance from today's."""

    def compute() -> tuple[DayMoves, tuple[Driver, ...]]:
        _engine()
        from forecasting.day import day_moves
        from forecasting.drivers import drivers

        book = book_of(ledger(at), asked)
        return day_moves(book, answer, variant, day), drivers(book, answer, variant, day)

    asked = scenario(at, question)
    key = (answer.ledger_fingerprint, asked, contracts(at), variant, day)
    return _memory().days.get(key, compute)


def told_path(of: Ledger, horizon_days: int, factoring: FactoringContract | None) -> PathResult:
    """The path on which everybody pays on the due date, told by the reference line by line: what an account page shows."""
    return told(of, horizon_days, Contracts(factoring=factoring))


def told(of: Ledger, horizon_days: int, under: Contracts, draw: int = 0) -> PathResult:
    """One path told line by line: the one on which everybody pays on the due date, or draw 1, 2… of the question asked."""

    def compute() -> PathResult:
        if draw == 0:
            return project_path(of, told_facts(of, horizon_days), horizon_days, under.factoring, under.insurance)
        _engine()
        from forecasting.offers import drawn

        book = book_of(of, Scenario(horizon_days=horizon_days))
        return drawn.told(book, draw - 1, under.factoring, under.insurance)

    return _memory().paths.get((of.fingerprint, horizon_days, under, draw), compute)


def told_facts(of: Ledger, horizon_days: int) -> PathFacts:
    """What happens on the path on which everybody pays on the due date."""
    return certain_facts(of, Scenario(kind="certain", horizon_days=horizon_days))


def claim_of(of: Ledger, policy: InsurancePolicy, partner_id: str) -> Claim | None:
    """The claim if one buyer fails in a month and everybody else pays on the due date; None where nothing is owed then."""
    judgment = business_day_from(of.as_of + FAILS_AFTER_DAYS)
    failure = Insolvency(partner_id=partner_id, judgment=judgment, declared=judgment)

    def compute() -> tuple[Claim, ...]:
        asked = Scenario(kind="certain", horizon_days=FAILS_AFTER_DAYS + 60, insolvencies=(failure,))
        return project_path(of, certain_facts(of, asked), asked.horizon_days, None, policy).claims

    found = _memory().claims.get((of.fingerprint, policy, partner_id), compute)
    return next((claim for claim in found if claim.partner_id == partner_id), None)


def largest_buyers(of: Ledger, policy: InsurancePolicy) -> list[str]:
    """Buyers that would owe something in a month, the largest first: those whose failure can be looked at."""
    return [exposure.partner_id for exposure in exposures(policy, of, of.as_of + FAILS_AFTER_DAYS)]


def vouched(of: Ledger, asked: Scenario, under: Contracts) -> tuple[int, int]:
    """Computes some paths again line by line: how many, and how many cents differ (seconds of work)."""
    engine = _engine()
    paths = engine.CHECK_PATHS
    answer = engine.project(
        of,
        replace(asked, path_count=paths),
        under.factoring,
        under.insurance,
        learnt=learnt(of, asked.horizon_days),
        check_paths=paths,
    )
    return answer.check_paths, answer.check_differences


def is_cold() -> bool:
    """Whether the engine was never compiled on this machine: the first answer then takes a minute or two."""
    return not kernel_warmup.is_ready()


@st.cache_resource(show_spinner=False)
def _warming() -> subprocess.Popen[bytes] | None:
    """The compilation that the server starts with, where this machine never compiled the engine."""
    return kernel_warmup.start()


@st.cache_resource(show_spinner=False)
def _engine() -> ModuleType:
    """The engine, imported once the compiler knows where to keep its code and has put it there."""
    use_kernel_cache()
    kernel_warmup.wait(_warming())
    from forecasting.simulation import engine

    return engine


def projections(
    of: Ledger, asked: Iterable[Scenario], under: Contracts, *, coarse: bool = False
) -> dict[Scenario, Projection]:
    """Several questions on the same ledger and contracts."""
    return {one: projection(of, one, under, coarse=coarse) for one in asked}


def is_ready(of: Ledger, asked: Scenario, under: Contracts) -> bool:
    """Whether the answer is at hand without computing."""
    return _memory().projections.has((of.fingerprint, asked, under))
