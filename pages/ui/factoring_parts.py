"""What a factoring offer does: sentence, account day by day, cost by heading, what is refused, alerts, other offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import streamlit as st

from data import repository
from forecasting.curve import Curve, Projection
from forecasting.factoring.contract import FactoringContract
from forecasting.factoring.guards import Usage, alerts
from forecasting.offers.costs import costs_minor
from forecasting.scenario import Scenario
from forecasting.simulation.path import PathResult
from forecasting.simulation.story import refused_on
from pages.ui import frame, session
from pages.ui.charts.account import Account, account
from pages.ui.contract_library import Offer
from pages.ui.frame import Headline, Table
from pages.ui.question import HORIZONS, days_known
from pages.ui.session import Contracts, Desk
from pages.ui.voice import Voice

#: Below this share of the ceiling in use, a cost in percent of the funds used says nothing.
_ENOUGH_USE: Final = 0.10
_OUT: Final = frozenset({"supplier_payment", "planned_flow", "vat_payment"})


def note(offer: Offer, say: Voice) -> str:
    """The offer's name and kind, beside the title."""
    assert isinstance(offer.draft, FactoringContract)
    kind = say(f"factoring.choice.contract_type.{offer.draft.contract_type}")
    recourse = say("factoring.with_recourse" if offer.draft.recourse else "factoring.without_recourse")
    return " · ".join(
        part for part in (offer.name, kind, recourse) if part and (part == offer.name or part not in offer.name)
    )


def results(at: Desk, offer: Offer, words: Any, place: Any) -> None:
    """Compute once, then show."""
    contract, of = offer.draft, session.ledger(at)
    assert isinstance(contract, FactoringContract)
    if session.is_empty(of):
        with words:
            frame.sentence(at.say("cash.empty.caption"))
        return
    horizon = max(1, min(HORIZONS[12], days_known(of)))
    with place, st.spinner(at.say("cash.simulating", paths=at.say.f.whole(Scenario().path_count))):
        answer = session.projection(of, Scenario(horizon_days=horizon), Contracts(factoring=contract))
        path = session.told_path(of, horizon, contract)
    with words:
        frame.sentence(_sentence(at, offer, answer.curves["factoring"], path))
    with place:
        frame.headlines(_numbers(at, path), phone=at.phone)
        _account(at, path)
        _costs(at, answer.curves["factoring"])
        _alerts(at, path)
        _refused(at, path)
        _others(at, horizon)


def _active(path: PathResult) -> slice:
    """From the first day on which anything is assigned."""
    days = np.flatnonzero(path.assigned_minor)
    return slice(int(days[0]) if days.size else 0, None)


def _mean(amounts: Any, path: PathResult) -> int:
    return round(float(np.mean(amounts[_active(path)])))


def _sentence(at: Desk, offer: Offer, curve: Curve, path: PathResult) -> str:
    say = at.say
    used = _mean(np.maximum(path.utilisation_minor, 0), path)
    ceiling = _mean(np.maximum(path.utilisation_minor + path.availability_minor, 0), path)
    cost = sum(costs_minor(curve).values())
    values = {
        "name": frame.plain(offer.name) or say("factoring.this_offer"),
        "used": say.f.amount(used),
        "cost": say.f.amount(cost),
    }
    if ceiling > 0 and used / ceiling >= _ENOUGH_USE:
        return say("factoring.say.used", share=say.f.percent(cost / used, digits=1), **values)
    return say("factoring.say.unused", **values)


