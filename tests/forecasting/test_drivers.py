"""Who drives a day: rows that add up to the balance, partners that add up to their heading."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from bench.company import expectations
from forecasting.drivers import drivers
from forecasting.scenario import Defaults, Scenario
from forecasting.simulation.draw_block import draw_block
from forecasting.simulation.engine import evaluate, simulate
from forecasting.simulation.flows import VARIANTS
from tests.forecasting.simulation.questions import FACTORING, INSURANCE, small

LEDGER = small(200, debtors=30)
QUESTION = Scenario(path_count=70, horizon_days=200, defaults=Defaults(multiply_probability=Decimal(4)))
BOOK = simulate(LEDGER, QUESTION, learnt=expectations(LEDGER))
ANSWER = evaluate(BOOK, FACTORING, INSURANCE)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("k", [0, 17, 111, 199])
def test_rows_lead_exactly_from_today_to_the_median(variant: str, k: int) -> None:
    curve = ANSWER.curves[variant]  # type: ignore[index]
    rows = drivers(BOOK, ANSWER, variant, curve.first_day + k)  # type: ignore[arg-type]
    assert LEDGER.opening_cash_minor + sum(row.amount_minor for row in rows) == curve.p50_minor[k]
    for row in rows:
        assert not row.parts or sum(part.amount_minor for part in row.parts) == row.amount_minor
    sizes = [abs(row.amount_minor) for row in rows if row.heading != "spread"]
    assert sizes == sorted(sizes, reverse=True)


def test_the_largest_debtors_are_named() -> None:
    k = 120
    row = next(r for r in drivers(BOOK, ANSWER, "baseline", LEDGER.as_of + k) if r.heading == "debtor_receipt")
    block = draw_block(BOOK.plan, 0, 70)
    inside = block.receipt_day <= k
    paid = np.zeros(len(LEDGER.partners))
    np.add.at(paid, LEDGER.customers.partner[block.receipt_invoice[inside]], block.receipt_minor[inside] / 70)
    best = LEDGER.partners[int(paid.argmax())].partner_id
    assert (row.parts[0].partner_id, row.parts[0].amount_minor) == (best, pytest.approx(paid.max(), abs=1))
    assert len(row.parts) == 6 and row.parts[-1].partner_id == ""


def test_a_factor_hides_who_pays() -> None:
    rows = drivers(BOOK, ANSWER, "both", LEDGER.as_of + 90)
    assert all(not row.parts for row in rows)
    assert {"factor_transfer", "premium"} <= {row.heading for row in rows}
