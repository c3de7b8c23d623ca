"""What a group teaches about its partners, as each of its views draws from it: one habit and one luck for all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from forecasting.activity import expected_count
from forecasting.group.members import Members
from forecasting.group.views import View
from forecasting.ledger import Ledger
from forecasting.ledger_build import stable_id
from forecasting.simulation.coming import level_errors
from forecasting.simulation.expectations import Expectations
from forecasting.simulation.run_days import Runs


def expectations_in(view: View, known: Expectations) -> Expectations:
    """What `Group.consolidated` teaches, for one view of it, so that all views of a group meet the same payers.

    A debtor under several ids has the luck of the first and the highest of their probabilities of failing. An entity's
    business to come departs from its expectation as far as the group's. Every view keeps the partners of the ledger.
    """
    group = view.group
    if group is None or view.ledger is group.loaded:
        return known
    members, whole = group.members, group.consolidated
    highest = np.zeros(len(members.first))
    np.maximum.at(highest, members.first, known.default_probability)
    key = _keys(whole, members)
    return replace(
        known,
        default_probability=highest[members.first],
        luck_key=key,
        runs=None if known.runs is None else _runs_in(view.ledger, whole, known.runs, members),
        level_errors=level_errors(whole) if expected_count(whole) else {},
    )


def _keys(whole: Ledger, members: Members) -> npt.NDArray[np.int64]:
    """The number that keys each partner's luck: that of the first id of its debtor."""
    own = np.array([stable_id(partner.partner_id) for partner in whole.partners], dtype=np.int64)
    return own[members.first]


def _runs_in(ledger: Ledger, whole: Ledger, runs: Runs, members: Members) -> Runs:
    """The joint law with the rows that its invoices have in a view, -1 where they have none."""
    place = {name: row for row, name in enumerate(ledger.customers.invoice_id)}
    names = whole.customers.invoice_id
    row = np.array([place.get(names[r], -1) for r in runs.row.tolist()], dtype=np.int64)
    own = {stable_id(p.partner_id): k for p, k in zip(whole.partners, members.first.tolist(), strict=True)}
    first = {number: stable_id(whole.partners[k].partner_id) for number, k in own.items()}
    shared = np.array([first[number] for number in runs.law.partner_stable.tolist()], dtype=np.int64)
    return replace(runs, row=row, law=replace(runs.law, partner_stable=shared))
