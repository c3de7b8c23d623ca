"""Random companies, paths and contracts with every clause, each a function of one number, to hold two engines together."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from forecasting.factoring.contract import CoverSource, FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import NO_AMOUNT, NO_DAY, Ledger, Partner
from forecasting.ledger_build import InvoiceRecord
from forecasting.simulation.certain import certain_facts
from forecasting.simulation.facts import Dispute, Failure, InvoiceEvents, PathFacts, Request
from tests.forecasting import cases, make

DEBTORS = ("D", "D-1", "E", "F", "G")
TYPES = (
    "full_notified",
    "notified_unmanaged",
    "confidential",
    "deconsolidating",
    "selective",
    "full_notified",
    "spot",
    "reverse",
    "forfaiting",
)
Row = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One company, what happens on one path, both contracts."""

    ledger: Ledger
    facts: PathFacts
    days: int
    factoring: FactoringContract
    insurance: InsurancePolicy


def case_of(seed: int) -> Case:
    """The case of a number: a third of them a certain scenario with its facts, the others a drawn path."""
    luck = random.Random(seed)
    days = luck.choice((90, 200, 420))
    if luck.random() < 0.33:
        base = cases.random_case(seed, days=days)
        ledger, facts = base.ledger, certain_facts(base.ledger, base.scenario)
        debtors = tuple(f"D{k}" for k in range(4))
    else:
        ledger, debtors = _ledger(luck), DEBTORS
        facts = _drawn(luck, ledger, days)
    return Case(
        ledger=ledger,
        facts=facts,
        days=days,
        factoring=_contract(luck, ledger.as_of, debtors),
        insurance=_policy(luck, ledger.as_of, debtors),
    )


def paths_of(seed: int, count: int) -> tuple[Case, tuple[PathFacts, ...]]:
    """A case with several drawn paths of its ledger, the first of them its own; they share what lies before the first day."""
    luck = random.Random(seed)
    days = luck.choice((90, 200, 420))
    ledger = _ledger(luck)
    paths = tuple(_drawn(luck, ledger, days) for _ in range(count))
    past = _rows(paths[0].receipts, until=ledger.as_of)
    paths = tuple(replace(path, receipts=_events([*past, *_rows(path.receipts, since=ledger.as_of)])) for path in paths)
    contract, policy = _contract(luck, ledger.as_of, DEBTORS), _policy(luck, ledger.as_of, DEBTORS)
    return Case(ledger=ledger, facts=paths[0], days=days, factoring=contract, insurance=policy), paths


# The company


