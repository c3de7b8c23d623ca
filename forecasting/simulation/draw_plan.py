"""Everything that drawing needs and no path changes: the ledger and the scenario as flat columns, debtor by debtor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import log1p, ndtri

from forecasting.behaviour.profiles import FIRST_OFFSET, OFFSETS, DelayProfiles
from forecasting.dates import business_table
from forecasting.ledger import Invoices, Ledger
from forecasting.ledger_build import stable_id
from forecasting.money import round_ratio
from forecasting.scenario import Delays, Scenario
from forecasting.simulation.assumptions import ASSUMPTIONS, Assumptions, default_correlation
from forecasting.simulation.coming import Coming, LevelErrors, coming_of, mean_factor
from forecasting.simulation.facts import InvoiceEvents
from forecasting.simulation.kernel_disputes import DisputeLaw
from forecasting.simulation.kernel_draws import Tables
from forecasting.simulation.kernel_facts import to_ppm
from forecasting.simulation.known import Known, OpenRows, known_part
from forecasting.simulation.luck import DISPUTE, GOLDEN, step_of
from forecasting.simulation.run_days import DrawnDays, Runs
from forecasting.simulation.shocks import PartnerShock, partner_shock
from forecasting.simulation.table import NEVER, DelayTables, delay_tables

#: A day that no horizon reaches, still within 16 bits; and a due day before which nothing is told apart.
FAR: Final = 20_000
LONG_AGO: Final = -10_000
#: What `special` says of an invoice: the ledger flags a dispute; nothing is drawn about disputes; the joint law pays it.
DISPUTED: Final = 1
STATED: Final = 2
COVERED: Final = 4
#: Settlement times of disputes are drawn from this many equally likely ones.
SETTLEMENT_TIMES: Final = 4096
#: What lasts so many days never ends within any horizon.
_LONG: Final = 30_000

_NOTHING: Final = OpenRows(
    row=np.empty(0, dtype=np.int64), minor=np.empty(0, dtype=np.int64), stated=np.empty(0, dtype=np.bool_)
)

Int16 = npt.NDArray[np.int16]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtors:
    """Partners with a payment to draw, D of them in the order of the ledger; columns of length D unless said.

    Debtor d owns the drawn invoices ptr[d] to ptr[d + 1], of which those before future[d] are issued before `as_of`.
    key uint64: its stable number. profile: row of the delay tables. group: its shock. risk: its class of failure.
    stop: first day (from as_of) on which it pays nothing, by a judgment of the scenario; the horizon where there is none.
    recovery: column of dividend_ppm, dividend_days int64 (3, R): what each procedure pays, and how long after the judgment.
    """

    partner: Int32
    key: npt.NDArray[np.uint64]
    ptr: Int64
    future: Int64
    profile: Int32
    group: Int32
    risk: Int32
    stop: Int16
    recovery: Int32
    dividend_ppm: Int64
    dividend_days: Int64

    def __len__(self) -> int:
        return len(self.partner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Risks:
    """Classes of debtors that fail alike; columns of length C.

    probability: of failing within the horizon. edge: its normal quantile. factor, sector_load, rest: loadings on the
    bad year, the bad year of the sector, the debtor's own luck (squares add up to 1). sector: index into `sector_key`.
    daily: logarithm of surviving one day.
    """

    edge: Floats
    factor: Floats
    sector_load: Floats
    rest: Floats
    sector: Int32
    daily: Floats
    sector_key: npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Shared:
    """Events that every path has, sorted by day, then row: row int32, day int16 from as_of, minor int64."""

    row: Int32
    day: Int16
    minor: Int64

    @classmethod
    def sorted(cls, row: Int32, day: Int16, minor: Int64) -> Shared:
        """Events in any order."""
        order = np.lexsort((row, day))
        return cls(row[order], day[order], minor[order])


# No slots here: what follows from the fields alone is remembered beside them.
@dataclass(frozen=True, kw_only=True, eq=False)
class DrawPlan:
    """A question ready to be drawn: n invoices of D debtors over H days, sorted by debtor, open ones first.

    row int32 (n,): row of `Ledger.customers`. minor int64 (n,): what is paid when it is paid. special uint8 (s,): DISPUTED, STATED, COVERED of the
    invoices special_slot int32 (s,) that are not as all others. offsets int16
    (G, 256): days after the due date of each column of the tables, per group of shocks; factor int64 (G, 2), add int64
    (G,): the same shock as a ratio and days, for invoices that are already late. roll int16 (H + 1,): the business day
    of each day, H for none within the horizon. The invoices run_column int64 (m,) of the joint law `runs` stand
    at run_slot int64 (m,) of the plan. coming: what the ledger only expects, None where all of it is certain.
    drawn: what `runs` drew for other questions.
    """

    as_of: int
    horizon_days: int
    seed: int
    known: Known
    invoices: Invoices
    debtors: Debtors
    risks: Risks
    tables: DelayTables
    row: Int32
    minor: Int64
    special_slot: Int32
    special: npt.NDArray[np.uint8]
    offsets: Int16
    factor: Int64
    add: Int64
    roll: Int16
    payments: OpenRows
    payment_day: Int16
    business_days_only: bool
    assumptions: Assumptions
    runs: Runs | None
    run_slot: Int64
    run_column: Int64
    coming: Coming | None = None
    drawn: DrawnDays | None = None

    @cached_property
    def known_receipts(self) -> Shared:
        """Receipts within the horizon that every path has."""
        return self.shared(self.known.facts.receipts)

    @cached_property
    def our_payments(self) -> Shared:
        """What we pay to suppliers within the horizon, the same on every path."""
        drawn = self.payment_day < self.horizon_days
        known = self.shared(self.known.facts.payments)
        return Shared.sorted(
            np.concatenate([self.payments.row[drawn].astype(np.int32), known.row]),
            np.concatenate([self.payment_day[drawn], known.day]),
            np.concatenate([self.payments.minor[drawn], known.minor]),
        )

    @cached_property
    def by_row(self) -> Int32:
        """Slots of drawn invoices, then known receipts, in the order of the ledger."""
        return np.argsort(np.concatenate([self.row, self.known_receipts.row]), kind="stable").astype(np.int32)

    @cached_property
    def mean_minor(self) -> Floats:
        """What is paid when it is paid, on average over the amounts that an invoice to come may have; float64 (n,)."""
        if self.coming is None:
            return self.minor.astype(np.float64)
        expected = self.coming.index[self.row] >= 0
        return np.where(expected, self.minor * mean_factor(self.coming.customers), self.minor)

    @cached_property
    def dispute_law(self) -> DisputeLaw:
        """The assumptions about disputes in whole numbers."""
        given = self.assumptions
        return DisputeLaw(
            drawn=np.uint32(round(given.dispute_probability * 65_536)),
            credited=np.uint32(round(given.dispute_probability * given.dispute_credit_share * 65_536)),
            flagged_credited=np.uint32(round(given.dispute_credit_share * 65_536)),
            counter=step_of(DISPUTE),
            times=settlement_times(given.dispute_mean_days),
            rate_ppm=to_ppm(given.dispute_credit_rate),
        )

    def shared(self, events: InvoiceEvents) -> Shared:
        """Events of the known part within the horizon."""
        day = events.day.astype(np.int64) - self.as_of
        inside = (day >= 0) & (day < self.horizon_days)
        return Shared.sorted(events.invoice[inside], day[inside].astype(np.int16), events.amount_minor[inside])

    @cached_property
    def flat(self) -> Tables:
        """The same as the compiled code takes it."""
        return _flat(self)

    def due_of(self, slot: Int64) -> Int16:
        """The due day of drawn invoices, from as_of."""
        return _relative(self.invoices.due[self.row[slot]], self.as_of, LONG_AGO, FAR)

    def earliest_of(self, slot: Int64) -> Int16:
        """The first day on which drawn invoices can be paid, from as_of: the issue day, the horizon at most."""
        return _relative(self.invoices.issue[self.row[slot]], self.as_of, 0, self.horizon_days)

    def special_of(self, slot: Int64) -> npt.NDArray[np.uint8]:
        """DISPUTED, STATED, COVERED of each drawn invoice, 0 where it is as all others."""
        place = np.searchsorted(self.special_slot, slot)
        inside = np.minimum(place, max(len(self.special) - 1, 0))
        known = (self.special_slot[inside] == slot) if len(self.special) else np.zeros(len(slot), dtype=np.bool_)
        return np.where(known, self.special[inside] if len(self.special) else 0, 0).astype(np.uint8)

    def debtor_of(self, slot: Int64) -> Int64:
        """The debtor of each drawn invoice."""
        debtor: Int64 = np.searchsorted(self.debtors.ptr, slot, side="right") - 1
        return debtor


def draw_plan(
    ledger: Ledger,
    scenario: Scenario,
    profiles: DelayProfiles,
    default_probability: Floats,
    assumptions: Assumptions = ASSUMPTIONS,
    runs: Runs | None = None,
    supplier_profiles: DelayProfiles | None = None,
) -> DrawPlan:
    """The plan of a stochastic scenario.

    profiles: how late each partner pays; supplier_profiles: how late we pay each (the former where absent).
    default_probability float64 (partners,): within one year.
    runs: the joint law of open invoices, where it was learnt; it then decides their days, and nothing else is drawn
    about them but whether their debtor stops paying.
    """
    known = known_part(ledger, scenario)
    customers, horizon = ledger.customers, scenario.horizon_days
    partner = customers.partner[known.customers.row]
    future = customers.issue[known.customers.row] >= ledger.as_of
    order = np.lexsort((known.customers.row, future, partner))
    row = known.customers.row[order].astype(np.int32)
    present, start = np.unique(partner[order], return_index=True)
    shocks = [partner_shock(scenario, ledger.partners[p]) for p in present.tolist()]
    groups = {delays: g for g, delays in enumerate(dict.fromkeys(s.delays for s in shocks))}
    recoveries = {pays: k for k, pays in enumerate(dict.fromkeys(_recovery(s, assumptions) for s in shocks))}
    dividends = np.array(list(recoveries), dtype=np.int64).reshape(-1, 2, 3)
    risks, risk = _risks(ledger, present, shocks, default_probability, scenario, assumptions)
    run_slot, run_column = _covered(row, runs)
    special_slot, special = _special(known.customers.stated[order], customers.disputed[row], run_slot)
    return DrawPlan(
        as_of=ledger.as_of,
        horizon_days=horizon,
        seed=scenario.seed,
        # What is open stands in the plan's own columns from here on.
        known=replace(known, customers=_NOTHING),
        invoices=customers,
        debtors=Debtors(
            partner=present.astype(np.int32),
            key=np.array([stable_id(ledger.partners[p].partner_id) for p in present.tolist()], np.int64).view(np.uint64),
            ptr=np.append(start, len(row)).astype(np.int64),
            future=(start + np.add.reduceat((~future[order]).astype(np.int64), start) if len(row) else start).astype(
                np.int64
            ),
            profile=profiles.profile[present].astype(np.int32),
            group=np.array([groups[s.delays] for s in shocks], dtype=np.int32),
            risk=risk,
            stop=_given_stops(ledger, present, scenario),
            recovery=np.array([recoveries[_recovery(s, assumptions)] for s in shocks], dtype=np.int32),
            dividend_ppm=dividends[:, 0].T.copy(),
            dividend_days=dividends[:, 1].T.copy(),
        ),
        risks=risks,
        tables=delay_tables(profiles.pmf, assumptions.delay_correlation),
        row=row,
        minor=known.customers.minor[order],
        special_slot=special_slot,
        special=special,
        offsets=np.array([_offsets(delays) for delays in groups], dtype=np.int16).reshape(-1, OFFSETS),
        factor=np.array([d.multiply.as_integer_ratio() for d in groups], dtype=np.int64).reshape(-1, 2),
        add=np.array([d.add_days for d in groups], dtype=np.int64),
        roll=_roll(ledger.as_of, horizon, scenario.business_days_only),
        payments=known.suppliers,
        payment_day=_supplier_days(ledger, scenario, known.suppliers, supplier_profiles or profiles),
        business_days_only=scenario.business_days_only,
        assumptions=assumptions,
        runs=runs,
        run_slot=run_slot,
        run_column=run_column,
    )


def with_coming(plan: DrawPlan, ledger: Ledger, errors: LevelErrors | None = None) -> DrawPlan:
    """The plan with what its ledger only expects: the level of the business to come and plans that may not come."""
    drawn = OpenRows(row=plan.row.astype(np.int64), minor=plan.minor, stated=plan.special_of(np.arange(len(plan.row))) > 0)
    return replace(plan, coming=coming_of(ledger, plan.horizon_days, drawn, plan.payments, errors))


def settlement_times(mean_days: float) -> Int16:
    """Equally likely times from the opening of a dispute to its end, in whole days of at least 1; int16 (4096,)."""
    share = (np.arange(SETTLEMENT_TIMES) + 0.5) / SETTLEMENT_TIMES
    days: Int16 = np.minimum(1 + np.floor(-mean_days * log1p(-share)), _LONG).astype(np.int16)
    return days


def _flat(plan: DrawPlan) -> Tables:
    """A plan's arrays as the compiled code takes them."""
    slot = np.arange(len(plan.row))
    debtor = plan.debtor_of(slot)
    is_open = slot < plan.debtors.future[debtor]
    is_open[plan.run_slot] = False
    open_slot = slot[is_open]
    return Tables(
        stable=plan.invoices.stable,
        golden=GOLDEN,
        row=plan.row,
        minor=plan.minor,
        issue=plan.invoices.issue,
        due=plan.invoices.due,
        as_of=plan.as_of,
        special_ptr=np.searchsorted(plan.special_slot, plan.debtors.ptr).astype(np.int64),
        special_slot=plan.special_slot,
        special=plan.special,
        ptr=plan.debtors.ptr,
        future=plan.debtors.future,
        open_ptr=np.searchsorted(open_slot, plan.debtors.ptr).astype(np.int64),
        open_slot=open_slot.astype(np.int32),
        open_debtor=debtor[open_slot].astype(np.int32),
        profile=plan.debtors.profile,
        group=plan.debtors.group,
        alias=plan.tables.alias.reshape(-1),
        cell_alias=plan.tables.cell_alias.reshape(-1),
        cumulative=plan.tables.cumulative.reshape(-1),
        guide=plan.tables.guide.reshape(-1),
        offsets=plan.offsets.reshape(-1),
        factor=plan.factor,
        add=plan.add,
        roll=plan.roll,
        unroll=np.searchsorted(plan.roll, np.arange(plan.horizon_days + 1)).astype(np.int16),
        disputes=plan.dispute_law,
    )


