"""The sample's invoices: vectorised, seeded, with the payment behaviour of French firms.

Customers order with the season of hotels and restaurants, are invoiced mostly at month ends, and pay on their own
payment days, each with its own habit; the company pays its suppliers in two runs a month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from data.sample_names import CUSTOMERS, FIRST_WORDS, LAST_WORDS, SUPPLIERS, Customer, Habit, Rhythm
from data.terms import due_days
from forecasting.dates import business_table, to_date
from forecasting.ledger import NO_DAY, Amounts, Days

HISTORY_DAYS: Final = 1_096
EXPECTED_DAYS: Final = 365
#: Sales of a month against the average month, January first; orders of materials run ahead of them.
SEASON: Final = (0.72, 0.84, 1.14, 1.32, 1.34, 1.20, 0.92, 0.42, 0.98, 1.12, 1.12, 0.88)
MATERIALS_LEAD_DAYS: Final = 42
#: Share of payments on or around the due day, mean lateness of the others in days.
_HABITS: Final[dict[Habit, tuple[float, float]]] = {
    "exact": (0.88, 3.0),
    "good": (0.64, 7.0),
    "usual": (0.44, 13.0),
    "public": (0.26, 14.0),
    "slow": (0.03, 34.0),
    "failing": (0.30, 16.0),
}
#: A punctual payer takes the payment day before the due day where that lies within these many days.
_AHEAD_DAYS: Final[dict[Rhythm, int]] = {"any": 4, "weekly": 8, "fortnight": 12, "month_end": 12}
_LATE_MAX_DAYS: Final = 120.0
#: The failing customer pays ever later from this many days before the first projected day, and nothing in the last ones.
_FALLING_DAYS, _SILENT_DAYS = 400, 60

Indices = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One side's invoices before they have names, in order of issue: columns of equal length n.

    `partner` indexes the side's own partners; `vat_percent` is 20 or 0; `paid_minor` is what was or will be paid (the amount
    less its credit note); `credits` indexes the invoice that a credit note reduces, -1 for none.
    """

    partner: Indices
    issue: Days
    due: Days
    amount_minor: Amounts
    vat_percent: npt.NDArray[np.int8]
    paid: Days
    paid_minor: Amounts
    credits: npt.NDArray[np.int64]