def _ledger(luck: random.Random) -> Ledger:
    first = cases.EARLIEST + luck.randrange(730)
    invoices = [_invoice(luck, k, first) for k in range(luck.randrange(1, 26))]
    notes = [_note(luck, k, invoice, first) for k, invoice in enumerate(invoices) if luck.random() < 0.15]
    return make.ledger(
        first,
        [*invoices, *notes],
        [_supplier(luck, k, first) for k in range(3)],
        cash_minor=luck.choice((0, 2_000_000, -500_000)),
        partners=[_partner(luck, name) for name in DEBTORS],
        payments=[
            (i.invoice_id, make.iso(first + luck.randrange(-20, 0)), 1 + i.amount_minor // 3)
            for i in invoices
            if luck.random() < 0.1 and i.paid == NO_DAY
        ],
        overdraft_rate=Decimal(luck.choice(("0", "0.085"))),
        overdraft_fee_rate=Decimal(luck.choice(("0", "0.0006"))),
        vat_returns=luck.choice(("planned", "computed")),
        vat_day=luck.choice((1, 24, 31)),
    )


def _invoice(luck: random.Random, number: int, first: int) -> InvoiceRecord:
    issue = first + luck.randrange(-90, 150)
    amount = luck.randrange(1, 4_000_000)
    past = issue < first - 5 and luck.random() < 0.4
    held = issue < first and not past and luck.random() < 0.25
    return make.invoice(
        f"I{number:02d}",
        luck.choice(DEBTORS),
        issue,
        issue + luck.choice((0, 14, 30, 45, 60, 100)),
        amount,
        vat=luck.choice(cases.VAT_RATES),
        paid=max(issue, first - 1 - luck.randrange(60)) if past else None,
        paid_minor=amount // 2 if past and luck.random() < 0.2 else NO_AMOUNT,
        remittance=issue + luck.randrange(-3, 25) if luck.random() < 0.3 else None,
        assigned=max(issue, first - luck.randrange(1, 20)) if held else None,
        net_minor=amount * 9 // 10 if luck.random() < 0.1 else NO_AMOUNT,
        on_receipt=luck.random() < 0.2,
        delivery=issue - luck.randrange(5) if luck.random() < 0.1 else None,
    )


def _note(luck: random.Random, number: int, of: InvoiceRecord, first: int) -> InvoiceRecord:
    """A credit note of the ledger that names its invoice, or none."""
    amount = -luck.randrange(1, of.amount_minor + 1)
    day = of.issue + luck.randrange(40)
    named = of.invoice_id if luck.random() < 0.7 else ""
    return make.invoice(f"N{number:02d}", of.partner_id, day, day + 30, amount, vat=str(of.vat_rate), credits=named)


def _supplier(luck: random.Random, number: int, first: int) -> InvoiceRecord:
    issue = first + luck.randrange(-60, 100)
    return make.invoice(f"S{number}", "V", issue, issue + 30, luck.randrange(1, 3_000_000), on_receipt=luck.random() < 0.4)


def _partner(luck: random.Random, name: str) -> Partner:
    return Partner(
        partner_id=name,
        domestic=luck.random() < 0.8,
        public_body=luck.random() < 0.1,
        intra_group=luck.random() < 0.05,
    )


# The path


def _drawn(luck: random.Random, ledger: Ledger, days: int) -> PathFacts:
    customers, first = ledger.customers, ledger.as_of
    receipts: list[Row] = []
    notes: list[Row] = [
        (int(customers.credits[k]), int(customers.issue[k]), -int(customers.amount_minor[k]))
        for k in np.flatnonzero((customers.amount_minor < 0) & (customers.credits >= 0)).tolist()
    ]
    disputes: list[Dispute] = []
    for i in np.flatnonzero((customers.paid == NO_DAY) & (customers.credits < 0)).tolist():
        start, amount = max(first, int(customers.issue[i])), int(customers.amount_minor[i])
        # now and then a payment of before the first day, which is history
        receipts += _payments(luck, i, start - (20 if luck.random() < 0.1 else 0), amount)
        if amount > 0 and luck.random() < 0.15:
            notes.append((i, start + luck.randrange(60), luck.randrange(1, amount + 1)))
        if amount > 0 and luck.random() < 0.2:
            begin = start + luck.randrange(-10, 40)
            disputes.append(Dispute(invoice=i, day=begin, resolved=_later(luck, begin, 60)))
    payments = [
        (k, first + luck.randrange(days), int(ledger.suppliers.amount_minor[k])) for k in range(len(ledger.suppliers))
    ]
    failures, requests = _ends(luck, ledger)
    return PathFacts(
        kind="drawn",
        receipts=_events(receipts),
        payments=_events(payments),
        credit_notes=_events(notes),
        disputes=tuple(disputes),
        failures=tuple(failures),
        requests=tuple(requests),
    )


def _payments(luck: random.Random, invoice: int, start: int, amount: int) -> list[Row]:
    """Paid in full (more often than not), in two parts, for more than is owed, or never."""
    fate, day = luck.random(), start + luck.randrange(150)
    if amount < 0 or fate < 0.55:
        return [(invoice, day, amount)]
    if fate < 0.7:
        return [(invoice, day, 1 + amount // 3), (invoice, day + luck.randrange(60), amount)]
    return [(invoice, day, amount // 2)] if fate < 0.8 else []


def _ends(luck: random.Random, ledger: Ledger) -> tuple[list[Failure], list[Request]]:
    failures, requests, first = [], [], ledger.as_of
    for d, partner in enumerate(ledger.partners):
        fate = luck.random()
        if partner.partner_id == "V":
            continue
        if fate < 0.35:
            judgment = first + luck.randrange(-30, 160)
            failures.append(
                Failure(
                    partner=d,
                    judgment=judgment,
                    declared=luck.choice((None, judgment + luck.randrange(50))),
                    procedure=luck.choice(("liquidation", "liquidation", "reorganisation", "safeguard")),
                    irrecoverable=luck.choice((NO_DAY, judgment + luck.randrange(120))),
                    dividend_rate=Decimal(luck.choice(("0", "0.05", "0.333333"))),
                    dividend_day=luck.choice((NO_DAY, judgment, judgment + luck.randrange(150))),
                )
            )
        if fate < 0.12 or fate > 0.75:
            asked = luck.choice((None, first + luck.randrange(-150, 120)))
            told = None if asked is None or luck.random() < 0.3 else asked - luck.randrange(20)
            requests.append(Request(partner=d, day=asked, declared=told))
    return failures, requests


def _later(luck: random.Random, day: int, most: int) -> int:
    return day + luck.randrange(1, most) if luck.random() < 0.7 else NO_DAY


def _rows(events: InvoiceEvents, *, since: int = NO_DAY, until: int = 2**31) -> list[Row]:
    """The events from a day on and before another."""
    rows = zip(events.invoice.tolist(), events.day.tolist(), events.amount_minor.tolist(), strict=True)
    return [row for row in rows if since <= row[1] < until]


def _events(rows: Sequence[Row]) -> InvoiceEvents:
    ordered = sorted(rows, key=lambda row: (row[1], row[0], row[2]))
    return InvoiceEvents(
        invoice=np.array([r[0] for r in ordered], dtype=np.int32),
        day=np.array([r[1] for r in ordered], dtype=np.int32),
        amount_minor=np.array([r[2] for r in ordered], dtype=np.int64),
    )


# The contracts


def _sources(luck: random.Random, debtors: Sequence[str]) -> tuple[tuple[str, CoverSource], ...]:
    kinds: tuple[CoverSource, ...] = ("none", "factor", "own_policy")
    return tuple((d, luck.choice(kinds)) for d in debtors if luck.random() < 0.3) if luck.random() < 0.3 else ()


def _changes(luck: random.Random, first: int, debtors: Sequence[str], chance: float) -> tuple[Any, ...]:
    return tuple(
        make.limit_change(debtor, first + luck.randrange(0, 150), luck.choice((0, luck.randrange(3_000_000))))
        for debtor in debtors
        for _ in range(2)
        if luck.random() < chance
    )


def _contract(luck: random.Random, first: int, debtors: Sequence[str]) -> FactoringContract:
    kind = luck.choice(TYPES)
    named = list(debtors)
    given: dict[str, Any] = {
        "contract_type": kind,
        "interest_mode": luck.choice(("arrears", "arrears", "advance")),
        "flat_fee_rate": "0.03",
        "discount_method": luck.choice(("straight", "true_yield")),
        "cover_source": _sources(luck, debtors),
        "vat_relief_on_guaranteed": luck.choice(("none", "seller", "factor")),
        "approval_changes": _changes(luck, first, debtors, 0.15),
        "annual_audit_fee_minor": luck.choice((0, 40_000)),
    }
    if luck.random() < 0.2:
        given["debtors_only"] = tuple(named[:3])
    elif luck.random() < 0.2:
        given["debtors_except"] = tuple(named[1:2])
    return cases.random_contract(luck, first, named, **given)


def _policy(luck: random.Random, first: int, debtors: Sequence[str]) -> InsurancePolicy:
    given: dict[str, Any] = {
        "cover_source": _sources(luck, debtors),
        "limit_changes": _changes(luck, first, debtors, 0.15),
        "premium_base": luck.choice(("turnover", "turnover", "outstanding")),
        "monitoring_fee_minor": luck.choice((0, 285)),
        "declaration_threshold_minor": luck.choice((0, 30_000, 3_000_000)),
        "end_day": luck.choice((None, first + luck.randrange(20, 200))),
    }
    if luck.random() < 0.3:
        given |= {"planned_turnover_minor": None, "domestic_share": None}
    if luck.random() < 0.2:
        given["instalments"] = ()
    return cases.random_policy(luck, first, list(debtors), **given)


def without(case: Case, clause: str, of: str) -> Case:
    """The same case without one clause of a contract (`of`: factoring or insurance)."""
    contract = getattr(case, of)
    field = type(contract).__dataclass_fields__[clause]
    default = field.default_factory() if callable(field.default_factory) else field.default
    changed: dict[str, Any] = {of: replace(contract, **{clause: default})}
    return replace(case, **changed)
