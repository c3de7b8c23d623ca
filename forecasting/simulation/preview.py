"""The average of all paths without drawing one: exact means, and the exact variance of a day, of the law `table`.

Given the bad year Z, debtors' bins and failures are independent, so that means follow from sums over few tables and
convolutions over due days; the average over Z is a quadrature. The same rounded tables as the draws are used, so that
Monte Carlo must agree within its own error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft, next_fast_len, rfft
from scipy.special import ndtr, ndtri

from forecasting.behaviour.profiles import FIRST_OFFSET, OFFSETS
from forecasting.behaviour.runs import DAY_SHARE, payment_chances
from forecasting.ledger import Amounts, Ledger
from forecasting.simulation.coming import mean_factor, mean_ledger
from forecasting.simulation.draw_block import shared_receipts
from forecasting.simulation.draw_plan import COVERED, DISPUTED, STATED, DrawPlan, Shared
from forecasting.simulation.draws import shocked_wait, vanishing_probability
from forecasting.simulation.facts import InvoiceEvents
from forecasting.simulation.operations import operating_flows
from forecasting.simulation.table import BINS, CELLS, NEVER, UNIT

Floats = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

#: Nodes of the quadratures over the bad year and over the bad year of a sector.
_YEARS: Final = 24
_SECTORS: Final = 12
#: Invoices whose laws are held at once (memory).
_CHUNK: Final = 512


def mean_receipts(plan: DrawPlan) -> Floats:
    """What customers pay on each day on average over all paths there could be; float64 (H,), minor units.

    E[receipts of day t] = sum over risks and bins of E_Z[ P(bin | Z) P(not stopped by t | Z) ] times what the invoices of
    such debtors pay on t in that bin. Disputes take off what their credit notes will, to one part in 100,000.
    """
    node, weight = _gauss(_YEARS)
    bins, alive = _bin_probabilities(plan, node), _alive(plan, node)
    # Debtors of one risk and one stated stop share their factor, so that there are few sums to form.
    shared, kind = np.unique(np.stack([plan.debtors.risk, plan.debtors.stop], axis=1), axis=0, return_inverse=True)
    pays = _paid_by_bin(plan, kind.reshape(-1), len(shared))
    total, days = np.zeros(plan.horizon_days), np.arange(plan.horizon_days)
    for k, (risk, stop) in enumerate(shared.tolist()):
        # A debtor whose judgment the scenario states stops then, and no sooner.
        stays = alive[:, risk] if stop == plan.horizon_days else np.broadcast_to(days < stop, alive[:, 0].shape)
        factor = np.einsum("z,zb,zt->bt", weight, bins, stays)
        total += (factor * pays[k]).sum(axis=0)
    mean: Floats = total + shared_receipts(plan)
    return mean


def mean_balance(ledger: Ledger, plan: DrawPlan) -> Amounts:
    """The average balance at the end of each day without any contract, before a single path is drawn; int64 (H,).

    Opening cash, planned flows, our payments, computed VAT and what customers pay on average; without overdraft interest
    and what comes after a failure (dividends, VAT relief), which the paths then add.
    """
    paid = plan.our_payments
    if plan.coming is not None:
        ledger = mean_ledger(plan.coming)
        side = plan.coming.suppliers
        whole = np.where(plan.coming.supplier_index[paid.row] >= 0, mean_factor(side), 1.0)
        paid = Shared(paid.row, paid.day, np.rint(paid.minor * whole).astype(np.int64))
    ours = InvoiceEvents(invoice=paid.row, day=paid.day.astype(np.int32) + plan.as_of, amount_minor=paid.minor)
    facts = replace(plan.known.facts, payments=ours)
    flows = np.zeros(plan.horizon_days)
    for flow in operating_flows(ledger, facts, plan.as_of + plan.horizon_days - 1):
        flows[flow.day - plan.as_of] += flow.amount_minor
    balance: Amounts = np.rint(ledger.opening_cash_minor + np.cumsum(flows + mean_receipts(plan))).astype(np.int64)
    return balance


def variance_of_receipts(plan: DrawPlan, day: int) -> float:
    """The variance, over paths, of what customers pay up to the end of `day` (from as_of); minor units squared.

    Var = E[Var | Z, Y] + Var E[. | Z, Y] for the bad year Z and the bad years Y of sectors, given which debtors are
    independent; given a debtor's bin and stop its invoices are. Disputes act on the mean alone. Of the amounts of invoices
    to come the expected ones count: what their level adds is left out.
    """
    z_node, z_weight = _gauss(_YEARS)
    y_node, y_weight = _gauss(_SECTORS)
    bins = _bin_probabilities(plan, z_node)
    mean = np.zeros((len(plan.risks.sector_key), _YEARS, _SECTORS))
    inner = np.zeros((_YEARS, _SECTORS))
    laws = {int(r): _stop_law(plan, int(r), z_node, y_node, day + 1) for r in np.unique(plan.debtors.risk)}
    for d in range(len(plan.debtors)):
        paid, spread = _debtor_moments(plan, d, day + 1)
        risk = int(plan.debtors.risk[d])
        # A debtor that stops on day s has paid what it paid before s; beyond the day asked for nothing changes.
        stop = int(plan.debtors.stop[d])
        given = stop < plan.horizon_days
        law = _stated_law(laws[risk], stop) if given else laws[risk]
        one = np.einsum("zb,bs,zys->zy", bins, paid, law, optimize=True)
        two = np.einsum("zb,bs,zys->zy", bins, spread + paid**2, law, optimize=True)
        inner += two - one**2
        mean[plan.risks.sector[risk]] += one
    sector_mean = mean @ y_weight
    across = (mean**2 @ y_weight - sector_mean**2).sum(axis=0)
    middle = sector_mean.sum(axis=0)
    return float(z_weight @ (inner @ y_weight + across) + z_weight @ middle**2 - (z_weight @ middle) ** 2)


def _gauss(count: int) -> tuple[Floats, Floats]:
    """Nodes and weights of the standard normal law."""
    node, weight = np.polynomial.hermite_e.hermegauss(count)
    return node, weight / weight.sum()


def _bin_probabilities(plan: DrawPlan, node: Floats) -> Floats:
    """P(bin | Z) of a debtor's effect; float64 (Z, 16)."""
    loading = plan.assumptions.delay_systematic
    edges = np.concatenate([[-np.inf], ndtri(np.arange(1, BINS) / BINS), [np.inf]])
    return np.diff(ndtr((edges[None, :] - loading * node[:, None]) / np.sqrt(1 - loading**2)), axis=1)


