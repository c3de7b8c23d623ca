"""A made-up company of any size, for measuring: debtors of unequal size, open and expected invoices, a few suppliers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forecasting.behaviour.profiles import DelayProfiles
from forecasting.ledger import Ledger, Partner
from forecasting.ledger_build import InvoiceColumns, build_ledger
from forecasting.simulation.assumptions import default_delay_curve
from forecasting.simulation.expectations import Expectations

#: Wednesday 2026-03-04.
AS_OF = 20_516
_SECTORS = ("building", "trade", "industry", "services", "transport", "food", "health", "energy")


def company(
    invoice_count: int, *, seed: int = 1, debtor_count: int | None = None, open_share: float = 0.1, days: int = 365
) -> Ledger:
    """A ledger of open and expected customer invoices, a tenth as many supplier invoices, and costs that balance them.

    About twelve invoices a debtor, sizes of debtors and invoices as unequal as in life (Pareto, log-normal); terms of
    30, 45 or 60 days; `open_share` of the invoices are issued before today, some of them overdue.
    """
    rng = np.random.default_rng(seed)
    debtors = debtor_count or max(invoice_count // 12, 1)
    size = rng.pareto(1.2, debtors) + 0.2
    partner = np.sort(rng.choice(debtors, size=invoice_count, p=size / size.sum()))
    terms = rng.choice([30, 45, 60], size=invoice_count)
    is_open = rng.random(invoice_count) < open_share
    issue = np.where(is_open, AS_OF - 1 - rng.integers(0, 75, invoice_count), AS_OF + rng.integers(0, days, invoice_count))
    amount = np.rint(np.exp(rng.normal(12.5, 1.0, invoice_count))).astype(np.int64) + 1_000
    bills = max(invoice_count // 10, 1)
    bill_issue = AS_OF - 20 + rng.integers(0, days, bills)
    bill_amount = np.full(bills, int(amount.sum() * 0.9) // bills)
    return build_ledger(
        as_of=AS_OF,
        currency="EUR",
        opening_cash_minor=int(amount.sum() // 40),
        overdraft_limit_minor=int(amount.sum() // 50),
        cash_floor_minor=int(amount.sum() // 100),
        customers=InvoiceColumns(
            invoice_id=[f"F{i:07d}" for i in range(invoice_count)],
            partner_id=[f"D{p:06d}" for p in partner.tolist()],
            issue=issue,
            due=issue + terms,
            amount_minor=amount,
        ),
        suppliers=InvoiceColumns(
            invoice_id=[f"A{i:07d}" for i in range(bills)],
            partner_id=[f"S{i % 40:03d}" for i in range(bills)],
            issue=bill_issue,
            due=bill_issue + 30,
            amount_minor=bill_amount,
        ),
        partners=[
            Partner(partner_id=f"D{d:06d}", segment=f"segment {d % 6}", sector=_SECTORS[d % 8]) for d in range(debtors)
        ],
    )


def delay_profiles(ledger: Ledger, count: int = 8) -> DelayProfiles:
    """A few delay curves around the default one, dealt to partners in turn."""
    base = default_delay_curve()
    grid = np.arange(len(base))
    curves = []
    for k in range(count):
        shifted = np.interp(grid - 2.0 * k, grid, base, left=0.0, right=0.0)
        shifted[-1] += max(1.0 - shifted.sum(), 0.0)
        curves.append(shifted / shifted.sum())
    partners = len(ledger.partners)
    return DelayProfiles(
        pmf=np.array(curves),
        profile=(np.arange(partners) % count).astype(np.int32),
        assumed=np.zeros(count, dtype=np.bool_),
    )


def default_probabilities(ledger: Ledger) -> npt.NDArray[np.float64]:
    """One-year default probabilities of eight classes, 1.5 % on average, dealt to partners in turn."""
    classes = np.array([0.001, 0.004, 0.008, 0.012, 0.015, 0.015, 0.02, 0.045])
    return classes[np.arange(len(ledger.partners)) % len(classes)]


def expectations(ledger: Ledger) -> Expectations:
    """These curves and probabilities as the engine takes them, without a joint law."""
    profiles = delay_profiles(ledger)
    return Expectations(
        profiles=profiles, supplier_profiles=profiles, default_probability=default_probabilities(ledger), runs=None
    )
