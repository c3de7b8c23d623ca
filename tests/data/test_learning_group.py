"""A group learns once: its entities meet the payers of the group, path by path, business to come included."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from data.learning import learnt, learnt_in
from data.sample import sample_company
from forecasting.activity import completed, expected_count
from forecasting.group.views import GROUP, SIDES, View, cut, group_of, view_of
from forecasting.ledger import Ledger
from forecasting.ledger_edit import rebuilt, records_of
from forecasting.scenario import Scenario
from forecasting.simulation.draw_block import draw_block
from forecasting.simulation.engine import simulate

PATHS, DAYS = 16, 120
QUESTION = Scenario(path_count=PATHS, horizon_days=DAYS)
NAMES = ("Nord", "Sud")


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    """The sample company, its partners shared out over two entities; two of its largest customers are one debtor."""
    sample = sample_company(date(2026, 1, 5), invoices=1_500).ledger()
    past = {side: [r for r in records_of(sample, side) if r.issue < sample.as_of] for side in SIDES}
    known = completed(rebuilt(sample, customers=past["customer"], suppliers=past["supplier"]))
    assert expected_count(known)
    twins = {known.partners[p].partner_id for p in known.customers.partner[:2].tolist()}
    table = tuple(replace(p, vat_number="FR40303265045") if p.partner_id in twins else p for p in known.partners)

    def shared_out(side: str) -> list[object]:
        rows = records_of(known, side)  # type: ignore[arg-type]
        return [replace(row, entity=NAMES[(k + len(row.partner_id)) % 2]) for k, row in enumerate(rows)]

    return rebuilt(
        replace(known, partners=table),
        customers=shared_out("customer"),  # type: ignore[arg-type]
        suppliers=shared_out("supplier"),  # type: ignore[arg-type]
    )


def received(view: View) -> np.ndarray:
    plan = simulate(view.ledger, QUESTION, learnt=learnt_in(view, DAYS)).plan
    block = draw_block(plan, 0, PATHS, plain=True)
    total = np.zeros((2, PATHS, DAYS), dtype=np.int64)
    path = np.repeat(np.arange(PATHS), np.diff(block.receipt_ptr))
    np.add.at(total[0], (path, block.receipt_day), block.receipt_minor)
    path = np.repeat(np.arange(len(block.payment_ptr) - 1), np.diff(block.payment_ptr))
    np.add.at(total[1], (path, block.payment_day), block.payment_minor)
    return total


def test_entities_receive_and_pay_what_the_group_does(ledger: Ledger) -> None:
    group = group_of(ledger)
    assert group is not None
    whole = received(view_of(ledger))
    assert whole[0].any()
    assert whole[1].any()
    several = [received(View(ledger=cut(group, name), group=group, name=name)) for name in (*NAMES, GROUP)]
    assert np.array_equal(sum(several), whole)


def test_a_company_by_itself_learns_as_ever(ledger: Ledger) -> None:
    alone = rebuilt(ledger, customers=[replace(r, entity="") for r in records_of(ledger, "customer")], suppliers=())
    assert learnt_in(view_of(alone), DAYS) is learnt(alone, DAYS)
