"""The parts of the Scenarios page: all side by side, two compared heading by heading, actions on one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from data.access import may
from data.repository import SavedScenario
from forecasting.curve import Curve, Projection
from forecasting.scenario import Scenario
from forecasting.simulation.flows import VARIANTS, Variant
from pages.ui import frame, library, session
from pages.ui.charts.compare import Compared, compare
from pages.ui.frame import Table
from pages.ui.headings import daily_headings
from pages.ui.question import HORIZONS, days_known
from pages.ui.session import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A scenario with its answer; the first row is the company without any shock."""

    key: str
    name: str
    projection: Projection

    @property
    def best(self) -> Curve | None:
        """The curve with the fullest protection that is chosen."""
        return next((self.projection.curves[v] for v in reversed(VARIANTS[1:]) if v in self.projection.curves), None)


def nothing(at: Desk) -> None:
    """Where there is no invoice yet."""

    def act() -> None:
        if st.button(at.say("cash.empty.load"), type="primary"):
            st.switch_page("pages/load.py")

    frame.empty_state(at.say, "cash.empty", act)


def answers(at: Desk, saved: Sequence[SavedScenario]) -> list[Row]:
    """Every scenario projected over a year on the same luck, with progress where that takes a while."""
    of, under = session.ledger(at), session.contracts(at)
    horizon = max(1, min(HORIZONS[12], days_known(of)))
    asked: list[tuple[str, str, Scenario]] = [("", at.say("scenarios.plain"), Scenario(horizon_days=horizon))]
    for found in saved:
        scenario = session.saved_scenario(at, found.scenario_id)
        if scenario is not None:
            asked.append((found.scenario_id, found.name, session.within(scenario, horizon)))
    waiting = [entry for entry in asked if not session.is_ready(of, entry[2], under)]
    if not waiting:
        return [Row(key=k, name=n, projection=session.projection(of, s, under)) for k, n, s in asked]
    bar = st.progress(0.0, text=at.say("scenarios.progress", count=len(waiting)))
    for done, (_, _, scenario) in enumerate(waiting, start=1):
        session.projection(of, scenario, under)
        bar.progress(done / len(waiting), text=at.say("scenarios.progress", count=len(waiting) - done))
    bar.empty()
    return [Row(key=k, name=n, projection=session.projection(of, s, under)) for k, n, s in asked]


def sentence(at: Desk, rows: Sequence[Row]) -> str:
    """Which scenario goes lowest, to what, when."""
    say, shocked = at.say, rows[1:]
    if not shocked:
        return say("scenarios.none")
    worst = min(shocked, key=lambda row: row.projection.curves["baseline"].lowest.median_minor)
    low = worst.projection.curves["baseline"].lowest
    key = "scenarios.sentence" if len(shocked) > 1 else "scenarios.sentence_one"
    return say(
        key, count=len(shocked), name=worst.name, amount=say.f.amount(low.median_minor), day=say.f.spoken_day(low.day)
    )


def side_by_side(at: Desk, rows: Sequence[Row]) -> Table:
    """One row per scenario: lowest point and day, risks, lowest point with protection, gain."""
    say = at.say
    lows = [row.projection.curves["baseline"].lowest for row in rows]
    low = [say.f.thousands(found.median_minor) for found in lows]
    columns: dict[str, Sequence[object]] = {
        say("scenarios.scenario"): [row.name for row in rows],
        say("scenarios.lowest"): low,
        say("scenarios.day"): [say.f.day_year(found.day) for found in lows],
        say("scenarios.below_floor"): [r.projection.curves["baseline"].probability_below_floor_ever for r in rows],
        say("scenarios.below_overdraft"): [r.projection.curves["baseline"].probability_below_overdraft_ever for r in rows],
    }
    if all(row.best is not None for row in rows):
        held = [say.f.thousands(row.best.lowest.median_minor) for row in rows if row.best]
        columns[say("scenarios.protected")] = held
        columns[say("scenarios.gain")] = [b - a for a, b in zip(low, held, strict=True)]
    amounts = (say("scenarios.lowest"), say("scenarios.protected"), say("scenarios.gain"))
    chances = (say("scenarios.below_floor"), say("scenarios.below_overdraft"))
    writers = {name: (lambda v: say.f.whole(int(v), signed=True)) for name in amounts if name in columns}
    writers |= {name: (lambda v: say.f.chance(float(v))) for name in chances}
    whole = Table(columns=columns, writers=writers)
    narrow = [say(f"scenarios.{name}") for name in ("scenario", "lowest", "below_floor", "protected")]
    return whole.only(narrow) if at.phone else whole


# ── two of them ──────────────────────────────────────────────────────────────────────────────────────────────────────


