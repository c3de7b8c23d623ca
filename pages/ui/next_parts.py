"""What to do next, on the page of cash: whom to call, which protection to weigh; each one click away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from data.access import may
from forecasting.behaviour.history import overdue
from pages.ui.cash_words import Outlook
from pages.ui.session import Desk
from pages.ui.voice import Voice

#: From this probability of a day below the floor on, protection is worth weighing.
_RISK: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something to do: its name, what the button says, and the page on which it is done."""

    name: str
    label: str
    page: str


def steps(outlook: Outlook, say: Voice, *, calls: bool) -> list[Step]:
    """What the figures ask for: overdue invoices to be claimed (by who `calls`), offers to enter or to weigh."""
    found = []
    customers, overdue_minor = overdue(outlook.ledger)
    if calls and overdue_minor > 0:
        label = say("cash.next.call", count=customers, amount=say.f.amount(overdue_minor))
        found.append(Step(name="call", label=label, page="pages/collect.py"))
    if outlook.best is None:
        found.append(Step(name="offer", label=say("cash.next.offer"), page="pages/factoring.py"))
    elif outlook.baseline.probability_below_floor_ever > _RISK:
        found.append(Step(name="weigh", label=say("cash.next.weigh"), page="pages/decide.py"))
    return found


def next_steps(at: Desk, outlook: Outlook) -> None:
    """The steps as quiet buttons under the sentence; nothing where the figures ask for nothing."""
    found: Sequence[Step] = steps(outlook, at.say, calls=may(at.principal, "read_imports"))
    if not found:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="next"):
        st.caption(at.say("cash.next.title"), width="content")
        for step in found:
            if st.button(step.label, type="tertiary", icon=":material/arrow_forward:", key=f"next_{step.name}"):
                st.switch_page(step.page)
