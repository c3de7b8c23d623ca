"""What the business to come turns out to be on each path: months above or below expectation, plans that do not come.

Amounts are settled before any contract is looked at and stand in the facts of a path, so that kernel and reference read
the same ones. A ledger without expected invoices and with sure plans alone has nothing here, and draws what it always did.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.activity import LevelError, expected_count, is_expected, level_factors, outlook
from forecasting.activity.history import month_of
from forecasting.ledger import NO_AMOUNT, Invoices, Ledger, Side
from forecasting.ledger_edit import side_of
from forecasting.plan import happens, weighted_flows
from forecasting.simulation.facts import Business
from forecasting.simulation.kernel_facts import PPM, BusinessBlock, to_ppm
from forecasting.simulation.known import OpenRows
from forecasting.simulation.luck import NORMAL_CELLS
from forecasting.simulation.operations import planned_days
from forecasting.vat import vat_day_after

Floats = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

#: A month brings at most this many times what is expected of it, so that 64 bits hold every product.
FACTOR_MAX_PPM: Final = 4 * PPM
_NO_ERROR: Final = LevelError(lasting=0.0, of_month=0.0, origins=0)


#: How far a month of each side may come out from its expectation.
LevelErrors = Mapping[Side, LevelError]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ComingSide:
    """The expected invoices of one side within the horizon, E of them, by their row in the ledger.

    row, base_minor int64 (E,): what is expected; month int64 (E,): index into `months`, int64 (M,), since year 0. part,
    whole int64 (E,): share before VAT; vat_at int64 (E,): the day, from as_of, of the return that their issue enters, -1
    where VAT follows payment, returns are planned or the horizon ends before. error: how far a month may come out.
    """

    side: Side
    row: Int64
    base_minor: Int64
    month: Int64
    months: Int64
    part: Int64
    whole: Int64
    vat_at: Int64
    error: LevelError

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coming:
    """Everything of a question whose amount or coming is not certain.

    index int64 (n,): place in `customers` of each customer invoice of the ledger, -1 for the others; supplier_index the
    same. flow: numbers of the uncertain planned flows; flow_day int64 (U, H): what each moves on each day if it comes;
    counted bool (U,): whether it counts where nothing is drawn.
    """

    horizon_days: int
    customers: ComingSide
    suppliers: ComingSide
    index: Int64
    supplier_index: Int64
    ledger: Ledger
    flow: Int64
    flow_day: Int64
    counted: npt.NDArray[np.bool_]


def coming_of(
    ledger: Ledger,
    horizon_days: int,
    customers: OpenRows,
    suppliers: OpenRows,
    known: LevelErrors | None = None,
) -> Coming | None:
    """What is not certain in a ledger, None where everything is; of invoices those whose payment is drawn.

    known: how far a month of a side may come out; told by the ledger's own past forecasts where absent.
    """
    flow = np.array([k for k, f in enumerate(ledger.planned_flows) if f.certainty != "sure"], dtype=np.int64)
    some = bool(expected_count(ledger))
    if not some and not len(flow):
        return None
    errors = (level_errors(ledger) if known is None else known) if some else {}
    ours = _side(ledger, "supplier", suppliers, horizon_days, errors.get("supplier", _NO_ERROR))
    theirs = _side(ledger, "customer", customers, horizon_days, errors.get("customer", _NO_ERROR))
    moved = np.zeros((len(flow), horizon_days), dtype=np.int64)
    for u, k in enumerate(flow.tolist()):
        planned = ledger.planned_flows[k]
        for day in planned_days(planned, ledger.as_of, ledger.as_of + horizon_days - 1):
            moved[u, day - ledger.as_of] += planned.amount_minor
    return Coming(
        horizon_days=horizon_days,
        customers=theirs,
        suppliers=ours,
        index=_places(ledger.customers, theirs),
        supplier_index=_places(ledger.suppliers, ours),
        ledger=ledger,
        flow=flow,
        flow_day=moved,
        counted=np.array([ledger.planned_flows[k].is_counted for k in flow.tolist()], dtype=np.bool_),
    )


@lru_cache(maxsize=8)
def level_errors(ledger: Ledger) -> dict[Side, LevelError]:
    """How far a month of either side may come out from its expectation, from the ledger's own past forecasts."""
    sides: tuple[Side, Side] = ("customer", "supplier")
    return {side: outlook(ledger, side, 1).error for side in sides}


def _side(ledger: Ledger, side: Side, rows: OpenRows, horizon_days: int, error: LevelError) -> ComingSide:
    invoices = side_of(ledger, side)
    names = invoices.invoice_id
    row = rows.row[~rows.stated & (rows.minor == invoices.amount_minor[rows.row])]
    inside = (invoices.issue[row] >= ledger.as_of) & (invoices.issue[row] < ledger.as_of + horizon_days)
    row = row[inside & (invoices.amount_minor[row] > 0) & (invoices.net_minor[row] == NO_AMOUNT)]
    row = np.sort(row[np.fromiter((is_expected(names[i]) for i in row.tolist()), dtype=np.bool_, count=len(row))])
    months, month = np.unique(month_of(invoices.issue[row]), return_inverse=True)
    return ComingSide(
        side=side,
        row=row.astype(np.int64),
        base_minor=invoices.amount_minor[row],
        month=month.astype(np.int64),
        months=months.astype(np.int64),
        part=np.full(len(row), PPM, dtype=np.int64),
        whole=np.array([PPM + to_ppm(invoices.vat_rate[i]) for i in row.tolist()], dtype=np.int64),
        vat_at=_vat_days(ledger, invoices, row, horizon_days),
        error=error,
    )