def _numbers(at: Desk, path: PathResult) -> list[Headline]:
    say = at.say
    assigned, eligible = _mean(path.assigned_minor, path), _mean(path.eligible_minor, path)
    used, available = _mean(path.utilisation_minor, path), _mean(path.availability_minor, path)
    share = say.f.percent(eligible / assigned) if assigned else "—"
    use = say.f.percent(used / (used + available)) if used + available > 0 else "—"
    return [
        Headline(label=say("factoring.kpi.assigned"), value=say.f.amount(assigned), second=say("factoring.kpi.mean")),
        Headline(
            label=say("factoring.kpi.eligible"),
            value=say.f.amount(eligible),
            second=say("factoring.kpi.of_assigned", share=share),
        ),
        Headline(label=say("factoring.kpi.available"), value=say.f.amount(available), second=say("factoring.kpi.mean")),
        Headline(
            label=say("factoring.kpi.used"), value=say.f.amount(used), second=say("factoring.kpi.of_ceiling", share=use)
        ),
    ]


def _account(at: Desk, path: PathResult) -> None:
    say = at.say
    st.header(say("factoring.account.title", unit=say.f.unit), anchor=False)
    picture = Account(
        first_day=path.first_day,
        assigned_minor=path.assigned_minor,
        eligible_minor=path.eligible_minor,
        ceiling_minor=path.utilisation_minor + path.availability_minor,
        used_minor=path.utilisation_minor,
        phone=at.phone,
    )
    numbers = [f"{n.label} {n.value}" for n in _numbers(at, path)]
    frame.figure(account(picture, say), key="account", alt=", ".join(numbers))
    st.caption(say("factoring.account.note", remittances=path.remittances, hours=say.f.decimal(path.admin_hours)))
    frame.folded_table(say, lambda: _account_table(picture, say), key="account_table")


def _account_table(picture: Account, say: Voice) -> Table:
    ends = sorted({*range(6, len(picture.used_minor), 7), len(picture.used_minor) - 1})
    columns: dict[str, Sequence[object]] = {
        say("cash.table.week"): [say.f.day_year(picture.first_day + max(0, k - 6)) for k in ends]
    }
    for name, amounts in (
        ("assigned", picture.assigned_minor),
        ("eligible", picture.eligible_minor),
        ("ceiling", picture.ceiling_minor),
        ("used", picture.used_minor),
    ):
        columns[say(f"factoring.account.{name}")] = [say.f.thousands(int(amounts[k])) for k in ends]
    return Table(columns=columns, writers=dict.fromkeys(list(columns)[1:], lambda v: say.f.whole(int(v))))


def _costs(at: Desk, curve: Curve) -> None:
    """Cost by heading in the currency's unit, with each one's share; offers are split the same way by every bidder."""
    say, costs = at.say, costs_minor(curve)
    total = sum(costs.values())
    st.header(say("factoring.cost.title", currency=say.f.symbol), anchor=False)
    amount, share = say("factoring.cost.amount"), say("factoring.cost.share")
    columns: dict[str, Sequence[object]] = {
        say("factoring.cost.heading"): [*(say(f"factoring.heading.{h}") for h in costs), say("factoring.cost.total")],
        say("factoring.cost.basis"): [*(say(f"factoring.basis.{h}") for h in costs), ""],
        amount: [*costs.values(), total],
        share: [*(c / total if total else 0.0 for c in costs.values()), 1.0],
    }
    writers = {
        amount: lambda v: say.f.units(int(v)),
        share: lambda v: say.f.percent(float(v)),
    }
    content = Table(columns=columns, writers=writers, strong=(len(costs),))
    narrow = (say("factoring.cost.heading"), amount, share)
    frame.table(content.only(narrow) if at.phone else content, alt=say("factoring.cost.title", currency=""))


def _alerts(at: Desk, path: PathResult) -> None:
    """The guards against being carried away: heavy use, financing losses, a thin cushion."""
    say = at.say
    days = len(path.balance_minor)
    transfer, outflow = np.zeros(days, dtype=np.int64), np.zeros(days, dtype=np.int64)
    for flow in path.flows:
        k = flow.day - path.first_day
        if flow.category == "factor_transfer":
            transfer[k] += flow.amount_minor
        elif flow.category in _OUT and flow.amount_minor < 0:
            outflow[k] -= flow.amount_minor
    usage = Usage(
        first_day=path.first_day,
        utilisation=path.utilisation_minor,
        reserve=path.reserve_minor,
        availability=path.availability_minor,
        transfer=transfer,
        baseline=session.told_path(session.ledger(at), days, None).balance_minor,
        outflow=outflow,
    )
    for alert in alerts(usage):
        words = say(f"factoring.alert.{alert.code}", day=say.f.spoken_day(alert.day), days=alert.days)
        st.warning(words, icon=":material/warning:")