def _covered(row: Int32, runs: Runs | None) -> tuple[Int64, Int64]:
    """Slots of the plan and columns of the joint law that speak of one invoice."""
    if runs is None:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    _, slot, column = np.intersect1d(row, runs.row, return_indices=True)
    order = np.argsort(slot, kind="stable")
    return slot[order].astype(np.int64), column[order].astype(np.int64)


def _special(
    stated: npt.NDArray[np.bool_], disputed: npt.NDArray[np.bool_], run_slot: Int64
) -> tuple[Int32, npt.NDArray[np.uint8]]:
    """The invoices that are not as all others, and in which way."""
    kind = np.where(stated, STATED, disputed * DISPUTED).astype(np.uint8)
    kind[run_slot] = np.where(kind[run_slot] == DISPUTED, DISPUTED, STATED) | COVERED
    slot = np.flatnonzero(kind)
    return slot.astype(np.int32), kind[slot]


def _relative(day: Int32, as_of: int, low: int, high: int) -> Int16:
    return np.clip(day.astype(np.int64) - as_of, low, high).astype(np.int16)


def _roll(as_of: int, horizon: int, business_days_only: bool) -> Int16:
    """For each day of the horizon the first business day from it on, the horizon itself where that lies beyond."""
    days = np.arange(horizon + 1)
    if business_days_only:
        open_days = np.append(business_table(as_of, horizon), True)
        days = np.minimum.accumulate(np.where(open_days, days, horizon)[::-1])[::-1]
    return days.astype(np.int16)