def _vat_days(ledger: Ledger, invoices: Invoices, row: Int64, horizon_days: int) -> Int64:
    if ledger.vat_returns != "computed":
        return np.full(len(row), -1, dtype=np.int64)
    days = {int(d): vat_day_after(int(d), ledger.vat_day) - ledger.as_of for d in np.unique(invoices.issue[row])}
    at = np.array([days[d] for d in invoices.issue[row].tolist()], dtype=np.int64)
    return np.where(invoices.on_receipt[row] | (at >= horizon_days), -1, at)


def _places(invoices: Invoices, side: ComingSide) -> Int64:
    index = np.full(len(invoices), -1, dtype=np.int64)
    index[side.row] = np.arange(len(side))
    return index


def business_block(coming: Coming, seed: int, paths: Int64) -> BusinessBlock:
    """The amounts of every path of a block, the plans that come, and what both change of the day's fixed flows."""
    customers, suppliers = (_amounts(side, seed, paths) for side in (coming.customers, coming.suppliers))
    flows = [coming.ledger.planned_flows[k] for k in coming.flow.tolist()]
    comes = happens(flows, seed, paths) if flows else np.zeros((len(paths), 0), dtype=np.bool_)
    fixed = np.zeros((len(paths), 2, coming.horizon_days), dtype=np.int64)
    fixed[:, 0] = (comes.astype(np.int64) - coming.counted[None, :]) @ coming.flow_day
    _add_vat(fixed[:, 1], coming.customers, customers, -1)
    _add_vat(fixed[:, 1], coming.suppliers, suppliers, 1)
    return BusinessBlock(
        customer_row=coming.customers.row,
        customer_minor=customers,
        supplier_row=coming.suppliers.row,
        supplier_minor=suppliers,
        flow=coming.flow,
        comes=comes,
        fixed=fixed,
    )


def factors_ppm(side: ComingSide, seed: int, paths: Int64) -> Int64:
    """What each month brings of what is expected of it, in millionths, int64 (B, M)."""
    factors = level_factors(side.side, side.error, side.months, seed, paths)
    return np.clip(np.rint(factors * PPM), 1, FACTOR_MAX_PPM).astype(np.int64)


def _amounts(side: ComingSide, seed: int, paths: Int64) -> Int64:
    """round(expected * factor), at least one minor unit; int64 (B, E)."""
    if not len(side):
        return np.zeros((len(paths), 0), dtype=np.int64)
    factor = factors_ppm(side, seed, paths)[:, side.month]
    # Whole millions of minor units apart from the rest: the product stays within 64 bits.
    whole, rest = np.divmod(side.base_minor, PPM)
    amount: Int64 = np.maximum(whole[None, :] * factor + (rest[None, :] * factor * 2 + PPM) // (2 * PPM), 1)
    return amount


def _add_vat(returns: Int64, side: ComingSide, minor: Int64, sign: int) -> None:
    """What other amounts change of the VAT returns; int64 (B, H), changed in place."""
    inside = np.flatnonzero(side.vat_at >= 0)
    if not len(inside):
        return
    inside = inside[np.argsort(side.vat_at[inside], kind="stable")]
    day, first = np.unique(side.vat_at[inside], return_index=True)
    part, whole, base = side.part[inside], side.whole[inside], side.base_minor[inside]
    change = _vat(minor[:, inside], part, whole) - _vat(base[None, :], part, whole)
    returns[:, day] += sign * np.add.reduceat(change, first, axis=1)


def _vat(minor: Int64, part: Int64, whole: Int64) -> Int64:
    """What the amount before VAT, rounded half up, leaves of an amount above 0."""
    return minor - (minor * part + whole // 2) // whole


def mean_factor(side: ComingSide) -> float:
    """What a month brings on average of what is expected of it: the median is 1, the mean a little more."""
    factors = np.exp(side.error.whole * NORMAL_CELLS)
    return float(np.minimum(factors, FACTOR_MAX_PPM / PPM).mean())


def ledger_on(ledger: Ledger, business: Business | None) -> Ledger:
    """The ledger of one path: expected invoices at the amounts of the path, plans that come as sure ones, no others."""
    if business is None:
        return ledger
    comes = dict(zip(business.flow.tolist(), business.comes.tolist(), strict=True))
    flows = tuple(replace(f, certainty="sure") for k, f in enumerate(ledger.planned_flows) if comes.get(k, True))
    digest = hashlib.sha256(ledger.fingerprint.encode())
    for column in (business.customer_minor, business.supplier_minor, business.comes):
        digest.update(column.tobytes())
    return replace(
        ledger,
        customers=_with_amounts(ledger.customers, business.customer_row, business.customer_minor),
        suppliers=_with_amounts(ledger.suppliers, business.supplier_row, business.supplier_minor),
        planned_flows=flows,
        fingerprint=digest.hexdigest(),
    )


def mean_ledger(coming: Coming) -> Ledger:
    """The ledger with what is expected of it on average over all paths there could be."""
    rows = {}
    for side in (coming.customers, coming.suppliers):
        minor = np.rint(side.base_minor * mean_factor(side)).astype(np.int64)
        rows[side.side] = _with_amounts(side_of(coming.ledger, side.side), side.row, minor)
    return replace(
        coming.ledger,
        customers=rows["customer"],
        suppliers=rows["supplier"],
        planned_flows=weighted_flows(coming.ledger.planned_flows),
    )


def _with_amounts(invoices: Invoices, row: Int64, minor: Int64) -> Invoices:
    amount = invoices.amount_minor.copy()
    amount[row] = minor
    amount.setflags(write=False)
    return replace(invoices, amount_minor=amount)
