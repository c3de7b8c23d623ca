"""The parts of the Scenarios page: all side by side, and actions on one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from data.access import may
from data.repository import SavedScenario
from forecasting.curve import Curve, Projection
from forecasting.inheritance import own_fields
from forecasting.scenario import Scenario
from forecasting.simulation.flows import VARIANTS
from pages.ui import answering, frame, library, session
from pages.ui.frame import Table
from pages.ui.question import HORIZONS, days_known
from pages.ui.session import Desk

#: How a field of a scenario is spoken of; the others are facts.
_KIND_OF: Final = {
    "kind": "method",
    "path_count": "method",
    "seed": "method",
    "business_days_only": "method",
    "overdue_days": "method",
    "horizon_days": "horizon",
    "delays": "delays",
    "defaults": "defaults",
    "shocks": "shocks",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A scenario with its answer; the first row is the company without any shock."""

    key: str
    name: str
    scenario: Scenario
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
    waiting = [entry for entry in asked if not answering.is_ready(of, entry[2], under)]
    if not waiting:
        return [Row(key=k, name=n, scenario=s, projection=answering.projection(of, s, under)) for k, n, s in asked]
    bar = st.progress(0.0, text=at.say("scenarios.progress", count=len(waiting)))
    for done, (_, _, scenario) in enumerate(waiting, start=1):
        answering.projection(of, scenario, under)
        bar.progress(done / len(waiting), text=at.say("scenarios.progress", count=len(waiting) - done))
    bar.empty()
    return [Row(key=k, name=n, scenario=s, projection=answering.projection(of, s, under)) for k, n, s in asked]


def sentence(at: Desk, rows: Sequence[Row]) -> str:
    """Which scenario goes lowest, to what, when."""
    say, shocked = at.say, rows[1:]
    if not shocked:
        return say("scenarios.none")
    lowest = worst(shocked)
    curve = lowest.projection.curves["baseline"]
    low, day = curve.lowest, say.f.spoken_day(curve.lowest.day, curve.first_day)
    key = "scenarios.sentence" if len(shocked) > 1 else "scenarios.sentence_one"
    return say(key, count=len(shocked), name=lowest.name, amount=say.f.amount(low.median_minor), day=day)


def worst(rows: Sequence[Row]) -> Row:
    """The scenario whose curve without protection goes lowest."""
    return min(rows, key=lambda row: row.projection.curves["baseline"].lowest.median_minor)


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


def _descent(at: Desk, chosen: str, parent: str, name: str) -> str:
    """What a scenario was made from, what it says differently, and that the rest follows."""
    say = at.say
    words = say("scenarios.parent", name=frame.plain(name))
    before, own = session.saved_scenario(at, parent), session.saved_scenario(at, chosen)
    if before is None or own is None:
        return words
    kinds = dict.fromkeys(_KIND_OF.get(field, "facts") for field in own_fields(before, own))
    if not kinds:
        return f"{words} {say('scenarios.follows_all')}"
    return f"{words} {say('scenarios.follows', own=', '.join(say(f'scenarios.own.{kind}') for kind in kinds))}"


# ── actions ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def actions(at: Desk, saved: Sequence[SavedScenario]) -> None:
    """Open, duplicate, rename or delete one named scenario."""
    if not saved:
        return
    say, names = at.say, {found.scenario_id: found.name for found in saved}
    with st.expander(say("scenarios.act"), key="scenario_actions"):
        chosen = st.selectbox(say("scenarios.chosen"), list(names), format_func=names.__getitem__, key="acted")
        parent = next(found.parent_id for found in saved if found.scenario_id == chosen)
        if parent in names:
            st.caption(_descent(at, chosen, parent, names[parent]))
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