def shocked_days(lateness: int, delays: Delays) -> int:
    """Days after the due date once a shock has acted: lateness times the factor, earliness as it is, then the days.

    >>> shocked_days(10, Delays(multiply=Decimal("1.25"), add_days=2)), shocked_days(-3, Delays(multiply=Decimal(2)))
    (15, -3)
    """
    numerator, denominator = delays.multiply.as_integer_ratio()
    return (round_ratio(lateness * numerator, denominator) if lateness > 0 else lateness) + delays.add_days


def _offsets(delays: Delays) -> list[int]:
    """Days after the due date of each column of the tables; the last column never comes."""
    days = [shocked_days(FIRST_OFFSET + column, delays) for column in range(OFFSETS)]
    days[NEVER] = FAR
    return [min(max(day, -FAR), FAR) for day in days]


def _given_stops(ledger: Ledger, present: npt.NDArray[np.int32], scenario: Scenario) -> Int16:
    """The judgments that the scenario states, as days from as_of."""
    judged = {i.partner_id: max(i.judgment - ledger.as_of, 0) for i in scenario.insolvencies}
    ids = (ledger.partners[p].partner_id for p in present.tolist())
    return np.array([min(judged.get(name, scenario.horizon_days), scenario.horizon_days) for name in ids], dtype=np.int16)


