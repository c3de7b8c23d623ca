"""How well the business to come is foretold on real books: months from the months before, against two naive rules.

Run `python -m bench.activity FOLDER`, FOLDER holding receivables/ibm_history.csv, payables/cabinetoffice and fec/.
WAPE: sum of absolute errors over the sum of what happened. Coverage: share of months inside the 80 % and 90 % bands.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from data.exporters.payments_files import learn_side
from data.importers.protocol import ReadOptions, SourceFile
from data.importers.recognise import read_files
from forecasting.activity import expected_business, month_factors, outlook
from forecasting.activity.history import first_of, month_of
from forecasting.activity.outlook import month_quantiles
from forecasting.behaviour import delay_profiles, forecast_open
from forecasting.behaviour.profiles import FIRST_OFFSET
from forecasting.dates import to_day
from forecasting.ledger import NO_DAY, Ledger, Side
from forecasting.ledger_build import InvoiceRecord, build_ledger, columns_of, stable_id
from forecasting.simulation import luck

Floats = npt.NDArray[np.float64]

AHEAD: Final = 6
_LEVELS: Final = np.array([0.5, 0.1, 0.9, 0.05, 0.95])
_PATHS: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One month foretold: how many months ahead, what came, what was said (median, 80 % and 90 % bands), naive rules.

    last_year is NaN where the month a year before is not known.
    """

    horizon: int
    actual: float
    said: tuple[float, float, float, float, float]
    last_year: float
    last_three: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Cells of one horizon (0: all) in sum."""

    horizon: int
    cells: int
    ours: float
    last_year: float
    last_three: float
    inside_80: float
    inside_90: float


def scores(cells: Sequence[Cell]) -> list[Score]:
    """WAPE by horizon and over all, for the forecast and for both naive rules on the same cells."""
    return [_score(h, [c for c in cells if h in (0, c.horizon)]) for h in (*sorted({c.horizon for c in cells}), 0)]


def _score(horizon: int, cells: Sequence[Cell]) -> Score:
    actual = np.array([c.actual for c in cells])
    said = np.array([c.said for c in cells])

    def wape(guess: Floats) -> float:
        return float(np.abs(guess - actual).sum() / np.abs(actual).sum())

    return Score(
        horizon=horizon,
        cells=len(cells),
        ours=wape(said[:, 0]),
        last_year=wape(np.array([c.last_year for c in cells])),
        last_three=wape(np.array([c.last_three for c in cells])),
        inside_80=float(((said[:, 1] <= actual) & (actual <= said[:, 2])).mean()),
        inside_90=float(((said[:, 3] <= actual) & (actual <= said[:, 4])).mean()),
    )


def known_on(records: Iterable[InvoiceRecord], as_of: int, side: Side) -> Ledger:
    """The ledger of a past morning: invoices issued before it, payments only where they had come."""
    rows = columns_of(
        InvoiceRecord(
            invoice_id=r.invoice_id,
            partner_id=r.partner_id,
            issue=r.issue,
            due=r.due,
            amount_minor=r.amount_minor,
            paid=r.paid if r.paid < as_of else NO_DAY,
        )
        for r in records
        if r.issue < as_of
    )
    return build_ledger(
        as_of=as_of,
        currency="EUR",
        opening_cash_minor=0,
        customers=rows if side == "customer" else None,
        suppliers=rows if side == "supplier" else None,
    )


def totals(days: Iterable[int], amounts: Iterable[int], first: int, count: int) -> Floats:
    """Amounts by month, float64 (count,) from a month on."""
    month = month_of(list(days)) - first
    inside = (month >= 0) & (month < count)
    return np.asarray(np.bincount(month[inside], np.array(list(amounts), dtype=np.float64)[inside], count))


Said = Callable[[Ledger, int], Floats]


def sales_said(side: Side) -> Said:
    """What is said of the invoices of the coming months: float64 (5, ahead)."""
    return lambda ledger, ahead: month_quantiles(outlook(ledger, side, ahead), _LEVELS).astype(np.float64)


def receipts_said(ledger: Ledger, ahead: int) -> Floats:
    """What is said of the receipts of the coming months: those of open invoices and of invoices to come, float64 (5, ahead)."""
    history, behaviour = learn_side(ledger, "customer", ledger.as_of)
    opened = forecast_open(behaviour, history, ledger.as_of, _PATHS, 1, horizon_days=31 * ahead)
    edges = first_of(month_of(ledger.as_of) + np.arange(ahead + 1)) - ledger.as_of
    paths = np.zeros((_PATHS, ahead))
    for m in range(ahead):
        due = (opened.pay_day >= edges[m]) & (opened.pay_day < edges[m + 1])
        paths[:, m] = due @ opened.invoices.open_minor.astype(np.float64)
    profiles, number = delay_profiles(behaviour, history), {p.partner_id: k for k, p in enumerate(ledger.partners)}
    factor, now = month_factors(outlook(ledger, "customer", ahead), 1, np.arange(_PATHS)), month_of(ledger.as_of)
    for record in expected_business(ledger, ahead).customers:
        reached = np.cumsum(profiles.pmf[profiles.profile[number[record.partner_id]]])
        drawn = luck.uniforms(luck.words(1, np.arange(_PATHS), stable_id(record.invoice_id), 0))
        day = np.maximum(record.due + FIRST_OFFSET + np.searchsorted(reached, drawn * reached[-1]), record.issue)
        month, inside = month_of(day) - now, month_of(day) - now < ahead
        amount = record.amount_minor * factor[:, int(month_of(record.issue) - now)]
        np.add.at(paths, (np.flatnonzero(inside), month[inside]), amount[inside])
    bands: Floats = np.quantile(paths, _LEVELS, axis=0)
    return bands


def rolling(
    records: Sequence[InvoiceRecord], side: Side, first: int, known: int, months: int, said: Said, *, paid: bool = False
) -> list[Cell]:
    """Every month from number `known` to `months`, foretold from each month before, up to AHEAD months ahead.

    Months count from `first`; amounts are of invoices issued, or of payments where `paid`.
    """
    dated = [(r.paid if paid else r.issue, r.amount_minor) for r in records if not paid or r.paid != NO_DAY]
    actual = totals((d for d, _ in dated), (a for _, a in dated), first, months)
    cells = []
    for origin in range(known, months):
        ahead = min(AHEAD, months - origin)
        bands = said(known_on(records, int(first_of(first + origin)), side), ahead)
        cells += [
            Cell(
                horizon=h + 1,
                actual=float(actual[origin + h]),
                said=tuple(bands[:, h].tolist()),
                last_year=float(actual[origin + h - 12]) if origin + h >= 12 else float("nan"),
                last_three=float(actual[origin - 3 : origin].mean()),
            )
            for h in range(ahead)
        ]
    return cells


def ibm(folder: Path) -> list[InvoiceRecord]:
    """2,466 invoices of 100 customers, January 2012 to the first days of December 2013.

    Month 24 is cut off after three days and lacks most of its invoices and receipts, so that it judges nobody.
    """
    with (folder / "receivables" / "ibm_history.csv").open(encoding="utf-8", newline="") as file:
        return [
            InvoiceRecord(
                invoice_id=row["invoice_id"],
                partner_id=row["customer"],
                issue=to_day(date.fromisoformat(row["issue_date"])),
                due=to_day(date.fromisoformat(row["due_date"])),
                amount_minor=round(float(row["amount"]) * 100),
                paid=to_day(date.fromisoformat(row["paid_date"])) if row["paid_date"] else NO_DAY,
            )
            for row in csv.DictReader(file)
        ]


def cabinet_office(folder: Path) -> list[InvoiceRecord]:
    """Payments above 25,000 pounds of the year 2020, each as an invoice of its own day."""
    found = []
    for path in sorted((folder / "payables" / "cabinetoffice").glob("*.csv")):
        with path.open(encoding="cp1252", newline="") as file:
            for line, row in enumerate(csv.DictReader(file)):
                day, amount = to_day(date.fromisoformat(row["Date"])), round(float(row["Amount"]) * 100)
                name = f"{path.stem}-{line}"
                found.append(
                    InvoiceRecord(invoice_id=name, partner_id=row["Supplier"], issue=day, due=day, amount_minor=amount)
                )
    return found


def odicom(folder: Path, side: Side) -> list[InvoiceRecord]:
    """The invoices of one side of a farm's books, April 2019 to March 2020, without the balances that open the year."""
    path = folder / "fec" / "odicom_123456789FEC20200331.txt"
    (reading,) = read_files((SourceFile(name=path.name, content=path.read_bytes()),), ReadOptions())
    opening = date(2019, 4, 1)
    return [
        InvoiceRecord(
            invoice_id=f"{k}",
            partner_id=row.partner_id,
            issue=to_day(row.issue),
            due=to_day(row.due or row.issue),
            amount_minor=row.amount_minor,
        )
        for k, row in enumerate(reading.invoices)
        if row.side == side and row.issue is not None and row.issue > opening
    ]


def _month(year: int, month: int) -> int:
    return 12 * year + month - 1


def main(folder: Path) -> None:
    """Print every table."""
    invoices, payments = ibm(folder), cabinet_office(folder)
    start = _month(2012, 1)
    tables = {
        "ibm sales, months 13 to 23": rolling(invoices, "customer", start, 12, 23, sales_said("customer")),
        "ibm receipts, months 13 to 23": rolling(invoices, "customer", start, 12, 23, receipts_said, paid=True),
        "cabinet office payments, months 10 to 12": rolling(
            payments, "supplier", _month(2020, 1), 9, 12, sales_said("supplier")
        ),
    }
    for side in ("customer", "supplier"):
        books = odicom(folder, side)
        tables[f"odicom {side}, months 10 to 12"] = rolling(books, side, _month(2019, 4), 9, 12, sales_said(side))
    for title, cells in tables.items():
        print(title)
        for s in scores(cells):
            print(
                f"  {'all' if not s.horizon else s.horizon!s:>3} months ahead, {s.cells:3d} cells: ours {s.ours:.4f}"
                f"  last year {s.last_year:.4f}  last three {s.last_three:.4f}"
                f"  inside 80 % {s.inside_80:.2f}  90 % {s.inside_90:.2f}"
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
