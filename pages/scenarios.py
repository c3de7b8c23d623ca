"""Which scenario hurts, and what differs between two of them."""

from __future__ import annotations

import streamlit as st

from pages.ui import behaviour_parts, compare_parts, frame, scenario_parts, session


def show() -> None:
    """The sentence, all scenarios side by side, two of them explained, and what one does with them."""
    at = session.desk()
    saved = session.saved_scenarios(at)
    frame.title_row(at.say("scenarios.title"), at.say("scenarios.note", count=len(saved)), at.say)
    if session.is_empty(session.ledger(at)):
        scenario_parts.nothing(at)
        return
    rows = scenario_parts.answers(at, saved)
    frame.sentence(scenario_parts.sentence(at, rows))
    behaviour_parts.notice(at)
    st.header(at.say("scenarios.table_title", unit=at.say.f.unit), anchor=False)
    frame.listing(at.say, scenario_parts.side_by_side(at, rows), key="scenarios", alt=at.say("scenarios.title"))
    scenario_parts.actions(at, saved)
    asked = [compare_parts.Asked(key=row.key, name=row.name, scenario=row.scenario) for row in rows]
    compare_parts.two_cases(asked, scenario_parts.worst(rows).key)


show()