def _recovery(shock: PartnerShock, assumptions: Assumptions) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What liquidation, reorganisation and safeguard pay of the debt, in millionths, and how many days later."""
    rate, days = shock.defaults.recovery_rate, shock.defaults.recovery_delay_days
    first = assumptions.liquidation_dividend if rate is None else rate
    plan = assumptions.reorganisation_dividend if rate is None else rate
    wait = assumptions.liquidation_dividend_days if days is None else days
    longer = assumptions.reorganisation_dividend_days if days is None else days
    return tuple(int(r.scaleb(6).to_integral_value()) for r in (first, plan, plan)), (wait, longer, longer)


def _risks(
    ledger: Ledger,
    present: npt.NDArray[np.int32],
    shocks: list[PartnerShock],
    probability: Floats,
    scenario: Scenario,
    assumptions: Assumptions,
) -> tuple[Risks, Int32]:
    """Classes of failure and each debtor's class; a debtor whose judgment the scenario states does not fail again.

    Probabilities keep three significant digits, so that many debtors share few classes.
    """
    judged = {insolvency.partner_id for insolvency in scenario.insolvencies}
    classes: dict[tuple[float, str], int] = {}
    risk = []
    for p, shock in zip(present.tolist(), shocks, strict=True):
        partner = ledger.partners[p]
        stressed = min(float(probability[p]) * float(shock.defaults.multiply_probability), 0.999)
        yearly = 0.0 if partner.partner_id in judged else float(f"{stressed:.3g}")
        risk.append(classes.setdefault((yearly, partner.sector), len(classes)))
    yearly_of = np.array([key[0] for key in classes])
    sectors = {name: s for s, name in enumerate(dict.fromkeys(key[1] for key in classes))}
    common = default_correlation(yearly_of)
    within = np.array([assumptions.sector_correlation if key[1] else 0.0 for key in classes])
    daily = np.log1p(-yearly_of) / 365
    return Risks(
        edge=ndtri(-np.expm1(daily * scenario.horizon_days)),
        factor=np.sqrt(common),
        sector_load=np.sqrt(within),
        rest=np.sqrt(1 - common - within),
        sector=np.array([sectors[key[1]] for key in classes], dtype=np.int32),
        daily=daily,
        sector_key=np.array([stable_id(f"sector {name}") for name in sectors], np.int64).view(np.uint64),
    ), np.array(risk, dtype=np.int32)


def _supplier_days(ledger: Ledger, scenario: Scenario, rows: OpenRows, profiles: DelayProfiles) -> Int16:
    """The day from as_of on which we pay each open supplier invoice: its due date and the median of our habit.

    Where nothing is learnt we pay on the due date. An invoice that is already later than the habit is paid at the median
    of what the habit leaves.
    """
    due = ledger.suppliers.due[rows.row].astype(np.int64) - ledger.as_of
    profile = profiles.profile[ledger.suppliers.partner[rows.row]].astype(np.int64)
    below = np.concatenate([np.zeros((len(profiles.pmf), 1)), np.cumsum(profiles.pmf, axis=1)], axis=1)
    late = np.clip(-due - FIRST_OFFSET, 0, NEVER)
    middle = (below[profile, late] + below[profile, NEVER]) / 2
    flat = (below[:, 1:] + 2.0 * np.arange(len(below))[:, None]).ravel()
    column = np.searchsorted(flat, middle + 2.0 * profile, side="left") - profile * OFFSETS
    lag = np.where(profiles.assumed[profile] & (due >= 0), 0, np.clip(column, 0, NEVER - 1) + FIRST_OFFSET)
    day = np.clip(due + lag, 0, scenario.horizon_days)
    return _roll(ledger.as_of, scenario.horizon_days, scenario.business_days_only)[day]