def _refused(at: Desk, path: PathResult) -> None:
    """What the contract refuses on the last day, clause by clause, largest first."""
    say = at.say
    found = refused_on(path, path.first_day + len(path.balance_minor) - 1)
    if not found:
        return
    sums: dict[str, tuple[int, int]] = {}
    for refusal in found:
        amount, count = sums.get(refusal.clause, (0, 0))
        sums[refusal.clause] = amount + refusal.amount_minor, count + 1
    ordered = sorted(sums.items(), key=lambda entry: -entry[1][0])
    st.header(say("factoring.refused.title"), anchor=False)
    amount_name, count_name = say("factoring.refused.amount", unit=say.f.unit), say("factoring.refused.count")
    columns: dict[str, Sequence[object]] = {
        say("factoring.refused.why"): [_reason(clause, say) for clause, _ in ordered],
        count_name: [count for _, (_, count) in ordered],
        amount_name: [say.f.thousands(amount) for _, (amount, _) in ordered],
    }
    writers = dict.fromkeys((amount_name, count_name), lambda v: say.f.whole(int(v)))
    frame.table(Table(columns=columns, writers=writers), alt=say("factoring.refused.title"))


def _reason(clause: str, say: Voice) -> str:
    key = f"factoring.refused.clause.{clause}"
    return say(key) if say.t.knows(key) else clause


def _others(at: Desk, horizon: int) -> None:
    """Every saved offer side by side, on the same runs; computed when asked for."""
    say = at.say
    saved = repository.contracts(at.store, at.principal, "factoring")
    if len(saved) < 2:
        return
    fold = st.expander(say("factoring.compare", count=len(saved)), key="compare_offers", on_change="rerun")
    if not fold.open:
        return
    of = session.ledger(at)
    scenario = Scenario(horizon_days=horizon)
    answers: list[tuple[str, Projection]] = []
    for found in saved:
        contract = replace(session.factoring_of(at, found), name="")
        answers.append((found.name, session.projection(of, scenario, Contracts(factoring=contract))))
    with fold:
        frame.table(offers_table(answers, say), alt=say("factoring.compare", count=len(saved)))


def offers_table(answers: Sequence[tuple[str, Projection]], say: Voice) -> Table:
    """One row per offer: cost, lowest point, its worst case of 20, probability below the floor; no protection closes."""
    cost, low = say("factoring.others.cost", unit=say.f.unit), say("factoring.others.low")
    worst, risk = say("factoring.others.worst"), say("factoring.others.risk")
    curves = [(name, next(c for v, c in answer.curves.items() if v != "baseline")) for name, answer in answers]
    curves.append((say("app.variant.baseline"), answers[0][1].curves["baseline"]))
    columns: dict[str, Sequence[object]] = {
        say("factoring.offer"): [frame.plain(name) for name, _ in curves],
        cost: [
            say.f.thousands(sum(costs_minor(curve).values())) if curve.variant != "baseline" else 0 for _, curve in curves
        ],
        low: [say.f.thousands(curve.lowest.median_minor) for _, curve in curves],
        worst: [say.f.thousands(curve.lowest.p05_minor) for _, curve in curves],
        risk: [curve.probability_below_floor_ever for _, curve in curves],
    }
    writers = {name: (lambda v: say.f.whole(int(v), signed=True)) for name in (low, worst)}
    writers |= {cost: lambda v: say.f.whole(int(v)), risk: lambda v: say.f.chance(float(v))}
    return Table(columns=columns, writers=writers)
