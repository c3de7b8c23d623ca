"""What a factoring offer does: sentence, account day by day, alerts, other offers; its figures are in a module beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from data import repository
from forecasting.curve import Projection
from forecasting.factoring.contract import FactoringContract
from forecasting.offers.costs import before_vat
from forecasting.offers.usage import guards, mean_use
from forecasting.scenario import Scenario
from forecasting.simulation.path import PathResult
from pages.ui import answering, frame, session
from pages.ui import factoring_figures as figures
from pages.ui.charts.account import Account, account
from pages.ui.contract_library import Offer
from pages.ui.frame import Headline, Table
from pages.ui.question import HORIZONS, days_known
from pages.ui.rules import ten_rules
from pages.ui.session import Contracts, Desk
from pages.ui.story_parts import invoice_story
from pages.ui.voice import Voice


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
        answer = answering.projection(of, Scenario(horizon_days=horizon), Contracts(factoring=contract))
        path = answering.told_path(of, horizon, contract)
    curve = answer.curves["factoring"]
    with words:
        frame.sentence(f"**{_name(offer, at.say)}** {figures.effective_words(contract, curve, path, at.say)}")
    with place:
        frame.headlines(_numbers(at, path), phone=at.phone)
        _account(at, path)
        saved = figures.saved_words(at, of, contract, horizon, path)
        if saved:
            st.info(saved, icon=":material/savings:")
        figures.costs(at, contract, curve, path)
        _alerts(at, path, answering.told_path(of, horizon, None))
        figures.refused(at, of, path)
        figures.portfolio(at, of, path)
        invoice_story(at, Contracts(factoring=contract))
        figures.entries(at, of, path)
        _others(at, horizon)
        ten_rules("factoring", at.say)


def _name(offer: Offer, say: Voice) -> str:
    return frame.plain(offer.name) or say("factoring.this_offer")


def _numbers(at: Desk, path: PathResult) -> list[Headline]:
    say = at.say
    found = mean_use(path)
    assigned, eligible, used, available = (
        found.assigned_minor, found.eligible_minor, found.used_minor, found.available_minor,
    )  # fmt: skip
    share = say.f.percent(eligible / assigned) if assigned else "—"
    use = say.f.percent(used / (used + available)) if used + available > 0 else "—"
    return [
        Headline(
            label=say("factoring.kpi.assigned"),
            help=say("explain.factoring_assigned"),
            value=say.f.amount(assigned),
            second=say("factoring.kpi.mean"),
        ),
        Headline(
            label=say("factoring.kpi.eligible"),
            help=say("explain.factoring_eligible"),
            value=say.f.amount(eligible),
            second=say("factoring.kpi.of_assigned", share=share),
        ),
        Headline(
            label=say("factoring.kpi.available"),
            help=say("explain.factoring_available"),
            value=say.f.amount(available),
            second=say("factoring.kpi.mean"),
        ),
        Headline(
            label=say("factoring.kpi.used"),
            help=say("explain.factoring_used"),
            value=say.f.amount(used),
            second=say("factoring.kpi.of_ceiling", share=use),
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
    notes = [say("factoring.account.note", remittances=path.remittances, hours=say.f.decimal(path.admin_hours))]
    if picture.peak:
        k, share = picture.peak
        day = say.f.long_day(picture.first_day + k)
        notes.insert(0, say("factoring.account.peak", share=say.f.percent(share), day=day))
    st.caption(" ".join(notes))
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


def _alerts(at: Desk, path: PathResult, baseline: PathResult) -> None:
    """The guards against being carried away: heavy use, financing losses, a thin cushion."""
    say = at.say
    for alert in guards(path, baseline):
        words = say(f"factoring.alert.{alert.code}", day=say.f.spoken_day(alert.day), days=alert.days)
        st.warning(words, icon=":material/warning:")


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
    answers: list[tuple[str, Projection, int]] = []
    with fold, st.spinner(say("cash.simulating", paths=say.f.whole(scenario.path_count))):
        for found in saved:
            contract = replace(session.factoring_of(at, found), name="")
            answer = answering.projection(of, scenario, Contracts(factoring=contract))
            answers.append((found.name, answer, before_vat(answer.curves["factoring"], contract).total_minor))
    with fold:
        frame.listing(
            say, offers_table(answers, say), key="factoring_offers", alt=say("factoring.compare", count=len(saved))
        )


def offers_table(answers: Sequence[tuple[str, Projection, int]], say: Voice) -> Table:
    """One row per offer with its cost before VAT: lowest point, its worst case of 20, probability below the floor.

    No protection closes the table.
    """
    cost, low = say("factoring.others.cost", unit=say.f.unit), say("factoring.others.low")
    worst, risk = say("factoring.others.worst"), say("factoring.others.risk")
    curves = [(name, next(c for v, c in answer.curves.items() if v != "baseline")) for name, answer, _ in answers]
    curves.append((say("app.variant.baseline"), answers[0][1].curves["baseline"]))
    columns: dict[str, Sequence[object]] = {
        say("factoring.offer"): [frame.plain(name) for name, _ in curves],
        cost: [*(say.f.thousands(paid) for _, _, paid in answers), 0],
        low: [say.f.thousands(curve.lowest.median_minor) for _, curve in curves],
        worst: [say.f.thousands(curve.lowest.p05_minor) for _, curve in curves],
        risk: [curve.probability_below_floor_ever for _, curve in curves],
    }
    writers = {name: (lambda v: say.f.whole(int(v), signed=True)) for name in (low, worst)}
    writers |= {cost: lambda v: say.f.whole(int(v)), risk: lambda v: say.f.chance(float(v))}
    return Table(columns=columns, writers=writers)