def two_of_them(at: Desk, rows: Sequence[Row]) -> None:
    """Two scenarios on one plot, and what differs heading by heading."""
    say = at.say
    st.header(say("scenarios.compare_title", unit=say.f.unit), anchor=False)
    names = {row.key: row.name for row in rows}
    present = [v for v in VARIANTS if v in rows[0].projection.curves]
    one, other, which = st.columns(3, gap="medium")
    worst = min(rows, key=lambda row: row.projection.curves["baseline"].lowest.median_minor)
    first = one.selectbox(say("scenarios.first"), list(names), format_func=names.__getitem__, key="first_scenario")
    second = other.selectbox(
        say("scenarios.second"),
        list(names),
        index=list(names).index(worst.key),
        format_func=names.__getitem__,
        key="second_scenario",
    )
    variant = which.selectbox(
        say("scenarios.variant"), present, format_func=lambda v: say(f"app.variant.{v}"), key="compared_variant"
    )
    pair = [next(row for row in rows if row.key == key) for key in (first, second)]
    _plot(at, pair, variant)
    _differences(at, pair, variant)


def _plot(at: Desk, pair: Sequence[Row], variant: Variant) -> None:
    say, of = at.say, session.ledger(at)
    curves = [(row.name, row.projection.curves[variant]) for row in pair]
    picture = Compared(
        curves=curves,
        overdraft_limit_minor=of.overdraft_limit_minor,
        cash_floor_minor=of.cash_floor_minor,
        phone=at.phone,
    )
    lows = [say.f.amount(curve.lowest.median_minor) for _, curve in curves]
    alt = say("scenarios.alt_compare", first=pair[0].name, first_low=lows[0], second=pair[1].name, second_low=lows[1])
    frame.figure(compare(picture, say), key="compared", alt=alt)


def _differences(at: Desk, pair: Sequence[Row], variant: Variant) -> None:
    say, of = at.say, session.ledger(at)
    totals = [
        {h: say.f.thousands(int(flow.sum())) for h, flow in daily_headings(row.projection.curves[variant], of).items()}
        for row in pair
    ]
    headings = [h for h in dict.fromkeys([*totals[0], *totals[1]]) if any(total.get(h) for total in totals)]
    sides = [[total.get(heading, 0) for heading in headings] for total in totals]
    finals = [say.f.thousands(of.opening_cash_minor) + sum(side) for side in sides]
    names = [say(f"cash.heading.{h}") for h in headings]
    columns: dict[str, Sequence[object]] = {
        say("scenarios.heading"): [say("cash.kpi.today"), *names, say("scenarios.total")],
        _numbered(1, pair[0], at): [say.f.thousands(of.opening_cash_minor), *sides[0], finals[0]],
        _numbered(2, pair[1], at): [say.f.thousands(of.opening_cash_minor), *sides[1], finals[1]],
        say("scenarios.gap"): [0, *(b - a for a, b in zip(*sides, strict=True)), finals[1] - finals[0]],
    }
    writers = dict.fromkeys(list(columns)[1:], lambda value: say.f.whole(int(value), signed=True))
    lows = [say.f.thousands(row.projection.curves[variant].lowest.median_minor) for row in pair]
    gap = say.f.of_thousands(lows[1] - lows[0], signed=True)
    st.markdown(say("scenarios.difference", first=pair[0].name, second=pair[1].name, amount=gap))
    frame.table(
        Table(columns=columns, writers=writers, strong=(len(headings) + 1,)), alt=say("scenarios.compare_title", unit="")
    )


def _numbered(place: int, row: Row, at: Desk) -> str:
    """A column's name: two scenarios of the same name stay two columns; a phone has room for the number alone."""
    return str(place) if at.phone else f"{place} · {row.name}"


# ── actions ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def actions(at: Desk, saved: Sequence[SavedScenario]) -> None:
    """Open, duplicate, rename or delete one named scenario."""
    if not saved:
        return
    say, names = at.say, {found.scenario_id: found.name for found in saved}
    with st.expander(say("scenarios.act"), key="scenario_actions"):
        chosen = st.selectbox(say("scenarios.chosen"), list(names), format_func=names.__getitem__, key="acted")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if st.button(say("scenarios.see"), type="primary", key="see_scenario"):
                library.open_scenario(at, chosen)
                st.switch_page("pages/cash.py")
            if not may(at.principal, "change_library"):
                return
            if st.button(say("scenarios.delete"), key="delete_scenario"):
                library.delete(at, chosen)
                st.rerun()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input(
                say("scenarios.new_name"),
                value=say("scenarios.copy_of", name=names[chosen]),
                key=f"new_name_{chosen}",
                max_chars=120,
            )
            if st.button(say("scenarios.duplicate"), key="duplicate_scenario") and library.duplicate(at, chosen, name):
                st.rerun()
            if st.button(say("scenarios.rename"), key="rename_scenario") and library.rename(at, chosen, name):
                st.rerun()
