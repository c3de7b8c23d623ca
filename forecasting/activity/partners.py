"""What each partner's share of the business is, and what its invoices look like: size, number, day, terms, VAT."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.activity.history import Issued, first_of, position_in_month
from forecasting.dates import Terms
from forecasting.ledger import Invoices

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

#: Half-life, in months, of what a partner's share rests on, and the months' worth of its long-run share beside it.
SHARE_HALF_LIFE: Final = 8.0
_LONG_RUN_MONTHS: Final = 2.0
#: A partner of which nothing came for 2 usual intervals and a month begins to fade, for 4 and a quarter it is quiet.
_USUAL_INTERVAL_DAYS: Final = 90.0
#: A quiet partner with at least this share of all business is taken for lost; smaller ones, for replaced by others.
LOST_SHARE: Final = 0.05
#: Latest invoices of a partner that its habits rest on, and the number below which its days are those of all.
_HABIT_INVOICES: Final = 24
_OWN_DAYS: Final = 5
_QUANTILES: Final = 20
_MONTH_END_DAYS: Final = (0, 15, 30, 45, 60, 75, 90)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shares:
    """How the business splits over partners, float64 (partners,) each.

    share: of coming months, sums to 1 (0 everywhere without history); per_month: invoices a month; typical_minor: amount of
    one invoice, net of credit notes; credit_share: credit notes over invoices; elapsed: share of the usual interval that has
    passed since the last invoice; alive: 1 buying, 0 quiet. lost: bool (partners,), quiet and once important.
    """

    share: Floats
    per_month: Floats
    typical_minor: Floats
    credit_share: Floats
    elapsed: Floats
    alive: Floats
    lost: npt.NDArray[np.bool_]


def shares_of(history: Issued, start: int, stop: int) -> Shares:
    """Who buys how much, from the whole months `start` to `stop` (and who still buys, from every day known).

    share ~ alive * (amount weighted by 0.5^(age / 8 months) + 2 months of the long-run monthly mean), never below 0.
    """
    count, past = history.partners, history.past
    age = (int(first_of(stop)) - history.issue[past]) / 30.4375
    weight = np.where(age >= 0, 0.5 ** (np.maximum(age, 0.0) / SHARE_HALF_LIFE), 1.0)
    partner, amount = history.partner[past], history.amount_minor[past].astype(np.float64)
    invoice = amount > 0

    def total(values: Floats) -> Floats:
        return np.asarray(np.bincount(partner, values, count), dtype=np.float64)

    months = max(stop - start, 1)
    known = sum(0.5 ** (k / SHARE_HALF_LIFE) for k in range(months))
    sales, number = total(weight * amount), total(weight * invoice)
    raw = np.maximum(sales + _LONG_RUN_MONTHS * total(amount) / months, 0.0)
    gross = total(np.where(invoice, amount, 0.0))
    alive, elapsed = _alive(history)
    everything = max(float(total(amount).sum()), 1.0)
    lost = (alive <= 0) & (total(amount) / everything >= LOST_SHARE)
    share = raw * alive
    return Shares(
        share=share / share.sum() if share.sum() > 0 else share,
        per_month=number / known,
        typical_minor=np.maximum(sales, 0.0) / np.maximum(number, 1e-9),
        credit_share=np.divide(gross - total(amount), gross, out=np.zeros(count), where=gross > 0),
        elapsed=elapsed,
        alive=alive,
        lost=lost,
    )


def _alive(history: Issued) -> tuple[Floats, Floats]:
    """Whether each partner still buys (1 to 0), and the share of its interval since its last invoice (at most 3)."""
    rows = history.past & (history.amount_minor > 0)
    partner, issue = history.partner[rows], history.issue[rows]
    count = history.partners
    first, last = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
    np.minimum.at(first, partner, issue)
    np.maximum.at(last, partner, issue)
    number = np.bincount(partner, minlength=count)
    interval = np.where(number > 1, (last - first) / np.maximum(number - 1, 1), _USUAL_INTERVAL_DAYS)
    interval = np.maximum(interval, 1.0)
    elapsed = (history.as_of - last).astype(np.float64)
    fading, quiet = 2.0 * interval + 31.0, 4.0 * interval + 92.0
    alive = np.clip((quiet - elapsed) / (quiet - fading), 0.0, 1.0)
    return np.where(number > 0, alive, 0.0), np.where(number > 0, np.minimum(elapsed / interval, 3.0), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """What the next invoice of a partner looks like besides its amount.

    positions: quantiles of its day within the month's business days, each above 0 and below 1.
    """

    terms: Terms
    vat_rate: Decimal
    on_receipt: bool
    entity: str
    positions: Floats


def habits_of(history: Issued, invoices: Invoices, wanted: Integers) -> dict[int, Habit]:
    """The habits of the wanted partners (numbers, each with at least one past invoice), from their latest 24 invoices."""
    rows = np.flatnonzero(history.past & (history.amount_minor > 0))
    rows = rows[np.lexsort((history.row[rows], history.issue[rows], history.partner[rows]))]
    position = position_in_month(history.issue[rows], history.every_day)
    common = np.quantile(position, (np.arange(_QUANTILES) + 0.5) / _QUANTILES) if len(rows) else np.array([0.5])
    partner = history.partner[rows]
    begin, end = np.searchsorted(partner, wanted, "left"), np.searchsorted(partner, wanted, "right")
    found = {}
    for p, low, high in zip(wanted.tolist(), begin.tolist(), end.tolist(), strict=True):
        latest = slice(max(low, high - _HABIT_INVOICES), high)
        own = history.row[rows[latest]]
        days = position[latest] if high - low >= _OWN_DAYS else common
        rate, on_receipt, entity = _usual(
            [(invoices.vat_rate[i], bool(invoices.on_receipt[i]), invoices.entity[i]) for i in own]
        )
        found[p] = Habit(
            terms=usual_terms(invoices.issue[own].astype(np.int64), invoices.due[own].astype(np.int64)),
            vat_rate=rate,
            on_receipt=on_receipt,
            entity=entity,
            positions=np.sort(days),
        )
    return found


def _usual(seen: list[tuple[Decimal, bool, str]]) -> tuple[Decimal, bool, str]:
    """The most frequent; among equals the latest."""
    latest = dict.fromkeys(reversed(seen))
    return max(latest, key=seen.count)


def usual_terms(issue: Integers, due: Integers) -> Terms:
    """The payment terms that explain most invoices, from their issue and due days (n,), n at least 1.

    Tried: the most frequent number of days net, and 0 to 90 days end of month by methods A and B (domain 3.2); net wins
    among equals. Where the best explains less than half, the median number of days net.
    """
    days = np.maximum(due - issue, 0)
    values, counts = np.unique(days, return_counts=True)
    best, score = Terms(days=int(values[counts.argmax()]), method="net"), int(counts.max())
    for n in _MONTH_END_DAYS:
        for method, landing in (("A", _month_ends(issue + n)), ("B", _month_ends(issue) + n)):
            hits = int((landing == due).sum())
            if hits > score:
                best, score = Terms(days=n, method="A" if method == "A" else "B"), hits
    return best if 2 * score >= len(days) else Terms(days=int(np.median(days)), method="net")


def _month_ends(day: Integers) -> Integers:
    following = day.astype("datetime64[D]").astype("datetime64[M]") + 1
    return np.asarray(following.astype("datetime64[D]").astype(np.int64) - 1)