def customer_list(count: int) -> tuple[Customer, ...]:
    """The named customers, and as many small ones besides as a larger sample asks for."""
    extra = []
    for k in range(count - len(CUSTOMERS)):
        first, last = FIRST_WORDS[k % len(FIRST_WORDS)], LAST_WORDS[k // len(FIRST_WORDS) % len(LAST_WORDS)]
        turn = k // (len(FIRST_WORDS) * len(LAST_WORDS))
        name = f"{first} {last}" if not turn else f"{first} {last} {turn + 1}"
        like = CUSTOMERS[30 + k % 30]
        extra.append(
            Customer(name, like.segment, like.sector, "FR", like.terms, like.habit, like.rhythm, 0, like.rating, like.owner)
        )
    return (*CUSTOMERS[: max(count, 1)], *extra)


def shares_of(customers: Sequence[Customer]) -> npt.NDArray[np.float64]:
    """Each customer's share of yearly sales: as named, the rest falling off slowly from the first small one to the last."""
    named = np.array([c.share for c in customers], dtype=np.float64) / 1000
    small = named == 0
    tail = 1.0 / (8.0 + np.arange(small.sum()))
    if len(tail):
        named[small] = max(1.0 - named.sum(), 0.05) * tail / tail.sum()
    return np.asarray(named / named.sum())


def sell(rng: np.random.Generator, as_of: int, customers: Sequence[Customer], count: int, sales_minor: int) -> Trade:
    """Customer invoices of three years past and one to come, `sales_minor` before VAT in the year before `as_of`."""
    shares = shares_of(customers)
    partner = _spread(rng, shares**0.75, count)
    issue = _issue_days(rng, as_of, count, 0, 0.35)
    partner, issue = _by_issue(partner, issue)
    failing = np.array([c.habit == "failing" for c in customers])
    targets = np.outer(_growth(sales_minor), shares)
    targets[3, failing] *= 0.45
    net = _amounts(rng, partner, _year(issue, as_of), targets)
    vat = np.array([0 if c.country != "FR" else 20 for c in customers], dtype=np.int8)[partner]
    due = due_days(issue, [customers[p].terms for p in partner.tolist()], ("30 jours",))
    calendar = _Calendar(as_of)
    run = np.array([calendar.table(c.rhythm, k % 5) for k, c in enumerate(customers)], dtype=np.int32)[partner]
    late = _lateness(rng, as_of, customers, partner, due)
    paid = calendar.next_run(run, due + late)
    silent = failing[partner] & (paid >= as_of - _SILENT_DAYS)
    paid = np.where((paid >= as_of) | (issue >= as_of) | silent, NO_DAY, paid).astype(np.int32)
    return _trade(partner, issue, due, net, vat, paid)


def buy(rng: np.random.Generator, as_of: int, count: int, purchases_minor: int) -> Trade:
    """Supplier invoices of the same four years; those of materials run ahead of the season."""
    per_year = np.array([s.per_year for s in SUPPLIERS], dtype=np.float64)
    partner = _spread(rng, per_year, count)
    seasonal = np.array([s.seasonal for s in SUPPLIERS])[partner]
    ahead = _issue_days(rng, as_of, count, MATERIALS_LEAD_DAYS, 0.15)
    steady = _issue_days(rng, as_of, count, None, 0.0)
    partner, issue = _by_issue(partner, np.where(seasonal, ahead, steady).astype(np.int32))
    shares = np.array([s.share for s in SUPPLIERS], dtype=np.float64) / 1000
    net = _amounts(rng, partner, _year(issue, as_of), np.outer(_growth(purchases_minor), shares))
    vat = np.array([0 if s.country != "FR" else 20 for s in SUPPLIERS], dtype=np.int8)[partner]
    due = due_days(issue, [SUPPLIERS[p].terms for p in partner.tolist()], ("30 jours",))
    calendar = _Calendar(as_of)
    run = np.full(count, calendar.table("fortnight", 0), dtype=np.int32)
    # One in eight waits for the next run: an approval is missing.
    paid = calendar.next_run(run, due + np.where(rng.random(count) < 0.125, 8, 0).astype(np.int32))
    paid = np.where((paid >= as_of) | (issue >= as_of), NO_DAY, paid).astype(np.int32)
    return _trade(partner, issue, due, net, vat, paid)


def _trade(partner: Indices, issue: Days, due: Days, net: Amounts, vat: npt.NDArray[np.int8], paid: Days) -> Trade:
    # Whole cents: VAT rounded half up, as an invoice prints it.
    gross = net + (net * vat + 50) // 100
    count = len(partner)
    return Trade(
        partner=partner,
        issue=issue,
        due=due,
        amount_minor=gross,
        vat_percent=vat,
        paid=paid,
        paid_minor=gross.copy(),
        credits=np.full(count, -1, dtype=np.int64),
    )


def _spread(rng: np.random.Generator, weights: npt.NDArray[np.float64], count: int) -> Indices:
    """Partners of `count` invoices: each in proportion to its weight, in random order."""
    exact = weights / weights.sum() * count
    counts = np.floor(exact).astype(np.int64)
    counts[np.argsort(counts - exact, kind="stable")[: count - int(counts.sum())]] += 1
    return rng.permutation(np.repeat(np.arange(len(weights), dtype=np.int32), counts))


def _issue_days(rng: np.random.Generator, as_of: int, count: int, lead_days: int | None, at_month_end: float) -> Days:
    """Business days of issue, drawn by the season `lead_days` later (None: no season), a share bunched at month ends."""
    first, days = as_of - HISTORY_DAYS, HISTORY_DAYS + EXPECTED_DAYS
    weight = business_table(first, days).astype(np.float64)
    if lead_days is not None:
        months = (
            (np.arange(first, first + days) + lead_days).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        )
        weight *= np.array(SEASON)[months % 12]
    calendar = np.arange(first, first + days).astype("datetime64[D]")
    last_days = (calendar + 3).astype("datetime64[M]") != calendar.astype("datetime64[M]")
    bunched = np.where(last_days, weight, 0.0)
    chosen = np.where(rng.random(count) < at_month_end, _draw(rng, bunched, count), _draw(rng, weight, count))
    return (first + chosen).astype(np.int32)


def _draw(rng: np.random.Generator, weight: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.int64]:
    edges = np.cumsum(weight)
    return np.asarray(np.searchsorted(edges, rng.random(count) * edges[-1], side="right"))


def _by_issue(partner: Indices, issue: Days) -> tuple[Indices, Days]:
    order = np.argsort(issue, kind="stable")
    return partner[order], issue[order]


def _year(issue: Days, as_of: int) -> npt.NDArray[np.int64]:
    """0, 1, 2 for the three years past, 3 for the one to come."""
    return np.clip((issue.astype(np.int64) - as_of) // 365 + 3, 0, 3)


def _growth(yearly_minor: int) -> npt.NDArray[np.float64]:
    return np.asarray(yearly_minor * np.array([0.93, 0.965, 1.0, 1.03]))


def _amounts(
    rng: np.random.Generator, partner: Indices, year: npt.NDArray[np.int64], targets: npt.NDArray[np.float64]
) -> Amounts:
    """Amounts before VAT: log-normal around each partner's average, scaled to what it buys in that year."""
    raw = np.exp(0.55 * rng.standard_normal(len(partner)))
    cell = year * targets.shape[1] + partner
    sums = np.bincount(cell, weights=raw, minlength=targets.size)
    scaled: Amounts = np.rint(raw * targets.ravel()[cell] / sums[cell]).astype(np.int64)
    return np.maximum(scaled, 100)


def _lateness(
    rng: np.random.Generator, as_of: int, customers: Sequence[Customer], partner: Indices, due: Days
) -> npt.NDArray[np.int32]:
    """Days late by habit; a customer's good and bad months move all of its invoices together."""
    habits = np.array([_HABITS[c.habit] for c in customers])[partner]
    count = len(partner)
    month = (due.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) - 300) % 128
    mood = rng.standard_normal((len(customers), 128))[partner, month]
    punctual = rng.random(count) < habits[:, 0]
    scale = habits[:, 1] * np.exp(0.25 * mood)
    failing = np.array([c.habit == "failing" for c in customers])[partner]
    scale *= 1 + failing * 4.0 * np.clip((due - (as_of - _FALLING_DAYS)) / _FALLING_DAYS, 0, 1)
    late = np.minimum(1 + rng.exponential(1.0, count) * scale, _LATE_MAX_DAYS)
    ahead = np.array([_AHEAD_DAYS[c.rhythm] for c in customers])[partner]
    early = -np.floor(rng.random(count) * (ahead + 1))
    days: npt.NDArray[np.int32] = np.where(punctual, early, np.rint(late)).astype(np.int32)
    return days


class _Calendar:
    """The next payment day of each rhythm, for every day that matters."""

    def __init__(self, as_of: int) -> None:
        self.first = as_of - HISTORY_DAYS - 30
        self.days = HISTORY_DAYS + EXPECTED_DAYS + 500
        business = business_table(self.first, self.days)
        calendar = np.arange(self.first, self.first + self.days)
        self.names: list[tuple[Rhythm, int]] = [("any", 0), ("fortnight", 0), ("month_end", 0)]
        runs = [business, _on_days(calendar, business, (10, 25)), _on_days(calendar, business, (31,))]
        for weekday in range(5):
            self.names.append(("weekly", weekday))
            runs.append(business & ((calendar + 3) % 7 == weekday))
        far = self.days - 1
        positions = np.arange(self.days)
        self.tables = np.array([_next(np.where(run, positions, far)) for run in runs])

    def table(self, rhythm: Rhythm, weekday: int) -> int:
        """The number of a rhythm's table; `weekday` matters to weekly ones."""
        return self.names.index((rhythm, weekday if rhythm == "weekly" else 0))

    def next_run(self, table: npt.NDArray[np.int32], day: Days) -> Days:
        """The first payment day on or after each day."""
        return (self.first + self.tables[table, np.clip(day - self.first, 0, self.days - 1)]).astype(np.int32)


def _next(marked: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.asarray(np.minimum.accumulate(marked[::-1])[::-1], dtype=np.int64)


def _on_days(
    calendar: npt.NDArray[np.int64], business: npt.NDArray[np.bool_], month_days: tuple[int, ...]
) -> npt.NDArray[np.bool_]:
    """Days of the month (31: its last), each moved to the business day on or after it."""
    wanted = np.zeros(len(calendar), dtype=np.bool_)
    for k, day in enumerate(calendar.tolist()):
        when = to_date(day)
        is_last = to_date(day + 1).month != when.month
        wanted[k] = when.day in month_days or (is_last and 31 in month_days)
    positions = np.arange(len(calendar))
    landing = _next(np.where(business, positions, len(calendar) - 1))
    found = np.zeros(len(calendar), dtype=np.bool_)
    found[landing[wanted]] = True
    return found