def _failed_by(plan: DrawPlan, days: int) -> Floats:
    """Normal quantile of having failed by the end of each day, for each class of risk; float64 (C, days)."""
    quantile: Floats = ndtri(-np.expm1(plan.risks.daily[:, None] * np.arange(1, days + 1)))
    return quantile


def _alive(plan: DrawPlan, node: Floats) -> Floats:
    """P(neither failed nor vanished by the end of each day | Z), for each class of risk; float64 (Z, C, H)."""
    factor = plan.risks.factor
    strained = _failed_by(plan, plan.horizon_days) + (factor * node[:, None])[:, :, None]
    failed = ndtr(strained / np.sqrt(1 - factor**2)[:, None])
    alive: Floats = (1 - failed) * (1 - vanishing_probability(plan, np.arange(1, plan.horizon_days + 1)))
    return alive


def _stop_law(plan: DrawPlan, risk: int, z: Floats, y: Floats, days: int) -> Floats:
    """P(stops on day s | Z, Y) for s below `days`, then P(not stopped by then); float64 (Z, Y, days + 1)."""
    risks = plan.risks
    strain = risks.factor[risk] * z[:, None] + risks.sector_load[risk] * y[None, :]
    failed = ndtr((_failed_by(plan, days)[risk] + strain[:, :, None]) / risks.rest[risk])
    alive = (1 - failed) * (1 - vanishing_probability(plan, np.arange(1, days + 1)))
    whole = np.concatenate([np.ones((*strain.shape, 1)), alive], axis=2)
    return np.concatenate([-np.diff(whole, axis=2), alive[:, :, -1:]], axis=2)


def _stated_law(law: Floats, stop: int) -> Floats:
    """The same for a debtor whose judgment the scenario states."""
    stated = np.zeros_like(law)
    stated[:, :, min(stop, law.shape[2] - 1)] = 1.0
    return stated


