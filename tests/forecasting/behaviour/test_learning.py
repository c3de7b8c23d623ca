"""What is learnt equals independent counts, and known habits are found again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from forecasting.behaviour import forecast_open, learn
from forecasting.behaviour.clock import build_clock
from forecasting.behaviour.counts import count, due_cells, window_of
from forecasting.behaviour.explain import partner_behaviours, waterfall
from forecasting.behaviour.library import FIRST, LAST, library_delays
from forecasting.behaviour.settlement import settlement_rules
from forecasting.ledger import NO_DAY
from tests.forecasting.behaviour.company import NO_HOLIDAYS, four_customers, history, spread


def test_counts_equal_a_plain_loop() -> None:
    known = four_customers(days=150)
    clock = build_clock(known, NO_HOLIDAYS[0], 100)
    counts = count(known, clock, settlement_rules(clock), window_of(known, clock), np.unique(due_cells(known)))
    paid = np.zeros_like(counts.paid)
    at_risk = np.zeros_like(counts.at_risk)
    for i in range(len(known)):
        due, first = int(clock.at(known.due[i])), int(clock.at(known.issue[i]))
        is_paid = known.paid[i] != NO_DAY
        last = int(clock.at(known.paid[i])) if is_paid else int(clock.at(known.as_of)) - 1
        for position in range(first, last + 1):
            at_risk[known.partner[i], min(max(position - due, FIRST), LAST) - FIRST] += 1
        if is_paid:
            paid[known.partner[i], min(max(last - due, FIRST), LAST) - FIRST] += 1
    assert (counts.paid == paid).all()
    assert (counts.at_risk == at_risk).all()
    runs = {(int(known.partner[i]), int(known.paid[i])) for i in range(len(known)) if known.paid[i] != NO_DAY}
    assert counts.runs.sum() == len(runs)


def test_counts_of_windows_add_up() -> None:
    known = four_customers(days=150)
    clock = build_clock(known, NO_HOLIDAYS[0], 100)
    rules, cells = settlement_rules(clock), np.unique(due_cells(known))
    middle = known.as_of - 40
    parts = [count(known, clock, rules, window_of(known, clock, a, b), cells) for a, b in ((None, middle), (middle, None))]
    whole = count(known, clock, rules, window_of(known, clock), cells)
    for name in ("paid", "at_risk", "cell_paid", "cell_at_risk", "weekday_paid", "number"):
        assert (getattr(parts[0], name) + getattr(parts[1], name) == getattr(whole, name)).all(), name


def test_known_habits_are_found() -> None:
    known = four_customers()
    rows = {r.partner_id: r for r in partner_behaviours(learn(known, known.as_of, NO_HOLIDAYS), known)}
    assert 0 <= rows["punctual"].median <= 1
    assert 14 <= rows["slow"].median <= 22, "15 to 35 days late are 11 to 25 business days"
    assert rows["monthly"].usual_day == "friday.nearest_month_end"
    assert rows["monthly"].together > 0.95
    assert rows["punctual"].own_weight > 0.8


def test_the_same_arguments_give_the_same_answer() -> None:
    known = four_customers()
    first, second = (forecast_open(learn(known, known.as_of, NO_HOLIDAYS), known, known.as_of, 50, 3) for _ in range(2))
    assert (first.pmf == second.pmf).all()
    assert (first.pay_day == second.pay_day).all()


def test_no_history_gives_the_library_curve() -> None:
    known = history({"new": spread(0, 5)}, days=20)
    assert (known.paid == NO_DAY).all()
    behaviour = learn(known, known.as_of, NO_HOLIDAYS)
    assert behaviour.widening.level > 0, "bands are wider where nothing is known"
    forecast = forecast_open(behaviour, known, known.as_of, 20, 1)
    assert np.allclose(forecast.pmf.sum(axis=1), 1)
    assert partner_behaviours(behaviour, known)[0].assumed


def test_a_list_of_open_items_alone_teaches_no_lateness() -> None:
    """Such a list leaves out those who paid in time: overdue or not, its invoices must not make payers look slow."""
    open_only = history({f"new{k}": spread(400, 401) for k in range(6)}, days=45)
    assert (open_only.paid == NO_DAY).all() and (open_only.due < open_only.as_of).any()
    fresh = open_only.take(np.flatnonzero(open_only.due >= open_only.as_of))
    behaviours = [learn(known, known.as_of, NO_HOLIDAYS) for known in (open_only, fresh)]
    overdue_list, due_list = (partner_behaviours(b, fresh)[0] for b in behaviours)
    assert overdue_list.median == due_list.median <= 15
    assert overdue_list.p90 == due_list.p90


def test_an_empty_history_is_no_error() -> None:
    known = four_customers().take(np.zeros(0, dtype=np.intp))
    forecast = forecast_open(learn(known, known.as_of, NO_HOLIDAYS), known, known.as_of, 5, 1)
    assert forecast.receipts_minor.sum() == 0


def test_the_library_curve_holds_the_shares_of_its_source() -> None:
    curve = library_delays(1.0)
    step = np.arange(FIRST, LAST + 1)
    assert abs(curve[step <= 0].sum() - 0.487) < 1e-12
    assert abs(curve[(step >= 1) & (step <= 30)].sum() - 0.433) < 1e-12
    late = (curve * step)[(step >= 1) & (step <= 30)].sum() / 0.433
    assert abs(late - 12.5) < 0.1


def test_an_invoice_already_late_cannot_be_paid_in_the_past_and_waits_longer() -> None:
    known = four_customers()
    behaviour = learn(known, known.as_of, NO_HOLIDAYS)
    forecast = forecast_open(behaviour, known, known.as_of, 5, 1)
    assert (forecast.pmf[:, :-1] >= 0).all()
    steps = waterfall(behaviour, known, int(np.flatnonzero(known.is_open)[0]))
    assert [s.code for s in steps][:2] == ["library", "everybody"]
    assert sum(s.change_days for s in steps) == steps[-1].days_after_due


def test_what_happens_later_is_unknown_earlier() -> None:
    known = four_customers()
    day = known.as_of - 60
    past = known.known_on(day)
    assert (past.issue < day).all()
    assert ((past.paid == NO_DAY) | (past.paid < day)).all()
    spoiled = replace(known, paid=np.where(known.paid >= day, known.paid + 1, known.paid).astype(np.int32)).known_on(day)
    first, second = (learn(h, day, NO_HOLIDAYS) for h in (past, spoiled))
    assert (first.coefficients == second.coefficients).all()
    assert (first.curves.partner == second.curves.partner).all()
