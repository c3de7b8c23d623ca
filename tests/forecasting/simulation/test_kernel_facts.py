"""Blocks of facts hold what their paths say, and give each path back."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.simulation.facts import InvoiceEvents, PathFacts
from forecasting.simulation.kernel_facts import FactsBlock, facts_block, path_facts, to_ppm
from tests.forecasting.simulation.kernel_cases import paths_of


def inside(events: InvoiceEvents, first: int, days: int) -> InvoiceEvents:
    """The events of the horizon, sorted by (day, invoice)."""
    kept = (events.day >= first) & (events.day < first + days)
    order = np.lexsort((events.invoice[kept], events.day[kept]))
    return InvoiceEvents(
        invoice=events.invoice[kept][order],
        day=events.day[kept][order],
        amount_minor=events.amount_minor[kept][order],
    )


def same_events(a: InvoiceEvents, b: InvoiceEvents) -> bool:
    return all(np.array_equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(InvoiceEvents))


def same_path(a: PathFacts, b: PathFacts) -> bool:
    families = ("receipts", "payments", "credit_notes")
    rest = ("kind", "disputes", "failures", "requests", "moved_overdue")
    return all(same_events(getattr(a, f), getattr(b, f)) for f in families) and all(
        getattr(a, name) == getattr(b, name) for name in rest
    )


@settings(max_examples=20, derandomize=True, deadline=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_a_block_gives_its_paths_back(seed: int) -> None:
    case, paths = paths_of(seed, 3)
    first = case.ledger.as_of
    block = facts_block(paths, first, case.days)
    assert len(block) == 3
    for k, path in enumerate(paths):
        cut = replace(
            path,
            receipts=inside(path.receipts, first, case.days),
            payments=inside(path.payments, first, case.days),
            credit_notes=inside(path.credit_notes, first, case.days),
        )
        assert same_path(path_facts(block, k), cut)


def test_every_path_may_have_the_same_supplier_payments() -> None:
    case, paths = paths_of(7, 2)
    block = facts_block([paths[0]], case.ledger.as_of, case.days)
    shared: dict[str, object] = {f.name: getattr(block, f.name) for f in fields(FactsBlock)}
    twice = facts_block([paths[0], paths[0]], case.ledger.as_of, case.days)
    assert len(shared["payment_ptr"]) == 2  # type: ignore[arg-type]
    both = replace(
        twice,
        payment_ptr=block.payment_ptr,
        payment_invoice=block.payment_invoice,
        payment_day=block.payment_day,
        payment_minor=block.payment_minor,
    )
    assert same_path(path_facts(both, 1), path_facts(twice, 1))


def test_a_rate_of_more_than_six_decimals_is_the_callers_mistake() -> None:
    assert to_ppm(Decimal("0.000001")) == 1
    with pytest.raises(ValueError, match="six decimals"):
        to_ppm(Decimal("0.0000001"))