def _paid_by_bin(plan: DrawPlan, kind: Int64, kinds: int) -> Floats:
    """What debtors of each kind pay on each day if their effect lies in a bin and they never stop; float64 (K, 16, H)."""
    horizon = plan.horizon_days
    slot = np.arange(len(plan.row))
    debtor = plan.debtor_of(slot)
    later = slot >= plan.debtors.future[debtor]
    pays = np.zeros((kinds, BINS, horizon + 1))
    for slots in _chunks(slot[~later]):
        law = _open_laws(plan, slots) * _after_disputes(plan, slots, debtor)[:, None, :]
        np.add.at(pays, kind[debtor[slots]], plan.mean_minor[slots, None, None] * law)
    raw = np.zeros_like(pays)
    profile, group = plan.debtors.profile[debtor], plan.debtors.group[debtor]
    early = np.maximum(
        plan.earliest_of(slot).astype(np.int64) - plan.due_of(slot), FIRST_OFFSET + int(plan.add.min(initial=0))
    )
    keys, which = np.unique(np.stack([profile, group, early], axis=1)[later], axis=0, return_inverse=True)
    for k, (own, shock, first) in enumerate(keys.tolist()):
        chosen = slot[later][which.reshape(-1) == k]
        chosen = chosen[plan.due_of(chosen) <= horizon - first]
        if len(chosen):
            raw += _convolved(plan, chosen, kind[debtor[chosen]], kinds, (own, shock, first))
    _roll(raw, plan)
    return (pays + raw)[:, :, :horizon]


def _convolved(plan: DrawPlan, slots: Int64, kind: Int64, kinds: int, key: tuple[int, int, int]) -> Floats:
    """Amounts of invoices of one curve spread over the days on which they are paid, before rolling; (K, 16, H + 1)."""
    own, shock, first = key
    horizon = plan.horizon_days
    shift = np.maximum(plan.offsets[shock].astype(np.int64), first)
    inside = shift < horizon - first
    span = int(shift[inside].max(initial=first)) - first + 1
    chance = np.zeros((BINS, span))
    np.add.at(chance.T, shift[inside] - first, plan.tables.weights[own][:, inside].T / UNIT)
    chance *= 1 - _credited(plan) * np.clip((np.arange(span) + 1) / (1 - first), 0, 1)
    # Payments cannot come before `first` days from the due date: day = (due + first) + k, k from 0.
    start = plan.due_of(slots).astype(np.int64) + first
    amount = np.zeros((kinds, horizon + 1))
    expected = np.where(plan.special_of(slots) & STATED, 1 / (1 - _credited(plan)), 1.0) * plan.mean_minor[slots]
    np.add.at(amount, (kind, np.clip(start, 0, horizon)), expected)
    size = next_fast_len(horizon + 1 + span, real=True)
    found = irfft(rfft(amount, size)[:, None, :] * rfft(chance, size)[None, :, :], size)[:, :, : horizon + 1]
    spread: Floats = found
    return spread


def _roll(days: Floats, plan: DrawPlan) -> None:
    """Moves what falls on a day to the business day that it rolls to, along the last axis."""
    for day in np.flatnonzero(plan.roll[:-1] != np.arange(plan.horizon_days))[::-1]:
        days[..., plan.roll[day]] += days[..., day]
        days[..., day] = 0


def _credited(plan: DrawPlan) -> float:
    """The share of an invoice to come that disputes will credit, on average."""
    a = plan.assumptions
    return a.dispute_probability * a.dispute_credit_share * float(a.dispute_credit_rate)


def _after_disputes(plan: DrawPlan, slots: Int64, debtor: Int64) -> Floats:
    """What a payment on each day is of the invoice on average, once disputes that opened before are credited; (m, H + 1)."""
    row = plan.row[slots]
    issue = plan.invoices.issue[row].astype(np.int64) - plan.as_of
    span = np.maximum(plan.invoices.due[row].astype(np.int64) - plan.as_of - issue, 0) + 1
    day = np.arange(plan.horizon_days + 1)[None, :]
    opened = np.clip(np.minimum(day, (issue + span)[:, None]) - np.maximum(issue, 0)[:, None], 0, None) / span[:, None]
    special = plan.special_of(slots)
    arises = np.where(special & STATED, 0.0, _credited(plan))[:, None] * opened
    flagged = (special & DISPUTED > 0)[:, None]
    certain = _credited(plan) / plan.assumptions.dispute_probability
    share: Floats = 1 - np.where(flagged, certain, arises)
    share[special & COVERED > 0] = 1.0
    return share


def _chunks(slots: Int64) -> Iterator[Int64]:
    for start in range(0, len(slots), _CHUNK):
        yield slots[start : start + _CHUNK]


