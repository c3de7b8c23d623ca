"""Laws of a group: nothing is lost or counted twice, elimination is symmetric, one debtor fails once, others notice nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forecasting.group.learning import expectations_in
from forecasting.group.question import asked_in
from forecasting.group.views import GROUP, Group, View, cut, group_of, mutual_alone, view_of
from forecasting.ledger import Ledger
from forecasting.ledger_edit import rebuilt, records_of
from forecasting.scenario import Scenario
from forecasting.simulation.certain import certain_facts
from forecasting.simulation.draw_block import draw_block
from forecasting.simulation.engine import Book, simulate, sums_of
from forecasting.simulation.expectations import assumed
from forecasting.simulation.path import project_path
from forecasting.simulation.shards import Shard
from tests.forecasting import make
from tests.forecasting.group import companies

DAYS = 150
SEEDS = st.integers(0, 10_000)


def found(ledger: Ledger) -> Group:
    group = group_of(ledger)
    assert group is not None
    return group


def parts(group: Group) -> list[View]:
    """Every entity, and what names none."""
    return [View(ledger=cut(group, name), group=group, name=name) for name in (*group.names, GROUP)]


def flows(ledger: Ledger, what: Scenario) -> Counter[tuple[int, str]]:
    total: Counter[tuple[int, str]] = Counter()
    for flow in project_path(ledger, certain_facts(ledger, what), what.horizon_days).flows:
        total[flow.day, flow.category] += flow.amount_minor
    return total


def plus(*given: Counter[tuple[int, str]]) -> dict[tuple[int, str], int]:
    total: Counter[tuple[int, str]] = Counter()
    for one in given:
        total.update(one)
    return {key: amount for key, amount in total.items() if amount}


def book(view: View, what: Scenario) -> Book:
    group = view.group
    assert group is not None
    return simulate(view.ledger, what, learnt=expectations_in(view, assumed(group.consolidated)))


@given(SEEDS)
def test_entities_add_up_to_the_group_and_what_they_owe_each_other(seed: int) -> None:
    group = found(companies.group(seed))
    what = make.scenario(days=DAYS)
    entities = plus(*(flows(part.ledger, what) for part in parts(group)))
    assert entities == plus(flows(group.consolidated, what), flows(mutual_alone(group), what))
    assert sum(part.ledger.opening_cash_minor for part in parts(group)) == group.consolidated.opening_cash_minor


@given(SEEDS)
def test_books_that_agree_leave_nothing_between_companies(seed: int) -> None:
    group = found(companies.group(seed, agree=True))
    assert group.mutual.differences == ()
    by_day: Counter[int] = Counter()
    for (day, _), amount in flows(mutual_alone(group), make.scenario(days=DAYS)).items():
        by_day[day] += amount
    assert not any(by_day.values())


@given(SEEDS)
def test_the_gap_is_the_sum_of_the_differences(seed: int) -> None:
    group = found(companies.group(seed))
    alone = replace(mutual_alone(group), vat_returns="planned")
    whole = sum(flows(alone, make.scenario(days=400)).values())
    assert whole == sum(difference.gap_minor for difference in group.mutual.differences)


@given(SEEDS)
def test_elimination_takes_both_sides_and_nothing_else(seed: int) -> None:
    ledger = companies.group(seed)
    group = found(ledger)
    inside = {f"G-{name}" for name in companies.NAMES}
    for side in ("customer", "supplier"):
        kept = records_of(group.consolidated, side)  # type: ignore[arg-type]
        assert kept == tuple(r for r in records_of(ledger, side) if r.partner_id not in inside)  # type: ignore[arg-type]
    turned = found(_mirrored(ledger)).mutual
    assert {(b.buyer, b.seller): (b.payable_minor, b.receivable_minor) for b in group.mutual.between} == {
        (b.seller, b.buyer): (b.receivable_minor, b.payable_minor) for b in turned.between
    }
    assert sorted(-d.gap_minor for d in turned.differences) == sorted(d.gap_minor for d in group.mutual.differences)


def _mirrored(ledger: Ledger) -> Ledger:
    """Everybody sells what it bought."""
    return rebuilt(ledger, customers=records_of(ledger, "supplier"), suppliers=records_of(ledger, "customer"))


@given(SEEDS, st.integers(0, 1_000))
def test_path_by_path_the_entities_receive_what_the_group_receives(seed: int, luck: int) -> None:
    group = found(companies.group(seed))
    what = Scenario(path_count=12, horizon_days=DAYS, seed=luck)
    whole = View(ledger=group.consolidated, group=group)
    rest = View(ledger=mutual_alone(group), group=group)
    received = [_receipts(book(view, what)) for view in (*parts(group), whole, rest)]
    assert np.array_equal(sum(received[:4]), received[4] + received[5])
    sums = [
        sums_of(book(view, what), None, None, Shard(first=0, stop=12), plain=True)["baseline"].daily
        for view in (*parts(group), whole, rest)
    ]
    # Relief of VAT and dividends are rounded once for each debtor: every heading but those adds up to the cent.
    exact = [0, 1, 2, 3, 4, 5]
    assert np.array_equal(sum(s[exact] for s in sums[:4]), sums[4][exact] + sums[5][exact])


def _receipts(of: Book) -> np.ndarray:
    block = draw_block(of.plan, 0, 12, plain=True)
    total = np.zeros((12, DAYS), dtype=np.int64)
    path = np.repeat(np.arange(12), np.diff(block.receipt_ptr))
    np.add.at(total, (path, block.receipt_day), block.receipt_minor)
    return total


@given(SEEDS, st.integers(0, 1_000))
def test_one_debtor_fails_once_wherever_and_under_whatever_id_it_stands(seed: int, luck: int) -> None:
    group = found(companies.group(seed))
    what = Scenario(path_count=40, horizon_days=DAYS, seed=luck)
    names = [partner.partner_id for partner in group.consolidated.partners]
    fates: dict[tuple[str, int], set[tuple[int, ...]]] = {}
    met: set[tuple[str, int]] = set()
    for view in (*parts(group), View(ledger=group.consolidated, group=group)):
        plan = book(view, what).plan
        block = draw_block(plan, 0, 40, plain=True)
        present = {names[p] for p in plan.debtors.partner.tolist()}
        for path in range(40):
            rows = slice(block.failure_ptr[path], block.failure_ptr[path + 1])
            columns = (block.failure_partner, block.failure_judgment, block.failure_procedure)
            failed = {names[p]: (day, how) for p, day, how in zip(*(c[rows].tolist() for c in columns), strict=True)}
            for name in present:
                debtor = "D0" if name in ("D0", "D1") else name
                met.add((debtor, path))
                fates.setdefault((debtor, path), set()).add(failed.get(name, ()))
    assert met
    assert all(len(fate) == 1 for fate in fates.values())


@given(SEEDS)
def test_a_company_by_itself_notices_nothing(seed: int) -> None:
    whole = companies.group(seed)
    for keep in ("", "Nord"):
        alone = rebuilt(
            replace(whole, accounts=()),
            customers=[replace(r, entity=keep) for r in records_of(whole, "customer")],
            suppliers=[replace(r, entity=keep) for r in records_of(whole, "supplier")],
        )
        view = view_of(alone)
        assert view.group is None
        assert view.ledger is alone
        known, what = assumed(alone), Scenario()
        assert expectations_in(view, known) is known
        assert asked_in(view, what) == (what, ())


def test_entities_without_anything_between_them_are_the_ledger_that_was_loaded() -> None:
    whole = companies.group(3)
    outside = [r for r in records_of(whole, "customer") if r.partner_id in ("D0", "D2")]
    kept = tuple(p for p in whole.partners if p.partner_id in ("D0", "D2"))
    apart = rebuilt(replace(whole, partners=kept), customers=outside, suppliers=())
    view = view_of(apart)
    assert view.group is not None
    assert view.ledger is apart
    known = assumed(apart)
    assert expectations_in(view, known) is known