def _open_laws(plan: DrawPlan, slots: Int64) -> Floats:
    """The law of the day of payment of open invoices in each bin, rolled; float64 (m, 16, H + 1)."""
    debtor = plan.debtor_of(slots)
    profile, group = plan.debtors.profile[debtor], plan.debtors.group[debtor]
    due = plan.due_of(slots).astype(np.int64)
    known = np.clip(-FIRST_OFFSET - due, 0, NEVER)
    below = plan.tables.cumulative[profile].astype(np.float64)
    start = below[np.arange(len(slots)), known][:, None]
    share = np.clip((below - start) / np.maximum(below[:, -1:] - start, 1.0), 0, 1)
    within = np.concatenate([np.zeros((BINS, 1)), np.cumsum(plan.tables.cells, axis=1)], axis=1) / UNIT
    edges = np.arange(CELLS + 1) / CELLS
    chance = np.stack([np.diff(np.interp(share, edges, bin_row), axis=1) for bin_row in within], axis=1)
    column = np.arange(OFFSETS)[None, :]
    day = due[:, None] + plan.offsets[group]
    wait = due[:, None] + column + FIRST_OFFSET + 1
    day = np.where((due[:, None] < 0) & (column != NEVER), shocked_wait(plan, wait, group[:, None]), day)
    law = _on_days(plan, chance, np.maximum(day, 0))
    covered = plan.special_of(slots) & COVERED > 0
    return np.where(covered[:, None, None], _run_laws(plan, slots)[:, None, :], law)


def _on_days(plan: DrawPlan, chance: Floats, day: Int64) -> Floats:
    """Chances of columns (m, 16, c) put on their days (m, c), rolled; float64 (m, 16, H + 1)."""
    rolled = plan.roll[np.minimum(day, plan.horizon_days)].astype(np.int64)
    law = np.zeros((len(day), chance.shape[1], plan.horizon_days + 1))
    rows = np.arange(len(day))
    for j in range(day.shape[1]):
        law[rows, :, rolled[:, j]] += chance[:, :, j]
    return law


def _later_laws(plan: DrawPlan, slots: Int64) -> Floats:
    """The law of the day of payment of invoices to come in each bin, rolled; float64 (m, 16, H + 1)."""
    debtor = plan.debtor_of(slots)
    day = plan.due_of(slots).astype(np.int64)[:, None] + plan.offsets[plan.debtors.group[debtor]]
    chance = plan.tables.weights[plan.debtors.profile[debtor]] / UNIT
    return _on_days(plan, chance, np.maximum(day, plan.earliest_of(slots)[:, None]))


def _run_laws(plan: DrawPlan, slots: Int64) -> Floats:
    """The law of the day of payment under the joint law, where it covers an invoice; float64 (m, H + 1)."""
    law = np.zeros((len(slots), plan.horizon_days + 1))
    if plan.runs is None:
        return law
    where = np.searchsorted(plan.run_slot, slots)
    found = plan.special_of(slots) & COVERED > 0
    column = plan.run_column[where[found]]
    joint = plan.runs.law
    own = np.sqrt(DAY_SHARE) / joint.day_loading[joint.partner[column]]
    chance = payment_chances(ndtr(joint.threshold[column] * own[:, None]))
    day = np.minimum(joint.day - plan.as_of, plan.horizon_days).astype(np.int64)
    np.add.at(law, (np.flatnonzero(found)[:, None], day[None, :]), chance)
    law[:, -1] += np.where(found, 1 - law.sum(axis=1), 0)
    return law


def _debtor_moments(plan: DrawPlan, d: int, days: int) -> tuple[Floats, Floats]:
    """What a debtor has paid before each day in each bin: mean and variance given the bin; float64 (16, days + 1) each."""
    first, middle, last = int(plan.debtors.ptr[d]), int(plan.debtors.future[d]), int(plan.debtors.ptr[d + 1])
    paid, spread = np.zeros((BINS, days + 1)), np.zeros((BINS, days + 1))
    parts = [(_open_laws, s) for s in _chunks(np.arange(first, middle))]
    parts += [(_later_laws, s) for s in _chunks(np.arange(middle, last))]
    for laws, slots in parts:
        by = np.cumsum(laws(plan, slots)[:, :, :days], axis=2)
        amount = plan.minor[slots].astype(np.float64)
        paid[:, 1:] += np.einsum("i,ibt->bt", amount, by)
        spread[:, 1:] += np.einsum("i,ibt->bt", amount**2, by * (1 - by))
    return paid, spread
